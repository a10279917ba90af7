#!/bin/bash
# usage: journal.sh
# The file of the journal meets a disk that is full: at the start, while data
# flow, with holes in the file, killed in the middle of it; and one that only reads
# at the start.  What comes out is proven against the simulator's ledger.
#
# The disk is a tmpfs of our own, in a mount namespace.  Where the machine allows
# none, a line `skip journal: ...` says so.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

if [ -z "${JOURNAL_NAMESPACE:-}" ]; then
	try='mount -t tmpfs -o size=1m none /mnt'
	if unshare -rm sh -c "$try" 2>/dev/null; then
		JOURNAL_NAMESPACE=1 exec unshare -rm "$0"
	fi
	JOURNAL_NAMESPACE=none
fi

# --- a full disk -----------------------------------------------------------

fill_disk() { cat /dev/zero >"$disk/fill" 2>/dev/null; }
free_disk() { rm -f "$disk/fill"; }
is_full() { [ "$(df --output=avail "$disk" | tail -n 1)" -eq 0 ]; }
in_memory() { [ "$(metric mpedge_journal_in_memory)" = 1 ]; }
in_file() { page /health >/dev/null && [ "$(metric mpedge_journal_in_memory)" = 0 ]; }
in_step() { [ "$(metric mpedge_market_books_live)" = 2 ]; }
confirmed() { metric mpedge_sink_confirmed_total sink='"nats"'; }
goes_on() { # NATS gets a thousand more
	wait_for 20 metric_reaches $(($(confirmed) + 1000)) \
		mpedge_sink_confirmed_total nats
}
sink_state() { page /status | jq -r ".sinks[] | select(.name == \"$1\").state"; }
sink_is() { [ "$(sink_state "$1")" = "$2" ]; }
at_rest() {
	[ "$(metric mpedge_sink_behind_bytes)" = 0 ] &&
		[ "$(metric mpedge_sink_in_flight)" = 0 ]
}
come_to_rest() {
	stop_market && wait_for 30 at_rest
}
logged() { grep -q "component=journal event=$1" "$work/mpedge.log"; }

run_full_disk() {
	begin journal
	if [ $JOURNAL_NAMESPACE = none ]; then
		skip "a full disk: this machine allows no mounts in a" \
			"namespace of its own"
		return
	fi
	disk=$work/disk
	mkdir -p "$disk"
	mount -t tmpfs -o size=12m none "$disk" || not_ok "mount"
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --depth 50
	start_nats

	# At the start: nothing but the program's own memory.
	fill_disk
	check "the disk is full" is_full
	start_mpedge nats.enabled=true journal.path="$disk/journal" \
		journal.size_bytes=4194304 file.path="$work/records.jsonl" \
		file.rotate_bytes=0
	check "no room at start: it collects" wait_for 20 in_step
	check "no room at start: in memory" in_memory
	check "no room at start: the log says why" \
		grep -q 'event=file_fails.*No space left' "$work/mpedge.log"
	check "no room at start: /health is degraded" \
		eval 'page /health | jq -e ".status == \"degraded\""'
	check "no room at start: /health says why" \
		eval 'page /health | grep -q "kept in memory"'
	check "no room at start: records arrive" goes_on
	free_disk
	check "room again: the file is in use" wait_for 20 in_file
	check "room again: the log says so" wait_for 5 logged file_in_use_again
	check "room again: healthy" \
		wait_for 10 eval 'page /health | grep -q "\"status\":\"healthy\""'
	stop "$mpedge_pid" KILL
	start_mpedge
	check "killed after that: in step again" wait_for 20 in_step

	# While data flow: the file has its blocks, nothing happens to it.  What
	# else writes there waits.
	stop "$mpedge_pid"
	write_config nats.enabled=true journal.path="$disk/journal" \
		journal.size_bytes=4194304 file.path="$disk/records.jsonl" \
		file.rotate_bytes=0
	start_mpedge
	check "a file sink on that disk" wait_for 20 sink_is file up
	fill_disk
	check "full while running: the file sink waits" \
		wait_for 20 sink_is file down
	check "full while running: records arrive" goes_on
	check "full while running: the journal stays in its file" in_file
	free_disk
	check "freed: the file sink goes on" wait_for 20 sink_is file up
	check "freed: it has caught up" wait_for 30 eval \
		'[ "$(metric mpedge_sink_behind_bytes file)" -lt 4096 ]'

	# Holes in the file, and no room to fill them.
	check "all arrived" come_to_rest
	fallocate -p -o 217088 -l 4194304 "$disk/journal"
	fill_disk
	ctl resume
	check "holes: in memory" wait_for 20 in_memory
	check "holes: the log says so" logged file_fails
	check "holes: records arrive" goes_on
	free_disk
	check "holes filled: the file is in use" wait_for 20 in_file
	check "holes filled: records arrive" goes_on

	# Killed while in memory: the file is what it was then.
	check "all arrived again" come_to_rest
	fallocate -p -o 217088 -l 4194304 "$disk/journal"
	fill_disk
	ctl resume
	check "holes again: in memory" wait_for 20 in_memory
	check "holes again: records arrive" goes_on
	stop "$mpedge_pid" KILL
	free_disk
	start_mpedge
	check "killed in memory: in step again" wait_for 20 in_step
	check "killed in memory: records arrive" goes_on
	check "everything arrived" come_to_rest
	check "stream: every trade once, every book right" verify_nats -t -l 500
	tail -n 1 "$work/check.log" | sed "s/^/# $suite: /"
	check "nothing was lost on the way to a sink" \
		test "$(metric mpedge_sink_lost_total)" = 0
	stop "$mpedge_pid"
	check "SIGTERM ends with 0" test "$status" = 0
	umount "$disk"
	finish || result=1
}

