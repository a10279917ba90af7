# lib.sh -- what the end-to-end tests share.  Source it from bash in the root of
# the project:
#
#	. tests/e2e/lib.sh
#	begin first_light			# scratch folder $work, empty
#	start_sim --rate 500 --symbols BTCUSDT	# $sim_pid, $sim_ws, ..., $ledger
#	start_nats				# $nats_pid, $nats_port, $nats_url
#	start_mpedge nats.enabled=true		# $mpedge_pid, $http_port
#	wait_for 10 delivered 1000
#	ctl reset				# the answer is in $answer
#	check 'no loss' verify_nats -t
#	finish					# stops all; exit status
#
# Several venues at once, one simulator each:
#
#	start_sim_of okx --rate 100		# ${sim_of[okx]} is its pid
#	start_mpedge okx.symbols=BTC-USDT	# hosts and ports of all are set
#	ctl_of okx reset
#	verify_nats -t				# against all ledgers
#
# Every server listens on 127.0.0.1 and is ended by its pid.  Output is lines
# `ok NAME` and `not ok NAME`; after a failure the ends of the logs follow, with
# `# ` before them.  KEEP=1 keeps the scratch folder.

tools=${TOOLS:-build/x86_64-release/tests/tools}
mpedge=${MPEDGE:-build/mpedge}
simulator=${SIMULATOR:-build/exchange-sim}
nats_server=${NATS_SERVER:-build/deps/tools/nats-server}
stream=MARKET_DATA
declare -A sim_of=() sim_ports=() sim_files=()

# --- the frame -------------------------------------------------------------

# begin NAME: a scratch folder for this scenario; $suite names it in the output
begin() {
	suite=$1
	failures=0
	pids=
	sim_of=() sim_ports=() sim_files=()
	work=${WORK:-build/e2e}/$suite
	rm -rf "$work"
	mkdir -p "$work"
	trap 'stop_all; exit 130' INT TERM
	trap stop_all EXIT
}

ok() { echo "ok $suite: $1"; }

# skip WHAT AND WHY...: what this machine does not allow
skip() { echo "skip $suite: $*"; }

not_ok() {
	echo "not ok $suite: $1"
	failures=$((failures + 1))
	for log in "$work"/check.log "$work"/mpedge.log; do
		[ -s "$log" ] || continue
		echo "# --- $log"
		tail -n "${LOG_LINES:-15}" "$log" | sed 's/^/# /'
	done
}

# check NAME COMMAND...: ok when the command succeeds
check() {
	local name=$1
	shift
	if "$@" >"$work/check.log" 2>&1; then
		ok "$name"
	else
		not_ok "$name"
	fi
}

finish() {
	stop_all
	trap - EXIT
	[ -n "${KEEP:-}" ] || [ $failures -gt 0 ] || rm -rf "$work"
	[ $failures -eq 0 ]
}

# nap SECONDS: on a pipe that nobody writes to; one made for each nap would be a
# process each time, tens of thousands in a long run.
exec {nap_pipe}<> <(:)
nap() { read -rt "$1" -u "$nap_pipe" || :; }

# wait_for SECONDS COMMAND...: poll until it succeeds; 1 when the time is over
wait_for() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt $end ] || return 1
		nap 0.05
	done
}

