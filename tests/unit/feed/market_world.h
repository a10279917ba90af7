/*
 * market_world.h -- a market of two symbols and all that it does, as words.
 *
 *   t7 T7      a trade with this id, live or from REST
 *   d7>9       a delta from id 7 to id 9 (prev>last; - is none)
 *   s9 S9      a snapshot, made here or of a REST answer; s9:1/2 with levels
 *              when w->levels is set: bids/asks
 *   x          an empty snapshot that says the book is not valid
 *   g:T:5-6    a gap record of type T
 *   e:STATE    an event about a book
 *   k:...      a bar, see say_bar; c, f, i, l: ticker, funding rate, open
 *              interest, liquidation, see say_*
 *   ?book ?5-6 want_book and want_trades
 *   m5         the mark, when w->marks is set
 *
 * Words of symbol B begin with a dot.
 */
#ifndef TEST_FEED_MARKET_WORLD_H
#define TEST_FEED_MARKET_WORLD_H

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
	WORLD_LOG = 64 * 1024,
};

/* A whole minute, so that bars can begin at it. */
#define WORLD_START (1795392000LL * NS_PER_S)

struct world {
	struct arena arena;
	struct market_host host;
	struct market *market;
	struct market_setup setup;
	const char *names[2];
	char log[WORLD_LOG];
	size_t len;
	bool marks;
	bool levels;
	int64_t resume[2];
	unsigned alive;
	uint32_t epoch;
	int64_t now;
};

/* Two symbols of a venue, native and unified. */
struct world_names {
	const char *native[2];
	const char *unified[2];
};

static inline void
say(struct world *w, bool b, const char *format, ...)
{
	va_list args;

	w->len += (size_t)snprintf(w->log + w->len, sizeof(w->log) - w->len,
	    "%s%s", w->len > 0 ? " " : "", b ? "." : "");
	va_start(args, format);
	w->len += (size_t)vsnprintf(
	    w->log + w->len, sizeof(w->log) - w->len, format, args);
	va_end(args);
	assert_true(w->len < sizeof(w->log));
}

/* The words since the last call are these. */
static inline void
assert_said(struct world *w, const char *words)
{
	w->log[w->len] = '\0';
	assert_string_equal(w->log, words);
	w->len = 0;
	w->log[0] = '\0';
}

static inline bool
is_b(const struct world *w, struct span native)
{
	return span_is(native, w->names[B]);
}

/* An id, - where there is none. */
static inline const char *
id_text(char text[24], int64_t id)
{
	if (id == SEQ_NULL)
		strcpy(text, "-");
	else
		snprintf(text, 24, "%lld", (long long)id);
	return text;
}

static inline const char *
dec_text(char text[64], const struct dec *d)
{
	struct out o;

	out_init(&o, text, 64);
	dec_write(d, &o);
	if (d->kind == DEC_NULL)
		out_char(&o, '-');
	return out_cstr(&o);
}

static inline void
say_book(struct world *w, const struct orderbook *b)
{
	bool other = is_b(w, b->native_symbol);
	char last[24], prev[24];

	assert_int_equal(
	    b->depth_levels, (int64_t)b->bids.count + b->asks.count);
	if (b->is_valid == BOOL_FALSE) {
		assert_int_equal(b->depth_levels, 0);
		assert_int_equal(b->update_type, UPDATE_SNAPSHOT);
		say(w, other, "x");
		return;
	}
	id_text(last, b->last_update_id);
	if (b->update_type == UPDATE_DELTA)
		say(w, other, "d%s>%s", id_text(prev, b->prev_update_id), last);
	else if (w->levels)
		say(w, other, "%c%s:%u/%u",
		    b->backfill == BOOL_TRUE ? 'S' : 's', last, b->bids.count,
		    b->asks.count);
	else
		say(w, other, "%c%s", b->backfill == BOOL_TRUE ? 'S' : 's',
		    last);
}

static inline void
say_gap(struct world *w, const struct gap *g)
{
	char from[24], to[24];

	assert_int_equal(g->healed, BOOL_FALSE);
	assert_true(g->reason.len > 0);
	/* Ids of a chain name each other and are not counted. */
	if (w->setup.venue->chain == CHAIN_PREV &&
	    span_is(g->data_type, "orderbook"))
		assert_true(g->missing == SEQ_NULL);
	else if (g->from_id != SEQ_NULL && g->to_id != SEQ_NULL)
		assert_int_equal(g->missing, g->to_id - g->from_id + 1);
	say(w, is_b(w, g->native_symbol), "g:%.*s:%s-%s", (int)g->data_type.len,
	    g->data_type.at, id_text(from, g->from_id), id_text(to, g->to_id));
}

/* k:1m:60:7:open is the bar that began 60 s after the start, closing price 7 */
static inline void
say_bar(struct world *w, const struct kline *k)
{
	char close[64];

	assert_true(k->symbol_name.len > 0);
	say(w, is_b(w, k->native_symbol), "k:%.*s:%lld:%s:%s",
	    (int)k->interval.len, k->interval.at,
	    (long long)((k->open_time - WORLD_START) / NS_PER_S),
	    dec_text(close, &k->close_price),
	    k->is_closed == BOOL_TRUE    ? "closed"
	    : k->is_closed == BOOL_FALSE ? "open"
					 : "?");
}

