/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: model/instrument core/time venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath codec/crc32 */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */
/* LINK: model/instrument codec/utf8 core/time */
#include "market_world.h"

/*
 * What comes again and again: tickers and their best prices, funding rates,
 * open interest, liquidations, and bars of venues that give them no time.
 */

static const int64_t T0 = WORLD_START / NS_PER_MS;

static int
okx(void **state)
{
	static const struct world_names names = { { "AAA-USDT-SWAP",
						      "BBB-USDT-SWAP" },
		{ "AAA-USDT-PERP", "BBB-USDT-PERP" } };

	*state = world_new(&venue_okx, &names, 4);
	return 0;
}

static int
deribit(void **state)
{
	static const struct world_names names = { { "BTC-PERPETUAL",
						      "ETH-PERPETUAL" },
		{ "BTC-USD-PERP", "ETH-USD-PERP" } };

	*state = world_new(&venue_deribit, &names, 4);
	return 0;
}

static int
usdm(void **state)
{
	static const struct world_names names = { { "AAAUSDT", "BBBUSDT" },
		{ "AAA-USDT-PERP", "BBB-USDT-PERP" } };

	*state = world_new(&venue_binance_usdm, &names, 4);
	return 0;
}

/* --- tickers and quotes -----------------------------------------------------
 */

static void
ticker(struct world *w, const char *native, int64_t ms)
{
	hear(w,
	    "{\"e\":\"24hrTicker\",\"E\":%lld,\"s\":\"%s\",\"ps\":\"%s\","
	    "\"c\":\"1\",\"Q\":\"1\",\"o\":\"1\",\"h\":\"1\",\"l\":\"1\","
	    "\"v\":\"1\",\"q\":\"1\",\"st\":1}",
	    (long long)ms, native, native);
}

static void
quote(struct world *w, const char *native, const char *bid, const char *bids,
    const char *ask, const char *asks)
{
	hear(w,
	    "{\"e\":\"bookTicker\",\"u\":400900217,\"E\":%lld,\"T\":%lld,"
	    "\"s\":\"%s\",\"ps\":\"%s\",\"b\":\"%s\",\"B\":\"%s\","
	    "\"a\":\"%s\",\"A\":\"%s\",\"st\":1}",
	    (long long)T0, (long long)T0, native, native, bid, bids, ask, asks);
}

static void
test_ticker_gets_best_prices(void **state)
{
	struct world *w = *state;

	ticker(w, "AAAUSDT", T0);
	quote(w, "AAAUSDT", "99.5", "3", "100.50", "4");
	ticker(w, "AAAUSDT", T0 + 1000);
	/* A quote is one symbol's, and the last one counts. */
	ticker(w, "BBBUSDT", T0 + 1000);
	quote(w, "AAAUSDT", "98", "1", "99", "2");
	ticker(w, "AAAUSDT", T0 + 2000);
	assert_said(w, "c:-*-/-*- c:99.5*3/100.50*4 .c:-*-/-*- c:98*1/99*2");
	assert_int_equal(w->alive, 6);
}

static void
test_stale_quote(void **state)
{
	struct world *w = *state;

	quote(w, "AAAUSDT", "99", "3", "100", "4");
	w->now += (MARKET_QUOTE_MS - 5) * NS_PER_MS;
	ticker(w, "AAAUSDT", T0);
	w->now += 5 * NS_PER_MS;
	ticker(w, "AAAUSDT", T0 + 1000);
	assert_said(w, "c:99*3/100*4 c:-*-/-*-");
	quote(w, "AAAUSDT", "99", "3", "100", "4");
	/* The clock was set back: how old it is is not known. */
	w->now -= 10 * NS_PER_S;
	ticker(w, "AAAUSDT", T0 + 2000);
	assert_said(w, "c:-*-/-*-");
}

