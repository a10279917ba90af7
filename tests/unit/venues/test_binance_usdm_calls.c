/* LINK: model/instrument venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/crc32 */
/* LINK: codec/decimal codec/decmath model/model model/symbol model/emit */
/* LINK: core/must core/out core/span core/err core/time */
/* LINK: model/instrument codec/utf8 */

/* Names, requests and REST of USD-M. */
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
	LEVELS = 16,
	TEXT = 16 * 1024,
	FRAME = 16 * 1024,
};

static const struct venue *const venue = &venue_binance_usdm;

#define UTF8 "\u5e01\u5b89\u4eba\u751f"

struct heard {
	struct venue_host host;
	struct json json;
	struct level levels[LEVELS];
	char text[TEXT];
	struct out out;
	unsigned records;
	int64_t ids[8];
	/* page->first when the first record came. */
	struct trades_page page;
	int64_t first_then;
};

static const struct origin from = { .seen = { 1795392000999999000LL },
	.epoch = 1 };

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	struct heard *w = h->owner;

	assert_non_null(s);
	assert_int_equal(
	    c, id == RECORD_trade ? CHANNEL_TRADE : CHANNEL_INTEREST);
	if (w->records == 0)
		w->first_then = w->page.first;
	if (f != NULL) {
		assert_int_equal(f->first, f->last);
		w->ids[w->records] = f->first;
	}
	w->records++;
	assert_true(w->records < 8);
	record_json(id, rec, &w->out);
	out_char(&w->out, '\n');
}

static struct symbol
named(const char *native)
{
	struct symbol s;
	char unified[SYMBOL_MAX + 1];
	struct out o;

	out_init(&o, unified, sizeof(unified));
	venue->unified(span_of(native), &o);
	assert_int_equal(symbol_set(&s, VENUE_binance_usdm, 0, span_of(native),
			     out_done(&o)),
	    ERR_OK);
	venue->describe(&s);
	return s;
}

