/* LINK: net/tls net/tls_link net/tls_words net/tls_server gen/ca_roots */
/* LINK: core/out core/span core/must core/arena */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <string.h>
#include <unistd.h>

#include "tls_server.h"

/* Our client speaks to our server, through two pipes of memory. */
enum {
	HEAP = 4 * 1024 * 1024,
	TURNS = 20000,
};

struct world {
	struct certs certs;
	char ca[64];
	char cert[64];
	char key[64];
	char strange_key[64];
	void *heap;
	struct tls_context client_context;
	struct tls_context server_context;
	struct tls_peer peer;
	struct tls client;
	struct tls server;
	struct pipe_end up;
	struct pipe_end down;
};

static void
save(char path[64], const char *text)
{
	size_t len = strlen(text);
	int fd;

	strcpy(path, "/tmp/mpedge-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	char other[1024];
	mbedtls_pk_context pk;

	make_certs(&w->certs);
	assert_int_equal(psa_crypto_init(), PSA_SUCCESS);
	new_key(&pk);
	assert_int_equal(mbedtls_pk_write_key_pem(
			     &pk, (unsigned char *)other, sizeof(other)),
	    0);
	mbedtls_pk_free(&pk);
	mbedtls_psa_crypto_free();
	save(w->ca, w->certs.ca);
	save(w->cert, w->certs.leaf[CERT_GOOD]);
	save(w->key, w->certs.key);
	save(w->strange_key, other);
	w->heap = malloc(HEAP);
	*state = w;
	return 0;
}

static int
begin(void **state)
{
	struct world *w = *state;
	struct tls_setup setup = { .heap = w->heap,
		.heap_bytes = HEAP,
		.ca_file = w->ca,
		.verify = true };

	memset(&w->up, 0, sizeof(w->up));
	memset(&w->down, 0, sizeof(w->down));
	assert_int_equal(tls_init(&w->client_context, &setup), ERR_OK);
	assert_int_equal(
	    tls_init_server(&w->server_context, w->cert, w->key), ERR_OK);
	tls_peer_init(&w->peer, "good.example");
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	tls_close(&w->client);
	tls_close(&w->server);
	tls_peer_fini(&w->peer);
	tls_fini_more(&w->server_context);
	mbedtls_psa_crypto_free();
	tls_fini(&w->client_context);
	return 0;
}

static int
drop_world(void **state)
{
	struct world *w = *state;

	unlink(w->ca);
	unlink(w->cert);
	unlink(w->key);
	unlink(w->strange_key);
	free(w->heap);
	free(w);
	return 0;
}

static enum err
client_recv(void *owner, void *buf, size_t size, size_t *len)
{
	return pipe_take(&((struct world *)owner)->down, buf, size, len);
}

static enum err
client_send(void *owner, const void *buf, size_t len, size_t *sent)
{
	return pipe_give(&((struct world *)owner)->up, buf, len, sent);
}

static enum err
server_take(void *owner, void *buf, size_t size, size_t *len)
{
	return pipe_take(&((struct world *)owner)->up, buf, size, len);
}

static enum err
server_give(void *owner, const void *buf, size_t len, size_t *sent)
{
	return pipe_give(&((struct world *)owner)->down, buf, len, sent);
}

static void
open_both(struct world *w, size_t chunk)
{
	struct tls_io client = { w, client_recv, client_send };
	struct tls_io server = { w, server_take, server_give };

	w->up.chunk = w->down.chunk = chunk;
	assert_int_equal(
	    tls_open(&w->client, &w->client_context, &w->peer, &client),
	    ERR_OK);
	assert_int_equal(
	    tls_accept(&w->server, &w->server_context, &server), ERR_OK);
}

/* Whatever is to be said, in pieces of any size, arrives on both sides. */
static void
speak(struct world *w, size_t chunk)
{
	enum err us = ERR_AGAIN, them = ERR_AGAIN;
	char text[16], words[128];
	struct out o;
	size_t n;

	open_both(w, chunk);
	for (int i = 0; i < TURNS && (us == ERR_AGAIN || them == ERR_AGAIN);
	     i++) {
		if (us == ERR_AGAIN)
			us = tls_handshake(&w->client);
		if (them == ERR_AGAIN)
			them = tls_handshake(&w->server);
	}
	assert_int_equal(us, ERR_OK);
	assert_int_equal(them, ERR_OK);
	do
		us = tls_write(&w->client, "hello", 5, &n);
	while (us == ERR_AGAIN);
	assert_int_equal(us, ERR_OK);
	do
		them = tls_read(&w->server, text, sizeof(text), &n);
	while (them == ERR_AGAIN);
	assert_int_equal(n, 5);
	assert_memory_equal(text, "hello", 5);
	assert_int_equal(tls_write(&w->server, "there", 5, &n), ERR_OK);
	do
		us = tls_read(&w->client, text, sizeof(text), &n);
	while (us == ERR_AGAIN);
	assert_memory_equal(text, "there", 5);
	/* Also a server can say what it speaks, and say goodbye. */
	out_init(&o, words, sizeof(words));
	tls_describe(&w->server, &o);
	assert_memory_equal(out_cstr(&o), "TLSv1.3", 7);
	w->down.chunk = 0;
	tls_goodbye(&w->server);
	do
		us = tls_read(&w->client, text, sizeof(text), &n);
	while (us == ERR_AGAIN);
	assert_int_equal(us, ERR_CLOSED);
	tls_close(&w->client);
	tls_close(&w->server);
	memset(&w->up, 0, sizeof(w->up));
	memset(&w->down, 0, sizeof(w->down));
}

static void
both_understand(void **state)
{
	struct world *w = *state;
	size_t before = tls_heap_used(&w->client_context);

	speak(w, 0);
	speak(w, 7);
	tls_peer_fini(&w->peer);
	tls_peer_init(&w->peer, "good.example");
	assert_int_equal(tls_heap_used(&w->client_context), before);
}

static void
noise_is_refused(void **state)
{
	struct world *w = *state;
	enum err e = ERR_AGAIN;
	size_t n;

	open_both(w, 0);
	assert_int_equal(
	    pipe_give(&w->up, "GET / HTTP/1.1\r\n\r\n", 18, &n), ERR_OK);
	for (int i = 0; i < TURNS && e == ERR_AGAIN; i++)
		e = tls_handshake(&w->server);
	assert_int_equal(e, ERR_TLS);
}

static void
who_hangs_up(void **state)
{
	struct world *w = *state;
	enum err e = ERR_AGAIN;

	open_both(w, 0);
	(void)!tls_handshake(&w->client);
	w->up.len /= 2;
	w->up.closed = true;
	for (int i = 0; i < TURNS && e == ERR_AGAIN; i++)
		e = tls_handshake(&w->server);
	assert_int_equal(e, ERR_CLOSED);
}

/* What cannot be used is told at once, and leaves nothing behind. */
static void
bad_files(void **state)
{
	struct world *w = *state;
	struct tls_context c;
	size_t before = tls_heap_used(&w->client_context);

	assert_int_equal(
	    tls_init_server(&c, w->cert, w->strange_key), ERR_CONFIG);
	assert_int_equal(tls_init_server(&c, w->key, w->key), ERR_CONFIG);
	assert_int_equal(tls_init_server(&c, w->cert, w->cert), ERR_CONFIG);
	assert_int_equal(
	    tls_init_server(&c, "/nonexistent", w->key), ERR_CONFIG);
	assert_int_equal(tls_heap_used(&w->client_context), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(both_understand),
		T(noise_is_refused),
		T(who_hangs_up),
		T(bad_files),
	};

	return cmocka_run_group_tests(tests, make_world, drop_world);
}
