/* LINK: venues/deribit venues/deribit_members venues/deribit_message */
/* LINK: venues/deribit_names venues/deribit_read venues/deribit_rest */
/* LINK: venues/deribit_ticker venues/deribit_funding codec/url */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 */
/* LINK: codec/decimal codec/decmath model/model model/symbol */
/* LINK: core/must core/out core/span core/err core/time */
#include "deribit.h"

/* Names, requests, calls and replies. */

/* --- names -----------------------------------------------------------------
 */

static const struct {
	const char *native;
	const char *unified;
	enum market_type market;
	enum unit unit;
	bool inverse;
	const char *kind;
} name_rows[] = {
	{ "BTC-PERPETUAL", "BTC-USD-PERP", MARKET_PERPETUAL, UNIT_QUOTE, true,
	    "perpetual" },
	{ "BTC_USDC-PERPETUAL", "BTC-USDC-PERP", MARKET_PERPETUAL, UNIT_BASE,
	    false, "perpetual" },
	{ "BTC-27JUN25", "BTC-USD-250627", MARKET_FUTURES, UNIT_QUOTE, true,
	    "future" },
	{ "BTC-4OCT26", "BTC-USD-261004", MARKET_FUTURES, UNIT_QUOTE, true,
	    "future" },
	{ "BTC_USDC-27JUN25", "BTC-USDC-250627", MARKET_FUTURES, UNIT_BASE,
	    false, "future" },
	{ "BTC-27JUN25-100000-C", "BTC-USD-250627-100000-C", MARKET_OPTIONS,
	    UNIT_BASE, true, "option" },
	{ "ETH-1JAN27-2800-P", "ETH-USD-270101-2800-P", MARKET_OPTIONS,
	    UNIT_BASE, true, "option" },
	{ "XRP_USDC-27JUN25-0d625-C", "XRP-USDC-250627-0.625-C", MARKET_OPTIONS,
	    UNIT_BASE, false, "option" },
	{ "BTC_USDC", "BTC-USDC", MARKET_SPOT, UNIT_BASE, false, "spot" },
	{ "ETH_BTC", "ETH-BTC", MARKET_SPOT, UNIT_BASE, false, "spot" },
	{ "BTC_USDT", "BTC-USDT", MARKET_SPOT, UNIT_BASE, false, "spot" },
	{ "BTC-FS-27JUN25_PERP", "BTC-FS-27JUN25_PERP", MARKET_FUTURES,
	    UNIT_QUOTE, true, "combo" },
	{ "BTC_USDC-FS-27JUN25_PERP", "BTC_USDC-FS-27JUN25_PERP",
	    MARKET_FUTURES, UNIT_BASE, false, "combo" },
	{ "BTC-CS-19MAY26-70000_75000", "BTC-CS-19MAY26-70000_75000",
	    MARKET_FUTURES, UNIT_BASE, true, "combo" },
	{ "BTC-STRG-27JUN25-90000_110000", "BTC-STRG-27JUN25-90000_110000",
	    MARKET_FUTURES, UNIT_BASE, true, "combo" },
	{ "BTC-ICOND-4OCT26-1_2_3_4-X-Y", "BTC-ICOND-4OCT26-1_2_3_4-X-Y",
	    MARKET_FUTURES, UNIT_BASE, true, "combo" },
};

static void
test_names(void **state)
{
	char text[128];
	struct symbol s;
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]);
	     i++) {
		out_init(&o, text, sizeof(text));
		venue->unified(span_of(name_rows[i].native), &o);
		assert_string_equal(out_cstr(&o), name_rows[i].unified);
		out_init(&o, text, sizeof(text));
		venue->native(span_of(name_rows[i].unified), &o);
		assert_string_equal(out_cstr(&o), name_rows[i].native);
		/* A native name passes unchanged. */
		out_init(&o, text, sizeof(text));
		venue->native(span_of(name_rows[i].native), &o);
		assert_string_equal(out_cstr(&o), name_rows[i].native);
		heard_add(&s, name_rows[i].native);
		assert_int_equal(s.market, name_rows[i].market);
		assert_int_equal(s.unit, name_rows[i].unit);
		assert_int_equal(s.inverse, name_rows[i].inverse);
		assert_string_equal(s.kind, name_rows[i].kind);
	}
}

