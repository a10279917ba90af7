#!/bin/bash
# usage: venue.sh [PART...]
# What a venue does wrong, one thing after the other, to one collector with the
# file sink; at the end the file is proven against the ledger.  Then streams
# that are refused or stay silent from the start, and certificates that must
# not be trusted.
#
#   FAULTS   kinds of fault of the first part (all of them): shutdown messages
#            streams rest connections

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

market() {
	start_sim --rate 1000 --symbols BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT \
		--depth 100 --shutdown-ms 2000 --seed 11 "$@"
}

collect() {
	start_mpedge binance.symbols="BTCUSDT ETHUSDT SOLUSDT BNBUSDT" \
		binance.channels="trade orderbook" file.rotate_bytes=0 \
		binance.backoff_min_ms=20 binance.backoff_max_ms=100 \
		binance.weight_per_minute=6000 binance.book_limit=500 \
		binance.book_publish=500 binance.book_interval_s=2 \
		binance.silence_ms=8000 binance.first_data_ms=1000 \
		journal.size_bytes=8388608 "$@"
}

in_step() { [ "$(metric mpedge_market_books_live)" = "${1:-4}" ]; }
failures_of() { metric mpedge_feed_failures_total; }
# told CONNECTION STATE: an event record says so
told() {
	grep "\"connection\":\"$1\",\"state\":\"$2\"" "$work/records.jsonl" |
		grep -q "\"connection\""
}

silences_of() { metric mpedge_feed_silences_total; }

# A connection was lost: it is back with all books.
comes_back() {
	wait_for 30 metric_reaches $((lost_before + 1)) \
		mpedge_feed_failures_total && wait_for 30 in_step
}

# The watchdog would find in the end whatever nobody else did.
comes_back_itself() {
	comes_back && [ "$(silences_of)" = "$silences" ]
}

# cuts NAME COMMAND...: the fault costs the connection, at once, and it comes
# back
cuts() {
	local name=$1
	shift
	lost_before=$(failures_of)
	silences=$(silences_of)
	ctl "$@"
	check "$name" comes_back_itself
}

skips() { # NAME LABEL COMMAND...: the fault costs one message, counted
	local name=$1 reason=$2 before
	shift 2
	before=$(metric mpedge_skipped_messages_total "$reason")
	lost_before=$(failures_of)
	ctl "$@"
	check "$name" wait_for 5 metric_reaches $((before + 1)) \
		mpedge_skipped_messages_total "$reason"
	check "$name: the connection stays" test "$(failures_of)" = \
		"$lost_before"
}

# The next book must be asked for by REST, which answers as told before.
needs_snapshot() {
	local loads
	loads=$(metric mpedge_market_book_loads_total)
	ctl skip BTCUSDT
	wait_for "$1" metric_reaches $((loads + 1)) \
		mpedge_market_book_loads_total
}

# What came while it was on its way continues it: the book is not started again.
late_snapshot() {
	local loads
	wait_for 20 in_step || return 1
	loads=$(metric mpedge_market_book_loads_total)
	needs_snapshot 10 && ! wait_for 3 metric_reaches $((loads + 2)) \
		mpedge_market_book_loads_total
}

messages() {
	skips "garbage is skipped" 'reason="syntax"' garbage
	skips "half a message is skipped" 'reason="syntax"' truncjson
	skips "2 MiB in fragments, a ping between them, is read" \
		'reason="unknown"' bigframe 2097152
	cuts "text that is not UTF-8 ends the connection" invalidutf8
	cuts "a frame with RSV1 ends the connection" rsv1
}

connections() {
	cuts "closed with 1001" close 1001
	cuts "closed with 1008" close 1008
	cuts "cut inside a frame" cut
	cuts "reset" reset
	ctl refuse 2
	ctl httpstatus 503 2
	cuts "refused, then 503, then accepted" reset
	lost_before=$(failures_of)
	ctl halfopen 60000
	check "half-open: the watchdog replaces it" comes_back
	check "half-open: logged as silent" logged "error=silent"
}

