#include "net/tls.h"

#include <string.h>

#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/platform.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>

#include "core/arena.h"
#include "net/ca_roots.h"
#include "net/tls_parts.h"

_Static_assert(
    sizeof(struct tls_shared) <= sizeof(((struct tls_context *)0)->opaque),
    "struct tls_context is too small");
_Static_assert(
    sizeof(struct tls_memory) <= sizeof(((struct tls_peer *)0)->opaque),
    "struct tls_peer is too small");

enum {
	/* More than mbedTLS writes at the front of an empty heap. */
	HEAP_HEAD = 1024,
};

/* AES-GCM first: what we run on has instructions for it. */
static const int suites[] = {
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	0,
};

/* Add the built-in root r to the list that mbedTLS will free. */
static int
add_root(const struct ca_root *r, mbedtls_x509_crt **list)
{
	mbedtls_x509_crt *crt = mbedtls_calloc(1, sizeof(*crt));

	if (!crt)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	mbedtls_x509_crt_init(crt);
	if (mbedtls_x509_crt_parse_der_nocopy(
		crt, ca_root_bytes + r->at, r->der_len) != 0) {
		mbedtls_x509_crt_free(crt);
		mbedtls_free(crt);
		return 0;
	}
	crt->next = *list;
	*list = crt;
	return 0;
}

/* Who could have signed child?  Called once per certificate of a chain. */
static int
find_roots(void *unused, const mbedtls_x509_crt *child, mbedtls_x509_crt **list)
{
	const mbedtls_x509_buf *issuer = &child->issuer_raw;
	int r = 0;

	(void)unused;
	*list = NULL;
	for (unsigned i = 0; i < ca_roots_count && r == 0; i++) {
		const struct ca_root *root = &ca_roots[i];

		if (root->subject_len == issuer->len &&
		    memcmp(ca_root_bytes + root->at + root->subject, issuer->p,
			issuer->len) == 0)
			r = add_root(root, list);
	}
	while (r != 0 && *list) {
		mbedtls_x509_crt *crt = *list;

		*list = crt->next;
		crt->next = NULL;
		mbedtls_x509_crt_free(crt);
		mbedtls_free(crt);
	}
	return r;
}

/* Certificates that cannot be read are left out, as every browser does. */
static enum err
load_roots(struct tls_shared *s, const char *ca_file)
{
	int r = mbedtls_x509_crt_parse_file(&s->roots, ca_file);

	if (r == MBEDTLS_ERR_PK_FILE_IO_ERROR ||
	    r == MBEDTLS_ERR_X509_FILE_IO_ERROR)
		return ERR_IO;
	if (r == MBEDTLS_ERR_X509_ALLOC_FAILED ||
	    r == MBEDTLS_ERR_PK_ALLOC_FAILED)
		return ERR_FULL;
	return s->roots.raw.p ? ERR_OK : ERR_CERT;
}

