/* LINK: model/instrument venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/crc32 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: core/must core/out core/span core/err core/time */
/* LINK: model/instrument codec/utf8 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/emit.h"
#include "venues/venue.h"

enum {
	TOKENS = 4096,
	LEVELS = 64,
	TEXT = 64 * 1024,
	MEMBERS_MAX = 32,
};

static const struct venue *const venue = &venue_binance_spot;

/* What the venue said while it read one message. */
struct heard {
	struct venue_host host;
	struct symbol symbols[3];
	struct json json;
	struct level levels[LEVELS];
	char text[TEXT];
	struct out out;
	unsigned records;
	enum channel channel;
	int64_t sequence;
	unsigned acks;
	int64_t ack_id;
	enum err ack_err;
	char ack_text[300];
	unsigned shutdowns;
};

static const struct origin from = { .seen = { 1795392000999999000LL },
	.epoch = 1 };

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	struct heard *w = h->owner;

	for (unsigned i = 0; i < 3; i++) {
		if (span_eq(symbol_native(&w->symbols[i]), native))
			return &w->symbols[i];
	}
	return NULL;
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	struct heard *w = h->owner;

	assert_non_null(s);
	w->records++;
	w->channel = c;
	w->sequence = f == NULL ? SEQ_NULL : f->last;
	if (f != NULL)
		assert_int_equal(f->first, f->last);
	record_json(id, rec, &w->out);
	out_char(&w->out, '\n');
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	struct heard *w = h->owner;

	assert_null(name.at);
	w->acks++;
	w->ack_id = id;
	w->ack_err = e;
	snprintf(w->ack_text, sizeof(w->ack_text), "%.*s", (int)text.len,
	    text.at == NULL ? "" : text.at);
}

static void
on_shutdown(struct venue_host *h)
{
	((struct heard *)h->owner)->shutdowns++;
}

static int
set_up(void **state)
{
	static const char *const names[3][2] = { { "BTCUSDT", "BTC-USDT" },
		{ "\u5e01\u5b89\u4eba\u751fUSDT",
		    "\u5e01\u5b89\u4eba\u751f-USDT" },
		{ "1INCHUSDT", "1INCH-USDT" } };
	struct heard *w = calloc(1, sizeof(*w));

	json_init(&w->json, calloc(1, json_pool_bytes(TOKENS)), TOKENS);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(
		    symbol_set(&w->symbols[i], VENUE_binance_spot, 0,
			span_of(names[i][0]), span_of(names[i][1])),
		    ERR_OK);
	w->host = (struct venue_host){ .owner = w,
		.find = on_find,
		.record = on_record,
		.ack = on_ack,
		.shutdown = on_shutdown,
		.levels = w->levels,
		.levels_max = LEVELS };
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct heard *w = *state;

	free(w->json.tokens);
	free(w);
	return 0;
}

static enum err
hear(struct heard *w, const char *text)
{
	enum err e;

	out_init(&w->out, w->text, sizeof(w->text));
	w->records = 0;
	w->acks = 0;
	w->shutdowns = 0;
	e = json_parse(&w->json, text, strlen(text));
	if (e == ERR_OK)
		e = venue->message(&w->json, &from, &w->host);
	out_cstr(&w->out);
	assert_false(w->out.full);
	if (e != ERR_OK)
		assert_int_equal(w->records, 0);
	return e;
}

/* --- the four types --------------------------------------------------------
 */

static const char trade[] =
    "{\"e\":\"trade\",\"E\":1795392000123456,\"s\":\"BTCUSDT\","
    "\"t\":5012345678,\"p\":\"96250.01000000\",\"q\":\"0.00120000\","
    "\"T\":1795392000121987,\"m\":true,\"M\":true}";
static const char trade_record[] =
    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
    "\"trade_id\":\"5012345678\",\"price\":\"96250.01000000\","
    "\"quantity\":\"0.00120000\","
    "\"quote_quantity\":\"115.5000120000000000\","
    "\"timestamp\":\"2026-11-23T00:00:00.121987Z\",\"side\":\"sell\","
    "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}\n";

