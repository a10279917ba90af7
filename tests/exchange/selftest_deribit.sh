# The Deribit part of selftest.sh, which sources this file.

drb=/api/v2/public
drb_all='BTC-PERPETUAL,ETH-PERPETUAL,BTC_USDC-PERPETUAL,BTC-25DEC26'
drb_all=$drb_all,BTC-25DEC26-100000-C,BTC_USDC

# rpc METHOD [PARAMS [ID]]: the text of a call
rpc() {
	printf '{"jsonrpc":"2.0","id":%s,"method":"public/%s","params":%s}' \
		"${3:-7}" "$1" "${2:-{\}}"
}

# channels METHOD NAME...: a call about these
channels() {
	local method=$1 list
	shift
	printf -v list '"%s",' "$@"
	rpc "$method" "{\"channels\":[${list%,}]}"
}

# The data of a channel, one message a line.
data_of() {
	grep "\"channel\":\"$1\"" "$work/frames" | jq -c .params.data
}

# says CHANNEL FILTER: it holds of all messages of the channel together
says() { data_of "$1" | jq -se "$2"; }

# The answer to the call with id 7.
reply() { grep '"id":7' "$work/frames" | jq -e "$1"; }

# A GET whose result passes a filter, however it ended.
got() {
	status_of "$drb/$1" >"$work/status"
	jq -e "$2" "$work/body"
}

deribit_lists() {
	check 'get_time is a bare number' got get_time '.result > 1e12 and
		.usDiff == .usOut - .usIn and .testnet == false'
	check 'status' got status '.result.locked == "false"'
	check 'get_instruments knows kinds and currencies' got \
		'get_instruments?currency=BTC&kind=future' \
		'[.result[].instrument_name] == ["BTC-PERPETUAL","BTC-25DEC26"]'
	check 'an inverse contract' got 'get_instruments?currency=BTC&kind=any' \
		'.result[] | select(.instrument_name == "BTC-PERPETUAL") |
		.contract_size == 10 and .instrument_type == "reversed" and
		.quote_currency == "USD" and .settlement_currency == "BTC" and
		.expiration_timestamp == 32503708800000 and .tick_size == 0.5'
	check 'an option' got 'get_instruments?currency=BTC&kind=option' \
		'.result[0] | .strike == 100000 and .option_type == "call" and
		.expiration_timestamp == 1798185600000 and .is_active'
	check 'a linear contract' got 'get_instruments?currency=USDC&kind=future' \
		'.result[0] | .instrument_type == "linear" and
		.contract_size == 0.0001 and .base_currency == "BTC"'
	check 'spot' got 'get_instruments?currency=any&kind=spot' \
		'[.result[].instrument_name] == ["BTC_USDC"]'
	check 'what has expired is asked for' got \
		'get_instruments?currency=any&expired=true' '.result == []'
	check 'get_book_summary_by_currency' got \
		'get_book_summary_by_currency?currency=BTC&kind=future' \
		'.result | length == 2 and all(.open_interest > 0)'
	check 'get_funding_rate_history is hourly' got \
		'get_funding_rate_history?instrument_name=BTC-PERPETUAL&start_timestamp=1790000000000&end_timestamp=1790010000000' \
		'[.result[].timestamp] == [1790002800000,1790006400000,1790010000000]
		and all(.result[]; .interest_8h and .index_price)'
	check 'a wrong name' got 'ticker?instrument_name=NOPE' \
		'.error.code == -32602 and (has("result") | not)'
	check 'its status is 400' same "$(cat "$work/status")" 400
	check 'a wrong method' got nothing '.error.code == -32601'
	check 'what needs a login' eval 'status_of /api/v2/private/get_positions;
		jq -e ".error.code == 13009" "$work/body"'
}

