/* LINK: net/conn_count core/metrics */
/* LINK: net/conn net/tcp net/tls net/tls_link net/tls_words core/loop */
/* LINK: core/out core/span core/must core/err core/arena */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <unistd.h>

#include "net/ca_roots.h"
#include "net_world.h"
#include "tls_server.h"

enum {
	HEAP = 1024 * 1024,
	FLOOD = 3 * 1000 * 1000,
};

/* The authority comes from a file here. */
const unsigned char ca_root_bytes[1];
const struct ca_root ca_roots[1];
const unsigned ca_roots_count = 0;

struct world {
	struct loop loop;
	struct tls_context context;
	struct conn_world shared;
	struct conn_counts counts;
	struct server server;
	struct tls_server tls;
	struct tls_peer peer;
	struct conn conn;
	void *heap;
	/* Bytes the server still has to say once it has heard "go". */
	size_t to_say;
	size_t amount;
	size_t received;
	bool all;
	bool asked;
	bool failed;
	enum err error;
};

static struct world *world;
static struct certs certs;

static void
on_state(void *owner, enum conn_state s)
{
	(void)owner;
	(void)s;
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct world *w = owner;
	const unsigned char *in = bytes;

	for (size_t i = 0; i < len; i++)
		assert_int_equal(in[i], (w->received + i) % 251);
	w->received += len;
	w->all = w->received == w->amount;
	return ERR_OK;
}

static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct world *w = owner;

	assert_true(size >= 2);
	*len = w->asked ? 0 : 2;
	memcpy(buf, "go", *len);
	w->asked = true;
	return ERR_OK;
}

static void
on_failed(void *owner, enum err e)
{
	struct world *w = owner;

	w->failed = true;
	w->error = e;
}

/* Move bytes between the socket and the server's pipes, as far as they go. */
static void
on_server(struct server *s)
{
	struct tls_server *t = &world->tls;
	unsigned char buf[16000];
	size_t n = 0, len;
	int r;

	assert_int_equal(pipe_give(&t->in, s->in, s->in_len, &n), ERR_OK);
	assert_int_equal(n, s->in_len);
	s->in_len = 0;
	r = mbedtls_ssl_read(&t->ssl, buf, sizeof(buf));
	if (r == 2)
		world->to_say = world->amount;
	while (world->to_say > 0 && t->out.len < sizeof(t->out.bytes) / 2) {
		len = sizeof(buf);
		if (len > world->to_say)
			len = world->to_say;
		for (size_t i = 0; i < len; i++)
			buf[i] = (unsigned char)((world->amount -
						     world->to_say + i) %
						 251);
		r = mbedtls_ssl_write(&t->ssl, buf, len);
		assert_int_equal(r, len);
		world->to_say -= len;
	}
	n = 0;
	if (t->out.len > t->out.done &&
	    tcp_send(s->client.fd, t->out.bytes + t->out.done,
		t->out.len - t->out.done, &n) == ERR_OK)
		t->out.done += n;
	if (t->out.done == t->out.len)
		t->out.done = t->out.len = 0;
	s->client.again = world->to_say > 0 || t->out.len > 0;
}

/* Once: what comes before the first tls_init has the heap of the C library. */
static int
setup_all(void **state)
{
	(void)state;
	make_certs(&certs);
	return 0;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char path[] = "/tmp/mpedge-test-ca-XXXXXX";
	struct tls_setup setup = { NULL, HEAP, path, true, NULL, NULL };
	int fd = mkstemp(path);

	world = w;
	if (write(fd, certs.ca, strlen(certs.ca)) < 0)
		return -1;
	close(fd);
	setup.heap = w->heap = malloc(HEAP);
	assert_int_equal(tls_init(&w->context, &setup), ERR_OK);
	unlink(path);
	loop_init(&w->loop);
	w->shared.loop = &w->loop;
	w->shared.tls = &w->context;
	w->shared.counts = &w->counts;
	server_start(&w->server, &w->loop);
	w->server.data = on_server;
	conn_init(&w->conn, &w->shared);
	w->amount = FLOOD;
	tls_peer_init(&w->peer, "good.example");
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	conn_close(&w->conn);
	server_stop(&w->server);
	tls_peer_fini(&w->peer);
	server_fini(&w->tls);
	tls_fini(&w->context);
	free(w->heap);
	free(w);
	return 0;
}