static const char depth[] =
    "{\"e\":\"depthUpdate\",\"E\":1795392000123,\"s\":\"BTCUSDT\","
    "\"U\":1157,\"u\":1160,\"b\":[[\"96250.01000000\",\"0.50000000\"],"
    "[\"96249.00000000\",\"0.00000000\"]],\"a\":[[\"96251.0\",\"2\"]]}";
static const char depth_record[] =
    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
    "\"last_update_id\":1160,\"bids\":[{\"price\":\"96250.01000000\","
    "\"quantity\":\"0.50000000\"},{\"price\":\"96249.00000000\","
    "\"quantity\":\"0.00000000\"}],\"asks\":[{\"price\":\"96251.0\","
    "\"quantity\":\"2\"}],\"timestamp\":\"2026-11-23T00:00:00.123000Z\","
    "\"update_type\":\"delta\",\"first_update_id\":1157,"
    "\"prev_update_id\":null,\"depth_levels\":3,\"is_valid\":true,"
    "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}\n";

static const char kline[] =
    "{\"e\":\"kline\",\"E\":1795392000123,\"s\":\"BTCUSDT\","
    "\"k\":{\"t\":1795391940000,\"T\":1795391999999,\"s\":\"BTCUSDT\","
    "\"i\":\"1m\",\"f\":100,\"L\":200,\"o\":\"96200.00\",\"c\":\"96250.01\","
    "\"h\":\"96260.00\",\"l\":\"96190.00\",\"v\":\"12.50000000\",\"n\":101,"
    "\"x\":true,\"q\":\"1203000.50\",\"V\":\"6.00000000\","
    "\"Q\":\"577000.00\",\"B\":\"0\"}}";
static const char kline_record[] =
    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
    "\"open_time\":\"2026-11-22T23:59:00.000000Z\","
    "\"close_time\":\"2026-11-22T23:59:59.999000Z\",\"interval\":\"1m\","
    "\"open_price\":\"96200.00\",\"high_price\":\"96260.00\","
    "\"low_price\":\"96190.00\",\"close_price\":\"96250.01\","
    "\"volume\":\"12.50000000\",\"quote_volume\":\"1203000.50\","
    "\"trade_count\":101,\"taker_buy_volume\":\"6.00000000\","
    "\"taker_buy_quote_volume\":\"577000.00\",\"is_closed\":true,"
    "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
    "\"timestamp\":\"2026-11-23T00:00:00.123000Z\","
    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}\n";

static const char ticker[] =
    "{\"e\":\"24hrTicker\",\"E\":1795392000123,\"s\":\"BTCUSDT\","
    "\"p\":\"-94.99\",\"P\":\"-0.099\",\"w\":\"96001.5\",\"x\":\"96344\","
    "\"c\":\"96250.01\",\"Q\":\"0.001\",\"b\":\"96250.00\",\"B\":\"1.5\","
    "\"a\":\"96250.01\",\"A\":\"0.5\",\"o\":\"96345.00\",\"h\":\"97000\","
    "\"l\":\"95000\",\"v\":\"1234.5\",\"q\":\"118518518.5\","
    "\"O\":1795305600123,\"C\":1795392000122,\"F\":7,\"L\":1006,"
    "\"n\":1000}";
static const char ticker_record[] =
    "{\"exchange_name\":\"binance\",\"symbol_name\":\"BTC-USDT\","
    "\"last_price\":\"96250.01\",\"open_price\":\"96345.00\","
    "\"high_price\":\"97000\",\"low_price\":\"95000\","
    "\"volume\":\"1234.5\",\"quote_volume\":\"118518518.5\","
    "\"price_change\":\"-94.99\",\"price_change_percent\":\"-0.099\","
    "\"weighted_avg_price\":\"96001.5\",\"last_quantity\":\"0.001\","
    "\"best_bid_price\":\"96250.00\",\"best_bid_quantity\":\"1.5\","
    "\"best_ask_price\":\"96250.01\",\"best_ask_quantity\":\"0.5\","
    "\"open_time\":\"2026-11-22T00:00:00.123000Z\","
    "\"close_time\":\"2026-11-23T00:00:00.122000Z\","
    "\"first_trade_id\":7,\"last_trade_id\":1006,\"trade_count\":1000,"
    "\"timestamp\":\"2026-11-23T00:00:00.123000Z\","
    "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
    "\"market_type\":\"spot\",\"native_symbol\":\"BTCUSDT\"}\n";

