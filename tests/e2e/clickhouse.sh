#!/bin/bash
# usage: clickhouse.sh [PART...]
# The sink for ClickHouse against the engine of today (chdb behind its HTTP
# front) and against 18.16, the real HTTP server of Debian:
#
#   exact    every table that the program makes has the rows and, digit by
#            digit, the sums of the file that was written beside it
#   faults   answers of each class, a connection cut before and after the
#            insert was done, the server stopped, killed and restarted: once
#   kill     mpedge gets SIGKILL, four times, on its journal file: once; and
#            finds tables of an older build
#   dead     a table that lost a column: its batches are in the dead-letter
#            file, the others go on
#   tls      https with a certificate authority and client certificate of its
#            own
#   compress lz4 and gzip bodies, each read by the engine itself
#   june     the tables of the service replaced
#   old      18.16, with a user and a password: at least once; gzip, and lz4,
#            which it refuses

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
result=0
base=(clickhouse.enabled=true clickhouse.interval_ms=200
	clickhouse.retry_ms=50 clickhouse.timeout_ms=2000
	box.drain_ms=30000 binance.backoff_min_ms=50 binance.backoff_max_ms=500
	binance.book_publish=100 binance.book_interval_s=2)

# collect PART: the simulator, and what the part has of servers already
collect() {
	begin "clickhouse-$1"
	unset sim_ws clickhouse_url clickhouse_dir chdb_url chdb_dir
	unset clickhouse_user clickhouse_password
	dead=$work/dead.jsonl
}

start() {
	start_mpedge "${base[@]}" clickhouse.url="$url" \
		clickhouse.dead_letter="$dead" "$@"
}

up() { [ "$(metric mpedge_sink_up sink=\"clickhouse\")" = 1 ]; }
down() { ! up; }
inserted() { metric_reaches "$1" mpedge_clickhouse_rows_total; }
grown() { [ "$(metric mpedge_clickhouse_rows_total)" -gt "$1" ]; }

delivered() {
	[ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}

come_to_rest() {
	stop_market && wait_for 30 delivered
}

query() { sql "$url" "$@"; }
number_is() { [ "$(query "$1")" = "$2" ]; }

# A decimal summed up, in units of 10^-18.
total() { echo "toString(toInt256(sum(toDecimal256(coalesce($1, 0), 18)) * 1000000000000000000))"; }

# The sums of a table, as tests/tools/sums.js writes them
sums_of() {
	local table=$1 name out
	shift
	for name; do
		out="$out, ' $name=', $(total "$name")"
	done
	query "SELECT concat('$table ', toString(count())$out) FROM $db.$table"
}

book_sums() {
	query "SELECT concat('orderbooks ', toString(any(rows)), ' levels=',
		toString(count()), ' price=', $(total l.price), ' quantity=',
		$(total l.quantity)) FROM (SELECT
		arrayJoin(arrayConcat(bids, asks)) AS l,
		(SELECT count() FROM $db.orderbooks) AS rows
		FROM $db.orderbooks)"
}

# One line for each table that has rows
all_sums() {
	{
		sums_of coverages
		sums_of events
		sums_of funding_rates funding_rate mark_price
		sums_of gaps
		sums_of klines open_price volume
		sums_of liquidations price quantity
		sums_of open_interests open_interest open_interest_value
		book_sums
		sums_of tickers last_price volume
		sums_of trades price quantity quote_quantity
	} | grep -v ' 0\( \|$\)'
}

same_sums() {
	node tests/tools/sums.js \
		$(ls -rv "$work"/records.jsonl.[0-9]* 2>/dev/null) \
		"$work/records.jsonl" >"$work/sums.file" &&
		all_sums >"$work/sums.server" &&
		diff "$work/sums.file" "$work/sums.server"
}

