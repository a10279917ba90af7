#!/bin/sh
# No mutable variable outlives a function, but for the root object in app/main
# and the log.  Constants with addresses in them (.data.rel.ro) are constants.

cd "$(dirname "$0")/../.." || exit 2
objects=build/x86_64-release/src
[ -d $objects ] || { echo "$objects: not built"; exit 2; }

for object in $objects/*/*.o; do
	source=${object#build/x86_64-release/}
	source=${source%.o}.c
	[ -e "$source" ] || continue
	case $source in
	src/app/main.c | src/core/log.c) continue ;;
	esac
	# VALUE FLAGS SECTION SIZE NAME; the size of a section's own symbol is 0.
	objdump -t "$object" | awk -v source="$source" '
		/[ \t](\.t?data|\.t?bss|\*COM\*)/ && !/\.data\.rel\.ro/ {
			if ($(NF - 1) !~ /^0+$/)
				print source ": mutable variable " $NF
		}'
done | awk '{ print } END { exit NR > 0 }'