static int
set_up(void **state)
{
	struct heard *w = calloc(1, sizeof(*w));

	json_init(&w->json, calloc(1, json_pool_bytes(TOKENS)), TOKENS);
	w->host = (struct venue_host){ .owner = w,
		.record = on_record,
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

static void
begin(struct heard *w, const char *text)
{
	out_init(&w->out, w->text, sizeof(w->text));
	w->records = 0;
	assert_int_equal(json_parse(&w->json, text, strlen(text)), ERR_OK);
}

/* --- names -----------------------------------------------------------------
 */

static const struct {
	const char *native;
	const char *unified;
	enum market_type market;
	bool inverse;
	const char *kind;
} names[] = {
	{ "BTCUSDT", "BTC-USDT-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "BTCUSDC", "BTC-USDC-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "BTCBUSD", "BTC-BUSD-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "ETHBTC", "ETH-BTC-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "BTCUSDT_270326", "BTC-USDT-270326", MARKET_FUTURES, false, "" },
	{ "1000SHIBUSDT", "SHIB-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "1000000MOGUSDT", "MOG-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "1MBABYDOGEUSDT", "BABYDOGE-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "1INCHUSDT", "1INCH-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "1000PEPEUSDT", "PEPE-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "1000NEWUSDT", "1000NEW-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ UTF8 "USDT", UTF8 "-USDT-PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "XAUUSDT", "XAU-USDT-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "TSLAUSDT", "TSLA-USDT-PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "BTCUSD_PERP", "BTC-USD-PERP", MARKET_PERPETUAL, true, "PERPETUAL" },
	{ "BTCUSD_261225", "BTC-USD-261225", MARKET_FUTURES, true, "" },
	{ "BNBUSD_PERP", "BNB-USD-PERP", MARKET_PERPETUAL, true, "PERPETUAL" },
	{ "BNBUSD_261225", "BNB-USD-261225", MARKET_FUTURES, true, "" },
	/* Forms that are not known stay as they are. */
	{ "WHATEVER", "WHATEVER", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "USDT", "USDT", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "BTCUSDT_PERP", "BTCUSDT_PERP", MARKET_PERPETUAL, false,
	    "PERPETUAL" },
	{ "BTCUSDT_27032", "BTCUSDT_27032", MARKET_PERPETUAL, false, "" },
	{ "BTCUSDT_27032x", "BTCUSDT_27032x", MARKET_PERPETUAL, false, "" },
	{ "USD_PERP", "USD_PERP", MARKET_PERPETUAL, false, "PERPETUAL" },
	{ "_", "_", MARKET_PERPETUAL, false, "" },
};

static void
test_names(void **state)
{
	char text[64];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct symbol s = named(names[i].native);

		assert_string_equal(s.unified, names[i].unified);
		assert_int_equal(s.market, names[i].market);
		assert_int_equal(s.inverse, names[i].inverse);
		assert_int_equal(
		    s.unit, names[i].inverse ? UNIT_CONTRACTS : UNIT_BASE);
		assert_string_equal(s.kind, names[i].kind);
		out_init(&o, text, sizeof(text));
		venue->native(symbol_unified(&s), &o);
		assert_string_equal(out_cstr(&o), names[i].native);
		/* A native name passes unchanged. */
		out_init(&o, text, sizeof(text));
		venue->native(symbol_native(&s), &o);
		assert_string_equal(out_cstr(&o), names[i].native);
	}
}

static void
test_other_unified_names(void **state)
{
	static const char *const rows[][2] = {
		/* The market of this venue is the perpetual. */
		{ "BTC-USDT", "BTCUSDT" },
		{ "BTC-USD", "BTCUSD_PERP" },
		{ "SHIB-USDT", "1000SHIBUSDT" },
		{ "1000SHIB-USDT-PERP", "1000SHIBUSDT" },
		{ "SHIB-USD-PERP", "SHIBUSD_PERP" },
		{ "", "" },
		{ "-", "" },
		{ "PERP", "PERP" },
	};
	char text[64];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->native(span_of(rows[i][0]), &o);
		assert_string_equal(out_cstr(&o), rows[i][1]);
	}
	assert_ptr_equal(venues[VENUE_binance_usdm], venue);
	assert_string_equal(
	    venue_descs[VENUE_binance_usdm].name, "binance_usdm");
	assert_string_equal(
	    venue_descs[VENUE_binance_usdm].exchange, "binance");
}

/* --- streams ---------------------------------------------------------------
 */

static void
test_stream_names(void **state)
{
	static const struct {
		struct stream stream;
		const char *native;
		const char *name;
		const char *route;
	} rows[] = {
		{ { .channel = CHANNEL_TRADE }, "BTCUSDT", "btcusdt@trade",
		    "public" },
		{ { .channel = CHANNEL_TRADE,
		      .trades = BINANCE_USDM_AGG_TRADE },
		    "BTCUSDT", "btcusdt@aggTrade", "market" },
		{ { .channel = CHANNEL_BOOK }, UTF8 "USDT",
		    UTF8 "usdt@depth@100ms", "public" },
		{ { .channel = CHANNEL_QUOTE }, "1000SHIBUSDT",
		    "1000shibusdt@bookTicker", "public" },
		{ { .channel = CHANNEL_KLINE, .interval = "1M" },
		    "BTCUSDT_270326", "btcusdt_270326@kline_1M", "market" },
		{ { .channel = CHANNEL_TICKER }, "BTCUSD_PERP",
		    "btcusd_perp@ticker", "market" },
		{ { .channel = CHANNEL_FUNDING }, "BTCUSDT",
		    "btcusdt@markPrice@1s", "market" },
		{ { .channel = CHANNEL_LIQUIDATION, .group = "all" }, NULL,
		    "!forceOrder@arr", "market" },
		{ { .channel = CHANNEL_STATUS, .group = "all" }, NULL,
		    "!contractInfo", "market" },
	};
	char text[128];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stream s = rows[i].stream;
		const struct venue_channel *c;
		struct symbol symbol;

		if (rows[i].native != NULL) {
			symbol = named(rows[i].native);
			s.symbol = &symbol;
		}
		out_init(&o, text, sizeof(text));
		venue->stream_name(&s, &o);
		assert_string_equal(out_cstr(&o), rows[i].name);
		c = &venue->channels[s.channel];
		assert_int_equal(
		    c->how, s.symbol == NULL ? OFFER_GROUP : OFFER_STREAM);
		assert_string_equal(
		    venue->routes[venue->route(&s)], rows[i].route);
		/* Only the trade stream may be elsewhere. */
		assert_int_equal(
		    c->routes, s.channel == CHANNEL_TRADE ? 3 : 1 << c->route);
	}
	assert_string_equal(
	    venue->trade_kinds[BINANCE_USDM_AGG_TRADE], "aggTrade");
	assert_int_equal(venue->channels[CHANNEL_INTEREST].how, OFFER_POLL);
}

