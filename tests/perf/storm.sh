#!/bin/bash
# usage: storm.sh [ROUNDS [SECONDS]]
# What do a thousand hostile HTTP clients cost the data?  In turn: nobody asks;
# a thousand clients storm another program (what the machine itself pays for
# them); they storm mpedge; and the same with slow ones, which do something once
# a second instead of twenty times.  The data path (simulator, mpedge,
# nats-server, subscriber) has one core and the clients the other, at idle
# priority: on loopback a sender's core does the receiver's part of the kernel's
# work, so that what remains is what mpedge does for them.  Printed each round
# and as medians, at the end how those of a storm differ from the others:
#
#   p50_us ...        from the venue's time stamp to a subscriber of JetStream
#   wait_us           p99 from the kernel's receive time to the turn of the loop
#                     that reads it: who waits for the clients' turns waits here
#   turn_us           p99 of the work of a turn
#   send_us           p99 from that turn to the sink that took the record
#   cpu_ticks         what mpedge used
#   anon_kib          its memory
#
# The three in the middle are mpedge's own histograms, read within their
# buckets as Prometheus does.  Needs a machine that does nothing else;
# STORM_NICE=-15 gives the data path more of one that does.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
rounds=${1:-7}
seconds=${2:-10}
begin perf-storm

figures="p50_us p90_us p99_us wait_us turn_us send_us cpu_ticks anon_kib"

pin() {
	taskset -apc "$2" "$1" >/dev/null
	[ "$2" = 1 ] || [ -z "${STORM_NICE:-}" ] ||
		renice -n "$STORM_NICE" -p $(ls "/proc/$1/task") >/dev/null
}
ticks() { awk '{ print $14 + $15 }' "/proc/$mpedge_pid/stat"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Places may be taken still.
scrape_to() {
	page /metrics >"$1" && grep -q ^mpedge_process_loop_turn "$1"
}
scrape() { wait_for 30 scrape_to "$1"; }

# p99_of FAMILY: in us, of what was added between two scrapes
p99_of() {
	cat "$work/before" "$work/after" | awk -v family="$1_bucket" '
		$1 == "#" && $2 == "HELP" && first == "" { first = $3 }
		$1 == "#" && $2 == "HELP" && $3 == first { part++ }
		index($1, family "{") == 1 {
			match($1, /le="[^"]*"/)
			le = substr($1, RSTART + 4, RLENGTH - 5)
			if (!(le in sum))
				bound[++n] = le
			sum[le] += part == 1 ? -$NF : $NF
		}
		END {
			want = sum["+Inf"] * 0.99
			i = 1
			while (i < n && sum[bound[i]] < want)
				i++
			low = i > 1 ? bound[i - 1] : 0
			below = i > 1 ? sum[low] : 0
			part = (want - below) / (sum[bound[i]] - below)
			printf "%d", 1e6 * (low + (bound[i] - low) * part)
		}'
}

# measure NAME [PORT TICK_MS]
measure() {
	local storm= used
	scrape "$work/before"
	if [ -n "$2" ]; then
		taskset -c 1 chrt -i 0 "$tools/http_storm" "$2" 1000 \
			$((seconds + 2)) "$3" >"$work/storm.log" 2>&1 &
		storm=$!
		wait_for 10 eval '[ "$(ss -tn "( dport = :'"$2"' )" |
			wc -l)" -gt 100 ]'
	fi
	used=$(ticks)
	taskset -c 0 nice -n "${STORM_NICE:-0}" "$tools/latency" "$nats_url" \
		'market.*.*.trade' 0 "$seconds" >"$work/latency"
	used=$(($(ticks) - used))
	[ -z "$storm" ] || wait "$storm"
	scrape "$work/after"
	echo "$1 $(tail -n 1 "$work/latency")" \
		"wait_us=$(p99_of mpedge_feed_receive_delay_seconds)" \
		"turn_us=$(p99_of mpedge_process_loop_turn_seconds)" \
		"send_us=$(p99_of mpedge_sink_send_delay_seconds)" \
		"cpu_ticks=$used" \
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
pin "$sim_pid" 0
pin "$nats_pid" 0
wait_for 30 metric_reaches 20000 mpedge_journal_appended_total
"$tools/http_storm" "$http_port" 300 2 >/dev/null
for round in $(seq "$rounds"); do
	measure alone
	measure elsewhere "$bystander_port" 50
	measure stormed "$http_port" 50
	measure slow-elsewhere "$bystander_port" 1000
	measure slow "$http_port" 1000
done
of() { sed -n "s/^$1 .*$2=\([0-9]*\).*/\1/p" "$work/rounds" | median; }
for name in alone elsewhere stormed slow-elsewhere slow; do
	line="median $name"
	for figure in $figures; do
		line+=" $figure=$(of $name $figure)"
	done
	echo "$line"
done
# change NAME BESIDE
change() {
	local line="$1 against $2, percent:" figure
	for figure in p50_us p90_us p99_us wait_us turn_us send_us; do
		line+=" $figure=$((100 * $(of $1 $figure) / $(of $2 $figure) - 100))"
	done
	echo "$line"
}
change stormed alone
change stormed elsewhere
change slow alone
change slow slow-elsewhere
finish
