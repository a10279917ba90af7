#!/bin/sh
# docs/reference/notices.md: what is linked into the binary, in which version, and
# the licence texts as their archives carry them.
cd "$(dirname "$0")/.." || exit 1
out=docs/reference/notices.md

# row NAME: the package and version recorded under NAME
row() { awk -v n="$1" '$1 == n { print $3, $4; exit }' toolchain/versions.txt; }
file() { awk -v n="$1" -v e="$2" '$1 == n && index($7, e) { print $7; exit }' \
	toolchain/versions.txt; }

# text NAME TITLE LICENCE MEMBER: from an archive of sources or a package
text() {
	set -- "$1" "$2" "$3" "$4" "$(row "$1")"
	printf '\n## %s\n\n%s; Debian package `%s`.\n\n```text\n' "$2" "$3" "$5"
	case $4 in
	*.deb:*)
		dpkg-deb --fsys-tarfile "build/fetch/$(file "$1" .deb)" |
			tar -xO "${4#*.deb:}"
		;;
	*)
		tar -xOf "build/fetch/$(file "$1" .orig.tar)" --wildcards "$4"
		;;
	esac | sed 's/[ \t\f]*$//' || exit 1
	printf '```\n'
}

# apache NAME TITLE COPYRIGHT: the licence text is the LICENSE of this project
apache() {
	printf '\n## %s\n\n%s. Apache-2.0 (the text is in LICENSE); Debian package `%s`.\n' \
		"$2" "$3" "$(row "$1")"
}

{
	printf '# Notices\n\nWritten by `make docs` from the archives that the build uses.\n'
	text musl 'musl (C library)' MIT '*/COPYRIGHT'
	apache mbedtls 'Mbed TLS' 'Copyright The Mbed TLS Contributors'
	text wslay 'wslay (WebSocket frames)' MIT '*/deps/wslay/COPYING'
	text jsmn 'jsmn (JSON tokens)' MIT '.deb:./usr/share/doc/libjsmn-dev/copyright'
	text inih 'inih (INI files)' BSD-3-Clause '*/LICENSE.txt'
	text cares 'c-ares (names)' MIT '*/LICENSE.md'
	text sodium 'libsodium (Ed25519)' ISC '*/LICENSE'
	text lz4 'LZ4 (compression)' BSD-2-Clause '*/lib/LICENSE'
	text zlib 'zlib (compression)' Zlib '*/LICENSE'
	apache nats-x86_64 'nats.c (NATS client)' 'Copyright 2015-2025 The NATS Authors'
	cat <<-'END'

		## GCC runtime (start files and helpers of the compiler)

		Copyright the Free Software Foundation, Inc. GPL-3.0-or-later with the GCC Runtime Library
		Exception 3.1, which permits to convey what the compiler has linked in (`crtbeginS.o`, `crtendS.o`,
		members of `libgcc.a`) under the terms of the program. The version is that of the compiler:
		`make sbom` lists it. Both texts are in `/usr/share/doc/gcc-12-base/copyright` of the Debian package.
	END
	text ca-roots 'Root certificates of Mozilla' MPL-2.0 '.deb:./usr/share/doc/ca-certificates/copyright'
} >"$out"
