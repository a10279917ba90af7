#!/bin/bash
# usage: box.sh DIR plain|systemd [PACKAGES]
# Run by tests/e2e/package.sh inside namespaces of its own: DIR/root becomes this machine's
# file system with a layer of memory over it, so that packages can be installed
# without a trace.  With `systemd` the service manager becomes its first
# process; without it waits, and the shell of the test enters it.  DIR/up says
# that the file system is there.  PACKAGES is a folder of those of another
# systemd, which is unpacked there first.

set -e
dir=$1
mount -t tmpfs none "$dir"
mkdir "$dir/layer" "$dir/work" "$dir/root"
mount -t overlay none \
	-o "lowerdir=/,upperdir=$dir/layer,workdir=$dir/work" "$dir/root"
cd "$dir/root"
for package in ${3:+"$3"/*.deb}; do
	dpkg-deb --fsys-tarfile "$package" |
		tar -x --keep-directory-symlink
done
mount -t proc proc proc
mount -t tmpfs none run
mount -t tmpfs none tmp
mkdir tmp/test
mount -t sysfs -o ro none sys
mount --rbind /dev dev
mount -t cgroup2 none sys/fs/cgroup 2>/dev/null || : >tmp/test/no_cgroup
# No chroot: in one there are no user namespaces (PrivateUsers=).
mkdir tmp/old
pivot_root . tmp/old
cd /
umount -l /tmp/old
# This machine may forbid that packages start services; the test wants it.
rm -f usr/sbin/policy-rc.d
: >tmp/test/up
[ "$2" = systemd ] || exec sleep 600
[ ! -e tmp/test/no_cgroup ] || exit 3
# Of the machine's own units none.
rm -rf etc/systemd/system
mkdir -p etc/systemd/system
printf '[Unit]\nDescription=the test\n' >etc/systemd/system/test.target
exec env -i container=test PATH="$PATH" /lib/systemd/systemd \
	--system --unit=test.target --log-target=console --show-status=0