# --- a file system that only reads -----------------------------------------

start_reading() {
	start_mpedge nats.enabled=true file.enabled=false \
		journal.path="$disk/journal" journal.size_bytes=4194304
}

run_reading() {
	begin journal_reading
	if [ $JOURNAL_NAMESPACE = none ]; then
		skip "a file system that only reads: this machine allows" \
			"no mounts in a namespace of its own"
		return
	fi
	disk=$work/disk
	mkdir -p "$disk"
	mount -t tmpfs -o size=12m,ro none "$disk" || not_ok "mount"
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --depth 50
	start_nats

	start_reading
	check "without a file: it collects" wait_for 20 in_step
	check "without a file: in memory" in_memory
	check "without a file: the log says why" wait_for 20 grep -q \
		'event=file_fails.*Read-only file system' "$work/mpedge.log"
	check "without a file: /health says why" eval 'page /health |
		grep -q "kept in memory: Read-only file system"'
	check "without a file: records arrive" goes_on
	mount -o remount,rw "$disk"
	check "it can be written to: the file is in use" wait_for 40 in_file
	check "and healthy" wait_for 10 eval \
		'page /health | grep -q "\"status\":\"healthy\""'
	check "records arrive" goes_on

	# Killed with something that nobody has confirmed.
	kill -STOP "$nats_pid"
	frames=$(metric mpedge_journal_appended_total)
	check "something waits for NATS" \
		wait_for 20 metric_reaches $((frames + 500)) \
		mpedge_journal_appended_total
	stop "$mpedge_pid" KILL
	mount -o remount,ro "$disk"
	kill -CONT "$nats_pid"
	start_reading
	check "with its file: it collects" wait_for 20 in_step
	check "with its file: in memory" in_memory
	check "with its file: what it had is there" eval \
		'! grep -q "recovered=0$" <(grep event=started "$work/mpedge.log" |
			tail -n 1)'
	check "with its file: records arrive" goes_on
	mount -o remount,rw "$disk"
	check "written to again: the file is in use" wait_for 40 in_file
	stop "$mpedge_pid" KILL
	start_mpedge
	check "killed after that: in step" wait_for 20 in_step
	check "everything arrived" come_to_rest
	check "stream: every trade once, every book right" verify_nats -t -l 500
	stop "$mpedge_pid"
	check "SIGTERM ends with 0" test "$status" = 0

	# What no waiting mends is an error.
	mount -o remount,ro "$disk"
	write_config journal.path="$disk" journal.size_bytes=4194304
	timeout 20 "$mpedge" "$work/config.ini" >>"$work/mpedge.log" 2>&1
	check "a folder is refused" test $? = 78
	write_config journal.path="$disk/journal" journal.size_bytes=1048576
	timeout 20 "$mpedge" "$work/config.ini" >>"$work/mpedge.log" 2>&1
	check "a file of another size is refused" test $? = 78
	umount "$disk"
	finish || result=1
}

