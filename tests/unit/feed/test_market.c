/* LINK: feed/market feed/market_% */
/* LINK: book/book book/sync */
/* LINK: model/instrument core/time venues/% */
/* LINK: codec/json codec/json_scan codec/json_value codec/utf8 codec/url */
/* LINK: codec/decimal codec/decmath codec/crc32 */
/* LINK: model/model model/symbol model/frame */
/* LINK: core/must core/out core/span core/err core/arena */
/* LINK: model/instrument codec/utf8 core/time */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "feed/market.h"

enum {
	A = 0,
	B = 1,
	LOG = 64 * 1024,
};

/*
 * What the market did, in order, as words: t5 a trade, T5 one from REST, d7-9 a
 * delta, s9 a snapshot (S9 from REST), x an invalidation, g:trade:5-6 a gap,
 * e:live an event, k and c a kline and a ticker, ?book and ?5-6 its wishes, m5
 * the mark.  Words of symbol B begin with a dot.
 */
struct world {
	struct arena arena;
	struct market_host host;
	struct market *market;
	struct market_setup setup;
	char log[LOG];
	size_t len;
	bool marks;
	int64_t resume[2];
	/* The gap is answered at once, as in a replay. */
	bool refuse;
	unsigned alive;
	unsigned acks;
	unsigned shutdowns;
	uint32_t ack_epoch;
	uint32_t epoch;
	int64_t now;
};

static void
say(struct world *w, bool b, const char *format, ...)
{
	va_list args;

	w->len += (size_t)snprintf(w->log + w->len, LOG - w->len, "%s%s",
	    w->len > 0 ? " " : "", b ? "." : "");
	va_start(args, format);
	w->len +=
	    (size_t)vsnprintf(w->log + w->len, LOG - w->len, format, args);
	va_end(args);
	assert_true(w->len < LOG);
}

/* The words since the last call are these. */
static void
assert_said(struct world *w, const char *words)
{
	w->log[w->len] = '\0';
	assert_string_equal(w->log, words);
	w->len = 0;
	w->log[0] = '\0';
}

static const char *
range(int64_t from, int64_t to)
{
	static char text[64];

	snprintf(text, sizeof(text), "%lld-%lld",
	    from == SEQ_NULL ? -1LL : (long long)from,
	    to == SEQ_NULL ? -1LL : (long long)to);
	return text;
}

static bool
is_b(struct span native)
{
	return span_is(native, "BBBUSDT");
}

static void
say_book(struct world *w, const struct orderbook *b)
{
	bool other = is_b(b->native_symbol);

	if (b->is_valid == BOOL_FALSE) {
		assert_int_equal(b->bids.count + b->asks.count, 0);
		assert_int_equal(b->update_type, UPDATE_SNAPSHOT);
		say(w, other, "x");
	} else if (b->update_type == UPDATE_DELTA) {
		say(w, other, "d%s",
		    range(b->first_update_id, b->last_update_id));
	} else {
		say(w, other, "%c%lld", b->backfill == BOOL_TRUE ? 'S' : 's',
		    (long long)b->last_update_id);
	}
}

static void
say_gap(struct world *w, const struct gap *g)
{
	assert_int_equal(g->healed, BOOL_FALSE);
	assert_true(g->reason.len > 0);
	if (g->from_id != SEQ_NULL && g->to_id != SEQ_NULL)
		assert_int_equal(g->missing, g->to_id - g->from_id + 1);
	say(w, is_b(g->native_symbol), "g:%.*s:%s", (int)g->data_type.len,
	    g->data_type.at, range(g->from_id, g->to_id));
}

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct world *w = h->owner;
	const struct trade *t = rec;
	const struct event *e = rec;

	if (id == RECORD_trade)
		say(w, is_b(t->native_symbol), "%c%.*s",
		    t->backfill == BOOL_TRUE ? 'T' : 't', (int)t->trade_id.len,
		    t->trade_id.at);
	else if (id == RECORD_orderbook)
		say_book(w, rec);
	else if (id == RECORD_gap)
		say_gap(w, rec);
	else if (id == RECORD_event)
		say(w, e->connection.at[8] == 'B', "e:%.*s", (int)e->state.len,
		    e->state.at);
	else
		say(w, false, id == RECORD_kline ? "k" : "c");
}

static void
on_want_book(struct market_host *h, unsigned s)
{
	say(h->owner, s == B, "?book");
}

