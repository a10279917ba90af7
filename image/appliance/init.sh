#!/bin/sh
b=/bin/busybox
$b mount -t proc proc /proc; $b mount -t sysfs sys /sys; $b mount -t devtmpfs dev /dev; $b mount -t tmpfs run /run
exec >/dev/console 2>&1
$b cat /sys/bus/*/devices/*/modalias | $b sort -u | while read m; do $b modprobe -a "$m" 2>/dev/null; done
for m in vfat nls_cp437 nls_iso8859-1 nls_ascii ext4 squashfs af_packet; do $b modprobe $m; done
$b sleep 1
cat() { $b cat "$@"; }
cat /sys/bus/*/devices/*/modalias | $b sort -u | while read m; do $b modprobe "$m" 2>/dev/null; done
$b ip link set lo up
for i in /sys/class/net/e*; do i=${i##*/}; $b ip link set $i up; $b udhcpc -i $i -n -q -s /run/dhcp; done
