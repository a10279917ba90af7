# selftest_okx.sh -- the part of selftest.sh about OKX, which sources it.

swap=BTC-USDT-SWAP
xperp=MOODENG-USD_UM_XPERP-310815

# okx_ask OP CHANNEL:ID...: a request with the id q7; an ID that is a type goes
# to instType
okx_ask() {
	local op=$1 list= name
	shift
	for arg in "$@"; do
		name=instId
		case $arg in
		*:SPOT | *:SWAP | *:FUTURES) name=instType ;;
		esac
		list="$list,{\"channel\":\"${arg%%:*}\",\"$name\":\"${arg#*:}\"}"
	done
	printf '{"id":"q7","op":"%s","args":[%s]}' "$op" "${list#,}"
}

okx_join() { okx_ask subscribe "$@"; }

start_okx() { start_sim --venue okx --seed 11 "$@"; }

# The data frames of a channel, one array.
okx_frames() { grep "^{\"arg\":{\"channel\":\"$1\"" "$work/frames" | jq -s .; }
# okx_of CHANNEL FILTER: does it hold for those frames?
okx_of() { okx_frames "$1" | jq -e "$2"; }

# The books that the frames of an arg lead to, as ctl tells its own.
okx_replay() {
	okx_frames books | jq -c --arg id "$1" '
	reduce (.[] | select(.arg.instId == $id)) as $f ({};
		if $f.action == "snapshot" then {a: {}, b: {}} else . end |
		reduce $f.data[0].asks[] as $l (.; if $l[1] == "0"
			then del(.a[$l[0]]) else .a[$l[0]] = $l[1] end) |
		reduce $f.data[0].bids[] as $l (.; if $l[1] == "0"
			then del(.b[$l[0]]) else .b[$l[0]] = $l[1] end) |
		.most = ([.most // 0, (.a | length), (.b | length)] | max)) |
	{most, a: [.a | to_entries[] | [.key, .value | tonumber]] | sort,
		b: [.b | to_entries[] | [.key, .value | tonumber]] | sort |
		reverse}'
}

# --- what is said ----------------------------------------------------------

okx_public() {
	start_okx --rate 400 --symbols "$swap,BTC-USDT,BTC-USD-SWAP,$xperp" \
		--liquidations-ms 100 --funding-ms 500 || return
	wait_for 5 sim_reaches trades 20
	listen /ws/v5/public 5000 "$(okx_join trades:$swap books:$swap \
		books5:$swap bbo-tbt:$swap tickers:$swap mark-price:$swap \
		funding-rate:$xperp open-interest:BTC-USD-SWAP \
		open-interest:$swap liquidation-orders:SWAP)"
	for c in trades books books5 bbo-tbt tickers mark-price; do
		local arg="{\"channel\":\"$c\",\"instId\":\"$swap\"}"
		check "$c: acknowledged" has "^{\"id\":\"q7\",\"event\":\
\"subscribe\",\"arg\":$arg,\"connId\":\"[0-9a-f]\{8\}\"}$"
	done
	check 'one ack for each arg' same "$(count '"event":"subscribe"')" 10
	check 'numbers are strings' okx_of trades 'length > 20 and
		all(.[].data[0]; (.px + .sz + .tradeId + .ts + .count |
		type == "string") and (.seqId | type == "number"))'
	check 'trades cover the ids' okx_of trades '[.[].data[0]] as $t |
		all(range(1; $t | length); ($t[.].tradeId | tonumber) -
		($t[.].count | tonumber) == ($t[. - 1].tradeId | tonumber))
		and any($t[]; .count != "1") and any($t[]; .source == "1")'
	check 'books begin with 400 levels' okx_of books \
		'.[0] | .action == "snapshot" and .data[0].prevSeqId == -1 and
		(.data[0] | (.asks | length == 400) and (.bids | length == 400)
		and .asks[0][2] == "0" and (.asks[0] | length == 4)
		and .checksum == 0)'
	check 'then updates are a chain that jumps' okx_of books '[.[].data[0]] |
		. as $d | length > 50 and
		all(range(1; length); $d[.].prevSeqId == $d[. - 1].seqId) and
		any(range(1; length); $d[.].seqId > $d[.].prevSeqId + 1)'
	check 'books5 are five levels, changed' okx_of books5 '[.[].data[0]] |
		. as $d | length > 5 and all(.[]; (.asks | length == 5) and
		(.bids | length == 5)) and all(range(1; length);
		[$d[.].asks, $d[.].bids] != [$d[. - 1].asks, $d[. - 1].bids])'
	check 'bbo-tbt is one level' okx_of bbo-tbt 'all(.[].data[0];
		(.asks | length == 1) and (.bids | length == 1) and
		.seqId > 0 and (has("prevSeqId") | not))'
	check 'tickers' okx_of tickers 'length > 2 and all(.[].data[0];
		(.last | tonumber) > 0 and .instType == "SWAP" and
		(.askPx | tonumber) > (.bidPx | tonumber))'
	check 'funding of an X-perp' okx_of funding-rate 'length > 2 and
		all(.[].data[0]; .instType == "FUTURES" and
		.nextFundingRate == "" and .method == "current_period" and
		(.nextFundingTime | tonumber) > (.fundingTime | tonumber))'
	check 'mark prices' okx_of mark-price 'length > 2 and
		all(.[].data[0]; (.markPx | tonumber) > 0)'
	check 'open interest, some with many digits' okx_of open-interest \
		'length >= 3 and all(.[].data[0]; .ts | test("^[0-9]{13}$"))
		and any(.[].data[0] | .oiCcy, .oi; test("[.][0-9]{11}"))'
	check 'liquidations by type' okx_of liquidation-orders 'length > 3 and
		all(.[]; .arg == {channel: "liquidation-orders",
		instType: "SWAP"} and (.data[0] | .instType == "SWAP" and
		(.details[0] | (.side == "buy") == (.posSide == "short"))))'
	okx_ledger
	check 'no message was a violation' same "$(violations)" 0
	stop "$sim_pid"
}

# The ledger tells the same as the frames; the quantities of fills are summed up
# from one trade to the next.
okx_ledger() {
	ctl flush
	okx_frames trades | jq -c '.[].data[0] | [(.tradeId | tonumber),
		(.px | tonumber), (.side == "sell"), (.sz | tonumber)]' \
		>"$work/a"
	grep "\"k\":\"trade\",\"s\":\"$swap\"" "$ledger" | jq -sc \
		--slurpfile t "$work/a" '
		($t | map({key: "\(.[0])", value: .}) | from_entries) as $t |
		reduce .[] as $f ({sum: 0, out: []}; .sum += ($f.q | tonumber) |
		if $t["\($f.t)"] then .out += [[$f.t, ($f.p | tonumber), $f.m,
		(.sum * 1e8 | round)]] | .sum = 0 else . end) | .out[1:][]' \
		>"$work/b"
	check 'trades are those of the ledger, fills together' eval \
		'[ -s "$work/b" ] && tail -n +2 "$work/a" |
		jq -c ".[3] |= (. * 1e8 | round)" | cmp - "$work/b"'
	okx_frames books | jq -c '.[1:][].data[0].seqId' >"$work/a"
	check 'ids of books are those the ledger says are shown' eval \
		'grep "\"k\":\"depth\",\"s\":\"'$swap'\"" "$ledger" |
		jq .v | grep -Fxc -f "$work/a" |
		grep -Fx "$(wc -l <"$work/a")"'
}

