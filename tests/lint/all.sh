#!/bin/sh
# usage: all.sh [CHECK...]
# Runs each check, drops the findings that exceptions.txt lets pass, and prints
# `ok lint CHECK` or `not ok lint CHECK` and what was found.  When all run, an
# exception that let nothing pass is a finding too.

cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
every='layers headers symbols banned globals words length format cppcheck
	exceptions docs events cases mutations metrics page'
list=tests/lint/exceptions.txt
bad=0
: >"$work/used"

report() {
	if [ -s "$2" ]; then
		bad=1
		echo "not ok lint $1"
		sed 's/^/    /' "$2"
	else
		echo "ok lint $1"
	fi
}

for check in ${*:-$every}; do
	tests/lint/"$check".sh >"$work/found" 2>&1
	[ $? -le 1 ] || echo "$check.sh could not do its work" >>"$work/found"
	awk -v check="$check" -v used="$work/used" '
	function fits(key, p) {
		split(key, p, ":")
		if (p[1] ~ /\/$/ ? index(file, p[1]) != 1 : file != p[1])
			return 0
		return p[2] == "" || index(" " $0 " ", " " p[2] " ")
	}
	FNR == NR { if ($1 == check) keys[$2]; next }
	{
		file = $0; sub(/:.*/, "", file); let_pass = 0
		for (key in keys)
			if (fits(key)) { let_pass = 1; print check, key >>used }
		if (!let_pass) print
	}' $list "$work/found" >"$work/left"
	report "$check" "$work/left"
done
if [ $# -eq 0 ]; then
	awk 'FILENAME ~ /\/used$/ { used[$0]; next }
		!/^#/ && NF && !(($1 " " $2) in used) {
			print "lets nothing pass: " $1 " " $2 }' \
		"$work/used" $list >"$work/left"
	report unused-exceptions "$work/left"
fi
exit $bad
