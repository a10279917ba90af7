#include "feed/silence.h"

#include <string.h>

enum {
	/* We may have been stopped ourselves: that is no silence. */
	ELAPSED_MAX_MS = 2000,
	LABEL_MAX = 128,
};

void
silence_init(struct silence *w, struct source *s, struct arena *a)
{
	memset(w, 0, sizeof(*w));
	w->source = s;
	w->looked = s->loop->now;
	w->streams = arena_take(a, "stream silence",
	    (size_t)s->lanes_max * s->room, sizeof(*w->streams));
}

static void
tell(struct silence *w, const char *subject, const char *what, int64_t ms)
{
	char words[SILENCE_WORDS_MAX];
	struct out o;

	out_init(&o, words, sizeof(words));
	out_text(&o, what);
	out_i64(&o, ms / 1000);
	OUT_LITERAL(&o, " s");
	w->beyond(w->owner, span_of(subject), out_done(&o));
}

static bool
is_live(const struct lane *l)
{
	return l->feeds[0].state == FEED_LIVE || l->feeds[1].state == FEED_LIVE;
}

/* Anything newer of stream i of the lane? */
static bool
has_data(struct silence_stream *st, const struct lane *l, unsigned i)
{
	bool data = false;

	for (unsigned k = 0; k < 2; k++) {
		const struct feed_stream *f = &l->feeds[k].streams[i];

		if (!f->seen || f->last_data.ns <= st->data.ns)
			continue;
		st->data = f->last_data;
		data = true;
	}
	return data;
}

static int64_t
limit_of(const struct source *s, const struct stream *st, int64_t limit_ms)
{
	int64_t ms = s->options->liquidation_silence_s * 1000;

	if (st->channel != CHANNEL_LIQUIDATION)
		return limit_ms;
	return ms > limit_ms ? ms : limit_ms;
}

static void
look_at_book(struct silence *w, const struct feed *f, unsigned n, int64_t limit)
{
	struct source *s = w->source;
	const struct source_symbol *y = &s->symbols[s->stream_symbol[n]];
	int64_t ms = mono_ms_between(y->book_out_since, s->loop->now);
	char label[LABEL_MAX];

	if (s->streams[n].channel != CHANNEL_BOOK ||
	    y->book_out_since.ns == 0 || ms < limit)
		return;
	tell(w, feed_stream_label(f, n, label, sizeof(label)),
	    "the book is not in step for ", ms);
}

static void
look_at_stream(
    struct silence *w, struct lane *l, unsigned i, int64_t ms, int64_t limit)
{
	struct source *s = w->source;
	unsigned n = l->first + i;
	struct silence_stream *st = &w->streams[n];
	const struct feed *f = &l->feeds[l->current];
	char label[LABEL_MAX];

	if (s->streams[n].gone || feed_may_be_quiet(f, i)) {
		memset(st, 0, sizeof(*st));
		return;
	}
	silence_step(st, is_live(l), has_data(st, l, i), ms,
	    limit_of(s, &s->streams[n], limit));
	if (st->beyond)
		tell(w, feed_stream_label(f, n, label, sizeof(label)),
		    "nothing came for ", st->age_ms);
	else if (is_live(l))
		look_at_book(w, f, n, limit);
}

static void
look_at_lane(struct silence *w, unsigned lane, int64_t ms, int64_t limit)
{
	struct lane *l = &w->source->lanes[lane];
	char name[64];
	struct out o;

	if (l->gone == l->count || is_live(l))
		w->down_ms[lane] = 0;
	else
		w->down_ms[lane] += ms;
	if (w->down_ms[lane] >= limit) {
		out_init(&o, name, sizeof(name));
		out_text(&o, w->source->name);
		out_char(&o, ':');
		out_u64(&o, lane);
		tell(w, out_cstr(&o), "the connection is not live for ",
		    w->down_ms[lane]);
	}
	for (unsigned i = 0; i < l->count; i++)
		look_at_stream(w, l, i, ms, limit);
}

void
silence_look(struct silence *w, int64_t limit_ms)
{
	struct source *s = w->source;
	int64_t ms = mono_ms_between(w->looked, s->loop->now);

	w->looked = s->loop->now;
	if (ms > ELAPSED_MAX_MS)
		ms = ELAPSED_MAX_MS;
	for (unsigned i = 0; i < s->lane_count; i++)
		look_at_lane(w, i, ms, limit_ms);
}
