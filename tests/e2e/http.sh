#!/bin/bash
# usage: http.sh [PART...]
# The HTTP server: every endpoint and what stands in it, who may ask, TLS,
# several addresses, sockets of systemd, books asked for anew, and a thousand hostile clients.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
result=0

origin() { echo "http://127.0.0.1:$http_port"; }

# get PATH OPTION...: the body, to $work/body; the status is in $code
get() {
	local path=$1
	shift
	: >"$work/body"
	code=$(curl -sS --max-time 10 -o "$work/body" -D "$work/head" \
		-w '%{http_code}' "$@" "$(origin)$path" 2>>"$work/curl.log")
}

is() { [ "$code" = "$1" ] || { echo "status $code"; return 1; }; }
field() { tr -d '\r' <"$work/head" | sed -n "s/^$1: //Ip"; }

# said STATUS PATH OPTION...
said() {
	local status=$1
	shift
	get "$@"
	is "$status"
}

# shape PATH JQ [STATUS]: the answer is JSON, and this is true of it
shape() {
	get "$1"
	is "${3:-200}" || return 1
	[[ "$(field content-type)" == application/json* ]] || return 1
	jq -e "
		def time: type == \"string\" and
			test(\"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$\");
		def text: type == \"string\";
		def name: text and length > 0;
		def count: type == \"number\" and . >= 0 and . == floor;
		def truth: type == \"boolean\";
		def decimal: text and test(\"^[0-9]+([.][0-9]+)?$\");
		def levels: type == \"array\" and length > 0 and
			([.[] | keys == [\"price\", \"quantity\"] and
				(.price | decimal) and (.quantity | decimal)] | all);
		def keeping: (.is_synced | truth) and (.error_count | count) and
			(.total_updates | count) and (.buffer_size | count) and
			(.sync_in_progress | truth);
		$2" "$work/body"
}

wrong() { shape "$1" '.error | name' "$2"; }

# refresh STATUS VENUE SYMBOL OPTION...
refresh() {
	local status=$1 path=/api/v1/orderbook/$2/$3/refresh
	shift 3
	said "$status" "$path" -X POST "$@"
}

# --- what there is -----------------------------------------------------------

endpoints() {
	begin http-endpoints
	unset sim_ws http_port
	start_sim --rate 300 --symbols BTCUSDT,ETHUSDT --seed 5
	start_mpedge
	wait_for 20 metric_reaches 2 mpedge_market_books_live ||
		not_ok "books live"
	local book=/api/v1/orderbook/binance/BTC-USDT
	check "/livez" said 200 /livez
	check "/readyz" wait_for 20 said 200 /readyz
	check "/health" shape /health '.status == "healthy" and
		(.timestamp | time) and (.uptime_seconds | type == "number") and
		(.version | name) and .service == "mpedge" and
		.details == {} and .output == "" and (.releaseId | name) and
		(.serviceId | name) and (.description | name) and
		([.checks[] | .status == "healthy" and (.message | name) and
			(.timestamp | time)] | all and length > 2)'
	draft() {
		get /health -H 'Accept: application/health+json' && is 200 &&
			[ "$(field content-type)" = application/health+json ] &&
			jq -e '.status == "pass" and ([.checks[][] |
				.status == "pass" and (.componentId | length > 0)
				and (.time | length > 0)] | all)' "$work/body"
	}
	check "/health as health+json" draft
	metrics() {
		get /metrics && is 200 &&
			grep -q '^mpedge_http_requests_total [1-9]' "$work/body"
	}
	check "/metrics" metrics
	check "/status" shape /status '.status == "healthy" and
		(.timestamp | time) and (.books | length == 2) and
		(.connections | length > 0) and (.memory | length > 3) and
		(.process.resident_bytes | count)'
	html() {
		get /status -H 'Accept: text/html,*/*;q=0.8' && is 200 &&
			grep -qi '^<!doctype html>' "$work/body"
	}
	check "/status for a browser" html
	json() {
		get /status.json -H 'Accept: text/html,*/*;q=0.8' && is 200 &&
			jq -e .process "$work/body" >/dev/null
	}
	check "/status.json for it too" json
	check "/scheduler" shape /scheduler '.scheduler_enabled and
		(.jobs | length > 0)'
	check "/api/v1/scheduler/status" shape /api/v1/scheduler/status \
		'.scheduler_enabled and (.jobs | length > 0)'
	check "/api/v1/config" shape /api/v1/config \
		'.binance.enabled == true and (.http.clients | count) and
		.box.log_level == "info" and .nats.password == "" and
		(keys | length > 10)'
	check "/api/v1/data-center/info" shape /api/v1/data-center/info \
		'.status == "running" and (.start_time | time) and
		(.uptime_seconds | count) and .supported_exchanges == ["binance"]
		and .supported_symbols.binance == ["BTC-USDT", "ETH-USDT"] and
		([.capabilities[] | truth] | all) and
		([.endpoints[] | startswith("/")] | all)'
	check "a book" shape "$book?depth=3" '.exchange_name == "binance" and
		.symbol_name == "BTC-USDT" and (.last_update_id | count) and
		(.bids | levels and length == 3) and
		(.asks | levels and length == 3) and .depth_levels == 6 and
		.update_type == "snapshot" and .is_valid and .is_synced and
		(.sync_status | keeping) and (.timestamp | time) and
		(.collected_at | time) and (.processed_at | time) and
		.market_type == "spot" and .native_symbol == "BTCUSDT" and
		(.bids[0].price | tonumber) < (.asks[0].price | tonumber) and
		(.bids[0].price | tonumber) > (.bids[1].price | tonumber) and
		(.asks[0].price | tonumber) < (.asks[1].price | tonumber)'
	check "a book, 20 levels without depth" shape \
		/api/v1/orderbook/Binance/btcusdt '(.bids | length == 20)'
	check "a book as before" shape "$book?format=legacy&depth=1" \
		'keys == ["asks", "bids", "collected_at", "exchange_name",
		"last_update_id", "symbol_name", "timestamp"] and
		(.bids | levels)'
	check "a simple book" shape "$book?format=simple&depth=2" \
		'keys == ["asks", "bids", "exchange", "symbol", "timestamp"] and
		([.bids[], .asks[] | length == 2 and (.[0] | decimal) and
			(.[1] | decimal)] | all and length == 4)'
	check "/snapshot" shape "$book/snapshot" '.is_valid'
	check "a whole book" shape /api/v1/snapshot/binance/BTC-USDT/cached \
		'.is_valid and (.bids | length > 20)'
	check "state of a book" shape \
		/api/v1/orderbook/status/binance/BTC-USDT 'keeping and
		.symbol == "BTC-USDT" and .has_orderbook and
		(.snapshots | count) and (.last_update_time | time)'
	local each='.exchanges.binance | (.symbols_count == 2) and
		(.synced_symbols == 2) and .is_running and
		([.symbol_stats[] | keeping] | all and length == 2)'
	check "stats" shape /api/v1/orderbook/stats "$each"
	check "stats of one" shape /api/v1/orderbook/stats/binance "$each"
	check "health of books" shape /api/v1/orderbook/health \
		".overall_status == \"healthy\" and ($each)"
	check "exchanges" shape /api/v1/orderbook/exchanges \
		'.exchanges == ["binance"] and .count == 1 and (.timestamp | time)'
	check "symbols" shape /api/v1/orderbook/symbols/binance \
		'.symbols == ["BTC-USDT", "ETH-USDT"] and .count == 2'
	check "no such book: 404" wrong /api/v1/orderbook/binance/X-Y 404
	check "no such exchange: 404" wrong /api/v1/orderbook/stats/x 404
	check "nor symbols of it: 404" wrong /api/v1/orderbook/symbols/x 404
	check "no such address: 404" wrong /api/v1/orderbook/a/b/c/d 404
	check "a bad depth: 400" wrong "$book?depth=0" 400
	check "a bad format: 400" wrong "$book?format=xml" 400
	check "nothing there: 404" said 404 /none
	check "POST: 405" said 405 "$book" -X POST
	check "refresh with GET: 405" said 405 "$book/refresh"
	check "and says how" grep -qi '^Allow: POST' "$work/head"
	check "and for nobody without a secret: 403" refresh 403 binance BTC-USDT
	# The whole answer to HEAD ends with the empty line of its head.
	heads() {
		local path
		for path in /livez /readyz /health /metrics /status / \
			/scheduler /api/v1/config "$book" /none; do
			exec 3<>"/dev/tcp/127.0.0.1/$http_port"
			printf 'HEAD %s HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n' \
				"$path" 'Connection: close' >&3
			tr -d '\r' <&3 >"$work/head"
			exec 3<&-
			grep -q '^Content-Type: ' "$work/head" || return 1
			[ "$(sed -n '$=' "$work/head")" = \
				"$(sed -n '/^$/=' "$work/head")" ] || return 1
		done
	}
	check "HEAD of all" heads
	kept() {
		curl -sS -o /dev/null -o /dev/null -w '%{num_connects} ' \
			"$(origin)/livez" "$(origin)/readyz" |
			grep -q '^1 0 '
	}
	check "a connection is kept" kept
	conditional() {
		local tag
		get /api/v1/config
		tag=$(field etag)
		[ -n "$tag" ] || return 1
		get /api/v1/config -H "If-None-Match: \"x\", $tag"
		is 304 && [ ! -s "$work/body" ] || return 1
		said 200 /api/v1/config -H 'If-None-Match: "x"'
	}
	check "If-None-Match: 304" conditional
	# The market stops, so that a book stays as it is.
	stop_market
	unchanged() {
		get "$book"
		get "$book" -H "If-None-Match: $(field etag)"
		is 304
	}
	check "a book that did not change: 304" unchanged
	finish
}

