#!/bin/bash
# Boxes that are polled: what their first process tells of them, `mpedge fleet`,
# the service protocol of NATS, and the status record in the stream.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
declare -A port_of=() pid_of=()

# facts BOX KEY=VALUE...: as the first process of an appliance writes them
facts() {
	local box=$1
	shift
	printf '%s\n' "$@" >"$work/$box.new"
	mv "$work/$box.new" "$work/$box.facts"
}

# start_box NAME KEY=VALUE...
start_box() {
	local box=$1
	shift
	http_port=$(free_port)
	write_config box.name="$box" box.drain_ms=100 nats.enabled=true file.enabled=false \
		"$@"
	mv "$work/config.ini" "$work/$box.ini"
	unset MPEDGE_BOX_FACTS
	[ ! -e "$work/$box.facts" ] ||
		export MPEDGE_BOX_FACTS=$work/$box.facts
	"$mpedge" "$work/$box.ini" 2>>"$work/$box.log" >>"$work/mpedge.out" &
	pid_of[$box]=$!
	started $!
	port_of[$box]=$http_port
	wait_for 20 page /livez || not_ok "$box starts"
}

# of BOX PATH CONDITION: does the JSON at that address fulfil it?
of() {
	local http_port=${port_of[$1]}
	page "$2" | jq -e "$3"
}

begin fleet
start_sim --rate 50
start_nats

# --- what the first process tells --------------------------------------------

facts fra1 board=x86_64-generic identity=0123abcd slot=A trial=0 boots=7 \
	restarts=0 clock=ntp clock_offset_ms=-1500 safe_mode= update=idle \
	image_version=0.2.0
start_box fra1 nats.status_s=60
check "facts in /status" wait_for 20 of fra1 /status.json \
	'.appliance | .slot == "A" and .boots == 7 and .trial == false and
	.clock_offset_ms == -1500 and .identity == "0123abcd"'
check "and /health" of fra1 /health \
	'.appliance.slot == "A" and .checks.appliance.status == "healthy"'
check "and on the page" eval \
	"page / | grep -q '<dt>identity<dd>0123abcd<'"
check "and in the metrics" eval "page /metrics | grep -qx \
	'mpedge_box_info{board=\"x86_64-generic\",identity=\"0123abcd\",slot=\"A\",image_version=\"0.2.0\"} 1'"
check "boots and offset" eval '[ "$(metric mpedge_box_boots_total)" = 7 ] &&
	[ "$(metric mpedge_box_clock_offset_seconds)" = 1 ] &&
	[ "$(metric mpedge_box_clock_set)" = 1 ]'
sbom=$(sha256sum <build/x86_64-release/mpedge.spdx.json | cut -d ' ' -f 1)
check "--version tells the list of components" eval \
	'"$mpedge" --version | grep -qx "sbom $sbom"'
check "and what is linked in" eval \
	'"$mpedge" --version | grep -q "^musl [0-9.]" && "$mpedge" --version | grep -q "^commit "'
check "and so does /status" of fra1 /status.json \
	".versions | .sbom_sha256 == \"$sbom\" and (.commit | length > 0)"
facts fra1 slot=B trial=1 restarts=3 clock=floor safe_mode="line 3"
check "what changes is seen" wait_for 20 of fra1 /health \
	'.checks.appliance | .status == "degraded" and
	(.message | contains("safe mode: line 3") and
	contains("no time server") and contains("on trial: slot B"))'
check "by the metrics too" eval '[ "$(metric mpedge_box_trial)" = 1 ] &&
	[ "$(metric mpedge_box_safe_mode)" = 1 ] &&
	[ "$(metric mpedge_box_restarts_total)" = 3 ] &&
	[ "$(metric mpedge_box_clock_set)" = 0 ] &&
	[ "$(metric mpedge_box_info slot=\"B\")" = 1 ]'
facts fra1 slot=B "boots=many"
check "what is wrong is named" wait_for 20 of fra1 /health \
	'.checks.appliance.message | contains("line 2: ")'
check "what was known stands" of fra1 /status.json '.appliance.restarts == 3'
check "it is counted" metric_reaches 1 mpedge_box_unusable_total
check "and logged once" eval \
	'[ "$(grep -c event=unusable "$work/fra1.log")" = 1 ]'
rm "$work/fra1.facts"
check "a file that is gone" wait_for 20 of fra1 /health \
	'.checks.appliance.message | contains("No such file")'
mkfifo "$work/fra1.facts"
check "and one that is none" wait_for 20 of fra1 /health \
	'.checks.appliance.message | contains("not a regular file")'
rm "$work/fra1.facts"
facts fra1 board=x86_64-generic identity=0123abcd slot=A trial=0 boots=7 \
	restarts=2 clock=ntp image_version=0.2.0
check "and back" wait_for 20 of fra1 /health \
	'.checks.appliance.status == "healthy"'