static const struct kind {
	const char *stream;
	const char *message;
	const char *record;
	enum channel channel;
	int64_t sequence;
	/* Members that a record cannot do without; k: those of the bar. */
	const char *required;
	const char *required_k;
} kinds[] = {
	{ "btcusdt@trade", trade, trade_record, CHANNEL_TRADE, 5012345678LL,
	    "estpqTm", "" },
	{ "btcusdt@depth@100ms", depth, depth_record, CHANNEL_BOOK, SEQ_NULL,
	    "eEsUuba", "" },
	{ "btcusdt@kline_1m", kline, kline_record, CHANNEL_KLINE, SEQ_NULL,
	    "eEsk", "tTiochlvx" },
	{ "btcusdt@ticker", ticker, ticker_record, CHANNEL_TICKER, SEQ_NULL,
	    "eEscohlvq", "" },
};

enum {
	KINDS = sizeof(kinds) / sizeof(kinds[0]),
};

static void
test_each_kind(void **state)
{
	struct heard *w = *state;
	char wrapped[2048];

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		assert_int_equal(hear(w, k->message), ERR_OK);
		assert_string_equal(w->text, k->record);
		assert_int_equal(w->channel, k->channel);
		assert_int_equal(w->sequence, k->sequence);
		snprintf(wrapped, sizeof(wrapped),
		    "{\"stream\":\"%s\",\"data\":%s}", k->stream, k->message);
		assert_int_equal(hear(w, wrapped), ERR_OK);
		assert_string_equal(w->text, k->record);
		snprintf(wrapped, sizeof(wrapped),
		    "{ \"new\":{\"e\":[1,{}]},\n\"data\" : %s ,"
		    "\"stream\":\"%s\"}",
		    k->message, k->stream);
		assert_int_equal(hear(w, wrapped), ERR_OK);
		assert_string_equal(w->text, k->record);
	}
}

/* --- members in any order, missing, twice, of another type -----------------
 */

struct member {
	struct span key;
	/* With its quotes. */
	struct span value;
};

static unsigned
split(struct heard *w, const char *text, const char *inner,
    struct member *members)
{
	int object = 0;
	int key = -1;
	int value;
	unsigned n = 0;

	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
	if (inner != NULL)
		object = json_member(&w->json, 0, inner);
	while (json_each(&w->json, object, &key, &value)) {
		struct member *m = &members[n++];
		const char *start;

		m->key = json_text(&w->json, key);
		start = m->key.at + m->key.len + 2;
		m->value.at = start;
		if (json_type(&w->json, value) == JSON_STRING ||
		    json_type(&w->json, value) == JSON_PRIMITIVE) {
			m->value.len = json_text(&w->json, value).len;
			if (*start == '"')
				m->value.len += 2;
		} else {
			int deep = 0;

			do {
				char c = start[m->value.len++];

				deep += (c == '[' || c == '{') -
					(c == ']' || c == '}');
			} while (deep > 0);
		}
	}
	return n;
}

/* The object again, without member `skip`, with `value` for member `change`,
 * begun at member `first`. */
static void
join(const struct member *members, unsigned n, unsigned first, int skip,
    int change, const char *value, struct out *o)
{
	bool comma = false;

	out_char(o, '{');
	for (unsigned i = 0; i < n; i++) {
		unsigned k = (i + first) % n;

		if ((int)k == skip)
			continue;
		if (comma)
			out_char(o, ',');
		comma = true;
		out_char(o, '"');
		out_span(o, members[k].key);
		out_text(o, "\":");
		if ((int)k == change)
			out_text(o, value);
		else
			out_span(o, members[k].value);
	}
	out_char(o, '}');
}