static void
on_want_trades(struct market_host *h, unsigned s, int64_t first, int64_t last)
{
	struct world *w = h->owner;

	say(w, s == B, "?%s", range(first, last));
	if (w->refuse)
		market_trades_failed(
		    w->market, s, "nobody to ask", (struct wall){ w->now });
}

static void
on_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	struct world *w = h->owner;

	(void)s;
	assert_int_equal(epoch, w->epoch);
	assert_int_equal(c == CHANNEL_KLINE, interval.len > 0);
	w->alive++;
}

static void
on_ack(struct market_host *h, int64_t id, struct span name, enum err e,
    struct span text, uint32_t epoch)
{
	struct world *w = h->owner;

	(void)id;
	(void)name;
	(void)e;
	(void)text;
	w->acks++;
	w->ack_epoch = epoch;
}

static void
on_shutdown(struct market_host *h, uint32_t epoch)
{
	struct world *w = h->owner;

	assert_int_equal(epoch, w->epoch);
	w->shutdowns++;
}

static int64_t
on_last_trade(struct market_host *h, unsigned s)
{
	return ((struct world *)h->owner)->resume[s];
}

static void
on_traded(struct market_host *h, unsigned s, int64_t id)
{
	struct world *w = h->owner;

	if (w->marks)
		say(w, s == B, "m%lld", (long long)id);
}

static struct world *
new_world(uint32_t buffers, size_t buffer_bytes)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned number;

	w->resume[A] = SEQ_NULL;
	w->resume[B] = SEQ_NULL;
	w->epoch = 1;
	w->now = 1795392000LL * NS_PER_S;
	w->setup = (struct market_setup){ .venue = &venue_binance_spot,
		.symbols_max = 2,
		.book_limit = 10,
		.book_capacity = 32,
		.book_publish = 4,
		.buffers = buffers,
		.buffer_bytes = buffer_bytes,
		.tokens = 2048,
		.levels = 64 };
	w->host = (struct market_host){ .owner = w,
		.record = on_record,
		.want_book = on_want_book,
		.want_trades = on_want_trades,
		.alive = on_alive,
		.ack = on_ack,
		.shutdown = on_shutdown,
		.last_trade = on_last_trade,
		.traded = on_traded };
	assert_int_equal(
	    arena_init(&w->arena, market_bytes(&w->setup)), ERR_OK);
	w->market = market_new(&w->arena, &w->setup, &w->host);
	assert_int_equal(
	    market_add(w->market, SPAN("AAAUSDT"), SPAN("AAA-USDT"), &number),
	    ERR_OK);
	assert_int_equal(number, A);
	assert_int_equal(
	    market_add(w->market, SPAN("BBBUSDT"), SPAN("BBB-USDT"), &number),
	    ERR_OK);
	assert_int_equal(number, B);
	for (unsigned s = A; s <= B; s++) {
		for (enum channel c = 0; c < CHANNEL_COUNT; c++)
			market_want(w->market, s, c);
	}
	return w;
}

static int
set_up(void **state)
{
	*state = new_world(4, 4096);
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	arena_fini(&w->arena);
	free(w);
	return 0;
}

static struct origin
origin(struct world *w)
{
	return (struct origin){ .seen = { w->now }, .epoch = w->epoch };
}

static enum err
hear(struct world *w, const char *text)
{
	struct origin from = origin(w);

	w->now += NS_PER_MS;
	return market_message(w->market, span_of(text), &from);
}

static const char *
native(unsigned s)
{
	return s == B ? "BBBUSDT" : "AAAUSDT";
}

static void
trade(struct world *w, unsigned s, int64_t id)
{
	char text[256];

	snprintf(text, sizeof(text),
	    "{\"e\":\"trade\",\"s\":\"%s\",\"t\":%lld,\"p\":\"1.5\","
	    "\"q\":\"2\",\"T\":1795392000121,\"m\":true}",
	    native(s), (long long)id);
	assert_int_equal(hear(w, text), ERR_OK);
}

static void
trades(struct world *w, unsigned s, int64_t first, int64_t last)
{
	for (int64_t id = first; id <= last; id++)
		trade(w, s, id);
}

