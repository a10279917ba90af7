#!/bin/bash
# usage: tools.sh [PART...]
# What an operator looks at besides the page: where the log goes, doctor, top.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

logged() { grep -q -- "$1" "$work/mpedge.log"; }
got() { grep -qE -- "$1" "$work/$2"; }

# receive udp PORT | receive unix PATH: to $work/KIND.log
receive() {
	"$tools/datagrams" "$1" "$2" >>"$work/$1.log" 2>&1 &
	receiver=$!
	started $receiver
	wait_for 10 grep -q ready "$work/$1.log" || not_ok "datagrams $1 starts"
}

# --- the log -----------------------------------------------------------------

logs() {
	local time='[0-9-]*T[0-9:.]*Z' port socket
	begin tools_logs
	sim_ws='' http_port=''
	start_sim --rate 50
	port=$(free_port)
	receive udp "$port"
	start_mpedge log.syslog="udp://127.0.0.1:$port" log.facility=16 \
		log.levels="feed:debug http:error"
	check "a component has a level of its own" wait_for 20 \
		logged 'level=debug component=feed event=state'
	check "and another" eval '! logged "component=http"'
	check "syslog: RFC 5424 over UDP" wait_for 20 got \
		"^<134>1 $time [^ ]+ mpedge $mpedge_pid started - .*event=started" udp.log
	check "with the severity of the level" wait_for 20 got \
		"^<135>1 .* state - .*level=debug component=feed" udp.log
	check "they are counted" metric_reaches 3 mpedge_process_syslog_sent_total
	# The journal of systemd is told by the device and inode of stderr.
	stop "$mpedge_pid"
	check "it ends with 0" test "$status" = 0
	# Its path is short, wherever this is.
	socket=$(mktemp -d)/log
	receive unix "$socket"
	: >"$work/mpedge.log"
	export JOURNAL_STREAM
	JOURNAL_STREAM=$(stat -c %d:%i "$work/mpedge.log")
	start_mpedge log.syslog="$socket" log.format=json
	unset JOURNAL_STREAM
	check "syslog: a socket" wait_for 20 got \
		"^<30>1 $time [^ ]+ mpedge $mpedge_pid started - \{.*\}$" unix.log
	check "priorities for the journal" wait_for 20 logged \
		'^<6>{"ts":.*"event":"started"'
	check "each line is an object" eval \
		"sed 's/^<[0-7]>//' '$work/mpedge.log' | jq -es 'length > 3 and all(.event and .ts)'"
	# A daemon that is away costs lines, never time, and may come back.
	stop "$receiver"
	sed -i 's/^format = json/levels = feed:debug/' "$work/config.ini"
	kill -HUP "$mpedge_pid"
	check "a reload applies format and levels" wait_for 20 logged \
		'"event":"applied","keys":"log.format log.levels"'
	check "lines are lost and counted" wait_for 20 \
		metric_reaches 1 mpedge_process_syslog_lost_total
	: >"$work/unix.log"
	receive unix "$socket"
	kill -HUP "$mpedge_pid"
	check "the daemon is back, lines are logfmt" wait_for 20 got \
		" reloaded - ts=.*event=reloaded" unix.log
	sed -i 's/^levels = .*/levels = fed:debug/' "$work/config.ini"
	kill -HUP "$mpedge_pid"
	check "a wrong level is refused at a reload" wait_for 20 logged \
		'event=reload_error.*log.levels: .*is not COMPONENT:LEVEL'
	events_known
	stop_market
	stop "$mpedge_pid"
	check "it ends with 0 again" test "$status" = 0
	stop "$receiver"
	rm -r "${socket%/*}"
	finish || result=1
}

# Every line of the log names a row of the reference.
events_known() {
	"$mpedge" --print events | awk '/^## / { c = $2 }
		/^\| `/ { gsub(/[`|]/, ""); print c, $1 }' >"$work/known"
	sed -n 's/.*component=\([^ ]*\) event=\([^ ]*\).*/\1 \2/p' \
		"$work/mpedge.log" | sort -u >"$work/seen"
	check "events are those of the reference" eval \
		"test -s '$work/seen' && ! grep -vxFf '$work/known' '$work/seen'"
}

for part in ${*:-logs}; do
	$part
done
exit $result