# A port nobody listens on, below those the system hands out itself.
free_port() {
	local port
	while :; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
		(exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo $port
}

# --- processes -------------------------------------------------------------

running() { [ -n "${1:-}" ] && kill -0 "$1" 2>/dev/null; }

# stop PID [SIGNAL]: ends it and waits; its exit status is in $status
stop() {
	status=
	[ -n "${1:-}" ] || return 0
	kill -"${2:-TERM}" "$1" 2>/dev/null
	wait_for 15 eval "! kill -0 $1" || kill -KILL "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	status=$?
	pids=${pids/ $1 / }
}

stop_all() {
	local pid
	for pid in $pids; do
		stop "$pid"
	done
	pids=
}

started() { pids="$pids $1 "; }

# --- what was said ---------------------------------------------------------

# exits STATUS COMMAND...: what it said is in $work/said
exits() {
	local want=$1 got
	shift
	"$@" >"$work/said" 2>&1
	got=$?
	cat "$work/said"
	[ $got = "$want" ] || { echo "exit status $got"; return 1; }
}

# Did it say that?  Does the log?
says() { grep -q -- "$1" "$work/said"; }
logged() { grep -q -- "$1" "$work/mpedge.log"; }

# --- the simulator ---------------------------------------------------------

# start_sim OPTION...: a simulator with a ledger.  Started again it has the same
# certificate authority and the same ports.
start_sim() { start_sim_in "$work/sim" "$work/ledger.jsonl" "$@"; }

# start_sim_in DIR LEDGER OPTION...
start_sim_in() {
	local dir=$1 again=
	ledger=$2
	shift 2
	[ -n "${sim_ws:-}" ] && [ -s "$dir/ports" ] && again="--ws-port $sim_ws
		--rest-port $sim_rest --control-port $sim_control"
	mkdir -p "$dir"
	rm -f "$dir/ports"
	"$simulator" --dir "$dir" --ledger "$ledger" $again "$@" \
		>>"$work/sim.log" 2>&1 &
	sim_pid=$!
	started $sim_pid
	wait_for 10 test -s "$dir/ports" || {
		not_ok "the simulator starts"
		tail "$work/sim.log"
		return 1
	}
	sim_ws=$(sed -n 's/^ws=//p' "$dir/ports")
	sim_rest=$(sed -n 's/^rest=//p' "$dir/ports")
	sim_control=$(sed -n 's/^control=//p' "$dir/ports")
	sim_ca=$dir/ca.pem
}

# start_sim_of VENUE OPTION...: one of several simulators.  ctl, sim_stat and
# the like then speak to the one started last; ctl_of names it.
start_sim_of() {
	local venue=$1
	shift
	sim_ws=
	start_sim_in "$work/sim-$venue" "$work/ledger-$venue.jsonl" --venue "$venue" "$@" ||
		return 1
	sim_of[$venue]=$sim_pid
	sim_ports[$venue]="$sim_ws $sim_rest $sim_control"
	sim_files[$venue]=$ledger
	sim_ca=$work/ca.pem
	cat "$work"/sim-*/ca.pem >"$sim_ca"
}

# The symbols it has, separated by blanks.
symbols_of() {
	ctl_of "$1" flush
	sed -n 's/^{"k":"book","s":"\([^"]*\)".*/\1/p' "${sim_files[$1]}" |
		xargs
}

# sim_port VENUE ws|rest|control
sim_port() {
	local ws rest control
	read -r ws rest control <<<"${sim_ports[$1]}"
	echo "${!2}"
}

# ctl WORD...: a command to the simulator; $answer is what it said
ctl() {
	answer=$("$tools/ctl" "$sim_control" "$@")
}

ctl_of() {
	local sim_control
	sim_control=$(sim_port "$1" control)
	shift
	ctl "$@"
}

# ctl_all WORD...: the same to every simulator of start_sim_of
ctl_all() {
	local venue
	for venue in "${!sim_of[@]}"; do
		ctl_of "$venue" "$@"
	done
}

# sim_stat NAME: one number of the simulator's stats, not of those by kind of
# violation, some of which have the same name
sim_stat() {
	ctl stats
	sed -n "s/\"violations_by\".*//; s/.*\"$1\":\([0-9]*\).*/\1/p" \
		<<<"$answer"
}

sim_stat_of() {
	local sim_control
	sim_control=$(sim_port "$1" control)
	sim_stat "$2"
}

# sim_reaches NAME VALUE: is that number at least this?
sim_reaches() { [ "$(sim_stat "$1")" -ge "$2" ]; }

# A GET of the simulator's REST interface.
sim_get() {
	curl -sS --max-time 10 --cacert "$sim_ca" \
		"https://localhost:$sim_rest$1"
}

# --- nats-server -----------------------------------------------------------

nats_ready() { (exec 3<>"/dev/tcp/127.0.0.1/$nats_port") 2>/dev/null; }

# start_nats [OPTION...]: with JetStream; started again it has the same port and
# what it had stored
start_nats() {
	nats_port=${nats_port:-$(free_port)}
	nats_url=nats://127.0.0.1:$nats_port
	"$nats_server" -a 127.0.0.1 -p "$nats_port" -js -sd "$work/nats" "$@" \
		>>"$work/nats.log" 2>&1 &
	nats_pid=$!
	started $nats_pid
	wait_for 10 nats_ready || not_ok "nats-server starts"
}

# Everything in the stream, to $work/records.tsv
dump_nats() {
	"$tools/nats_dump" "$nats_url" "${1:-$stream}" >"$work/records.tsv"
}

# --- mpedge ----------------------------------------------------------------

# section_of VENUE WS-PORT REST-PORT: where its simulator is
section_of() {
	echo "$1.ws_host=localhost $1.ws_port=$2" \
		"$1.rest_host=localhost $1.rest_port=$3"
}

# write_config KEY=VALUE...: $work/config.ini for the simulator.  A key is
# section.name; what is given later wins.  Only records go to the stream.
write_config() {
	local line venue sections=()
	http_port=${http_port:-$(free_port)}
	# It is on by default.
	[ ${#sim_of[@]} -eq 0 ] || sections=(binance.enabled=false)
	for venue in "${!sim_of[@]}"; do
		sections+=("$venue.enabled=true"
			$(section_of "$venue" ${sim_ports[$venue]}))
	done
	[ ${#sections[@]} -gt 0 ] || sections=($(
		section_of binance "$sim_ws" "$sim_rest")
		binance.symbols="BTC-USDT ETH-USDT")
	for line in "http.listen=127.0.0.1:$http_port" "tls.ca_file=$sim_ca" \
		"${sections[@]}" \
		"nats.url=${nats_url:-nats://127.0.0.1:4222}" \
		nats.status_s=0 \
		"file.path=$work/records.jsonl" "$@"; do
		echo "$line"
	done | awk '{
		at = index($0, "=")
		key = substr($0, 1, at - 1)
		split(key, part, ".")
		if (!(key in value))
			order[++keys] = key
		value[key] = substr($0, at + 1)
		if (!(part[1] in seen)) {
			seen[part[1]] = 1
			section[++sections] = part[1]
		}
	}
	END {
		for (s = 1; s <= sections; s++) {
			print "[" section[s] "]"
			for (k = 1; k <= keys; k++) {
				split(order[k], part, ".")
				if (part[1] == section[s])
					print part[2] " = " value[order[k]]
			}
		}
	}' >"$work/config.ini"
}

# start_mpedge [KEY=VALUE...]: writes the config and starts; without arguments a
# second start uses the config that is there
start_mpedge() {
	[ $# -eq 0 ] && [ -s "$work/config.ini" ] || write_config "$@"
	"$mpedge" "$work/config.ini" 2>>"$work/mpedge.log" >>"$work/mpedge.out" &
	mpedge_pid=$!
	started $mpedge_pid
	wait_for 10 page /health || {
		running $mpedge_pid || not_ok "mpedge starts"
	}
}

# page PATH: of the status server, whatever its status code
page() {
	curl -sS --max-time 5 -o - "http://127.0.0.1:$http_port$1" 2>/dev/null
}

# metric NAME [LABEL...]: sum of all its samples whose line has these texts
metric() {
	local name=$1 text try
	shift
	# An answer may be late, or a 503, without being what a test is about.
	for try in 1 2 3; do
		text=$(page /metrics)
		case $text in *mpedge_*) break ;; esac
	done
	# Nothing, which is no number: a dead process has not lost 0 records.
	case $text in *mpedge_*) ;; *) return 1 ;; esac
	printf '%s\n' "$text" | awk -v name="$name" -v labels="$*" '
		BEGIN { wanted = split(labels, label, " ") }
		index($1, name) == 1 && $1 ~ ("^" name "([{]|$)") {
			for (i = 1; i <= wanted; i++)
				if (index($0, label[i]) == 0)
					next
			sum += $NF
		}
		END { printf "%d\n", sum }'
}

