/* LINK: feed/scheduler feed/scheduler_show model/model core/log core/time */
/* LINK: core/metrics core/out core/span core/err core/must core/arena */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/log.h"
#include "feed/scheduler.h"

/*
 * When jobs run and what is shown of them, without jobs and without a loop:
 * this file stands in for both.  A job is noted by its name, and done when a
 * test says so.
 */
enum {
	WORDS = 65536,
	PAGE = 65536,
};

struct world {
	struct loop loop;
	struct arena arena;
	struct opt_scheduler options;
	struct metrics metrics;
	struct source sources[2];
	struct scheduler scheduler;
	char words[WORDS];
	size_t len;
	/* Jobs are done at once, like this. */
	bool at_once;
	enum job_state outcome;
	char page[PAGE];
};

static struct world *w;

static void
say(const char *name)
{
	w->len += (size_t)snprintf(w->words + w->len, WORDS - w->len, "%s%s",
	    w->len > 0 ? " " : "", name);
	assert_true(w->len < WORDS - 1);
}

static unsigned
times_said(const char *name)
{
	unsigned n = 0;

	w->words[w->len] = '\0';
	for (const char *at = w->words; (at = strstr(at, name)) != NULL; at++)
		n++;
	return n;
}

/* --- in place of the loop and the jobs ------------------------------------
 */

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	assert_ptr_equal(l, &w->loop);
	t->due = due;
	t->armed = true;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	(void)l;
	t->armed = false;
}

bool
job_wanted(const struct scheduler_venue *v, enum job_id id)
{
	/* The second venue has books and nothing else. */
	return v->source == &w->sources[0] || id == JOB_audit;
}

void
job_run(struct scheduler_job *j)
{
	say(j->name);
	if (w->at_once)
		job_done(j, w->outcome, "as told");
}

void
audit_init(struct audit *a, struct source *s, struct arena *arena)
{
	(void)a;
	(void)s;
	(void)arena;
}

void
audit_stop(struct audit *a)
{
	(void)a;
	say("audit_stop");
}

void
audit_record(struct audit *a, enum record_id id, const void *rec)
{
	(void)a;
	(void)rec;
	say(records[id].name);
}

void
coverage_init(struct coverage_teller *c, struct source *s, struct arena *a)
{
	(void)c;
	(void)s;
	(void)a;
}

void
coverage_start(struct coverage_teller *c)
{
	(void)c;
}

void
coverage_lost(struct coverage_teller *c, unsigned stream)
{
	(void)c;
	assert_int_equal(stream, 3);
	say("lost");
}

void
coverage_gap(struct coverage_teller *c, const struct gap *g)
{
	(void)c;
	(void)g;
	say("gap");
}

void
coverage_tell(struct coverage_teller *c, unsigned *told, unsigned *complete)
{
	(void)c;
	*told = *complete = 0;
	say("coverage_tell");
}

void
rereads_init(struct rereads *r, struct scheduler_venue *v, struct arena *a)
{
	(void)r;
	(void)v;
	(void)a;
}

void
cross_init(struct cross *c, struct source *s, struct arena *a)
{
	(void)c;
	(void)s;
	(void)a;
}

/* --- a world ----------------------------------------------------------------
 */

static void
start(void)
{
	struct scheduler_setup setup = { .options = &w->options,
		.loop = &w->loop,
		.metrics = &w->metrics,
		.arena = &w->arena,
		.sources = w->sources,
		.source_count = 2,
		.seed = 3 };

	scheduler_init(&w->scheduler, &setup);
	scheduler_start(&w->scheduler);
}

static int
begin(void **state)
{
	(void)state;
	w = calloc(1, sizeof(*w));
	if (w == NULL || arena_init(&w->arena, 1 << 20) != ERR_OK)
		return -1;
	log_level(LOG_ERROR);
	metrics_init(&w->metrics);
	/* 20 seconds into a minute. */
	w->loop.wall.ns = (29923200LL * 60 + 20) * NS_PER_S;
	w->loop.now.ns = 1000 * NS_PER_S;
	w->sources[0].name = "first";
	w->sources[1].name = "second";
	w->sources[0].rest.symbols = w->sources[1].rest.symbols = 1;
	w->options = (struct opt_scheduler){ .enabled = true,
		.audit_s = 100,
		.coverage_s = 60,
		.health_s = 10 };
	w->at_once = true;
	w->outcome = JOB_OK;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_fini(&w->arena);
	free(w);
	return 0;
}

