#include "net/tls_signed.h"

#include <string.h>

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/sha256.h>

_Static_assert(
    sizeof(mbedtls_sha256_context) <= sizeof(((struct tls_sum *)0)->opaque),
    "struct tls_sum is too small");

static mbedtls_sha256_context *
context_of(struct tls_sum *s)
{
	return (mbedtls_sha256_context *)s->opaque;
}

/* Nothing of it fails without hardware of its own. */
void
tls_sum_start(struct tls_sum *s)
{
	mbedtls_sha256_init(context_of(s));
	(void)mbedtls_sha256_starts(context_of(s), 0);
}

void
tls_sum_add(struct tls_sum *s, const void *bytes, size_t len)
{
	(void)mbedtls_sha256_update(context_of(s), bytes, len);
}

void
tls_sum_end(struct tls_sum *s, uint8_t sum[TLS_SUM_BYTES])
{
	memset(sum, 0, TLS_SUM_BYTES);
	(void)mbedtls_sha256_finish(context_of(s), sum);
	mbedtls_sha256_free(context_of(s));
}

/* Another curve may be weaker than what the bundle promises. */
static bool
is_p256(const mbedtls_pk_context *key)
{
	return mbedtls_pk_get_type(key) == MBEDTLS_PK_ECKEY &&
	       mbedtls_pk_get_bitlen(key) == 256 &&
	       mbedtls_pk_can_do(key, MBEDTLS_PK_ECDSA);
}

enum err
tls_signed(const char *pem, struct span text, const uint8_t *signature,
    size_t signature_len)
{
	uint8_t hash[TLS_SUM_BYTES];
	mbedtls_pk_context key;
	struct tls_sum sum;
	enum err e = ERR_AUTH;
	int r;

	mbedtls_pk_init(&key);
	r = mbedtls_pk_parse_public_key(
	    &key, (const unsigned char *)pem, strlen(pem) + 1);
	if (r != 0 || !is_p256(&key)) {
		mbedtls_pk_free(&key);
		return r == MBEDTLS_ERR_PK_ALLOC_FAILED ? ERR_FULL : ERR_CERT;
	}
	tls_sum_start(&sum);
	tls_sum_add(&sum, text.at, text.len);
	tls_sum_end(&sum, hash);
	if (mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, hash, sizeof(hash),
		signature, signature_len) == 0)
		e = ERR_OK;
	mbedtls_pk_free(&key);
	return e;
}
