#include "core/log.h"
#include "core/must.h"
#include "feed/feed_internal.h"

enum {
	LIVE_TICK_MS = 1000,
	/* After this a book is synchronised without its first delta. */
	QUIET_BOOK_MS = 3000,
	/* A snapshot that was asked for in the stream comes within this. */
	STREAM_BOOK_MS = 5000,
	STREAM_BOOK_SHIFT_MAX = 6,
	/* Streams that were refused are asked for again. */
	RETRY_REJECTED_MS = 300 * 1000,
	/* Where signs of life come apart from data, data may stay away for this
	 * many times silence_ms. */
	LIVELY = 5,
};

const char *
feed_stream_label(const struct feed *f, unsigned i, char *text, size_t size)
{
	const struct stream *st = &f->source->streams[i];
	struct out o;

	out_init(&o, text, size);
	out_text(&o, f->source->name);
	out_char(&o, ':');
	if (st->symbol != NULL)
		out_span(&o, symbol_native(st->symbol));
	else
		out_text(&o, st->group);
	out_char(&o, ':');
	out_text(&o, channel_name(st->channel));
	if (st->interval[0] != '\0') {
		out_char(&o, '.');
		out_text(&o, st->interval);
	}
	return out_cstr(&o);
}

void
feed_tell_stream(struct feed *f, unsigned i, const char *state, const char *why)
{
	char label[128];
	struct log_line line;

	feed_stream_label(f, i, label, sizeof(label));
	log_open(&line, LOG_WARN, "feed", "stream_state");
	log_text(&line, "connection", f->name);
	log_text(&line, "stream", label);
	log_text(&line, "state", state);
	log_text(&line, "why", why);
	log_send(&line);
	source_event(f->source, label, state, why);
}

/*
 * Listings and the liquidations of one symbol are quiet by nature (field report
 * 23), and so is what is not traded now, or gone.
 */
bool
feed_may_be_quiet(const struct feed *f, unsigned i)
{
	const struct source *s = f->source;
	const struct stream *st = &s->streams[f->lane->first + i];

	if (st->gone || st->channel == CHANNEL_STATUS)
		return true;
	if (st->channel == CHANNEL_LIQUIDATION)
		return st->symbol != NULL ||
		       s->options->liquidation_silence_s == 0;
	return st->symbol != NULL &&
	       s->symbols[s->stream_symbol[f->lane->first + i]].halted;
}

/*
 * How long stream i may say nothing.  The liquidations of a whole market pause
 * for minutes, and not for hours: they have stopped for weeks and it was taken
 * for a quiet market (field report 3).
 */
static int64_t
patience_ms(const struct feed *f, unsigned i)
{
	const struct opt_venue *o = f->source->options;
	const struct stream *st = &f->source->streams[f->lane->first + i];

	if (st->channel == CHANNEL_LIQUIDATION)
		return o->liquidation_silence_s * 1000;
	return f->streams[i].seen ? o->silence_ms : o->first_data_ms;
}

static void
tell_silence(struct feed *f, unsigned i)
{
	bool late = !f->streams[i].seen;

	f->streams[i].told = true;
	if (late)
		f->metrics.late_streams++;
	else
		f->metrics.silences++;
	feed_tell_stream(f, f->lane->first + i, late ? "late" : "silent",
	    late ? "acknowledged, but nothing came in time"
		 : "nothing came for the time allowed");
}

/* Streams without data, told once each. */
static void
check_streams(struct feed *f)
{
	struct mono now = f->source->loop->now;

	for (unsigned i = 0; i < f->lane->count; i++) {
		const struct feed_stream *s = &f->streams[i];

		if (!s->told && s->acked && !feed_may_be_quiet(f, i) &&
		    mono_ms_between(s->last_data, now) >= patience_ms(f, i))
			tell_silence(f, i);
	}
}

/* --- books ---------------------------------------------------------------- */

/*
 * A book that does not change sends nothing: its snapshot alone is the book.
 * Where snapshots come in the stream there is always one.
 */
static void
start_quiet_book(struct feed *f, unsigned i, unsigned symbol)
{
	struct source *s = f->source;

	if (!s->venue->books_in_stream && f->streams[i].acked &&
	    !f->streams[i].seen && !f->streams[i].doubted &&
	    mono_ms_between(f->streams[i].last_data, s->loop->now) >=
		QUIET_BOOK_MS &&
	    market_book(s->market, symbol)->state == SYNC_WAITING)
		market_retry_book(s->market, symbol);
}

/* A snapshot in the stream that did not come is asked for again, ever less
 * often. */
static void
ask_again(struct feed *f, unsigned i, unsigned symbol)
{
	struct source *s = f->source;
	struct source_symbol *y = &s->symbols[symbol];

	if (!s->venue->books_in_stream || !f->streams[i].acked ||
	    mono_ms_between(f->streams[i].last_data, s->loop->now) < 0 ||
	    !mono_due(y->book_ask_after, s->loop->now))
		return;
	y->book_ask_after = mono_after_ms(
	    s->loop->now, (int64_t)STREAM_BOOK_MS << y->book_asks);
	if (y->book_asks < STREAM_BOOK_SHIFT_MAX)
		y->book_asks++;
	market_retry_book(s->market, symbol);
}

