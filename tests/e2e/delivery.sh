#!/bin/bash
# usage: delivery.sh [all | old | one-down]...
# All sinks at once, at thousands of records a second, while their servers and
# the network before them fail in turn and mpedge itself is killed.
#
#   all       nats, ClickHouse (the engine of today), Redis and the file; mpedge
#             gets SIGKILL five times.  JetStream and ClickHouse hold every
#             trade once, the file each at least once, Redis the newest value
#   old       ClickHouse 18.16, which knows no repetitions: each at least once
#   one-down  a server stays away for a whole run: the other sinks neither lose
#             anything nor become slower
#
# Without a word: all.  E2E_SECONDS is how long the faults go on (30; half of it
# for old), E2E_RATE how many messages the venue sends in a second (5000; of
# one-down, which measures, 2000), E2E_SEED which faults come when.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
seconds=${E2E_SECONDS:-30}
rate=${E2E_RATE:-5000}
seed=${E2E_SEED:-1}
symbols=BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT,XRPUSDT,ADAUSDT,DOGEUSDT,LTCUSDT
symbols=$symbols,DOTUSDT,LINKUSDT
result=0

# --- everything up ---------------------------------------------------------

# servers_up NAME...: each behind a proxy of its name
servers_up() {
	local server
	for server; do
		"up_$server" || return 1
	done
	[[ " $* " != *" nats "* ]] || start_proxy nats "$nats_port"
	[[ " $* " != *" redis "* ]] || start_proxy redis "$redis_port"
	[[ " $* " != *" click "* ]] || start_proxy click "${chdb_url##*:}"
	[[ " $* " != *" old "* ]] || start_proxy old "${clickhouse_url##*:}"
}

up_nats() { start_nats; }
up_redis() { start_redis; }
up_click() { start_chdb; }
up_old() { start_clickhouse; }

pid_of() {
	case $1 in
	nats) echo "$nats_pid" ;;
	redis) echo "$redis_pid" ;;
	click) echo "$chdb_pid" ;;
	old) echo "$clickhouse_pid" ;;
	esac
}

# settings_of SERVER: with short waits, so that faults overlap recoveries
settings_of() {
	case $1 in
	nats) settings+=(nats.enabled=true nats.reconnect_ms=100
		nats.url="nats://127.0.0.1:${proxy_port[nats]}"
		nats.ack_timeout_ms=2000 nats.stream_max_msgs=-1
		nats.stream_max_bytes=-1) ;;
	redis) settings+=(redis.enabled=true redis.host=127.0.0.1
		redis.port="${proxy_port[redis]}" redis.timeout_ms=2000) ;;
	click | old) settings+=(clickhouse.enabled=true
		clickhouse.url="http://127.0.0.1:${proxy_port[$1]}"
		clickhouse.timeout_ms=5000 clickhouse.retry_ms=100
		clickhouse.rows=20000
		clickhouse.dead_letter="$work/dead.jsonl") ;;
	esac
}

# collect RUN SERVER...: ten books in step, records in every sink
collect() {
	begin "delivery-$1"
	shift
	unset sim_ws nats_port http_port redis_port redis_dir chdb_url \
		chdb_dir clickhouse_url clickhouse_dir
	start_sim --rate "$rate" --symbols $symbols --depth 200 --seed 7
	servers_up "$@" || return 1
	settings=(binance.symbols="${symbols//,/ }" binance.backoff_min_ms=50
		binance.backoff_max_ms=500 binance.weight_per_minute=6000
		binance.book_limit=500 binance.book_publish=500
		binance.book_interval_s=5 binance.silence_ms=600000 file.enabled=true
		file.rotate_bytes=0 journal.path="$work/journal"
		journal.size_bytes=268435456 "${more[@]}")
	for server; do
		settings_of "$server"
	done
	start_mpedge "${settings[@]}"
	check "ten books in step" wait_for 30 in_step
	for sink in $(sinks); do
		check "records reach $sink" wait_for 30 metric_reaches 1 \
			mpedge_sink_confirmed_total "sink=\"$sink\""
	done
}

in_step() { metric_reaches 10 mpedge_market_books_live; }

# The sinks as mpedge calls them.
sinks() { page /metrics | sed -n 's/^mpedge_sink_up{sink="\(.*\)"}.*/\1/p'; }

# --- faults ----------------------------------------------------------------

