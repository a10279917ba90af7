#!/bin/bash
# usage: compare.sh [FOLDER]
# What mpedge needs, beside what the services replaced were measured or said to
# need: for messages of tests/venues, or of FOLDER
# (VENUE.TYPE.jsonl), on one core without a network; and running against the
# simulator and a NATS server for COMPARE_SECONDS (10).  Writes Markdown to stdout;
# nothing here passes or fails.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
folder=${1:-}

# cost VENUE FILE: nanoseconds for decoding, normalizing and writing the JSON
cost() {
	"$mpedge" bench --venue "$1" "$2" 2>/dev/null | awk 'END { print $NF }'
}

# per_second NS: messages a second
per_second() { awk -v ns="$1" 'BEGIN { printf "%.1f million", 1e3 / ns }'; }

# row WHAT NS PUBLISHED NS-PUBLISHED
row() {
	printf '| %s | %s ns (%s/s) | %s | %s |\n' "$1" "$2" \
		"$(per_second "$2")" "$3" \
		"$(awk -v a="$4" -v b="$2" 'BEGIN { printf "%.0f", a / b }')"
}

# pick VENUE WORD: only the messages that have it; a file of its own
begin compare >/dev/null
pick() {
	local file=$folder/$1.$3.jsonl
	[ -n "$folder" ] && [ -s "$file" ] && { echo "$file"; return; }
	grep -h -- "$2" "tests/venues/$1"/types.jsonl "tests/venues/$1"/session.jsonl \
		>"$work/$1.$3.jsonl"
	echo "$work/$1.$3.jsonl"
}

# Updates of a book with 20 levels a side, as those that were measured.
levels() {
	awk 'function side(from,   i, t) {
		for (i = 0; i < 20; i++)
			t = t (i ? "," : "") sprintf("[\"%d.%02d000000\",\"0.%08d\"]",
				from / 100, (from + i) % 100, i * 7919 % 100000000)
		return t
	}
	BEGIN { for (n = 1; n <= 100; n++)
		printf "{\"stream\":\"btcusdt@depth@100ms\",\"data\":{\"e\":\"depthUpdate\",\"E\":%d,\"s\":\"BTCUSDT\",\"U\":%d,\"u\":%d,\"b\":[%s],\"a\":[%s]}}\n",
			1700000000000000 + n, n * 40, n * 40 + 39,
			side(6789000 + n), side(6790000 + n) }' >"$work/levels.jsonl"
	echo "$work/levels.jsonl"
}

trade=$(cost binance "$(pick binance '"e":"trade"' trade)")
depth=$(cost binance "$(levels)")
okx=$(cost okx "$(pick okx '"channel":"trades"' trades)")
echo "| to a record and to JSON, one core, no network | mpedge | service replaced | times |"
echo "| --- | --: | --: | --: |"
row "Binance trade" "$trade" "55 us (18,100/s), its code measured on 2 cores of the same kind" 55000
row "Binance book update, 20 and 20 levels" "$depth" "284 us (3,500/s), the same" 284000
row "OKX trade" "$okx" "9.4 us (106,748/s), published; without parsing and writing" 9368

# --- running: the rate of the best live run that was published, 45 messages/s

start_sim --rate 45 --symbols BTCUSDT,ETHUSDT
start_nats
start_mpedge nats.enabled=true file.enabled=false
wait_for 30 connected
ticks=$(cpu_ticks "$mpedge_pid")
began=${EPOCHREALTIME/./}
nap "${COMPARE_SECONDS:-10}"
ticks=$(($(cpu_ticks "$mpedge_pid") - ticks))
took=$((${EPOCHREALTIME/./} - began))
memory=$(rss_peak "$mpedge_pid")
cat <<-END

	| at 45 messages a second, with NATS JetStream | mpedge | service replaced |
	| --- | --: | --: |
	| resident memory, at its highest | $(awk -v k="$memory" 'BEGIN { printf "%.1f", k * 1024 / 1e6 }') MB | 83.6 MB |
	| CPU, of one core | $(awk -v t=$ticks -v us=$took 'BEGIN { printf "%.1f", t * 1e6 / us }') % | 2.3 % (4.3 % at its highest) |
	| what is installed | one file of $(($(wc -c <"$mpedge") / 1000)) kB | Python 3.12 and its packages |
END
finish >/dev/null