# --- who may -----------------------------------------------------------------

# A certificate for localhost, signed by itself.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$work/key.pem" -out "$work/cert.pem" -days 30 \
		-subj /CN=localhost \
		-addext "subjectAltName=DNS:localhost,IP:127.0.0.1" 2>&1
}

up() { curl -sS --max-time 5 $tls "$1" >/dev/null 2>&1; }

access() {
	begin http-access
	unset sim_ws http_port
	local tls= second
	start_sim --rate 100 --symbols BTCUSDT,ETHUSDT --seed 5
	http_port=$(free_port)
	second=$(free_port)
	printf 'a-token-in-a-file\n' >"$work/token"
	chmod 600 "$work/token"
	certificate >"$work/openssl.log" || not_ok "certificate"
	write_config "http.listen=127.0.0.1:$http_port 127.0.0.1:$second" \
		http.token_file="$PWD/$work/token" http.user=joe \
		http.password=hunter2 http.clients=8
	start_mpedge
	check "both addresses" wait_for 10 eval "up http://127.0.0.1:$second/livez &&
		up http://127.0.0.1:$http_port/livez"
	check "/readyz needs no secret" wait_for 20 said 200 /readyz
	check "/health does: 401" said 401 /health
	check "and says what is wanted" grep -qi '^WWW-Authenticate: Bearer' \
		"$work/head"
	check "so does the page: 401" said 401 /
	check "and the books: 401" said 401 /api/v1/orderbook/exchanges
	check "a wrong token: 401" said 401 /health \
		-H 'Authorization: Bearer a-token-in-a-fils'
	check "the token: 200" said 200 /health \
		-H 'Authorization: Bearer a-token-in-a-file'
	check "the user: 200" said 200 /status -u joe:hunter2
	check "a wrong password: 401" said 401 /status -u joe:hunter
	get /api/v1/config -u joe:hunter2
	check "secrets are not shown" jq -e '.http.token == "***" and
		.http.password == "***"' "$work/body"
	nowhere() {
		! grep -q "a-token-in-a-file\|hunter2" "$work/body" \
			"$work/mpedge.log"
	}
	check "nor logged" nowhere
	get /metrics -u joe:hunter2
	check "refusals are counted" grep -q \
		'^mpedge_http_denied_total [4-9]' "$work/body"
	stop "$mpedge_pid"

	# The same with TLS.
	write_config "http.listen=127.0.0.1:$http_port" http.token=abc \
		http.cert_file="$work/cert.pem" http.key_file="$work/key.pem"
	"$mpedge" "$work/config.ini" 2>>"$work/mpedge.log" &
	mpedge_pid=$!
	started $mpedge_pid
	tls="--cacert $work/cert.pem"
	local site=https://localhost:$http_port
	check "TLS" wait_for 10 up "$site/livez"
	secure() {
		curl -sS --max-time 10 $tls "$@" -H 'Authorization: Bearer abc'
	}
	check "TLS 1.2" eval "secure --tls-max 1.2 $site/health | jq -e .status"
	check "TLS 1.3" eval "secure --tlsv1.3 $site/health | jq -e .status"
	check "a large answer" eval "secure $site/metrics |
		grep -q ^mpedge_http_requests_total"
	several() {
		secure -o /dev/null -o /dev/null -w '%{num_connects} ' \
			"$site/status" "$site/" | grep -q '^1 0 '
	}
	check "a connection is kept" several
	check "plain text is hung up on" eval "! up http://127.0.0.1:$http_port/livez"
	check "and does no harm" up "$site/livez"
	"$tools/http_storm" "$http_port" 100 2 >"$work/storm.log" 2>&1
	check "hostile clients do none" wait_for 30 up "$site/livez"
	stop "$mpedge_pid"
	check "ends well" test "$status" = 0

	# Certificates that are none.
	sed -i "s|^cert_file = .*cert.pem|cert_file = $work/token|" \
		"$work/config.ini"
	refused() {
		"$mpedge" "$work/config.ini" 2>&1 | tee "$work/check.log" |
			grep -q "http.cert_file: .*token.*not a PEM file"
	}
	check "a bad certificate is told" refused

	# Sockets that systemd passes.
	write_config http.listen=127.0.0.1:1
	"$tools/activate" "$http_port" "$second" -- "$mpedge" \
		"$work/config.ini" 2>>"$work/mpedge.log" &
	mpedge_pid=$!
	started $mpedge_pid
	check "passed sockets" wait_for 10 eval "up http://127.0.0.1:$second/livez &&
		up http://127.0.0.1:$http_port/livez"
	stop "$mpedge_pid"
	finish
}

