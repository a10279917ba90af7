# mpedge.json is made from this: jq -n -f image/grafana/dashboard.jq
# One line a panel: its title, unit, and for each curve a query and a legend.
# $box and $venue are the variables at the top of the page.

def q($expr; $legend): { expr: $expr, legendFormat: $legend };
def row($title): { type: "row", title: $title, w: 24, h: 1 };
def graph($title; $unit; $queries):
	{ type: "timeseries", title: $title, unit: $unit, queries: $queries, w: 8, h: 7 };
def number($title; $unit; $query):
	{ type: "stat", title: $title, unit: $unit, queries: [q($query; "{{instance}}")], w: 4, h: 4 };
# Red from $bad on (or, of what should be high, below it).
def alarm($steps): . + { steps: $steps };
def zero_is_good: alarm([{ color: "green", value: null }, { color: "red", value: 1 }]);
def one_is_good: alarm([{ color: "red", value: null }, { color: "green", value: 1 }]);
def sel($metric): if ($metric | test("^mpedge_(feed|market|rest|records|skipped|scheduler)_"))
	then "instance=~\"$box\", venue=~\"$venue\"" else "instance=~\"$box\"" end;
def rate($metric; $by): "sum by (\($by)) (rate(\($metric){\(sel($metric))}[$__rate_interval]))";
def now($metric; $by): "sum by (\($by)) (\($metric){\(sel($metric))})";
def quantile($q; $metric; $by):
	"histogram_quantile(\($q), sum by (le, \($by)) (rate(\($metric)_bucket{\(sel($metric))}[$__rate_interval])))";
def tail($metric; $by; $legend):
	[q(quantile(0.5; $metric; $by); "p50 \($legend)"), q(quantile(0.99; $metric; $by); "p99 \($legend)")];