/* Nothing that these could be: they stay what they are. */
static void
test_other_names(void **state)
{
	static const char *const native[] = { "BTC", "-", "--", "_", "_USDC",
		"BTC_", "BTC-0OCT26", "BTC-32OCT26", "BTC-4OKT26", "BTC-4OCT6",
		"BTC-04OCT26", "BTC-4oct26", "BTC-27JUN25-1d-C",
		"BTC-27JUN25-d1-C", "BTC-27JUN25-1d2d3-C", "BTC-27JUN25--C",
		"BTC-27JUN25-1-X", "BTC-27JUN25-1-C-", "BTC-PERPETUAL-",
		"-PERPETUAL", "A__B", "A_B_C-PERPETUAL", "A_USD-PERPETUAL",
		"A_PERPETUAL", "A_4OCT26" };
	static const char *const unified[] = { "BTC", "-", "BTC-", "-USD",
		"--PERP", "BTC-USD-260", "BTC-USD-261304", "BTC-USD-260004",
		"BTC-USD-261000", "BTC-USD-261032", "BTC-USD-261004-1.2.3-C",
		"BTC-USD-261004-1-X", "BTC-USD-261004-1-C-", "BTC-USD-261004-1",
		"BTC-USD-perp" };
	char text[128];
	struct out o;

	(void)state;
	for (unsigned i = 0; i < sizeof(native) / sizeof(native[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->unified(span_of(native[i]), &o);
		assert_string_equal(out_cstr(&o), native[i]);
	}
	for (unsigned i = 0; i < sizeof(unified) / sizeof(unified[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->native(span_of(unified[i]), &o);
		assert_string_equal(out_cstr(&o), unified[i]);
	}
	out_init(&o, text, sizeof(text));
	venue->unified(SPAN_NULL, &o);
	venue->native(SPAN_NULL, &o);
	assert_int_equal(o.len, 0);
}

/* --- requests --------------------------------------------------------------
 */

static void
test_streams(void **state)
{
	struct heard *w = *state;
	const struct symbol *s = &w->symbols[3];
	const struct {
		struct stream stream;
		const char *name;
	} rows[] = {
		{ { .symbol = s, .channel = CHANNEL_TRADE },
		    "trades.BTC-27NOV26-100000-C.100ms" },
		{ { .symbol = s, .channel = CHANNEL_BOOK },
		    "book.BTC-27NOV26-100000-C.100ms" },
		{ { .symbol = s, .channel = CHANNEL_TICKER },
		    "ticker.BTC-27NOV26-100000-C.100ms" },
		{ { .symbol = s, .channel = CHANNEL_QUOTE },
		    "quote.BTC-27NOV26-100000-C" },
		{ { .symbol = s, .channel = CHANNEL_KLINE, .interval = "12h" },
		    "chart.trades.BTC-27NOV26-100000-C.720" },
		{ { .symbol = s, .channel = CHANNEL_KLINE, .interval = "1d" },
		    "chart.trades.BTC-27NOV26-100000-C.1D" },
		{ { .group = "any", .channel = CHANNEL_STATUS },
		    "instrument.state.any.any" },
		{ { .symbol = s, .channel = CHANNEL_FUNDING }, "" },
	};
	char text[128];
	struct out o;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		venue->stream_name(&rows[i].stream, &o);
		assert_string_equal(out_cstr(&o), rows[i].name);
	}
	assert_string_equal(venue->group(s, CHANNEL_STATUS), "any");
	out_init(&o, text, sizeof(text));
	venue->greeting(3, &o);
	assert_string_equal(out_cstr(&o),
	    "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"public/set_heartbeat\","
	    "\"params\":{\"interval\":15}}");
}

static void
test_subscribe(void **state)
{
	struct heard *w = *state;
	const struct stream trades = { .symbol = &w->symbols[0],
		.channel = CHANNEL_TRADE };
	const struct stream states = { .group = "any",
		.channel = CHANNEL_STATUS };
	const struct stream *const two[] = { &trades, &states };
	char text[256];
	size_t taken;
	struct out o;

	out_init(&o, text, sizeof(text));
	venue->subscribe(two, 2, true, 5, &o, &taken);
	assert_string_equal(out_cstr(&o),
	    "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"public/subscribe\","
	    "\"params\":{\"channels\":[\"trades.BTC-PERPETUAL.100ms\","
	    "\"instrument.state.any.any\"]}}");
	assert_int_equal(taken, 2);
	out_init(&o, text, sizeof(text));
	venue->subscribe(two, 1, false, 9223372036854775807LL, &o, &taken);
	assert_string_equal(out_cstr(&o),
	    "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775807,"
	    "\"method\":\"public/unsubscribe\","
	    "\"params\":{\"channels\":[\"trades.BTC-PERPETUAL.100ms\"]}}");
	assert_int_equal(taken, 1);
}

/* The longest names there can be: a frame of 16 KiB holds names_max of them. */
static void
test_many_streams(void **state)
{
	struct heard *w = *state;
	char native[SYMBOL_MAX + 1];
	struct symbol s;
	const struct stream bar = {
		.symbol = &s, .channel = CHANNEL_KLINE, .interval = "12h"
	};
	const struct stream *streams[600];
	char text[16 * 1024];
	size_t taken;
	struct out o;

	(void)w;
	memset(native, 'X', SYMBOL_MAX);
	native[SYMBOL_MAX] = '\0';
	heard_add(&s, native);
	for (unsigned i = 0; i < 600; i++)
		streams[i] = &bar;
	out_init(&o, text, sizeof(text));
	venue->subscribe(streams, 600, true, INT64_MAX, &o, &taken);
	assert_false(o.full);
	assert_int_equal(taken, venue->names_max);
	assert_true(taken >= 100 && taken <= 500);
	/* A smaller one holds fewer. */
	out_init(&o, text, 1000);
	venue->subscribe(streams, 600, true, INT64_MAX, &o, &taken);
	assert_false(o.full);
	assert_true(taken >= 8 && taken < 12);
	assert_memory_equal(o.at + o.len - 4, "\"]}}", 4);
	out_init(&o, text, 200);
	venue->subscribe(streams, 600, true, 1, &o, &taken);
	assert_false(o.full);
	assert_int_equal(taken, 1);
}

static void
test_has(void **state)
{
	static const char *const has[HEARD_SYMBOLS] = {
		/* trade orderbook kline ticker funding interest liquidation
		 * quote status */
		"yyyyyyyny", "yyyyyyyny", "yyyynyyny", "yyyynyyny", "yyyynyyny",
		"yyyynnnny", "yyyynnnny", "yyyynnyny"
	};
	struct heard *w = *state;

	for (unsigned i = 0; i < HEARD_SYMBOLS; i++) {
		for (unsigned c = 0; c < CHANNEL_COUNT; c++)
			assert_int_equal(
			    venue->has(&w->symbols[i], (enum channel)c),
			    has[i][c] == 'y');
	}
}

static void
test_venue(void **state)
{
	(void)state;
	assert_int_equal(venue->id, VENUE_deribit);
	assert_true(venue->books_in_stream);
	assert_true(venue->acks_each);
	assert_true(venue->bars_open);
	assert_int_equal(venue->chain, CHAIN_PREV);
	assert_int_equal(venue->channels[CHANNEL_FUNDING].how, OFFER_WITH);
	assert_int_equal(venue->channels[CHANNEL_FUNDING].with, CHANNEL_TICKER);
	assert_int_equal(
	    venue->channels[CHANNEL_LIQUIDATION].with, CHANNEL_TRADE);
	assert_int_equal(venue->channels[CHANNEL_STATUS].how, OFFER_GROUP);
	assert_string_equal(venue->routes[0], "v2");
	assert_string_equal(venue->trade_kinds[0], "trade");
}

/* --- calls -----------------------------------------------------------------
 */

static void
test_book_call(void **state)
{
	static const struct {
		uint32_t limit;
		const char *depth;
	} rows[] = {
		{ 0, "1" },
		{ 1, "1" },
		{ 2, "5" },
		{ 20, "20" },
		{ 21, "50" },
		{ 400, "1000" },
		{ 1001, "10000" },
		{ 99999, "10000" },
	};
	struct heard *w = *state;
	struct venue_call call;
	char text[256];
	char want[256];
	struct out o;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&call, 0xff, sizeof(call));
		out_init(&o, text, sizeof(text));
		venue->book_call(&w->symbols[1], rows[i].limit, &o, &call);
		snprintf(want, sizeof(want),
		    "/api/v2/public/get_order_book?instrument_name="
		    "BTC_USDC-PERPETUAL&depth=%s",
		    rows[i].depth);
		assert_string_equal(out_cstr(&o), want);
		assert_int_equal(call.weight, 1);
		assert_int_equal(call.gap_ms, 100);
	}
}

static void
test_trades_call(void **state)
{
	static const struct {
		struct trades_ask ask;
		const char *range;
	} rows[] = {
		{ { .first = 5, .last = 9, .limit = 1000 },
		    "start_seq=5&end_seq=9&count=1000" },
		{ { .first = 5, .last = 5000, .limit = 1000 },
		    "start_seq=5&end_seq=1004&count=1000" },
		{ { .first = 5, .last = 1004, .limit = 9999 },
		    "start_seq=5&end_seq=1004&count=1000" },
		{ { .first = 5, .last = 1005, .limit = 0 },
		    "start_seq=5&end_seq=1004&count=1000" },
		{ { .first = 5, .last = 5000, .limit = 10 },
		    "start_seq=5&end_seq=14&count=10" },
		{ { .first = 5, .last = 5, .limit = 1 },
		    "start_seq=5&end_seq=5&count=1" },
	};
	struct trades_ask again = { .first = 1, .last = 9, .source = 1 };
	struct heard *w = *state;
	struct venue_call call;
	char text[256];
	char want[256];
	struct out o;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&call, 0xff, sizeof(call));
		out_init(&o, text, sizeof(text));
		assert_true(venue->trades_call(
		    &w->symbols[0], &rows[i].ask, &o, &call));
		snprintf(want, sizeof(want),
		    "/api/v2/public/get_last_trades_by_instrument?"
		    "instrument_name=BTC-PERPETUAL&%s&sorting=asc",
		    rows[i].range);
		assert_string_equal(out_cstr(&o), want);
		assert_int_equal(call.weight, 1);
		assert_int_equal(call.gap_ms, 100);
	}
	/* Rows of a combo are long. */
	out_init(&o, text, sizeof(text));
	assert_true(
	    venue->trades_call(&w->symbols[7], &rows[1].ask, &o, &call));
	assert_non_null(
	    strstr(out_cstr(&o), "&start_seq=5&end_seq=204&count=200&"));
	out_init(&o, text, sizeof(text));
	assert_false(venue->trades_call(&w->symbols[0], &again, &o, &call));
}

