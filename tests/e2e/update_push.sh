#!/bin/bash
# usage: update_push.sh
# A bundle is pushed to a box over HTTP, with and without what it asks for, onto a
# disk that is full, by clients that go away; and safe mode, which takes one too.
#
# The full disk is a tmpfs of our own, in a mount namespace.  Where the machine
# allows none, a line `skip update_push: ...` says so.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh

if [ -z "${UPDATE_NAMESPACE:-}" ]; then
	try='mount -t tmpfs -o size=1m none /mnt'
	if unshare -rm sh -c "$try" 2>/dev/null; then
		UPDATE_NAMESPACE=1 exec unshare -rm "$0"
	fi
	UPDATE_NAMESPACE=none
fi

begin update_push
. tests/e2e/update_lib.sh
folder=$root/data/update
[ $UPDATE_NAMESPACE = none ] ||
	mount -t tmpfs -o size=32m none "$folder" || not_ok "mount"
echo sesame-71 >"$work/token"
echo wrong >"$work/wrong_token"
chmod 600 "$work/token"
printf 'ts=1 level=error why="it ended five times"\n<b>again</b>\n' \
	>"$work/reason"

# --- a box in safe mode ----------------------------------------------------

# settings LINE...: of [http]; the rest of mp.ini
settings() {
	{
		printf '[http]\nlisten = 127.0.0.1:%s\nhead_ms = 60000\n' $http_port
		printf '%s\n' "$@"
		printf '[update]\nfolder = %s\n' "$folder"
		printf 'slot_file = %s\n' "$root/etc/mpedge/slot.conf"
		printf 'key_file = %s\n' "$root/etc/mpedge/update.pem"
		printf 'max_bytes = 8000000\n'
	} >"$work/mp.ini"
}

# safe_mode: in front of what it listens on
safe_mode() {
	"$mpedge" --safe-mode "$work/reason" "$work/mp.ini" \
		2>>"$work/mpedge.log" &
	mpedge_pid=$!
	started $mpedge_pid
	wait_for 20 page /livez || not_ok "safe mode starts"
}

# push FILE [OPTION...]: what it said is in $said, its exit status in $ended
push() {
	local file=$1
	shift
	said=$("$mpedge" update --box "127.0.0.1:$http_port" "$@" "$file" 2>&1)
	ended=$?
	said=$(tail -n 1 <<<"$said")
}

nothing_there() { [ -z "$(ls -A "$folder" | grep -v fill)" ]; }

# refuses NAME STATUS FILE [OPTION...]: and keeps nothing
refuses() {
	local name=$1 want=$2
	shift 2
	push "$@"
	echo "exit status $ended: $said"
	[ "$ended" -eq "$want" ] && [[ $said == "mpedge update: $name: "* ]] &&
		nothing_there
}

# status_of WORD...: of a POST by curl
status_of() {
	curl -sS --max-time 60 -o "$work/answer" -w '%{http_code}' "$@" \
		"http://127.0.0.1:$http_port/api/v1/update"
}

bearer=(-H "Authorization: Bearer sesame-71")
update_state() {
	curl -sS --max-time 10 "${bearer[@]}" \
		"http://127.0.0.1:$http_port/api/v1/update" | jq -r ".$1"
}

http_port=$(free_port)
settings "token_file = $PWD/$work/token"
safe_mode
token=(--token-file "$work/token")

check 'bundles are taken' test "$(update_state taken) $(update_state state)" = 'true idle'
check 'not without a token' refuses denied 19 "$work/good"
check 'not with another one' refuses denied 19 "$work/good" \
	--token-file "$work/wrong_token"
check 'the state is told to nobody else' test \
	"$(status_of)" = 401
check 'unsigned is refused' refuses unsigned 11 "$work/unsigned" "${token[@]}"
check 'another key is refused' refuses signature 12 "$work/wrong_key" "${token[@]}"
check 'another board is refused' refuses board 14 "$work/board" "${token[@]}"
check 'an older one is refused' refuses older 15 "$work/older" "${token[@]}"
check 'one that is too large is refused' refuses large 16 "$work/large" "${token[@]}"
check 'a truncated one is refused' refuses damaged 13 "$work/truncated" "${token[@]}"
check 'no bundle is refused' refuses malformed 10 "$work/old" "${token[@]}"
changed tampered $((head + 5999999))
check 'a changed image is refused' refuses damaged 13 "$work/tampered" "${token[@]}"
# A digit of the version.
changed tampered 49
check 'a changed head is refused' refuses signature 12 "$work/tampered" "${token[@]}"
check 'other methods are refused' test "$(status_of -X PUT "${bearer[@]}" \
	--data-binary x)" = 400
check 'other addresses take nothing' test "$(curl -sS -o "$work/answer" \
	-w '%{http_code}' "${bearer[@]}" --data-binary x \
	"http://127.0.0.1:$http_port/health")" = 405

# --- clients that go away, a disk that is full

# begin_push: its head and a million bytes, on descriptor 4
begin_push() {
	exec 4<>"/dev/tcp/127.0.0.1/$http_port"
	printf 'POST /api/v1/update HTTP/1.1\r\nHost: x\r\n%s\r\n%s\r\n\r\n' \
		'Authorization: Bearer sesame-71' \
		"Content-Length: $(wc -c <"$work/good")" >&4
	head -c 1000000 "$work/good" >&4
	wait_for 20 eval '[ "$(stat -c %s "$folder/incoming")" = 1000000 ]'
}

