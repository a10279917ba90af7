#!/bin/bash
# usage: monitoring.sh
# The dashboard and the settings of Prometheus, by a real Prometheus that scrapes a
# real collector: every metric the dashboard asks for is one of the table, every
# query is answered, and curves of what surely happens are there.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
begin monitoring
board=image/grafana/mpedge.json
prometheus=${SERVERS:-build/deps/tools}/prometheus
promtool=${SERVERS:-build/deps/tools}/promtool

# --- what can be seen by reading

check "the dashboard is made of dashboard.jq" cmp $board \
	<(jq -n -f image/grafana/dashboard.jq)
check "it has the form of a dashboard" jq -e -f tests/tools/dashboard.jq $board
# The names of the table, with what a histogram makes of them.
"$mpedge" --print metrics | awk -F '`' '/^\| `mpedge_/ {
	print $2
	if ($3 ~ /histogram/)
		for (n = split("bucket sum count", part, " "); n; n--)
			print $2 "_" part[n] }' | sort -u >"$work/table"
queries() { jq -r '.panels[].targets[]?.expr, .annotations.list[].expr' $board; }
names() { { queries; jq -r '.templating.list[].query' $board; } |
	grep -o 'mpedge_[a-z0-9_]*' | sort -u; }
check "it has names to check" test "$(names | wc -l)" -gt 30
check "every metric in it is one of the table" test -z \
	"$(names | comm -23 - "$work/table" | tee "$work/unknown")"
check "and every one that docs/migration names" test -z "$(grep -ho \
	'`mpedge_[a-z0-9_]*`' docs/migration/*.md | tr -d '`' | sort -u |
	comm -23 - "$work/table" | tee "$work/unknown")"
check "prometheus.yml" "$promtool" check config image/prometheus/prometheus.yml
check "its job has the old name" grep -q 'job_name: python-collector$' \
	image/prometheus/prometheus.yml

# --- a Prometheus that scrapes

start_sim --rate 200 --symbols BTCUSDT,ETHUSDT
start_mpedge
prometheus_port=$(free_port)
sed -e "s/mpedge:8080/127.0.0.1:$http_port/" -e 's/_interval: 15s/_interval: 1s/' \
	-e "s|\*-rules.yml|$PWD/docs/prometheus/*-rules.yml|" \
	image/prometheus/prometheus.yml >"$work/prometheus.yml"
"$prometheus" --config.file="$work/prometheus.yml" \
	--storage.tsdb.path="$work/tsdb" --log.level=warn \
	--web.listen-address="127.0.0.1:$prometheus_port" \
	>"$work/prometheus.log" 2>&1 &
started $!

# query EXPR: the answer of Prometheus
query() {
	curl -sS --max-time 10 --data-urlencode "query=$1" \
		"http://127.0.0.1:$prometheus_port/api/v1/query"
}

# has EXPR: a value that is not zero
has() {
	query "$1" | jq -e '.status == "success" and
		any(.data.result[]; .value[1] | tonumber > 0)'
}

check "it is scraped as python-collector" wait_for 60 \
	has 'up{job="python-collector"}'
check "what it scrapes is counted" wait_for 60 \
	has 'sum(rate(mpedge_market_messages_total[30s]))'
check "every sample has a place" test -z "$(query \
	'scrape_samples_scraped - scrape_samples_post_metric_relabeling' |
	jq -r '.data.result[] | select(.value[1] != "0")')"

check "the rules are there" test "$(curl -sS --max-time 10 \
	"http://127.0.0.1:$prometheus_port/api/v1/rules" |
	jq '[.data.groups[].rules[]] | length')" -gt 17
# A dashboard's variables are Grafana's to fill in.
bad=0
asked=0
while read -r expr; do
	expr=${expr//\$__rate_interval/30s}
	expr=${expr//\$__interval/30s}
	expr=${expr//\$box/.*}
	expr=${expr//\$venue/.*}
	asked=$((asked + 1))
	query "$expr" | jq -e '.status == "success"' >"$work/answer" 2>&1 || {
		bad=$((bad + 1))
		echo "# $expr: $(query "$expr" | head -c 300)"
	}
done <<<"$(queries)"
check "all $asked queries of the dashboard are understood" test $bad = 0
for name in mpedge_feed_up mpedge_records_published_total mpedge_sink_confirmed_total \
	mpedge_process_resident_bytes mpedge_market_books_live; do
	check "there is a $name" wait_for 60 has "sum($name)"
done
check "a quantile is a number" wait_for 60 has 'histogram_quantile(0.99,
	sum by (le) (rate(mpedge_feed_receive_delay_seconds_bucket[30s])))'
finish || result=1
exit $result