# random FROM TO: the same numbers for the same seed; RANDOM is used elsewhere
random() {
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	drawn=$(($1 + (state >> 8) % ($2 - $1 + 1)))
}

shuffle() { # into $deck
	local i other
	deck=("$@")
	for ((i = ${#deck[@]} - 1; i > 0; i--)); do
		random 0 $i
		other=${deck[i]}
		deck[i]=${deck[drawn]}
		deck[drawn]=$other
	done
}

# plan SERVER...: $plan, lines of `server fault hold_ms kill_ms`; the last is -1
# or when mpedge is killed, counted from the beginning of the fault
plan() {
	local kinds="kill pause restart cut" all=() server kind slots i
	state=$seed
	slots=$((seconds * 2 / 5 + 1))
	# There is time for more in a long run.
	[ "$seconds" -lt 100 ] || {
		kinds="$kinds half stall hole refuse cutafter latency rate"
		slots=$((seconds / 10))
	}
	for server; do
		for kind in $kinds; do
			all+=("$server $kind")
		done
		[ $server != click ] || all+=("click unheard")
	done
	cards=()
	while [ ${#cards[@]} -lt $slots ]; do
		shuffle "${all[@]}"
		cards+=("${deck[@]}")
	done
	shuffle $(seq 0 $((slots - 1)))
	kills=" ${deck[*]:0:5} "
	plan=
	for ((i = 0; i < slots; i++)); do
		random 100 $((seconds * 900 / slots * 2 / 3))
		plan+="${cards[i]} $drawn"
		random 0 $drawn
		[[ $kills == *" $i "* ]] || drawn=-1
		plan+=" $drawn"$'\n'
	done
}

# fault SERVER KIND; heal undoes it
fault() {
	case $2 in
	kill) stop "$(pid_of "$1")" KILL ;;
	restart) stop "$(pid_of "$1")" ;;
	pause) pause_server "$(pid_of "$1")" ;;
	cutafter) random 1 100000; proxy_ctl "$1" cutafter $drawn ;;
	latency) proxy_ctl "$1" latency 200 ;;
	# Rows are stored, and nobody hears that they are.
	unheard) curl -sS --max-time 10 -d '' \
		"$chdb_url/fail?cut=after&times=2" >/dev/null ;;
	rate) proxy_ctl "$1" rate 100000 ;;
	*) proxy_ctl "$1" "$2" ;;
	esac
}

heal() {
	case $2 in
	kill | restart) "up_$1" ;;
	pause) resume_server "$(pid_of "$1")" ;;
	unheard) ;;
	*) proxy_ctl "$1" clear ;;
	esac
}

past() { [ "${EPOCHREALTIME/./}" -ge "$1" ]; }

nap_ms() { nap "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }

kill_mpedge() {
	stop "$mpedge_pid" KILL
	start_mpedge
	killed=$((killed + 1))
}

trouble() {
	local server kind hold kill slot=0 began=${EPOCHREALTIME/./} slots
	slots=$(grep -c . <<<"$plan")
	killed=0
	while read -r server kind hold kill <&9; do
		[ -n "$server" ] || continue
		# Whoever is late goes on at once.
		wait_for 600 past \
			$((began + slot * (seconds * 1000000 / slots)))
		slot=$((slot + 1))
		[ -z "${VERBOSE:-}" ] ||
			echo "# $SECONDS s: $server $kind $hold $kill"
		fault "$server" "$kind"
		if [ "$kill" -ge 0 ]; then
			nap_ms "$kill"
			kill_mpedge
			nap_ms $((hold - kill))
		else
			nap_ms "$hold"
		fi
		heal "$server" "$kind"
	done 9<<<"$plan"
	wait_for 600 past $((began + seconds * 1000000))
}

# --- what came of it -------------------------------------------------------

delivered() {
	in_step && [ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}

come_to_rest() {
	stop_market && wait_for 90 delivered
}

# A time as the records write it: of DateTime64, of Int64 in nanoseconds.
stamp="replaceOne(toString(timestamp), ' ', 'T')"
old_stamp="concat(replaceOne(toString(toDateTime(intDiv(timestamp, 1000000000),
	'UTC')), ' ', 'T'), '.', substring(toString(1000000000 +
	timestamp % 1000000000), 2, 6))"

