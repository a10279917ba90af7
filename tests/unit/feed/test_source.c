/* LINK: feed/source model/model core/log core/time core/out core/span */
/* LINK: core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"
#include "feed/source.h"

/*
 * One lane and its two feeds while one replaces the other: which streams are
 * without a connection then?  This file stands in for feeds, market and REST,
 * and notes as words what they are told: lost:2 (the symbol), again:2:1 (stream
 * and feed), doubt:2:1, stop:0 and start:1 (feeds).
 */
enum {
	STREAMS = 4,
	WORDS = 1024,
	/* Streams; each is of the symbol with its number. */
	BOOK = 0,
	OTHER_BOOK = 1,
	TRADES = 2,
	BARS = 3,
};

struct world {
	struct loop loop;
	struct hub hub;
	struct opt_venue options;
	struct venue venue;
	struct source source;
	struct lane lane;
	struct stream streams[STREAMS];
	unsigned symbols[STREAMS];
	struct feed_stream states[2][STREAMS];
	/* The connection that a book in the stream follows. */
	uint32_t book_epoch[STREAMS];
	bool covers;
	char words[WORDS];
	size_t len;
};

static struct world *w;

#include "words.h"

static int
number(const struct feed *f)
{
	return (int)(f - w->lane.feeds);
}

/* --- in place of the neighbours ---------------------------------------------
 */

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	(void)l;
	(void)t;
	(void)due;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	(void)l;
	(void)t;
}

void
feed_start(struct feed *f, int64_t pause_ms)
{
	(void)pause_ms;
	say("start:%d", number(f));
}

void
feed_stop(struct feed *f, const char *why)
{
	assert_true(why[0] != '\0');
	say("stop:%d", number(f));
}

bool
feed_covers(const struct feed *f, const struct feed *old)
{
	assert_true(number(f) != number(old));
	return w->covers;
}

void
feed_again(struct feed *f, unsigned i)
{
	say("again:%u:%d", i, number(f));
}

bool
feed_doubt(struct feed *f, unsigned i)
{
	say("doubt:%u:%d", i, number(f));
	return true;
}

void
hub_record(struct hub *h, enum record_id id, const void *rec)
{
	(void)h;
	(void)rec;
	assert_int_equal(id, RECORD_event);
}

bool
journal_on_disk(const struct journal *j)
{
	(void)j;
	return true;
}

uint32_t
market_book_epoch(const struct market *m, unsigned s)
{
	(void)m;
	return w->book_epoch[s];
}

void
market_give_up(struct market *m, unsigned s, const char *why, struct wall now)
{
	(void)m;
	(void)s;
	(void)why;
	(void)now;
	fail();
}

void
market_lost(struct market *m, unsigned s, enum channel c, const char *why,
    struct wall now)
{
	(void)m;
	assert_int_equal(c, w->streams[s].channel);
	assert_true(why[0] != '\0');
	assert_true(now.ns == w->loop.wall.ns);
	say("lost:%u", s);
}

void
market_publish_books(struct market *m, unsigned s, struct wall now)
{
	(void)m;
	(void)s;
	(void)now;
}

void
rest_close(struct rest *r)
{
	(void)r;
}

void
rest_drop_book(struct rest *r, unsigned symbol)
{
	(void)r;
	assert_int_equal(w->streams[symbol].channel, CHANNEL_BOOK);
}

void
source_stop_symbols(struct source *s)
{
	(void)s;
}

void
symbols_start(struct symbols *s)
{
	(void)s;
}

/* --- a replacement ----------------------------------------------------------
 */

/* Both connections are live; on the old one everything has come. */
static int
begin(void **state)
{
	static const enum channel channels[STREAMS] = { CHANNEL_BOOK,
		CHANNEL_BOOK, CHANNEL_TRADE, CHANNEL_KLINE };
	static struct world world;

	(void)state;
	memset(&world, 0, sizeof(world));
	w = &world;
	log_level(LOG_ERROR);
	w->loop.now.ns = 1000 * NS_PER_S;
	w->loop.wall.ns = 1795392000LL * NS_PER_S;
	w->source = (struct source){ .venue = &w->venue,
		.name = "test",
		.options = &w->options,
		.loop = &w->loop,
		.hub = &w->hub,
		.streams = w->streams,
		.stream_symbol = w->symbols,
		.lanes = &w->lane,
		.lane_count = 1,
		.room = STREAMS };
	w->lane.count = STREAMS;
	for (unsigned k = 0; k < 2; k++) {
		struct feed *f = &w->lane.feeds[k];

		f->source = &w->source;
		f->lane = &w->lane;
		f->streams = w->states[k];
		f->state = FEED_LIVE;
		f->epoch = k + 1;
		f->entered = w->loop.now;
	}
	for (unsigned i = 0; i < STREAMS; i++) {
		w->streams[i].channel = channels[i];
		w->symbols[i] = i;
		w->states[0][i] = (struct feed_stream){
			.acked = true, .seen = true, .last_data = w->loop.now
		};
		w->book_epoch[i] = 1;
	}
	return 0;
}

