#!/bin/sh
# usage: settings.sh SECTION.KEY=VALUE...
# stdin: config.ini, or any file like it; stdout: the same with these keys set
# in their places.  A key that is not there is an error.

awk -v wanted="$(printf '%s\n' "$@")" '
BEGIN {
	n = split(wanted, line, "\n")
	for (i = 1; i <= n; i++) {
		at = index(line[i], "=")
		if (at)
			value[substr(line[i], 1, at - 1)] = substr(line[i], at + 1)
	}
}
/^\[.*\]$/ { section = substr($0, 2, length($0) - 2) }
match($0, /^;?[a-z0-9_]+ =/) {
	key = substr($0, 1, RLENGTH - 2)
	sub(/^;/, "", key)
	key = section "." key
	if (key in value) {
		sub(/.*\./, "", key)
		print key " = " value[section "." key]
		delete value[section "." key]
		next
	}
}
{ print }
END {
	for (key in value) {
		print "settings.sh: there is no " key >"/dev/stderr"
		bad = 1
	}
	exit bad
}'
