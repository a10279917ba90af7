#!/bin/sh
# What log_open is called with stands in events.def, and each row is written by
# somebody, with its level as the highest.  Component and event are literals at
# the call, so that reading it is enough: the event may be one of two.

cd "$(dirname "$0")/../.." || exit 2
awk '
function call(text, where,    n, m, component, high, lev, i, lit) {
	m = 0
	high = ""
	lit = text
	while (match(lit, /LOG_[A-Z]+/)) {
		lev[++m] = substr(lit, RSTART + 4, RLENGTH - 4)
		if (rank[lev[m]] > rank[high])
			high = lev[m]
		lit = substr(lit, RSTART + RLENGTH)
	}
	if (high == "")
		print where ": the level is not written at the call of log_open"
	n = -1
	while (match(text, /"[^"]*"/)) {
		lit = substr(text, RSTART + 1, RLENGTH - 2)
		text = substr(text, RSTART + RLENGTH)
		if (++n == 0)
			component = lit
		else
			name[n] = component " " lit
	}
	if (n < 1)
		print where ": component and event are not literals"
	# Two levels for two events stand in the same order.
	for (i = 1; i <= n; i++) {
		lit = m == n ? lev[i] : high
		if (!(name[i] in row))
			print where ": " name[i] ": no row of events.def"
		used[name[i]] = 1
		if (rank[lit] > rank[top[name[i]]])
			top[name[i]] = lit
	}
}
BEGIN { rank["DEBUG"] = 1; rank["INFO"] = 2; rank["WARN"] = 3; rank["ERROR"] = 4 }
FILENAME ~ /events\.def$/ {
	if (match($0, /^EVENT\(/)) {
		split(substr($0, 7), p, /, */)
		i = p[1] " " p[2]
		if (i in row)
			print FILENAME ":" FNR ": " i " stands twice"
		row[i] = p[3]
		line[i] = FNR
	}
	next
}
/^log_open\(/ { next }
index($0, "log_open(") { inside = 1; text = ""; where = FILENAME ":" FNR }
inside {
	text = text $0
	if (index($0, ";")) {
		call(substr(text, index(text, "log_open(")), where)
		inside = 0
	}
}
END {
	for (i in row) {
		at = "include/tables/events.def:" line[i] ": " i
		if (!(i in used))
			print at ": nobody logs it"
		else if (top[i] != row[i])
			print at ": the highest level it is logged with is " top[i]
	}
}' include/tables/events.def src/*/*.c | sort |
	awk '{ print } END { exit NR > 0 }'
