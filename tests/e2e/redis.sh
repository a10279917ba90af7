#!/bin/bash
# usage: redis.sh
# The redis sink of the real binary against a real redis-server: what stands at
# the keys is what was collected; wrong passwords, servers that die, stop, are
# full, read-only or loading; books that are not known; streams, channels, TLS.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
secret=s3cret-w0rd

# --- the server ---

redis_port=$(free_port)

# cli WORD...: in the database that mpedge writes to
cli() {
	timeout 10 redis-cli -p "$redis_port" --no-auth-warning \
		${cli_auth:+-a "$cli_auth"} -n 3 "$@"
}

# In memory only, empty at start, unless told otherwise.
start_redis() {
	"${SERVERS:-build/deps/tools}/redis-server" --bind 127.0.0.1 --port "$redis_port" --save '' \
		--appendonly no --dir "$work" "$@" >>"$work/redis.log" 2>&1 &
	redis_pid=$!
	started $redis_pid
	wait_for 10 redis_listens || not_ok "redis-server starts"
}

redis_listens() { (exec 3<>"/dev/tcp/127.0.0.1/$redis_port") 2>/dev/null; }

# --- what mpedge says of itself ---

sink() { # JQ
	page /status | jq -r ".sinks[] | select(.name == \"redis\") | $1"
}

is_up() { [ "$(sink .state)" = up ]; }

down_says() { # TEXT
	[ "$(sink .state)" = down ] && sink .last_error | grep -q -- "$1"
}

redis_metric() { metric "mpedge_sink_$1" 'sink="redis"'; }
redis_reaches() { [ "$(redis_metric "$1")" -ge "$2" ]; }
file_taken() { metric mpedge_sink_taken_total 'sink="file"'; }

# Takes at least 100 more records into the file within 20 s?
file_goes_on() {
	wait_for 20 metric_reaches $(($(file_taken) + 100)) \
		mpedge_sink_taken_total 'sink="file"'
}

# --- what stands at the keys ---

key() { echo "market:binance:$1"; }
value() { cli get "$(key "$1")"; }
is_there() { [ "$(cli exists "$(key "$1")")" = 1 ]; }
is_gone() { [ "$(cli exists "$(key "$1")")" = 0 ]; }

# The last record of a type and symbol in the file of the file sink.
last_of() { # MEMBER SYMBOL
	grep -F "\"symbol_name\":\"$2\"" "$work/records.jsonl" |
		grep -F "\"$1\":" | tail -n 1
}

same_as_file() { # TYPE SYMBOL MEMBER
	local want
	want=$(last_of "$3" "$2")
	echo "want $want"
	echo "have $(value "$2:$1")"
	[ -n "$want" ] && [ "$(value "$2:$1")" = "$want" ]
}

# The best levels against what the exchange says of its book.
same_as_exchange() { # SYMBOL NATIVE LEVELS
	value "$1:orderbook" | jq -c '[.last_update_id,
		[.bids[] | [.price, .quantity]],
		[.asks[] | [.price, .quantity]]]' >"$work/have.json"
	sim_get "/api/v3/depth?symbol=$2&limit=$3" |
		jq -c '[.lastUpdateId, .bids, .asks]' >"$work/want.json"
	head -c 300 "$work/have.json" "$work/want.json"
	[ -s "$work/have.json" ] && cmp "$work/have.json" "$work/want.json"
}

bbo_is_top() { # SYMBOL
	[ "$(value "$1:bbo" | jq -c '[.best_bid_price, .best_bid_quantity,
		.best_ask_price, .best_ask_quantity, .last_update_id]')" = \
	"$(value "$1:orderbook" | jq -c '[.bids[0].price, .bids[0].quantity,
		.asks[0].price, .asks[0].quantity, .last_update_id]')" ]
}

ttl_between() { # LEAST MOST KEY...
	local least=$1 most=$2 ttl
	shift 2
	for name; do
		ttl=$(cli pttl "$(key "$name")")
		echo "$name $ttl"
		[ "$ttl" -ge "$least" ] && [ "$ttl" -le "$most" ] || return 1
	done
}

