/* LINK: model/instrument venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/crc32 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: core/must core/out core/span core/err core/time */
/* LINK: model/instrument codec/utf8 */

/* What USD-M sends on its streams; requests and REST are in
 * test_binance_usdm_calls.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/emit.h"
#include "venues/binance.h"

enum {
	TOKENS = 4096,
	LEVELS = 64,
	TEXT = 64 * 1024,
	MEMBERS_MAX = 32,
};

static const struct venue *const venue = &venue_binance_usdm;

#define UTF8 "\u5e01\u5b89\u4eba\u751f"

static const char *const natives[] = { "BTCUSDT", "BTCUSDT_270326",
	"BTCUSD_PERP", UTF8 "USDT" };

enum {
	SYMBOLS = sizeof(natives) / sizeof(natives[0]),
	COIN = 2,
};

/* What the venue said while it read one message, as text. */
struct heard {
	struct venue_host host;
	struct symbol symbols[SYMBOLS];
	struct json json;
	struct level levels[LEVELS];
	char text[TEXT];
	struct out out;
	unsigned said;
	unsigned records;
	enum channel channel;
	struct facts facts;
};

static const struct origin from = { .seen = { 1795392000999999000LL },
	.epoch = 1 };

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	struct heard *w = h->owner;

	for (unsigned i = 0; i < SYMBOLS; i++) {
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
	w->said++;
	w->records++;
	w->channel = c;
	w->facts =
	    f == NULL ? (struct facts){ SEQ_NULL, SEQ_NULL, false, 0 } : *f;
	record_json(id, rec, &w->out);
	out_char(&w->out, '\n');
}

static void
on_skip(
    struct venue_host *h, const struct symbol *s, int64_t first, int64_t last)
{
	struct heard *w = h->owner;

	w->said++;
	OUT_LITERAL(&w->out, "skip ");
	out_span(&w->out, symbol_native(s));
	out_char(&w->out, ' ');
	out_i64(&w->out, first);
	out_char(&w->out, ' ');
	out_i64(&w->out, last);
	out_char(&w->out, '\n');
}

static void
on_quote(struct venue_host *h, const struct symbol *s, const struct quote *q)
{
	const struct dec *const values[] = { &q->bid_price, &q->bid_quantity,
		&q->ask_price, &q->ask_quantity };
	struct heard *w = h->owner;

	w->said++;
	OUT_LITERAL(&w->out, "quote ");
	out_span(&w->out, symbol_native(s));
	for (unsigned i = 0; i < 4; i++) {
		out_char(&w->out, ' ');
		if (values[i]->kind == DEC_NULL)
			out_char(&w->out, '-');
		dec_write(values[i], &w->out);
	}
	out_char(&w->out, ' ');
	out_i64(&w->out, q->time);
	out_char(&w->out, '\n');
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	struct heard *w = h->owner;

	w->said++;
	OUT_LITERAL(&w->out, "changed ");
	out_span(&w->out, native);
	out_char(&w->out, ' ');
	out_span(&w->out, state);
	out_char(&w->out, '\n');
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	struct heard *w = h->owner;

	assert_null(name.at);
	w->said++;
	OUT_LITERAL(&w->out, "ack ");
	out_i64(&w->out, id);
	out_char(&w->out, ' ');
	out_text(&w->out, err_text(e));
	out_char(&w->out, ' ');
	out_span(&w->out, text);
	out_char(&w->out, '\n');
}

static void
on_shutdown(struct venue_host *h)
{
	struct heard *w = h->owner;

	w->said++;
	OUT_LITERAL(&w->out, "shutdown\n");
}

