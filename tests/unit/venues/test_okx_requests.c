/* LINK: venues/okx venues/okx_% venues/instrument_parts model/instrument */
/* LINK: codec/crc32 book/book */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath model/model model/symbol */
/* LINK: core/must core/out core/span core/err core/time */

/* What is sent to OKX and known about it without a message: names, bars,
 * subscriptions, REST calls, and the checksum of a book. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "venues/okx.h"

static const struct venue *const venue = &venue_okx;

static const char *
text_of(void (*name)(struct span from, struct out *o), const char *from)
{
	static char text[256];
	struct out o;

	out_init(&o, text, sizeof(text));
	name(span_of(from), &o);
	return out_cstr(&o);
}

static struct symbol
symbol_of(const char *native)
{
	struct symbol s;

	assert_int_equal(
	    symbol_set(&s, VENUE_okx, 0, span_of(native), span_of(native)),
	    ERR_OK);
	venue->describe(&s);
	return s;
}

/* --- names -----------------------------------------------------------------
 */

static const struct row {
	const char *native;
	const char *unified;
	enum market_type market;
	enum unit unit;
	bool inverse;
	const char *kind;
	const char *liquidations;
	const char *listings;
	bool has_funding;
	bool has_interest;
} rows[] = {
	{ "BTC-USDT", "BTC-USDT", MARKET_SPOT, UNIT_BASE, false, "SPOT", NULL,
	    "SPOT", false, false },
	{ "BTC-USD", "BTC-USD", MARKET_SPOT, UNIT_BASE, false, "SPOT", NULL,
	    "SPOT", false, false },
	{ "BTC-USDT-SWAP", "BTC-USDT-PERP", MARKET_PERPETUAL, UNIT_CONTRACTS,
	    false, "SWAP", "SWAP", "SWAP", true, true },
	{ "BTC-USDC-SWAP", "BTC-USDC-PERP", MARKET_PERPETUAL, UNIT_CONTRACTS,
	    false, "SWAP", "SWAP", "SWAP", true, true },
	{ "BTC-USD-SWAP", "BTC-USD-PERP", MARKET_PERPETUAL, UNIT_CONTRACTS,
	    true, "SWAP", "SWAP", "SWAP", true, true },
	{ "BTC-USD_UM-SWAP", "BTC-USD-PERP:USD_UM", MARKET_PERPETUAL,
	    UNIT_CONTRACTS, false, "SWAP", "SWAP", "SWAP", true, true },
	{ "BTC-USDT-261225", "BTC-USDT-261225", MARKET_FUTURES, UNIT_CONTRACTS,
	    false, "FUTURES", "FUTURES", "FUTURES", false, true },
	{ "BTC-USD-261225", "BTC-USD-261225", MARKET_FUTURES, UNIT_CONTRACTS,
	    true, "FUTURES", "FUTURES", "FUTURES", false, true },
	{ "BTC-USD_UM-261225", "BTC-USD-261225:USD_UM", MARKET_FUTURES,
	    UNIT_CONTRACTS, false, "FUTURES", "FUTURES", "FUTURES", false,
	    true },
	{ "BTC-USD_UM_XPERP-310404", "BTC-USD-PERP:USD_UM_XPERP-310404",
	    MARKET_PERPETUAL, UNIT_CONTRACTS, false, "FUTURES", "FUTURES",
	    "FUTURES", true, true },
	{ "MOODENG-USD_UM_XPERP-310815", "MOODENG-USD-PERP:USD_UM_XPERP-310815",
	    MARKET_PERPETUAL, UNIT_CONTRACTS, false, "FUTURES", "FUTURES",
	    "FUTURES", true, true },
	{ "BTC-USD-261225-100000-C", "BTC-USD-261225-100000-C", MARKET_OPTIONS,
	    UNIT_CONTRACTS, false, "OPTION", NULL, "OPTION", false, true },
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
};

static void
assert_text(const char *have, const char *want)
{
	if (want == NULL)
		assert_null(have);
	else
		assert_string_equal(have, want);
}

