# The INI reader: no heap, long lines, and the line number in the handler.
# A line longer than the buffer is an error, so the buffer is generous.
flags="-DINI_USE_STACK=1 -DINI_MAX_LINE=2048 -DINI_ALLOW_REALLOC=0 \
	-DINI_HANDLER_LINENO=1 -DINI_ALLOW_MULTILINE=0"
unpack inih unpatched
{
	echo "/* The choices libinih.a was built with. */"
	for flag in $flags; do
		echo "$flag" | sed 's/^-D\(.*\)=\(.*\)/#define \1 \2/'
	done
	cat ini.h
} >"$deps/include/ini.h"
archive libinih.a $flags -- ini.c
