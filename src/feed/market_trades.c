#include <string.h>

#include "core/must.h"
#include "feed/market_internal.h"
#include "model/frame.h"

/* In front of each held trade. */
struct held_head {
	/* The last one it covers. */
	int64_t id;
	/* 0: ids that are no trades. */
	uint32_t len;
};

void
market_tape_init(struct market_tape *t)
{
	memset(t, 0, sizeof(*t));
	t->last = t->first = SEQ_NULL;
	t->buffer = MARKET_NO_BUFFER;
}

static bool
holding(const struct market_tape *t)
{
	return t->buffer != MARKET_NO_BUFFER;
}

void
market_mark(struct market *m, const struct market_entry *e, int64_t id)
{
	if (m->host->traded != NULL)
		m->host->traded(m->host, market_number(m, e), id);
}

/* Everything below the first hole is out; without one, everything is. */
static void
mark_whole(struct market *m, const struct market_entry *e)
{
	const struct market_tape *t = &e->tape;

	market_mark(m, e, t->hole_count > 0 ? t->holes[0].first - 1 : t->last);
}

/* Call last: the answer may come before this returns (replay has no REST). */
void
market_wish(struct market *m, struct market_entry *e)
{
	struct market_tape *t = &e->tape;

	if (t->hole_count == 0 || t->wished)
		return;
	t->wished = true;
	m->host->want_trades(
	    m->host, market_number(m, e), t->holes[0].first, t->holes[0].last);
}

/* Publish the next held trade unless it comes after a hole that is still open.
 */
static bool
release_one(struct market *m, struct market_entry *e, bool in_order)
{
	struct market_tape *t = &e->tape;
	struct held_head head;
	union record rec;
	struct span body;

	if (t->released >= t->held.len)
		return false;
	memcpy(&head, t->held.at + t->released, sizeof(head));
	if (in_order && t->hole_count > 0 && head.id > t->holes[0].first)
		return false;
	body.at = t->held.at + t->released + sizeof(head);
	body.len = head.len;
	t->released += sizeof(head) + head.len;
	if (head.len > 0) {
		must(
		    record_decode(RECORD_trade, body, NULL, 0, &rec) == ERR_OK);
		market_emit(m, RECORD_trade, &rec.trade);
	}
	if (in_order)
		market_mark(m, e, head.id);
	return true;
}

static void
stop_holding(struct market *m, struct market_tape *t)
{
	market_return(m, t->buffer);
	t->buffer = MARKET_NO_BUFFER;
	t->released = 0;
}

/* After a hole was closed: what was held behind it. */
static void
release(struct market *m, struct market_entry *e)
{
	struct market_tape *t = &e->tape;

	if (!holding(t)) {
		mark_whole(m, e);
		return;
	}
	while (release_one(m, e, true))
		continue;
	if (t->hole_count == 0)
		stop_holding(m, t);
}

/* The buffer is full: order is given up, nothing is lost. */
static void
release_all(struct market *m, struct market_entry *e)
{
	while (release_one(m, e, false))
		continue;
	stop_holding(m, &e->tape);
}

/* rec NULL: ids that are no trades. */
static void
hold(struct market *m, struct market_entry *e, const struct trade *rec,
    int64_t id)
{
	struct market_tape *t = &e->tape;
	size_t start = t->held.len;
	struct held_head head = { .id = id };

	out_bytes(&t->held, &head, sizeof(head));
	if (rec != NULL)
		record_encode(RECORD_trade, rec, &t->held);
	if (t->held.full) {
		t->held.full = false;
		t->held.len = start;
		release_all(m, e);
		if (rec != NULL)
			market_emit(m, RECORD_trade, rec);
		return;
	}
	head.len = (uint32_t)(t->held.len - start - sizeof(head));
	memcpy(t->held.at + start, &head, sizeof(head));
	m->counts.held++;
}

void
market_open_hole(
    struct market *m, struct market_entry *e, int64_t first, int64_t last)
{
	struct market_tape *t = &e->tape;

	m->counts.gaps++;
	if (t->hole_count == MARKET_HOLES) {
		market_gap(m, e, "trade", first, last, "too many holes at once",
		    m->from.seen);
		return;
	}
	if (t->hole_count == 0) {
		t->buffer = market_borrow(m, 0);
		t->released = 0;
		if (holding(t))
			out_init(&t->held, m->buffers[t->buffer].memory,
			    m->setup.buffer_bytes);
	}
	t->holes[t->hole_count++] = (struct market_hole){ first, last };
}

void
market_close_hole(struct market *m, struct market_entry *e)
{
	struct market_tape *t = &e->tape;

	t->hole_count--;
	memmove(
	    &t->holes[0], &t->holes[1], t->hole_count * sizeof(t->holes[0]));
	t->wished = false;
	m->holes_filled++;
	release(m, e);
}

