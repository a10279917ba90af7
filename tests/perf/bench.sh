#!/bin/bash
# usage: bench.sh
# Measures decoding (mpedge bench), sinks (sinks.sh), and the way from the simulator's TLS socket
# to a NATS subscriber, and writes docs/performance.md with the machine, the
# date and the targets beside.  mpedge has one core for itself; the simulator,
# nats-server and the subscriber share the others.  Nothing here passes or
# fails.  BENCH_SECONDS is the length of one measurement (10).

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
seconds=${BENCH_SECONDS:-10}
report=${BENCH_REPORT:-docs/performance.md}
captures=../shared/captures
symbols=BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT,XRPUSDT,ADAUSDT,DOGEUSDT,LTCUSDT
symbols=$symbols,DOTUSDT,LINKUSDT
cores=$(nproc)

pin() { # PID CORES
	[ "$cores" -lt 2 ] || taskset -apc "$2" "$1" >/dev/null
}

# --- decoding --------------------------------------------------------------

# decode VENUE NAME FILE TARGET [OPTION...]: a row of the first table
decode() {
	local venue=$1 name=$2 file=$3 target=$4
	shift 4
	"$mpedge" bench --venue "$venue" "$@" "$file" 2>/dev/null |
		awk -v name="$name" -v target="$target" \
			-v jsmn="$("$tools/jsmn_cost" "$file")" 'END {
			printf "| %s | %s | %s | %s | %s | %s | %s |\n",
				name, $2, $3, $6, $NF, target, jsmn }'
}

decoding() {
	local type
	echo "| message | messages | bytes | decode + normalize, ns |" \
		"with JSON, ns | target with JSON, ns |" \
		"jsmn: tokens alone, ns |"
	echo "|---|--:|--:|--:|--:|--:|--:|"
	if [ ! -d $captures ]; then
		decode binance "all four types" \
			tests/venues/binance/types.jsonl "-"
		return
	fi
	while read -r venue type target; do
		decode "$venue" "$venue $type" \
			"$captures/$venue.$type.jsonl" "$target"
	done <<-ROWS
		binance trade 400
		binance depth 1,100
		binance kline 650
		binance ticker 900
		binance_usdm trade -
		binance_usdm depth 1,500
		binance_usdm kline -
		binance_usdm markPrice 450
		binance_usdm bookTicker -
		binance_usdm forceOrder -
		okx trades 400
		okx books 950
		okx candle -
		okx tickers -
		okx funding-rate -
		okx open-interest -
		okx liquidation-orders -
		deribit trades -
		deribit book 900
		deribit ticker 1,200
		deribit chart -
	ROWS
}

# --- end to end ------------------------------------------------------------

in_step() { metric_reaches 10 mpedge_market_books_live; }

# up RATE: everything runs, the books are in step
up() {
	begin "bench-$1"
	unset sim_ws nats_port http_port
	start_sim --rate "$1" --symbols $symbols --depth 200 --seed 5 \
		--ledger /dev/null
	start_nats
	start_mpedge binance.symbols="${symbols//,/ }" nats.enabled=true \
		file.enabled=false journal.size_bytes=4194304 \
		nats.stream_max_bytes=268435456
	pin "$mpedge_pid" 0
	pin "$sim_pid" 1-$((cores - 1))
	pin "$nats_pid" 1-$((cores - 1))
	wait_for 20 in_step
}

now_us() { echo "${EPOCHREALTIME/./}"; }
received() { metric mpedge_market_messages_total; }
confirmed() { metric mpedge_sink_confirmed_total; }

pause() { # SECONDS
	nap "$1"
}

