#!/bin/bash
# usage: appliance_update.sh
# A box in QEMU is updated over the network: what is wrong is refused, what collects
# is committed, what does not is rolled back, and its power is cut in the middle
# (KILLS times, 1): it boots.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
. tests/e2e/qemu_lib.sh
result=0
board=x86_64-generic
token=sesame-71
image=$images/$board
begin appliance_update

# --- bundles ---------------------------------------------------------------

built=$(sed -n 's/^built = *//p' "$image/slot.conf")
echo $token >"$work/token"
printf '#!/bin/sh\nexit 1\n' >"$work/broken"
chmod 755 "$work/broken"

# slot NAME VERSION BUILT MPEDGE: its image, not pressed as well as a release
slot() {
	printf 'board = %s\nversion = %s\nbuilt = %s\n' $board "$2" "$3" \
		>"$work/$1.conf"
	ZSTD=1 ETC=build/update.pem image/appliance/initrd.sh $board \
		"$image/kernel" build/x86_64-release/mpinit "$4" - \
		"$work/$1.conf" "$work/$1.initrd" &&
		image/appliance/slot.sh $board "$image/kernel" \
			"$work/$1.initrd" "$work/$1.conf" "$work/$1.slot"
}

# bundle NAME SLOT VERSION BUILT [KEY [ALLOW]]
bundle() {
	image/appliance/bundle.sh "${5:-build/update-key.pem}" $board "$3" "$4" \
		"$work/$2.slot" "$work/$1.bundle" "${6:-no}"
}

make_bundles() {
	slot good 1.1 $((built + 1000)) "$mpedge" &&
		slot bad 1.2 $((built + 2000)) "$work/broken" &&
		bundle good good 1.1 $((built + 1000)) &&
		bundle bad bad 1.2 $((built + 2000)) &&
		bundle unsigned good 1.1 $((built + 1000)) none &&
		bundle older good 0.9 $((built - 1)) &&
		bundle again good 1.1 $((built + 1000)) '' yes &&
		sed '3s/1.1/1.3/' "$work/good.bundle" >"$work/tampered.bundle"
}

# --- the box ---------------------------------------------------------------

page() {
	curl -sS --max-time 5 -H "Authorization: Bearer $token" \
		"http://127.0.0.1:$http_port$1" 2>/dev/null
}

push() {
	"$mpedge" update --box "127.0.0.1:$http_port" \
		--token-file "$work/token" "$work/$1.bundle"
}

# refuses NAME EXIT: that bundle, with that status
refuses() {
	push "$1"
	[ $? -eq "$2" ]
}

fact() { page /status.json | jq -r ".appliance.$1"; }
runs() { [ "$(fact slot)" = "$1" ] && [ "$(fact trial)" != true ]; }
on_trial() { box_env_is box "try=$1"; }
settled_on() { runs "$1" && box_env_is box "good=$1" && ! on_trial '[AB]'; }
settled_anywhere() { settled_on A || settled_on B; }

check 'bundles are made' make_bundles
start_sim --rate 100 --symbols BTCUSDT,ETHUSDT
start_nats
start_sntp
box_make box $board nats.enabled=true http.token=$token
box_start box
check 'it collects' wait_for "$boot_limit" connected
check 'it runs slot A' wait_for 60 settled_on A
check 'unsigned is refused' refuses unsigned 11
check 'tampered is refused' refuses tampered 12
check 'older is refused' refuses older 15
check 'a good one is taken' push good
check 'and is on trial' wait_for "$boot_limit" on_trial B
check 'and is committed, since it collects' wait_for "$boot_limit" settled_on B
check 'it collects again' wait_for "$boot_limit" connected
echo "# $suite: updated $(box_seconds box) s after power came"

check 'one that cannot collect is taken' push bad
check 'it is on trial' wait_for "$boot_limit" on_trial A
check 'it is rolled back' wait_for "$boot_limit" console box event=rolled_back
check 'what ran before runs again' wait_for "$boot_limit" settled_on B
check 'and collects' wait_for "$boot_limit" connected
check 'and it is told' eval '[[ $(fact update) == "rolled back: "* ]]'

# --- the power is cut ------------------------------------------------------

# Some time after the update's first line on the console: within the check, the
# writing, the reading back, the restart or the trial's boot.
kills=${KILLS:-1}
said() { grep -ac 'mpedge update: checked' "$work/box.console"; }
under_way() { [ "$(said)" -gt "$1" ]; }
ended=0
for ((kill = 1; kill <= kills; kill++)); do
	lines=$(said)
	# What the last cut left may be installed first.
	wait_for "$boot_limit" push again || not_ok "cut $kill: it is taken"
	wait_for 120 under_way "$lines" || not_ok "cut $kill: it is under way"
	later=$((RANDOM % 80))
	nap $((later / 10)).$((later % 10))
	box_cut box
	echo "# $suite: cut $kill, $later tenths of a second later: $(box_env box | xargs)"
	box_start box
	wait_for "$boot_limit" settled_anywhere || {
		not_ok "cut $kill: it boots"
		break
	}
	ended=$((ended + 1))
done
check "$kills cuts, and it boots after each" test $ended -eq "$kills"
check 'it collects after all of them' wait_for "$boot_limit" connected

box_consoles
finish || result=1
exit $result
