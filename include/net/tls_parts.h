/*
 * tls_parts.h -- what stands in the opaque members of tls.h, for the files of
 * tls only (tls.c: context and peers; tls_link.c: connections; tls_words.c:
 * failures in words).
 */
#ifndef MPEDGE_NET_TLS_PARTS_H
#define MPEDGE_NET_TLS_PARTS_H

#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include "net/tls.h"

enum {
	TLS_MAGIC = 0x746c734d,
	TLS_WHY_MAX = 256,
};

struct tls_state {
	uint32_t magic;
	mbedtls_ssl_context ssl;
	struct tls_io io;
	/* NULL for a server. */
	struct tls_peer *peer;
	/* The last thing the transport said other than OK and AGAIN. */
	enum err transport;
	/* The transport has no room for what is to be sent. */
	bool send_blocked;
	bool shaken;
	/* A resumed session shows no certificate. */
	bool saw_certificate;
	/* Of the last failure: mbedTLS's number, and words if there are any. */
	int failure;
	struct out why;
	char words[TLS_WHY_MAX];
};

struct tls_shared {
	mbedtls_ssl_config config;
	/* Of ca_file; empty when the built-in roots are used. */
	mbedtls_x509_crt roots;
	/* The client's. */
	mbedtls_x509_crt own;
	mbedtls_pk_context key;
	bool verify;
};

struct tls_memory {
	mbedtls_ssl_session session;
	bool known;
};

static inline struct tls_shared *
tls_shared_of(struct tls_context *c)
{
	return (struct tls_shared *)c->opaque;
}

static inline struct tls_memory *
tls_memory_of(struct tls_peer *p)
{
	return (struct tls_memory *)p->opaque;
}

/* Drop what is remembered; p may be NULL. */
void tls_forget(struct tls_peer *p);

/* tls.c: what clients and servers have in common, and the certificate they show
 * (CONFIG: it or its key cannot be used). */
enum err tls_configure(struct tls_shared *s, int endpoint) MUST_USE;
enum err tls_load_own(
    struct tls_shared *s, const char *cert_file, const char *key_file) MUST_USE;
/* Seconds since 1970. */
int64_t tls_seconds(const mbedtls_x509_time *t);

/* Look at one certificate of a chain and note what is wrong with it: the
 * verify callback of mbedTLS (mbedtls_ssl_set_verify). */
int tls_words_verify(
    void *state, mbedtls_x509_crt *crt, int depth, uint32_t *flags);

/* Words for s->failure, when the certificates were not the reason. */
void tls_words_failure(const struct tls_state *s, struct out *o);

#endif