/* --- replies ---------------------------------------------------------------
 */

static const struct {
	const char *body;
	enum err err;
} book_rows[] = {
	{ "{\"id\":3,\"jsonrpc\":\"2.0\",\"result\":{\"asks\":"
	  "[[87003.0,1.2509e5]],\"best_ask_price\":87003.0,\"bids\":"
	  "[[87002.5,199190.0],[87002.0,10]],\"change_id\":"
	  "133112427566,\"instrument_name\":\"BTC-PERPETUAL\","
	  "\"stats\":{\"high\":1},\"state\":\"open\",\"timestamp\":"
	  "1795392000213},\"testnet\":false}",
	    ERR_OK },
	{ "{\"result\":{\"bids\":[],\"asks\":[],\"change_id\":0}}", ERR_OK },
	{ "{\"result\":{\"bids\":[],\"change_id\":0}}", ERR_MISSING },
	{ "{\"result\":{\"bids\":[],\"asks\":[]}}", ERR_MISSING },
	{ "{\"result\":{\"bids\":[[1]],\"asks\":[],\"change_id\":0}}",
	    ERR_TYPE },
	{ "{\"result\":{\"bids\":[[1,-1]],\"asks\":[],"
	  "\"change_id\":0}}",
	    ERR_RANGE },
	{ "{\"result\":{\"bids\":[[\"new\",1,1]],\"asks\":[],"
	  "\"change_id\":0}}",
	    ERR_SYNTAX },
	{ "{\"result\":{\"instrument_name\":\"BTC_USDC\",\"bids\":[],"
	  "\"asks\":[],\"change_id\":0}}",
	    ERR_PROTOCOL },
	{ "{\"result\":[]}", ERR_TYPE },
	{ "{\"result\":null}", ERR_MISSING },
	{ "{}", ERR_MISSING },
	{ "[]", ERR_TYPE },
	{ "{\"error\":{\"code\":10028,\"message\":"
	  "\"too_many_requests\"}}",
	    ERR_LIMITED },
	{ "{\"error\":{\"code\":1.0028e4}}", ERR_LIMITED },
	{ "{\"error\":{\"code\":-32602,\"message\":\"Invalid "
	  "params\"}}",
	    ERR_REJECTED },
	{ "{\"error\":\"x\"}", ERR_REJECTED },
};

