#!/bin/bash
# usage: package.sh
# The Debian package and the systemd unit: built twice it is the same bytes, the
# unit is valid and closed, and in a layer over this machine's file system, with a
# systemd of its own as first process, it is installed, runs, reloads, is restarted
# by the watchdog, upgraded, removed and purged.
#
#   E2E_SYSTEMD=DIR  with the systemd of the packages in DIR (of backports, say:
#                    systemd, libsystemd-shared and libsystemd0) instead

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
begin package
arch=$(dpkg --print-architecture)
root=$work/root


# --- the package itself

build() { image/debian/build.sh "$mpedge" "$arch" "$1" "$work/$2" >/dev/null; }
check "builds" build 1.0-1 one.deb
TZ=Asia/Tokyo check "again elsewhere" build 1.0-1 again.deb
check "the same bytes" cmp "$work/one.deb" "$work/again.deb"
check "another version" build 1.0-2 two.deb
dpkg-deb -x "$work/one.deb" "$root"
check "its settings are right" "$mpedge" --check-config "$root/etc/mp.ini"
check "its settings are those of config.ini but for the paths" test \
	"$(diff config.ini "$root/etc/mp.ini" | grep -c '^>')" = 2
before=
files() { dpkg-deb -c "$1" | awk '{ print $2 }' | sort -u; }
check "all belongs to root" test "$(files "$work/one.deb")" = root/root
check "a setting that is not there is refused" eval \
	'! image/settings.sh journal.paht=x <config.ini'

# The other processors, where they have been built (make binary).
for pair in aarch64:arm64:ARM.aarch64 armv7:armhf:ARM,; do
	IFS=: read -r target name machine <<<"$pair"
	other=build/$target-release/mpedge
	[ -x "$other" ] || { skip "$name: $other is not built"; continue; }
	check "$name builds" image/debian/build.sh "$other" "$name" 1.0-1 "$work/$name.deb"
	check "$name is for that" test "$(dpkg-deb -f "$work/$name.deb" Architecture)" = "$name"
	dpkg-deb -x "$work/$name.deb" "$work/$name"
	check "$name has its program" eval "file '$work/$name/usr/bin/mpedge' | grep -q '$machine'"
done

# --- the unit

unit=usr/lib/systemd/system/mpedge.service
if command -v systemd-analyze >/dev/null; then
	# Of the machine's own units nothing is said here.
	verified() {
		! systemd-analyze verify --root="$1" --man=no mpedge.service 2>&1 |
			grep mpedge
	}
	mkdir -p "$root/usr/lib/systemd/system" "$root/bin"
	for name in multi-user.target sysinit.target basic.target \
		network-online.target time-sync.target shutdown.target; do
		echo "[Unit]" >"$root/usr/lib/systemd/system/$name"
	done
	cp "$mpedge" "$root/bin/kill"
	check "the package's unit is valid" verified "$root"
	check "and closed: exposure below 2.0 of 10" systemd-analyze security \
		--offline=true --root="$root" --threshold=20 mpedge.service
	version=$(systemd-analyze --version | awk 'NR == 1 { print $2 }')
	install -D -m 644 "$root/usr/share/mpedge/notify-reload.conf" \
		"$root/$unit.d/notify-reload.conf"
	if [ "$version" -ge 253 ]; then
		check "the unit with notify-reload is valid" verified "$root"
	else
		# All that an older one has to say of it.
		check "systemd $version does not know notify-reload" test \
			"$(verified "$root" | sed 's/.*: //')" = notify-reload
	fi
	rm -r "$root/$unit.d"
else
	skip "no systemd-analyze"
fi

# --- installed

newer=${E2E_SYSTEMD:+$(realpath "$E2E_SYSTEMD")}

# box plain|systemd: $first is its first process; fails where it is not allowed
box() {
	local waited
	mkdir -p "$work/box"
	setsid unshare -C -m -u -i -p -f -n --propagation private \
		tests/tools/box.sh "$(realpath "$work/box")" "$1" $newer \
		>"$work/box.log" 2>&1 </dev/null &
	shell=$!
	started $shell
	for waited in {1..200}; do
		first=$(pgrep -P $shell)
		[ -n "$first" ] && inside test -e /tmp/test/up && return 0
		running $shell || return 1
		nap 0.05
	done
	return 1
}

inside() {
	timeout 60 nsenter -t "$first" -m -p -C -n -u -i env -i PATH="$PATH" \
		HOME=/root DEBIAN_FRONTEND=noninteractive "$@" 2>&1
}

# What it is in there does not end at SIGTERM, and takes all others with it.
box_end() {
	[ -z "${first:-}" ] || kill -KILL "$first" 2>/dev/null
	wait "$shell" 2>/dev/null
	pids=${pids/ $shell / }
	first=
}
trap 'box_end; stop_all' EXIT

give() { cp "$work/$1" "/proc/$first/root/var/tmp/$1"; }
install_it() { inside dpkg -i "/var/tmp/$1"; }
show() { inside systemctl show mpedge -p "$1" --value; }
active() { [ "$(show ActiveState)" = active ]; }
restarted() { active && [ "$(show NRestarts)" -ge 1 ]; }
other_pid() { active && [ "$(show MainPID)" != "$1" ]; }
journal_says() { inside journalctl -u mpedge --no-pager | grep -q -- "$1"; }
status_says() { show StatusText | grep -q -- "$1"; }
absent() { ! inside test -e "$1"; }

