/* LINK: net/httpd net/httpd_client net/httpd_answer net/tcp core/loop */
/* LINK: core/out core/span core/must core/err core/arena codec/http1 */
/* LINK: codec/http_request codec/crc32c net/tls net/tls_link net/tls_words */
/* LINK: gen/ca_roots net/httpd_pace net/httpd_upload */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "net/httpd.h"

enum {
	BODY = 4 * 1024 * 1024,
	PATIENCE = 3000,
	CLIENTS = 16,
	HEAD_MS = 5000,
	ANSWER_MS = 10000,
	/* What a body may have. */
	ROOM = BODY - 32,
};

static int64_t clock_ns = 1000 * NS_PER_S;

struct mono
time_mono(void)
{
	return (struct mono){ clock_ns };
}

struct wall
time_wall(void)
{
	return (struct wall){ clock_ns };
}

void
out_time(struct out *o, struct wall t)
{
	(void)t;
	OUT_LITERAL(o, "2026-11-27T18:40:35.000000Z");
}

struct world {
	/* What uploads have brought, and what was called. */
	size_t taken;
	uint64_t sum;
	uint64_t length;
	size_t most;
	/* Refuse when so much has come; 0: never. */
	size_t refuse_at;
	unsigned opened, ended, gone;
	struct loop loop;
	struct httpd server;
	struct address address;
	void *memory;
	char query[64];
	size_t big;
	/* How long /long takes. */
	int64_t takes_ns;
	/* What a client got so far. */
	char *text;
	size_t len;
};

/* 24 bytes a slice: places[0] is how many are left; some are empty. */
static bool
more(struct httpd *h, uint64_t *places, struct out *slice)
{
	(void)h;
	if (places[1]++ == 1)
		return true;
	if (places[0] == 0)
		return false;
	for (int i = 0; i < 23; i++)
		out_u64(slice, places[0]);
	out_char(slice, '\n');
	--places[0];
	return true;
}

static void
serve(struct httpd *h, const struct http_request *r, struct httpd_answer *a)
{
	struct world *w = h->owner;
	struct out o;

	out_init(&o, w->query, sizeof(w->query));
	out_span(&o, r->query);
	out_cstr(&o);
	if (span_is(r->path, "/")) {
		a->status = 200;
		a->content_type = "text/html";
		a->headers = "X-Extra: 1\r\n";
		out_text(&a->body, "hello");
	} else if (span_is(r->path, "/slices")) {
		a->status = 200;
		a->more = more;
		a->places[0] = 2;
		out_text(&a->body, "first");
	} else if (span_is(r->path, "/long")) {
		a->status = 200;
		clock_ns += w->takes_ns;
	} else if (span_is(r->path, "/big")) {
		a->status = 200;
		for (size_t i = 0; i < w->big; i++)
			out_char(&a->body, (char)('a' + i % 26));
	}
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct httpd_setup with = { .loop = &w->loop,
		.clients = CLIENTS,
		.body_bytes = BODY,
		.head_ms = HEAD_MS,
		.answer_ms = ANSWER_MS };
	struct address a;

	loop_init(&w->loop);
	w->memory = malloc(httpd_bytes(CLIENTS, BODY));
	with.memory = w->memory;
	w->text = malloc(2 * BODY);
	assert_int_equal(address_parse(SPAN("127.0.0.1"), 0, &a), ERR_OK);
	httpd_init(&w->server, &with);
	assert_int_equal(httpd_listen(&w->server, &a), ERR_OK);
	w->server.serve = serve;
	w->server.owner = w;
	assert_int_equal(
	    tcp_local(w->server.listeners[0].fd, &w->address), ERR_OK);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	httpd_fini(&w->server);
	assert_null(w->loop.watches);
	assert_null(w->loop.timers);
	assert_int_equal(w->server.bodies_taken, 0);
	free(w->memory);
	free(w->text);
	free(w);
	return 0;
}

static int
dial(struct world *w)
{
	int fd;

	assert_int_equal(tcp_connect(&w->address, &fd), ERR_OK);
	for (int i = 0; i < 5; i++)
		loop_turn(&w->loop, 1);
	return fd;
}

