#!/bin/sh
# usage: run.sh EMULATOR BINARY...
# Runs cmocka programs and prints `ok LAYER/test_X NAME` or `not ok ...` for
# each of their tests; the output of a program with a failure follows it.

emulator=$1
shift
# A unit test that hangs is a failure, not a wait.
limit=120
bad=0
work=$(mktemp) || exit 2
trap 'rm -f "$work"' EXIT
export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"

for binary; do
	name=$(basename "$(dirname "$binary")")/$(basename "$binary")
	timeout -k 5 $limit $emulator "$binary" >"$work" 2>&1
	status=$?
	sed -n "s|^\(not \)\{0,1\}ok [0-9]* - \(.*\)|\1ok $name \2|p" "$work"
	failed=$(grep -c '^not ok ' "$work")
	tests=$(grep -c '^ok \|^not ok ' "$work")
	planned=$(sed -n 's/^1\.\.//p' "$work" |
		awk '{ sum += $1 } END { print sum + 0 }')
	if [ "$status" -ge 124 ] || [ "$tests" -eq 0 ] ||
		[ "$tests" -lt "$planned" ] ||
		{ [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; }; then
		echo "not ok $name (exit $status after $tests of $planned)"
		failed=1
	fi
	if [ "$failed" -gt 0 ]; then
		bad=1
		sed 's/^/    /' "$work"
	fi
done
exit $bad
