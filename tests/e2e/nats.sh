#!/bin/sh
# usage: nats.sh [PUMP [NATS-SERVER]]
# The nats sink against a real nats-server: JetStream and core, TLS, servers
# that die, streams that vanish, limits.  Prints ok NAME / not ok NAME; exit 1
# when something failed.  Everything listens on 127.0.0.1, on ports the server
# chose, and keeps its data in a scratch folder.

cd "$(dirname "$0")/../.." || exit 2
pump=${1:-${TOOLS:-build/x86_64-release/tests/tools}/nats_pump}
server=${2:-build/deps/tools/nats-server}
dump=$(dirname "$pump")/nats_dump
. tests/e2e/nats_lib.sh

# --- JetStream ---

serve plain -1 "$(js plain)"
send 20000 0 30 url="$url" && log_has event=stream_created &&
	! log_has stream_subjects && check 20000
result jetstream $?

send 20000 0 30 url="$url" && has duplicates=20000 && check 20000
result sent-again-is-stored-once $?

"$pump" delete "$url" MARKET_DATA
# books FILTER: does it hold for each book in the stream, and is there one?
books() {
	"$dump" "$url" MARKET_DATA | cut -f 2- | grep '"symbol_name":"BIG"' |
		jq -es "length > 0 and all(.[]; $1)" >"$work/check"
}
same_number='.depth_levels == (.bids | length) + (.asks | length)'

send 500 0 30 url="$url" big=100 && has trimmed=5 && has passed_over=0 &&
	has errors=0 && has confirmed=500 &&
	log_has "book_trimmed.*levels=60000" &&
	books "$same_number and .is_valid and .depth_levels > 10000 and
		(.bids | length) == (.asks | length) and
		.update_type == \"snapshot\""
result snapshots-larger-than-the-server-takes $?

"$pump" delete "$url" MARKET_DATA
send 500 0 30 url="$url" big=100 delta=1 && has trimmed=5 &&
	has confirmed=500 && log_has "book_trimmed.*kept=0" &&
	books "$same_number and (.is_valid | not) and .depth_levels == 0 and
		.update_type == \"snapshot\" and .last_update_id % 100 == 99"
result deltas-larger-than-the-server-takes $?

"$pump" delete "$url" MARKET_DATA
send_behind 20000 20000 30 url="$url"
line "$work/out" "at 4000" 20
kill -9 $sender
wait $sender 2>/dev/null
send 20000 0 30 url="$url" && ! has duplicates=0 && check 20000
result collector-killed $?

"$pump" delete "$url" MARKET_DATA
send_behind 40000 20000 60 url="$url" reconnect_ms=100
line "$work/out" "at 8000" 20
end KILL
line "$work/out" "^down" 10
again
wait $sender && has connects=2 && check 40000
result server-killed-and-restarted $?

"$pump" delete "$url" MARKET_DATA
send_behind 20000 10000 60 url="$url" ack_timeout_ms=300
line "$work/out" "at 4000" 20
kill -STOP "$pid"
line "$work/out" "^down late" 10
kill -CONT "$pid"
wait $sender && ! has resent=0 && check 20000
result server-stalls $?

"$pump" delete "$url" MARKET_DATA
send_behind 20000 10000 60 url="$url" ack_timeout_ms=1000
line "$work/out" "at 4000" 20
"$pump" delete "$url" MARKET_DATA
wait $sender && has "^down missing 503 no responders.*MARKET_DATA" &&
	has confirmed=20000 && [ "$(grep -c stream_created "$work/log")" = 2 ]
result stream-deleted $?

"$pump" delete "$url" MARKET_DATA
"$pump" stream "$url" MARKET_DATA "market.>" 1000
send_behind 3000 0 60 url="$url"
line "$work/out" "^down space.*maximum messages exceeded" 10
status=$?
line "$work/out" "at 900" 10
"$pump" limit "$url" MARKET_DATA 100000
wait $sender && [ $status = 0 ] && grep -q "^up" "$work/out" && check 3000
result stream-full-then-room $?

"$pump" delete "$url" MARKET_DATA
send_behind 3000 0 60 url="$url" stream_discard=new stream_max_bytes=200000 \
	stream_storage=memory stream_description="a small one"
line "$work/out" "^down space.*maximum bytes exceeded" 10
status=$?
"$pump" limit "$url" MARKET_DATA 100000 100000000
wait $sender && [ $status = 0 ] && grep -q "^up" "$work/out" && check 3000 &&
	"$pump" state "$url" MARKET_DATA | grep -q \
		"storage=memory discard=new description=a small one"
result stream-made-with-discard-new-is-full $?

"$pump" delete "$url" MARKET_DATA
"$pump" stream "$url" OTHER "market.>" 0
send 10 0 2 url="$url"
has "^down rejected stream MARKET_DATA cannot be created.*overlap"
result another-stream-has-our-subjects $?

"$pump" delete "$url" OTHER
"$pump" stream "$url" MARKET_DATA "elsewhere.>" 0
send 10 0 2 url="$url"
log_has "stream_subjects.*not_covered=market" &&
	log_has "nats stream edit MARKET_DATA --subjects elsewhere.>,market.>" &&
	has "^down missing 503 no responders"
result stream-does-not-cover-us $?

"$pump" delete "$url" MARKET_DATA
send 1000 0 20 url="nats://127.0.0.1:1 $url" reconnect_ms=100 &&
	has "confirmed=1000" && has "target=nats://127.0.0.1:1 $url MARKET_DATA"
result second-address $?

send 10 0 2 url="tls://127.0.0.1:$port" reconnect_ms=100
has "^down tls"
result tls-wanted-and-not-offered $?
end