static void
test_names(void **state)
{
	static const char *const odd[] = { "", "-", "--", "A", "A-", "A--B",
		"-B", "A-_B", "A-B_", "A-B:", ":", "A-PERP", "A-_XPERP-1" };

	(void)state;
	for (unsigned i = 0; i < ROWS; i++) {
		const struct row *r = &rows[i];
		struct symbol s = symbol_of(r->native);

		assert_string_equal(
		    text_of(venue->unified, r->native), r->unified);
		assert_string_equal(
		    text_of(venue->native, r->unified), r->native);
		assert_string_equal(
		    text_of(venue->native, r->native), r->native);
		assert_int_equal(s.market, r->market);
		assert_int_equal(s.unit, r->unit);
		assert_int_equal(s.inverse, r->inverse);
		assert_string_equal(s.kind, r->kind);
		assert_text(
		    venue->group(&s, CHANNEL_LIQUIDATION), r->liquidations);
		assert_text(venue->group(&s, CHANNEL_STATUS), r->listings);
		assert_text(venue->group(&s, CHANNEL_TRADE), NULL);
		assert_int_equal(
		    venue->has(&s, CHANNEL_FUNDING), r->has_funding);
		assert_int_equal(
		    venue->has(&s, CHANNEL_INTEREST), r->has_interest);
		assert_int_equal(venue->has(&s, CHANNEL_LIQUIDATION),
		    r->liquidations != NULL);
		assert_true(venue->has(&s, CHANNEL_TRADE));
		assert_true(venue->has(&s, CHANNEL_BOOK));
		assert_true(venue->has(&s, CHANNEL_KLINE));
		assert_true(venue->has(&s, CHANNEL_TICKER));
		assert_false(venue->has(&s, CHANNEL_QUOTE));
	}
	/* No two instruments may become one. */
	for (unsigned i = 0; i < ROWS; i++) {
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(
			    rows[i].unified, rows[k].unified);
	}
	/* Whatever the config says, nothing is read behind its end. */
	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		char *copy = strdup(odd[i]);

		text_of(venue->unified, copy);
		text_of(venue->native, copy);
		free(copy);
	}
}

/* --- bars ------------------------------------------------------------------
 */

static const struct {
	const char *interval;
	const char *native;
	int64_t open_s;
	int64_t close_ms;
} bars[] = {
	{ "1s", "1s", 1795392000, 1795392000999 },
	{ "1m", "1m", 1795392000, 1795392059999 },
	{ "3m", "3m", 1795392000, 1795392179999 },
	{ "5m", "5m", 1795392000, 1795392299999 },
	{ "15m", "15m", 1795392000, 1795392899999 },
	{ "30m", "30m", 1795392000, 1795393799999 },
	{ "1h", "1H", 1795392000, 1795395599999 },
	{ "2h", "2H", 1795392000, 1795399199999 },
	{ "4h", "4H", 1795392000, 1795406399999 },
	{ "6h", "6Hutc", 1795392000, 1795413599999 },
	{ "12h", "12Hutc", 1795392000, 1795435199999 },
	{ "1d", "1Dutc", 1795392000, 1795478399999 },
	{ "2d", "2Dutc", 1795392000, 1795564799999 },
	{ "3d", "3Dutc", 1795392000, 1795651199999 },
	{ "5d", "5Dutc", 1795392000, 1795823999999 },
	{ "1w", "1Wutc", 1795392000, 1795996799999 },
	/* 2026-11-01, 2027-02-01 and 2028-02-01, 2026-12-01. */
	{ "1M", "1Mutc", 1793491200, 1796083199999 },
	{ "1M", "1Mutc", 1801440000, 1803859199999 },
	{ "1M", "1Mutc", 1832976000, 1835481599999 },
	{ "1M", "1Mutc", 1796083200, 1798761599999 },
	/* 2026-10-01; 2100-01-01, which is no leap year; 1970. */
	{ "3M", "3Mutc", 1790812800, 1798761599999 },
	{ "3M", "3Mutc", 4102444800, 4110220799999 },
	{ "3M", "3Mutc", 0, 7775999999 },
};