# Ids of trades have no holes, so that this is every trade, and each once.
once() {
	local rows
	rows=$(query "SELECT symbol_name, count(), uniqExact(trade_id),
		max(toInt64(trade_id)) - min(toInt64(trade_id)) + 1
		FROM $db.trades GROUP BY symbol_name") || return 1
	echo "$rows"
	[ -n "$rows" ] && ! awk '$2 != $3 || $3 != $4' <<<"$rows" | grep .
}

books_once() {
	number_is "SELECT count() - uniqExact(symbol_name, last_update_id,
		update_type, collected_at, arraySort(bids), arraySort(asks))
		FROM $db.orderbooks" 0
}

none_lost() { [ "$(metric mpedge_sink_lost_total)" = 0 ]; }

leave() {
	stop "$mpedge_pid"
	check "a clean end" test "$status" = 0
	finish || result=1
}

# --- exact -----------------------------------------------------------------

run_exact() {
	collect exact
	local venue symbols=()
	db=mpedge
	for venue in binance_usdm okx deribit; do
		start_sim_of $venue --rate 150 --seed 5 --symbol-count 3
		symbols+=("$venue.symbols=$(symbols_of $venue)")
	done
	start_chdb
	url=$chdb_url
	start "${symbols[@]}" scheduler.coverage_s=1 clickhouse.ttl_days=3650
	check "rows arrive" wait_for 30 inserted 2000
	check "it says what is promised" grep -q 'guarantee="a repeated' \
		"$work/mpedge.log"
	check "less than 16 MiB are resident" test \
		"$(rss_peak "$mpedge_pid")" -lt 16384
	echo "# $suite: $(rss_peak "$mpedge_pid") KiB at most"
	check "all of it arrived" come_to_rest
	# Records of the program's own still come: the end of the process is the
	# end of both.
	stop "$mpedge_pid"
	check "a clean end, with everything delivered" grep -q \
		'event=drained complete=true' "$work/mpedge.log"
	check "as many rows as lines, and every sum to the last digit" same_sums
	sed 's/^/# /' "$work/sums.server"
	check "open interest with 11 decimals is there" test "$(query "SELECT
		countIf(toString(open_interest) LIKE '%.___________%')
		FROM mpedge.open_interests")" -gt 0
	check "sorted and cut as designed" number_is "SELECT count() FROM
		system.tables WHERE database = 'mpedge' AND
		sorting_key LIKE 'exchange_name, %timestamp' AND
		partition_key LIKE 'toDate(%' AND
		engine_full LIKE '% TTL %toIntervalDay(3650)%'" 10
	finish || result=1
}

# --- faults ----------------------------------------------------------------

fault() { curl -sS --max-time 10 -d '' "$url/fail?$1" >/dev/null; }

# survives NAME FAULT METRIC: rows go on afterwards
survives() {
	local before
	before=$(metric "$3")
	fault "$2"
	check "$1" wait_for 20 metric_reaches $((before + 1)) "$3"
	before=$(metric mpedge_clickhouse_rows_total)
	check "$1: it goes on" wait_for 20 grown "$before"
}

run_faults() {
	collect faults
	db=mpedge
	local pair before
	start_sim --rate 300 --symbols BTCUSDT,ETHUSDT --depth 50 --seed 3
	start_chdb
	url=$chdb_url
	start file.enabled=false clickhouse.rows=100
	check "rows arrive" wait_for 30 inserted 300
	for pair in 252 999; do
		survives "code $pair is tried again" "code=$pair" \
			mpedge_clickhouse_retries_total
	done
	survives "code 241 is tried in halves" code=241 \
		mpedge_clickhouse_splits_total
	survives "cut off before the insert, twice" "cut=before&times=2" \
		mpedge_clickhouse_retries_total
	survives "cut off after it, twice" "cut=after&times=2" mpedge_clickhouse_retries_total
	survives "cut off after it, three times" "cut=after&times=3" \
		mpedge_clickhouse_retries_total

	pause_server $chdb_pid
	check "a server that stands still is noticed" wait_for 20 down
	resume_server $chdb_pid
	check "and found again" wait_for 30 up

	stop $chdb_pid KILL
	check "a server that is gone is noticed" wait_for 20 down
	start_chdb
	check "and found again, restarted" wait_for 30 up

	before=$(metric mpedge_clickhouse_rows_total)
	check "rows arrive again" wait_for 30 grown "$before"
	query "DROP TABLE mpedge.klines" >/dev/null
	check "a table that was dropped is made again" wait_for 30 number_is \
		"SELECT count() > 0 FROM mpedge.klines" 1
	check "all of it arrived" come_to_rest
	check "every trade once" once
	check "every book once" books_once
	check "nothing was lost" none_lost
	check "nothing was parked" test \
		"$(metric mpedge_clickhouse_parked_batches_total)" = 0
	leave
}

