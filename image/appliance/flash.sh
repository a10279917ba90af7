#!/bin/sh
# usage: flash.sh IMAGE DEVICE [CONFIG]
# Writes an image to a disk, a card or a stick, with CONFIG as its mp.ini, and
# reads it back.  A device that is mounted, in use or part of this system is
# refused; of any other, model and size are shown, and its name has to be typed.
# DEVICE may be an existing regular file, the disk of a virtual machine.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
[ $# -ge 2 ] && [ -n "$2" ] || {
	sed -n 2p "$0" >&2
	echo "flash.sh: which DEVICE?  lsblk shows those of this machine" >&2
	exit 64
}
image=$1 device=$2 config=$3
# Of a test, which has its own.
sys=${FLASH_SYS:-/sys} proc=${FLASH_PROC:-/proc}

refuse() {
	echo "flash.sh: $device: $1" >&2
	exit 1
}

# in_use: stdout is why the disk must not be written to
in_use() {
	for part in "$sys/block/$name" "$sys/block/$name/$name"*; do
		[ -e "$part" ] || continue
		part_name=$(basename "$part")
		awk -v dev="/dev/$part_name" -v number="$(cat "$part/dev")" '
			$3 == number { print dev " is mounted on " $5 }' \
			"$proc/self/mountinfo"
		awk -v dev="/dev/$part_name" '
			$1 == dev { print dev " is swap space" }' "$proc/swaps"
		for holder in "$part"/holders/*; do
			[ ! -e "$holder" ] ||
				echo "/dev/$part_name is part of $(basename "$holder")"
		done
	done | head -n 1
}

# root_disk: the disk that this system runs from, when it can be told
root_disk() {
	number=$(awk '$5 == "/" { print $3 }' "$proc/self/mountinfo" | tail -n 1)
	for part in "$sys"/block/*/ "$sys"/block/*/*/; do
		[ "$(cat "$part/dev" 2>/dev/null)" = "$number" ] || continue
		case $part in
		"$sys"/block/*/*/) basename "$(dirname "$part")" ;;
		*) basename "$part" ;;
		esac
		return
	done
}

[ -s "$image" ] || refuse "there is no image $image: make image BOARD=..."
bytes=$(wc -c <"$image")
# Of the table: where the last partition ends.
least=$(od -An -t u4 -j 502 -N 4 "$image")
least=$(((least + 2048) * 512))

if [ -f "$device" ]; then
	size=$(wc -c <"$device")
	[ "$size" -gt 0 ] || refuse "is an empty file: truncate -s 1G makes a disk of it"
	what="a file"
elif [ -b "$device" ] || [ -n "$FLASH_SYS" ]; then
	real=$(readlink -f "$device")
	name=$(basename "$real")
	[ -d "$sys/block/$name" ] ||
		refuse "is a partition or no disk: name the whole disk"
	[ "$(cat "$sys/block/$name/ro")" = 0 ] || refuse "is read-only"
	[ "$(root_disk)" != "$name" ] || refuse "this system runs from it"
	why=$(in_use)
	[ -z "$why" ] || refuse "$why"
	size=$(($(cat "$sys/block/$name/size") * 512))
	what="$(cat "$sys/block/$name/device/model" 2>/dev/null || echo unknown model)"
	[ "$(cat "$sys/block/$name/removable")" = 1 ] && what="$what, removable" ||
		what="$what, NOT removable"
else
	refuse "is no disk and no file"
fi
[ "$size" -ge "$least" ] ||
	refuse "has $((size / 1048576)) MiB, and the image needs $((least / 1048576))"

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
if [ -n "$config" ]; then
	[ -s "$config" ] || refuse "there is no $config"
	if [ -x build/mpedge ] && ! build/mpedge --check-config "$config" >"$work/said" 2>&1; then
		cat "$work/said" >&2
		refuse "$config is wrong"
	fi
	cp "$image" "$work/image"
	mcopy -o -i "$work/image@@1M" "$config" ::mp.ini || exit 1
	image=$work/image
fi

echo "$device: $(echo $what), $((size / 1000000)) MB.  All that is on it will be lost."
if [ ! -f "$device" ]; then
	printf 'Type the name of the device to go on: '
	read -r answer
	[ "$answer" = "$device" ] || refuse "not written"
fi
# What the last system had in its second slot and its data must not come back.
zero() {
	dd if=/dev/zero of="$device" bs=4096 count=256 conv=notrunc,fsync status=none \
		seek=$(($(od -An -t u4 -j "$1" -N 4 "$image") / 8)) || refuse "cannot be written"
}
zero 486
zero 502
dd if="$image" of="$device" bs=1M conv=notrunc,fsync status=none ||
	refuse "cannot be written"
[ ! -b "$device" ] || blockdev --flushbufs "$device" 2>/dev/null
cmp -n "$bytes" "$image" "$device" || refuse "does not hold what was written to it"
echo "$device: written and read back, $bytes bytes"
