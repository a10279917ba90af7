#!/bin/bash
# usage: scheduler.sh [PART...]
# What is done at intervals: /scheduler, coverage, audits of books (a book that
# was made wrong in silence is found; one that is right is never suspected, with
# snapshots that are late and old), liquidations that Deribit flags late, trades
# that stay away while prices move, and REST that answers with other things than
# answers.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

# Every job as often as it can be.
often="scheduler.audit_s=1 scheduler.coverage_s=2 scheduler.health_s=1
	scheduler.open_interest_s=5 scheduler.cross_check_s=1
	scheduler.liquidations_s=1 scheduler.liquidation_delay_s=3
	scheduler.funding_history_s=2"

# collect VENUE KEY=VALUE...: from the simulator of that venue alone
collect() {
	local venue=$1
	shift
	start_mpedge binance.enabled=false "$venue.enabled=true" \
		"$venue.ws_host=localhost" "$venue.ws_port=$sim_ws" \
		"$venue.rest_host=localhost" "$venue.rest_port=$sim_rest" \
		"$venue.backoff_min_ms=20" "$venue.backoff_max_ms=100" \
		file.rotate_bytes=0 $often "$@"
}

job() { page /scheduler | jq -e ".jobs[\"$1\"] | $2" >/dev/null; }
ran() { job "$1" ".run_count >= ${2:-1}"; }
count() { grep -c -- "$1" "$work/records.jsonl"; }
counts() { [ "$(count "$1")" -ge "${2:-1}" ]; }
audits() { metric mpedge_scheduler_audits_$1_total; }
reaches() { metric_reaches "$@"; }
in_step() { [ "$(metric mpedge_market_books_live)" = "$1" ]; }

# --- what is shown -----------------------------------------------------------

schema='
	def time: type == "string" and
		test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$");
	.scheduler_enabled and .scheduler_available and .scheduler_running and
	(.timestamp | time) and .total_jobs == (.jobs | length) and
	.total_jobs > 0 and ([.jobs[] |
		(.description | type == "string") and
		.trigger_type == "interval" and .period_s > 0 and
		(.last_run == null or (.last_run | time)) and
		(.next_run | time) and (.run_count | type == "number") and
		(.result | type == "string") and
		(.state | IN("waiting", "running", "ok", "warning", "failed"))
	] | all)'

shown() {
	begin scheduler-shown
	unset sim_ws http_port
	start_sim --rate 300 --symbols BTCUSDT,ETHUSDT --seed 5
	collect binance
	check "in step" wait_for 20 in_step 2
	check "/scheduler says what it should" jq -e "$schema" \
		<(page /scheduler)
	check "each job of the venue runs" wait_for 30 eval \
		"ran binance:audit && ran binance:coverage && ran health &&
		ran binance:cross_check"
	check "the panel has the same jobs" jq -e \
		'(.scheduler | map(.job) | index("binance:audit")) != null' \
		<(page /status)
	check "REST shows its weight, its queue and its pauses" jq -e \
		'.rest[0] | .venue == "binance" and .weight_used > 0 and
		.weight_limit > 0 and (.queue | type == "number") and
		.paused_until == null' <(page /status)
	check "coverage: complete for trades" wait_for 20 counts \
		'"connection":"binance:0","data_type":"trade".*"complete"'
	check "coverage: complete for books" wait_for 20 counts \
		'"connection":"binance:0","data_type":"orderbook".*"complete"'
	ctl skip BTCUSDT
	check "coverage: a hole in a book is gapped" wait_for 20 counts \
		'"data_type":"orderbook".*"state":"gapped".*"gaps":[1-9]'
	check "and complete again" wait_for 20 eval \
		"tail -n 400 $work/records.jsonl | grep '\"data_type\":\"orderbook\"' |
		tail -n 1 | grep -q complete"
	ctl reset
	check "coverage: tickers are not proven after a cut" wait_for 20 \
		counts '"data_type":"ticker".*"state":"unknown"' 2
	stop "$mpedge_pid"
	check "the last minute is told at the end" eval \
		"grep -m 1 -B 2 '\"reason\":\"stopped\"' $work/records.jsonl |
		head -n 1 | grep -q from_time"
	finish || result=1
}