# --- kill ------------------------------------------------------------------

older_tables() {
	query "ALTER TABLE mpedge.trades DROP COLUMN backfill" &&
		query "ALTER TABLE mpedge.liquidations
			DROP COLUMN venue_trade_id"
}

run_kill() {
	collect kill
	db=mpedge
	local i before
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --depth 50 --seed 9
	start_chdb
	url=$chdb_url
	start file.enabled=false journal.path="$work/journal" \
		journal.size_bytes=8388608
	check "rows arrive" wait_for 30 inserted 500
	for i in 1 2 3 4; do
		# The insert is done, and nobody knows but the server.
		fault "cut=after&times=1000"
		before=$(metric mpedge_clickhouse_retries_total)
		check "an answer is lost before kill $i" \
			wait_for 20 metric_reaches $((before + 1)) \
			mpedge_clickhouse_retries_total
		stop "$mpedge_pid" KILL
		fault times=0
		[ $i != 2 ] || check "two tables become those of an older build" \
			older_tables
		start_mpedge
		check "it goes on after kill $i" wait_for 30 inserted 300
	done
	for i in "trades columns=backfill" "liquidations columns=venue_trade_id"; do
		check "what they lack is added: $i" grep -q \
			"event=columns_added table=$i" "$work/mpedge.log"
	done
	check "all of it arrived" come_to_rest
	check "every trade once" once
	check "every book once" books_once
	check "nothing was lost" none_lost
	check "nothing was parked" test ! -s "$dead"
	leave
}

# --- dead ------------------------------------------------------------------

parked() { metric_reaches "$1" mpedge_clickhouse_parked_batches_total; }

dead_sums() {
	local table dead_rows there
	for table in trades orderbooks; do
		there=$(query "SELECT count() FROM mpedge.$table")
		dead_rows=$(node tests/tools/sums.js "$dead" |
			awk -v t=$table '$1 == t { print $2 }')
		lines=$(node tests/tools/sums.js "$work/records.jsonl" |
			awk -v t=$table '$1 == t { print $2 }')
		echo "$table: $there and $dead_rows are $lines?"
		[ $((there + ${dead_rows:-0})) = "$lines" ] || return 1
	done
}

# Each head says how many records follow it.
heads_right() {
	awk '/^\{"dead_letter":/ {
			if (want != have) exit 1
			want = $0; sub(/.*"rows":/, "", want); want += 0
			have = 0; heads++; next
		}
		{ have++ }
		END { exit want != have || heads == 0 }' "$dead" &&
		grep -q '"code":16,' "$dead"
}

run_dead() {
	collect dead
	db=mpedge
	start_sim --rate 300 --symbols BTCUSDT --depth 50 --seed 3
	start_chdb
	url=$chdb_url
	start
	check "rows arrive" wait_for 30 inserted 300
	query "ALTER TABLE mpedge.trades DROP COLUMN quote_quantity" >/dev/null
	check "its batches are parked" wait_for 30 parked 3
	check "the health page warns" eval \
		'page /health | grep -q "were refused for good"'
	query "ALTER TABLE mpedge.trades ADD COLUMN
		quote_quantity Nullable(Decimal(38, 18))" >/dev/null
	before=$(query "SELECT count() FROM mpedge.trades")
	check "mended, it is filled again" wait_for 30 eval \
		'[ "$(query "SELECT count() FROM mpedge.trades")" -gt $before ]'
	check "all of it arrived" come_to_rest
	stop "$mpedge_pid"
	check "every record is in its table or in the file" dead_sums
	check "the file says which and why" heads_right
	finish || result=1
}

