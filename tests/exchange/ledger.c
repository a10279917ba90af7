#include "ledger.h"

#include <stdarg.h>
#include <stdlib.h>

enum {
	LINE_MAX_BYTES = 512 + 2 * DIFF_LEVELS * 64,
	/* ["price","qty"], */
	LEVEL_MAX = 64,
	BUFFER = 1 << 20,
};

void
ledger_open(struct ledger *l, const char *path)
{
	l->lines = 0;
	l->file = path ? fopen(path, "w") : NULL;
	if (path && !l->file) {
		perror(path);
		exit(1);
	}
	if (l->file)
		setvbuf(l->file, NULL, _IOFBF, BUFFER);
}

void
ledger_flush(struct ledger *l)
{
	if (l->file)
		fflush(l->file);
}

void
ledger_close(struct ledger *l)
{
	if (l->file)
		fclose(l->file);
	l->file = NULL;
}

void
ledger_raw(struct ledger *l, const char *text, size_t len)
{
	if (!l->file)
		return;
	fwrite(text, 1, len, l->file);
	fputc('\n', l->file);
	l->lines++;
}

char *
put_price(char *p, const struct symbol *s, int64_t ticks)
{
	int64_t value = ticks * s->price_unit;

	return s->few_digits ? put_fixed(p, value, s->price_unit)
			     : put_amount(p, value);
}

char *
put_qty(char *p, const struct symbol *s, int64_t lots)
{
	int64_t value = lots * s->lot_unit;

	return s->few_digits ? put_fixed(p, value, s->lot_unit)
			     : put_amount(p, value);
}

static char *
put_level(char *p, const struct symbol *s, int64_t price, int64_t qty)
{
	p = PUT(p, "[\"");
	p = put_price(p, s, price);
	p = PUT(p, "\",\"");
	p = put_qty(p, s, qty);
	return PUT(p, "\"],");
}

char *
put_diff_levels(char *p, const struct symbol *s, const struct diff *d)
{
	int64_t id = d->first;

	p = PUT(p, "\"b\":[");
	for (int i = 0; i < d->bids; i++, id++) {
		const struct change *c = symbol_change(s, id);

		p = put_level(p, s, c->price, c->qty);
	}
	p -= d->bids ? 1 : 0;
	p = PUT(p, "],\"a\":[");
	if (id > d->last)
		return PUT(p, "]");
	for (; id <= d->last; id++) {
		const struct change *c = symbol_change(s, id);

		p = put_level(p, s, c->price, c->qty);
	}
	p[-1] = ']';
	return p;
}

void
add_side(
    struct buf *b, const struct symbol *s, const struct side *side, int limit)
{
	int count = side->count < limit ? side->count : limit;
	char *p = buf_room(b, (size_t)count * LEVEL_MAX + 2);

	*p++ = '[';
	for (int i = 0; i < count; i++) {
		const struct level *l = &side->level[side->count - 1 - i];

		p = put_level(p, s, l->price, l->qty);
	}
	p -= count ? 1 : 0;
	*p++ = ']';
	b->len = (size_t)(p - b->data);
}

void
ledger_book(struct ledger *l, const struct symbol *s)
{
	struct buf b = { 0 };

	if (!l->file)
		return;
	buf_print(&b,
	    "{\"k\":\"book\",\"s\":\"%s\",\"u\":%lld,\"v\":%lld,\"b\":",
	    s->name, (long long)s->id, (long long)s->shown);
	add_side(&b, s, &s->side[BID], s->side[BID].count);
	buf_text(&b, ",\"a\":");
	add_side(&b, s, &s->side[ASK], s->side[ASK].count);
	buf_text(&b, "}");
	ledger_raw(l, b.data, b.len);
	buf_free(&b);
}

/* {"k":KIND,"s":NAME */
static char *
put_head(char *p, const char *kind, const struct symbol *s)
{
	p = PUT(p, "{\"k\":\"");
	p = put_text(p, kind);
	p = PUT(p, "\",\"s\":\"");
	p = put_text(p, s->name);
	*p++ = '"';
	return p;
}

static void
end_line(struct ledger *l, const char *line, char *p)
{
	*p++ = '}';
	ledger_raw(l, line, (size_t)(p - line));
}

static void
ledger_fill(struct ledger *l, const struct market *m, const struct symbol *s,
    const struct trade *t)
{
	char line[LINE_MAX_BYTES];
	char *p = put_head(line, t->none ? "skip" : "trade", s);

	p = PUT(p, ",\"t\":");
	p = put_int(p, t->id);
	if (t->none) {
		end_line(l, line, p);
		return;
	}
	p = PUT(p, ",\"p\":\"");
	p = put_amount(p, t->price * s->price_unit);
	p = PUT(p, "\",\"q\":\"");
	p = put_amount(p, t->qty * s->lot_unit);
	p = PUT(p, "\",\"m\":");
	p = put_bool(p, t->maker);
	p = PUT(p, ",\"T\":");
	p = put_int(p, t->time);
	if (m->setup.rules->trade_id) {
		p = PUT(p, ",\"id\":\"");
		p = m->setup.rules->trade_id(p, s, t->id);
		*p++ = '"';
	}
	end_line(l, line, p);
}

