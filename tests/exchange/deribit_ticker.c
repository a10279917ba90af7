#define _GNU_SOURCE
#include "deribit.h"

#include "contracts.h"

static const int64_t interval_us[DERIBIT_INTERVALS] = { 100000, 1000000 };

/* A number, or null where there is none yet. */
static char *
put_maybe(char *p, const char *name, bool known, int64_t value,
    enum deribit_form form)
{
	p = known ? put_field(p, name, value, form)
		  : PUT(put_key(p, name), "null");
	*p++ = ',';
	return p;
}

/* Per cent, in 1e-8. */
static int64_t
price_change(const struct day *d)
{
	return scale((d->last.price - d->open) * 100, UNIT, d->open);
}

static char *
put_stats(char *p, const struct symbol *s, enum deribit_form form)
{
	const struct day *d = &s->day;
	int64_t lots = d->volume * s->lot_unit;
	int64_t quote = d->quote * s->quote_unit;
	int64_t dollars = s->inverse ? lots : quote;
	bool known = d->count > 0;

	if (s->kind == OPTION)
		dollars = scale(quote, s->underlying, UNIT);
	p = PUT(p, "\"stats\":{");
	p = put_maybe(p, "high", known, d->high * s->price_unit, form);
	p = put_maybe(p, "low", known, d->low * s->price_unit, form);
	p = put_maybe(
	    p, "price_change", known, known ? price_change(d) : 0, form);
	p = put_field(p, "volume", s->inverse ? quote : lots, form);
	*p++ = ',';
	p = put_field(p, "volume_usd", dollars, form);
	return PUT(p, "},");
}

static char *
put_more(char *p, const char *name, int64_t value, enum deribit_form form)
{
	p = put_field(p, name, value, form);
	*p++ = ',';
	return p;
}

static char *
put_funding(char *p, const struct symbol *s, enum deribit_form form)
{
	bool known = s->mark.time > 0;

	p = put_maybe(p, "interest_value", known, s->mark.rate * 24, form);
	p = put_maybe(p, "current_funding", known, s->mark.rate, form);
	return put_maybe(p, "funding_8h", known, s->mark.rate * 8 / 10, form);
}

static char *
put_option(char *p, const struct symbol *s, enum deribit_form form)
{
	p = put_more(p, "mark_iv", 5512 * UNIT / 100, form);
	p = put_more(p, "bid_iv", 5460 * UNIT / 100, form);
	p = put_more(p, "ask_iv", 5590 * UNIT / 100, form);
	p = put_more(p, "underlying_price", s->underlying, form);
	p = PUT(p, "\"underlying_index\":\"SYN.");
	p = put_text(p, s->pair);
	p = PUT(p, "\",\"greeks\":{");
	p = put_more(p, "delta", (s->call ? 41 : -59) * UNIT / 100, form);
	p = put_more(p, "gamma", UNIT / 100000, form);
	p = put_more(p, "vega", 10844 * UNIT / 100, form);
	p = put_more(p, "theta", -6611 * UNIT / 100, form);
	p = put_field(p, "rho", 2988 * UNIT / 100, form);
	p = PUT(p, "},");
	return put_more(p, "interest_rate", 0, form);
}

static char *
put_prices(char *p, const struct symbol *s, enum deribit_form form)
{
	const struct day *d = &s->day;
	int64_t step = s->price_unit;
	int64_t middle = symbol_middle(s) / step;
	bool marked = s->mark.time > 0;

	p = put_best(p, s, form);
	p = put_maybe(
	    p, "last_price", d->count > 0, d->last.price * step, form);
	p = put_maybe(p, "mark_price", marked, s->mark.mark, form);
	p = put_maybe(p, "index_price", marked, s->mark.index, form);
	p = put_more(p, "min_price", (middle - middle / 60) * step, form);
	return put_more(p, "max_price", (middle + middle / 60) * step, form);
}

char *
put_ticker(
    char *p, struct sim *sim, const struct symbol *s, enum deribit_form form)
{
	p = put_whole(p, "timestamp", sim->wall_us / 1000);
	p = PUT(p, "\"state\":\"");
	p = put_text(p, deribit_state(sim, s));
	p = PUT(p, "\",");
	p = put_stats(p, s, form);
	p = put_prices(p, s, form);
	if (s->kind != SPOT) {
		p = put_maybe(p, "open_interest", s->interest.time > 0,
		    s->interest.qty * s->lot_unit, form);
		p = put_more(
		    p, "settlement_price", s->start * s->price_unit, form);
		p = put_maybe(p, "estimated_delivery_price", s->mark.time > 0,
		    s->mark.index, form);
	}
	if (s->kind == PERPETUAL)
		p = put_funding(p, s, form);
	else if (s->kind == OPTION)
		p = put_option(p, s, form);
	return put_name(p, s);
}

static char *
write_ticker(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;

	(void)micro;
	*p++ = '{';
	p = put_ticker(p, a->sim, e->symbol,
	    deribit_form_of(a->sim, (uint64_t)a->sim->wall_us));
	*p++ = '}';
	return p;
}

void
deribit_publish_tickers(struct sim *sim, struct symbol *s)
{
	struct deribit_about a = { sim, NULL };
	struct event e = { .symbol = s, .what = &a, .write = write_ticker };

	for (int i = 0; i < DERIBIT_INTERVALS; i++) {
		int64_t *due = &deribit_symbol(sim, s)->ticker_due_us[i];

		if (*due > sim->now_us)
			continue;
		*due = sim->now_us + interval_us[i];
		e.interval = i;
		streams_publish(sim, STREAM_DAY, &e);
	}
}
