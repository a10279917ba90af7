#include "feed/source.h"

#include <string.h>

#include "core/arena.h"
#include "core/must.h"

static bool
wants_channel(const struct source *s, enum channel c)
{
	struct span rest = span_of(s->options->channels);
	struct span word;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (span_is(word, channel_name(c)))
			return true;
	}
	return false;
}

/* Where the venue's table is overruled by the settings. */
static unsigned
route_of(const struct source *s, const struct stream *st)
{
	struct span rest = span_of(s->options->routes);
	struct span word;
	enum channel c;
	unsigned route;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (venue_route_word(s->venue, word, &c, &route) &&
		    c == st->channel)
			return route;
	}
	if (s->venue->route != NULL)
		return s->venue->route(st);
	return s->venue->channels[st->channel].route;
}

/* --- lanes ---------------------------------------------------------------- */

static void
write_path(const struct source *s, struct lane *l)
{
	struct out o;

	out_init(&o, l->path, sizeof(l->path));
	venue_ws_path(s->venue, s->options->ws_path, l->route, &o);
	out_cstr(&o);
}

static struct lane *
new_lane(struct source *s, unsigned route)
{
	struct lane *l;

	if (s->lane_count == s->lanes_max)
		return NULL;
	l = &s->lanes[s->lane_count];
	l->first = s->lane_count * s->room;
	l->route = route;
	write_path(s, l);
	for (unsigned k = 0; k < 2; k++) {
		struct feed_stream *states =
		    s->stream_states +
		    ((size_t)s->lane_count * 2 + k) * s->room;

		feed_init(&l->feeds[k], s, l, s->lane_count * 2 + k, states);
		source_register_feed(s, &l->feeds[k]);
	}
	s->lane_count++;
	return l;
}

static bool
has_room(const struct source *s, const struct lane *l, const struct stream *st)
{
	if (l->route != st->route || (l->count == s->room && l->free == 0))
		return false;
	return st->channel != CHANNEL_BOOK || s->venue->books_max == 0 ||
	       l->books < s->venue->books_max;
}

/* A place that nobody has: a new one, or one that became free. */
static unsigned
free_place(struct source *s, struct lane *l)
{
	unsigned i;

	if (l->count < s->room)
		return l->first + l->count++;
	for (i = l->first; i < l->first + l->count; i++) {
		if (s->streams[i].gone &&
		    s->stream_symbol[i] == SOURCE_NO_SYMBOL)
			break;
	}
	must(i < l->first + l->count);
	l->free--;
	l->gone--;
	return i;
}

static struct lane *
find_lane(struct source *s, const struct stream *st)
{
	for (unsigned i = 0; i < s->lane_count; i++) {
		if (has_room(s, &s->lanes[i], st))
			return &s->lanes[i];
	}
	return new_lane(s, st->route);
}

/* The number of the place, or SOURCE_NO_STREAM. */
static int
place(struct source *s, struct stream *st, unsigned symbol)
{
	struct lane *l;
	unsigned i;

	st->route = (uint8_t)route_of(s, st);
	l = find_lane(s, st);
	if (l == NULL)
		return SOURCE_NO_STREAM;
	i = free_place(s, l);
	l->books += st->channel == CHANNEL_BOOK;
	s->streams[i] = *st;
	s->stream_symbol[i] = symbol;
	s->stream_count++;
	feed_added(&l->feeds[0], i);
	feed_added(&l->feeds[1], i);
	/* A lane that was new or had nothing to carry. */
	if (s->started && source_carrier(s, i) == NULL)
		feed_start(&l->feeds[l->current], 0);
	return (int)i;
}

/* --- the streams of one symbol -------------------------------------------- */

static int
find_group(const struct source *s, enum channel c, const char *group)
{
	for (unsigned k = 0; k < s->lane_count; k++) {
		const struct lane *l = &s->lanes[k];

		for (unsigned i = l->first; i < l->first + l->count; i++) {
			if (s->streams[i].channel == c &&
			    s->streams[i].group == group)
				return (int)i;
		}
	}
	return SOURCE_NO_STREAM;
}

static bool
add_group(struct source *s, unsigned n, enum channel c)
{
	const struct symbol *y = market_symbol(s->market, n);
	struct stream st = { .channel = c, .group = s->venue->group(y, c) };
	int *to = &s->symbols[n].streams[c];

	*to = find_group(s, c, st.group);
	if (*to == SOURCE_NO_STREAM)
		*to = place(s, &st, n);
	return *to != SOURCE_NO_STREAM;
}

