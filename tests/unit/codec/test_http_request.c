/* LINK: codec/http_request codec/http1 core/span core/out core/must */
/* LINK: core/time */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/http1.h"
#include "codec/http_request.h"

#define HOST "Host: x\r\n"

/* --- heads ---------------------------------------------------------------- */

static const struct {
	const char *head;
	int status;
} heads[] = {
	{ "GET / HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "HEAD /a?b=c HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "GET http://x/a HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "GET https://x/a HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
	{ "GET / HTTP/1.0\r\n" HOST HOST "\r\n", 400 },
	{ "GET a HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET http://x HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET ?a HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 00\r\n\r\n", 400 },
	{ "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: x\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" HOST "\r\n", 0 },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: -4\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 4, 4\r\n\r\n", 400 },
	{ "POST / HTTP/1.1\r\n" HOST
	  "Content-Length: 18446744073709551616\r\n\r\n",
	    400 },
	{ "POST / HTTP/1.1\r\n" HOST
	  "Content-Length: 4\r\nContent-Length: 5\r\n\r\n",
	    400 },
	{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
	    400 },
	{ "PUT / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n", 400 },
	{ "get / HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "OPTIONS / HTTP/1.1\r\n" HOST "\r\n", 405 },
	{ "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
	{ "GET /\r\n\r\n", 400 },
	{ "GET  / HTTP/1.1 \r\nHost : x\r\n\r\n", 400 },
	{ "\r\n\r\n", 400 },
};

static void
heads_are_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct http_request r;

		if (http_request_read(span_of(heads[i].head), &r) !=
		    heads[i].status)
			fail_msg("%s", heads[i].head);
	}
}

/* Cut at every byte: a piece of a head is never taken for one, whatever is in
 * it, and the whole is read as at once. */
static void
pieces_of_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		size_t len = strlen(heads[i].head);

		for (size_t cut = 0; cut < len; cut++) {
			char buf[256];
			size_t have = 0, used;
			struct http_request r;
			char *piece = malloc(cut + 1);

			/* Nothing behind its end is read. */
			assert_non_null(piece);
			memcpy(piece + 1, heads[i].head, cut);
			assert_int_equal(
			    http_request_read(
				(struct span){ piece + 1, cut }, &r) == 0,
			    0);
			assert_int_equal(http1_gather(buf, sizeof(buf), &have,
					     piece + 1, cut, &used),
			    ERR_SHORT);
			assert_int_equal(
			    http1_gather(buf, sizeof(buf), &have,
				heads[i].head + cut, len - cut, &used),
			    ERR_OK);
			assert_int_equal(
			    http_request_read((struct span){ buf, have }, &r),
			    heads[i].status);
			free(piece);
		}
	}
}

static void
what_is_read(void **state)
{
	static const char head[] =
	    "HEAD http://box:80/api/x?depth=5&a HTTP/1.1\r\nhost: box\r\n"
	    "Accept: text/html, */*\r\nAuthorization: Bearer abc\r\n"
	    "If-None-Match: \"a\"\r\nConnection: close\r\n\r\n";
	struct http_request r;

	(void)state;
	assert_int_equal(http_request_read(span_of(head), &r), 0);
	assert_true(r.head_only && !r.keep && r.minor == 1);
	assert_true(span_is(r.path, "/api/x"));
	assert_true(span_is(r.query, "depth=5&a"));
	assert_true(span_is(r.accept, "text/html, */*"));
	assert_true(span_is(r.authorization, "Bearer abc"));
	assert_true(span_is(r.if_none_match, "\"a\""));
	assert_int_equal(
	    http_request_read(span_of("GET /a HTTP/1.1\r\n" HOST "\r\n"), &r),
	    0);
	assert_true(!r.head_only && r.keep && r.query.at == NULL);
	assert_true(r.accept.at == NULL && r.authorization.at == NULL);
	assert_int_equal(
	    http_request_read(span_of("GET /a HTTP/1.0\r\n\r\n"), &r), 0);
	assert_false(r.keep);
}

/* --- parts ---------------------------------------------------------------- */

static void
queries(void **state)
{
	static const struct {
		const char *query;
		const char *value;
	} cases[] = {
		{ "depth=5", "5" },
		{ "a=1&depth=5&depth=6", "5" },
		{ "depth", "" },
		{ "depth=", "" },
		{ "&&depth=a=b", "a=b" },
		{ "depths=5", NULL },
		{ "xdepth=5", NULL },
		{ "", NULL },
	};
	struct span value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool found =
		    http_query(span_of(cases[i].query), "depth", &value);

		assert_int_equal(found, cases[i].value != NULL);
		if (found)
			assert_true(span_is(value, cases[i].value));
	}
	assert_false(http_query(SPAN_NULL, "depth", &value));
}