static int
set_up(void **state)
{
	struct heard *w = calloc(1, sizeof(*w));
	char unified[SYMBOL_MAX + 1];
	struct out o;

	json_init(&w->json, calloc(1, json_pool_bytes(TOKENS)), TOKENS);
	for (unsigned i = 0; i < SYMBOLS; i++) {
		out_init(&o, unified, sizeof(unified));
		venue->unified(span_of(natives[i]), &o);
		assert_int_equal(symbol_set(&w->symbols[i], VENUE_binance_usdm,
				     0, span_of(natives[i]), out_done(&o)),
		    ERR_OK);
		venue->describe(&w->symbols[i]);
	}
	w->symbols[COIN].contract_value = dec_make(100, 0);
	w->host = (struct venue_host){ .owner = w,
		.find = on_find,
		.record = on_record,
		.skip = on_skip,
		.quote = on_quote,
		.changed = on_changed,
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
hear_bytes(struct heard *w, const char *bytes, size_t len)
{
	/* Of its own size, so that a read past the end is seen. */
	char *text = malloc(len + (len == 0));
	enum err e;

	memcpy(text, bytes, len);
	out_init(&w->out, w->text, sizeof(w->text));
	w->said = 0;
	w->records = 0;
	e = json_parse(&w->json, text, len);
	if (e == ERR_OK)
		e = venue->message(&w->json, &from, &w->host);
	out_cstr(&w->out);
	assert_false(w->out.full);
	if (e != ERR_OK)
		assert_int_equal(w->said, 0);
	free(text);
	return e;
}

static enum err
hear(struct heard *w, const char *text)
{
	return hear_bytes(w, text, strlen(text));
}

/* --- each kind of message --------------------------------------------------
 */

#define NAMES(unified)                                                         \
	"{\"exchange_name\":\"binance\",\"symbol_name\":\"" unified "\","
#define SEEN "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
#define ENDS(market, native)                                                   \
	"\"market_type\":\"" market "\",\"native_symbol\":\"" native "\"}\n"
#define BTC_ENDS ENDS("perpetual", "BTCUSDT")
#define ORDER_ENDS(market, native)                                             \
	"\"market_type\":\"" market "\",\"native_symbol\":\"" native           \
	"\",\"venue_trade_id\":null}\n"

static const struct kind {
	const char *stream;
	const char *message;
	/* What is said. */
	const char *said;
	/* The member with an object of interest, or NULL. */
	const char *inner;
	/* Members that it cannot do without, and those of the inner object. */
	const char *required;
	const char *required_inner;
	enum channel channel;
	unsigned trades;
	/* Of facts, or SEQ_NULL. */
	int64_t id;
} kinds[] = {
	{ "btcusdt@trade",
	    "{\"e\":\"trade\",\"E\":1795392000046,\"T\":1795392000045,"
	    "\"s\":\"BTCUSDT\",\"t\":7950493455,\"p\":\"96184.20\","
	    "\"q\":\"0.010\",\"X\":\"MARKET\",\"m\":true,\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"trade_id\":\"7950493455\","
				   "\"price\":\"96184.20\",\"quantity\":\"0."
				   "010\","
				   "\"quote_quantity\":\"961.84200\","
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "045000Z\","
				   "\"side\":\"sell\"," SEEN BTC_ENDS,
	    NULL, " e s t p q T m ", "", CHANNEL_TRADE, BINANCE_USDM_TRADE,
	    7950493455LL },
	/* Off the book, and an execution all the same. */
	{ "btcusdt@trade",
	    "{\"e\":\"trade\",\"E\":1795392000046,\"T\":1795392000045,"
	    "\"s\":\"BTCUSDT\",\"t\":7,\"p\":\"96184.20\",\"q\":\"2\","
	    "\"X\":\"INSURANCE_FUND\",\"m\":false,\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"trade_id\":\"7\","
				   "\"price\":\"96184.20\",\"quantity\":\"2\","
				   "\"quote_quantity\":\"192368.40\","
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "045000Z\","
				   "\"side\":\"buy\"," SEEN BTC_ENDS,
	    NULL, " e s t p q T m ", "", CHANNEL_TRADE, BINANCE_USDM_TRADE, 7 },
	{ "btcusdt@trade",
	    "{\"e\":\"trade\",\"E\":1795392000046,\"T\":1795392000045,"
	    "\"s\":\"BTCUSDT\",\"t\":7950493454,\"p\":\"0\",\"q\":\"0\","
	    "\"X\":\"NA\",\"m\":true,\"st\":1}",
	    "skip BTCUSDT 7950493454 7950493454\n", NULL, " e s t ", "",
	    CHANNEL_TRADE, BINANCE_USDM_TRADE, SEQ_NULL },
	{ "btcusdt@aggTrade",
	    "{\"e\":\"aggTrade\",\"E\":1795392000146,\"s\":\"BTCUSDT\","
	    "\"a\":3404749954,\"p\":\"96184.20\",\"q\":\"0.002\","
	    "\"nq\":\"0.001\",\"f\":7960913511,\"l\":7960913512,"
	    "\"T\":1795392000045,\"m\":false,\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"trade_id\":\"3404749954\","
				   "\"price\":\"96184.20\",\"quantity\":\"0."
				   "002\","
				   "\"quote_quantity\":\"192.36840\","
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "045000Z\","
				   "\"side\":\"buy\"," SEEN BTC_ENDS,
	    NULL, " e s a p q T m ", "", CHANNEL_TRADE, BINANCE_USDM_AGG_TRADE,
	    3404749954LL },
	{ "btcusdt@depth@100ms",
	    "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
	    "\"T\":1795392000117,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\","
	    "\"U\":390497796,\"u\":390497878,\"pu\":390497794,"
	    "\"b\":[[\"96184.20\",\"1.250\"]],"
	    "\"a\":[[\"96184.30\",\"0.000\"],[\"96184.40\",\"2\"]],"
	    "\"st\":1}",
	    NAMES(
		"BTC-USDT-PERP") "\"last_update_id\":390497878,"
				 "\"bids\":[{\"price\":\"96184.20\","
				 "\"quantity\":\"1.250\"}],"
				 "\"asks\":[{\"price\":\"96184.30\","
				 "\"quantity\":\"0.000\"},"
				 "{\"price\":\"96184.40\",\"quantity\":\"2\"}],"
				 "\"timestamp\":\"2026-11-23T00:00:00."
				 "117000Z\","
				 "\"update_type\":\"delta\",\"first_update_"
				 "id\":390497796,"
				 "\"prev_update_id\":390497794,\"depth_"
				 "levels\":3,"
				 "\"is_valid\":true," SEEN BTC_ENDS,
	    NULL, " e s U u pu b a ", "", CHANNEL_BOOK, 0, SEQ_NULL },
	{ "btcusdt@bookTicker",
	    "{\"e\":\"bookTicker\",\"u\":400900217,\"E\":1795392000123,"
	    "\"T\":1795392000117,\"s\":\"BTCUSDT\",\"ps\":\"BTCUSDT\","
	    "\"b\":\"96184.20\",\"B\":\"7.840\",\"a\":\"96184.30\","
	    "\"A\":\"2.865\",\"st\":1}",
	    "quote BTCUSDT 96184.20 7.840 96184.30 2.865 "
	    "1795392000117000000\n",
	    NULL, " e s ", "", CHANNEL_QUOTE, 0, SEQ_NULL },
	{ "btcusdt@kline_1m",
	    "{\"e\":\"kline\",\"E\":1795392000123,\"s\":\"BTCUSDT\","
	    "\"k\":{\"t\":1795391940000,\"T\":1795391999999,"
	    "\"s\":\"BTCUSDT\",\"i\":\"1m\",\"f\":100,\"L\":200,"
	    "\"o\":\"96200.00\",\"c\":\"96250.01\",\"h\":\"96260.00\","
	    "\"l\":\"96190.00\",\"v\":\"12.500\",\"n\":101,\"x\":true,"
	    "\"q\":\"1203000.50\",\"V\":\"6.000\",\"Q\":\"577000.00\","
	    "\"B\":\"0\"},\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"open_time\":\"2026-11-22T23:59:00."
				   "000000Z\","
				   "\"close_time\":\"2026-11-22T23:59:59."
				   "999000Z\","
				   "\"interval\":\"1m\",\"open_price\":\"96200."
				   "00\","
				   "\"high_price\":\"96260.00\",\"low_price\":"
				   "\"96190.00\","
				   "\"close_price\":\"96250.01\",\"volume\":"
				   "\"12.500\","
				   "\"quote_volume\":\"1203000.50\",\"trade_"
				   "count\":101,"
				   "\"taker_buy_volume\":\"6.000\","
				   "\"taker_buy_quote_volume\":\"577000.00\","
				   "\"is_closed\":true," SEEN
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "123000Z\"," BTC_ENDS,
	    "k", " e E s k ", " t T i o c h l v x ", CHANNEL_KLINE, 0,
	    SEQ_NULL },
	{ "btcusdt@ticker",
	    "{\"e\":\"24hrTicker\",\"E\":1795392000123,\"s\":\"BTCUSDT\","
	    "\"ps\":\"BTCUSDT\",\"p\":\"-94.99\",\"P\":\"-0.099\","
	    "\"w\":\"96001.5\",\"c\":\"96250.01\",\"Q\":\"0.001\","
	    "\"o\":\"96345.00\",\"h\":\"97000\",\"l\":\"95000\","
	    "\"v\":\"1234.5\",\"q\":\"118518518.5\",\"O\":1795305600123,"
	    "\"C\":1795392000122,\"F\":7,\"L\":1006,\"n\":1000,\"st\":1}",
	    NAMES(
		"BTC-USDT-PERP") "\"last_price\":\"96250.01\","
				 "\"open_price\":\"96345.00\",\"high_price\":"
				 "\"97000\","
				 "\"low_price\":\"95000\",\"volume\":\"1234."
				 "5\","
				 "\"quote_volume\":\"118518518.5\",\"price_"
				 "change\":\"-94.99\","
				 "\"price_change_percent\":\"-0.099\","
				 "\"weighted_avg_price\":\"96001.5\",\"last_"
				 "quantity\":\"0.001\","
				 "\"best_bid_price\":null,\"best_bid_"
				 "quantity\":null,"
				 "\"best_ask_price\":null,\"best_ask_"
				 "quantity\":null,"
				 "\"open_time\":\"2026-11-22T00:00:00."
				 "123000Z\","
				 "\"close_time\":\"2026-11-23T00:00:00."
				 "122000Z\","
				 "\"first_trade_id\":7,\"last_trade_id\":1006,"
				 "\"trade_count\":1000,"
				 "\"timestamp\":\"2026-11-23T00:00:00."
				 "123000Z\"," SEEN BTC_ENDS,
	    NULL, " e E s c o h l v q ", "", CHANNEL_TICKER, 0, SEQ_NULL },
	{ "btcusdt@markPrice@1s",
	    "{\"e\":\"markPriceUpdate\",\"E\":1795392000000,"
	    "\"s\":\"BTCUSDT\",\"p\":\"96184.10000000\","
	    "\"ap\":\"96183.90000000\",\"P\":\"96190.00000000\","
	    "\"i\":\"96185.20000000\",\"r\":\"0.00010000\","
	    "\"T\":1795420800000,\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"funding_rate\":\"0.00010000\","
				   "\"estimated_rate\":null,"
				   "\"next_funding_time\":\"2026-11-23T08:00:"
				   "00.000000Z\","
				   "\"mark_price\":\"96184.10000000\","
				   "\"index_price\":\"96185.20000000\","
				   "\"premium_index\":\"-1.10000000\","
				   "\"funding_interval\":null,"
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "000000Z\"," SEEN BTC_ENDS,
	    NULL, " e E s p r T ", "", CHANNEL_FUNDING, 0, SEQ_NULL },
	{ "!forceOrder@arr",
	    "{\"e\":\"forceOrder\",\"E\":1795392000950,\"o\":{"
	    "\"s\":\"BTCUSDT\",\"S\":\"SELL\",\"o\":\"LIMIT\","
	    "\"f\":\"IOC\",\"q\":\"0.005\",\"p\":\"95980.10\","
	    "\"ap\":\"96112.40\",\"X\":\"FILLED\",\"l\":\"0.001\","
	    "\"z\":\"0.002\",\"T\":1795392000944},\"ps\":\"BTCUSDT\","
	    "\"st\":1}",
	    NAMES("BTC-USDT-PERP") "\"side\":\"sell\","
				   "\"price\":\"96112.40\",\"quantity\":\"0."
				   "002\","
				   "\"value\":\"192.22480\",\"instrument_"
				   "type\":\"PERPETUAL\","
				   "\"timestamp\":\"2026-11-23T00:00:00."
				   "944000Z\"," SEEN ORDER_ENDS(
				       "perpetual", "BTCUSDT"),
	    "o", " e o ", " s S T ", CHANNEL_LIQUIDATION, 0, SEQ_NULL },
	{ "!contractInfo",
	    "{\"e\":\"contractInfo\",\"E\":1795392000950,"
	    "\"s\":\"NEWUSDT\",\"ct\":\"PERPETUAL\","
	    "\"dt\":4133404800000,\"ot\":1795392000000,\"cs\":\"TRADING\","
	    "\"st\":1,\"bks\":[{\"bs\":1,\"bnf\":0}]}",
	    "changed NEWUSDT TRADING\n", NULL, " e s ", "", CHANNEL_STATUS, 0,
	    SEQ_NULL },
	/* COIN-M: contracts of 100 USD. */
	{ "btcusd_perp@trade",
	    "{\"e\":\"trade\",\"E\":1795392000046,\"T\":1795392000045,"
	    "\"s\":\"BTCUSD_PERP\",\"t\":9,\"p\":\"96184.2\",\"q\":\"3\","
	    "\"X\":\"MARKET\",\"m\":true,\"st\":2}",
	    NAMES(
		"BTC-USD-PERP") "\"trade_id\":\"9\","
				"\"price\":\"96184.2\",\"quantity\":\"3\","
				"\"quote_quantity\":\"300\","
				"\"timestamp\":\"2026-11-23T00:00:00.045000Z\","
				"\"side\":\"sell\"," SEEN ENDS(
				    "perpetual", "BTCUSD_PERP"),
	    NULL, " e s t p q T m ", "", CHANNEL_TRADE, BINANCE_USDM_TRADE, 9 },
	/* Beside st, ps inside of the order. */
	{ "!forceOrder@arr",
	    "{\"e\":\"forceOrder\",\"E\":1795392000950,\"o\":{"
	    "\"s\":\"BTCUSD_PERP\",\"S\":\"BUY\",\"q\":\"4\","
	    "\"p\":\"95980.1\",\"ap\":\"0\",\"X\":\"NEW\",\"l\":\"0\","
	    "\"z\":\"0\",\"T\":1795392000944,\"ps\":\"BTCUSD\","
	    "\"st\":2}}",
	    NAMES("BTC-USD-PERP") "\"side\":\"buy\","
				  "\"price\":\"95980.1\",\"quantity\":\"4\","
				  "\"value\":\"400\","
				  "\"instrument_type\":\"PERPETUAL\","
				  "\"timestamp\":\"2026-11-23T00:00:00."
				  "944000Z\"," SEEN ORDER_ENDS(
				      "perpetual", "BTCUSD_PERP"),
	    "o", " e o ", " s S p q T ", CHANNEL_LIQUIDATION, 0, SEQ_NULL },
	{ "btcusd_perp@kline_1h",
	    "{\"e\":\"kline\",\"E\":1795392000123,\"s\":\"BTCUSD_PERP\","
	    "\"k\":{\"t\":1795388400000,\"T\":1795391999999,"
	    "\"s\":\"BTCUSD_PERP\",\"i\":\"1h\",\"f\":1,\"L\":2,"
	    "\"o\":\"96200\",\"c\":\"96250\",\"h\":\"96260\","
	    "\"l\":\"96190\",\"v\":\"1250\",\"n\":2,\"x\":false,"
	    "\"q\":\"1.29937\",\"V\":\"7\",\"Q\":\"0.00727\"},\"st\":2}",
	    NAMES(
		"BTC-USD-PERP") "\"open_time\":\"2026-11-22T23:00:00.000000Z\","
				"\"close_time\":\"2026-11-22T23:59:59."
				"999000Z\","
				"\"interval\":\"1h\",\"open_price\":\"96200\","
				"\"high_price\":\"96260\",\"low_price\":"
				"\"96190\","
				"\"close_price\":\"96250\",\"volume\":\"1."
				"29937\","
				"\"quote_volume\":\"125000\",\"trade_count\":2,"
				"\"taker_buy_volume\":\"0.00727\","
				"\"taker_buy_quote_volume\":\"700\",\"is_"
				"closed\":false," SEEN
				"\"timestamp\":\"2026-11-23T00:00:00."
				"123000Z\"," ENDS("perpetual", "BTCUSD_PERP"),
	    "k", " e E s k ", " t T i o c h l v x ", CHANNEL_KLINE, 0,
	    SEQ_NULL },
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

		w->host.trades = k->trades;
		w->facts = (struct facts){ .last = SEQ_NULL };
		assert_int_equal(hear(w, k->message), ERR_OK);
		assert_string_equal(w->text, k->said);
		assert_int_equal(w->said, 1);
		if (w->records == 1)
			assert_int_equal(w->channel, k->channel);
		assert_int_equal(w->facts.last, k->id);
		if (k->id != SEQ_NULL)
			assert_int_equal(w->facts.first, k->id);
		snprintf(wrapped, sizeof(wrapped),
		    "{\"stream\":\"%s\",\"data\":%s}", k->stream, k->message);
		assert_int_equal(hear(w, wrapped), ERR_OK);
		assert_string_equal(w->text, k->said);
		snprintf(wrapped, sizeof(wrapped),
		    "{ \"new\":{\"e\":[1,{}]},\n\"data\" : %s ,"
		    "\"stream\":\"%s\"}",
		    k->message, k->stream);
		assert_int_equal(hear(w, wrapped), ERR_OK);
		assert_string_equal(w->text, k->said);
	}
}

/* --- members in any order, missing, twice, of another type -----------------
 */

struct member {
	struct span key;
	/* With its quotes. */
	struct span value;
};

/* The bytes of the value behind the key, with quotes and brackets. */
static struct span
raw_value(const struct json *j, int key)
{
	struct span text = json_text(j, key);
	struct span value = { text.at + text.len + 2, 0 };
	int deep = 0;

	if (!json_holds(j, key + 1)) {
		value.len = json_text(j, key + 1).len;
		value.len += *value.at == '"' ? 2 : 0;
		return value;
	}
	do {
		char c = value.at[value.len++];

		deep += (c == '[' || c == '{') - (c == ']' || c == '}');
	} while (deep > 0);
	return value;
}

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
		assert_true(n < MEMBERS_MAX);
		members[n].key = json_text(&w->json, key);
		members[n++].value = raw_value(&w->json, key);
	}
	return n;
}