static const char *
rebuilt(const struct kind *k, bool bar, const struct member *members,
    unsigned n, unsigned first, int skip, int change, const char *value)
{
	static char text[4096];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (bar) {
		const char *start = strstr(k->message, "{\"t\"");

		out_bytes(&o, k->message, (size_t)(start - k->message));
	}
	join(members, n, first, skip, change, value, &o);
	if (bar)
		out_char(&o, '}');
	return out_cstr(&o);
}

static void
try_members(struct heard *w, const struct kind *k, bool bar)
{
	static const char *const values[] = { "null", "\"\"", "{}", "[]",
		"\"x\"", "1e999", "-1", "true", "99999999999999999999", "[[]]",
		"[[\"1\"]]", "[[\"1\",\"-2\"]]", "[1]", "\"\\u0000\"" };
	struct member members[MEMBERS_MAX] = { 0 };
	unsigned n = split(w, k->message, bar ? "k" : NULL, members);
	const char *required = bar ? k->required_k : k->required;

	for (unsigned i = 0; i < n; i++) {
		bool must_have = strchr(required, members[i].key.at[0]) != NULL;
		enum err e;

		assert_int_equal(
		    hear(w, rebuilt(k, bar, members, n, i, -1, -1, NULL)),
		    ERR_OK);
		assert_string_equal(w->text, k->record);
		e = hear(w, rebuilt(k, bar, members, n, 0, (int)i, -1, NULL));
		assert_int_equal(e, must_have ? ERR_MISSING : ERR_OK);
		for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]);
		     v++) {
			e = hear(w, rebuilt(k, bar, members, n, 0, -1, (int)i,
					values[v]));
			/* Null or empty: missing; the rest has a type. */
			if (must_have && v < 2)
				assert_int_not_equal(e, ERR_OK);
			if (e == ERR_OK && w->records == 1 && !must_have &&
			    v >= 2 && v <= 5)
				assert_string_equal(w->text, k->record);
		}
	}
}

static void
test_members(void **state)
{
	for (unsigned i = 0; i < KINDS; i++) {
		try_members(*state, &kinds[i], false);
		if (kinds[i].required_k[0] != '\0')
			try_members(*state, &kinds[i], true);
	}
}

static void
test_member_twice(void **state)
{
	struct heard *w = *state;
	char text[1024];

	snprintf(text, sizeof(text), "%.*s,\"p\":\"1\"}",
	    (int)strlen(trade) - 1, trade);
	assert_int_equal(hear(w, text), ERR_SYNTAX);
}

static void
test_ticker_without_values(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"24hrTicker\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"p\":null,\"P\":\"\","
		    "\"c\":\"1\",\"o\":\"1\",\"h\":\"1\",\"l\":\"1\","
		    "\"v\":\"0\",\"q\":\"0\",\"F\":-1,\"L\":-1,"
		    "\"n\":0}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"price_change\":null,"
					"\"price_change_percent\":null,"));
	assert_non_null(strstr(w->text, "\"first_trade_id\":null,"
					"\"last_trade_id\":null,"
					"\"trade_count\":0,"));
}

static void
test_times(void **state)
{
	static const struct {
		const char *time;
		const char *iso;
	} rows[] = {
		{ "1795392000121", "2026-11-23T00:00:00.121000Z" },
		{ "1795392000121987", "2026-11-23T00:00:00.121987Z" },
		{ "100000000000000", "1973-03-03T09:46:40.000000Z" },
		{ "9223372036854", "2262-04-11T23:47:16.854000Z" },
		{ "9223372036855", NULL },
		{ "99999999999999", NULL },
		{ "-1", NULL },
		{ "9223372036854776", NULL },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":1,\"p\":\"1\","
		    "\"q\":\"1\",\"T\":%s,\"m\":false}",
		    rows[i].time);
		if (rows[i].iso == NULL) {
			assert_int_equal(hear(w, text), ERR_RANGE);
			continue;
		}
		assert_int_equal(hear(w, text), ERR_OK);
		assert_non_null(strstr(w->text, rows[i].iso));
		assert_non_null(strstr(w->text, "\"side\":\"buy\""));
	}
}

