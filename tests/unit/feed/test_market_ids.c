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
 * Trades by their ids where test_market.c (Binance spot, one id a trade) does
 * not reach: OKX, whose records cover several ids, and Binance USD-M, whose ids
 * are used for what is no trade.
 */

static const struct world_names okx_names = { { "AAA-USDT", "BBB-USDT" },
	{ "AAA-USDT", "BBB-USDT" } };

static int
okx(void **state)
{
	*state = world_new(&venue_okx, &okx_names, 4);
	return 0;
}

static int
okx_without_buffers(void **state)
{
	*state = world_new(&venue_okx, &okx_names, 0);
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

/* The aggregate of ids first..last. */
static void
fills(struct world *w, int64_t first, int64_t last)
{
	hear(w,
	    "{\"arg\":{\"channel\":\"trades\",\"instId\":\"AAA-USDT\"},"
	    "\"data\":[{\"instId\":\"AAA-USDT\",\"tradeId\":\"%lld\","
	    "\"px\":\"1.5\",\"sz\":\"2\",\"side\":\"buy\","
	    "\"ts\":\"1795392000776\",\"count\":\"%lld\",\"source\":\"0\","
	    "\"seqId\":1}]}",
	    (long long)last, (long long)(last - first + 1));
}

/* One id, and what it was used for: "MARKET" a trade, "NA" none. */
static void
id_used(struct world *w, int64_t id, const char *what)
{
	hear(w,
	    "{\"e\":\"trade\",\"E\":1795392000046,\"T\":1795392000045,"
	    "\"s\":\"AAAUSDT\",\"t\":%lld,\"p\":\"%s\",\"q\":\"2\",\"X\":\"%"
	    "s\","
	    "\"m\":true,\"st\":1}",
	    (long long)id, what[0] == 'N' ? "0" : "1.5", what);
}

static void
trade(struct world *w, int64_t id)
{
	id_used(w, id, "MARKET");
}

static void
no_trade(struct world *w, int64_t id)
{
	id_used(w, id, "NA");
}

/* OKX answers with the fills first..last, the newest first; what is still
 * missing, or 0. */
static int64_t
okx_answer(struct world *w, int64_t ask_first, int64_t ask_last, int64_t first,
    int64_t last)
{
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	struct trades_ask ask = {
		.first = ask_first, .last = ask_last, .limit = 100
	};
	char text[16 * 1024];
	size_t len = 0;
	int64_t next;

	len += (size_t)sprintf(text, "{\"code\":\"0\",\"msg\":\"\",\"data\":[");
	for (int64_t id = last; id >= first; id--)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s{\"instId\":\"AAA-USDT\",\"side\":\"sell\",\"sz\":"
		    "\"2\",\"px\":\"1.5\",\"tradeId\":\"%lld\",\"ts\":"
		    "\"1795392000776\"}",
		    id == last ? "" : ",", (long long)id);
	len += (size_t)sprintf(text + len, "]}");
	assert_int_equal(market_trades_reply(w->market, A,
			     (struct span){ text, len }, &ask, &from, &next),
	    ERR_OK);
	return next == INT64_MAX ? 0 : next;
}

/* USD-M answers with these ids; one below 0 is a row that is no trade. */
static int64_t
usdm_answer(struct world *w, unsigned source, int64_t ask_first,
    int64_t ask_last, const int64_t *ids)
{
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	struct trades_ask ask = { .first = ask_first,
		.last = ask_last,
		.source = source,
		.limit = 1000 };
	char text[16 * 1024];
	size_t len = 0;
	int64_t next;

	text[len++] = '[';
	for (unsigned i = 0; ids[i] != 0; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s{\"id\":%lld,\"price\":\"%s\",\"qty\":\"2\","
		    "\"quoteQty\":\"3\",\"time\":1795392000045,"
		    "\"isBuyerMaker\":true,\"isRPITrade\":false}",
		    i == 0 ? "" : ",",
		    (long long)(ids[i] < 0 ? -ids[i] : ids[i]),
		    ids[i] < 0 ? "0" : "1.5");
	text[len++] = ']';
	assert_int_equal(market_trades_reply(w->market, A,
			     (struct span){ text, len }, &ask, &from, &next),
	    ERR_OK);
	return next == INT64_MAX ? 0 : next;
}

/* --- records that cover several ids ----------------------------------------
 */

static void
test_aggregates_in_order(void **state)
{
	struct world *w = *state;

	w->marks = true;
	fills(w, 5, 7);
	fills(w, 8, 8);
	fills(w, 9, 20);
	assert_said(w, "t7 m7 t8 m8 t20 m20");
	assert_int_equal(market_last_trade(w->market, A), 20);
	assert_int_equal(market_first_trade(w->market, A), 5);
	/* The slower connection. */
	w->epoch = 2;
	fills(w, 8, 8);
	fills(w, 9, 20);
	fills(w, 21, 22);
	assert_said(w, "t22 m22");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* The hole is what no record covers; REST fills it with single fills. */
static void
test_aggregate_after_a_hole(void **state)
{
	struct world *w = *state;

	w->marks = true;
	fills(w, 5, 7);
	fills(w, 10, 12);
	fills(w, 13, 15);
	assert_said(w, "t7 m7 ?8-9");
	assert_int_equal(okx_answer(w, 8, 9, 1, 9), 0);
	assert_said(w, "T8 m8 T9 m9 t12 m12 t15 m15");
}

/* The other connection brings the hole in one piece, or in two. */
static void
test_hole_filled_by_aggregates(void **state)
{
	struct world *w = *state;

	w->marks = true;
	fills(w, 1, 1);
	fills(w, 6, 8);
	w->epoch = 2;
	fills(w, 2, 3);
	assert_said(w, "t1 m1 ?2-5 t3 m3");
	fills(w, 4, 5);
	assert_said(w, "t5 m5 t8 m8");
	w->epoch = 1;
	fills(w, 12, 12);
	w->epoch = 2;
	fills(w, 9, 11);
	assert_said(w, "?9-11 t11 m11 t12 m12");
	assert_int_equal(okx_answer(w, 9, 11, 5, 11), 0);
	assert_said(w, "");
}

/* A record that reaches beyond the hole is not half published. */
static void
test_record_across_the_edge_of_a_hole(void **state)
{
	struct world *w = *state;

	fills(w, 1, 1);
	fills(w, 6, 8);
	w->epoch = 2;
	fills(w, 2, 7);
	fills(w, 1, 3);
	assert_said(w, "t1 ?2-5");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	assert_int_equal(okx_answer(w, 2, 5, 1, 5), 0);
	assert_said(w, "T2 T3 T4 T5 t8");
}

/*
 * Its first ids were published, the rest is new: that is a hole, which REST
 * fills, and the trades after it wait.
 */
static void
test_overlap(void **state)
{
	struct world *w = *state;

	w->marks = true;
	fills(w, 5, 7);
	fills(w, 6, 9);
	fills(w, 10, 10);
	assert_said(w, "t7 m7 ?8-9");
	assert_int_equal(okx_answer(w, 8, 9, 1, 9), 0);
	assert_said(w, "T8 m8 T9 m9 t10 m10");
	assert_int_equal(market_counts(w->market)->gaps, 1);
	/* While another hole is open: one wish at a time. */
	fills(w, 12, 12);
	fills(w, 12, 14);
	fills(w, 15, 15);
	assert_said(w, "?11-11");
	assert_int_equal(okx_answer(w, 11, 11, 11, 11), 0);
	assert_said(w, "T11 m11 t12 m12 ?13-14");
	assert_int_equal(okx_answer(w, 13, 14, 13, 14), 0);
	assert_said(w, "T13 m13 T14 m14 t15 m15");
}

/* Nothing waits behind such a hole, and REST passes over it: a run after this
 * one need not ask again. */
static void
test_overlap_that_rest_does_not_know(void **state)
{
	static const char body[] =
	    "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"instId\":"
	    "\"AAA-USDT\",\"side\":\"sell\",\"sz\":\"2\",\"px\":\"1.5\","
	    "\"tradeId\":\"10\",\"ts\":\"1795392000776\"},{\"instId\":"
	    "\"AAA-USDT\",\"side\":\"sell\",\"sz\":\"2\",\"px\":\"1.5\","
	    "\"tradeId\":\"7\",\"ts\":\"1795392000776\"}]}";
	struct trades_ask ask = { .first = 8, .last = 10, .limit = 3 };
	struct world *w = *state;
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	int64_t next;

	w->marks = true;
	fills(w, 5, 7);
	fills(w, 6, 9);
	assert_said(w, "t7 m7 ?8-9");
	assert_int_equal(
	    market_trades_reply(w->market, A, SPAN(body), &ask, &from, &next),
	    ERR_OK);
	assert_int_equal(next, INT64_MAX);
	assert_said(w, "g:trade:8-9 m9");
}

static void
test_aggregate_after_a_restart(void **state)
{
	struct world *w = *state;

	w->marks = true;
	w->resume[A] = 40;
	/* It covers the mark: 41 is new, and known to nobody. */
	fills(w, 39, 41);
	fills(w, 42, 43);
	assert_said(w, "?41-41");
	assert_int_equal(okx_answer(w, 41, 41, 30, 41), 0);
	assert_said(w, "T41 m41 t43 m43");
}

/* What is thrown away before it is believed is in the gap, and no more. */
static void
test_aggregates_begin_again(void **state)
{
	struct world *w = *state;
	char gap[64];
	int64_t id = 11;

	fills(w, 1000000, 1000000);
	for (int i = 0; i < MARKET_BACKWARDS - 1; i++, id += 2)
		fills(w, id, id + 1);
	assert_said(w, "t1000000");
	fills(w, id, id + 1);
	snprintf(gap, sizeof(gap), "g:trade:11-%lld t%lld", (long long)id - 1,
	    (long long)id + 1);
	assert_said(w, gap);
	fills(w, id + 2, id + 4);
	assert_int_equal(market_counts(w->market)->records[RECORD_trade], 3);
	assert_int_equal(market_counts(w->market)->records[RECORD_gap], 1);
}

/* While trades are held the end of the hole is not taken out of order. */
static void
test_end_of_a_hole_while_holding(void **state)
{
	struct world *w = *state;

	fills(w, 1, 1);
	fills(w, 10, 10);
	w->epoch = 2;
	fills(w, 8, 9);
	assert_said(w, "t1 ?2-9");
	fills(w, 2, 7);
	assert_said(w, "t7");
	fills(w, 8, 9);
	assert_said(w, "t9 t10");
}

/* Without a buffer there is no order to keep, and what fits is taken. */
static void
test_edges_without_a_buffer(void **state)
{
	struct world *w = *state;

	w->marks = true;
	fills(w, 1, 1);
	fills(w, 10, 11);
	fills(w, 14, 15);
	w->epoch = 2;
	fills(w, 8, 9);
	assert_said(w, "t1 m1 t11 ?2-9 t15 t9");
	fills(w, 4, 5);
	fills(w, 5, 8);
	fills(w, 12, 12);
	assert_said(w, "t12");
	assert_int_equal(market_counts(w->market)->duplicates, 2);
	assert_int_equal(okx_answer(w, 2, 9, 1, 9), 0);
	assert_said(w, "T2 m2 T3 m3 T4 m4 T5 m5 T6 m6 T7 m7 m12 ?13-13");
	fills(w, 13, 13);
	assert_said(w, "t13 m13 m15");
}

/* --- pages ------------------------------------------------------------------
 */

/* A page that begins behind the hole's first id says nothing about it. */
static void
test_page_that_does_not_reach_back(void **state)
{
	struct world *w = *state;

	fills(w, 5, 5);
	fills(w, 20, 20);
	assert_int_equal(okx_answer(w, 6, 19, 10, 19), 6);
	assert_said(w, "t5 ?6-19");
	/* The same page of a source that goes by id would. */
	assert_int_equal(okx_answer(w, 6, 19, 3, 12), 13);
	assert_said(w, "T6 T7 T8 T9 T10 T11 T12");
	assert_int_equal(okx_answer(w, 13, 19, 10, 25), 0);
	assert_said(w, "T13 T14 T15 T16 T17 T18 T19 t20");
}

/* A row of several ids of which some were published is not published. */
static void
test_row_across_the_edge_of_a_hole(void **state)
{
	static const char body[] =
	    "{\"code\":\"0\",\"msg\":\"\",\"data\":[{\"side\":\"sell\","
	    "\"sz\":\"2\",\"px\":\"1\",\"tradeId\":\"10\",\"count\":\"4\","
	    "\"ts\":\"1795392000776\"},{\"side\":\"sell\",\"sz\":\"2\","
	    "\"px\":\"1\",\"tradeId\":\"6\",\"ts\":\"1795392000776\"}]}";
	struct trades_ask ask = { .first = 7, .last = 10, .limit = 100 };
	struct origin from = { .epoch = 0 };
	struct world *w = *state;
	int64_t next;

	fills(w, 5, 6);
	fills(w, 10, 12);
	assert_said(w, "t6 ?7-9");
	assert_int_equal(
	    market_trades_reply(w->market, A, SPAN(body), &ask, &from, &next),
	    ERR_OK);
	assert_int_equal(next, 7);
	assert_said(w, "");
	assert_int_equal(okx_answer(w, 7, 9, 1, 9), 0);
	assert_said(w, "T7 T8 T9 t12");
}

static void
test_pages_of_two_sources(void **state)
{
	static const int64_t newest[] = { 8, 9, 10, 11, 0 };
	static const int64_t from_id[] = { 6, -7, 9, 10, 0 };
	struct world *w = *state;

	trade(w, 5);
	trade(w, 10);
	assert_said(w, "t5 ?6-9");
	/* The newest ones begin at 8: nothing is known of 6 and 7. */
	assert_int_equal(usdm_answer(w, 1, 6, 9, newest), 6);
	assert_said(w, "");
	/* By id: 7 was no trade, 8 the venue does not have. */
	assert_int_equal(usdm_answer(w, 0, 6, 9, from_id), 0);
	assert_said(w, "T6 g:trade:7-8 T9 t10");
}

static void
test_empty_and_refused_pages(void **state)
{
	static const int64_t none[] = { 0 };
	struct world *w = *state;
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	struct trades_ask ask = { .first = 6, .last = 9, .limit = 1000 };
	int64_t next;

	trade(w, 5);
	trade(w, 10);
	assert_int_equal(usdm_answer(w, 0, 6, 9, none), 6);
	assert_int_equal(market_trades_reply(w->market, A,
			     SPAN("{\"code\":-2014,\"msg\":\"API-key\"}"), &ask,
			     &from, &next),
	    ERR_REJECTED);
	assert_int_equal(next, 6);
	assert_said(w, "t5 ?6-9");
	market_trades_failed(w->market, A, "refused", world_now(w));
	assert_said(w, "g:trade:6-9 t10");
}

/* Trades that were published are read again: none of them comes twice, and
 * nothing becomes of holes. */
static void
test_trades_again(void **state)
{
	static const char rows[] =
	    "[{\"id\":6,\"price\":\"1.5\",\"qty\":\"2\",\"time\":1795392000045,"
	    "\"isBuyerMaker\":true},{\"id\":7,\"price\":\"1.5\",\"qty\":\"2\","
	    "\"time\":1795392000045,\"isBuyerMaker\":true}]";
	struct world *w = *state;
	struct origin from = { .seen = { w->now }, .epoch = 0 };
	struct trades_ask ask = { .first = 6, .last = 7, .limit = 1000 };
	int64_t last;

	w->marks = true;
	trade(w, 5);
	trade(w, 8);
	assert_said(w, "t5 m5 ?6-7");
	assert_int_equal(
	    market_trades_again(w->market, A, SPAN(rows), &ask, &from, &last),
	    ERR_OK);
	assert_int_equal(last, 7);
	assert_said(w, "");
	assert_int_equal(
	    market_trades_again(w->market, A, SPAN("[]"), &ask, &from, &last),
	    ERR_OK);
	assert_true(last == SEQ_NULL);
	assert_int_equal(
	    market_trades_again(w->market, A, SPAN("<"), &ask, &from, &last),
	    ERR_SYNTAX);
	assert_true(last == SEQ_NULL);
	assert_int_equal(market_counts(w->market)->backfilled, 0);
}

/* --- ids that were used for no trade ----------------------------------------
 */

static void
test_no_trades_in_order(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trade(w, 5);
	no_trade(w, 6);
	no_trade(w, 7);
	trade(w, 8);
	assert_said(w, "t5 m5 m6 m7 t8 m8");
	/* Twice is once. */
	no_trade(w, 7);
	trade(w, 9);
	assert_said(w, "t9 m9");
	assert_int_equal(market_counts(w->market)->non_trades, 3);
	assert_int_equal(market_counts(w->market)->gaps, 0);
	assert_int_equal(w->alive, 6);
}

static void
test_no_trade_after_a_hole(void **state)
{
	static const int64_t all[] = { 6, 7, 0 };
	struct world *w = *state;

	w->marks = true;
	trade(w, 5);
	no_trade(w, 8);
	assert_said(w, "t5 m5 ?6-7");
	trade(w, 9);
	no_trade(w, 10);
	trade(w, 11);
	assert_said(w, "");
	assert_int_equal(usdm_answer(w, 0, 6, 7, all), 0);
	assert_said(w, "T6 m6 T7 m7 m8 t9 m9 m10 t11 m11");
}

/* The hole is all there is of them, and the other connection says so. */
static void
test_no_trade_in_a_hole(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trade(w, 5);
	trade(w, 9);
	assert_said(w, "t5 m5 ?6-8");
	w->epoch = 2;
	no_trade(w, 6);
	trade(w, 7);
	no_trade(w, 8);
	assert_said(w, "m6 t7 m7 m8 t9 m9");
	trade(w, 9);
	trade(w, 10);
	assert_said(w, "t10 m10");
	assert_int_equal(market_counts(w->market)->records[RECORD_gap], 0);
}

static void
test_no_trade_comes_first(void **state)
{
	struct world *w = *state;

	no_trade(w, 5);
	trade(w, 6);
	no_trade(w, 7);
	trade(w, 8);
	assert_said(w, "t6 t8");
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* The id behind the mark was no trade: it is no hole either. */
static void
test_no_trade_first_after_a_restart(void **state)
{
	struct world *w = *state;

	w->marks = true;
	w->resume[A] = 40;
	no_trade(w, 41);
	trade(w, 42);
	assert_said(w, "m41 t42 m42");
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

static void
test_no_trade_shows_a_hole_after_a_restart(void **state)
{
	static const int64_t all[] = { 41, 42, 0 };
	struct world *w = *state;

	w->resume[A] = 40;
	no_trade(w, 43);
	trade(w, 44);
	assert_said(w, "?41-42");
	assert_int_equal(usdm_answer(w, 0, 41, 42, all), 0);
	assert_said(w, "T41 T42 t44");
}

/* Ids that go back are believed for what is no trade as for what is. */
static void
test_no_trades_begin_again(void **state)
{
	struct world *w = *state;

	trade(w, 1000000);
	for (int64_t id = 10; id < 9 + MARKET_BACKWARDS; id++)
		trade(w, id);
	assert_said(w, "t1000000");
	no_trade(w, 9 + MARKET_BACKWARDS);
	trade(w, 10 + MARKET_BACKWARDS);
	assert_said(w, "g:trade:10-1008 t1010");
	assert_int_equal(market_last_trade(w->market, A), 1010);
	assert_int_equal(market_first_trade(w->market, A), 1009);
}

/* A full buffer gives up the order, also of ids without a record. */
static void
test_no_trades_fill_the_buffer(void **state)
{
	static const int64_t all[] = { 6, 7, 0 };
	struct world *w = *state;
	int64_t id = 8;

	trade(w, 5);
	trade(w, id++);
	assert_said(w, "t5 ?6-7");
	while (market_counts(w->market)->records[RECORD_trade] == 1)
		no_trade(w, id++);
	assert_said(w, "t8");
	trade(w, id++);
	assert_int_equal(usdm_answer(w, 0, 6, 7, all), 0);
	trade(w, id);
	assert_int_equal(market_counts(w->market)->records[RECORD_trade], 6);
	assert_int_equal(market_counts(w->market)->gaps, 1);
}

int
main(void)
{
#define OKX(f) cmocka_unit_test_setup_teardown(f, okx, world_end)
#define USDM(f) cmocka_unit_test_setup_teardown(f, usdm, world_end)
	const struct CMUnitTest tests[] = {
		OKX(test_aggregates_in_order),
		OKX(test_aggregate_after_a_hole),
		OKX(test_hole_filled_by_aggregates),
		OKX(test_record_across_the_edge_of_a_hole),
		OKX(test_overlap),
		OKX(test_overlap_that_rest_does_not_know),
		OKX(test_aggregate_after_a_restart),
		OKX(test_aggregates_begin_again),
		OKX(test_end_of_a_hole_while_holding),
		cmocka_unit_test_setup_teardown(test_edges_without_a_buffer,
		    okx_without_buffers, world_end),
		OKX(test_page_that_does_not_reach_back),
		OKX(test_row_across_the_edge_of_a_hole),
		USDM(test_pages_of_two_sources),
		USDM(test_empty_and_refused_pages),
		USDM(test_trades_again),
		USDM(test_no_trades_in_order),
		USDM(test_no_trade_after_a_hole),
		USDM(test_no_trade_in_a_hole),
		USDM(test_no_trade_comes_first),
		USDM(test_no_trade_first_after_a_restart),
		USDM(test_no_trade_shows_a_hole_after_a_restart),
		USDM(test_no_trades_begin_again),
		USDM(test_no_trades_fill_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