/* How an object is put together again. */
struct change {
	unsigned first;
	int without;
	int changed;
	const char *value;
	/* Twice: the member `changed` again at the end. */
	bool twice;
};

static void
put_member(struct out *o, const struct member *m, const char *value)
{
	if (o->at[o->len - 1] != '{')
		out_char(o, ',');
	out_char(o, '"');
	out_span(o, m->key);
	OUT_LITERAL(o, "\":");
	if (value != NULL)
		out_text(o, value);
	else
		out_span(o, m->value);
}

static const char *
rebuilt(const struct kind *k, const struct member *members, unsigned n,
    const struct change *c)
{
	static char text[4096];
	const char *start = k->message;
	const char *end = "";
	struct out o;

	out_init(&o, text, sizeof(text));
	if (members[0].key.at - k->message > 4) {
		/* In front of the inner object, and behind it. */
		out_bytes(&o, start, (size_t)(members[0].key.at - start) - 2);
		end = members[n - 1].value.at + members[n - 1].value.len + 1;
	}
	out_char(&o, '{');
	for (unsigned i = 0; i < n; i++) {
		unsigned m = (i + c->first) % n;
		bool changed = (int)m == c->changed && !c->twice;

		if ((int)m != c->without)
			put_member(&o, &members[m], changed ? c->value : NULL);
	}
	if (c->twice)
		put_member(&o, &members[c->changed], c->value);
	out_char(&o, '}');
	out_text(&o, end);
	return out_cstr(&o);
}

