#!/bin/sh
# usage: run.sh [--update]
# Recorded messages through build/mpedge replay.  The composed ones of
# tests/venues always; those of ../shared/captures (recorded at the exchange, not
# part of this repository) where that folder is.  What they must give is kept as
# SHA-256 in sums.txt, and each field is worked out again from the message by
# expect.jq and the like.  --update writes the golden files and sums.txt: read the
# difference.
# Prints `ok NAME` or `not ok NAME`.

cd "$(dirname "$0")/../.." || exit 2
mpedge=${MPEDGE:-build/mpedge}
here=tests/captures
shared=${CAPTURES:-../shared/captures}
update=$1
bad=0
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT

# verdict NAME: the status of the command before; $work/log says what is wrong.
verdict() {
	if [ $? -eq 0 ]; then
		echo "ok captures $1"
	else
		echo "not ok captures $1"
		head -n 20 "$work/log" | cut -c 1-400 | sed 's/^/    /'
		bad=1
	fi
}

# quoted FILE: its numbers as strings, of which jq loses no digits.
quoted() {
	sed -E 's/([:,[])(-?[0-9][0-9.eE+-]*)/\1"\2"/g' "$1"
}

# of VENUE EXPECT [READER]: what the functions below are about.
of() {
	venue=$1
	expect=$here/$2
	reader=${3:-cat}
	composed=tests/venues/$venue
}

# replay ARGUMENT...: records in $work/out, the summary in $work/sum.
replay() {
	"$mpedge" replay --venue "$venue" "$@" >"$work/out" 2>"$work/sum" ||
		{ cp "$work/sum" "$work/log"; return 1; }
}

# same GOLDEN FILE
same() {
	[ "$update" = --update ] && cp "$2" "$1"
	diff "$1" "$2" >"$work/log" 2>&1
}

# raw NAME FILE ARGUMENT...: one record a message, every field as $expect says.
raw() {
	raw=$1
	file=$2
	shift 2
	replay --raw "$@" "$file" &&
		"$reader" "$file" |
		jq -c -L $here -f "$expect" >"$work/want" 2>"$work/log" &&
		jq -c 'del(.collected_at)' "$work/out" >"$work/have" &&
		diff "$work/want" "$work/have" >"$work/log" &&
		[ -s "$work/have" ]
	verdict "$raw: each field of each record"
}

# sum NAME: the output of the last replay is what it was.
sum() {
	line="$(sha256sum <"$work/out" | cut -d ' ' -f 1)  $1"
	echo "$line" >>"$work/sums"
	[ "$update" = --update ] || grep -qxF "$line" $here/sums.txt || {
		echo "now $line" >"$work/log"
		false
	}
	verdict "$1: the bytes of the records"
}

# fact NAME SUMMARY_LINE...: each line stands in the summary.
fact() {
	fact=$1
	shift
	for line; do
		grep -qxF "$line" "$work/sum" || {
			{ echo "no line $line in:"; cat "$work/sum"; } >"$work/log"
			false
			verdict "$fact"
			return
		}
	done
	true
	verdict "$fact"
}

# session NUMBER APPLIED OLD
session() {
	name=$venue.session-$1
	replay "$shared/$name.jsonl" || { false; verdict "$name"; return; }
	fact "$name: $2 applied, $3 old, no gap" "books_applied=$2" \
		"books_old=$3" gaps=0 books_crossed=0 books_stale=0
	sum "$name"
	# The expectation has the ids of some venues.
	books="$shared/expected/$name.book.expected.jsonl"
	ids='if $has then . else .last_update_id = null end'
	has=$(head -n 1 "$books" | jq 'has("last_u") or has("last_change_id")')
	jq -n -c -f $here/consumer.jq <"$work/out" 2>"$work/log" |
		jq -c --argjson has "$has" "$ids" | sort >"$work/consumer"
	jq -c '{ symbol, last_update_id: (.last_u // (.last_change_id // empty |
		tonumber) // null), bids, asks }' "$books" |
		sort >"$work/want"
	diff "$work/want" "$work/consumer" >>"$work/log"
	verdict "$name: the books a consumer has"
	replay --books 5 "$shared/$name.jsonl" &&
		grep '^{"symbol"' "$work/out" |
		jq -c --argjson has "$has" "$ids" | sort |
			diff "$work/want" - >"$work/log"
	verdict "$name: the books we have"
}