static void
test_symbols(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"\u5e01\u5b89\u4eba\u751fUSDT\","
		    "\"t\":1,\"p\":\"1\",\"q\":\"1\",\"T\":1795392000121,"
		    "\"m\":false}"),
	    ERR_OK);
	assert_int_equal(w->records, 1);
	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"\\u5e01\\u5B89\\u4eba\\u751f"
		    "USDT\",\"t\":1,\"p\":\"1\",\"q\":\"1\","
		    "\"T\":1795392000121,\"m\":false}"),
	    ERR_OK);
	assert_int_equal(w->records, 1);
	assert_non_null(strstr(
	    w->text, "\"native_symbol\":\"\u5e01\u5b89\u4eba\u751fUSDT\""));
	/* Not collected: no record, no error. */
	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"ETHUSDT\",\"t\":1,\"p\":\"1\","
		    "\"q\":\"1\",\"T\":1795392000121,\"m\":false}"),
	    ERR_OK);
	assert_int_equal(w->records, 0);
}

static void
test_books(void **state)
{
	struct heard *w = *state;
	char text[8192];
	struct out o;

	/* Empty sides are normal; ids that run backwards are not. */
	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"U\":5,\"u\":5,\"b\":[],\"a\":[]}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"depth_levels\":0"));
	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"U\":6,\"u\":5,\"b\":[],\"a\":[]}"),
	    ERR_RANGE);
	/* A third member of a level was sent years ago. */
	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"U\":5,\"u\":5,"
		    "\"b\":[[\"1\",\"2\",[]]],\"a\":[[\"3\",\"4\",[]]]}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"depth_levels\":2"));
	out_init(&o, text, sizeof(text));
	out_text(&o, "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
		     "\"s\":\"BTCUSDT\",\"U\":5,\"u\":5,\"b\":[[\"1\",\"1\"]");
	for (int i = 0; i < LEVELS; i++)
		out_text(&o, ",[\"1\",\"1\"]");
	out_text(&o, "],\"a\":[]}");
	assert_int_equal(hear(w, out_cstr(&o)), ERR_FULL);
}

/* --- what is no record -----------------------------------------------------
 */

static void
test_not_collected(void **state)
{
	static const char *const texts[] = {
		"{\"e\":\"aggTrade\",\"s\":\"BTCUSDT\"}",
		"{\"stream\":\"btcusdt@bookTicker\",\"data\":{\"u\":1,"
		"\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\",\"a\":\"2\","
		"\"A\":\"1\"}}",
		"{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\","
		"\"a\":\"2\",\"A\":\"1\"}",
		"{\"e\":\"24hrMiniTicker\"}",
		"{\"stream\":\"x@depth5\",\"data\":{\"lastUpdateId\":1,"
		"\"bids\":[],\"asks\":[]}}",
		"{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}",
		"{\"stream\":\"!miniTicker@arr\",\"data\":[{\"e\":1}]}",
		"{\"e\":\"blockTrade\"}",
	};
	static const struct {
		const char *text;
		enum err e;
	} wrong[] = {
		{ "[]", ERR_TYPE },
		{ "{}", ERR_MISSING },
		{ "{\"stream\":\"a\",\"data\":1}", ERR_TYPE },
		{ "{\"stream\":\"a\",\"data\":{}}", ERR_MISSING },
		{ "{\"e\":\"surprise\"}", ERR_UNKNOWN },
		{ "{\"e\":[]}", ERR_UNKNOWN },
		{ "{\"e\"}", ERR_SYNTAX },
		{ "{\"data\":{},\"data\":{}}", ERR_SYNTAX },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(hear(w, texts[i]), ERR_OK);
		assert_int_equal(w->records + w->acks + w->shutdowns, 0);
	}
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(hear(w, wrong[i].text), wrong[i].e);
}

