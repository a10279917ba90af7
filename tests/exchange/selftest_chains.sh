# selftest_chains.sh -- books chained in the stream and trades of OKX and
# Deribit, made into records as mpedge would write them, against the ledger; a
# part of selftest.sh, which sources it.

chains_iso='def iso: (. / 1000 | floor | todate | rtrimstr("Z")) + "." +
	("\(. % 1000 + 1000)" | .[1:]) + "000Z";
	def levels: [.[] | {price: "\(.[0])", quantity: "\(.[1])"}];
	def book($venue; $s; $snapshot): {exchange_name: $venue, symbol_name: "x",
		last_update_id: .id, bids: (.bids | levels),
		asks: (.asks | levels),
		update_type: (if $snapshot then "snapshot" else "delta" end),
		first_update_id: null, is_valid: true,
		prev_update_id: (if $snapshot then null else .prev end),
		native_symbol: $s};'

okx_chain() {
	jq -c "$chains_iso"'select(.data) | .arg as $a | .action as $how | .data[] |
		if $a.channel == "trades" then {exchange_name: "okx",
			symbol_name: .instId, trade_id: .tradeId, price: .px,
			quantity: .sz, timestamp: (.ts | tonumber | iso),
			side: .side, native_symbol: .instId}
		else {id: .seqId, prev: .prevSeqId, bids: .bids, asks: .asks} |
			book("okx"; $a.instId; $how == "snapshot") end' \
		"$work/frames"
}

# Levels are [action, price, amount] here.
deribit_chain() {
	jq -c "$chains_iso"'select(.method == "subscription") | .params.data |
		if type == "array" then .[] | {exchange_name: "deribit",
			symbol_name: .instrument_name, trade_id: .trade_id,
			price: "\(.price)", quantity: "\(.amount)",
			timestamp: (.timestamp | iso), side: .direction,
			native_symbol: .instrument_name}
		else .instrument_name as $s | .type as $how |
			{id: .change_id, prev: .prev_change_id,
			bids: [.bids[] | .[1:]], asks: [.asks[] | .[1:]]} |
			book("deribit"; $s; $how == "snapshot") end' \
		"$work/frames"
}

# A ledger and the records of a client: PATH TEXT VENUE OPTION...
chain_of() {
	local path=$1 text=$2 venue=$3
	shift 3
	sim_ws=
	rm -rf "$work/sim"
	start_sim --venue "$venue" --rate 1000 "$@" || return
	listen_behind "$path" 3000 "$text"
	wait_for 5 sim_reaches frames 200
	ctl $fault
	joined
	ctl flush
	grep '^{' "$work/frames" >"$work/f" && mv "$work/f" "$work/frames"
	${venue}_chain >"$work/records"
	stop "$sim_pid"
}

chain_checks() {
	local venue=$1 verify="$tools/verify"
	check "chains: $venue agrees with its ledger" \
		$verify -l 500 "$ledger" "$work/records"
	check "chains: $venue has trades and books" eval \
		'$verify "$ledger" "$work/records" |
		grep " books_checked=[1-9][0-9][0-9]" |
		grep "^trades=[1-9][0-9][0-9]"'
	wrong "chains: a missing trade of $venue" '/trade_id/{n;n;d}' missing
	wrong "chains: a delta of $venue that is missing" '/delta/{n;d}' broken
	wrong "chains: a delta of $venue that is changed" \
		'/delta/s/quantity":"[0-9.]*/quantity":"7/' books_wrong
	cp "$ledger" "$work/ledger.$venue"
	cp "$work/records" "$work/records.$venue"
}

chains() {
	local okx drb channels
	okx='{"op":"subscribe","args":[
		{"channel":"trades","instId":"BTC-USDT-SWAP"},
		{"channel":"books","instId":"BTC-USDT-SWAP"}]}'
	channels='"trades.BTC-PERPETUAL.100ms","book.BTC-PERPETUAL.100ms"'
	drb='{"jsonrpc":"2.0","id":1,"method":"public/subscribe",
		"params":{"channels":['$channels']}}'
	fault=time
	chain_of /ws/v5/public "$okx" okx --symbols BTC-USDT-SWAP || return
	chain_checks okx
	chain_of /ws/api/v2 "$drb" deribit --symbols BTC-PERPETUAL || return
	chain_checks deribit
	check 'chains: two venues in one stream of records' eval \
		'"$tools/verify" "$work/ledger.okx" "$work/ledger.deribit" \
		"$work/records.okx" "$work/records.deribit"'
	check 'chains: whose record it is counts' eval \
		'! sed "s/\"deribit\"/\"okx\"/" "$work/records.deribit" |
		"$tools/verify" "$work/ledger.okx" "$work/ledger.deribit" - \
		>"$work/a" && grep -q " unknown=[1-9]" "$work/a"'
	fault='seqreset BTC-USDT-SWAP'
	chain_of /ws/v5/public "$okx" okx --symbols BTC-USDT-SWAP || return
	check 'chains: ids that begin again are no gap' \
		"$tools/verify" "$ledger" "$work/records"
	check 'chains: and they did' eval \
		'jq -se "any(.[]; .prev_update_id and
		.prev_update_id > .last_update_id)" "$work/records"'
	sim_ws=
	rm -rf "$work/sim"
}
