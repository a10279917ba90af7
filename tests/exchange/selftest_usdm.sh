# selftest_usdm.sh -- Binance USD-M, a part of selftest.sh, which sources it.

usdm_public='btcusdt@trade btcusdt@depth@100ms btcusdt@depth@500ms
	btcusdt@bookTicker btcusd_perp@trade btcusd_perp@depth !bookTicker'
usdm_market='btcusdt@aggTrade btcusdt@kline_1m btcusdt@ticker
	btcusdt@markPrice btcusdt@markPrice@1s btcusdt_990330@markPrice@1s
	btcusd_perp@aggTrade !forceOrder@arr btcusdt@forceOrder !contractInfo'

# frames_of STREAM: their data, a line each
frames_of() {
	grep -F "{\"stream\":\"$1\"," "$work/frames" | jq -c .data
}

# every STREAM FILTER: it has frames, and the filter is true of each
every() {
	frames_of "$1" >"$work/data"
	[ -s "$work/data" ] && jq -se "all(.[]; $2)" "$work/data"
}

# Lines of the ledger of one kind and symbol.
ledger_of() {
	grep "^{\"k\":\"$1\",\"s\":\"$2\"" "$ledger"
}

# in_ledger KIND SYMBOL FRAMES-FILTER LEDGER-FILTER: what the first makes of the
# frames in $work/data the second makes of lines of the ledger
in_ledger() {
	jq -c "$3" "$work/data" | sort -u >"$work/is"
	ledger_of "$1" "$2" | jq -c "$4" | sort -u >"$work/should"
	[ -s "$work/is" ] && [ -z "$(comm -23 "$work/is" "$work/should")" ]
}

usdm() {
	sim_ws=
	rm -rf "$work/sim"
	start_sim --venue binance_usdm --rate 3000 --seed 5 \
		--liquidations-ms 60 --ping-ms 500 --symbols \
		BTCUSDT,ETHUSDT,BTCUSDT_990330,SOLUSDT,BTCUSD_PERP || return
	check 'usdm: the ledger names the venue' eval \
		'ctl flush; head -n 1 "$ledger" | grep -q binance_usdm'
	usdm_public_streams
	usdm_market_streams
	usdm_misrouted
	usdm_rest
	usdm_faults
	check 'usdm: nothing was a violation' same "$(violations)" 0
	stop "$sim_pid"
	usdm_limits
	usdm_stories
}

usdm_public_streams() {
	listen /public/stream 2500 "$(subscribe $usdm_public)"
	ctl flush
	check 'usdm: an ack is not wrapped' has '^{"result":null,"id":7}$'
	check 'usdm: every public stream has its messages' eval \
		'for s in $usdm_public; do every "$s" ".st == 1 or .st == 2" ||
		{ echo "$s"; false; }; done'
	check 'usdm: pings come' has '^PING '
	check 'usdm: trades' every btcusdt@trade '.e == "trade" and .st == 1 and
		.E >= .T and .E < 1e14 and (.m | type) == "boolean" and
		(.X == "MARKET" or (.X == "NA" and .p == "0" and .q == "0"))'
	check 'usdm: their ids have no holes' jq -se '[.[].t] as $t |
		$t == [range($t[0]; $t[0] + ($t | length))]' "$work/data"
	check 'usdm: they are in the ledger' in_ledger trade BTCUSDT \
		'select(.X != "NA") | [.t, (.p | tonumber), (.q | tonumber), .m]' \
		'[.t, (.p | tonumber), (.q | tonumber), .m]'
	check 'usdm: so are those that are no trades' in_ledger skip BTCUSDT \
		'select(.X == "NA") | .t' .t
	check 'usdm: diffs follow each other by pu' eval \
		'every btcusdt@depth@100ms ".e == \"depthUpdate\" and .u >= .U and
		.T < .E and .ps == \"BTCUSDT\" and .st == 1" &&
		jq -se ". as \$d | all(range(1; length); \$d[.].pu ==
		\$d[. - 1].u)" "$work/data"'
	check 'usdm: their ids are sparse' jq -se '. as $d |
		any(range(1; length); $d[.].U > $d[. - 1].u + 1)' "$work/data"
	check 'usdm: the ledger shows the same ids' in_ledger depth BTCUSDT \
		'[.U, .u, (.b | length), (.a | length)]' \
		'[.V, .v, (.b | length), (.a | length)]'
	check 'usdm: bookTicker is not crossed and changes' eval \
		'every btcusdt@bookTicker "(.b | tonumber) < (.a | tonumber) and
		.ps == \"BTCUSDT\" and .u > 0 and .st == 1" && jq -se ". as \$d |
		all(range(1; length); (\$d[.] | [.b, .B, .a, .A]) !=
		(\$d[. - 1] | [.b, .B, .a, .A]))" "$work/data"'
	check 'usdm: COIN-M counts contracts' every btcusd_perp@trade \
		'.st == 2 and (.q | test("^[0-9]+$"))'
}