okx_business() {
	local all="trades-all:$swap candle1s:$swap candle1H:BTC-USDT
		candle1D:$swap candle1Dutc:$swap candle3Mutc:BTC-USD-SWAP"
	start_okx --rate 1000 --symbols "$swap,BTC-USDT,BTC-USD-SWAP" || return
	listen /ws/v5/business 3500 "$(okx_join $all books:$swap)"
	check 'a channel of the other path is 60018' has \
		'"60018","msg":"Subscribe failed, wrong URL or channel:books,'
	check 'trades-all are single fills' okx_of trades-all '[.[].data[0]] as $t |
		($t | length) > 50 and ($t[0] | has("count") | not) and
		([$t[].tradeId | tonumber] | . == [range(.[0]; .[0] + length)])'
	check 'a candle has nine columns' eval 'for c in 1s 1H 1D 1Dutc 3Mutc; do
		okx_of candle$c "length > 0 and all(.[].data[0]; length == 9 and
		all(.[]; type == \"string\"))" || return 1; done'
	check 'a second is confirmed once, then follows the next' okx_of candle1s \
		'[.[].data[0] | select(.[8] == "1") | .[0] | tonumber] |
		length >= 2 and . == [range(.[0]; .[0] + length * 1000; 1000)]'
	check 'days of UTC, and of Hong Kong' eval \
		'okx_of candle1Dutc "all(.[].data[0][0] | tonumber; . % 86400000 ==
		0)" && okx_of candle1D "all(.[].data[0][0] | tonumber;
		. % 86400000 == 57600000)"'
	check 'contracts, coins and dollars' okx_of candle1s 'any(.[].data[0];
		.[5] != "0") and all(.[].data[0]; ((.[5] | tonumber) / 100 -
		(.[6] | tonumber) | fabs) < 1e-9)'
	check 'no message was a violation' same "$(violations)" 0
	stop "$sim_pid"
}

