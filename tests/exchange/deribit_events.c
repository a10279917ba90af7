#define _GNU_SOURCE
#include "deribit.h"

#include "books.h"

/* ["change",96225.00000001,1234567890.12345678], */
enum { LEVEL_MAX = 96 };

/* --- books --- */

static char *
put_level(char *p, const struct symbol *s, const char *action,
    const struct level *l, enum deribit_form form)
{
	p = PUT(p, "[\"");
	p = put_text(p, action);
	p = PUT(p, "\",");
	p = put_deribit(p, l->price * s->price_unit, form);
	*p++ = ',';
	p = put_deribit(p, l->qty * s->lot_unit, form);
	return PUT(p, "],");
}

static char *
put_changes(char *p, const struct symbol *s, int64_t first, int64_t last,
    enum deribit_form form)
{
	*p++ = '[';
	for (int64_t id = first; id <= last; id++) {
		const struct change *c = symbol_change(s, id);
		struct level l = { c->price, c->qty };

		p = put_level(p, s,
		    c->qty == 0      ? "delete"
		    : c->before == 0 ? "new"
				     : "change",
		    &l, form);
	}
	p -= first <= last;
	*p++ = ']';
	return p;
}

static char *
write_diff(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;
	const struct diff *d = a->what;
	const struct symbol *s = e->symbol;
	enum deribit_form form = deribit_form_of(a->sim, (uint64_t)d->last);
	int64_t asks = d->first + d->bids;

	(void)micro;
	p = PUT(p, "{\"type\":\"change\",");
	p = put_whole(p, "timestamp", d->time / 1000);
	p = put_whole(p, "prev_change_id", d->shown.prev);
	p = put_name(p, s);
	*p++ = ',';
	p = put_whole(p, "change_id", d->shown.last);
	p = put_key(p, "bids");
	p = put_changes(p, s, d->first, asks - 1, form);
	*p++ = ',';
	p = put_key(p, "asks");
	p = put_changes(p, s, asks, d->last, form);
	*p++ = '}';
	return p;
}

static char *
put_side(char *p, const struct symbol *s, const struct side *side)
{
	*p++ = '[';
	for (int i = side->count - 1; i >= 0; i--)
		p = put_level(p, s, "new", &side->level[i], FORM_POINT);
	p -= side->count > 0;
	*p++ = ']';
	return p;
}

/* Of what was sent last, so that the next change follows it. */
void
deribit_send_book(struct sim *sim, struct stream *s, struct conn *c)
{
	const struct symbol *symbol = s->symbol;
	struct side book[2];
	int64_t id = book_sent(symbol, book);
	struct buf b = { 0 };
	char *p = buf_room(
	    &b, (size_t)(book[BID].count + book[ASK].count + 4) * LEVEL_MAX);

	p = PUT(p, "{\"type\":\"snapshot\",");
	p = put_whole(p, "timestamp", sim->wall_us / 1000);
	p = put_name(p, symbol);
	*p++ = ',';
	p = put_whole(p, "change_id", id);
	p = put_key(p, "bids");
	p = put_side(p, symbol, &book[BID]);
	*p++ = ',';
	p = put_key(p, "asks");
	p = put_side(p, symbol, &book[ASK]);
	*p++ = '}';
	b.len = (size_t)(p - b.data);
	stream_tell(sim, s, c, b.data, b.len);
	buf_free(&b);
	book_free(book);
}

/* --- best prices --- */

char *
put_best(char *p, const struct symbol *s, enum deribit_form form)
{
	static const char *const names[2][2] = {
		{ "best_bid_price", "best_bid_amount" },
		{ "best_ask_price", "best_ask_amount" },
	};

	for (int i = BID; i <= ASK; i++) {
		const struct side *side = &s->side[i];
		const struct level *l = &side->level[side->count - 1];

		p = put_field(p, names[i][0], l->price * s->price_unit, form);
		*p++ = ',';
		p = put_field(p, names[i][1], l->qty * s->lot_unit, form);
		*p++ = ',';
	}
	return p;
}

static char *
write_quote(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;
	const struct diff *d = a->what;

	(void)micro;
	p = PUT(p, "{");
	p = put_whole(p, "timestamp", d->time / 1000);
	p = put_best(p, e->symbol, deribit_form_of(a->sim, (uint64_t)d->last));
	p = put_name(p, e->symbol);
	*p++ = '}';
	return p;
}

void
deribit_publish_diff(struct sim *sim, struct symbol *s, const struct diff *d)
{
	struct deribit_about a = { sim, d };
	struct event e = { .symbol = s, .what = &a, .write = write_diff };

	for (int i = 0; i < DERIBIT_INTERVALS; i++) {
		e.interval = i;
		streams_publish(sim, STREAM_DIFF, &e);
	}
	e.interval = 0;
	e.write = write_quote;
	streams_publish(sim, STREAM_BEST, &e);
}

/* --- bars --- */

/* Of inverse contracts the volume is in coins and the cost in dollars. */
void
deribit_bar(
    const struct symbol *s, const struct bar *b, int64_t *volume, int64_t *cost)
{
	int64_t lots = b->volume * s->lot_unit;
	int64_t quote = b->quote * s->quote_unit;

	*volume = s->inverse ? quote : lots;
	*cost = s->inverse ? lots : quote;
}

static char *
write_bar(char *p, const struct event *e, bool micro)
{
	const struct deribit_about *a = e->what;
	const struct bar *b = a->what;
	const struct symbol *s = e->symbol;
	enum deribit_form form = deribit_form_of(a->sim, (uint64_t)b->last_id);
	int64_t volume, cost;

	(void)micro;
	deribit_bar(s, b, &volume, &cost);
	p = PUT(p, "{");
	p = put_whole(p, "tick", b->open_time);
	p = put_field(p, "open", b->open * s->price_unit, form);
	*p++ = ',';
	p = put_field(p, "high", b->high * s->price_unit, form);
	*p++ = ',';
	p = put_field(p, "low", b->low * s->price_unit, form);
	*p++ = ',';
	p = put_field(p, "close", b->close * s->price_unit, form);
	*p++ = ',';
	p = put_field(p, "volume", volume, form);
	*p++ = ',';
	p = put_field(p, "cost", cost, form);
	*p++ = '}';
	return p;
}

/* Nothing says that a bar is closed: the next one begins. */
void
deribit_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed)
{
	struct deribit_about a = { sim, b };
	struct event e = { .symbol = s,
		.what = &a,
		.interval = interval,
		.closed = closed,
		.write = write_bar };

	streams_publish(sim, STREAM_BAR, &e);
}
