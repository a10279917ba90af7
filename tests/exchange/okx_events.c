#include "okx.h"

enum {
	/* One in so many trades had an ELP order as maker. */
	ELP_EVERY = 16,
};

/* What a bar is called here. */
struct bar_name {
	const char *name;
	const char *interval;
};

static const struct bar_name bar_names[] = {
	{ "1s", "1s" },
	{ "1m", "1m" },
	{ "3m", "3m" },
	{ "5m", "5m" },
	{ "15m", "15m" },
	{ "30m", "30m" },
	{ "1H", "1h" },
	{ "2H", "2h" },
	{ "4H", "4h" },
	{ "6Hutc", "6h" },
	{ "12Hutc", "12h" },
	{ "1Dutc", "1d" },
	{ "2Dutc", "2d" },
	{ "3Dutc", "3d" },
	{ "5Dutc", "5d" },
	{ "1Wutc", "1w" },
	{ "1Mutc", "1M" },
	{ "3Mutc", "3M" },
	/* These begin when it is midnight in Hong Kong. */
	{ "6H", "6h+8" },
	{ "12H", "12h+8" },
	{ "1D", "1d+8" },
	{ "2D", "2d+8" },
	{ "3D", "3d+8" },
	{ "5D", "5d+8" },
	{ "1W", "1w+8" },
	{ "1M", "1M+8" },
	{ "3M", "3M+8" },
};

int
okx_bar(const char *name)
{
	for (size_t i = 0; i < sizeof(bar_names) / sizeof(*bar_names); i++) {
		const char *interval = bar_names[i].interval;

		if (strcmp(bar_names[i].name, name) == 0)
			return interval_find(interval, strlen(interval));
	}
	return -1;
}

const char *
okx_stream_id(const struct stream *st)
{
	return strchr(st->name, ':') + 1;
}

bool
okx_takes(const struct stream *st, const struct event *e)
{
	if (st->kind == STREAM_LIQUIDATION)
		return st->own == (int)e->symbol->kind;
	return st->kind == STREAM_AGG_TRADE || st->kind == STREAM_DIFF ||
	       st->kind == STREAM_TOP || st->kind == STREAM_BEST ||
	       strcmp(okx_stream_id(st), e->symbol->name) == 0;
}

/* --- trades --- */

const char *
okx_source(const struct trade *t)
{
	return t->number % ELP_EVERY == 0 ? "1" : "0";
}

static char *
put_trade(char *p, const struct event *e)
{
	const struct trade *t = e->what;

	p = okx_int(p, "tradeId", t->id);
	p = okx_amount(p, "px", t->price * e->symbol->price_unit);
	p = okx_amount(p, "sz", t->qty * e->symbol->lot_unit);
	p = okx_text(p, "side", t->maker ? "sell" : "buy");
	p = okx_text(p, "source", okx_source(t));
	return okx_time(p, "ts", t->time);
}

static char *
write_trade(char *p, const struct event *e, bool micro)
{
	const struct trade *t = e->what;

	(void)micro;
	p = put_trade(p, e);
	p = okx_int(p, "count", t->count);
	p = okx_bare(p, "seqId", e->symbol->shown);
	return okx_end(p);
}

static char *
write_fill(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_end(put_trade(p, e));
}

void
okx_publish_trade(struct sim *sim, struct symbol *s, const struct trade *t)
{
	struct event e = { .symbol = s, .what = t, .write = write_trade };

	streams_publish(sim, STREAM_AGG_TRADE, &e);
	e.write = write_fill;
	for (int64_t id = t->id - t->count + 1; id <= t->id; id++) {
		e.what = symbol_trade(&sim->market, s, id);
		if (s->streams[STREAM_TRADE] && e.what)
			streams_publish(sim, STREAM_TRADE, &e);
	}
}

/* --- bars and totals --- */

static char *
put_column(char *p, int64_t amount)
{
	*p++ = '"';
	p = put_short(p, amount);
	return PUT(p, "\",");
}

char *
okx_candle(char *p, const struct symbol *s, const struct bar *b, bool closed)
{
	struct okx_volume v = okx_volume(s, b->volume, b->quote);

	p = PUT(p, "[\"");
	p = put_int(p, b->open_time);
	p = PUT(p, "\",");
	p = put_column(p, b->open * s->price_unit);
	p = put_column(p, b->high * s->price_unit);
	p = put_column(p, b->low * s->price_unit);
	p = put_column(p, b->close * s->price_unit);
	p = put_column(p, v.vol);
	p = put_column(p, v.ccy);
	p = put_column(p, v.quote);
	return closed ? PUT(p, "\"1\"]") : PUT(p, "\"0\"]");
}

static char *
write_bar(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_candle(p, e->symbol, e->what, e->closed);
}

void
okx_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed)
{
	struct event e = { .symbol = s,
		.what = b,
		.interval = interval,
		.closed = closed,
		.write = write_bar };

	streams_publish(sim, STREAM_BAR, &e);
}

static char *
put_quote(char *p, const struct symbol *s, const char *px, const char *sz,
    const struct side *side)
{
	const struct level *l;

	if (side->count == 0) {
		p = okx_text(p, px, "");
		return okx_text(p, sz, "");
	}
	l = &side->level[side->count - 1];
	p = okx_amount(p, px, l->price * s->price_unit);
	return okx_amount(p, sz, l->qty * s->lot_unit);
}

/* What has never been traded has no last price and no range. */
static char *
put_range(char *p, const struct symbol *s)
{
	static const char *const empty[] = { "last", "lastSz", "open24h",
		"high24h", "low24h", "sodUtc0", "sodUtc8" };
	const struct day *d = &s->day;

	for (size_t i = 0; d->count == 0 && i < sizeof(empty) / sizeof(*empty);
	     i++)
		p = okx_text(p, empty[i], "");
	if (d->count == 0)
		return p;
	p = okx_amount(p, "last", d->last.price * s->price_unit);
	p = okx_amount(p, "lastSz", d->last.qty * s->lot_unit);
	p = okx_amount(p, "open24h", d->open * s->price_unit);
	p = okx_amount(p, "high24h", d->high * s->price_unit);
	p = okx_amount(p, "low24h", d->low * s->price_unit);
	p = okx_amount(p, "sodUtc0", d->open * s->price_unit);
	return okx_amount(p, "sodUtc8", d->open * s->price_unit);
}

char *
okx_ticker(char *p, const struct sim *sim, const struct symbol *s)
{
	struct okx_volume v = okx_volume(s, s->day.volume, s->day.quote);

	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = put_range(p, s);
	p = put_quote(p, s, "askPx", "askSz", &s->side[ASK]);
	p = put_quote(p, s, "bidPx", "bidSz", &s->side[BID]);
	p = okx_amount(p, "volCcy24h", v.ccy);
	p = okx_amount(p, "vol24h", v.vol);
	p = okx_time(p, "ts", sim->wall_us);
	return okx_end(p);
}

static char *
write_day(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_ticker(p, e->what, e->symbol);
}

void
okx_publish_day(struct sim *sim, struct symbol *s)
{
	struct event e = { .symbol = s, .what = sim, .write = write_day };

	streams_publish(sim, STREAM_DAY, &e);
}

void
okx_first_day(struct sim *sim, struct conn *c, struct stream *st)
{
	char text[1024];

	const char *end = okx_ticker(text, sim, st->symbol);

	stream_tell(sim, st, c, text, (size_t)(end - text));
}
