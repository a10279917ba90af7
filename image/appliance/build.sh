#!/bin/sh
# usage: [CONFIG=FILE] build.sh BOARD INIT MPEDGE DROPBEAR|-
# The images of a board, from static programs of its architecture, as
# build/appliance/BOARD/slot.img, which an update carries, and disk.img, which is
# flashed.  CONFIG is the mp.ini of the latter.  No root is needed, and the same
# input gives the same bytes: times are SOURCE_DATE_EPOCH, or that of the last
# commit.  ETC: files for /etc/mpedge.  SBOM: words for toolchain/sbom.sh that say
# what is linked into MPEDGE.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
[ $# -ge 4 ] || { sed -n 2p "$0" >&2; exit 64; }
board=$1 init=$2 mpedge=$3 dropbear=$4 config=$CONFIG
[ -f "board/$board/board.conf" ] || {
	echo "build.sh: $board is none of:" board/*/ >&2
	exit 64
}
out=${OUT:-build/appliance/$board}
kernel=build/appliance/$board/kernel
set -e
mkdir -p "$out"
image/appliance/kernel.sh "$board" "$kernel"
[ -n "$config" ] || {
	config=$out/mp.ini
	image/settings.sh http.listen=0.0.0.0:8080 <config.ini >"$config"
}
# What is in the image but mpedge itself.
# component NAME LICENCE ROW: of a row of versions.txt
component() {
	awk -v OFS='\t' -v name="$1" -v licence="$2" -v row="$3" '$1 == row {
		print name, $4, licence, "Organization: Debian", $7, $8 }' \
		toolchain/versions.txt
}
conf=board/$board/board.conf
# What it says on the way belongs into no file.
toolchain/fetch.sh "$(value_of busybox "$conf")"
{
	component linux GPL-2.0-only "$(value_of kernel "$conf")"
	component busybox GPL-2.0-only "$(value_of busybox "$conf")"
	[ "$dropbear" = - ] || component dropbear MIT dropbear
	for grub in $(value_of grub "$conf"); do
		component "grub-$grub" GPL-3.0-or-later "grub-$grub"
	done
} >"$out/components"
toolchain/sbom.sh --name "mpedge-$board" --version "${VERSION:-unknown}" \
	--created "$epoch" $SBOM --components "$out/components" >"$out/sbom.spdx.json"
gzip -9n <"$out/sbom.spdx.json" >"$out/sbom.spdx.json.gz"
{
	cat LICENSE docs/reference/notices.md "$kernel/copyright"
	dpkg-deb --fsys-tarfile "build/fetch/$(files_of "$(value_of busybox "$conf")")" |
		tar -xO ./usr/share/doc/busybox-static/copyright
	[ "$dropbear" = - ] || tar -xO --wildcards '*/LICENSE' \
		-f "build/fetch/$(files_of dropbear)"
} | gzip -9n >"$out/licences.gz"
ETC="$ETC $out/sbom.spdx.json.gz $out/licences.gz"
export ETC
cat >"$out/slot.conf" <<-END
	board = $board
	version = ${VERSION:-unknown}
	built = $epoch
	sbom = $(sha256sum <"$out/sbom.spdx.json" | cut -d ' ' -f 1)
END
image/appliance/initrd.sh "$board" "$kernel" "$init" "$mpedge" "$dropbear" \
	"$out/slot.conf" "$out/initrd.img"
image/appliance/slot.sh "$board" "$kernel" "$out/initrd.img" \
	"$out/slot.conf" "$out/slot.img"
image/appliance/disk.sh "$board" "$out/slot.img" "$config" "$out/disk.img"
(cd "$out" && du -b --apparent-size initrd.img slot.img disk.img) |
	awk -v board="$board" '{ printf "%s %s %d bytes, %.1f MiB\n", board, $2, $1, $1 / 1048576 }'
