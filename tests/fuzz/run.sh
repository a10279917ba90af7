#!/bin/sh
# usage: run.sh replay|SECONDS BINARY...
# Runs each fuzz target: over its corpus once, or for SECONDS with what
# libFuzzer makes of it (what it finds stays in build/fuzz).  Prints `ok` or
# `not ok` for each.

cd "$(dirname "$0")/../.." || exit 2
what=$1
shift
bad=0
for binary; do
	name=${binary##*/fuzz_}
	corpus=tests/fuzz/corpus/$name
	mkdir -p "build/fuzz/found/$name"
	log=build/fuzz/$name.log
	[ -d "$corpus" ] || corpus=
	if [ "$what" = replay ]; then
		timeout -k 5 300 "$binary" $corpus >"$log" 2>&1
	else
		"$binary" -max_total_time="$what" -rss_limit_mb=1024 -timeout=10 \
			-artifact_prefix="build/fuzz/$name-" \
			"build/fuzz/found/$name" $corpus >"$log" 2>&1
	fi && echo "ok fuzz $name" || {
		echo "not ok fuzz $name (see $log)"
		tail -n 30 "$log" | sed 's/^/    /'
		bad=1
	}
done
exit $bad