/* A number that stays text is borrowed from the message, and is not kept. */
static void
test_quote_with_a_long_number(void **state)
{
	static const char wide[] = "1234567890123456789012.5";
	struct world *w = *state;

	quote(w, "AAAUSDT", wide, "3", "100", wide);
	ticker(w, "AAAUSDT", T0);
	assert_said(w, "c:-*-/100*-");
}

static void
test_quote_that_nobody_wants(void **state)
{
	struct world *w;
	static const struct world_names names = { { "AAAUSDT", "BBBUSDT" },
		{ "AAA-USDT-PERP", "BBB-USDT-PERP" } };

	(void)state;
	w = world_new(&venue_binance_usdm, &names, 4);
	/* Only what was asked for is read: a market without wishes. */
	arena_fini(&w->arena);
	assert_int_equal(
	    arena_init(&w->arena, market_bytes(&w->setup)), ERR_OK);
	w->market = market_new(&w->arena, &w->setup, &w->host);
	for (unsigned s = A; s <= B; s++) {
		unsigned number;

		assert_int_equal(market_add(w->market, span_of(names.native[s]),
				     span_of(names.unified[s]), &number),
		    ERR_OK);
		market_want(w->market, s, CHANNEL_TICKER);
	}
	quote(w, "AAAUSDT", "99", "3", "100", "4");
	ticker(w, "AAAUSDT", T0);
	assert_said(w, "c:-*-/-*-");
	assert_int_equal(w->alive, 1);
	world_end((void **)&w);
}

static void
test_ticker_of_two_connections(void **state)
{
	struct world *w = *state;

	ticker(w, "AAAUSDT", T0);
	ticker(w, "AAAUSDT", T0 + 2000);
	assert_said(w, "c:-*-/-*- c:-*-/-*-");
	w->epoch = 2;
	ticker(w, "AAAUSDT", T0);
	ticker(w, "AAAUSDT", T0 + 2000);
	assert_said(w, "");
	ticker(w, "AAAUSDT", T0 + 4000);
	w->epoch = 1;
	ticker(w, "AAAUSDT", T0 + 4000);
	assert_said(w, "c:-*-/-*-");
	assert_int_equal(market_counts(w->market)->duplicates, 3);
}

/* OKX and Deribit say it themselves. */
static void
test_ticker_with_best_prices(void **state)
{
	struct world *w = *state;

	hear(w,
	    "{\"arg\":{\"channel\":\"tickers\",\"instId\":\"AAA-USDT-SWAP\"},"
	    "\"data\":[{\"instType\":\"SWAP\",\"instId\":\"AAA-USDT-SWAP\","
	    "\"last\":\"1\",\"bidPx\":\"2\",\"bidSz\":\"3\",\"askPx\":\"4\","
	    "\"askSz\":\"\",\"ts\":\"%lld\"}]}",
	    (long long)T0);
	assert_said(w, "c:2*3/4*-");
}

/* --- funding rates and open interest ----------------------------------------
 */

static void
funding(struct world *w, int64_t ms)
{
	hear(w,
	    "{\"e\":\"markPriceUpdate\",\"E\":%lld,\"s\":\"AAAUSDT\","
	    "\"p\":\"1\",\"P\":\"1\",\"i\":\"1\",\"r\":\"0.0001\","
	    "\"T\":1795420800000,\"st\":1}",
	    (long long)ms);
}

/* By the clock of the venue, whenever it comes here. */
static void
test_funding_is_thinned(void **state)
{
	struct world *w = *state;

	funding(w, T0);
	funding(w, T0 + MARKET_SLOW_MS - 1);
	assert_said(w, "f");
	funding(w, T0 + MARKET_SLOW_MS);
	assert_said(w, "f");
	funding(w, T0 + MARKET_SLOW_MS + 100);
	funding(w, T0 + MARKET_SLOW_MS + 1000);
	assert_said(w, "f");
	assert_int_equal(market_counts(w->market)->thinned, 2);
	/* The other connection repeats it. */
	w->epoch = 2;
	funding(w, T0 + MARKET_SLOW_MS);
	funding(w, T0 + MARKET_SLOW_MS + 1000);
	assert_said(w, "");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	assert_int_equal(w->alive, 7);
}