static void
test_bars(void **state)
{
	static const char *const wrong[] = { "", "1", "1D", "1Hutc", "6H",
		"1min", "1mutc" };
	struct span words = span_of(venue->intervals);
	struct span word;

	(void)state;
	for (unsigned i = 0; i < sizeof(bars) / sizeof(bars[0]); i++) {
		const struct okx_bar *bar = okx_bar_interval(bars[i].interval);

		assert_non_null(bar);
		assert_string_equal(bar->native, bars[i].native);
		assert_ptr_equal(okx_bar_native(span_of(bars[i].native)), bar);
		assert_int_equal(
		    okx_bar_close(bar, bars[i].open_s * NS_PER_S) / NS_PER_MS,
		    bars[i].close_ms);
	}
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_null(okx_bar_native(span_of(wrong[i])));
	assert_null(okx_bar_interval("1H"));
	while ((word = span_word(&words, " ")).at != NULL) {
		char text[8] = "";

		memcpy(text, word.at, word.len);
		assert_non_null(okx_bar_interval(text));
	}
}

/* --- subscriptions ---------------------------------------------------------
 */

static const struct {
	const char *name;
	unsigned route;
} streams[] = {
	{ "trades:BTC-USDT-SWAP", OKX_PUBLIC },
	{ "books:BTC-USDT", OKX_PUBLIC },
	{ "tickers:BTC-USDT", OKX_PUBLIC },
	{ "funding-rate:BTC-USDT-SWAP", OKX_PUBLIC },
	{ "open-interest:BTC-USDT-SWAP", OKX_PUBLIC },
	{ "liquidation-orders:SWAP", OKX_PUBLIC },
	{ "instruments:FUTURES", OKX_PUBLIC },
	{ "candle1m:BTC-USDT", OKX_BUSINESS },
	{ "candle1Dutc:BTC-USDT", OKX_BUSINESS },
	{ "trades-all:BTC-USDT", OKX_BUSINESS },
};

static void
test_subscribe(void **state)
{
	struct symbol btc = symbol_of("BTC-USDT");
	struct symbol swap = symbol_of("BTC-USDT-SWAP");
	struct stream s[] = {
		{ .symbol = &swap, .channel = CHANNEL_TRADE },
		{ .symbol = &btc, .channel = CHANNEL_BOOK },
		{ .symbol = &btc, .channel = CHANNEL_TICKER },
		{ .symbol = &swap, .channel = CHANNEL_FUNDING },
		{ .symbol = &swap, .channel = CHANNEL_INTEREST },
		{ .group = "SWAP", .channel = CHANNEL_LIQUIDATION },
		{ .group = "FUTURES", .channel = CHANNEL_STATUS },
		{ .symbol = &btc, .channel = CHANNEL_KLINE, .interval = "1m" },
		{ .symbol = &btc, .channel = CHANNEL_KLINE, .interval = "1d" },
		{ .symbol = &btc,
		    .channel = CHANNEL_TRADE,
		    .trades = OKX_TRADES_ALL },
	};
	enum {
		STREAMS = sizeof(s) / sizeof(s[0]),
	};
	const struct stream *list[STREAMS];
	char text[1024];
	struct out o;
	size_t taken;

	(void)state;
	for (unsigned i = 0; i < STREAMS; i++) {
		list[i] = &s[i];
		out_init(&o, text, sizeof(text));
		venue->stream_name(&s[i], &o);
		assert_string_equal(out_cstr(&o), streams[i].name);
		assert_int_equal(venue->route(&s[i]), streams[i].route);
		/* A kind of trades may have a route of its own. */
		if (s[i].trades == 0)
			assert_int_equal(venue->channels[s[i].channel].route,
			    streams[i].route);
	}
	out_init(&o, text, sizeof(text));
	venue->subscribe(list, 1, false, 7, &o, &taken);
	assert_int_equal(taken, 1);
	assert_string_equal(out_cstr(&o),
	    "{\"id\":\"7\",\"op\":\"unsubscribe\",\"args\":[{\"channel\":"
	    "\"trades\",\"instId\":\"BTC-USDT-SWAP\"}]}");
	out_init(&o, text, sizeof(text));
	venue->subscribe(&list[5], 4, true, 12, &o, &taken);
	assert_int_equal(taken, 4);
	assert_string_equal(out_cstr(&o),
	    "{\"id\":\"12\",\"op\":\"subscribe\",\"args\":[{\"channel\":"
	    "\"liquidation-orders\",\"instType\":\"SWAP\"},{\"channel\":"
	    "\"instruments\",\"instType\":\"FUTURES\"},{\"channel\":"
	    "\"candle1m\",\"instId\":\"BTC-USDT\"},{\"channel\":"
	    "\"candle1Dutc\",\"instId\":\"BTC-USDT\"}]}");
}