# What happened in $seconds: $rate messages a second, $delivered records a
# second, $lost, $cpu microseconds a message, $load per cent of a core.
watch() {
	local t0 m0 c0 r0 l0 us
	pause 2
	t0=$(now_us) m0=$(received) c0=$(cpu_ticks "$mpedge_pid")
	r0=$(confirmed) l0=$(metric mpedge_sink_lost_total)
	if [ -n "${1:-}" ]; then
		"$tools/latency" "$nats_url" 'market.*.*.trade' 0 "$seconds" \
			>"$work/latency"
	else
		pause "$seconds"
	fi
	us=$(($(now_us) - t0))
	messages=$(($(received) - m0))
	ticks=$(($(cpu_ticks "$mpedge_pid") - c0))
	rate=$((messages * 1000000 / us))
	delivered=$((($(confirmed) - r0) * 1000000 / us))
	lost=$(($(metric mpedge_sink_lost_total) - l0))
	cpu=$(awk "BEGIN { printf \"%.1f\", $ticks * 10000 / ($messages + 1) }")
	load=$((ticks * 1000000 / us))
	resident=$(rss_peak "$mpedge_pid")
}

figure() { sed -n "s/.* $1=\([0-9]*\).*/\1/p" "$work/latency"; }

row() { echo "| $1 | $2 | $3 |"; }

# Nobody can ask a venue to wait: what the sinks cannot take goes around in the
# journal and is lost, counted.  So first everything the simulator can send, and
# then the highest rate at which nothing was lost.
flat_out() {
	up 0 >&2
	watch
	finish >&2
	row "messages/s read and journalled, flat out" "$rate" "-"
	row "CPU seconds per million messages, flat out" "$cpu" "8"
	row "peak RSS, flat out" "$resident KiB" "8,192 KiB"
	best=none
	for step in 20000 30000 40000 50000 60000; do
		up $step >&2
		watch
		finish >&2
		[ "$lost" = 0 ] && [ "$rate" -ge $((step * 95 / 100)) ] || break
		best="$rate ($load % of a core, $cpu s per million)"
	done
	row "messages/s delivered without loss" "$best" "50,000"
}

# paced RATE LOAD TIMES [HOW]: load and latency; the targets
paced() {
	up "$1" >&2
	watch latency
	times="$(figure p50_us) / $(figure p99_us) µs"
	finish >&2
	row "core load at $1/s${4:-}" "$load %" "$2"
	row "CPU seconds per million messages at $1/s${4:-}" "$cpu" "-"
	row "p50 / p99 at $1/s (venue send to subscriber)${4:-}" \
		"$times" "$3"
	row "peak RSS at $1/s${4:-}" "$resident KiB" "8,192 KiB"
}

write() {
	cat <<-TEXT
		# Performance

		Written by \`make bench\` on $(date -u +%Y-%m-%d), version
		$("$mpedge" --version | awk 'NR == 1 { print $NF }').  Machine: $(nproc) cores,
		$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1),
		$(uname -sr).  The binary is $(stat -c %s "$mpedge") bytes.

		## Decode and normalize, one core, no I/O

		CPU time of \`mpedge bench\` over $1.  The target includes
		writing the record as JSON.  The last column is a measure of the
		machine: finding the tokens of the same messages with jsmn, in the
		same run.

	TEXT
	decoding
	cat <<-TEXT

		## End to end

		The simulator's TLS WebSocket in, JetStream out and acknowledged:
		ten symbols, half of the messages trades, half book updates of 18
		levels (mean); journal of 4 MiB; $seconds s each.  mpedge has one core;
		simulator, nats-server and subscriber share what is left.

		| figure | measured | target |
		|---|--:|--:|
	TEXT
	flat_out
	paced 1000 "-" "250 / 500 µs"
	paced 10000 "40 %" "250 / 1,200 µs"
	# nats-server is a Go program; this is how often it collects garbage.
	GOGC=400 paced 10000 "40 %" "250 / 1,200 µs" ", nats-server with GOGC=400"
	cat <<-TEXT

		## Sinks

		A journal file filled by the simulator (half trades, half book
		updates) is delivered by a process that does nothing else, on one
		core; the server shares what is left (ClickHouse is chdb behind its
		HTTP front, in batches of 10,000 rows).  redis keeps the newest
		value of each key.

	TEXT
	tests/perf/sinks.sh
}

source="recorded messages"
[ -d $captures ] || source="composed messages"
write "$source" >"$report.new" && mv "$report.new" "$report"
cat "$report"
