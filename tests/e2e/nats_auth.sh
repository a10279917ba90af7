#!/bin/sh
# usage: nats_auth.sh [PUMP [NATS-SERVER]]
# The nats sink and who it is: NKEYs, users with a JWT of an operator, TLS that
# begins first.  Prints ok NAME / not ok NAME; exit 1 when something failed.

cd "$(dirname "$0")/../.." || exit 2
pump=${1:-${TOOLS:-build/x86_64-release/tests/tools}/nats_pump}
server=${2:-build/deps/tools/nats-server}
nkey=${TOOLS:-build/x86_64-release/tests/tools}/nkey
. tests/e2e/nats_lib.sh

# key NAME KIND NUMBER: $work/NAME.seed and $work/NAME.public
key() {
	"$nkey" make "$2" "$3" | {
		read -r seed public
		echo "$seed" >"$work/$1.seed"
		echo "$public" >"$work/$1.public"
	}
}

# token FILE KIND ISSUER SUBJECT [SECONDS]
token() {
	"$nkey" jwt "$2" "$(cat "$work/$3.seed")" "$(cat "$work/$4.public")" \
		"$4" $5 >"$work/$1"
}

# creds FILE JWT SEED
creds() {
	{
		echo "-----BEGIN NATS USER JWT-----"
		cat "$work/$2"
		printf '%s\n\n' "------END NATS USER JWT------"
		echo "-----BEGIN USER NKEY SEED-----"
		cat "$work/$3.seed"
		echo "------END USER NKEY SEED------"
	} >"$work/$1"
}

# No seed, in whole or in part, where anybody reads it.
silent() {
	for seed in "$work"/*.seed; do
		! grep -q "$(cut -c 3-30 "$seed")" "$work/out" "$work/log" ||
			return 1
	done
}

key box user 1
key other user 2
key account account 3
key system account 4
key operator operator 5

# --- NKEYs that the server lists ---

serve nkey -1 "$(js nkey)
authorization { users: [ { nkey: $(cat "$work/box.public") } ] }"
send 1000 0 20 url="$url" nkey_seed_file="$work/box.seed" &&
	has "confirmed=1000" && silent
result nkey $?

send 10 0 3 url="$url" nkey_seed_file="$work/other.seed" reconnect_ms=100
has "^down auth" && ! has "^up" && silent
result nkey-of-another $?

send_behind 6000 2000 60 url="$url" nkey_seed_file="$work/box.seed"
line "$work/out" "at 1200" 20
end KILL
line "$work/out" "^down" 10
again
wait $sender && has connects=2 && has confirmed=6000 && silent
result nkey-signs-again-after-a-restart $?
end

send 10 0 2 nkey_seed_file="$work/none.seed"
[ $? = 78 ] && has "^refused config nkey_seed_file: $work/none.seed cannot"
result no-such-seed-file $?
sed 's/./B/20' "$work/box.seed" >"$work/bad.text"
send 10 0 2 nkey_seed_file="$work/bad.text"
[ $? = 78 ] && has "checksum of the NKEY seed" && silent
result seed-with-a-wrong-character $?
send 10 0 2 nkey_seed_file="$work/account.seed"
[ $? = 78 ] && has "seed of an account or operator" && silent
result seed-of-an-account $?
send 10 0 2 nkey_seed_file="$work/box.seed" user=box
[ $? = 78 ] && has "only one of them"
result two-ways-at-once $?

# --- JWT ---

token operator.jwt operator operator system
token account.jwt account operator account
token system.jwt system operator system
token box.jwt user account box
creds box.creds box.jwt box
creds wrong.creds box.jwt other
serve jwt -1 "$(js jwt)
operator: $(cat "$work/operator.jwt")
resolver: MEMORY
resolver_preload: {
	$(cat "$work/account.public"): $(cat "$work/account.jwt")
	$(cat "$work/system.public"): $(cat "$work/system.jwt")
}"
send 1000 0 20 url="$url" credentials="$work/box.creds" &&
	has "confirmed=1000" && silent
result credentials $?

has "login_ends=0\$"
result credentials-without-an-end $?
token hour.jwt user account box 3600
creds hour.creds hour.jwt box
send 10 0 20 url="$url" credentials="$work/hour.creds"
ends=$(sed -n 's/.*login_ends=//p' "$work/out")
[ "$ends" -gt "$(($(date +%s) + 1800))" ] &&
	[ "$ends" -le "$(($(date +%s) + 3600))" ]
result credentials-and-when-they-end $?

send 10 0 3 url="$url" credentials="$work/wrong.creds" reconnect_ms=100
has "^down auth" && ! has "^up" && silent
result credentials-with-the-seed-of-another $?

send 10 0 3 url="$url" nkey_seed_file="$work/box.seed" reconnect_ms=100
has "^down auth" && ! has "^up" && silent
result nkey-where-a-jwt-is-wanted $?

# The server ends the connection of a user whose token is over; what stands in
# the file by then is what counts.
token short.jwt user account box 4
creds short.creds short.jwt box
send_behind 20000 2000 60 url="$url" credentials="$work/short.creds" \
	reconnect_ms=100
line "$work/out" "^down auth" 20 && grep -q ^up "$work/out"
status=$?
creds new.creds box.jwt box
mv "$work/new.creds" "$work/short.creds"
wait $sender && [ $status = 0 ] && has confirmed=20000 && silent
result token-that-expires-and-is-replaced $?
end

printf 'nothing\n' >"$work/empty.creds"
send 10 0 2 credentials="$work/empty.creds"
[ $? = 78 ] && has "has no -----BEGIN NATS USER JWT-----"
result credentials-without-a-token $?
sed 's/^SU...../SUAAAAA/' "$work/box.creds" >"$work/bad.creds"
send 10 0 2 credentials="$work/bad.creds"
[ $? = 78 ] && has "checksum of the NKEY seed" && silent
result credentials-with-a-wrong-seed $?

# --- TLS first ---

{
	authority ca && certificate good "DNS:localhost,IP:127.0.0.1" ca
} >"$work/openssl" 2>&1 || { result certificates 1; exit 1; }
serve first -1 "$(js first)
$(tls good ", handshake_first: true")"
url=tls://127.0.0.1:$port
send 1000 0 20 url="$url" ca_file="$work/ca.pem" tls_first=true
result tls-first $?
send 10 0 4 url="$url" ca_file="$work/ca.pem" reconnect_ms=100
has "^down" && ! has "^up"
result tls-first-and-we-wait $?
end

exit $failed