static bool
add_klines(struct source *s, unsigned n)
{
	struct span rest = span_of(s->options->intervals);
	struct span word;
	unsigned k = 0;

	while ((word = span_word(&rest, " ,\t")).at != NULL &&
	       k < SOURCE_INTERVALS_MAX) {
		struct stream st = { .symbol = market_symbol(s->market, n),
			.channel = CHANNEL_KLINE };

		must(word.len < sizeof(st.interval));
		memcpy(st.interval, word.at, word.len);
		s->symbols[n].klines[k] = place(s, &st, n);
		if (s->symbols[n].klines[k++] == SOURCE_NO_STREAM)
			return false;
	}
	return true;
}

static bool
add_stream(struct source *s, unsigned n, enum channel c)
{
	struct stream st = { .symbol = market_symbol(s->market, n),
		.channel = c,
		.trades = (uint8_t)s->trades };
	int *to = &s->symbols[n].streams[c];

	if (c == CHANNEL_KLINE)
		return add_klines(s, n);
	if (*to == SOURCE_NO_STREAM)
		*to = place(s, &st, n);
	return *to != SOURCE_NO_STREAM;
}

/* The stream of channel c for symbol n, in whatever way the venue has it. */
static bool
add_channel(struct source *s, unsigned n, enum channel c)
{
	switch (s->venue->channels[c].how) {
	case OFFER_NONE:
		return true;
	case OFFER_STREAM:
		return add_stream(s, n, c);
	case OFFER_GROUP:
		return add_group(s, n, c);
	case OFFER_WITH:
		return add_channel(s, n, s->venue->channels[c].with);
	case OFFER_POLL:
		rest_poll(&s->rest, n, c);
		return true;
	}
	return true;
}

static bool
has_channel(const struct source *s, unsigned n, enum channel c)
{
	const struct venue *v = s->venue;

	return v->channels[c].how != OFFER_NONE &&
	       (v->has == NULL || v->has(market_symbol(s->market, n), c));
}

enum err
source_add_streams(struct source *s, unsigned n)
{
	struct source_symbol *y = &s->symbols[n];
	bool all = true;
	bool any = false;

	memset(y->streams, 0xff, sizeof(y->streams));
	memset(y->klines, 0xff, sizeof(y->klines));
	for (enum channel c = 0; c < CHANNEL_TYPES && all; c++) {
		if (!wants_channel(s, c) || !has_channel(s, n, c))
			continue;
		any = true;
		market_want(s->market, n, c);
		all = add_channel(s, n, c);
		if (c == CHANNEL_TICKER && has_channel(s, n, CHANNEL_QUOTE)) {
			market_want(s->market, n, CHANNEL_QUOTE);
			all = all && add_channel(s, n, CHANNEL_QUOTE);
		}
	}
	if (any && has_channel(s, n, CHANNEL_STATUS))
		all = all && add_channel(s, n, CHANNEL_STATUS);
	return all ? ERR_OK : ERR_FULL;
}

/* --- room ----------------------------------------------------------------- */

static unsigned
count_words(const char *list)
{
	struct span rest = span_of(list);
	unsigned n = 0;

	while (span_word(&rest, " ,\t").at != NULL)
		n++;
	return n;
}

/* Lanes for so many symbols, if each has every channel on every route. */
static unsigned
lanes_for(const struct source *s, unsigned symbols)
{
	unsigned each = count_words(s->options->channels) +
			count_words(s->options->intervals);
	unsigned lanes =
	    symbols * (each + 1) / s->room + 2 * s->venue->route_count;

	if (s->venue->books_max > 0)
		lanes += symbols / s->venue->books_max;
	return lanes < SOURCE_LANES_MAX ? lanes : SOURCE_LANES_MAX;
}

void
source_init_lanes(struct source *s, struct arena *a, unsigned symbols)
{
	size_t places;

	s->room = (unsigned)s->options->streams_per_connection;
	if (s->room > s->venue->streams_max)
		s->room = s->venue->streams_max;
	s->lanes_max = lanes_for(s, symbols);
	places = (size_t)s->lanes_max * s->room;
	s->lanes =
	    arena_take(a, "connections", s->lanes_max, sizeof(*s->lanes));
	s->streams = arena_take(a, "streams", places, sizeof(*s->streams));
	s->stream_symbol =
	    arena_take(a, "stream symbols", places, sizeof(*s->stream_symbol));
	s->stream_states = arena_take(
	    a, "stream states", places * 2, sizeof(*s->stream_states));
}
