#!/bin/bash
# usage: consume.sh
# Records read back from a JetStream stream: killed again and again, with a sink
# that is down, two boxes on one durable, messages that are no record.
# CONSUME_COUNT is the number of records (20000).

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
result=0
count=${CONSUME_COUNT:-20000}
pump=$tools/nats_pump
declare -A box_pid=() box_port=()
begin consume
# No venue is on, but the settings of one are written.
sim_ws=1 sim_rest=1 sim_ca=

# --- boxes that consume: each has its own folder and port ---

# box NAME KEY=VALUE...: its settings
box() {
	local name=$1
	shift
	mkdir -p "$work/$name"
	box_port[$name]=${box_port[$name]:-$(free_port)}
	http_port=${box_port[$name]}
	write_config binance.enabled=false box.name="$name" \
		journal.path="$work/$name/journal" \
		file.path="$work/$name/records.jsonl" \
		consume.enabled=true consume.ack_wait_s=4 "$@"
	cp "$work/config.ini" "$work/$name/config.ini"
}

# up NAME: starts it; on NAME COMMAND...: metric and page are those of NAME
up() {
	"$mpedge" "$work/$1/config.ini" 2>>"$work/$1/log" &
	box_pid[$1]=$!
	started "${box_pid[$1]}"
}
on() {
	http_port=${box_port[$1]}
	"${@:2}"
}

lines() { cat "$work/$1"/records.jsonl* 2>/dev/null | wc -l; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }

# Trade ids in the files of these boxes, each once.
ids() {
	local name
	for name; do
		cat "$work/$name"/records.jsonl*
	done | sed -n 's/.*"trade_id":"\([0-9]*\)".*/\1/p' | sort -n -u
}
all_there() { ids "$@" | awk '$1 != NR - 1 { bad = 1 } END { print NR; exit bad || NR != '"$count"' }'; }

# info STREAM DURABLE: into $floor $unacked $pending
info() {
	floor= unacked= pending=
	local said
	said=$("$pump" info "$nats_url" "$1" "$2") || return 1
	eval "$said"
}
through() { info "$1" "$2" && [ "$unacked" = 0 ] && [ "$pending" = 0 ]; }

# The floor is a stream sequence; trade N was stored as N + 1.
not_ahead() {
	wait_for 20 info $stream mpedge || return 1
	ids "$@" | awk -v floor="$floor" '$1 < floor { n++ }
		END { print "floor " floor ", of these stored " n + 0
			exit n + 0 != floor }'
}

start_nats

# --- killed ten times while they pass ---

box b
up b
check "without the stream: says what is missing" wait_for 15 grep -q \
	"event=down.*make the stream" "$work/b/log"
"$pump" send "$count" $((count / 8)) 120 url="$nats_url" >"$work/pump.log" 2>&1 &
pump_pid=$!
started $pump_pid
kills=0 ahead=0
for step in 1 2 3 4 5 6 7 8 9 10; do
	wait_for 60 has_lines b $((step * count / 12)) || break
	kill -KILL "${box_pid[b]}"
	wait "${box_pid[b]}" 2>/dev/null
	kills=$((kills + 1))
	not_ahead b >"$work/check.log" 2>&1 || { ahead=$((ahead + 1)); cat "$work/check.log"; }
	up b
done
check "killed $kills times: nothing was acknowledged before it was stored" \
	test $ahead = 0 -a $kills = 10
wait $pump_pid
check "all records were published" grep -q "confirmed=$count" "$work/pump.log"
check "all are acknowledged" wait_for 60 through $stream mpedge
check "each record is in the file" all_there b
in_journal() { on b page /status | grep -q "\"sequence\":$((count + 1))}"; }
check "each is in the journal once" in_journal
# The file sink itself repeats what it wrote and could not note any more.
echo "# $(lines b) lines, $count records"
check "the file repeats no more than the turns that were cut off" \
	test "$(lines b)" -le $((count + kills * 512))
check "what was acknowledged is counted" on b metric_reaches 1 mpedge_consume_acked_total
check "so are bytes" on b metric_reaches 1000 mpedge_consume_bytes_total
check "healthy" on b eval 'page /health | grep -q "\"consume\""'

# --- stopped as it should be ---

stop "${box_pid[b]}"
check "stops at once when asked" test "$status" = 0
check "with everything acknowledged" grep -q "drained complete=true" "$work/b/log"

# --- a sink that is down: held, not delivered again, not too much ---

box held consume.durable=held journal.size_bytes=1048576 file.path=/dev/full
up held
held_still() {
	local before
	before=$(on held metric mpedge_consume_stored_total)
	nap 1
	[ "$before" -gt 1000 ] &&
		[ "$(on held metric mpedge_consume_stored_total)" = "$before" ]
}
check "a sink that is down: reading stops" wait_for 20 held_still
check "and messages are kept from being delivered again" wait_for 20 \
	on held metric_reaches 2000 mpedge_consume_extended_total
nap 4
check "none was" test "$(on held metric mpedge_consume_redelivered_total)" = 0
check "nothing of the journal was overwritten" \
	test "$(on held metric mpedge_sink_lost_total)" = 0
check "nothing was acknowledged" eval 'info $stream held && [ "$floor" = 0 ]'
check "the page says how many wait" on held metric_reaches 1000 mpedge_consume_in_flight
stored=$(on held metric mpedge_consume_stored_total)
kill -KILL "${box_pid[held]}"
wait "${box_pid[held]}" 2>/dev/null
box held consume.durable=held journal.size_bytes=1048576
up held
check "killed, and the sink is there: what the journal has is known" wait_for 15 \
	grep -q "in_journal=$stored" "$work/held/log"
