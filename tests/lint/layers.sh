#!/bin/sh
# Every #include "LAYER/x.h" must point to the file's own layer or to one that
# layers.txt allows.  Prints each offender; exits 1 if there is any.

cd "$(dirname "$0")/../.." || exit 2
grep -rHn '^ *# *include "' src include | awk '
	FNR == NR {
		sub(/#.*/, "")
		if (split($0, p, ":") == 2)
			ok[p[1]] = " " p[1] " " p[2] " "
		next
	}
	{
		split($0, f, ":"); split(f[1], d, "/")
		match($0, /"[^"\/]+\//)
		to = substr($0, RSTART + 1, RLENGTH - 2)
		if (index(ok[d[2]], " " to " ") == 0) {
			print f[1] ":" f[2] ": " d[2] " may not include " to
			bad = 1
		}
	}
	END { exit bad }' tests/lint/layers.txt -
