#include "binance_spot.h"

static char *
put_price_qty(char *p, const struct symbol *s, const struct trade *t)
{
	p = binance_price(p, "p", s, t->price);
	*p++ = ',';
	p = binance_qty(p, "q", s, t->qty);
	*p++ = ',';
	return p;
}

static char *
put_trade_end(char *p, const struct trade *t, bool micro)
{
	p = PUT(p, "\"T\":");
	p = binance_time(p, t->time, micro);
	p = PUT(p, ",\"m\":");
	p = put_bool(p, t->maker);
	return PUT(p, ",\"M\":true}");
}

static char *
write_trade(char *p, const struct event *e, bool micro)
{
	const struct trade *t = e->what;

	p = binance_head(p, "trade", e, t->time + 1, micro);
	p = binance_number(p, "t", t->id);
	*p++ = ',';
	p = put_price_qty(p, e->symbol, t);
	return put_trade_end(p, t, micro);
}

static char *
write_agg_trade(char *p, const struct event *e, bool micro)
{
	const struct trade *t = e->what;

	p = binance_head(p, "aggTrade", e, t->time + 1, micro);
	p = binance_number(p, "a", t->id - e->symbol->trade_first);
	*p++ = ',';
	p = put_price_qty(p, e->symbol, t);
	p = binance_number(p, "f", t->id);
	*p++ = ',';
	p = binance_number(p, "l", t->id);
	*p++ = ',';
	return put_trade_end(p, t, micro);
}

static char *
write_diff(char *p, const struct event *e, bool micro)
{
	const struct diff *d = e->what;

	p = binance_head(p, "depthUpdate", e, d->time, micro);
	p = binance_number(p, "U", d->shown.first);
	*p++ = ',';
	p = binance_number(p, "u", d->shown.last);
	*p++ = ',';
	p = put_diff_levels(p, e->symbol, d);
	*p++ = '}';
	return p;
}

static char *
put_day_best(char *p, const struct symbol *s)
{
	const struct side *bid = &s->side[BID];
	const struct side *ask = &s->side[ASK];
	const struct level *b = &bid->level[bid->count - 1];
	const struct level *a = &ask->level[ask->count - 1];

	p = binance_price(p, "b", s, b->price);
	*p++ = ',';
	p = binance_qty(p, "B", s, b->qty);
	*p++ = ',';
	p = binance_price(p, "a", s, a->price);
	*p++ = ',';
	p = binance_qty(p, "A", s, a->qty);
	*p++ = ',';
	return p;
}

static char *
write_bar(char *p, const struct event *e, bool micro)
{
	p = binance_head(p, "kline", e, *(const int64_t *)e->more, micro);
	p = binance_bar(p, e, micro);
	*p++ = '}';
	return p;
}

static char *
write_day(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	int64_t now = *(const int64_t *)e->what;

	p = binance_head(p, "24hrTicker", e, now, micro);
	p = binance_price(p, "x", s, s->day.open);
	*p++ = ',';
	p = put_day_best(p, s);
	p = binance_day(p, s, now, micro);
	*p++ = '}';
	return p;
}

void
binance_publish_trade(struct sim *sim, struct symbol *s, const struct trade *t)
{
	struct event e = { .symbol = s, .what = t, .write = write_trade };

	streams_publish(sim, STREAM_TRADE, &e);
	e.write = write_agg_trade;
	streams_publish(sim, STREAM_AGG_TRADE, &e);
}

void
binance_publish_diff(struct sim *sim, struct symbol *s, const struct diff *d)
{
	struct event e = { .symbol = s, .what = d, .write = write_diff };

	streams_publish(sim, STREAM_DIFF, &e);
}

void
binance_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed)
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

void
binance_publish_day(struct sim *sim, struct symbol *s)
{
	struct event e = {
		.symbol = s, .what = &sim->wall_us, .write = write_day
	};

	streams_publish(sim, STREAM_DAY, &e);
}
