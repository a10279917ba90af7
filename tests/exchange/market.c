#include "market.h"

#include <stdlib.h>

#include "bars.h"

uint64_t
market_random(struct market *m)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

int64_t
market_roll(struct market *m, int64_t below)
{
	return (int64_t)(market_random(m) % (uint64_t)below);
}

/* Mostly small, sometimes up to about below. */
static int64_t
roll_small(struct market *m, int64_t below)
{
	int64_t span = 1 + (below >> (market_random(m) & 7));

	return market_roll(m, span < below ? span : below);
}

int64_t
market_roll_qty(struct market *m, const struct symbol *s)
{
	return 1 + roll_small(m, s->lot_size * 16);
}

/* Grows towards the best. */
static int64_t
rank(int side, int64_t price)
{
	return side == BID ? price : -price;
}

/* Index of the first level whose rank is at least that of price. */
static int
side_seek(const struct side *s, int side, int64_t price)
{
	int low = 0;
	int high = s->count;

	while (low < high) {
		int middle = (low + high) / 2;

		if (rank(side, s->level[middle].price) < rank(side, price))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t
side_set(struct side *s, int side, int64_t price, int64_t qty)
{
	int i = side_seek(s, side, price);
	bool found = i < s->count && s->level[i].price == price;
	int64_t before = found ? s->level[i].qty : 0;
	size_t above = (size_t)(s->count - i) * sizeof(*s->level);

	if (found && qty) {
		s->level[i].qty = qty;
	} else if (found) {
		memmove(
		    s->level + i, s->level + i + 1, above - sizeof(*s->level));
		s->count--;
	} else if (qty) {
		if (s->count == s->size) {
			s->size = s->size ? s->size * 2 : 1024;
			s->level = realloc(
			    s->level, (size_t)s->size * sizeof(*s->level));
		}
		memmove(s->level + i + 1, s->level + i, above);
		s->level[i] = (struct level){ price, qty };
		s->count++;
	}
	return before;
}

int64_t
symbol_best(const struct symbol *s, int side)
{
	return s->side[side].level[s->side[side].count - 1].price;
}

void
market_change(struct symbol *s, int side, int64_t price, int64_t qty)
{
	struct change *c = &s->changes[++s->id & (CHANGES - 1)];

	c->price = price;
	c->qty = qty;
	c->side = side;
	c->before = side_set(&s->side[side], side, price, qty);
}

/* A price for a new level: next to the other side or somewhere behind. */
static int64_t
new_price(struct market *m, const struct symbol *s, int side)
{
	int64_t off = 1 + roll_small(m, 2 * (int64_t)m->setup.depth);

	if (side == s->weak)
		off += 1 + market_roll(m, 3);
	return side == BID ? symbol_best(s, ASK) - off
			   : symbol_best(s, BID) + off;
}

static void
choose(struct market *m, struct symbol *s, int side, struct level *l)
{
	const struct side *d = &s->side[side];
	int depth = m->setup.depth;
	int top = d->count - 1;
	int at = top - (int)roll_small(m, d->count);
	int64_t what = market_roll(m, 100);
	bool weak = side == s->weak;

	if (weak && what < 20)
		at = top;
	l->price = d->level[at].price;
	l->qty = market_roll_qty(m, s);
	if (what < 3) {
		/* Removing what nobody ever saw is usual at the venues. */
		l->price += side == BID ? -3 * depth : 3 * depth;
		l->qty = 0;
	} else if (d->count > depth + depth / 8) {
		if (what < 60)
			l->price = d->level[0].price;
		l->qty = 0;
	} else if (d->count < depth - depth / 8 || what < 30) {
		l->price = new_price(m, s, side);
	} else if (what < 52 && d->count > depth / 2 && d->count > 2) {
		l->qty = 0;
	}
}

/* Levels of one side, none twice; returns how many. */
static int
change_side(struct market *m, struct symbol *s, int side, int wanted)
{
	int64_t seen[DIFF_LEVELS];
	int count = 0;

	for (int i = 0; i < wanted; i++) {
		struct level l;
		bool again = false;

		choose(m, s, side, &l);
		for (int k = 0; k < count; k++)
			again = again || seen[k] == l.price;
		if (again || l.price <= 0)
			continue;
		market_change(s, side, l.price, l.qty);
		seen[count++] = l.price;
	}
	return count;
}

struct diff *
market_begin(struct symbol *s, int64_t now)
{
	struct diff *d = &s->diffs[s->diff_count & (DIFFS - 1)];

	d->first = s->id + 1;
	d->time = now;
	d->bids = 0;
	return d;
}

const struct diff *
market_end(struct market *m, struct symbol *s, struct diff *d)
{
	d->last = s->id;
	s->diff_count++;
	m->setup.rules->show(m, s, d);
	s->shown = d->shown.last;
	s->shown_restart = false;
	s->shown_jump = 0;
	return d;
}

const struct diff *
market_diff(struct market *m, struct symbol *s, int64_t now)
{
	struct diff *d = market_begin(s, now);
	int most = m->setup.levels;
	int asks;

	if (market_roll(m, 40) == 0)
		s->weak = (int)market_roll(m, 2);
	do {
		d->bids = change_side(m, s, BID, (int)market_roll(m, most + 1));
		asks = change_side(m, s, ASK, (int)market_roll(m, most + 1));
	} while (d->bids + asks == 0);
	return market_end(m, s, d);
}

static struct trade *
next_trade(struct market *m, struct symbol *s)
{
	int64_t id = s->trade_next++;
	struct trade *t = &s->trades[id & (m->setup.history - 1)];

	t->id = id;
	return t;
}

/* Most trades are one fill. */
static int
roll_fills(struct market *m)
{
	int percent = m->setup.rules->fills_percent;

	if (percent == 0 || market_roll(m, 100) >= percent)
		return 1;
	return 2 + (int)market_roll(m, FILLS_MAX - 1);
}

static bool
roll_none(struct market *m)
{
	int mille = m->setup.rules->none_per_mille;

	return mille && market_roll(m, 1000) < mille;
}

const struct trade *
market_trade(
    struct market *m, struct symbol *s, int64_t now, unsigned liquidated)
{
	struct trade *t = &m->trade;

	memset(t, 0, sizeof(*t));
	t->time = now;
	t->maker = market_random(m) & 1;
	t->count = 1;
	if (!liquidated && roll_none(m)) {
		t->none = true;
		t->number = -1;
		t->id = s->trade_next;
		*next_trade(m, s) = *t;
		return t;
	}
	t->count = roll_fills(m);
	t->price = symbol_best(s, t->maker ? BID : ASK);
	t->liquidated = (uint8_t)liquidated;
	t->number = s->trade_count++;
	for (int i = 0; i < t->count; i++) {
		struct trade *fill = next_trade(m, s);
		int64_t id = fill->id;

		*fill = *t;
		fill->id = t->id = id;
		fill->count = 1;
		fill->qty = market_roll_qty(m, s);
		t->qty += fill->qty;
		bars_trade(s, fill);
	}
	return t;
}

struct symbol *
market_pick(struct market *m)
{
	int64_t at = market_roll(m, m->count);

	/* The next one that is there. */
	for (int i = 0; i < m->count; i++)
		if (!m->symbol[(at + i) % m->count].gone)
			return &m->symbol[(at + i) % m->count];
	return &m->symbol[at];
}

const struct diff *
symbol_diff(const struct symbol *s, uint64_t i)
{
	if (i >= s->diff_count || i + DIFFS <= s->diff_count)
		return NULL;
	return &s->diffs[i & (DIFFS - 1)];
}

int64_t
symbol_book(const struct symbol *s, int64_t id, struct side out[2])
{
	int64_t now = s->id;

	for (int side = BID; side <= ASK; side++) {
		const struct side *from = &s->side[side];
		size_t size = (size_t)from->size * sizeof(*from->level);

		out[side] = *from;
		out[side].level = malloc(size);
		memcpy(out[side].level, from->level, size);
	}
	while (now > id && now > s->id_first && now > s->id - CHANGES) {
		const struct change *c = symbol_change(s, now);

		side_set(&out[c->side], c->side, c->price, c->before);
		now--;
	}
	return now;
}

int64_t
symbol_shown(const struct symbol *s, int64_t id)
{
	int64_t shown = s->shown_first;
	const struct diff *d;

	for (uint64_t i = s->diff_count; i > 0; i--) {
		d = symbol_diff(s, i - 1);
		if (!d)
			break;
		if (id >= d->last)
			return d->shown.last;
		if (id >= d->first)
			return d->shown.first + (id - d->first);
		shown = d->shown.prev;
	}
	return shown;
}

int64_t
symbol_oldest(const struct market *m, const struct symbol *s)
{
	int64_t oldest = s->trade_next - m->setup.history;

	return oldest > s->trade_first ? oldest : s->trade_first;
}

const struct trade *
symbol_trade(const struct market *m, const struct symbol *s, int64_t id)
{
	if (id < symbol_oldest(m, s) || id >= s->trade_next)
		return NULL;
	return &s->trades[id & (m->setup.history - 1)];
}

bool
symbol_whole(const struct market *m, const struct symbol *s, int64_t id,
    struct trade *out)
{
	const struct trade *t = symbol_trade(m, s, id);

	if (!t)
		return false;
	*out = *t;
	if (t->none)
		return true;
	for (int64_t i = id - 1;
	     (t = symbol_trade(m, s, i)) && t->number == out->number; i--) {
		out->qty += t->qty;
		out->count++;
	}
	for (int64_t i = id + 1;
	     (t = symbol_trade(m, s, i)) && t->number == out->number; i++) {
		out->qty += t->qty;
		out->count++;
		out->id = i;
	}
	return true;
}

int64_t
symbol_quote(const struct symbol *s, int64_t price, int64_t qty)
{
	if (!s->inverse)
		return price * qty;
	return scale(qty * s->lot_unit, s->contract, price * s->price_unit);
}

int64_t
symbol_middle(const struct symbol *s)
{
	return (symbol_best(s, BID) + symbol_best(s, ASK)) * s->price_unit / 2;
}
