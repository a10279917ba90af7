/*
 * The OpenSSL calls of nats.c over mbedTLS, against an mbedTLS server on the
 * other end of a socket pair, used the way nats.c uses them: handshake on a
 * blocking descriptor, then not blocking, writes repeated with more bytes.
 */
/* LINK: compat/ssl compat/ssl_ctx compat/ssl_verify gen/ca_roots */
/* LINK: net/tls_words core/out core/span core/must core/err */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/ecp.h>
#include <mbedtls/error.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "compat/openssl.h"
#include "net/tls.h"
#include "net/ca_roots.h"

enum {
	BYTES = 700000,
};

struct server {
	int fd;
	/* Bytes to read and check, then to write. */
	size_t take;
	size_t give;
	bool failed;
	bool ask_certificate;
	pthread_t thread;
	mbedtls_pk_context key;
	mbedtls_x509_crt cert;
};

struct world {
	struct server server;
	int fd;
	char folder[64];
	char pem[80];
	char key[80];
	struct ssl_ctx *ctx;
	struct ssl *ssl;
	/* What the verify callback was told. */
	int error;
	char name[128];
};

static unsigned char
byte_at(size_t i)
{
	return (unsigned char)(i * 2654435761u >> 13);
}

#define RNG mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE

/* A certificate for localhost that signs itself, in memory and as PEM files. */
static void
make_certificate(struct world *x)
{
	static unsigned char text[8192];
	mbedtls_x509write_cert w;
	mbedtls_x509_san_list san = { 0 };
	unsigned char serial[] = { 1 };
	mbedtls_pk_context *key = &x->server.key;
	FILE *f;

	mbedtls_pk_init(key);
	mbedtls_x509_crt_init(&x->server.cert);
	assert_int_equal(
	    mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)),
	    0);
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1,
			     mbedtls_pk_ec(*key), RNG),
	    0);
	san.node.type = MBEDTLS_X509_SAN_DNS_NAME;
	san.node.san.unstructured_name.p = (unsigned char *)"localhost";
	san.node.san.unstructured_name.len = 9;
	mbedtls_x509write_crt_init(&w);
	mbedtls_x509write_crt_set_md_alg(&w, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&w, key);
	mbedtls_x509write_crt_set_issuer_key(&w, key);
	mbedtls_x509write_crt_set_subject_name(&w, "CN=test");
	mbedtls_x509write_crt_set_issuer_name(&w, "CN=test");
	mbedtls_x509write_crt_set_serial_raw(&w, serial, 1);
	mbedtls_x509write_crt_set_validity(
	    &w, "20200101000000", "20991231235959");
	mbedtls_x509write_crt_set_basic_constraints(&w, 1, -1);
	mbedtls_x509write_crt_set_subject_alternative_name(&w, &san);
	assert_int_equal(
	    mbedtls_x509write_crt_pem(&w, text, sizeof(text), RNG), 0);
	mbedtls_x509write_crt_free(&w);
	assert_int_equal(mbedtls_x509_crt_parse(
			     &x->server.cert, text, strlen((char *)text) + 1),
	    0);
	f = fopen(x->pem, "w");
	assert_non_null(f);
	fputs((char *)text, f);
	fclose(f);
	assert_int_equal(mbedtls_pk_write_key_pem(key, text, sizeof(text)), 0);
	f = fopen(x->key, "w");
	assert_non_null(f);
	fputs((char *)text, f);
	fclose(f);
}

static int
server_send(void *owner, const unsigned char *from, size_t len)
{
	return (int)send(*(int *)owner, from, len, MSG_NOSIGNAL);
}

static int
server_recv(void *owner, unsigned char *to, size_t size)
{
	return (int)recv(*(int *)owner, to, size, 0);
}

static void
server_talk(struct server *s, mbedtls_ssl_context *tls)
{
	static unsigned char buf[5000];
	size_t done = 0;
	int n;

	while (done < s->take) {
		n = mbedtls_ssl_read(tls, buf, sizeof(buf));
		if (n <= 0) {
			s->failed = true;
			return;
		}
		for (int i = 0; i < n; i++)
			if (buf[i] != byte_at(done + (size_t)i))
				s->failed = true;
		done += (size_t)n;
	}
	for (done = 0; done < s->give; done += (size_t)n) {
		size_t len = s->give - done;

		len = len > sizeof(buf) ? sizeof(buf) : len;
		for (size_t i = 0; i < len; i++)
			buf[i] = byte_at(done + i);
		n = mbedtls_ssl_write(tls, buf, len);
		if (n <= 0) {
			s->failed = true;
			return;
		}
	}
	mbedtls_ssl_close_notify(tls);
}