okx_requests() {
	start_okx --rate 50 --symbols "$swap,BTC-USDT" || return
	listen /ws/v5/public 700 ping '{"op":"subscribe","args":[]}' \
		'{"id":"a-b","op":"subscribe","args":[{"channel":"trades"}]}' \
		'not "json' "$(okx_join trades:NOPE-USDT)" \
		"$(okx_join nothing:$swap)" "$(okx_join funding-rate:BTC-USDT)" \
		"$(okx_join liquidation-orders:SPOT)" \
		'{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}'
	check 'ping is answered by pong' has '^pong$'
	check 'what cannot be read is 60012' same \
		"$(count '"event":"error","code":"60012","msg":"Invalid request: ')" 3
	check 'errors are JSON' eval 'grep "\"error\"" "$work/frames" | jq .'
	check 'unknown ids and channels are 60018' same \
		"$(count '^{"id":"q7","event":"error","code":"60018","msg":')" 4
	check 'an error has no arg' lacks '"error".*"arg"'
	check 'without an id none is echoed' has '^{"event":"subscribe","arg"'
	check 'a wrong path is 404' eval '! listen /ws 300; has 404'
	listen /ws/v5/public 1500 "$(okx_join books:$swap)" \
		"$(okx_join books:$swap)" "$(okx_ask unsubscribe books:$swap)" \
		"$(okx_join books:$swap)"
	check 'each subscription gets a snapshot' same \
		"$(count '"action":"snapshot"')" 3
	check 'unsubscribe is acknowledged' has \
		'"event":"unsubscribe","arg":{"channel":"books"'
	check 'and one chain follows' okx_of books '[.[].data[0]][2:] | . as $d |
		length > 5 and
		all(range(1; length); $d[.].prevSeqId == $d[. - 1].seqId)'
	check 'no message was a violation' same "$(violations)" 0
	stop "$sim_pid"
}

