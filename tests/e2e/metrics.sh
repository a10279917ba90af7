#!/bin/bash
# /metrics of a collector with two venues of one exchange and all sinks: each
# family that tests/metrics.txt says moves here does, promtool has nothing to
# say against any of them, and a real Prometheus, with the job that the service
# replaced had, takes it and answers what its alert rules ask.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
prometheus=$servers/prometheus
promtool=$servers/promtool

# --- what is asked ---------------------------------------------------------

scrape() { page /metrics >"$work/page.txt" && [ -s "$work/page.txt" ]; }

# still RUN: families that are to move in it and were zero on every page so far
still() {
	scrape && awk '
		/^# TYPE / { name = $3; next }
		/^#/ { next }
		$NF != 0 { moved[name] }
		END { for (name in moved) print name }' \
		"$work/page.txt" >>"$work/moved-$1" &&
		awk -v run="$1" '
		FNR == NR { if ($2 == run) wanted[$1]; next }
		{ delete wanted[$1] }
		END { for (name in wanted) print name }' \
		tests/metrics.txt "$work/moved-$1" | sort
}

all_move() { still "$1" >"$work/still.txt" && [ ! -s "$work/still.txt" ]; }

# moves RUN: check that, and name those that do not
moves() {
	check "each family moves that is said to: $1" wait_for 60 all_move "$1"
	[ ! -s "$work/still.txt" ] || sed 's/^/# still: /' "$work/still.txt"
}

# Families that are in metrics.def and those of the page: none else.
known() {
	awk '/^# TYPE / { print $3 }' "$work/page.txt" | sort >"$work/shown"
	cut -d ' ' -f 1 tests/metrics.txt | sort >"$work/table"
	[ "$(wc -l <"$work/shown")" -ge 111 ] &&
		[ -z "$(comm -23 "$work/shown" "$work/table")" ]
}

tidy() { "$promtool" check metrics <"$work/page.txt"; }

# openmetrics ACCEPT: is it what such a client gets?
openmetrics() {
	curl -sS --max-time 5 -D "$work/head" -H "Accept: $1" \
		"http://127.0.0.1:$http_port/metrics" >"$work/open.txt"
	grep -qi '^content-type: application/openmetrics-text; version=1.0.0' \
		"$work/head"
}

ends() { [ "$(tail -n 1 "$work/open.txt")" = '# EOF' ]; }

# --- Prometheus ------------------------------------------------------------

start_prometheus() {
	prometheus_port=$(free_port)
	cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: python-collector
    metrics_path: /metrics
    static_configs:
      - targets: ['127.0.0.1:$http_port']
END
	"$prometheus" --config.file="$work/prometheus.yml" \
		--storage.tsdb.path="$work/tsdb" \
		--web.listen-address="127.0.0.1:$prometheus_port" \
		>"$work/prometheus.log" 2>&1 &
	started $!
}

# api PATH [NAME=VALUE]: an answer of its API
api() {
	curl -sS --max-time 5 -G ${2:+--data-urlencode "$2"} \
		"http://127.0.0.1:$prometheus_port/api/v1/$1"
}

# asks EXPRESSION [CONDITION OF JQ ON THE VALUE]: has it an answer?
asks() {
	api query "query=$1" | jq -e "[.data.result[].value[1] | tonumber |
		select(${2:-. == .})] | length > 0" >/dev/null
}

scraped() {
	api targets | jq -e '.data.activeTargets[0] |
		.health == "up" and .lastError == ""' >/dev/null
}

# The rules of the replaced service, as far as they ask; `up` of its own.
rules() {
	local rate='rate(marketprism_collector_messages_total[1m])'
	asks 'up{job="python-collector"}' '. == 1' &&
		asks 'sum(marketprism_exchange_connection_status)' '. > 0' &&
		asks 'marketprism_nats_connection_status' '. == 1' &&
		asks "sum($rate)" '. > 0' &&
		asks "sum by (exchange) (rate(marketprism_collector_errors_total[1m])) / sum by (exchange) ($rate)" &&
		asks 'histogram_quantile(0.95, sum by (le) (rate(marketprism_collector_processing_duration_seconds_bucket[1m])))' '. < 1' &&
		asks 'sum(rate(marketprism_nats_publishes_total{status="failed"}[1m])) / sum(rate(marketprism_nats_publishes_total[1m]))' '. < 0.1' &&
		asks 'marketprism_system_memory_usage_bytes' '. > 1000000' &&
		asks 'marketprism_system_cpu_usage_percent' '. >= 0 and . <= 100' &&
		asks 'marketprism_system_disk_usage_percent' '. > 0 and . <= 100' &&
		asks 'rate(marketprism_websocket_reconnects_total[1m])' &&
		asks 'marketprism_queue_size' &&
		asks 'time() - marketprism_collector_last_message_timestamp' \
			'. < 300'
}

