#!/bin/bash
# usage: config.sh [PART...]
# Settings from everywhere: files and what they include, variables, secrets,
# files of the services replaced; and SIGHUP under load.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0
fixtures=tests/fixtures/migrate

says_not() { ! says "$1"; }
# With nothing but these variables: alone NAME=VALUE... COMMAND...
alone() { env -i PATH="$PATH" "$@"; }

# --- where settings come from ------------------------------------------------

sources() {
	begin config_sources
	mkdir -p "$work/more" "$work/credentials"
	cat >"$work/a.ini" <<-INI
		include = more/b.ini
		[box]
		name = a
		[nats]
		enabled = true
		url = nats://joe:swordfish@127.0.0.1:4222
		password_file = $work/secret
	INI
	printf '[box]\nname = b\ndrain_ms = 7\n' >"$work/more/b.ini"
	printf 'hunter2\n' >"$work/secret"
	chmod 644 "$work/secret"
	check "a secret that others may read: 78" alone \
		bash -c "! '$mpedge' --check-config '$work/a.ini' 2>'$work/said'"
	check "it says which and why" says "nats.password: .*others may read it"
	chmod 600 "$work/secret"
	check "one that they may not" exits 0 alone "$mpedge" --check-config \
		"$work/a.ini"
	check "what is in force" exits 0 alone MPEDGE_BOX_LOG_LEVEL=debug \
		SYMBOLS=ETHUSDT CLICKHOUSE_HOST=there CLICKHOUSE_PORT=9000 \
		"$mpedge" --print effective "$work/a.ini"
	check "of the file that includes" says "^name = a ; .*a.ini:3"
	check "of the one included" says "^drain_ms = 7 ; .*more/b.ini:3"
	check "of a variable" says "^log_level = debug ; variable MPEDGE_BOX_LOG_LEVEL"
	check "of a variable of before" says "^symbols = ETHUSDT ; variable SYMBOLS"
	check "of two of them" says "^url = http://there:8123 ; variable CLICKHOUSE_PORT"
	check "defaults are said to be such" says "^ws_path = .* ; default$"
	check "no secret" says_not "hunter2"
	check "nor one in an address" says_not "swordfish"
	check "but that there is one" says '^password = \*\*\*'
	cp "$work/said" "$work/effective.ini"
	check "it is a file itself" exits 0 alone "$mpedge" --check-config \
		"$work/effective.ini"
	printf 'from systemd' >"$work/credentials/nats.password"
	check "credentials of systemd" exits 0 alone \
		CREDENTIALS_DIRECTORY="$work/credentials" "$mpedge" \
		--print effective "$work/a.ini"
	check "are picked up" says '^password = .*CREDENTIALS_DIRECTORY'
	check "a variable that means nothing: 78" exits 78 alone \
		MPEDGE_NATS_URI=x "$mpedge" --check-config "$work/a.ini"
	check "it says what was meant" says \
		"MPEDGE_NATS_URI: there is no such setting; did you mean MPEDGE_NATS_URL"
	check "those of container systems are let be" exits 0 alone \
		MPEDGE_PORT_8080_TCP=x MPEDGE_SERVICE_HOST=y "$mpedge" \
		--check-config "$work/a.ini"
	check "a variable with a wrong value: 78" exits 78 alone \
		MPEDGE_NATS_WINDOW=many "$mpedge" --check-config "$work/a.ini"
	check "it says which" says "MPEDGE_NATS_WINDOW: nats.window: "
	check "the file itself" exits 0 alone MPEDGE_CONFIG="$work/a.ini" \
		"$mpedge" --check-config
	printf '[http]\nlisten = x\nlistten = y\ninclude = ../a.ini\n' \
		>"$work/more/b.ini"
	check "a circle: 78" exits 78 alone "$mpedge" --check-config "$work/a.ini"
	check "it says which files" says "b.ini:4: include: .*a.ini -> .*b.ini -> "
	check "errors have the line of the included file" says \
		"b.ini:3: http.listten"
	finish || result=1
}

# --- files of the services replaced ------------------------------------------

migrate() {
	local file
	begin config_migrate
	for file in collector.yaml nats_base.yaml okx_spot.yaml ingestion.env; do
		check "$file" eval \
			"'$mpedge' migrate $fixtures/$file >'$work/new.ini' 2>'$work/said'"
		check "$file: what it makes is valid" alone "$mpedge" \
			--check-config "$work/new.ini"
		check "$file: a summary" says "keys set"
		check "$file: all of it is as it was" \
			diff "$fixtures/${file%.*}.expected" "$work/new.ini"
	done
	check "no secret that is not needed" eval "! grep -rq 'never-shown' '$work'"
	"$mpedge" migrate $fixtures/collector.yaml >"$work/new.ini" 2>/dev/null
	has() { grep -q -- "$1" "$work/new.ini"; }
	check "the port of ClickHouse's other interface" has "^url = http://clickhouse:8123"
	check "quotes" has "^password = it's \"secret\"; # not a comment"
	check "an address with a default" has "^url = nats://nats:4222"
	check "lists" has "^symbols = BTC-USDT ETH-USDT ADA-USDT"
	check "where it is from" has "; from .*okx_spot.yaml:17"
	check "what has no twin" has "; collector.metrics_port (.*:6): metrics are"
	printf 'a: &x 1\nb: *x\n' >"$work/bad.yaml"
	check "anchors: 1" exits 1 "$mpedge" migrate "$work/bad.yaml"
	check "it says where" says "bad.yaml:1: anchors"
	check "YAML instead of a file: 78" exits 78 "$mpedge" \
		--check-config $fixtures/collector.yaml
	check "it says what to do" says "mpedge migrate"
	finish || result=1
}

# --- SIGHUP ------------------------------------------------------------------

