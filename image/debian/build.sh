#!/bin/sh
# usage: build.sh BINARY ARCH VERSION OUT.deb
# A Debian package (bookworm and later) around one static binary.  ARCH is
# amd64, arm64 or armhf.  The same input gives the same bytes: times are
# SOURCE_DATE_EPOCH, or that of the last commit.

cd "$(dirname "$0")/../.." || exit 2
[ $# -eq 4 ] || { sed -n 2p "$0" >&2; exit 64; }
binary=$1 arch=$2 version=$3 out=$4
from=image/debian
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
root=$work/root
doc=$root/usr/share/doc/mpedge
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
umask 022
set -e

put() {
	install -D -m "$1" "$2" "$root/$3"
}

put 755 "$binary" usr/bin/mpedge
mkdir -p "$root/etc" "$root/usr/lib/systemd/system" "$root/DEBIAN" "$doc/examples"
image/settings.sh box.state_path=/var/lib/mpedge/state \
	journal.path=/var/lib/mpedge/journal <config.ini >"$root/etc/mp.ini"
put 644 image/systemd/mpedge.service usr/lib/systemd/system/mpedge.service
# postinst puts it where it counts, with a systemd that knows it, and looks again
# when that is another one.
put 644 image/systemd/notify-reload.conf usr/share/mpedge/notify-reload.conf
printf 'interest-noawait %s/lib/systemd/systemd\n' '' /usr >"$root/DEBIAN/triggers"
# A program that takes sockets has the unit for them; it is not enabled.
if grep -q LISTEN_FDS "$binary"; then
	put 644 image/systemd/mpedge.socket usr/lib/systemd/system/mpedge.socket
fi
for file in README.md docs/*.md; do
	put 644 "$file" "usr/share/doc/mpedge/$(basename "$file")"
done
if [ -f "$binary.spdx.json" ]; then
	put 644 "$binary.spdx.json" usr/share/doc/mpedge/mpedge.spdx.json
fi
for file in image/prometheus/prometheus.yml docs/prometheus/*-rules.yml image/grafana/mpedge.json \
	image/systemd/mpedge.service; do
	put 644 "$file" "usr/share/doc/mpedge/examples/$(basename "$file")"
done
cat LICENSE docs/reference/notices.md >"$doc/copyright"
printf 'mpedge (%s) unstable; urgency=medium\n\n  * See the history of the project.\n\n -- %s  %s\n' \
	"$version" "mpedge <mpedge@localhost>" \
	"$(date -R -u -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.gz"
size=$(du -k -s --apparent-size "$root" | cut -f 1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" \
	$from/control.in >"$root/DEBIAN/control"
echo /etc/mp.ini >"$root/DEBIAN/conffiles"
for script in postinst prerm postrm; do
	install -m 755 $from/$script "$root/DEBIAN/$script"
done
(cd "$root" && find . -path ./DEBIAN -prune -o -type f -printf '%P\n' |
	LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
chmod 644 "$root"/DEBIAN/triggers "$root"/DEBIAN/md5sums "$root"/DEBIAN/control "$root"/DEBIAN/conffiles
mkdir -p "$(dirname "$out")"
# The number of threads would show in the bytes.
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$root" "$out" >/dev/null
echo "$out"