deribit_market() {
	local i='instrument_name=BTC-PERPETUAL' first
	check 'get_order_book has the depth asked for' got \
		"get_order_book?$i&depth=7" '.result | (.bids | length == 7) and
		(.asks | length == 7) and .change_id > 0 and
		.bids[0][0] == .best_bid_price and .bids[0][0] < .asks[0][0]'
	check 'ticker of a perpetual' got "ticker?$i" '.result |
		.state == "open" and .open_interest > 0 and .mark_price > 0 and
		.current_funding != null and .stats.volume_usd > .stats.volume'
	check 'ticker of an option' got \
		'ticker?instrument_name=BTC-25DEC26-100000-C' '.result |
		.greeks.delta > 0 and .underlying_price > 1000 and
		.mark_price < 1 and (has("funding_8h") | not)'
	check 'columns of bars' got \
		"get_tradingview_chart_data?$i&resolution=1&start_timestamp=0&end_timestamp=9999999999999" \
		'.result | .status == "ok" and (.ticks | length) as $n | $n > 0 and
		all(.open, .high, .low, .close, .volume, .cost; length == $n)
		and .cost[-1] > .volume[-1] and .ticks[-1] % 60000 == 0'
	check 'no bars' got \
		"get_tradingview_chart_data?$i&resolution=1&start_timestamp=0&end_timestamp=1" \
		'.result.status == "no_data" and .result.ticks == []'
	check 'trades come newest first' got \
		"get_last_trades_by_instrument?$i&count=5" '.result |
		.has_more and ([.trades[].trade_seq] | length == 5 and
		. == [range(.[0]; .[0] - 5; -1)])'
	first=$(jq '.result.trades[-1].trade_seq - 40' "$work/body")
	check 'trades by sequence' got \
		"get_last_trades_by_instrument?$i&start_seq=$first&end_seq=$((first + 29))&count=1000&sorting=asc" \
		"[.result.trades[].trade_seq] == [range($first; $first + 30)] and
		(.result.has_more | not)"
	check 'amounts are dollars' jq -e 'all(.result.trades[];
		.amount % 10 == 0 and .contracts * 10 == .amount)' "$work/body"
	check 'more of them than asked for' got \
		"get_last_trades_by_instrument?$i&start_seq=$first&count=3&sorting=asc" \
		"[.result.trades[].trade_seq] == [range($first; $first + 3)] and
		.result.has_more"
	ctl flush
	check 'REST and ledger have the same trade' eval 'jq -c ".result.trades[0] |
		[.trade_seq, .trade_id, .price, .amount, .direction]" "$work/body" \
		>"$work/a" &&
		grep "\"k\":\"trade\",\"s\":\"BTC-PERPETUAL\",\"t\":'"$first"'," \
		"$ledger" | jq -c "[.t, .id, (.p | tonumber), (.q | tonumber),
		if .m then \"sell\" else \"buy\" end]" | cmp - "$work/a"'
	check 'ids of other currencies have a prefix' got \
		'get_last_trades_by_instrument?instrument_name=ETH-PERPETUAL' \
		'all(.result.trades[]; .trade_id | test("^ETH-[0-9]+$"))'
}

deribit_channels() {
	local p=BTC-PERPETUAL
	listen /ws/api/v2 4000 "$(channels subscribe trades.$p.100ms \
		trades.ETH-PERPETUAL.agg2 book.$p.100ms ticker.$p.100ms \
		ticker.BTC-25DEC26-100000-C.100ms chart.trades.$p.1 quote.$p \
		instrument.state.any.any platform_state trades.NOPE.100ms \
		trades.option.BTC.100ms book.$p.50ms)"
	check 'the answer lists what is known' reply '(.result | sort) ==
		["book.BTC-PERPETUAL.100ms","chart.trades.BTC-PERPETUAL.1",
		"instrument.state.any.any","platform_state","quote.BTC-PERPETUAL",
		"ticker.BTC-25DEC26-100000-C.100ms","ticker.BTC-PERPETUAL.100ms",
		"trades.BTC-PERPETUAL.100ms","trades.ETH-PERPETUAL.agg2",
		"trades.option.BTC.100ms"] and
		.usDiff >= 0 and .testnet == false'
	check 'notifications have no id' eval 'grep "\"method\":" "$work/frames" |
		jq -se "length > 100 and all(.jsonrpc == \"2.0\" and
		.method == \"subscription\" and (has(\"id\") | not))"'
	check 'trades follow each other' says trades.$p.100ms 'add |
		[.[].trade_seq] as $t | ($t | length) > 100 and
		$t == [range($t[0]; $t[0] + ($t | length))]'
	check 'often several in one message' says trades.$p.100ms \
		'map(length) | max > 1'
	check 'they are whole' says trades.$p.100ms 'add | all(
		.instrument_name == "BTC-PERPETUAL" and .price > 0 and
		.amount == .contracts * 10 and .timestamp > 1e12 and
		.index_price > 0 and .mark_price > 0 and
		(.trade_id | test("^[0-9]+$")) and
		(.direction == "buy" or .direction == "sell") and
		.tick_direction >= 0 and .tick_direction <= 3)'
	check 'no liquidation is flagged' lacks '"liquidation"'
	check 'numbers change their form' eval 'has "[0-9]e[0-9]" &&
		has "\"amount\":[0-9]*\.0[,}]" && has "\"amount\":[0-9]*[,}]"'
	check 'keys change their order' eval \
		'has "\[{\"timestamp\"" && has "\[{\"trade_seq\""'
	check 'members of the new engine come and go' says trades.$p.100ms \
		'add | any(has("starbase_match_id")) and
		any(has("starbase_match_id") | not)'
	check 'agg2' says trades.ETH-PERPETUAL.agg2 'add | length > 10'
	check 'trades of a kind' says trades.option.BTC.100ms 'add |
		length > 10 and all(.instrument_name == "BTC-25DEC26-100000-C" and
		.iv > 0 and .price < 1)'
	check 'platform_state' says platform_state 'length > 0 and
		all(.price_index and (.locked | type) == "boolean")'
	check 'tickers' says ticker.$p.100ms 'length > 10 and
		all(.instrument_name == "BTC-PERPETUAL" and .funding_8h and
		.best_bid_price < .best_ask_price and .open_interest > 0)'
	check 'the ticker of an option' says ticker.BTC-25DEC26-100000-C.100ms \
		'all(.greeks.delta and .mark_iv and .underlying_index)'
	check 'quotes' says quote.$p 'length > 10 and
		all(.best_bid_price < .best_ask_price and .best_ask_amount > 0)'
	check 'bars' says chart.trades.$p.1 'length > 2 and
		all(.tick % 60000 == 0 and .low <= .open and .high >= .close and
		.cost > .volume and (has("closed") | not))'
	deribit_book
}

