#!/bin/bash
# usage: page.sh
# The page at / as a browser shows it, with script and without, against what
# /status says.  IMG=docs/img keeps the pictures it takes; with LINE=40 the lines
# in them are longer.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
begin page

# --- the browser ------------------------------------------------------------

# web COMMAND...: to browser.js; what it answered is $said
web() {
	said=
	echo "$*" >&"$to_browser" &&
		IFS= read -r -t 60 said <&"$from_browser" &&
		[[ $said != '{"error"'* ]]
}

# holds EXPRESSION: in the page, in 30 seconds at most
holds() {
	web "until $*"
	echo "$said: $*"
	[ "$said" = true ]
}

start_browser() {
	coproc BROWSER { exec node tests/e2e/browser.js "$work/profile" \
		2>"$work/browser.log"; }
	started "$BROWSER_PID"
	from_browser=${BROWSER[0]} to_browser=${BROWSER[1]}
	web "eval 1"
}

# picture NAME: of what the page is now
picture() {
	mkdir -p "$work/img"
	web "eval document.activeElement.blur(), 1"
	web "shot $PWD/$work/img/$1.png" && [ -s "$work/img/$1.png" ]
}

# With 64 colours they are a third of the size.
keep_pictures() {
	mkdir -p "$IMG"
	cp "$work"/img/*.png "$IMG"
	! command -v pngquant >/dev/null ||
		pngquant --speed 1 --strip --force --ext .png 64 "$IMG"/*.png
}

open_page() { web "open http://127.0.0.1:$http_port/"; }

# --- what is served -----------------------------------------------------------

small() {
	page / >"$work/page.html"
	wc -c "$work/page.html"
	[ "$(wc -c <"$work/page.html")" -lt 40000 ] &&
		tail -c 8 "$work/page.html" | grep -q '</html>'
}

# Nothing is fetched but the page and, by its script, /status.
alone() {
	! grep -oE '(src=|@import|url\(|https?:|//[a-z]).{0,40}' "$work/page.html"
}

# Every member of /status that is an object or a list has its place.
every_member() {
	local member
	page /status >"$work/status.json"
	for member in $(jq -r 'to_entries[] | .key as $k |
		select(.value | type == "object" or type == "array") | $k' \
		"$work/status.json"); do
		grep -q "data-[a-z]*=\"$member[. \"]" src/status/page.html || {
			echo "nothing of $member"
			return 1
		}
	done
}

# --- contents -----------------------------------------------------------------

# What has been drawn, as text and as attributes, in order.
drawn='JSON.stringify([...document.querySelectorAll("title, body *:not(script)")].map(e => [e.tagName, e.className.baseVal ?? e.className, e.hidden, e.title, e.getAttribute("points"), e.getAttribute("value"), e.children.length ? "" : e.textContent]).filter(e => e[0] != "TEMPLATE"))'

# same FILE.json: server and script make the same page of it
same() {
	local by_server
	"$tools/fill_page" <"$1" >"$work/filled.html" &&
		web script off &&
		web "open file://$PWD/$work/filled.html" &&
		web "eval $drawn" || return 1
	by_server=$said
	web script on && open_page &&
		web "eval answer = $(jq -c . "$1"), fetch = async () => ({ ok: true, json: async () => answer }), 1" &&
		holds "document.querySelector('time').title == answer.timestamp" &&
		web "eval $drawn" || return 1
	[ "$by_server" = "$said" ] && [ ${#said} -gt 5000 ] && return
	diff <(jq -r 'fromjson[] | @json' <<<"$by_server") \
		<(jq -r 'fromjson[] | @json' <<<"$said")
	return 1
}

# What comes from outside, at its worst; numbers of every size.
hostile() {
	jq -c --arg bad '<img src=x onerror="window.hit=1"><script>window.hit=1</script>&lt;"'"'"' ‮ '$'\e[1m\n' '
		.box = $bad | .connections[0].last_error = $bad |
		.connections[0].name = $bad | .connections[0].state = $bad |
		.books[0].symbol = $bad | .checks[0].message = $bad |
		.books[1].bid = ["0.10000000", "1200"] | .books[1].ask = null |
		.sinks[0].target = $bad | .sinks[0].rate.history = [0, 0.1, 7] |
		.sinks[0].behind_bytes = 3221225472 | .recent[0].reason = $bad |
		.process.uptime_ms = 987654321 | .process.cpu_ms = 100000 |
		.latency[0].p999_us = null | .latency[0].p50_us = 999 |
		.latency[0].count = 123456789 | .process.resident_bytes = 1023 |
		.connections[0].last_message_age_ms = -1 |
		.books += [range(220) | {venue: "x", symbol: "S\(.)",
			state: (if . == 219 then "crossed" else "live" end)}] |
		.journal = {} | del(.rest)' "$work/status.json" \
		>"$work/hostile.json"
	same "$work/hostile.json" || return 1
	# As text it is there, as anything else it is not.
	holds "document.querySelector('h1').textContent.includes('<img src=x')" &&
		holds "!window.hit && !document.querySelector('img')" &&
		holds "document.body.textContent.includes('23 more')" &&
		holds "document.querySelector('[data-each=books] tr').textContent.startsWith('S219')"
}

# shows COUNT: of connections, sinks and books each has its row and its state
shows() {
	local name state
	page /status >"$work/status.json"
	jq -r '(.connections[], .sinks[]) | "\(.name) \(.state)"' \
		"$work/status.json" >"$work/rows"
	jq -r '.books[] | "\(.symbol) \(.state)"' "$work/status.json" \
		>>"$work/rows"
	[ "$(wc -l <"$work/rows")" -eq "$1" ] || return 1
	while read -r name state; do
		holds "[...document.querySelectorAll('tbody tr')].some(r => r.cells[0].textContent == '$name' && [...r.cells].some(c => c.textContent == '$state'))" ||
			return 1
	done <"$work/rows"
}

# The market stands still: what the page says is what /status says.
agrees() {
	web run tests/e2e/page_agrees.js && holds "agrees()"
}

# --- access -------------------------------------------------------------------

access() {
	web "run tests/e2e/page_access.js"
	echo "$said"
	[ "$said" = '[]' ]
}

by_keys() {
	local i
	web "eval scrollTo(0, 0), document.activeElement.blur(), reached = [], 1"
	for i in 1 2 3 4 5 6; do
		web key Tab
		web "eval reached.push(document.activeElement.className || document.activeElement.textContent), reached.join()"
	done
	echo "$said"
	[ "$said" = '"skip,health,status,metrics,scroll,scroll"' ]
}

dark() {
	web "media prefers-color-scheme=dark" && access &&
		holds "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every(v => v < 40)" &&
		picture dark
}

phone() {
	web "media prefers-color-scheme=light" && web size 390 844 && access &&
		picture phone && web size 1280 900
}

# --- states -------------------------------------------------------------------

no_script() {
	web script off && open_page && shows 6 || return 1
	# It is loaded again by itself.
	web "eval performance.timeOrigin"
	holds "performance.timeOrigin > $said" && shows 6
}

has_line() { page /status | jq -e ".totals.messages.history | length > $1"; }

# Not by loading it again.
live() {
	web script on && open_page && web "eval mark = 1" &&
		web "eval document.querySelector('time').title" || return 1
	holds "document.querySelector('time').title > $said && window.mark === 1" &&
		holds "document.title.startsWith('healthy')" && shows 6 &&
		wait_for 180 has_line "${LINE:-1}" &&
		holds "document.querySelector('polyline').points.length > ${LINE:-1}" &&
		picture live
}

idle() {
	stop_market && agrees &&
		holds "document.querySelector('.tiles dd').textContent == '0'" &&
		picture idle
}

degraded() {
	stop $nats_pid && ctl resume &&
		holds "document.getElementById('state').className == 'warn' && document.querySelector('.checks li').textContent.includes('1 of 2 sinks')" &&
		holds "document.querySelector('[data-each=sinks] tr').textContent.startsWith('natsdown')" &&
		holds "document.querySelector('.tiles dd').textContent > 0" &&
		picture degraded
}

gone() {
	stop $mpedge_pid
	holds "document.getElementById('old').offsetHeight > 0 && document.title.startsWith('no answer')" &&
		start_mpedge &&
		holds "document.getElementById('old').hidden && document.title.includes('mpedge')"
}

# It was asked for once, and what failed were questions to nobody.
quiet() {
	web complaints
	echo "$said"
	jq -e 'map(select(test("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET") | not)) == []' <<<"$said"
}

if ! command -v chromium >/dev/null || ! command -v node >/dev/null; then
	[ "${CI:-}" = true ] && not_ok "chromium and node are installed" ||
		ok "not looked at: chromium and node are not installed"
	finish
	exit
fi
start_sim --rate 500 --symbols BTCUSDT,ETHUSDT,SOLUSDT --seed 5
start_nats
start_mpedge nats.enabled=true binance.symbols="BTC-USDT ETH-USDT SOL-USDT"
wait_for 30 metric_reaches 3 mpedge_market_books_live || not_ok "books live"
wait_for 30 metric_reaches 2 mpedge_sink_up || not_ok "sinks up"
check "the browser starts" start_browser
check "is one page under 40 kB" small
check "asks nobody else for anything" alone
check "has a place for every member of /status" every_member
check "is whole without script, and loads itself again" no_script
check "is live with script, and healthy" live
check "is the same page by the server and by the script" same "$work/status.json"
check "shows hostile text as text" hostile
open_page
check "is accessible" access
check "is used by keys alone" by_keys
check "is dark at night" dark
check "fits a telephone" phone
check "says what /status says" idle
check "tells that a sink is down, before all others" degraded
check "tells that nobody answers, until somebody does" gone
check "the browser has no complaint" quiet
[ -z "${IMG:-}" ] || keep_pictures
finish