# rows_of URL STAMP: the table of trades as records, to $work/rows.jsonl
rows_of() {
	local symbol
	for symbol in ${symbols//,/ }; do
		sql "$1" "SELECT 'binance' AS exchange_name,
			native_symbol, trade_id, toString(price) AS price,
			toString(quantity) AS quantity, side,
			concat($2, 'Z') AS timestamp
			FROM mpedge.trades WHERE native_symbol = '$symbol'
			ORDER BY toInt64(trade_id) FORMAT JSONEachRow" ||
			return 1
	done >"$work/rows.jsonl"
}

# verify_rows URL STAMP [OPTION...]: the table against the ledger
verify_rows() {
	rows_of "$1" "$2" || { tail -n 1 "$work/rows.jsonl"; return 1; }
	shift 2
	"$tools/verify" -n "$@" $(ledgers) "$work/rows.jsonl"
}

# Records of books too are there once.
books_once() {
	read -r rows different < <(sql "$chdb_url" "SELECT count(), uniqExact(
		tuple(native_symbol, update_type, last_update_id, collected_at,
		is_valid, bids, asks)) FROM mpedge.orderbooks")
	echo "$rows rows, $different different ones"
	[ "$rows" -gt 0 ] && [ "$rows" = "$different" ]
}

# The newest trade of each symbol, and the book at the end of the ledger.
newest() {
	local symbol want got
	ctl flush
	for symbol in ${symbols//,/ }; do
		want=$(tac "$ledger" | sed -n \
			"/^{\"k\":\"trade\",\"s\":\"$symbol\"/ { s/.*\"t\":\([0-9]*\).*/\1/p; q }")
		got=$(redis GET "market:binance:${symbol%USDT}-USDT:trade" |
			sed -n 's/.*"trade_id":"\([0-9]*\)".*/\1/p')
		[ "$want" = "$got" ] ||
			{ echo "$symbol: $got, newest is $want"; return 1; }
		want=$(tac "$ledger" | sed -n \
			"/^{\"k\":\"depth\",\"s\":\"$symbol\"/ { s/.*\"u\":\([0-9]*\).*/\1/p; q }")
		got=$(redis GET "market:binance:${symbol%USDT}-USDT:orderbook" |
			sed -n 's/.*"last_update_id":\([0-9]*\).*/\1/p')
		[ "$want" = "$got" ] ||
			{ echo "$symbol: book $got, is at $want"; return 1; }
	done
}

figures() { tail -n 1 "$work/check.log" | sed "s/^/# $suite: $1: /"; }

check_all() {
	check "all of it arrived" come_to_rest
	[[ " $* " != *" redis "* ]] ||
		check "Redis: the newest trade and book of each symbol" \
			eval 'wait_for 20 newest || newest'
	for sink; do
		case $sink in
		nats) check "JetStream: every trade once and in order, \
every book right" verify_nats -t -l 500
			figures JetStream ;;
		click) check "ClickHouse: every trade once" verify_rows \
				"$chdb_url" "$stamp" -t
			figures ClickHouse
			check "ClickHouse: every record of a book once" \
				books_once
			figures books ;;
		old) check "ClickHouse 18.16: every trade at least once" \
				verify_rows "$clickhouse_url" "$old_stamp" -t -r
			figures "ClickHouse 18.16" ;;
		esac
	done
	check "file: every trade at least once, every book right" \
		verify_file -t -r -l 500
	figures file
	check "nothing was lost on the way to a sink" \
		test "$(metric mpedge_sink_lost_total)" = 0
	check "nothing was put aside" test ! -s "$work/dead.jsonl"
	check "the simulator saw its rules kept" \
		test "$(sim_stat violations)" = 0
	# Without the pages of the journal's file, which are the kernel's to take.
	check "its memory is under 16 MiB" \
		test "$(rss_anon "$mpedge_pid")" -lt 16384
	echo "# $suite: $(rss_anon "$mpedge_pid") KiB of memory"
}

leave() {
	stop "$mpedge_pid"
	check "SIGTERM drains and ends with 0" test "$status" = 0
	finish || result=1
}

# under_fire RUN SERVER...
under_fire() {
	plan "${@:2}"
	collect "$@" || { result=1; return; }
	echo "# $suite: seed $seed, $seconds s, $rate messages a second"
	trouble
	echo "# $suite: $(grep -c . <<<"$plan") faults of servers," \
		"mpedge killed $killed times"
	check_all "${@:2}"
	leave
}

run_all() {
	more=()
	under_fire all ${E2E_SINKS:-nats click redis}
}

