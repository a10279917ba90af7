/* LINK: net/conn_count core/metrics */
/* LINK: net/httpc net/conn net/tcp net/tls net/tls_link net/tls_words */
/* LINK: core/loop core/out core/span core/must core/err gen/ca_roots */
/* LINK: codec/http1 codec/http1_body codec/url core/arena */
/* LIBS: mbedtls */
#define _GNU_SOURCE

#include "net/httpc.h"
#include "net_world.h"

enum {
	BODY = 4096,
};

struct world {
	struct loop loop;
	struct conn_world shared;
	struct server server;
	struct httpc http;
	char body[BODY];
	bool done;
	bool inside;
	unsigned answers;
	struct httpc_reply reply;
	char text[BODY + 1];
	/* Ask again from within done. */
	unsigned more;
	/* What came in pieces; no more than this many are liked. */
	char stream[4 * BODY + 1];
	size_t stream_len;
	unsigned pieces;
	unsigned pieces_max;
	int status;
};

static void
get(struct world *w, const char *path)
{
	w->done = false;
	w->inside = true;
	assert_int_equal(httpc_get(&w->http, path), ERR_OK);
	w->inside = false;
}

static void
on_done(struct httpc *h, const struct httpc_reply *r)
{
	struct world *w = h->owner;

	assert_false(w->inside);
	assert_false(h->busy);
	w->reply = *r;
	w->done = true;
	w->answers++;
	if (r->body.len > 0)
		memcpy(w->text, r->body.at, r->body.len);
	w->text[r->body.len] = '\0';
	if (w->more > 0) {
		w->more--;
		get(w, "/more");
	}
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	loop_init(&w->loop);
	w->shared.loop = &w->loop;
	server_start(&w->server, &w->loop);
	httpc_init(&w->http, &w->shared, "api.example", w->server.address.port,
	    NULL, w->body, sizeof(w->body));
	w->http.done = on_done;
	w->http.owner = w;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	httpc_close(&w->http);
	server_stop(&w->server);
	assert_null(w->loop.watches);
	assert_null(w->loop.timers);
	free(w);
	return 0;
}

static void
play(struct world *w, const struct canned *script, size_t count)
{
	w->server.script = script;
	w->server.count = count;
	w->server.next = 0;
}

struct answer {
	struct canned canned;
	enum err e;
	int status;
	const char *body;
};

static const struct answer canned_answers[] = {
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", KEEP }, ERR_OK,
	    200, "hello" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
	      KEEP },
	    ERR_OK, 200, "hello" },
	{ { "HTTP/1.1 200 OK\r\n\r\nhello", HANG_UP }, ERR_OK, 200, "hello" },
	{ { "HTTP/1.0 200 OK\r\n\r\n", HANG_UP }, ERR_OK, 200, "" },
	{ { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 x\r\n\r\n"
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	      KEEP },
	    ERR_OK, 200, "" },
	{ { "HTTP/1.1 204 No Content\r\n\r\n", KEEP }, ERR_OK, 204, "" },
	{ { "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", KEEP },
	    ERR_OK, 304, "" },
	{ { "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n"
	    "Content-Length: 13\r\n\r\n<html></html>",
	      HANG_UP },
	    ERR_OK, 403, "<html></html>" },
	{ { "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\n"
	    "Content-Length: 1\r\n\r\nx",
	      KEEP },
	    ERR_OK, 200, "x" },
	{ { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
	    "Content-Length: 1\r\n\r\nx",
	      KEEP },
	    ERR_UNSUPPORTED, 200, "" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx", KEEP },
	    ERR_HTTP, 200, "" },
	{ { "HTTP/1.1 101 Switching Protocols\r\n\r\n", KEEP }, ERR_PROTOCOL, 0,
	    "" },
	{ { "SSH-2.0\r\n\r\n", KEEP }, ERR_PROTOCOL, 0, "" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n", KEEP }, ERR_FULL,
	    200, "" },
	{ { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", HANG_UP },
	    ERR_CLOSED, 200, "hell" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "5\r\nhello\r\n0\r\n",
	      HANG_UP },
	    ERR_CLOSED, 200, "hello" },
	{ { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "5\r\nhello0\r\n",
	      KEEP },
	    ERR_PROTOCOL, 200, "hello" },
	{ { "HTTP/1.1 200 OK\r\nContent-Le", HANG_UP }, ERR_CLOSED, 0, "" },
	{ { "", HANG_UP }, ERR_CLOSED, 0, "" },
};

