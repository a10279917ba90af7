/* LINK: model/parse model/parse_time model/parse_value model/emit */
/* LINK: model/subject model/subject_p% model/model */
/* LINK: codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal codec/decmath */
/* LINK: core/out core/span core/time core/must core/err */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/emit.h"
#include "model/parse.h"

#include "random_record.h"
#include "same_field.h"

enum {
	LEVELS = 4096,
	TEXT = 1 << 20,
	ROUNDS = 300,
};

static char pool[RECORD_TOKENS(LEVELS) * 20];
static struct level levels[LEVELS];
static char texts[65536];
static struct json json;
static struct record_reader reader;
static enum record_id id;
static union record rec;

static enum err
parse(const char *subject, struct span text)
{
	json_init(&json, pool, RECORD_TOKENS(LEVELS));
	reader = (struct record_reader){
		.json = &json, .levels = levels, .max = LEVELS
	};
	out_init(&reader.texts, texts, sizeof(texts));
	return record_parse(&reader, span_of(subject), text, &id, &rec);
}

static void
refused(const char *text, enum err e, const char *member)
{
	assert_int_equal(parse("market.okx.btc-usdt.trade", span_of(text)), e);
	if (member == NULL)
		assert_null(reader.member);
	else
		assert_string_equal(reader.member, member);
}

/* The record, and what is written of it, are those before. */
static void
assert_again(struct span text)
{
	static char again[TEXT];
	struct out o;

	out_init(&o, again, sizeof(again));
	record_json(id, &rec, &o);
	assert_int_equal(o.len, text.len);
	assert_memory_equal(o.at, text.at, text.len);
}

/* Lines of the golden records of every venue, without their subjects. */
static unsigned
golden(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	unsigned n = 0;

	assert_non_null(f);
	while ((len = getline(&line, &size, f)) > 0) {
		struct span text = { line, (size_t)len - 1 };

		/* What the book was then is no record. */
		if (!span_starts(text, "{\"exchange_name\""))
			continue;
		/* By its members alone. */
		assert_int_equal(parse("", text), ERR_OK);
		assert_again(text);
		n++;
	}
	free(line);
	fclose(f);
	return n;
}

static void
test_golden(void **state)
{
	static const char *const venues[] = { "binance", "binance_usdm", "okx",
		"deribit" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "tests/venues/%s/session.records",
		    venues[i]);
		assert_true(golden(path) > 20);
	}
}

/* A record without nanoseconds, and of the venue that JSON can tell. */
static void
plain(enum record_id which, union record *r)
{
	const struct record_desc *d = &records[which];
	uint8_t *market = NULL;
	uint8_t *venue = NULL;

	for (size_t i = 0; i < d->field_count; i++) {
		void *at = (char *)r + d->fields[i].offset;
		int64_t *number = at;

		if (d->fields[i].type == TYPE_TIME && *number != TIME_NULL)
			*number = *number / 1000 * 1000;
		if (d->fields[i].type == TYPE_VENUE)
			venue = at;
		if (d->fields[i].type == TYPE_MARKET)
			market = at;
		/* A text of text no JSON can hold. */
		if (d->fields[i].type == TYPE_TEXT ||
		    d->fields[i].type == TYPE_SYM) {
			struct span *s = at;
			char *bytes = (char *)(uintptr_t)s->at;

			for (size_t k = 0; k < s->len; k++)
				bytes[k] = (char)(bytes[k] & 0x7f);
		}
	}
	if (market != NULL && *venue == VENUE_binance_spot)
		*market = MARKET_SPOT;
	if (market != NULL && *venue == VENUE_binance_usdm)
		*market = MARKET_FUTURES;
	if (market == NULL && *venue == VENUE_binance_usdm)
		*venue = VENUE_binance_spot;
}

static void
round_trip(enum record_id which, const union record *made)
{
	static char text[TEXT];
	char subject[SUBJECT_MAX];
	const struct record_desc *d = &records[which];
	struct subject_plan plan;
	struct out o;
	struct out s;

	out_init(&s, subject, sizeof(subject));
	assert_int_equal(
	    subject_plan_read(
		&plan, "{prefix}.{exchange}.{symbol}.{type}", "market", &s),
	    ERR_OK);
	out_init(&o, text, sizeof(text));
	record_json(which, made, &o);
	assert_false(o.full);
	out_init(&s, subject, sizeof(subject));
	record_subject(&plan, which, made, &s);
	out_cstr(&s);
	/* A subject may be too long to be told. */
	assert_int_equal(parse(s.full ? "" : subject, out_done(&o)), ERR_OK);
	assert_int_equal(id, which);
	for (size_t i = 0; i < d->field_count; i++)
		assert_same_field(d->fields[i].type,
		    (const char *)made + d->fields[i].offset,
		    (const char *)&rec + d->fields[i].offset);
	assert_again(out_done(&o));
}

