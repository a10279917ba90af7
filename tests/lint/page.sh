#!/bin/sh
# The status page: its script is JavaScript (where node is there to say so), its
# style and its script stand in files of their own, every attribute data-* is one
# of include/status/fill.h, and what is repeated has its template.

cd "$(dirname "$0")/../.." || exit 2
page=src/status/page.html
{
	for script in src/status/page.js tests/e2e/*.js; do
		command -v node >/dev/null || continue
		node --check "$script" 2>&1 | sed -n "s|.*Error|$script: &|p"
	done
	awk -v page=$page '
	FNR == NR {
		if (match($0, / \*   data-[a-z]+=/))
			known[substr($0, RSTART + 10, RLENGTH - 11)]
		if (match($0, /data-(good|bad|max)/))
			known[substr($0, RSTART + 5, RLENGTH - 5)]
		next
	}
	/ (style|on[a-z]+)=/ { print page ":" FNR ": style or script in an element" }
	/data-each=/ && !/data-each="[^"]*"><template>/ {
		print page ":" FNR ": no template behind data-each" }
	/[^ -~\t]/ { print page ":" FNR ": a letter that is not ASCII" }
	{
		for (rest = $0; match(rest, / data-[a-z]+="?/); rest = substr(rest, RSTART + RLENGTH)) {
			name = substr(rest, RSTART + 6, RLENGTH - 6)
			if (name !~ /="$/)
				print page ":" FNR ": no quotes behind data-" name
			sub(/="?$/, "", name)
			if (!(name in known))
				print page ":" FNR ": data-" name " is not in fill.h"
		}
	}' include/status/fill.h $page
} | awk '{ print } END { exit NR > 0 }'
