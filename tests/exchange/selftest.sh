#!/bin/bash
# The simulator by itself: what it says over REST and WebSocket, its limits, its
# faults, and that its ledger and its messages tell the same story.  Prints
# `ok NAME` and `not ok NAME`.
#
# selftest.sh [PART...]: `spot`, or what is in a file selftest_PART.sh, which
# has a function of that name; without arguments all of them.
cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh

# Frames of a client, to $work/frames: PATH MS [TEXT...]
listen() {
	local path=$1 ms=$2
	shift 2
	"$tools/ws_client" -t "$ms" $ws_options "$sim_ws" "$path" "$sim_ca" "$@" \
		>"$work/frames" 2>&1
}

# The same in the background; $client_pid
listen_behind() {
	listen "$@" &
	client_pid=$!
	started $client_pid
	wait_for 5 sim_reaches conns 1
}

joined() { wait $client_pid; }

subscribe() {
	local list
	printf -v list '"%s",' "$@"
	printf '{"method":"SUBSCRIBE","params":[%s],"id":7}' "${list%,}"
}

has() { grep -q -- "$1" "$work/frames"; }
lacks() { ! has "$1"; }
count() { grep -c -- "$1" "$work/frames"; }
between() { [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; false; }; }
get() { sim_get "$1" >"$work/body"; }
answers() { get "$1" && jq -e "$2" "$work/body"; }
status_of() {
	curl -sS -o "$work/body" -D "$work/head" -w '%{http_code}' \
		--cacert "$sim_ca" "https://localhost:$sim_rest$1"
}
headers_have() { grep -qi -- "$1" "$work/head"; }
violations() { sim_stat violations; }
all='btcusdt@trade btcusdt@depth@100ms btcusdt@kline_1s btcusdt@ticker'

# --- REST ------------------------------------------------------------------

rest_calls() {
	start_sim --rate 2000 --symbols BTCUSDT,ETHBTC --seed 7 || return
	wait_for 5 sim_reaches trades 500
	check 'time is in milliseconds' answers /api/v3/time \
		'.serverTime > 1e12 and .serverTime < 1e14'
	check 'time in microseconds when asked' eval 'curl -sS --cacert \
		"$sim_ca" -H "X-MBX-TIME-UNIT: MICROSECOND" \
		"https://127.0.0.1:$sim_rest/api/v3/time" |
		jq -e ".serverTime > 1e15"'
	check 'exchangeInfo names both assets' answers /api/v3/exchangeInfo \
		'.symbols | map([.symbol, .baseAsset, .quoteAsset, .status]) ==
		[["BTCUSDT","BTC","USDT","TRADING"],
		 ["ETHBTC","ETH","BTC","TRADING"]]'
	check 'exchangeInfo of one symbol' answers \
		'/api/v3/exchangeInfo?symbol=ETHBTC' '.symbols | length == 1'
	check 'exchangeInfo of a list' answers \
		'/api/v3/exchangeInfo?symbols=%5B%22ETHBTC%22,%22BTCUSDT%22%5D' \
		'.symbols | length == 2'
	check 'depth respects its limit' answers \
		'/api/v3/depth?symbol=BTCUSDT&limit=7' \
		'(.bids | length == 7) and (.asks | length == 7)'
	check 'depth is sorted and not crossed' answers \
		'/api/v3/depth?symbol=BTCUSDT&limit=1000' \
		'[.bids[][0] | tonumber] as $b | [.asks[][0] | tonumber] as $a |
		$b == ($b | sort | reverse) and $a == ($a | sort) and
		$b[0] < $a[0] and ($b | unique | length) == ($b | length)'
	check 'prices have eight decimals' eval \
		'jq -e "all(.bids[][]; test(\"^[0-9]+[.][0-9]{8}\$\"))" \
		"$work/body"'
	check 'an unknown symbol is -1121' answers \
		'/api/v3/depth?symbol=NOPE' '.code == -1121'
	check 'a missing symbol is -1102' answers /api/v3/depth '.code == -1102'
	check 'its status is 400' eval \
		'same "$(status_of "/api/v3/depth?symbol=NOPE")" 400'
	check 'the used weight is in a header' headers_have \
		'X-MBX-USED-WEIGHT-1M: [0-9]'
	check 'ticker/24hr' answers '/api/v3/ticker/24hr?symbol=ETHBTC' \
		'.count == .lastId - .firstId + 1 and .closeTime > .openTime'
	check 'klines' answers \
		'/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=2' \
		'.[-1] | length == 12 and .[6] == .[0] + 59999 and .[8] > 0'
	rest_trades
	check 'no request was a violation' same "$(violations)" 0
	stop "$sim_pid"
}

