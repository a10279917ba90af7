#include "okx.h"

#include <stdlib.h>

#include "books.h"
#include "okx_window.h"

enum { TOP = 5 };

/* What is written of one diff. */
struct book_event {
	const struct sim *sim;
	const struct diff *diff;
	const struct okx_change *change;
	/* Levels of a full one. */
	int depth;
};

static int32_t
checksum(
    const struct sim *sim, const struct symbol *s, const struct side book[2])
{
	if (strcmp(sim->opt.checksum, "right") == 0)
		return okx_checksum(s, book);
	return strcmp(sim->opt.checksum, "wrong") == 0 ? -1234567890 : 0;
}

static char *
put_end(char *p, const struct sim *sim, const struct symbol *s,
    const struct side book[2], const struct ids *ids)
{
	if (strcmp(sim->opt.checksum, "none") != 0)
		p = okx_bare(p, "checksum", checksum(sim, s, book));
	p = okx_bare(p, "prevSeqId", ids->prev);
	p = okx_bare(p, "seqId", ids->last);
	return okx_end(p);
}

/* --- updates --- */

static char *
put_changes(char *p, const struct event *e, int side)
{
	const struct book_event *b = e->what;
	struct level level[OKX_UPDATE_LEVELS];
	int count = okx_change_side(b->change, side, OKX_WINDOW, level);

	*p++ = '[';
	for (int i = 0; i < count; i++)
		p = okx_level(p, e->symbol, &level[i], false);
	p -= count ? 1 : 0;
	return PUT(p, "],");
}

static char *
write_update(char *p, const struct event *e, bool micro)
{
	const struct book_event *b = e->what;

	(void)micro;
	p = PUT(p, "\"action\":\"update\",\"data\":[{\"asks\":");
	p = put_changes(p, e, ASK);
	p = PUT(p, "\"bids\":");
	p = put_changes(p, e, BID);
	p = okx_time(p, "ts", b->diff->time);
	p = put_end(p, b->sim, e->symbol, b->change->after, &b->diff->shown);
	return PUT(p, "]");
}

/* Nothing is listed, and the number stays. */
static char *
write_keep_alive(char *p, const struct event *e, bool micro)
{
	const struct symbol *s = e->symbol;
	const struct sim *sim = e->what;
	struct ids ids = { 0 };

	(void)micro;
	ids.prev = ids.last = symbol_shown(s, s->id_sent);
	p = PUT(p, "\"action\":\"update\",\"data\":[{\"asks\":[],\"bids\":[],");
	p = okx_time(p, "ts", sim->wall_us);
	p = put_end(p, sim, s, s->side, &ids);
	return PUT(p, "]");
}

/* --- the best ones --- */

static char *
put_best(char *p, const struct symbol *s, const struct side *from, int depth)
{
	int count = from->count < depth ? from->count : depth;

	*p++ = '[';
	for (int i = 1; i <= count; i++)
		p = okx_level(p, s, &from->level[from->count - i], false);
	p -= count ? 1 : 0;
	return PUT(p, "],");
}

static char *
put_top(char *p, const struct symbol *s, const struct side book[2], int depth,
    int64_t time)
{
	p = PUT(p, "\"asks\":");
	p = put_best(p, s, &book[ASK], depth);
	p = PUT(p, "\"bids\":");
	p = put_best(p, s, &book[BID], depth);
	return okx_time(p, "ts", time);
}

static char *
write_top(char *p, const struct event *e, bool micro)
{
	const struct book_event *b = e->what;

	(void)micro;
	p = put_top(p, e->symbol, b->change->after, b->depth, b->diff->time);
	p = okx_bare(p, "seqId", b->diff->shown.last);
	return okx_end(p);
}

static bool
top_changed(const struct okx_change *c, int depth)
{
	struct level level[OKX_UPDATE_LEVELS];

	return okx_change_side(c, BID, depth, level) ||
	       okx_change_side(c, ASK, depth, level);
}

static void
publish_top(struct sim *sim, struct symbol *s, enum stream_kind kind,
    struct book_event *b)
{
	struct event e = { .symbol = s, .what = b, .write = write_top };

	b->depth = kind == STREAM_BEST ? 1 : TOP;
	if (s->streams[kind] && top_changed(b->change, b->depth))
		streams_publish(sim, kind, &e);
}

/* The order is the venue's: bbo-tbt, books, books5. */
void
okx_publish_diff(struct sim *sim, struct symbol *s, const struct diff *d)
{
	static struct okx_change change;
	struct book_event b = { .sim = sim, .diff = d, .change = &change };
	struct event e = { .symbol = s, .what = &b, .write = write_update };

	okx_more(s)->book_us = sim->now_us;
	if (!s->streams[STREAM_BEST] && !s->streams[STREAM_DIFF] &&
	    !s->streams[STREAM_TOP])
		return;
	okx_change_init(&change, s, d);
	publish_top(sim, s, STREAM_BEST, &b);
	streams_publish(sim, STREAM_DIFF, &e);
	publish_top(sim, s, STREAM_TOP, &b);
	okx_change_free(&change);
}

void
okx_keep_alive(struct sim *sim, struct symbol *s)
{
	struct event e = {
		.symbol = s, .what = sim, .write = write_keep_alive
	};
	struct okx_more *more = okx_more(s);

	if (!sim->opt.book_idle_ms ||
	    sim->now_us - more->book_us < sim->opt.book_idle_ms * 1000)
		return;
	more->book_us = sim->now_us;
	streams_publish(sim, STREAM_DIFF, &e);
}

/* --- to who subscribes --- */

void
okx_first_books(struct sim *sim, struct conn *c, struct stream *st)
{
	const struct symbol *s = st->symbol;
	struct buf b = { 0 };
	struct side book[2];
	struct ids ids = { .prev = -1 };
	char *p;

	ids.last = book_sent(s, book);
	buf_text(&b, "\"action\":\"snapshot\",\"data\":[{");
	okx_book(&b, s, book, OKX_WINDOW, false);
	p = buf_room(&b, 256);
	p = okx_time(p, "ts", sim->wall_us);
	p = put_end(p, sim, s, book, &ids);
	*p++ = ']';
	stream_tell(sim, st, c, b.data, (size_t)(p - b.data));
	book_free(book);
	buf_free(&b);
}

void
okx_first_top(struct sim *sim, struct conn *c, struct stream *st)
{
	int depth = st->kind == STREAM_BEST ? 1 : TOP;
	struct side book[2];
	char text[2048];
	int64_t id = book_sent(st->symbol, book);
	char *p = put_top(text, st->symbol, book, depth, sim->wall_us);

	p = okx_end(okx_bare(p, "seqId", id));
	stream_tell(sim, st, c, text, (size_t)(p - text));
	book_free(book);
}