static void
test_book_reply(void **state)
{
	struct heard *w = *state;
	struct orderbook b;

	for (unsigned i = 0; i < sizeof(book_rows) / sizeof(book_rows[0]);
	     i++) {
		assert_int_equal(
		    heard_text(w, book_rows[i].body, strlen(book_rows[i].body)),
		    ERR_OK);
		assert_int_equal(venue->book_reply(&w->json, &w->symbols[0],
				     &from, &w->host, &b),
		    book_rows[i].err);
		if (i > 1)
			continue;
		heard_print(RECORD_orderbook, &b, &w->symbols[0], &w->out);
		assert_string_equal(out_cstr(&w->out),
		    i == 1 ? "orderbook BTC-PERPETUAL last_update_id=0 bids= "
			     "asks= full depth_levels=0 is_valid=yes "
			     "backfill=yes"
			   : "orderbook BTC-PERPETUAL "
			     "last_update_id=133112427566 bids= "
			     "87002.5*199190.0,87002.0*10 asks= "
			     "87003.0*125090 timestamp="
			     "2026-11-23T00:00:00.213000Z full depth_levels=3 "
			     "is_valid=yes backfill=yes");
	}
}

#define ROW(seq, more)                                                         \
	"{\"timestamp\":1795392000213,\"price\":2,\"direction\":\"buy\","      \
	"\"instrument_name\":\"BTC-PERPETUAL\",\"trade_seq\":" seq ","         \
	"\"amount\":3,\"trade_id\":\"t" seq "\"" more "}"