static void *
serve(void *argument)
{
	struct server *s = argument;
	mbedtls_ssl_context tls;
	mbedtls_ssl_config c;

	mbedtls_ssl_init(&tls);
	mbedtls_ssl_config_init(&c);
	mbedtls_ssl_config_defaults(&c, MBEDTLS_SSL_IS_SERVER,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_rng(&c, RNG);
	mbedtls_ssl_conf_own_cert(&c, &s->cert, &s->key);
	mbedtls_ssl_conf_ca_chain(&c, &s->cert, NULL);
	mbedtls_ssl_conf_authmode(&c, s->ask_certificate
					  ? MBEDTLS_SSL_VERIFY_REQUIRED
					  : MBEDTLS_SSL_VERIFY_NONE);
	if (mbedtls_ssl_setup(&tls, &c) != 0)
		s->failed = true;
	mbedtls_ssl_set_bio(&tls, &s->fd, server_send, server_recv, NULL);
	if (mbedtls_ssl_handshake(&tls) != 0)
		s->failed = true;
	else
		server_talk(s, &tls);
	mbedtls_ssl_free(&tls);
	mbedtls_ssl_config_free(&c);
	close(s->fd);
	return NULL;
}

static int
setup(void **state)
{
	struct world *x = calloc(1, sizeof(*x));
	int pair[2];
	int small = 8192;

	/* A byte lost is a peer that waits for it. */
	alarm(30);
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	/* So that writes stop half way. */
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	x->fd = pair[0];
	x->server.fd = pair[1];
	strcpy(x->folder, "/tmp/mpedge-ssl-XXXXXX");
	assert_non_null(mkdtemp(x->folder));
	snprintf(x->pem, sizeof(x->pem), "%s/cert.pem", x->folder);
	snprintf(x->key, sizeof(x->key), "%s/key.pem", x->folder);
	make_certificate(x);
	x->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(x->ctx);
	assert_int_equal(SSL_CTX_set_default_verify_paths(x->ctx), 1);
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct world *x = *state;

	/* In the order of nats.c: options first. */
	SSL_CTX_free(x->ctx);
	SSL_free(x->ssl);
	mbedtls_x509_crt_free(&x->server.cert);
	mbedtls_pk_free(&x->server.key);
	unlink(x->pem);
	unlink(x->key);
	rmdir(x->folder);
	mbedtls_psa_crypto_free();
	free(x);
	return 0;
}

static int
judge(int accepted, struct ssl_verdict *v)
{
	struct ssl *ssl =
	    X509_STORE_CTX_get_ex_data(v, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct world *x = SSL_get_ex_data(ssl, 0);

	x->error = X509_STORE_CTX_get_error(v);
	X509_NAME_oneline(
	    X509_get_issuer_name(X509_STORE_CTX_get_current_cert(v)), x->name,
	    sizeof(x->name));
	return accepted;
}

/* As nats.c does it; the answer of SSL_do_handshake. */
static int
connect_to(struct world *x, const char *host)
{
	assert_int_equal(
	    pthread_create(&x->server.thread, NULL, serve, &x->server), 0);
	x->ssl = SSL_new(x->ctx);
	assert_non_null(x->ssl);
	SSL_set_ex_data(x->ssl, 0, x);
	SSL_set_connect_state(x->ssl);
	assert_int_equal(SSL_set_fd(x->ssl, x->fd), 1);
	SSL_set_hostflags(x->ssl, 4);
	assert_int_equal(SSL_set1_host(x->ssl, host), 1);
	SSL_set_verify(x->ssl, 1, judge);
	assert_int_equal(SSL_ctrl(x->ssl, 55, 0, (char *)"localhost"), 1);
	return SSL_do_handshake(x->ssl);
}

static void
finish(struct world *x)
{
	shutdown(x->fd, SHUT_RDWR);
	pthread_join(x->server.thread, NULL);
	close(x->fd);
}

static void
trust_itself(struct world *x)
{
	assert_int_equal(
	    SSL_CTX_load_verify_locations(x->ctx, x->pem, NULL), 1);
}

static void
not_blocking(struct world *x)
{
	fcntl(x->fd, F_SETFL, O_NONBLOCK);
}

/* More bytes are there each time, and the socket takes what it takes. */
static void
writes_in_pieces(void **state)
{
	struct world *x = *state;
	unsigned char *data = malloc(BYTES);
	size_t done = 0;
	size_t offered = 0;
	unsigned blocked = 0;
	int n;

	for (size_t i = 0; i < BYTES; i++)
		data[i] = byte_at(i);
	x->server.take = BYTES;
	x->server.give = 1;
	trust_itself(x);
	assert_int_equal(connect_to(x, "localhost"), 1);
	/* 2099-12-31 23:59:59 */
	assert_int_equal(tls_thread_ends(), INT64_C(4102444799));
	not_blocking(x);
	while (done < BYTES) {
		offered += 3001;
		if (offered < done + 1)
			offered = done + 1;
		if (offered > BYTES)
			offered = BYTES;
		n = SSL_write(x->ssl, data + done, (int)(offered - done));
		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		assert_int_equal(n, -1);
		assert_int_equal(SSL_get_error(x->ssl, n), SSL_ERROR_SYSCALL);
		assert_int_equal(errno, EAGAIN);
		blocked++;
	}
	assert_true(blocked > 0);
	/* The server has read all and answers. */
	fcntl(x->fd, F_SETFL, 0);
	assert_int_equal(SSL_read(x->ssl, data, 10), 1);
	finish(x);
	assert_false(x->server.failed);
	free(data);
}

static void
read_all(struct world *x, bool blocking)
{
	unsigned char buf[32768];
	size_t done = 0;
	int n;

	x->server.give = BYTES;
	trust_itself(x);
	assert_int_equal(connect_to(x, "localhost"), 1);
	if (!blocking)
		not_blocking(x);
	for (;;) {
		n = SSL_read(x->ssl, buf, sizeof(buf));
		if (n < 0) {
			assert_false(blocking);
			assert_int_equal(
			    SSL_get_error(x->ssl, n), SSL_ERROR_SYSCALL);
			assert_int_equal(errno, EAGAIN);
			continue;
		}
		if (n == 0)
			break;
		for (int i = 0; i < n; i++)
			assert_int_equal(buf[i], byte_at(done + (size_t)i));
		done += (size_t)n;
	}
	assert_int_equal(SSL_get_error(x->ssl, 0), SSL_ERROR_ZERO_RETURN);
	assert_int_equal(done, BYTES);
	finish(x);
	assert_false(x->server.failed);
}

static void
reads_blocking(void **state)
{
	read_all(*state, true);
}

static void
reads_not_blocking(void **state)
{
	read_all(*state, false);
}

static void
wrong_host(void **state)
{
	struct world *x = *state;

	trust_itself(x);
	assert_int_not_equal(connect_to(x, "elsewhere"), 1);
	assert_int_equal(x->error, 62);
	assert_string_equal(
	    X509_verify_cert_error_string(x->error), "hostname mismatch");
	finish(x);
}

static void
stranger(void **state)
{
	struct world *x = *state;

	assert_int_not_equal(connect_to(x, "localhost"), 1);
	assert_int_equal(x->error, 20);
	assert_string_equal(x->name, "CN=test");
	finish(x);
}

static void
client_certificate(void **state)
{
	struct world *x = *state;

	x->server.ask_certificate = true;
	trust_itself(x);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(x->ctx, x->pem), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(x->ctx, x->key, 1), 1);
	assert_int_equal(connect_to(x, "localhost"), 1);
	finish(x);
	assert_false(x->server.failed);
}

static void
bad_files(void **state)
{
	struct world *x = *state;
	const char *text;

	assert_int_equal(
	    SSL_CTX_load_verify_locations(x->ctx, "/nonexistent", NULL), 0);
	text = ERR_reason_error_string(ERR_get_error());
	assert_non_null(strstr(text, "file"));
	assert_int_equal(
	    SSL_CTX_load_verify_locations(x->ctx, x->key, NULL), 0);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(x->ctx, x->key), 0);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(x->ctx, x->pem, 1), 0);
	ERR_get_error();
	assert_string_equal(
	    ERR_reason_error_string(ERR_get_error()), "no reason given");
}

