#!/bin/bash
# usage: rules.sh
# The alert rules of docs/prometheus: promtool takes them, their tests pass, and
# over what a running mpedge says at /metrics none fires while all is well, and
# those fire that should while the venue and the server are away.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
promtool=${PROMTOOL:-build/deps/tools/promtool}
rules=docs/prometheus

# A test of promtool over two scrapes that are taken to be half a minute apart, and
# to go on like that.  What holds a time is moved to where the test's begins, and
# what is of this machine and not of mpedge is left out.
# make_test BEFORE AFTER EXPRESSION [LABELS...]: nothing but what is given
make_test() {
	local before=$1 after=$2 expression=$3
	shift 3
	echo "rule_files:"
	printf "  - '%s'\n" "$PWD"/$rules/*-rules.yml
	printf 'evaluation_interval: 1m\ntests:\n  - interval: 30s\n'
	echo "    input_series:"
	echo "      - series: 'up{job=\"python-collector\",instance=\"box\"}'"
	echo "        values: '1x240'"
	awk '/^#/ || !/^(mpedge|marketprism)_/ { next }
		/^marketprism_system_(cpu|disk)_/ { next }
		{ name = $0; sub(/ [^ ]*$/, "", name) }
		FNR == NR { old[name] = $NF; next }
		name in old {
			from = old[name] + 0
			step = $NF - from
			if (name ~ /_timestamp({|$)/) {
				if (step > 0)
					step = 30
				from = step > 0 ? 0 : -1000
			}
			gsub(/\047/, "\047\047", name)
			printf "      - series: \047%s\047\n", name
			printf "        values: \047%.9g%+.9gx240\047\n", from, step
		}' "$before" "$after"
	echo "    promql_expr_test:"
	echo "      - expr: '$expression'"
	echo "        eval_time: 110m"
	[ $# -eq 0 ] || echo "        exp_samples:"
	while [ $# -gt 0 ]; do
		echo "          - labels: '$1'"
		echo "            value: 1"
		shift
	done
}

# fire NAMES...: those alerts fire, of those whose names begin so, and no other
fire() {
	local begin=$1 name labels=()
	shift
	for name; do
		labels+=("{alertname=\"$name\"}")
	done
	make_test "$work/before" "$work/after" \
		"max by (alertname) (ALERTS{alertstate=\"firing\",alertname=~\"$begin.*\"})" \
		"${labels[@]}" >"$work/test.yml"
	"$promtool" test rules "$work/test.yml"
}

begin rules
check "promtool takes the rules" "$promtool" check rules $rules/*-rules.yml
cp image/prometheus/prometheus.yml $rules/*-rules.yml "$work"
check "... and the configuration, which finds them" eval \
	'"$promtool" check config "$work/prometheus.yml" >"$work/config" 2>&1 &&
	[ "$(grep -c "mpedge-rules.yml$\|marketprism-rules.yml$" "$work/config")" = 2 ]'
check "their tests pass" "$promtool" test rules tests/prometheus/*.yml

start_sim --rate 300 --symbols BTCUSDT,ETHUSDT
start_nats
start_mpedge nats.enabled=true binance.channels="trade orderbook" \
	box.name=box-1
wait_for 20 connected
wait_for 20 metric_reaches 100 mpedge_sink_confirmed_total 'sink="nats"'

confirmed() { metric mpedge_sink_confirmed_total 'sink="nats"'; }

# live BEGIN: two scrapes with some seconds of the market between them
live() {
	page /metrics >"$work/before"
	wait_for 30 eval "[ \$(confirmed) -ge $(($(confirmed) + 500)) ]"
	page /metrics >"$work/after"
	fire "$1"
}

# A machine that stands still for a second is late for its trades.
check "a live /metrics: nothing of ours fires" wait_for 60 live Mpedge
old_names() { grep -q '^marketprism_collector_messages_total' "$work/after"; }
if old_names; then
	# But for those of the machine, which may well be busy or full.
	check "... nor of the service replaced" wait_for 60 \
		live 'MarketPrism([^H]|High[EMP])'
else
	echo "skip rules: the rules of the service replaced: its names are not" \
		"in /metrics"
fi

stop "$nats_pid" KILL
wait_for 20 eval 'metric_reaches 1 mpedge_sink_behind_bytes "sink=\"nats\"" &&
	[ "$(metric mpedge_sink_up "sink=\"nats\"")" = 0 ]'
stop "$sim_pid" KILL
wait_for 20 eval '[ "$(metric mpedge_feed_up)" = 0 ]'
page /metrics >"$work/before"
cp "$work/before" "$work/after"
check "without a server: the sink's alert fires" fire MpedgeSink MpedgeSinkStalled
if old_names; then
	check "without venue and server: what should of the service replaced" \
		fire 'MarketPrism[^HQ]' MarketPrismAllExchangesDisconnected \
		MarketPrismDataStale MarketPrismExchangeDisconnected \
		MarketPrismMessageProcessingStopped MarketPrismNATSDisconnected
fi
stop "$mpedge_pid"
finish
