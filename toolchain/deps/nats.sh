# The NATS client, as Debian built it (against glibc and OpenSSL; src/compat
# answers for both).  C unwinds nothing, so the tables for it are left out.
unpack "$want"
cp -R usr/include/nats "$deps/include/"
cp usr/lib/*/libnats_static.a "$deps/lib/"
"${AR%ar}objcopy" --remove-section .eh_frame "$deps/lib/libnats_static.a"
