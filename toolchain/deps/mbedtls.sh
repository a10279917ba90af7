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
# SHA-1 is for reading old roots alone: loops instead of eighty steps written out.
cat >sha1_process.c <<'END'
#include "common.h"

#include "mbedtls/platform_util.h"
#include "mbedtls/sha1.h"

static uint32_t
rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

/* FIPS 180-4 section 6.1.3, the alternate method. */
int
mbedtls_internal_sha1_process(mbedtls_sha1_context *ctx,
    const unsigned char data[64])
{
	static const uint32_t k[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc,
		0xca62c1d6 };
	uint32_t w[16], s[5];

	for (int i = 0; i < 16; i++)
		w[i] = MBEDTLS_GET_UINT32_BE(data, 4 * i);
	for (int i = 0; i < 5; i++)
		s[i] = ctx->state[i];
	for (int t = 0; t < 80; t++) {
		uint32_t *now = &w[t & 15];
		uint32_t b = s[1], c = s[2], d = s[3], f, next;

		if (t >= 16)
			*now = rotate(w[(t + 13) & 15] ^ w[(t + 8) & 15] ^
			    w[(t + 2) & 15] ^ *now, 1);
		if (t < 20)
			f = d ^ (b & (c ^ d));
		else if (t >= 40 && t < 60)
			f = (b & c) | (d & (b | c));
		else
			f = b ^ c ^ d;
		next = rotate(s[0], 5) + f + s[4] + k[t / 20] + *now;
		s[4] = d;
		s[3] = c;
		s[2] = rotate(b, 30);
		s[1] = s[0];
		s[0] = next;
	}
	for (int i = 0; i < 5; i++)
		ctx->state[i] += s[i];
	mbedtls_platform_zeroize(w, sizeof(w));
	mbedtls_platform_zeroize(s, sizeof(s));
	return 0;
}
END
tls=$(sed -n '/^OBJS_TLS=/,/^$/p' Makefile |
	grep -o '[a-z0-9_]*\.o' | sed 's/o$/c/' | sort)
how="$cpu -I$deps/include -I. -D_FILE_OFFSET_BITS=64"
fast="aes aesce bignum bignum_core bignum_mod bignum_mod_raw chacha20 chachapoly
	cipher cipher_wrap constant_time ecp ecp_curves gcm md
	memory_buffer_alloc platform_util poly1305 psa_crypto_aead sha256 sha512"
archive libmbedcrypto.a $how -Os -- $crypto sha1_process.c
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