static void
wait_ms(int64_t ms)
{
	struct mono to = mono_after_ms(w->loop.now, ms);
	struct timer *t = &w->scheduler.timer;

	while (t->armed && t->due.ns <= to.ns) {
		assert_true(t->due.ns > w->loop.now.ns);
		w->loop.wall.ns += t->due.ns - w->loop.now.ns;
		w->loop.now = t->due;
		t->armed = false;
		t->fire(t);
	}
	w->loop.wall.ns += to.ns - w->loop.now.ns;
	w->loop.now = to;
}

static struct scheduler_job *
find(const char *name)
{
	for (unsigned i = 0; i < w->scheduler.job_count; i++) {
		if (strcmp(w->scheduler.jobs[i].name, name) == 0)
			return &w->scheduler.jobs[i];
	}
	fail_msg("no job %s", name);
	return NULL;
}

/* --- when -------------------------------------------------------------------
 */

static void
jobs_are_those_with_a_period_and_work(void **state)
{
	(void)state;
	start();
	assert_int_equal(w->scheduler.job_count, 4);
	find("first:audit");
	find("first:coverage");
	find("second:audit");
	find("health");
}

static void
first_runs_come_within_a_minute_and_apart(void **state)
{
	(void)state;
	start();
	wait_ms(60 * 1000);
	assert_int_equal(times_said("first:audit"), 1);
	assert_int_equal(times_said("second:audit"), 1);
	assert_true(
	    find("first:audit")->last.ns != find("second:audit")->last.ns);
}

static void
later_runs_come_each_period(void **state)
{
	int64_t spread = 0;

	(void)state;
	start();
	wait_ms(60 * 1000);
	for (int i = 0; i < 50; i++) {
		struct scheduler_job *j = find("first:audit");
		int64_t ms = mono_ms_between(w->loop.now, j->due);
		int64_t before = j->last.ns;

		wait_ms(ms);
		ms = (j->last.ns - before) / NS_PER_MS;
		assert_true(ms >= 97500 - 1 && ms <= 102500 + 1);
		spread += ms != 100000;
	}
	assert_true(spread > 10);
	assert_int_equal(find("first:audit")->runs, 51);
}

/* Coverage is about minutes of the clock, whenever the start was. */
static void
coverage_keeps_to_the_clock(void **state)
{
	(void)state;
	start();
	wait_ms(40 * 1000 - 1);
	assert_int_equal(times_said("first:coverage"), 0);
	wait_ms(1);
	assert_int_equal(times_said("first:coverage"), 1);
	wait_ms(600 * 1000);
	assert_int_equal(times_said("first:coverage"), 11);
	assert_int_equal(find("first:coverage")->last.ns % (60 * NS_PER_S), 0);
}

static void
periods_change_while_it_runs(void **state)
{
	struct scheduler_job *health;

	(void)state;
	start();
	wait_ms(60 * 1000);
	health = find("health");
	/* One goes, one comes, one has another period, one stays. */
	w->options.coverage_s = 0;
	w->options.cross_check_s = 30;
	w->options.health_s = 1000;
	scheduler_change(&w->scheduler);
	assert_ptr_equal(find("health"), health);
	assert_int_equal(find("first:cross_check")->period_ms, 30 * 1000);
	wait_ms(61 * 1000);
	w->len = 0;
	w->words[0] = '\0';
	wait_ms(600 * 1000);
	assert_null(strstr(w->words, "coverage"));
	assert_non_null(strstr(w->words, "first:cross_check"));
	assert_non_null(strstr(w->words, "second:audit"));
	assert_null(strstr(w->words, "health"));
	/* And it comes back, in its old place. */
	w->options.coverage_s = 60;
	scheduler_change(&w->scheduler);
	wait_ms(61 * 1000);
	assert_non_null(strstr(w->words, "first:coverage"));
	w->options.enabled = false;
	w->options.audit_s = 0;
	scheduler_change(&w->scheduler);
	assert_int_equal(find("first:audit")->period_ms, 100 * 1000);
}

static void
one_at_a_time(void **state)
{
	struct scheduler_job *j;

	(void)state;
	w->at_once = false;
	start();
	wait_ms(1000 * 1000);
	assert_int_equal(times_said("first:audit"), 1);
	j = find("first:audit");
	assert_true(j->running);
	assert_int_equal(j->runs, 0);
	job_done(j, JOB_WARNING, "late");
	assert_false(j->running);
	assert_int_equal(j->runs, 1);
	assert_true(j->took_ms > 900 * 1000);
	/* The next is the one of the plan. */
	wait_ms(110 * 1000);
	assert_int_equal(times_said("first:audit"), 2);
}

