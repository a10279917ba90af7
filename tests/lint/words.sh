#!/bin/sh
# What can be seen by reading: no floating point, states change in *_goto (or
# begin in *_init), no conditional compilation outside core, no typedef of a
# struct, no TODO without a number, no test that sleeps.

cd "$(dirname "$0")/../.." || exit 2
{
	awk -f tests/lint/code.awk $(find src include -name '*.[ch]' | sort) |
		awk '{
	split($0, p, ":"); where = p[1] ":" p[2] ": "
	code = substr($0, length(p[1] p[2] p[3]) + 4)
	words = code; gsub(/[^A-Za-z0-9_]+/, " ", words); words = " " words " "
	if (words ~ / (double|float) /)
		print where "floating point"
	if (code ~ /->state = / && p[3] !~ /(^|_)(goto|init)$/)
		print where p[3] " writes a state outside of *_goto"
	if (code ~ /^ *# *(if|ifdef|ifndef|elif)[ (]/ &&
	    code !~ /^#ifndef MPEDGE_.*_H$/ &&
	    p[1] !~ /^(src|include)\/core\//)
		print where "conditional compilation"
	if (words ~ /^ *typedef (struct|union|enum) /)
		print where "typedef of a struct" }'
	grep -rnE '\b(TODO|FIXME|XXX)\b' src include tests Makefile toolchain |
		grep -v '^tests/lint/words.sh:' | grep -vE '(TODO|FIXME|XXX).*#[0-9]' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: TODO without a number/'
	grep -rnE '\b(u|nano)?sleep\(' tests/unit tests/proto --include='*.c' |
		sed -E 's/^([^:]*:[0-9]*):.*/\1: a test that sleeps/'
} | awk '{ print } END { exit NR > 0 }'
