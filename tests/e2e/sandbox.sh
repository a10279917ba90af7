#!/bin/bash
# usage: sandbox.sh
# The sandbox (docs/sandbox.md): what a process that has begun has given up, also
# in libnats' threads; that the kernel refuses it what a collector never needs,
# asked from a program that enters the same way and from inside a running one; and
# that everything still works, as another user too.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

says() { grep -q -- "$1" "$work/mpedge.log"; }
# of PID FIELD: a line of /proc/PID/status
of() { awk -v f="$2:" '$1 == f { $1 = ""; print substr($0, 2) }' "/proc/$1/status"; }

# refuses STATUS PATTERN COMMAND...: ends with that, and its log says so
refuses() {
	local status=$1 pattern=$2
	shift 2
	"$@" >"$work/refused.log" 2>&1
	[ $? = "$status" ] && grep -q -- "$pattern" "$work/refused.log" ||
		{ tail -3 "$work/refused.log"; return 1; }
}

begin sandbox
kernel=$("$mpedge" doctor 2>/dev/null | grep '^[a-z]* *sandbox: ')
version=$(sed -n 's/.*Landlock \([0-9]*\).*/\1/p' <<<"$kernel")
version=${version:-0}
case $kernel in *', seccomp,'*) ;; *)
	skip "no seccomp here: $kernel"
	check "doctor has something to say about it" test -n "$kernel"
	finish
	exit
	;;
esac
outside=$(mktemp -d) || exit 2
trap 'rm -rf "$outside"; stop_all' EXIT
chmod 755 "$outside"
echo secret >"$outside/secret"

# --- a program that enters as mpedge does
start_sim --rate 100 --symbols BTCUSDT,ETHUSDT
here=$(realpath "$work")
write_config file.path="$here/data/records.jsonl" file.enabled=true \
	journal.path="$here/data/journal" tls.ca_file="$(realpath "$sim_ca")"
mkdir -p "$work/data"
"$tools/jail" "$work/config.ini" create="$here/data/new" \
	rename="$here/data/other" unlink="$here/data/new" read=/etc/hosts \
	create="$outside/new" read="$outside/secret" tcp-bind tcp-listen \
	udp-bind netlink map-code protect-code thread setuid trap-handler \
	mkdir="$here/data/folder" unknown >"$work/jail.txt" 2>"$work/jail.log"
# says_jail TRY ANSWER: on the first thread and on a later one
says_jail() { grep -qxE "$1: $2 $2" "$work/jail.txt"; }
check "what is needed can be done" eval \
	"says_jail 'create .*/data/new' ok && says_jail 'rename .*' ok &&
	 says_jail 'read /etc/hosts' ok && says_jail udp-bind ok &&
	 says_jail thread ok && grep -q '^unlink .*: ok' '$work/jail.txt'"
check "no socket listens any more" says_jail tcp-listen EPERM
check "no memory with code" eval \
	"says_jail map-code ENOMEM && says_jail protect-code EPERM"
check "no other kind of socket" says_jail netlink EPERM
check "no other user" says_jail setuid ENOSYS
check "a call that nobody knows is answered" says_jail unknown ENOSYS
check "its signal is its own" says_jail trap-handler EPERM
if [ "$version" -ge 1 ]; then
	check "nothing is made outside" says_jail "create $outside/new" EACCES
	check "nothing is read outside" says_jail "read $outside/secret" EACCES
	check "and nothing was" test ! -e "$outside/new"
else
	skip "this kernel has no Landlock"
fi
[ "$version" -lt 4 ] || check "no port is bound" says_jail tcp-bind EACCES

# ends WHAT: it does not live to tell
ends() {
	"$tools/jail" "$work/config.ini" "$1" >"$work/ends.txt" 2>"$work/ends.log"
	[ $? -ge 128 ] && [ ! -s "$work/ends.txt" ] || return 1
	[ "$1" = fork ] || grep -q "event=killed call=$1 " "$work/ends.log"
}
for what in execve ptrace mount fork; do
	check "$what ends it" ends $what
done
rm -rf "$work/data"
mkdir "$work/data"

# --- the collector itself

start_nats
start_mpedge nats.enabled=true file.enabled=true \
	file.path="$here/data/records.jsonl" journal.path="$here/data/journal" \
	box.state_path="$here/data/state" tls.ca_file="$(realpath "$sim_ca")"
wait_for 20 connected
wait_for 20 metric_reaches 100 mpedge_sink_confirmed_total sink=\"nats\"
threads=$(ls "/proc/$mpedge_pid/task")
all_threads() {
	local t
	[ "$(wc -w <<<"$threads")" -ge 2 ] || return 1
	for t in $threads; do
		[ "$(of "$mpedge_pid/task/$t" "$1")" = "$2" ] || return 1
	done
}
check "its threads: no new privileges" all_threads NoNewPrivs 1
check "a filter" all_threads Seccomp 2
check "no capabilities" all_threads CapEff 0000000000000000
check "none to be had" all_threads CapPrm 0000000000000000
[ "$(id -u)" != 0 ] ||
	check "by running another program, either" all_threads CapBnd 0000000000000000
check "/status.json says so" jq -e ".sandbox | .seccomp and .no_privileges and
	.landlock == $version and .uid == $(id -u)" <(page /status.json)
parts=$((2 + (version > 0)))
check "and the gauge" test "$(metric mpedge_sandbox_parts)" = $parts
check "and the log" says 'component=sandbox event=entered.* seccomp=true'