books_follow() {
	local symbol native
	for symbol in BTC-USDT ETH-USDT; do
		native=${symbol/-/}
		same_as_exchange $symbol "$native" 10 &&
			bbo_is_top $symbol || return 1
	done
}

everything='BTC-USDT:trade ETH-USDT:trade BTC-USDT:ticker
	BTC-USDT:kline:1m ETH-USDT:kline:1m BTC-USDT:orderbook
	ETH-USDT:orderbook BTC-USDT:bbo ETH-USDT:bbo'

all_there() {
	local name
	for name in $everything; do
		is_there "$name" || return 1
	done
}

# Everything is confirmed and the market stands still.
quiet() {
	ctl pause
	settled 20 redis_metric confirmed_total &&
		[ "$(redis_metric in_flight)" = 0 ]
}

secret_is_kept() {
	! grep -rq "$secret" "$work/mpedge.log" "$work/mpedge.out" &&
		! page /status | grep -q "$secret"
}

# --- one box through everything a server may do ---

begin redis
start_sim --rate 400 --symbols BTCUSDT,ETHUSDT
start_redis --requirepass another-word
start_mpedge binance.channels="trade orderbook kline ticker" \
	binance.book_interval_s=5 redis.enabled=true redis.port="$redis_port" \
	redis.password=$secret redis.db=3 redis.ttl_s=100 redis.levels=10 \
	redis.timeout_ms=1000 redis.flush_ms=50 redis.client_name=box-1

check "a wrong password is named" \
	wait_for 20 down_says "^WRONGPASS: redis.user and redis.password"
check "... and holds up nobody" file_goes_on
cli_auth=another-word
cli config set requirepass $secret >/dev/null
cli_auth=$secret
check "the right password" wait_for 30 is_up
check "every type has its key" wait_for 20 all_there
check "in the database asked for, not in another" eval \
	'[ "$(cli -n 0 dbsize)" = 0 ] && [ "$(cli -n 3 dbsize)" -gt 8 ]'
check "named, version 3" eval \
	'cli client list | grep -q "name=box-1 .*resp=3"'

check "all is confirmed" quiet
for symbol in BTC-USDT ETH-USDT; do
	check "the newest trade of $symbol" same_as_file trade $symbol trade_id
	check "the newest ticker of $symbol" \
		same_as_file ticker $symbol weighted_avg_price
	check "the newest bar of $symbol" \
		same_as_file kline:1m $symbol interval
done
check "the best levels are the exchange's" books_follow
check "every value expires" ttl_between 1000 100000 $everything

# A server that was killed comes back empty; the market still stands still.
stop "$redis_pid" KILL
check "a dead server" wait_for 20 down_says .
start_redis --requirepass $secret
check "killed and restarted: up" wait_for 30 is_up
check "... and everything is written again" wait_for 20 all_there
check "... the same" books_follow
check "... the newest trade as well" same_as_file trade BTC-USDT trade_id

# One that is stopped costs freshness.
ctl resume
check "after that it goes on" \
	wait_for 20 redis_reaches taken_total $(($(redis_metric taken_total) + 500))
before=$(rss_anon "$mpedge_pid")
coalesced=$(redis_metric coalesced_total)
kill -STOP "$redis_pid"
check "a stopped server is found" wait_for 20 down_says "no reply"
check "... and holds up nobody" file_goes_on
check "... again" file_goes_on
check "... newer values stand for older ones" \
	wait_for 20 redis_reaches coalesced_total $((coalesced + 200))
check "... and memory stays" eval \
	'echo "$before then $(rss_anon "$mpedge_pid")";
	[ $(($(rss_anon "$mpedge_pid") - before)) -lt 512 ]'
kill -CONT "$redis_pid"
check "it goes on: up" wait_for 30 is_up
check "... nothing was lost or skipped" eval \
	'[ "$(redis_metric skipped_total)" = 0 ]'
