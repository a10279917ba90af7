#include "contracts.h"

enum { HOUR_MS = 3600000, RATE_SPAN = 40000, INTEREST_LOTS = 50000 };

int64_t
funding_before(const struct symbol *s, int64_t ms)
{
	int64_t every = (int64_t)s->funding_hours * HOUR_MS;

	return ms - ms % every;
}

int64_t
funding_after(const struct symbol *s, int64_t ms)
{
	return funding_before(s, ms) + (int64_t)s->funding_hours * HOUR_MS;
}

int64_t
funding_rate(const struct market *m, const struct symbol *s, int64_t ms)
{
	struct market at = { .random = m->setup.seed +
				       (uint64_t)s->number * 7919 +
				       (uint64_t)(ms / HOUR_MS) };

	/* 0.0001 is usual; it may be negative. */
	return 10000 + market_roll(&at, RATE_SPAN) - RATE_SPAN / 2;
}

void
market_mark(struct market *m, struct symbol *s, int64_t now)
{
	int64_t middle = symbol_middle(s);
	int64_t off = market_roll(m, 2 * s->price_unit + 1) - s->price_unit;

	s->mark.mark = middle + off / 2;
	s->mark.index = s->kind == OPTION ? s->underlying + off : middle - off;
	s->mark.time = now;
	if (!s->funding_hours)
		return;
	s->mark.next = funding_after(s, now / 1000) * 1000;
	/* It nears what will be paid. */
	s->mark.rate =
	    funding_rate(m, s, s->mark.next / 1000) + market_roll(m, 200) - 100;
}

void
market_interest(struct market *m, struct symbol *s, int64_t now)
{
	struct interest *i = &s->interest;

	if (i->qty == 0)
		i->qty = s->lot_size * (INTEREST_LOTS + market_roll(m, 1000));
	i->qty += market_roll(m, 2 * s->lot_size + 1) - s->lot_size;
	i->time = now;
}

struct liquidation
market_liquidation(struct market *m, const struct trade *t)
{
	int64_t worse = 1 + market_roll(m, 1 + t->price / 500);
	struct liquidation l = { .trade = t->id,
		.average = t->price,
		.qty = t->qty,
		.time = t->time,
		.sell =
		    t->liquidated & LIQUIDATED_TAKER ? t->maker : !t->maker };

	l.price = t->price + (l.sell ? -worse : worse);
	if (l.price < 1)
		l.price = 1;
	return l;
}