/* REST answers with trades first..last; what is still missing, or 0. */
static int64_t
answer(struct world *w, unsigned s, int64_t first, int64_t last)
{
	struct origin from = origin(w);
	struct trades_ask ask = { .first = first, .last = last };
	char text[32 * 1024];
	size_t len = 0;
	int64_t next;

	text[len++] = '[';
	for (int64_t id = first; id <= last; id++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s{\"id\":%lld,\"price\":\"1.5\",\"qty\":\"2\",\"time\":"
		    "1795392000121,\"isBuyerMaker\":true}",
		    id == first ? "" : ",", (long long)id);
	text[len++] = ']';
	assert_int_equal(market_trades_reply(w->market, s,
			     (struct span){ text, len }, &ask, &from, &next),
	    ERR_OK);
	return next == INT64_MAX ? 0 : next;
}

static void
delta_of(struct world *w, unsigned s, int64_t first, int64_t last,
    const char *bids, const char *asks)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"e\":\"depthUpdate\",\"E\":1795392000123,\"s\":\"%s\","
	    "\"U\":%lld,\"u\":%lld,\"b\":[%s],\"a\":[%s]}",
	    native(s), (long long)first, (long long)last, bids, asks);
	assert_int_equal(hear(w, text), ERR_OK);
}

static void
delta(struct world *w, unsigned s, int64_t first, int64_t last)
{
	delta_of(w, s, first, last, "[\"99\",\"1\"]", "[\"101\",\"1\"]");
}

static enum err
snapshot_of(
    struct world *w, unsigned s, int64_t id, const char *bids, const char *asks)
{
	struct origin from = origin(w);
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"lastUpdateId\":%lld,\"bids\":[%s],\"asks\":[%s]}",
	    (long long)id, bids, asks);
	return market_book_reply(w->market, s, span_of(text), &from);
}

static void
snapshot(struct world *w, unsigned s, int64_t id)
{
	assert_int_equal(snapshot_of(w, s, id, "[\"98\",\"1\"],[\"97\",\"2\"]",
			     "[\"102\",\"1\"]"),
	    ERR_OK);
}

static struct wall
now(const struct world *w)
{
	return (struct wall){ w->now };
}

/* --- trades ----------------------------------------------------------------
 */

static void
test_trades_in_order(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trades(w, A, 5, 7);
	trade(w, B, 900);
	assert_said(w, "t5 m5 t6 m6 t7 m7 .t900 .m900");
	/* The slower connection repeats; inside one frame too. */
	w->epoch = 2;
	trades(w, A, 6, 8);
	trade(w, A, 8);
	assert_said(w, "t8 m8");
	assert_int_equal(market_counts(w->market)->duplicates, 3);
	assert_int_equal(w->alive, 8);
}

static void
test_hole_and_backfill(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trades(w, A, 5, 5);
	trades(w, A, 9, 10);
	trade(w, B, 1);
	assert_said(w, "t5 m5 ?6-8 .t1 .m1");
	assert_int_equal(answer(w, A, 6, 7), 8);
	assert_said(w, "T6 m6 T7 m7");
	trade(w, A, 11);
	assert_said(w, "");
	assert_int_equal(answer(w, A, 8, 12), 0);
	assert_said(w, "T8 m8 t9 m9 t10 m10 t11 m11");
	trade(w, A, 12);
	assert_said(w, "t12 m12");
	assert_int_equal(market_counts(w->market)->backfilled, 3);
	assert_int_equal(market_counts(w->market)->held, 3);
	assert_int_equal(market_counts(w->market)->gaps, 1);
}

static void
test_after_a_restart(void **state)
{
	struct world *w = *state;

	w->marks = true;
	w->resume[A] = 40;
	w->resume[B] = 70;
	trade(w, A, 43);
	assert_said(w, "?41-42");
	trade(w, B, 70);
	trade(w, B, 71);
	assert_said(w, ".t71 .m71");
	assert_int_equal(answer(w, A, 41, 42), 0);
	assert_said(w, "T41 m41 T42 m42 t43 m43");
}

static void
test_hole_that_rest_cannot_fill(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trade(w, A, 5);
	trades(w, A, 9, 10);
	assert_int_equal(answer(w, A, 6, 6), 7);
	market_trades_failed(w->market, A, "too late", now(w));
	assert_said(w, "t5 m5 ?6-8 T6 m6 g:trade:7-8 m8 t9 m9 t10 m10");
	/* An answer that comes after all is no news. */
	assert_int_equal(answer(w, A, 7, 8), 0);
	market_trades_failed(w->market, A, "too late", now(w));
	assert_said(w, "");
}

/* At the end nobody will answer: each hole is told, what was held comes out. */
static void
test_give_up(void **state)
{
	struct world *w = *state;

	w->marks = true;
	trade(w, A, 5);
	trade(w, A, 9);
	trade(w, A, 12);
	assert_int_equal(market_holes(w->market, A), 2);
	market_give_up(w->market, A, "stopped", now(w));
	assert_said(
	    w, "t5 m5 ?6-8 g:trade:6-8 m8 t9 m9 g:trade:10-11 m11 t12 m12");
	assert_int_equal(market_holes(w->market, A), 0);
	market_give_up(w->market, B, "stopped", now(w));
	assert_said(w, "");
}

