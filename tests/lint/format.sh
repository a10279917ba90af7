#!/bin/sh
# clang-format has nothing to change (.def files and fenced tables are aligned
# by hand).

cd "$(dirname "$0")/../.." || exit 2
find src include tests -name '*.[ch]' -print0 | sort -z |
	xargs -0 clang-format --dry-run -Werror 2>&1 |
	sed -n 's/^\([^:]*\):.*error: .*/\1: run make fmt/p' | sort -u |
	awk '{ print } END { exit NR > 0 }'