rest_trades() {
	local first
	check 'trades ascend without holes' answers \
		'/api/v3/trades?symbol=BTCUSDT&limit=100' \
		'[.[].id] as $i | ($i | length) == 100 and
		$i == [range($i[0]; $i[0] + 100)]'
	first=$(jq '.[0].id' "$work/body")
	check 'historicalTrades from an id' answers \
		"/api/v3/historicalTrades?symbol=BTCUSDT&fromId=$first&limit=10" \
		".[0].id == $first and length == 10"
	check 'historicalTrades after the last one' answers \
		"/api/v3/historicalTrades?symbol=BTCUSDT&fromId=99999999999" \
		'length == 0'
	check 'quoteQty is the product' answers \
		"/api/v3/historicalTrades?symbol=BTCUSDT&fromId=$first&limit=10" \
		'all(.[]; ((.price | tonumber) * (.qty | tonumber) -
		(.quoteQty | tonumber)) | fabs < 1e-6)'
	check 'aggTrades have ids of their own' answers \
		'/api/v3/aggTrades?symbol=BTCUSDT&fromId=3&limit=2' \
		'.[0].a == 3 and .[1].a == 4 and .[0].f > 1000 and
		.[0].f == .[0].l'
	ctl flush
	check 'REST and ledger have the same trade' eval \
		'sim_get "/api/v3/historicalTrades?symbol=BTCUSDT&limit=1&fromId='"$first"'" |
		jq -c ".[0] | [.id, .price, .qty, .isBuyerMaker]" >"$work/a" &&
		grep "\"s\":\"BTCUSDT\",\"t\":'"$first"'," "$ledger" |
		jq -c "[.t, .p, .q, .m]" | cmp - "$work/a"'
}

# --- WebSocket -------------------------------------------------------------

streams() {
	start_sim --rate 1000 --symbols BTCUSDT,ETHUSDT --ping-ms 500 || return
	listen '/stream?timeUnit=MICROSECOND' 2500 "$(subscribe $all)"
	check 'an ack is not wrapped' has '^{"result":null,"id":7}$'
	for s in $all; do
		check "combined $s" has "^{\"stream\":\"$s\",\"data\":{\"e\":"
	done
	check 'pings come' between "$(count '^PING ')" 3 6
	check 'pongs are counted' between "$(sim_stat pongs)" 3 6
	check 'trade ids are contiguous' eval 'grep @trade "$work/frames" |
		jq -se "[.[].data.t] as \$t | (\$t | length) > 100 and
		\$t == [range(\$t[0]; \$t[0] + (\$t | length))]"'
	check 'diffs are a chain' eval 'grep @depth "$work/frames" |
		jq -se "[.[].data] | length > 100 and
		. as \$d | all(range(1; length); \$d[.].U == \$d[. - 1].u + 1)"'
	check 'times are microseconds' eval 'grep @trade "$work/frames" |
		jq -se "all(.[].data; .E > 1e15 and .T > 1e15 and .T <= .E)"'
	check 'a second closes once' eval 'grep "\"x\":true" "$work/frames" |
		jq -se "[.[].data.k.t] | length >= 1 and unique == sort"'
	check 'the ticker agrees with itself' eval \
		'grep @ticker "$work/frames" | jq -se "all(.[].data;
		.n == .L - .F + 1 and (.b | tonumber) < (.a | tonumber))"'
	listen '/ws/btcusdt@trade/ethusdt%40trade' 500
	check 'a raw stream is not wrapped' has '^{"e":"trade".*"s":"BTCUSDT"'
	check 'a name may be encoded' has '"s":"ETHUSDT"'
	check 'times are milliseconds by default' eval \
		'head -n 1 "$work/frames" | jq -e ".T < 1e14"'
	listen '/stream?streams=ethusdt@depth' 300
	check 'streams in the query' has '^{"stream":"ethusdt@depth","data"'
	requests
	check 'no message was a violation' same "$(violations)" 0
	check 'a wrong path is 404' eval '! listen /nowhere 300; has 404'
	stop "$sim_pid"
}