static void
interest(struct world *w, int64_t ms)
{
	hear(w,
	    "{\"arg\":{\"channel\":\"open-interest\",\"instId\":"
	    "\"AAA-USDT-SWAP\"},\"data\":[{\"instType\":\"SWAP\","
	    "\"instId\":\"AAA-USDT-SWAP\",\"oi\":\"2216113.01\","
	    "\"oiCcy\":\"22161.1301\",\"oiUsd\":\"2133000000.5\","
	    "\"ts\":\"%lld\"}]}",
	    (long long)ms);
}

static void
test_interest_is_thinned(void **state)
{
	struct world *w = *state;

	interest(w, T0);
	interest(w, T0 + 1);
	interest(w, T0 + 3000);
	w->epoch = 2;
	interest(w, T0 + 3000);
	interest(w, T0);
	interest(w, T0 + 6000);
	assert_said(w, "i i i");
	assert_int_equal(market_counts(w->market)->thinned, 1);
	assert_int_equal(market_counts(w->market)->duplicates, 2);
}

/* All three of one message of Deribit; each is thinned on its own. */
static void
test_ticker_with_funding_and_interest(void **state)
{
	static const char format[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":"
	    "{\"channel\":\"ticker.BTC-PERPETUAL.100ms\",\"data\":{"
	    "\"instrument_name\":\"BTC-PERPETUAL\",\"timestamp\":%lld,"
	    "\"state\":\"open\",\"stats\":{},\"open_interest\":1.0e3,"
	    "\"best_bid_price\":9,\"best_bid_amount\":1,"
	    "\"best_ask_price\":10,\"best_ask_amount\":2,"
	    "\"index_price\":9.5,\"mark_price\":9.5,\"last_price\":9.5,"
	    "\"current_funding\":9.6e-6,\"funding_8h\":0.0001}}}";
	struct world *w = *state;

	hear(w, format, (long long)T0);
	hear(w, format, (long long)T0 + 100);
	hear(w, format, (long long)T0 + 1000);
	assert_said(w, "c:9*1/10*2 f i c:9*1/10*2 c:9*1/10*2 f i");
	assert_int_equal(market_counts(w->market)->thinned, 2);
}

static void
test_interest_by_rest(void **state)
{
	static const char body[] =
	    "{\"openInterest\":\"10659.509\",\"symbol\":\"AAAUSDT\","
	    "\"time\":1795392000011}";
	struct world *w = *state;
	struct origin from = { .seen = { w->now }, .epoch = 0 };

	for (int i = 0; i < 2; i++)
		assert_int_equal(market_poll_reply(w->market, A,
				     CHANNEL_INTEREST, SPAN(body), &from),
		    ERR_OK);
	assert_int_equal(market_poll_reply(
			     w->market, B, CHANNEL_INTEREST, SPAN(body), &from),
	    ERR_PROTOCOL);
	assert_int_equal(market_poll_reply(w->market, A, CHANNEL_INTEREST,
			     SPAN("<html>"), &from),
	    ERR_SYNTAX);
	assert_said(w, "i");
	/* What REST brings says nothing about a stream. */
	assert_int_equal(w->alive, 0);
}

/* --- liquidations -----------------------------------------------------------
 */

static void
liquidation(struct world *w, const char *native, const char *side,
    const char *price, const char *quantity, int64_t ms)
{
	hear(w,
	    "{\"e\":\"forceOrder\",\"E\":%lld,\"o\":{\"s\":\"%s\",\"S\":\"%s\","
	    "\"o\":\"LIMIT\",\"f\":\"IOC\",\"q\":\"%s\",\"p\":\"%s\","
	    "\"ap\":\"%s\",\"X\":\"FILLED\",\"l\":\"%s\",\"z\":\"%s\","
	    "\"T\":%lld},\"ps\":\"%s\",\"st\":1}",
	    (long long)ms, native, side, quantity, price, price, quantity,
	    quantity, (long long)ms, native);
}

/* They have no id: one that is the same in everything is the same. */
static void
test_liquidations_once(void **state)
{
	struct world *w = *state;

	liquidation(w, "AAAUSDT", "SELL", "9", "1", T0);
	w->epoch = 2;
	liquidation(w, "AAAUSDT", "SELL", "9", "1", T0);
	assert_said(w, "l:sell:9");
	/* Each of these differs in one thing. */
	liquidation(w, "BBBUSDT", "SELL", "9", "1", T0);
	liquidation(w, "AAAUSDT", "BUY", "9", "1", T0);
	liquidation(w, "AAAUSDT", "SELL", "8", "1", T0);
	liquidation(w, "AAAUSDT", "SELL", "9", "2", T0);
	liquidation(w, "AAAUSDT", "SELL", "9", "1", T0 + 1);
	assert_said(w, ".l:sell:9 l:buy:9 l:sell:8 l:sell:9 l:sell:9");
	w->epoch = 1;
	liquidation(w, "AAAUSDT", "SELL", "9", "2", T0);
	assert_said(w, "");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
}

/* At Deribit a liquidation is a trade: two may differ in their ids alone. */
static void
test_liquidations_with_ids(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 3; i++)
		hear(w,
		    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\","
		    "\"params\":{\"channel\":\"trades.BTC-PERPETUAL.100ms\","
		    "\"data\":["
		    "{\"trade_seq\":%u,\"trade_id\":\"%u\","
		    "\"timestamp\":%lld,\"price\":9,\"amount\":10,"
		    "\"instrument_name\":\"BTC-PERPETUAL\","
		    "\"direction\":\"sell\",\"liquidation\":\"T\"}]}}",
		    7 + i / 2, 70 + i / 2, (long long)T0);
	assert_int_equal(
	    market_counts(w->market)->records[RECORD_liquidation], 2);
	assert_said(w, "t70 l:sell:9 t71 l:sell:9");
}