/* Now, on connection k. */
static void
acked(unsigned k, unsigned i)
{
	w->states[k][i].acked = true;
	w->states[k][i].last_data = w->loop.now;
}

static void
seen(unsigned k, unsigned i)
{
	w->states[k][i].seen = true;
	w->states[k][i].last_data = w->loop.now;
}

static void
pass_s(int64_t s)
{
	w->loop.now.ns += s * NS_PER_S;
}

static void
progress(void)
{
	source_progress(&w->source, &w->lane.feeds[1]);
}

static void
it_takes_over_when_it_has_everything(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STREAMS; i++) {
		acked(1, i);
		seen(1, i);
	}
	pass_s(29);
	progress();
	expect_said("");
	w->covers = true;
	progress();
	expect_said("stop:0");
	assert_int_equal(w->lane.current, 1);
}

/* It is acknowledged, and never sends (field reports 1 and 2). */
static void
what_it_does_not_carry_is_lost(void **state)
{
	(void)state;
	for (unsigned i = 0; i < STREAMS; i++)
		acked(1, i);
	pass_s(10);
	seen(1, OTHER_BOOK);
	for (unsigned i = 0; i < STREAMS; i++)
		seen(0, i);
	pass_s(20);
	progress();
	expect_said("lost:0 doubt:0:1 lost:2 doubt:2:1 lost:3 doubt:3:1 "
		    "stop:0");
}

/* Nothing has come on the old one either, as far as the two go together. */
static void
what_is_quiet_is_not_lost(void **state)
{
	(void)state;
	pass_s(60);
	for (unsigned i = 0; i < STREAMS; i++)
		acked(1, i);
	w->states[1][TRADES] = (struct feed_stream){ .rejected = true };
	w->streams[BARS].gone = true;
	pass_s(30);
	progress();
	expect_said("lost:2 doubt:2:1 stop:0");
}

/* Books in the stream that still follow the old one. */
static void
books_in_the_stream_are_moved(void **state)
{
	(void)state;
	w->venue.books_in_stream = true;
	for (unsigned i = 0; i < STREAMS; i++) {
		acked(1, i);
		seen(1, i);
	}
	w->book_epoch[OTHER_BOOK] = 2;
	w->covers = true;
	progress();
	expect_said("lost:0 again:0:1 stop:0");
}

/* --- an end that nobody asked for -------------------------------------------
 */

static bool
lose(unsigned k)
{
	w->lane.feeds[k].state = FEED_WAIT;
	return source_lost(&w->source, &w->lane.feeds[k], "reset");
}

static void
it_ends_alone(void **state)
{
	(void)state;
	w->lane.feeds[1].state = FEED_IDLE;
	assert_false(lose(0));
	expect_said("lost:0 lost:1 lost:2 lost:3");
}

static void
it_ends_while_it_is_replaced(void **state)
{
	(void)state;
	acked(1, BOOK);
	seen(1, OTHER_BOOK);
	seen(1, TRADES);
	w->states[0][BARS].seen = false;
	acked(1, BARS);
	assert_true(lose(0));
	/* An answer is no proof of what has come. */
	expect_said("lost:0");
	assert_int_equal(w->lane.current, 1);
}

static void
the_successor_ends(void **state)
{
	(void)state;
	seen(1, BOOK);
	assert_false(lose(1));
	expect_said("");
	assert_int_equal(w->lane.current, 0);
	w->venue.books_in_stream = true;
	w->book_epoch[BOOK] = 2;
	assert_false(lose(1));
	expect_said("lost:0 again:0:0");
}

/* The snapshot has come already, though not everything is answered yet. */
static void
a_book_that_has_moved_is_not_lost(void **state)
{
	(void)state;
	w->venue.books_in_stream = true;
	w->lane.feeds[1].state = FEED_SUBSCRIBE;
	seen(1, BOOK);
	w->book_epoch[BOOK] = 2;
	assert_true(lose(0));
	expect_said("lost:1 lost:2 lost:3");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
		TEST(it_takes_over_when_it_has_everything),
		TEST(what_it_does_not_carry_is_lost),
		TEST(what_is_quiet_is_not_lost),
		TEST(books_in_the_stream_are_moved),
		TEST(it_ends_alone),
		TEST(it_ends_while_it_is_replaced),
		TEST(the_successor_ends),
		TEST(a_book_that_has_moved_is_not_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