check "and acknowledged, with all the others" wait_for 60 through $stream held
check "each record is in the file" all_there held
check "once" test "$(lines held)" = "$count"
check "none was taken again" test \
	"$(on held metric mpedge_consume_stored_total)" = $((count - stored))
stop "${box_pid[held]}"

# --- the acknowledgement is lost on its way: known by its number ---

box late consume.durable=late consume.max_ack_pending=100 consume.batch=100 consume.ack_wait_s=2 file.path=/dev/full
up late
check "a hundred are held" wait_for 15 on late metric_reaches 100 mpedge_consume_stored_total
kill -STOP "${box_pid[late]}"
nap 3
kill -CONT "${box_pid[late]}"
check "asleep for longer than the wait: delivered again" wait_for 20 \
	on late metric_reaches 1 mpedge_consume_redelivered_total
check "known" on late metric_reaches 1 mpedge_consume_duplicates_total
check "and not taken twice" test "$(on late metric mpedge_consume_stored_total)" = 100
stop "${box_pid[late]}"

# --- two boxes, one durable ---

box one consume.durable=both consume.batch=100
box two consume.durable=both consume.batch=100
up one
up two
check "two boxes on one durable: all acknowledged" wait_for 60 through $stream both
check "each record is in one of their files" all_there one two
check "in one only" test $(($(lines one) + $(lines two))) = "$count"
check "both had a share" test "$(lines one)" -gt 0 -a "$(lines two)" -gt 0
stop "${box_pid[one]}"
stop "${box_pid[two]}"

# --- into ClickHouse, killed ten times: what it has confirmed is acknowledged ---

start_chdb
box click consume.durable=click consume.batch=500 file.enabled=false \
	clickhouse.enabled=true clickhouse.url="$chdb_url" clickhouse.rows=500 \
	clickhouse.interval_ms=100 clickhouse.retry_ms=50 \
	clickhouse.dead_letter="$work/click/dead.jsonl"
rows() { sql "$chdb_url" "SELECT $1 FROM mpedge.trades"; }
has_rows() { [ "$(rows 'count()')" -ge "$1" ]; }
kills=0 ahead=0
up click
for step in 1 2 3 4 5 6 7 8 9 10; do
	wait_for 60 has_rows $((step * count / 12)) || break
	kill -KILL "${box_pid[click]}"
	wait "${box_pid[click]}" 2>/dev/null
	kills=$((kills + 1))
	# A floor of N says that trades 0 to N - 1 are stored.
	wait_for 20 info $stream click &&
		[ "$(rows "countIf(toUInt64(trade_id) < $floor)")" -ge "$floor" ] ||
		ahead=$((ahead + 1))
	up click
done
check "into ClickHouse, killed 10 times: nothing acknowledged before it was there" \
	test $ahead = 0 -a $kills = 10
check "all are acknowledged" wait_for 60 through $stream click
check "each record is there" test "$(rows 'uniqExact(trade_id)')" = "$count"
check "once" test "$(rows 'count()')" = "$count"
stop "${box_pid[click]}"
stop "$chdb_pid"

# --- messages that are no record ---

"$pump" stream "$nats_url" ODD "odd.>" 0
"$pump" stream "$nats_url" DLQ "deadletter.>" 0
"$pump" put "$nats_url" odd.okx.x.trade '{"exchange_name":"okx","price":{}}'
"$pump" put "$nats_url" odd.okx.x.trade \
	'{"exchange_name":"okx","symbol_name":"X","trade_id":"1"}'
box odd consume.stream=ODD consume.subjects="odd.>" consume.max_deliver=2
up odd
check "a message that is no record: moved" wait_for 20 \
	on odd metric_reaches 1 mpedge_consume_dead_letters_total
check "after as many deliveries as configured" \
	test "$(on odd metric mpedge_consume_unusable_total)" = 2
check "and never again" wait_for 10 through ODD mpedge
check "the one behind it is in the file" has_lines odd 1
"$pump" headers "$nats_url" DLQ 1 >"$work/dead"
check "with the reason" grep -q "^Mp-Error: price: member has an unexpected type" "$work/dead"
check "and where it came from" eval \
	'grep -q "^Mp-Subject: odd.okx.x.trade" "$work/dead" && grep -q "^Mp-Sequence: 1" "$work/dead"'
check "as it was" grep -qF '{"exchange_name":"okx","price":{}}' "$work/dead"
stop "${box_pid[odd]}"

box lost consume.stream=ODD consume.subjects="odd.>" consume.durable=lost \
	consume.max_deliver=1 consume.dead_letter=nowhere.x
up lost
check "no stream for dead letters: says so" wait_for 15 \
	grep -q "dead_letter_refused.*no stream takes" "$work/lost/log"
check "in health, too" on lost eval 'page /health | grep -q "dead-letter subject"'
check "and the message stays" eval 'info ODD lost && [ "$unacked" = 1 ]'

# --- the server goes away ---

stop "$nats_pid" KILL
check "the server dies: says so" wait_for 15 on lost eval \
	'[ "$(metric mpedge_consume_up)" = 0 ]'
start_nats
check "and is found again" wait_for 20 on lost metric_reaches 1 mpedge_consume_up
stop "${box_pid[lost]}"

# --- settings that would be a loop ---

box loop nats.enabled=true
"$mpedge" --check-config "$work/loop/config.ini" >"$work/said" 2>&1
check "what we publish to the stream we read: refused" grep -q \
	"consume.stream: is what the sink nats publishes to" "$work/said"
box loop consume.dead_letter=market.dead
"$mpedge" --check-config "$work/loop/config.ini" >"$work/said" 2>&1
check "dead letters into the stream we read: refused" grep -q \
	"consume.dead_letter: is one of consume.subjects" "$work/said"

finish || result=1
exit $result
