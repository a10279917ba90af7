#!/bin/bash
# usage: appliance.sh
# The images of all boards boot in QEMU, from power-on to a healthy page and records
# in nats-server on the host; the same disk under BIOS and UEFI; without a clock;
# without a time server; with an address of its own; with a mp.ini that is wrong.  A
# collector that hangs is started again, and a kernel that is dead by the hardware
# watchdog.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/qemu_lib.sh
result=0
begin appliance

stored() { metric_reaches 100 mpedge_sink_confirmed_total 'sink="nats"'; }
health_says() { page /health | grep -q "$1"; }
status_is() { page /status.json | jq -e "$1"; }
http_status() {
	curl -s -o "$work/answer" -w '%{http_code}' --max-time 10 \
		"http://127.0.0.1:$http_port$1"
}
jump_told() {
	dump_nats && grep -q 'the clock of the box jumped by' "$work/records.tsv"
}
refuses() { [ "$(http_status /health)" = 503 ]; }

# boots NAME WHAT: it does all that a box is for.  What is asked costs an emulated
# processor much of its time: the short page first.
boots() {
	http_port=${box_port[$1]}
	check "$2: its page answers" wait_for "$boot_limit" box_answers /health
	wait_for 120 healthy
	check "$2: collects" wait_for 120 connected
	check "$2: records are in nats-server" wait_for 120 stored
	check "$2: /health passes" wait_for 120 healthy
	echo "# $suite: $2: $(box_seconds "$1") s from power-on to collecting," \
		"healthy, and records in nats-server"
}

# The box logs what it has when it is at rest; 64 MiB are for all of it.
small() {
	local total available
	read -r total available < <(tr -d '\r' <"$work/$1.console" | sed -n \
		's/.*event=memory .*total_kib=\([0-9]*\).*available_kib=\([0-9]*\).*/\1 \2/p' |
		tail -n 1)
	[ -n "$available" ] || return 1
	echo "# $suite: $2: $(((total - available) / 1024)) MiB of memory in use"
	[ $((total - available)) -lt 65536 ]
}
memory() {
	check "$2: tells its memory" wait_for 120 console "$1" event=memory
	small "$1" "$2" || not_ok "$2: less than 64 MiB"
}

# enter KEY COMMAND: on the box, by SSH
enter() {
	timeout 60 ssh -F none -p "$ssh_port" -i "$work/$1" -o IdentitiesOnly=yes \
		-o BatchMode=yes -o ConnectTimeout=20 \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile="$work/hosts" \
		root@127.0.0.1 "$2" 2>>"$work/ssh.log"
}

ssh_port=$(free_port)
for key in key other; do
	ssh-keygen -q -t ed25519 -N '' -f "$work/$key"
done
forward=hostfwd=tcp:127.0.0.1:$ssh_port-:22

start_sim --rate 200 --symbols BTCUSDT,ETHUSDT
start_nats
start_sntp

box_make pc x86_64-generic nats.enabled=true
box_start pc -device i6300esb
boots pc "x86_64-generic, BIOS"
check "the loader counts its boots" wait_for 120 box_env_is pc 'fails=[01]'
check "its slot is A" status_is '.appliance.slot == "A"'
memory pc x86_64-generic
box_cut pc

# The same disk, in a box whose clock has stopped, with an address of its own.
box_config nats.enabled=true network.address=10.0.2.15/24 \
	network.gateway=10.0.2.2 network.dns=10.0.2.3
box_put pc "$work/config.ini" mp.ini
box_put pc "$work/key.pub" authorized_keys
UEFI=1 box_start pc -rtc base=1970-01-01T00:00:00
boots pc "x86_64-generic, UEFI, no clock, static address"
check "its address is that of mp.ini" console pc 'address=10.0.2.15 by=mp.ini'
check "its clock is that of the time server" health_says 'clock ntp'
check "its clock is right" test "$(($(date +%s) - $(date +%s -d \
	"$(page /health | jq -r .timestamp)")))" -lt 60
box_cut pc

stop $sntp_pid
BOX_FORWARD=$forward box_start pc -rtc base=1970-01-01T00:00:00 \
	-device i6300esb -action watchdog=reset
check "no time server: its page answers" wait_for "$boot_limit" box_answers /health
check "no time server: /health says so" wait_for 60 health_says 'no time server'
check "no time server: its clock is not at 1970" \
	status_is '.appliance.clock == "floor"'
start_sntp
check "a time server that comes later sets the clock" \
	wait_for 120 health_says 'clock ntp'
check "that jump is in the log" wait_for 60 console pc event=clock_jumped
check "and is a record" wait_for 60 jump_told
check "the hardware watchdog is petted" console pc 'event=watchdog name="i6300ESB'
check "mpedge is stopped" \
	wait_for 120 enter key 'kill -STOP $(pidof mpedge)'

# Two at once; meanwhile init waits for a word of mpedge.
box_make arm64 arm64-generic nats.enabled=true
box_make armv7 armv7-generic nats.enabled=true
box_start arm64
box_start armv7
boots arm64 arm64-generic
boots armv7 armv7-generic
for name in arm64 armv7; do
	http_port=${box_port[$name]}
	memory $name $name-generic
	box_cut $name
done

http_port=${box_port[pc]}
check "mpedge hung: it is started again" wait_for 120 box_answers /livez
check "mpedge hung: that is told" status_is \
	'.appliance.restart_reason == "it was hung and was killed"'
check "mpedge hung: collects again" wait_for 120 connected
started=$(grep -ac 'component=init event=started' "$work/pc.console")
check "its kernel panics, and does not restart by itself" enter key \
	'echo 0 >/proc/sys/kernel/panic; (sleep 1; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &'

# What is wrong is told where it can be seen, and the box can be reached: also by
# SSH, with the key that was put on it and no other.
box_make wrong x86_64-generic nats.enabled=true journal.sync_ms=never \
	network.ntp=10.0.2.2:1
box_put wrong "$work/key.pub" authorized_keys
line=$(grep -n 'sync_ms = never' "$work/config.ini" | cut -d : -f 1)
ssh_port=$(free_port)
BOX_FORWARD="hostfwd=tcp:127.0.0.1:$ssh_port-:22" box_start wrong
check "wrong mp.ini: its page answers" wait_for "$boot_limit" box_answers /livez
check "wrong mp.ini: /health is 503" wait_for 60 refuses
check "wrong mp.ini: /health names the line" health_says "mp.ini:$line"
check "wrong mp.ini: so does the page" eval 'page / | grep -q "mp.ini:$line"'
check "wrong mp.ini: so does the console" console wrong "mp.ini:$line"
check "its key opens it" wait_for 120 \
	eval "enter key 'cat /proc/1/comm /config/mp.ini' | grep -q '^sync_ms = never'"
check "no time server: the hardware's clock will do" \
	eval "enter key 'cat /run/mpedge/facts' | grep -qx clock=rtc"
check "another key does not" eval '! enter other true'
check "nor does a password" grep -q 'Permission denied (publickey)' "$work/ssh.log"
check "its root becomes read-only" wait_for 120 \
	eval 'enter key "touch /x 2>&1" | grep -q "Read-only file system"'
box_cut wrong

http_port=${box_port[pc]}
check "dead kernel: the hardware watchdog starts the box again" wait_for \
	"$boot_limit" console_count pc 'component=init event=started' $((started + 1))
check "dead kernel: the box collects again" wait_for "$boot_limit" connected
box_cut pc

box_consoles
finish || result=1
exit $result
