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
	write_config box.name="$box" nats.enabled=true file.enabled=false \
		"$@"
	mv "$work/config.ini" "$work/$box.ini"
	MPEDGE_BOX_FACTS=$work/$box.facts "$mpedge" "$work/$box.ini" \
		2>>"$work/mpedge.log" >>"$work/mpedge.out" &
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
start_box fra1
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
	'[ "$(grep -c event=unusable "$work/mpedge.log")" = 1 ]'
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

stop_market
finish