static void
test_every_record(void **state)
{
	static struct maker m;
	union record made;

	(void)state;
	m.seed = 88172645463325252u;
	for (unsigned which = 0; which < RECORD_COUNT; which++)
		for (int n = 0; n < ROUNDS; n++) {
			m.fill = (enum fill)(n % 3);
			make_record(&m, (enum record_id)which, &made);
			plain((enum record_id)which, &made);
			round_trip((enum record_id)which, &made);
		}
}

static void
test_kind_of_subject(void **state)
{
	(void)state;
	assert_int_equal(
	    record_of_subject(SPAN("market.okx.btc-usdt.trade")), RECORD_trade);
	assert_int_equal(
	    record_of_subject(SPAN("market.okx.btc-usdt-perp.kline.1m")),
	    RECORD_kline);
	/* A symbol of that name is no kind. */
	assert_int_equal(record_of_subject(SPAN("market.binance.trade.ticker")),
	    RECORD_ticker);
	assert_int_equal(
	    record_of_subject(SPAN("trade.okx.spot.BTC-USDT")), RECORD_trade);
	assert_int_equal(
	    record_of_subject(SPAN("market.binance.btc.orderbook.delta")),
	    RECORD_orderbook);
	assert_int_equal(record_of_subject(SPAN("a.b.c")), RECORD_COUNT);
	assert_int_equal(record_of_subject(SPAN_NULL), RECORD_COUNT);
}

/* As the services publish that use the same names. */
static void
test_others(void **state)
{
	struct dec d;

	(void)state;
	assert_int_equal(
	    parse("market.binance.btc-usdt.trade",
		SPAN("{ \"exchange_name\": \"binance\", \"symbol_name\": "
		     "\"BTC-USDT\", \"trade_id\":\"12345\",\"price\":67890.12,"
		     "\"quantity\":\"0E-8\",\"raw_data\":{\"a\":[1,{}]},"
		     "\"is_best_match\":null,\"timestamp\":"
		     "\"2025-05-24T10:07:14\"}")),
	    ERR_OK);
	assert_int_equal(rec.trade.exchange_name, VENUE_binance_spot);
	assert_int_equal(rec.trade.market_type, MARKET_SPOT);
	assert_true(rec.trade.timestamp == 1748081234000000000);
	assert_int_equal(rec.trade.collected_at, TIME_NULL);
	assert_int_equal(dec_parse(SPAN("67890.12"), &d), ERR_OK);
	assert_same_field(TYPE_DEC, &rec.trade.price, &d);
	assert_true(dec_zero(&rec.trade.quantity));
	assert_int_equal(rec.trade.side, SIDE_NULL);
	assert_null(rec.trade.native_symbol.at);
	/* Which of its venues only the market says. */
	assert_int_equal(
	    parse("x.open_interest",
		SPAN("{\"exchange_name\":\"binance\",\"market_type\":"
		     "\"perpetual\"}")),
	    ERR_OK);
	assert_int_equal(rec.open_interest.exchange_name, VENUE_binance_usdm);
	assert_int_equal(
	    parse("", SPAN("{\"exchange_name\":\"deribit\",\"price\":\"1\","
			   "\"symbol_name\":\"A\",\"trade_id\":\"1\","
			   "\"quantity\":\"1\",\"quote_quantity\":\"1\","
			   "\"side\":\"buy\"}")),
	    ERR_OK);
	assert_int_equal(id, RECORD_trade);
	assert_int_equal(rec.trade.market_type, MARKET_PERPETUAL);
}