# --- a book that is asked for anew --------------------------------------------

# Of that book: is this true of its state?
state() { shape "/api/v1/orderbook/status/$1/$2" "$3"; }
recorded() { grep -c "$1" "$work/records.jsonl"; }

# It has come again since there were LOADS of it.
anew() { state "$1" "$2" ".is_synced and .snapshots > $3"; }

# renewed VENUE SYMBOL
renewed() {
	local venue=$1 symbol=$2 loads
	state "$venue" "$symbol" .is_synced
	loads=$(jq .snapshots "$work/body")
	check "$venue: 202" refresh 202 "$venue" "$symbol"
	check "$venue: says so" jq -e '.success == true and
		(.message | length > 0) and (.timestamp | length > 20)' \
		"$work/body"
	check "$venue: it comes" wait_for 20 anew "$venue" "$symbol" "$loads"
	check "$venue: a gap record" wait_for 10 recorded \
		"\"$symbol\".*\"orderbook\".*\"reason\":\"asked for anew\""
	check "$venue: not twice in 30 s: 429" refresh 429 "$venue" "$symbol"
	check "$venue: until then" eval '[ "$(field retry-after)" -ge 1 ] &&
		[ "$(field retry-after)" -le 30 ]'
	check "$venue: and nothing was done" state "$venue" "$symbol" .is_synced
}