okx_limits() {
	start_okx --rate 50 --symbols "$swap" --idle-ms 600 --max-ops 3 || return
	ctl pause
	listen /ws/v5/public 3000 "$(okx_join trades:$swap)"
	check 'who is idle is cut off' has '^CLOSE 4004 '
	ws_options='-w 200' listen /ws/v5/public 100 ping ping ping ping ping \
		ping ping
	check 'who pings is not' lacks CLOSE
	check 'idleness is counted' eval 'ctl stats &&
		jq -e ".violations_by.idle == 1" <<<"$answer"'
	listen /ws/v5/public 300 "$(okx_join trades:$swap)" \
		"$(okx_join trades:$swap)" "$(okx_join trades:$swap)" \
		"$(okx_join trades:$swap)"
	check 'too many requests are 60014' same "$(count '"60014"')" 1
	printf -v long '%70000s' ''
	listen /ws/v5/public 500 "{\"op\":\"subscribe\",$long}"
	check 'a request of 70 KB closes it' has '^CLOSE 1009'
	stop "$sim_pid"
	start_okx --rate 50 --symbols "$swap" --limit-status 0 \
		--weight-window-ms 3600000 || return
	for i in 1 2 3 4 5 6 7 8 9 10; do
		status_of /api/v5/public/time >"$work/status"
	done
	check 'ten calls are within the limit' same "$(cat "$work/status")" 200
	check 'the next is not' same "$(status_of /api/v5/public/time)" 429
	check 'which has a code' jq -e '.code == "50011"' "$work/body"
	check 'or says so with 200' eval \
		'same "$(status_of /api/v5/public/time)" 200 &&
		jq -e ".code == \"50011\"" "$work/body"'
	check 'another call has its own limit' answers \
		"/api/v5/market/books?instId=$swap" '.code == "0"'
	check 'each is counted' eval 'ctl stats &&
		jq -e ".violations_by.rate == 2" <<<"$answer"'
	stop "$sim_pid"
}

# --- REST ------------------------------------------------------------------

