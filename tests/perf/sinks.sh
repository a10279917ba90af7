#!/bin/bash
# usage: sinks.sh
# How fast each sink delivers, alone and all together, and what that costs: a
# journal is filled with what the simulator sends while nothing can be delivered,
# and each run gets a copy of it and a fresh server.  Prints a table for
# docs/performance.md.  Nothing here passes or fails.  BENCH_JOURNAL is its size
# in bytes (128 MiB), BENCH_RUNS what is run.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
size=${BENCH_JOURNAL:-134217728}
runs=${BENCH_RUNS:-file nats redis clickhouse lz4 gzip all}
symbols=BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT,XRPUSDT,ADAUSDT,DOGEUSDT,LTCUSDT
cores=$(nproc)

# What was measured of others, on one machine with these servers.
declare -A known=(
	[file]="-"
	[nats]="nats.c: 140,000/s, 1.5 s"
	[redis]="64 SET a pipeline: 205,000/s"
	[clickhouse]="18.16: 32,000/s in batches of 1,000"
	[lz4]="-" [gzip]="-" [all]="-")
declare -A name=(
	[file]="file" [nats]="nats, JetStream" [redis]="redis"
	[clickhouse]="clickhouse" [lz4]="clickhouse, lz4"
	[gzip]="clickhouse, gzip" [all]="all four together")

full() { metric_reaches $((size * 9 / 10)) mpedge_journal_backlog_bytes; }
behind() { metric mpedge_sink_behind_bytes; }
delivered() { [ "$(behind)" = 0 ] && metric_reaches 1 mpedge_sink_confirmed_total; }

# Cursors of all sinks at the oldest record.
fill() {
	start_sim --rate 0 --symbols $symbols --depth 200 --seed 5 \
		--ledger /dev/null
	start_mpedge binance.symbols="${symbols//,/ }" \
		journal.path="$work/filled" journal.size_bytes="$size" \
		file.path=/dev/full nats.enabled=true \
		nats.url="nats://127.0.0.1:$(free_port)" \
		redis.enabled=true redis.host=127.0.0.1 \
		redis.port="$(free_port)" clickhouse.enabled=true \
		clickhouse.url="http://127.0.0.1:$(free_port)"
	wait_for 120 full || echo "# the journal was not filled" >&2
	stop "$mpedge_pid" KILL
	stop "$sim_pid"
}

# server RUN: starts it, and says in $settings what the run needs
server() {
	settings=(file.enabled=false)
	case $1 in
	file | all) settings=(file.path="$work/records.jsonl"
		file.rotate_bytes=0) ;;
	esac
	case $1 in
	nats | all)
		nats_port=
		start_nats
		settings+=(nats.enabled=true nats.url="$nats_url"
			nats.stream_max_bytes=2147483648)
		pin "$nats_pid"
		;;
	esac
	case $1 in
	redis | all)
		redis_port=
		start_redis
		settings+=(redis.enabled=true redis.host=127.0.0.1
			redis.port="$redis_port")
		pin "$redis_pid"
		;;
	esac
	case $1 in
	clickhouse | lz4 | gzip | all)
		chdb_url= chdb_dir=$work/chdb-$1
		start_chdb
		settings+=(clickhouse.enabled=true clickhouse.rows=10000
			clickhouse.url="$chdb_url")
		pin "$chdb_pid"
		;;
	esac
	case $1 in
	lz4 | gzip) settings+=(clickhouse.compress="$1") ;;
	esac
}

# mpedge has core 0, the servers have the others.
pin() { # PID [CORES]
	[ "$cores" -lt 2 ] ||
		taskset -apc "${2:-1-$((cores - 1))}" "$1" >/dev/null
}

now_us() { echo "${EPOCHREALTIME/./}"; }

measure() { # RUN
	local us ticks records sinks
	server "$1"
	cp --sparse=never "$work/filled" "$work/journal"
	write_config journal.path="$work/journal" \
		journal.size_bytes="$size" "${settings[@]}"
	start_mpedge
	pin "$mpedge_pid" 0
	us=$(now_us)
	wait_for 300 delivered || echo "# $1: not all was delivered" >&2
	us=$(($(now_us) - us))
	ticks=$(cpu_ticks "$mpedge_pid")
	sinks=$(page /status | jq '.sinks | length')
	records=$(($(metric mpedge_sink_confirmed_total) / sinks))
	stop "$mpedge_pid"
	awk -v name="${name[$1]}" -v known="${known[$1]}" -v n="$records" \
		-v us="$us" -v ticks="$ticks" 'BEGIN {
		printf "| %s | %d | %d | %.2f | %s |\n", name, n,
			n * 1000000 / us, ticks * 10000 / (n + 1), known }'
	rm -rf "$work/journal" "$work"/records.jsonl* "$work/chdb-$1"
	for pid in ${nats_pid:-} ${redis_pid:-} ${chdb_pid:-}; do
		stop "$pid" >/dev/null 2>&1
	done
	unset nats_pid redis_pid chdb_pid
}

begin bench-sinks >&2
fill >&2
echo "| sink | records | records/s | CPU seconds per million records |" \
	"for comparison |"
echo "|---|--:|--:|--:|---|"
for run in $runs; do
	measure "$run" 2>>"$work/bench.log"
done
finish >&2
