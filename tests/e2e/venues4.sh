#!/bin/bash
# usage: venues4.sh
# All four venues at once, ten symbols each, everything that is collected, into
# a real nats-server and a file, while each venue does one thing after the other
# wrong: every kind of fault of the simulator, in an order that a seed decides,
# with mpedge killed and nats-server restarted in between.  After each round
# every stream must be live again within LIMIT_MS of the end of the last fault.
# At the end the stream and the file are proven against the four ledgers.
#
#   E2E_SEED     decides all of it (8585; printed)
#   E2E_SECONDS  length (100); a round takes 3 to 4 seconds, so that 600 of
#                these are more faults than venues make in two hours
#   E2E_FAULTS   only faults whose names match (a regular expression)
#   E2E_VENUES   only these venues
#
# Compressed with the time: silence is found after 4 s instead of 60, pauses
# between attempts grow to 2 s instead of 30, and REST of USD-M and OKX has the
# request weight of more minutes than pass.  As in the field: connections in
# five minutes, messages a second, requests an hour, credits, pongs, idle time.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
seconds=${E2E_SECONDS:-100}
seed=${E2E_SEED:-8585}
venues=${E2E_VENUES:-binance binance_usdm okx deribit}
only=${E2E_FAULTS:-.}
LIMIT_MS=10000
everything="trade orderbook kline ticker funding_rate open_interest liquidation"

# Streams that say nothing for long, and rightly so: liquidations and listings.
declare -A quiet=([binance]=0 [binance_usdm]=2 [okx]=6 [deribit]=1)

# --- faults ----------------------------------------------------------------

# NAME MS COMMAND: the fault lasts so long.  SYMBOL and TRADES stand for a symbol
# and its stream of trades; several commands are separated by `;`.
common='
close-1000 0 close 1000
close-1001 0 close 1001
close-1008 0 close 1008
close-1012 0 close 1012
close-1013 0 close 1013
reset 0 reset
cut 0 cut
half-open 6000 halfopen 6000
stalled 5000 stall TRADES 5000
all-silent 6000 silentall
skip 0 skip SYMBOL 2
repeat 0 repeat SYMBOL 10
reorder 0 reorder SYMBOL
trades-twice 0 dupstrade SYMBOL 10
engine 0 engine SYMBOL
ids-again 0 seqreset SYMBOL
shutdown 1500 shutdown
refused 0 refuse 2; reset
http-503 0 httpstatus 503 2; reset
rest-503 0 rest5xx 2; reset
rest-html 0 resthtml 1 502; reset
rest-truncated 0 resttrunc 2; reset
snapshot-late 0 delaysnap 700; reset
snapshot-old 0 agesnap 40; reset
garbage 0 garbage
half-json 0 truncjson
bad-utf8 0 invalidutf8
rsv1 0 rsv1
big-frame 0 bigframe 1048576
long-ping 0 ping 125
slow 3000 slowsend 400 3000
'
# Where a venue says how long to stay away, that is part of the fault.
own_binance='rest-429 1000 rest429 2 1; reset
rest-418 2000 rest418 2; reset'
own_binance_usdm='rest-418 2000 rest418 2; reset'
own_okx='crossed 2000 cross SYMBOL 2000'
own_deribit='no-credits 0 ratelimit; reset
too-slow 0 toolate'

# A generator of our own: that of the shell differs from one to the next.
roll() { # roll N: 0..N-1 into $rolled
	random=$(((random * 1103515245 + 12345) % 2147483648))
	rolled=$((random / 65536 % $1))
}

declare -A deck=()
# deal VENUE: its next fault into $fault; each comes once before one comes again
deal() {
	local own=own_$1 left
	[ -n "${deck[$1]:-}" ] ||
		deck[$1]=$(printf '%s\n%s\n' "$common" "${!own}" |
			awk -v only="$only" 'NF && $1 ~ only')
	mapfile -t left <<<"${deck[$1]}"
	roll ${#left[@]}
	fault=${left[rolled]}
	unset "left[$rolled]"
	deck[$1]=$(printf '%s\n' "${left[@]}")
}

trades_stream() {
	case $1 in
	binance*) echo "${2,,}@trade" ;;
	okx) echo "trades:$2" ;;
	deribit) echo "trades.$2.100ms" ;;
	esac
}