/*
 * The first missing trades of the first hole, up to `last`: publish them.  rec
 * NULL: they are no trades.
 */
void
market_fill_first(struct market *m, struct market_entry *e,
    const struct trade *rec, int64_t last)
{
	struct market_hole *h = &e->tape.holes[0];

	if (rec != NULL)
		market_emit(m, RECORD_trade, rec);
	market_mark(m, e, last);
	h->first = last + 1;
	if (h->first > h->last)
		market_close_hole(m, e);
}

/* Is it the end of a hole, and is order given up?  Then publish it. */
static bool
fill_edge(struct market *m, struct market_entry *e, const struct trade *rec,
    const struct facts *f)
{
	struct market_tape *t = &e->tape;

	if (t->hole_count > 0 && f->first == t->holes[0].first &&
	    f->last <= t->holes[0].last) {
		market_fill_first(m, e, rec, f->last);
		market_wish(m, e);
		return true;
	}
	for (unsigned i = 0; i < t->hole_count && !holding(t); i++) {
		struct market_hole *h = &t->holes[i];
		bool within = f->first >= h->first && f->last <= h->last &&
			      f->last - f->first < h->last - h->first;

		if (!within || (f->first != h->first && f->last != h->last))
			continue;
		if (rec != NULL)
			market_emit(m, RECORD_trade, rec);
		if (f->first == h->first)
			h->first = f->last + 1;
		else
			h->last = f->first - 1;
		return true;
	}
	return false;
}

/* The venue began its ids again. */
static void
start_again(struct market *m, struct market_entry *e, const struct trade *rec,
    const struct facts *f)
{
	struct market_tape *t = &e->tape;

	while (t->hole_count > 0) {
		market_gap(m, e, "trade", t->holes[0].first, t->holes[0].last,
		    "trade ids went back", m->from.seen);
		market_close_hole(m, e);
	}
	m->counts.gaps++;
	market_gap(m, e, "trade", t->backwards_first,
	    f->first > t->backwards_first ? f->first - 1 : SEQ_NULL,
	    "trade ids went back", m->from.seen);
	t->backwards = 0;
	t->first = f->first;
	t->last = f->last;
	if (rec != NULL)
		market_emit(m, RECORD_trade, rec);
	market_mark(m, e, f->last);
}

static void
behind(struct market *m, struct market_entry *e, const struct trade *rec,
    const struct facts *f)
{
	struct market_tape *t = &e->tape;

	if (fill_edge(m, e, rec, f))
		return;
	m->counts.duplicates++;
	if (t->last - f->last < MARKET_BACKWARDS)
		return;
	if (t->backwards++ == 0)
		t->backwards_first = f->first;
	if (t->backwards >= MARKET_BACKWARDS)
		start_again(m, e, rec, f);
}

/* The first id since the program started. */
static void
resume(struct market *m, struct market_entry *e)
{
	struct market_tape *t = &e->tape;
	int64_t last = SEQ_NULL;

	t->resumed = true;
	if (m->host->last_trade != NULL)
		last = m->host->last_trade(m->host, market_number(m, e));
	if (last >= 0)
		t->last = last;
}

/* rec NULL: ids that are no trades. */
static void
trade(struct market *m, struct market_entry *e, const struct trade *rec,
    const struct facts *f)
{
	struct market_tape *t = &e->tape;

	if (!t->resumed)
		resume(m, e);
	if (t->first == SEQ_NULL)
		t->first = t->last == SEQ_NULL ? f->first : t->last + 1;
	if (t->last != SEQ_NULL && f->last <= t->last) {
		behind(m, e, rec, f);
		return;
	}
	t->backwards = 0;
	if (t->last != SEQ_NULL && f->first <= t->last) {
		/* Part of it was published: the rest comes from REST. */
		market_open_hole(m, e, t->last + 1, f->last);
		t->last = f->last;
		market_wish(m, e);
		return;
	}
	if (t->last != SEQ_NULL && f->first > t->last + 1)
		market_open_hole(m, e, t->last + 1, f->first - 1);
	t->last = f->last;
	if (holding(t)) {
		hold(m, e, rec, f->last);
	} else {
		if (rec != NULL)
			market_emit(m, RECORD_trade, rec);
		if (t->hole_count == 0)
			market_mark(m, e, f->last);
	}
	market_wish(m, e);
}

void
market_trade(struct market *m, struct market_entry *e, struct trade *rec,
    const struct facts *f)
{
	trade(m, e, rec, f);
}

void
market_skip(
    struct market *m, struct market_entry *e, int64_t first, int64_t last)
{
	struct facts f = { .first = first, .last = last };

	m->counts.non_trades += (uint64_t)(last - first + 1);
	trade(m, e, NULL, &f);
}