static void
answers_in_pieces(void **state)
{
	struct world *w = *state;

	for (size_t cut = 0; cut <= 16; cut++) {
		for (size_t i = 0;
		     i < sizeof(canned_answers) / sizeof(canned_answers[0]);
		     i++) {
			const struct answer *a = &canned_answers[i];

			/* Without a connection that was kept alive. */
			httpc_close(&w->http);
			play(w, &a->canned, 1);
			w->server.cut = cut;
			get(w, "/x");
			turns_until(&w->loop, &w->done);
			assert_int_equal(w->reply.error, a->e);
			assert_int_equal(w->reply.status, a->status);
			assert_string_equal(w->text, a->body);
		}
	}
}

static void
the_request(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\nX-Weight: 77\r\nRetry-After: 9\r\n"
		  "Content-Length: 0\r\n\r\n",
		    KEEP },
		{ "HTTP/1.1 200 OK\r\nX-Weight: x\r\nContent-Length: 0\r\n\r\n",
		    KEEP },
	};
	struct world *w = *state;
	struct http1_request r;
	char path[HTTPC_REQUEST_MAX];

	play(w, script, 2);
	w->http.headers = "X-Extra: 1\r\n";
	w->http.watch_header = "x-weight";
	get(w, "/api/v3/depth?symbol=BTCUSDT");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.watched, 77);
	assert_int_equal(w->reply.retry_after_s, 9);
	assert_int_equal(w->reply.seen.ns, w->loop.wall.ns);
	assert_int_equal(
	    http1_request((struct span){ w->server.in, w->server.in_len }, &r),
	    ERR_OK);
	assert_true(span_is(r.method, "GET"));
	assert_true(span_is(r.target, "/api/v3/depth?symbol=BTCUSDT"));
	assert_true(span_starts(http1_field(r.fields, "Host"), "api.example:"));
	assert_true(span_is(http1_field(r.fields, "X-Extra"), "1"));
	assert_true(
	    span_is(http1_field(r.fields, "Accept-Encoding"), "identity"));
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.watched, -1);
	assert_int_equal(w->reply.retry_after_s, -1);
	memset(path, 'p', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(httpc_get(&w->http, path), ERR_FULL);
	assert_int_equal(httpc_get(&w->http, "/a b"), ERR_SYNTAX);
	assert_int_equal(httpc_get(&w->http, "a"), ERR_SYNTAX);
}

static const struct canned ok_twice[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", KEEP },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nKO", KEEP },
};

static enum err
on_piece(struct httpc *h, int status, struct span piece)
{
	struct world *w = h->owner;

	assert_true(h->busy);
	assert_true(piece.len > 0);
	assert_true(piece.len < sizeof(w->stream) - w->stream_len);
	memcpy(w->stream + w->stream_len, piece.at, piece.len);
	w->stream_len += piece.len;
	w->stream[w->stream_len] = '\0';
	w->status = status;
	return ++w->pieces > w->pieces_max ? ERR_RANGE : ERR_OK;
}

static void
get_stream(struct world *w)
{
	w->done = false;
	w->stream_len = 0;
	w->stream[0] = '\0';
	w->pieces = 0;
	w->pieces_max = UINT32_MAX;
	w->status = 0;
	assert_int_equal(httpc_get_stream(&w->http, "/list", on_piece), ERR_OK);
}

