/* LINK: net/tls net/tls_link net/tls_words core/out core/span core/must */
/* LINK: core/arena */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <string.h>
#include <unistd.h>

#include "net/tls_parts.h"
#include "tls_server.h"

enum {
	HEAP = 1024 * 1024,
};

/* Stands in for build/gen/ca_roots.c, with our own authority in it. */
struct root {
	unsigned at;
	unsigned short der_len;
	unsigned short subject;
	unsigned short subject_len;
};
enum {
	ROOT_BYTES = 4096,
};
unsigned char ca_root_bytes[2 * ROOT_BYTES];
struct root ca_roots[3];
unsigned ca_roots_count;

/* As toolchain/ca-roots.sh leaves it: an empty one instead of its signature. */
static unsigned
drop_signature(const unsigned char *der, size_t len, unsigned char *to)
{
	unsigned char *p = (unsigned char *)(uintptr_t)der;
	const unsigned char *end = p + len;
	const unsigned char *body;
	size_t n;

	assert_int_equal(mbedtls_asn1_get_tag(&p, end, &n, 0x30), 0);
	body = p;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mbedtls_asn1_get_tag(&p, end, &n, 0x30), 0);
		p += n;
	}
	n = (size_t)(p - body);
	to[0] = 0x30;
	to[1] = 0x82;
	to[2] = (unsigned char)((n + 4) >> 8);
	to[3] = (unsigned char)(n + 4);
	memcpy(to + 4, body, n);
	memcpy(to + 4 + n, "\x03\x02\0\0", 4);
	return (unsigned)(n + 8);
}

struct world {
	struct certs certs;
	void *heap;
	struct tls_context context;
	struct tls_peer peer;
	struct tls tls;
	struct tls_server server;
	bool is_open;
};

static int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct root ca;

	w->heap = malloc(HEAP);
	make_certs(&w->certs);
	assert_true(w->certs.ca_der_len <= ROOT_BYTES);
	memcpy(ca_root_bytes, w->certs.ca_der, w->certs.ca_der_len);
	ca = (struct root){ 0, (unsigned short)w->certs.ca_der_len,
		(unsigned short)w->certs.ca_subject,
		(unsigned short)w->certs.ca_subject_len };
	/* The first has another name. */
	ca_roots[0] = ca;
	ca_roots[0].subject_len = 1;
	/* The second has the right name and cannot be read. */
	ca_roots[1] = ca;
	ca_roots[1].der_len = 50;
	ca_roots[2] = ca;
	ca_roots[2].at = ROOT_BYTES;
	ca_roots[2].der_len = (unsigned short)drop_signature(
	    ca_root_bytes, ca.der_len, ca_root_bytes + ROOT_BYTES);
	ca_roots_count = 3;
	*state = w;
	return 0;
}

static int
drop_world(void **state)
{
	struct world *w = *state;

	free(w->heap);
	free(w);
	return 0;
}

static void
begin(struct world *w, enum cert_kind kind,
    mbedtls_ssl_protocol_version version, bool verify)
{
	struct tls_setup setup = { w->heap, HEAP, NULL, verify, NULL, NULL };

	assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
	tls_peer_init(&w->peer, "good.example");
	server_init(&w->server, &w->certs, kind, version);
}

static void
end(struct world *w)
{
	tls_close(&w->tls);
	tls_peer_fini(&w->peer);
	server_fini(&w->server);
	mbedtls_psa_crypto_free();
	/* Contexts and certificates are given back. */
	tls_fini(&w->context);
}

static enum err
client_recv(void *owner, void *buf, size_t size, size_t *len)
{
	struct world *w = owner;

	return pipe_take(&w->server.out, buf, size, len);
}

static enum err
client_send(void *owner, const void *buf, size_t len, size_t *sent)
{
	struct world *w = owner;

	return pipe_give(&w->server.in, buf, len, sent);
}

/* Both sides in turns, until the client knows. */
static enum err
shake(struct world *w)
{
	struct tls_io io = { w, client_recv, client_send };
	enum err e = tls_open(&w->tls, &w->context, &w->peer, &io);

	assert_int_equal(e, ERR_OK);
	for (int i = 0; i < 20000; i++) {
		e = tls_handshake(&w->tls);
		if (e != ERR_AGAIN)
			break;
		(void)mbedtls_ssl_handshake(&w->server.ssl);
	}
	for (int i = 0; e == ERR_OK && i < 20000; i++) {
		if (mbedtls_ssl_handshake(&w->server.ssl) == 0)
			break;
	}
	return e;
}