#define PAGE(rows, more)                                                       \
	"{\"id\":2,\"result\":{\"trades\":[" rows "]" more                     \
	"},\"testnet\":false}"

static enum err
read_page(struct heard *w, const char *body, const struct trades_ask *ask,
    struct trades_page *page)
{
	enum err e = heard_text(w, body, strlen(body));

	assert_int_equal(e, ERR_OK);
	*page = (struct trades_page){ 1, -1 };
	e = venue->trades_reply(
	    &w->json, &w->symbols[0], ask, &from, &w->host, page);
	w->text[w->out.len] = '\0';
	return e;
}

static const struct {
	const char *body;
	enum err err;
	/* seq of the records in their order. */
	const char *seqs;
	int64_t first;
	int64_t last;
} page_rows[] = {
	{ PAGE(ROW("5", "") "," ROW("6", "") "," ROW("7", ""),
	      ",\"has_more\":false"),
	    ERR_OK, "5 6 7 ", 5, 7 },
	{ PAGE(ROW("7", "") "," ROW("6", "") "," ROW("5", ""), ""), ERR_OK,
	    "5 6 7 ", 5, 7 },
	{ PAGE(ROW("7", "") "," ROW("9", "") "," ROW("6", ""),
	      ",\"has_more\":false"),
	    ERR_OK, "6 7 9 ", 5, 9 },
	/* There are more: perhaps those that are not here. */
	{ PAGE(ROW("7", "") "," ROW("6", ""), ",\"has_more\":true"), ERR_OK,
	    "6 7 ", 6, 7 },
	{ PAGE(ROW("6", "") "," ROW("5", ""), ",\"has_more\":true"), ERR_OK,
	    "5 6 ", 5, 6 },
	{ PAGE("", ",\"has_more\":false"), ERR_OK, "", 5, 4 },
	{ PAGE("", ",\"has_more\":true"), ERR_OK, "", 5, 4 },
	/* What was not asked for: the range was not understood. */
	{ PAGE(ROW("5", "") "," ROW("11", ""), ""), ERR_PROTOCOL, "", 5, 4 },
	{ PAGE(ROW("4", ""), ""), ERR_PROTOCOL, "", 5, 4 },
	{ PAGE(ROW("5", "") "," ROW("5", ""), ""), ERR_PROTOCOL, "", 5, 4 },
	{ PAGE(ROW("5", "") ",{\"trade_seq\":6,\"instrument_name\":"
			    "\"BTC_USDC\"}",
	      ""),
	    ERR_PROTOCOL, "", 5, 4 },
	/* Up to what cannot be read. */
	{ PAGE(ROW("5", "") ",{\"trade_seq\":6}," ROW("7", ""), ""),
	    ERR_MISSING, "5 ", 5, 5 },
	{ PAGE(ROW("5", "") ",{\"trade_id\":\"6\"}", ""), ERR_MISSING, "", 5,
	    4 },
	{ PAGE("7", ""), ERR_TYPE, "", 5, 4 },
	{ PAGE(ROW("5", ""), ",\"has_more\":7"), ERR_SYNTAX, "", 5, 4 },
	{ "{\"result\":{}}", ERR_MISSING, "", 5, 4 },
	{ "{\"result\":{\"trades\":{}}}", ERR_TYPE, "", 5, 4 },
	{ "{\"result\":[]}", ERR_TYPE, "", 5, 4 },
	{ "{}", ERR_MISSING, "", 5, 4 },
	{ "[]", ERR_TYPE, "", 5, 4 },
	{ "{\"error\":{\"code\":10028}}", ERR_LIMITED, "", 5, 4 },
	{ "{\"error\":{\"code\":11050,\"message\":\"bad_request\"}}",
	    ERR_REJECTED, "", 5, 4 },
};