/* What does not fit is left for the next frame, and every frame is whole. */
static void
test_subscribe_limits(void **state)
{
	enum {
		MANY = 1000,
		ROOM = 16 * 1024,
	};
	static const struct stream *list[MANY];
	static char text[ROOM];
	char native[SYMBOL_MAX + 1];
	struct symbol s;
	struct stream longest = { .symbol = &s, .channel = CHANNEL_INTEREST };
	struct out o;
	size_t taken;

	(void)state;
	memset(native, 'X', SYMBOL_MAX);
	native[SYMBOL_MAX] = '\0';
	s = symbol_of(native);
	for (unsigned i = 0; i < MANY; i++)
		list[i] = &longest;
	out_init(&o, text, sizeof(text));
	venue->subscribe(list, MANY, true, INT64_MAX, &o, &taken);
	assert_int_equal(taken, venue->names_max);
	assert_false(o.full);
	assert_true(o.len < ROOM);
	for (size_t room = 200; room < 1200; room++) {
		out_init(&o, text, room);
		venue->subscribe(list, MANY, true, INT64_MAX, &o, &taken);
		assert_true(taken >= 1 && taken <= venue->names_max);
		assert_false(o.full);
		assert_memory_equal(text + o.len - 4, "\"}]}", 4);
	}
}

static void
test_facts(void **state)
{
	(void)state;
	assert_string_equal(venue->routes[OKX_PUBLIC], "public");
	assert_string_equal(venue->routes[OKX_BUSINESS], "business");
	assert_int_equal(venue->route_count, 2);
	assert_string_equal(venue->trade_kinds[OKX_TRADES], "trades");
	assert_string_equal(venue->trade_kinds[OKX_TRADES_ALL], "trades-all");
	assert_null(venue->trade_kinds[2]);
	assert_string_equal(venue->keepalive, "ping");
	/* The venue cuts a connection that was silent for 30 s. */
	assert_true(venue->keepalive_ms <= 25 * 1000);
	assert_true(venue->books_max < 30);
	assert_true(venue->connect_gap_ms > 1000 / 3);
	assert_int_equal(venue->chain, CHAIN_PREV);
	assert_true(venue->books_in_stream);
}

/* --- REST ------------------------------------------------------------------
 */

static void
test_book_calls(void **state)
{
	struct symbol s = symbol_of("BTC-USD_UM-SWAP");
	struct venue_call call = { 0 };
	char text[256];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	venue->book_call(&s, 50, &o, &call);
	assert_string_equal(
	    out_cstr(&o), "/api/v5/market/books?instId=BTC-USD_UM-SWAP&sz=50");
	assert_true(call.weight > 0);
	assert_true(call.gap_ms >= 2000 / 40);
	out_init(&o, text, sizeof(text));
	venue->book_call(&s, 5000, &o, &call);
	assert_non_null(strstr(out_cstr(&o), "&sz=400"));
}

