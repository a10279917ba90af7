#include "okx_window.h"

#include <stdlib.h>

#include "books.h"

enum { CHECKSUM_LEVELS = 25 };

/* Number i of a side, the best is 0. */
static const struct level *
level_at(const struct side *s, int i)
{
	return &s->level[s->count - 1 - i];
}

static void
copy_best(struct okx_change *c, int side)
{
	const struct side *from = &c->after[side];
	struct side *to = &c->before[side];
	int most = OKX_WINDOW + DIFF_LEVELS;

	to->count = from->count < most ? from->count : most;
	to->size = OKX_BEFORE_LEVELS + 1;
	to->level = c->level[side];
	memcpy(to->level, from->level + from->count - to->count,
	    (size_t)to->count * sizeof(*to->level));
}

void
okx_change_init(
    struct okx_change *c, const struct symbol *s, const struct diff *d)
{
	c->symbol = s;
	c->diff = d;
	/* While diffs are held back or reordered the book is further. */
	c->copied = d->last != s->id;
	if (c->copied)
		symbol_book(s, d->last, c->after);
	else
		memcpy(c->after, s->side, sizeof(c->after));
	copy_best(c, BID);
	copy_best(c, ASK);
	for (int64_t id = d->last; id >= d->first; id--) {
		const struct change *one = symbol_change(s, id);

		side_set(
		    &c->before[one->side], one->side, one->price, one->before);
	}
}

void
okx_change_free(struct okx_change *c)
{
	if (c->copied)
		book_free(c->after);
}

/* Does a stand nearer to the other side than b? */
static bool
is_better(int side, const struct level *a, const struct level *b)
{
	return side == BID ? a->price > b->price : a->price < b->price;
}

static int
lesser(int a, int b)
{
	return a < b ? a : b;
}

/* What the diff says of a level, which faults may make another quantity than
 * the book has. */
static struct level
told(const struct okx_change *c, int side, const struct level *l)
{
	struct level out = *l;

	for (int64_t id = c->diff->first; id <= c->diff->last; id++) {
		const struct change *one = symbol_change(c->symbol, id);

		if (one->side == side && one->price == l->price)
			out.qty = one->qty;
	}
	return out;
}

int
okx_change_side(const struct okx_change *c, int side, int depth,
    struct level out[OKX_UPDATE_LEVELS])
{
	int olds = lesser(c->before[side].count, depth);
	int news = lesser(c->after[side].count, depth);
	int count = 0;
	int i = 0, k = 0;

	while ((i < olds || k < news) && count < OKX_UPDATE_LEVELS) {
		const struct level *a =
		    i < olds ? level_at(&c->before[side], i) : NULL;
		const struct level *b =
		    k < news ? level_at(&c->after[side], k) : NULL;

		if (!b || (a && is_better(side, a, b))) {
			out[count++] = (struct level){ a->price, 0 };
			i++;
			continue;
		}
		if (!a || a->price != b->price || a->qty != b->qty)
			out[count++] = told(c, side, b);
		i += a && a->price == b->price;
		k++;
	}
	return count;
}

static uint32_t
crc32(const char *at, size_t len)
{
	uint32_t crc = ~UINT32_C(0);

	while (len--) {
		crc ^= (unsigned char)*at++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

int32_t
okx_checksum(const struct symbol *s, const struct side book[2])
{
	char text[CHECKSUM_LEVELS * 4 * (NUMBER_MAX + 1)];
	char *p = text;

	for (int i = 0; i < CHECKSUM_LEVELS; i++) {
		for (int side = BID; side <= ASK; side++) {
			const struct level *l;

			if (i >= book[side].count)
				continue;
			l = level_at(&book[side], i);
			p = put_short(p, l->price * s->price_unit);
			*p++ = ':';
			p = put_short(p, l->qty * s->lot_unit);
			*p++ = ':';
		}
	}
	if (p > text)
		p--;
	return (int32_t)crc32(text, (size_t)(p - text));
}