static bool
is_required(const char *list, struct span key)
{
	char word[32];

	snprintf(word, sizeof(word), " %.*s ", (int)key.len, key.at);
	return strstr(list, word) != NULL;
}

/* Keys that are read; others may occur twice. */
static bool
is_read(struct span key)
{
	return key.len == 1 || is_required(" st pu ap cs ", key);
}

static void
try_values(struct heard *w, const struct kind *k, const struct member *members,
    unsigned n, unsigned i, bool must_have)
{
	static const char *const values[] = { "null", "\"\"", "{}", "[]",
		"\"x\"", "1e999", "-1", "true", "99999999999999999999", "[[]]",
		"[[\"1\"]]", "[[\"1\",\"-2\"]]", "[1]", "\"\\u0000\"", "1.0e3",
		"0" };

	for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
		const struct change c = {
			.without = -1, .changed = (int)i, .value = values[v]
		};
		enum err e = hear(w, rebuilt(k, members, n, &c));

		assert_true(w->said <= 1);
		/* Null or empty says nothing; a dated contract has no rate. */
		if (must_have && v < 2 && w->said > 0)
			assert_string_not_equal(w->text, k->said);
		if (must_have && v < 2 && members[i].key.at[0] != 'r')
			assert_int_equal(e == ERR_OK && w->records > 0, false);
	}
}