okx_rest() {
	local first
	start_okx --rate 2000 --symbols "$swap,BTC-USDT,BTC-USD-SWAP,\
BTC-USDT-270326,$xperp" || return
	wait_for 10 sim_reaches trades 4000
	check 'time' answers /api/v5/public/time \
		'.code == "0" and (.data[0].ts | test("^[0-9]{13}$"))'
	check 'SPOT' answers '/api/v5/public/instruments?instType=SPOT' \
		'.data | length == 1 and (.[0] | .instId == "BTC-USDT" and
		.baseCcy == "BTC" and .quoteCcy == "USDT" and .ctVal == "" and
		.state == "live" and .tickSz == "0.1")'
	check 'SWAP, linear and inverse' answers \
		'/api/v5/public/instruments?instType=SWAP' '.data |
		(map([.instId, .ctType, .ctVal, .ctValCcy, .settleCcy]) | sort)
		== [["BTC-USD-SWAP", "inverse", "100", "USD", "BTC"],
		["BTC-USDT-SWAP", "linear", "0.01", "BTC", "USDT"]] and
		all(.[]; (.instIdCode | type == "number") and .expTime == "")'
	check 'FUTURES, and an X-perp among them' answers \
		'/api/v5/public/instruments?instType=FUTURES' '.data |
		(map([.instId, .ruleType, .instFamily, .uly]) | sort) ==
		[["BTC-USDT-270326", "normal", "BTC-USDT", "BTC-USDT"],
		["MOODENG-USD_UM_XPERP-310815", "xperp",
		"MOODENG-USD_UM_XPERP", "MOODENG-USD"]] and
		(map(.expTime) | sort) == ["1806048000000", "1944547200000"]'
	check 'one instrument' answers \
		"/api/v5/public/instruments?instType=SWAP&instId=$swap" \
		'.data | length == 1'
	check 'a type that is missing' eval 'same \
		"$(status_of /api/v5/public/instruments)" 400 &&
		jq -e ".code == \"50014\"" "$work/body"'
	check 'books are four strings a level' answers \
		"/api/v5/market/books?instId=$swap&sz=400" '.data[0] |
		(.asks | length == 400) and (.bids | length == 400) and
		all(.asks[], .bids[]; length == 4 and .[2] == "0")'
	check 'books-full are three, and deeper' answers \
		"/api/v5/market/books-full?instId=$swap&sz=5000" '.data[0] |
		(.asks | length > 410) and all(.asks[]; length == 3)'
	check 'an unknown id is 51001, with 200' eval 'same "$(status_of \
		"/api/v5/market/books?instId=NOPE-USDT")" 200 &&
		jq -e ".code == \"51001\" and .data == []" "$work/body"'
	check 'candles, the newest first' answers \
		"/api/v5/market/candles?instId=$swap&bar=1s&limit=3" '.data |
		length == 3 and all(.[]; length == 9) and .[0][8] == "0" and
		.[1][8] == "1" and .[0][0] > .[1][0]'
	first=$(jq -r '.data[1][0]' "$work/body")
	check 'history-candles after a time' answers \
		"/api/v5/market/history-candles?instId=$swap&bar=1s&after=$first" \
		".data | length > 0 and all(.[]; .[0] < \"$first\" and
		.[8] == \"1\")"
	check 'tickers' answers '/api/v5/market/tickers?instType=SWAP' \
		'.data | length == 2 and all(.[]; .last != "")'
	check 'a ticker' answers "/api/v5/market/ticker?instId=BTC-USDT" \
		'.data[0].instId == "BTC-USDT"'
	check 'the funding of all' answers \
		'/api/v5/public/funding-rate?instId=ANY' '.data | length == 3 and
		all(.[]; .nextFundingRate == "")'
	check 'no funding of a dated future' answers \
		'/api/v5/public/funding-rate?instId=BTC-USDT-270326' \
		'.code == "51001"'
	check 'the funding that was' answers \
		"/api/v5/public/funding-rate-history?instId=$swap&limit=5" \
		'[.data[].fundingTime | tonumber] as $t | ($t | length) == 5 and
		all(range(1; 5); $t[. - 1] - $t[.] == 8 * 3600000)'
	check 'open interest' answers \
		'/api/v5/public/open-interest?instType=FUTURES' \
		'.data | length == 2 and all(.[]; .oiUsd != "")'
	check 'mark prices' answers '/api/v5/public/mark-price?instType=SWAP' \
		'.data | length == 2'
	check 'an unknown path is 404' same "$(status_of /api/v5/no)" 404
	okx_rest_trades
	check 'no request was a violation' same "$(violations)" 0
	ctl resthtml 1 451
	check 'a region that is not served' eval \
		'same "$(status_of /api/v5/public/time)" 451 &&
		grep -q "<html>" "$work/body"'
	ctl rest429 1
	check 'rest429' eval 'same "$(status_of /api/v5/public/time)" 429 &&
		jq -e ".code == \"50011\"" "$work/body"'
	ctl rest5xx 1
	check 'rest5xx' eval 'same "$(status_of /api/v5/public/time)" 503 &&
		jq -e ".code == \"50001\"" "$work/body"'
	stop "$sim_pid"
}

okx_rest_trades() {
	local trades="/api/v5/market/history-trades?instId=$swap&type=1" first
	check 'trades, the newest first' answers \
		"/api/v5/market/trades?instId=$swap&limit=500" \
		'[.data[].tradeId | tonumber] as $i | ($i | length) == 500 and
		$i == [range($i[0]; $i[0] - 500; -1)]'
	first=$(jq -r '.data[100].tradeId' "$work/body")
	check 'history-trades are a hundred' answers "$trades&limit=500" \
		'.data | length == 100'
	check 'after is older than' answers "$trades&after=$first&limit=10" \
		"[.data[].tradeId | tonumber] == [range($first - 1;
		$first - 11; -1)]"
	check 'before is newer than, and the newest page' answers \
		"$trades&before=$first&limit=10" \
		".data | length == 10 and (.[0].tradeId | tonumber) > $first + 50"
	check 'between both' answers \
		"$trades&after=$first&before=$((first - 4))" \
		"[.data[].tradeId | tonumber] == [range($first - 1;
		$first - 4; -1)]"
	ctl flush
	get "$trades&after=$((first + 1))&limit=1"
	jq -c '.data[0] | [(.tradeId, .px, .sz | tonumber), .side]' \
		"$work/body" >"$work/a"
	grep "\"k\":\"trade\",\"s\":\"$swap\",\"t\":$first," "$ledger" | jq -c \
		'[.t, (.p, .q | tonumber), if .m then "sell" else "buy" end]' \
		>"$work/b"
	check 'REST and ledger have the same fill' eval \
		'[ -s "$work/a" ] && cmp "$work/a" "$work/b"'
}

