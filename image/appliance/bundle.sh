#!/bin/sh
# usage: bundle.sh KEY BOARD VERSION BUILT IMAGE OUT [yes]
# Joins the head of an update bundle (include/codec/bundle.h), signed with the
# private key KEY, and a slot image.  BUILT is in seconds since 1970; yes: boxes
# that run something newer take it too.  KEY `none` leaves the signature out,
# which is for tests.
set -eu
[ $# -ge 6 ] && [ $# -le 7 ] || {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2
	exit 64
}
key=$1 board=$2 version=$3 built=$4 image=$5 out=$6 allow=${7:-no}
[ -s "$image" ] || { echo "bundle.sh: $image: there is no such image" >&2; exit 1; }
[ "$key" = none ] || [ -s "$key" ] || {
	echo "bundle.sh: $key: there is no such key; make update-key makes one" >&2
	exit 1
}
trap 'rm -f "$out.head" "$out.new"' EXIT
{
	echo "mpedge-bundle 1"
	echo "board = $board"
	echo "version = $version"
	echo "built = $built"
	echo "size = $(wc -c <"$image" | tr -d ' ')"
	echo "sha256 = $(sha256sum "$image" | cut -d ' ' -f 1)"
	echo "allow_downgrade = $allow"
} >"$out.head"
{
	cat "$out.head"
	[ "$key" = none ] || echo "signature = $(openssl dgst -sha256 \
		-sign "$key" "$out.head" | od -An -v -tx1 | tr -d ' \n')"
	echo
	cat "$image"
} >"$out.new"
mv "$out.new" "$out"