enum err
tls_configure(struct tls_shared *s, int endpoint)
{
	mbedtls_ssl_config *c = &s->config;

	mbedtls_ssl_config_init(c);
	mbedtls_x509_crt_init(&s->roots);
	mbedtls_x509_crt_init(&s->own);
	mbedtls_pk_init(&s->key);
	if (mbedtls_ssl_config_defaults(c, endpoint,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) != 0)
		return ERR_FULL;
	mbedtls_ssl_conf_rng(
	    c, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_min_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_max_tls_version(c, MBEDTLS_SSL_VERSION_TLS1_3);
	mbedtls_ssl_conf_ciphersuites(c, suites);
	return ERR_OK;
}

static enum err
configure(struct tls_shared *s, const struct tls_setup *setup)
{
	mbedtls_ssl_config *c = &s->config;
	enum err e = tls_configure(s, MBEDTLS_SSL_IS_CLIENT);

	if (e != ERR_OK)
		return e;
	s->verify = setup->verify;
	mbedtls_ssl_conf_session_tickets(
	    c, MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
	    c, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
	mbedtls_ssl_conf_authmode(c, setup->verify ? MBEDTLS_SSL_VERIFY_REQUIRED
						   : MBEDTLS_SSL_VERIFY_NONE);
	if (!setup->ca_file) {
		mbedtls_ssl_conf_ca_cb(c, find_roots, NULL);
		return ERR_OK;
	}
	e = load_roots(s, setup->ca_file);
	mbedtls_ssl_conf_ca_chain(c, &s->roots, NULL);
	return e;
}

enum err
tls_load_own(struct tls_shared *s, const char *cert_file, const char *key_file)
{
	if (mbedtls_x509_crt_parse_file(&s->own, cert_file) != 0 ||
	    mbedtls_pk_parse_keyfile(&s->key, key_file, NULL,
		mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) != 0 ||
	    mbedtls_pk_check_pair(&s->own.pk, &s->key, mbedtls_psa_get_random,
		MBEDTLS_PSA_RANDOM_STATE) != 0 ||
	    mbedtls_ssl_conf_own_cert(&s->config, &s->own, &s->key) != 0)
		return ERR_CONFIG;
	return ERR_OK;
}

enum err
tls_init_more(struct tls_context *c, const struct tls_setup *setup)
{
	struct tls_shared *s = tls_shared_of(c);
	enum err e;

	memset(c, 0, sizeof(*c));
	e = configure(s, setup);
	if (e == ERR_OK && setup->cert_file != NULL)
		e = tls_load_own(s, setup->cert_file, setup->key_file);
	if (e != ERR_OK)
		tls_fini_more(c);
	return e;
}

void
tls_fini_more(struct tls_context *c)
{
	struct tls_shared *s = tls_shared_of(c);

	mbedtls_x509_crt_free(&s->roots);
	mbedtls_x509_crt_free(&s->own);
	mbedtls_pk_free(&s->key);
	mbedtls_ssl_config_free(&s->config);
}

enum err
tls_init(struct tls_context *c, const struct tls_setup *setup)
{
	psa_status_t r;
	enum err e;

	memset(c, 0, sizeof(*c));
	mbedtls_memory_buffer_alloc_init(setup->heap, setup->heap_bytes);
	/* It cleared all of it, and wrote the head of one free block. */
	if (setup->heap_bytes > HEAP_HEAD)
		arena_unuse((char *)setup->heap + HEAP_HEAD,
		    setup->heap_bytes - HEAP_HEAD);
	r = psa_crypto_init();
	if (r == PSA_SUCCESS)
		e = configure(tls_shared_of(c), setup);
	else
		e = r == PSA_ERROR_INSUFFICIENT_MEMORY ? ERR_FULL : ERR_TLS;
	if (e != ERR_OK)
		tls_fini(c);
	return e;
}

void
tls_fini(struct tls_context *c)
{
	tls_fini_more(c);
	mbedtls_psa_crypto_free();
	mbedtls_memory_buffer_alloc_free();
}

size_t
tls_heap_peak(const struct tls_context *c)
{
	size_t bytes, blocks;

	(void)c;
	mbedtls_memory_buffer_alloc_max_get(&bytes, &blocks);
	return bytes;
}

size_t
tls_heap_used(const struct tls_context *c)
{
	size_t bytes, blocks;

	(void)c;
	mbedtls_memory_buffer_alloc_cur_get(&bytes, &blocks);
	return bytes;
}

void
tls_peer_init(struct tls_peer *p, const char *host)
{
	memset(p, 0, sizeof(*p));
	p->host = host;
	mbedtls_ssl_session_init(&tls_memory_of(p)->session);
}

void
tls_forget(struct tls_peer *p)
{
	if (p == NULL)
		return;
	mbedtls_ssl_session_free(&tls_memory_of(p)->session);
	tls_memory_of(p)->known = false;
}

void
tls_peer_fini(struct tls_peer *p)
{
	tls_forget(p);
}