# --- faults ----------------------------------------------------------------

# Places where an update does not follow the frame before it.
okx_holes() {
	okx_frames books | jq '[.[].data[0]] as $d | [range(1; $d | length) |
		select($d[.].prevSeqId != -1 and
		$d[.].prevSeqId != $d[. - 1].seqId)] | length'
}

# okx_while COMMAND MS ARG...: with a client listening to these
okx_while() {
	local command=$1 ms=$2
	shift 2
	listen_behind /ws/v5/public "$ms" "$(okx_join "$@")"
	wait_for 5 sim_reaches subscriptions $#
	wait_for 5 sim_reaches frames $(($(sim_stat frames) + 20))
	ctl $command
	joined
}

okx_faults() {
	start_okx --rate 400 --symbols "$swap,BTC-USDT" --shutdown-ms 300 \
		--rename-ms 200 --max-connects 100 || return
	for fault in "skip $swap 2=1" "repeat $swap 1=1" "reorder $swap=3"; do
		okx_while "${fault%=*}" 1000 books:$swap
		check "${fault%% *} breaks the chain" same "$(okx_holes)" \
			"${fault#*=}"
	done
	okx_while "seqreset $swap" 1000 books:$swap
	check 'seqreset: the chain holds' same "$(okx_holes)" 0
	check 'and the numbers begin again' okx_of books \
		'[.[].data[0] | select(.seqId < .prevSeqId)] | length == 1'
	okx_while "cross $swap 500" 1500 books:$swap bbo-tbt:$swap
	check 'cross: crossed for a while' okx_of bbo-tbt '[.[].data[0] |
		(.asks[0][0] | tonumber) <= (.bids[0][0] | tonumber)] |
		(index(true) > 0) and (.[-1] == false)'
	check 'and the chain holds' same "$(okx_holes)" 0
	okx_while notice 1500 trades:$swap
	check 'notice' has '^{"event":"notice","code":"64008","msg":"The conn'
	check 'and then it closes' has '^END closed'
	ctl reject $swap
	listen /ws/v5/public 300 "$(okx_join trades:$swap trades:BTC-USDT)"
	check 'reject is about one arg' eval \
		'has "60018.*'$swap'" && has "\"subscribe\".*BTC-USDT\"}"'
	ctl clear
	okx_while "stall trades:$swap 5000" 700 trades:$swap trades:BTC-USDT
	listen /ws/v5/public 500 "$(okx_join trades:$swap trades:BTC-USDT)"
	check 'stall is one stream only' eval 'has "\"BTC-USDT\"},\"data\"" &&
		lacks "'$swap'\"},\"data\""'
	ctl clear
	okx_windows
	okx_renames
	stop "$sim_pid"
	okx_options
}

# What a client makes of the frames is the venue's book, as far as it shows it.
okx_windows() {
	listen_behind /ws/v5/public 4000 "$(okx_join books:$swap)"
	wait_for 5 sim_reaches frames $(($(sim_stat frames) + 300))
	ctl pause
	joined
	ctl book $swap
	jq -c '[.a, .b | .[:400] | map(map(tonumber))]' <<<"$answer" >"$work/a"
	okx_replay $swap >"$work/b"
	check 'updates lead to the book of the venue' eval \
		'jq -c "[.a, .b]" "$work/b" | cmp - "$work/a"'
	check 'never more than 400 levels' jq -e '.most == 400' "$work/b"
	ctl resume
}

