#!/bin/sh
# usage: initrd.sh BOARD KERNEL-FOLDER INIT MPEDGE DROPBEAR|- SLOT.CONF OUT
# The root of a box: a cpio archive, compressed with zstd, that the kernel unpacks
# into memory.

cd "$(dirname "$0")/../.." || exit 2
. image/appliance/lib.sh
board=$1 kernel=$2 init=$3 mpedge=$4 dropbear=$5 slot=$6 out=$7
conf=board/$board/board.conf
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
root=$work/root
set -e

mkdir -p "$root"
(cd "$root" && mkdir -p bin boot config data dev etc/mpedge lib proc root run \
	sbin sys tmp usr/bin usr/share/mpedge var)
busybox=$(value_of busybox "$conf")
toolchain/fetch.sh "$busybox"
mkdir "$work/busybox"
dpkg-deb -x "build/fetch/$(files_of "$busybox")" "$work/busybox"
install -m 755 "$work/busybox/usr/bin/busybox" "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
ln -s ../bin/busybox "$root/sbin/modprobe"
ln -s /run/resolv.conf "$root/etc/resolv.conf"
ln -s /run "$root/var/run"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
printf '%s\n' 'root:x:0:0:root:/run/root:/bin/sh' \
	'mpedge:x:65532:65532:collector of market data:/data:/nologin' \
	>"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'mpedge:x:65532:' >"$root/etc/group"
cp "$conf" "$root/etc/mpedge/board.conf"
cp "$slot" "$root/etc/mpedge/slot.conf"
for file in ${ETC:-}; do
	cp "$file" "$root/etc/mpedge/"
done
install -m 755 "$init" "$root/init"
install -m 755 "$mpedge" "$root/usr/bin/mpedge"
[ "$dropbear" = - ] || {
	install -m 755 "$dropbear" "$root/usr/bin/dropbearmulti"
	ln -s dropbearmulti "$root/usr/bin/dropbear"
	ln -s dropbearmulti "$root/usr/bin/dropbearkey"
}
cp -R "$kernel/lib/modules" "$root/lib/modules"

# What a box without a data partition gets, then grown to the end of its disk.  A
# group has few inodes, since growing clears the tables of all groups: 1 GiB a
# terabyte here, and 32 GiB as mke2fs would have it.  What lies behind the last
# block in use is left out, and need not be written.
truncate -s 64M "$work/data"
E2FSPROGS_FAKE_TIME=$epoch /sbin/mke2fs -q -t ext4 -b 4096 -L mpedge-data \
	-U 6d706564-6765-4461-7461-000000000001 -J size=8 -m 0 -i 131072 -I 256 \
	-O none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum \
	-E hash_seed=6d706564-6765-4861-7368-000000000001,nodiscard,lazy_itable_init=0,lazy_journal_init=0 \
	"$work/data"
blocks=$(/sbin/dumpe2fs "$work/data" 2>/dev/null |
	sed -n 's/^ *Free blocks:.* \([0-9]*\)-[0-9]*$/\1/p' | tail -n 1)
truncate -s $((blocks * 4096)) "$work/data"
gzip -9n <"$work/data" >"$root/usr/share/mpedge/data.img.gz"

find "$root" -exec touch -h -d "@$epoch" {} +
(cd "$root" && find . -mindepth 1 | sort |
	cpio --quiet --reproducible -o -H newc -R 0:0) |
	zstd -q -T1 "-${ZSTD:-19}" >"$out"
