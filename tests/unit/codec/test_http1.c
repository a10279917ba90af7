/* LINK: codec/http1 codec/http1_body core/span */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../proto/drip.h"
#include "codec/http1.h"

/* A client in small: head, then body. */
struct reader {
	struct drip drip;
	char head[256];
	size_t have;
	bool whole;
	struct http1_response response;
	struct http1_body body;
	char text[256];
	size_t len;
	size_t behind;
	enum err head_error;
};

static enum err
read_body(struct reader *r, const char *in, size_t len)
{
	struct span piece;
	size_t used;
	enum err e;

	while (len > 0 && !r->body.done) {
		e = http1_body_feed(&r->body, in, len, &used, &piece);
		if (e != ERR_OK)
			return e;
		assert_true(piece.len <= sizeof(r->text) - r->len);
		memcpy(r->text + r->len, piece.at, piece.len);
		r->len += piece.len;
		in += used;
		len -= used;
	}
	r->behind += len;
	return ERR_OK;
}

static enum err
feed(void *owner, const char *in, size_t len)
{
	struct reader *r = owner;
	size_t used = 0;
	enum err e;

	if (!r->whole) {
		e = http1_gather(
		    r->head, sizeof(r->head), &r->have, in, len, &used);
		if (e != ERR_OK)
			return e;
		r->whole = true;
		e = http1_response(
		    (struct span){ r->head, r->have }, &r->response);
		if (e == ERR_OK)
			e = http1_body_start(&r->body, &r->response);
		if (e != ERR_OK)
			return e;
	}
	return read_body(r, in + used, len - used);
}

struct answer {
	const char *bytes;
	enum err e;
	int status;
	const char *body;
	bool done;
	size_t behind;
};

static const struct answer answers[] = {
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ERR_OK, 200,
	    "hello", true, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!!", ERR_OK, 200,
	    "hello", true, 2 },
	{ "HTTP/1.1 200\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhell",
	    ERR_OK, 200, "hell", false, 0 },
	{ "HTTP/1.0 404 Not Found\r\n\r\nuntil the end", ERR_OK, 404,
	    "until the end", false, 0 },
	{ "HTTP/1.1 204 No Content\r\n\r\n", ERR_OK, 204, "", true, 0 },
	{ "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", ERR_OK, 304,
	    "", true, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "5\r\nhello\r\n1;ext=\"a b\"\r\n,\r\n00A\r\n 0123 4567\r\n0\r\n\r\n",
	    ERR_OK, 200, "hello, 0123 4567", true, 0 },
	{ "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
	  "1\r\nx\r\n0\r\nTrailer: y\r\nAnother: z\r\n\r\nrest",
	    ERR_OK, 200, "x", true, 4 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
	    ERR_OK, 200, "hel", false, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX",
	    ERR_SYNTAX, 200, "hello", false, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nx",
	    ERR_SYNTAX, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx",
	    ERR_SYNTAX, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n123456789\r\n",
	    ERR_SYNTAX, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	    ERR_UNSUPPORTED, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
	    ERR_PROTOCOL, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", ERR_PROTOCOL,
	    200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
	    ERR_PROTOCOL, 200, "", false, 0 },
	{ "HTTP/2 200 OK\r\n\r\n", ERR_UNSUPPORTED, 0, "", false, 0 },
	{ "HTTP/2.0 200 OK\r\n\r\n", ERR_UNSUPPORTED, 0, "", false, 0 },
	{ "HTTP/1.1 20 OK\r\n\r\n", ERR_SYNTAX, 0, "", false, 0 },
	{ "HTTP/1.1 2000 OK\r\n\r\n", ERR_SYNTAX, 0, "", false, 0 },
	{ "HTTP/1.1 099 OK\r\n\r\n", ERR_SYNTAX, 99, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", ERR_SYNTAX, 200, "", false,
	    0 },
	{ "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", ERR_SYNTAX, 200, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n", ERR_SYNTAX, 200, "",
	    false, 0 },
	{ "HTTP/1.1 200 OK\r\nA: b\001\r\n\r\n", ERR_SYNTAX, 200, "", false,
	    0 },
	{ "HTTP/1.1 200 OK\nA: b\n\r\n\r\n", ERR_SYNTAX, 0, "", false, 0 },
	{ "\r\n\r\n", ERR_SYNTAX, 0, "", false, 0 },
	{ "HTTP/1.1 200 OK\r\nA: b\r\n", ERR_SHORT, 0, "", false, 0 },
};