static void
test_offers(void **state)
{
	static const struct {
		const char *native;
		bool book;
		bool funding;
		bool interest;
	} rows[] = {
		{ "BTCUSDT", true, true, true },
		{ "BTCUSDT_270326", true, false, true },
		{ "BTCUSD_PERP", false, true, false },
		{ "BTCUSD_261225", false, false, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct symbol s = named(rows[i].native);

		assert_int_equal(venue->has(&s, CHANNEL_BOOK), rows[i].book);
		assert_int_equal(
		    venue->has(&s, CHANNEL_FUNDING), rows[i].funding);
		assert_int_equal(
		    venue->has(&s, CHANNEL_INTEREST), rows[i].interest);
		assert_true(venue->has(&s, CHANNEL_TRADE));
		assert_true(venue->has(&s, CHANNEL_KLINE));
		assert_true(venue->has(&s, CHANNEL_TICKER));
		assert_true(venue->has(&s, CHANNEL_LIQUIDATION));
		assert_true(venue->has(&s, CHANNEL_QUOTE));
		assert_true(venue->has(&s, CHANNEL_STATUS));
		assert_string_equal(
		    venue->group(&s, CHANNEL_LIQUIDATION), "all");
	}
}

static void
test_subscribe(void **state)
{
	struct symbol btc = named("BTCUSDT");
	const struct stream trade = { .symbol = &btc };
	const struct stream all = { .channel = CHANNEL_LIQUIDATION,
		.group = "all" };
	const struct stream *pair[2] = { &trade, &all };
	const struct stream *many[300];
	char text[FRAME];
	struct out o;
	size_t taken;

	(void)state;
	out_init(&o, text, sizeof(text));
	venue->subscribe(pair, 2, true, 12, &o, &taken);
	assert_int_equal(taken, 2);
	assert_string_equal(out_cstr(&o),
	    "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@trade\","
	    "\"!forceOrder@arr\"],\"id\":12}");
	for (unsigned i = 0; i < 300; i++)
		many[i] = pair[i % 2];
	out_init(&o, text, sizeof(text));
	venue->subscribe(many, 300, false, 13, &o, &taken);
	assert_int_equal(taken, venue->names_max);
	assert_false(o.full);
	/* What does not fit is left for the next frame. */
	out_init(&o, text, 200);
	venue->subscribe(many, 300, false, 13, &o, &taken);
	assert_true(taken >= 1 && taken < 10);
	assert_false(o.full);
	assert_non_null(strstr(out_cstr(&o), "],\"id\":13}"));
	assert_int_equal(strncmp(text, "{\"method\":\"UNSUBSCRIBE\"", 23), 0);
}

/* --- calls -----------------------------------------------------------------
 */

static void
test_book_call(void **state)
{
	static const struct {
		uint32_t limit;
		uint32_t weight;
		const char *path;
	} rows[] = {
		{ 1, 2, "/fapi/v1/depth?symbol=BTCUSDT&limit=5" },
		{ 20, 2, "/fapi/v1/depth?symbol=BTCUSDT&limit=20" },
		{ 50, 2, "/fapi/v1/depth?symbol=BTCUSDT&limit=50" },
		{ 51, 5, "/fapi/v1/depth?symbol=BTCUSDT&limit=100" },
		{ 100, 5, "/fapi/v1/depth?symbol=BTCUSDT&limit=100" },
		{ 101, 10, "/fapi/v1/depth?symbol=BTCUSDT&limit=500" },
		{ 501, 20, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000" },
		{ 9999, 20, "/fapi/v1/depth?symbol=BTCUSDT&limit=1000" },
	};
	struct symbol btc = named("BTCUSDT");
	struct symbol utf8 = named(UTF8 "USDT");
	struct venue_call call = { 0 };
	char text[256];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->book_call(&btc, rows[i].limit, &o, &call);
		assert_string_equal(out_cstr(&o), rows[i].path);
		assert_int_equal(call.weight, rows[i].weight);
	}
	out_init(&o, text, sizeof(text));
	venue->book_call(&utf8, 1000, &o, &call);
	assert_string_equal(out_cstr(&o),
	    "/fapi/v1/depth?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT"
	    "&limit=1000");
	out_init(&o, text, sizeof(text));
	venue->poll_call(&btc, CHANNEL_INTEREST, &o, &call);
	assert_string_equal(
	    out_cstr(&o), "/fapi/v1/openInterest?symbol=BTCUSDT");
	assert_int_equal(call.weight, 1);
	assert_int_equal(call.gap_ms, 0);
}

static void
test_trades_call(void **state)
{
	static const struct {
		const char *native;
		unsigned trades;
		unsigned source;
		uint32_t limit;
		uint32_t weight;
		/* NULL: there is no such source. */
		const char *path;
	} rows[] = {
		{ "BTCUSDT", BINANCE_USDM_TRADE, 0, 1000, 20,
		    "/fapi/v1/historicalTrades?symbol=BTCUSDT&fromId=77"
		    "&limit=500" },
		{ "BTCUSDT", BINANCE_USDM_TRADE, 0, 3, 20,
		    "/fapi/v1/historicalTrades?symbol=BTCUSDT&fromId=77"
		    "&limit=3" },
		{ "BTCUSDT", BINANCE_USDM_TRADE, 1, 3, 5,
		    "/fapi/v1/trades?symbol=BTCUSDT&limit=1000" },
		{ "BTCUSDT", BINANCE_USDM_TRADE, 2, 3, 0, NULL },
		{ "BTCUSDT", BINANCE_USDM_AGG_TRADE, 0, 5000, 20,
		    "/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=77&limit=1000" },
		{ "BTCUSDT", BINANCE_USDM_AGG_TRADE, 1, 5000, 0, NULL },
		{ "BTCUSD_PERP", BINANCE_USDM_TRADE, 0, 10, 0, NULL },
		{ "BTCUSD_PERP", BINANCE_USDM_AGG_TRADE, 0, 10, 0, NULL },
	};
	char text[256];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct symbol s = named(rows[i].native);
		struct venue_call call = { 0 };
		const struct trades_ask ask = { .first = 77,
			.last = 90,
			.limit = rows[i].limit,
			.trades = rows[i].trades,
			.source = rows[i].source };

		out_init(&o, text, sizeof(text));
		assert_int_equal(venue->trades_call(&s, &ask, &o, &call),
		    rows[i].path != NULL);
		assert_string_equal(
		    out_cstr(&o), rows[i].path == NULL ? "" : rows[i].path);
		assert_int_equal(call.weight, rows[i].weight);
	}
}

