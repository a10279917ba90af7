#!/bin/bash
# usage: appliance_power.sh
# The power of a box is cut ten times while it collects 2,000 records a second and
# its journal has what nats-server did not get: each boot delivers it.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/qemu_lib.sh
result=0
begin appliance_power

uptime_ms() {
	page /health | jq -r '.uptime_seconds * 1000 | floor'
}
# What the box had appended a second ago, by its own clock, is on its disk.
uptime_reaches() { [ "$(uptime_ms)" -ge "$1" ]; }

start_sim --rate 1000 --symbols BTCUSDT,ETHUSDT
start_nats
start_sntp
box_make box x86_64-generic nats.enabled=true
box_start box
check "collects" wait_for "$boot_limit" connected
cuts=${CUTS:-10}
for ((cut = 1; cut <= cuts; cut++)); do
	backlog "cut $cut" 500000
	now=$(uptime_ms)
	wait_for 60 uptime_reaches $((now + 1000)) ||
		not_ok "cut $cut: it goes on without nats-server"
	box_cut box
	start_nats
	box_start box
	wait_for "$boot_limit" connected || not_ok "cut $cut: collects again"
	wait_for 60 caught_up || not_ok "cut $cut: the journal is delivered"
	recovered=$(metric mpedge_journal_recovered_total)
	echo "# $suite: cut $cut: collecting $(box_seconds box) s after power came;" \
		"$recovered records found behind the last checkpoint"
done
check "the loader knows of no boot that failed" \
	wait_for 120 box_env_is box 'fails=[01]'
check "all has arrived" stop_market
wait_for 60 caught_up
check "every trade once, or told in a gap record" verify_nats -c
tail -n 1 "$work/check.log" | sed "s/^/# $suite: /"
check "$cuts cuts" test $cut -gt "$cuts"

box_consoles
finish || result=1
exit $result