static void
test_refused(void **state)
{
	(void)state;
	refused("", ERR_SYNTAX, NULL);
	refused("{", ERR_SYNTAX, NULL);
	refused("[]", ERR_SYNTAX, NULL);
	refused("{}", ERR_MISSING, "exchange_name");
	refused("{\"exchange_name\":null}", ERR_MISSING, "exchange_name");
	refused(
	    "{\"exchange_name\":\"nowhere\"}", ERR_UNKNOWN, "exchange_name");
	refused("{\"exchange_name\":7}", ERR_TYPE, "exchange_name");
	refused("{\"exchange_name\":\"okx\",\"price\":{}}", ERR_TYPE, "price");
	refused(
	    "{\"exchange_name\":\"okx\",\"price\":true}", ERR_TYPE, "price");
	refused(
	    "{\"exchange_name\":\"okx\",\"price\":\"\"}", ERR_SYNTAX, "price");
	refused("{\"exchange_name\":\"okx\",\"price\":\"1x\"}", ERR_SYNTAX,
	    "price");
	refused(
	    "{\"exchange_name\":\"okx\",\"trade_id\":7}", ERR_TYPE, "trade_id");
	refused("{\"exchange_name\":\"okx\",\"side\":\"both\"}", ERR_UNKNOWN,
	    "side");
	refused("{\"exchange_name\":\"okx\",\"side\":1}", ERR_TYPE, "side");
	refused("{\"exchange_name\":\"okx\",\"backfill\":\"true\"}", ERR_TYPE,
	    "backfill");
	refused("{\"exchange_name\":\"okx\",\"timestamp\":1748081234}",
	    ERR_TYPE, "timestamp");
	refused("{\"exchange_name\":\"okx\",\"market_type\":\"swap\"}",
	    ERR_UNKNOWN, "market_type");
	assert_int_equal(
	    parse("", SPAN("{\"who\":1,\"what\":2}")), ERR_UNKNOWN);
	assert_int_equal(
	    parse("m.orderbook",
		SPAN("{\"exchange_name\":\"okx\",\"bids\":[[\"1\",\"2\"]]}")),
	    ERR_TYPE);
	assert_string_equal(reader.member, "bids");
	assert_int_equal(parse("m.orderbook", SPAN("{\"exchange_name\":\"okx\","
						   "\"last_update_id\":1.5}")),
	    ERR_SYNTAX);
	assert_int_equal(parse("m.orderbook", SPAN("{\"exchange_name\":\"okx\","
						   "\"last_update_id\":"
						   "-9223372036854775808}")),
	    ERR_RANGE);
}

static void
test_too_many_levels(void **state)
{
	static char text[TEXT];
	struct out o;

	(void)state;
	for (unsigned n = LEVELS; n <= LEVELS + 1; n++) {
		out_init(&o, text, sizeof(text));
		OUT_LITERAL(&o, "{\"exchange_name\":\"okx\",\"bids\":[");
		for (unsigned i = 0; i < n; i++)
			out_text(&o,
			    &",{\"price\":\"1\",\"quantity\":\"2\"}"[i == 0]);
		OUT_LITERAL(&o, "]}");
		assert_false(o.full);
		assert_int_equal(parse("m.orderbook", out_done(&o)),
		    n == LEVELS ? ERR_OK : ERR_FULL);
	}
}

static void
test_times(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		int64_t ns;
	} cases[] = {
		{ "1970-01-01T00:00:00Z", ERR_OK, 0 },
		{ "2026-11-23T10:07:14.567000Z", ERR_OK, 1795428434567000000 },
		{ "2026-11-23 10:07:14.567", ERR_OK, 1795428434567000000 },
		{ "2026-11-23T12:07:14.567+02:00", ERR_OK,
		    1795428434567000000 },
		{ "2026-11-23T08:37:14.567-01:30", ERR_OK,
		    1795428434567000000 },
		{ "2024-02-29T00:00:00.000000001Z", ERR_OK,
		    1709164800000000001 },
		{ "2261-12-31T23:59:59Z", ERR_OK, 9214646399000000000 },
		{ "2262-01-01T00:00:00Z", ERR_RANGE, 0 },
		{ "1969-12-31T23:59:59Z", ERR_RANGE, 0 },
		{ "1970-01-01T00:00:00+01:00", ERR_RANGE, 0 },
		{ "2023-02-29T00:00:00Z", ERR_SYNTAX, 0 },
		{ "2023-13-01T00:00:00Z", ERR_SYNTAX, 0 },
		{ "2023-01-01T24:00:00Z", ERR_SYNTAX, 0 },
		{ "2023-01-01T00:00:00.Z", ERR_SYNTAX, 0 },
		{ "2023-01-01T00:00:00.0000000001Z", ERR_SYNTAX, 0 },
		{ "2023-01-01T00:00:00Zz", ERR_SYNTAX, 0 },
		{ "2023-01-01", ERR_SYNTAX, 0 },
		{ "", ERR_SYNTAX, 0 },
	};
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    time_parse(span_of(cases[i].text), &ns), cases[i].e);
		if (cases[i].e == ERR_OK)
			assert_true(ns == cases[i].ns);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_every_record),
		cmocka_unit_test(test_kind_of_subject),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many_levels),
		cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
