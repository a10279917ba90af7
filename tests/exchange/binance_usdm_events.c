#include "binance_usdm.h"

#include "ledger.h"

/* The matching engine is a moment ahead of what is pushed. */
enum { BEHIND_US = 2000 };

/* Times are milliseconds for everybody here, so no writer asks. */

static char *
put_st(char *p, const struct symbol *s)
{
	p = PUT(p, ",\"st\":");
	return put_int(p, usdm_st(s));
}

static char *
put_pair(char *p, const struct symbol *s)
{
	p = PUT(p, "\"ps\":\"");
	p = put_text(p, s->pair);
	return PUT(p, "\",");
}

static char *
put_time(char *p, const char *name, int64_t time_us)
{
	return binance_number(p, name, time_us / 1000);
}

static char *
put_amounts(char *p, const struct symbol *s, const struct trade *t)
{
	if (t->none)
		return PUT(p, "\"p\":\"0\",\"q\":\"0\",\"X\":\"NA\",");
	p = binance_price(p, "p", s, t->price);
	*p++ = ',';
	p = binance_qty(p, "q", s, t->qty);
	return PUT(p, ",\"X\":\"MARKET\",");
}

static char *
write_trade(char *p, const struct event *e, bool micro)
{
	const struct trade *t = e->what;

	(void)micro;
	p = binance_head(p, "trade", e, t->time + 1, false);
	p = put_time(p, "T", t->time);
	*p++ = ',';
	p = binance_number(p, "t", t->id);
	*p++ = ',';
	p = put_amounts(p, e->symbol, t);
	p = PUT(p, "\"m\":");
	p = put_bool(p, t->maker);
	p = put_st(p, e->symbol);
	*p++ = '}';
	return p;
}

static char *
write_agg_trade(char *p, const struct event *e, bool micro)
{
	const struct trade *t = e->what;
	const struct symbol *s = e->symbol;

	(void)micro;
	p = binance_head(p, "aggTrade", e, t->time + 1, false);
	p = binance_agg_row(p, s, t, false);
	*p++ = ',';
	p = binance_qty(p, "nq", s, t->qty);
	p = put_st(p, s);
	*p++ = '}';
	return p;
}

/* Each fill is a message of @trade, all together are one of @aggTrade. */
void
usdm_trade(struct sim *sim, struct symbol *s, const struct trade *t)
{
	struct event e = { .symbol = s, .write = write_trade };

	for (int64_t id = t->id - t->count + 1; id <= t->id; id++) {
		e.what = symbol_trade(&sim->market, s, id);
		streams_publish(sim, STREAM_TRADE, &e);
	}
	if (t->none)
		return;
	e.what = t;
	e.write = write_agg_trade;
	streams_publish(sim, STREAM_AGG_TRADE, &e);
}

static char *
write_diff(char *p, const struct event *e, bool micro)
{
	const struct diff *d = e->what;

	(void)micro;
	p = binance_head(p, "depthUpdate", e, d->time, false);
	p = put_time(p, "T", d->time - BEHIND_US);
	*p++ = ',';
	p = put_pair(p, e->symbol);
	p = binance_number(p, "U", d->shown.first);
	*p++ = ',';
	p = binance_number(p, "u", d->shown.last);
	*p++ = ',';
	p = binance_number(p, "pu", d->shown.prev);
	*p++ = ',';
	p = put_diff_levels(p, e->symbol, d);
	p = put_st(p, e->symbol);
	*p++ = '}';
	return p;
}

static char *
write_best(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	const struct diff *d = e->what;

	(void)micro;
	p = binance_head(p, "bookTicker", e, d->time, false);
	p = put_time(p, "T", d->time - BEHIND_US);
	*p++ = ',';
	p = put_pair(p, s);
	p = binance_number(p, "u", s->shown);
	*p++ = ',';
	p = binance_price(p, "b", s, s->best[BID].price);
	*p++ = ',';
	p = binance_qty(p, "B", s, s->best[BID].qty);
	*p++ = ',';
	p = binance_price(p, "a", s, s->best[ASK].price);
	*p++ = ',';
	p = binance_qty(p, "A", s, s->best[ASK].qty);
	p = put_st(p, s);
	*p++ = '}';
	return p;
}

static bool
best_changed(struct symbol *s)
{
	bool changed = false;

	for (int side = BID; side <= ASK; side++) {
		const struct side *from = &s->side[side];
		const struct level *now = &from->level[from->count - 1];

		changed = changed || now->price != s->best[side].price ||
			  now->qty != s->best[side].qty;
		s->best[side] = *now;
	}
	return changed;
}

void
usdm_diff(struct sim *sim, struct symbol *s, const struct diff *d)
{
	struct event e = { .symbol = s, .what = d, .write = write_diff };

	streams_publish(sim, STREAM_DIFF, &e);
	if (!best_changed(s))
		return;
	e.write = write_best;
	streams_publish(sim, STREAM_BEST, &e);
}

static char *
write_bar(char *p, const struct event *e, bool micro)
{
	(void)micro;
	p = binance_head(p, "kline", e, *(const int64_t *)e->more, false);
	p = binance_bar(p, e, false);
	p = put_st(p, e->symbol);
	*p++ = '}';
	return p;
}

void
usdm_bar(struct sim *sim, struct symbol *s, int interval, const struct bar *b,
    bool closed)
{
	struct event e = {
		.symbol = s,
		.what = b,
		.more = &sim->wall_us,
		.interval = interval,
		.closed = closed,
		.write = write_bar,
	};

	streams_publish(sim, STREAM_BAR, &e);
}

static char *
write_day(char *p, const struct event *e, bool micro)
{
	int64_t now = *(const int64_t *)e->what;

	(void)micro;
	p = binance_head(p, "24hrTicker", e, now, false);
	p = put_pair(p, e->symbol);
	p = binance_day(p, e->symbol, now, false);
	p = put_st(p, e->symbol);
	*p++ = '}';
	return p;
}

void
usdm_day(struct sim *sim, struct symbol *s)
{
	struct event e = {
		.symbol = s, .what = &sim->wall_us, .write = write_day
	};

	streams_publish(sim, STREAM_DAY, &e);
}