/* --- replies ---------------------------------------------------------------
 */

static enum err
trades(struct heard *w, const char *text, const struct trades_ask *ask)
{
	struct symbol s = named("BTCUSDT");
	enum err e;

	begin(w, text);
	e = venue->trades_reply(&w->json, &s, ask, &from, &w->host, &w->page);
	out_cstr(&w->out);
	return e;
}

#define ROW(id, price)                                                         \
	"{\"id\":" id ",\"isBuyerMaker\":false,\"price\":\"" price             \
	"\",\"qty\":\"0.007\",\"quoteQty\":\"80.45\","                         \
	"\"time\":1795392000313,\"isRPITrade\":false}"
#define AGGREGATE(id)                                                          \
	"{\"a\":" id ",\"p\":\"11376.16\",\"q\":\"0.001\",\"nq\":\"0.001\","   \
	"\"f\":230188317,\"l\":230188319,\"T\":1795392000346,\"m\":true}"

static void
test_trades_from_an_id(void **state)
{
	const struct trades_ask ask = { .first = 100, .last = 110 };
	struct heard *w = *state;

	/* 101 and 102 were no trades, or fills that REST does not have. */
	assert_int_equal(
	    trades(w, "[" ROW("100", "11494.06") "," ROW("103", "2") "]", &ask),
	    ERR_OK);
	assert_int_equal(w->records, 2);
	assert_int_equal(w->page.first, 100);
	assert_int_equal(w->page.last, 103);
	assert_int_equal(w->first_then, 100);
	assert_non_null(strstr(w->text,
	    "\"trade_id\":\"100\",\"price\":\"11494.06\","
	    "\"quantity\":\"0.007\",\"quote_quantity\":\"80.45842\","
	    "\"timestamp\":\"2026-11-23T00:00:00.313000Z\","
	    "\"side\":\"buy\","));
	assert_non_null(strstr(w->text, "\"backfill\":true"));
	/* So may be the first ones asked for. */
	assert_int_equal(trades(w, "[" ROW("105", "1") "]", &ask), ERR_OK);
	assert_int_equal(w->page.first, 100);
	assert_int_equal(w->page.last, 105);
	/* But not so many: it does not reach back that far. */
	assert_int_equal(trades(w, "[" ROW("1101", "1") "]", &ask), ERR_OK);
	assert_int_equal(w->page.first, 1101);
	assert_int_equal(w->first_then, 1101);
	/* No price: no trade, and known to be none. */
	assert_int_equal(
	    trades(w, "[" ROW("100", "0") "," ROW("101", "0.0") "]", &ask),
	    ERR_OK);
	assert_int_equal(w->records, 0);
	assert_int_equal(w->page.first, 100);
	assert_int_equal(w->page.last, 101);
	assert_int_equal(trades(w, "[]", &ask), ERR_OK);
	assert_true(w->page.first > w->page.last);
}

