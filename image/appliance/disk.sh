#!/bin/sh
# usage: disk.sh BOARD SLOT-IMAGE CONFIG OUT
# The disk: loader, environment block, FAT partition, slot A.  The file ends with
# what slot A has; the other partitions are in the table, and are empty.
# docs/appliance.md has the layout.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
board=$1 slot=$2 config=$3 out=$4
conf=board/$board/board.conf
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
set -e

toolchain/fetch.sh grub-tools
dpkg-deb -x "build/fetch/$(files_of grub-tools)" "$work/tools"
# More than these no loader needs; whatever fails is told on the screen.
modules="part_msdos fat squash4 gzio linux boot loadenv regexp probe normal
	configfile echo test sleep reboot ls cat"
serial=$(sha256sum <"$slot" | cut -c 1-8)
fat_sectors=$(($(value_of fat_mib "$conf") * 2048))
slot_sectors=$(($(value_of slot_mib "$conf") * 2048))

# le32 NUMBER: its bytes for printf
le32() {
	for shift in 0 8 16 24; do
		printf '\\%03o' $(($1 >> shift & 255))
	done
}

# entry TYPE START SECTORS [STATUS]: of the partition table; 0200 is what some BIOS
# want to see once
entry() {
	printf "\\${4:-000}\\376\\377\\377\\$1\\376\\377\\377$(le32 "$2")$(le32 "$3")"
}

# put FILE LBA: into the disk
put() {
	dd if="$1" of="$work/disk" bs=512 seek="$2" conv=notrunc status=none
}

# loader NAME FORMAT OUT [MODULE...]: a core image of GRUB, which looks for its
# settings in the first partition of the disk it comes from
loader() {
	toolchain/fetch.sh "grub-$1"
	mkdir -p "$work/grub-$1"
	dpkg-deb -x "build/fetch/$(files_of "grub-$1")" "$work/grub-$1"
	core=$work/grub-$1/usr/lib/grub/$2
	to=$3
	format=$2
	shift 3
	"$work/tools/usr/bin/grub-mkimage" -O "$format" -d "$core" \
		-p '(,msdos1)/grub' -o "$to" $modules "$@"
}

: >"$work/disk"
mkdir -p "$work/fat/EFI/BOOT" "$work/fat/grub"
for grub in $(value_of grub "$conf"); do
	case $grub in
	bios)
		loader bios i386-pc "$work/core.img" biosdisk
		put "$work/grub-bios/usr/lib/grub/i386-pc/boot.img" 0
		put "$work/core.img" 1
		[ "$(wc -c <"$work/core.img")" -le $((1023 * 512)) ] || exit 1
		;;
	x86_64) loader x86_64 x86_64-efi "$work/fat/EFI/BOOT/BOOTX64.EFI" \
		efi_gop ;;
	arm64) loader arm64 arm64-efi "$work/fat/EFI/BOOT/BOOTAA64.EFI" \
		efi_gop fdt ;;
	armv7) loader armv7 arm-efi "$work/fat/EFI/BOOT/BOOTARM.EFI" \
		efi_gop fdt ;;
	esac
done

# The identity of the disk, the table, and what makes it one.
first=2048
a=$((first + fat_sectors))
b=$((a + slot_sectors))
{
	printf "$(le32 $((0x$serial)))\\000\\000"
	entry 014 $first "$fat_sectors" 200
	entry 203 $a "$slot_sectors"
	entry 203 $b "$slot_sectors"
	entry 203 $((b + slot_sectors)) 131072
	printf '\125\252'
} >"$work/table"
dd if="$work/table" of="$work/disk" bs=1 seek=440 conv=notrunc status=none
{
	printf '# GRUB Environment Block\ngood=A\ntry=\nleft=0\nfails=0\n'
	printf '%1024s' '' | tr ' ' '#'
} | head -c 1024 >"$work/grubenv"

cp image/appliance/grub.cfg "$work/fat/grub/grub.cfg"
cp "$config" "$work/fat/mp.ini"
sed "s/@BOARD@/$board/" image/appliance/fat-readme.txt >"$work/fat/README.txt"
for file in mp.ini README.txt; do
	sed -i 's/\r*$/\r/' "$work/fat/$file"
done
find "$work/fat" "$work/grubenv" -exec touch -d "@$epoch" {} +
# The environment block is the first file, so its place is where the data begins:
# sector 4096 of the disk.  mpedge writes that sector; GRUB, which cannot save to
# sectors that no file has, writes the file.
truncate -s $((fat_sectors * 512)) "$work/fat.img"
# mkfat RESERVED
mkfat() {
	/sbin/mkfs.fat --invariant -F 16 -s 4 -r 512 -R "$1" -h $first \
		-n MPEDGE -i "$serial" "$work/fat.img" >/dev/null
}
mkfat 1952
fat_size=$(od -An -t u2 -j 22 -N 2 "$work/fat.img")
mkfat $((4096 - first - 32 - 2 * fat_size))
export MTOOLS_SKIP_CHECK=1
mcopy -m -i "$work/fat.img" "$work/grubenv" ::
mattrib +h +s -i "$work/fat.img" ::grubenv
mcopy -s -p -m -Q -i "$work/fat.img" $(find "$work/fat" -mindepth 1 -maxdepth 1 |
	sort) ::
put "$work/fat.img" $first
put "$slot" $a
dd if="$work/disk" bs=512 skip=4096 count=2 status=none | cmp - "$work/grubenv" || {
	echo "disk.sh: the environment block is not where it has to be" >&2
	exit 1
}
truncate -s %4096 "$work/disk"
mv "$work/disk" "$out"
