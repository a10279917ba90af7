#include "feed/source.h"

#include "core/log.h"

enum {
	/* Connections at start follow each other by this much. */
	STAGGER_MS = 300,
	BOOKS_TICK_MS = 100,
	CONNECT_WINDOW_S = 300,
};

bool
source_may_connect(struct source *s, int64_t *wait_ms)
{
	int64_t each_ms =
	    CONNECT_WINDOW_S * 1000 / (int64_t)s->venue->connects_per_5min;
	int64_t most = (int64_t)s->venue->connects_per_5min / 2;
	int64_t grown = mono_ms_between(s->connects_at, s->loop->now) / each_ms;
	int64_t since;

	/*
	 * Half the venue's budget may be spent at once, the rest at its own
	 * pace: 300 attempts in 5 minutes and address (Binance streams: limits)
	 * hold for every process behind this address.
	 */
	s->connects_left += grown;
	s->connects_at = mono_after_ms(s->connects_at, grown * each_ms);
	if (s->connects_left > most)
		s->connects_left = most;
	since = mono_ms_between(s->connected_at, s->loop->now);
	if (s->connects_left <= 0) {
		*wait_ms = each_ms;
		return false;
	}
	if (s->connected_at.ns != 0 && since < s->venue->connect_gap_ms) {
		*wait_ms = s->venue->connect_gap_ms - since;
		return false;
	}
	s->connects_left--;
	s->connected_at = s->loop->now;
	return true;
}

void
source_publish(struct source *s, enum record_id id, const void *rec)
{
	s->hub->stamp = (struct wall){ 0 };
	s->records[id].published++;
	hub_record(s->hub, id, rec);
}

void
source_event(struct source *s, const char *connection, const char *state,
    const char *why)
{
	struct event e;

	record_init(RECORD_event, &e);
	e.exchange_name = (uint8_t)s->venue->id;
	e.connection = span_of(connection);
	e.state = span_of(state);
	e.reason = span_of(why);
	e.timestamp = s->loop->wall.ns;
	source_publish(s, RECORD_event, &e);
}

struct feed *
source_other(struct feed *f)
{
	struct lane *l = f->lane;

	return f == &l->feeds[0] ? &l->feeds[1] : &l->feeds[0];
}

static bool
is_current(const struct feed *f)
{
	return f == &f->lane->feeds[f->lane->current];
}

void
source_replace(struct source *s, struct feed *f, const char *why)
{
	struct feed *other = source_other(f);
	struct log_line l;

	if (s->stopped || !is_current(f) || other->state != FEED_IDLE)
		return;
	f->metrics.rotations++;
	f->lane->overlap_since = s->loop->now;
	log_open(&l, LOG_INFO, "feed", "replacing");
	log_text(&l, "connection", f->name);
	log_text(&l, "by", other->name);
	log_text(&l, "why", why);
	log_send(&l);
	source_event(s, f->name, "replacing", why);
	other->attempts = 0;
	feed_start(other, 0);
}

static bool
is_open(const struct feed *f)
{
	return f->state == FEED_LIVE || f->state == FEED_SUBSCRIBE;
}

struct feed *
source_carrier(struct source *s, unsigned i)
{
	struct lane *l = &s->lanes[i / s->room];
	struct feed *f = &l->feeds[l->current];

	if (is_open(f))
		return f;
	f = source_other(f);
	return is_open(f) ? f : NULL;
}

static void
lose_stream(struct source *s, unsigned i, const char *why)
{
	unsigned symbol = s->stream_symbol[i];

	if (s->watcher != NULL)
		s->watcher->lost(s->watcher, i);
	if (s->streams[i].channel == CHANNEL_BOOK)
		rest_drop_book(&s->rest, symbol);
	market_lost(
	    s->market, symbol, s->streams[i].channel, why, s->loop->wall);
}

/* A book in the stream follows one connection: is it this one? */
static bool
has_book(const struct source *s, const struct feed *f, unsigned i)
{
	return s->streams[i].channel == CHANNEL_BOOK &&
	       s->venue->books_in_stream &&
	       market_book_epoch(s->market, s->stream_symbol[i]) == f->epoch;
}

/* The other one must send its snapshot again. */
static void
move_book(struct source *s, const struct feed *f, struct feed *other,
    unsigned i, const char *why)
{
	if (!has_book(s, f, i))
		return;
	lose_stream(s, i, why);
	feed_again(other, i);
}

/* What came on the old one since the young one has stream i did not come
 * there: it does not carry it. */
static bool
is_missed(const struct feed *old, const struct feed *young, unsigned i)
{
	const struct feed_stream *here = &old->streams[i];
	const struct feed_stream *there = &young->streams[i];

	if (there->seen || (!here->acked && !here->seen))
		return false;
	return !there->acked ||
	       (here->seen && here->last_data.ns > there->last_data.ns);
}