# --- tls -------------------------------------------------------------------

certificate() { # NAME CA
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" &&
		printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' \
			>"$work/ext" &&
		openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.pem" \
			-CAkey "$work/$2.key" -CAcreateserial -days 30 \
			-extfile "$work/ext" -out "$work/$1.pem"
}

authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -days 30 -keyout "$work/$1.key" \
		-out "$work/$1.pem"
}

certificates() {
	authority root && authority other && certificate server root &&
		certificate client root && certificate stranger other
}

# start_tls PORT: who shows a certificate of `root` gets through to chdb
start_tls() {
	node -e '
		const [dir, port, to] = process.argv.slice(1);
		const read = (n) => require("fs").readFileSync(dir + "/" + n);
		require("tls").createServer({ key: read("server.key"),
			cert: read("server.pem"), ca: read("root.pem"),
			requestCert: true, rejectUnauthorized: true }, (s) => {
			const t = require("net").connect(to, "127.0.0.1");
			s.pipe(t).pipe(s);
			s.on("error", () => t.destroy());
			t.on("error", () => s.destroy());
		}).listen(port, "127.0.0.1");' "$work" "$1" "${chdb_url##*:}" \
		>>"$work/tls.log" 2>&1 &
	started $!
	wait_for 20 eval "(exec 3<>/dev/tcp/127.0.0.1/$1)"
}

run_tls() {
	collect tls
	local port
	db=mpedge
	check "certificates" certificates
	start_sim --rate 200 --symbols BTCUSDT --depth 50 --seed 3
	start_chdb
	port=$(free_port)
	start_tls $port
	url=https://localhost:$port
	start file.enabled=false box.drain_ms=100
	check "a stranger's certificate is refused" wait_for 20 grep -q \
		'sink=clickhouse .*error=cert' "$work/mpedge.log"
	stop "$mpedge_pid"
	start file.enabled=false box.drain_ms=100 \
		clickhouse.ca_file="$work/root.pem" \
		clickhouse.cert_file="$work/stranger.pem" \
		clickhouse.key_file="$work/stranger.key"
	check "so is ours, when it is a stranger's" wait_for 20 grep -qE \
		'sink=clickhouse .*error=(tls|closed|reset)' "$work/mpedge.log"
	stop "$mpedge_pid"
	start file.enabled=false clickhouse.ca_file="$work/root.pem" \
		clickhouse.cert_file="$work/client.pem" \
		clickhouse.key_file="$work/client.key"
	check "rows arrive" wait_for 30 inserted 300
	check "all of it arrived" come_to_rest
	url=$chdb_url
	check "every trade once" once
	stop "$mpedge_pid"
	check "a clean end" test "$status" = 0
	write_config clickhouse.enabled=true \
		clickhouse.url=https://localhost:$port \
		clickhouse.cert_file="$work/client.pem" \
		clickhouse.key_file="$work/server.key"
	timeout 20 "$mpedge" "$work/config.ini" 2>>"$work/mpedge.log"
	check "a key of another certificate ends the start" test $? = 78
	check "and is named" grep -q \
		'clickhouse.cert_file: .*cannot be used together' \
		"$work/mpedge.log"
	finish || result=1
}

# --- compress --------------------------------------------------------------

smaller() {
	row_bytes=$(metric mpedge_clickhouse_row_bytes_total)
	body_bytes=$(metric mpedge_clickhouse_body_bytes_total)
	[ "$body_bytes" -gt 0 ] && [ $((body_bytes * 4)) -lt $((row_bytes * 3)) ]
}

check_smaller() {
	check "$1: fewer bytes leave" smaller
	echo "# $suite: $1: $row_bytes bytes of rows were sent as $body_bytes"
}