static void
test_answers(void **state)
{
	static const struct {
		const char *text;
		int64_t id;
		enum err e;
		const char *words;
	} rows[] = {
		{ "{\"result\":null,\"id\":7}", 7, ERR_OK, "" },
		{ "{\"id\":8,\"result\":[\"a@trade\"]}", 8, ERR_OK, "" },
		{ "{\"result\":null,\"id\":\"9\"}", 9, ERR_OK, "" },
		{ "{\"code\":2,\"msg\":\"Invalid \\\"x\\\"\",\"id\":3}", 3,
		    ERR_REJECTED, "Invalid \"x\"" },
		{ "{\"error\":{\"code\":2,\"msg\":\"no\"},\"id\":4}", 4,
		    ERR_REJECTED, "no" },
		{ "{\"code\":3,\"msg\":\"Invalid JSON\",\"id\":null}", -1,
		    ERR_REJECTED, "Invalid JSON" },
		{ "{\"code\":3,\"msg\":\"Invalid JSON\"}", -1, ERR_REJECTED,
		    "Invalid JSON" },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(hear(w, rows[i].text), ERR_OK);
		assert_int_equal(w->acks, 1);
		assert_int_equal(w->ack_id, rows[i].id);
		assert_int_equal(w->ack_err, rows[i].e);
		assert_string_equal(w->ack_text, rows[i].words);
	}
	assert_int_equal(hear(w, "{\"result\":null}"), ERR_MISSING);
	assert_int_equal(hear(w, "{\"result\":null,\"id\":{}}"), ERR_SYNTAX);
}

static void
test_shutdown(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"serverShutdown\",\"E\":1795392000123}"), ERR_OK);
	assert_int_equal(w->shutdowns, 1);
	assert_int_equal(
	    hear(w, "{\"stream\":\"!serverShutdown\",\"data\":"
		    "{\"e\":\"serverShutdown\",\"E\":1795392000123}}"),
	    ERR_OK);
	assert_int_equal(w->shutdowns, 1);
}

/* --- requests --------------------------------------------------------------
 */

static void
test_subscribe(void **state)
{
	struct heard *w = *state;
	struct stream s[4] = {
		{ .symbol = &w->symbols[0], .channel = CHANNEL_TRADE },
		{ .symbol = &w->symbols[1], .channel = CHANNEL_BOOK },
		{ .symbol = &w->symbols[2],
		    .channel = CHANNEL_KLINE,
		    .interval = "1M" },
		{ .symbol = &w->symbols[0], .channel = CHANNEL_TICKER },
	};
	const struct stream *list[4] = { &s[0], &s[1], &s[2], &s[3] };
	char text[512];
	struct out o;
	size_t taken;

	out_init(&o, text, sizeof(text));
	venue->subscribe(list, 4, true, 12, &o, &taken);
	assert_int_equal(taken, 4);
	assert_string_equal(out_cstr(&o),
	    "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\","
	    "\"\u5e01\u5b89\u4eba\u751fusdt@depth@100ms\","
	    "\"1inchusdt@kline_1M\",\"btcusdt@ticker\"],\"id\":12}");
	/* What does not fit is left for the next frame. */
	out_init(&o, text, 160);
	venue->subscribe(list, 4, false, 13, &o, &taken);
	assert_true(taken >= 1 && taken < 4);
	assert_false(o.full);
	out_cstr(&o);
	assert_int_equal(
	    strncmp(text, "{\"method\":\"UNSUBSCRIBE\",\"params\":[", 34), 0);
	assert_non_null(strstr(text, "],\"id\":13}"));
}