/* Every root that is compiled in can be found by its own name. */
static void
finds_roots(void **state)
{
	mbedtls_x509_crt child;
	mbedtls_x509_crt *found;
	unsigned read = 0;

	(void)state;
	for (unsigned i = 0; i < ca_roots_count; i++) {
		mbedtls_x509_crt_init(&child);
		child.issuer_raw.p = (unsigned char *)(uintptr_t)ca_root_bytes +
				     ca_roots[i].at + ca_roots[i].subject;
		child.issuer_raw.len = ca_roots[i].subject_len;
		assert_int_equal(ssl_find_roots(NULL, &child, &found), 0);
		assert_non_null(found);
		read += found->raw.len > 0;
		mbedtls_x509_crt_free(found);
		mbedtls_free(found);
	}
	assert_true(ca_roots_count > 100);
	assert_int_equal(read, ca_roots_count);
	child.issuer_raw.p = (unsigned char *)"nobody";
	child.issuer_raw.len = 6;
	assert_int_equal(ssl_find_roots(NULL, &child, &found), 0);
	assert_null(found);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(writes_in_pieces),
		TEST(reads_blocking),
		TEST(reads_not_blocking),
		TEST(wrong_host),
		TEST(stranger),
		TEST(client_certificate),
		TEST(bad_files),
		TEST(finds_roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
