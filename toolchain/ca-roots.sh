#!/bin/sh
# usage: ca-roots.sh OUT.c
# Writes the roots of Debian's ca-certificates as a C table; see
# include/net/ca_roots.h.  Sorted by file name, so that the same package
# always gives the same bytes.
#
# What a root says of itself is believed because it is in the package: nobody
# looks at its signature of itself (RFC 5280 section 6.1.1 d), a third of its
# bytes.  An empty one stands in its place.

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

# unsigned_form IN OUT: with a signature of one byte.  The third member of a
# certificate is that; its head stays as long, as it is one of 256 bytes or more.
unsigned_form() {
	at=$(openssl asn1parse -inform DER -in "$1" | awk -F : '
		/d=1 / && ++member == 3 { print $1 + 0 }')
	[ "$(od -An -N 2 -tu1 "$1" | xargs)" = "48 130" ] || return 1
	{ printf '\060\202'
	  printf "\\$(printf %03o $((at / 256)))\\$(printf %03o $((at % 256)))"
	  head -c "$at" "$1" | tail -c +5
	  printf '\003\002\000\000'; } >"$2"
	[ "$(openssl x509 -inform DER -in "$1" -noout -subject -pubkey)" = \
	  "$(openssl x509 -inform DER -in "$2" -noout -subject -pubkey)" ]
}

{
	echo '#include "net/ca_roots.h"'
	: >"$work/table"
	count=0
	for file in "$work"/usr/share/ca-certificates/mozilla/*.crt; do
		openssl x509 -in "$file" -outform DER -out "$work/whole" &&
			unsigned_form "$work/whole" "$work/der" || exit 1
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