static void
try_members(struct heard *w, const struct kind *k, const char *inner,
    const char *required)
{
	struct member members[MEMBERS_MAX];
	unsigned n = split(w, k->message, inner, members);

	for (unsigned i = 0; i < n; i++) {
		struct change c = { .first = i, .without = -1, .changed = -1 };
		bool must_have = is_required(required, members[i].key);
		enum err e = hear(w, rebuilt(k, members, n, &c));

		assert_int_equal(e, ERR_OK);
		assert_string_equal(w->text, k->said);
		c = (struct change){ .without = (int)i, .changed = -1 };
		e = hear(w, rebuilt(k, members, n, &c));
		if (e != (must_have ? ERR_MISSING : ERR_OK))
			fail_msg("%s without %.*s: %s", k->stream,
			    (int)members[i].key.len, members[i].key.at,
			    err_text(e));
		c = (struct change){
			.without = -1, .changed = (int)i, .twice = true
		};
		e = hear(w, rebuilt(k, members, n, &c));
		assert_int_equal(
		    e, is_read(members[i].key) ? ERR_SYNTAX : ERR_OK);
		try_values(w, k, members, n, i, must_have);
	}
}

static void
test_members(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		const struct kind *k = &kinds[i];

		w->host.trades = k->trades;
		try_members(w, k, NULL, k->required);
		if (k->inner != NULL)
			try_members(w, k, k->inner, k->required_inner);
	}
}

