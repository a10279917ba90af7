# The C library.  Only the static half; the compiler wrapper is not used.
unpack musl
CFLAGS="$DEPFLAGS -fPIE" ./configure --target="$MUSL_ARCH" --prefix=/ \
	--disable-shared --disable-wrapper CC="$CC" AR="$AR" RANLIB="$AR s"
make -j "$(nproc)" ARFLAGS=rcD RANLIB="$AR sD"
rm -rf "$deps/musl"
make install DESTDIR="$deps/musl" RANLIB="$AR sD"
