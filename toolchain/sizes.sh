#!/bin/sh
# usage: sizes.sh BUILD
# Prints the stripped size of the binary, and what each layer and library
# puts into it, from the map of ld or lld (where merged strings are <internal>).

cd "$(dirname "$0")/.." || exit 2

awk '
	function hex(text,   i, value) {
		text = tolower(text)
		for (i = 1; i <= length(text); i++)
			value = value * 16 + index("0123456789abcdef",
				substr(text, i, 1)) - 1
		return value
	}
	# Where a member is from: its layer, or its library.
	function origin(file,   member) {
		sub(/:\(.*/, "", file)
		member = file
		if (sub(/.*libmpedge\.a\(/, "", member))
			return layer[substr(member, 1, length(member) - 3)]
		if (match(file, /src\/[a-z]+\//))
			return substr(file, RSTART, RLENGTH - 1)
		sub(/\([^)]*\)$/, "", file)
		sub(/^.*\//, "", file)
		return file
	}
	FILENAME == "-" {
		split($0, part, "/")
		sub(/\.c$/, "", part[3])
		layer[part[3]] = part[1] "/" part[2]
		next
	}
	FNR == 1 { lld = $1 == "VMA" }
	# VMA LMA size alignment file:(section)
	lld && NF == 5 && $5 ~ /:\(\.(text|rodata|data|init|fini)/ {
		sum[origin($5)] += hex($3)
	}
	# What the linker left out stands first.
	/^Linker script and memory map/ { all = 1 }
	lld || !all { next }
	# Section, address, size, file; long names push the rest to a second
	# line.  What has no address is not in memory.
	/^ \.[a-zA-Z_.0-9-]+/ { name = $1; sub(/^ \.[^ ]+/, "") }
	name ~ /^\.(text|rodata|data|init|fini)/ && NF == 3 &&
	    $1 ~ /^0x/ && $1 !~ /^0x0+$/ && $2 ~ /^0x/ {
		sum[origin($3)] += hex(substr($2, 3))
	}
	END {
		for (file in sum)
			if (sum[file] > 0)
				printf "%8d  %s\n", sum[file], file
	}' \
	- "$1/mpedge.map" <<EOF | sort -k 2
$(ls src/*/*.c)
$(ls build/gen/*.c)
EOF
printf '%8d  %s\n' "$(wc -c <"$1/mpedge")" "$1/mpedge, stripped"
