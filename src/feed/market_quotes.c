#include "feed/market_internal.h"

/* Was it seen on another connection?  See market_bars.c. */
static bool
seen_before(struct market *m, struct market_seen *last, int64_t timestamp)
{
	bool again =
	    last->timestamp != TIME_NULL && timestamp != TIME_NULL &&
	    (timestamp == last->timestamp ||
		(timestamp < last->timestamp && m->from.epoch != last->epoch));

	if (again) {
		m->counts.duplicates++;
		return true;
	}
	last->timestamp = timestamp;
	last->epoch = m->from.epoch;
	return false;
}

/* The same for what need not be published each time it comes. */
static bool
too_soon(struct market *m, struct market_seen *last, int64_t timestamp)
{
	if (last->timestamp != TIME_NULL && timestamp > last->timestamp &&
	    timestamp - last->timestamp < MARKET_SLOW_MS * NS_PER_MS) {
		m->counts.thinned++;
		return true;
	}
	return seen_before(m, last, timestamp);
}

static bool
is_fresh(const struct market *m, const struct market_entry *e)
{
	int64_t age = m->from.seen.ns - e->quote_seen.ns;

	return e->quote_seen.ns != 0 && age >= 0 &&
	       age < MARKET_QUOTE_MS * NS_PER_MS;
}

void
market_ticker(struct market *m, struct market_entry *e, struct ticker *t)
{
	if (seen_before(m, &e->ticker, t->timestamp))
		return;
	if (e->wants[CHANNEL_QUOTE] && is_fresh(m, e) &&
	    t->best_bid_price.kind == DEC_NULL &&
	    t->best_ask_price.kind == DEC_NULL) {
		t->best_bid_price = e->quote.bid_price;
		t->best_bid_quantity = e->quote.bid_quantity;
		t->best_ask_price = e->quote.ask_price;
		t->best_ask_quantity = e->quote.ask_quantity;
	}
	market_emit(m, RECORD_ticker, t);
}

void
market_funding(
    struct market *m, struct market_entry *e, const struct funding_rate *r)
{
	bool changed;

	if (too_soon(m, &e->funding, r->timestamp))
		return;
	changed = market_funding_note(m, e, r);
	market_emit(m, RECORD_funding_rate, r);
	if (changed)
		market_funding_keep(m, e);
}

void
market_interest(
    struct market *m, struct market_entry *e, const struct open_interest *o)
{
	if (!too_soon(m, &e->interest, o->timestamp))
		market_emit(m, RECORD_open_interest, o);
}

/*
 * What the venue says of it, which is all there is (3.4.7, 4.3.7) where it does
 * not name the trade.  Where it does, the numbers are the trade's, and streams
 * and REST may write them differently (5.4).
 */
static uint64_t
sum_of(const struct liquidation *l)
{
	char text[256];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_span(&o, l->native_symbol);
	out_i64(&o, l->timestamp);
	out_char(&o, l->side == SIDE_BUY ? 'b' : 's');
	if (l->venue_trade_id.len > 0) {
		out_span(&o, l->venue_trade_id);
		return span_hash(out_done(&o));
	}
	dec_write(&l->price, &o);
	out_char(&o, ' ');
	dec_write(&l->quantity, &o);
	return span_hash(out_done(&o));
}

void
market_liquidation(struct market *m, const struct liquidation *l)
{
	uint64_t sum = sum_of(l);

	for (unsigned i = 0; i < MARKET_RECENT; i++) {
		if (m->recent[i] == sum) {
			m->counts.duplicates++;
			return;
		}
	}
	m->recent[m->recent_next] = sum;
	m->recent_next = (m->recent_next + 1) % MARKET_RECENT;
	market_emit(m, RECORD_liquidation, l);
}

/* A number as text is borrowed and cannot be kept; a quantity without its price
 * says nothing. */
static void
keep(struct dec *price, struct dec *quantity, const struct dec *p,
    const struct dec *q)
{
	*price = *quantity = DEC_NONE;
	if (p->kind != DEC_NUMBER)
		return;
	*price = *p;
	if (q->kind == DEC_NUMBER)
		*quantity = *q;
}

void
market_quote(struct market *m, struct market_entry *e, const struct quote *q)
{
	keep(&e->quote.bid_price, &e->quote.bid_quantity, &q->bid_price,
	    &q->bid_quantity);
	keep(&e->quote.ask_price, &e->quote.ask_quantity, &q->ask_price,
	    &q->ask_quantity);
	e->quote.time = q->time;
	e->quote_seen = m->from.seen;
}