streams() {
	lost_before=$(failures_of)
	ctl stall btcusdt@trade 12000
	check "a stalled stream is named" \
		wait_for 20 told binance:BTCUSDT:trade silent
	check "and named when it is back" \
		wait_for 20 told binance:BTCUSDT:trade live
	check "a stalled stream: the connection stays" \
		test "$(failures_of)" = "$lost_before"
}

rest() {
	ctl rest429 1 2
	check "429: the snapshot comes after Retry-After" needs_snapshot 10
	check "429: logged" logged "event=paused.*error=limited"
	ctl rest418 2
	check "418: the snapshot comes after the ban" needs_snapshot 10
	check "418: logged" logged "event=paused.*error=banned"
	ctl rest418 2 body
	check "418 with its end in the body" needs_snapshot 10
	ctl rest5xx 2
	check "503 twice, then the snapshot" needs_snapshot 10
	ctl resttrunc 2
	check "half a reply twice, then the snapshot" needs_snapshot 10
	ctl agesnap 40
	ctl skip BTCUSDT
	check "a snapshot older than the stream is not used" wait_for 5 \
		metric_reaches 1 mpedge_market_book_stale_total
	ctl agesnap 0
	ctl delaysnap 700
	check "a snapshot that comes late" late_snapshot
	ctl delaysnap 0
	check "the venue saw no call while it said stay away" \
		test "$(sim_stat violations)" = 0
}

# Make before break: nothing of it may be seen in the records.
shutdown() {
	wait_for 10 in_step
	gaps=$(metric mpedge_market_gaps_total)
	filled=$(metric mpedge_market_backfilled_total)
	lost_before=$(failures_of)
	rotations=$(metric mpedge_feed_rotations_total)
	ctl shutdown
	check "serverShutdown: replaced" wait_for 10 metric_reaches \
		$((rotations + 1)) mpedge_feed_rotations_total
	check "serverShutdown: the old one is gone" wait_for 10 one_connection
	check "serverShutdown: no hole, no REST, no failure" test \
		"$(metric mpedge_market_gaps_total) $(metric \
		mpedge_market_backfilled_total) $(failures_of)" = \
		"$gaps $filled $lost_before"
}

one_connection() {
	told binance:0b "took over" && [ "$(sim_stat conns)" = 1 ]
}

faults() {
	begin venue-faults
	market
	collect
	check "four books in step" wait_for 15 in_step
	for kind in ${FAULTS:-shutdown messages streams rest connections}; do
		$kind
	done
	wait_for 10 in_step
	stop_market
	# Before the watchdog finds that the market is silent.
	stop "$mpedge_pid"
	check "every trade once and in order, every book right" \
		verify_file -t -l 500
	tail -n 1 "$work/check.log" | sed "s/^/# $suite: /"
	check "rules of the venue kept" test "$(sim_stat violations)" = 0
	finish || result=1
}

# Acknowledged and never sent; refused.
subscriptions() {
	begin venue-subscriptions
	unset sim_ws http_port
	market
	ctl silent ethusdt@trade
	ctl reject SOLUSDT
	collect
	check "the other books are in step" wait_for 10 in_step 3
	check "acknowledged and never sent: named" \
		wait_for 5 told binance:ETHUSDT:trade late
	check "refused: named" wait_for 5 told binance:SOLUSDT:orderbook \
		rejected
	check "both are in the log" logged \
		"stream=binance:ETHUSDT:trade state=late"
	ctl clear
	check "when it comes after all, that is told" \
		wait_for 5 told binance:ETHUSDT:trade live
	finish || result=1
}

# certificate FAULT LOG: not one byte is sent to such a server
certificate() {
	begin "venue-certificate-$1"
	unset sim_ws http_port
	market --wrong-cert "$1"
	collect
	check "refused, and the log says why" wait_for 5 logged "$2"
	check "no connection was made" test "$(sim_stat conns)" = 0
	check "the status page says so" \
		grep -q '"status":"unhealthy"' <(page /health)
	finish || result=1
}

certificates() {
	certificate host "error=cert.*not valid for localhost"
	certificate expired "error=cert.*expired on"
	certificate ca "error=cert.*issuer is not known"
}

for part in ${@:-faults subscriptions certificates}; do
	$part
done
exit $result
