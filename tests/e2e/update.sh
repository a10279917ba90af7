#!/bin/bash
# usage: update.sh
# mpedge update with a file for the disk: what is refused and how, what is written,
# kill -9 at any moment, and bundles that come over HTTP.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
begin update
. tests/e2e/update_lib.sh

disk=$work/disk
environment_at=$(awk '$1 == "BOOTENV_LBA" { print $3 + 0 }' \
	include/codec/bootenv.h)
# Sectors: 8 MiB each.
slot_sectors=16384
a_at=10240
b_at=$((a_at + slot_sectors))

# --- a box -----------------------------------------------------------------

# le32 NUMBER: four bytes as printf takes them
le32() {
	printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# put OFFSET: stdin into the disk there
put() { dd of="$disk" bs=1 seek="$1" conv=notrunc status=none; }

# entry NUMBER FIRST SECTORS
entry() {
	printf "$(le32 0)$(le32 131)$(le32 "$2")$(le32 "$3")" |
		put $((446 + 16 * $1))
}

# environment GOOD TRY LEFT FAILS
environment() {
	{
		printf '# GRUB Environment Block\ngood=%s\ntry=%s\nleft=%s\nfails=%s\n' "$@"
		head -c 1024 /dev/zero | tr '\0' '#'
	} | head -c 1024 | put $((environment_at * 512))
}

# variable NAME: of the environment on the disk
variable() {
	dd if="$disk" bs=512 skip=$environment_at count=1 status=none | sed -n "s/^$1=//p"
}

# slot_sum A|B BYTES: of so much of it
slot_sum() {
	local at=$a_at
	[ "$1" = A ] || at=$b_at
	dd if="$disk" bs=512 skip=$at count=$slot_sectors status=none |
		head -c "$2" | sha256sum | cut -d ' ' -f 1
}

new_disk() {
	rm -f "$disk"
	truncate -s $(((b_at + slot_sectors) * 512)) "$disk"
	entry 1 $a_at $slot_sectors
	entry 2 $b_at $slot_sectors
	printf '\125\252' | put 510
	dd if="$work/old" of="$disk" bs=512 seek=$a_at conv=notrunc status=none
	environment A '' 0 0
}

printf 'board=x86_64-generic\nslot=A\ntrial=0\ndisk=%s\n' "$disk" \
	>"$root/run/mpedge/facts"
new_disk

# --- on the box ------------------------------------------------------------

# update FILE: its last line is in $said, its exit status in $ended
update() {
	"$mpedge" update --root "$root" "$1" >"$work/update.out" 2>"$work/update.err"
	ended=$?
	said=$(tail -n 1 "$work/update.err")
}

# refuses NAME STATUS FILE: with that name and status, and the disk is as it was
refuses() {
	local before
	before=$(sum_of "$disk")
	update "$3"
	echo "exit status $ended: $said"
	[ $ended -eq "$2" ] && [[ $said == "mpedge update: $1: "* ]] &&
		[ "$(sum_of "$disk")" = "$before" ]
}

installed() {
	echo "exit status $ended: $said; try=$(variable try) good=$(variable good)"
	[ $ended -eq 0 ] && [ "$(variable good)" = A ] &&
		[ "$(variable try)" = B ] && [ "$(variable left)" = 2 ] &&
		[ "$(slot_sum B 6000123)" = "$(sum_of "$work/new")" ] &&
		[ "$(slot_sum A 5000000)" = "$(sum_of "$work/old")" ]
}

check 'unsigned is refused' refuses unsigned 11 "$work/unsigned"
check 'another key is refused' refuses signature 12 "$work/wrong_key"
check 'another board is refused' refuses board 14 "$work/board"
check 'an older one is refused' refuses older 15 "$work/older"
check 'what runs is refused' refuses older 15 "$work/same"
check 'one that is too large is refused' refuses large 16 "$work/large"
check 'a truncated one is refused' refuses damaged 13 "$work/truncated"
check 'a longer one is refused' refuses damaged 13 "$work/longer"
check 'half a head is refused' refuses malformed 10 "$work/stump"
check 'an empty file is refused' refuses malformed 10 "$work/empty"
check 'a file that is not there' refuses fetch 20 "$work/nothing"

# Each line of the head, and the image's first, middle and last byte.
tampered() {
	local offset at=0 length
	while [ $at -lt $((head - 1)) ]; do
		length=$(tail -c +$((at + 1)) "$work/good" | head -n 1 | wc -c)
		for offset in $at $((at + length / 2)) $((at + length - 2)); do
			changed tampered $offset
			update "$work/tampered"
			[ $ended -eq 10 ] || [ $ended -eq 12 ] || {
				echo "offset $offset: $ended $said"
				return 1
			}
		done
		at=$((at + length))
	done
	for offset in $head $((head + 3000000)) $((head + 6000122)); do
		changed tampered $offset
		refuses damaged 13 "$work/tampered" || return 1
	done
	[ "$(variable try)" = '' ]
}
check 'one changed byte anywhere is refused' tampered

update "$work/good"
check 'a good one is installed' installed
check 'what it is, is said' grep -q 'done: .*slot B has 1.1' "$work/update.err"
new_disk
update "$work/downgrade"
check 'a downgrade that is allowed is installed' installed

environment A B 1 0
sed -i 's/^slot=.*/slot=B/' "$root/run/mpedge/facts"
check 'what is on trial is not the place' refuses busy 17 "$work/good"
sed -i 's/^slot=.*/slot=A/' "$root/run/mpedge/facts"
check 'no key, no update' eval \
	'mv "$root/etc/mpedge/update.pem" "$work/away"
	refuses no_box 18 "$work/good"'
mv "$work/away" "$root/etc/mpedge/update.pem"

# --- kill -9 ---------------------------------------------------------------

# What the boot loader would boot is a whole slot.
boots() {
	local slot try left
	try=$(variable try) left=$(variable left)
	slot=$(variable good)
	[ -z "$try" ] || [ "$left" -eq 0 ] || slot=$try
	case $slot in
	A) [ "$(slot_sum A 5000000)" = "$(sum_of "$work/old")" ] ;;
	B) [ "$(slot_sum B 6000123)" = "$(sum_of "$work/new")" ] ;;
	*) false ;;
	esac || {
		echo "slot $slot, which is to be booted, is not whole"
		return 1
	}
}