# with_files: installed and removed, no matter what runs
with_files() {
	check "the user is there" inside id mpedge
	check "its folder is its own" test \
		"$(inside stat -c %U:%a /var/lib/mpedge)" = mpedge:750
	check "others do not read the settings" test \
		"$(inside stat -c %U:%G:%a /etc/mp.ini)" = root:mpedge:640
	check "dpkg finds nothing changed" test -z "$(inside dpkg -V mpedge)"
	check "notify-reload with a systemd that knows it" reloads_by
}

# A systemctl that says it is this one.
systemd_is() {
	inside mkdir -p /tmp/test/bin
	printf '#!/bin/sh\n[ "$1" = --version ] && exec echo "systemd %s"\n%s' \
		"$1" 'exec /bin/systemctl "$@"' |
		inside sh -c 'cat >/tmp/test/bin/systemctl'
	inside chmod 755 /tmp/test/bin/systemctl
	inside env "PATH=/tmp/test/bin:$PATH" \
		/var/lib/dpkg/info/mpedge.postinst triggered /lib/systemd/systemd
}

# Is Type=notify-reload asked for exactly where it is known?
reloads_by() {
	local drop_in=/$unit.d/notify-reload.conf
	local reload='grep -q ^Type=notify-reload '$drop_in
	for version in "252 (252.38-1~deb12u1)" "253~rc1 (253~rc1-1)" \
		"257.5" "249"; do
		systemd_is "$version" || return 1
		case $version in
		2[56][3-9]*) inside $reload || return 1 ;;
		*) absent $drop_in || return 1 ;;
		esac
	done
	inside /var/lib/dpkg/info/mpedge.postinst triggered /lib/systemd/systemd
}

upgrade_and_purge() {
	inside sed -i 's/^;log_level = info/log_level = debug/' /etc/mp.ini
	check "upgrade" install_it two.deb
	[ -z "$before" ] ||
		check "starts the new program" wait_for 20 other_pid "$before"
	check "settings stay as they were changed" inside grep -q \
		'^log_level = debug' /etc/mp.ini
	check "remove" inside dpkg -r mpedge
	check "settings and data are left" inside test -e /etc/mp.ini -a \
		-d /var/lib/mpedge
	check "the program is not" absent /usr/bin/mpedge
	check "purge" inside dpkg -P mpedge
	check "nothing is left" inside sh -c \
		'! ls -d /etc/mp.ini /var/lib/mpedge /usr/share/doc/mpedge \
		/etc/systemd/system/multi-user.target.wants/mpedge.service \
		/usr/lib/systemd/system/mpedge.service.d'
}

with_systemd() {
	give one.deb && give two.deb
	check "install" install_it one.deb
	with_files
	check "the service is active: systemd has heard READY=1" wait_for 20 active
	check "enabled" inside systemctl is-enabled mpedge
	check "STATUS= is shown" wait_for 20 status_says ' books in step, '
	check "it answers" wait_for 20 inside curl -sf 127.0.0.1:8080/livez
	check "as its user" test "$(inside ps -o user= -C mpedge | sort -u)" = mpedge
	case $("$mpedge" doctor 2>/dev/null) in
	*', seccomp, Landlock 0'* | *', no seccomp'*)
		skip "no seccomp and Landlock here"
		;;
	*)
		check "the unit lets it enter its sandbox" wait_for 20 \
			journal_says 'component=sandbox event=entered'
		;;
	esac
	version=$(inside systemctl --version | awk 'NR == 1 { print $2 }')
	check "reloads as systemd $version can" test "$(show Type)" = \
		"$([ "$version" -lt 253 ] && echo notify || echo notify-reload)"
	check "reload" inside systemctl reload mpedge
	check "was one" wait_for 20 journal_says event=reloaded
	check "and one alone" test "$(inside journalctl -u mpedge --no-pager |
		grep -c event=reloaded)" = 1
	inside mkdir -p /etc/systemd/system/mpedge.service.d
	inside sh -c 'printf "[Service]\nWatchdogSec=2\n" \
		>/etc/systemd/system/mpedge.service.d/short.conf'
	inside systemctl daemon-reload
	inside systemctl restart mpedge
	check "restart" wait_for 20 active
	inside systemctl kill -s STOP mpedge
	check "a program that hangs is restarted by the watchdog" \
		wait_for 60 restarted
	inside rm -r /etc/systemd/system/mpedge.service.d
	inside systemctl daemon-reload
	if grep -q LISTEN_FDS "$mpedge"; then
		inside systemctl stop mpedge
		check "its socket" inside systemctl start mpedge.socket
		check "a request starts the service" wait_for 20 inside \
			curl -sf 127.0.0.1:8080/livez
		check "which is active" wait_for 20 active
		inside systemctl stop mpedge.socket mpedge
		inside systemctl start mpedge
	else
		skip "this program takes no sockets of systemd"
	fi
	before=$(show MainPID)
	upgrade_and_purge
	check "and stopped with it" test -z "$(inside pgrep -x mpedge)"
}

without_systemd() {
	skip "no systemd as first process here: $(tail -n 1 "$work/box.log")"
	give one.deb && give two.deb
	check "install" install_it one.deb
	with_files
	upgrade_and_purge
}

if [ "$(id -u)" -ne 0 ]; then
	skip "installing needs root"
elif [ -x /lib/systemd/systemd ] && box systemd; then
	with_systemd
else
	box_end
	if box plain; then
		without_systemd
	else
		skip "no namespaces here: $(tail -n 1 "$work/box.log")"
	fi
fi
box_end
finish || result=1
exit $result
