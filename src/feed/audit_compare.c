#include <string.h>

#include "feed/audit.h"

enum {
	MASK = AUDIT_NOTES - 1,
	NOTES_MOST = AUDIT_NOTES / 4 * 3,
};

void
audit_notes_clear(struct audit_notes *n)
{
	memset(n->at, 0, AUDIT_NOTES * sizeof(*n->at));
	n->count = 0;
	n->lost = false;
	n->last_id = SEQ_NULL;
}

/* The same for every way of writing a price. */
static uint32_t
hash(const struct dec *price, bool ask)
{
	int64_t mantissa = price->mantissa;
	unsigned scale = price->scale;

	while (scale > 0 && mantissa % 10 == 0) {
		mantissa /= 10;
		scale--;
	}
	return (uint32_t)(((uint64_t)mantissa * 0x9e3779b97f4a7c15ULL) >> 40) ^
	       scale * 0x85ebca6bU ^ (uint32_t)ask;
}

/* The note of this price, or the free one where it belongs. */
static struct audit_note *
place(const struct audit_notes *n, const struct dec *price, bool ask)
{
	uint32_t i = hash(price, ask) & MASK;

	/* A quarter is free: this ends. */
	while (n->at[i].used &&
	       (n->at[i].ask != ask || dec_cmp(&n->at[i].price, price) != 0))
		i = (i + 1) & MASK;
	return &n->at[i];
}

static void
add_side(struct audit_notes *n, struct levels levels, bool ask, int64_t id)
{
	for (uint32_t i = 0; i < levels.count && !n->lost; i++) {
		const struct dec *price = &levels.at[i].price;
		struct audit_note *note;

		if (price->kind != DEC_NUMBER) {
			n->lost = true;
			return;
		}
		note = place(n, price, ask);
		if (!note->used) {
			n->lost = ++n->count > NOTES_MOST;
			note->price = *price;
			note->ask = ask;
			note->used = true;
		}
		note->id = id;
	}
}

void
audit_notes_add(struct audit_notes *n, const struct orderbook *delta)
{
	int64_t id = delta->last_update_id;

	/* The venue's numbering began again: older than what is not known. */
	if (n->last_id != SEQ_NULL && id < n->last_id)
		n->lost = true;
	n->last_id = id;
	add_side(n, delta->bids, false, id);
	add_side(n, delta->asks, true, id);
}

static enum err
take_side(
    struct audit_side *to, struct levels from, bool descending, uint32_t asked)
{
	to->count = 0;
	to->cut = from.count >= asked;
	for (uint32_t i = 0; i < from.count; i++) {
		const struct level *l = &from.at[i];
		int order;

		if (l->price.kind != DEC_NUMBER ||
		    l->quantity.kind != DEC_NUMBER)
			return ERR_RANGE;
		if (i > 0) {
			order = dec_cmp(&l->price, &from.at[i - 1].price);
			if (descending ? order >= 0 : order <= 0)
				return ERR_RANGE;
		}
		if (to->count == AUDIT_LEVELS) {
			to->cut = true;
			break;
		}
		to->levels[to->count++] = *l;
	}
	return ERR_OK;
}

enum err
audit_take(struct audit_snapshot *s, const struct orderbook *b, uint32_t asked)
{
	enum err e = take_side(&s->bids, b->bids, true, asked);

	s->id = b->last_update_id;
	if (e == ERR_OK)
		e = take_side(&s->asks, b->asks, false, asked);
	return e;
}

/* --- comparing ------------------------------------------------------------ */

struct comparison {
	const struct audit_notes *notes;
	int64_t id;
	bool ask;
	struct audit_result *result;
};

/* May the price have changed since the snapshot? */
static bool
is_open(const struct comparison *c, const struct dec *price)
{
	const struct audit_note *n = place(c->notes, price, c->ask);

	return n->used && (c->id == SEQ_NULL || n->id > c->id);
}

static void
quantity(const struct level *l, struct out *o)
{
	if (l == NULL)
		OUT_LITERAL(o, "absent");
	else
		dec_write(&l->quantity, o);
}

/* One of the two may be NULL: that side does not have the price. */
static void
weigh(const struct comparison *c, const struct level *ours,
    const struct level *theirs)
{
	struct audit_result *r = c->result;
	const struct level *there = ours != NULL ? ours : theirs;
	struct out o;

	if (is_open(c, &there->price)) {
		r->left_out++;
		return;
	}
	r->compared++;
	if (r->differs || (ours != NULL && theirs != NULL &&
			      dec_cmp(&ours->quantity, &theirs->quantity) == 0))
		return;
	r->differs = true;
	out_init(&o, r->why, sizeof(r->why) - 1);
	out_text(&o, c->ask ? "audit: ask " : "audit: bid ");
	dec_write(&there->price, &o);
	OUT_LITERAL(&o, " is ");
	quantity(ours, &o);
	OUT_LITERAL(&o, " here, ");
	quantity(theirs, &o);
	OUT_LITERAL(&o, " at the venue");
	r->why[o.len] = '\0';
}

/*
 * Both best first.  Behind the worst level of the snapshot, and behind what is
 * known of ours, nothing can be said.
 */
static void
compare_side(const struct comparison *c, const struct audit_side *theirs,
    const struct book_side *side, struct level *ours)
{
	uint32_t count = book_top(side, AUDIT_OURS, ours);
	bool ours_cut = side->cut || count == AUDIT_OURS;
	uint32_t i = 0, k = 0;

	while (i < count || k < theirs->count) {
		int order;

		if ((i == count && ours_cut) ||
		    (k == theirs->count && theirs->cut))
			return;
		if (i == count)
			order = 1;
		else if (k == theirs->count)
			order = -1;
		else
			order =
			    dec_cmp(&ours[i].price, &theirs->levels[k].price);
		if (i < count && k < theirs->count && side->descending)
			order = -order;
		weigh(c, order <= 0 ? &ours[i] : NULL,
		    order >= 0 ? &theirs->levels[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

void
audit_compare(const struct audit_notes *n, const struct audit_snapshot *s,
    const struct book *book, struct level *ours, struct audit_result *r)
{
	struct comparison c = { n, s->id, false, r };

	memset(r, 0, sizeof(*r));
	compare_side(&c, &s->bids, &book->bids, ours);
	c.ask = true;
	compare_side(&c, &s->asks, &book->asks, ours);
}
