# qemu_lib.sh -- boxes in QEMU, for the tests of the appliance.  Source it after
# lib.sh and begin:
#
#	start_sim --rate 500 --symbols BTCUSDT,ETHUSDT
#	start_nats
#	start_sntp				# a time server, for what is made then
#	box_make one x86_64-generic nats.enabled=true	# its disk, with a mp.ini
#	box_start one				# power on; $http_port is its page
#	wait_for 120 box_answers /livez		# before anything else is asked
#	wait_for 120 connected			# all of lib.sh that asks a page
#	wait_for 60 console one "safe mode"	# what it has said on its console
#	box_cut one				# power off, at once
#	box_start one				# and on again
#
# A box reaches the host as 10.0.2.2: box_make sets the addresses of the
# simulators and of nats-server so, and puts the simulator's authority on the FAT
# partition.  QEMU emulates (TCG), so that no machine needs KVM: a boot takes
# 10 to 60 seconds, more on a loaded machine.  finish ends all boxes.

images=${IMAGES:-build/appliance}
# What a boot may take on a slow and loaded machine.
boot_limit=${BOOT_LIMIT:-300}
declare -A box_pid=() box_port=() box_board=() box_started=() box_server=()

# start_sntp [SECONDS]: a time server, which is off by so much
start_sntp() {
	sntp_port=${sntp_port:-$(free_port)}
	"$tools/sntp_server" "$sntp_port" "$@" 2>>"$work/sntp.log" &
	sntp_pid=$!
	started $sntp_pid
}

# box_config KEY=VALUE...: $work/config.ini as a box needs it
box_config() {
	local venue sections=()
	for venue in "${!sim_of[@]}"; do
		sections+=("$venue.ws_host=10.0.2.2" "$venue.rest_host=10.0.2.2")
	done
	[ ${#sections[@]} -gt 0 ] || [ -z "${sim_ws:-}" ] ||
		sections=(binance.ws_host=10.0.2.2 binance.rest_host=10.0.2.2)
	http_port=0 write_config http.listen=0.0.0.0:8080 tls.ca_file=/config/ca.pem \
		"${sections[@]}" nats.url="nats://10.0.2.2:${nats_port:-4222}" \
		file.enabled=false ${sntp_port:+network.ntp=10.0.2.2:$sntp_port} "$@"
}

# box_fat NAME: the FAT partition of its disk, as mtools name it
box_fat() { echo "$work/$1.disk@@1M"; }

# box_put NAME FILE AS: a file onto the FAT partition
box_put() { mcopy -o -i "$(box_fat "$1")" "$2" "::$3"; }

# box_make NAME BOARD [KEY=VALUE...]: a disk as it is after flashing
box_make() {
	local name=$1 board=$2
	shift 2
	box_board[$name]=$board
	box_port[$name]=$(free_port)
	cp --sparse=always "$images/$board/disk.img" "$work/$name.disk"
	truncate -s "${BOX_DISK:-400M}" "$work/$name.disk"
	box_config "$@"
	box_put "$name" "$work/config.ini" mp.ini
	[ -z "${sim_ca:-}" ] || box_put "$name" "$sim_ca" ca.pem
}

# What a board is in QEMU; BIOS or UEFI for the first.
box_machine() {
	memory=256 no_rom=
	case ${box_board[$1]} in
	x86_64-*) machine=(qemu-system-x86_64 -M pc)
		# Nothing boots from the network.
		bus=pci no_rom=,romfile=
		[ -z "${UEFI:-}" ] || machine+=(-bios /usr/share/ovmf/OVMF.fd) ;;
	arm64-*) machine=(qemu-system-aarch64 -M virt -cpu cortex-a53
		-bios /usr/share/qemu-efi-aarch64/QEMU_EFI.fd)
		bus=device ;;
	# With less its kernel does not find a place to unpack itself.
	armv7-*) memory=512
		machine=(qemu-system-arm -M "virt,highmem=off" -cpu cortex-a15
		-drive "if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF32_CODE.fd")
		bus=device ;;
	esac
}

# box_forgets NAME: from now on a power cut takes from its disk whatever the disk
# was not told to flush.
box_forgets() { box_server[$1]=none; }

