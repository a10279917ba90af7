#include "feed/market_internal.h"

void
market_gap(struct market *m, const struct market_entry *e,
    const char *data_type, int64_t from, int64_t to, const char *why,
    struct wall now)
{
	struct gap g;

	record_init(RECORD_gap, &g);
	g.exchange_name = e->symbol.venue;
	g.symbol_name = symbol_unified(&e->symbol);
	g.native_symbol = symbol_native(&e->symbol);
	g.market_type = e->symbol.market;
	g.data_type = span_of(data_type);
	g.from_id = from;
	g.to_id = to;
	/* Ids of a chain name each other and are not counted. */
	if (from != SEQ_NULL && to != SEQ_NULL && from <= to &&
	    (m->venue->chain == CHAIN_SPAN ||
		!span_is(g.data_type, "orderbook")))
		g.missing = to - from + 1;
	g.reason = span_of(why);
	g.healed = BOOL_FALSE;
	g.timestamp = now.ns;
	g.collected_at = now.ns;
	g.backfill = BOOL_FALSE;
	market_emit(m, RECORD_gap, &g);
}

void
market_book_state(struct market *m, const struct market_entry *e,
    const char *state, const char *why, struct wall now)
{
	char name[MARKET_NAME_MAX];
	struct event v;
	struct out o;

	out_init(&o, name, sizeof(name));
	out_text(&o, venue_descs[e->symbol.venue].name);
	out_char(&o, ':');
	out_span(&o, symbol_native(&e->symbol));
	OUT_LITERAL(&o, ":orderbook");
	record_init(RECORD_event, &v);
	v.exchange_name = e->symbol.venue;
	v.connection = out_done(&o);
	v.state = span_of(state);
	v.reason = span_of(why);
	v.timestamp = now.ns;
	market_emit(m, RECORD_event, &v);
}

static void
name_record(const struct market_entry *e, struct orderbook *b, struct wall now)
{
	record_init(RECORD_orderbook, b);
	b->exchange_name = e->symbol.venue;
	b->symbol_name = symbol_unified(&e->symbol);
	b->native_symbol = symbol_native(&e->symbol);
	b->market_type = e->symbol.market;
	b->update_type = UPDATE_SNAPSHOT;
	b->collected_at = now.ns;
}

void
market_book_publish(struct market *m, const struct market_entry *e,
    bool from_rest, struct wall now)
{
	const struct book *book = &e->sync.book;
	struct level *asks = m->top + m->setup.book_publish;
	struct orderbook b;

	name_record(e, &b, now);
	b.bids.at = m->top;
	b.bids.count = book_top(&book->bids, m->setup.book_publish, m->top);
	b.asks.at = asks;
	b.asks.count = book_top(&book->asks, m->setup.book_publish, asks);
	b.last_update_id = e->sync.id;
	b.timestamp = e->sync.time;
	b.depth_levels = (int64_t)b.bids.count + b.asks.count;
	b.is_valid = BOOL_TRUE;
	if (from_rest)
		b.backfill = BOOL_TRUE;
	market_emit(m, RECORD_orderbook, &b);
}

void
market_book_invalid(struct market *m, const struct market_entry *e,
    int64_t from, int64_t to, const char *why, struct wall now)
{
	struct orderbook b;

	name_record(e, &b, now);
	b.depth_levels = 0;
	b.is_valid = BOOL_FALSE;
	market_emit(m, RECORD_orderbook, &b);
	m->counts.gaps++;
	market_gap(m, e, "orderbook", from, to, why, now);
	market_book_state(m, e, "invalid", why, now);
}