static void
test_prefixes(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		size_t len = strlen(kinds[i].message);

		w->host.trades = kinds[i].trades;
		for (size_t n = 0; n < len; n++)
			assert_int_not_equal(
			    hear_bytes(w, kinds[i].message, n), ERR_OK);
	}
}

static void
test_flipped_bytes(void **state)
{
	struct heard *w = *state;
	char text[1024];

	for (unsigned i = 0; i < KINDS; i++) {
		size_t len = strlen(kinds[i].message);

		w->host.trades = kinds[i].trades;
		memcpy(text, kinds[i].message, len);
		for (size_t n = 0; n < 8 * len; n++) {
			text[n / 8] ^= (char)(1 << n % 8);
			(void)hear_bytes(w, text, len);
			assert_true(w->said <= 1);
			text[n / 8] ^= (char)(1 << n % 8);
		}
	}
}

/* --- trades ----------------------------------------------------------------
 */

/* Trades are of the kind that is collected, and of no other. */
static void
test_trade_kinds(void **state)
{
	struct heard *w = *state;

	for (unsigned i = 0; i < KINDS; i++) {
		if (kinds[i].channel != CHANNEL_TRADE)
			continue;
		w->host.trades = !kinds[i].trades;
		assert_int_equal(hear(w, kinds[i].message), ERR_OK);
		assert_int_equal(w->said, 0);
	}
}

static void
test_no_trades(void **state)
{
	static const char *const tails[] = {
		"\"p\":\"0\",\"q\":\"1\",\"X\":\"MARKET\"",
		"\"p\":\"1\",\"q\":\"0.000\",\"X\":\"MARKET\"",
		"\"p\":\"0.0\",\"q\":\"0\"",
		"\"p\":\"1\",\"q\":\"1\",\"X\":\"NA\"",
		"\"X\":\"NA\"",
	};
	struct heard *w = *state;
	char text[256];

	for (unsigned i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"t\":5,"
		    "\"T\":1795392000045,\"m\":true,%s}",
		    tails[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_string_equal(w->text, "skip BTCUSDT 5 5\n");
	}
	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"X\":\"NA\","
		    "\"t\":-1}"),
	    ERR_RANGE);
	/* Automatic deleveraging is an execution, and so is what no document
	 * names. */
	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"BTCUSDT\",\"X\":\"ADL\",\"t\":6,"
		    "\"p\":\"1.0e3\",\"q\":2E-1,\"T\":1795392000045,"
		    "\"m\":false}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"price\":\"1000\""));
	assert_non_null(strstr(w->text, "\"quantity\":\"0.2\""));
	assert_non_null(strstr(w->text, "\"quote_quantity\":\"200.0\""));
}

/* --- the platforms ---------------------------------------------------------
 */

static void
test_platforms(void **state)
{
	static const char *const kinds_of[] = {
		"\"e\":\"trade\",\"t\":1,\"p\":\"1\",\"q\":\"1\","
		"\"T\":1795392000045,\"m\":true",
		"\"e\":\"depthUpdate\",\"T\":1795392000117,\"U\":1,\"u\":2,"
		"\"pu\":0,\"b\":[],\"a\":[]",
		"\"e\":\"bookTicker\",\"T\":1795392000117",
		"\"e\":\"24hrTicker\",\"E\":1795392000123,\"c\":\"1\","
		"\"o\":\"1\",\"h\":\"1\",\"l\":\"1\",\"v\":\"0\",\"q\":\"0\"",
		"\"e\":\"markPriceUpdate\",\"E\":1795392000123,\"p\":\"1\","
		"\"r\":\"0.1\",\"T\":1795420800000",
	};
	static const struct {
		const char *native;
		const char *st;
		enum err e;
	} rows[] = {
		{ "BTCUSDT", "1", ERR_OK },
		{ "BTCUSDT", "\"1\"", ERR_OK },
		{ "BTCUSDT", "null", ERR_OK },
		{ "BTCUSDT", "2", ERR_UNSUPPORTED },
		{ "BTCUSDT", "3", ERR_UNSUPPORTED },
		{ "BTCUSDT", "\"x\"", ERR_SYNTAX },
		{ "BTCUSD_PERP", "2", ERR_OK },
		{ "BTCUSD_PERP", "1", ERR_UNSUPPORTED },
		{ "BTCUSDT_270326", "1", ERR_OK },
		{ "BTCUSDT_270326", "2", ERR_UNSUPPORTED },
	};
	struct heard *w = *state;
	char text[512];

	for (unsigned k = 0; k < sizeof(kinds_of) / sizeof(kinds_of[0]); k++) {
		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			snprintf(text, sizeof(text),
			    "{%s,\"s\":\"%s\",\"st\":%s}", kinds_of[k],
			    rows[i].native, rows[i].st);
			assert_int_equal(hear(w, text), rows[i].e);
			assert_int_equal(w->said, rows[i].e == ERR_OK);
		}
		/* Of a symbol that nobody collects it does not matter. */
		snprintf(text, sizeof(text), "{%s,\"s\":\"ETHUSDT\",\"st\":2}",
		    kinds_of[k]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_int_equal(w->said, 0);
	}
}

