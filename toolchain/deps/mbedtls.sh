# TLS and certificates, cut down by toolchain/mbedtls_config.h.
#
# On x86-64 the AES instructions are used through intrinsics, which need two
# flags in every file (aes.c must align its keys for them).  The flags alone
# make the compiler emit none of them: the code asks the CPU first.  aesni.c
# itself, of which nothing but that question runs on a CPU without AES, is
# compiled for SSSE3 too, which all CPUs with AES have: reversing sixteen bytes
# in one instruction makes GCM 1.4 times as fast.
#
# Of the rest only what runs for each record, and the arithmetic of a handshake,
# is made for speed.
unpack mbedtls
case $TARGET_ARCH in
x86_64) cpu="-maes -mpclmul" ;;
*) cpu= ;;
esac
mkdir -p "$deps/include"
cp -R include/mbedtls include/psa "$deps/include/"
cp "$root/toolchain/mbedtls_config.h" "$deps/include/mbedtls/mbedtls_config.h"
cd library
crypto=$(sed -n '/^OBJS_CRYPTO=/,/^$/p' Makefile |
	grep -o '[a-z0-9_]*\.o' | sed 's/o$/c/' | sort)
x509=$(sed -n '/^OBJS_X509=/,/^$/p' Makefile |
	grep -o '[a-z0-9_]*\.o' | sed 's/o$/c/' | sort)
# Two of the errors in words are lectures: their first sentences.
sed -i 's/\(return( "SSL - [^".]*\)\. This [^"]*"/\1"/' error.c
tls=$(sed -n '/^OBJS_TLS=/,/^$/p' Makefile |
	grep -o '[a-z0-9_]*\.o' | sed 's/o$/c/' | sort)
how="$cpu -I$deps/include -I. -D_FILE_OFFSET_BITS=64"
fast="aes aesce bignum bignum_core bignum_mod bignum_mod_raw chacha20 chachapoly
	cipher cipher_wrap constant_time ecp ecp_curves gcm md
	memory_buffer_alloc platform_util poly1305 psa_crypto_aead sha256 sha512"
archive libmbedcrypto.a $how -Os -- $crypto
archive libmbedx509.a $how -Os -- $x509
archive libmbedtls.a $how -Os -- $tls
for name in $fast; do
	$CC $DEPFLAGS $how "-ffile-prefix-map=$src=mbedtls" \
		-c "$name.c" -o "$name.o"
	$AR rD "$deps/lib/libmbedcrypto.a" "$name.o"
done
$CC $DEPFLAGS $how "-ffile-prefix-map=$src=mbedtls" -c ssl_msg.c
$AR rD "$deps/lib/libmbedtls.a" ssl_msg.o
if [ -n "$cpu" ]; then
	$CC $DEPFLAGS $how -O3 -mssse3 "-ffile-prefix-map=$src=mbedtls" \
		-c aesni.c -o aesni.o
	$AR rD "$deps/lib/libmbedcrypto.a" aesni.o
fi
