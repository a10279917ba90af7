#!/bin/sh
# usage: nats_cluster.sh [PUMP [NATS-SERVER]]
# The nats sink and a cluster of three servers with a stream of three replicas:
# one is killed, one goes into lame duck mode, one is alone.  Prints ok NAME /
# not ok NAME; exit 1 when something failed.

cd "$(dirname "$0")/../.." || exit 2
pump=${1:-${TOOLS:-build/x86_64-release/tests/tools}/nats_pump}
server=${2:-build/deps/tools/nats-server}
. tests/e2e/nats_lib.sh

# A port nobody listens on, below those the system hands out itself.
free_port() {
	while :; do
		number=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 10000))
		grep -qi ":$(printf %04X $number) " /proc/net/tcp || break
	done
	echo $number
}

# member N: one of the three; its pid is in $pid_N
member() {
	eval "client=\$client_$1 route=\$route_$1"
	mkdir -p "$work/n$1"
	cat >"$work/n$1/conf" <<-EOF
		listen: "127.0.0.1:$client"
		server_name: n$1
		jetstream { store_dir: "$work/n$1/js" }
		lame_duck_duration: "30s"
		lame_duck_grace_period: "10s"
		pid_file: "$work/n$1/pid"
		cluster {
			name: c
			listen: "127.0.0.1:$route"
			routes: [ "nats://127.0.0.1:$route_1",
				"nats://127.0.0.1:$route_2",
				"nats://127.0.0.1:$route_3" ]
		}
	EOF
	"$server" -c "$work/n$1/conf" >>"$work/n$1/log" 2>&1 &
	eval "pid_$1=$!"
	pids="$pids $!"
}

# stop_member N SIGNAL
stop_member() {
	eval "pid=\$pid_$1"
	end "$2"
}

# whole COUNT: check, once the cluster can make a consumer again
whole() {
	tries=20
	until check "$1" >"$work/checked"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat "$work/checked"; return 1; }
		sleep 0.3
	done
}

# The cluster answers once it has a leader; a stream with three replicas is the
# proof.
ready() {
	tries=4
	until send 10 0 5 url="$urls" stream_replicas=3; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
	done
}

# fresh: no stream from the case before.  A member that has just come back may
# answer before it knows of the others.
fresh() {
	tries=100
	until "$pump" delete "nats://127.0.0.1:$1" MARKET_DATA >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}

# Somebody else may take a port between the look and the use.
for attempt in 1 2 3; do
	for n in 1 2 3; do
		eval "client_$n=$(free_port) route_$n=$(free_port)"
	done
	urls="nats://127.0.0.1:$client_1 nats://127.0.0.1:$client_2"
	urls="$urls nats://127.0.0.1:$client_3"
	for n in 1 2 3; do
		member $n
	done
	ready && break
	for n in 1 2 3; do
		stop_member $n KILL
	done
done
ready
result a-cluster-of-three $?

fresh $client_2
send_behind 30000 5000 60 url="$urls" stream_replicas=3 ack_timeout_ms=2000
line "$work/out" "at 6000" 30
stop_member 1 KILL
wait $sender
status=$?
url=nats://127.0.0.1:$client_2
[ $status = 0 ] && ! has connects=1 && whole 30000
result member-killed $?
member 1
ready

# The sink moves before the server ends its connections.  What may come between
# is the stream's leader, which moves as well: its 503 is waited out.
fresh $client_2
send_behind 40000 5000 60 url="$urls" stream_replicas=3 ack_timeout_ms=2000
line "$work/out" "at 8000" 30
eval "pid=\$pid_1"
"$server" --signal "ldm=$pid"
wait $sender
status=$?
[ $status = 0 ] && ! has connects=1 && log_has event=lame_duck &&
	! has "connection lost" && whole 40000
result lame-duck-mode $?
stop_member 1 KILL

# Alone it has JetStream and no quorum: another answers.
url=nats://127.0.0.1:$client_2
fresh $client_2
stop_member 3 KILL
stop_member 2 KILL
member 2
send_behind 2000 0 60 url="nats://127.0.0.1:$client_2 nats://127.0.0.1:$client_1" \
	ack_timeout_ms=500 reconnect_ms=100
line "$work/out" "^down late no answer of the JetStream\|^down unsupported\|^down rejected" 30
status=$?
member 1
member 3
wait $sender && [ $status = 0 ] && has confirmed=2000
result no-quorum-for-a-while $?

exit $failed
