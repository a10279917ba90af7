#!/bin/sh
# usage: sizes.sh BUILD DEBUG_BINARY
# Prints the stripped size of the binary, and what each layer and library
# puts into it, from the linker's map.

awk '
	# A section of a member: name, address, size, file; long names push
	# the rest to a second line.
	/^\.[a-z]/ || /^ \.[a-zA-Z_.0-9-]+$/ { name = $1 }
	/^ *(\.[^ ]+ +)?0x[0-9a-f]+ +0x[0-9a-f]+ [^ ]/ {
		size = strtonum_hex($0)
		if (size == 0 || !/\.(o|a\([^)]*\))$/) next
		file = $NF
		sub(/\([^)]*\)$/, "", file)
		if (match(file, /src\/[a-z]+\//))
			file = substr(file, RSTART, RLENGTH - 1)
		else sub(/^.*\//, "", file)
		sum[file] += size
	}
	function strtonum_hex(line,   part, n, i, value) {
		n = split(line, part, " ")
		for (i = 1; i < n; i++)
			if (part[i] ~ /^0x/ && part[i + 1] ~ /^0x/) break
		line = tolower(substr(part[i + 1], 3))
		for (i = 1; i <= length(line); i++)
			value = value * 16 + index("0123456789abcdef",
				substr(line, i, 1)) - 1
		return value
	}
	END { for (file in sum) printf "%8d  %s\n", sum[file], file }' \
	"$1/mpedge.map" | sort -k 2
printf '%8d  %s\n' "$(wc -c <"$1/mpedge")" "$1/mpedge, stripped"