check 'it is written as it comes' begin_push
check 'one at a time' test "$(status_of "${bearer[@]}" --data-binary x)" = 409
check 'and told' test "$(update_state state) $(update_state received_bytes)" = \
	'receiving 1000000'
exec 4>&-
check 'a client that goes away leaves nothing' wait_for 20 nothing_there
if [ $UPDATE_NAMESPACE = none ]; then
	skip "a full disk: this machine allows no mounts in a" \
		"namespace of its own"
else
	begin_push
	cat /dev/zero >"$folder/fill" 2>/dev/null
	tail -c +1000001 "$work/good" >&4 2>/dev/null
	read -r answer <&4
	exec 4>&-
	check 'a disk that fills up ends it' test "${answer%$'\r'}" = \
		'HTTP/1.1 507 Insufficient Storage'
	check 'nothing is left' wait_for 20 nothing_there
	check 'a full disk takes none' refuses space 22 "$work/good" "${token[@]}"
	rm "$folder/fill"
fi

push "$work/good" "${token[@]}"
check 'a good one is taken' test $ended = 0
check 'it is there for init' cmp "$folder/bundle" "$work/good"
check 'and that is told' test "$(update_state state)" = waiting
push "$work/good" "${token[@]}"
check 'it is not replaced' test $ended = 17
check 'nor lost' cmp "$folder/bundle" "$work/good"
check 'no secret is in the log' eval '! grep -q sesame "$work/mpedge.log"'
stop $mpedge_pid
check 'SIGTERM ends it' test "$status" = 0
rm "$folder/bundle"

settings 'user = admin' "password_file = $PWD/$work/token"
safe_mode
check 'a user without his password' refuses denied 19 "$work/good" \
	--user admin --token-file "$work/wrong_token"
check 'curl and basic authentication' test "$(status_of -u admin:sesame-71 \
	--data-binary @"$work/good")" = 202
check 'the answer is JSON' test "$(jq -r '.status + " " + .version' \
	"$work/answer")" = 'accepted 1.1'
stop $mpedge_pid
rm "$folder/bundle"
settings 'user = admin' "password_file = $PWD/$work/token"
safe_mode
push "$work/good" --user admin --token-file "$work/token"
check 'our own and basic authentication' test $ended = 0
stop $mpedge_pid
rm "$folder/bundle"
settings ''
safe_mode
check 'without a secret nobody may' refuses denied 19 "$work/good"
stop $mpedge_pid

# --- what safe mode says ---------------------------------------------------

export NOTIFY_SOCKET=$(realpath "$work")/notify WATCHDOG_USEC=500000
"$tools/notify_receive" "$NOTIFY_SOCKET" >"$work/heard" 2>>"$work/receive.log" &
started $!
wait_for 20 test -S "$NOTIFY_SOCKET"
settings 'tokn = x' 'head_ms = many'
safe_mode
unset NOTIFY_SOCKET WATCHDOG_USEC
line=$(grep -n tokn "$work/mp.ini" | cut -d : -f 1)
check '/health is 503 and names the line' eval \
	'[ "$(curl -sS -o "$work/answer" -w "%{http_code}" \
	"http://127.0.0.1:$http_port/health")" = 503 ] &&
	grep -q "mp.ini:$line: http.tokn: there is no such key" "$work/answer"'
check '/health has status fail for who asks for it' eval \
	'[ "$(curl -sS -H "Accept: application/health+json" -o "$work/answer" \
	-w "%{http_code}" "http://127.0.0.1:$http_port/health")" = 503 ] &&
	[ "$(jq -r .status "$work/answer")" = fail ]'
check 'each wrong line is there' test "$(page /status.json |
	jq -r '.safe_mode.settings | length')" = 2
check 'and the reason, on the page too' eval \
	'page / | grep -q "ended five times.*&lt;b&gt;again"'
check '/livez answers' test "$(page /livez)" = ok
check '/readyz does not' test "$(page /readyz)" = unhealthy
check 'the service manager hears of it' wait_for 20 eval \
	'grep -q READY=1 "$work/heard" && grep -q WATCHDOG=1 "$work/heard"'
stop $mpedge_pid

settings 'cert_file = /nowhere.pem' 'key_file = /nowhere.key' "token_file = $PWD/$work/token"
safe_mode
check 'no certificate: a page, but no bundles' refuses denied 19 "$work/good" \
	"${token[@]}"
stop $mpedge_pid

# Where nothing else is said, or nothing that is an address.
printf '[http]\nlisten = nonsense\n' >"$work/mp.ini"
"$mpedge" --safe-mode "$work/nothing" "$work/mp.ini" 2>"$work/anywhere.log" &
mpedge_pid=$!
started $mpedge_pid
check 'without an address it is 0.0.0.0:8080' wait_for 20 \
	grep -q 'http.*0.0.0.0:8080' "$work/anywhere.log"
stop $mpedge_pid

# --- a box that collects ---------------------------------------------------

start_sim --rate 200 --symbols BTCUSDT,ETHUSDT
unset http_port
start_mpedge "http.token=sesame-71" "update.folder=$folder" \
	"update.slot_file=$root/etc/mpedge/slot.conf" \
	"update.key_file=$root/etc/mpedge/update.pem"
push "$work/good" "${token[@]}"
check 'a box that collects takes it' test $ended = 0
check 'as it was sent' cmp "$folder/bundle" "$work/good"

stop_all
[ $UPDATE_NAMESPACE = none ] || umount -l "$folder"
finish
