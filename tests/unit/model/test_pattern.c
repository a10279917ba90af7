/* LINK: model/pattern core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/pattern.h"

static bool
fits(const char *pattern, const char *text)
{
	return pattern_fits(span_of(pattern), span_of(text));
}

static void
patterns_and_names(void **state)
{
	(void)state;
	assert_true(pattern_is(SPAN("*-USDT-PERP")));
	assert_true(pattern_is(SPAN("*")));
	assert_false(pattern_is(SPAN("BTC-USDT")));
	assert_false(pattern_is(SPAN("BTC?")));
	assert_false(pattern_is(SPAN("")));
	assert_false(pattern_is(SPAN_NULL));
}

static void
what_fits(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool fits;
	} rows[] = {
		{ "*-USDT-PERP", "BTC-USDT-PERP", true },
		{ "*-USDT-PERP", "BTC-USDT", false },
		{ "*-USDT-PERP", "-USDT-PERP", true },
		{ "*-USDT-PERP", "BTC-USDT-PERP:USDT", false },
		{ "BTC-*", "BTC-USDT", true },
		{ "BTC-*", "BTC-", true },
		{ "BTC-*", "WBTC-USDT", false },
		{ "BTC-*", "BTC", false },
		{ "BTC-USD*-PERP", "BTC-USD-PERP", true },
		{ "BTC-USD*-PERP", "BTC-USDC-PERP", true },
		{ "*USD*", "BTC-USDT-PERP", true },
		{ "*USD*", "BTC-EUR", false },
		{ "*", "", true },
		{ "*", "anything", true },
		{ "**", "x", true },
		{ "", "", true },
		{ "", "x", false },
		{ "BTC-USDT", "BTC-USDT", true },
		{ "BTC-USDT", "BTC-USDC", false },
		{ "btc-*", "BTC-USDT", false },
		/* No meaning of its own. */
		{ "BTC?USDT", "BTC-USDT", false },
		{ "[A-Z]*", "BTC", false },
		/* The first place where it could end is not the right one. */
		{ "*-C", "BTC-CAT-C", true },
		{ "*ab*ab", "ab-ab-ab", true },
		{ "*aab", "aaaaab", true },
		{ "a*b*c", "a-b-b-c", true },
		{ "a*b*c", "a-c-b", false },
		{ "\xe5\xb8\x81*", "\xe5\xb8\x81USDT", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(rows[i].pattern, rows[i].text) != rows[i].fits)
			fail_msg("%s %s", rows[i].pattern, rows[i].text);
	}
}

static void
either_name(void **state)
{
	(void)state;
	assert_true(pattern_picks(SPAN("BTC*"), "BTCUSDT", "XBT-USDT"));
	assert_true(pattern_picks(SPAN("XBT-*"), "BTCUSDT", "XBT-USDT"));
	assert_false(pattern_picks(SPAN("ETH*"), "BTCUSDT", "XBT-USDT"));
}

/* Many stars are no way to keep it busy. */
static void
many_stars(void **state)
{
	char pattern[512];
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 ? 'a' : '*';
	memset(text, 'a', sizeof(text));
	pattern[sizeof(pattern) - 1] = 'b';
	for (int i = 0; i < 1000; i++)
		assert_false(
		    pattern_fits((struct span){ pattern, sizeof(pattern) },
			(struct span){ text, sizeof(text) }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_and_names),
		cmocka_unit_test(what_fits),
		cmocka_unit_test(either_name),
		cmocka_unit_test(many_stars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
