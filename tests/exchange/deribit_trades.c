#define _GNU_SOURCE
#include "deribit.h"

#include "deribit_names.h"

enum {
	/* How far tick_direction looks back for another price. */
	LOOK_BACK = 64,
	/* So many trades in a row have the same members. */
	RUN_LENGTH = 16,
};

static const int64_t interval_us[DERIBIT_INTERVALS] = { 100000, 1000000 };

/* 0: up, 1: as before, which was up, 2: down, 3: as before, which was down. */
static int
tick_direction(
    const struct sim *sim, const struct symbol *s, const struct trade *t)
{
	for (int64_t i = 1; i < LOOK_BACK; i++) {
		const struct trade *b =
		    symbol_trade(&sim->market, s, t->id - i);

		if (!b)
			break;
		if (b->price != t->price)
			return (b->price < t->price ? 0 : 2) + (i > 1);
	}
	return 1;
}

static char *
put_direction(char *p, const struct trade *t)
{
	return t->maker ? PUT(p, "\"direction\":\"sell\"")
			: PUT(p, "\"direction\":\"buy\"");
}

static char *
put_trade_id(char *p, const struct symbol *s, const struct trade *t)
{
	p = PUT(p, "\"trade_id\":\"");
	p = put_deribit_id(p, s, t->id);
	*p++ = '"';
	return p;
}

/* What came with the engine of 2026, in half of the runs of trades. */
static bool
has_starbase(const struct sim *sim, const struct trade *t)
{
	uint64_t run = (uint64_t)t->id / RUN_LENGTH;

	return deribit_choice(sim, run) & 1;
}

/* Near the price, and always the same for the same trade, so that REST says
 * what the channel said.  Of an option it is the price of what it is on. */
static int64_t
index_price(const struct symbol *s, const struct trade *t)
{
	int64_t off = t->id % 41 - 20;

	if (s->kind == OPTION)
		return s->underlying + off * UNIT / 100;
	return t->price * s->price_unit + off * s->price_unit / 10;
}

static char *
put_trade_prices(char *p, const struct symbol *s, const struct trade *t,
    enum deribit_form form)
{
	int64_t mark =
	    t->price * s->price_unit + (t->id % 11 - 5) * s->price_unit / 10;

	p = put_field(p, "index_price", index_price(s, t), form);
	*p++ = ',';
	p = put_field(p, "mark_price", mark, form);
	*p++ = ',';
	if (s->kind == OPTION) {
		p = put_field(
		    p, "iv", 50 * UNIT + t->id % 1000 * UNIT / 100, form);
		*p++ = ',';
	}
	return p;
}

static char *
put_sizes(char *p, const struct symbol *s, const struct trade *t,
    enum deribit_form form)
{
	p = put_field(p, "amount", t->qty * s->lot_unit, form);
	*p++ = ',';
	return put_field(
	    p, "contracts", scale(t->qty * s->lot_unit, UNIT, s->own), form);
}

static char *
put_new_order(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form)
{
	p = put_whole(p, "timestamp", t->time / 1000);
	p = put_field(p, "price", t->price * s->price_unit, form);
	*p++ = ',';
	p = put_direction(p, t);
	*p++ = ',';
	p = put_trade_prices(p, s, t, form);
	p = put_name(p, s);
	*p++ = ',';
	p = put_whole(p, "trade_seq", t->id);
	p = put_whole(p, "tick_direction", tick_direction(sim, s, t));
	if (has_starbase(sim, t)) {
		p = put_whole(p, "starbase_match_id", t->id * 16 + s->number);
		p = put_whole(p, "starbase_timestamp", t->time * 1000 + 654);
	}
	p = put_trade_id(p, s, t);
	*p++ = ',';
	return put_sizes(p, s, t, form);
}

static char *
put_old_order(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form)
{
	p = put_whole(p, "trade_seq", t->id);
	p = put_trade_id(p, s, t);
	*p++ = ',';
	p = put_whole(p, "timestamp", t->time / 1000);
	p = put_whole(p, "tick_direction", tick_direction(sim, s, t));
	p = put_field(p, "price", t->price * s->price_unit, form);
	*p++ = ',';
	p = put_trade_prices(p, s, t, form);
	p = put_name(p, s);
	*p++ = ',';
	p = put_direction(p, t);
	*p++ = ',';
	p = put_sizes(p, s, t, form);
	if (has_starbase(sim, t)) {
		*p++ = ',';
		p = put_whole(p, "starbase_match_id", t->id * 16 + s->number);
		p = put_whole(p, "starbase_timestamp", t->time * 1000 + 654);
		p--;
	}
	return p;
}

char *
put_deribit_trade(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form, bool old_order)
{
	*p++ = '{';
	p = old_order ? put_old_order(p, sim, s, t, form)
		      : put_new_order(p, sim, s, t, form);
	*p++ = '}';
	return p;
}

char *
put_deribit_flagged(char *p, struct sim *sim, const struct symbol *s,
    const struct trade *t, enum deribit_form form, bool old_order)
{
	static const char *const flags[] = { NULL, "T", "M", "MT" };

	p = put_deribit_trade(p, sim, s, t, form, old_order);
	if (!t->liquidated)
		return p;
	p = PUT(p - 1, ",\"liquidation\":\"");
	p = put_text(p, flags[t->liquidated]);
	return PUT(p, "\"}");
}

static char *
write_trades(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;
	const struct deribit_batch *b = a->what;
	uint64_t first = (uint64_t)b->trade[0].id;
	enum deribit_form form = deribit_form_of(a->sim, first);
	bool old_order = deribit_choice(a->sim, first) >> 8 & 1;
	bool live = deribit_of(a->sim)->live_flag;

	(void)micro;
	*p++ = '[';
	for (int i = 0; i < b->count; i++) {
		const struct trade *t = &b->trade[i];

		if (i)
			*p++ = ',';
		p = (live ? put_deribit_flagged : put_deribit_trade)(
		    p, a->sim, e->symbol, t, form, old_order);
	}
	*p++ = ']';
	return p;
}

static void
send_batch(struct sim *sim, struct symbol *s, int interval)
{
	struct deribit_batch *b = &deribit_symbol(sim, s)->batch[interval];
	struct deribit_about a = { sim, b };
	struct event e = { .symbol = s,
		.what = &a,
		.interval = interval,
		.write = write_trades };

	if (b->count)
		streams_publish(sim, STREAM_TRADE, &e);
	b->count = 0;
}

void
deribit_publish_trade(struct sim *sim, struct symbol *s, const struct trade *t)
{
	for (int i = 0; i < DERIBIT_INTERVALS; i++) {
		struct deribit_batch *b = &deribit_symbol(sim, s)->batch[i];

		if (b->count == 0)
			b->due_us = sim->now_us + interval_us[i];
		b->trade[b->count++] = *t;
		if (b->count == BATCH_MAX)
			send_batch(sim, s, i);
	}
}

void
deribit_flush_trades(struct sim *sim, struct symbol *s)
{
	for (int i = 0; i < DERIBIT_INTERVALS; i++) {
		struct deribit_batch *b = &deribit_symbol(sim, s)->batch[i];

		if (b->count && b->due_us <= sim->now_us)
			send_batch(sim, s, i);
	}
}
