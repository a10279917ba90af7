#include "core/must.h"
#include "feed/source.h"

static void
copy_symbols(struct source *s)
{
	const struct symbols_counts *c = &s->listing.counts;
	struct market_metrics *m = &s->metrics;

	m->symbols_wanted = s->listing.count + c->no_room -
			    c->now[WANTED_TWICE] - c->now[WANTED_ELSEWHERE];
	m->symbols_unchecked = c->now[WANTED_UNCHECKED];
	m->symbols_halted = c->now[WANTED_HALTED];
	m->symbols_unknown = c->now[WANTED_UNKNOWN] + c->now[WANTED_AMBIGUOUS];
	m->symbols_delisted = c->now[WANTED_GONE];
	m->symbols_preopen = c->now[WANTED_PREOPEN];
	m->symbols_no_room = c->now[WANTED_NO_ROOM] + c->no_room;
	m->listed = c->listed;
	m->delisted = c->delisted;
	m->instruments = s->listing.catalog.count - s->listing.catalog.gone;
	m->lists_read = c->reads;
	m->lists_failed = c->failures;
	m->lists_bad_rows = c->bad_rows;
}

static bool
lane_live(const struct lane *l)
{
	return l->feeds[0].state == FEED_LIVE || l->feeds[1].state == FEED_LIVE;
}

static void
copy_lanes(struct source *s)
{
	struct market_metrics *m = &s->metrics;

	m->connections = m->connections_live = 0;
	for (unsigned i = 0; i < s->lane_count; i++) {
		m->connections_live += lane_live(&s->lanes[i]);
		m->connections += s->lanes[i].gone < s->lanes[i].count;
	}
}

/* What the market counts becomes what is shown. */
static void
copy_market(struct source *s)
{
	const struct market_counts *c = market_counts(s->market);
	struct market_metrics *m = &s->metrics;

	m->messages = c->messages;
	m->duplicates = c->duplicates;
	m->gaps = c->gaps;
	m->backfilled = c->backfilled;
	m->held = c->held;
	m->book_applied = c->book_applied;
	m->book_old = c->book_old;
	m->book_loads = c->book_loads;
	m->book_stale = c->book_stale;
	m->book_resyncs = c->book_resyncs;
	m->book_refreshes = c->book_refreshes;
	m->book_crossed = c->book_crossed;
	m->book_checksum = c->book_checksum;
	m->non_trades = c->non_trades;
	m->thinned = c->thinned;
	m->symbols = 0;
	m->holes = 0;
	m->books = 0;
	m->books_live = 0;
	for (unsigned i = 0; i < s->symbol_count; i++) {
		const struct sync *b = market_book(s->market, i);
		bool live = market_book_live(s->market, i);

		m->symbols += s->symbols[i].collected;
		m->holes += market_holes(s->market, i);
		/* Of what is not traded there need not be a book. */
		m->books +=
		    b->state != SYNC_OFF && (live || !s->symbols[i].halted);
		m->books_live += live;
	}
	copy_symbols(s);
	copy_lanes(s);
	for (unsigned e = 0; e < ERR_COUNT; e++)
		s->skipped[e].messages = c->skipped[e];
}

/* The last message by the wall clock of now. */
static void
copy_feed(struct feed *f)
{
	const struct loop *l = f->source->loop;
	int64_t age_ns = l->now.ns - f->last_message.ns;

	if (f->metrics.messages > 0)
		f->metrics.last_message_timestamp =
		    (uint64_t)((l->wall.ns - age_ns) / NS_PER_MS);
}

void
source_refresh(void *owner)
{
	struct source *s = owner;
	int64_t left = mono_ms_between(s->loop->now, s->rest.paused_until);

	copy_market(s);
	s->rest.metrics.paused = left > 0 ? (uint64_t)left : 0;
	for (unsigned i = 0; i < s->lane_count * 2; i++)
		copy_feed(&s->lanes[i / 2].feeds[i % 2]);
}

static void
add_set(struct source *s, struct metrics *m, enum metric_group_id group,
    const void *values, const char *name, const char *value)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(&o, "venue", s->name);
	if (name != NULL)
		metrics_label(&o, name, value);
	metrics_add(m, group, values, out_cstr(&o));
}

void
source_register_feed(struct source *s, struct feed *f)
{
	add_set(s, s->shown, METRICS_feed, &f->metrics, "connection", f->name);
}

void
source_register(struct source *s)
{
	struct metrics *m = s->shown;

	add_set(s, m, METRICS_market, &s->metrics, NULL, NULL);
	add_set(s, m, METRICS_rest, &s->rest.metrics, NULL, NULL);
	for (unsigned i = 0; i < RECORD_COUNT; i++)
		add_set(s, m, METRICS_records, &s->records[i], "data_type",
		    records[i].name);
	for (enum err e = ERR_SHORT; e < ERR_COUNT; e++)
		add_set(s, m, METRICS_skipped, &s->skipped[e], "reason",
		    err_name(e));
}

/* By the venue, and not by an answer that did not come. */
static bool
is_kept_away(const struct source *s)
{
	return s->rest.refusal != REFUSAL_NONE &&
	       s->rest.refusal < REFUSAL_SERVER &&
	       !mono_due(s->rest.paused_until, s->loop->now);
}

void
source_health(void *owner, struct health_check *h)
{
	struct source *s = owner;
	uint64_t live, lanes, missing;
	struct out o;

	copy_market(s);
	live = s->metrics.connections_live;
	lanes = s->metrics.connections;
	missing = symbols_missing(&s->listing);
	h->name = s->name;
	out_init(&o, h->why, sizeof(h->why) - 1);
	out_u64(&o, live);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, lanes);
	OUT_LITERAL(&o, " connections live, ");
	out_u64(&o, s->metrics.books_live);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, s->metrics.books);
	OUT_LITERAL(&o, " books in step");
	if (missing > 0) {
		OUT_LITERAL(&o, ", ");
		out_u64(&o, missing);
		OUT_LITERAL(&o, " symbols not collected");
	}
	if (is_kept_away(s)) {
		OUT_LITERAL(&o, "; REST: ");
		out_text(&o, rest_refusal_text(s->rest.refusal));
	}
	h->why[o.len] = '\0';
	if (live == 0)
		h->level = HEALTH_FAIL;
	else if (live < lanes || missing > 0 || is_kept_away(s) ||
		 s->metrics.books_live < s->metrics.books)
		h->level = HEALTH_WARN;
	else
		h->level = HEALTH_PASS;
}