/* Without REST every hole is a gap record, in its place. */
static void
test_refused_at_once(void **state)
{
	struct world *w = *state;

	w->refuse = true;
	trade(w, A, 5);
	trade(w, A, 8);
	trade(w, A, 9);
	trade(w, A, 11);
	assert_said(w, "t5 ?6-7 g:trade:6-7 t8 t9 ?10-10 g:trade:10-10 t11");
}

static void
test_second_hole_while_holding(void **state)
{
	struct world *w = *state;

	trade(w, A, 5);
	trades(w, A, 8, 9);
	trades(w, A, 12, 13);
	assert_said(w, "t5 ?6-7");
	assert_int_equal(answer(w, A, 6, 9), 0);
	assert_said(w, "T6 T7 t8 t9 ?10-11");
	assert_int_equal(answer(w, A, 10, 11), 0);
	assert_said(w, "T10 T11 t12 t13");
}

/* The other connection brings what this one lost. */
static void
test_filled_by_the_other_connection(void **state)
{
	struct world *w = *state;

	trade(w, A, 5);
	w->epoch = 2;
	trades(w, A, 8, 8);
	w->epoch = 1;
	trades(w, A, 6, 9);
	assert_said(w, "t5 ?6-7 t6 t7 t8 t9");
	assert_int_equal(answer(w, A, 6, 7), 0);
	assert_said(w, "");
	assert_int_equal(market_counts(w->market)->held, 1);
}

/* Ids that the venue itself does not have. */
static void
test_ids_that_do_not_exist(void **state)
{
	struct world *w = *state;
	struct origin from = origin(w);
	struct trades_ask ask = { .first = 6, .last = 10 };
	int64_t next;

	trade(w, A, 5);
	trade(w, A, 10);
	assert_int_equal(
	    market_trades_reply(w->market, A,
		SPAN("[{\"id\":7,\"price\":\"1\",\"qty\":\"1\",\"time\":"
		     "1795392000121,\"isBuyerMaker\":true},{\"id\":10,"
		     "\"price\":\"1\",\"qty\":\"1\",\"time\":1795392000121,"
		     "\"isBuyerMaker\":true}]"),
		&ask, &from, &next),
	    ERR_OK);
	assert_int_equal(next, INT64_MAX);
	assert_said(w, "t5 ?6-9 g:trade:6-6 T7 g:trade:8-9 t10");
}

static void
test_reply_that_is_none(void **state)
{
	struct world *w = *state;
	struct origin from = origin(w);
	struct trades_ask ask = { .first = 6, .last = 7 };
	int64_t next;

	trade(w, A, 5);
	trade(w, A, 7);
	assert_int_equal(market_trades_reply(
			     w->market, A, SPAN("<html>"), &ask, &from, &next),
	    ERR_SYNTAX);
	assert_int_equal(next, 6);
	assert_int_equal(
	    market_trades_reply(w->market, A, SPAN("[]"), &ask, &from, &next),
	    ERR_OK);
	assert_int_equal(next, 6);
	assert_said(w, "t5 ?6-6");
}

/* Without a buffer trades go on live; what was missing follows, marked. */
static void
test_no_buffer(void **state)
{
	struct world *w;

	(void)state;
	w = new_world(0, 4096);
	w->marks = true;
	trade(w, A, 5);
	trades(w, A, 8, 9);
	trade(w, A, 11);
	assert_said(w, "t5 m5 t8 ?6-7 t9 t11");
	assert_int_equal(answer(w, A, 6, 7), 0);
	assert_said(w, "T6 m6 T7 m7 m9 ?10-10");
	/* The other connection has it. */
	trade(w, A, 10);
	assert_said(w, "t10 m10 m11");
	trade(w, A, 12);
	assert_said(w, "t12 m12");
	tear_down((void **)&w);
}

/* A full buffer: order is given up, nothing is lost. */
static void
test_full_buffer(void **state)
{
	struct world *w;
	char words[4096];
	size_t len = 0;

	(void)state;
	w = new_world(1, 1024);
	trade(w, A, 5);
	trades(w, A, 8, 40);
	assert_int_equal(answer(w, A, 6, 7), 0);
	trade(w, A, 41);
	len += (size_t)sprintf(words, "t5 ?6-7");
	for (int id = 8; id <= 40; id++)
		len += (size_t)sprintf(words + len, " t%d", id);
	sprintf(words + len, " T6 T7 t41");
	assert_said(w, words);
	tear_down((void **)&w);
}