# --- the commands ----------------------------------------------------------

tool() { "$mpedge" journal "$@"; }
said() { grep -qE -- "$1" "$work/said"; }
field() { sed -n "s/.*$1=\([^ ]*\).*/\1/p" "$work/said" | head -n 1; }

run_commands() {
	local file count first last
	begin journal_commands
	file=$work/journal
	for usage in "" "nonsense $file" "ls" "verify $file more" \
		"ls --from 3 $file" "export --from x $file" "drop $file" \
		"export --to"; do
		check "usage: '$usage': 64" exits 64 tool $usage
	done
	check "no such file: 1" exits 1 tool ls "$work/none"
	echo "precious text" >"$work/text"
	check "not a journal: 1" exits 1 tool verify "$work/text"
	check "not a journal: said" said "is not a journal"

	# Of a running process.  The file sink has no room, so that it is behind.
	start_sim --rate 400 --symbols BTCUSDT,ETHUSDT --depth 50
	start_nats
	start_mpedge nats.enabled=true journal.path="$file" \
		journal.size_bytes=1048576 file.path=/dev/full
	check "collects" wait_for 20 in_step
	check "ls: it is in use" exits 0 tool ls "$file"
	check "ls: says so" said '^in_use=true$'
	check "ls: sinks and their backlog" said \
		'^cursor=nats sequence=[0-9]+ behind_records=[0-9]+ behind_bytes='
	check "ls: the age of what waits" said '^cursor=file .* age_s=[0-9]+$'
	check "drop: refused while it runs" exits 1 tool drop "$file" nats
	check "drop: says why" said "is in use by another process"
	# More than once around while it is read, again and again.
	count=$(metric mpedge_journal_appended_total)
	check "verify of a running one, again and again" eval \
		'wait_for 30 eval "! tool verify $file >$work/said || metric_reaches \
		$((count + 8000)) mpedge_journal_appended_total" &&
		metric_reaches $((count + 8000)) mpedge_journal_appended_total'
	check "export of a running one is JSON" eval \
		'tool export "$file" | jq -e . >/dev/null'
	check "it was not disturbed" test \
		"$(metric mpedge_sink_lost_total 'sink="nats"')" = 0
	check "all arrived" come_to_rest_of_nats
	# Gap records tell what the file sink has lost.
	verify_nats -t -l 500 >"$work/said" 2>&1
	check "every trade once" said "missing=0 duplicated=0 .*books_wrong=0"
	stop "$mpedge_pid" KILL

	check "ls of a killed one" exits 0 tool ls "$file"
	check "ls: not in use" said '^in_use=false$'
	first=$(sed -n 's/^oldest sequence=\([0-9]*\).*/\1/p' "$work/said")
	last=$(sed -n 's/^newest sequence=\([0-9]*\).*/\1/p' "$work/said")
	check "verify of a killed one: 0" exits 0 tool verify "$file"
	check "verify: counts" said "^records=$((last - first + 1)) missing=0 damaged=0$"
	check "export: all of them" test "$(tool export "$file" | wc -l)" = \
		$((last - first + 1))
	check "export: a range" test "$(tool export --from $((first + 10)) \
		--to $((first + 19)) "$file" | jq -c .exchange_name | wc -l)" = 10
	cp "$file" "$work/damaged"
	# One byte of a body near the end of the ring.
	printf '\377' | dd of="$work/damaged" bs=1 seek=$((217088 + 900000)) \
		conv=notrunc 2>/dev/null
	check "verify of a damaged one: 1" exits 1 tool verify "$work/damaged"
	check "verify: names the place" said '^damaged offset=11[0-9]+ bytes='
	check "verify: what it costs" said "missing=[1-9]"
	truncate -s 700000 "$work/damaged"
	check "verify of one cut short: 1" exits 1 tool verify "$work/damaged"
	check "drop of a sink that is not there: 1" exits 1 tool drop "$file" redis
	check "drop --before" exits 0 tool drop --before $((first + 100)) "$file"
	check "drop: what is given up" said \
		"^cursor=file given_up_records=[1-9][0-9]* .* now=$((first + 100))$"
	check "drop: others are not moved back" said "^cursor=nats given_up_records=0 "
	check "drop of all that waits" exits 0 tool drop "$file" file
	check "drop: to the newest" said "now=$((last + 1))$"
	check "ls after it" exits 0 tool ls "$file"
	check "nothing waits" said '^cursor=file .* behind_records=0 behind_bytes=0'
	finish || result=1
}