# strike VENUE: one fault; $lasts is longest of those of this round
strike() {
	local name ms commands command list
	deal "$1"
	read -r name ms commands <<<"$fault"
	list=(${symbols[$1]})
	roll ${#list[@]}
	commands=${commands//SYMBOL/${list[rolled]}}
	commands=${commands//TRADES/$(trades_stream "$1" "${list[rolled]}")}
	while IFS= read -r command; do
		ctl_of "$1" $command
		case $answer in
		*'"ok":true'*) ;;
		*) echo "# $1: $command: $answer" ;;
		esac
	done <<<"${commands//; /$'\n'}"
	[ "$ms" -le "$lasts" ] || lasts=$ms
	names="$names $1:$name"
	faults=$((faults + 1))
}

# --- what is seen of it ----------------------------------------------------

read_bytes=0
# Not live: a line each.  A lane has two connections, one of them in use.
not_live() {
	page /status | jq -r --argjson quiet "$quiet_json" '
		(.connections | group_by(.name[:-1])[] |
		select(all(.state != "live")) | "\(.[0].name) \(.[0].state)"),
		(.connections | map(select(.state == "live")) |
		group_by(.name[:-1]) | map(max_by(.streams_seen)) |
		group_by(.name | sub(":.*"; ""))[] |
		(.[0].name | sub(":.*"; "")) as $v |
		([.[].streams] | add) as $all | ([.[].streams_seen] | add) as $is |
		select($is < $all - $quiet[$v]) | "\($v) \($is) of \($all) streams"),
		(.books[] | select(.state != "live") |
		"\(.venue) \(.symbol) book \(.state)")'
	new_events
	awk -F '"' '{
		name = $8
		state[name] = $12
		split(name, part, ":")
		# What was said of the streams of a connection ends with it.
		if ($12 ~ /^(lost|took over)$/)
			for (other in state)
				if (index(other, part[1] ":") == 1)
					delete state[other]
	}
	END {
		for (name in state)
			if (state[name] ~ /^(silent|late|rejected)$/)
				print name, state[name]
	}' "$work/events"
}

# The events that were written since: the log holds back what comes in bursts.
new_events() {
	local size
	size=$(stat -c %s "$work/records.jsonl")
	# Who was killed may have left half a line, which was cut off.
	[ "$size" -ge $read_bytes ] || read_bytes=$size
	tail -c +$((read_bytes + 1)) "$work/records.jsonl" |
		head -c $((size - read_bytes)) |
		grep '^{"exchange_name":"[a-z]*","connection":' >>"$work/events"
	read_bytes=$size
}

all_live() {
	page /status | grep -q '"books":\[{' && not_live >"$work/not_live" &&
		[ ! -s "$work/not_live" ]
}

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

pause_ms() { nap "$(($1 / 1000)).$(printf %03d $(($1 % 1000)))"; }

# The round is over: how long until every stream is live?
recover() {
	local ended took
	ended=$(now_ms)
	if ! wait_for $((LIMIT_MS / 1000 + 20)) all_live; then
		sed "s/^/# $suite: never live: /" "$work/not_live"
	fi
	took=$(($(now_ms) - ended))
	[ $took -le $longest ] || longest=$took longest_names=$names
	[ $took -le $LIMIT_MS ] || {
		late=$((late + 1))
		echo "# $suite: $took ms after$names"
	}
}

# The process must be there, and small.
look() {
	local is
	running "$mpedge_pid" || {
		deaths=$((deaths + 1))
		start_mpedge
		return
	}
	is=$(rss_peak "$mpedge_pid")
	[ "$is" -le $peak ] || peak=$is
}

# --- the run ---------------------------------------------------------------

kill_mpedge() {
	look
	stop "$mpedge_pid" KILL
	names="$names mpedge:killed"
	kills=$((kills + 1))
	pause_ms 500
	start_mpedge
}

restart_nats() {
	stop "$nats_pid" "$1"
	names="$names nats:restarted"
	restarts=$((restarts + 1))
	pause_ms 1000
	start_nats
}

# round N: faults of all venues at once, now and then more
one_round() {
	local v
	names= lasts=0
	for v in $venues; do
		strike "$v"
	done
	[ $(($1 % 8)) != 3 ] || restart_nats TERM
	[ $(($1 % 8)) != 6 ] || [ -n "$settling" ] || kill_mpedge
	pause_ms $lasts
	for v in $venues; do
		ctl_of "$v" clear
	done
	recover
	look
	[ -z "${VERBOSE:-}" ] || echo "# $((SECONDS - began)) s:$names"
}