[ -x "$mpedge" ] || { echo "not ok captures: no $mpedge"; exit 1; }

# composed_files: what stands in tests/venues for it.
composed_files() {
	replay --books 3 "$composed/session.jsonl" &&
		same "$composed/session.records" "$work/out"
	verdict "$venue, composed session: records and books"
	same "$composed/session.summary" "$work/sum"
	verdict "$venue, composed session: summary"
	raw "$venue, composed types" "$composed/types.jsonl"
	"$mpedge" replay --venue "$venue" --ts "$composed/session.ts" \
		--books 3 - <"$composed/session.jsonl" 2>/dev/null |
		diff "$composed/session.records" - >"$work/log"
	verdict "$venue, composed session from stdin"
}

# types TYPE...: recorded files of single messages.
types() {
	for type; do
		raw "$venue.$type" "$shared/$venue.$type.jsonl"
		sum "$venue.$type"
	done
}

# quiet TYPE MESSAGES: each is read, and none gives a record.
quiet() {
	replay "$shared/$venue.$1.jsonl" && ! grep '^skipped' "$work/sum" \
		>"$work/log" && [ ! -s "$work/out" ]
	verdict "$venue.$1: nothing skipped, no record"
	fact "$venue.$1: $2 messages" "messages=$2"
}

# other TYPE: each is known, and none is collected.
other() {
	n=$(wc -l <"$shared/$venue.$1.jsonl")
	replay "$shared/$venue.$1.jsonl" &&
		grep -v "^skipped.unsupported=$n\$" "$work/sum" |
			grep '^skipped\|^records' >"$work/log"
	[ ! -s "$work/log" ] && [ ! -s "$work/out" ]
	verdict "$venue.$1: no record and no error"
}

of binance expect.jq
composed_files
of binance_usdm expect_usdm.jq
composed_files
of okx expect_okx.jq
composed_files
of deribit expect_deribit.jq quoted
composed_files

if [ -d "$shared" ]; then
	of binance expect.jq
	types trade depth kline ticker
	session 1 172 5
	session 2 528 18
	session 3 1100 2
	of binance_usdm expect_usdm.jq
	types trade depth kline markPrice forceOrder
	raw $venue.aggTrade "$shared/$venue.aggTrade.jsonl" --trades aggTrade
	quiet bookTicker 137
	session 1 752 12
	session 2 824 4
	of okx expect_okx.jq
	types trades books books-l2-tbt candle tickers funding-rate \
		open-interest liquidation-orders
	for type in books5 bbo-tbt status mark-price index-tickers; do
		other $type
	done
	session 1 287 0
	session 2 3659 0
	session 3 6 0
	replay "$shared/okx.session-4.jsonl"
	fact "okx.session-4: aggregates follow each other" records.trade=16 \
		records.funding_rate=2 gaps=0 acks=6
	sum okx.session-4
	replay "$shared/okx.event.jsonl"
	fact "okx.event: answers and a notice" messages=44 acks=42 shutdowns=1
	of deribit expect_deribit.jq quoted
	types trades book ticker chart
	other quote
	session 1 36 0
	replay "$shared/deribit.session-2.jsonl"
	fact "deribit.session-2: the hole that was there" books_applied=3 \
		gaps=1 records.gap=1 books_loaded=1 books_crossed=0
	grep '"data_type":"orderbook","from_id":4095205463,"to_id":4095205463,' \
		"$work/out" >"$work/log"
	verdict "deribit.session-2: its ids"
	sum deribit.session-2
	replay "$shared/deribit.rpc.jsonl"
	fact "deribit.rpc: each stream is acknowledged" messages=2 acks=33
	if [ "$update" = --update ]; then
		cp "$work/sums" $here/sums.txt
	fi
fi
exit $bad