# ask WHAT PATTERN: from inside of each thread; skipped where nobody may trace
ask() {
	local t
	for t in $threads; do
		# Those that were there for the start of a connection are gone.
		[ -e "/proc/$mpedge_pid/task/$t" ] || continue
		"$tools/inject" "$t" "$1" >"$work/inject.txt" 2>&1
		grep -qxE "$2" "$work/inject.txt" || {
			echo "thread $t: $(cat "$work/inject.txt")"
			return 1
		}
	done
}
"$tools/inject" "$mpedge_pid" read=/etc/hosts >"$work/inject.txt" 2>&1
if [ $? = 77 ]; then
	skip "nobody may trace here"
else
	check "taken over, it can read what it has to" ask read=/etc/hosts ok
	check "and write where its files are" ask create="$here/data/by" ok
	check "but make no socket that listens" ask listen 'Operation not permitted'
	check "and no code" ask map-code 'Operation not permitted'
	[ "$version" -lt 1 ] || {
		check "nor a file elsewhere" ask create="$outside/by" 'Permission denied'
		check "nor read one" ask read="$outside/secret" 'Permission denied'
	}
	before=$(metric mpedge_sink_confirmed_total sink=\"nats\")
	check "it goes on" wait_for 20 metric_reaches $((before + 100)) \
		mpedge_sink_confirmed_total sink=\"nats\"
	"$tools/inject" "$mpedge_pid" execve=/bin/true >/dev/null
	check "another program is its end" wait_for 20 eval \
		"! kill -0 $mpedge_pid"
	check "with its name" says 'component=sandbox event=killed call=execve '
	stop "$mpedge_pid"
	start_mpedge
	wait_for 20 connected
fi
kill -HUP "$mpedge_pid"
check "settings are read again" wait_for 20 says event=reloaded
stop_market
check "nothing was lost" verify_nats
stop "$mpedge_pid"
check "it ends by itself" test "$status" = 0

# --- how it can be had otherwise
start_mpedge box.sandbox=off
check "off" eval "[ '$(of "$mpedge_pid" Seccomp)' = 0 ] && says event=off"
stop "$mpedge_pid"
"$tools/old_kernel" true
if [ $? = 0 ]; then
	: >"$work/mpedge.log"
	write_config box.sandbox=auto
	"$tools/old_kernel" "$mpedge" "$work/config.ini" >/dev/null \
		2>>"$work/mpedge.log" &
	mpedge_pid=$!
	started $mpedge_pid
	check "an old kernel: it collects" wait_for 20 connected
	check "and says once what is missing" test "$(grep -c \
		'event=incomplete.*missing="landlock: this kernel has none; seccomp: ' \
		"$work/mpedge.log")" = 1
	check "privileges are gone there too" test \
		"$(of "$mpedge_pid" CapEff)" = 0000000000000000
	stop "$mpedge_pid"
	write_config box.sandbox=on
	check "on: it does not start" refuses 78 'box.sandbox = on: landlock' \
		"$tools/old_kernel" "$mpedge" "$work/config.ini"
fi

# --- another user
write_config box.user=no.such.user
if [ "$(id -u)" = 0 ]; then
	check "a user that is none: 78" refuses 78 'is no user of /etc/passwd' \
		"$mpedge" "$work/config.ini"
	mkdir "$outside/data"
	cp "$sim_ca" "$outside/ca.pem"
	ctl resume
	settings=(box.user=12345:12346 journal.path="$outside/data/journal"
		file.enabled=true file.path="$outside/data/records.jsonl"
		file.rotate_bytes=20000 box.state_path="$outside/data/state"
		tls.ca_file="$outside/ca.pem")
	write_config "${settings[@]}"
	cp "$work/config.ini" "$outside/mp.ini"
	check "a folder of somebody else: 78 and a remedy" refuses 78 \
		"$outside/data.*user 12345 may not write in that folder; chown it" \
		"$mpedge" "$outside/mp.ini"
	chown 12345:12346 "$outside/data"
	: >"$work/mpedge.log"
	"$mpedge" "$outside/mp.ini" 2>>"$work/mpedge.log" >/dev/null &
	mpedge_pid=$!
	started $mpedge_pid
	check "as another user it collects" wait_for 20 connected
	check "all ids are its own" eval \
		"[ '$(of "$mpedge_pid" Uid | xargs)' = '12345 12345 12345 12345' ] &&
		 [ '$(of "$mpedge_pid" Gid | xargs)' = '12346 12346 12346 12346' ] &&
		 [ -z '$(of "$mpedge_pid" Groups | xargs)' ]"
	check "its files turn over" wait_for 20 test -e "$outside/data/records.jsonl.2"
	check "and are its own" test "$(stat -c %u "$outside/data"/* | sort -u)" = 12345
	kill -HUP "$mpedge_pid"
	check "it reads its settings again" wait_for 20 says event=reloaded
	stop "$mpedge_pid"
	check "and ends by itself" test "$status" = 0
	check "its state was kept" test -s "$outside/data/state"
	chmod 600 "$outside/mp.ini"
	: >"$work/mpedge.log"
	"$mpedge" "$outside/mp.ini" 2>>"$work/mpedge.log" >/dev/null &
	mpedge_pid=$!
	started $mpedge_pid
	check "settings that it may not read: a warning" wait_for 20 says \
		'event=not_readable'
	stop "$mpedge_pid"
else
	check "only root becomes another: 78" refuses 78 'box.user: ' \
		"$mpedge" "$work/config.ini"
fi
rm -rf "$outside"
finish || result=1
exit $result