# --- a server without room ---

serve small -1 "jetstream { store_dir: \"$work/small/js\", max_file_store: 300KB }"
send_behind 3000 0 60 url="$url" stream_max_bytes=-1
line "$work/out" "^down space.*resource.* exceeded\|^down space.*insufficient" 10
status=$?
sed -i 's/300KB/300MB/' "$dir/conf"
end
again
wait $sender && [ $status = 0 ] && check 3000
result server-without-room-then-with $?
end

# Another stream has some of our subjects: no record goes into it.
serve other -1 "$(js other)"
"$pump" stream "$url" MARKET_DATA "market.okx.>" 0
"$pump" stream "$url" OTHER "market.binance.>" 0
send 10 0 2 url="$url"
has "^down rejected stream MARKET_DATA refuses: expected stream" &&
	"$pump" state "$url" OTHER | grep -q messages=0
result another-stream-would-take-them $?

# --- subjects ---

"$pump" delete "$url" MARKET_DATA
"$pump" delete "$url" OTHER
send 1000 0 20 url="$url" subject="{type}.{exchange}.{market_type}.{SYMBOL}" &&
	"$dump" "$url" MARKET_DATA | grep -q "trade.binance.spot.SYM1"
result subjects-by-a-template $?
send 10 0 2 url="$url" subject="{prefix}.{symbol}"
[ $? = 78 ] && has "^refused config subject: column 1 of"
result template-that-is-none $?
end

# --- core NATS ---

serve core -1 ""
"$pump" listen 20000 20 "$url" "market.>" >"$work/listen" &
listener=$!
line "$work/listen" listening 10
send 20000 0 30 url="$url" jetstream=false && wait $listener &&
	grep -q got=20000 "$work/listen"
result core $?

send 10 0 2 url="$url"
has "^down unsupported 503 no responders: the server has no JetStream"
result no-jetstream-there $?
end

# --- who are you ---

serve user -1 "$(js user)
authorization { user: box, password: \"s3cret word\" }"
send 1000 0 20 url="$url" user=box password="s3cret word" &&
	! grep -q s3cret "$work/out" "$work/log"
result user-and-password $?

send 10 0 3 url="$url" user=box password=wrong reconnect_ms=100
has "^down auth" && ! has "^up"
result wrong-password $?

send 10 0 20 url="nats://box:s3cret%20word@127.0.0.1:$port" &&
	! grep -q s3cret "$work/out" "$work/log"
result password-in-the-address $?
end

serve token -1 "$(js token)
authorization { token: t0ken }"
send 1000 0 20 url="$url" token=t0ken
result token $?
end

send 10 0 2 url=http://127.0.0.1
[ $? = 78 ] && has "^refused config url"
result address-without-scheme $?
send 10 0 2 ca_file="$work/none.pem"
[ $? = 78 ] && has "^refused config ca_file"
result no-such-ca-file $?

# --- TLS ---

{
	authority ca && authority stranger &&
		certificate good "DNS:localhost,IP:127.0.0.1" ca &&
		certificate other "DNS:nats.example.org" ca &&
		certificate client "DNS:box" ca
} >"$work/openssl" 2>&1 || { result certificates 1; exit 1; }

serve secure -1 "$(js secure)
$(tls good)"
NATS_CA=$work/ca.pem
export NATS_CA
url=tls://127.0.0.1:$port
send 20000 0 30 url="$url" ca_file="$work/ca.pem" && check 20000
result tls-by-address $?

send 1000 0 20 url="tls://localhost:$port" ca_file="$work/ca.pem"
result tls-by-name $?
has "^server_ends=$(date -d "$(openssl x509 -noout -enddate \
	-in "$work/good.pem" | cut -d = -f 2)" +%s) "
result tls-end-of-the-certificate $?

send 1000 0 20 url="nats://127.0.0.1:$port" ca_file="$work/ca.pem"
result tls-asked-for-by-the-server $?

send 10 0 3 url="$url" reconnect_ms=100
has "^down tls.*not signed by a trusted CA" && ! has "^up"
result built-in-roots-do-not-know-it $?

send 10 0 3 url="$url" ca_file="$work/stranger.pem" reconnect_ms=100
has "^down tls.*not signed by a trusted CA" && ! has "^up"
result unknown-ca $?

send 1000 0 20 url="$url" verify=false
result verify-off $?

"$pump" delete "$url" MARKET_DATA
send_behind 30000 15000 60 url="$url" ca_file="$work/ca.pem" reconnect_ms=100
line "$work/out" "at 6000" 20
end KILL
line "$work/out" "^down" 10
again
wait $sender && has connects=2 && check 30000
result tls-server-killed-and-restarted $?
end

serve misnamed -1 "$(js misnamed)
$(tls other)"
send 10 0 3 url="tls://localhost:$port" ca_file="$work/ca.pem" reconnect_ms=100
has "^down tls.*hostname mismatch.*expected=localhost" && ! has "^up"
result wrong-host-name $?
end

serve mutual -1 "$(js mutual)
$(tls good ", ca_file: \"$work/ca.pem\", verify: true")"
send 10 0 3 url="tls://localhost:$port" ca_file="$work/ca.pem" reconnect_ms=100
has "^down" && ! has "^up"
result client-certificate-missing $?
send 1000 0 20 url="tls://localhost:$port" ca_file="$work/ca.pem" \
	cert_file="$work/client.pem" key_file="$work/client.key"
result client-certificate $?
send 10 0 2 url="tls://localhost:$port" cert_file="$work/client.pem" \
	key_file="$work/good.key"
[ $? = 78 ] && has "^refused config cert_file"
result client-key-of-another-certificate $?
end

exit $failed
