#!/bin/bash
# usage: appliance_disk.sh
# The power of a box is cut whose disk forgets all that it was not told to flush:
# what the journal had a second ago is on it.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/qemu_lib.sh
result=0
begin appliance_disk

sequence() { page /status | jq -r .journal.sequence; }

# box_journal NAME: a copy of its journal, as a start would find it
box_journal() {
	local first at
	first=$(od -A n -t u4 -j $((446 + 3 * 16 + 8)) -N 4 "$work/$1.disk")
	at=$((first * 512))
	cp --sparse=always "$work/$1.disk" "$work/$1.copy"
	e2fsck -fy "$work/$1.copy?offset=$at" >"$work/$1.fsck" 2>&1
	debugfs -R "dump /mpedge/journal $work/$1.journal" \
		"$work/$1.copy?offset=$at" 2>>"$work/$1.fsck"
	rm -f "$work/$1.copy"
}

# It can be read; an end that is torn is what a power cut leaves.
whole() {
	"$mpedge" journal verify "$1" >"$work/verified"
	grep -q '^records=[1-9]' "$work/verified" &&
		! grep '^damaged [oh]' "$work/verified"
}

newest() {
	"$mpedge" journal ls "$1" | sed -n 's/^newest sequence=\([0-9]*\).*/\1/p'
}

start_sim --rate 500 --symbols BTCUSDT,ETHUSDT
start_nats
start_sntp
box_make box x86_64-generic nats.enabled=true
box_forgets box
box_start box
check "collects from a disk that forgets" wait_for "$boot_limit" connected
cuts=${CUTS:-2}
for ((cut = 1; cut <= cuts; cut++)); do
	backlog "cut $cut" 300000
	had=$(sequence)
	# Two flushes that began after that have it, and some more.
	count=$(metric mpedge_journal_flush_seconds_count)
	wait_for 60 metric_reaches $((count + 5)) \
		mpedge_journal_flush_seconds_count ||
		not_ok "cut $cut: the disk is asked to flush"
	last=$(sequence)
	box_cut box
	box_journal box
	check "cut $cut: what the journal had is on the disk" \
		test "$(newest "$work/box.journal")" -ge "$had"
	echo "# $suite: cut $cut: had $had, then $last, on the disk" \
		"$(newest "$work/box.journal")"
	check "cut $cut: and is whole" whole "$work/box.journal"
	start_nats
	box_start box
	check "cut $cut: collects again" wait_for "$boot_limit" connected
	check "cut $cut: the journal is delivered" wait_for 60 caught_up
done
check "all has arrived" stop_market
wait_for 60 caught_up
check "every trade once, or told in a gap record" verify_nats -c
tail -n 1 "$work/check.log" | sed "s/^/# $suite: /"

box_consoles
finish || result=1
exit $result
