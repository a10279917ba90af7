#!/bin/bash
# usage: operate.sh
# The program as its operator meets it: options, settings that are wrong, pages,
# signals, the end; and that nothing is allocated once it runs.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
counted=${COUNTED:-build/x86_64-release/mpedge-counted}


begin operate

check "--version" exits 0 "$mpedge" --version
check "--help" exits 0 "$mpedge" --help
for table in schema ddl config metrics states limits environment; do
	check "--print $table" exits 0 "$mpedge" --print $table
done
check "an option that is not there: 64" exits 64 "$mpedge" --nonsense
check "no file: 64" exits 64 "$mpedge"
check "a file that is not there: 78" exits 78 "$mpedge" "$work/none.ini"

# bad NAME LINES WANTED: refused with file, line, key and what is right
bad() {
	printf "$2" >"$work/bad.ini"
	check "$1: 78" exits 78 "$mpedge" "$work/bad.ini"
	check "$1: file, line and key" says "bad.ini:$3"
	check "$1: --check-config says the same" exits 78 "$mpedge" \
		--check-config "$work/bad.ini"
}
bad "unknown key" "[binance]\nsymbolz = BTCUSDT\n" "2: binance.symbolz"
bad "unknown section" "[nowhere]\nkey = 1\n" "2: nowhere: there is no such section"
bad "not a number" "[http]\n[nats]\nwindow = many\n" "3: nats.window"
bad "out of range" "[binance]\nws_port = 70000\n" "2: binance.ws_port"
printf "[nats]\nenabled = true\nuser = a\ntoken = b\n" >"$work/bad.ini"
check "two ways to log in: 78" exits 78 "$mpedge" "$work/bad.ini"
check "two ways to log in: what there is" says "nats.user: give one of"

start_sim --rate 500 --symbols BTCUSDT,ETHUSDT --depth 50
start_nats
settings=(nats.enabled=true box.drain_ms=2000)
start_mpedge "${settings[@]}"
check "--check-config of a good file" exits 0 "$mpedge" --check-config \
	"$work/config.ini"
in_step() { [ "$(metric mpedge_market_books_live)" = 2 ]; }
check "collects" wait_for 15 in_step

code() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$http_port$1"; }
healthy() { page /health | grep -q '"status":"healthy"'; }
check "/health is JSON and healthy" wait_for 10 healthy
check "/health 200" test "$(code /health)" = 200
check "/livez 200" test "$(code /livez)" = 200
check "/readyz 200" test "$(code /readyz)" = 200
check "/status is JSON" jq -e . <(page /status)
check "/ is a page" grep -qi "<html" <(page /)
check "no such page: 404" test "$(code /none)" = 404
# Every sample line is `name{labels} number`, every name has a type.
prometheus() {
	page /metrics | awk '/^# TYPE / { type[$3] = 1; next }
		/^#/ { next }
		{ name = $1; sub(/\{.*/, "", name)
		  base = name; sub(/_(bucket|sum|count)$/, "", base)
		  if (!(name in type) && !(base in type)) bad = 1
		  if ($NF !~ /^[-+0-9.e]+$|Inf$/) bad = 1
		  n++ }
		END { exit bad || n < 100 }'
}
check "/metrics is Prometheus text" prometheus
check "a request that is none" eval \
	"printf 'nonsense\r\n\r\n' >/dev/tcp/127.0.0.1/$http_port"
check "still answers" test "$(code /livez)" = 200

kill -HUP "$mpedge_pid"
check "SIGHUP is accepted" wait_for 10 grep -q "event=reloaded" \
	"$work/mpedge.log"
taken_port=$http_port
check "a port that is taken: 1" exits 1 "$mpedge" "$work/config.ini"
check "and the log says which" says "$taken_port"
stop "$mpedge_pid"
check "SIGTERM ends with 0" test "$status" = 0
check "and drained" grep -q "event=drained complete=true" "$work/mpedge.log"
check "what was confirmed is right" verify_nats

: >"$work/mpedge.log"
start_mpedge
wait_for 10 in_step
stop "$nats_pid" KILL
began=$SECONDS
stop "$mpedge_pid"
check "SIGTERM while NATS is away ends with 0" test "$status" = 0
check "after drain_ms" test $((SECONDS - began)) -le 4
check "and says what is left" grep -q "event=drained complete=false" \
	"$work/mpedge.log"

# The journal carries on where it was; a second process must not touch it.
settings=(journal.path="$work/journal" journal.size_bytes=4194304)
start_mpedge "${settings[@]}"
wait_for 10 in_step
sed 's/^listen = .*/listen = 127.0.0.1:0/' "$work/config.ini" >"$work/two.ini"
check "a journal in use: 78" exits 78 "$mpedge" "$work/two.ini"
check "and the log says so" says "journal: is in use"
stop "$mpedge_pid"

# A ban by the venue outlives the process.
: >"$work/mpedge.log"
start_mpedge box.state_path="$work/state" file.enabled=true
wait_for 10 in_step
ctl rest418 12
ctl skip BTCUSDT
check "banned" wait_for 10 grep -q "event=paused.*error=banned" \
	"$work/mpedge.log"
check "the ban is in the state file" wait_for 10 grep -q \
	"^rest binance BANNED" "$work/state"
stop "$mpedge_pid" KILL
: >"$work/mpedge.log"
start_mpedge
check "killed and started: still banned" wait_for 10 grep -q \
	"event=paused.*error=banned.*said before the restart" "$work/mpedge.log"
check "in step when the ban is over" wait_for 25 in_step
check "no call before that" test "$(sim_stat violations)" = 0
stop "$mpedge_pid"

# Allocations are counted in the first eight bytes of a file.
allocations() { od -An -t u8 -N 8 "$work/allocations" | tr -d ' '; }
truncate -s 4096 "$work/allocations"
mpedge=$counted
ALLOCATIONS=$work/allocations start_mpedge binance.book_interval_s=1
check "a build that counts allocations collects" wait_for 15 in_step
check "it counts" test "$(allocations)" -gt 0
before=$(allocations)
messages=$(metric mpedge_market_messages_total)
check "a thousand messages later" wait_for 10 metric_reaches \
	$((messages + 1000)) mpedge_market_messages_total
check "nothing was allocated" test "$(allocations)" = "$before"
stop "$mpedge_pid"
finish || result=1
exit $result