static void
hand_over(struct source *s, struct feed *old, struct feed *young)
{
	for (unsigned i = 0; i < old->lane->count; i++) {
		unsigned n = old->lane->first + i;

		if (s->streams[n].gone)
			continue;
		if (!has_book(s, old, n) && is_missed(old, young, i)) {
			lose_stream(s, n, "not on its new connection");
			feed_doubt(young, n);
		}
		move_book(s, old, young, n, "replaced");
	}
}

/* The successor takes over once it has what the old one has, or in time. */
void
source_progress(struct source *s, struct feed *f)
{
	struct lane *lane = f->lane;
	struct feed *old = &lane->feeds[lane->current];
	struct feed *young = source_other(old);
	bool late;

	if (young->state != FEED_LIVE)
		return;
	late =
	    mono_ms_between(young->entered, s->loop->now) >= SOURCE_OVERLAP_MS;
	if (!feed_covers(young, old) && !late)
		return;
	lane->current ^= 1u;
	hand_over(s, old, young);
	feed_stop(old, "replaced");
	source_event(s, young->name, "took over", "replacement is complete");
}

/* Data proves that the other connection carries a stream; where there was none
 * to be had, its answer must do.  A quiet book is lost like any other, but not
 * one that has moved to the other connection. */
static void
lose_unless_carried(
    struct source *s, struct feed *f, unsigned i, const char *why)
{
	struct feed *other = source_other(f);
	const struct feed_stream *there = &other->streams[i];
	bool carried = there->seen || (there->acked && !f->streams[i].seen);

	if (is_open(other) && has_book(s, other, f->lane->first + i))
		return;
	if (other->state != FEED_LIVE || !carried)
		lose_stream(s, f->lane->first + i, why);
	else
		move_book(s, f, other, f->lane->first + i, why);
}

bool
source_lost(struct source *s, struct feed *f, const char *why)
{
	struct lane *lane = f->lane;
	struct feed *other = source_other(f);
	bool successor =
	    other->state != FEED_IDLE && other->state != FEED_CLOSING;

	for (unsigned i = 0; i < lane->count; i++) {
		if (!s->streams[lane->first + i].gone &&
		    (f->streams[i].acked || f->streams[i].seen))
			lose_unless_carried(s, f, i, why);
	}
	if (!successor || s->stopped)
		return false;
	if (!is_current(f))
		return false;
	/* The replacement is under way already: it is the one in use now. */
	lane->current ^= 1u;
	return true;
}

/* --- periodic snapshots --------------------------------------------------- */

static void
on_books(struct timer *t)
{
	struct source *s = t->owner;
	int64_t period_ms = s->options->book_interval_s * 1000;
	int64_t share = (int64_t)s->symbol_count * BOOKS_TICK_MS;
	int64_t n = share / period_ms;

	/* Spread over the period; the remainder by chance, evenly. */
	if ((int64_t)random_below(&s->random, (uint64_t)period_ms) <
	    share % period_ms)
		n++;
	s->hub->stamp = (struct wall){ 0 };
	for (int64_t i = 0; i < n && s->symbol_count > 0; i++) {
		market_publish_books(s->market, s->next_book, s->loop->wall);
		s->next_book = (s->next_book + 1) % s->symbol_count;
	}
	timer_start(s->loop, t, mono_after_ms(s->loop->now, BOOKS_TICK_MS));
}

void
source_start(struct source *s)
{
	s->books.fire = on_books;
	s->books.owner = s;
	s->connects_at = s->loop->now;
	s->started = true;
	for (unsigned i = 0; i < s->lane_count; i++)
		feed_start(&s->lanes[i].feeds[0], (int64_t)i * STAGGER_MS);
	timer_start(
	    s->loop, &s->books, mono_after_ms(s->loop->now, BOOKS_TICK_MS));
	symbols_start(&s->listing);
}

/*
 * The books that consumers have are no longer right.  A journal in a file goes
 * on after the next start with the trades that are missing; else nobody will.
 */
static void
tell_stop(struct source *s)
{
	s->hub->stamp = (struct wall){ 0 };
	for (unsigned i = 0; i < s->symbol_count; i++) {
		market_lost(
		    s->market, i, CHANNEL_BOOK, "stopped", s->loop->wall);
		if (!journal_on_disk(s->hub->journal))
			market_give_up(s->market, i,
			    "stopped before it was filled", s->loop->wall);
	}
}

void
source_stop(struct source *s)
{
	s->stopped = true;
	timer_stop(s->loop, &s->books);
	source_stop_symbols(s);
	rest_close(&s->rest);
	tell_stop(s);
	for (unsigned i = 0; i < s->lane_count; i++) {
		feed_stop(&s->lanes[i].feeds[0], "stopped");
		feed_stop(&s->lanes[i].feeds[1], "stopped");
	}
}