/* The same answers, handed over instead of collected. */
static void
streams_in_pieces(void **state)
{
	struct world *w = *state;
	size_t count = sizeof(canned_answers) / sizeof(canned_answers[0]);

	for (size_t n = 0; n < 17 * count; n++) {
		const struct answer *a = &canned_answers[n % count];

		/* No limit, so it is not too long but cut off. */
		if (a->e == ERR_FULL)
			continue;
		httpc_close(&w->http);
		play(w, &a->canned, 1);
		w->server.cut = n / count;
		get_stream(w);
		turns_until(&w->loop, &w->done);
		assert_int_equal(w->reply.error, a->e);
		assert_int_equal(w->reply.status, a->status);
		assert_int_equal(w->reply.body.len, 0);
		assert_string_equal(w->stream, a->body);
		assert_int_equal(w->status, w->stream_len ? a->status : 0);
	}
}

/* A list longer than the memory for bodies, then a usual answer. */
static void
stream_of_any_length(void **state)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: "
				   "12288\r\n\r\n";
	struct world *w = *state;
	char text[sizeof(head) + 3 * BODY];
	struct canned script[] = {
		{ text, KEEP },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
	};

	memcpy(text, head, sizeof(head));
	memset(text + sizeof(head) - 1, 'x', 3 * BODY);
	text[sizeof(head) - 1 + 3 * BODY] = '\0';
	play(w, script, 2);
	w->server.cut = 1000;
	get_stream(w);
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_OK);
	assert_int_equal(w->stream_len, 3 * BODY);
	assert_true(w->pieces > 3);
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_string_equal(w->text, "ok");
	assert_int_equal(w->server.accepted, 1);
	assert_int_equal(w->stream_len, 3 * BODY);
}

/* What it says to a piece is how the request ends. */
static void
stream_not_wanted(void **state)
{
	struct world *w = *state;

	play(w, ok_twice, 1);
	w->server.cut = 1;
	get_stream(w);
	w->pieces_max = 1;
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_RANGE);
	assert_int_equal(w->pieces, 2);
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 1);
	assert_int_equal(w->answers, 1);
}

static void
compressed_is_named(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n"
		  "Content-Length: 1\r\n\r\nx",
		    KEEP },
	};
	struct world *w = *state;

	play(w, script, 1);
	get_stream(w);
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_UNSUPPORTED);
	assert_string_equal(w->http.conn.why, "Content-Encoding br");
	assert_int_equal(w->pieces, 0);
	assert_non_null(
	    strstr(w->server.in, "\r\nAccept-Encoding: identity\r\n"));
}

/* Each piece gives it time again, but not for ever. */
static void
stream_deadlines(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n" /* until close, which never comes */
		  "0123456789012345678901234567890123456789",
		    KEEP },
	};
	struct world *w = *state;
	int64_t start;

	for (int slow = 0; slow < 2; slow++) {
		httpc_close(&w->http);
		play(w, script, 1);
		w->server.cut = 1;
		w->http.stream_ms = slow ? 3 * HTTPC_DEADLINE_MS : INT32_MAX;
		get_stream(w);
		start = clock_ns;
		for (int i = 0; i < 2000 && w->stream_len < 5; i++)
			loop_turn(&w->loop, 1);
		for (int i = 0; i < 2000 && !w->done; i++) {
			size_t len = w->stream_len;

			clock_ns += (HTTPC_DEADLINE_MS - 1) * NS_PER_MS;
			for (int k = 0; k < 200 && !w->done && len < 40 &&
					w->stream_len == len;
			     k++)
				loop_turn(&w->loop, 1);
			if (len == 40)
				loop_turn(&w->loop, 0);
		}
		assert_true(w->done);
		assert_int_equal(w->reply.error, ERR_LATE);
		assert_int_equal(w->stream_len == 40, !slow);
		assert_int_equal(
		    clock_ns - start <= 6 * HTTPC_DEADLINE_MS * NS_PER_MS,
		    slow);
	}
}