# One round counts when the process was killed before its end.
killed() {
	local round pid cut=0
	for round in $(seq 40); do
		[ $((round % 3)) -ne 0 ] || new_disk
		"$mpedge" update --root "$root" "$work/good" \
			>"$work/update.out" 2>"$work/update.err" &
		pid=$!
		nap 0.0$((RANDOM % 70 + 10))
		kill -9 $pid 2>/dev/null
		wait $pid 2>/dev/null
		[ $? -ne 137 ] || cut=$((cut + 1))
		boots || return 1
	done
	echo "$cut of 40 were killed under way"
	[ $cut -gt 0 ]
}
check 'kill -9 at any moment leaves a slot that boots' killed
update "$work/good"
check 'and the next attempt succeeds' installed

# --- over HTTP -------------------------------------------------------------

# serve [CUT]: the folder at $url
serve() {
	local port
	port=$(free_port)
	url=http://127.0.0.1:$port
	node tests/tools/files.js "$port" "$work" "$@" 2>>"$work/files.log" &
	files_pid=$!
	started $files_pid
	wait_for 20 curl -sS -o "$work/check.log" "$url/nothing"
}

new_disk
serve 2000000
update "$url/good"
check 'a transfer that is cut goes on where it was' installed
check 'and is not kept' test ! -e "$root/data/update/fetched"
check 'a tampered one is refused' refuses damaged 13 "$url/tampered"
check 'one that is not there' refuses fetch 20 "$url/nothing"
check 'no address' refuses fetch 20 "ftp://127.0.0.1/good"

finish
