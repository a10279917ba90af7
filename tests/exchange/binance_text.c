#include "binance.h"

#include "ledger.h"
#include "ws.h"

char *
binance_time(char *p, int64_t time_us, bool micro)
{
	return put_int(p, micro ? time_us : time_us / 1000);
}

char *
binance_number(char *p, const char *name, int64_t value)
{
	*p++ = '"';
	p = put_text(p, name);
	p = PUT(p, "\":");
	return put_int(p, value);
}

char *
binance_amount(char *p, const char *name, int64_t count, int64_t unit)
{
	*p++ = '"';
	p = put_text(p, name);
	p = PUT(p, "\":\"");
	p = put_amount(p, count * unit);
	*p++ = '"';
	return p;
}

char *
binance_price(char *p, const char *name, const struct symbol *s, int64_t ticks)
{
	*p++ = '"';
	p = put_text(p, name);
	p = PUT(p, "\":\"");
	p = put_price(p, s, ticks);
	*p++ = '"';
	return p;
}

char *
binance_qty(char *p, const char *name, const struct symbol *s, int64_t lots)
{
	*p++ = '"';
	p = put_text(p, name);
	p = PUT(p, "\":\"");
	p = put_qty(p, s, lots);
	*p++ = '"';
	return p;
}

char *
binance_head(char *p, const char *type, const struct event *e, int64_t time_us,
    bool micro)
{
	p = PUT(p, "{\"e\":\"");
	p = put_text(p, type);
	p = PUT(p, "\",\"E\":");
	p = binance_time(p, time_us, micro);
	p = PUT(p, ",\"s\":\"");
	p = put_text(p, e->symbol->name);
	return PUT(p, "\",");
}

static char *
put_bar_amounts(char *p, const struct symbol *s, const struct bar *b)
{
	p = binance_price(p, "o", s, b->open);
	*p++ = ',';
	p = binance_price(p, "c", s, b->close);
	*p++ = ',';
	p = binance_price(p, "h", s, b->high);
	*p++ = ',';
	p = binance_price(p, "l", s, b->low);
	*p++ = ',';
	p = binance_qty(p, "v", s, b->volume);
	*p++ = ',';
	return p;
}

char *
binance_close_time(char *p, int64_t close_ms, bool micro)
{
	return put_int(p, micro ? close_ms * 1000 + 999 : close_ms);
}

char *
binance_bar(char *p, const struct event *e, bool micro)
{
	const struct bar *b = e->what;
	const struct symbol *s = e->symbol;

	p = PUT(p, "\"k\":{\"t\":");
	p = binance_time(p, b->open_time * 1000, micro);
	p = PUT(p, ",\"T\":");
	p = binance_close_time(p, b->close_time, micro);
	p = PUT(p, ",\"s\":\"");
	p = put_text(p, s->name);
	p = PUT(p, "\",\"i\":\"");
	p = put_text(p, interval_name(e->interval));
	p = PUT(p, "\",");
	p = binance_number(p, "f", b->first_id);
	*p++ = ',';
	p = binance_number(p, "L", b->last_id);
	*p++ = ',';
	p = put_bar_amounts(p, s, b);
	p = binance_number(p, "n", b->count);
	p = PUT(p, ",\"x\":");
	p = put_bool(p, e->closed);
	*p++ = ',';
	p = binance_amount(p, "q", b->quote, s->quote_unit);
	*p++ = ',';
	p = binance_qty(p, "V", s, b->taker_volume);
	*p++ = ',';
	p = binance_amount(p, "Q", b->taker_quote, s->quote_unit);
	return PUT(p, ",\"B\":\"0\"}");
}

void
binance_day_text(const struct symbol *s, struct day_text *d)
{
	const struct day *day = &s->day;
	/* Ticks times lots over lots leaves too few digits; three more. */
	int64_t more = day->quote < INT64_MAX / 1000 ? 1000 : 1;

	memset(d, 0, sizeof(*d));
	if (day->count == 0)
		return;
	d->change = day->last.price - day->open;
	d->percent = d->change * 100000 / day->open;
	if (s->inverse)
		d->average =
		    scale(day->volume * s->lot_unit, s->contract, day->quote);
	else
		d->average =
		    day->quote * more / day->volume * s->price_unit / more;
}

char *
binance_percent(char *p, int64_t percent)
{
	int64_t part = percent < 0 ? -percent : percent;

	if (percent < 0)
		*p++ = '-';
	p = put_int(p, part / 1000);
	*p++ = '.';
	*p++ = (char)('0' + part / 100 % 10);
	*p++ = (char)('0' + part / 10 % 10);
	*p++ = (char)('0' + part % 10);
	return p;
}

static char *
put_day_amounts(char *p, const struct symbol *s)
{
	const struct day *d = &s->day;

	p = binance_price(p, "o", s, d->open);
	*p++ = ',';
	p = binance_price(p, "h", s, d->high);
	*p++ = ',';
	p = binance_price(p, "l", s, d->low);
	*p++ = ',';
	p = binance_qty(p, "v", s, d->volume);
	*p++ = ',';
	p = binance_amount(p, "q", d->quote, s->quote_unit);
	*p++ = ',';
	return p;
}

char *
binance_day(char *p, const struct symbol *s, int64_t now, bool micro)
{
	const struct day *d = &s->day;
	struct day_text text;

	binance_day_text(s, &text);
	p = binance_price(p, "p", s, text.change);
	p = PUT(p, ",\"P\":\"");
	p = binance_percent(p, text.percent);
	p = PUT(p, "\",");
	p = binance_amount(p, "w", text.average, 1);
	*p++ = ',';
	p = binance_price(p, "c", s, d->last.price);
	*p++ = ',';
	p = binance_qty(p, "Q", s, d->last.qty);
	*p++ = ',';
	p = put_day_amounts(p, s);
	p = PUT(p, "\"O\":");
	p = binance_time(p, d->began, micro);
	p = PUT(p, ",\"C\":");
	p = binance_time(p, now, micro);
	*p++ = ',';
	p = binance_number(p, "F", d->first_id);
	*p++ = ',';
	p = binance_number(p, "L", d->last.id);
	*p++ = ',';
	return binance_number(p, "n", d->count);
}

void
binance_say_shutdown(struct sim *sim, struct conn *c)
{
	char text[128];
	char *p = text;

	if (c->combined)
		p = PUT(p, "{\"stream\":\"!serverShutdown\",\"data\":");
	p = PUT(p, "{\"e\":\"serverShutdown\",\"E\":");
	p = binance_time(p, sim->wall_us, c->micro);
	*p++ = '}';
	if (c->combined)
		*p++ = '}';
	ws_send(c, WS_TEXT, text, (size_t)(p - text));
}