requests() {
	listen /ws 700 "$(subscribe nope@trade BTCUSDT@trade)" \
		'{"method":"LIST_SUBSCRIPTIONS","id":"a-1"}' \
		'{"method":"NOTHING","id":3}' '[not json'
	check 'an unknown stream is acknowledged' has '{"result":null,"id":7}'
	check 'and silent' lacks '"e":"trade"'
	check 'the list, with a text as id' has \
		'{"result":\["nope@trade","BTCUSDT@trade"\],"id":"a-1"}'
	check 'an unknown method' has '{"code":2,.*"id":3}'
	check 'what is not JSON' has '{"code":3,'
	listen /stream 700 '{"method":"SET_PROPERTY","params":["combined",false],"id":1}' \
		'{"method":"GET_PROPERTY","params":["combined"],"id":2}' \
		"$(subscribe btcusdt@trade)" \
		'{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":4}'
	check 'GET_PROPERTY' has '{"result":false,"id":2}'
	check 'UNSUBSCRIBE' has '{"result":null,"id":4}'
	check 'and quiet it is' between "$(count '"e":"trade"')" 0 20
}

# --- limits ----------------------------------------------------------------

limits() {
	start_sim --rate 100 --symbols BTCUSDT --max-weight 30 \
		--weight-window-ms 3600000 --ban-ms 1500 --max-streams 3 \
		--max-connects 5 || return
	listen /ws 1000 1 2 3 4 5 6 7
	check 'six messages a second close it' has 'CLOSE 1008 Too many'
	ws_options='-w 220' listen /ws 2000 1 2 3 4 5 6 7
	check 'five a second do not' lacks 'CLOSE'
	listen /ws 500 "$(subscribe a b c d)"
	check 'too many streams are refused' has '{"code":2,.*too many'
	check 'within the weight' eval \
		'same "$(status_of "/api/v3/trades?symbol=BTCUSDT")" 200'
	check 'over the weight' eval \
		'same "$(status_of "/api/v3/trades?symbol=BTCUSDT")" 429'
	check 'with Retry-After' headers_have 'Retry-After: [1-9]'
	for i in 1 2 3; do
		status_of '/api/v3/time' >"$work/status"
	done
	check 'whoever goes on is banned' same "$(cat "$work/status")" 418
	check 'until' grep -q 'IP banned until [0-9]*' "$work/body"
	ctl stats
	check 'early requests are counted' eval \
		'jq -e ".violations_by.early == 3 and .violations_by.weight == 4 and
		.violations_by.streams == 1 and .violations_by.messages == 1" \
		<<<"$answer"'
	for i in 1 2 3; do listen /ws 50; done
	ctl stats
	check 'too many connections are counted' eval \
		'jq -e ".violations_by.connects == 1" <<<"$answer"'
	stop "$sim_pid"
	start_sim --ping-ms 200 --pong-ms 400 || return
	ws_options=-p listen /ws 1000
	check 'no pong, no connection' has 'CLOSE 1008 Pong timeout'
	check 'which is counted' same "$(violations)" 1
	stop "$sim_pid"
}

# --- faults ----------------------------------------------------------------

