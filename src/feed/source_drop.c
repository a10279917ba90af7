#include "feed/source.h"

#include <string.h>

/* Calls `with` for each stream that symbol n has for itself. */
static void
each_stream(struct source *s, unsigned n,
    void (*with)(struct source *s, unsigned i, struct lane *l))
{
	struct source_symbol *y = &s->symbols[n];
	int all[CHANNEL_COUNT + SOURCE_INTERVALS_MAX];

	memcpy(all, y->streams, sizeof(y->streams));
	memcpy(all + CHANNEL_COUNT, y->klines, sizeof(y->klines));
	for (unsigned k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		unsigned i = (unsigned)all[k];

		if (all[k] != SOURCE_NO_STREAM && s->streams[i].symbol != NULL)
			with(s, i, &s->lanes[i / s->room]);
	}
}

/*
 * Does another stream of the lane have the same name?  Names of streams are in
 * lower case at Binance, so BTCUSDT and btcusdt, which is no symbol, share one.
 */
static bool
is_shared(const struct source *s, unsigned i, const struct lane *l)
{
	char name[SOURCE_PATH_MAX], other[SOURCE_PATH_MAX];
	struct out n, o;

	out_init(&n, name, sizeof(name));
	s->venue->stream_name(&s->streams[i], &n);
	for (unsigned k = l->first; k < l->first + l->count; k++) {
		if (k == i || s->streams[k].gone ||
		    s->streams[k].channel != s->streams[i].channel)
			continue;
		out_init(&o, other, sizeof(other));
		s->venue->stream_name(&s->streams[k], &o);
		if (span_eq(out_done(&n), out_done(&o)))
			return true;
	}
	return false;
}

static void
drop(struct source *s, unsigned i, struct lane *l)
{
	bool leaves = !is_shared(s, i, l);

	s->streams[i].gone = true;
	l->gone++;
	feed_dropped(&l->feeds[0], i, leaves);
	feed_dropped(&l->feeds[1], i, leaves);
	if (l->gone < l->count)
		return;
	/* A connection without streams would be closed by the venue. */
	feed_stop(&l->feeds[0], "it has no streams any more");
	feed_stop(&l->feeds[1], "it has no streams any more");
}

static void
set_free(struct source *s, unsigned i, struct lane *l)
{
	s->stream_symbol[i] = SOURCE_NO_SYMBOL;
	l->books -= s->streams[i].channel == CHANNEL_BOOK;
	l->free++;
}

/* A stream of a group is that of its first symbol: now of another one. */
static void
hand_over(struct source *s, unsigned n, enum channel c)
{
	int i = s->symbols[n].streams[c];

	if (i == SOURCE_NO_STREAM || s->streams[i].symbol != NULL ||
	    s->stream_symbol[i] != n)
		return;
	for (unsigned k = 0; k < s->symbol_count; k++) {
		if (k != n && s->symbols[k].collected &&
		    s->symbols[k].streams[c] == i) {
			s->stream_symbol[i] = k;
			return;
		}
	}
}

void
source_drop_streams(struct source *s, unsigned n)
{
	for (enum channel c = 0; c < CHANNEL_COUNT; c++)
		hand_over(s, n, c);
	each_stream(s, n, drop);
}

void
source_free_streams(struct source *s, unsigned n)
{
	struct source_symbol *y = &s->symbols[n];

	each_stream(s, n, set_free);
	memset(y->streams, 0xff, sizeof(y->streams));
	memset(y->klines, 0xff, sizeof(y->klines));
}

bool
source_is_leaving(const struct source *s, unsigned n)
{
	const struct source_symbol *y = &s->symbols[n];

	for (unsigned k = 0; k < CHANNEL_COUNT + SOURCE_INTERVALS_MAX; k++) {
		int i = k < CHANNEL_COUNT ? y->streams[k]
					  : y->klines[k - CHANNEL_COUNT];
		const struct lane *l;
		unsigned at;

		if (i == SOURCE_NO_STREAM)
			continue;
		l = &s->lanes[(unsigned)i / s->room];
		at = (unsigned)i - l->first;
		if (l->feeds[0].streams[at].leaving ||
		    l->feeds[1].streams[at].leaving)
			return true;
	}
	return false;
}