static void
test_too_many_holes(void **state)
{
	struct world *w = *state;
	unsigned gaps = 0;

	for (int64_t id = 1; id < 40; id += 2)
		trade(w, A, id);
	while (market_counts(w->market)->records[RECORD_trade] < 20) {
		market_trades_failed(w->market, A, "no", now(w));
		assert_true(++gaps < 40);
	}
	assert_int_equal(market_counts(w->market)->records[RECORD_gap], 19);
	assert_int_equal(market_counts(w->market)->gaps, 19);
}

static void
test_ids_begin_again(void **state)
{
	struct world *w = *state;

	trade(w, A, 1000000);
	trades(w, A, 10, 8 + MARKET_BACKWARDS);
	assert_said(w, "t1000000");
	trades(w, A, 9 + MARKET_BACKWARDS, 10 + MARKET_BACKWARDS);
	assert_said(w, "g:trade:10-1008 t1009 t1010");
	/* A few old ones never do that. */
	trade(w, A, 1);
	trade(w, A, 1011);
	assert_said(w, "t1011");
}

/* --- books -----------------------------------------------------------------
 */

static void
test_book_life(void **state)
{
	struct world *w = *state;
	const struct sync *s = market_book(w->market, A);

	delta(w, A, 1, 3);
	delta(w, A, 4, 6);
	delta(w, A, 7, 7);
	assert_said(w, "e:syncing ?book");
	assert_int_equal(s->state, SYNC_BUFFERING);
	snapshot(w, A, 5);
	assert_said(w, "S5 e:live d4-6 d7-7");
	assert_int_equal(s->id, 7);
	delta(w, A, 8, 9);
	delta(w, A, 8, 9);
	assert_said(w, "d8-9");
	market_publish_books(w->market, A, now(w));
	market_publish_books(w->market, B, now(w));
	assert_said(w, "s9");
	assert_int_equal(market_counts(w->market)->book_applied, 3);
	assert_int_equal(market_counts(w->market)->book_old, 2);
	assert_int_equal(market_counts(w->market)->book_loads, 1);
}

static void
test_book_gap(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	snapshot(w, A, 1);
	delta(w, B, 50, 50);
	snapshot(w, B, 50);
	assert_said(w, "e:syncing ?book S1 e:live .e:syncing .?book .S50 "
		       ".e:live");
	delta(w, A, 4, 5);
	assert_said(w, "x g:orderbook:2-3 e:invalid e:syncing ?book");
	market_publish_books(w->market, A, now(w));
	delta(w, B, 51, 51);
	delta(w, A, 6, 6);
	assert_said(w, ".d51-51");
	/* The snapshot is older than the delta that showed the hole. */
	snapshot(w, A, 2);
	assert_said(w, "?book");
	snapshot(w, A, 4);
	assert_said(w, "S4 e:live d4-5 d6-6");
	assert_int_equal(market_counts(w->market)->book_stale, 1);
	assert_int_equal(market_counts(w->market)->book_resyncs, 1);
}

static void
test_book_lost(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	market_lost(w->market, A, CHANNEL_BOOK, "reset", now(w));
	assert_said(w, "e:syncing ?book");
	/* The answer to the old wish is as good as any other. */
	w->epoch = 2;
	delta(w, A, 10, 10);
	snapshot(w, A, 11);
	assert_said(w, "e:syncing ?book S11 e:live");
	market_lost(w->market, A, CHANNEL_TRADE, "reset", now(w));
	assert_said(w, "");
	market_lost(w->market, A, CHANNEL_BOOK, "reset", now(w));
	market_lost(w->market, A, CHANNEL_BOOK, "reset", now(w));
	assert_said(w, "x g:orderbook:12--1 e:invalid");
	w->epoch = 3;
	delta(w, A, 30, 31);
	snapshot(w, A, 31);
	assert_said(w, "e:syncing ?book S31 e:live");
}

/* Two connections carry the same book while one replaces the other. */
static void
test_book_overlap(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	snapshot(w, A, 1);
	delta(w, A, 2, 3);
	w->epoch = 2;
	delta(w, A, 2, 3);
	delta(w, A, 4, 4);
	w->epoch = 1;
	delta(w, A, 4, 4);
	w->epoch = 2;
	delta(w, A, 5, 5);
	assert_said(w, "e:syncing ?book S1 e:live d2-3 d4-4 d5-5");
}