static void
test_trades_calls(void **state)
{
	static const struct {
		struct trades_ask ask;
		const char *tail;
	} asks[] = {
		{ { .first = 77, .last = 77, .limit = 100 },
		    "after=78&limit=100" },
		{ { .first = 77, .last = 176, .limit = 100 },
		    "after=177&limit=100" },
		/* More than a page: its oldest part. */
		{ { .first = 77, .last = 177, .limit = 100 },
		    "after=177&limit=100" },
		{ { .first = 77, .last = 5000, .limit = 500 },
		    "after=177&limit=100" },
		{ { .first = 77, .last = 5000, .limit = 10 },
		    "after=87&limit=10" },
		{ { .first = 0, .last = INT64_C(1) << 61, .limit = 100 },
		    "after=100&limit=100" },
	};
	struct symbol s = symbol_of("BTC-USDT");
	struct trades_ask other = { .first = 1, .last = 1, .source = 1 };
	struct venue_call call = { 0 };
	char text[256];
	char want[256];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		out_init(&o, text, sizeof(text));
		assert_true(venue->trades_call(&s, &asks[i].ask, &o, &call));
		snprintf(want, sizeof(want),
		    "/api/v5/market/history-trades?instId=BTC-USDT&type=1&%s",
		    asks[i].tail);
		assert_string_equal(out_cstr(&o), want);
		assert_true(call.weight > 0);
		assert_true(call.gap_ms >= 2000 / 20);
	}
	out_init(&o, text, sizeof(text));
	assert_false(venue->trades_call(&s, &other, &o, &call));
	assert_int_equal(o.len, 0);
}

/* --- the checksum ----------------------------------------------------------
 */

static struct levels
levels_of(struct level *at, const char *const (*texts)[2], uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(
		    dec_parse(span_of(texts[i][0]), &at[i].price), ERR_OK);
		assert_int_equal(
		    dec_parse(span_of(texts[i][1]), &at[i].quantity), ERR_OK);
	}
	return (struct levels){ at, count };
}

/* zlib's sums of the texts beside them. */
static void
test_checksum(void **state)
{
	static const char *const bids[][2] = { { "3366.10", "7" },
		{ "3366", "6.000" }, { "0.00000001", "0.5" } };
	static const char *const asks[][2] = { { "3366.8", "9" } };
	enum {
		CAPACITY = 64,
	};
	struct level at[40];
	struct level more[40];
	struct book b;
	void *memory = malloc(book_bytes(CAPACITY));

	(void)state;
	book_init(&b, memory, CAPACITY);
	assert_int_equal(venue->checksum(&b), 0);
	/* 3366.10:7:3366.8:9:3366:6.000:0.00000001:0.5 */
	assert_int_equal(
	    book_load(&b, levels_of(at, bids, 3), levels_of(more, asks, 1), 0),
	    ERR_OK);
	assert_int_equal((uint32_t)venue->checksum(&b), 0x294f8b7c);
	/* 3366.8:9 */
	assert_int_equal(
	    book_load(&b, levels_of(at, bids, 0), levels_of(more, asks, 1), 0),
	    ERR_OK);
	assert_int_equal((uint32_t)venue->checksum(&b), 0x1b90a7fa);
	/* 100:1:101:1:99:1:102:1:...:76:1:125:1, whatever is behind. */
	for (int i = 0; i < 40; i++) {
		at[i] = (struct level){ dec_make(100 - i, 0), dec_make(1, 0) };
		more[i] =
		    (struct level){ dec_make(101 + i, 0), dec_make(1, 0) };
	}
	for (uint32_t n = 25; n <= 40; n += 15) {
		assert_int_equal(book_load(&b, (struct levels){ at, n },
				     (struct levels){ more, n }, n),
		    ERR_OK);
		assert_int_equal((uint32_t)venue->checksum(&b), 0xb9841401);
	}
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_bars),
		cmocka_unit_test(test_subscribe),
		cmocka_unit_test(test_subscribe_limits),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_book_calls),
		cmocka_unit_test(test_trades_calls),
		cmocka_unit_test(test_checksum),
	};

	return cmocka_run_group_tests_name(
	    "venues/okx requests", tests, NULL, NULL);
}