/* c:BID*QUANTITY/ASK*QUANTITY */
static inline void
say_ticker(struct world *w, const struct ticker *t)
{
	char bid[64], ask[64], bids[64], asks[64];

	say(w, is_b(w, t->native_symbol), "c:%s*%s/%s*%s",
	    dec_text(bid, &t->best_bid_price),
	    dec_text(bids, &t->best_bid_quantity),
	    dec_text(ask, &t->best_ask_price),
	    dec_text(asks, &t->best_ask_quantity));
}

static inline void
say_liquidation(struct world *w, const struct liquidation *l)
{
	char price[64];

	say(w, is_b(w, l->native_symbol), "l:%s:%s",
	    l->side == SIDE_BUY ? "buy" : "sell", dec_text(price, &l->price));
}

static inline void
world_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct world *w = h->owner;
	const struct trade *t = rec;
	const struct event *e = rec;
	const struct funding_rate *f = rec;
	const struct open_interest *i = rec;

	assert_non_null(rec);
	if (id == RECORD_trade)
		say(w, is_b(w, t->native_symbol), "%c%.*s",
		    t->backfill == BOOL_TRUE ? 'T' : 't', (int)t->trade_id.len,
		    t->trade_id.at);
	else if (id == RECORD_orderbook)
		say_book(w, rec);
	else if (id == RECORD_gap)
		say_gap(w, rec);
	else if (id == RECORD_event)
		say(w, false, "e:%.*s", (int)e->state.len, e->state.at);
	else if (id == RECORD_kline)
		say_bar(w, rec);
	else if (id == RECORD_ticker)
		say_ticker(w, rec);
	else if (id == RECORD_liquidation)
		say_liquidation(w, rec);
	else if (id == RECORD_funding_rate)
		say(w, is_b(w, f->native_symbol), "f");
	else if (id == RECORD_open_interest)
		say(w, is_b(w, i->native_symbol), "i");
	else
		fail();
}

static inline void
world_want_book(struct market_host *h, unsigned s)
{
	say(h->owner, s == B, "?book");
}

static inline void
world_want_trades(
    struct market_host *h, unsigned s, int64_t first, int64_t last)
{
	say(h->owner, s == B, "?%lld-%lld", (long long)first, (long long)last);
}

static inline void
world_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	struct world *w = h->owner;

	(void)s;
	assert_int_equal(epoch, w->epoch);
	assert_int_equal(c == CHANNEL_KLINE, interval.len > 0);
	w->alive++;
}

static inline int64_t
world_last_trade(struct market_host *h, unsigned s)
{
	return ((struct world *)h->owner)->resume[s];
}

static inline void
world_traded(struct market_host *h, unsigned s, int64_t id)
{
	struct world *w = h->owner;

	if (w->marks)
		say(w, s == B, "m%lld", (long long)id);
}

static inline struct world *
world_new(const struct venue *v, const struct world_names *n, uint32_t buffers)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned number;

	w->resume[A] = w->resume[B] = SEQ_NULL;
	w->epoch = 1;
	w->now = WORLD_START;
	w->setup = (struct market_setup){ .venue = v,
		.symbols_max = 2,
		.book_limit = 10,
		.book_capacity = 32,
		.book_publish = 8,
		.buffers = buffers,
		.buffer_bytes = 4096,
		.tokens = 8192,
		.levels = 64 };
	w->host = (struct market_host){ .owner = w,
		.record = world_record,
		.want_book = world_want_book,
		.want_trades = world_want_trades,
		.alive = world_alive,
		.last_trade = world_last_trade,
		.traded = world_traded };
	assert_int_equal(
	    arena_init(&w->arena, market_bytes(&w->setup)), ERR_OK);
	w->market = market_new(&w->arena, &w->setup, &w->host);
	for (unsigned s = A; s <= B; s++) {
		w->names[s] = n->native[s];
		assert_int_equal(market_add(w->market, span_of(n->native[s]),
				     span_of(n->unified[s]), &number),
		    ERR_OK);
		assert_int_equal(number, s);
		for (enum channel c = 0; c < CHANNEL_COUNT; c++)
			market_want(w->market, s, c);
	}
	return w;
}

static inline int
world_end(void **state)
{
	struct world *w = *state;

	arena_fini(&w->arena);
	free(w);
	return 0;
}

static inline struct origin
world_origin(const struct world *w)
{
	return (struct origin){ .seen = { w->now }, .epoch = w->epoch };
}

static inline struct wall
world_now(const struct world *w)
{
	return (struct wall){ w->now };
}

/* A message on the connection w->epoch, a millisecond later. */
static inline void
hear(struct world *w, const char *format, ...)
{
	struct origin from;
	char text[8192];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	assert_true(len > 0 && (size_t)len < sizeof(text));
	w->now += NS_PER_MS;
	from = world_origin(w);
	assert_int_equal(market_message(w->market,
			     (struct span){ text, (size_t)len }, &from),
	    ERR_OK);
}

#endif
