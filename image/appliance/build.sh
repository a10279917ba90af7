#!/bin/sh
# usage: [CONFIG=FILE] build.sh BOARD INIT MPEDGE DROPBEAR|-
# The images of a board, from static programs of its architecture, as
# build/appliance/BOARD/slot.img, which an update carries, and disk.img, which is
# flashed.  CONFIG is the mp.ini of the latter.  No root is needed, and the same
# input gives the same bytes: times are SOURCE_DATE_EPOCH, or that of the last
# commit.

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
cat >"$out/slot.conf" <<-END
	board = $board
	version = ${VERSION:-unknown}
	built = $epoch
END
image/appliance/initrd.sh "$board" "$kernel" "$init" "$mpedge" "$dropbear" \
	"$out/slot.conf" "$out/initrd.img"
image/appliance/slot.sh "$board" "$kernel" "$out/initrd.img" \
	"$out/slot.conf" "$out/slot.img"
image/appliance/disk.sh "$board" "$out/slot.img" "$config" "$out/disk.img"
(cd "$out" && du -b --apparent-size initrd.img slot.img disk.img) |
	awk -v board="$board" '{ printf "%s %s %d bytes, %.1f MiB\n", board, $2, $1, $1 / 1048576 }'
