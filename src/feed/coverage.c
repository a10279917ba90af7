#include "feed/coverage.h"

#include <string.h>

enum {
	/* Two polls may be this many periods apart. */
	POLLS_APART = 2,
	LATEST_POLL_MS = 60 * 1000,
	NAME_BYTES = 64,
};

void
coverage_init(struct coverage_teller *c, struct source *s, struct arena *a)
{
	c->source = s;
	c->streams = arena_take(a, "stream coverage",
	    (size_t)s->lanes_max * s->room, sizeof(*c->streams));
}

/* --- streams -------------------------------------------------------------- */

/* Is it there now? */
static bool
is_there(const struct coverage_teller *c, unsigned i)
{
	struct source *s = c->source;
	const struct feed *f = source_carrier(s, i);
	const struct feed_stream *st;

	if (f == NULL || f->state != FEED_LIVE)
		return false;
	st = &f->streams[i - f->lane->first];
	if ((!st->acked && !st->seen) || st->told)
		return false;
	return s->streams[i].channel != CHANNEL_BOOK ||
	       market_book_live(s->market, s->stream_symbol[i]);
}

/* It was away: do the ids of its trades prove that nothing was missed? */
static bool
is_proven(const struct coverage_teller *c, unsigned i)
{
	struct source *s = c->source;
	const struct feed *f = source_carrier(s, i);

	return s->streams[i].channel == CHANNEL_TRADE &&
	       c->streams[i].had_ids && f != NULL &&
	       f->streams[i - f->lane->first].seen;
}

/* Trades are being asked for: whether they come nobody knows yet. */
static bool
has_hole(const struct coverage_teller *c, unsigned i)
{
	const struct source *s = c->source;

	return s->streams[i].channel == CHANNEL_TRADE &&
	       market_has_holes(s->market, s->stream_symbol[i]);
}

static bool
is_covered(const struct coverage_teller *c, unsigned i)
{
	const struct coverage_stream *st = &c->streams[i];

	if (!is_there(c, i) || has_hole(c, i))
		return false;
	return (st->was_there && !st->lost) || is_proven(c, i);
}

void
coverage_lost(struct coverage_teller *c, unsigned stream)
{
	c->streams[stream].lost = true;
}

static void
begin_stream(struct coverage_teller *c, unsigned i)
{
	struct source *s = c->source;
	struct coverage_stream *st = &c->streams[i];

	*st = (struct coverage_stream){ 0 };
	if (s->streams[i].gone)
		return;
	st->was_there = is_there(c, i);
	st->had_ids =
	    s->streams[i].channel == CHANNEL_TRADE &&
	    market_last_trade(s->market, s->stream_symbol[i]) != SEQ_NULL;
}

static uint64_t
records_now(const struct coverage_teller *c, unsigned lane, enum channel ch)
{
	const struct source *s = c->source;

	if (lane < c->lanes)
		return s->lanes[lane].records[ch];
	return ch == CHANNEL_INTEREST
		   ? s->records[RECORD_open_interest].published
		   : 0;
}

void
coverage_start(struct coverage_teller *c)
{
	const struct source *s = c->source;

	c->from = s->loop->wall;
	c->lanes = s->lane_count;
	memset(c->cells, 0, sizeof(c->cells));
	for (unsigned l = 0; l <= c->lanes; l++) {
		for (unsigned i = 0; l < c->lanes && i < s->lanes[l].count; i++)
			begin_stream(c, s->lanes[l].first + i);
		for (enum channel ch = 0; ch < CHANNEL_TYPES; ch++)
			c->cells[l][ch].records_before = records_now(c, l, ch);
	}
}

/* --- gaps ----------------------------------------------------------------- */

static struct coverage_cell *
cell_of(struct coverage_teller *c, unsigned symbol, enum channel ch)
{
	const struct source *s = c->source;
	int i = SOURCE_NO_STREAM;

	if (s->venue->channels[ch].how == OFFER_POLL)
		return &c->cells[c->lanes][ch];
	if (ch == CHANNEL_KLINE)
		i = s->symbols[symbol].klines[0];
	else
		i = source_stream(s, symbol, ch, SPAN_NULL);
	if (i == SOURCE_NO_STREAM || (unsigned)i / s->room >= c->lanes)
		return NULL;
	return &c->cells[(unsigned)i / s->room][ch];
}