static void
test_trades_reply(void **state)
{
	const struct trades_ask ask = { .first = 5, .last = 10, .limit = 1000 };
	struct heard *w = *state;
	struct trades_page page;

	for (unsigned i = 0; i < sizeof(page_rows) / sizeof(page_rows[0]);
	     i++) {
		char seqs[64] = "";
		const char *at;

		assert_int_equal(read_page(w, page_rows[i].body, &ask, &page),
		    page_rows[i].err);
		for (at = w->text; (at = strstr(at, " seq=")) != NULL;) {
			at += 5;
			snprintf(seqs + strlen(seqs),
			    sizeof(seqs) - strlen(seqs), "%d ", atoi(at));
		}
		assert_string_equal(seqs, page_rows[i].seqs);
		assert_int_equal(page.first, page_rows[i].first);
		assert_int_equal(page.last, page_rows[i].last);
	}
}

/* Liquidations that the stream did not tell (5.4.7). */
static void
test_late_liquidation(void **state)
{
	static const char body[] =
	    PAGE(ROW("6", ",\"liquidation\":\"T\"") "," ROW("5", ""), "");
	static const char strange[] =
	    PAGE(ROW("5", ",\"liquidation\":\"Z\"") "," ROW("6", ""), "");
	static const char trades[] =
	    "trade BTC-PERPETUAL trade_id=t5 price=2 quantity=3 "
	    "quote_quantity=3 timestamp=2026-11-23T00:00:00.213000Z buy "
	    "backfill=yes seq=5\n"
	    "trade BTC-PERPETUAL trade_id=t6 price=2 quantity=3 "
	    "quote_quantity=3 timestamp=2026-11-23T00:00:00.213000Z buy "
	    "backfill=yes seq=6\n";
	const struct trades_ask ask = { .first = 5, .last = 6, .limit = 1000 };
	struct heard *w = *state;
	struct trades_page page;
	char want[1024];

	snprintf(want, sizeof(want),
	    "%sliquidation BTC-PERPETUAL buy price=2 quantity=3 value=3 "
	    "instrument_type=perpetual "
	    "timestamp=2026-11-23T00:00:00.213000Z backfill=yes "
	    "venue_trade_id=t6\n",
	    trades);
	assert_int_equal(read_page(w, body, &ask, &page), ERR_OK);
	assert_string_equal(w->text, want);
	w->unwanted[CHANNEL_LIQUIDATION] = true;
	assert_int_equal(read_page(w, body, &ask, &page), ERR_OK);
	assert_string_equal(w->text, trades);
	/* A flag that nobody knows is told, and costs no trade. */
	assert_int_equal(read_page(w, strange, &ask, &page), ERR_UNKNOWN);
	assert_string_equal(w->text, trades);
	assert_int_equal(page.last, 6);
}