static void
one_connection_for_many(void **state)
{
	struct world *w = *state;

	play(w, ok_twice, 3);
	w->more = 2;
	get(w, "/first");
	for (int i = 0; i < 1000 && w->answers < 3; i++)
		loop_turn(&w->loop, 5);
	assert_int_equal(w->answers, 3);
	assert_string_equal(w->text, "KO");
	assert_int_equal(w->server.accepted, 1);
}

/* The server closed the idle connection: asked again on a new one, once. */
static void
stale_connection(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
		{ "", RST },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", KEEP },
		{ "", HANG_UP },
		{ "", HANG_UP },
	};
	struct world *w = *state;

	play(w, script, 5);
	get(w, "/1");
	turns_until(&w->loop, &w->done);
	get(w, "/2");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_OK);
	assert_string_equal(w->text, "OK");
	assert_int_equal(w->server.accepted, 2);
	get(w, "/3");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_CLOSED);
	assert_int_equal(w->server.accepted, 3);
	assert_int_equal(w->answers, 3);
}

/* A connection with more in it than the answer is not used again. */
static void
bytes_nobody_asked_for(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1",
		    KEEP },
		{ "HTTP/1.1 200 OK\r\nConnection: close\r\n"
		  "Content-Length: 2\r\n\r\nOK",
		    KEEP },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nKO", KEEP },
	};
	struct world *w = *state;

	play(w, script, 3);
	for (unsigned i = 1; i <= 3; i++) {
		get(w, "/");
		turns_until(&w->loop, &w->done);
		assert_int_equal(w->reply.error, ERR_OK);
		assert_int_equal(w->server.accepted, i);
	}
	assert_string_equal(w->text, "KO");
}

static void
deadline(void **state)
{
	static const struct canned script[] = {
		{ "", DEAF },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", KEEP },
	};
	struct world *w = *state;

	play(w, script, 2);
	get(w, "/");
	for (int i = 0; i < 1000 && w->server.in_len == 0; i++)
		loop_turn(&w->loop, 1);
	w->server.next = 1;
	clock_ns += (HTTPC_DEADLINE_MS - 1) * NS_PER_MS;
	loop_turn(&w->loop, 0);
	loop_turn(&w->loop, 0);
	assert_false(w->done);
	clock_ns += NS_PER_MS;
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_LATE);
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_OK);
	assert_int_equal(w->server.accepted, 2);
}

static void
closing_ends_the_request(void **state)
{
	struct world *w = *state;

	play(w, ok_twice, 1);
	get(w, "/");
	httpc_close(&w->http);
	for (int i = 0; i < 20; i++)
		loop_turn(&w->loop, 1);
	assert_int_equal(w->answers, 0);
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_string_equal(w->text, "ok");
}

/* The end of a body without length must be a proper one. */
static void
reset_is_no_end(void **state)
{
	static const struct canned script[] = {
		{ "HTTP/1.1 200 OK\r\n\r\nhello", RST },
	};
	struct world *w = *state;

	play(w, script, 1);
	w->server.cut = 5;
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_RESET);
}

static void
nobody_there(void **state)
{
	struct world *w = *state;

	answer_count = 0;
	get(w, "/");
	turns_until(&w->loop, &w->done);
	assert_int_equal(w->reply.error, ERR_DNS);
	assert_int_equal(w->reply.status, 0);
}

/* --- POST -----------------------------------------------------------------
 */

enum {
	UPLOAD = 300 * 1000,
};

struct upload {
	char body[UPLOAD];
	/* What the server has got of requests, head and body. */
	char got[2 * UPLOAD];
	size_t got_len;
	/* End of the head of the newest request, 0 before it has come. */
	size_t head;
	unsigned requests;
	/* Requests at whose end the connection is dropped, not answered. */
	unsigned drops;
};

static struct upload *up;

