#!/bin/sh
# usage: versions-c.sh FILE.c
# The versions of what is linked in, of toolchain/versions.txt, as C: members of
# a JSON object.

set -e
cd "$(dirname "$0")/.."
mkdir -p "$(dirname "$1")"
awk 'BEGIN {
	split("musl mbedtls nats-x86_64 cares wslay sodium inih jsmn lz4 zlib ca-roots", names)
	for (i in names)
		wanted[names[i]]
	print "#include \"app/versions.h\""
	printf "const char versions_json[] =\n\""
}
$1 in wanted && !seen[$1]++ {
	name = $1; sub(/-x86_64/, "", name)
	# It comes in the package of another program.
	version = ($3 == "aria2" ? "of aria2 " : "") $4
	printf "%s\\\"%s\\\":\\\"%s\\\"", n++ ? "," : "", name, version
}
END { print "\";" }' toolchain/versions.txt >"$1"