static void
test_newest_trades(void **state)
{
	const struct trades_ask ask = {
		.first = 100, .last = 110, .source = 1
	};
	struct heard *w = *state;

	/* It does not reach the first one. */
	assert_int_equal(
	    trades(w, "[" ROW("105", "1") "," ROW("106", "1") "]", &ask),
	    ERR_OK);
	assert_int_equal(w->page.first, 105);
	assert_int_equal(w->page.last, 106);
	assert_int_equal(w->first_then, 105);
	assert_int_equal(w->records, 2);
	/* It does, and begins before. */
	assert_int_equal(
	    trades(w,
		"[" ROW("98", "1") "," ROW("99", "1") "," ROW("101", "1") "]",
		&ask),
	    ERR_OK);
	assert_int_equal(w->page.first, 100);
	assert_int_equal(w->page.last, 101);
	assert_int_equal(w->records, 1);
	assert_int_equal(w->ids[0], 101);
	assert_int_equal(trades(w, "[" ROW("98", "1") "]", &ask), ERR_OK);
	assert_int_equal(w->records, 0);
	assert_true(w->page.first > w->page.last);
}

static void
test_aggregates(void **state)
{
	const struct trades_ask ask = { .first = 154676475,
		.last = 154676480,
		.trades = BINANCE_USDM_AGG_TRADE };
	struct heard *w = *state;

	assert_int_equal(
	    trades(w, "[" AGGREGATE("154676475") "," AGGREGATE("154676476") "]",
		&ask),
	    ERR_OK);
	assert_int_equal(w->records, 2);
	assert_int_equal(w->page.first, 154676475);
	assert_int_equal(w->page.last, 154676476);
	assert_int_equal(w->ids[0], 154676475);
	assert_non_null(strstr(w->text,
	    "\"trade_id\":\"154676475\",\"price\":\"11376.16\","
	    "\"quantity\":\"0.001\",\"quote_quantity\":\"11.37616\","
	    "\"timestamp\":\"2026-11-23T00:00:00.346000Z\","
	    "\"side\":\"sell\","));
	assert_non_null(strstr(w->text, "\"backfill\":true"));
}