#define ORDER(native, inside)                                                  \
	"{\"e\":\"forceOrder\",\"E\":1795392000950,\"o\":{\"s\":\"" native     \
	"\",\"S\":\"SELL\",\"q\":\"5\",\"p\":\"2\",\"ap\":\"3\","              \
	"\"z\":\"4\",\"T\":1795392000944" inside "}"

static void
test_liquidations(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		unsigned said;
	} rows[] = {
		{ ORDER("BTCUSDT", "") "}", ERR_OK, 1 },
		{ ORDER("BTCUSDT", ",\"st\":1") "}", ERR_OK, 1 },
		{ ORDER("BTCUSDT", ",\"st\":1") ",\"st\":1}", ERR_OK, 1 },
		{ ORDER("BTCUSDT", ",\"st\":2") "}", ERR_UNSUPPORTED, 0 },
		{ ORDER("BTCUSDT", "") ",\"st\":2}", ERR_UNSUPPORTED, 0 },
		{ ORDER("BTCUSD_PERP", ",\"ps\":\"x\"") ",\"st\":2}", ERR_OK,
		    1 },
		{ ORDER("BTCUSD_PERP", ",\"st\":1") "}", ERR_UNSUPPORTED, 0 },
		{ ORDER("ETHUSD_PERP", ",\"st\":2") "}", ERR_OK, 0 },
		{ ORDER("ETHUSDT", "") ",\"st\":1}", ERR_OK, 0 },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(hear(w, rows[i].text), rows[i].e);
		assert_int_equal(w->said, rows[i].said);
	}
	assert_int_equal(hear(w, ORDER("BTCUSDT_270326", "") "}"), ERR_OK);
	assert_non_null(strstr(w->text, "\"instrument_type\":null"));
	assert_non_null(strstr(w->text, "\"market_type\":\"futures\""));
	assert_non_null(strstr(w->text, "\"value\":\"12\""));
	assert_int_equal(
	    hear(w, "{\"e\":\"forceOrder\",\"o\":{\"s\":\"BTCUSDT\","
		    "\"S\":\"HOLD\",\"q\":\"5\",\"p\":\"2\","
		    "\"T\":1795392000944}}"),
	    ERR_UNKNOWN);
	assert_int_equal(hear(w, "{\"e\":\"forceOrder\",\"o\":[]}"), ERR_TYPE);
}

/* Contracts whose size no list has told have no value. */
static void
test_contracts_of_unknown_size(void **state)
{
	struct heard *w = *state;

	w->symbols[COIN].contract_value = DEC_NONE;
	assert_int_equal(hear(w, ORDER("BTCUSD_PERP", "") "}"), ERR_OK);
	assert_non_null(strstr(w->text, "\"value\":null"));
	assert_int_equal(
	    hear(w, "{\"e\":\"24hrTicker\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSD_PERP\",\"c\":\"1\",\"o\":\"1\","
		    "\"h\":\"1\",\"l\":\"1\",\"v\":\"70\",\"q\":\"0.5\"}"),
	    ERR_OK);
	assert_non_null(
	    strstr(w->text, "\"volume\":\"0.5\",\"quote_volume\":null"));
}

/* --- values that are not there ---------------------------------------------
 */

static void
test_dated_contracts(void **state)
{
	static const char *const texts[] = {
		"\"r\":\"\",\"T\":0",
		"\"r\":\"\",\"T\":1795420800000",
		"\"r\":null,\"T\":0",
		"\"r\":\"0.00000000\",\"T\":0",
	};
	struct heard *w = *state;
	char text[256];

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text),
		    "{\"e\":\"markPriceUpdate\",\"E\":1795392000000,"
		    "\"s\":\"BTCUSDT_270326\",\"p\":\"1\",\"P\":\"1\","
		    "\"i\":\"1\",%s,\"st\":1}",
		    texts[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_int_equal(w->said, 0);
	}
}

static void
test_mark_without_index(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"markPriceUpdate\",\"E\":1795392000000,"
		    "\"s\":\"BTCUSDT\",\"p\":\"1.5\",\"i\":\"\","
		    "\"r\":\"-0.0001\",\"T\":1795420800000}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "\"funding_rate\":\"-0.0001\""));
	assert_non_null(
	    strstr(w->text, "\"index_price\":null,\"premium_index\":null"));
}

