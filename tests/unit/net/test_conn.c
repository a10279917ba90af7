/* LINK: net/conn_count core/metrics */
/* LINK: net/conn net/tcp net/tls net/tls_link net/tls_words core/loop */
/* LINK: core/out core/span core/must core/err gen/ca_roots core/arena */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <sys/socket.h>
#include <unistd.h>

#include "net_world.h"

enum {
	AMOUNT = 8 * 1000 * 1000,
};

struct world {
	struct loop loop;
	struct conn_world shared;
	struct server server;
	struct conn conn;
	/* "C" connect, "H" handshake, "O" open */
	char states[16];
	char in[64];
	size_t in_len;
	size_t to_send;
	size_t sent;
	size_t received;
	enum err data_error;
	void (*on_data)(struct world *w);
	bool failed;
	unsigned failures;
	enum err error;
	bool inside;
};

static void
on_state(void *owner, enum conn_state s)
{
	struct world *w = owner;
	char c[2] = { "?-CHO"[s], '\0' };

	assert_false(w->inside);
	strcat(w->states, c);
}

static enum err
on_data(void *owner, const void *bytes, size_t len)
{
	struct world *w = owner;

	w->received += len;
	if (len > sizeof(w->in) - w->in_len)
		len = sizeof(w->in) - w->in_len;
	memcpy(w->in + w->in_len, bytes, len);
	w->in_len += len;
	if (w->on_data)
		w->on_data(w);
	return w->data_error;
}

/* The n-th byte of everything sent is n modulo 251. */
static enum err
on_drain(void *owner, void *buf, size_t size, size_t *len)
{
	struct world *w = owner;
	unsigned char *out = buf;
	size_t left = w->to_send - w->sent;

	*len = left < size ? left : size;
	for (size_t i = 0; i < *len; i++)
		out[i] = (unsigned char)((w->sent + i) % 251);
	w->sent += *len;
	return ERR_OK;
}

static void
on_failed(void *owner, enum err e)
{
	struct world *w = owner;

	assert_false(w->inside);
	assert_int_equal(w->conn.state, CONN_IDLE);
	w->failed = true;
	w->failures++;
	w->error = e;
}

static void
open_conn(struct world *w)
{
	struct conn_events events = { w, on_state, on_data, on_drain,
		on_failed };

	w->failed = false;
	w->inside = true;
	conn_open(&w->conn, &events, "name", w->server.address.port, NULL);
	w->inside = false;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	loop_init(&w->loop);
	w->shared.loop = &w->loop;
	server_start(&w->server, &w->loop);
	conn_init(&w->conn, &w->shared);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	conn_close(&w->conn);
	server_stop(&w->server);
	assert_null(w->loop.watches);
	assert_null(w->loop.timers);
	free(w);
	return 0;
}

static void
until_open(struct world *w)
{
	for (int i = 0; i < 1000 && w->conn.state != CONN_OPEN; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->conn.state, CONN_OPEN);
	for (int i = 0; i < 1000 && w->server.client.fd < 0; i++)
		loop_turn(&w->loop, 5);
}

/* A server that reads a little at a turn, and checks what it reads. */
static void
check_flood(struct server *s)
{
	for (size_t i = 0; i < s->in_len; i++)
		assert_int_equal((unsigned char)s->in[i], (s->sent + i) % 251);
	s->sent += s->in_len;
	s->in_len = 0;
}

static void
sends_all_it_is_given(void **state)
{
	struct world *w = *state;
	int small = 256 * 1024;

	w->server.data = check_flood;
	w->to_send = AMOUNT;
	open_conn(w);
	until_open(w);
	setsockopt(
	    w->server.client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (int i = 0; i < 20000 && w->server.sent < AMOUNT; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->server.sent, AMOUNT);
	assert_int_equal(w->conn.bytes_out, AMOUNT);
	assert_string_equal(w->states, "CO");
	/* More, after a kick. */
	w->to_send += 10;
	conn_kick(&w->conn);
	for (int i = 0; i < 1000 && w->server.sent < AMOUNT + 10; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->server.sent, AMOUNT + 10);
	assert_false(w->failed);
}

static void
receives_all_and_says_when(void **state)
{
	struct world *w = *state;
	char *text = calloc(1, AMOUNT);
	size_t sent = 0, n;

	open_conn(w);
	until_open(w);
	for (int i = 0; i < 20000 && w->received < AMOUNT; i++) {
		if (sent < AMOUNT && tcp_send(w->server.client.fd, text,
					 AMOUNT - sent, &n) == ERR_OK)
			sent += n;
		loop_turn(&w->loop, 5);
	}
	free(text);
	assert_int_equal(w->received, AMOUNT);
	assert_int_equal(w->conn.bytes_in, AMOUNT);
	/* The kernel's clock is not the test's: 2023 or later. */
	assert_int_equal(
	    w->conn.stamp.ns > 1700000000 * NS_PER_S, kernel_stamps());
}

static void
ends_are_told_apart(void **state)
{
	struct world *w = *state;

	open_conn(w);
	until_open(w);
	server_drop(&w->server, false);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_CLOSED);
	open_conn(w);
	until_open(w);
	server_drop(&w->server, true);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_RESET);
	assert_non_null(strstr(w->conn.why, "127.0.0.1:"));
	assert_int_equal(w->failures, 2);
}