static void
test_book_crossed(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	snapshot(w, A, 1);
	assert_said(w, "e:syncing ?book S1 e:live");
	delta_of(w, A, 2, 2, "[\"105\",\"1\"]", "");
	assert_said(w, "x g:orderbook:2-2 e:invalid e:syncing ?book");
	assert_int_equal(market_counts(w->market)->book_crossed, 1);
	assert_int_equal(
	    snapshot_of(w, A, 2, "[\"105\",\"1\"]", "[\"104\",\"1\"]"),
	    ERR_CROSSED);
	assert_said(w, "");
	assert_int_equal(
	    snapshot_of(w, A, 3, "[\"105\",\"1\"]", "[\"106\",\"1\"]"), ERR_OK);
	assert_said(w, "S3 e:live");
}

/* Kept deltas that cross the book: the ones before are published, no more. */
static void
test_book_crossed_in_replay(void **state)
{
	struct world *w = *state;

	delta(w, A, 2, 2);
	delta_of(w, A, 3, 3, "[\"105\",\"1\"]", "");
	delta(w, A, 4, 4);
	snapshot(w, A, 1);
	assert_said(w, "e:syncing ?book S1 e:live d2-2 x g:orderbook:3-3 "
		       "e:invalid ?book");
	assert_int_equal(
	    snapshot_of(w, A, 4, "[\"105\",\"1\"]", "[\"106\",\"1\"]"), ERR_OK);
	assert_said(w, "S4 e:live");
	delta(w, A, 5, 5);
	assert_said(w, "x g:orderbook:5-5 e:invalid e:syncing ?book");
}

static void
test_book_number_that_does_not_fit(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	snapshot(w, A, 1);
	delta_of(w, A, 2, 2, "[\"1234567890123456789.5\",\"1\"]", "");
	assert_said(w, "e:syncing ?book S1 e:live x g:orderbook:2-2 "
		       "e:invalid e:syncing ?book");
	assert_int_equal(
	    snapshot_of(w, A, 3, "[\"1234567890123456789.5\",\"1\"]", ""),
	    ERR_RANGE);
	assert_int_equal(snapshot_of(w, A, 3, "[\"1\",\"x\"]", ""), ERR_SYNTAX);
	snapshot(w, A, 3);
	assert_said(w, "S3 e:live");
}

/* Failed calls give their buffer to others, and are tried again later. */
static void
test_book_failed(void **state)
{
	struct world *w = *state;

	delta(w, A, 1, 1);
	market_book_failed(w->market, A);
	delta(w, A, 2, 2);
	assert_said(w, "e:syncing ?book");
	w->now += 2 * NS_PER_S;
	delta(w, A, 3, 3);
	assert_said(w, "e:syncing ?book");
	market_book_failed(w->market, A);
	market_retry_book(w->market, A);
	delta(w, A, 4, 4);
	snapshot(w, A, 4);
	assert_said(w, "e:syncing ?book S4 e:live");
}

/* Three books for two buffers (the fourth part is kept for trades). */
static void
test_book_waits_for_a_buffer(void **state)
{
	struct world *w;

	(void)state;
	w = new_world(1, 4096);
	delta(w, A, 1, 1);
	delta(w, B, 1, 1);
	assert_said(w, "e:syncing ?book");
	snapshot(w, A, 1);
	delta(w, B, 2, 2);
	snapshot(w, B, 2);
	assert_said(w, "S1 e:live .e:syncing .?book .S2 .e:live");
	tear_down((void **)&w);
}

static void
test_book_buffer_overflows(void **state)
{
	struct world *w;

	(void)state;
	w = new_world(2, 1024);
	for (int id = 1; id <= 50; id++)
		delta(w, A, id, id);
	snapshot(w, A, 10);
	assert_said(w, "e:syncing ?book ?book");
	snapshot(w, A, 50);
	delta(w, A, 51, 51);
	assert_said(w, "S50 e:live d51-51");
	tear_down((void **)&w);
}

