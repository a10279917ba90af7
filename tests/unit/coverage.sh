#!/bin/sh
# usage: coverage.sh BUILD
# Prints the share of lines the tests reached, for each source file.

cd "$(dirname "$0")/../.." || exit 2
find "$1/src" -name '*.gcda' | sort | xargs gcov -n 2>/dev/null | awk -F "'" '
	/^File .src\// { file = $2 }
	/^Lines executed/ && file != "" {
		split($0, part, /[:% ]+/)
		printf "%6s%%  %5s lines  %s\n", part[3], part[5], file
		reached += part[3] * part[5] / 100
		lines += part[5]
		file = ""
	}
	END { if (lines) printf "%6.2f%%  %5d lines  all\n",
		100 * reached / lines, lines }'