static void
say(struct world *w, int fd, const char *text, size_t len)
{
	size_t n = 0;

	while (len > 0) {
		enum err e = tcp_send(fd, text, len, &n);

		assert_true(e == ERR_OK || e == ERR_AGAIN);
		if (e == ERR_OK) {
			text += n;
			len -= n;
		}
		loop_turn(&w->loop, 0);
	}
}

/* Read what there is; CLOSED, RESET, or AGAIN when it stays silent. */
static enum err
hear(struct world *w, int fd, size_t want)
{
	struct wall stamp;
	size_t n;
	enum err e = ERR_AGAIN;

	w->len = 0;
	for (int i = 0; i < PATIENCE; i++) {
		loop_turn(&w->loop, 0);
		do {
			e = tcp_recv(fd, w->text + w->len,
			    2 * BODY - 1 - w->len, &n, &stamp);
			if (e == ERR_OK)
				w->len += n;
		} while (e == ERR_OK);
		if (e != ERR_AGAIN || (want && w->len >= want))
			break;
	}
	w->text[w->len] = '\0';
	return e;
}

/* One exchange on a connection of its own, sent `cut` bytes at a time. */
static enum err
ask(struct world *w, const char *request, size_t cut)
{
	size_t left = strlen(request);
	int fd = dial(w);
	enum err e;

	while (left > 0) {
		size_t n = cut && cut < left ? cut : left;

		say(w, fd, request, n);
		request += n;
		left -= n;
	}
	e = hear(w, fd, 0);
	tcp_close(fd);
	return e;
}

static void
pages(void **state)
{
	struct world *w = *state;

	for (size_t cut = 0; cut <= 16; cut++) {
		assert_int_equal(ask(w,
				     "GET /?a=b HTTP/1.1\r\nHost: x\r\n"
				     "Connection: close\r\n\r\n",
				     cut),
		    ERR_CLOSED);
		assert_memory_equal(w->text, "HTTP/1.1 200 OK\r\n", 17);
		assert_non_null(strstr(w->text, "\r\nX-Extra: 1\r\n"));
		assert_non_null(strstr(w->text, "\r\nDate: Thu, 27 Nov 2026 "
						"18:40:35 GMT\r\n"));
		assert_non_null(strstr(w->text, "\r\nContent-Length: 5\r\n"));
		assert_non_null(strstr(w->text, "Connection: close\r\n"));
		assert_non_null(strstr(w->text, "\r\n\r\nhello"));
		assert_string_equal(w->query, "a=b");
	}
	assert_int_equal(w->server.requests, 17);
	assert_int_equal(w->server.errors, 0);
}

