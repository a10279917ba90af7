/*
 * tls_server.h -- a TLS server for tests: throw-away authorities and
 * certificates, and one connection whose bytes go through two memory pipes.
 */
#ifndef MPEDGE_TESTS_TLS_SERVER_H
#define MPEDGE_TESTS_TLS_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_cache.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "net/tls.h"

#define RNG mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE

/* What kind of certificate the server shows. */
enum cert_kind {
	CERT_GOOD,
	CERT_WRONG_HOST,
	CERT_EXPIRED,
	CERT_FUTURE,
	CERT_SELF_SIGNED,
	/* Signed by an authority that nobody trusts. */
	CERT_STRANGER,
	CERT_KINDS,
};

/* PEM texts, made before the heap of tls_init is in place. */
struct certs {
	char ca[2048];
	char stranger[2048];
	char leaf[CERT_KINDS][2048];
	char key[1024];
	unsigned char ca_der[2048];
	size_t ca_der_len;
	size_t ca_subject;
	size_t ca_subject_len;
};

struct maker {
	mbedtls_pk_context *subject_key;
	mbedtls_pk_context *issuer_key;
	const char *subject;
	const char *issuer;
	const char *host;
	const char *from;
	const char *to;
};

static inline void
new_key(mbedtls_pk_context *pk)
{
	mbedtls_pk_init(pk);
	assert_int_equal(
	    mbedtls_pk_setup(pk, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)),
	    0);
	assert_int_equal(mbedtls_ecp_gen_key(
			     MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*pk), RNG),
	    0);
}

static inline void
make_cert(const struct maker *m, char *pem, size_t size)
{
	mbedtls_x509_san_list name = { 0 };
	unsigned char serial[1] = { 7 };
	mbedtls_x509write_cert w;

	mbedtls_x509write_crt_init(&w);
	mbedtls_x509write_crt_set_version(&w, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&w, m->subject_key);
	mbedtls_x509write_crt_set_issuer_key(&w, m->issuer_key);
	assert_int_equal(
	    mbedtls_x509write_crt_set_subject_name(&w, m->subject), 0);
	assert_int_equal(
	    mbedtls_x509write_crt_set_issuer_name(&w, m->issuer), 0);
	assert_int_equal(
	    mbedtls_x509write_crt_set_serial_raw(&w, serial, 1), 0);
	assert_int_equal(
	    mbedtls_x509write_crt_set_validity(&w, m->from, m->to), 0);
	assert_int_equal(mbedtls_x509write_crt_set_basic_constraints(
			     &w, m->host == NULL, -1),
	    0);
	if (m->host) {
		name.node.type = MBEDTLS_X509_SAN_DNS_NAME;
		name.node.san.unstructured_name.p = (unsigned char *)m->host;
		name.node.san.unstructured_name.len = strlen(m->host);
		assert_int_equal(
		    mbedtls_x509write_crt_set_subject_alternative_name(
			&w, &name),
		    0);
	}
	assert_int_equal(
	    mbedtls_x509write_crt_pem(&w, (unsigned char *)pem, size, RNG), 0);
	mbedtls_x509write_crt_free(&w);
}

static inline void
keep_ca_der(struct certs *c)
{
	mbedtls_x509_crt crt;

	mbedtls_x509_crt_init(&crt);
	assert_int_equal(mbedtls_x509_crt_parse(
			     &crt, (unsigned char *)c->ca, strlen(c->ca) + 1),
	    0);
	assert_true(crt.raw.len <= sizeof(c->ca_der));
	memcpy(c->ca_der, crt.raw.p, crt.raw.len);
	c->ca_der_len = crt.raw.len;
	c->ca_subject = (size_t)(crt.subject_raw.p - crt.raw.p);
	c->ca_subject_len = crt.subject_raw.len;
	mbedtls_x509_crt_free(&crt);
}

/* Certificates are for "good.example". */
static inline void
make_certs(struct certs *c)
{
	mbedtls_pk_context ca, stranger, server;
	struct maker m = { &ca, &ca, "CN=Test CA,O=mpedge",
		"CN=Test CA,O=mpedge", NULL, "20200101000000",
		"20990101000000" };

	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	new_key(&ca);
	new_key(&stranger);
	new_key(&server);
	make_cert(&m, c->ca, sizeof(c->ca));
	m.subject_key = m.issuer_key = &stranger;
	m.subject = m.issuer = "CN=Stranger";
	make_cert(&m, c->stranger, sizeof(c->stranger));
	for (int kind = 0; kind < CERT_KINDS; kind++) {
		m = (struct maker){ &server, &ca, "CN=server",
			"CN=Test CA,O=mpedge", "good.example", "20200101000000",
			"20990101000000" };
		if (kind == CERT_WRONG_HOST)
			m.host = "other.example";
		if (kind == CERT_EXPIRED)
			m.to = "20210203000000";
		if (kind == CERT_FUTURE)
			m.from = "20980405000000";
		if (kind == CERT_SELF_SIGNED) {
			m.issuer_key = &server;
			m.issuer = m.subject;
		}
		if (kind == CERT_STRANGER) {
			m.issuer_key = &stranger;
			m.issuer = "CN=Stranger";
		}
		make_cert(&m, c->leaf[kind], sizeof(c->leaf[kind]));
	}
	assert_int_equal(mbedtls_pk_write_key_pem(
			     &server, (unsigned char *)c->key, sizeof(c->key)),
	    0);
	keep_ca_der(c);
	mbedtls_pk_free(&ca);
	mbedtls_pk_free(&stranger);
	mbedtls_pk_free(&server);
	mbedtls_psa_crypto_free();
}