static void
test_quotes(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"bookTicker\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"b\":\"\",\"B\":null,\"a\":\"2\"}"),
	    ERR_OK);
	assert_string_equal(
	    w->text, "quote BTCUSDT - - 2 - 1795392000123000000\n");
	assert_int_equal(
	    hear(w, "{\"e\":\"bookTicker\",\"s\":\"BTCUSDT\"}"), ERR_MISSING);
}

/* Without a matching time the time it was sent is all there is. */
static void
test_depth_times(void **state)
{
	struct heard *w = *state;

	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"E\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"U\":5,\"u\":5,\"pu\":4,\"b\":[],"
		    "\"a\":[]}"),
	    ERR_OK);
	assert_non_null(strstr(w->text, "00:00:00.123000Z"));
	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"U\":5,"
		    "\"u\":5,\"pu\":4,\"b\":[],\"a\":[]}"),
	    ERR_MISSING);
	assert_int_equal(
	    hear(w, "{\"e\":\"depthUpdate\",\"T\":1795392000123,"
		    "\"s\":\"BTCUSDT\",\"U\":6,\"u\":5,\"pu\":4,\"b\":[],"
		    "\"a\":[]}"),
	    ERR_RANGE);
}

static void
test_utf8(void **state)
{
	static const char *const names[] = { UTF8 "USDT",
		"\\u5e01\\u5B89\\u4eba\\u751fUSDT" };
	struct heard *w = *state;
	char text[256];

	for (unsigned i = 0; i < 2; i++) {
		snprintf(text, sizeof(text),
		    "{\"e\":\"trade\",\"s\":\"%s\",\"t\":1,\"p\":\"1\","
		    "\"q\":\"1\",\"T\":1795392000121,\"m\":false,\"st\":1}",
		    names[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_non_null(
		    strstr(w->text, "\"symbol_name\":\"" UTF8 "-USDT-PERP\""));
		assert_non_null(
		    strstr(w->text, "\"native_symbol\":\"" UTF8 "USDT\""));
		snprintf(text, sizeof(text),
		    "{\"e\":\"contractInfo\",\"s\":\"%s\"}", names[i]);
		assert_int_equal(hear(w, text), ERR_OK);
		assert_string_equal(w->text, "changed " UTF8 "USDT \n");
	}
}

/* --- what is no event ------------------------------------------------------
 */

#define SIXTY "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJABCDEFGHIJ"

static void
test_other_messages(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		const char *said;
	} rows[] = {
		{ "{\"result\":null,\"id\":7}", ERR_OK, "ack 7 ok \n" },
		{ "{\"code\":2,\"msg\":\"Invalid request\",\"id\":3}", ERR_OK,
		    "ack 3 subscription refused Invalid request\n" },
		{ "{\"error\":{\"code\":2,\"msg\":\"no\"},\"id\":4}", ERR_OK,
		    "ack 4 subscription refused no\n" },
		{ "{\"code\":3,\"msg\":\"Invalid JSON\"}", ERR_OK,
		    "ack -1 subscription refused Invalid JSON\n" },
		{ "{\"e\":\"serverShutdown\",\"E\":1795392000123}", ERR_OK,
		    "shutdown\n" },
		{ "{\"e\":\"24hrMiniTicker\"}", ERR_OK, "" },
		{ "{\"stream\":\"!ticker@arr\",\"data\":[{}]}", ERR_OK, "" },
		{ "[]", ERR_TYPE, "" },
		{ "{}", ERR_MISSING, "" },
		{ "{\"stream\":\"a\",\"data\":1}", ERR_TYPE, "" },
		{ "{\"stream\":\"a\",\"data\":{}}", ERR_MISSING, "" },
		/* Every event of futures has its type. */
		{ "{\"u\":1,\"s\":\"BTCUSDT\",\"b\":\"1\",\"B\":\"1\","
		  "\"a\":\"2\",\"A\":\"1\"}",
		    ERR_MISSING, "" },
		{ "{\"lastUpdateId\":1,\"bids\":[],\"asks\":[]}", ERR_MISSING,
		    "" },
		{ "{\"e\":\"surprise\"}", ERR_UNKNOWN, "" },
		/* A name that no symbol can have. */
		{ "{\"e\":\"contractInfo\",\"s\":\"" SIXTY "1234\"}", ERR_FULL,
		    "" },
		{ "{\"e\":\"contractInfo\",\"s\":\"" SIXTY "123\"}", ERR_OK,
		    "changed " SIXTY "123 \n" },
		{ "{\"e\":\"bookTicker\",\"s\":\"" SIXTY "1234\"}", ERR_OK,
		    "" },
		{ "{\"e\":[]}", ERR_UNKNOWN, "" },
		{ "{\"e\":null}", ERR_UNKNOWN, "" },
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(hear(w, rows[i].text), rows[i].e);
		assert_string_equal(w->text, rows[i].said);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_each_kind),
		TEST(test_members),
		TEST(test_prefixes),
		TEST(test_flipped_bytes),
		TEST(test_trade_kinds),
		TEST(test_no_trades),
		TEST(test_platforms),
		TEST(test_liquidations),
		TEST(test_contracts_of_unknown_size),
		TEST(test_dated_contracts),
		TEST(test_mark_without_index),
		TEST(test_quotes),
		TEST(test_depth_times),
		TEST(test_utf8),
		TEST(test_other_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
