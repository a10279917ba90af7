#!/bin/bash
# usage: cases.sh [PART...]
# What went wrong at others (tests/cases.md), where no other script has it: each
# part is one venue, one collector and one thing.  CHECKSUMS are the kinds of
# the part of that name, all without it.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
everything="trade orderbook kline ticker funding_rate open_interest liquidation"

# venue PART VENUE OPTION...: a simulator
venue() {
	begin "cases-$1"
	unset http_port
	name=$2
	shift 2
	start_sim_of "$name" --rate 200 --depth 50 --seed 5 "$@"
}

# collect KEY=VALUE...: keys without a section are of the venue
collect() {
	local key keys=()
	for key in symbols="$(symbols_of "$name")" silence_ms=3000 \
		first_data_ms=2000 backoff_min_ms=50 backoff_max_ms=500 \
		book_limit=400 book_publish=400 book_interval_s=2 "$@"; do
		case ${key%%=*} in
		*.*) keys+=("$key") ;;
		*) keys+=("$name.$key") ;;
		esac
	done
	[ "$name" = binance ] || keys=("$name.channels=$everything" "${keys[@]}")
	start_mpedge file.rotate_bytes=0 "${keys[@]}"
}

books_are() { [ "$(metric mpedge_market_books_live)" = "$1" ]; }
told() {
	grep -q "\"connection\":\"$1\",\"state\":\"$2\"" "$work/records.jsonl"
}
failures_are() { [ "$(metric mpedge_feed_failures_total "${@:2}")" = "$1" ]; }
more_failures() { metric_reaches $((lost + 1)) mpedge_feed_failures_total; }

# cut_off COMMAND...: it costs a connection
cut_off() {
	lost=$(metric mpedge_feed_failures_total)
	ctl "$@"
	wait_for 15 more_failures || not_ok "it costs a connection: $*"
}

# The last checks: what was delivered is right, the rules were kept.
proof() {
	check "the rules of the venue were kept" \
		test "$(sim_stat violations)" = "${1:-0}"
	stop_market
	stop "$mpedge_pid"
	check "every trade once or named, every book right" \
		verify_file -t -l 400
	finish || result=1
}

# Trades on the path of the other class: acknowledged, and silent for ever.
part_routes() {
	venue routes binance_usdm --symbols BTCUSDT,ETHUSDT
	collect routes="trade=market"
	for s in BTCUSDT ETHUSDT; do
		check "trades of $s on the wrong path: named" \
			wait_for 15 told "binance_usdm:$s:trade" late
	done
	check "although the connection is alive with other streams" \
		failures_are 0
	# The log holds back what comes in bursts.
	check "which are not named" eval '! told ".*:ticker" late'
	printf '[binance_usdm]\nroutes = orderbook=market\n' >"$work/bad.ini"
	check "a class on a path that has none of it: refused" eval \
		'"$mpedge" --check-config "$work/bad.ini"; [ $? = 78 ]'
	printf '[binance_usdm]\nroutes = bookies=market\n' >"$work/bad.ini"
	check "a class that is not known: refused" eval \
		'"$mpedge" --check-config "$work/bad.ini"; [ $? = 78 ]'
	finish || result=1
}

# A venue that accepts and closes at once is tried ever less often.
part_backoff() {
	local before
	venue backoff binance --symbols BTCUSDT
	collect backoff_min_ms=250 backoff_max_ms=30000
	check "a book in step" wait_for 15 books_are 1
	ctl refuse 1000
	before=$(metric mpedge_feed_connects_total)
	cut_off reset
	wait_for 5 false
	check "accepted and closed: a handful of attempts in 5 s" test \
		$(($(metric mpedge_feed_connects_total) - before)) -le 8
	check "and not none" test \
		$(($(metric mpedge_feed_connects_total) - before)) -ge 3
	ctl clear
	check "in step again" wait_for 20 books_are 1
	proof
}

# Many connections, lost again and again: requests stay within the pace.
part_storm() {
	venue storm binance --symbol-count 10
	collect streams_per_connection=10
	check "forty streams on four connections" wait_for 15 \
		metric_reaches 4 mpedge_feed_up
	check "ten books in step" wait_for 15 books_are 10
	for i in 1 2 3 4; do
		cut_off close 1012
		check "all cut off, $i: in step again" wait_for 20 books_are 10
	done
	check "they did not come back at the same moment" test "$(grep \
		'event=connection_failed' "$work/mpedge.log" |
		sed 's/.*retry_ms=//' | sort -u | wc -l)" -ge 6
	# What was missed shows with the next trade of each symbol.
	check "the market moves on" wait_for 20 metric_reaches \
		$(($(metric mpedge_market_messages_total) + 2000)) \
		mpedge_market_messages_total
	proof
}

# One connection of two goes silent, no close: it alone is replaced.
part_lone() {
	local number
	venue lone binance_usdm --symbols BTCUSDT,ETHUSDT
	collect
	check "two books in step" wait_for 15 books_are 2
	ctl flush
	number=$(sed -n 's/.*"what":"open","conn":\([0-9]*\),"kind":"ws".*/\1/p' \
		"$ledger" | tail -n 1)
	lost=0
	ctl halfopen 60000 "$number"
	check "half-open: found" wait_for 15 more_failures
	check "found as silent" logged "error=silent"
	check "the other connection stays" failures_are 1
	check "live again" wait_for 15 metric_reaches 2 mpedge_feed_up
	check "in step again" wait_for 15 books_are 2
	proof
}