# --- the service protocol of NATS --------------------------------------------

# ask SUBJECT COUNT [MS [TIMES [BODY]]]: answers to $work/answers
ask() { "$tools/nats_ask" "$nats_url" "$@" >"$work/answers"; }
# said COUNT CONDITION: so many answers, and all fulfil it
said() { jq -es "length == $1 and all(.[]; $2)" "$work/answers"; }
pinged() { ask '$SRV.PING' "$1" && said "$1" "$2"; }

facts ams1 slot=B trial=0 restarts=0 clock=ntp
start_box ams1 nats.status_s=1
start_box nyc1
envelope='.name == "mpedge" and (.id | test("^[0-9a-f]{22}$")) and
	(.version | test("^(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)([+][0-9A-Za-z-]+)?$")) and
	(.metadata | type == "object" and all(.[]; type == "string") and .box != null)'
check "three boxes answer PING" wait_for 20 pinged 3 \
	'.type == "io.nats.micro.v1.ping_response"'
check "as ADR-32 has it" said 3 "$envelope and
	(keys == [\"id\",\"metadata\",\"name\",\"type\",\"version\"])"
check "each with its name and id" eval "jq -es '(map(.metadata.box) | sort) ==
	[\"ams1\",\"fra1\",\"nyc1\"] and (map(.id) | unique | length) == 3' '$work/answers'"
check "and what is known of the box" eval "jq -es 'any(.[];
	.metadata.slot == \"A\" and .metadata.board == \"x86_64-generic\")' '$work/answers'"
check "by the name of the service" eval "ask '\$SRV.PING.mpedge' 3"
id=$(jq -r 'select(.metadata.box == "ams1").id' "$work/answers")
check "and of one box" eval "ask '\$SRV.PING.mpedge.$id' 1 &&
	said 1 '.metadata.box == \"ams1\"'"
check "not of another service" eval "! ask '\$SRV.PING.other' 1 2000"
check "INFO" eval "ask '\$SRV.INFO.mpedge.$id' 1 && said 1 '$envelope and
	.type == \"io.nats.micro.v1.info_response\" and
	(.description | type == \"string\") and (.endpoints | length == 1) and
	all(.endpoints[]; .name == \"status\" and .subject == \"mpedge.ams1.status\"
		and (.queue_group | type == \"string\") and
		(.metadata | type == \"object\"))'"
check "the endpoint answers" eval "ask mpedge.ams1.status 1 && said 1 '
	.box == \"ams1\" and .totals.sinks == 1 and .appliance.slot == \"B\"'"
check "STATS count it" eval "ask '\$SRV.STATS.mpedge.$id' 1 && said 1 '$envelope and
	.type == \"io.nats.micro.v1.stats_response\" and
	(.started | fromdateiso8601? // (sub(\"[.][0-9]+Z\"; \"Z\") | fromdateiso8601) > 0) and
	all(.endpoints[]; .name == \"status\" and .num_requests == 1 and
		.num_errors == 0 and .last_error == \"\" and
		.processing_time >= 0 and .average_processing_time >= 0)'"
http_port=${port_of[ams1]}
check "requests are counted" metric_reaches 4 mpedge_service_requests_total
# Who asks too much is not answered; records go on.
ask "\$SRV.PING.mpedge.$id" 500 2000 500
check "not more than a few a second" metric_reaches 1 \
	mpedge_service_dropped_total
check "the id stays" wait_for 20 eval "ask '\$SRV.PING.mpedge.$id' 1 2000"

# --- the status record -------------------------------------------------------

# last_of BOX CONDITION: its newest status, by the subject
last_of() {
	"$tools/nats_dump" "$nats_url" "$stream" "status.$1" 2>/dev/null |
		tail -n 1 | cut -f 2 >"$work/answers"
	said 1 "$2"
}
check "its record is in the stream" wait_for 20 last_of ams1 '.box == "ams1" and
	.service == "mpedge" and .appliance.slot == "B" and
	(.status | IN("healthy", "degraded", "unhealthy")) and
	.sinks[0].name == "nats" and .totals.connections > 0 and
	(.version | length > 0) and (.journal.fill_permille | type == "number")'
check "and a newer one" wait_for 20 last_of ams1 '.uptime_seconds >= 2'
check "of each box its own" wait_for 20 last_of fra1 \
	'.box == "fra1" and .appliance.slot == "A"'
check "0 is never" eval '! last_of nyc1 .box'
check "they are counted, and kept" eval \
	'metric_reaches 2 mpedge_service_statuses_total &&
	[ "$(metric mpedge_service_kept)" = 1 ]'

# --- mpedge fleet ------------------------------------------------------------

# fleet STATUS ARGUMENT...: what it prints is in $work/table
fleet() {
	local want=$1 got
	shift
	"$mpedge" fleet "$@" >"$work/table" 2>"$work/said"
	got=$?
	cat "$work/table" "$work/said"
	[ $got = "$want" ] || { echo "exit status $got"; return 1; }
}
row() { grep -qE -- "$1" "$work/table"; }

urls() { printf 'http://127.0.0.1:%s ' "${port_of[@]}"; }
rows_of() {
	fleet "$1" --json $(urls) && jq -e "$2" "$work/table"
}
check "three healthy boxes: 0" wait_for 60 fleet 0 $(urls)
check "a head and a row each" eval '[ "$(wc -l <"$work/table")" = 4 ] &&
	row "^BOX +VERSION +SLOT +HEALTH +UP +RESTARTS +MSG/S +BOOKS +JOURNAL +SINK BEHIND +CLOCK +PROBLEM$"'
check "an appliance" row '^fra1 +[0-9.]+[+][^ ]+ +A +healthy +[0-9]+(ms|s|m) +2 +[0-9]+ +2/2 +[0-9]+[.][0-9]% +nats [0-9]+ [KM]?i?B +ntp$'
check "and one that is none" row '^nyc1 +[0-9.]+[+][^ ]+ +- +healthy +[0-9]+(ms|s|m) +- .* (sync|free)$'
# One port nobody listens on, and a page of something else.
dead=$(free_port)
printf '# the boxes\n127.0.0.1:%s\n\nhttp://127.0.0.1:%s/status # one\n' \
	"${port_of[ams1]}" "$dead" >"$work/list"
check "one that does not answer: 1" fleet 1 -f "$work/list" \
	"http://127.0.0.1:$sim_control"
check "it has a row" row "^http://127.0.0.1:$dead/status +- +- +no answer .*refused"
check "and so has what is none" row "^http://127.0.0.1:$sim_control +- +- +no answer +"
check "the other one too" row '^ams1 .* B +healthy '
facts ams1 slot=B trial=1 restarts=4 clock=ntp
check "one on trial is not healthy: 1" wait_for 20 rows_of 1 'length == 3 and
	any(.[]; .box == "ams1" and .slot == "B trial" and .restarts == 4 and
	.health == "degraded" and (.problem | contains("on trial"))) and
	any(.[]; .box == "fra1" and .health == "healthy" and .books_live == 2 and
	.sink == "nats" and .sink_state == "up" and .problem == "")'
check "no URL: 64" fleet 64
check "no address: 64" fleet 64 ftp://127.0.0.1
check "no file: 64" fleet 64 -f "$work/none"
check "no token: 64" fleet 64 --token-file /dev/null 127.0.0.1:1
start_box lon1 http.token=sesame
echo sesame >"$work/token"
check "a box that wants a token" fleet 1 "127.0.0.1:$http_port"
check "says so" row 'no answer .* HTTP 401'
check "and with it answers" eval "fleet 1 --token-file '$work/token' \
	127.0.0.1:$http_port 127.0.0.1:$dead && row '^lon1 '"
"$mpedge" fleet --watch --interval 1 $(urls) >"$work/watched" 2>&1 &
watcher=$!
started $watcher
check "it goes on" wait_for 30 eval '[ "$(grep -c ^BOX "$work/watched")" -ge 3 ]'
stop $watcher
check "until it gets a signal" test "$status" = 1

# --- a stream for status records alone ---------------------------------------

nats_port=''
start_nats -sd "$work/own"
"$tools/nats_pump" stream "$nats_url" STATUS 'status.>' 1000
start_box par1 nats.status_s=1
check "records are delivered beside it" wait_for 30 metric_reaches 100 \
	mpedge_sink_confirmed_total
stream=STATUS
check "the record is in the other stream" wait_for 20 last_of par1 \
	'.box == "par1"'
check "which the log says" wait_for 20 \
	grep -q 'event=status_kept stream=STATUS' "$work/par1.log"

# --- a server that permits none of this --------------------------------------

nats_port=$(free_port)
cat >"$work/strict.conf" <<END
authorization { users = [ { user: box, password: pw, permissions: {
	publish: ["market.>", "alerts.>", "\$JS.API.>"], subscribe: "_INBOX.>" } } ] }
END
"$nats_server" -a 127.0.0.1 -p "$nats_port" -js -sd "$work/strict" \
	-c "$work/strict.conf" >>"$work/strict.log" 2>&1 &
started $!
wait_for 10 nats_ready || not_ok "a strict nats-server starts"
start_box sfo1 nats.status_s=1 nats.url="nats://box:pw@127.0.0.1:$nats_port"
check "records are delivered all the same" wait_for 30 metric_reaches 100 \
	mpedge_sink_confirmed_total
check "it is counted that they are alone" wait_for 20 metric_reaches 3 \
	mpedge_service_refused_total
check "and said once" eval \
	'[ "$(grep -c event=service_refused "$work/sfo1.log")" = 1 ]'
check "the sink was never down for it" eval \
	'! grep -q "event=down" "$work/sfo1.log"'

stop_market
finish