usdm_market_streams() {
	listen /market/stream 4500 "$(subscribe $usdm_market)"
	ctl flush
	check 'usdm: every market stream has its messages' eval \
		'for s in $usdm_market; do every "$s" ".e | length > 3" ||
		{ echo "$s"; false; }; done'
	check 'usdm: aggTrade covers fills' eval \
		'every btcusdt@aggTrade ".l >= .f and .nq == .q and .st == 1" &&
		jq -se "any(.[]; .l > .f) and (. as \$d | all(range(1; length);
		\$d[.].a == \$d[. - 1].a + 1 and \$d[.].f > \$d[. - 1].l))" \
		"$work/data"'
	check 'usdm: its quantity is the sum of theirs' eval \
		'ledger_of trade BTCUSDT | jq -c "[.t, .q]" |
		jq -se --slurpfile a "$work/data" "(map({key: \"\(.[0])\",
		value: (.[1] | tonumber)}) | from_entries) as \$q |
		all(\$a[]; ([range(.f; .l + 1) | \$q[\"\(.)\"]] | add) as \$sum |
		(\$sum - (.q | tonumber) | fabs) < 1e-7)"'
	check 'usdm: klines' every btcusdt@kline_1m \
		'.k.T == .k.t + 59999 and .k.i == "1m" and .st == 1'
	check 'usdm: four klines a second' between \
		"$(frames_of btcusdt@kline_1m | wc -l)" 9 20
	check 'usdm: the ticker has no best prices' every btcusdt@ticker \
		'(has("b") or has("a") or has("x") | not) and .ps == "BTCUSDT" and
		.n <= .L - .F + 1 and .st == 1'
	check 'usdm: marks and funding' every btcusdt@markPrice@1s \
		'(.r | tonumber | fabs) < 0.01 and .T > .E and has("ap") and
		.T % 28800000 == 0 and .e == "markPriceUpdate"'
	check 'usdm: they are in the ledger' in_ledger funding BTCUSDT \
		'[.p, .i, .r, .T, .E]' \
		'[.p, .i, .r, (.n / 1000), (.T / 1000 | floor)]'
	check 'usdm: dated contracts have no funding' every \
		btcusdt_990330@markPrice@1s '.r == "" and .T == 0'
	check 'usdm: liquidations of all, COIN-M among them' eval \
		'every !forceOrder@arr ".o.S == \"SELL\" or .o.S == \"BUY\"" &&
		jq -se "map(.st // .o.st) | unique == [1, 2]" "$work/data"'
	check 'usdm: st stands inside the order or outside' jq -se \
		'any(.[]; has("st")) and any(.[]; .o | has("st"))' "$work/data"
	check 'usdm: of one symbol, as the ledger has it' eval \
		'every btcusdt@forceOrder ".o.s == \"BTCUSDT\"" &&
		in_ledger liq BTCUSDT "[(.o.p | tonumber), (.o.ap | tonumber),
		(.o.q | tonumber), .o.S, .o.T]" "[(.p | tonumber),
		(.a | tonumber), (.q | tonumber),
		if .sell then \"SELL\" else \"BUY\" end, (.T / 1000 | floor)]"'
	check 'usdm: contractInfo' every !contractInfo \
		'.cs == "TRADING" and .dt > .E and (.ct | length) > 0'
}

# Acknowledged and silent, whatever the way it was asked for.
usdm_misrouted() {
	listen /public/stream 1300 "$(subscribe $usdm_market)"
	check 'usdm: market streams on /public' same \
		"$(grep -v '^PING' "$work/frames")" \
		"$(printf '{"result":null,"id":7}\nEND')"
	listen /market/stream 700 "$(subscribe $usdm_public)"
	check 'usdm: public streams on /market' same \
		"$(grep -v '^PING' "$work/frames")" \
		"$(printf '{"result":null,"id":7}\nEND')"
	listen /stream 700 "$(subscribe $usdm_public)"
	check 'usdm: the old path' same "$(grep -v '^PING' "$work/frames")" \
		"$(printf '{"result":null,"id":7}\nEND')"
	listen /ws/btcusdt@trade 500
	check 'usdm: the old raw path' lacks '"e"'
	listen /public/ws/btcusdt@trade/btcusdt@depth 500
	check 'usdm: raw on /public' eval \
		'has "^{\"e\":\"trade\"" && has "^{\"e\":\"depthUpdate\""'
	listen '/market/stream?streams=btcusdt@aggTrade' 500
	check 'usdm: streams in the query' has '"stream":"btcusdt@aggTrade"'
	listen /public/ws 500 "$(subscribe nope@trade)" \
		'{"method":"LIST_SUBSCRIPTIONS","id":3}'
	check 'usdm: an unknown stream is acknowledged' eval \
		'has "{\"result\":null,\"id\":7}" && has "nope@trade"'
	check 'usdm: /private is 404' eval '! listen /private/ws 300; has 404'
}

usdm_rest() {
	local first=
	check 'usdm: time' answers /fapi/v1/time '.serverTime > 1e12'
	check 'usdm: exchangeInfo' answers /fapi/v1/exchangeInfo \
		'[.symbols[] | [.symbol, .contractType, .status, .pair]] == [
		["BTCUSDT","PERPETUAL","TRADING","BTCUSDT"],
		["ETHUSDT","PERPETUAL","TRADING","ETHUSDT"],
		["BTCUSDT_990330","NEXT_QUARTER","TRADING","BTCUSDT"],
		["SOLUSDT","PERPETUAL","TRADING","SOLUSDT"],
		["SOONUSDT","","PENDING_TRADING","SOONUSDT"]] and
		.symbols[0].deliveryDate == 4133404800000 and
		.symbols[2].deliveryDate == 4078540800000 and
		.symbols[0].onboardDate < .serverTime and
		(.rateLimits[0].limit == 2400)'
	check 'usdm: COIN-M has a list of its own' answers \
		/dapi/v1/exchangeInfo '.symbols | length == 1 and
		.[0].contractSize == 100 and .[0].marginAsset == "BTC" and
		.[0].contractStatus == "TRADING"'
	check 'usdm: depth' answers \
		'/fapi/v1/depth?symbol=BTCUSDT&limit=50' \
		'(.bids | length) == 50 and .lastUpdateId > 0 and .E >= .T'
	check 'usdm: the weight is that of its limit' eval \
		'weigh "/fapi/v1/depth?symbol=BTCUSDT&limit=50" 2 &&
		weigh "/fapi/v1/depth?symbol=BTCUSDT&limit=100" 5 &&
		weigh "/fapi/v1/depth?symbol=BTCUSDT&limit=500" 10 &&
		weigh "/fapi/v1/depth?symbol=BTCUSDT&limit=1000" 20'
	check 'usdm: trades leave out what is none' answers \
		'/fapi/v1/trades?symbol=BTCUSDT&limit=1000' \
		'length > 300 and all(.[]; (.price | tonumber) > 0) and
		([.[].id] | . == (sort | unique)) and
		.[-1].id - .[0].id >= length'
	first=$(jq '.[0].id' "$work/body")
	check 'usdm: historicalTrades from an id' answers \
		"/fapi/v1/historicalTrades?symbol=BTCUSDT&fromId=$first&limit=700" \
		"length <= 500 and .[0].id == $first"
	check 'usdm: aggTrades' answers \
		'/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=3&limit=50' \
		'[.[].a] == [range(3; 53)] and any(.[]; .l > .f) and
		all(.[]; has("nq"))'
	check 'usdm: klines' answers \
		'/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=2' \
		'.[-1] | length == 12 and .[6] == .[0] + 59999'
	check 'usdm: there are no seconds' answers \
		'/fapi/v1/klines?symbol=BTCUSDT&interval=1s' '.code == -1120'
	check 'usdm: premiumIndex' answers \
		'/fapi/v1/premiumIndex?symbol=BTCUSDT' \
		'.nextFundingTime > .time and (.markPrice | tonumber) > 0'
	check 'usdm: of all' answers /fapi/v1/premiumIndex 'length == 5 and
		.[2].lastFundingRate == "" and .[2].nextFundingTime == 0'
	check 'usdm: fundingRate' answers \
		'/fapi/v1/fundingRate?symbol=BTCUSDT&limit=3' 'length == 3 and
		.[1].fundingTime - .[0].fundingTime == 28800000 and
		all(.[]; .fundingTime % 28800000 == 0)'
	first=$(jq '.[1].fundingTime' "$work/body")
	check 'usdm: and from a time' answers \
		"/fapi/v1/fundingRate?symbol=BTCUSDT&startTime=$first" \
		"length == 2 and .[0].fundingTime == $first"
	check 'usdm: fundingInfo lists the unusual' answers \
		/fapi/v1/fundingInfo 'map([.symbol, .fundingIntervalHours]) ==
		[["SOLUSDT", 4]]'
	check 'usdm: openInterest' eval 'get \
		"/fapi/v1/openInterest?symbol=ETHUSDT" && ctl flush &&
		jq -c . "$work/body" >"$work/data" && in_ledger oi ETHUSDT \
		"[(.openInterest | tonumber), .time]" \
		"[(.q | tonumber), (.T / 1000 | floor)]"'
	check 'usdm: ticker/24hr' answers \
		'/fapi/v1/ticker/24hr?symbol=ETHUSDT' \
		'.symbol == "ETHUSDT" and (.lastQty | tonumber) > 0'
	check 'usdm: an unknown symbol' answers \
		'/fapi/v1/depth?symbol=NOPE' '.code == -1121'
}

# weigh PATH WEIGHT: it costs that
weigh() {
	local before after
	status_of "$1" >/dev/null
	before=$(sed -n 's/^X-MBX-USED-WEIGHT-1M: \([0-9]*\).*/\1/p' "$work/head")
	status_of "$1" >/dev/null
	after=$(sed -n 's/^X-MBX-USED-WEIGHT-1M: \([0-9]*\).*/\1/p' "$work/head")
	# A minute may have begun in between.
	[ $((after - before)) -eq "$2" ] || [ "$after" -eq "$2" ]
}

usdm_faults() {
	local s="$(subscribe btcusdt@depth@100ms btcusdt@trade btcusdt@bookTicker)"
	listen_behind /public/stream 1200 "$s"
	flowing
	ctl engine BTCUSDT 4
	joined
	frames_of btcusdt@depth@100ms >"$work/data"
	check 'usdm: engine breaks the chain once, ids jump' jq -se '. as $d |
		[range(1; length) | select($d[.].pu != $d[. - 1].u)] as $gap |
		($gap | length) == 1 and
		$d[$gap[0]].U > $d[$gap[0] - 1].u + 1000000' "$work/data"
	listen_behind /public/stream 1200 "$s"
	flowing
	ctl seqreset BTCUSDT
	joined
	frames_of btcusdt@depth@100ms >"$work/data"
	check 'usdm: seqreset begins again, the chain holds' jq -se '. as $d |
		[range(1; length) | select($d[.].u < $d[. - 1].u)] as $at |
		($at | length) == 1 and $d[$at[0]].u < 2000 and
		all(range(1; length); $d[.].pu == $d[. - 1].u)' "$work/data"
	ctl silentall
	listen /public/stream 500 "$s"
	check 'usdm: silentall' eval 'has "\"id\":7" && lacks stream'
	ctl clear
	ctl silent btcusdt@trade
	listen /public/stream 500 "$s"
	check 'usdm: silent is one stream only' eval \
		'has btcusdt@depth && lacks btcusdt@trade'
	ctl clear
	check 'usdm: an unknown symbol is an error' eval '! ctl engine NOPE'
}

usdm_limits() {
	start_sim --venue binance_usdm --key-required --max-weight 60 \
		--weight-window-ms 3600000 || return
	check 'usdm: historicalTrades wants a key' eval 'same "$(status_of \
		"/fapi/v1/historicalTrades?symbol=BTCUSDT")" 401 &&
		jq -e ".code == -2014" "$work/body"'
	check 'usdm: aggTrades does not' answers \
		'/fapi/v1/aggTrades?symbol=BTCUSDT' 'type == "array"'
	status_of '/fapi/v1/aggTrades?symbol=BTCUSDT' >/dev/null
	check 'usdm: over the weight, and no word about how long' eval \
		'same "$(status_of /fapi/v1/exchangeInfo)" 429 &&
		! headers_have Retry-After &&
		headers_have "X-MBX-USED-WEIGHT-1M: 61"'
	for _ in 1 2 3; do status_of /fapi/v1/time >"$work/status"; done
	check 'usdm: whoever goes on is banned' same "$(cat "$work/status")" 418
	listen /public/ws 1000 1 2 3 4 5 6 7 8 9 10
	check 'usdm: ten messages a second are allowed' lacks CLOSE
	listen /public/ws 1000 1 2 3 4 5 6 7 8 9 10 11 12
	check 'usdm: more are not' has 'CLOSE 1008'
	stop "$sim_pid"
	check 'usdm: names that are none are refused' eval \
		'! "$simulator" --venue binance_usdm --dir "$work/sim" \
		--symbols BTCUSDT_SOON'
	check 'usdm: and so is an unknown venue' eval \
		'! "$simulator" --venue nowhere --dir "$work/sim"'
	sim_ws=
	rm -rf "$work/sim"
}

# Records as mpedge would write them: trades fill by fill or whole, a snapshot
# and the diffs that follow it.
usdm_records() {
	jq -c --arg kind "$1" 'def iso: (. / 1000 | floor | todate |
		rtrimstr("Z")) + "." + ("\(. % 1000 + 1000)" | .[1:]) + "000Z";
		.data | select(.e == $kind and .X != "NA") |
		{exchange_name: "binance_usdm", symbol_name: .s,
		trade_id: "\(.t // .l)", price: .p, quantity: .q,
		timestamp: (.T | iso), side: (if .m then "sell" else "buy" end),
		native_symbol: .s}' "$work/frames"
	[ -s "$work/snapshot" ] || return 0
	jq -c '{exchange_name: "binance_usdm", symbol_name: "x",
		last_update_id: .lastUpdateId,
		bids: [.bids[] | {price: .[0], quantity: .[1]}],
		asks: [.asks[] | {price: .[0], quantity: .[1]}],
		update_type: "snapshot", is_valid: true,
		native_symbol: "BTCUSDT"}' "$work/snapshot"
	jq -c --argjson id "$(jq .lastUpdateId "$work/snapshot")" \
		'.data | select(.e == "depthUpdate" and .u >= $id) |
		{exchange_name: "binance_usdm", symbol_name: .s,
		last_update_id: .u,
		bids: [.b[] | {price: .[0], quantity: .[1]}],
		asks: [.a[] | {price: .[0], quantity: .[1]}],
		update_type: "delta", first_update_id: .U, prev_update_id: .pu,
		is_valid: true, native_symbol: .s}' "$work/frames"
}

