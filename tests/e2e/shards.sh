#!/bin/bash
# usage: shards.sh
# Four boxes that divide the symbols of two venues, those of a pattern and those
# of a list: together they collect all, and none twice; one that is missing
# leaves its share and nothing else.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
BOXES=4
begin shards
declare -A box_pid=() box_port=()

configure() { # configure INDEX KEY=VALUE...
	local n=$1
	shift
	box_port[$n]=${box_port[$n]:-$(free_port)}
	http_port=${box_port[$n]}
	write_config box.name="box$n" shard.of=$BOXES shard.index="$n" \
		file.path="$work/records$n.jsonl" scheduler.enabled=false \
		binance.symbols='*-USDT' okx.symbols="$listed" \
		binance.channels="trade orderbook" \
		okx.channels="trade orderbook" "$@"
	mv "$work/config.ini" "$work/box$n.ini"
}

start_box() {
	"$mpedge" "$work/box$1.ini" 2>>"$work/box$1.log" >>"$work/box$1.log" &
	box_pid[$1]=$!
	started $!
}

# The symbols of a venue that a box has delivered, one a line.
collected() { # VENUE BOX...
	local venue=$1 n
	shift
	for n; do
		jq -r "select(.exchange_name == \"$venue\" and .trade_id != null) |
			.native_symbol" "$work/records$n.jsonl" 2>/dev/null | sort -u
	done
}

all_of() { # VENUE BOX...: what is there, each name as often as it has owners
	diff <(tr ' ' '\n' <<<"${symbols[$1]}" | sort) <(collected "$@" | sort)
}

declare -A symbols=()
start_sim_of binance --rate 400 --symbol-count 24
start_sim_of okx --rate 400 --symbol-count 12
symbols[binance]=$(symbols_of binance)
symbols[okx]=$(symbols_of okx)
listed=${symbols[okx]}
for ((n = 0; n < BOXES; n++)); do
	configure $n
	start_box $n
done
check 'each symbol of a pattern on one box' \
	wait_for 40 all_of binance 0 1 2 3
check 'each symbol of a list on one box' wait_for 40 all_of okx 0 1 2 3

shares() {
	local n
	for ((n = 0; n < BOXES; n++)); do
		[ "$(collected binance $n | wc -l)" -gt 0 ] || return 1
	done
}
check 'each box has some' shares

# Nobody calls a symbol missing that another box has.
healthy() {
	local n
	for ((n = 0; n < BOXES; n++)); do
		http_port=${box_port[$n]}
		[ "$(metric mpedge_market_symbols_unknown)" = 0 ] || return 1
		[ "$(metric mpedge_market_symbols)" = \
			"$(metric mpedge_market_symbols_wanted)" ] || return 1
	done
}
check 'nobody misses what is elsewhere' wait_for 20 healthy

# The same share again after a restart, of the box and of all.
collected binance 2 >"$work/share"
stop "${box_pid[2]}"
rm -f "$work"/records*.jsonl
for n in 0 1 3; do
	stop "${box_pid[$n]}"
	start_box $n
done
lacks_its_share() {
	diff <(cat "$work/share" <(collected binance 0 1 3) | sort) \
		<(tr ' ' '\n' <<<"${symbols[binance]}" | sort)
}
check 'without one box its share is missing, and no more' \
	wait_for 40 lacks_its_share

refused() {
	write_config shard.of=4 shard.index=4 && ! "$mpedge" --check-config \
		"$work/config.ini" >"$work/said" 2>&1 &&
		grep -q 'shard.index: counts from 0 and is below shard.of' \
			"$work/said"
}
check 'an index that is none is refused' refused
finish