# metric_reaches VALUE NAME [LABEL...]
metric_reaches() {
	local least=$1
	shift
	[ "$(metric "$@")" -ge "$least" ]
}

# Resident memory of a process in KiB, now and at its highest.
rss() { awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"; }
# Without what a file lies behind, such as the journal's.
rss_anon() { awk '/^RssAnon:/ { print $2 }' "/proc/$1/status"; }
# Of that what is not the arena (box.memory_bytes of address space): there alone
# can a leak be; the arena's pools are fixed, and resident once they were needed.
rss_heap() {
	awk '/^Size:/ { size = $2 }
		/^Anonymous:/ && size < 262144 { sum += $2 }
		END { print sum + 0 }' "/proc/$1/smaps"
}
rss_peak() { awk '/^VmHWM:/ { print $2 }' "/proc/$1/status"; }

# CPU of a process in clock ticks (100 a second).
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# --- what was delivered ----------------------------------------------------

# settled SECONDS COMMAND: what it prints no longer changes
settled() {
	local end=$((SECONDS + $1)) before= now= same=0
	shift
	while [ $same -lt 5 ]; do
		[ $SECONDS -lt $end ] || return 1
		now=$("$@")
		[ "$now" = "$before" ] && same=$((same + 1)) || same=0
		before=$now
		nap 0.2
	done
}

# Every connection is live, every book in step.
connected() {
	page /metrics | awk '
		{ name = $1; sub(/[{].*/, "", name); sum[name] += $NF }
		END {
			all = sum["mpedge_market_connections"]
			exit !(all > 0 &&
				sum["mpedge_market_connections_live"] == all &&
				sum["mpedge_market_books_live"] == \
					sum["mpedge_market_books"])
		}'
}

# Nothing more is asked of the venues.
fetched() {
	[ "$(metric mpedge_rest_queue)" = 0 ] &&
		[ "$(metric mpedge_market_holes)" = 0 ]
}

# Stop the market and wait until everything of it has come.  The simulator's
# last trade of each symbol tells those who are connected what they miss.
stop_market() {
	wait_for 20 connected
	if [ ${#sim_of[@]} -gt 0 ]; then
		ctl_all pause
	else
		ctl pause
	fi
	settled 60 metric mpedge_market_messages_total && wait_for 30 fetched
}

# All ledgers; what is in memory of them is written first.
ledgers() {
	[ ${#sim_of[@]} -gt 0 ] || {
		ctl flush
		echo "$ledger"
		return
	}
	ctl_all flush
	echo "${sim_files[@]}"
}

# verify_file [OPTION...]: the file sink against the ledgers
verify_file() {
	"$tools/verify" "$@" $(ledgers) \
		$(ls -rv "$work"/records.jsonl.[0-9]* 2>/dev/null) \
		"$work/records.jsonl"
}

# verify_nats [OPTION...]: the stream against the ledgers
verify_nats() {
	dump_nats && "$tools/verify" "$@" $(ledgers) "$work/records.tsv"
}