disabled() {
	begin scheduler-disabled
	unset sim_ws http_port
	start_sim --rate 100 --symbols BTCUSDT
	collect binance scheduler.enabled=false
	check "/scheduler says that it is off" jq -e \
		'.scheduler_enabled == false and .available == false' \
		<(page /scheduler)
	finish || result=1
}

# --- audits --------------------------------------------------------------------

# right VENUE SYMBOLS: no alarm, whatever the snapshots are like
right() {
	begin "scheduler-audit-$1"
	unset sim_ws http_port
	start_sim --venue "$1" --rate 600 --symbols "$2" --snap-lag 300 \
		--hold 3 --seed 7
	ctl delaysnap 300
	collect "$1" "$1.symbols=$3"
	check "$1: books are audited" wait_for 60 reaches 5 \
		mpedge_scheduler_audits_agreed_total
	check "$1: levels were compared" reaches 50 \
		mpedge_scheduler_audit_levels_total
	check "$1: no false alarm" test "$(audits differed)" = 0
	finish || result=1
}

audit() {
	right binance BTCUSDT,ETHUSDT "BTC-USDT ETH-USDT"
	right binance_usdm BTCUSDT,ETHUSDT "BTC-USDT-PERP ETH-USDT-PERP"
	right okx BTC-USDT,BTC-USDT-SWAP "BTC-USDT BTC-USDT-PERP"
	right deribit BTC-PERPETUAL,ETH-PERPETUAL "BTC-USD-PERP ETH-USD-PERP"
}

# Answers without ids: only what nothing has touched is compared.
bare() {
	local before
	begin scheduler-audit-bare
	unset sim_ws http_port
	start_sim --venue okx --rate 8 --levels 2 --symbols BTC-USDT --snap-lag 5 \
		--seed 8
	ctl baresnap
	collect okx okx.symbols=BTC-USDT
	check "okx without ids: audited" wait_for 90 reaches 3 \
		mpedge_scheduler_audits_agreed_total
	check "okx without ids: no false alarm" test "$(audits differed)" = 0
	before=0
	check "okx without ids: a wrong book is found" wait_for 120 \
		found BTC-USDT 40
	finish || result=1
}

# found SYMBOL SECONDS: make the book wrong; is it told in that time?
found() {
	ctl corrupt "$1" 50
	wait_for "$2" reaches $((before + 1)) \
		mpedge_scheduler_audits_differed_total
}

wrong() {
	local before loads
	begin scheduler-audit-wrong
	unset sim_ws http_port
	start_sim --rate 200 --symbols BTCUSDT --seed 9
	collect binance binance.symbols=BTC-USDT
	check "in step" wait_for 20 in_step 1
	before=$(audits differed)
	loads=$(metric mpedge_market_book_loads_total)
	check "a book made wrong in silence is found" wait_for 60 \
		found BTCUSDT 3
	check "the log says which level" logged \
		"event=book_differs venue=binance symbol=BTCUSDT why=.*at the venue"
	check "a gap record says so" wait_for 5 counts \
		'"data_type":"orderbook".*"reason":"audit: .*"healed":false'
	check "and an event" counts \
		'"connection":"binance:BTCUSDT:orderbook","state":"invalid","reason":"audit: '
	ctl clear
	check "the book is loaded anew" wait_for 20 eval "in_step 1 &&
		reaches $((loads + 1)) mpedge_market_book_loads_total"
	agreed=$(audits agreed)
	check "and agrees" wait_for 30 reaches $((agreed + 2)) \
		mpedge_scheduler_audits_agreed_total
	finish || result=1
}

# --- late liquidations -----------------------------------------------------------

delivered() {
	grep '"side".*"value".*"instrument_type"' "$work/records.jsonl" |
		grep -c '"backfill":true'
}
enough() { [ "$(delivered)" -ge "$1" ]; }