faults() {
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --shutdown-ms 300 \
		--max-messages 50 || return
	one close "CLOSE 4001 as asked" 'close 4001'
	one reset 'END reset' reset
	one cut 'END inside a frame' cut
	one garbage 'this is not JSON' garbage
	one 'half a message' '"E":17$' truncjson
	one 'invalid UTF-8' "$(printf '\303\050')" invalidutf8
	one RSV1 '^RSV1 ' rsv1
	one 'ping of 125 bytes' "^PING p\{125\}$" 'ping 125'
	one serverShutdown '"!serverShutdown","data":{"e":"serverShutdown"' \
		shutdown
	check 'and then it closes' has '^END closed'
	one 'two MiB in fragments' '^FRAGMENT 65536$' 'bigframe 2097152'
	check 'with a ping between' eval \
		'has "^PING between" && same "$(count "^FRAGMENT 65536")" 32'
	in_the_stream
	subscriptions
	rest_faults
	check 'every fault is in the ledger' eval 'ctl flush;
		[ "$(grep -c "\"k\":\"fault\"" "$ledger")" -ge 20 ]'
	stop "$sim_pid"
}

# one NAME PATTERN COMMAND: with a client listening the command makes it see that
one() {
	LC_ALL=C
	listen_behind /stream 800 "$(subscribe btcusdt@trade)"
	wait_for 5 sim_reaches subscriptions 1
	ctl $3
	joined
	check "$1" has "$2"
}

holes() {
	grep @depth "$work/frames" | jq -s '[.[].data] as $d |
		[range(1; $d | length) | select($d[.].U != $d[. - 1].u + 1)] |
		length'
}

# The client has joined and some frames have gone out to it.
flowing() {
	wait_for 5 sim_reaches subscriptions 3
	wait_for 5 sim_reaches frames $(($(sim_stat frames) + 30))
}

in_the_stream() {
	local s="$(subscribe btcusdt@depth@100ms btcusdt@trade ethusdt@trade)"
	for fault in 'skip BTCUSDT 3=1' 'repeat BTCUSDT 1=1' 'reorder BTCUSDT=3'; do
		listen_behind /stream 800 "$s"
		flowing
		ctl ${fault%=*}
		joined
		check "${fault%% *} breaks the chain" same "$(holes)" "${fault#*=}"
	done
	listen_behind /stream 800 "$s"
	flowing
	ctl dupstrade ETHUSDT 1
	joined
	check 'dupstrade' eval 'grep ethusdt@trade "$work/frames" |
		jq -se "[.[].data.t] | length == (unique | length) + 1"'
	ctl stall btcusdt@trade 5000
	listen /stream 500 "$s"
	check 'stall is one stream only' eval \
		'lacks btcusdt@trade && has ethusdt@trade && has btcusdt@depth'
	listen_behind /stream 1500 "$s"
	wait_for 5 sim_reaches subscriptions 3
	ctl halfopen 60000
	before=$(sim_stat frames)
	wait_for 1 false
	check 'halfopen: silence' eval '[ "$(wc -l <"$work/frames")" -gt 0 ] &&
		sim_reaches frames $((before + 100)) &&
		[ "$(wc -l <"$work/frames")" -lt $((before + 100)) ]'
	joined
	ctl clear
}

subscriptions() {
	ctl silent btcusdt@trade
	listen /stream 400 "$(subscribe btcusdt@trade)"
	check 'silent: acknowledged, no data' eval 'has "\"id\":7" && lacks @trade'
	ctl noack btcusdt@trade
	listen /stream 400 "$(subscribe btcusdt@trade)"
	check 'noack' same "$(cat "$work/frames")" END
	ctl clear
	ctl reject ETHUSDT
	listen /stream 400 "$(subscribe btcusdt@trade ethusdt@trade)"
	check 'reject' eval 'has "\"code\":2.*\"id\":7" && lacks @trade'
	ctl clear
	ctl refuse 1
	check 'refuse' eval '! listen /ws 300; has END'
	ctl httpstatus 503 1
	check 'httpstatus' eval '! listen /ws 300; has 503'
	check 'an unknown command is an error' eval '! ctl nonsense'
	check 'an unknown symbol is an error' eval '! ctl skip NOPE 1'
}