static void
expect_words(const struct world *w, const char *want)
{
	char text[512];
	struct out o;

	out_init(&o, text, sizeof(text));
	tls_why(&w->tls, &o);
	assert_non_null(strstr(out_cstr(&o), want));
}

static void
describe(const struct world *w, char text[128])
{
	struct out o;

	out_init(&o, text, 128);
	tls_describe(&w->tls, &o);
	out_cstr(&o);
}

static const mbedtls_ssl_protocol_version versions[] = {
	MBEDTLS_SSL_VERSION_TLS1_2,
	MBEDTLS_SSL_VERSION_TLS1_3,
};

/* Server to client; TLS 1.3 tickets come in front of it. */
static void
hear(struct world *w, const char *text)
{
	char buf[64];
	size_t len = 0;
	enum err e = ERR_AGAIN;

	assert_int_equal(mbedtls_ssl_write(&w->server.ssl,
			     (const unsigned char *)text, strlen(text)),
	    strlen(text));
	for (int i = 0; i < 10 && e == ERR_AGAIN; i++)
		e = tls_read(&w->tls, buf, sizeof(buf), &len);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(buf, text, len);
}

static void
say(struct world *w, const char *text)
{
	unsigned char buf[64];
	size_t sent = 0;
	enum err e = ERR_AGAIN;

	for (int i = 0; i < 1000 && e == ERR_AGAIN; i++)
		e = tls_write(&w->tls, text, strlen(text), &sent);
	assert_int_equal(e, ERR_OK);
	assert_int_equal(sent, strlen(text));
	assert_int_equal(
	    mbedtls_ssl_read(&w->server.ssl, buf, sizeof(buf)), sent);
	assert_memory_equal(buf, text, sent);
}

static void
good_certificate(void **state)
{
	struct world *w = *state;
	char text[128];

	for (int v = 0; v < 2; v++) {
		begin(w, CERT_GOOD, versions[v], true);
		assert_int_equal(w->peer.ends_s, 0);
		assert_int_equal(shake(w), ERR_OK);
		/* 2099-01-01 */
		assert_int_equal(w->peer.ends_s, 4070908800);
		describe(w, text);
		assert_memory_equal(text, v ? "TLSv1.3 " : "TLSv1.2 ", 8);
		assert_non_null(strstr(text, "AES-128-GCM"));
		assert_null(strstr(text, "resumed"));
		hear(w, "to the client");
		say(w, "to the server");
		assert_in_range(tls_heap_used(&w->context), 30000, HEAP);
		assert_true(
		    tls_heap_peak(&w->context) >= tls_heap_used(&w->context));
		end(w);
	}
}

/* Both transports take and give a few bytes at a time. */
static void
bytes_in_pieces(void **state)
{
	struct world *w = *state;

	for (size_t chunk = 1; chunk <= 16; chunk += 5) {
		begin(w, CERT_GOOD, versions[chunk & 1], true);
		w->server.in.chunk = chunk;
		w->server.out.chunk = chunk;
		assert_int_equal(shake(w), ERR_OK);
		say(w, "question");
		hear(w, "answer");
		end(w);
	}
}

static const struct {
	enum cert_kind kind;
	const char *words;
} refused[] = {
	{ CERT_WRONG_HOST,
	    "not valid for good.example, but for other.example" },
	{ CERT_EXPIRED, "expired on 2021-02-03" },
	{ CERT_FUTURE, "not valid before 2098-04-05: is the clock" },
	{ CERT_SELF_SIGNED, "self-signed" },
	{ CERT_STRANGER, "issuer is not known here (CN=Stranger)" },
};

static void
certificates_refused(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		for (int v = 0; v < 2; v++) {
			begin(w, refused[i].kind, versions[v], true);
			assert_int_equal(shake(w), ERR_CERT);
			expect_words(w, refused[i].words);
			end(w);
		}
	}
}

static void
certificates_unverified(void **state)
{
	struct world *w = *state;

	for (int v = 0; v < 2; v++) {
		begin(w, CERT_SELF_SIGNED, versions[v], false);
		assert_int_equal(shake(w), ERR_OK);
		hear(w, "hello");
		end(w);
	}
}

static void
sessions_are_resumed(void **state)
{
	struct world *w = *state;
	char text[128];

	for (int v = 0; v < 2; v++) {
		begin(w, CERT_GOOD, versions[v], true);
		for (int i = 0; i < 4; i++) {
			assert_int_equal(shake(w), ERR_OK);
			hear(w, "hello");
			describe(w, text);
			assert_int_equal(
			    strstr(text, "resumed") != NULL, i > 0);
			tls_close(&w->tls);
			server_again(&w->server);
		}
		end(w);
	}
}