static void
stopped_is_stopped(void **state)
{
	(void)state;
	start();
	w->len = 0;
	scheduler_stop(&w->scheduler);
	w->words[w->len] = '\0';
	assert_string_equal(
	    w->words, "coverage_tell audit_stop coverage_tell audit_stop");
	assert_false(w->scheduler.timer.armed);
	assert_null(w->sources[0].watcher);
	scheduler_stop(&w->scheduler);
	assert_int_equal(times_said("audit_stop"), 2);
}

static void
disabled_does_nothing(void **state)
{
	(void)state;
	w->options.enabled = false;
	start();
	assert_int_equal(w->scheduler.job_count, 0);
	assert_false(w->scheduler.timer.armed);
	assert_null(w->sources[0].watcher);
	scheduler_stop(&w->scheduler);
}

/* --- what the venues say
 * ------------------------------------------------------
 */

static void
records_go_where_they_are_wanted(void **state)
{
	struct source_watcher *o;
	struct orderbook b;
	struct gap g;

	(void)state;
	start();
	o = w->sources[1].watcher;
	record_init(RECORD_orderbook, &b);
	record_init(RECORD_gap, &g);
	o->record(o, RECORD_orderbook, &b);
	o->record(o, RECORD_gap, &g);
	o->lost(o, 3);
	w->words[w->len] = '\0';
	assert_string_equal(w->words, "orderbook gap lost");
}

/* --- what is shown
 * --------------------------------------------------------------
 */

static const char *
page(void)
{
	struct metrics_page *p = &w->metrics.pages[0];
	struct out o;

	out_init(&o, w->page, PAGE);
	p->json(p->owner, &o);
	return out_cstr(&o);
}

static void
expect_in(const char *text, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("%s\nhas no\n%s", text, what);
}

static void
the_page_shows_each_job(void **state)
{
	(void)state;
	start();
	scheduler_panels(&w->scheduler, &w->metrics);
	expect_in(page(), "{\"scheduler_enabled\":true,"
			  "\"scheduler_available\":true,");
	expect_in(page(), "\"scheduler_running\":true,\"total_jobs\":4,");
	expect_in(page(), "\"first:audit\":{\"description\":\"one book is ");
	expect_in(page(), "\"venue\":\"second\",\"trigger_type\":\"interval\","
			  "\"period_s\":100,\"state\":\"waiting\","
			  "\"result\":\"\",\"last_run\":null,\"next_run\":\"");
	expect_in(page(), "\"job\":\"health\",\"venue\":null,");
	w->outcome = JOB_FAILED;
	wait_ms(60 * 1000);
	expect_in(page(), "\"state\":\"failed\",\"result\":\"as told\","
			  "\"last_run\":\"2026-");
	expect_in(page(), "\"run_count\":1,\"took_ms\":0,\"enabled\":true}");
	assert_int_equal(w->scheduler.venues[1].metrics.failures, 1);
	assert_int_equal(w->scheduler.venues[1].metrics.runs, 1);
	scheduler_stop(&w->scheduler);
	expect_in(page(), "\"scheduler_running\":false,");
	expect_in(page(), "\"next_run\":null,");
}

static void
the_page_says_that_it_is_off(void **state)
{
	(void)state;
	w->options.enabled = false;
	start();
	scheduler_panels(&w->scheduler, &w->metrics);
	assert_string_equal(page(),
	    "{\"scheduler_enabled\":false,\"message\":\"scheduler.enabled is "
	    "false\",\"available\":false}");
	assert_int_equal(w->metrics.panel_count, 0);
}

static void
a_long_result_is_cut(void **state)
{
	char text[1024];

	(void)state;
	w->at_once = false;
	start();
	wait_ms(60 * 1000);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	job_done(find("first:audit"), JOB_OK, text);
	assert_int_equal(
	    strlen(find("first:audit")->result), SCHEDULER_RESULT_MAX - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(jobs_are_those_with_a_period_and_work),
		TEST(first_runs_come_within_a_minute_and_apart),
		TEST(later_runs_come_each_period),
		TEST(coverage_keeps_to_the_clock),
		TEST(periods_change_while_it_runs),
		TEST(one_at_a_time),
		TEST(stopped_is_stopped),
		TEST(disabled_does_nothing),
		TEST(records_go_where_they_are_wanted),
		TEST(the_page_shows_each_job),
		TEST(the_page_says_that_it_is_off),
		TEST(a_long_result_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