names=(ETHUSDT SOLUSDT BNBUSDT XRPUSDT ADAUSDT)
outcomes() { echo $(($(metric mpedge_process_reloads_total) + 0)); }
reloads() { [ "$(metric mpedge_process_reloads_total)" = "$1" ]; }
# Lines of the log, those held back included.
lines() {
	awk -v event="event=$1" '$0 ~ event { n++
		if (match($0, /suppressed=[0-9]+/))
			n += substr($0, RSTART + 11, RLENGTH - 11) }
		END { print n + 0 }' "$work/mpedge.log"
}
all_logged() { [ "$(lines reloaded)" = $1 ] && [ "$(lines reload_refused)" = $2 ]; }
in_step() { [ "$(metric mpedge_market_books_live)" = "$1" ]; }
collected() {
	page /status | jq -e ".symbols[0].live + .symbols[0].unchecked == $1"
}

# rewrite SYMBOLS...: another file, BTCUSDT is always there
rewrite() {
	sed -i "s/^symbols = .*/symbols = BTCUSDT $*/" "$work/config.ini"
}
hup() {
	asked=$((asked + 1))
	kill -HUP "$mpedge_pid"
	wait_for 10 reloads $asked
}

# Any of the names, or one instead, or a file that is wrong.
any_reload() {
	local name some=()
	for name in "${names[@]}"; do
		[ $((RANDOM % 2)) = 0 ] && some+=("$name")
	done
	case $((RANDOM % 4)) in
	0)
		cp "$work/config.ini" "$work/good.ini"
		case $((RANDOM % 3)) in
		0) rewrite 'BTC?USDT' ;;
		1) echo "this is no line" >>"$work/config.ini" ;;
		2) sed -i 's/^listen/listten/' "$work/config.ini" ;;
		esac
		hup
		bad=$((bad + 1))
		cp "$work/good.ini" "$work/config.ini"
		;;
	*)
		rewrite "${some[@]}"
		hup
		good=$((good + 1))
		;;
	esac
}

reload() {
	local i
	begin config_reload
	RANDOM=${SEED:-7}
	start_sim --rate 1500 --depth 30 --history 131072 \
		--symbols BTCUSDT,ETHUSDT,SOLUSDT,BNBUSDT,XRPUSDT,ADAUSDT
	MPEDGE_FILE_KEEP=7 HTTPS_PROXY=http://localhost:1 \
		start_mpedge binance.symbols="BTCUSDT ETHUSDT" box.drain_ms=5000 \
		file.rotate_bytes=0 binance.backoff_min_ms=50 \
		scheduler.audit_s=0
	check "collects" wait_for 20 in_step 2
	check "what variables set is told" logged \
		'event=overridden keys=.*file.keep from variable MPEDGE_FILE_KEEP'
	check "and what they cannot" logged \
		'level=warn .*event=variable_not_used name=HTTPS_PROXY'
	asked=0 good=0 bad=0
	# Hundreds of symbols that come again want more in a minute than the venue
	# allows, and one that goes before its hole is filled has a gap: more of
	# them want PAUSE seconds in between.
	for ((i = 0; i < ${RELOADS:-24}; i++)); do
		any_reload
		nap "${PAUSE:-0}"
	done
	nap 10 # the log holds back more than ten of a kind in that time
	cp "$work/config.ini" "$work/good.ini"
	echo "[nonsense]" >>"$work/config.ini"
	echo "key = 1" >>"$work/config.ini"
	hup
	cp "$work/good.ini" "$work/config.ini"
	bad=$((bad + 1))
	rewrite "${names[@]}"
	hup
	good=$((good + 1))
	check "all six are collected at last" wait_for 20 collected 6
	check "and in step" wait_for 20 in_step 6
	check "each outcome is logged ($good good, $bad bad)" \
		wait_for 15 all_logged $good $bad
	check "both kinds came" test $good -gt 3 -a $bad -gt 2
	check "the same connection all the time" \
		test "$(metric mpedge_feed_connects_total)" = 1
	check "what stood in all files was never filled up" eval \
		"! grep '\"native_symbol\":\"BTCUSDT\"' '$work/records.jsonl' | grep '\"trade_id\"' | grep -q '\"backfill\":true'"
	sed -i 's/^\[http\]/[http]\nenabled = true/; s/^\[box\]/[box]\nlog_level = warn\nname = other/' "$work/config.ini"
	printf '[scheduler]\nhealth_s = 17\ncoverage_s = 0\n' >>"$work/config.ini"
	sed -i '/^audit_s/d' "$work/config.ini"
	hup
	check "what changed is told" logged "event=applied .*keys=.*box.log_level.*scheduler.health_s"
	check "what needs a restart is told" logged "event=needs_restart keys=box.name"
	period() { page /scheduler | jq -e ".jobs.\"$1\".period_s == $2"; }
	check "/status counts them" eval "page /status |
		jq -e '.process.reloads == '$asked' and .process.reloads_refused == '$bad"
	check "periods are others" period health 17
	check "a job that came" period binance:audit 60
	check "a job that went" eval "page /scheduler | jq -e '.jobs.\"binance:coverage\" == null'"
	hup
	check "the level of the log is another" test "$(lines reloaded)" = $((good + 1))
	stop_market
	stop "$mpedge_pid"
	check "it ends with 0" test "$status" = 0
	check "nothing is lost" verify_file
	no_hole() { # but that which the end leaves
		! grep '"healed":' "$work/records.jsonl" |
			grep -v '"reason":"stopped"' | grep -q "$1"
	}
	check "no trade, not even of those that went and came" \
		no_hole '"data_type":"trade"'
	check "nor the book that stood in all files" no_hole BTCUSDT
	finish || result=1
}

for part in ${*:-sources migrate reload}; do
	$part
done
exit $result
