#!/bin/sh
# usage: rootfs.sh BINARY FOLDER
# All that is in the image.  Roots of trust are in the program; names are resolved
# as /etc/resolv.conf says, which the container's engine provides.

cd "$(dirname "$0")/../.." || exit 2
root=$2
set -e
umask 022
install -D -m 755 "$1" "$root/usr/bin/mpedge"
mkdir -p "$root/etc" "$root/var/lib/mpedge" "$root/usr/share/doc/mpedge"
echo 'mpedge:x:65532:65532:collector of market data:/var/lib/mpedge:/nologin' \
	>"$root/etc/passwd"
echo 'mpedge:x:65532:' >"$root/etc/group"
# Reached from outside the container; its network decides from where.
image/settings.sh http.listen=0.0.0.0:8080 box.state_path=/var/lib/mpedge/state \
	journal.path=/var/lib/mpedge/journal <config.ini >"$root/etc/mp.ini"
cat LICENSE docs/reference/notices.md >"$root/usr/share/doc/mpedge/copyright"
find "$root" -type f ! -path '*/bin/*' -exec chmod 644 {} +