deribit_book() {
	local book=book.BTC-PERPETUAL.100ms
	check 'first a snapshot' says $book '.[0] | .type == "snapshot" and
		(has("prev_change_id") | not) and (.bids | length > 40) and
		all(.bids[], .asks[]; .[0] == "new" and .[2] > 0)'
	check 'then changes that follow it' says $book '. as $d |
		length > 100 and all(range(1; length); $d[.].type == "change" and
		$d[.].prev_change_id == $d[. - 1].change_id)'
	check 'with holes in the ids' says $book '. as $d | any(range(1; length);
		$d[.].change_id > $d[. - 1].change_id + 65)'
	check 'of all three actions' says $book '[.[1:][] | .bids[], .asks[]] |
		(map(.[0]) | unique) == ["change","delete","new"] and
		all((.[0] == "delete") == (.[2] == 0))'
}

# The book of the last frames and its change_id, as the control port has it.
deribit_replay() {
	data_of "$1" | jq -sc 'def side(k): reduce (.[] | .[k][]) as $l ({};
		if $l[2] == 0 then del(.[$l[1] | tostring])
		else .[$l[1] | tostring] = $l[2] end) | to_entries |
		map([(.key | tonumber), .value]) | sort;
		[.[-1].change_id, side("bids"), side("asks")]'
}

deribit_whole_book() {
	listen_behind /ws/api/v2 4000 "$(channels subscribe \
		book.BTC-25DEC26.100ms book.BTC_USDC.100ms)"
	wait_for 5 sim_reaches subscriptions 2
	wait_for 5 sim_reaches diffs $(($(sim_stat diffs) + 300))
	ctl pause
	joined
	for s in BTC-25DEC26 BTC_USDC; do
		ctl book $s
		check "the whole book of $s" eval 'jq -c "[.v,
			(.b, .a | map(map(tonumber)) | sort)]" <<<"$answer" \
			>"$work/a" && deribit_replay book.$s.100ms |
			cmp - "$work/a"'
	done
	check 'at rest REST has it too' got \
		'get_order_book?instrument_name=BTC_USDC&depth=10000' \
		".result.change_id == $(jq .v <<<"$answer")"
	ctl resume
}