rest_faults() {
	local depth='/api/v3/depth?symbol=BTCUSDT&limit=5' id
	ctl rest429 1 3
	check 'rest429' eval 'same "$(status_of "/api/v3/time")" 429 &&
		headers_have "Retry-After: 3"'
	ctl clear
	ctl rest429 1 none
	check 'rest429 without a header' eval \
		'same "$(status_of "/api/v3/time")" 429 &&
		! headers_have "Retry-After"'
	ctl rest418 60 body
	check 'rest418, in the body only' eval \
		'same "$(status_of "/api/v3/time")" 418 &&
		! headers_have "Retry-After" &&
		grep -q "banned until [0-9]" "$work/body"'
	ctl clear
	ctl rest5xx 1
	check 'rest5xx' eval 'same "$(status_of "/api/v3/time")" 503'
	ctl resthtml 1
	check 'resthtml' eval 'same "$(status_of "/api/v3/time")" 403 &&
		grep -q "<html>" "$work/body"'
	ctl resttrunc 1
	check 'resttrunc' eval '! status_of "$1" && [ -s "$work/body" ]' "$depth"
	ctl delaysnap 700
	check 'delaysnap' eval '! curl -sS --max-time 0.5 --cacert "$sim_ca" \
		"https://localhost:$sim_rest$depth" && get "$depth"'
	ctl clear
	ctl pause
	ctl book BTCUSDT
	id=$(jq .u <<<"$answer")
	check 'at rest REST has the newest book' answers "$depth" \
		".lastUpdateId == $id"
	check 'the control port has the same' eval 'jq -c ".b[:5], .a[:5]" \
		<<<"$answer" >"$work/a" &&
		jq -c ".bids, .asks" "$work/body" | cmp - "$work/a"'
	ctl agesnap 5
	check 'agesnap' answers "$depth" ".lastUpdateId < $id"
	ctl clear
	ctl resume
}

# --- certificates, play, ledger --------------------------------------------

certificates() {
	for kind in host expired ca; do
		sim_ws=
		rm -rf "$work/sim"
		start_sim --wrong-cert $kind || return
		check "wrong certificate: $kind" eval '! sim_get /api/v3/time'
		stop "$sim_pid"
	done
	sim_ws=
	rm -rf "$work/sim"
	start_sim --plain || return
	check 'no TLS when asked' eval \
		'curl -sS "http://127.0.0.1:$sim_rest/api/v3/time"'
	stop "$sim_pid"
	sim_ws=
}

# A recording of our own.
recording() {
	printf '%s\n' \
	'{"stream":"abcxyz@depth@100ms","data":{"e":"depthUpdate","U":11,"u":12}}' \
	'{"lastUpdateId":12,"bids":[["1.0","2.0"]],"asks":[]}' \
	'{"stream":"abcxyz@trade","data":{"e":"trade","t":5}}' >"$work/r.jsonl"
	printf '%s\t%s\n' 100.0 ws \
	100.1 'https://api.binance.com/api/v3/depth?symbol=ABCXYZ&limit=1000' \
	100.6 ws >"$work/r.ts"
}

playing() {
	recording
	for speed in 1 0; do
		start_sim --play "$work/r.jsonl" --speed $speed || return
		listen /stream 1500 "$(subscribe abcxyz@depth@100ms abcxyz@trade)"
		check "a recording, speed $speed" eval \
			'has "\"U\":11,\"u\":12}}$" && has "\"t\":5}}$"'
		check 'its snapshot' answers '/api/v3/depth?symbol=ABCXYZ' \
			'.lastUpdateId == 12'
		stop "$sim_pid"
	done
}

