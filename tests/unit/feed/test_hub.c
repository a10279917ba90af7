/* LINK: feed/hub feed/hub_file feed/hub_host feed/hub_panels */
/* LINK: feed/recent core/rate */
/* LINK: feed/journal feed/journal_keep feed/journal_file */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread */
/* LINK: model/model model/frame codec/crc32c */
/* LINK: codec/decimal */
/* LINK: core/arena core/err core/log core/loop core/metrics core/must */
/* LINK: core/out core/span core/time */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/log.h"
#include "feed/hub.h"
#include "feed/journal_format.h"

enum {
	RING = 131072,
	TAKEN_MAX = 100000,
};

/* A destination that does as it is told. */
struct fake {
	struct sink *sink;
	/* Frames it takes before it says AGAIN. */
	unsigned room;
	uint64_t taken[TAKEN_MAX];
	unsigned taken_count;
	/* After the last frame taken. */
	uint64_t next;
	unsigned flushes;
	bool closed;
	/* The last gap record. */
	int64_t gap_from;
	int64_t gap_to;
	int64_t gap_missing;
	unsigned gaps;
};

struct world {
	struct loop loop;
	struct arena arena;
	struct journal journal;
	struct hub hub;
	struct fake fakes[2];
	void *memory;
};

static struct world *w;
static char reason[256];
static struct out why;

static enum err
fake_open(struct sink *s, const struct sink_setup *setup, struct out *o)
{
	struct fake *f = &w->fakes[s->type->name[0] == 'b'];

	(void)setup;
	(void)o;
	s->state = f;
	f->sink = s;
	f->room = UINT32_MAX;
	return ERR_OK;
}

static enum err
fake_take(struct sink *s, const struct sink_frame *frame)
{
	struct fake *f = s->state;

	if (f->room == 0)
		return ERR_AGAIN;
	f->room--;
	assert_true(f->taken_count < TAKEN_MAX);
	f->taken[f->taken_count++] = frame->sequence;
	f->next = frame->next;
	if (frame->id == RECORD_gap) {
		f->gaps++;
		f->gap_from = frame->record->gap.from_id;
		f->gap_to = frame->record->gap.to_id;
		f->gap_missing = frame->record->gap.missing;
		assert_true(span_is(frame->record->gap.data_type, "journal"));
	} else {
		assert_int_equal(frame->id, RECORD_event);
		assert_true(
		    span_is(frame->record->event.state, "a state of things"));
	}
	return ERR_OK;
}

static void
fake_flush(struct sink *s)
{
	struct fake *f = s->state;

	f->flushes++;
}

static bool
fake_idle(const struct sink *s)
{
	(void)s;
	return true;
}

static void
fake_close(struct sink *s)
{
	struct fake *f = s->state;

	f->closed = true;
}

static const struct sink_type types_of[2] = {
	{ "a", fake_open, fake_take, fake_flush, fake_idle, fake_close, NULL,
	    false },
	{ "b", fake_open, fake_take, fake_flush, fake_idle, fake_close, NULL,
	    false },
};
static const struct sink_type cache_type = { "b", fake_open, fake_take,
	fake_flush, fake_idle, fake_close, NULL, true };

static void
start_with(const struct sink_type *second)
{
	const struct sink_type *both[] = { &types_of[0], second };

	loop_init(&w->loop);
	assert_int_equal(arena_init(&w->arena, 4 * 1024 * 1024), ERR_OK);
	hub_init(&w->hub, &w->loop, &w->journal, &w->arena, 50);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    hub_add(&w->hub, both[i], NULL, NULL, &w->arena, &why),
		    ERR_OK);
}

static void
start(void)
{
	start_with(&types_of[1]);
}

static int
setup(void **state)
{
	(void)state;
	log_level(LOG_ERROR);
	out_init(&why, reason, sizeof(reason));
	w = calloc(1, sizeof(*w));
	w->memory = calloc(1, journal_memory(RING));
	assert_int_equal(
	    journal_open(&w->journal, NULL, w->memory, RING, &why), ERR_OK);
	start();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	hub_close(&w->hub);
	assert_true(w->fakes[0].closed);
	journal_close(&w->journal);
	arena_fini(&w->arena);
	free(w->memory);
	free(w);
	return 0;
}