/* The price walks to the edge of what is known: a refresh, without a break. */
static void
test_book_refresh(void **state)
{
	struct world *w = *state;
	char text[64];
	int64_t id = 1;

	delta(w, A, 1, 1);
	assert_int_equal(
	    snapshot_of(w, A, 1,
		"[\"90\",\"1\"],[\"89\",\"1\"],[\"88\",\"1\"],[\"87\",\"1\"],"
		"[\"86\",\"1\"],[\"85\",\"1\"],[\"84\",\"1\"],[\"83\",\"1\"],"
		"[\"82\",\"1\"],[\"81\",\"1\"]",
		"[\"101\",\"1\"]"),
	    ERR_OK);
	assert_said(w, "e:syncing ?book S1 e:live");
	for (int price = 90; price > 81; price--) {
		snprintf(text, sizeof(text), "[\"%d\",\"0\"]", price);
		id++;
		delta_of(w, A, id, id, text, "[\"101\",\"2\"]");
	}
	for (; id < 20; id++)
		delta_of(w, A, id + 1, id + 1, "", "[\"101\",\"3\"]");
	assert_int_equal(market_counts(w->market)->book_refreshes, 1);
	assert_true(market_book(w->market, A)->refreshing);
	w->len = 0;
	assert_int_equal(snapshot_of(w, A, 18, "[\"81\",\"1\"],[\"80\",\"1\"]",
			     "[\"101\",\"3\"]"),
	    ERR_OK);
	assert_said(w, "s20");
	delta(w, A, 21, 21);
	assert_said(w, "d21-21");
	/* Once in a while only. */
	assert_int_equal(market_counts(w->market)->book_old, 1);
	assert_int_equal(market_counts(w->market)->gaps, 0);
}

/* The latest time there is, and ids from before it. */
static void
test_book_time_at_the_end(void **state)
{
	struct world *w = *state;
	char text[512];

	delta(w, A, 1, 1);
	snapshot(w, A, 1);
	snprintf(text, sizeof(text),
	    "{\"e\":\"depthUpdate\",\"E\":9223372036854,\"s\":\"AAAUSDT\","
	    "\"U\":2,\"u\":3,\"b\":[],\"a\":[]}");
	assert_int_equal(hear(w, text), ERR_OK);
	delta(w, A, 2, 2);
	assert_int_equal(hear(w, text), ERR_OK);
	delta(w, A, 4, 4);
	assert_said(w, "e:syncing ?book S1 e:live d2-3 d4-4");
	assert_int_equal(market_counts(w->market)->book_old, 3);
}

/* What a refresh brings must be possible with the deltas after it, too. */
static void
test_book_refresh_that_is_crossed(void **state)
{
	struct world *w = *state;
	char text[64];
	int64_t id = 1;

	delta(w, A, 1, 1);
	assert_int_equal(
	    snapshot_of(w, A, 1,
		"[\"90\",\"1\"],[\"89\",\"1\"],[\"88\",\"1\"],[\"87\",\"1\"],"
		"[\"86\",\"1\"],[\"85\",\"1\"],[\"84\",\"1\"],[\"83\",\"1\"],"
		"[\"82\",\"1\"],[\"81\",\"1\"]",
		"[\"101\",\"1\"]"),
	    ERR_OK);
	for (int price = 90; price > 81; price--) {
		snprintf(text, sizeof(text), "[\"%d\",\"0\"]", price);
		id++;
		delta_of(w, A, id, id, text, "[\"101\",\"2\"]");
	}
	for (; id < 20; id++)
		delta_of(w, A, id + 1, id + 1, "", "[\"101\",\"3\"]");
	assert_true(market_book(w->market, A)->refreshing);
	w->len = 0;
	assert_int_equal(
	    snapshot_of(w, A, 18, "[\"102\",\"1\"]", "[\"103\",\"3\"]"),
	    ERR_CROSSED);
	assert_said(w, "x g:orderbook:-1--1 e:invalid");
	assert_int_equal(market_book(w->market, A)->state, SYNC_BUFFERING);
	snapshot(w, A, 20);
	assert_said(w, "S20 e:live");
	delta(w, A, 21, 21);
	assert_said(w, "d21-21");
}

/* --- the rest --------------------------------------------------------------
 */

static enum err
kline(struct world *w, int64_t event_ms, const char *closed)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{\"e\":\"kline\",\"E\":%lld,\"s\":\"AAAUSDT\",\"k\":{"
	    "\"t\":1795391940000,\"T\":1795391999999,\"i\":\"1m\",\"o\":\"1\","
	    "\"c\":\"1\",\"h\":\"1\",\"l\":\"1\",\"v\":\"1\",\"x\":%s}}",
	    (long long)event_ms, closed);
	return hear(w, text);
}

static enum err
ticker(struct world *w, int64_t event_ms)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{\"e\":\"24hrTicker\",\"E\":%lld,\"s\":\"AAAUSDT\",\"c\":\"1\","
	    "\"o\":\"1\",\"h\":\"1\",\"l\":\"1\",\"v\":\"1\",\"q\":\"1\"}",
	    (long long)event_ms);
	return hear(w, text);
}

