/* LINK: codec/url core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/url.h"

static void
expect(const char *text, const char *host, uint16_t port, const char *path,
    bool secure, bool websocket)
{
	struct url u;

	assert_int_equal(url_parse(span_of(text), &u), ERR_OK);
	assert_string_equal(u.host, host);
	assert_int_equal(u.port, port);
	assert_true(span_is(u.path, path));
	assert_int_equal(u.secure, secure);
	assert_int_equal(u.websocket, websocket);
}

static void
addresses_that_are_read(void **state)
{
	(void)state;
	expect("wss://stream.binance.com:9443/stream?timeUnit=MICROSECOND",
	    "stream.binance.com", 9443, "/stream?timeUnit=MICROSECOND", true,
	    true);
	expect("https://api.example", "api.example", 443, "/", true, false);
	expect("http://a/b%20c", "a", 80, "/b%20c", false, false);
	expect("ws://127.0.0.1:8080/ws", "127.0.0.1", 8080, "/ws", false, true);
	expect("wss://[::1]:9443/x", "::1", 9443, "/x", true, true);
	expect("wss://[2001:db8::7]", "2001:db8::7", 443, "/", true, true);
	expect("http://a:65535/", "a", 65535, "/", false, false);
}

static void
addresses_that_are_refused(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} cases[] = {
		{ "", ERR_UNSUPPORTED },
		{ "stream.binance.com", ERR_UNSUPPORTED },
		{ "ftp://a/", ERR_UNSUPPORTED },
		{ "WSS://a/", ERR_UNSUPPORTED },
		{ "wss://", ERR_SYNTAX },
		{ "wss:///path", ERR_SYNTAX },
		{ "wss://user:secret@host/", ERR_SYNTAX },
		{ "wss://a b/", ERR_SYNTAX },
		{ "wss://a/b c", ERR_SYNTAX },
		{ "wss://a/b#c", ERR_SYNTAX },
		{ "wss://a/b\r\nX: y", ERR_SYNTAX },
		{ "wss://a/\xc3\xa9", ERR_SYNTAX },
		{ "wss://a?x=1", ERR_SYNTAX },
		{ "wss://a:0/", ERR_RANGE },
		{ "wss://a:65536/", ERR_RANGE },
		{ "wss://a:/", ERR_SYNTAX },
		{ "wss://a:9x/", ERR_SYNTAX },
		{ "wss://[::1", ERR_SYNTAX },
		{ "wss://[::1]9443/", ERR_SYNTAX },
		{ "wss://[]/", ERR_SYNTAX },
	};
	struct url u;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    url_parse(span_of(cases[i].text), &u), cases[i].e);
}

static void
hosts_have_a_length(void **state)
{
	char text[6 + URL_HOST_MAX + 1] = "wss://";
	struct url u;

	(void)state;
	memset(text + 6, 'h', URL_HOST_MAX);
	assert_int_equal(
	    url_parse((struct span){ text, 6 + URL_HOST_MAX }, &u), ERR_FULL);
	assert_int_equal(
	    url_parse((struct span){ text, 5 + URL_HOST_MAX }, &u), ERR_OK);
	assert_int_equal(strlen(u.host), URL_HOST_MAX - 1);
}

static void
encoding(void **state)
{
	char text[64];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	url_encode(&o, SPAN("aZ09-._~[\"b\",%]/\xc3\xa9"));
	assert_string_equal(
	    out_cstr(&o), "aZ09-._~%5B%22b%22%2C%25%5D%2F%C3%A9");
	out_reset(&o);
	url_encode(&o, (struct span){ "\0", 1 });
	assert_string_equal(out_cstr(&o), "%00");
}

static void
expect_field(const char *host, uint16_t port, const char *want)
{
	char text[64];
	struct out o;

	out_init(&o, text, sizeof(text));
	url_host_field(&o, span_of(host), port);
	assert_string_equal(out_cstr(&o), want);
}

static void
host_fields(void **state)
{
	(void)state;
	expect_field("a.example", 443, "a.example");
	expect_field("a.example", 80, "a.example");
	expect_field("a.example", 9443, "a.example:9443");
	expect_field("::1", 9443, "[::1]:9443");
	expect_field("::1", 443, "[::1]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_that_are_read),
		cmocka_unit_test(addresses_that_are_refused),
		cmocka_unit_test(hosts_have_a_length),
		cmocka_unit_test(encoding),
		cmocka_unit_test(host_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
