#!/bin/bash
# usage: proxy_selftest.sh
# Does the proxy spoil connections in the way it is told, and only then?

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/servers.sh
begin proxy
start_redis
start_proxy redis "$redis_port"

through() {
	local redis_port=${proxy_port[redis]}
	redis "$@"
}

# ms COMMAND...: how long it takes, into $took
ms() {
	local start=${EPOCHREALTIME/./}
	"$@" >/dev/null
	status=$?
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "took $took ms"
	return $status
}

is() { [ "$1" = "$2" ] || { echo "got '$1', wanted '$2'"; return 1; }; }

passes() { is "$(through PING)" PONG; }

# connect: a connection of our own on descriptor $at
connect() { exec {at}<>"/dev/tcp/127.0.0.1/${proxy_port[redis]}"; }

say() { printf '%s\r\n' "$*" >&"$at"; }

# hear SECONDS: a line; 1: end of the stream, above 128: nothing came
hear() {
	heard=
	IFS= read -r -t "$1" -u "$at" heard
	local got=$?
	heard=${heard%$'\r'}
	return $got
}

hangs_up() { exec {at}>&-; }

# Much more than it holds, both ways, byte for byte.
bulk() {
	local sum
	head -c 3000000 /dev/urandom >"$work/bulk"
	through -x SET bulk <"$work/bulk" &&
		through GET bulk | head -c 3000000 | cmp - "$work/bulk"
}

late() { ms through PING && [ $took -ge 150 ]; }

# 3 MB at 2 MB a second, of which the first second may come at once.
slow() { ms through -x SET bulk <"$work/bulk" && [ $took -ge 400 ]; }

# The same where much has passed before.
slow_later() {
	local reply=$((3000000 + 12))
	connect && fetch_bulk || return 1
	proxy_ctl redis rate 2000000
	ms fetch_bulk
	local status=$?
	hangs_up
	[ $status -eq 0 ] && [ $took -ge 400 ]
}

fetch_bulk() {
	say GET bulk
	[ "$(head -c "$reply" <&"$at" | tail -c +11 | head -c 3000000 |
		cmp - "$work/bulk" && echo same)" = same ]
}

resets() {
	connect && say PING && hear 10 && is "$heard" +PONG &&
		proxy_ctl redis cut
	hear 10
	local got=$?
	hangs_up
	[ $got -eq 1 ] && passes
}

half_a_command() {
	through SET key before
	proxy_ctl redis cutafter 1000
	head -c 100000 "$work/bulk" | through -x SET key
	is "$(redis GET key)" before && passes
}

nothing_passes() { # COMMAND
	connect && say PING && hear 10 || return 1
	proxy_ctl redis "$1"
	say PING
	hear 1
	[ $? -gt 128 ] && is "$(timeout 1 redis-cli -p "${proxy_port[redis]}" \
		PING)" ''
}

stalls() {
	nothing_passes stall || return 1
	proxy_ctl redis clear
	hear 10 && is "$heard" +PONG && hangs_up && passes
}

swallows() {
	nothing_passes hole || return 1
	proxy_ctl redis clear
	hear 10
	local got=$?
	hangs_up
	[ $got -eq 1 ] && passes
}

halves() {
	connect && say CLIENT SETNAME half && hear 10 || return 1
	proxy_ctl redis half
	wait_for 10 eval '! redis CLIENT LIST | grep -q name=half' || return 1
	say PING
	hear 1
	local got=$?
	hangs_up
	[ $got -gt 128 ] && passes
}

refuses() {
	connect && say PING && hear 10 || return 1
	proxy_ctl redis refuse
	! passes && say PING && hear 10 && is "$heard" +PONG || return 1
	proxy_ctl redis clear
	hangs_up
	wait_for 10 passes
}

target_gone() {
	stop "$redis_pid"
	! passes || return 1
	start_redis
	wait_for 10 passes
}

check "it passes on" passes
check "megabytes, byte for byte" bulk
proxy_ctl redis latency 80
check "latency, both ways" late
proxy_ctl redis clear
proxy_ctl redis rate 2000000
check "a rate" slow
proxy_ctl redis clear
check "a rate of a connection that is old" slow_later
proxy_ctl redis clear
check "cut: the connection is reset, the next one is good" resets
check "cut in the middle of a command" half_a_command
check "stall: nothing passes, and afterwards all of it" stalls
check "hole: what was swallowed is lost and the connection with it" swallows
check "half: the server knows, the client does not" halves
check "refuse: what is connected stays, nobody new" refuses
check "the server is gone and comes back" target_gone
check "nothing stays open" wait_for 10 eval '[ "$(proxy_stat redis open)" = 0 ]'
check "an unknown word is refused" eval '! proxy_ctl redis nonsense'
finish