/* The stream and REST write the same number in their own ways (5.4). */
static void
test_liquidation_read_again(void **state)
{
	static const char *const ways[] = { "9,\"amount\":1.0e3",
		"9.0,\"amount\":1000.0" };
	struct world *w = *state;

	for (unsigned i = 0; i < 2; i++)
		hear(w,
		    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\","
		    "\"params\":{\"channel\":\"trades.BTC-PERPETUAL.100ms\","
		    "\"data\":[{\"trade_seq\":7,\"trade_id\":\"70\","
		    "\"timestamp\":%lld,\"price\":%s,"
		    "\"instrument_name\":\"BTC-PERPETUAL\","
		    "\"direction\":\"sell\",\"liquidation\":\"MT\"}]}}",
		    (long long)T0, ways[i]);
	assert_said(w, "t70 l:sell:9 l:buy:9");
}

/* The last ones are remembered, not all. */
static void
test_many_liquidations(void **state)
{
	struct world *w = *state;
	int64_t n = 0;

	for (; n < 200; n++)
		liquidation(w, "AAAUSDT", "SELL", "9", "1", T0 + n);
	assert_int_equal(
	    market_counts(w->market)->records[RECORD_liquidation], 200);
	for (n = 150; n < 200; n++)
		liquidation(w, "AAAUSDT", "SELL", "9", "1", T0 + n);
	assert_int_equal(
	    market_counts(w->market)->records[RECORD_liquidation], 200);
	assert_int_equal(market_counts(w->market)->duplicates, 50);
}

/* --- bars -------------------------------------------------------------------
 */