renewal() {
	begin http-refresh
	unset sim_ws http_port
	start_sim_of binance --rate 200 --symbols BTCUSDT,ETHUSDT --seed 5
	start_sim_of okx --rate 200 --symbol-count 1 --seed 6
	# What lib.sh asks has the token as well.
	echo 'header = "Authorization: Bearer abc"' >"$work/.curlrc"
	export CURL_HOME=$work
	local book=/api/v1/orderbook/binance/ETH-USDT
	start_mpedge file.enabled=true file.rotate_bytes=0 http.token=abc \
		"binance.symbols=BTC-USDT ETH-USDT" "okx.symbols=$(symbols_of okx)"
	check "in step" wait_for 30 connected
	check "no token: 401" eval "CURL_HOME= refresh 401 binance BTC-USDT"
	check "another token: 401" eval "CURL_HOME= refresh 401 binance BTC-USDT \
		-H 'Authorization: Bearer abd'"
	check "a page of a browser: 403" refresh 403 binance BTC-USDT \
		-H 'Origin: http://elsewhere'
	check "no such book: 404" refresh 404 binance X-Y
	check "with a hint" grep -q 'Orderbook not found for binance:X-Y' \
		"$work/body"
	check "nothing was asked for" eval '! recorded "asked for anew"'
	renewed binance BTC-USDT
	renewed okx "$(sed 's/-SWAP$//' <<<"$(symbols_of okx)")"

	# One that takes its time.
	ctl_of binance delaysnap 6000
	check "a body does no harm: 202" wait_for 20 refresh 202 binance ethusdt \
		-d '{"force":true}'
	check "there is no book meanwhile: 503" said 503 "$book"
	check "on its way: 409" refresh 409 binance ETH-USDT
	check "GET asks for nothing: 503" said 503 "$book/snapshot"
	ctl_of binance clear
	check "then it is there" wait_for 30 said 200 "$book"
	stop_market
	check "all books are right" verify_file -t
	check "and the venues had no complaint" test \
		"$(sim_stat_of binance violations) $(sim_stat_of okx violations)" \
		= "0 0"
	finish
	unset CURL_HOME
}

