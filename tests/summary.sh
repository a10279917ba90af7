#!/bin/sh
# usage: summary.sh PART... [--beside PART...]
# Runs each part as `make PART` and counts the lines `ok NAME` and
# `not ok NAME` (or `FAIL NAME`) it prints.  A part that fails without such a
# line, or prints none at all, counts as one failure.  Those behind --beside
# only compute: they run, at the lowest priority, beside the part in front of
# it, which mostly waits, and are printed after it.  The last line is
# `N passed, N failed`; the exit status is non-zero when a part failed.

cd "$(dirname "$0")/.." || exit 2
logs=build/test
mkdir -p $logs
passed=0
failed=0
list=
parts=

# run PART: its output, which goes to its log as well
run() {
	log=$logs/$1.log
	echo "== $1"
	date +%s >"$log.start"
	{ ${MAKE:-make} -j "$(nproc)" --no-print-directory "$1" 2>&1 </dev/null
	  echo $? >"$log.status"; } | tee "$log"
	date +%s >"$log.end"
}

# count PART: after its run
count() {
	log=$logs/$1.log
	status=$(cat "$log.status")
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok \|^FAIL ' "$log")
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
		echo "FAIL $1 (exit $status, $good tests ran)" | tee -a "$log"
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	parts="$parts $1"
	list="$list$(printf '%-14s %5d passed %4d failed %5d s' "$1" \
		"$good" "$bad" $(($(cat "$log.end") - $(cat "$log.start"))))
"
}

beside() {
	for part; do
		run "$part"
	done
}

last=
while [ $# -gt 0 ] && [ "$1" != --beside ]; do
	[ -z "$last" ] || { run "$last"; count "$last"; }
	last=$1
	shift
done
if [ $# -gt 1 ]; then
	shift
	(renice -n 19 -p "$(exec sh -c 'echo $PPID')" >/dev/null 2>&1
	 beside "$@") >$logs/beside.log 2>&1 &
fi
run "$last"
count "$last"
if [ $# -gt 0 ]; then
	wait
	cat $logs/beside.log
	for part; do
		count "$part"
	done
fi
printf '== summary\n%s' "$list"
grep -h '^not ok \|^FAIL ' $(for part in $parts; do echo "$logs/$part.log"; done)
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
