#!/bin/bash
# usage: symbols.sh [PART...]
# Which symbols are collected: names that are wrong among two hundred, patterns,
# listings, delistings and renames while running, a start without REST.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

# status PYTHON: an expression about /status, s, is true
status() {
	page /status | python3 -c "
import json, sys
s = json.load(sys.stdin)
missing = {m['symbol']: m for m in s['not_collected']}
sys.exit(0 if ($1) else 1)"
}
# row NAME VALUE: of the venue's line in the panel of symbols
row() { status "s['symbols'][0]['$1'] == $2"; }
in_step() { [ "$(metric mpedge_market_books_live)" = "$1" ]; }
# told CONNECTION STATE: an event record says so
told() { grep -q "\"connection\":\"$1\",\"state\":\"$2\"" \
	"$work/records.jsonl"; }
# record NATIVE TYPE [TEXT]: there is one, with this text in it
record() {
	grep "\"native_symbol\":\"$1\"" "$work/records.jsonl" |
		grep "$2" | grep -q -- "${3:-}"
}
subscribers() {
	ctl streams
	grep -o "\"name\":\"$1\",\"subscribers\":[0-9]*" <<<"$answer" |
		sed 's/.*://'
}
has_subscribers() { [ "$(subscribers "$1")" = "$2" ]; }
no_violations() { [ "$(sim_stat violations)" = 0 ]; }

# collect VENUE KEY=VALUE...: from this venue alone; keys are the venue's
collect() {
	local venue=$1 key
	local -a keys=()
	shift
	for key; do keys+=("$venue.$key"); done
	start_mpedge binance.enabled=false "$venue.enabled=true" \
		"$venue.ws_host=localhost" "$venue.ws_port=$sim_ws" \
		"$venue.rest_host=localhost" "$venue.rest_port=$sim_rest" \
		"$venue.backoff_min_ms=50" "$venue.backoff_max_ms=300" \
		box.state_path="$work/state" file.rotate_bytes=0 \
		scheduler.instruments_s="${refresh_s:-3600}" "${keys[@]}"
}

# --- two hundred names, three of them wrong ---------------------------------

three_named() {
	status "sorted(missing) == ['BTC-USTD', 'NOSUCHUSDT', '$closed'] and
missing['BTC-USTD']['state'] == 'unknown' and
'did you mean BTC-USDT' in missing['BTC-USTD']['reason'] and
missing['NOSUCHUSDT']['state'] == 'unknown' and
'no such instrument' in missing['NOSUCHUSDT']['reason'] and
missing['$closed']['state'] == 'halted' and
'delisted' in missing['$closed']['reason']"
}

all_flow() {
	local name
	for name in $good; do
		record "$name" '"trade_id"' || return 1
	done
}

on_page() {
	local html
	html=$(page /)
	grep -q 'BTC-USTD' <<<"$html" && grep -q "$closed" <<<"$html" &&
		grep -q 'NOSUCHUSDT' <<<"$html"
}

names() {
	begin symbols_names
	start_sim --rate 4000 --symbol-count 200 --history 1024 --depth 20 \
		--seed 21
	names=$(sim_get /api/v3/exchangeInfo |
		grep -o '"symbol":"[^"]*' | sed 's/.*"//')
	closed=$(tail -n 1 <<<"$names")
	good=$(head -n 197 <<<"$names")
	ctl delist "$closed"
	refresh_s=10 collect binance symbols="$(echo $good | tr '\n' ' ') $closed NOSUCHUSDT \
BTC-USTD" channels="trade orderbook kline" intervals="1m 5m" \
		weight_per_minute=6000 book_limit=100 \
		book_publish=20
	check "two hundred: the three are named, with the reason" \
		wait_for 30 three_named
	check "two hundred: and on the page" on_page
	check "two hundred: 197 books in step" wait_for 90 in_step 197
	check "two hundred: each of the others has trades" \
		wait_for 60 all_flow
	check "two hundred: more than one connection" status \
		"len([c for c in s['connections'] if c['streams'] > 0]) > 1"
	check "two hundred: what is unknown is not subscribed" \
		has_subscribers nosuchusdt@trade ""
	ctl list "$closed"
	check "two hundred: one that is traded again is live" \
		wait_for 60 status "'$closed' not in missing"
	check "two hundred: nothing else changed" row live 198
	check "two hundred: the venue saw no violation" no_violations
	finish || result=1
	unset sim_ws
}

# --- patterns ---------------------------------------------------------------

