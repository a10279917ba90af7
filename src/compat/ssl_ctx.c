#include "compat/openssl.h"

#include <mbedtls/platform.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>

const void *
TLS_client_method(void)
{
	static const char method[] = "client";

	return method;
}

struct ssl_ctx *
SSL_CTX_new(const void *method)
{
	struct ssl_ctx *ctx;

	(void)method;
	if (psa_crypto_init() != PSA_SUCCESS) {
		ssl_failed(MBEDTLS_ERR_SSL_INTERNAL_ERROR);
		return NULL;
	}
	ctx = mbedtls_calloc(1, sizeof(*ctx));
	if (ctx == NULL) {
		ssl_failed(MBEDTLS_ERR_SSL_ALLOC_FAILED);
		return NULL;
	}
	atomic_init(&ctx->users, 1);
	mbedtls_x509_crt_init(&ctx->roots);
	mbedtls_x509_crt_init(&ctx->own);
	mbedtls_pk_init(&ctx->key);
	return ctx;
}

void
SSL_CTX_free(struct ssl_ctx *ctx)
{
	/* nats.c frees its options, and with them this, before the SSL. */
	if (ctx == NULL || atomic_fetch_sub(&ctx->users, 1) != 1)
		return;
	mbedtls_x509_crt_free(&ctx->roots);
	mbedtls_x509_crt_free(&ctx->own);
	mbedtls_pk_free(&ctx->key);
	mbedtls_free(ctx);
}

/*
 * Modes and the lowest protocol version: mbedTLS is built without anything
 * below TLS 1.2, so every wish of nats.c is granted already.
 */
long
SSL_CTX_ctrl(struct ssl_ctx *ctx, int command, long arg, void *more)
{
	(void)ctx;
	(void)command;
	(void)arg;
	(void)more;
	return 1;
}

int
SSL_CTX_set_default_verify_paths(struct ssl_ctx *ctx)
{
	ctx->built_in_roots = true;
	return 1;
}

/*
 * Unlike OpenSSL, the file replaces the default roots instead of adding to
 * them: a private CA is set in order to trust nobody else.
 */
int
SSL_CTX_load_verify_locations(
    struct ssl_ctx *ctx, const char *file, const char *folder)
{
	int e = mbedtls_x509_crt_parse_file(&ctx->roots, file);

	(void)folder;
	/* More than 0 is how many were skipped beside those that were read. */
	if (e < 0 || ctx->roots.raw.len == 0) {
		ssl_failed(e < 0 ? e : MBEDTLS_ERR_X509_CERT_UNKNOWN_FORMAT);
		return 0;
	}
	ctx->built_in_roots = false;
	return 1;
}

int
SSL_CTX_use_certificate_chain_file(struct ssl_ctx *ctx, const char *file)
{
	int e = mbedtls_x509_crt_parse_file(&ctx->own, file);

	if (e != 0) {
		ssl_failed(e < 0 ? e : MBEDTLS_ERR_X509_INVALID_FORMAT);
		return 0;
	}
	return 1;
}

int
SSL_CTX_use_PrivateKey_file(struct ssl_ctx *ctx, const char *file, int type)
{
	int e = mbedtls_pk_parse_keyfile(&ctx->key, file, NULL,
	    mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);

	(void)type;
	if (e == 0)
		e = mbedtls_pk_check_pair(&ctx->own.pk, &ctx->key,
		    mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	if (e != 0) {
		ssl_failed(e);
		return 0;
	}
	return 1;
}

/* The ciphers are those mbedTLS was built with; a list cannot be honoured. */
int
SSL_CTX_set_cipher_list(struct ssl_ctx *ctx, const char *list)
{
	(void)ctx;
	(void)list;
	ssl_failed(MBEDTLS_ERR_SSL_FEATURE_UNAVAILABLE);
	return 0;
}

int
SSL_CTX_set_ciphersuites(struct ssl_ctx *ctx, const char *list)
{
	return SSL_CTX_set_cipher_list(ctx, list);
}