void
ledger_trade(struct ledger *l, const struct market *m, const struct symbol *s,
    const struct trade *t)
{
	if (!l->file)
		return;
	if (t->count > 1)
		ledger_note(l,
		    "{\"k\":\"fills\",\"s\":\"%s\",\"t\":%lld,\"n\":%d}",
		    s->name, (long long)t->id, t->count);
	for (int64_t id = t->id - t->count + 1; id <= t->id; id++)
		ledger_fill(l, m, s, symbol_trade(m, s, id));
}

void
ledger_diff(struct ledger *l, const struct symbol *s, const struct diff *d)
{
	char line[LINE_MAX_BYTES];
	char *p;

	if (!l->file)
		return;
	p = put_head(line, "depth", s);
	p = PUT(p, ",\"U\":");
	p = put_int(p, d->first);
	p = PUT(p, ",\"u\":");
	p = put_int(p, d->last);
	p = PUT(p, ",\"V\":");
	p = put_int(p, d->shown.first);
	p = PUT(p, ",\"v\":");
	p = put_int(p, d->shown.last);
	*p++ = ',';
	p = put_diff_levels(p, s, d);
	end_line(l, line, p);
}

void
ledger_bar(struct ledger *l, const struct symbol *s, const char *interval,
    const struct bar *b)
{
	char line[LINE_MAX_BYTES];
	char *p;

	if (!l->file)
		return;
	p = put_head(line, "kline", s);
	p = PUT(p, ",\"i\":\"");
	p = put_text(p, interval);
	p = PUT(p, "\",\"t\":");
	p = put_int(p, b->open_time);
	p = PUT(p, ",\"o\":\"");
	p = put_amount(p, b->open * s->price_unit);
	p = PUT(p, "\",\"c\":\"");
	p = put_amount(p, b->close * s->price_unit);
	p = PUT(p, "\",\"v\":\"");
	p = put_amount(p, b->volume * s->lot_unit);
	p = PUT(p, "\",\"n\":");
	p = put_int(p, b->count);
	end_line(l, line, p);
}

void
ledger_mark(struct ledger *l, const struct symbol *s)
{
	const struct mark *m = &s->mark;
	char line[LINE_MAX_BYTES];
	char *p;

	if (!l->file)
		return;
	p = put_head(line, "funding", s);
	p = PUT(p, ",\"p\":\"");
	p = put_amount(p, m->mark);
	p = PUT(p, "\",\"i\":\"");
	p = put_amount(p, m->index);
	if (s->funding_hours) {
		p = PUT(p, "\",\"r\":\"");
		p = put_amount(p, m->rate);
		p = PUT(p, "\",\"n\":");
		p = put_int(p, m->next);
	} else {
		p = PUT(p, "\",\"r\":null,\"n\":null");
	}
	p = PUT(p, ",\"T\":");
	p = put_int(p, m->time);
	end_line(l, line, p);
}

void
ledger_interest(struct ledger *l, const struct symbol *s)
{
	char line[LINE_MAX_BYTES];
	char *p;

	if (!l->file)
		return;
	p = put_head(line, "oi", s);
	p = PUT(p, ",\"q\":\"");
	p = put_amount(p, s->interest.qty * s->lot_unit);
	p = PUT(p, "\",\"T\":");
	p = put_int(p, s->interest.time);
	end_line(l, line, p);
}

void
ledger_liquidation(
    struct ledger *l, const struct symbol *s, const struct liquidation *q)
{
	char line[LINE_MAX_BYTES];
	char *p;

	if (!l->file)
		return;
	p = put_head(line, "liq", s);
	p = PUT(p, ",\"t\":");
	p = put_int(p, q->trade);
	p = PUT(p, ",\"p\":\"");
	p = put_amount(p, q->price * s->price_unit);
	p = PUT(p, "\",\"a\":\"");
	p = put_amount(p, q->average * s->price_unit);
	p = PUT(p, "\",\"q\":\"");
	p = put_amount(p, q->qty * s->lot_unit);
	p = PUT(p, "\",\"sell\":");
	p = put_bool(p, q->sell);
	p = PUT(p, ",\"T\":");
	p = put_int(p, q->time);
	end_line(l, line, p);
}

void
ledger_note(struct ledger *l, const char *format, ...)
{
	va_list args;

	if (!l->file)
		return;
	va_start(args, format);
	vfprintf(l->file, format, args);
	va_end(args);
	fputc('\n', l->file);
	l->lines++;
}
