#include "book/book.h"

#include <string.h>

#include "core/must.h"

/* Powers of ten that fit an int64_t. */
static const int64_t tens[] = {
	1LL,
	10LL,
	100LL,
	1000LL,
	10000LL,
	100000LL,
	1000000LL,
	10000000LL,
	100000000LL,
	1000000000LL,
	10000000000LL,
	100000000000LL,
	1000000000000LL,
	10000000000000LL,
	100000000000000LL,
	1000000000000000LL,
	10000000000000000LL,
	100000000000000000LL,
	1000000000000000000LL,
};

enum {
	TENS = sizeof(tens) / sizeof(tens[0]),
};

size_t
book_bytes(uint32_t capacity)
{
	return (size_t)capacity * 2 * sizeof(struct book_level);
}

void
book_init(struct book *b, void *memory, uint32_t capacity)
{
	struct book_level *levels = memory;

	must(capacity > 0);
	memset(b, 0, sizeof(*b));
	b->bids.levels = levels;
	b->bids.capacity = capacity;
	b->bids.descending = true;
	b->asks.levels = levels + capacity;
	b->asks.capacity = capacity;
}

void
book_clear(struct book *b)
{
	b->bids.count = 0;
	b->bids.cut = false;
	b->asks.count = 0;
	b->asks.cut = false;
}

/*
 * Compare a with b * 10^shift, exactly: a product that does not fit an int64_t
 * is farther from zero than any a.
 */
static int
cmp_shifted(int64_t a, int64_t b, unsigned shift)
{
	int64_t product;

	if (b == 0)
		return (a > 0) - (a < 0);
	if (shift >= TENS || b > INT64_MAX / tens[shift] ||
	    b < -(INT64_MAX / tens[shift]))
		return b > 0 ? -1 : 1;
	product = b * tens[shift];
	return (a > product) - (a < product);
}

static int
price_cmp(const struct book_level *a, const struct book_level *b)
{
	if (a->price_scale == b->price_scale)
		return (a->price > b->price) - (a->price < b->price);
	if (a->price_scale > b->price_scale)
		return cmp_shifted(a->price, b->price,
		    (unsigned)(a->price_scale - b->price_scale));
	return -cmp_shifted(
	    b->price, a->price, (unsigned)(b->price_scale - a->price_scale));
}

/* Less than 0 when a is the worse price of the two. */
static int
rank(const struct book_side *s, const struct book_level *a,
    const struct book_level *b)
{
	int cmp = price_cmp(a, b);

	return s->descending ? cmp : -cmp;
}