deribit_calls() {
	local p=BTC-PERPETUAL
	listen /ws/api/v2 1000 "$(channels subscribe trades.$p.100ms \
		book.$p.raw)"
	check 'one raw channel spoils all' eval \
		'reply ".error.code == 13778" && lacks "\"method\""'
	listen /ws/api/v2 1500 "$(channels subscribe book.$p.100ms)" \
		"$(channels subscribe book.$p.100ms)" \
		"$(channels unsubscribe book.$p.100ms)"
	check 'subscribed again: no second snapshot' same \
		"$(count '"type":"snapshot"')" 1
	check 'each is acknowledged' same \
		"$(count '"id":7,"result":\["book.BTC-PERPETUAL.100ms"\]')" 3
	check 'unsubscribed: quiet' between "$(count '"type":"change"')" 0 20
	listen /ws/api/v2 500 "$(channels subscribe trades.$p.100ms)" \
		"$(rpc unsubscribe_all '{}' 8)" "$(rpc test '{}' '"a-1"')" \
		"$(rpc hello '{"client_name":"x","client_version":"1"}' 9)" \
		"$(rpc get_time '{}' 10)" "$(rpc nothing '{}' 11)" \
		"$(rpc set_heartbeat '{"interval":9}' 12)" \
		"$(rpc get_order_book "{\"instrument_name\":\"$p\",\"depth\":1}" 13)"
	check 'unsubscribe_all' has '"id":8,"result":"ok"'
	check 'and quiet it is' lacks '"method"'
	check 'test, with a text as id' has '"id":"a-1","result":{"version":'
	check 'hello' has '"id":9,"result":{"version":'
	check 'get_time' has '"id":10,"result":[0-9]*,"usIn"'
	check 'no such method' has '"id":11,"error":{"code":-32601,'
	check 'a heartbeat of 9 s is refused' has '"id":12,"error":{"code":-32602'
	check 'REST calls over WebSocket' has '"id":13,"result":{.*"bids":\[\['
	check 'none of this is a violation' same "$(violations)" 0
	listen /ws/api/v2 500 '[not json' '[{"id":1}]' \
		'{"jsonrpc":"2.0","method":"public/test"}'
	check 'what is not JSON' has '"error":{"code":11050,.*invalid json'
	check 'a batch is refused' has '"error":{"code":-32600,'
	check 'a call without id gets an answer without one' has \
		'^{"jsonrpc":"2.0","result":{"version"'
	check 'these are violations' same "$(violations)" 3
	check 'a wrong path is 404' eval '! listen /ws 300; has 404'
}

deribit_sessions() {
	start_sim --venue deribit --symbols BTC-PERPETUAL --heartbeat-ms 200 \
		--max-conns 2 || return
	listen /ws/api/v2 2000 "$(rpc set_heartbeat '{"interval":10}')"
	check 'set_heartbeat' has '"id":7,"result":"ok"'
	check 'heartbeats come' between "$(count '"type":"heartbeat"')" 3 12
	check 'and test requests' between "$(count '"type":"test_request"')" 3 12
	check 'who answers stays' eval 'lacks CLOSE && same "$(violations)" 0'
	ws_options=-p listen /ws/api/v2 3000 \
		"$(rpc set_heartbeat '{"interval":10}')"
	check 'who does not is closed' has 'CLOSE 4000 heartbeat close'
	ctl stats
	check 'which is counted' jq -e '.violations_by.pong == 1' <<<"$answer"
	for i in {1..20}; do
		set -- "$@" "$(channels subscribe trades.BTC-PERPETUAL.100ms)"
	done
	listen /ws/api/v2 2000 "$@"
	check 'too many subscriptions' has '"error":{"code":10028,"message":"too_m'
	check 'end the session' has '^CLOSE 1000 too_many_requests'
	ctl stats
	check 'which is counted as well' jq -e '.violations_by.credits == 1' \
		<<<"$answer"
	wait_for 5 eval '[ "$(sim_stat conns)" = 0 ]'
	listen_behind /ws/api/v2 3000
	local first=$client_pid
	"$tools/ws_client" -t 3000 "$sim_ws" /ws/api/v2 "$sim_ca" \
		>"$work/second" 2>&1 &
	client_pid=$!
	started $client_pid
	wait_for 5 sim_reaches conns 2
	"$tools/ws_client" -t 500 "$sim_ws" /ws/api/v2 "$sim_ca" \
		>"$work/third" 2>&1
	check 'one connection too many gets 429' grep -q ' 429 ' "$work/third"
	check 'over HTTP as well' same "$(status_of $drb/get_time)" 429
	wait $first $client_pid
	check 'later there is room again' wait_for 5 got get_time .result
	stop "$sim_pid"
}

