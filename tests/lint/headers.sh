#!/bin/sh
# A third-party header may be included by its wrapper alone; and every header of
# ours must have its guard and compile on its own.

cd "$(dirname "$0")/../.." || exit 2
bad=0

# HEADER: extended regular expressions of what is between < and >, and of the
# files that may include it.
wrapped() {
	grep -rHnE "^ *# *include <($1)" src include | grep -vE "^($2):" |
		sed 's/: *# *include/: only its wrapper may include/'
}
found=$(
	wrapped 'jsmn' 'src/codec/json[a-z_]*\.c'
	wrapped 'lz4' 'src/codec/pack_lz4\.c'
	wrapped 'zlib' 'src/codec/pack_zlib\.c'
	wrapped 'wslay/' 'src/net/ws[a-z_]*\.c'
	wrapped 'ares' 'src/net/dns[a-z_]*\.c'
	wrapped 'mbedtls/|psa/' \
		'(src/net/tls[a-z_]*\.c|include/net/tls_[a-z_]*\.h|(src|include)/compat/.*)'
	wrapped 'nats/' '(src/sinks/nats[a-z_]*\.c|include/sinks/nats_[a-z_]*\.h)'
	wrapped 'sodium/' 'src/sinks/nats_key\.c'
	wrapped 'ini\.h' 'src/app/config[a-z_]*\.c'
	wrapped 'openssl/' '(src|include)/compat/.*'
)
[ -z "$found" ] || { echo "$found"; bad=1; }

for header in include/*/*.h; do
	name=$(echo "${header#include/}" | tr a-z/. A-Z__)
	grep -q "^#ifndef MPEDGE_$name\$" "$header" ||
		{ echo "$header: the guard is not MPEDGE_$name"; bad=1; }
	cc -std=c11 -D_POSIX_C_SOURCE=200809L -Iinclude \
		-isystem build/deps/x86_64/include -Wall -Wextra \
		-fsyntax-only -x c "$header" 2>&1 |
		grep -E 'error|warning' | grep -v 'pragma once in main' && bad=1
done
exit $bad
