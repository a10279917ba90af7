#include "okx.h"

enum { LEVEL_BYTES = 96 };

static char *
put_name(char *p, const char *name)
{
	*p++ = '"';
	p = put_text(p, name);
	return PUT(p, "\":");
}

char *
okx_text(char *p, const char *name, const char *value)
{
	p = put_name(p, name);
	*p++ = '"';
	p = put_text(p, value);
	return PUT(p, "\",");
}

char *
okx_amount(char *p, const char *name, int64_t amount)
{
	p = put_name(p, name);
	*p++ = '"';
	p = put_short(p, amount);
	return PUT(p, "\",");
}

char *
okx_int(char *p, const char *name, int64_t value)
{
	p = put_name(p, name);
	*p++ = '"';
	p = put_int(p, value);
	return PUT(p, "\",");
}

char *
okx_bare(char *p, const char *name, int64_t value)
{
	p = put_name(p, name);
	p = put_int(p, value);
	return PUT(p, ",");
}

char *
okx_time(char *p, const char *name, int64_t time_us)
{
	return okx_int(p, name, time_us / 1000);
}

char *
okx_end(char *p)
{
	p[-1] = '}';
	return p;
}

static int
orders(const struct level *l)
{
	return l->qty ? 1 + (int)((l->price ^ l->qty) % 25) : 0;
}

char *
okx_level(char *p, const struct symbol *s, const struct level *l, bool is_short)
{
	p = PUT(p, "[\"");
	p = put_short(p, l->price * s->price_unit);
	p = PUT(p, "\",\"");
	p = put_short(p, l->qty * s->lot_unit);
	p = is_short ? PUT(p, "\",\"") : PUT(p, "\",\"0\",\"");
	p = put_int(p, orders(l));
	return PUT(p, "\"],");
}

static void
add_levels(struct buf *b, const struct symbol *s, const struct side *from,
    int most, bool is_short)
{
	int count = from->count < most ? from->count : most;
	char *p = buf_room(b, (size_t)count * LEVEL_BYTES + 2);

	*p++ = '[';
	for (int i = 1; i <= count; i++)
		p = okx_level(p, s, &from->level[from->count - i], is_short);
	p -= count ? 1 : 0;
	*p++ = ']';
	b->len = (size_t)(p - b->data);
}

void
okx_book(struct buf *b, const struct symbol *s, const struct side book[2],
    int most, bool is_short)
{
	buf_text(b, "\"asks\":");
	add_levels(b, s, &book[ASK], most, is_short);
	buf_text(b, ",\"bids\":");
	add_levels(b, s, &book[BID], most, is_short);
	buf_text(b, ",");
}

struct okx_volume
okx_volume(const struct symbol *s, int64_t lots, int64_t quote)
{
	int64_t vol = lots * s->lot_unit;
	int64_t worth = quote * s->quote_unit;
	struct okx_volume v = { .vol = vol };

	if (s->kind == SPOT) {
		v.ccy = v.quote = worth;
	} else if (s->inverse) {
		v.ccy = worth;
		v.quote = scale(vol, s->contract, UNIT);
	} else {
		v.ccy = scale(vol, s->contract, UNIT);
		v.quote = scale(worth, s->contract, UNIT);
	}
	return v;
}