come_to_rest_of_nats() {
	stop_market &&
		wait_for 30 eval '[ "$(metric mpedge_sink_behind_bytes nats)" = 0 ]'
}

# --- a full journal of 2 GiB -----------------------------------------------

large=2147483648

# Where there is room for it; in memory rather than on a slow disk.
room_for_large() {
	local dir
	for dir in /dev/shm "$work"; do
		[ "$(df --output=avail "$dir" 2>/dev/null | tail -n 1)" -gt \
			3000000 ] || continue
		[ $dir != /dev/shm ] || [ "$(awk '/^MemAvailable/ { print $2 }' \
			/proc/meminfo)" -gt 5000000 ] || continue
		echo $dir/mpedge-large.$$
		return
	done
	return 1
}

# The time it takes to answer; $ready_ms and $resident
measure_start() {
	local from=${EPOCHREALTIME/./}
	start_mpedge "$@"
	ready_ms=$(((${EPOCHREALTIME/./} - from) / 1000))
	check "it collects" wait_for 90 in_step
	resident=$(rss "$mpedge_pid")
}

run_large() {
	local file small
	begin journal_large
	if ! file=$(room_for_large); then
		skip "a journal of 2 GiB: there is no room for it"
		return
	fi
	start_sim --rate 100 --symbols BTCUSDT,ETHUSDT --depth 50
	settings=(nats.enabled=true file.enabled=false
		nats.url="nats://127.0.0.1:$(free_port)")
	measure_start "${settings[@]}" journal.path="$work/small" \
		journal.size_bytes=1048576
	small=$resident
	echo "# $suite: 1 MiB, empty: ready after $ready_ms ms, $small KiB"
	stop "$mpedge_pid"
	"$tools/journal_fill" "$file" $large nats >"$work/filled"
	sync -f "$file"
	echo "# $suite: filled with $(cat "$work/filled")"
	measure_start "${settings[@]}" journal.path="$file" \
		journal.size_bytes=$large
	echo "# $suite: 2 GiB, full: ready after $ready_ms ms, $resident KiB"
	check "ready in time" test $ready_ms -lt 10000
	check "as small as with an empty one" test $resident -lt $((small + 3072))
	stop "$mpedge_pid" KILL
	# Both checkpoints spoiled: all of it has to be read.
	dd if=/dev/zero of="$file" bs=512 seek=1 count=2 conv=notrunc 2>/dev/null
	measure_start
	echo "# $suite: without checkpoints: ready after $ready_ms ms," \
		"$resident KiB, $(rss_peak "$mpedge_pid") KiB at most"
	check "as small when all was read" test \
		"$(rss_peak "$mpedge_pid")" -lt $((small + 4096))
	stop "$mpedge_pid" KILL
	start_nats
	measure_start "${settings[@]}" nats.url="$nats_url" journal.path="$file" \
		journal.size_bytes=$large
	check "the backlog is delivered" wait_for 30 metric_reaches 100000 \
		mpedge_sink_confirmed_total nats
	echo "# $suite: 100000 of it delivered: $(rss "$mpedge_pid") KiB"
	check "as small while it is read" test \
		"$(rss "$mpedge_pid")" -lt $((small + 8192))
	stop "$mpedge_pid" KILL
	rm -f "$file"
	finish || result=1
}

for run in ${ONLY:-full_disk reading commands large}; do
	run_"$run"
done
exit $result