static void
test_calls(void **state)
{
	static const struct {
		uint32_t limit;
		uint32_t weight;
		const char *path;
	} rows[] = {
		{ 5, 5, "limit=5" },
		{ 100, 5, "limit=100" },
		{ 101, 25, "limit=101" },
		{ 500, 25, "limit=500" },
		{ 1000, 50, "limit=1000" },
		{ 1001, 250, "limit=1001" },
		{ 9999, 250, "limit=5000" },
	};
	struct trades_ask ask = { .first = 77, .last = 9000, .limit = 5000 };
	struct heard *w = *state;
	struct venue_call call;
	char text[512];
	struct out o;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->book_call(&w->symbols[0], rows[i].limit, &o, &call);
		assert_int_equal(call.weight, rows[i].weight);
		assert_non_null(strstr(out_cstr(&o), rows[i].path));
	}
	out_init(&o, text, sizeof(text));
	venue->book_call(&w->symbols[1], 1000, &o, &call);
	assert_string_equal(out_cstr(&o),
	    "/api/v3/depth?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&limit=1000");
	out_init(&o, text, sizeof(text));
	assert_true(venue->trades_call(&w->symbols[0], &ask, &o, &call));
	assert_string_equal(out_cstr(&o),
	    "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=77&limit=1000");
	assert_int_equal(call.weight, 25);
	ask.source = 1;
	assert_false(venue->trades_call(&w->symbols[0], &ask, &o, &call));
}

static void
test_names(void **state)
{
	static const char *const rows[][2] = {
		{ "BTCUSDT", "BTC-USDT" },
		{ "BTCFDUSD", "BTC-FDUSD" },
		{ "ETHBTC", "ETH-BTC" },
		{ "USDTTRY", "USDT-TRY" },
		{ "1INCHUSDT", "1INCH-USDT" },
		{ "BTCTUSD", "BTC-TUSD" },
		{ "USDT", "USDT" },
		{ "WHATEVER", "WHATEVER" },
	};
	char text[64];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->unified(span_of(rows[i][0]), &o);
		assert_string_equal(out_cstr(&o), rows[i][1]);
		out_init(&o, text, sizeof(text));
		venue->native(span_of(rows[i][1]), &o);
		assert_string_equal(out_cstr(&o), rows[i][0]);
	}
	assert_string_equal(channel_name(CHANNEL_BOOK), "orderbook");
	assert_ptr_equal(venues[VENUE_binance_spot], venue);
}

/* --- replies ---------------------------------------------------------------
 */

static enum err
book_reply(struct heard *w, const char *text, struct orderbook *b)
{
	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
	return venue->book_reply(&w->json, &w->symbols[0], &from, &w->host, b);
}

