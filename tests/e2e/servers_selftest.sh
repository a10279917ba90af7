#!/bin/bash
# usage: servers_selftest.sh
# Do the servers of the other sinks do here what they do elsewhere?  The front
# before chdb is ours, so it is asked about everything that a sink relies on.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
begin servers

is() { [ "$1" = "$2" ] || { echo "got '$1', wanted '$2'"; return 1; }; }

# asked STATUS CODE CURL-ARGUMENT...: what the answer has; $body is its text
asked() {
	local status=$1 code=$2
	shift 2
	body=$(curl -sS --max-time 30 -D "$work/head" "$@") || return 1
	tr -d '\r' <"$work/head" >"$work/head.txt"
	grep -q "^HTTP/1.1 $status " "$work/head.txt" &&
		{ [ "$code" = - ] || grep -q \
			"^X-ClickHouse-Exception-Code: $code$" "$work/head.txt"; } ||
		{ cat "$work/head.txt"; echo "$body"; return 1; }
}

# le BYTES NUMBER: little-endian, as RowBinary writes integers
le() {
	local n=$2 i
	for ((i = 0; i < $1; i++)); do
		printf "\\x$(printf %02x $((n & 255)))"
		n=$((n >> 8))
	done
}

# Without a token the same bytes again are taken for a repetition, so that
# rows differ below.  A row of table t: key, 1.5, a microsecond, two levels of a book, "ab".
row() {
	le 1 "$1"
	le 16 1500000000000000000
	le 8 1764251234567891
	le 1 2
	le 16 2500000000000000000; le 4 7
	le 16 2500000000000000001; le 4 8
	le 1 2; printf ab
}

create='CREATE TABLE t (id UInt8, p Decimal(38, 18), ts DateTime64(6, '\''UTC'\''),
	a Array(Tuple(Decimal(38, 18), UInt32)), s LowCardinality(String))
	ENGINE = MergeTree ORDER BY id
	SETTINGS non_replicated_deduplication_window = 1000'
columns=id,p,ts,a,s
text='1.5	2025-11-27 13:47:14.567891	[(2.5,7),(2.500000000000000001,8)]	ab'
insert="query=INSERT+INTO+t+($columns)+FORMAT+RowBinary"

count_is() { is "$(sql "$chdb_url" "SELECT count() FROM t")" "$1"; }

types() {
	for key in 10 32 59 13 0; do
		row $key >"$work/row" && sql_rows "$chdb_url" t $columns \
			"$work/row" || return 1
	done
	for key in 10 32 59 13 0; do
		is "$(sql "$chdb_url" "SELECT p, ts, a, s FROM t WHERE id = $key")" \
			"$text" || return 1
	done
}

once() {
	sql "$chdb_url" "TRUNCATE TABLE t"
	row 1 >"$work/row"
	for token in a a b a b; do
		sql_rows "$chdb_url" t $columns "$work/row" \
			insert_deduplication_token=$token || return 1
	done
	count_is 2
}

again() {
	stop "$chdb_pid" KILL
	start_chdb && sql_rows "$chdb_url" t $columns "$work/row" \
		insert_deduplication_token=b && count_is 2 &&
		sql_rows "$chdb_url" t $columns "$work/row" \
			insert_deduplication_token=c && count_is 3
}

packed() {
	gzip -c "$work/row" | asked 200 - -H 'Content-Encoding: gzip' \
		--data-binary @- "$chdb_url/?$insert" && count_is 4 &&
		{ printf 'INSERT INTO t (%s) FORMAT RowBinary\n' $columns
		  row 2; } | asked 200 - --data-binary @- "$chdb_url/" &&
		count_is 5 && grep -q '"written_rows":"1"' "$work/head.txt"
}

errors() {
	asked 404 60 -d 'SELECT 1 FROM nothing' "$chdb_url" &&
		[[ $body == "Code: 60. DB::Exc"* ]] &&
		asked 400 62 -d 'SELEC 1' "$chdb_url" &&
		asked 404 16 --data-binary "@$work/row" \
			"$chdb_url/?query=INSERT+INTO+t+(z)+FORMAT+RowBinary" &&
		asked 500 115 --data-binary "@$work/row" \
			"$chdb_url/?$insert&nosuch=1" &&
		asked 500 164 "$chdb_url/?query=DROP+TABLE+t" &&
		asked 501 48 -H 'Content-Encoding: rot13' \
			--data-binary "@$work/row" "$chdb_url/?$insert" &&
		count_is 5
}