/* Bar of Deribit that began `second` s after the start. */
static void
chart(struct world *w, const char *resolution, int64_t second,
    const char *close, const char *volume)
{
	hear(w,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"subscription\",\"params\":"
	    "{\"channel\":\"chart.trades.BTC-PERPETUAL.%s\",\"data\":{"
	    "\"tick\":%lld,\"open\":1,\"high\":99,\"low\":1,\"close\":%s,"
	    "\"volume\":%s,\"cost\":10}}}",
	    resolution, (long long)(T0 + second * 1000), close, volume);
}

/* The venue does not say when a bar is closed: the next one does. */
static void
test_bars_are_closed_by_the_next(void **state)
{
	struct world *w = *state;

	chart(w, "1", 0, "5", "1");
	chart(w, "1", 0, "6", "2.5");
	assert_said(w, "k:1m:0:5:? k:1m:0:6:?");
	chart(w, "1", 60, "7", "0");
	assert_said(w, "k:1m:0:6:closed k:1m:60:7:?");
	/* Each interval by itself. */
	chart(w, "5", 0, "8", "3");
	chart(w, "1", 120, "9", "1");
	assert_said(w, "k:5m:0:8:? k:1m:60:7:closed k:1m:120:9:?");
	chart(w, "5", 300, "10", "3");
	assert_said(w, "k:5m:0:8:closed k:5m:300:10:?");
	/* Bars that never came are not made up. */
	chart(w, "1", 600, "11", "1");
	assert_said(w, "k:1m:120:9:closed k:1m:600:11:?");
}

static void
test_bar_that_does_not_change(void **state)
{
	struct world *w = *state;

	chart(w, "1", 0, "5", "1");
	chart(w, "1", 0, "5", "1");
	chart(w, "1", 0, "5", "1");
	assert_said(w, "k:1m:0:5:?");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	assert_int_equal(w->alive, 3);
}

/* The slower connection has it all once more, and closes nothing again. */
static void
test_bars_of_two_connections(void **state)
{
	struct world *w = *state;

	chart(w, "1", 0, "5", "1");
	chart(w, "1", 0, "6", "2");
	w->epoch = 2;
	/* Older than what is known: were it kept, it would be closed. */
	chart(w, "1", 0, "5", "1");
	w->epoch = 1;
	chart(w, "1", 60, "7", "1");
	assert_said(w, "k:1m:0:5:? k:1m:0:6:? k:1m:0:6:closed k:1m:60:7:?");
	w->epoch = 2;
	chart(w, "1", 0, "6", "2");
	chart(w, "1", 60, "7", "1");
	chart(w, "1", 60, "8", "2");
	w->epoch = 1;
	chart(w, "1", 60, "8", "2");
	w->epoch = 2;
	chart(w, "1", 120, "9", "1");
	w->epoch = 1;
	chart(w, "1", 120, "9", "1");
	assert_said(w, "k:1m:60:8:? k:1m:60:8:closed k:1m:120:9:?");
}

/* The end of a bar that was lost is not what was last seen of it. */
static void
test_bars_after_a_break(void **state)
{
	struct world *w = *state;

	chart(w, "1", 0, "5", "1");
	market_lost(w->market, A, CHANNEL_KLINE, "reset", world_now(w));
	w->epoch = 2;
	chart(w, "1", 120, "6", "1");
	assert_said(w, "k:1m:0:5:? k:1m:120:6:?");
	/* Within the same bar it goes on. */
	market_lost(w->market, A, CHANNEL_KLINE, "reset", world_now(w));
	w->epoch = 3;
	chart(w, "1", 120, "7", "2");
	chart(w, "1", 180, "8", "1");
	assert_said(w, "k:1m:120:7:? k:1m:120:7:closed k:1m:180:8:?");
	market_lost(w->market, A, CHANNEL_BOOK, "reset", world_now(w));
	market_lost(w->market, B, CHANNEL_KLINE, "reset", world_now(w));
	chart(w, "1", 240, "9", "1");
	assert_said(w, "k:1m:180:8:closed k:1m:240:9:?");
}