# --- a thousand hostile clients ----------------------------------------------

asked() { page /health | grep -q '"status":"healthy"'; }

delay() {
	"$tools/latency" "$nats_url" 'market.>' 0 "$1" | tail -n 1
}

storm() {
	begin http-storm
	unset sim_ws http_port nats_port
	local before after heap heap_after flow seen
	start_sim --rate 1500 --symbols BTCUSDT,ETHUSDT --seed 5
	start_nats
	start_mpedge nats.enabled=true file.enabled=false http.head_ms=1000 \
		http.answer_ms=1000 journal.size_bytes=1048576
	wait_for 20 metric_reaches 2 mpedge_market_books_live ||
		not_ok "books live"
	wait_for 30 metric_reaches 8000 mpedge_journal_appended_total ||
		not_ok "the ring was written once"
	echo "# alone:  $(delay 2)"
	# What is needed once becomes resident.
	"$tools/http_storm" "$http_port" 300 2 >"$work/warm.log"
	check "it answers" wait_for 30 asked
	before=$(rss_anon "$mpedge_pid")
	heap=$(rss_heap "$mpedge_pid")
	flow=$(metric mpedge_market_messages_total)
	"$tools/http_storm" "$http_port" 1000 4 >"$work/storm.log" 2>&1 &
	seen=$!
	echo "# stormed: $(delay 3)"
	check "a thousand at once" wait "$seen"
	echo "# $(cat "$work/storm.log")"
	check "a client is answered afterwards" wait_for 30 asked
	check "running" running "$mpedge_pid"
	after=$(rss_anon "$mpedge_pid")
	heap_after=$(rss_heap "$mpedge_pid")
	echo "# resident KiB: $before, then $after; beside the arena: $heap," \
		"then $heap_after"
	check "memory beside the arena is what it was" \
		test $((heap_after - heap)) -le 128
	check "and resident memory" test $((after - before)) -le 512
	# Who asks now may still find all places taken.
	check "turned away are counted" wait_for 30 metric_reaches 1 \
		mpedge_http_refused_total
	check "and the slow" wait_for 30 metric_reaches 1 \
		mpedge_http_late_total
	check "and what was refused" wait_for 30 metric_reaches 1 \
		mpedge_http_errors_total
	check "records flowed" wait_for 30 metric_reaches $((flow + 100)) \
		mpedge_market_messages_total
	check "the market stopped" stop_market
	wait_for 30 eval '[ "$(metric mpedge_journal_backlog_bytes)" = 0 ]'
	check "nothing was lost" verify_nats -t
	finish
}

for part in ${*:-endpoints access renewal storm}; do
	$part || result=1
done
exit $result
