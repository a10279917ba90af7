#include "core/must.h"
#include "feed/market_internal.h"

/* A trade from REST. */
void
market_filled(struct market *m, struct market_entry *e, struct trade *rec,
    const struct facts *f)
{
	struct market_tape *t = &e->tape;
	int64_t id = f->first;

	if (m->again) {
		m->again_last = f->last;
		return;
	}
	/* It does not reach back to the hole: order comes first. */
	if (t->hole_count > 0 && m->page.first > t->holes[0].first)
		return;
	/* REST lists what there is: what it passes over does not exist. */
	while (t->hole_count > 0 && id > t->holes[0].first) {
		struct market_hole *h = &t->holes[0];
		int64_t last = id - 1 < h->last ? id - 1 : h->last;

		market_gap(m, e, "trade", h->first, last,
		    "the venue has no such trades", m->from.seen);
		market_mark(m, e, last);
		h->first = last + 1;
		if (h->first > h->last)
			market_close_hole(m, e);
	}
	if (t->hole_count == 0 || id < t->holes[0].first) {
		m->counts.duplicates++;
		return;
	}
	/* A row that reaches beyond the hole belongs to what was published. */
	if (f->last > t->holes[0].last)
		return;
	m->counts.backfilled++;
	market_fill_first(m, e, rec, f->last);
}

static enum err
read_trades(struct market *m, struct market_entry *e, struct span body,
    const struct trades_ask *ask, const struct origin *from)
{
	enum err err = json_parse(&m->json, body.at, body.len);

	m->from = *from;
	m->page = (struct trades_page){ ask->first, ask->first - 1 };
	if (err != ERR_OK)
		return err;
	m->filling = e;
	err = m->venue->trades_reply(
	    &m->json, &e->symbol, ask, from, &m->reader, &m->page);
	m->filling = NULL;
	return err;
}

enum err
market_trades_again(struct market *m, unsigned s, struct span body,
    const struct trades_ask *ask, const struct origin *from, int64_t *last)
{
	enum err err;

	must(s < m->count);
	m->again = true;
	m->again_last = SEQ_NULL;
	err = read_trades(m, &m->entries[s], body, ask, from);
	m->again = false;
	*last = m->again_last;
	return err;
}

enum err
market_trades_reply(struct market *m, unsigned s, struct span body,
    const struct trades_ask *ask, const struct origin *from, int64_t *next)
{
	struct market_entry *e = &m->entries[s];
	const struct market_tape *t = &e->tape;
	enum err err;

	must(s < m->count);
	m->holes_filled = 0;
	err = read_trades(m, e, body, ask, from);
	*next = INT64_MAX;
	if (t->hole_count > 0 && m->holes_filled == 0)
		*next = t->holes[0].first;
	market_wish(m, e);
	return err;
}

/* The first hole stays for ever. */
static void
give_up_one(
    struct market *m, struct market_entry *e, const char *why, struct wall now)
{
	const struct market_hole *h = &e->tape.holes[0];

	market_gap(m, e, "trade", h->first, h->last, why, now);
	market_mark(m, e, h->last);
	market_close_hole(m, e);
}

void
market_trades_failed(
    struct market *m, unsigned s, const char *why, struct wall now)
{
	struct market_entry *e;

	must(s < m->count);
	e = &m->entries[s];
	/* The stream may have filled it in the meantime. */
	if (e->tape.hole_count == 0 || !e->tape.wished)
		return;
	give_up_one(m, e, why, now);
	market_wish(m, e);
}

void
market_give_up(struct market *m, unsigned s, const char *why, struct wall now)
{
	must(s < m->count);
	while (m->entries[s].tape.hole_count > 0)
		give_up_one(m, &m->entries[s], why, now);
}