static void
test_bad_trades(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} rows[] = {
		{ "{}", ERR_TYPE },
		{ "{\"code\":0}", ERR_TYPE },
		{ "[1]", ERR_TYPE },
		{ "[{}]", ERR_MISSING },
		{ "[{\"id\":1,\"id\":1}]", ERR_SYNTAX },
		{ "[" ROW("-1", "1") "]", ERR_RANGE },
		{ "[" ROW("100", "") "]", ERR_MISSING },
		{ "[" ROW("100", "x") "]", ERR_SYNTAX },
		{ "[" AGGREGATE("100") "]", ERR_MISSING },
		/* The key is asked for, or not accepted (3.4.1). */
		{ "{\"code\":-2014,\"msg\":\"API-key format invalid.\"}",
		    ERR_REJECTED },
		{ "{\"code\":-2015,\"msg\":\"Invalid API-key\"}",
		    ERR_REJECTED },
		{ "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}",
		    ERR_REJECTED },
		{ "{\"code\":-1003,\"msg\":\"Too many requests\"}",
		    ERR_LIMITED },
	};
	const struct trades_ask ask = { .first = 100, .last = 110 };
	struct heard *w = *state;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(trades(w, rows[i].text, &ask), rows[i].e);
		assert_int_equal(w->records, 0);
		assert_true(
		    w->page.first > w->page.last || w->page.first == ask.first);
	}
	/* Descending ids would be holes that are none. */
	assert_int_equal(
	    trades(w, "[" ROW("105", "1") "," ROW("104", "1") "]", &ask),
	    ERR_PROTOCOL);
	assert_int_equal(w->records, 1);
	assert_int_equal(w->page.last, 105);
}

static void
test_book_reply(void **state)
{
	struct symbol s = named("BTCUSDT");
	struct heard *w = *state;
	struct orderbook b;

	begin(w, "{\"lastUpdateId\":1027024,\"E\":1795392000123,"
		 "\"T\":1795392000117,\"bids\":[[\"96184.2\",\"1\"],"
		 "[\"96184.1\",\"2\"]],\"asks\":[]}");
	assert_int_equal(
	    venue->book_reply(&w->json, &s, &from, &w->host, &b), ERR_OK);
	assert_int_equal(b.last_update_id, 1027024);
	assert_int_equal(b.timestamp, 1795392000117000000LL);
	assert_int_equal(b.bids.count, 2);
	assert_int_equal(b.asks.count, 0);
	assert_int_equal(b.depth_levels, 2);
	assert_int_equal(b.update_type, UPDATE_SNAPSHOT);
	assert_int_equal(b.market_type, MARKET_PERPETUAL);
	begin(w, "{\"lastUpdateId\":1,\"E\":1795392000123,\"bids\":[],"
		 "\"asks\":[]}");
	assert_int_equal(
	    venue->book_reply(&w->json, &s, &from, &w->host, &b), ERR_OK);
	assert_int_equal(b.timestamp, 1795392000123000000LL);
	begin(w, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}");
	assert_int_equal(
	    venue->book_reply(&w->json, &s, &from, &w->host, &b), ERR_MISSING);
}