run_compress() {
	collect compress
	local kind
	db=mpedge
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --depth 50 --seed 5
	start_chdb
	url=$chdb_url
	for kind in gzip lz4; do
		[ $kind = gzip ] || stop "$mpedge_pid"
		start clickhouse.compress=$kind journal.path="$work/journal" \
			journal.size_bytes=8388608
		check "$kind: rows arrive" wait_for 30 inserted 1000
		check_smaller $kind
		check "$kind: it says so" test \
			"$(metric mpedge_clickhouse_compressed)" = 1
	done
	survives "code 241: compressed halves" code=241 \
		mpedge_clickhouse_splits_total
	check "all of it arrived" come_to_rest
	stop "$mpedge_pid"
	check "every trade once" once
	check "as many rows as lines, and every sum to the last digit" same_sums
	check "nothing was refused" eval '! grep -qE \
		"encoding_refused|batch_parked" "$work/mpedge.log"'
	finish || result=1
}

# --- june ------------------------------------------------------------------

june_sums() {
	local lines there
	lines=$(node tests/tools/sums.js "$work/records.jsonl" |
		awk '$1 == "trades" || $1 == "tickers" { print $1, $2 }')
	there=$(for table in tickers trades; do
		query "SELECT '$table', count() FROM marketprism.$table" |
			tr '\t' ' '
	done)
	echo "$lines / $there"
	[ "$lines" = "$there" ]
}

# The shortest digits of each double are the venue's.
june_prices() {
	query "SELECT trade_id, toString(price), toString(quantity),
		toUnixTimestamp64Milli(trade_time), is_buyer_maker
		FROM marketprism.trades ORDER BY trade_id" >"$work/june.server"
	node -e '
		const fs = require("fs");
		const rows = fs.readFileSync(process.argv[1], "utf8").split("\n")
		    .filter((l) => l.includes("\"trade_id\"")).map((l) => {
			const t = JSON.parse(l);
			return [t.trade_id, Number(t.price), Number(t.quantity),
				Date.parse(t.timestamp.slice(0, 23) + "Z"),
				t.side === "sell" ? 1 : 0];
		}).sort((a, b) => a[0] < b[0] ? -1 : 1);
		const there = fs.readFileSync(process.argv[2], "utf8").trim()
		    .split("\n").map((l) => l.split("\t"));
		if (rows.length !== there.length) process.exit(1);
		rows.forEach((row, i) => row.forEach((v, k) => {
			const same = k === 0 ? v === there[i][0] :
			    v === Number(there[i][k]);
			if (!same) { console.log(row, there[i]); process.exit(1); }
		}));' "$work/records.jsonl" "$work/june.server"
}

run_june() {
	collect june
	start_sim --rate 200 --symbols BTCUSDT --depth 50 --seed 3
	start_chdb
	url=$chdb_url
	start clickhouse.schema=marketprism clickhouse.database=marketprism \
		clickhouse.ttl_days=3650
	check "rows arrive" wait_for 30 inserted 500
	check "tickers as well" wait_for 30 number_is \
		"SELECT count() > 0 FROM marketprism.tickers" 1
	check "all of it arrived" come_to_rest
	stop "$mpedge_pid"
	check "as many trades and tickers as lines" june_sums
	check "prices are the doubles of their digits" june_prices
	check "books are their best 20 levels" number_is "SELECT
		count() > 0 AND max(length(JSONExtractArrayRaw(bids_json))) = 20
		FROM marketprism.depth" 1
	check "nothing was parked" test ! -s "$dead"
	finish || result=1
}

# --- old -------------------------------------------------------------------

# The tables as --print ddl has them, in types of that time with the same bytes.
old_tables() {
	"$mpedge" --print ddl | sed -E '
		s/ COMMENT .*CODEC\(.*\)(,?)$/\1/
		s/DateTime64\(9, .UTC.\)/Int64/; s/Bool\b/UInt8/
		s/LowCardinality\((Nullable\()?String\)+/\1String/
		s/Nullable\(String$/Nullable(String)/; s/\(String,$/(String),/
		s/Tuple\(price .*, quantity .*\)\)(,?)$/FixedString(32))\1/
		s/^PARTITION BY.*/PARTITION BY tuple()/
		s/^ORDER BY.*/ORDER BY tuple()/; s/^SETTINGS.*/;/' |
		awk 'BEGIN { RS = ";" } NF' RS=';' ORS='\0'
}

make_old_tables() {
	local statement
	while IFS= read -r -d '' statement; do
		grep -q CREATE <<<"$statement" || continue
		query "$(sed '/^--/d' <<<"$statement" |
			sed -E ':a; N; $!ba; s/\) ENGINE = MergeTree.*/) ENGINE = MergeTree ORDER BY tuple()/')" ||
			return 1
	done < <(old_tables)
}

