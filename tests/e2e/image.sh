#!/bin/bash
# usage: image.sh
# The image of a board: made twice, in different folders and time zones, it is the
# same bytes; it is small; the disk has what it must have where it must be; and
# flash.sh refuses every disk that it must not write to.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/qemu_lib.sh
result=0
begin image
board=x86_64-generic
first=$images/$board
disk=$first/disk.img
bin=build/x86_64-release

again() {
	TZ=Asia/Tokyo VERSION="$(value version)" ETC=build/update.pem \
		SOURCE_DATE_EPOCH="$(value built)" OUT="$work/again" \
		SBOM="--map $bin/first.map --target x86_64 --cc x86_64-linux-gnu-gcc \
		--mpedge $(value version)" \
		image/appliance/build.sh $board $bin/mpinit $bin/mpedge \
		build/deps/x86_64/bin/dropbearmulti
}
value() { sed -n "s/^$1 *= *//p" "$first/slot.conf"; }
check "made again" again
check "its slot is the same bytes" cmp "$first/slot.img" "$work/again/slot.img"
check "its disk is the same bytes" cmp "$disk" "$work/again/disk.img"
bytes=$(wc -c <"$disk")
echo "# $suite: $board: $bytes bytes"
check "less than 64 MiB" test "$bytes" -lt $((64 * 1048576))

# --- the disk

check "a boot sector" test "$(od -An -t x1 -j 510 -N 2 "$disk" | tr -d ' ')" = 55aa
check "the environment block is at sector 4096" test "$(dd if="$disk" bs=512 \
	skip=4096 count=1 status=none | head -n 2 | tail -n 1)" = good=A
on_fat() { mdir -b -i "$disk@@1M" "::$1"; }
for file in mp.ini README.txt grub/grub.cfg EFI/BOOT/BOOTX64.EFI; do
	check "on the FAT partition: $file" on_fat $file
done
mcopy -n -i "$disk@@1M" ::mp.ini "$work/mp.ini"
check "its mp.ini is valid" "$mpedge" --check-config "$work/mp.ini"
check "no key of SSH" eval '! on_fat authorized_keys'

components() { jq -r '.packages[].name' "$first/sbom.spdx.json" | sort; }
check "its list of components is that of slot.conf" test "$(value sbom)" = \
	"$(sha256sum <"$first/sbom.spdx.json" | cut -d ' ' -f 1)"
for name in linux busybox dropbear grub-bios grub-x86_64 mpedge musl; do
	check "the list has $name" grep -qx $name <(components)
done

# --- flash.sh, with a /sys and a /proc of our own

export FLASH_SYS=$work/sys FLASH_PROC=$work/proc
mkdir -p "$work/proc/self"
# device NAME NUMBER: of 1 GiB, with a partition
device() {
	local at=$FLASH_SYS/block/$1
	mkdir -p "$at/device" "$at/$1"1/holders "$at/holders"
	echo "$2:0" >"$at/dev"
	echo "$2:1" >"$at/$1"1/dev
	echo 2097152 >"$at/size"
	echo 0 >"$at/ro"
	echo 1 >"$at/removable"
	echo "A Stick" >"$at/device/model"
}
for n in 1 2 3 4 5 6; do
	device sdx$n $n
done
cat >"$work/proc/self/mountinfo" <<-END
	20 1 1:1 / / rw - ext4 /dev/sdx11 rw
	21 20 2:1 / /media/stick rw - vfat /dev/sdx21 rw
END
printf 'Filename Type\n/dev/sdx31 partition 1 0 -2\n' >"$work/proc/swaps"
: >"$FLASH_SYS/block/sdx4/sdx41/holders/dm-0"
echo 1 >"$FLASH_SYS/block/sdx5/ro"
echo 2048 >"$FLASH_SYS/block/sdx6/size"
refused() { # DEVICE WHY
	! image/appliance/flash.sh "$disk" "$1" >"$work/said" 2>&1 </dev/null &&
		grep -q "$2" "$work/said"
}
check "flash: not the disk of this system" refused /dev/sdx1 'this system runs from it'
check "flash: not a mounted one" refused /dev/sdx2 'is mounted on /media/stick'
check "flash: not swap space" refused /dev/sdx3 'swap space'
check "flash: not a part of something" refused /dev/sdx4 'is part of dm-0'
check "flash: not one that is read-only" refused /dev/sdx5 'read-only'
check "flash: not one that is too small" refused /dev/sdx6 'the image needs'
check "flash: not a partition" refused /dev/sdx11 'name the whole disk'
check "flash: not without a device" refused '' 'which DEVICE'
device sdx7 7
check "flash: not without its name typed" refused /dev/sdx7 'not written'
check "flash: shows what it is" grep -q 'A Stick, removable, 1073 MB' "$work/said"
unset FLASH_SYS FLASH_PROC
truncate -s 1G "$work/card"
printf 'not = a setting\n' >"$work/bad.ini"
check "flash: not with a mp.ini that is wrong" eval \
	'! image/appliance/flash.sh "$disk" "$work/card" "$work/bad.ini"'
check "flash: a file, with a mp.ini" image/appliance/flash.sh "$disk" "$work/card" config.ini
mcopy -n -i "$work/card@@1M" ::mp.ini "$work/written.ini"
check "flash: the mp.ini is there" cmp config.ini "$work/written.ini"

finish || result=1
exit $result
