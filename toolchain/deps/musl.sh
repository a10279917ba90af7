# The C library.  Only the static half; the compiler wrapper is not used.
#
# Nothing here prints a floating-point number: printf refuses to, and what it takes
# to do so (on 64-bit ARM the arithmetic of 128 bits in software) is left out.
unpack musl
grep -q 'l = fmt_fp(f, arg.f, w, p, fl, t);' src/stdio/vfprintf.c
sed -i 's/l = fmt_fp(f, arg.f, w, p, fl, t);/goto inval;/' src/stdio/vfprintf.c
CFLAGS="$DEPFLAGS -fPIE" ./configure --target="$MUSL_ARCH" --prefix=/ \
	--disable-shared --disable-wrapper CC="$CC" AR="$AR" RANLIB="$AR s"
make -j "$(nproc)" ARFLAGS=rcD RANLIB="$AR sD"
rm -rf "$deps/musl"
make install DESTDIR="$deps/musl" RANLIB="$AR sD"