/* A full page, the newest first. */
static void
test_full_page(void **state)
{
	const struct trades_ask ask = {
		.first = 1, .last = 5000, .limit = 1000
	};
	struct heard *w = *state;
	struct trades_page page;
	char *body = malloc(256 * 1024);
	size_t len = 0;
	const char *at;
	int seq = 0;

	len += (size_t)sprintf(body, "{\"result\":{\"trades\":[");
	for (int i = 1000; i > 0; i--)
		len += (size_t)sprintf(body + len,
		    "{\"timestamp\":1,\"price\":2,\"direction\":\"buy\","
		    "\"trade_seq\":%d,\"amount\":3,\"trade_id\":\"x\"}%s",
		    i, i > 1 ? "," : "]}}");
	assert_int_equal(read_page(w, body, &ask, &page), ERR_OK);
	assert_int_equal(w->records, 1000);
	assert_int_equal(page.first, 1);
	assert_int_equal(page.last, 1000);
	for (at = w->text; (at = strstr(at, " seq=")) != NULL;) {
		at += 5;
		assert_int_equal(atoi(at), ++seq);
	}
	assert_int_equal(seq, 1000);
	free(body);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *body;
		int64_t code;
		const char *text;
	} rows[] = {
		{ "{\"jsonrpc\":\"2.0\",\"error\":{\"message\":\"Invalid "
		  "params\",\"data\":{\"reason\":\"x\"},\"code\":-32602},"
		  "\"testnet\":true}",
		    -32602, "Invalid params" },
		{ "{\"error\":{\"code\":10028,\"message\":"
		  "\"too_many_requests\"}}",
		    10028, "too_many_requests" },
		{ "{\"error\":{\"code\":7}}", 7, "" },
		{ "{\"error\":{\"message\":\"x\"}}", 0, "" },
		{ "{\"error\":[]}", 0, "" },
		{ "{\"result\":1}", 0, "" },
		{ "[]", 0, "" },
	};
	struct heard *w = *state;
	struct venue_error e;

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    heard_text(w, rows[i].body, strlen(rows[i].body)), ERR_OK);
		memset(&e, 0xff, sizeof(e));
		venue->error(&w->json, &e);
		assert_int_equal(e.code, rows[i].code);
		assert_int_equal(e.banned_until.ns, 0);
		assert_int_equal(e.text.len, strlen(rows[i].text));
		if (e.text.len > 0)
			assert_memory_equal(
			    e.text.at, rows[i].text, e.text.len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEARD_TEST(test_names),
		HEARD_TEST(test_other_names),
		HEARD_TEST(test_streams),
		HEARD_TEST(test_subscribe),
		HEARD_TEST(test_many_streams),
		HEARD_TEST(test_has),
		HEARD_TEST(test_venue),
		HEARD_TEST(test_book_call),
		HEARD_TEST(test_trades_call),
		HEARD_TEST(test_book_reply),
		HEARD_TEST(test_trades_reply),
		HEARD_TEST(test_late_liquidation),
		HEARD_TEST(test_full_page),
		HEARD_TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