static void
test_open_interest(void **state)
{
	static const struct {
		const char *text;
		enum err e;
	} rows[] = {
		{ "[]", ERR_TYPE },
		{ "{}", ERR_MISSING },
		{ "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", ERR_MISSING },
		{ "{\"openInterest\":\"\",\"symbol\":\"BTCUSDT\","
		  "\"time\":1795392000011}",
		    ERR_MISSING },
		{ "{\"openInterest\":\"1\",\"symbol\":\"ETHUSDT\","
		  "\"time\":1795392000011}",
		    ERR_PROTOCOL },
		{ "{\"openInterest\":\"1\",\"symbol\":\"BTCUSDT\"}",
		    ERR_MISSING },
		{ "{\"openInterest\":\"1\",\"time\":1795392000011}",
		    ERR_MISSING },
		{ "{\"openInterest\":{},\"symbol\":\"BTCUSDT\","
		  "\"time\":1795392000011}",
		    ERR_SYNTAX },
	};
	struct symbol s = named("BTCUSDT");
	struct heard *w = *state;

	begin(w, "{\"time\":1795392000011,\"openInterest\":\"10659.509\","
		 "\"symbol\":\"BTCUSDT\",\"new\":[{}]}");
	assert_int_equal(
	    venue->poll_reply(&w->json, &s, CHANNEL_INTEREST, &from, &w->host),
	    ERR_OK);
	out_cstr(&w->out);
	assert_string_equal(w->text,
	    "{\"exchange_name\":\"binance\","
	    "\"symbol_name\":\"BTC-USDT-PERP\","
	    "\"open_interest\":\"10659.509\",\"open_interest_value\":null,"
	    "\"open_interest_value_usd\":null,"
	    "\"instrument_type\":\"PERPETUAL\","
	    "\"timestamp\":\"2026-11-23T00:00:00.011000Z\","
	    "\"collected_at\":\"2026-11-23T00:00:00.999999Z\","
	    "\"market_type\":\"perpetual\",\"native_symbol\":\"BTCUSDT\","
	    "\"backfill\":true}\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(w, rows[i].text);
		assert_int_equal(venue->poll_reply(&w->json, &s,
				     CHANNEL_INTEREST, &from, &w->host),
		    rows[i].e);
		assert_int_equal(w->records, 0);
	}
}

static void
test_error_bodies(void **state)
{
	struct heard *w = *state;
	struct venue_error e;

	begin(w, "{\"code\":-1003,\"msg\":\"Way too much request weight "
		 "used; IP banned until 1795392600123.\"}");
	venue->error(&w->json, &e);
	assert_int_equal(e.code, -1003);
	assert_int_equal(e.banned_until.ns, 1795392600123LL * NS_PER_MS);
	begin(w, "{\"msg\":\"x\"}");
	venue->error(&w->json, &e);
	assert_int_equal(e.code, 0);
}

/* Facts of the documents that the rest of the program acts on. */
static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(venue->chain, CHAIN_PREV);
	assert_false(venue->books_in_stream);
	assert_int_equal(venue->streams_max, 1024);
	assert_int_equal(venue->sends_per_s, 10);
	assert_int_equal(venue->weight_per_min, 2400);
	assert_string_equal(venue->weight_header, "x-mbx-used-weight-1m");
	assert_string_equal(venue->intervals,
	    "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_other_unified_names),
		TEST(test_stream_names),
		TEST(test_offers),
		TEST(test_subscribe),
		TEST(test_book_call),
		TEST(test_trades_call),
		TEST(test_trades_from_an_id),
		TEST(test_newest_trades),
		TEST(test_aggregates),
		TEST(test_bad_trades),
		TEST(test_book_reply),
		TEST(test_open_interest),
		TEST(test_error_bodies),
		TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
