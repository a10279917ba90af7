#!/bin/sh
# usage: start.sh FILE
# For machines without systemd: checks the settings, then runs mpedge and starts it
# again when it ends with an error.  It ends when mpedge has ended on request (0),
# when its usage (64) or its settings (78) are wrong, and passes on SIGTERM, SIGINT
# and SIGHUP (read the settings again).  MPEDGE names the program.

mpedge=${MPEDGE:-mpedge}
command -v "$mpedge" >/dev/null || mpedge=$(dirname "$0")/../build/mpedge
[ $# -eq 1 ] || { sed -n 's/^# usage/usage/p' "$0" >&2; exit 64; }
"$mpedge" --check-config "$1" >&2 || exit
pid=
ended=
trap 'ended=1; kill -TERM $pid 2>/dev/null' TERM INT
trap 'kill -HUP $pid 2>/dev/null' HUP
pause=1
while :; do
	began=$(date +%s)
	"$mpedge" "$1" &
	pid=$!
	wait $pid
	status=$?
	# A signal interrupts wait: the program may still run.
	while kill -0 $pid 2>/dev/null; do
		wait $pid
		status=$?
	done
	[ -z "$ended" ] || exit 0
	case $status in 0 | 64 | 78) exit $status ;; esac
	[ $(($(date +%s) - began)) -lt 60 ] || pause=1
	echo "start.sh: mpedge ended with $status, again in $pause s" >&2
	sleep $pause &
	wait $!
	[ -z "$ended" ] || exit 0
	[ $pause -ge 30 ] || pause=$((pause * 2))
done
