#!/bin/bash
# usage: first_light.sh [RUN...]
# Ten symbols, 5,000 messages a second, from the simulator through mpedge into a
# real nats-server.  Each run ends with the same proof: the stream holds every
# trade of the ledger once and in order per symbol, and the books rebuilt from
# its snapshots and deltas are the simulator's after each record.
#
#   plain   nothing goes wrong; memory stays small and flat; also the file
#   nats    nats-server is killed and started again
#   kill    mpedge gets SIGKILL, twice, and goes on from its journal file
#   resets  the venue's connections are reset five times
#   diffs   diffs are left out, repeated, swapped; trades sent twice
#   quiet   the connection is reset while no book moves
#
# E2E_SECONDS is how long each takes (20), E2E_RATE how fast (5000).

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
seconds=${E2E_SECONDS:-20}
rate=${E2E_RATE:-5000}
symbols=BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT,XRPUSDT,ADAUSDT,DOGEUSDT,LTCUSDT
symbols=$symbols,DOTUSDT,LINKUSDT
result=0

# collect RUN KEY=VALUE...: everything up, all ten books in step
collect() {
	begin "first-light-$1"
	shift
	unset sim_ws nats_port http_port
	start_sim --rate "$rate" --symbols $symbols --depth 200 --seed 7
	start_nats
	start_mpedge binance.symbols="${symbols//,/ }" nats.enabled=true \
		file.enabled=false binance.backoff_min_ms=50 \
		binance.backoff_max_ms=500 binance.weight_per_minute=6000 \
		binance.book_limit=500 binance.book_publish=500 \
		binance.book_interval_s=5 nats.reconnect_ms=100 \
		journal.size_bytes=4194304 "$@"
	began=${EPOCHREALTIME/./}
	check "ten books in step" wait_for 20 in_step
}

in_step() { metric_reaches 10 mpedge_market_books_live; }

# at PERCENT: wait until this much of the run is over
at() {
	wait_for $((seconds + 30)) past $((began + seconds * $1 * 10000))
}

past() { [ "${EPOCHREALTIME/./}" -ge "$1" ]; }

delivered() {
	in_step && [ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}

# The market stops, what is on its way arrives.  Books are still published now
# and then, so it is the venue's messages that come to rest.
come_to_rest() {
	stop_market && wait_for 30 delivered
}

# proof OPTION...: the stream against the ledger, to the last event
proof() {
	check "all of it arrived" come_to_rest
	check "every trade once and in order, every book right" \
		verify_nats -t -l 500 "$@"
	tail -n 1 "$work/check.log" | tee "$work/proof.log" |
		sed "s/^/# $suite: /"
	check "nothing was lost on the way to a sink" \
		test "$(metric mpedge_sink_lost_total)" = 0
	check "the simulator saw its rules kept" \
		test "$(sim_stat violations)" = 0
}

# SIGTERM: what is held is delivered, the exit status is 0.
leave() {
	stop "$mpedge_pid"
	check "SIGTERM drains and ends with 0" test "$status" = 0
	finish || result=1
}

run_plain() {
	collect plain file.enabled=true file.rotate_bytes=0
	at 40
	early=$(rss "$mpedge_pid")
	heap=$(rss_heap "$mpedge_pid")
	cpu=$(cpu_ticks "$mpedge_pid")
	sent=$(sim_stat frames)
	at 100
	late=$(rss "$mpedge_pid")
	grown=$(($(rss_heap "$mpedge_pid") - heap))
	cpu=$(($(cpu_ticks "$mpedge_pid") - cpu))
	sent=$(($(sim_stat frames) - sent))
	echo "# $suite: RSS $early KiB early, $late KiB late, outside the" \
		"pools $heap KiB and $grown more;" \
		"$(rss_peak "$mpedge_pid") KiB at most;" \
		"$((cpu * 10)) ms of CPU for $sent messages"
	check "RSS under 12 MiB" test "$(rss_peak "$mpedge_pid")" -lt 12288
	check "memory is flat" test $grown -lt 256
	proof
	check "the file holds the same" verify_file -t -l 500
	check "no event was left out" test "$(metric \
		mpedge_skipped_messages_total)" = 0
	leave
}

run_nats() {
	collect nats journal.size_bytes=67108864
	at 30
	stop "$nats_pid" KILL
	check "the status page says that NATS is gone" \
		wait_for 10 sink_down
	at 45
	start_nats
	check "NATS is back" wait_for 20 metric_reaches 1 mpedge_sink_up
	at 100
	proof
	leave
}

sink_down() { [ "$(metric mpedge_sink_up)" = 0 ]; }

run_kill() {
	rm -f build/e2e/journal
	collect kill journal.path=build/e2e/journal \
		journal.size_bytes=67108864 file.enabled=true \
		file.rotate_bytes=0
	for percent in 30 60; do
		at $percent
		stop "$mpedge_pid" KILL
		at $((percent + 5))
		start_mpedge
	done
	at 100
	proof
	check "what the venue sent meanwhile came by REST" \
		metric_reaches 1 mpedge_market_backfilled_total
	check "the file has it all, what was unconfirmed perhaps twice" \
		verify_file -t -r -l 500
	leave
	rm -f build/e2e/journal
}

run_resets() {
	collect resets journal.size_bytes=16777216
	for percent in 15 30 45 60 75; do
		at $percent
		ctl reset
	done
	at 100
	proof
	check "five connections were lost" \
		metric_reaches 5 mpedge_feed_failures_total
	check "the holes were filled by REST" \
		metric_reaches 1 mpedge_market_backfilled_total
	leave
}

run_diffs() {
	collect diffs journal.size_bytes=16777216
	for percent in 20 30 40 50 60 70; do
		at $percent
		ctl skip BTCUSDT
		ctl repeat ETHUSDT 20
		ctl reorder SOLUSDT
		ctl dupstrade BNBUSDT 20
		ctl skip XRPUSDT 3
	done
	at 100
	proof
	check "books were started again" \
		metric_reaches 12 mpedge_market_book_resyncs_total
	check "repeated trades were dropped" \
		metric_reaches 100 mpedge_market_duplicates_total
	leave
}

# The snapshot that heals a book has the id of the one before it; the server
# must not take it for a repetition.
run_quiet() {
	collect quiet journal.size_bytes=16777216
	come_to_rest
	for reset in 1 2; do
		ctl reset
		check "reset $reset while nothing moves: in step again" \
			wait_for 10 healed $((reset * 10))
	done
	ctl resume
	check "the books move on" wait_for 10 metric_reaches \
		$(($(metric mpedge_market_book_applied_total) + 1000)) \
		mpedge_market_book_applied_total
	proof
	check "no update went to a book that was not known" \
		grep -q " unknown_deltas=0 " "$work/proof.log"
	leave
}

healed() {
	metric_reaches $((10 + $1)) mpedge_market_book_loads_total && in_step
}

for run in ${@:-plain nats kill resets diffs quiet}; do
	"run_$run"
done
exit $result
