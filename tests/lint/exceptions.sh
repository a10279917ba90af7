#!/bin/sh
# usage: exceptions.sh [write]
# docs/EXCEPTIONS.md must say what exceptions.txt says; `write` makes it so.

cd "$(dirname "$0")/../.." || exit 2
page() {
	echo '# Exceptions'
	echo
	echo 'Where a rule of STYLE.md is broken, and why. Made from'
	echo '`tests/lint/exceptions.txt` by `tests/lint/exceptions.sh write`.'
	echo
	echo '| rule | where | why |'
	echo '|---|---|---|'
	awk '!/^#/ && NF { rule = $1; where = $2; $1 = $2 = ""
		sub(/^ +/, ""); print "| " rule " | `" where "` | " $0 " |" }' \
		tests/lint/exceptions.txt
}
if [ "$1" = write ]; then
	page >docs/EXCEPTIONS.md
	exit
fi
awk '!/^#/ && NF && NF < 3 {
	print "tests/lint/exceptions.txt:" FNR ": no reason given" }
	' tests/lint/exceptions.txt | grep . && exit 1
page | cmp -s - docs/EXCEPTIONS.md ||
	{ echo 'docs/EXCEPTIONS.md: run tests/lint/exceptions.sh write'; exit 1; }