# --- the run ---------------------------------------------------------------

begin metrics
start_sim_of binance --rate 300 --symbols BTCUSDT,ETHUSDT --seed 5 \
	--ping-ms 1000
start_sim_of binance_usdm --rate 200 --symbols BTCUSDT --seed 6 \
	--liquidations-ms 300
start_nats
start_redis
start_chdb
start_mpedge nats.enabled=true file.rotate_bytes=0 \
	clickhouse.enabled=true clickhouse.url="$chdb_url" \
	clickhouse.interval_ms=100 clickhouse.retry_ms=50 \
	redis.enabled=true redis.port="$redis_port" \
	journal.path="$work/journal" journal.size_bytes=4194304 \
	binance.symbols="BTC-USDT ETH-USDT" \
	binance_usdm.symbols=BTC-USDT-PERP \
	binance.backoff_min_ms=20 binance.backoff_max_ms=100 \
	binance_usdm.backoff_min_ms=20 binance_usdm.backoff_max_ms=100 \
	scheduler.audit_s=1 scheduler.coverage_s=2 scheduler.health_s=1 \
	scheduler.open_interest_s=2 scheduler.cross_check_s=1
check "everything is live" wait_for 30 connected
start_prometheus

# One of each of what goes wrong, one after the other.
ctl_of binance agesnap 2000
wait_for 30 metric_reaches 1 mpedge_scheduler_audits_undecided_total
ctl_of binance clear
ctl_of binance dupstrade ETHUSDT 20
ctl_of binance skip BTCUSDT
curl -sS --max-time 5 -X POST "http://127.0.0.1:$http_port/metrics" >/dev/null
kill -HUP "$mpedge_pid"
wait_for 30 metric_reaches 1 mpedge_market_book_resyncs_total
wait_for 30 metric_reaches 1 mpedge_market_duplicates_total
ctl_all reset

moves plain
check "at least 111 families, all of them in the table" known
check "promtool has nothing to say" tidy
check "those who ask get OpenMetrics" openmetrics \
	'application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1'
check "with its end" ends
check "others do not" eval "! openmetrics 'text/plain, */*'"
check "Prometheus takes it" wait_for 30 scraped
check "as OpenMetrics" wait_for 20 eval \
	"api targets/metadata metric=mpedge_build | grep -q '\"type\":\"info\"'"
check "it answers what the rules of the service replaced ask" \
	wait_for 30 rules

# Its calls are refused: first with errors, then for a minute.
ctl_of binance rest5xx 2
wait_for 30 metric_reaches 1 mpedge_rest_failures_total
ctl_of binance rest429 1 60
moves refused

# Killed, and started with servers that are not what they should be; records
# come from the stream that they went to.
stop "$mpedge_pid" KILL
stop "${sim_of[binance]}"
stop "${sim_of[binance_usdm]}"
sim_of=() sim_ports=() sim_files=()
start_sim_of okx --rate 200 --seed 7 \
	--symbols BTC-USDT-SWAP,SOL-USDT-SWAP,BTC-USDT
start_sim_of deribit --rate 200 --seed 8 --symbols BTC-PERPETUAL \
	--flag-delay-ms 500 --liquidations-ms 200
start_mpedge http.compat_metrics=false journal.path="$work/journal" \
	journal.size_bytes=4194304 file.rotate_bytes=0 \
	consume.enabled=true consume.durable=metrics consume.max_ack_pending=100 \
	redis.enabled=true redis.host=no.such.invalid \
	clickhouse.enabled=true clickhouse.url="${chdb_url/http:/https:}" \
	okx.symbols="*-USDT-PERP BTC-USDT NOPE-USDT" \
	deribit.symbols=BTC-USD-PERP okx.backoff_min_ms=20 \
	okx.backoff_max_ms=100 \
	scheduler.instruments_s=1 scheduler.audit_s=1 \
	scheduler.liquidations_s=1 scheduler.liquidation_delay_s=2 \
	scheduler.cross_check_s=1 scheduler.cross_quiet_s=2 \
	scheduler.funding_history_s=2
check "everything is live again" wait_for 30 connected
ctl_of okx delist SOL-USDT-SWAP
ctl_of okx preopen ADA-USDT-SWAP
echo 'no_such_key = 1' >>"$work/config.ini"
kill -HUP "$mpedge_pid"
ctl_of okx corrupt BTC-USDT 50
moves trouble
check "compat_metrics = false leaves its families out" \
	eval "! grep -q '^marketprism_' $work/page.txt"
check "and promtool has nothing to say" tidy
finish
