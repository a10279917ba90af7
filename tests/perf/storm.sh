#!/bin/bash
# usage: storm.sh [ROUNDS [SECONDS]]
# What do a thousand hostile HTTP clients cost the data?  Delay from the venue's
# time stamp to a subscriber of JetStream, in turn: nobody asks; a thousand
# clients storm another program on the other core (what the machine itself
# pays for them); they storm mpedge.  mpedge has a core for itself; the clients,
# at idle priority, share the other with the simulator and nats-server.  At the
# end the median of the rounds, and what mpedge itself has used and grown by.
# Needs a machine that does nothing else.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
rounds=${1:-7}
seconds=${2:-10}
begin perf-storm

pin() { taskset -apc "$2" "$1" >/dev/null; }
ticks() { awk '{ print $14 + $15 }' "/proc/$mpedge_pid/stat"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# measure NAME [PORT]
measure() {
	local storm= used
	if [ -n "$2" ]; then
		taskset -c 1 chrt -i 0 "$tools/http_storm" "$2" 1000 \
			$((seconds + 2)) >"$work/storm.log" 2>&1 &
		storm=$!
		wait_for 10 eval '[ "$(ss -tn "( dport = :'"$2"' )" |
			wc -l)" -gt 100 ]'
	fi
	used=$(ticks)
	taskset -c 1 "$tools/latency" "$nats_url" 'market.*.*.trade' 0 \
		"$seconds" >"$work/latency"
	used=$(($(ticks) - used))
	[ -z "$storm" ] || wait "$storm"
	echo "$1 $(tail -n 1 "$work/latency") cpu_ticks=$used" \
		"anon_kib=$(rss_anon "$mpedge_pid")" | tee -a "$work/rounds"
}

start_sim --rate 1500 --symbols BTCUSDT,ETHUSDT --seed 5
start_nats
start_mpedge nats.enabled=false file.enabled=true box.name=bystander \
	journal.size_bytes=1048576 \
	http.head_ms=1000 http.answer_ms=1000
bystander=$mpedge_pid bystander_port=$http_port
pin "$bystander" 1
unset http_port
start_mpedge nats.enabled=true file.enabled=false http.head_ms=1000 \
	journal.size_bytes=1048576 \
	http.answer_ms=1000 "nats.url=$nats_url"
pin "$mpedge_pid" 0
pin "$sim_pid" 1
pin "$nats_pid" 1
wait_for 30 metric_reaches 20000 mpedge_journal_appended_total
"$tools/http_storm" "$http_port" 300 2 >/dev/null
for round in $(seq "$rounds"); do
	measure alone
	measure elsewhere "$bystander_port"
	measure stormed "$http_port"
done
for name in alone elsewhere stormed; do
	for figure in p50_us p99_us cpu_ticks anon_kib; do
		echo "$name $figure $(sed -n \
			"s/^$name .*$figure=\([0-9]*\).*/\1/p" "$work/rounds" |
			median)"
	done
done
finish