static void
names_without_address(void **state)
{
	struct world *w = *state;

	answer_count = 0;
	open_conn(w);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_DNS);
	assert_string_equal(w->states, "");
	assert_non_null(strstr(w->conn.why, "resolve"));
}

/* A port nobody listens on. */
static struct address
closed_port(void)
{
	struct address a;
	int fd;

	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &fd), ERR_OK);
	assert_int_equal(tcp_local(fd, &a), ERR_OK);
	tcp_close(fd);
	return a;
}

static void
every_address_is_tried(void **state)
{
	struct world *w = *state;

	answers[1] = answers[0];
	answers[0] = closed_port();
	answer_count = 2;
	open_conn(w);
	until_open(w);
	assert_string_equal(w->states, "CO");
	conn_close(&w->conn);
	answer_count = 1;
	open_conn(w);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_REFUSED);
	assert_non_null(strstr(w->conn.why, "connect to 127.0.0.1:"));
	assert_non_null(strstr(w->conn.why, "refused"));
}

/* A listener with a full queue answers no further SYN. */
static void
silent_addresses_are_left(void **state)
{
	struct world *w = *state;
	struct address a;
	int full, queued[4];

	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	assert_int_equal(tcp_listen(&a, &full), ERR_OK);
	assert_int_equal(listen(full, 0), 0);
	assert_int_equal(tcp_local(full, &a), ERR_OK);
	for (int i = 0; i < 4; i++)
		assert_int_equal(tcp_connect(&a, &queued[i]), ERR_OK);
	answers[1] = answers[0];
	answers[0] = a;
	answer_count = 2;
	open_conn(w);
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 1);
	assert_int_equal(w->conn.state, CONN_CONNECT);
	clock_ns += CONN_ATTEMPT_MS * NS_PER_MS;
	until_open(w);
	assert_string_equal(w->states, "CO");
	for (int i = 0; i < 4; i++)
		tcp_close(queued[i]);
	tcp_close(full);
}

static void
more_to_say(struct world *w)
{
	w->to_send += 5;
}

/* A close frame, say, leaves although the owner has had enough. */
static void
last_words(void **state)
{
	struct world *w = *state;
	size_t n;

	w->server.data = check_flood;
	open_conn(w);
	until_open(w);
	w->on_data = more_to_say;
	w->data_error = ERR_PROTOCOL;
	assert_int_equal(tcp_send(w->server.client.fd, "x", 1, &n), ERR_OK);
	turns_until(&w->loop, &w->failed);
	assert_int_equal(w->error, ERR_PROTOCOL);
	for (int i = 0; i < 1000 && w->server.sent < 5; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->server.sent, 5);
}

static void
close_it(struct world *w)
{
	conn_close(&w->conn);
}

static void
callbacks_may_close_and_open(void **state)
{
	struct world *w = *state;
	size_t n;

	open_conn(w);
	until_open(w);
	w->on_data = close_it;
	assert_int_equal(tcp_send(w->server.client.fd, "x", 1, &n), ERR_OK);
	for (int i = 0; i < 1000 && w->conn.state != CONN_IDLE; i++)
		loop_turn(&w->loop, 5);
	open_conn(w);
	until_open(w);
	w->on_data = open_conn;
	assert_int_equal(tcp_send(w->server.client.fd, "y", 1, &n), ERR_OK);
	for (int i = 0; i < 1000 && w->server.accepted < 3; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->server.accepted, 3);
	assert_int_equal(w->failures, 0);
	assert_memory_equal(w->in, "xy", 2);
}

/* One connection that never runs dry must not keep the loop for itself. */
static void
work_per_turn_is_bounded(void **state)
{
	struct world *w = *state;
	char *text = calloc(1, AMOUNT);
	size_t sent = 0, n, before;

	open_conn(w);
	until_open(w);
	while (tcp_send(w->server.client.fd, text, AMOUNT, &n) == ERR_OK &&
	       sent < 2 * AMOUNT)
		sent += n;
	free(text);
	before = w->received;
	loop_turn(&w->loop, 5);
	assert_in_range(
	    w->received - before, 1, (size_t)CONN_READS_PER_TURN * CONN_BUFFER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(sends_all_it_is_given),
		T(receives_all_and_says_when),
		T(ends_are_told_apart),
		T(names_without_address),
		T(every_address_is_tried),
		T(silent_addresses_are_left),
		T(last_words),
		T(callbacks_may_close_and_open),
		T(work_per_turn_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