/* Take a whole request, then answer or drop. */
static void
take_upload(struct server *s)
{
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nX-Code: 7\r\nContent-Length: 2\r\n\r\nok";
	const char *end, *length;
	size_t sent;

	assert_true(up->got_len + s->in_len <= sizeof(up->got));
	memcpy(up->got + up->got_len, s->in, s->in_len);
	up->got_len += s->in_len;
	s->in_len = 0;
	end = memmem(up->got, up->got_len, "\r\n\r\n", 4);
	if (end == NULL)
		return;
	up->head = (size_t)(end - up->got) + 4;
	length = memmem(up->got, up->head, "Content-Length: ", 16);
	assert_non_null(length);
	if (up->got_len - up->head < (size_t)atol(length + 16))
		return;
	up->requests++;
	if (up->drops > 0) {
		up->drops--;
		up->got_len = 0;
		server_drop(s, true);
		return;
	}
	assert_int_equal(
	    tcp_send(s->client.fd, answer, strlen(answer), &sent), ERR_OK);
}

static void
post(struct world *w, size_t len, bool repeatable)
{
	w->done = false;
	up->got_len = 0;
	w->inside = true;
	assert_int_equal(httpc_post(&w->http, "/?query=x",
			     (struct span){ up->body, len }, repeatable),
	    ERR_OK);
	w->inside = false;
	turns_until(&w->loop, &w->done);
}

static void
begin_uploads(struct world *w)
{
	up = calloc(1, sizeof(*up));
	assert_non_null(up);
	for (size_t i = 0; i < UPLOAD; i++)
		up->body[i] = (char)(i * 31 + i / 253);
	w->server.data = take_upload;
	w->http.watch_header = "x-code";
	w->http.headers = "X-Extra: 1\r\n";
}

static void
bodies_of_any_size_arrive_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 3900, 4096, 65536, 100000,
		UPLOAD };
	struct world *w = *state;

	begin_uploads(w);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		post(w, sizes[i], false);
		assert_int_equal(w->reply.error, ERR_OK);
		assert_int_equal(w->reply.status, 200);
		assert_int_equal(w->reply.watched, 7);
		assert_string_equal(w->text, "ok");
		assert_int_equal(up->got_len - up->head, sizes[i]);
		assert_memory_equal(up->got + up->head, up->body, sizes[i]);
		assert_memory_equal(up->got, "POST /?query=x HTTP/1.1\r\n", 25);
		assert_non_null(
		    memmem(up->got, up->head, "\r\nX-Extra: 1\r\n", 14));
	}
	/* One connection for all of them. */
	assert_int_equal(w->server.accepted, 1);
	free(up);
}

static void
a_post_leaves_twice_only_when_it_may(void **state)
{
	struct world *w = *state;

	begin_uploads(w);
	post(w, 10, false);
	up->drops = 1;
	post(w, 10, false);
	assert_int_not_equal(w->reply.error, ERR_OK);
	assert_int_equal(w->reply.status, 0);
	assert_int_equal(up->requests, 2);

	post(w, 10, true);
	assert_int_equal(w->reply.error, ERR_OK);
	up->drops = 1;
	post(w, 50000, true);
	assert_int_equal(w->reply.error, ERR_OK);
	assert_int_equal(up->requests, 5);
	assert_int_equal(up->got_len - up->head, 50000);
	assert_memory_equal(up->got + up->head, up->body, 50000);

	/* A new connection that dies as well is an error. */
	up->drops = 2;
	post(w, 10, true);
	assert_int_not_equal(w->reply.error, ERR_OK);
	assert_int_equal(up->requests, 7);
	free(up);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		T(answers_in_pieces),
		T(the_request),
		T(one_connection_for_many),
		T(stale_connection),
		T(bytes_nobody_asked_for),
		T(deadline),
		T(closing_ends_the_request),
		T(reset_is_no_end),
		T(nobody_there),
		T(streams_in_pieces),
		T(stream_of_any_length),
		T(stream_not_wanted),
		T(compressed_is_named),
		T(stream_deadlines),
		T(bodies_of_any_size_arrive_whole),
		T(a_post_leaves_twice_only_when_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
