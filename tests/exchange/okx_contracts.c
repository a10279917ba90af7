#include "okx.h"

#include "contracts.h"

enum {
	HOUR_MS = 3600000,
	/* Every so many open interests have digits behind the eighth. */
	LONG_EVERY = 2,
	LONG_DIGITS = 943,
};

/* To one who has just subscribed. */
static void
tell(struct sim *sim, struct conn *c, struct stream *st, const char *text,
    const char *end)
{
	stream_tell(sim, st, c, text, (size_t)(end - text));
}

/* --- marks and funding --- */

char *
okx_mark(char *p, const struct symbol *s)
{
	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = okx_amount(p, "markPx", s->mark.mark);
	return okx_time(p, "ts", s->mark.time);
}

static char *
write_mark(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_end(okx_mark(p, e->symbol));
}

char *
okx_funding(char *p, const struct sim *sim, const struct symbol *s)
{
	int64_t next = s->mark.next / 1000;
	int64_t hours = (int64_t)s->funding_hours * HOUR_MS;

	p = okx_text(p, "formulaType", "withRate");
	p = okx_amount(p, "fundingRate", s->mark.rate);
	p = okx_int(p, "fundingTime", next);
	p = okx_text(p, "impactValue", "20000.0000000000000000");
	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = okx_text(p, "interestRate", "0.0001000000000000");
	p = okx_text(p, "maxFundingRate", "0.00375");
	p = okx_text(p, "method", "current_period");
	p = okx_text(p, "minFundingRate", "-0.00375");
	p = okx_text(p, "nextFundingRate", "");
	p = okx_int(p, "nextFundingTime", next + hours);
	p = okx_text(p, "premium", "-0.0004571357779981");
	p = okx_int(p, "prevFundingTime", next - hours);
	p = okx_amount(
	    p, "settFundingRate", funding_rate(&sim->market, s, next - hours));
	p = okx_text(p, "settState", "settled");
	p = okx_time(p, "ts", s->mark.time);
	return okx_end(p);
}

static char *
write_funding(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_funding(p, e->what, e->symbol);
}

void
okx_publish_mark(struct sim *sim, struct symbol *s)
{
	struct okx_more *more = okx_more(s);
	struct event e = { .symbol = s, .what = sim, .write = write_mark };

	streams_publish(sim, STREAM_MARK, &e);
	if (!s->funding_hours || sim->now_us < more->funding_due_us)
		return;
	more->funding_due_us = sim->now_us + sim->opt.funding_ms * 1000;
	e.write = write_funding;
	streams_publish(sim, STREAM_FUNDING, &e);
}

void
okx_first_mark(struct sim *sim, struct conn *c, struct stream *st)
{
	char text[256];

	tell(sim, c, st, text, okx_end(okx_mark(text, st->symbol)));
}

void
okx_first_funding(struct sim *sim, struct conn *c, struct stream *st)
{
	char text[1024];

	tell(sim, c, st, text, okx_funding(text, sim, st->symbol));
}

/* --- open interest and liquidations --- */

/* An amount in 10^-places without the zeros at its end. */
static char *
put_long(char *p, const char *name, __int128 amount, int places)
{
	char digits[64];
	int count = 0;

	while (places > 0 && amount % 10 == 0) {
		amount /= 10;
		places--;
	}
	do {
		digits[count++] = (char)('0' + (int)(amount % 10));
		amount /= 10;
	} while (amount > 0 || count <= places);
	*p++ = '"';
	p = put_text(p, name);
	p = PUT(p, "\":\"");
	while (count-- > 0) {
		*p++ = digits[count];
		if (count == places && places)
			*p++ = '.';
	}
	return PUT(p, "\",");
}

char *
okx_interest(char *p, const struct symbol *s)
{
	const struct interest *i = &s->interest;
	int64_t price = s->mark.mark;
	bool is_long = okx_more(s)->interests % LONG_EVERY == 0;
	/* In 1e-11, 1e-19 and 1e-20. */
	__int128 oi = (__int128)(i->qty * s->lot_unit) * 1000 +
		      (is_long ? LONG_DIGITS : 0);
	__int128 worth = oi * s->contract;

	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = put_long(p, "oi", oi, 11);
	if (s->inverse) {
		p = put_long(p, "oiCcy", worth / price, 11);
		p = put_long(p, "oiUsd", worth, 19);
	} else {
		p = put_long(p, "oiCcy", worth, 19);
		p = put_long(p, "oiUsd", worth / 10000000 * price, 20);
	}
	p = okx_time(p, "ts", i->time);
	return okx_end(p);
}

static char *
write_interest(char *p, const struct event *e, bool micro)
{
	(void)micro;
	return okx_interest(p, e->symbol);
}

void
okx_publish_interest(struct sim *sim, struct symbol *s)
{
	struct event e = { .symbol = s, .write = write_interest };

	okx_more(s)->interests++;
	streams_publish(sim, STREAM_INTEREST, &e);
}

void
okx_first_interest(struct sim *sim, struct conn *c, struct stream *st)
{
	char text[512];

	tell(sim, c, st, text, okx_interest(text, st->symbol));
}

static char *
write_liquidation(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	const struct liquidation *l = e->what;

	(void)micro;
	p = PUT(p, "{\"details\":[{\"bkLoss\":\"0\",");
	p = okx_amount(p, "bkPx", l->price * s->price_unit);
	p = okx_text(p, "ccy", "");
	p = okx_text(p, "posSide", l->sell ? "long" : "short");
	p = okx_text(p, "side", l->sell ? "sell" : "buy");
	p = okx_amount(p, "sz", l->qty * s->lot_unit);
	p = okx_end(okx_time(p, "ts", l->time));
	p = PUT(p, "],");
	p = okx_text(p, "instFamily", s->pair);
	p = okx_text(p, "instId", s->name);
	p = okx_text(p, "instType", okx_type((int)s->kind));
	p = okx_text(p, "uly", okx_more(s)->uly);
	return okx_end(p);
}

void
okx_publish_liquidation(
    struct sim *sim, struct symbol *s, const struct liquidation *l)
{
	struct event e = { .symbol = s, .what = l, .write = write_liquidation };

	streams_publish(sim, STREAM_LIQUIDATION, &e);
}