static const struct {
	const char *request;
	const char *begins;
} refusals[] = {
	{ "GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 404 Not Found\r\n" },
	{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
	    "HTTP/1.1 405 " },
	{ "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	    "HTTP/1.1 405 " },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	    "HTTP/1.1 400 " },
	{ "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "HTTP/1.1 400 " },
	{ "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 " },
	{ "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "HTTP/1.1 400 " },
	{ "GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 " },
	{ "GET / HTTP/2.0\r\nHost: x\r\n\r\n", "HTTP/1.1 505 " },
	{ "\x16\x03\x01\x02\r\n\r\n", "HTTP/1.1 400 " },
	{ "GET http://x/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	    "HTTP/1.1 200 " },
	{ "GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 " },
};

static void
judgements(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		assert_int_equal(ask(w, refusals[i].request, i), ERR_CLOSED);
		assert_memory_equal(
		    w->text, refusals[i].begins, strlen(refusals[i].begins));
	}
}

/* The refusal arrives although the request goes on and on. */
static void
head_too_large(void **state)
{
	struct world *w = *state;
	char request[HTTPD_HEAD_MAX * 4];

	memset(request, 'x', sizeof(request));
	memcpy(request, "GET /", 5);
	request[sizeof(request) - 1] = '\0';
	assert_int_equal(ask(w, request, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 431 ", 13);
}

static void
head_only(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w,
			     "HEAD / HTTP/1.1\r\nHost: x\r\n"
			     "Connection: close\r\n\r\n",
			     0),
	    ERR_CLOSED);
	assert_non_null(strstr(w->text, "Content-Length: 5\r\n"));
	assert_string_equal(w->text + w->len - 4, "\r\n\r\n");
}

static unsigned
count(const char *text, const char *word)
{
	unsigned n = 0;

	for (text = strstr(text, word); text; text = strstr(text + 1, word))
		n++;
	return n;
}

static void
many_on_one_connection(void **state)
{
	static const char two[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				  "GET /none HTTP/1.1\r\nHost: x\r\n\r\n";
	struct world *w = *state;
	int fd = dial(w);

	say(w, fd, two, strlen(two));
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_int_equal(count(w->text, "HTTP/1.1 200 OK"), 1);
	assert_int_equal(count(w->text, "HTTP/1.1 404 Not Found"), 1);
	for (size_t i = 0; i < strlen(two); i++)
		say(w, fd, two + i, 1);
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_int_equal(count(w->text, "HTTP/1.1 "), 2);
	/* Idle for too long: closed, which is no error. */
	clock_ns += HEAD_MS * NS_PER_MS;
	assert_int_equal(hear(w, fd, 0), ERR_CLOSED);
	assert_int_equal(w->server.late, 0);
	tcp_close(fd);
}

static void
big_page(void **state)
{
	struct world *w = *state;
	int fd = dial(w);
	const char *body;

	w->big = ROOM;
	say(w, fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n", 30);
	assert_int_equal(hear(w, fd, ROOM + 200), ERR_AGAIN);
	body = strstr(w->text, "\r\n\r\n") + 4;
	assert_int_equal(w->len - (size_t)(body - w->text), ROOM);
	for (size_t i = 0; i < ROOM; i++)
		assert_int_equal(body[i], 'a' + i % 26);
	clock_ns += 3 * NS_PER_S;
	w->big = ROOM + 1;
	say(w, fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n", 30);
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_memory_equal(w->text, "HTTP/1.1 500 ", 13);
	tcp_close(fd);
}

/* One byte now and then does not keep a connection. */
static void
slow_request(void **state)
{
	struct world *w = *state;
	int fd = dial(w);

	for (int i = 0; i < 10; i++) {
		say(w, fd, "G", 1);
		clock_ns += (HEAD_MS / 10 - 1) * NS_PER_MS;
	}
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	clock_ns += 20 * NS_PER_MS;
	assert_int_not_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_int_equal(w->server.late, 1);
	tcp_close(fd);
}

/* Who does not read his answer does not keep a body buffer for ever. */
static void
slow_readers(void **state)
{
	struct world *w = *state;
	int fd[HTTPD_BODIES], other;

	w->big = ROOM;
	for (int i = 0; i < HTTPD_BODIES; i++) {
		int small = 4096;

		fd[i] = dial(w);
		clock_ns += 2 * NS_PER_S;
		setsockopt(fd[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		say(w, fd[i], "GET /big HTTP/1.1\r\nHost: x\r\n\r\n", 30);
	}
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 0);
	assert_int_equal(w->server.bodies_taken, 15);
	other = dial(w);
	say(w, other, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	assert_int_equal(hear(w, other, 0), ERR_AGAIN);
	assert_memory_equal(w->text, "HTTP/1.1 503 ", 13);
	tcp_close(other);
	clock_ns += ANSWER_MS * NS_PER_MS;
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 0);
	assert_int_equal(w->server.bodies_taken, 0);
	for (int i = 0; i < HTTPD_BODIES; i++)
		tcp_close(fd[i]);
}

static void
too_many_clients(void **state)
{
	struct world *w = *state;
	int fd[CLIENTS + 1];

	for (int i = 0; i <= CLIENTS; i++)
		fd[i] = dial(w);
	assert_int_equal(w->server.refused, 1);
	assert_int_equal(hear(w, fd[CLIENTS], 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 503 ", 13);
	assert_non_null(strstr(w->text, "Connection: close\r\n"));
	tcp_close(fd[0]);
	tcp_close(fd[CLIENTS]);
	clock_ns += NS_PER_S;
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 0);
	assert_int_equal(ask(w, "GET / HTTP/1.0\r\n\r\n", 0), ERR_CLOSED);
	for (int i = 1; i < CLIENTS; i++)
		tcp_close(fd[i]);
}

static void
clients_that_go_away(void **state)
{
	struct world *w = *state;

	w->big = ROOM;
	for (int i = 0; i < 2 * CLIENTS; i++) {
		int fd = dial(w);

		clock_ns += 3 * NS_PER_S;
		say(w, fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
		    i % 2 ? 30 : 10);
		if (i % 3)
			tcp_abort(fd);
		else
			tcp_close(fd);
		for (int k = 0; k < 20; k++)
			loop_turn(&w->loop, 0);
	}
	assert_int_equal(w->server.bodies_taken, 0);
	assert_int_equal(w->server.refused, 0);
	assert_int_equal(ask(w, "GET / HTTP/1.0\r\n\r\n", 0), ERR_CLOSED);
}

/* A burst of 64, then one each 50 ms: the others wait in the kernel. */
static void
many_clients(void **state)
{
	struct world *w = *state;
	int fd[80];

	for (int i = 0; i < 80; i++)
		fd[i] = dial(w);
	assert_int_equal(w->server.used, CLIENTS);
	assert_int_equal(w->server.used + w->server.refused, 64);
	clock_ns += 49 * NS_PER_MS;
	loop_turn(&w->loop, 0);
	loop_turn(&w->loop, 0);
	assert_int_equal(w->server.used + w->server.refused, 64);
	clock_ns += NS_PER_MS;
	loop_turn(&w->loop, 0);
	loop_turn(&w->loop, 0);
	assert_int_equal(w->server.used + w->server.refused, 65);
	clock_ns += NS_PER_S;
	for (int i = 0; i < 10; i++)
		loop_turn(&w->loop, 0);
	assert_int_equal(w->server.used + w->server.refused, 80);
	for (int i = 0; i < 80; i++)
		tcp_close(fd[i]);
}

/* Who keeps a connection and asks for nothing gives way; a slow one does not.
 */
static void
idle_clients_give_way(void **state)
{
	struct world *w = *state;
	int fd[CLIENTS], other;

	for (int i = 0; i < CLIENTS; i++) {
		fd[i] = dial(w);
		clock_ns += NS_PER_MS;
		if (i == 0)
			continue;
		say(w, fd[i], "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
		assert_int_equal(hear(w, fd[i], 0), ERR_AGAIN);
	}
	/* It has begun to ask again. */
	say(w, fd[1], "GET", 3);
	loop_turn(&w->loop, 0);
	other = dial(w);
	say(w, other, "GET / HTTP/1.0\r\n\r\n", 18);
	assert_int_equal(hear(w, other, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
	assert_int_equal(hear(w, fd[0], 0), ERR_AGAIN);
	assert_int_equal(hear(w, fd[1], 0), ERR_AGAIN);
	assert_int_equal(hear(w, fd[2], 0), ERR_CLOSED);
	assert_int_equal(hear(w, fd[3], 0), ERR_AGAIN);
	assert_int_equal(w->server.refused, 0);
	for (int i = 0; i < CLIENTS; i++)
		tcp_close(fd[i]);
	tcp_close(other);
}

/* However many ask, one turn renders one answer, and nobody waits for ever. */
static void
one_answer_a_turn(void **state)
{
	static const char many[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				   "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				   "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				   "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	struct world *w = *state;
	struct wall stamp;
	uint64_t before;
	int greedy = dial(w), modest = dial(w);
	size_t n;

	assert_int_equal(tcp_send(greedy, many, strlen(many), &n), ERR_OK);
	assert_int_equal(tcp_send(modest, many, 27, &n), ERR_OK);
	/* The second of the greedy one comes after the first of the other. */
	while (w->server.requests < 2) {
		before = w->server.requests;
		loop_turn(&w->loop, 0);
		assert_true(w->server.requests <= before + 1);
	}
	assert_int_equal(tcp_recv(modest, w->text, BODY, &n, &stamp), ERR_OK);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
	assert_int_equal(hear(w, greedy, 0), ERR_AGAIN);
	assert_int_equal(count(w->text, "HTTP/1.1 200 OK"), 4);
	tcp_close(greedy);
	tcp_close(modest);
}

/* After a burst answers are spread over time, and the loop sleeps between. */
static void
answers_are_paced(void **state)
{
	struct world *w = *state;
	int first = dial(w), second = dial(w);

	w->big = ROOM;
	say(w, first, "GET /big HTTP/1.0\r\n\r\n", 21);
	assert_int_equal(hear(w, first, 0), ERR_CLOSED);
	w->server.budget = -BODY / 2 + 1;
	say(w, second, "GET / HTTP/1.0\r\n\r\n", 18);
	assert_int_equal(hear(w, second, 0), ERR_AGAIN);
	assert_int_equal(w->len, 0);
	for (struct watch *i = w->loop.watches; i; i = i->next)
		assert_false(i->again);
	clock_ns += NS_PER_S / 2;
	assert_int_equal(hear(w, second, 0), ERR_AGAIN);
	clock_ns += NS_PER_S;
	assert_int_equal(hear(w, second, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
	tcp_close(first);
	tcp_close(second);
}

/* What takes long is paid for as well, but a machine that stood still is not.
 */
static void
time_is_charged(void **state)
{
	static const struct {
		int64_t ns;
		int64_t cost;
	} rows[] = { { 0, 4096 }, { 500 * NS_PER_US, 4096 + 64 * 1024 },
		{ 2 * NS_PER_MS, 4096 + 256 * 1024 },
		{ 30 * NS_PER_S, 4096 + 256 * 1024 } };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		clock_ns += 10 * NS_PER_S;
		w->takes_ns = rows[i].ns;
		/* So that it is not filled up to its end in between. */
		assert_int_equal(
		    ask(w, "GET /long HTTP/1.0\r\n\r\n", 0), ERR_CLOSED);
		assert_true(w->server.budget <= BODY - rows[i].cost);
		assert_true(w->server.budget >= BODY - rows[i].cost - 4096);
	}
}

/* Two in one turn, and the first takes all there is. */
static void
nobody_is_forgotten(void **state)
{
	struct world *w = *state;
	int first = dial(w), second = dial(w);
	size_t n;

	w->big = ROOM;
	w->server.budget = 1;
	assert_int_equal(
	    tcp_send(first, "GET /big HTTP/1.0\r\n\r\n", 21, &n), ERR_OK);
	assert_int_equal(
	    tcp_send(second, "GET / HTTP/1.0\r\n\r\n", 18, &n), ERR_OK);
	assert_int_equal(hear(w, first, 0), ERR_CLOSED);
	assert_int_equal(hear(w, second, 0), ERR_AGAIN);
	assert_int_equal(w->len, 0);
	clock_ns += 3 * NS_PER_S;
	assert_int_equal(hear(w, second, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
	tcp_close(first);
	tcp_close(second);
}

static void
conditional(void **state)
{
	struct world *w = *state;
	char request[512], tag[64];
	const char *at;

	assert_int_equal(ask(w,
			     "GET / HTTP/1.1\r\nHost: x\r\n"
			     "Connection: close\r\n\r\n",
			     0),
	    ERR_CLOSED);
	at = strstr(w->text, "ETag: \"");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "ETag: %63s", tag), 1);
	snprintf(request, sizeof(request),
	    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "If-None-Match: \"a\", W/%s\r\n\r\n",
	    tag);
	assert_int_equal(ask(w, request, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 304 Not Modified\r\n", 27);
	assert_non_null(strstr(w->text, tag));
	assert_null(strstr(w->text, "Content-Length"));
	assert_string_equal(w->text + w->len - 4, "\r\n\r\n");
	snprintf(request, sizeof(request),
	    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "If-None-Match: \"other\"\r\n\r\n");
	assert_int_equal(ask(w, request, 0), ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
}

/* Slices as chunks, and to the end of the connection for HTTP/1.0. */
static void
slices(void **state)
{
	struct world *w = *state;
	int fd = dial(w);
	const char *body;

	say(w, fd, "GET /slices HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_non_null(strstr(w->text, "Transfer-Encoding: chunked\r\n"));
	assert_null(strstr(w->text, "Content-Length"));
	body = strstr(w->text, "\r\n\r\n") + 4;
	assert_string_equal(body,
	    "5\r\nfirst\r\n18\r\n22222222222222222222222"
	    "\n\r\n18\r\n11111111111111111111111\n\r\n0\r\n\r\n");
	/* The connection lives on. */
	say(w, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	assert_int_equal(hear(w, fd, 0), ERR_AGAIN);
	assert_memory_equal(w->text, "HTTP/1.1 200 ", 13);
	tcp_close(fd);
	assert_int_equal(ask(w, "GET /slices HTTP/1.0\r\n\r\n", 0), ERR_CLOSED);
	assert_null(strstr(w->text, "Transfer-Encoding"));
	body = strstr(w->text, "\r\n\r\n") + 4;
	assert_string_equal(body, "first22222222222222222222222\n"
				  "11111111111111111111111\n");
	assert_int_equal(ask(w,
			     "HEAD /slices HTTP/1.1\r\nHost: x\r\n"
			     "Connection: close\r\n\r\n",
			     0),
	    ERR_CLOSED);
	assert_string_equal(w->text + w->len - 4, "\r\n\r\n");
}

/* --- bodies --------------------------------------------------------------- */

static bool
on_open(struct httpd *h, const struct http_request *r, struct httpd_answer *a)
{
	struct world *w = h->owner;

	if (span_is(r->path, "/now")) {
		a->status = 429;
		a->retry_s = 7;
		out_text(&a->body, "later");
		return false;
	}
	if (!span_is(r->path, "/up"))
		return false;
	if (r->length > 1000000) {
		a->status = 413;
		out_text(&a->body, "too much");
		return false;
	}
	w->opened++;
	w->length = r->length;
	w->taken = 0;
	w->sum = 0;
	return true;
}

static bool
on_piece(struct httpd *h, struct span bytes, struct httpd_answer *a)
{
	struct world *w = h->owner;

	assert_true(bytes.len > 0 && bytes.len <= HTTPD_PIECE_MAX);
	for (size_t i = 0; i < bytes.len; i++)
		w->sum = w->sum * 31 + (uint8_t)bytes.at[i];
	w->taken += bytes.len;
	if (bytes.len > w->most)
		w->most = bytes.len;
	if (w->refuse_at == 0 || w->taken < w->refuse_at)
		return true;
	a->status = 409;
	out_text(&a->body, "no more");
	return false;
}

static void
on_end(struct httpd *h, struct httpd_answer *a)
{
	struct world *w = h->owner;

	assert_int_equal(w->taken, w->length);
	w->ended++;
	a->status = 202;
	out_text(&a->body, "thanks");
}

static void
on_gone(struct httpd *h)
{
	struct world *w = h->owner;

	w->gone++;
}

static const struct httpd_uploads uploads = { on_open, on_piece, on_end,
	on_gone };

static uint64_t
sum_of(const char *text, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = sum * 31 + (uint8_t)text[i];
	return sum;
}

/* Cut anywhere, with the next request behind it. */
static void
a_body_in_pieces(void **state)
{
	static const char request[] =
	    "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n\r\n"
	    "abcdefghijklmnopqrstuvwxyz"
	    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	struct world *w = *state;

	w->server.uploads = &uploads;
	for (size_t cut = 0; cut < sizeof(request); cut++) {
		/* So many clients at once would be kept waiting. */
		clock_ns += NS_PER_S;
		assert_int_equal(ask(w, request, cut), ERR_CLOSED);
		assert_memory_equal(w->text, "HTTP/1.1 202 Accepted\r\n", 23);
		assert_non_null(strstr(w->text, "\r\n\r\nthanksHTTP/1.1 200"));
		assert_int_equal(
		    w->sum, sum_of("abcdefghijklmnopqrstuvwxyz", 26));
	}
	assert_int_equal(w->ended, sizeof(request));
	assert_int_equal(w->gone, 0);
}

static void
a_large_body(void **state)
{
	enum {
		LARGE = 500 * 1000,
	};
	static const char head[] =
	    "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n";
	struct world *w = *state;
	char *body = malloc(LARGE);
	int fd = dial(w);

	assert_non_null(body);
	for (size_t i = 0; i < LARGE; i++)
		body[i] = (char)(i * 7 + i / 1000);
	w->server.uploads = &uploads;
	say(w, fd, head, sizeof(head) - 1);
	say(w, fd, body, LARGE);
	(void)hear(w, fd, 10);
	assert_memory_equal(w->text, "HTTP/1.1 202 ", 13);
	assert_int_equal(w->sum, sum_of(body, LARGE));
	assert_true(w->most > 1000);
	tcp_close(fd);
	free(body);
}

static void
a_client_that_waits_for_a_word(void **state)
{
	static const char head[] =
	    "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
	    "Expect: 100-continue\r\n\r\n";
	struct world *w = *state;
	int fd = dial(w);

	w->server.uploads = &uploads;
	say(w, fd, head, sizeof(head) - 1);
	(void)hear(w, fd, 10);
	assert_string_equal(w->text, "HTTP/1.1 100 Continue\r\n\r\n");
	say(w, fd, "abc", 3);
	(void)hear(w, fd, 10);
	assert_memory_equal(w->text, "HTTP/1.1 202 ", 13);
	tcp_close(fd);
	/* Refused, it hears nothing else. */
	assert_int_equal(
	    ask(w,
		"POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n"
		"Expect: 100-continue\r\n\r\n",
		0),
	    ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 413 ", 13);
	assert_int_equal(w->opened, 1);
}

static void
bodies_that_are_refused(void **state)
{
	struct world *w = *state;

	w->server.uploads = &uploads;
	w->refuse_at = 5;
	assert_int_equal(ask(w,
			     "POST /up HTTP/1.1\r\nHost: x\r\n"
			     "Content-Length: 100\r\n\r\nabcdefgh",
			     0),
	    ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 409 Conflict\r\n", 23);
	assert_non_null(strstr(w->text, "\r\n\r\nno more"));
	assert_int_equal(ask(w,
			     "POST /other HTTP/1.1\r\nHost: x\r\n"
			     "Content-Length: 3\r\n\r\nabc",
			     0),
	    ERR_CLOSED);
	assert_memory_equal(w->text, "HTTP/1.1 405 ", 13);
	assert_int_equal(w->ended + w->gone, 0);
	assert_int_equal(w->server.bodies_taken, 0);
}

/* Answered at once: the connection is kept when no body is to come. */
static void
a_post_without_a_body(void **state)
{
	static const char *const none[] = { "", "Content-Length: 0\r\n" };
	struct world *w = *state;
	char text[128];

	w->server.uploads = &uploads;
	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text),
		    "POST /now HTTP/1.1\r\nHost: x\r\n%s\r\n"
		    "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		    none[i]);
		assert_int_equal(ask(w, text, 0), ERR_CLOSED);
		assert_memory_equal(
		    w->text, "HTTP/1.1 429 Too Many Requests\r\n", 32);
		assert_non_null(strstr(w->text, "\r\nRetry-After: 7\r\n"));
		assert_non_null(strstr(w->text, "\r\n\r\nlaterHTTP/1.1 200"));
	}
	assert_int_equal(ask(w,
			     "POST /now HTTP/1.1\r\nHost: x\r\n"
			     "Content-Length: 3\r\n\r\nabc",
			     0),
	    ERR_CLOSED);
	assert_non_null(strstr(w->text, "\r\n\r\nlater"));
	assert_int_equal(w->opened + w->ended + w->gone, 0);
	assert_int_equal(w->server.bodies_taken, 0);
}

/* Gone, or silent for too long: told once, and nothing is kept. */
static void
bodies_that_end_early(void **state)
{
	static const char part[] =
	    "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";
	struct world *w = *state;
	int fd = dial(w);

	w->server.uploads = &uploads;
	say(w, fd, part, sizeof(part) - 1);
	tcp_close(fd);
	for (int i = 0; i < PATIENCE && w->gone == 0; i++)
		loop_turn(&w->loop, 0);
	assert_int_equal(w->gone, 1);
	fd = dial(w);
	say(w, fd, part, sizeof(part) - 1);
	for (int i = 0; i < 3; i++) {
		(void)hear(w, fd, 1);
		clock_ns += (HEAD_MS - 1) * NS_PER_MS;
		say(w, fd, "d", 1);
		(void)hear(w, fd, 1);
	}
	assert_int_equal(w->gone, 1);
	clock_ns += (HEAD_MS + 1) * NS_PER_MS;
	assert_int_equal(hear(w, fd, 0), ERR_CLOSED);
	assert_int_equal(w->gone, 2);
	assert_int_equal(w->server.late, 1);
	assert_int_equal(w->server.bodies_taken, 0);
	assert_int_equal(w->ended, 0);
	tcp_close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(pages),
		T(judgements),
		T(head_too_large),
		T(head_only),
		T(many_on_one_connection),
		T(big_page),
		T(slow_request),
		T(slow_readers),
		T(too_many_clients),
		T(many_clients),
		T(clients_that_go_away),
		T(idle_clients_give_way),
		T(one_answer_a_turn),
		T(answers_are_paced),
		T(time_is_charged),
		T(nobody_is_forgotten),
		T(conditional),
		T(slices),
		T(a_body_in_pieces),
		T(a_large_body),
		T(a_post_without_a_body),
		T(a_client_that_waits_for_a_word),
		T(bodies_that_are_refused),
		T(bodies_that_end_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
