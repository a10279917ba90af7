/* LINK: model/instrument model/symbol model/model codec/utf8 codec/decimal */
/* LINK: core/time core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/instrument.h"

/* 2025-06-27 08:00 UTC */
#define JUNE 1751011200000000000LL

static struct instrument
make(enum market_type market, const char *base, const char *quote)
{
	struct instrument i;

	instrument_init(&i);
	i.market = market;
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, span_of(base)), ERR_OK);
	assert_int_equal(
	    instrument_name(i.quote, ASSET_MAX, span_of(quote)), ERR_OK);
	return i;
}

static void
empty_one(void **state)
{
	struct instrument i;

	(void)state;
	instrument_init(&i);
	assert_string_equal(i.native, "");
	assert_int_equal(i.status, INSTRUMENT_HALTED);
	assert_int_equal(i.contract_value.kind, DEC_NULL);
	assert_int_equal(i.strike.kind, DEC_NULL);
	assert_int_equal(i.multiplier.mantissa, 1);
	assert_int_equal(i.expiry_ns, TIME_NULL);
	assert_int_equal(i.listed_ns, TIME_NULL);
	assert_int_equal(instrument_unify(&i), ERR_MISSING);
}

static void
unified_names(void **state)
{
	struct instrument i = make(MARKET_SPOT, "BTC", "USDT");

	(void)state;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT");
	i.market = MARKET_PERPETUAL;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT-PERP");
	/* An announced end does not make it a dated one. */
	i.expiry_ns = JUNE;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT-PERP");
	i.market = MARKET_FUTURES;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT-250627");
	/* The last nanosecond of the day, and the next one. */
	i.expiry_ns = JUNE + 16 * 3600 * NS_PER_S - 1;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT-250627");
	i.expiry_ns++;
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_string_equal(i.unified, "BTC-USDT-250628");
	i.expiry_ns = TIME_NULL;
	assert_int_equal(instrument_unify(&i), ERR_MISSING);
	assert_string_equal(i.unified, "");
}

static void
option_names(void **state)
{
	static const struct {
		const char *strike;
		const char *unified;
	} rows[] = {
		{ "100000", "XRP-USDC-250627-100000-C" },
		{ "100000.0", "XRP-USDC-250627-100000-C" },
		{ "1.0e5", "XRP-USDC-250627-100000-C" },
		{ "0.625", "XRP-USDC-250627-0.625-C" },
		{ "0.6250", "XRP-USDC-250627-0.625-C" },
		{ "2.50", "XRP-USDC-250627-2.5-C" },
		{ "10", "XRP-USDC-250627-10-C" },
	};
	struct instrument i = make(MARKET_OPTIONS, "XRP", "USDC");

	(void)state;
	i.expiry_ns = JUNE;
	i.right = 'C';
	assert_int_equal(instrument_unify(&i), ERR_MISSING);
	for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		assert_int_equal(
		    dec_parse(span_of(rows[k].strike), &i.strike), ERR_OK);
		assert_int_equal(instrument_unify(&i), ERR_OK);
		assert_string_equal(i.unified, rows[k].unified);
	}
	i.right = '\0';
	assert_int_equal(instrument_unify(&i), ERR_MISSING);
	i.right = 'P';
	i.expiry_ns = TIME_NULL;
	assert_int_equal(instrument_unify(&i), ERR_MISSING);
}

static void
names(void **state)
{
	char text[ASSET_MAX + 2];
	struct instrument i = make(MARKET_SPOT, "A", "B");

	(void)state;
	memset(text, 'A', sizeof(text));
	text[ASSET_MAX] = '\0';
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, span_of(text)), ERR_OK);
	assert_string_equal(i.base, text);
	assert_int_equal(
	    instrument_name(i.quote, ASSET_MAX, span_of(text)), ERR_OK);
	assert_int_equal(instrument_unify(&i), ERR_OK);
	assert_int_equal(strlen(i.unified), SYMBOL_MAX);
	i.market = MARKET_PERPETUAL;
	assert_int_equal(instrument_unify(&i), ERR_FULL);
	assert_string_equal(i.unified, "");
	text[ASSET_MAX] = 'A';
	text[ASSET_MAX + 1] = '\0';
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, span_of(text)), ERR_FULL);
	assert_string_equal(i.base, "");
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, SPAN("")), ERR_SYNTAX);
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, SPAN("A B")), ERR_SYNTAX);
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, SPAN("A\xff")), ERR_SYNTAX);
	assert_int_equal(
	    instrument_name(i.base, ASSET_MAX, SPAN("\xe5\xb8\x81")), ERR_OK);
	instrument_word(i.kind, KIND_MAX, SPAN("PERPETUAL DELIVERING"));
	assert_string_equal(i.kind, "PERPETUAL_DELIVERING");
	instrument_word(i.kind, KIND_MAX, SPAN("A23456789012345678901234"));
	assert_int_equal(strlen(i.kind), KIND_MAX);
	instrument_word(i.kind, KIND_MAX, SPAN_NULL);
	assert_string_equal(i.kind, "");
}

/* One field after the other is made different. */
static void
sameness(void **state)
{
	struct instrument a = make(MARKET_OPTIONS, "BTC", "USD");
	struct instrument b;

	(void)state;
	b = a;
	assert_true(instrument_same(&a, &b));
#define DIFFERS(change)                                                        \
	b = a;                                                                 \
	change;                                                                \
	assert_false(instrument_same(&a, &b))
	DIFFERS(b.native[0] = 'X');
	DIFFERS(b.unified[0] = 'X');
	DIFFERS(b.base[0] = 'X');
	DIFFERS(b.quote[0] = 'X');
	DIFFERS(b.settle[0] = 'X');
	DIFFERS(b.kind[0] = 'X');
	DIFFERS(b.market = MARKET_FUTURES);
	DIFFERS(b.status = INSTRUMENT_LIVE);
	DIFFERS(b.inverse = true);
	DIFFERS(b.guessed = true);
	DIFFERS(b.right = 'C');
	DIFFERS(b.contract_value = dec_make(1, 0));
	DIFFERS(b.multiplier = dec_make(1000, 0));
	DIFFERS(b.multiplier = dec_make(1, 1));
	DIFFERS(b.strike = dec_make(1, 0));
	DIFFERS(b.expiry_ns = 0);
	DIFFERS(b.listed_ns = 0);
	assert_string_equal(
	    instrument_state_name(INSTRUMENT_PREOPEN), "preopen");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_one),
		cmocka_unit_test(unified_names),
		cmocka_unit_test(option_names),
		cmocka_unit_test(names),
		cmocka_unit_test(sameness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