void
coverage_gap(struct coverage_teller *c, const struct gap *g)
{
	struct coverage_cell *cell;
	unsigned symbol;

	if (g->healed == BOOL_TRUE ||
	    !market_find(c->source->market, g->native_symbol, &symbol))
		return;
	for (enum channel ch = 0; ch < CHANNEL_TYPES; ch++) {
		if (!span_is(g->data_type, channel_name(ch)))
			continue;
		cell = cell_of(c, symbol, ch);
		if (cell == NULL)
			return;
		cell->gaps++;
		if (g->missing != SEQ_NULL)
			cell->missing += g->missing;
	}
}

/* --- counting ------------------------------------------------------------- */

static void
count_stream(struct coverage_teller *c, int i, enum channel ch)
{
	struct coverage_cell *cell;

	/* A lane that began since is told of the next time. */
	if (i == SOURCE_NO_STREAM || (unsigned)i / c->source->room >= c->lanes)
		return;
	cell = &c->cells[(unsigned)i / c->source->room][ch];
	cell->streams++;
	cell->live += is_covered(c, (unsigned)i);
}

static void
count_poll(struct coverage_teller *c, unsigned symbol, enum channel ch)
{
	const struct rest *r = &c->source->rest;
	struct mono seen = r->wishes[symbol].poll_seen;
	int64_t most = POLLS_APART * r->setup.poll_ms;
	struct coverage_cell *cell = &c->cells[c->lanes][ch];

	if (most < LATEST_POLL_MS)
		most = LATEST_POLL_MS;
	cell->streams++;
	cell->live +=
	    seen.ns != 0 && mono_ms_between(seen, r->loop->now) <= most;
}

static void
count_channel(struct coverage_teller *c, unsigned symbol, enum channel ch)
{
	const struct source *s = c->source;
	int i;

	if (s->venue->channels[ch].how == OFFER_POLL) {
		count_poll(c, symbol, ch);
		return;
	}
	if (ch == CHANNEL_KLINE) {
		for (unsigned k = 0; k < SOURCE_INTERVALS_MAX; k++)
			count_stream(c, s->symbols[symbol].klines[k], ch);
		return;
	}
	i = source_stream(s, symbol, ch, SPAN_NULL);
	/* The stream of a group is counted once. */
	if (i != SOURCE_NO_STREAM && s->streams[i].symbol == NULL &&
	    s->stream_symbol[i] != symbol)
		return;
	count_stream(c, i, ch);
}

/* --- telling -------------------------------------------------------------- */

static const char *
state_of(const struct coverage_cell *cell)
{
	if (cell->gaps > 0)
		return "gapped";
	return cell->live < cell->streams ? "unknown" : "complete";
}

static bool
publish(struct coverage_teller *c, unsigned lane, enum channel ch)
{
	struct source *s = c->source;
	const struct coverage_cell *cell = &c->cells[lane][ch];
	char name[NAME_BYTES];
	struct coverage r;
	struct out o;

	out_init(&o, name, sizeof(name));
	out_text(&o, s->name);
	out_char(&o, ':');
	if (lane < c->lanes)
		out_u64(&o, lane);
	else
		OUT_LITERAL(&o, "rest");
	record_init(RECORD_coverage, &r);
	r.exchange_name = (uint8_t)s->venue->id;
	r.connection = out_done(&o);
	r.data_type = span_of(channel_name(ch));
	r.from_time = c->from.ns;
	r.to_time = s->loop->wall.ns;
	r.state = span_of(state_of(cell));
	r.streams = cell->streams;
	r.streams_live = cell->live;
	r.records = (int64_t)(records_now(c, lane, ch) - cell->records_before);
	r.gaps = (int64_t)cell->gaps;
	r.missing = cell->missing;
	r.timestamp = s->loop->wall.ns;
	source_publish(s, RECORD_coverage, &r);
	return cell->gaps == 0 && cell->live == cell->streams;
}

void
coverage_tell(struct coverage_teller *c, unsigned *told, unsigned *complete)
{
	struct source *s = c->source;

	*told = *complete = 0;
	for (unsigned i = 0; i < market_symbols(s->market); i++) {
		for (enum channel ch = 0; ch < CHANNEL_TYPES; ch++) {
			if (market_wants(s->market, i, ch))
				count_channel(c, i, ch);
		}
	}
	for (unsigned l = 0; l <= c->lanes; l++) {
		for (enum channel ch = 0; ch < CHANNEL_TYPES; ch++) {
			if (c->cells[l][ch].streams == 0)
				continue;
			*complete += publish(c, l, ch);
			++*told;
		}
	}
	coverage_start(c);
}