# Pings are answered in time under load; they are no data.
part_pings() {
	venue pings binance --rate 4000 --ping-ms 100 --pong-ms 1000 \
		--symbols BTCUSDT,ETHUSDT --max-messages 50
	collect
	check "two books in step" wait_for 15 books_are 2
	check "pongs under load" wait_for 15 sim_reaches pongs 50
	check "none was late" test "$(sim_stat violations)" = 0
	lost=0
	ctl silentall
	check "pings alone do not satisfy" wait_for 15 more_failures
	check "it is told as silence" logged "error=silent"
	ctl clear
	check "in step again" wait_for 20 books_are 2
	proof
}

# The longest ping there is, and no other one to be answered instead.
part_longping() {
	venue longping binance --ping-ms 600000 --pong-ms 2000 --symbols BTCUSDT
	collect
	check "a book in step" wait_for 15 books_are 1
	ctl ping 125
	check "a ping with 125 bytes: its pong" \
		wait_for 10 sim_reaches pongs 1
	proof
}

# A book, or a symbol, is quiet while others are not.
part_quiet() {
	venue quiet binance --symbols BTCUSDT,ETHUSDT
	collect
	check "two books in step" wait_for 15 books_are 2
	ctl stall btcusdt@depth@100ms 5000
	check "a book that stands still is named" \
		wait_for 15 told binance:BTCUSDT:orderbook silent
	check "its connection stays" failures_are 0
	check "then it is started again" wait_for 20 metric_reaches 1 \
		mpedge_market_book_resyncs_total
	check "and in step" wait_for 20 books_are 2
	check "the connection was not replaced" failures_are 0
	proof
}

# Deribit: credits run out, the venue closes; one refused name in a list.
part_credits() {
	local before
	venue credits deribit --symbols BTC-PERPETUAL,ETH-PERPETUAL
	collect backoff_min_ms=500 backoff_max_ms=30000
	check "two books in step" wait_for 15 books_are 2
	before=$(sim_stat connects)
	ctl ratelimit 6000
	cut_off reset
	check "10028: live again" wait_for 30 books_are 2
	check "10028: at once only" test $(($(sim_stat connects) - before)) -le 8
	check "everything is subscribed" test "$(sim_stat_of deribit subscriptions)" -ge 8
	proof
}

part_list() {
	venue list deribit --symbols BTC-PERPETUAL,ETH-PERPETUAL,BTC_USDC
	ctl badchannel ticker.BTC_USDC.100ms
	collect
	check "a refused channel: the books are in step" wait_for 20 books_are 3
	check "the culprit is named" \
		wait_for 10 told deribit:BTC_USDC:ticker rejected
	check "and alone" test "$(grep -c 'state=rejected' \
		"$work/mpedge.log")" = 1
	ctl clear
	proof
}

# OKX: only ids decide about books, whatever the checksum is.
part_checksum() {
	local kind
	for kind in ${CHECKSUMS:-right zero none wrong}; do
		venue "checksum-$kind" okx --checksum $kind \
			--symbols BTC-USDT,ETH-USDT-SWAP
		collect
		check "checksum $kind: in step" wait_for 15 books_are 2
		check "checksum $kind: deltas" wait_for 10 metric_reaches 30 \
			mpedge_market_book_applied_total
		check "checksum $kind: none started again" test \
			"$(metric mpedge_market_book_resyncs_total)" = 0
		proof
	done
}

# Names that are no ASCII, in streams, REST and records.
part_names() {
	venue names binance --symbols 币安人生USDT,BTCUSDT
	collect
	check "a name in Chinese: in step" wait_for 15 books_are 2
	cut_off reset
	check "filled by REST" wait_for 15 books_are 2
	check "a name in Chinese: its trades" wait_for 15 grep -q \
		'"trade_id".*"native_symbol":"币安人生USDT"' \
		"$work/records.jsonl"
	proof
}

# OKX cuts off who is pushed nothing for 30 s, unless it says ping.
part_keepalive() {
	venue keepalive okx --symbols BTC-USDT
	collect silence_ms=60000 first_data_ms=60000
	check "a book in step" wait_for 15 books_are 1
	ctl pause
	check "35 s without data" eval '! wait_for 35 metric_reaches 1 \
		mpedge_feed_failures_total'
	check "the connections stay" failures_are 0
	ctl resume
	proof
}

# An upgrade that is refused says how long to stay away.
part_refused() {
	local code
	for code in 429:60000 403:60000 418:300000 451:300000; do
		venue "refused-${code%:*}" binance --symbols BTCUSDT
		ctl httpstatus "${code%:*}" 100
		collect
		check "${code%:*}: named" wait_for 10 logged \
			"http_status=${code%:*}"
		check "${code%:*}: not tried again soon" logged \
			"http_status=${code%:*} retry_ms=${code#*:}"
		finish || result=1
	done
}

for part in ${@:-routes backoff storm lone pings longping quiet credits list \
	checksum names keepalive refused}; do
	"part_$part"
done
exit $result
