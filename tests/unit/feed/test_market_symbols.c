/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath codec/crc32 */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */
/* LINK: model/instrument core/time */
#include "market_world.h"

/* Symbols that go, come again, or make room for others. */

static int
spot(void **state)
{
	static const struct world_names names = { { "AAAUSDT", "BBBUSDT" },
		{ "AAA-USDT", "BBB-USDT" } };

	*state = world_new(&venue_binance_spot, &names, 4);
	return 0;
}

static void
trade(struct world *w, const char *native, int64_t id)
{
	hear(w,
	    "{\"e\":\"trade\",\"s\":\"%s\",\"t\":%lld,\"p\":\"1.5\","
	    "\"q\":\"2\",\"T\":1795392000121,\"m\":true}",
	    native, (long long)id);
}

static void
delta(struct world *w, const char *native, int64_t first, int64_t last)
{
	hear(w,
	    "{\"e\":\"depthUpdate\",\"E\":1795392000123,\"s\":\"%s\","
	    "\"U\":%lld,\"u\":%lld,\"b\":[[\"1.0\",\"2\"]],\"a\":[]}",
	    native, (long long)first, (long long)last);
}

static void
snapshot(struct world *w, unsigned s, int64_t id)
{
	struct origin from = world_origin(w);
	char text[128];

	snprintf(text, sizeof(text),
	    "{\"lastUpdateId\":%lld,\"bids\":[[\"1.0\",\"1\"]],"
	    "\"asks\":[[\"2.0\",\"1\"]]}",
	    (long long)id);
	assert_int_equal(
	    market_book_reply(w->market, s, span_of(text), &from), ERR_OK);
}

static void
what_is_dropped_says_so(void **state)
{
	struct world *w = *state;

	delta(w, "AAAUSDT", 1, 2);
	snapshot(w, 0, 2);
	trade(w, "AAAUSDT", 5);
	/* A hole, and a trade that waits behind it. */
	trade(w, "AAAUSDT", 9);
	assert_said(w, "e:syncing ?book S2 e:live t5 ?6-8");
	market_drop(w->market, 0, "delisted", world_now(w));
	assert_said(w, "g:trade:6-8 t9 x g:orderbook:3-- e:invalid");
	assert_int_equal(market_book(w->market, 0)->state, SYNC_OFF);
	/* What still comes is nobody's. */
	trade(w, "AAAUSDT", 10);
	delta(w, "AAAUSDT", 3, 4);
	assert_said(w, "");
	/* The other one does not notice. */
	trade(w, "BBBUSDT", 1);
	assert_said(w, ".t1");
}

static void
what_was_dropped_can_come_again(void **state)
{
	struct world *w = *state;

	trade(w, "AAAUSDT", 5);
	market_drop(w->market, 0, "delisted", world_now(w));
	market_want(w->market, 0, CHANNEL_TRADE);
	market_want(w->market, 0, CHANNEL_BOOK);
	w->len = 0;
	trade(w, "AAAUSDT", 7);
	delta(w, "AAAUSDT", 10, 11);
	assert_said(w, "t7 e:syncing ?book");
}

/* No buffer is lost, however often they come and go. */
static void
buffers_come_back(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 50; i++) {
		market_want(w->market, 0, CHANNEL_TRADE);
		market_want(w->market, 0, CHANNEL_BOOK);
		delta(w, "AAAUSDT", 1, 2);
		trade(w, "AAAUSDT", 100 + 10 * i);
		trade(w, "AAAUSDT", 105 + 10 * i);
		w->log[w->len] = '\0';
		assert_non_null(strstr(w->log, "?book"));
		w->len = 0;
		market_drop(w->market, 0, "delisted", world_now(w));
		w->log[w->len] = '\0';
		assert_non_null(strstr(w->log, "g:trade:"));
		w->len = 0;
	}
}

static void
a_forgotten_one_makes_room(void **state)
{
	struct world *w = *state;
	unsigned number = 77;

	assert_int_equal(
	    market_add(w->market, SPAN("CCCUSDT"), SPAN("CCC-USDT"), &number),
	    ERR_FULL);
	market_drop(w->market, 0, "delisted", world_now(w));
	market_forget(w->market, 0);
	w->len = 0;
	trade(w, "AAAUSDT", 1);
	assert_int_equal(market_counts(w->market)->skipped[ERR_UNKNOWN], 1);
	assert_int_equal(
	    market_add(w->market, SPAN("CCCUSDT"), SPAN("CCC-USDT"), &number),
	    ERR_OK);
	assert_int_equal(number, 0);
	assert_int_equal(market_symbols(w->market), 2);
	market_want(w->market, 0, CHANNEL_TRADE);
	trade(w, "CCCUSDT", 3);
	trade(w, "BBBUSDT", 4);
	assert_said(w, "t3 .t4");
	assert_string_equal(market_symbol(w->market, 0)->unified, "CCC-USDT");
}

static void
what_a_list_says(void **state)
{
	struct world *w = *state;
	const struct symbol *y = market_symbol(w->market, 0);
	struct instrument i;

	instrument_init(&i);
	i.market = MARKET_FUTURES;
	i.inverse = true;
	i.contract_value = dec_make(100, 0);
	strcpy(i.kind, "CURRENT_QUARTER");
	market_learn(w->market, 0, &i, SPAN("AAA-USDT-270326"));
	assert_string_equal(y->unified, "AAA-USDT-270326");
	assert_int_equal(symbol_unified(y).len, 15);
	assert_int_equal(y->market, MARKET_FUTURES);
	assert_true(y->inverse);
	assert_int_equal(y->contract_value.mantissa, 100);
	assert_string_equal(y->kind, "CURRENT_QUARTER");
	/* The native one is the key, and stays. */
	assert_string_equal(y->native, "AAAUSDT");
	/* A name that cannot be kept changes nothing. */
	market_learn(w->market, 0, &i,
	    SPAN("A-NAME-THAT-IS-LONGER-THAN-SIXTY-THREE-BYTES-AND-THEREFORE-"
		 "DOES-NOT-FIT"));
	assert_string_equal(y->unified, "AAA-USDT-270326");
	/* Deribit calls a perpetual a future. */
	i.market = MARKET_PERPETUAL;
	strcpy(i.kind, "future");
	market_learn(w->market, 0, &i, SPAN("AAA-USDT-PERP"));
	assert_string_equal(y->kind, "CURRENT_QUARTER");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, spot, world_end)
	const struct CMUnitTest tests[] = {
		TEST(what_is_dropped_says_so),
		TEST(what_was_dropped_can_come_again),
		TEST(buffers_come_back),
		TEST(a_forgotten_one_makes_room),
		TEST(what_a_list_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
