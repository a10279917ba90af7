#!/bin/bash
# usage: tools.sh [PART...]
# What an operator looks at besides the page: where the log goes, doctor, top.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

got() { grep -qE -- "$1" "$work/$2"; }

# receive udp PORT | receive unix PATH: to $work/KIND.log
receive() {
	"$tools/datagrams" "$1" "$2" >>"$work/$1.log" 2>&1 &
	receiver=$!
	started $receiver
	wait_for 10 grep -q ready "$work/$1.log" || not_ok "datagrams $1 starts"
}

# --- the log -----------------------------------------------------------------

logs() {
	local time='[0-9-]*T[0-9:.]*Z' port socket
	begin tools_logs
	sim_ws='' http_port=''
	start_sim --rate 50
	port=$(free_port)
	receive udp "$port"
	start_mpedge log.syslog="udp://127.0.0.1:$port" log.facility=16 \
		log.levels="feed:debug http:error"
	check "a component has a level of its own" wait_for 20 \
		logged 'level=debug component=feed event=state'
	check "and another" eval '! logged "component=http"'
	check "syslog: RFC 5424 over UDP" wait_for 20 got \
		"^<134>1 $time [^ ]+ mpedge $mpedge_pid started - .*event=started" udp.log
	check "with the severity of the level" wait_for 20 got \
		"^<135>1 .* state - .*level=debug component=feed" udp.log
	check "they are counted" metric_reaches 3 mpedge_process_syslog_sent_total
	# The journal of systemd is told by the device and inode of stderr.
	stop "$mpedge_pid"
	check "it ends with 0" test "$status" = 0
	# Its path is short, wherever this is.
	socket=$(mktemp -d)/log
	receive unix "$socket"
	: >"$work/mpedge.log"
	export JOURNAL_STREAM
	JOURNAL_STREAM=$(stat -c %d:%i "$work/mpedge.log")
	start_mpedge log.syslog="$socket" log.format=json
	unset JOURNAL_STREAM
	check "syslog: a socket" wait_for 20 got \
		"^<30>1 $time [^ ]+ mpedge $mpedge_pid started - \{.*\}$" unix.log
	check "priorities for the journal" wait_for 20 logged \
		'^<6>{"ts":.*"event":"started"'
	check "each line is an object" eval \
		"sed 's/^<[0-7]>//' '$work/mpedge.log' | jq -es 'length > 3 and all(.event and .ts)'"
	# A daemon that is away costs lines, never time, and may come back.
	stop "$receiver"
	sed -i 's/^format = json/levels = feed:debug/' "$work/config.ini"
	kill -HUP "$mpedge_pid"
	check "a reload applies format and levels" wait_for 20 logged \
		'"event":"applied","keys":"log.format log.levels"'
	check "lines are lost and counted" wait_for 20 \
		metric_reaches 1 mpedge_process_syslog_lost_total
	: >"$work/unix.log"
	receive unix "$socket"
	kill -HUP "$mpedge_pid"
	check "the daemon is back, lines are logfmt" wait_for 20 got \
		" reloaded - ts=.*event=reloaded" unix.log
	sed -i 's/^levels = .*/levels = fed:debug/' "$work/config.ini"
	kill -HUP "$mpedge_pid"
	check "a wrong level is refused at a reload" wait_for 20 logged \
		'event=reload_error.*log.levels: .*is not COMPONENT:LEVEL'
	events_known
	stop_market
	stop "$mpedge_pid"
	check "it ends with 0 again" test "$status" = 0
	stop "$receiver"
	rm -r "${socket%/*}"
	finish || result=1
}

# Every line of the log names a row of the reference.
events_known() {
	"$mpedge" --print events | awk '/^## / { c = $2 }
		/^\| `/ { gsub(/[`|]/, ""); print c, $1 }' >"$work/known"
	sed -n 's/.*component=\([^ ]*\) event=\([^ ]*\).*/\1 \2/p' \
		"$work/mpedge.log" | sort -u >"$work/seen"
	check "events are those of the reference" eval \
		"test -s '$work/seen' && ! grep -vxFf '$work/known' '$work/seen'"
}

# --- doctor ------------------------------------------------------------------