static void
escapes(void **state)
{
	static const struct {
		const char *raw;
		const char *text;
	} cases[] = {
		{ "BTC-USDT", "BTC-USDT" },
		{ "%42%54c", "BTc" },
		{ "%e5%B8%81", "\xe5\xb8\x81" },
		{ "a%2Fb", "a/b" },
		{ "", "" },
		{ "%", NULL },
		{ "%4", NULL },
		{ "a%4", NULL },
		{ "%4g", NULL },
		{ "%g4", NULL },
		{ "%00", NULL },
		{ "%0a", NULL },
		{ "%7f", NULL },
	};
	char text[16];
	struct out o;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t len = strlen(cases[i].raw);
		char *raw = malloc(len + 1);
		enum err e;

		assert_non_null(raw);
		memcpy(raw + 1, cases[i].raw, len);
		out_init(&o, text, sizeof(text));
		e = http_decode((struct span){ raw + 1, len }, &o);
		assert_int_equal(e == ERR_OK, cases[i].text != NULL);
		if (e == ERR_OK)
			assert_string_equal(out_cstr(&o), cases[i].text);
		free(raw);
	}
}

static void
tags(void **state)
{
	static const struct {
		const char *list;
		bool match;
	} cases[] = {
		{ "\"a-1\"", true },
		{ "W/\"a-1\"", true },
		{ "\"b\", \"a-1\"", true },
		{ "\"b,c\" , W/\"a-1\"", true },
		{ "*", true },
		{ "\"a-12\"", false },
		{ "a-1", false },
		{ "\"a-1", false },
		{ "\"b\" x \"a-1\"", false },
		{ "", false },
		{ "W/", false },
		{ "\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    http_none_match(span_of(cases[i].list), SPAN("\"a-1\"")),
		    cases[i].match);
	assert_false(http_none_match(SPAN_NULL, SPAN("\"a-1\"")));
}

static void
credentials(void **state)
{
	(void)state;
	assert_true(
	    span_is(http_credentials(SPAN("Bearer abc"), "bearer"), "abc"));
	assert_true(
	    span_is(http_credentials(SPAN("bearer   abc "), "Bearer"), "abc"));
	assert_null(http_credentials(SPAN("Basic abc"), "Bearer").at);
	assert_null(http_credentials(SPAN(""), "Bearer").at);
	assert_null(http_credentials(SPAN_NULL, "Bearer").at);
	assert_int_equal(http_credentials(SPAN("Bearer"), "Bearer").len, 0);
}

static void
secrets(void **state)
{
	(void)state;
	assert_true(http_same_secret(SPAN("abc"), SPAN("abc")));
	assert_false(http_same_secret(SPAN("abd"), SPAN("abc")));
	assert_false(http_same_secret(SPAN("ab"), SPAN("abc")));
	assert_false(http_same_secret(SPAN("abca"), SPAN("abc")));
	assert_false(http_same_secret(SPAN("abcabc"), SPAN("abc")));
	assert_false(http_same_secret(SPAN(""), SPAN("abc")));
	/* No secret is no secret, not an empty one. */
	assert_false(http_same_secret(SPAN(""), SPAN("")));
}

static void
dates(void **state)
{
	static const struct {
		int64_t s;
		const char *text;
	} cases[] = {
		{ 0, "Thu, 01 Jan 1970 00:00:00 GMT" },
		{ 784111777, "Sun, 06 Nov 1994 08:49:37 GMT" },
		{ 1709251199, "Thu, 29 Feb 2024 23:59:59 GMT" },
		{ 1798675200, "Thu, 31 Dec 2026 00:00:00 GMT" },
		{ 4102444800, "Fri, 01 Jan 2100 00:00:00 GMT" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		struct out o;

		out_init(&o, text, sizeof(text));
		http_date(&o, (struct wall){ cases[i].s * NS_PER_S });
		assert_string_equal(out_cstr(&o), cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_judged),
		cmocka_unit_test(pieces_of_heads),
		cmocka_unit_test(what_is_read),
		cmocka_unit_test(queries),
		cmocka_unit_test(escapes),
		cmocka_unit_test(tags),
		cmocka_unit_test(credentials),
		cmocka_unit_test(secrets),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