[
row("What it does now"),
(number("Scraped"; "none"; "up{job=\"python-collector\", instance=~\"$box\"}") | one_is_good),
number("Connections live"; "none"; now("mpedge_market_connections_live"; "instance")),
(number("Connections missing"; "none"; "sum by (instance) (mpedge_market_connections{\(sel("mpedge_market_"))} - mpedge_market_connections_live)") | zero_is_good),
(number("Books not in step"; "none"; "sum by (instance) (mpedge_market_books{\(sel("mpedge_market_"))} - mpedge_market_books_live)") | zero_is_good),
number("Symbols"; "none"; now("mpedge_market_symbols"; "instance")),
number("Up for"; "s"; now("mpedge_process_uptime_seconds"; "instance")),

row("Market data"),
graph("Messages"; "msg/s"; [q(rate("mpedge_market_messages_total"; "venue"); "{{venue}}")]),
graph("Records by type"; "rec/s"; [q(rate("mpedge_records_published_total"; "type"); "{{type}}")]),
graph("Received bytes"; "Bps"; [q(rate("mpedge_feed_bytes_bytes_total"; "venue"); "{{venue}}")]),
graph("From the venue's time to ours"; "s"; tail("mpedge_feed_venue_delay_seconds"; "venue"; "{{venue}}")),
graph("From the kernel to the program"; "s"; tail("mpedge_feed_receive_delay_seconds"; "venue"; "{{venue}}")),
graph("Age of the last message"; "s"; [q("max by (venue) (mpedge_feed_last_message_age_seconds{\(sel("mpedge_feed_"))})"; "{{venue}}")]),

row("Is it whole?"),
graph("Holes"; "none"; [q(rate("mpedge_market_gaps_total"; "venue"); "found/s {{venue}}"), q(now("mpedge_market_holes"; "venue"); "being filled {{venue}}")]),
graph("Trades fetched for holes"; "rec/s"; [q(rate("mpedge_market_backfilled_total"; "venue"); "{{venue}}")]),
graph("Duplicates dropped"; "rec/s"; [q(rate("mpedge_market_duplicates_total"; "venue"); "{{venue}}")]),
graph("Books started again"; "short"; [q(rate("mpedge_market_book_resyncs_total"; "venue"); "after a hole {{venue}}"), q(rate("mpedge_market_book_crossed_total"; "venue"); "crossed {{venue}}"), q(rate("mpedge_market_book_checksum_total"; "venue"); "checksum {{venue}}")]),
graph("Books compared with the venue's"; "none"; [q(now("mpedge_scheduler_audits_agreed_total"; "venue"); "agreed {{venue}}"), q(now("mpedge_scheduler_audits_differed_total"; "venue"); "differed {{venue}}")]),
graph("Messages that are no records"; "msg/s"; [q("\(rate("mpedge_skipped_messages_total"; "venue, reason")) > 0"; "{{venue}} {{reason}}")]),

row("Connections"),
graph("Live"; "none"; [q(now("mpedge_feed_up"; "connection"); "{{connection}}")]),
graph("Ended without being asked to"; "short"; [q(rate("mpedge_feed_failures_total"; "venue"); "{{venue}}"), q(rate("mpedge_feed_silences_total"; "venue"); "silent {{venue}}")]),
graph("Time to recover"; "s"; tail("mpedge_feed_recovery_seconds"; "venue"; "{{venue}}")),
graph("REST: weight used"; "percentunit"; [q("mpedge_rest_weight_used{\(sel("mpedge_rest_"))} / mpedge_rest_weight_limit"; "{{venue}}")]),
graph("REST: calls"; "reqps"; [q(rate("mpedge_rest_requests_total"; "venue"); "{{venue}}"), q(rate("mpedge_rest_failures_total"; "venue"); "failed {{venue}}"), q(rate("mpedge_rest_limited_total"; "venue"); "429 {{venue}}"), q(rate("mpedge_rest_banned_total"; "venue"); "418 {{venue}}")]),
graph("REST: must pause for"; "s"; [q(now("mpedge_rest_paused_seconds"; "venue"); "{{venue}}")]),

row("Journal and sinks"),
graph("Journal waits for the slowest sink"; "percentunit"; [q("mpedge_journal_backlog_bytes{\(sel("mpedge_journal_"))} / mpedge_journal_size_bytes"; "{{instance}}")]),
graph("Confirmed"; "rec/s"; [q(rate("mpedge_sink_confirmed_total"; "sink"); "{{sink}}")]),
graph("Confirmed after"; "s"; tail("mpedge_sink_latency_seconds"; "sink"; "{{sink}}")),
graph("Reachable"; "none"; [q("min by (sink) (mpedge_sink_up{\(sel("mpedge_sink_"))})"; "{{sink}}")]),
graph("Behind"; "bytes"; [q(now("mpedge_sink_behind_bytes"; "sink"); "{{sink}}")]),
graph("Lost, passed over, failed"; "short"; [q(rate("mpedge_sink_lost_total"; "sink"); "lost {{sink}}"), q(rate("mpedge_sink_passed_over_total"; "sink"); "passed over {{sink}}"), q(rate("mpedge_sink_errors_total"; "sink"); "tried again {{sink}}")]),
graph("Journal in memory"; "none"; [q(now("mpedge_journal_in_memory"; "instance"); "{{instance}}"), q(rate("mpedge_journal_sync_errors_total"; "instance"); "failed writes/s {{instance}}")]),
graph("Written to the disk"; "Bps"; [q(rate("mpedge_journal_written_bytes_total"; "instance"); "{{instance}}")]),
graph("ClickHouse rows"; "rec/s"; [q(rate("mpedge_clickhouse_rows_total"; "instance"); "{{instance}}"), q(rate("mpedge_clickhouse_parked_rows_total"; "instance"); "dead letters {{instance}}")]),

row("The program"),
graph("CPU"; "percentunit"; [q(rate("mpedge_process_cpu_seconds_total"; "instance"); "{{instance}}")]),
graph("Resident memory"; "bytes"; [q(now("mpedge_process_resident_bytes"; "instance"); "{{instance}}")]),
graph("Work of one turn of the loop"; "s"; tail("mpedge_process_loop_turn_seconds"; "instance"; "{{instance}}"))
]
# --- layout: from left to right, a new line where the next does not fit
| reduce .[] as $p ({ x: 0, y: 0, tall: 0, id: 1, panels: [] };
	(if .x + $p.w > 24 then .x = 0 | .y += .tall | .tall = 0 else . end)
	| .panels += [{ id, type: $p.type, title: $p.title, gridPos: { x, y, w: $p.w, h: $p.h } }
		+ if $p.type == "row" then { collapsed: false, panels: [] } else {
			datasource: { type: "prometheus", uid: "${datasource}" },
			targets: [$p.queries | to_entries[] | {
				refId: ([65 + .key] | implode),
				datasource: { type: "prometheus", uid: "${datasource}" } } + .value],
			fieldConfig: { defaults: ({ unit: $p.unit, min: 0 }
				+ if $p.steps then { thresholds: { mode: "absolute", steps: $p.steps } } else {} end),
				overrides: [] },
			options: (if $p.type == "stat"
				then { colorMode: (if $p.steps then "background" else "value" end), graphMode: "area",
					reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false } }
				else { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } } end)
		} end]
	| .x += $p.w | .id += 1 | .tall = ([.tall, $p.h] | max))
| {
	uid: "mpedge", title: "mpedge", tags: ["mpedge", "market-data"], editable: true,
	schemaVersion: 36, version: 1, refresh: "15s", timezone: "utc",
	time: { from: "now-1h", to: "now" },
	templating: { list: [
		{ name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
		{ name: "box", label: "Box", type: "query", refresh: 2, multi: true, includeAll: true,
			allValue: ".*", current: { text: "All", value: "$__all" },
			datasource: { type: "prometheus", uid: "${datasource}" },
			query: "label_values(mpedge_process_uptime_seconds, instance)" },
		{ name: "venue", label: "Venue", type: "query", refresh: 2, multi: true, includeAll: true,
			allValue: ".*", current: { text: "All", value: "$__all" },
			datasource: { type: "prometheus", uid: "${datasource}" },
			query: "label_values(mpedge_market_messages_total, venue)" }] },
	annotations: { list: [{ name: "Restarts", enable: true, iconColor: "orange",
		datasource: { type: "prometheus", uid: "${datasource}" },
		expr: "changes(mpedge_process_start_time_seconds{instance=~\"$box\"}[$__interval]) > 0" }] },
	panels
}
