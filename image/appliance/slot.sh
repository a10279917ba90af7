#!/bin/sh
# usage: slot.sh BOARD KERNEL-FOLDER INITRD SLOT.CONF OUT
# What goes into a slot and into a bundle: a squashfs image.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
board=$1 kernel=$2 initrd=$3 slot=$4 out=$5
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
set -e
mkdir "$work/slot"
cp "$kernel/vmlinuz" "$work/slot/vmlinuz"
cp "$initrd" "$work/slot/initrd.img"
cp "$slot" "$work/slot/slot.conf"
echo "set options='$(value_of options "board/$board/board.conf") panic=10'" \
	>"$work/slot/boot.cfg"
[ ! -d "$kernel/dtbs" ] || cp -R "$kernel/dtbs" "$work/slot/dtbs"
find "$work/slot" -exec touch -d "@$epoch" {} +
rm -f "$out"
unset SOURCE_DATE_EPOCH
mksquashfs "$work/slot" "$out" -quiet -no-progress -noappend -comp gzip -noD -noF \
	-all-root -no-xattrs -no-exports -processors 1 -mkfs-time "$epoch" >/dev/null
limit=$(($(value_of slot_mib "board/$board/board.conf") * 1048576))
[ "$(wc -c <"$out")" -le $limit ] || {
	echo "slot.sh: $out is larger than a slot of $board, $limit bytes" >&2
	exit 1
}
