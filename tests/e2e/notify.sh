#!/bin/bash
# usage: notify.sh
# What the service manager hears (sd_notify): READY=1, RELOADING=1, STOPPING=1,
# WATCHDOG=1 and STATUS=, at a path and at a name that is no file; nothing is lost
# when nobody listens yet, and nothing waits for it.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

# receive SOCKET: what comes is in $work/heard
receive() {
	: >"$work/heard"
	"$tools/notify_receive" "$1" >"$work/heard" 2>>"$work/receive.log" &
	receiver=$!
	started $receiver
}

heard() { grep -q -- "$1" "$work/heard"; }
heard_times() { [ "$(grep -c -- "$1" "$work/heard")" -ge "$2" ]; }

# The words in the order they came, without repetitions of the watchdog's.
words() {
	grep -o ' \(READY\|RELOADING\|STOPPING\)=1' "$work/heard" | xargs
}

# In each RELOADING=1 the time it began: later than $1, not later than heard.
reload_time() {
	sed -n 's/^\([0-9]*\) RELOADING=1|MONOTONIC_USEC=\([0-9]*\)|.*/\1 \2/p' \
		"$work/heard" | awk -v after="$1" '
		{ n++; if ($2 < after || $2 > $1) bad = 1; print }
		END { exit bad || n == 0 }'
}

# When the last of it was heard.
last_heard() { sed -n '$s/ .*//p' "$work/heard"; }

begin notify
start_sim --rate 100 --symbols BTCUSDT,ETHUSDT
quick=(box.drain_ms=2000)
export NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID

# --- a path, and nobody there at first
NOTIFY_SOCKET=$(realpath "$work")/notify WATCHDOG_USEC=1000000
start_mpedge "${quick[@]}"
check "collects when nobody listens" wait_for 20 connected
check "and says so once" test \
	"$(grep -c 'component=notify event=not_sent' "$work/mpedge.log")" = 1
receive "$NOTIFY_SOCKET"
check "READY=1 comes late rather than never" wait_for 20 heard ' READY=1|STATUS='
check "WATCHDOG=1 comes again and again" wait_for 20 heard_times ' WATCHDOG=1|' 4
check "STATUS= says how it goes" wait_for 20 heard \
	'STATUS=1 of 1 connections live, 2 of 2 books in step, [1-9][0-9]* records'

before=$(last_heard)
kill -HUP "$mpedge_pid"
check "a reload is RELOADING=1, then READY=1" wait_for 20 heard_times ' READY=1' 2
check "in this order" test "$(words)" = "READY=1 RELOADING=1 READY=1"
check "with the time it began" reload_time "$before"
cp "$work/config.ini" "$work/good.ini"
echo "nonsense = 1" >>"$work/config.ini"
kill -HUP "$mpedge_pid"
check "a reload that is refused ends with READY=1 too" \
	wait_for 20 heard_times ' READY=1' 3
check "and is told of" wait_for 20 heard 'STATUS=the last reload was refused'
cp "$work/good.ini" "$work/config.ini"
kill -HUP "$mpedge_pid"
kill -HUP "$mpedge_pid"
check "reloads that meet" wait_for 20 heard_times ' READY=1' 4
stop "$mpedge_pid"
check "ends with 0" test "$status" = 0
check "STOPPING=1 was the last word" wait_for 20 heard ' STOPPING=1|STATUS=waits'
check "of them" test "$(words | sed 's/.* //')" = STOPPING=1
stop "$receiver"

# --- a name that is no file; the watchdog of another process
NOTIFY_SOCKET=@mpedge-test-$$ WATCHDOG_USEC=1000000 WATCHDOG_PID=1
receive "$NOTIFY_SOCKET"
start_mpedge
check "an abstract name: READY=1" wait_for 20 heard ' READY=1'
kill -HUP "$mpedge_pid"
check "an abstract name: reload" wait_for 20 heard_times ' READY=1' 2
check "no WATCHDOG=1 for another process" eval '! heard WATCHDOG=1'
stop "$mpedge_pid"
check "an abstract name: STOPPING=1" wait_for 20 heard ' STOPPING=1'
stop "$receiver"

# --- variables that are no use
: >"$work/mpedge.log"
NOTIFY_SOCKET=nowhere WATCHDOG_USEC=0 WATCHDOG_PID=
start_mpedge
check "a socket that is none is named" wait_for 20 grep -q \
	"event=ignored variable=NOTIFY_SOCKET" "$work/mpedge.log"
stop "$mpedge_pid"
finish || result=1
exit $result