static void
open_conn(struct world *w)
{
	struct conn_events events = { w, on_state, on_data, on_drain,
		on_failed };

	w->received = 0;
	w->all = w->asked = w->failed = false;
	conn_open(&w->conn, &events, "good.example", w->server.address.port,
	    &w->peer);
}

static void
flood(void **state)
{
	struct world *w = *state;
	char text[128];
	struct out o;

	server_init(&w->tls, &certs, CERT_GOOD, MBEDTLS_SSL_VERSION_TLS1_3);
	for (int i = 0; i < 3; i++) {
		open_conn(w);
		turns_until(&w->loop, &w->all);
		assert_false(w->failed);
		/* A kernel begins to stamp a while after it was asked to. */
		if (i == 2)
			assert_int_equal(
			    w->conn.stamp.ns > 1700000000 * NS_PER_S,
			    kernel_stamps());
		out_init(&o, text, sizeof(text));
		tls_describe(&w->conn.tls, &o);
		assert_int_equal(
		    strstr(out_cstr(&o), "resumed") != NULL, i > 0);
		conn_close(&w->conn);
		for (int k = 0; k < 1000 && w->server.client.fd >= 0; k++)
			loop_turn(&w->loop, 5);
		server_again(&w->tls);
	}
	assert_int_equal(w->counts.net.connects, 3);
	assert_int_equal(w->counts.net.connect.count, 3);
	assert_int_equal(w->counts.net.failures, 0);
	assert_true(w->counts.net.received > 3 * FLOOD);
	assert_true(w->counts.net.sent > 0);
	assert_int_equal(w->counts.tls.handshakes, 3);
	assert_int_equal(w->counts.tls.handshake.count, 3);
	assert_int_equal(w->counts.tls.resumed, 2);
	assert_int_equal(w->counts.tls.failures, 0);
}

/* Data behind more tickets than one read looks at must not wait for others. */
static void
many_tickets(void **state)
{
	struct world *w = *state;

	server_init(&w->tls, &certs, CERT_GOOD, MBEDTLS_SSL_VERSION_TLS1_3);
	mbedtls_ssl_conf_new_session_tickets(&w->tls.config, 40);
	w->amount = 10;
	open_conn(w);
	turns_until(&w->loop, &w->all);
	assert_false(w->failed);
}

static void
refused_certificate(void **state)
{
	struct world *w = *state;

	server_init(
	    &w->tls, &certs, CERT_WRONG_HOST, MBEDTLS_SSL_VERSION_TLS1_2);
	open_conn(w);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_CERT);
	assert_non_null(strstr(w->conn.why, "but for other.example"));
	assert_int_equal(w->counts.net.failures, 1);
	assert_int_equal(w->counts.tls.failures, 1);
	assert_int_equal(w->counts.tls.handshakes, 0);
}

/* The stream ends in the middle of things. */
static void
cut_off(void **state)
{
	struct world *w = *state;

	server_init(&w->tls, &certs, CERT_GOOD, MBEDTLS_SSL_VERSION_TLS1_3);
	open_conn(w);
	for (int i = 0; i < 1000 && w->received == 0; i++)
		loop_turn(&w->loop, 5);
	assert_true(w->received > 0);
	server_drop(&w->server, false);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_RESET);
	/* It was made: that it ends is no failure to make it. */
	assert_int_equal(w->counts.net.failures, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(flood),
		T(many_tickets),
		T(refused_certificate),
		T(cut_off),
	};

	return cmocka_run_group_tests(tests, setup_all, NULL);
}
