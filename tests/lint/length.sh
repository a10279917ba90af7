#!/bin/sh
# A function has at most 60 lines and a complexity of at most 15, a file at most
# 400 lines (unit tests and tools may be longer), a line at most 80 columns
# (.def: 160).

cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C.UTF-8
files=$(find src include tests -name '*.[ch]' | sort)

{
	# Complexity (a switch counts once), the same (each case counts),
	# statements, first line, lines, file(line): name
	pmccabe $files 2>/dev/null | awk '{
		file = $6; sub(/\(.*/, "", file)
		if ($1 > 15)
			print file ":" $4 ": " $7 " has a complexity of " $1
		if ($5 > 60)
			print file ":" $4 ": " $7 " has " $5 " lines" }'
	wc -l $files | awk '$1 > 400 && $2 ~ /^(src|include|tests\/exchange)\// {
		print $2 ": the file has " $1 " lines" }'
	for file in $files include/tables/*.def; do
		case $file in *.def) max=160 ;; *) max=80 ;; esac
		# Most files have no such line: ask that first.
		[ "$(wc -L <"$file")" -le $max ] || expand "$file" |
			grep -nE "^.{$max}." | sed "s|:.*||; s|.*|$file:&: more than $max columns|"
	done
} | awk '{ print } END { exit NR > 0 }'