deribit_faults() {
	local p=BTC-PERPETUAL
	ctl badchannel book.$p.100ms
	listen /ws/api/v2 500 "$(channels subscribe trades.$p.100ms \
		book.$p.100ms)"
	check 'badchannel' eval 'reply ".error.code == 11050" &&
		lacks "\"method\""'
	ctl clear
	ctl ratelimit
	listen /ws/api/v2 500 "$(channels subscribe trades.$p.100ms)"
	check 'ratelimit' eval 'reply ".error.code == 10028" && has ^CLOSE'
	deribit_one 'toolate' '^CLOSE [0-9]* connection_too_slow' toolate
	deribit_one 'a state' '"state":"halted","instrument_name":"BTC_USDC"' \
		'state BTC_USDC halted'
	check 'REST knows it' got 'get_instruments?currency=BTC&kind=spot' \
		'.result[0] | .state == "halted" and (.is_active | not)'
	deribit_one 'another kind is not told' 'END$' \
		'state ETH-PERPETUAL locked' instrument.state.option.any
	check 'indeed' lacks '"state":"locked"'
	deribit_one 'the announcement of a maintenance' \
		'"channel":"platform_state","data":{"maintenance":true}' shutdown
	check 'and then it closes' has '^END closed'
	deribit_holes
	deribit_liquidations
}

# deribit_one NAME PATTERN COMMAND [CHANNEL]: with a client listening the
# command makes it see that
deribit_one() {
	listen_behind /ws/api/v2 1200 "$(channels subscribe \
		"${4:-instrument.state.spot.BTC}" platform_state)"
	wait_for 5 sim_reaches subscriptions 2
	ctl $3
	joined
	check "$1" has "$2"
}

deribit_holes() {
	local book=book.BTC-PERPETUAL.100ms
	for fault in 'skip BTC-PERPETUAL 3=1' 'repeat BTC-PERPETUAL 1=1' \
		'reorder BTC-PERPETUAL=3' 'seqreset BTC-PERPETUAL=0'; do
		listen_behind /ws/api/v2 1500 "$(channels subscribe $book)"
		wait_for 5 sim_reaches subscriptions 1
		wait_for 5 sim_reaches frames $(($(sim_stat frames) + 20))
		ctl ${fault%=*}
		joined
		check "${fault%% *}: gaps in the chain" says $book '. as $d |
			[range(1; length) | select($d[.].prev_change_id !=
			$d[. - 1].change_id)] | length == '"${fault#*=}"
	done
}

# Trades of the ledger that were liquidations, as numbers of one instrument.
liquidated() {
	ctl flush
	grep '"k":"liq","s":"BTC-PERPETUAL"' "$ledger" | jq .t
}

# A trade before that one which was none.
harmless() {
	local t=$(($1 - 1))
	while liquidated | grep -qx $t; do
		t=$((t - 1))
	done
	echo $t
}

flagged() {
	got "get_last_trades_by_instrument?instrument_name=BTC-PERPETUAL&start_seq=$1&end_seq=$1" \
		".result.trades[0] | (.liquidation // \"\") | test(\"^(M|T)\$\")"
}

deribit_liquidations() {
	local t
	wait_for 10 eval '[ -n "$(liquidated)" ]'
	t=$(liquidated | tail -n 1)
	check 'REST flags a liquidation' wait_for 5 flagged "$t"
	check 'but no other trade' eval '! flagged "$(harmless "$t")"'
	ctl liveflag on
	listen /ws/api/v2 4000 "$(channels subscribe trades.any.any.100ms)"
	check 'liveflag: the channel has it too' has '"liquidation":"[MT]"'
	ctl clear
	start_late
}

# The flag comes late: so late that it never comes here.
start_late() {
	local t
	stop "$sim_pid"
	start_sim --venue deribit --symbols BTC-PERPETUAL --rate 200 \
		--liquidations-ms 100 --flag-delay-ms 600000 || return
	wait_for 10 eval '[ -n "$(liquidated)" ]'
	t=$(liquidated | tail -n 1)
	check 'the flag comes late' eval "! flagged $t"
}

deribit() {
	start_sim --venue deribit --rate 1500 --symbols $drb_all --seed 7 \
		--depth 60 --liquidations-ms 300 --flag-delay-ms 300 \
		--shutdown-ms 300 || return
	wait_for 10 sim_reaches trades 3000
	deribit_lists
	deribit_market
	deribit_channels
	deribit_whole_book
	deribit_calls
	deribit_faults
	stop "$sim_pid"
	deribit_sessions
}
