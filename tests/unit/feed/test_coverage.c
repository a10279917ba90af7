/* LINK: feed/coverage venues/venue model/model core/arena */
/* LINK: core/out core/span core/time core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feed/coverage.h"

/*
 * What the last minute is worth.  One lane with the trades and the book of one
 * symbol, and its open interest from REST; this file stands in for connections
 * and market, and notes what is told as words: trade:complete:1/1.
 */
enum {
	TRADES = 0,
	BOOK = 1,
	STREAMS = 2,
	WORDS = 1024,
};

struct world {
	struct loop loop;
	struct arena arena;
	struct venue venue;
	struct source source;
	struct lane lane;
	struct stream streams[STREAMS];
	unsigned symbols[STREAMS];
	struct feed_stream states[STREAMS];
	struct rest_wish wish;
	struct coverage_teller teller;
	int64_t last;
	bool holes;
	bool in_step;
	char words[WORDS];
	size_t len;
};

static struct world *w;

/* --- in place of the neighbours ---------------------------------------------
 */

struct feed *
source_carrier(struct source *s, unsigned i)
{
	(void)s;
	(void)i;
	return w->lane.feeds[0].state == FEED_LIVE ? &w->lane.feeds[0] : NULL;
}

int
source_stream(const struct source *s, unsigned symbol, enum channel c,
    struct span interval)
{
	(void)s;
	(void)interval;
	assert_int_equal(symbol, 0);
	return c == CHANNEL_TRADE ? TRADES : BOOK;
}

void
source_publish(struct source *s, enum record_id id, const void *rec)
{
	const struct coverage *r = rec;

	(void)s;
	assert_int_equal(id, RECORD_coverage);
	w->len += (size_t)snprintf(w->words + w->len, WORDS - w->len,
	    "%s%.*s:%.*s:%lld/%lld", w->len > 0 ? " " : "",
	    (int)r->data_type.len, r->data_type.at, (int)r->state.len,
	    r->state.at, (long long)r->streams_live, (long long)r->streams);
	assert_true(w->len < WORDS);
}

bool
market_book_live(const struct market *m, unsigned s)
{
	(void)m;
	(void)s;
	return w->in_step;
}

bool
market_find(const struct market *m, struct span native, unsigned *s)
{
	(void)m;
	*s = 0;
	return span_is(native, "BTC-USDT");
}

bool
market_has_holes(const struct market *m, unsigned s)
{
	(void)m;
	(void)s;
	return w->holes;
}

int64_t
market_last_trade(const struct market *m, unsigned s)
{
	(void)m;
	(void)s;
	return w->last;
}

unsigned
market_symbols(const struct market *m)
{
	(void)m;
	return 1;
}

bool
market_wants(const struct market *m, unsigned s, enum channel c)
{
	(void)m;
	(void)s;
	return c == CHANNEL_TRADE || c == CHANNEL_BOOK || c == CHANNEL_INTEREST;
}

/* --- the frame --------------------------------------------------------------
 */

static int
begin(void **state)
{
	static struct world world;

	(void)state;
	memset(&world, 0, sizeof(world));
	w = &world;
	w->loop.now.ns = 1000 * NS_PER_S;
	w->loop.wall.ns = 1795392000LL * NS_PER_S;
	w->venue.channels[CHANNEL_TRADE].how = OFFER_STREAM;
	w->venue.channels[CHANNEL_BOOK].how = OFFER_STREAM;
	w->venue.channels[CHANNEL_INTEREST].how = OFFER_POLL;
	w->streams[TRADES].channel = CHANNEL_TRADE;
	w->streams[BOOK].channel = CHANNEL_BOOK;
	for (unsigned i = 0; i < STREAMS; i++)
		w->states[i] =
		    (struct feed_stream){ .acked = true, .seen = true };
	w->lane.count = STREAMS;
	w->lane.feeds[0].state = FEED_LIVE;
	w->lane.feeds[0].lane = &w->lane;
	w->lane.feeds[0].streams = w->states;
	w->source = (struct source){ .venue = &w->venue,
		.name = "test",
		.loop = &w->loop,
		.streams = w->streams,
		.stream_symbol = w->symbols,
		.lanes = &w->lane,
		.lane_count = 1,
		.lanes_max = 1,
		.room = STREAMS };
	w->source.rest.loop = &w->loop;
	w->source.rest.wishes = &w->wish;
	w->source.rest.setup.poll_ms = 30000;
	w->wish.poll_seen = w->loop.now;
	w->last = 7;
	w->in_step = true;
	assert_int_equal(arena_init(&w->arena, 1 << 20), ERR_OK);
	coverage_init(&w->teller, &w->source, &w->arena);
	coverage_start(&w->teller);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_fini(&w->arena);
	return 0;
}

/* A minute is over; that many of what is told of are complete. */
static void
expect_told(const char *words, unsigned all_complete)
{
	unsigned told, complete;

	w->loop.now.ns += 30 * NS_PER_S;
	w->loop.wall.ns += 60 * NS_PER_S;
	w->len = 0;
	coverage_tell(&w->teller, &told, &complete);
	w->words[w->len] = '\0';
	assert_string_equal(w->words, words);
	assert_int_equal(told, 3);
	assert_int_equal(complete, all_complete);
}

static void
all_was_there(void **state)
{
	(void)state;
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    3);
	/* Nobody has answered the poll since. */
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    3);
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:unknown:0/1",
	    2);
}

static void
gaps_are_counted_where_they_are(void **state)
{
	struct gap g;

	(void)state;
	record_init(RECORD_gap, &g);
	g.native_symbol = SPAN("BTC-USDT");
	g.data_type = SPAN("trade");
	g.missing = 3;
	g.healed = BOOL_TRUE;
	coverage_gap(&w->teller, &g);
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    3);
	w->wish.poll_seen = w->loop.now;
	g.healed = BOOL_FALSE;
	coverage_gap(&w->teller, &g);
	coverage_gap(&w->teller, &g);
	assert_int_equal(w->teller.cells[0][CHANNEL_TRADE].missing, 6);
	expect_told("trade:gapped:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    2);
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    3);
}

/* Away, and there again: only ids prove that nothing was missed. */
static void
what_was_away(void **state)
{
	(void)state;
	coverage_lost(&w->teller, TRADES);
	coverage_lost(&w->teller, BOOK);
	expect_told("trade:complete:1/1 orderbook:unknown:0/1 "
		    "open_interest:complete:1/1",
	    2);
	w->wish.poll_seen = w->loop.now;
	/* Its first trade since is not there yet. */
	coverage_lost(&w->teller, TRADES);
	w->states[TRADES].seen = false;
	w->in_step = false;
	expect_told("trade:unknown:0/1 orderbook:unknown:0/1 "
		    "open_interest:complete:1/1",
	    1);
	w->lane.feeds[0].state = FEED_WAIT;
	expect_told("trade:unknown:0/1 orderbook:unknown:0/1 "
		    "open_interest:complete:1/1",
	    1);
}

/* What is being asked for may turn out to be a gap: nothing is complete yet. */
static void
a_hole_that_is_open(void **state)
{
	(void)state;
	w->holes = true;
	expect_told("trade:unknown:0/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    2);
	w->wish.poll_seen = w->loop.now;
	coverage_lost(&w->teller, TRADES);
	expect_told("trade:unknown:0/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    2);
	w->holes = false;
	expect_told("trade:complete:1/1 orderbook:complete:1/1 "
		    "open_interest:complete:1/1",
	    3);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(all_was_there),
		TEST(gaps_are_counted_where_they_are),
		TEST(what_was_away),
		TEST(a_hole_that_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
