# The unit test framework, for the targets that Debian's library does not fit.
unpack cmocka unpatched
mkdir -p "$deps/include"
# The header would define uintptr_t itself where the C library is not one of
# those it knows.
{
	echo "#include <stdint.h>"
	echo "#define _UINTPTR_T_DEFINED"
	cat include/cmocka.h
} >"$deps/include/cmocka.h"
cp include/cmocka_pbc.h "$deps/include/"
: >config.h
# The answers of its configure script.
archive libcmocka.a -I. -Iinclude -D_GNU_SOURCE -DHAVE_CONFIG_H \
	-DHAVE_SIGNAL_H=1 -DHAVE_STRSIGNAL=1 -DHAVE_UNISTD_H=1 \
	-DHAVE_INTTYPES_H=1 -DHAVE_STDINT_H=1 -DHAVE_SETJMP_H=1 \
	-DHAVE_STRINGS_H=1 -DHAVE_STRUCT_TIMESPEC=1 -DHAVE_CLOCK_GETTIME=1 \
	-DHAVE_CLOCK_REALTIME=1 -DHAVE_SYS_TYPES_H=1 -DHAVE_TIME_H=1 \
	-DHAVE_SNPRINTF=1 -DHAVE_VSNPRINTF=1 -DHAVE_STDLIB_H=1 \
	-DHAVE_STRING_H=1 -DHAVE_MALLOC_H=1 -DHAVE_UINTPTR_T=1 \
	-DHAVE_GCC_THREAD_LOCAL_STORAGE=1 -- src/cmocka.c