# serve_disk NAME: by a process that keeps what is written to itself until a flush
serve_disk() {
	rm -f "$work/$1.nbd"
	TMPDIR=$work nbdkit -f -U "$work/$1.nbd" --filter=cache \
		file "$work/$1.disk" cache=writeback 2>>"$work/$1.nbdkit" &
	box_server[$1]=$!
	started ${box_server[$1]}
	wait_for 30 test -S "$work/$1.nbd"
}

# box_start NAME [OPTION OF QEMU...]: else what the disk says survives a kill of
# QEMU without any flush, since the host's cache has it: hence cache=unsafe, which
# is only faster.
box_start() {
	local name=$1 machine bus memory no_rom
	local disk="file=$work/$name.disk,format=raw,cache=unsafe"
	shift
	if [ -n "${box_server[$name]:-}" ]; then
		serve_disk "$name"
		disk="file=nbd+unix:///?socket=$work/$name.nbd,format=raw"
		disk+=",cache=writeback"
	fi
	box_machine "$name"
	http_port=${box_port[$name]}
	box_patience=200
	box_started[$name]=${EPOCHREALTIME/./}
	"${machine[@]}" -accel tcg -m "${BOX_MEMORY:-$memory}" -display none -monitor none \
		-nodefaults \
		-chardev "file,id=console,path=$work/$name.console,append=on" \
		-serial chardev:console \
		-drive "if=none,id=disk,$disk" \
		-device "virtio-blk-$bus,drive=disk" \
		-netdev "user,id=lan,hostfwd=tcp:127.0.0.1:$http_port-:8080${BOX_FORWARD:+,$BOX_FORWARD}" \
		-device "virtio-net-$bus,netdev=lan$no_rom" -device "virtio-rng-$bus" \
		"$@" 2>>"$work/$name.qemu" &
	box_pid[$name]=$!
	started ${box_pid[$name]}
}

# box_answers PATH: for wait_for after box_start.  What is asked before the box has
# an address hangs until the time for it is over, so that is short at first, and
# grows for a machine on which all takes longer.
box_answers() {
	box_patience=$((box_patience + 40))
	curl -sS -o /dev/null "http://127.0.0.1:$http_port$1" \
		--max-time "$((box_patience / 1000)).$(printf %03d $((box_patience % 1000)))"
}

# box_cut NAME: its power is gone
box_cut() {
	[ -z "${box_server[$1]:-}" ] || stop "${box_server[$1]}" KILL
	stop "${box_pid[$1]}" KILL
	box_pid[$1]=
}

# box_seconds NAME: since its power came, with one digit
box_seconds() {
	local tenths=$(((${EPOCHREALTIME/./} - ${box_started[$1]}) / 100000))
	echo "$((tenths / 10)).$((tenths % 10))"
}

# console NAME PATTERN: has it said that, since it was made?
console() { grep -aq -e "$2" "$work/$1.console"; }

# console_count NAME PATTERN LEAST
console_count() { [ "$(grep -ac -e "$2" "$work/$1.console")" -ge "$3" ]; }

# box_env NAME: the environment block of its loader, KEY=VALUE lines
box_env() {
	dd if="$work/$1.disk" bs=512 skip=4096 count=1 status=none |
		sed -n 's/^\([a-z]*=[A-Za-z0-9]*\)$/\1/p'
}

# box_env_is NAME KEY=VALUE
box_env_is() { box_env "$1" | grep -qx "$2"; }

# healthy: the page says pass
healthy() { page /health | grep -q '"status": *"\(pass\|healthy\)"'; }

# backlog WHAT BYTES: nats-server is gone, and the journal of the box that is asked
# has so much for it.
backlog() {
	wait_for 60 metric_reaches 1000 mpedge_sink_confirmed_total 'sink="nats"' ||
		not_ok "$1: delivers"
	stop $nats_pid KILL
	wait_for 60 metric_reaches "$2" mpedge_journal_backlog_bytes ||
		not_ok "$1: the journal fills"
}
caught_up() { [ "$(metric mpedge_sink_behind_bytes nats)" -lt 100000 ]; }

# A failed test shows what its boxes said.
box_consoles() {
	local name
	[ $failures -gt 0 ] || return 0
	for name in "${!box_board[@]}"; do
		echo "# --- the console of $name"
		tail -n 60 "$work/$name.console" 2>/dev/null | tr -d '\r' | sed 's/^/# /'
	done
}
