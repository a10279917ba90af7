#!/bin/bash
# usage: full.sh [RUN...]
# Servers without room.  A sink waits, the others go on, and once there is room
# everything arrives.
#
#   limit   nats-server: max_file_store is reached, later raised
#   disk    nats-server: writing to its files fails, later no more

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
symbols=BTCUSDT,ETHUSDT,SOLUSDT
result=0

collect() {
	begin "full-$1"
	shift
	unset sim_ws nats_port http_port
	start_sim --rate 1000 --symbols $symbols --depth 100 --seed 5
	"$@" || return
	start_mpedge binance.symbols="${symbols//,/ }" nats.enabled=true \
		nats.reconnect_ms=100 nats.stream_max_bytes=-1 \
		nats.ack_timeout_ms=1000 file.enabled=true \
		file.rotate_bytes=0 journal.size_bytes=67108864
	check "collects" wait_for 20 metric_reaches 1000 \
		mpedge_sink_confirmed_total 'sink="nats"'
}

# nats_with BYTES: a server with this much room
nats_with() {
	nats_port=${nats_port:-$(free_port)}
	mkdir -p "$work/nats"
	printf 'listen: "127.0.0.1:%s"\njetstream { store_dir: "%s"\n' \
		"$nats_port" "$work/nats" >"$work/nats.conf"
	printf 'max_file_store: %s\nmax_memory_store: 1MB }\n' "$1" \
		>>"$work/nats.conf"
	nats_url=nats://127.0.0.1:$nats_port
	"$nats_server" -c "$work/nats.conf" >>"$work/nats.log" 2>&1 &
	nats_pid=$!
	started $nats_pid
	wait_for 20 nats_ready || not_ok "nats-server starts"
}

sink_down() { [ "$(metric mpedge_sink_up "sink=\"$1\"")" = 0 ]; }

nats_says() { page /status | grep -qi -- "$1"; }

confirmed() { metric mpedge_sink_confirmed_total "sink=\"$1\""; }

# The sink of nats stands still, the file goes on.
file_goes_on() {
	local file=$(($(confirmed file) + 2000)) nats
	nats=$(confirmed nats)
	wait_for 20 metric_reaches $file mpedge_sink_confirmed_total \
		'sink="file"' || return 1
	echo "nats $nats, then $(confirmed nats)"
	[ $(($(confirmed nats) - nats)) -lt 500 ]
}

delivered() {
	[ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}

proof() {
	check "NATS has room again" wait_for 30 eval '! sink_down nats'
	check "all of it arrived" eval 'stop_market && wait_for 60 delivered'
	check "every trade once and in order, every book right" \
		verify_nats -t -l 100
	check "the file holds the same" verify_file -t -l 100
	check "nothing was lost on the way to a sink" \
		test "$(metric mpedge_sink_lost_total)" = 0
	finish || result=1
}

run_limit() {
	collect limit nats_with 4MB
	check "the sink says that NATS has no room" wait_for 60 sink_down nats
	check "and why" nats_says "insufficient\|resource\|space\|storage"
	check "the file goes on" file_goes_on
	stop "$nats_pid"
	nats_with 1GB
	proof
}

# What a full disk does to a write; the server finds its own way out of it by
# being started again.
run_disk() {
	collect disk nats_with 1GB
	prlimit --pid "$nats_pid" --fsize=1000000:
	check "the sink says that NATS stores nothing" \
		wait_for 60 sink_down nats
	check "and why" nats_says "refuses: write .*too large"
	check "the file goes on" file_goes_on
	stop "$nats_pid" KILL
	nats_with 1GB
	proof
}

for run in ${@:-limit disk}; do
	"run_$run"
done
exit $result
