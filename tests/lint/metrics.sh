#!/bin/sh
# tests/metrics.txt says of each family of metrics.def, and of no other, what
# makes it move: a run of tests/e2e/metrics.sh, or another test that has the
# word given.
cd "$(dirname "$0")/../.." || exit 2
table=tests/metrics.txt
runs=$(sed -n 's/^moves \([a-z]*\)$/\1/p' tests/e2e/metrics.sh | tr '\n' ' ')
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
build/mpedge --print metrics | sed -n 's/^| `\([a-z_0-9]*\)`.*/\1/p' |
	sort >"$work/families"
[ -s "$work/families" ] || exit 2
cut -d ' ' -f 1 $table | sort >"$work/told"
{
	comm -23 "$work/families" "$work/told" |
		sed "s|.*|$table: & has neither a run nor a test|"
	comm -13 "$work/families" "$work/told" |
		sed "s|.*|$table: & is no family|"
	uniq -d "$work/told" | sed "s|.*|$table: & stands twice|"
	while read -r family where word; do
		case " $runs" in *" $where "*) [ -z "$word" ] && continue ;; esac
		[ -n "$word" ] && [ -f "tests/$where" ] &&
			grep -qF -- "$word" "tests/$where" ||
			echo "$table: $family: there is no '$word' in tests/$where"
	done <$table
	[ "$(wc -l <"$work/families")" -ge 111 ] ||
		echo "include/tables/metrics.def: fewer than 111 families"
} | awk '{ print } END { exit NR > 0 }'
