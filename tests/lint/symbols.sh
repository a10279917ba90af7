#!/bin/sh
# Objects of the pure layers may need only these from outside the project: they
# can then neither call the system, nor read a clock, nor take memory.

cd "$(dirname "$0")/../.." || exit 2
objects=build/x86_64-release/src
[ -d $objects ] || { echo "$objects: not built"; exit 2; }
pure='memcpy|memmove|memset|memcmp|memchr|strlen|strcmp|strchr'
# What the compiler adds by itself: stack protector, 64-bit and wider division.
compiler='__stack_chk_(fail|guard)|_GLOBAL_OFFSET_TABLE_|__u?(div|mod)[dt]i3'
ours=$(nm -g --defined-only $objects/*/*.o $objects/../gen/*.o | awk 'NF == 3 { print $3 }' |
	sort -u)

for layer in codec model book venues net; do
	for object in $objects/$layer/*.o; do
		source=src/$layer/$(basename "$object" .o).c
		[ -e "$source" ] || continue
		case $source in
		src/net/tcp*) continue ;;
		src/net/tls*) library='mbedtls_.*|psa_.*' ;;
		src/net/ws*) library='wslay_.*' ;;
		src/net/dns*) library='ares_.*' ;;
		src/codec/pack_lz4.c) library='LZ4_.*' ;;
		src/codec/pack_zlib.c) library='deflate.*' ;;
		*) library=none ;;
		esac
		nm -u "$object" | awk '{ print $2 }' |
			grep -vxE "$pure|$compiler|$library" |
			grep -vxF "$ours" | sed "s|.*|$source: needs &|"
	done
done | awk '{ print } END { exit NR > 0 }'