quiet
check "... and the books are right" wait_for 10 books_follow
ctl resume

cli config set maxmemory 1 >/dev/null
check "a full server is named" wait_for 20 down_says "^OOM: .*maxmemory"
errors=$(redis_metric errors_total)
nap 2
check "... and not asked all the time" eval \
	'[ $(($(redis_metric errors_total) - errors)) -lt 20 ]'
cli config set maxmemory 0 >/dev/null
check "with room again: up" wait_for 30 is_up

# Where it would put its file is a folder.
rm -f "$work/dump.rdb" && mkdir "$work/dump.rdb"
cli config set save "3600 1" >/dev/null
cli bgsave >/dev/null
check "a server that cannot save is named" wait_for 20 down_says \
	"^MISCONF: .*stop-writes-on-bgsave-error"
check "... and holds up nobody" file_goes_on
cli config set save "" >/dev/null
rmdir "$work/dump.rdb"
check "with saving off: up" wait_for 30 is_up

cli replicaof 127.0.0.1 1 >/dev/null
check "a replica is named" wait_for 20 down_says "^READONLY: .*replica"
cli replicaof no one >/dev/null
check "a master again: up" wait_for 30 is_up

cli acl setuser default -set >/dev/null
check "a user who may not is named" wait_for 20 down_says "^NOPERM: .*SET"
cli acl setuser default +set >/dev/null
check "who may again: up" wait_for 30 is_up

# Loading takes 0.2 ms a key.
cli eval 'for i = 1, 20000 do redis.call("set", "k" .. i, i) end' 0 >/dev/null
cli save >/dev/null
stop "$redis_pid" KILL
start_redis --requirepass $secret --key-load-delay 200 \
	--loading-process-events-interval-bytes 1024
check "a server that loads is named" wait_for 20 down_says "^LOADING: "
check "loaded: up" wait_for 30 is_up

# --- a book that is not known ---

check "a book is there" wait_for 20 is_there BTC-USDT:orderbook
ctl delaysnap 4000
ctl skip BTCUSDT
check "a hole: the book goes" wait_for 10 is_gone BTC-USDT:orderbook
check "... and its best price" wait_for 10 is_gone BTC-USDT:bbo
check "... but not the other book" is_there ETH-USDT:orderbook
ctl delaysnap 0
check "... and comes back" wait_for 30 is_there BTC-USDT:orderbook
quiet
check "... right" wait_for 10 books_follow

# --- the end ---

ctl resume
check "the secret is not told" secret_is_kept
stop "$mpedge_pid"
check "SIGTERM: ended by itself" [ "$status" = 0 ]
check "SIGTERM: everything was confirmed" \
	grep -q 'event=drained complete=true' "$work/mpedge.log"
ctl pause
check "... the newest trade too" same_as_file trade BTC-USDT trade_id

# --- streams and channels; an old server ---

stop "$redis_pid" KILL
rm -f "$work"/records.jsonl* "$work/mpedge.log" "$work/dump.rdb"
cli_auth=
start_redis --rename-command HELLO ''
timeout 60 redis-cli -p "$redis_port" subscribe "$(key BTC-USDT:trade)" \
	>"$work/channel" 2>/dev/null &
started $!
ctl resume
start_mpedge binance.channels="trade orderbook" binance.book_interval_s=1 \
	redis.enabled=true redis.port="$redis_port" redis.db=3 redis.ttl_s=3 \
	redis.levels=10 redis.streams=true redis.stream_maxlen=100000 \
	redis.stream_types="trade bbo" redis.publish=true
check "a server without HELLO" wait_for 20 is_up
check "... is spoken to in version 2" eval \
	'cli client list | grep -q "name=mpedge .*db=3 .*resp=2"'
wait_for 20 redis_reaches confirmed_total 600
quiet

trades_of() { # SYMBOL: of the file
	grep -F '"trade_id":' "$work/records.jsonl" |
		grep -cF "\"symbol_name\":\"$1\""
}

