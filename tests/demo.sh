#!/bin/bash
# The collector against the exchange simulator, with the embedded default: the
# journal in RAM and a JSON-lines file.  Runs until it is interrupted, or for
# DEMO_SECONDS when that is set.
set -u
cd "$(dirname "$0")/.." || exit 1
dir=build/demo
port=${DEMO_PORT:-8080}
mkdir -p "$dir"
rm -f "$dir"/*.jsonl* "$dir/ports" "$dir"/*.log

stop() {
	trap - EXIT INT TERM
	kill "${collector:-}" 2>/dev/null && wait "$collector" 2>/dev/null
	kill "${simulator:-}" 2>/dev/null && wait "$simulator" 2>/dev/null
	echo "stopped; the records are in $dir/records.jsonl"
}

# wait_until SECONDS COMMAND...: poll until it succeeds.
wait_until() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -rt 0.1 <> <(:) || :
	done
}

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
page() { curl -fs "http://127.0.0.1:$port$1"; }
counted() { page /metrics | grep -q '^mpedge_market_messages_total{.*} [1-9]'; }
value() { sed -n "s/^$1=//p" "$dir/ports"; }

while in_use "$port"; do port=$((port + 1)); done
trap 'stop; exit 0' INT TERM
trap stop EXIT

build/exchange-sim --dir "$dir" --symbols BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT \
	--rate 500 --seed 1 >"$dir/simulator.log" 2>&1 &
simulator=$!
wait_until 10 test -s "$dir/ports" || {
	echo "the simulator did not start:"
	cat "$dir/simulator.log"
	exit 1
}
cat >"$dir/mp.ini" <<INI
[box]
name = demo
[http]
listen = 127.0.0.1:$port
[tls]
ca_file = $dir/ca.pem
[binance]
symbols = BTC-USDT ETH-USDT SOL-USDT BNB-USDT
ws_host = localhost
ws_port = $(value ws)
rest_host = localhost
rest_port = $(value rest)
[file]
path = $dir/records.jsonl
INI
build/mpedge "$dir/mp.ini" 2>"$dir/mpedge.log" &
collector=$!
if ! wait_until 20 counted; then
	echo "the collector did not count a record; its log:"
	cat "$dir/mpedge.log"
	exit 1
fi
cat <<TEXT

mpedge is collecting from a simulated exchange.

  page      http://127.0.0.1:$port/
  health    http://127.0.0.1:$port/health
  metrics   http://127.0.0.1:$port/metrics
  status    http://127.0.0.1:$port/status
  records   $dir/records.jsonl
  log       $dir/mpedge.log
  settings  $dir/mp.ini

Ctrl-C ends it.
TEXT
if [ -n "${DEMO_SECONDS:-}" ]; then
	wait_until "$DEMO_SECONDS" false
	exit 0
fi
wait "$collector"
