# Name resolution that does not block.  Built without its configure script:
# toolchain/ares_config.h says what Linux has, with musl as with glibc.
unpack cares
cd src/lib
cp "$root/toolchain/ares_config.h" "$root/toolchain/ares_build.h" .
mkdir -p "$deps/include"
cp ../../include/ares.h ../../include/ares_dns.h ../../include/ares_rules.h \
	../../include/ares_version.h ares_build.h "$deps/include/"
archive libcares.a -DHAVE_CONFIG_H -DCARES_BUILDING_LIBRARY \
	-DCARES_STATICLIB -D_GNU_SOURCE -Os -I. -I../../include -- *.c