# Its tables hold times as numbers: it has no DateTime64, and the bytes of a
# row are the same.
old_tables() {
	sql "$clickhouse_url" "CREATE DATABASE mpedge" &&
		sql "$clickhouse_url" "CREATE TABLE mpedge.trades (
		exchange_name String, symbol_name String,
		trade_id Nullable(String), price Nullable(Decimal(38, 18)),
		quantity Nullable(Decimal(38, 18)),
		quote_quantity Nullable(Decimal(38, 18)),
		timestamp Nullable(Int64), side Nullable(String),
		collected_at Nullable(Int64), market_type String,
		native_symbol Nullable(String), backfill Nullable(UInt8),
		unfit Nullable(String))
		ENGINE = MergeTree ORDER BY (exchange_name, symbol_name)"
}

up_old() {
	start_clickhouse || return 1
	[ "$(sql "$clickhouse_url" 'EXISTS TABLE mpedge.trades')" = 1 ] ||
		old_tables >/dev/null
}

run_old() {
	have_clickhouse || {
		echo "skip delivery-old: this Debian has no such server"
		return
	}
	local seconds=$((seconds / 2))
	more=(clickhouse.create=false clickhouse.types=trade)
	under_fire old old
}

# buckets FILE: of the sinks' latencies, as they are now
buckets() {
	page /metrics | grep '^mpedge_sink_latency_seconds_bucket' >"$1"
}

# milliseconds SINK PERCENT: within how many so much of what was confirmed
# between two calls of buckets was; the upper bound of a bucket
milliseconds() {
	awk -v sink="sink=\"$1\"" -v percent="$2" '
		index($0, sink) == 0 { next }
		{
			match($0, /le="[^"]*"/)
			bound = substr($0, RSTART + 4, RLENGTH - 5)
			if (FNR == NR) {
				before[bound] = $NF
				next
			}
			le[++n] = bound
			count[n] = $NF - before[bound]
		}
		END {
			for (i = 1; i < n; i++)
				if (count[i] * 100 >= count[n] * percent)
					break
			if (n == 0 || count[n] == 0)
				print "none"
			else if (le[i] == "+Inf")
				print 999999
			else
				printf "%d\n", le[i] * 1000
		}' "$work/before" "$work/after"
}

# phase DOWN: latencies of the sinks for a while, into ${ms[DOWN sink]}
phase() {
	local sink
	buckets "$work/before"
	nap $((seconds / 4))
	buckets "$work/after"
	for sink in $(sinks); do
		ms["$1 $sink"]=$(milliseconds "$sink" 99)
		echo "# $suite: without $1: $sink: half within" \
			"$(milliseconds "$sink" 50) ms, 99 % within" \
			"${ms["$1 $sink"]} ms"
	done
}

# as_fast DOWN SINK: as before, as far as a busy machine can tell
as_fast() {
	local was=${ms["none $2"]} is=${ms["$1 $2"]}
	echo "99 % within $is ms; with all servers within $was ms"
	[ "$is" -le $((was * 4 + 300)) ]
}

behind() { metric mpedge_sink_behind_bytes "sink=\"$1\""; }

# keeps_up SINK: no more waits for it than comes in three seconds
keeps_up() { [ "$(behind "$1")" -lt $((rate * 1500)) ]; }

# Each server in turn is there and says nothing, which is worse than gone.
run_one_down() {
	local down sink servers_=${E2E_SINKS:-nats click redis}
	local rate=${E2E_RATE:-2000}
	declare -A ms=()
	more=()
	collect one-down $servers_ || { result=1; return; }
	for sink in $(sinks); do
		check "$sink keeps up" wait_for 30 keeps_up "$sink"
	done
	phase none
	for down in $servers_; do
		proxy_ctl "$down" hole
		phase $down
		for sink in $(sinks); do
			[ "${sink/clickhouse/click}" != $down ] || continue
			check "without $down: $sink is as fast" \
				as_fast $down "$sink"
			check "without $down: $sink keeps up" \
				wait_for 20 keeps_up "$sink"
		done
		proxy_ctl "$down" clear
		check "$down catches up" wait_for 60 \
			keeps_up ${down/click/clickhouse}
		# What was late is behind it then.
		nap 3
	done
	check_all $servers_
	leave
}

for run in ${@:-all}; do
	"run_${run/-/_}"
done
exit $result
