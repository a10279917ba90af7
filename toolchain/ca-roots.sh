#!/bin/sh
# usage: ca-roots.sh OUT.c
# Writes the roots of Debian's ca-certificates as a C table; see
# include/net/ca_roots.h.  Sorted by file name, so that the same package
# always gives the same bytes.

cd "$(dirname "$0")/.." || exit 2
out=$1
LC_ALL=C
export LC_ALL
toolchain/fetch.sh ca-roots || exit 1
work=build/src/ca-roots
rm -rf "$work" && mkdir -p "$work" "$(dirname "$out")" || exit 1
trap 'rm -rf "$work"' EXIT
file=$(awk '$1 == "ca-roots" { print $7 }' toolchain/versions.txt)
dpkg-deb -x "build/fetch/$file" "$work" || exit 1

# stdout: offset and length of the subject, the sixth member of the
# certificate's first part (the version before it is optional).
subject_of() {
	openssl asn1parse -inform DER -in "$1" | awk '
		/d=2 / && !/cont \[ 0 \]/ && ++member == 5 {
			gsub(/[:=]/, " ")
			print $1, $5 + $7
			exit
		}'
}

{
	echo '#include "net/ca_roots.h"'
	: >"$work/table"
	count=0
	for file in "$work"/usr/share/ca-certificates/mozilla/*.crt; do
		openssl x509 -in "$file" -outform DER -out "$work/der" || exit 1
		set -- $(subject_of "$work/der")
		[ $# -eq 2 ] || exit 1
		size=$(wc -c <"$work/der")
		printf '\n/* %s */\n' "$(basename "$file" .crt |
			tr -cd 'A-Za-z0-9_.,:() -')"
		echo "static const unsigned char root_$count[$size] = {"
		od -An -v -tu1 -w16 "$work/der" |
			sed 's/  */,/g; s/^,//; s/$/,/'
		echo "};"
		echo "	{ root_$count, $size, root_$count + $1, $2 }," \
			>>"$work/table"
		count=$((count + 1))
	done
	[ $count -gt 50 ] || exit 1
	printf '\nconst unsigned ca_roots_count = %s;\n' "$count"
	printf '\nconst struct ca_root ca_roots[] = {\n'
	cat "$work/table"
	echo "};"
} >"$work/out.c" || {
	echo "toolchain: cannot read the CA certificates" >&2
	exit 1
}
mv "$work/out.c" "$out"
