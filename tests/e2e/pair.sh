#!/bin/bash
# usage: pair.sh
# A hot pair: two mpedge with the same settings and other names, one exchange,
# one stream.  One of the two at a time is killed, ended, stopped for a while or
# starts again, and sometimes nats-server with it; the stream then has each trade
# once, in order and without a hole, each change of a book once, and nothing that
# one box did not see is missing.
#
#   E2E_SEED    decides who and what (4242; printed)
#   E2E_ROUNDS  how many (30)

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
seed=${E2E_SEED:-4242}
rounds=${E2E_ROUNDS:-30}
begin pair
echo "# seed $seed"
random=$seed

# A generator of our own: that of the shell differs from one to the next.
roll() { # roll N: 0..N-1 into $rolled
	random=$(((random * 1103515245 + 12345) % 2147483648))
	rolled=$(((random >> 8) % $1))
}

declare -A box_pid=() box_port=()

# configure BOX: $work/BOX.ini
configure() {
	box_port[$1]=${box_port[$1]:-$(free_port)}
	http_port=${box_port[$1]}
	write_config box.name="$1" nats.enabled=true file.enabled=false \
		nats.reconnect_ms=100 nats.duplicate_window_s=600 \
		nats.stream_max_msgs=-1 scheduler.enabled=false \
		binance.channels="trade orderbook" binance.book_interval_s=5
	mv "$work/config.ini" "$work/$1.ini"
}

start_box() {
	"$mpedge" "$work/$1.ini" 2>>"$work/$1.log" >>"$work/$1.log" &
	box_pid[$1]=$!
	started $!
}

on() { # on BOX COMMAND...: with its status page
	http_port=${box_port[$1]}
	shift
	"$@"
}

# Does it deliver?  Its own messages, be they first or a repetition.
delivers() {
	on "$1" metric_reaches "$2" mpedge_sink_confirmed_total
}

both_deliver() {
	wait_for 30 delivers a 200 && wait_for 30 delivers b 200
}

taken_twice() {
	echo $(($(on a metric mpedge_sink_duplicates_total) +
		$(on b metric mpedge_sink_duplicates_total)))
}

# The newest connection to the venue, which is one of one box.
cut_newest() {
	ctl flush
	ctl reset "$(sed -n 's/.*"what":"open","conn":\([0-9]*\),"kind":"ws".*/\1/p' \
		"$ledger" | tail -n 1)"
}

hurt() { # hurt BOX: one of six things
	local pid=${box_pid[$1]}
	roll 6
	what="$1:$rolled"
	case $rolled in
	0 | 1)
		stop "$pid" KILL
		start_box "$1"
		;;
	2)
		stop "$pid"
		start_box "$1"
		;;
	3)
		kill -STOP "$pid"
		roll 10
		nap "1.$rolled"
		kill -CONT "$pid"
		;;
	4)
		# It stays away for a while.
		stop "$pid" KILL
		roll 10
		nap "1.$rolled"
		start_box "$1"
		;;
	5)
		# The venue ends a connection, of whichever box.
		cut_newest
		;;
	esac
}

start_sim --rate 500 --symbols BTCUSDT,ETHUSDT --max-connects 100000 \
	--max-weight 1000000
start_nats
configure a
configure b
start_box a
start_box b
check 'both deliver' both_deliver
before=$(taken_twice)
check 'one of two copies is known already' test "$before" -gt 0

story=
for ((round = 1; round <= rounds; round++)); do
	roll 2
	box=a
	[ $rolled = 0 ] || box=b
	hurt $box
	story="$story $what"
	# Nobody is hurt before both are there again.
	for box in a b; do
		more=$(($(on $box metric mpedge_sink_confirmed_total) + 150))
		wait_for 30 delivers $box $more ||
			not_ok "round $round: $box is back"
	done
	roll 4
	nap "0.$rolled"
done
echo "#$story"
check 'both deliver at the end' both_deliver
check 'repetitions are told' test "$(taken_twice)" -gt 0

for box in a b; do
	on $box wait_for 30 connected
done
ctl pause
nap 1
for box in a b; do
	on $box wait_for 30 fetched
done
on a settled 20 metric mpedge_sink_confirmed_total
on b settled 20 metric mpedge_sink_confirmed_total
dump_nats
# Trades, in the order of their ids: a box that has just started is ahead of one
# that fills a hole, so the stream's own order may differ for a moment.
by_id() {
	grep -v '"update_type":' "$work/records.tsv" | cut -f 2- |
		sed 's/.*"trade_id":"\([0-9]*\)".*/\1\t&/; t; s/^/0\t/' |
		sort -s -n -k 1,1 | cut -f 2- >"$work/trades.jsonl"
}
by_id
check 'each trade once, none is missing' \
	"$tools/verify" $(ledgers) "$work/trades.jsonl"
# verify looks from the first to the last that is there.
last_trades() { # FILE NAME: each symbol's last id
	sed -n 's/.*'"$2"'/\1 \2/p' "$1" | sort -k 1,1 -k 2,2n |
		awk '{ last[$1] = $2 } END { for (s in last) print s, last[s] }' | sort
}
tail_is_there() {
	diff <(grep '"k":"trade"' "$ledger" >"$work/t1"
		last_trades "$work/t1" '"s":"\([A-Z]*\)","t":\([0-9]*\).*') \
		<(grep '"trade_id"' "$work/trades.jsonl" | sed \
			's/.*"trade_id":"\([0-9]*\)".*"native_symbol":"\([A-Z]*\)".*/"s":"\2","t":\1/' \
			>"$work/t2"
			last_trades "$work/t2" '"s":"\([A-Z]*\)","t":\([0-9]*\).*')
}
check 'the last trade is there' tail_is_there

books() {
	grep '"update_type"' "$work/records.tsv" | cut -f 2- | grep "$1" |
		jq -r '"\(.native_symbol) \(.first_update_id // "-") \(
			.last_update_id // "-")"'
}

# Changes of a book: each once, and each begins where the one before ended.
chains() {
	books '"update_type":"delta"' | sort -s -k 1,1 -k 2,2n |
		awk '$1 in last && $2 != last[$1] + 1 {
				print $1 ": " $2 " after " last[$1]; bad++ }
			{ last[$1] = $3; n++ }
			END { print n + 0, "changes,", bad + 0, "wrong"
				exit bad > 0 || n < 1000 }'
}

# As they come a reader can follow (docs/pair.md): a box that has just started
# begins with a snapshot, and is ahead of one that lags.
follow() {
	books '"is_valid":true' |
		awk '$3 <= last[$1] { next }
			$2 != "-" && $1 in last && $2 > last[$1] + 1 {
				print $1 ": " $2 " after " last[$1]; bad++ }
			{ last[$1] = $3; n++ }
			END { print n + 0, "steps,", bad + 0, "holes"
				exit bad > 0 || n < 1000 }'
}
check 'each change of a book once, without a hole' chains
check 'a reader of both boxes can follow' follow
finish