at_least_once() {
	local rows
	rows=$(query "SELECT symbol_name, uniqExact(trade_id),
		max(toInt64(assumeNotNull(trade_id))) -
		min(toInt64(assumeNotNull(trade_id))) + 1
		FROM mpedge.trades GROUP BY symbol_name") || return 1
	echo "$rows"
	[ -n "$rows" ] && ! awk '$2 != $3' <<<"$rows" | grep .
}

run_old() {
	have_clickhouse || {
		echo "skip clickhouse-old: this Debian has no clickhouse-server 18.16"
		return
	}
	collect old
	clickhouse_user=edge clickhouse_password=Gl8hwurm
	db=mpedge
	start_sim --rate 300 --symbols BTCUSDT --depth 50 --seed 3
	start_clickhouse
	url=$clickhouse_url
	query() { sql "$url" "$1" user=edge password=Gl8hwurm; }
	check "the tables in types of then" make_old_tables
	check "two of them of an older build" older_tables
	start file.enabled=false clickhouse.create=false box.drain_ms=100 \
		clickhouse.user=edge clickhouse.password=wrong
	check "a wrong password is told" wait_for 20 grep -q \
		'error=auth why="code 193' "$work/mpedge.log"
	stop "$mpedge_pid"
	start file.enabled=false clickhouse.create=false \
		clickhouse.user=edge clickhouse.password=Gl8hwurm \
		clickhouse.compress=gzip journal.path="$work/journal" journal.size_bytes=8388608
	check "rows arrive" wait_for 30 inserted 500
	check "it says which columns it leaves out" grep -q \
		"event=columns_missing table=trades columns=backfill" \
		"$work/mpedge.log"
	check "it says what is not promised" grep -q \
		'version=18.16.* guarantee="at least once' "$work/mpedge.log"
	check_smaller gzip
	pause_server $clickhouse_pid
	check "a server that stands still is noticed" wait_for 20 down
	resume_server $clickhouse_pid
	check "and found again" wait_for 30 up
	stop $clickhouse_pid KILL
	check "a server that is gone is noticed" wait_for 20 down
	start_clickhouse
	check "and found again, restarted" wait_for 30 up
	stop "$mpedge_pid" KILL
	# No table can be made in its SQL, all are there.
	start file.enabled=false clickhouse.user=edge \
		clickhouse.password=Gl8hwurm clickhouse.compress=lz4 \
		journal.path="$work/journal" journal.size_bytes=8388608
	check "it goes on after a kill" wait_for 30 inserted 300
	check "missing columns are added" grep -q \
		"event=columns_added table=trades columns=backfill" \
		"$work/mpedge.log"
	check "they are filled" wait_for 20 number_is \
		"SELECT countIf(isNotNull(backfill)) > 0 FROM mpedge.trades" 1
	check "lz4, which it does not know: it is told" grep -q \
		'encoding_refused compress=lz4 ' "$work/mpedge.log"
	check "and on the status page" eval \
		'page /status | grep -q "\"compress\":\"refused\""'
	check "all of it arrived" come_to_rest
	check "every trade at least once" at_least_once
	check "nothing was parked" test ! -s "$dead"
	check "levels of books are whole" number_is "SELECT max(length(bids)) > 1
		AND max(length(asks)) > 1 FROM mpedge.orderbooks" 1
	check "the password is in no log and on no page" eval \
		'! grep -q Gl8hwurm "$work/mpedge.log" &&
		! page /status | grep -q Gl8hwurm'
	leave
	query() { sql "$url" "$@"; }
}

for run in ${*:-exact faults kill dead tls compress june old}; do
	"run_$run"
done
exit $result