stream_is_whole() {
	echo "$(cli xlen "$(key BTC-USDT:trade:stream)") of $(trades_of BTC-USDT)"
	[ "$(cli xlen "$(key BTC-USDT:trade:stream)")" = \
		"$(trades_of BTC-USDT)" ] &&
		[ "$(cli xlen "$(key ETH-USDT:trade:stream)")" = \
			"$(trades_of ETH-USDT)" ]
}

channel_is_whole() {
	grep -cF '"trade_id":' "$work/channel"
	[ "$(grep -cF '"trade_id":' "$work/channel")" = \
		"$(trades_of BTC-USDT)" ]
}

check "the stream has every trade" wait_for 10 stream_is_whole
check "... as the record" eval \
	'[ "$(cli xrevrange "$(key BTC-USDT:trade:stream)" + - COUNT 1 |
		tail -n 1)" = "$(last_of trade_id BTC-USDT)" ]'
check "the channel had every trade" wait_for 10 channel_is_whole
check "best prices have a stream" eval \
	'[ "$(cli xlen "$(key BTC-USDT:bbo:stream)")" -gt 3 ]'
check "what is old goes" wait_for 15 is_gone BTC-USDT:trade
check "... what is still right stays" is_there BTC-USDT:bbo
stop "$mpedge_pid" KILL
check "without a collector everything goes" wait_for 20 eval \
	'[ "$(cli --scan --pattern "$(key "*")" | grep -vc stream)" = 0 ]'
ctl resume
start_mpedge binance.channels=trade redis.enabled=true \
	redis.port="$redis_port" redis.db=3 redis.streams=true \
	redis.stream_maxlen=50 redis.keys=8
check "a stream is capped" wait_for 20 eval \
	'redis_reaches confirmed_total 600 &&
	[ "$(cli xlen "$(key BTC-USDT:trade:stream)")" -le 200 ]'
stop "$mpedge_pid"

# --- TLS ---

certificate() { # NAME SUBJECT-ALT-NAME
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=$1" &&
		printf 'subjectAltName=%s\n' "$2" >"$work/$1.ext" &&
		openssl x509 -req -in "$work/$1.csr" -CA "$work/redis-ca.pem" \
			-CAkey "$work/redis-ca.key" -CAcreateserial -days 2 \
			-extfile "$work/$1.ext" -out "$work/$1.pem"
}

{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/redis-ca.key" -out "$work/redis-ca.pem" \
		-days 2 -subj "/CN=redis-ca" && certificate server "DNS:localhost"
} >"$work/openssl.log" 2>&1 || not_ok "certificates"
tls_port=$(free_port)
cli config set tls-cert-file "$PWD/$work/server.pem" tls-key-file \
	"$PWD/$work/server.key" tls-ca-cert-file "$PWD/$work/redis-ca.pem" \
	tls-auth-clients no tls-port "$tls_port" >"$work/tls.out"
start_mpedge binance.channels=trade redis.enabled=true redis.host=localhost \
	redis.port="$tls_port" redis.tls=true
check "TLS: a CA that is not known" wait_for 20 down_says "issuer is not known"
stop "$mpedge_pid" KILL
start_mpedge binance.channels=trade redis.enabled=true redis.host=localhost \
	redis.port="$tls_port" redis.tls=true redis.ca_file="$work/redis-ca.pem"
check "TLS: with the server's CA" wait_for 20 is_up
check "TLS: records are confirmed" \
	wait_for 20 redis_reaches confirmed_total 200
check "TLS: memory" eval \
	'rss "$mpedge_pid"; [ "$(rss "$mpedge_pid")" -lt 16384 ]'
stop "$mpedge_pid"

stop "$redis_pid" KILL
start_redis --cluster-enabled yes --cluster-port "$(free_port)"
start_mpedge binance.channels=trade redis.enabled=true redis.port="$redis_port"
check "a node of a cluster is named" wait_for 20 down_says "^CLUSTERDOWN: "
stop "$mpedge_pid" KILL
finish
