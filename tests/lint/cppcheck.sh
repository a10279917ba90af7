#!/bin/sh
# cppcheck, the checks that need no guessing; `/* cppcheck-suppress ID */` with
# the reason beside it where one is mistaken.

cd "$(dirname "$0")/../.." || exit 2
mkdir -p build/cppcheck
cppcheck --quiet --std=c11 --platform=unix64 --language=c -j 2 \
	--enable=warning,portability --inline-suppr --max-configs=2 \
	--cppcheck-build-dir=build/cppcheck \
	--suppress=missingInclude \
	-D__x86_64__ -Iinclude --template='{file}:{line}: {id} {message}' \
	src 2>&1 | awk '{ print } END { exit NR > 0 }'
