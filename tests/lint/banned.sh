#!/bin/sh
# No object of ours may call these: text is built with struct out, memory comes
# from the arena, names are resolved by net/dns, and waiting is the loop's.  The
# clocks are read by core alone.

cd "$(dirname "$0")/../.." || exit 2
objects=build/x86_64-release/src
[ -d $objects ] || { echo "$objects: not built"; exit 2; }
memory='malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|alloca'
text='strn?dup|v?asprintf|v?sn?printf|st[rp]n?cpy|strn?cat|strtok(_r)?|gets'
parse='ato(i|l|ll|f)|strto(d|f|ld)|[fv]?v?sscanf|scanf|fscanf'
wait='sleep|usleep|nanosleep|clock_nanosleep|system|popen|v?fork|posix_spawnp?'
names='getaddrinfo|gethostby(name|addr)(_r)?|getnameinfo'
clocks='time_mono|time_wall|clock_gettime|gettimeofday|time'

for object in $objects/*/*.o; do
	layer=$(basename "$(dirname "$object")")
	source=src/$layer/$(basename "$object" .o).c
	[ -e "$source" ] || continue
	list="$memory|$text|$parse|$wait|$names"
	[ "$layer" = core ] || list="$list|$clocks"
	nm -u "$object" | awk '{ print $2 }' |
		sed -E 's/^__(.*)_chk$/\1/' | grep -xE "$list" |
		sed "s|.*|$source: calls &|"
done | awk '{ print } END { exit NR > 0 }'