torn() {
	head -c 30 "$work/row" >"$work/torn"
	! sql_rows "$chdb_url" t $columns "$work/torn" && count_is 5
}

wanted() {
	curl -sS -d '' "$chdb_url/fail?code=252&times=2" &&
		asked 500 252 --data-binary "@$work/row" "$chdb_url/?$insert" &&
		asked 500 252 --data-binary "@$work/row" "$chdb_url/?$insert" &&
		count_is 5 &&
		curl -sS -d '' "$chdb_url/fail?cut=before" &&
		! sql_rows "$chdb_url" t $columns "$work/row" && count_is 5 &&
		curl -sS -d '' "$chdb_url/fail?cut=after" &&
		! sql_rows "$chdb_url" t $columns "$work/row" \
			insert_deduplication_token=d && count_is 6 &&
		sql_rows "$chdb_url" t $columns "$work/row" \
			insert_deduplication_token=d && count_is 6
}

same_connection() {
	curl -sS -v "$chdb_url/ping" "$chdb_url/ping" 2>&1 |
		grep -qi "re-using existing"
}

guarded() {
	chdb_url= chdb_dir=$work/guarded chdb_user=box chdb_password='s 3'
	start_chdb
	asked 403 516 -d 'SELECT 1' "$chdb_url" &&
		asked 403 516 -H 'X-ClickHouse-User: box' -d 'SELECT 1' \
			"$chdb_url" &&
		asked 200 - -H 'X-ClickHouse-User: box' \
			-H 'X-ClickHouse-Key: s 3' -d 'SELECT 1' "$chdb_url" &&
		is "$body" 1 && asked 200 - -u 'box:s 3' -d 'SELECT 1' "$chdb_url"
}

start_chdb
version=$(sql "$chdb_url" 'SELECT version()')
echo "# chdb $version"
check "a table with the types of today" sql "$chdb_url" "$create"
check "RowBinary is read byte for byte" types
check "a repeated token is stored once" once
check "kill -9: tables and tokens are still there" again
check "gzip, and a query that begins in the body" packed
check "errors have their code and status" errors
check "half a row is refused whole" torn
check "faults that a test asks for" wanted
check "keep-alive" same_connection
pause_server "$chdb_pid"
check "paused, it does not answer" eval '! clickhouse_ready "$chdb_url"'
resume_server "$chdb_pid"
check "resumed, it does" wait_for 20 clickhouse_ready "$chdb_url"
stop "$chdb_pid"
check "SIGTERM ends it with 0" test "$status" = 0
check "user and password" guarded
stop "$chdb_pid"

start_redis
check "redis" is "$(redis SET key value)$(redis GET key)" OKvalue
stop "$redis_pid"
start_redis
check "redis: a restart is empty" is "$(redis GET key)" ''
stop "$redis_pid"
start_redis --maxmemory 100kb --maxmemory-policy noeviction
check "redis: full is OOM" eval 'redis SET key value | grep -q ^OOM'
stop "$redis_pid"

old() {
	sql "$clickhouse_url" "CREATE TABLE t (id UInt8, p Decimal(38, 18),
		ts DateTime('UTC'), n Nested(a Decimal(38, 18), b UInt32),
		s String) ENGINE = MergeTree ORDER BY id" &&
		{ le 1 7; le 16 1500000000000000000; le 4 1764251234
		  le 1 1; le 16 2500000000000000000; le 1 1; le 4 7
		  le 1 2; printf ab; } >"$work/row" &&
		sql_rows "$clickhouse_url" t id,p,ts,n.a,n.b,s "$work/row" &&
		gzip -c "$work/row" | asked 200 - -H 'Content-Encoding: gzip' \
			--data-binary @- "$clickhouse_url/?query=INSERT+INTO+t+(id,p,ts,n.a,n.b,s)+FORMAT+RowBinary" &&
		is "$(sql "$clickhouse_url" 'SELECT * FROM t LIMIT 1')" \
			"7	1.500000000000000000	2025-11-27 13:47:14	[2.500000000000000000]	[7]	ab"
}

old_again() {
	stop "$clickhouse_pid" KILL
	start_clickhouse &&
		is "$(sql "$clickhouse_url" 'SELECT count(), sum(id) FROM t')" "2	14"
}

if have_clickhouse; then
	start_clickhouse
	check "ClickHouse 18.16: RowBinary, Decimal(38, 18), Nested, gzip" old
	check "ClickHouse 18.16: kill -9 keeps what was confirmed" old_again
else
	echo "# this Debian has no clickhouse-server"
fi
finish