static void
publish(unsigned count)
{
	struct event e;

	record_init(RECORD_event, &e);
	e.connection = SPAN("binance:0a");
	e.state = SPAN("a state of things");
	e.reason = SPAN("because");
	while (count-- > 0)
		hub_record(&w->hub, RECORD_event, &e);
}

static void
turn(void)
{
	loop_turn(&w->loop, 0);
}

static void
turns(int n)
{
	while (n-- > 0)
		turn();
}

static void
confirm(struct fake *f)
{
	f->sink->host->confirm(f->sink->host, f->next);
}

/* Numbers first.. in order, without holes. */
static void
expect_taken(const struct fake *f, unsigned count, uint64_t first)
{
	assert_int_equal(f->taken_count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(f->taken[i], first + i);
}

static void
offered_in_order(void **state)
{
	struct fake *f = w->fakes;

	(void)state;
	assert_true(hub_idle(&w->hub));
	publish(3);
	assert_false(hub_idle(&w->hub));
	expect_taken(&f[0], 0, 1);
	turn();
	expect_taken(&f[0], 3, 1);
	expect_taken(&f[1], 3, 1);
	assert_int_equal(f[0].flushes, 1);
	assert_true(hub_idle(&w->hub));
	f[0].room = 1;
	publish(3);
	turn();
	expect_taken(&f[0], 4, 1);
	expect_taken(&f[1], 6, 1);
	assert_false(hub_idle(&w->hub));
	f[0].room = 10;
	f[0].sink->host->ready(f[0].sink->host);
	/* It may not wait for anything else to happen. */
	loop_turn(&w->loop, 60000);
	expect_taken(&f[0], 6, 1);
}

static void
timer_record(struct timer *t)
{
	(void)t;
	publish(1);
}

/* A record made before select must not wait for it. */
static void
records_of_timers(void **state)
{
	struct timer t = { .fire = timer_record };

	(void)state;
	timer_start(&w->loop, &t, w->loop.now);
	loop_turn(&w->loop, 60000);
	assert_int_equal(w->fakes[0].taken_count, 1);
	assert_false(w->hub.again.armed);
}

static void
bounded_per_turn(void **state)
{
	(void)state;
	w->fakes[0].room = 0;
	publish(400);
	turn();
	publish(100);
	publish(100);
	w->fakes[0].room = UINT32_MAX;
	turn();
	assert_int_equal(w->fakes[0].taken_count, HUB_BATCH);
	loop_turn(&w->loop, 60000);
	expect_taken(&w->fakes[0], 600, 1);
}

static void
offered_again(void **state)
{
	struct fake *f = &w->fakes[0];

	(void)state;
	publish(5);
	turn();
	confirm(f);
	publish(5);
	turn();
	f->taken_count = 0;
	f->sink->host->rewind(f->sink->host);
	loop_turn(&w->loop, 60000);
	expect_taken(f, 5, 6);
	assert_int_equal(w->hub.sinks[0].metrics.latency.count, 1);
	confirm(f);
	assert_int_equal(w->hub.sinks[0].metrics.latency.count, 2);
	f->sink->host->rewind(f->sink->host);
	turn();
	assert_int_equal(f->taken_count, 5);
}

/* One gap record, when it goes on, with exactly what is missing. */
static void
overrun_is_told(void **state)
{
	struct fake *f = &w->fakes[0];
	uint64_t oldest;

	(void)state;
	publish(10);
	turn();
	confirm(f);
	f->room = 0;
	f->taken_count = 0;
	for (int i = 0; i < 50; i++) {
		publish(100);
		turn();
		/* A connection that fails again and again. */
		f->sink->host->rewind(f->sink->host);
		turn();
		confirm(&w->fakes[1]);
	}
	oldest = journal_sequence_at(&w->journal, w->journal.tail);
	assert_true(oldest > 3000);
	assert_int_equal(f->gaps, 0);
	assert_int_equal(w->hub.sinks[0].metrics.lost, oldest - 11);
	f->room = UINT32_MAX;
	turns(5);
	assert_int_equal(f->taken[0], oldest);
	assert_int_equal(f->taken[f->taken_count - 1], 5011);
	assert_int_equal(f->taken_count, 5012 - oldest);
	assert_int_equal(f->gaps, 1);
	assert_int_equal(f->gap_from, 11);
	assert_int_equal(f->gap_to, oldest - 1);
	assert_int_equal(f->gap_missing, oldest - 11);
	assert_int_equal(w->fakes[1].gaps, 1);
	assert_int_equal(w->hub.sinks[1].metrics.lost, 0);
	for (int i = 0; i < 5; i++) {
		publish(1);
		turn();
	}
	assert_int_equal(f->gaps, 1);
}

/* Taken, overwritten, and then wanted again. */
static void
in_flight_overrun(void **state)
{
	struct fake *f = &w->fakes[0];
	uint64_t oldest;

	(void)state;
	publish(10);
	turn();
	f->room = 0;
	for (int i = 0; i < 20; i++) {
		publish(100);
		turn();
		confirm(&w->fakes[1]);
	}
	oldest = journal_sequence_at(&w->journal, w->journal.tail);
	assert_int_equal(w->hub.sinks[0].metrics.lost, oldest - 11);
	f->sink->host->rewind(f->sink->host);
	assert_int_equal(w->hub.sinks[0].metrics.lost, oldest - 1);
	f->sink->host->rewind(f->sink->host);
	assert_int_equal(w->hub.sinks[0].metrics.lost, oldest - 1);
	f->room = UINT32_MAX;
	turns(5);
	assert_int_equal(f->gap_from, 1);
	assert_int_equal(f->gap_missing, oldest - 1);
}

/* Taken, overwritten, and confirmed after all: nothing is missing of those. */
static void
confirmed_after_overrun(void **state)
{
	struct fake *f = &w->fakes[0];

	(void)state;
	for (int i = 0; i < 30; i++) {
		publish(100);
		turn();
		confirm(&w->fakes[1]);
	}
	assert_int_equal(f->taken_count, 3000);
	confirm(f);
	f->sink->host->rewind(f->sink->host);
	turn();
	assert_int_equal(w->hub.sinks[0].metrics.lost, 0);
	expect_taken(f, 3000, 1);
}

static void
too_large(void **state)
{
	struct level *levels = calloc(4000, sizeof(*levels));
	struct orderbook b;

	(void)state;
	record_init(RECORD_orderbook, &b);
	for (int i = 0; i < 4000; i++) {
		levels[i].price = dec_make(1000000 + i, 2);
		levels[i].quantity = dec_make(1, 0);
	}
	b.bids.at = levels;
	b.bids.count = 4000;
	hub_record(&w->hub, RECORD_orderbook, &b);
	assert_int_equal(w->hub.refused, 1);
	turn();
	publish(1);
	turn();
	expect_taken(&w->fakes[0], 1, 1);
	free(levels);
}

static void
marked(void **state)
{
	const int64_t *mark =
	    journal_mark(&w->journal, "binance:BTCUSDT:trade");

	(void)state;
	publish(1);
	hub_mark(&w->hub, mark, 17);
	publish(1);
	hub_mark(&w->hub, mark, 18);
	hub_mark(&w->hub, mark, 19);
	turn();
	assert_int_equal(*mark, 19);
	expect_taken(&w->fakes[0], 2, 1);
	assert_true(hub_idle(&w->hub));
}

static void
up_and_down(void **state)
{
	struct sink_host *h = w->fakes[0].sink->host;
	struct hub_sink *s = &w->hub.sinks[0];
	char long_text[400];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_false(s->up);
	assert_true(s->since.ns > 0);
	h->up(h);
	assert_true(s->up);
	log_level(LOG_ERROR);
	h->down(h, ERR_SPACE, long_text);
	assert_false(s->up);
	assert_int_equal(s->last_error, ERR_SPACE);
	assert_int_equal(strlen(s->why), HUB_WHY_MAX - 1);
}

/* What a panel says about the sinks, as they are. */
static void
panels(void **state)
{
	static struct metrics m;
	struct health_check check;
	char text[4096];
	struct out o;

	(void)state;
	metrics_init(&m);
	hub_panels(&w->hub, &m);
	assert_int_equal(m.panel_count, 2);
	assert_string_equal(m.panels[0].name, "sinks");
	assert_string_equal(m.panels[1].name, "recent");
	publish(7);
	turn();
	w->fakes[0].sink->host->up(w->fakes[0].sink->host);
	m.panels[0].refresh(m.panels[0].owner);
	out_init(&o, text, sizeof(text));
	m.panels[0].json(m.panels[0].owner, &o);
	assert_non_null(strstr(out_cstr(&o), "\"name\":\"a\""));
	m.panels[0].health(m.panels[0].owner, &check);
	assert_int_equal(check.level, HEALTH_WARN);
	w->loop.wall.ns += 2 * HUB_DOWN_MS * NS_PER_MS;
	m.panels[0].health(m.panels[0].owner, &check);
	assert_int_equal(check.level, HEALTH_FAIL);
	w->fakes[1].sink->host->up(w->fakes[1].sink->host);
	m.panels[0].health(m.panels[0].owner, &check);
	assert_int_equal(check.level, HEALTH_PASS);
}

/* Without a cache nothing is lost: it is worth a warning, and nothing waits for
 * what it has not confirmed. */
static void
a_cache_that_is_away(void **state)
{
	static struct metrics m;
	struct health_check check;

	(void)state;
	hub_close(&w->hub);
	arena_fini(&w->arena);
	start_with(&cache_type);
	metrics_init(&m);
	hub_panels(&w->hub, &m);
	w->fakes[0].sink->host->up(w->fakes[0].sink->host);
	publish(7);
	turn();
	w->fakes[0].sink->host->confirm(
	    w->fakes[0].sink->host, w->journal.head);
	assert_int_equal(journal_backlog(&w->journal), 0);
	w->loop.wall.ns += 2 * HUB_DOWN_MS * NS_PER_MS;
	m.panels[0].health(m.panels[0].owner, &check);
	assert_int_equal(check.level, HEALTH_WARN);
	w->hub.sinks[1].cursor->loose = false;
	assert_int_not_equal(journal_backlog(&w->journal), 0);
}

enum { PATH_BYTES = 64 };

/* A run of the program with the journal in a file, and its end. */
static void
begin(const char *path)
{
	assert_int_equal(
	    journal_open(&w->journal, path, NULL, RING, &why), ERR_OK);
	start();
}

static void
end(void)
{
	hub_close(&w->hub);
	journal_close(&w->journal);
	arena_fini(&w->arena);
	memset(w->fakes, 0, sizeof(w->fakes));
}

/* From now on, and with a new one, instead of the memory. */
static void
use_file(char path[PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "/tmp/mpedge-hub.%d", (int)getpid());
	unlink(path);
	hub_close(&w->hub);
	arena_fini(&w->arena);
	begin(path);
}

/* Killed and started again: what was not confirmed comes again, once. */
static void
restarted(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	use_file(path);
	publish(5);
	turn();
	confirm(&w->fakes[0]);
	publish(5);
	turn();
	confirm(&w->fakes[1]);
	end();
	begin(path);
	turn();
	expect_taken(&w->fakes[0], 5, 6);
	expect_taken(&w->fakes[1], 0, 11);
	publish(1);
	turn();
	expect_taken(&w->fakes[1], 1, 11);
	unlink(path);
}

/*
 * A power cut left frames of which one is not whole: it and those behind it are
 * gone, and every sink is told how many records that were, less those that it
 * had confirmed.
 */
static void
torn_end(void **state)
{
	char path[PATH_BYTES];
	static uint8_t image[JOURNAL_HEADER + RING];
	uint64_t at;
	FILE *f;

	(void)state;
	use_file(path);
	publish(5);
	turn();
	at = w->journal.head;
	publish(2);
	turn();
	confirm(&w->fakes[0]);
	publish(3);
	turn();
	memcpy(image, w->journal.map, sizeof(image));
	end();
	image[JOURNAL_HEADER + at + JOURNAL_FRAME_HEAD + 5] ^= 4;
	f = fopen(path, "wb");
	assert_int_equal(fwrite(image, 1, sizeof(image), f), sizeof(image));
	fclose(f);
	begin(path);
	assert_int_equal(w->journal.cut, 5);
	turn();
	assert_int_equal(w->fakes[0].taken_count, 0);
	assert_int_equal(w->fakes[1].taken_count, 5);
	publish(1);
	turns(3);
	/* Sink a had confirmed 6 and 7. */
	assert_int_equal(w->fakes[0].taken[0], 11);
	assert_int_equal(w->fakes[1].taken[5], 11);
	assert_int_equal(w->hub.sinks[0].metrics.lost, 3);
	assert_int_equal(w->hub.sinks[1].metrics.lost, 5);
	assert_int_equal(w->fakes[0].gaps, 2);
	assert_int_equal(w->fakes[0].gap_from + w->fakes[0].gap_missing, 11);
	assert_int_equal(w->fakes[0].gap_to, 10);
	unlink(path);
}

/* A damaged frame costs itself alone and is told of. */
static void
damaged_frame(void **state)
{
	char path[PATH_BYTES];
	uint64_t at;

	(void)state;
	use_file(path);
	publish(3);
	journal_seal(&w->journal);
	at = w->journal.head;
	publish(3);
	journal_seal(&w->journal);
	journal_sync(&w->journal, true);
	w->journal.ring[at + 70] ^= 1;
	end();
	begin(path);
	turn();
	turn();
	assert_int_equal(w->fakes[0].taken_count, 7);
	assert_int_equal(w->fakes[0].taken[2], 3);
	assert_int_equal(w->fakes[0].taken[3], 5);
	assert_int_equal(w->fakes[0].gap_from, 4);
	assert_int_equal(w->fakes[0].gap_to, 4);
	assert_int_equal(w->hub.sinks[0].metrics.lost, 1);
	w->fakes[0].sink->host->rewind(w->fakes[0].sink->host);
	turn();
	assert_int_equal(w->fakes[0].taken_count, 14);
	assert_int_equal(w->hub.sinks[0].metrics.lost, 1);
	unlink(path);
}

/*
 * A border is kept where a kill leaves it, is the sink's own, and holds up
 * nobody: its frame is passed once all before it is confirmed.
 */
static void
borders(void **state)
{
	struct sink_host *a, *b;
	char path[PATH_BYTES];

	(void)state;
	use_file(path);
	a = w->fakes[0].sink->host;
	b = w->fakes[1].sink->host;
	assert_int_equal(a->border(a), 0);
	assert_int_equal(b->border(b), 0);
	publish(3);
	turn();
	a->border_keep(a, 3);
	assert_int_equal(a->border(a), 3);
	assert_int_equal(b->border(b), 0);
	turn();
	assert_true(w->hub.sinks[0].cursor->position < w->journal.head);
	a->confirm(a, w->fakes[0].next);
	turn();
	assert_int_equal(w->hub.sinks[0].cursor->position, w->journal.head);
	assert_true(w->hub.sinks[1].cursor->position < w->journal.head);
	a->border_keep(a, 9);
	end();
	begin(path);
	a = w->fakes[0].sink->host;
	b = w->fakes[1].sink->host;
	assert_int_equal(a->border(a), 9);
	assert_int_equal(b->border(b), 0);
	unlink(path);
}

static void
the_end_is_told(void **state)
{
	(void)state;
	assert_false(w->fakes[0].sink->host->draining);
	hub_drain(&w->hub);
	assert_true(w->fakes[0].sink->host->draining);
	assert_true(w->fakes[1].sink->host->draining);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* A record that is larger than most takes the room that it needs, not a
 * quarter of the journal from those that are behind. */
static void
large_ones_take_what_they_need(void **state)
{
	static char text[3000];
	struct fake *f = &w->fakes[0];
	struct event e;

	(void)state;
	f->room = 0;
	while (w->journal.head < RING - 2 * sizeof(text)) {
		publish(1);
		turn();
		confirm(&w->fakes[1]);
	}
	memset(text, 'x', sizeof(text));
	record_init(RECORD_event, &e);
	e.state = SPAN("a state of things");
	e.reason = (struct span){ text, sizeof(text) };
	hub_record(&w->hub, RECORD_event, &e);
	assert_int_equal(w->journal.tail, 0);
	f->room = UINT32_MAX;
	turns(4);
	assert_int_equal(w->hub.sinks[0].metrics.lost, 0);
	expect_taken(f, (unsigned)w->journal.sequence - 1, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    large_ones_take_what_they_need, setup, teardown),
		TEST(offered_in_order),
		TEST(records_of_timers),
		TEST(bounded_per_turn),
		TEST(offered_again),
		TEST(overrun_is_told),
		TEST(in_flight_overrun),
		TEST(confirmed_after_overrun),
		TEST(too_large),
		TEST(marked),
		TEST(up_and_down),
		TEST(panels),
		TEST(a_cache_that_is_away),
		TEST(restarted),
		TEST(torn_end),
		TEST(damaged_frame),
		TEST(borders),
		TEST(the_end_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