/* A number that stays text is borrowed: such a bar is not kept for its end. */
static void
test_bar_with_a_long_number(void **state)
{
	struct world *w = *state;

	chart(w, "1", 0, "5", "1234567890123456789012.5");
	chart(w, "1", 60, "6", "1");
	chart(w, "1", 120, "7", "1");
	assert_said(w, "k:1m:0:5:? k:1m:60:6:? k:1m:60:6:closed k:1m:120:7:?");
}

static void
candle(struct world *w, int64_t second, const char *close, const char *volume,
    int confirm)
{
	hear(w,
	    "{\"arg\":{\"channel\":\"candle1m\",\"instId\":\"AAA-USDT-SWAP\"},"
	    "\"data\":[[\"%lld\",\"1\",\"99\",\"1\",\"%s\",\"%s\",\"%s\","
	    "\"10\",\"%d\"]]}",
	    (long long)(T0 + second * 1000), close, volume, volume, confirm);
}

/* OKX says it itself, and is not corrected. */
static void
test_bars_with_a_flag(void **state)
{
	struct world *w = *state;

	candle(w, 0, "5", "1", 0);
	candle(w, 0, "6", "2", 1);
	candle(w, 60, "7", "1", 0);
	candle(w, 120, "8", "1", 0);
	assert_said(w, "k:1m:0:5:open k:1m:0:6:closed k:1m:60:7:open "
		       "k:1m:120:8:open");
}

static void
test_bars_with_a_flag_of_two_connections(void **state)
{
	struct world *w = *state;

	candle(w, 0, "5", "1", 0);
	candle(w, 0, "6", "2", 1);
	w->epoch = 2;
	/* Nothing of a bar comes behind its end. */
	candle(w, 0, "5", "1", 0);
	candle(w, 0, "6", "2", 0);
	candle(w, 0, "6", "2", 1);
	candle(w, 60, "7", "1", 0);
	w->epoch = 1;
	candle(w, 60, "7", "1", 0);
	candle(w, 60, "7", "3", 1);
	w->epoch = 2;
	candle(w, 60, "7", "3", 1);
	assert_said(w, "k:1m:0:5:open k:1m:0:6:closed k:1m:60:7:open "
		       "k:1m:60:7:closed");
	assert_int_equal(market_counts(w->market)->duplicates, 5);
}

int
main(void)
{
#define OKX(f) cmocka_unit_test_setup_teardown(f, okx, world_end)
#define DERIBIT(f) cmocka_unit_test_setup_teardown(f, deribit, world_end)
#define USDM(f) cmocka_unit_test_setup_teardown(f, usdm, world_end)
	const struct CMUnitTest tests[] = {
		USDM(test_ticker_gets_best_prices),
		USDM(test_stale_quote),
		USDM(test_quote_with_a_long_number),
		cmocka_unit_test(test_quote_that_nobody_wants),
		USDM(test_ticker_of_two_connections),
		OKX(test_ticker_with_best_prices),
		USDM(test_funding_is_thinned),
		OKX(test_interest_is_thinned),
		DERIBIT(test_ticker_with_funding_and_interest),
		USDM(test_interest_by_rest),
		USDM(test_liquidations_once),
		USDM(test_many_liquidations),
		DERIBIT(test_liquidations_with_ids),
		DERIBIT(test_liquidation_read_again),
		DERIBIT(test_bars_are_closed_by_the_next),
		DERIBIT(test_bar_that_does_not_change),
		DERIBIT(test_bars_of_two_connections),
		DERIBIT(test_bars_after_a_break),
		DERIBIT(test_bar_with_a_long_number),
		OKX(test_bars_with_a_flag),
		OKX(test_bars_with_a_flag_of_two_connections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