static void
run(void *owner, int cut)
{
	struct reader *r = owner;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		const struct answer *a = &answers[i];
		struct drip d = r->drip;

		memset(r, 0, sizeof(*r));
		r->drip = d;
		assert_int_equal(
		    drip(&r->drip, a->bytes, strlen(a->bytes), cut), a->e);
		assert_int_equal(r->response.status, a->status);
		assert_int_equal(r->len, strlen(a->body));
		assert_memory_equal(r->text, a->body, r->len);
		assert_int_equal(r->body.done, a->done);
		assert_int_equal(r->behind, a->behind);
	}
}

static void
answers_in_pieces(void **state)
{
	struct reader r;

	(void)state;
	memset(&r, 0, sizeof(r));
	assert_true(drip_init(&r.drip, 4096));
	r.drip.feed = feed;
	r.drip.owner = &r;
	drip_all(run, &r);
	drip_fini(&r.drip);
}

static void
heads_have_a_limit(void **state)
{
	char buf[16];
	size_t have = 0;
	size_t used = 0;

	(void)state;
	assert_int_equal(http1_gather(buf, sizeof(buf), &have,
			     "0123456789abcdef", 16, &used),
	    ERR_SHORT);
	assert_int_equal(
	    http1_gather(buf, sizeof(buf), &have, "\r", 1, &used), ERR_FULL);
	have = 0;
	assert_int_equal(http1_gather(buf, sizeof(buf), &have,
			     "0123456789ab\r\n\r\nbody", 20, &used),
	    ERR_OK);
	assert_int_equal(used, 16);
}

static void
trailers_have_a_limit(void **state)
{
	static const char start[] =
	    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	struct http1_response r;
	struct http1_body b;
	struct span piece;
	size_t used;
	enum err e = ERR_OK;
	int lines = 0;

	(void)state;
	assert_int_equal(http1_response(SPAN(start), &r), ERR_OK);
	assert_int_equal(http1_body_start(&b, &r), ERR_OK);
	assert_int_equal(http1_body_feed(&b, "0\r\n", 3, &used, &piece), 0);
	while (e == ERR_OK && lines++ < 10000)
		e = http1_body_feed(&b, "A: b\r\n", 6, &used, &piece);
	assert_int_equal(e, ERR_SYNTAX);
	assert_in_range(lines, 1000, 3000);
}

static void
requests(void **state)
{
	static const struct {
		const char *head;
		enum err e;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: a\r\n\r\n", ERR_OK },
		{ "GET /\r\n\r\n", ERR_SYNTAX },
		{ "GET / HTTP/1.1 x\r\n\r\n", ERR_SYNTAX },
		{ "G(T / HTTP/1.1\r\n\r\n", ERR_SYNTAX },
		{ "GET / HTTP/3.0\r\n\r\n", ERR_UNSUPPORTED },
		{ "GET / FTP/1.1\r\n\r\n", ERR_SYNTAX },
		{ "GET /\x01 HTTP/1.1\r\n\r\n", ERR_SYNTAX },
		{ "\r\nGET / HTTP/1.1\r\n\r\n", ERR_SYNTAX },
	};
	struct http1_request r;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    http1_request(span_of(cases[i].head), &r), cases[i].e);
	assert_int_equal(
	    http1_request(
		SPAN("HEAD /a?b HTTP/1.0\r\nAccept:  x \r\n\r\n"), &r),
	    ERR_OK);
	assert_true(span_is(r.method, "HEAD"));
	assert_true(span_is(r.target, "/a?b"));
	assert_int_equal(r.minor, 0);
	assert_true(span_is(http1_field(r.fields, "accept"), "x"));
	assert_null(http1_field(r.fields, "Host").at);
}

static void
fields(void **state)
{
	static const char text[] = "Connection: Keep-Alive, Upgrade\r\n"
				   "connection: x\r\nRetry-After: 7\r\n\r\n";

	(void)state;
	assert_true(http1_has(SPAN(text), "Connection", "upgrade"));
	assert_true(http1_has(SPAN(text), "Connection", "x"));
	assert_false(http1_has(SPAN(text), "Connection", "grade"));
	assert_true(http1_keeps(SPAN(text), 0));
	assert_false(http1_keeps(SPAN("\r\n"), 0));
	assert_true(http1_keeps(SPAN("\r\n"), 1));
	assert_false(http1_keeps(SPAN("Connection: close\r\n\r\n"), 1));
	assert_int_equal(http1_retry_after(SPAN(text)), 7);
	assert_int_equal(http1_retry_after(SPAN("\r\n")), -1);
	assert_int_equal(http1_retry_after(SPAN(
			     "Retry-After: Fri, 31 Dec 2027 23:59:59 GMT\r\n")),
	    60);
	assert_int_equal(
	    http1_retry_after(SPAN("Retry-After: 9999999999\r\n")), 31 * 86400);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_in_pieces),
		cmocka_unit_test(heads_have_a_limit),
		cmocka_unit_test(trailers_have_a_limit),
		cmocka_unit_test(requests),
		cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
