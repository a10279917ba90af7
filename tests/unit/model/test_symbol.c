/* LINK: model/symbol model/model core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/symbol.h"

static enum err
set(struct symbol *s, const char *native, const char *unified)
{
	return symbol_set(s, VENUE_binance_spot, MARKET_PERPETUAL,
	    span_of(native), span_of(unified));
}

static void
both_names(void **state)
{
	struct symbol s;

	(void)state;
	assert_int_equal(set(&s, "BTCUSDT", "BTC-USDT-PERP"), ERR_OK);
	assert_string_equal(s.native, "BTCUSDT");
	assert_string_equal(s.unified, "BTC-USDT-PERP");
	assert_true(span_is(symbol_native(&s), "BTCUSDT"));
	assert_true(span_is(symbol_unified(&s), "BTC-USDT-PERP"));
	assert_int_equal(s.venue, VENUE_binance_spot);
	assert_int_equal(s.market, MARKET_PERPETUAL);
	/* Exchanges list such names too. */
	assert_int_equal(set(&s, "\xe5\xb8\x81USDT", "X.Y_Z-USDT"), ERR_OK);
}

static void
lengths(void **state)
{
	char text[SYMBOL_MAX + 2];
	struct symbol s;

	(void)state;
	memset(text, 'A', sizeof(text));
	text[SYMBOL_MAX] = '\0';
	assert_int_equal(set(&s, text, text), ERR_OK);
	assert_int_equal(s.native_len, SYMBOL_MAX);
	assert_int_equal(strlen(s.unified), SYMBOL_MAX);
	text[SYMBOL_MAX] = 'A';
	text[SYMBOL_MAX + 1] = '\0';
	assert_int_equal(set(&s, text, "A"), ERR_FULL);
	assert_int_equal(set(&s, "A", text), ERR_FULL);
	assert_int_equal(set(&s, "", "A"), ERR_SYNTAX);
	assert_int_equal(set(&s, "A", ""), ERR_SYNTAX);
	assert_int_equal(symbol_native(&s).len, 0);
}

static void
bytes_that_would_do_harm(void **state)
{
	static const char barred[] = "?#&/\\\" \x7f\t\n\r\x01\x1f";
	char text[3] = "A";
	struct symbol s;

	(void)state;
	for (const char *c = barred; *c != '\0'; c++) {
		text[1] = *c;
		assert_int_equal(set(&s, text, "A"), ERR_SYNTAX);
		assert_int_equal(set(&s, "A", text), ERR_SYNTAX);
	}
	assert_int_equal(symbol_set(&s, VENUE_binance_spot, MARKET_SPOT,
			     (struct span){ "A\0B", 3 }, SPAN("A")),
	    ERR_SYNTAX);
}

static void
tables(void **state)
{
	(void)state;
	assert_int_equal(record_find(SPAN("trade")), RECORD_trade);
	assert_int_equal(record_find(SPAN("event")), RECORD_event);
	assert_int_equal(record_find(SPAN("trades")), RECORD_COUNT);
	assert_int_equal(record_find(SPAN("")), RECORD_COUNT);
	assert_string_equal(records[RECORD_gap].plural, "gaps");
	assert_string_equal(types[TYPE_DEC].name, "DEC");
	assert_string_equal(market_name(MARKET_OPTIONS), "options");
	assert_string_equal(
	    venue_descs[VENUE_binance_spot].exchange, "binance");
	for (int i = 0; i < RECORD_COUNT; i++)
		assert_int_equal(record_find(span_of(records[i].name)), i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_names),
		cmocka_unit_test(lengths),
		cmocka_unit_test(bytes_that_would_do_harm),
		cmocka_unit_test(tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