# Records as mpedge would write them, from frames and a snapshot.
as_records() {
	jq -c '.data | select(.e == "trade") | {symbol_name: .s,
		trade_id: "\(.t)", price: .p, quantity: .q,
		timestamp: ((.T / 1000000 | floor | todate | rtrimstr("Z")) + "." +
		("\(.T % 1000000 + 1000000)" | .[1:]) + "Z"),
		side: (if .m then "sell" else "buy" end), native_symbol: .s}' \
		"$work/frames"
	jq -c '{symbol_name: "x", last_update_id: .lastUpdateId,
		bids: [.bids[] | {price: .[0], quantity: .[1]}],
		asks: [.asks[] | {price: .[0], quantity: .[1]}],
		update_type: "snapshot", is_valid: true,
		native_symbol: "BTCUSDT"}' "$work/snapshot"
	jq -c --argjson id "$(jq .lastUpdateId "$work/snapshot")" \
		'.data | select(.e == "depthUpdate" and .u > $id) |
		{symbol_name: .s, last_update_id: .u,
		bids: [.b[] | {price: .[0], quantity: .[1]}],
		asks: [.a[] | {price: .[0], quantity: .[1]}],
		update_type: "delta", first_update_id: .U, is_valid: true,
		native_symbol: .s}' "$work/frames"
}

# The verifier agrees with a right story and finds what is wrong with others.
stories() {
	start_sim --rate 1000 --symbols BTCUSDT || return
	listen_behind '/stream?timeUnit=MICROSECOND' 2000 \
		"$(subscribe btcusdt@trade btcusdt@depth@100ms)"
	wait_for 5 sim_reaches frames 100
	sim_get '/api/v3/depth?symbol=BTCUSDT&limit=1000' >"$work/snapshot"
	joined
	ctl flush
	grep '^{"stream' "$work/frames" >"$work/f" && mv "$work/f" "$work/frames"
	as_records >"$work/records"
	local verify="$tools/verify $ledger"
	check 'the ledger and the frames agree' $verify "$work/records"
	wrong 'a missing trade' '/trade_id/{n;n;d}' missing
	wrong 'a trade twice' '/trade_id/p' duplicated
	wrong 'another quantity' '0,/"quantity":"0/s//"quantity":"1/' wrong
	wrong 'another time' '0,/[0-9]Z"/s//xZ"/' wrong
	wrong 'a diff that is missing' '/delta/{n;d}' broken
	wrong 'a diff that is changed' '/delta/s/quantity":"[0-9.]*/quantity":"5/' \
		books_wrong
	check 'verify sees a tail that is missing' eval \
		'! "$tools/verify" -t "$ledger" "$work/records" >"$work/a" &&
		grep -q "behind=1" "$work/a"'
	stop "$sim_pid"
	check 'SIGTERM ends it with 0' same "$status" 0
}

# wrong NAME SED-SCRIPT COUNTER: that counter is not 0 then
wrong() {
	sed "$2" "$work/records" >"$work/other"
	check "verify sees $1" eval \
		'! "$tools/verify" "$ledger" "$work/other" >"$work/a" &&
		grep -q " '"$3"'=[1-9]" "$work/a"'
}

flat_out() {
	start_sim --rate 0 --total 100000 --symbol-count 2 || return
	"$tools/ws_client" -q -n 100000 -t 20000 "$sim_ws" /stream "$sim_ca" \
		"$(subscribe btcusdt@trade btcusdt@depth ethusdt@trade \
		ethusdt@depth)" >"$work/frames"
	read -r texts bytes ms <"$work/frames"
	check 'flat out all arrive' [ "$texts" -ge 100000 ]
	echo "# $((texts * 1000 / (ms + 1))) messages and" \
		"$((bytes / (ms + 1))) KB a second"
	stop "$sim_pid"
}

spot() {
	rest_calls
	streams
	limits
	faults
	certificates
	playing
	stories
	flat_out
}

begin exchange
ws_options=
parts=spot
for file in tests/exchange/selftest_*.sh; do
	. "$file"
	file=${file##*_}
	parts="$parts ${file%.sh}"
done
for part in ${*:-$parts}; do
	$part
done
finish
