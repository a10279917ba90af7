#!/bin/bash
# The status page as a browser shows it, against what /status says.  Without
# chromium there is nothing to show; the lines then say so.

cd "$(dirname "$0")/../.." || exit 2
. tests/e2e/lib.sh
begin page

# browse OPTION...: the page after four seconds of the browser's clock
browse() {
	timeout 40 chromium --headless --no-sandbox --disable-gpu \
		--disable-background-networking --no-first-run \
		--user-data-dir="$work/profile" --virtual-time-budget=4000 \
		--enable-logging=stderr "$@" "http://127.0.0.1:$http_port/" \
		2>"$work/browser.log"
}

# A page is read in the order in which /status has its members.
panels() {
	jq -r 'to_entries[] | select(.key != "memory") |
		select(.value | type == "object" or type == "array") | .key' \
		"$work/status.json"
}

every_panel() {
	local panel
	[ -n "$(panels)" ] || return 1
	for panel in checks $(panels); do
		grep -q "<h2>$panel</h2>" "$work/page.html" || {
			echo "no panel $panel"
			return 1
		}
	done
}

every_row() {
	local row
	for row in $(jq -r '(.books[].symbol), (.connections[].name),
			(.sinks[].name)' "$work/status.json"); do
		grep -q "<td data-k=\"[a-z]*\">$row</td>" \
			"$work/page.html" || {
			echo "no row $row"
			return 1
		}
	done
}

# shown NAME: the number on the page, as its tooltip has it
shown() {
	sed -n "s|.*<dt>$1</dt><dd><span title=\"\([0-9]*\)\">.*|\1|p" \
		"$work/page.html"
}

# The page was made between two answers of /status.
between() {
	local before after now
	before=$(jq ".records.$1" "$work/status.json")
	after=$(page /status | jq ".records.$1")
	now=$(shown "$1")
	echo "$before <= $now <= $after"
	[ "$before" -le "$now" ] && [ "$now" -le "$after" ]
}

fresh() {
	local asked
	asked=$(metric mpedge_http_requests_total)
	browse --dump-dom >"$work/page.html"
	# The page itself, again at least once, and this question.
	[ "$(metric mpedge_http_requests_total)" -ge $((asked + 3)) ]
}

quiet() { ! grep CONSOLE "$work/browser.log"; }

if ! command -v chromium >/dev/null; then
	ok "not looked at: chromium is not installed"
	finish
	exit
fi
start_sim --rate 500 --symbols BTCUSDT,ETHUSDT --seed 5
start_mpedge
wait_for 10 metric_reaches 2 mpedge_market_books_live || not_ok "books live"
page /status >"$work/status.json"
check "fetches itself again" fresh
check "the title is the state" grep -q "<title>mpedge mpedge: healthy</title>" \
	"$work/page.html"
check "has every panel" every_panel
check "has every book, connection and sink" every_row
check "counts trades as /status does" between trade
check "counts books as /status does" between orderbook
check "the browser has no complaint" quiet
finish
