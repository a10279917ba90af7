#!/bin/bash
# usage: alarms.sh
# Alarms of the real binary: a stream that falls silent, a server that stops, a
# journal that fills and a clock that is off fire and are over again, in
# /health, /metrics, as records of the stream and at a webhook.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
secret=h00k-s3cret
token=t0ken-s3cret

alarms() { page /health | jq -e "[.alarms[] | $1]"; }

# fires RULE SUBJECT: and /health says so, without failing
fires() {
	page /health | jq -e --arg rule "$1" --arg subject "$2" '
		.status != "healthy" and .checks.alarms.status == "degraded" and
		any(.alarms[]; .rule == $rule and .state == "firing" and
			(.subject | startswith($subject)) and
			(.remedy | length) > 0)'
}

# over RULE: nothing of it, pending neither
over() {
	page /health | jq -e --arg rule "$1" \
		'any(.alarms[]; .rule == $rule) | not'
}

counted() { [ "$(metric "mpedge_alarm_$1" "rule=\"$2\"")" -ge "$3" ]; }

# recorded RULE STATE SUBJECT: an event in the stream
recorded() {
	dump_nats && awk -F '\t' -v s="alerts.box-1.$1" '$1 == s { print $2 }' \
		"$work/records.tsv" | jq -se --arg state "$2" --arg about "$3" '
		any(.[]; .state == $state and (.reason | contains($about)))'
}

# posted STATUS RULE SUBJECT: taken by the webhook
posted() {
	awk -F '\t' '$1 == 200 { print $4 }' "$work/hook.tsv" |
		jq -se --arg status "$1" --arg rule "$2" --arg about "$3" '
		any(.[] | select(.version == "4") | .alerts[];
			.status == $status and .labels.alertname == $rule and
			.labels.box == "box-1" and
			(.labels.subject | contains($about)) and
			(.startsAt | startswith("20")))'
}

# everywhere RULE SUBJECT: that it fired and that it is over
everywhere() {
	recorded "$1" firing "$2" && recorded "$1" ok "$2" &&
		posted firing "$1" "$2" && posted resolved "$1" "$2"
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$hook_port") 2>/dev/null; }

no_secrets() {
	local path
	for path in / /status /health /metrics; do
		page $path >"$work/page" && ! grep -qE "$secret|$token" \
			"$work/page" || return 1
	done
	! grep -qE "$secret|$token" "$work/mpedge.log" "$work/mpedge.out"
}

begin alarms
hook_port=$(free_port)
node tests/tools/webhook.js "$hook_port" "$work/hook.tsv" 2 \
	>"$work/hook.log" 2>&1 &
hook_pid=$!
started $hook_pid
wait_for 20 listens || not_ok "the webhook's receiver starts"
start_sim --rate 1000 --symbols BTCUSDT,ETHUSDT
start_nats
start_mpedge box.name=box-1 binance.channels="trade orderbook" \
	nats.enabled=true file.enabled=false \
	nats.ack_timeout_ms=1000 \
	alarms.data_interruption_s=3 alarms.data_interruption_hold_s=1 \
	alarms.sink_stalled_s=3 alarms.sink_stalled_hold_s=1 \
	alarms.journal_filling_percent=5 alarms.journal_filling_hold_s=1 \
	alarms.clock_off_ms=20000 alarms.clock_off_hold_s=1 \
	alarms.webhook="http://127.0.0.1:$hook_port/$secret" \
	alarms.webhook_token=$token
wait_for 20 connected
check "all is well: no alarm" wait_for 20 eval \
	'alarms . | jq -e "length == 0"'

ctl clock 60000
check "a clock that is off" wait_for 30 fires clock_off binance
ctl clock 0
check "... is over" wait_for 30 over clock_off

ctl silentall
check "streams without data" wait_for 30 fires data_interruption \
	binance:BTCUSDT:trade
check "... are counted" counted firing data_interruption 2
ctl clear
check "... are over" wait_for 30 over data_interruption

kill -STOP "$nats_pid"
check "a server that does not confirm" wait_for 30 fires sink_stalled nats
check "a journal that fills" wait_for 30 fires journal_filling journal
kill -CONT "$nats_pid"
check "... it goes on" wait_for 60 over sink_stalled
check "... and is emptied" wait_for 60 over journal_filling
check "all is well again" wait_for 30 eval \
	'page /health | jq -e ".alarms == [] and
		.checks.alarms.status == \"healthy\""'

check "the clock: told in the stream and by POST" \
	wait_for 20 everywhere clock_off binance
check "the streams: ..." \
	wait_for 20 everywhere data_interruption binance:ETHUSDT:trade
check "the sink: ..." wait_for 20 everywhere sink_stalled nats
check "the journal: ..." wait_for 20 everywhere journal_filling journal
check "a POST that was refused was made again" eval \
	'[ "$(grep -c ^503 "$work/hook.tsv")" = 2 ] &&
	[ "$(metric mpedge_webhook_retries_total)" = 2 ] &&
	[ "$(metric mpedge_webhook_dropped_total)" = 0 ]'
check "to the address, with the token" eval \
	'! cut -f 2,3 "$work/hook.tsv" | grep -vxF "/'$secret$'\t''Bearer '$token'"'
check "secrets are not told" no_secrets
stop "$mpedge_pid"

# --- a stream that was made without alerts.>, a receiver that is dead ---

stop "$nats_pid"
stop "$hook_pid"
rm -rf "$work/nats" "$work/mpedge.log"
start_nats
"$tools/nats_pump" stream "$nats_url" MARKET_DATA "market.>" 0
start_mpedge
check "a stream without alerts.> is named" \
	wait_for 20 grep -q event=stream_without_alerts "$work/mpedge.log"
ctl clock 60000
check "... alarms come like other events" wait_for 30 eval \
	'dump_nats && grep -q "^market.*alertsx2ebox-1x2eclock_off.event" \
		"$work/records.tsv"'
check "... and hold up nobody" wait_for 20 metric_reaches \
	$(($(metric mpedge_sink_confirmed_total) + 500)) \
	mpedge_sink_confirmed_total
check "nor does a receiver that is dead" wait_for 20 metric_reaches 1 \
	mpedge_webhook_retries_total
stop "$mpedge_pid"
check "SIGTERM: ended by itself" [ "$status" = 0 ]
finish