static void
test_book_reply(void **state)
{
	struct heard *w = *state;
	struct orderbook b;

	assert_int_equal(
	    book_reply(w,
		"{\"asks\":[],\"lastUpdateId\":1027024,"
		"\"bids\":[[\"96250.01\",\"0.5\"],[\"96250\",\"1\"]]}",
		&b),
	    ERR_OK);
	assert_int_equal(b.last_update_id, 1027024);
	assert_int_equal(b.bids.count, 2);
	assert_int_equal(b.asks.count, 0);
	assert_int_equal(b.update_type, UPDATE_SNAPSHOT);
	assert_int_equal(b.backfill, BOOL_TRUE);
	assert_int_equal(b.timestamp, TIME_NULL);
	assert_int_equal(
	    book_reply(w, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", &b),
	    ERR_MISSING);
	assert_int_equal(
	    book_reply(w, "{\"lastUpdateId\":1,\"bids\":[]}", &b), ERR_MISSING);
	assert_int_equal(
	    book_reply(w, "{\"lastUpdateId\":1,\"bids\":[],\"asks\":{}}", &b),
	    ERR_TYPE);
	assert_int_equal(book_reply(w, "[]", &b), ERR_TYPE);
}

static const struct trades_ask ask = { .first = 28457, .last = 28500 };

static enum err
trades_reply(struct heard *w, const char *text, struct trades_page *page)
{
	out_init(&w->out, w->text, sizeof(w->text));
	w->records = 0;
	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
	return venue->trades_reply(
	    &w->json, &w->symbols[0], &ask, &from, &w->host, page);
}

static void
test_trades_reply(void **state)
{
	struct heard *w = *state;
	struct trades_page page;

	assert_int_equal(
	    trades_reply(w,
		"[{\"id\":28459,\"price\":\"4.00000100\",\"qty\":"
		"\"12.00000000\",\"quoteQty\":\"48.000012\",\"time\":"
		"1795392000121987,\"isBuyerMaker\":true,\"isBestMatch\":"
		"true},{\"isBuyerMaker\":false,\"time\":1795392000122,"
		"\"qty\":\"1\",\"price\":\"5\",\"id\":28460}]",
		&page),
	    ERR_OK);
	/* It has all there are from the one asked for. */
	assert_int_equal(page.first, 28457);
	assert_int_equal(page.last, 28460);
	assert_int_equal(w->records, 2);
	assert_int_equal(w->sequence, 28460);
	out_cstr(&w->out);
	assert_non_null(
	    strstr(w->text, "\"quote_quantity\":\"48.0000120000000000\""));
	assert_non_null(strstr(w->text, "\"side\":\"sell\""));
	assert_non_null(strstr(w->text, "\"side\":\"buy\""));
	assert_non_null(strstr(w->text, "\"backfill\":true"));
	assert_int_equal(trades_reply(w, "[]", &page), ERR_OK);
	assert_true(page.first > page.last);
	assert_int_equal(trades_reply(w, "{}", &page), ERR_TYPE);
	assert_int_equal(trades_reply(w, "[1]", &page), ERR_TYPE);
	assert_int_equal(
	    trades_reply(w, "[{\"id\":28457,\"price\":\"4\"}]", &page),
	    ERR_MISSING);
	assert_int_equal(
	    trades_reply(
		w, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", &page),
	    ERR_REJECTED);
	assert_int_equal(
	    trades_reply(w, "{\"code\":-1003,\"msg\":\"x\"}", &page),
	    ERR_LIMITED);
	/* Descending ids would be holes that are none. */
	assert_int_equal(
	    trades_reply(w,
		"[{\"id\":28459,\"price\":\"4\",\"qty\":\"1\",\"time\":"
		"1795392000121,\"isBuyerMaker\":true},{\"id\":28458,"
		"\"price\":\"4\",\"qty\":\"1\",\"time\":1795392000121,"
		"\"isBuyerMaker\":true}]",
		&page),
	    ERR_PROTOCOL);
	assert_int_equal(page.last, 28459);
	assert_int_equal(w->records, 1);
}

static void
test_error_bodies(void **state)
{
	static const struct {
		const char *text;
		int64_t code;
		int64_t until_ms;
	} rows[] = {
		{ "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", -1121, 0 },
		{ "{\"code\":-1003,\"msg\":\"Way too much request weight "
		  "used; IP banned until 1795392600123. Please use\"}",
		    -1003, 1795392600123LL },
		{ "{\"code\":-1003,\"msg\":\"IP banned until \"}", -1003, 0 },
		{ "{\"code\":-1003,\"msg\":\"IP banned until "
		  "99999999999999999999999\"}",
		    -1003, 0 },
		{ "{\"code\":-1003,\"msg\":\"banned until 5\"}", -1003, 5 },
		{ "{\"msg\":\"x\"}", 0, 0 },
		{ "[]", 0, 0 },
	};
	struct heard *w = *state;
	struct venue_error e;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    json_parse(&w->json, rows[i].text, strlen(rows[i].text)),
		    ERR_OK);
		venue->error(&w->json, &e);
		assert_int_equal(e.code, rows[i].code);
		assert_int_equal(
		    e.banned_until.ns, rows[i].until_ms * NS_PER_MS);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind),
		TEST(test_members),
		TEST(test_member_twice),
		TEST(test_ticker_without_values),
		TEST(test_times),
		TEST(test_symbols),
		TEST(test_books),
		TEST(test_not_collected),
		TEST(test_answers),
		TEST(test_shutdown),
		TEST(test_subscribe),
		TEST(test_calls),
		TEST(test_names),
		TEST(test_book_reply),
		TEST(test_trades_reply),
		TEST(test_error_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