static void
book_is_live(struct source *s, struct source_symbol *y)
{
	if (y->book_out_since.ns != 0)
		histogram_add(&s->metrics.book_recovery,
		    s->loop->now.ns - y->book_out_since.ns);
	y->book_out_since.ns = 0;
	y->book_told = false;
	y->book_asks = 0;
	y->book_ask_after = mono_after_ms(s->loop->now, STREAM_BOOK_MS);
}

/* A book that does not get into step again is named, once. */
static void
check_book(struct feed *f, unsigned i)
{
	struct source *s = f->source;
	unsigned n = f->lane->first + i;
	unsigned symbol = s->stream_symbol[n];
	struct source_symbol *y = &s->symbols[symbol];

	if (market_book(s->market, symbol)->state == SYNC_LIVE) {
		book_is_live(s, y);
		return;
	}
	if (y->book_out_since.ns == 0) {
		y->book_out_since = s->loop->now;
		y->book_ask_after = mono_after_ms(s->loop->now, STREAM_BOOK_MS);
	}
	start_quiet_book(f, i, symbol);
	ask_again(f, i, symbol);
	if (y->book_told || mono_ms_between(y->book_out_since, s->loop->now) <
				s->options->stale_book_ms)
		return;
	y->book_told = true;
	feed_tell_stream(f, n, "stale", "the book is not in step for too long");
}

static void
check_books(struct feed *f)
{
	for (unsigned i = 0; i < f->lane->count; i++) {
		if (f->source->streams[f->lane->first + i].channel ==
			CHANNEL_BOOK &&
		    !feed_may_be_quiet(f, i))
			check_book(f, i);
	}
}

/* --- the connection ------------------------------------------------------- */

/* A text that keeps a quiet connection open (OKX 4.2). */
static bool
keep_alive(struct feed *f)
{
	const struct venue *v = f->source->venue;
	struct mono now = f->source->loop->now;
	enum err e;

	if (v->keepalive_ms == 0 ||
	    mono_ms_between(f->last_message, now) < v->keepalive_ms ||
	    mono_ms_between(f->last_keepalive, now) < v->keepalive_ms / 2)
		return true;
	f->last_keepalive = now;
	e = ws_send(&f->ws, v->keepalive, span_of(v->keepalive).len);
	if (e != ERR_OK) {
		feed_fail(f, e, "keepalive");
		return false;
	}
	conn_kick(&f->conn);
	return true;
}

/*
 * Nothing at all, or signs of life without data: neither satisfies.  A
 * connection on which nothing has come yet is judged by first_data_ms.
 */
static bool
is_silent(const struct feed *f)
{
	int64_t limit = f->source->options->silence_ms;
	struct mono now = f->source->loop->now;

	if (mono_ms_between(f->last_message, now) >= limit)
		return true;
	return f->seen_count > 0 &&
	       mono_ms_between(f->last_data, now) >= LIVELY * limit;
}

static void
tick_live(struct feed *f)
{
	struct loop *l = f->source->loop;

	if (is_silent(f)) {
		f->metrics.silences++;
		feed_fail(f, ERR_SILENT, "watchdog");
		return;
	}
	check_streams(f);
	check_books(f);
	feed_retry_unanswered(f);
	if (mono_due(f->retry_rejected, l->now)) {
		f->retry_rejected = mono_after_ms(l->now, RETRY_REJECTED_MS);
		feed_retry_rejected(f);
	}
	if (mono_due(f->rotate_at, l->now))
		source_replace(f->source, f, "age limit");
	source_progress(f->source, f);
}

/* Wake up for the next request, at the latest in a second. */
static void
rearm(struct feed *f)
{
	struct loop *l = f->source->loop;
	struct mono due = f->watch_at;

	if (f->state != FEED_SUBSCRIBE && f->state != FEED_LIVE)
		return;
	if (f->todo_count > 0 && f->sent_count < FEED_RANGES_MAX)
		due = mono_min(due, f->send_after);
	if (mono_due(due, l->now))
		due = mono_after_ms(l->now, 1);
	timer_start(l, &f->tick, due);
}

void
feed_hurry(struct feed *f)
{
	rearm(f);
}

void
feed_tick(struct timer *t)
{
	struct feed *f = t->owner;
	struct loop *l = f->source->loop;

	if (!feed_send_due(f))
		return;
	if (mono_due(f->watch_at, l->now)) {
		f->watch_at = mono_after_ms(l->now, LIVE_TICK_MS);
		if (!keep_alive(f))
			return;
		feed_leave(f);
		if (f->state == FEED_LIVE)
			tick_live(f);
	}
	rearm(f);
}

bool
feed_doubt(struct feed *f, unsigned i)
{
	struct feed_stream *s = feed_stream_at(f, i);

	s->doubted = !s->seen || s->told;
	return s->doubted;
}

void
feed_alive(struct feed *f, unsigned i)
{
	struct loop *l = f->source->loop;
	struct feed_stream *s = feed_stream_at(f, i);

	s->last_data = l->now;
	f->last_data = l->now;
	if (s->told && s->seen != true)
		feed_tell_stream(f, i, "live", "first data, late");
	else if (s->told)
		feed_tell_stream(f, i, "live", "data again");
	s->told = s->doubted = false;
	if (s->seen)
		return;
	s->seen = true;
	f->seen_count++;
	if (f->lost_at.ns != 0) {
		histogram_add(&f->metrics.recovery, l->now.ns - f->lost_at.ns);
		f->lost_at.ns = 0;
	}
}