# The verifier reads chains, skips and ranges.
usdm_stories() {
	start_sim --venue binance_usdm --rate 1500 --symbols BTCUSDT || return
	listen_behind /public/stream 2500 \
		"$(subscribe btcusdt@trade btcusdt@depth@100ms)"
	wait_for 5 sim_reaches frames 100
	sim_get '/fapi/v1/depth?symbol=BTCUSDT&limit=1000' >"$work/snapshot"
	joined
	ctl flush
	grep '^{"stream' "$work/frames" >"$work/f" && mv "$work/f" "$work/frames"
	usdm_records trade >"$work/records"
	local verify="$tools/verify"
	check 'usdm: the ledger and the frames agree' \
		$verify "$ledger" "$work/records"
	check 'usdm: many books were compared' eval \
		'$verify "$ledger" "$work/records" |
		grep " books_checked=[1-9][0-9][0-9]"'
	wrong 'usdm: a missing fill' '/trade_id/{n;n;d}' missing
	wrong 'usdm: a fill of another quantity' \
		'0,/"quantity":"0/s//"quantity":"1/' wrong
	wrong 'usdm: a diff that is missing' '/delta/{n;d}' broken
	wrong 'usdm: a diff that is changed' \
		'/delta/s/quantity":"[0-9.]*/quantity":"5/' books_wrong
	none=$(sed -n 's/^{"k":"skip".*"t":\([0-9]*\).*/\1/p' "$ledger" | head -1)
	wrong 'usdm: what is no trade' \
		"0,/trade_id\":\"[0-9]*/s//trade_id\":\"$none/" unknown
	usdm_two_venues
	rm -f "$work/snapshot"
	listen /market/stream 1500 "$(subscribe btcusdt@aggTrade)"
	ctl flush
	grep '^{"stream' "$work/frames" >"$work/f" && mv "$work/f" "$work/frames"
	usdm_records aggTrade >"$work/records"
	check 'usdm: whole trades agree too' \
		$verify "$ledger" "$work/records"
	wrong 'usdm: a whole trade that is missing' '/trade_id/{n;n;d}' missing
	stop "$sim_pid"
}

# The ids of the other venue are others; its records are not of this one.
usdm_two_venues() {
	sed 's/binance_usdm/binance/' "$ledger" >"$work/twin"
	sed 's/binance_usdm/binance/; s/}$/,"market_type":"spot"}/' \
		"$work/records" >"$work/other"
	check 'usdm: records of two venues' $verify "$ledger" "$work/twin" \
		"$work/records" "$work/other"
	check 'usdm: the venue may be said' $verify --venue binance_usdm \
		"$ledger" --venue elsewhere "$ledger" "$work/records"
	check 'usdm: a venue without a ledger is seen' eval \
		'! $verify "$ledger" --venue elsewhere "$ledger" \
		"$work/other" >"$work/a" && grep -q " unknown=[1-9]" "$work/a"'
}
