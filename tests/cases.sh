#!/bin/sh
# usage: cases.sh [--check]
# Writes tests/cases.md from tests/cases.def.  With --check: only compares, and
# names what differs, tests that are not there, and numbers left out.

cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0

{
	cat <<-'HEAD'
	# What went wrong at others

	Reported failures of collectors, and the test that shows that ours does
	not fail so. 1 to 48 are the rows of the venue document's section 8, G
	the situations under its table. Written by `tests/cases.sh` from
	`tests/cases.def`. `make mutations` takes away what mpedge does against
	each of them, and the test named here has to fail then.

	| # | what happened | tested by |
	| --- | --- | --- |
	HEAD
	awk -F ' *[|] *' '
	function flush() { if (row != "") print row " |" }
	/^#/ || !NF { next }
	{
		test = $3 == "none yet" ? "none yet" : "`" $3 "`: " $4
		if ($1 == "+") {
			row = row "<br>" test
			next
		}
		flush()
		row = "| " $1 " | " $2 " | " test
	}
	END { flush() }' tests/cases.def
} >"$work/cases.md"

awk -F ' *[|] *' '/^#/ || !NF || $3 == "none yet" { next }
	{ print $3 "\t" $4 }' tests/cases.def >"$work/tests"
while IFS="$(printf '\t')" read -r file name; do
	grep -qF -- "$name" "tests/$file" 2>/dev/null && [ -n "$name" ] || {
		echo "tests/cases.def: tests/$file has no $name"
		bad=1
	}
done <"$work/tests"

awk -F ' *[|] *' '$1 ~ /^[0-9]+$/ { seen[$1]++ }
	END {
		for (i = 1; i <= 48; i++)
			if (seen[i] != 1)
				print "tests/cases.def: row " i " stands there " \
				    seen[i] + 0 " times"
	}' tests/cases.def >"$work/rows"
cat "$work/rows"
[ ! -s "$work/rows" ] || bad=1

if [ "${1:-}" = --check ]; then
	cmp -s "$work/cases.md" tests/cases.md || {
		echo "tests/cases.md is not what cases.def says; run make docs"
		bad=1
	}
else
	cp "$work/cases.md" tests/cases.md
fi
exit $bad