# examine STATUS [KEY=VALUE...]: what doctor says of these settings is in
# $work/said, and this is its exit status
examine() {
	local want=$1 got start=${EPOCHSECONDS:-0}
	shift
	[ $# -eq 0 ] || write_config "$@"
	env -i PATH="$PATH" MPEDGE_REDIS_PASSWORD=hunter2 NO_PROXY=x \
		"$mpedge" doctor "$work/config.ini" >"$work/said" 2>&1
	got=$?
	sed '/^== machine/,$d' "$work/said"
	[ $got = "$want" ] || { echo "exit status $got"; return 1; }
	[ $((EPOCHSECONDS - start)) -le 60 ]
}
says() { grep -qE -- "$1" "$work/said"; }

doctor() {
	local others
	begin tools_doctor
	others=(nats.enabled=true nats.password=swordfish nats.user=joe
		nats.url="nats://u:trustno1@127.0.0.1:1"
		journal.path="$work/journal" journal.size_bytes=1048576)
	sim_ws='' http_port=''
	start_sim --rate 50
	check "before it runs: 0" examine 0 "${others[@]}"
	check "nobody runs" says "^ok    collector: .*no collector answers"
	check "a journal to be made" says "^ok    journal: .*will be made"
	start_mpedge
	check "while it runs: 0" wait_for 20 eval "examine 0 &&
		says '^ok    collector: binance: 1 of 1'"
	check "settings" says "^ok    settings: $work/config.ini"
	check "streams: name, TLS, answer" says \
		"^ok    binance ws: localhost:$sim_ws: .* with TLS, HTTP 101"
	check "REST" says "^ok    binance rest: localhost:.* HTTP 200"
	check "the clock, by the venue's" says "^ok    clock: [0-9]+ ms (ahead|behind)"
	check "the journal of a process that runs" says \
		"^ok    journal: 1024 KiB, in use by a process"
	check "it runs" says "^ok    collector: .* runs, box mpedge"
	check "a sink that is away is no end" says \
		"^warn  nats: 127.0.0.1:1: .*refused.* -> nothing listens there"
	check "disk" says "^ok    file.path: .* free"
	check "last errors" says "^  nats, down, .*: "
	check "machine" says "^  Linux "
	check "environment" says "^  NO_PROXY=x"
	check "settings in force" says "^log_level = info ; default"
	check "no secret" eval "! grep -E 'hunter2|swordfish|trustno1' '$work/said'"
	check "but that there are some" says '^password = \*\*\*'
	stop_market
	stop "$mpedge_pid"
	# What would stop collecting, one at a time: status 1 and a remedy.
	check "a port where nobody listens" examine 1 "${others[@]}" binance.ws_port=1
	check "is a fail" says "^fail  binance ws: localhost:1: .*refused.* -> "
	check "a server of another kind" examine 1 "${others[@]}" \
		binance.rest_port="$sim_control"
	check "is one" says "^fail  binance rest: .* -> "
	check "roots that did not sign" examine 1 "${others[@]}" tls.ca_file=
	check "is one, with the words of TLS" says \
		"^fail  binance ws: .*issuer is not known.* -> is the clock"
	check "a name that is none" examine 1 "${others[@]}" binance.ws_host=no.invalid
	check "is one too" says "^fail  binance ws: no.invalid:.* -> "
	check "another size of the journal" examine 1 "${others[@]}" \
		journal.size_bytes=2097152
	check "is told with the one it has" says \
		"^fail  journal: 1024 KiB, in use by nobody.*2097152 -> set size_bytes"
	check "a folder that is not there" examine 1 "${others[@]}" \
		file.path="$work/none/records"
	check "is told" says "^fail  file.path: .*No such file.* -> make the folder"
	check "a port that somebody has" examine 1 "${others[@]}" \
		http.listen="127.0.0.1:$sim_control"
	check "is told too" says "^fail  collector: .* -> "
	check "settings that are wrong" examine 1 "${others[@]}" box.nonsense=1
	check "are told as at a start" says "^fail  settings: .*box.nonsense: there is no such key"
	check "no venue" examine 1 "${others[@]}" binance.enabled=false
	check "is nothing to collect" says "^fail  venues: 0 on"
	check "two files: 64" eval "'$mpedge' doctor a b >'$work/said' 2>&1; test \$? = 64"
	finish || result=1
}

# --- top ---------------------------------------------------------------------

# once STATUS ARGUMENT...: one frame, in $work/said
once() {
	local want=$1 got
	shift
	env -u COLUMNS -u LINES "$mpedge" top --once "$@" >"$work/said" 2>&1
	got=$?
	cat "$work/said"
	[ $got = "$want" ] || { echo "exit status $got"; return 1; }
}
terminal() { tmux -L "$tmux_name" "$@"; }
shown() { terminal capture-pane -p -t top >"$work/said" && says "$1"; }

top() {
	local port web tmux_name=mpedge-$$
	begin tools_top
	sim_ws='' http_port=''
	start_sim --rate 50
	port=$(free_port)
	check "nobody there: 1" once 1 "http://127.0.0.1:$port"
	check "it says so" says "^mpedge top: http://127.0.0.1:$port: .*connection refused$"
	check "no address: 64" once 64 "ftp://127.0.0.1"
	check "it says what one is" says "ftp://127.0.0.1: is no address such as http"
	check "TLS with unknown roots: 1" once 1 "https://localhost:$sim_rest"
	check "it says which" says "issuer is not known"
	check "TLS, and another page: 1" once 1 --ca-file "$sim_ca" "https://localhost:$sim_rest"
	check "it says so too" says "HTTP 404 for /status"
	node -e 'require("http").createServer((q, a) => a.end(q.url == "/a/status" ? "[1,2" : "{}")).listen('"$port"', "127.0.0.1")' &
	web=$!
	started $web
	check "a server of something else" wait_for 20 \
		eval "(exec 3<>/dev/tcp/127.0.0.1/$port)"
	check "what is no JSON: 1" once 1 "127.0.0.1:$port/a/"
	check "it is told" says "is not the /status of mpedge"
	check "what is another's: 1" once 1 "127.0.0.1:$port"
	check "it is told too" says "is not the /status of mpedge"
	stop "$web"
	start_mpedge log.levels=app:error
	check "a frame: 0" wait_for 20 eval "once 0 127.0.0.1:$http_port &&
		says '^binance:0a  *live  *8/8 '"
	check "the box" says "^mpedge mpedge  .*  up [0-9]"
	check "its sinks" says "^file  *up "
	check "of 24 lines" test "$(wc -l <"$work/said")" = 24
	check "and 80 columns, without escapes" eval \
		"! grep -E '.{81}' '$work/said' && ! grep -q \$'\x1b' '$work/said'"
	# A login.
	stop "$mpedge_pid"
	start_mpedge http.token=Zl0tna http.user=edge http.password=Gh7:k
	printf 'Zl0tna\n' >"$work/token"
	printf 'edge:Gh7:k' >"$work/login"
	printf 'edge' >"$work/other"
	chmod 600 "$work/token" "$work/login" "$work/other"
	check "a login is wanted: 1" once 1 "127.0.0.1:$http_port"
	check "it says by what" says "HTTP 401 for /status: it wants --token-file"
	check "another login: 1" once 1 --token-file "$work/other" "127.0.0.1:$http_port"
	check "it says whose" says "it does not know the login of $work/other"
	check "no login at all: 1" once 1 --user-file "$work/other" "127.0.0.1:$http_port"
	check "it says what it is" says "$work/other: its first line is no user:password"
	check "a token" once 0 --token-file "$work/token" "127.0.0.1:$http_port"
	check "user and password" once 0 --user-file "$work/login" "127.0.0.1:$http_port"
	chmod 644 "$work/login"
	check "a file for all to read: 1" once 1 --user-file "$work/login" "127.0.0.1:$http_port"
	check "it says that" says "$work/login: others may read it; chmod 600 it"
	check "no file: 1" once 1 --token-file "$work/none" "127.0.0.1:$http_port"
	check "one of the two: 64" once 64 --token-file "$work/token" --user-file "$work/token"
	stop "$mpedge_pid"
	write_config log.levels=app:error
	start_mpedge
	# Alive in a terminal; then the shell has it back as it was.
	check "a terminal" terminal -f /dev/null new-session -d -s top -x 80 -y 24 \
		"stty -g >'$work/stty'; '$mpedge' top 127.0.0.1:$http_port
		echo left=\$?; stty -g | cmp - '$work/stty' && echo same; read -r x"
	check "lives" wait_for 20 shown "^binance:0a  *live  *8/8 +[1-9]"
	check "fills it" eval '[ "$(wc -l <"$work/said")" = 24 ] &&
		tail -n 1 "$work/said" | grep -qE "^.{73}q quits$"'
	terminal resize-window -t top -x 100 -y 30
	check "and another size" wait_for 20 shown "^.{93}q quits$"
	stop_market
	stop "$mpedge_pid"
	check "the collector ends: told" wait_for 20 shown "127.0.0.1:$http_port: .*refused"
	start_mpedge
	check "and is back" wait_for 20 shown "^.{93}q quits$"
	terminal send-keys -t top q
	check "q ends it with 0" wait_for 20 shown "left=0"
	check "the terminal is as before" wait_for 20 shown "^same"
	terminal kill-server
	stop "$mpedge_pid"
	finish || result=1
}

for part in ${*:-logs doctor top}; do
	$part
done
exit $result