struct pipe_end {
	char bytes[200000];
	size_t len;
	size_t done;
	bool closed;
	/* At most so many bytes a call. */
	size_t chunk;
};

static inline enum err
pipe_take(struct pipe_end *p, void *buf, size_t size, size_t *len)
{
	size_t left = p->len - p->done;

	if (left == 0)
		return p->closed ? ERR_CLOSED : ERR_AGAIN;
	*len = left < size ? left : size;
	if (p->chunk && *len > p->chunk)
		*len = p->chunk;
	memcpy(buf, p->bytes + p->done, *len);
	p->done += *len;
	if (p->done == p->len)
		p->done = p->len = 0;
	return ERR_OK;
}

static inline enum err
pipe_give(struct pipe_end *p, const void *buf, size_t len, size_t *sent)
{
	size_t room = sizeof(p->bytes) - p->len;

	if (p->closed)
		return ERR_RESET;
	if (room == 0)
		return ERR_AGAIN;
	*sent = len < room ? len : room;
	if (p->chunk && *sent > p->chunk)
		*sent = p->chunk;
	memcpy(p->bytes + p->len, buf, *sent);
	p->len += *sent;
	return ERR_OK;
}

struct tls_server {
	mbedtls_ssl_config config;
	mbedtls_ssl_context ssl;
	mbedtls_x509_crt crt;
	mbedtls_pk_context key;
	mbedtls_ssl_ticket_context tickets;
	struct pipe_end in;
	struct pipe_end out;
};

static inline int
server_recv(void *owner, unsigned char *buf, size_t size)
{
	struct tls_server *s = owner;
	size_t len = 0;
	enum err e = pipe_take(&s->in, buf, size, &len);

	if (e == ERR_OK)
		return (int)len;
	return e == ERR_CLOSED ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
}

static inline int
server_send(void *owner, const unsigned char *buf, size_t len)
{
	struct tls_server *s = owner;
	size_t sent = 0;

	if (pipe_give(&s->out, buf, len, &sent) != ERR_OK)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	return (int)sent;
}

/* After tls_init: its memory is mbedTLS's heap. */
static inline void
server_init(struct tls_server *s, const struct certs *c, enum cert_kind kind,
    mbedtls_ssl_protocol_version version)
{
	memset(s, 0, sizeof(*s));
	mbedtls_ssl_config_init(&s->config);
	mbedtls_ssl_init(&s->ssl);
	mbedtls_x509_crt_init(&s->crt);
	mbedtls_pk_init(&s->key);
	mbedtls_ssl_ticket_init(&s->tickets);
	assert_int_equal(mbedtls_x509_crt_parse(&s->crt,
			     (const unsigned char *)c->leaf[kind],
			     strlen(c->leaf[kind]) + 1),
	    0);
	assert_int_equal(
	    mbedtls_pk_parse_key(&s->key, (const unsigned char *)c->key,
		strlen(c->key) + 1, NULL, 0, RNG),
	    0);
	assert_int_equal(
	    mbedtls_ssl_config_defaults(&s->config, MBEDTLS_SSL_IS_SERVER,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
	    0);
	mbedtls_ssl_conf_rng(&s->config, RNG);
	mbedtls_ssl_conf_min_tls_version(&s->config, version);
	mbedtls_ssl_conf_max_tls_version(&s->config, version);
	mbedtls_ssl_conf_preference_order(
	    &s->config, MBEDTLS_SSL_SRV_CIPHERSUITE_ORDER_CLIENT);
	mbedtls_ssl_conf_own_cert(&s->config, &s->crt, &s->key);
	assert_int_equal(mbedtls_ssl_ticket_setup(&s->tickets, RNG,
			     MBEDTLS_CIPHER_AES_256_GCM, 86400),
	    0);
	mbedtls_ssl_conf_session_tickets_cb(&s->config,
	    mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &s->tickets);
	assert_int_equal(mbedtls_ssl_setup(&s->ssl, &s->config), 0);
	mbedtls_ssl_set_bio(&s->ssl, s, server_send, server_recv, NULL);
}

/* Ready for another client, with the same tickets. */
static inline void
server_again(struct tls_server *s)
{
	mbedtls_ssl_session_reset(&s->ssl);
	memset(&s->in, 0, sizeof(s->in));
	memset(&s->out, 0, sizeof(s->out));
}

static inline void
server_fini(struct tls_server *s)
{
	mbedtls_ssl_free(&s->ssl);
	mbedtls_ssl_config_free(&s->config);
	mbedtls_x509_crt_free(&s->crt);
	mbedtls_pk_free(&s->key);
	mbedtls_ssl_ticket_free(&s->tickets);
}

#endif