start_all() {
	local v n=0 settings=()
	for v in $venues; do
		n=$((n + 1))
		start_sim_of "$v" --rate "${E2E_RATE:-75}" --depth 100 \
			--seed $((seed + n)) --symbol-count 10 \
			--liquidations-ms 1000 ${options[$v]}
		symbols[$v]=$(symbols_of "$v")
		settings+=("$v.symbols=${symbols[$v]}" "$v.silence_ms=4000"
			"$v.first_data_ms=4000" "$v.stale_book_ms=8000"
			"$v.backoff_min_ms=100" "$v.backoff_max_ms=2000"
			"$v.book_limit=${limit[$v]}"
			"$v.book_publish=${limit[$v]}"
			"$v.book_interval_s=5" "$v.poll_s=5"
			"$v.weight_per_minute=6000")
		[ "$v" = binance ] || settings+=("$v.channels=$everything")
	done
	start_nats
	start_mpedge "${settings[@]}" nats.enabled=true nats.reconnect_ms=100 \
		file.enabled=true file.rotate_bytes=0 journal.path="$journal" \
		journal.size_bytes=4194304
}

come_to_rest() {
	stop_market && wait_for 30 delivered
}

delivered() {
	[ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}

no_violations() {
	local v
	for v in $venues; do
		[ "$(sim_stat_of "$v" violations)" = 0 ] || {
			ctl_of "$v" stats
			echo "$v: $answer"
			return 1
		}
	done
}

summary() { tail -n 1 "$work/check.log" | sed "s/^/# $suite: $1: /"; }

begin venues4
echo "# $suite: E2E_SEED=$seed"
random=$seed
journal=$work/journal
declare -A symbols options=([binance_usdm]="--max-weight 6000"
	[okx]="--funding-ms 1000")
# A snapshot of 100 levels costs little; the others send theirs unasked.
declare -A limit=([binance]=100 [binance_usdm]=100 [okx]=400 [deribit]=400)
quiet_json=$(for v in "${!quiet[@]}"; do echo "{\"$v\":${quiet[$v]}}"; done |
	jq -cs add)
longest=0 longest_names= late=0 deaths=0 peak=0 faults=0 kills=0 restarts=0
start_all
check "every stream is live" wait_for 30 all_live
sed "s/^/# $suite: /" "$work/not_live"
began=$SECONDS
early= settling=
for ((i = 0; SECONDS - began < seconds; i++)); do
	one_round $i
	[ $(((SECONDS - began) * 2)) -lt $seconds ] || settling=yes
	[ -n "$early" ] || [ $(((SECONDS - began) * 4)) -lt $((seconds * 3)) ] ||
		early="$(rss_heap "$mpedge_pid") $(rss_anon "$mpedge_pid")"
done
echo "# $suite: $faults faults in $i rounds, $kills kills of mpedge," \
	"$restarts restarts of nats-server, $((SECONDS - began)) s"
echo "# $suite: live again after $longest ms at most:$longest_names"
check "every stream is live again in time" test $late = 0
check "it never ended by itself" test $deaths = 0
# A book that was loaded just now may show what is a little old.
pause_ms 2000
check "all of it arrived" come_to_rest
check "nothing was lost on the way to a sink" \
	test "$(metric mpedge_sink_lost_total)" = 0
look
read -r heap anon <<<"$early"
grown=$(($(rss_heap "$mpedge_pid") - heap))
echo "# $suite: RSS $peak KiB at most; from three quarters to the end" \
	"the heap of $heap KiB grew by $grown KiB, and" \
	"$(($(rss_anon "$mpedge_pid") - anon)) KiB of the pools were used first"
check "RSS under 16 MiB" test $peak -lt 16384
check "memory is flat" test $grown -lt 256
# Before the watchdogs find that the market is silent.
stop "$mpedge_pid"
check "SIGTERM drains and ends with 0" test "$status" = 0
check "stream: every trade once or named, every book right" \
	verify_nats -t -l 100
summary stream
check "file: the same, what was unconfirmed perhaps twice" \
	verify_file -t -r -l 100
summary file
check "no limit of any venue was exceeded" no_violations
finish