/* Index of the first level that is not worse than l; count when all are. */
static uint32_t
side_place(const struct book_side *s, const struct book_level *l)
{
	uint32_t low = 0;
	uint32_t high = s->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (rank(s, &s->levels[mid], l) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The price of `dropped` is no longer in a full side: less is known now. */
static void
side_lose(struct book_side *s, const struct book_level *dropped)
{
	if (s->cut && rank(s, dropped, &s->edge) < 0)
		return;
	s->cut = true;
	s->edge = s->levels[0];
}

static void
side_insert(struct book_side *s, uint32_t at, const struct book_level *l)
{
	struct book_level worst;

	if (s->count < s->capacity) {
		memmove(&s->levels[at + 1], &s->levels[at],
		    (s->count - at) * sizeof(*l));
		s->levels[at] = *l;
		s->count++;
		return;
	}
	if (at == 0) {
		side_lose(s, l);
		return;
	}
	worst = s->levels[0];
	memmove(&s->levels[0], &s->levels[1], (at - 1) * sizeof(*l));
	s->levels[at - 1] = *l;
	side_lose(s, &worst);
}

static void
side_set(struct book_side *s, const struct book_level *l)
{
	uint32_t at = side_place(s, l);
	bool found = at < s->count && price_cmp(&s->levels[at], l) == 0;

	if (found && l->quantity != 0) {
		s->levels[at] = *l;
	} else if (found) {
		s->count--;
		memmove(&s->levels[at], &s->levels[at + 1],
		    (s->count - at) * sizeof(*l));
	} else if (l->quantity != 0) {
		side_insert(s, at, l);
	}
}

static bool
level_read(const struct level *from, struct book_level *to)
{
	if (from->price.kind != DEC_NUMBER || from->quantity.kind != DEC_NUMBER)
		return false;
	if (from->quantity.mantissa < 0)
		return false;
	to->price = from->price.mantissa;
	to->price_scale = from->price.scale;
	to->price_pad = from->price.pad;
	to->quantity = from->quantity.mantissa;
	to->quantity_scale = from->quantity.scale;
	to->quantity_pad = from->quantity.pad;
	return true;
}

static enum err
side_apply(struct book_side *s, struct levels from)
{
	struct book_level l;

	for (uint32_t i = 0; i < from.count; i++) {
		if (!level_read(&from.at[i], &l))
			return ERR_RANGE;
		side_set(s, &l);
	}
	return ERR_OK;
}

/*
 * Fill an empty side.  Venues send the best level first, so going backwards
 * each level belongs at the end of the array; any other order goes the slow
 * way.
 */
static enum err
side_load(struct book_side *s, struct levels from, uint32_t limit)
{
	struct book_level l;

	for (uint32_t i = from.count; i-- > 0;) {
		if (!level_read(&from.at[i], &l))
			return ERR_RANGE;
		if (s->count < s->capacity && l.quantity != 0 &&
		    (s->count == 0 ||
			rank(s, &s->levels[s->count - 1], &l) < 0))
			s->levels[s->count++] = l;
		else
			side_set(s, &l);
	}
	if (!s->cut && limit > 0 && from.count >= limit && s->count > 0) {
		s->cut = true;
		s->edge = s->levels[0];
	}
	return ERR_OK;
}

enum err
book_load(
    struct book *b, struct levels bids, struct levels asks, uint32_t limit)
{
	enum err e;

	book_clear(b);
	e = side_load(&b->bids, bids, limit);
	if (e == ERR_OK)
		e = side_load(&b->asks, asks, limit);
	if (e != ERR_OK)
		book_clear(b);
	return e;
}

void
book_cut(struct book_side *s)
{
	/* Better than every price: nothing is known of a side without one. */
	static const struct book_level best = { .price = INT64_MAX };
	static const struct book_level least = { .price = -INT64_MAX };

	s->cut = true;
	if (s->count > 0)
		s->edge = s->levels[0];
	else
		s->edge = s->descending ? best : least;
}

enum err
book_apply(struct book *b, struct levels bids, struct levels asks)
{
	enum err e = side_apply(&b->bids, bids);

	if (e == ERR_OK)
		e = side_apply(&b->asks, asks);
	return e;
}

bool
book_crossed(const struct book *b)
{
	const struct book_side *bids = &b->bids;
	const struct book_side *asks = &b->asks;

	if (bids->count == 0 || asks->count == 0)
		return false;
	return price_cmp(&bids->levels[bids->count - 1],
		   &asks->levels[asks->count - 1]) >= 0;
}

uint32_t
book_known(const struct book_side *s)
{
	if (!s->cut)
		return s->count;
	return s->count - side_place(s, &s->edge);
}

uint32_t
book_top(const struct book_side *s, uint32_t n, struct level *out)
{
	uint32_t known = book_known(s);

	if (n > known)
		n = known;
	for (uint32_t i = 0; i < n; i++) {
		const struct book_level *l = &s->levels[s->count - 1 - i];

		out[i] = (struct level){
			.price = { .mantissa = l->price,
			    .scale = l->price_scale,
			    .pad = l->price_pad,
			    .kind = DEC_NUMBER },
			.quantity = { .mantissa = l->quantity,
			    .scale = l->quantity_scale,
			    .pad = l->quantity_pad,
			    .kind = DEC_NUMBER },
		};
	}
	return n;
}