/* A server that has forgotten its tickets shakes hands in full. */
static void
sessions_forgotten(void **state)
{
	struct world *w = *state;
	char text[128];

	for (int v = 0; v < 2; v++) {
		begin(w, CERT_GOOD, versions[v], true);
		assert_int_equal(shake(w), ERR_OK);
		hear(w, "hello");
		tls_close(&w->tls);
		server_fini(&w->server);
		server_init(&w->server, &w->certs, CERT_GOOD, versions[v]);
		assert_int_equal(shake(w), ERR_OK);
		hear(w, "hello");
		describe(w, text);
		assert_null(strstr(text, "resumed"));
		end(w);
	}
}

static void
farewells(void **state)
{
	struct world *w = *state;
	unsigned char in[16];
	char buf[16];
	size_t len;

	for (int v = 0; v < 2; v++) {
		begin(w, CERT_GOOD, versions[v], true);
		assert_int_equal(shake(w), ERR_OK);
		hear(w, "hello");
		mbedtls_ssl_close_notify(&w->server.ssl);
		assert_int_equal(
		    tls_read(&w->tls, buf, sizeof(buf), &len), ERR_CLOSED);
		end(w);
		begin(w, CERT_GOOD, versions[v], true);
		assert_int_equal(shake(w), ERR_OK);
		hear(w, "hello");
		w->server.out.closed = true;
		assert_int_equal(
		    tls_read(&w->tls, buf, sizeof(buf), &len), ERR_RESET);
		expect_words(w, "without a close notice");
		end(w);
		begin(w, CERT_GOOD, versions[v], true);
		assert_int_equal(shake(w), ERR_OK);
		tls_goodbye(&w->tls);
		assert_int_equal(
		    mbedtls_ssl_read(&w->server.ssl, in, sizeof(in)),
		    MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
		end(w);
	}
}

static const struct {
	const char *bytes;
	size_t len;
	enum err e;
	const char *words;
} strangers[] = {
	{ "\x15\x03\x01\x00\x02\x02\x46", 7, ERR_TLS,
	    "alert 70, protocol version" },
	{ "\x15\x03\x03\x00\x02\x02\x28", 7, ERR_TLS,
	    "alert 40, handshake failure" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", 28, ERR_TLS, "not TLS" },
	{ "", 0, ERR_CLOSED, "ended" },
};

static void
peers_without_tls(void **state)
{
	struct world *w = *state;
	struct tls_io io = { w, client_recv, client_send };
	size_t sent;

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		begin(w, CERT_GOOD, versions[1], true);
		assert_int_equal(
		    tls_open(&w->tls, &w->context, &w->peer, &io), ERR_OK);
		assert_int_equal(tls_handshake(&w->tls), ERR_AGAIN);
		assert_int_equal(pipe_give(&w->server.out, strangers[i].bytes,
				     strangers[i].len, &sent),
		    ERR_OK);
		w->server.out.closed = true;
		assert_int_equal(tls_handshake(&w->tls), strangers[i].e);
		expect_words(w, strangers[i].words);
		end(w);
	}
}

/* A peer that does not take our bytes is told apart from one that is silent. */
static void
waiting_for_room(void **state)
{
	struct world *w = *state;
	struct tls_io io = { w, client_recv, client_send };

	begin(w, CERT_GOOD, versions[1], true);
	assert_int_equal(tls_open(&w->tls, &w->context, &w->peer, &io), ERR_OK);
	w->server.in.len = sizeof(w->server.in.bytes);
	assert_int_equal(tls_handshake(&w->tls), ERR_AGAIN);
	assert_true(tls_wants_write(&w->tls));
	w->server.in.len = 0;
	assert_int_equal(tls_handshake(&w->tls), ERR_AGAIN);
	assert_false(tls_wants_write(&w->tls));
	end(w);
}

static void
small_heap(void **state)
{
	struct world *w = *state;
	struct tls_io io = { w, client_recv, client_send };
	struct tls_setup setup = { w->heap, 40000, NULL, true, NULL, NULL };
	struct tls more[2];

	memset(more, 0, sizeof(more));
	assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
	tls_peer_init(&w->peer, "good.example");
	assert_int_equal(
	    tls_open(&more[0], &w->context, &w->peer, &io), ERR_OK);
	assert_int_equal(
	    tls_open(&more[1], &w->context, &w->peer, &io), ERR_FULL);
	tls_close(&more[1]);
	tls_close(&more[0]);
	assert_int_equal(
	    tls_open(&more[1], &w->context, &w->peer, &io), ERR_OK);
	tls_close(&more[1]);
	tls_fini(&w->context);
}

static void
roots_of_a_file(void **state)
{
	struct world *w = *state;
	char path[] = "/tmp/mpedge-test-ca-XXXXXX";
	struct tls_setup setup = { w->heap, HEAP, path, true, NULL, NULL };
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	/* A part that cannot be read does not harm the others. */
	assert_true(dprintf(fd,
			"%s-----BEGIN CERTIFICATE-----\nAAAA\n"
			"-----END CERTIFICATE-----\n",
			w->certs.stranger) > 0);
	close(fd);
	for (int v = 0; v < 2; v++) {
		assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
		tls_peer_init(&w->peer, "good.example");
		server_init(&w->server, &w->certs, CERT_STRANGER, versions[v]);
		assert_int_equal(shake(w), ERR_OK);
		end(w);
		/* The built-in ones do not count any more. */
		assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
		tls_peer_init(&w->peer, "good.example");
		server_init(&w->server, &w->certs, CERT_GOOD, versions[v]);
		assert_int_equal(shake(w), ERR_CERT);
		end(w);
	}
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(tls_init(&w->context, &setup), ERR_CERT);
	unlink(path);
	assert_int_equal(tls_init(&w->context, &setup), ERR_IO);
}

/* date -u -d 2021-02-03T00:00:00 +%s says the first of these. */
static void
when_a_file_ends(void **state)
{
	static const struct {
		mbedtls_x509_time at;
		int64_t seconds;
	} days[] = {
		{ { 2021, 2, 3, 0, 0, 0 }, 1612310400 },
		{ { 1970, 1, 1, 0, 0, 0 }, 0 },
		{ { 2000, 2, 29, 23, 59, 59 }, 951868799 },
		{ { 2000, 3, 1, 0, 0, 0 }, 951868800 },
		{ { 2038, 1, 19, 3, 14, 8 }, 2147483648 },
		{ { 2100, 3, 1, 0, 0, 0 }, 4107542400 },
	};
	struct world *w = *state;
	char path[] = "/tmp/mpedge-test-end-XXXXXX";
	struct tls_setup setup = { w->heap, HEAP, NULL, true, NULL, NULL };
	int fd = mkstemp(path);

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		assert_int_equal(tls_seconds(&days[i].at), days[i].seconds);
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s", w->certs.leaf[CERT_EXPIRED]) > 0);
	close(fd);
	assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
	assert_int_equal(tls_file_ends(path), 1612310400);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(tls_file_ends(path), 0);
	unlink(path);
	assert_int_equal(tls_file_ends(path), 0);
	tls_fini(&w->context);
}

/* Two contexts on one heap trust different roots; the second goes first. */
static void
another_context(void **state)
{
	struct world *w = *state;
	char path[] = "/tmp/mpedge-test-ca-XXXXXX";
	struct tls_io io = { w, client_recv, client_send };
	struct tls_setup setup = { w->heap, HEAP, NULL, true, NULL, NULL };
	struct tls_setup other = { NULL, 0, path, true, NULL, NULL };
	struct tls_context more;
	enum err e = ERR_AGAIN;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "%s", w->certs.stranger) > 0);
	close(fd);
	assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
	assert_int_equal(tls_init_more(&more, &other), ERR_OK);
	tls_peer_init(&w->peer, "good.example");
	server_init(&w->server, &w->certs, CERT_STRANGER, versions[1]);
	assert_int_equal(tls_open(&w->tls, &more, &w->peer, &io), ERR_OK);
	for (int i = 0; i < 100 && e == ERR_AGAIN; i++) {
		e = tls_handshake(&w->tls);
		(void)mbedtls_ssl_handshake(&w->server.ssl);
	}
	assert_int_equal(e, ERR_OK);
	tls_close(&w->tls);
	tls_fini_more(&more);

	/* What cannot be used is said, and leaves nothing behind. */
	other.cert_file = path;
	other.key_file = path;
	assert_int_equal(tls_init_more(&more, &other), ERR_CONFIG);
	unlink(path);
	assert_int_equal(tls_init_more(&more, &other), ERR_IO);
	end(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_certificate),
		cmocka_unit_test(bytes_in_pieces),
		cmocka_unit_test(certificates_refused),
		cmocka_unit_test(certificates_unverified),
		cmocka_unit_test(sessions_are_resumed),
		cmocka_unit_test(sessions_forgotten),
		cmocka_unit_test(farewells),
		cmocka_unit_test(peers_without_tls),
		cmocka_unit_test(waiting_for_room),
		cmocka_unit_test(small_heap),
		cmocka_unit_test(roots_of_a_file),
		cmocka_unit_test(when_a_file_ends),
		cmocka_unit_test(another_context),
	};

	return cmocka_run_group_tests(tests, make_world, drop_world);
}