static void
test_klines_and_tickers_once(void **state)
{
	struct world *w = *state;

	assert_int_equal(kline(w, 1795392000000, "false"), ERR_OK);
	assert_int_equal(kline(w, 1795392002000, "false"), ERR_OK);
	assert_int_equal(ticker(w, 1795392000000), ERR_OK);
	assert_int_equal(ticker(w, 1795392001000), ERR_OK);
	assert_said(w, "k k c c");
	w->epoch = 2;
	assert_int_equal(kline(w, 1795392000000, "false"), ERR_OK);
	assert_int_equal(kline(w, 1795392002000, "false"), ERR_OK);
	assert_int_equal(ticker(w, 1795392001000), ERR_OK);
	assert_said(w, "");
	assert_int_equal(kline(w, 1795392002000, "true"), ERR_OK);
	assert_int_equal(ticker(w, 1795392002000), ERR_OK);
	assert_said(w, "k c");
	/* One connection's own order is taken as it is. */
	assert_int_equal(ticker(w, 1795392001500), ERR_OK);
	assert_said(w, "c");
}

static void
test_counts_and_signals(void **state)
{
	struct world *w = *state;
	const struct market_counts *c = market_counts(w->market);

	assert_int_equal(hear(w, "{\"result\":null,\"id\":1}"), ERR_OK);
	assert_int_equal(w->acks, 1);
	assert_int_equal(w->ack_epoch, 1);
	assert_int_equal(hear(w, "{\"e\":\"serverShutdown\"}"), ERR_OK);
	assert_int_equal(w->shutdowns, 1);
	assert_int_equal(hear(w, "{\"e\":\"aggTrade\"}"), ERR_OK);
	assert_int_equal(hear(w, "{\"e\":\"news\"}"), ERR_UNKNOWN);
	assert_int_equal(hear(w, "{"), ERR_SYNTAX);
	assert_int_equal(
	    hear(w, "{\"e\":\"trade\",\"s\":\"CCCUSDT\",\"t\":1}"), ERR_OK);
	assert_int_equal(c->skipped[ERR_UNSUPPORTED], 1);
	assert_int_equal(c->skipped[ERR_UNKNOWN], 2);
	assert_int_equal(c->skipped[ERR_SYNTAX], 1);
	assert_int_equal(c->messages, 6);
	assert_said(w, "");
}

static void
test_raw(void **state)
{
	struct world *w = *state;

	market_raw(w->market, true);
	trade(w, A, 5);
	trade(w, A, 9);
	trade(w, A, 5);
	delta(w, A, 7, 9);
	assert_said(w, "t5 t9 t5 d7-9");
}

static void
test_symbols(void **state)
{
	struct world *w = *state;
	unsigned number = 77;

	assert_int_equal(
	    market_add(w->market, SPAN("AAAUSDT"), SPAN("AAA-USDT"), &number),
	    ERR_OK);
	assert_int_equal(number, A);
	assert_int_equal(
	    market_add(w->market, SPAN("CCCUSDT"), SPAN("CCC-USDT"), &number),
	    ERR_FULL);
	assert_int_equal(market_symbols(w->market), 2);
	assert_string_equal(market_symbol(w->market, B)->unified, "BBB-USDT");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_trades_in_order),
		TEST(test_hole_and_backfill),
		TEST(test_after_a_restart),
		TEST(test_hole_that_rest_cannot_fill),
		TEST(test_give_up),
		TEST(test_refused_at_once),
		TEST(test_second_hole_while_holding),
		TEST(test_filled_by_the_other_connection),
		TEST(test_ids_that_do_not_exist),
		TEST(test_reply_that_is_none),
		cmocka_unit_test(test_no_buffer),
		cmocka_unit_test(test_full_buffer),
		TEST(test_too_many_holes),
		TEST(test_ids_begin_again),
		TEST(test_book_life),
		TEST(test_book_gap),
		TEST(test_book_lost),
		TEST(test_book_overlap),
		TEST(test_book_crossed),
		TEST(test_book_crossed_in_replay),
		TEST(test_book_number_that_does_not_fit),
		TEST(test_book_failed),
		cmocka_unit_test(test_book_waits_for_a_buffer),
		cmocka_unit_test(test_book_buffer_overflows),
		TEST(test_book_refresh),
		TEST(test_book_refresh_that_is_crossed),
		TEST(test_book_time_at_the_end),
		TEST(test_klines_and_tickers_once),
		TEST(test_counts_and_signals),
		TEST(test_raw),
		TEST(test_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