liquidations() {
	begin scheduler-liquidations
	unset sim_ws http_port
	start_sim --venue deribit --rate 300 --flag-delay-ms 1500 \
		--symbols BTC-PERPETUAL,ETH-PERPETUAL --liquidations-ms 300 \
		--seed 3
	collect deribit deribit.symbols="BTC-USD-PERP ETH-USD-PERP" \
		journal.path="$work/journal"
	check "trades come" wait_for 30 reaches 100 \
		mpedge_records_published_total 'data_type="trade"'
	# Those of trades before the first that was seen are not read again.
	unseen=$(sim_stat liquidations)
	check "late liquidations come" wait_for 60 enough 10
	check "the job says so" job deribit:late_liquidations \
		'.result | test("pages, [0-9]+ liquidations")'
	# A restart reads on where it was.
	stop "$mpedge_pid" KILL
	start_mpedge
	check "after a restart as well" wait_for 60 enough 20
	ctl pause
	ctl flush
	check "all of them, once each" wait_for 60 complete
	check "rules of the venue kept" test "$(sim_stat violations)" = 0
	finish || result=1
}

complete() {
	[ "$(delivered)" -ge $(($(sim_stat liquidations) - unseen)) ] &&
		[ -z "$(late_ids | sort | uniq -d)" ]
}

late_ids() {
	grep '"instrument_type"' "$work/records.jsonl" |
		grep '"backfill":true' |
		sed 's/"collected_at":"[^"]*"//'
}

# --- trades against prices ---------------------------------------------------------

told() { grep "\"connection\":\"$1\",\"state\":\"$2\"" "$work/records.jsonl"; }

cross() {
	begin scheduler-cross
	unset sim_ws http_port
	start_sim --rate 400 --symbols BTCUSDT --seed 4
	collect binance binance.symbols=BTC-USDT scheduler.cross_quiet_s=3 \
		scheduler.coverage_s=0
	check "trades come" wait_for 30 reaches 500 \
		mpedge_records_published_total 'data_type="trade"'
	check "nothing is suspect" test \
		"$(metric mpedge_scheduler_suspects_total)" = 0
	ctl stall btcusdt@trade 600000
	check "trades stay away while prices move: suspect" wait_for 60 \
		told binance:BTCUSDT:trade suspect
	nap 3
	check "told once" test \
		"$(told binance:BTCUSDT:trade suspect | wc -l)" = 1
	ctl clear
	check "cleared by the next trade" wait_for 20 \
		told binance:BTCUSDT:trade live
	finish || result=1
}

# --- REST that does not answer -------------------------------------------------------

refused() { # NAME REASON COMMAND...: the snapshot comes in the end
	local name=$1 reason=$2 loads
	shift 2
	loads=$(metric mpedge_market_book_loads_total)
	ctl "$@"
	ctl skip BTCUSDT
	check "$name: named" wait_for 10 logged "$reason"
	check "$name: the snapshot comes after all" wait_for 40 reaches \
		$((loads + 1)) mpedge_market_book_loads_total
}

rest() {
	begin scheduler-rest
	unset sim_ws http_port
	start_sim --rate 300 --symbols BTCUSDT --seed 6
	collect binance binance.symbols=BTC-USDT scheduler.audit_s=0
	check "in step" wait_for 20 in_step 1
	refused "a page for people" "a page for people" resthtml 1 200
	refused "half an answer" "cut short" resttrunc 1
	refused "503" "5xx: the venue is out of order" rest5xx 2
	ctl rest418 3
	ctl skip BTCUSDT
	check "a ban is shown, with its end" wait_for 10 eval \
		"page /status | jq -e '.rest[0] | .state == \"paused\" and
		.paused_until != null and (.reason | test(\"banned\")) and
		.bans == 1'"
	check "and in the health of the venue" grep -q "REST: 418" \
		<(page /health)
	check "and over" wait_for 20 in_step 1
	check "the venue saw no call meanwhile" test \
		"$(sim_stat violations)" = 0
	finish || result=1
}

for part in ${@:-shown disabled audit bare wrong liquidations cross rest}; do
	$part
done
exit $result