okx_renames() {
	okx_while 'preopen SOON-USDT-SWAP' 500 instruments:SWAP trades:$swap
	check 'preopen is pushed' okx_of instruments '.[0].data[0] |
		.instId == "SOON-USDT-SWAP" and .state == "preopen" and
		.tickSz == "" and .instIdCode == null'
	check 'and in the list' answers \
		'/api/v5/public/instruments?instType=SWAP' '.data |
		map(.instId) == ["BTC-USDT-SWAP", "SOON-USDT-SWAP"]'
	listen /ws/v5/public 300 "$(okx_join trades:SOON-USDT-SWAP)"
	check 'but cannot be subscribed' has 60018
	okx_while "rename $swap XBT-USDT-SWAP" 2500 instruments:SWAP \
		trades:$swap books:$swap tickers:$swap mark-price:$swap
	check 'rename: expired, rebase, post_only, live' okx_of instruments \
		'[.[].data[0] | [.instId, .state]] ==
		[["BTC-USDT-SWAP", "expired"], ["XBT-USDT-SWAP", "rebase"],
		["XBT-USDT-SWAP", "post_only"], ["XBT-USDT-SWAP", "live"]]'
	okx_after_rename >"$work/a"
	check 'trades and books go on' eval 'for c in trades books; do
		grep -q "\"$c\"" "$work/a" || return 1; done'
	check 'nothing else does' eval '! grep -e tickers -e mark "$work/a"'
	check 'the chain holds' same "$(okx_holes)" 0
	listen /ws/v5/public 700 "$(okx_join trades:$swap books:XBT-USDT-SWAP)"
	check 'the old name is refused' has "60018.*trades,instId:$swap "
	check 'the new one is not' okx_of books '.[0].action == "snapshot"'
	check 'REST knows the new one' answers \
		'/api/v5/public/instruments?instType=SWAP&instId=XBT-USDT-SWAP' \
		'.data[0] | .state == "live" and .uly == "XBT-USDT"'
}

# What came after the old name had expired, without the instruments.
okx_after_rename() {
	sed '1,/"state":"expired"/d' "$work/frames" | grep -v instruments
}

okx_options() {
	start_okx --rate 300 --symbols $swap --checksum none --book-idle-ms 200 \
		|| return
	listen_behind /ws/v5/public 2500 "$(okx_join books:$swap)"
	wait_for 5 sim_reaches frames 20
	stop "$sim_pid"
	joined
	check 'no checksum' okx_of books 'all(.[].data[0]; has("checksum") | not)'
	start_okx --rate 100 --total 100 --symbols $swap --checksum right \
		--book-idle-ms 200 || return
	listen /ws/v5/public 2500 "$(okx_join books:$swap)"
	check 'a checksum of the best 25 levels' okx_crc
	check 'an idle book is kept alive' okx_of books '[.[-3:][].data[0]] |
		all(.[]; .seqId == .prevSeqId and .asks == [] and .bids == [])'
	check 'within the chain' same "$(okx_holes)" 0
	stop "$sim_pid"
}

# The checksum of the snapshot; gzip writes the CRC-32 before the length.
okx_crc() {
	local sum
	okx_frames books | jq -rj '.[0].data[0] | [range(25) as $i |
		.bids[$i][:2], .asks[$i][:2] | join(":")] | join(":")' |
		gzip -c | tail -c 8 | od -An -N4 -td4 >"$work/a"
	read -r sum <"$work/a"
	okx_frames books | jq -e ".[0].data[0].checksum == $sum"
}

okx() {
	local suite="$suite: okx"
	okx_public
	okx_business
	okx_requests
	okx_limits
	okx_rest
	okx_faults
}