# rolls VENUE PATTERN SYMBOLS LISTED UNIFIED DELISTED: what a pattern brings,
# something new, and something that goes
rolls() {
	local venue=$1 pattern=$2 symbols=$3 listed=$4 unified=$5 delisted=$6
	start_sim --venue "$venue" --rate 800 --symbols "$symbols" --depth 30 \
		--history 4096 --seed 22
	collect "$venue" symbols="$pattern" channels="trade orderbook"
	check "$venue: the pattern brings what fits" wait_for 20 in_step 2
	check "$venue: and only that" row wanted 2
	ctl list "$listed"
	check "$venue: a listing is collected without a restart" \
		wait_for 40 record "$listed" '"trade_id"' "\"$unified\""
	check "$venue: its book too" wait_for 20 in_step 3
	check "$venue: and an event says so" told "$venue:$listed" listed
	ctl delist "$delisted"
	check "$venue: a delisting is named" wait_for 40 \
		status "missing['$delisted']['state'] == 'delisted'"
	check "$venue: an event says so" told "$venue:$delisted" delisted
	check "$venue: its book is invalid, because of that" record "$delisted" \
		'"data_type":"orderbook"' '"reason":"delisted"'
	check "$venue: the others stay in step" in_step 2
	ctl list "$delisted"
	check "$venue: it comes again" wait_for 90 in_step 3
	check "$venue: the venue saw no violation" no_violations
}

usdm() {
	begin symbols_usdm
	rolls binance_usdm '*-USDT-PERP' BTCUSDT,ETHUSDT,BTCUSD_PERP \
		1000SHIBUSDT SHIB-USDT-PERP ETHUSDT
	finish || result=1
	unset sim_ws
}

deribit() {
	begin symbols_deribit
	rolls deribit '*-USDC-PERP' \
		BTC_USDC-PERPETUAL,ETH_USDC-PERPETUAL,BTC-PERPETUAL \
		SOL_USDC-PERPETUAL SOL-USDC-PERP ETH_USDC-PERPETUAL
	finish || result=1
	unset sim_ws
}

# --- OKX: unsubscribed, renamed, announced; and a start without REST ---------

gone_quietly() {
	has_subscribers trades:SOL-USDT-SWAP 0 &&
		has_subscribers books:SOL-USDT-SWAP 0
}

renamed() {
	record NEWT-USDT-SWAP '"trade_id"' '"NEWT-USDT-PERP"' &&
		status "missing['ETH-USDT-SWAP']['state'] == 'delisted'"
}

okx() {
	begin symbols_okx
	start_sim --venue okx --rate 800 --history 4096 --seed 23 \
		--symbols BTC-USDT-SWAP,ETH-USDT-SWAP,SOL-USDT-SWAP,BTC-USDT
	refresh_s=10 collect okx symbols="*-USDT-PERP BTC-USDT NOPE-USDT" \
		channels="trade orderbook ticker"
	check "okx: the pattern and a name" wait_for 20 in_step 4
	check "okx: a name that is not there" wait_for 20 status \
		"missing['NOPE-USDT']['state'] == 'unknown'"
	check "okx: contracts have a value" wait_for 10 record BTC-USDT-SWAP \
		'"trade_id"' '"quote_quantity":"'
	ctl delist SOL-USDT-SWAP
	check "okx: what is delisted is unsubscribed" wait_for 40 gone_quietly
	ctl rename ETH-USDT-SWAP NEWT-USDT-SWAP
	check "okx: a new name is a delisting and a listing" \
		wait_for 60 renamed
	check "okx: with a book of its own" wait_for 40 in_step 3
	check "okx: the old one is unsubscribed" \
		wait_for 20 has_subscribers books:ETH-USDT-SWAP 0
	ctl preopen ADA-USDT-SWAP
	ctl list ADA-USDT-SWAP
	check "okx: what was announced is collected when it opens" \
		wait_for 90 record ADA-USDT-SWAP '"trade_id"'
	check "okx: nobody misses what has gone" test 0 = \
		"$(grep -c 'stream=okx:\(SOL\|ETH\)-USDT-SWAP.*state=\(late\|silent\)' \
			"$work/mpedge.log")"
	check "okx: the venue saw no violation" no_violations
	saved_start
	finish || result=1
	unset sim_ws
}

saved_start() {
	check "saved: the file is there" wait_for 20 grep -q NEWT-USDT-SWAP \
		"$work/state"
	stop "$mpedge_pid"
	ctl rest5xx 100000
	start_mpedge
	check "saved: without REST the pattern is filled" \
		wait_for 20 in_step 4
	check "saved: and nothing is called unknown" \
		row unknown 0
	check "saved: no list was read" test \
		"$(metric mpedge_market_lists_read_total)" = 0
	ctl clear
	check "saved: with REST all is checked" wait_for 90 row unchecked 0
	stop "$mpedge_pid"
	printf 'X' | dd of="$work/state" bs=1 seek=100 conv=notrunc 2>/dev/null
	start_mpedge
	check "saved: a damaged file is told of" logged \
		'component=state event=not_read.*checksum'
	check "saved: and does no harm" wait_for 40 in_step 4
}

for part in ${*:-names usdm deribit okx}; do
	$part
done
exit $result
