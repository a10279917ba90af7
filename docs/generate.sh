#!/bin/sh
# docs/reference/*.md and config.ini are what the program says of itself.
# With --check: only compare, and name what differs.
cd "$(dirname "$0")/.." || exit 1
status=0
mkdir -p docs/reference docs/prometheus build
one() { # FILE, TABLE
	build/mpedge --print "$2" >build/printed || exit 1
	if [ "${mode:-}" = check ]; then
		cmp -s build/printed "$1" || {
			echo "$1 is not what --print $2 writes; run make docs"
			status=1
		}
	else
		cp build/printed "$1"
	fi
}
[ "${1:-}" = --check ] && mode=check
one config.ini config
one docs/reference/records.md schema
one docs/reference/tables.sql ddl
one docs/reference/tables-marketprism.sql ddl-marketprism
one docs/reference/metrics.md metrics
one docs/reference/states.md states
one docs/reference/limits.md limits
one docs/reference/errors.md errors
one docs/reference/updates.md updates
one docs/reference/environment.md environment
one docs/reference/alarms.md alarms
one docs/prometheus/mpedge-rules.yml alert-rules
one docs/reference/log-events.md events
[ "${mode:-}" = check ] || toolchain/notices.sh
[ "${mode:-}" = check ] || tests/cases.sh || status=1
exit $status
