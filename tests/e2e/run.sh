#!/bin/sh
# usage: run.sh [SCRIPT...]
# Runs the end-to-end scripts one after the other: all of tests/e2e and the
# simulator's own, or those named.  Prints the `ok NAME` and `not ok NAME`
# lines of each, with `# ` lines that explain the latter, and `skip NAME: WHY`
# for what this machine does not allow; exit 1 when one failed.  E2E_SECONDS is how long the main runs of first_light.sh take.

cd "$(dirname "$0")/../.." || exit 2
if [ $# -eq 0 ]; then
	for script in tests/exchange/selftest.sh tests/e2e/*.sh; do
		case $script in
		*/run.sh | */*lib.sh | */servers.sh) ;;
		*) [ -f "$script" ] && set -- "$@" "$script" ;;
		esac
	done
fi
failed=0
for script; do
	name=$(basename "$script" .sh)
	out=$(mktemp) || exit 2
	start=$(date +%s)
	{ "$script" 2>&1 </dev/null; echo $? >"$out.status"; } | tee "$out"
	status=$(cat "$out.status")
	bad=$(grep -c '^not ok ' "$out")
	good=$(grep -c '^ok ' "$out")
	skipped=$(grep -c '^skip ' "$out")
	echo "# $name: $good ok, $bad not ok, $skipped skipped," \
		"$(($(date +%s) - start)) s"
	[ "$bad" -eq 0 ] || failed=1
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
		echo "not ok $name (exit $status)"
		failed=1
	fi
	rm -f "$out" "$out.status"
done
exit $failed
