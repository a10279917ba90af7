/* LINK: init/supervisor core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/supervisor.h"

enum {
	OK = 0,
	STATUS_1 = 1 << 8,
	STATUS_78 = 78 << 8,
	SEGV = 11,
};

struct bench {
	struct sup s;
	int64_t ms;
};

static struct mono
now(const struct bench *b)
{
	return (struct mono){ b->ms * NS_PER_MS };
}

static void
begin(struct bench *b)
{
	b->ms = 1000;
	sup_init(&b->s, now(b));
}

/* Time passes in steps of 100 ms until something is to be done. */
static enum sup_act
wait_act(struct bench *b, int64_t most_ms)
{
	for (int64_t end = b->ms + most_ms;; b->ms += 100) {
		enum sup_act act = sup_tick(&b->s, now(b));

		if (act != SUP_NOTHING || b->ms >= end)
			return act;
	}
}

static void
started(struct bench *b)
{
	sup_started(&b->s, now(b));
}

/* It lives for so long, with beats, and ends. */
static void
live(struct bench *b, int64_t ms, int status)
{
	started(b);
	for (int64_t end = b->ms + ms; b->ms < end; b->ms += 100) {
		sup_beat(&b->s, now(b));
		assert_int_equal(sup_tick(&b->s, now(b)), SUP_NOTHING);
	}
	sup_ended(&b->s, now(b), status);
}

static void
restarts_at_once(void **state)
{
	struct bench b;
	int64_t before;

	(void)state;
	begin(&b);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	for (int i = 0; i < 20; i++) {
		live(&b, 400 * 1000, OK);
		before = b.ms;
		assert_int_equal(wait_act(&b, 1000), SUP_START);
		assert_true(b.ms - before <= 100);
		assert_string_equal(b.s.reason, "ended with status 0");
	}
	started(&b);
	assert_int_equal(b.s.restarts, 20);
}

static void
a_crash_loop_is_safe_mode(void **state)
{
	struct bench b;
	int64_t before;

	(void)state;
	begin(&b);
	for (int i = 0; i < SUP_CRASHES; i++) {
		assert_int_equal(wait_act(&b, 10000), SUP_START);
		live(&b, 1000, SEGV);
	}
	before = b.ms;
	assert_int_equal(wait_act(&b, 1000), SUP_START_SAFE);
	assert_int_equal(b.ms, before);
	assert_string_equal(b.s.safe_reason,
	    "mpedge ends again and again; last: ended by signal 11");
	/* The timer brings the collector back. */
	started(&b);
	for (; b.ms < before + SUP_RETRY_CRASH_MS; b.ms += 1000) {
		sup_beat(&b.s, now(&b));
		assert_int_equal(sup_tick(&b.s, now(&b)), SUP_NOTHING);
	}
	sup_beat(&b.s, now(&b));
	assert_int_equal(wait_act(&b, 1000), SUP_TERM);
	sup_ended(&b.s, now(&b), OK);
	assert_int_equal(wait_act(&b, 1000), SUP_START);
	/* One short life more is enough then. */
	live(&b, 1000, STATUS_1);
	assert_int_equal(wait_act(&b, 1000), SUP_START_SAFE);
	/* And the next try is later. */
	assert_true(b.s.retry.ns - now(&b).ns > 9 * 60 * NS_PER_S);
}

/* Short lives far from each other are no loop. */
static void
now_and_then_is_no_loop(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(wait_act(&b, 10000), SUP_START);
		live(&b, i % 2 ? 1000 : 200 * 1000, SEGV);
	}
	assert_false(b.s.safe);
}

static void
a_wrong_configuration(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	live(&b, 100, STATUS_78);
	assert_int_equal(wait_act(&b, 0), SUP_START_SAFE);
	assert_true(b.s.bad_config);
	assert_string_equal(b.s.safe_reason, "mp.ini is not valid");
	started(&b);
	sup_beat(&b.s, now(&b));
	b.ms += 5000;
	sup_config_changed(&b.s, now(&b));
	assert_int_equal(wait_act(&b, 0), SUP_TERM);
	sup_ended(&b.s, now(&b), OK);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	live(&b, 1000, STATUS_1);
	/* The new file is given all its tries. */
	assert_int_equal(wait_act(&b, 10000), SUP_START);
	assert_false(b.s.safe);
}

static void
a_hung_one_is_killed(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	started(&b);
	sup_beat(&b.s, now(&b));
	assert_int_equal(wait_act(&b, SUP_BEAT_MS + 200), SUP_KILL);
	assert_false(sup_is_helpless(&b.s, now(&b)));
	b.ms += 200;
	sup_ended(&b.s, now(&b), 9);
	assert_string_equal(b.s.reason, "it was hung and was killed");
	assert_int_equal(wait_act(&b, 5000), SUP_START);
	/* One that never says anything has longer. */
	started(&b);
	assert_int_equal(wait_act(&b, SUP_FIRST_BEAT_MS), SUP_NOTHING);
	assert_int_equal(wait_act(&b, 200), SUP_KILL);
	/* What even SIGKILL does not end. */
	b.ms += SUP_KILL_MS;
	assert_int_equal(sup_tick(&b.s, now(&b)), SUP_NOTHING);
	assert_true(sup_is_helpless(&b.s, now(&b)));
}

static void
safe_mode_that_does_not_help(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	live(&b, 100, STATUS_78);
	for (int i = 0; i < SUP_SAFE_ENDS; i++) {
		assert_false(sup_is_helpless(&b.s, now(&b)));
		assert_int_equal(wait_act(&b, 10000), SUP_START_SAFE);
		live(&b, 100, STATUS_1);
	}
	assert_true(sup_is_helpless(&b.s, now(&b)));
}

static void
what_cannot_be_started(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	for (int i = 0; i < SUP_CRASHES; i++) {
		assert_int_equal(wait_act(&b, 10000), SUP_START);
		started(&b);
		sup_ended(&b.s, now(&b), -1);
	}
	assert_int_equal(wait_act(&b, 0), SUP_START_SAFE);
}

static void
lawful_ends(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	started(&b);
	sup_renew(&b.s, now(&b), "the name servers have changed");
	assert_int_equal(wait_act(&b, 0), SUP_TERM);
	b.ms += 100;
	sup_ended(&b.s, now(&b), OK);
	assert_string_equal(b.s.reason, "the name servers have changed");
	assert_int_equal(b.s.end_count, 0);
	assert_int_equal(wait_act(&b, 0), SUP_START);
	started(&b);
	sup_close(&b.s, now(&b));
	assert_int_equal(wait_act(&b, 0), SUP_TERM);
	/* It does not drain: it is killed. */
	assert_int_equal(wait_act(&b, SUP_DRAIN_MS), SUP_KILL);
	assert_false(sup_is_down(&b.s));
	sup_ended(&b.s, now(&b), 9);
	assert_true(sup_is_down(&b.s));
	assert_int_equal(wait_act(&b, 100000), SUP_NOTHING);
	/* Nothing ran. */
	begin(&b);
	sup_close(&b.s, now(&b));
	assert_int_equal(wait_act(&b, 0), SUP_NOTHING);
	assert_true(sup_is_down(&b.s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restarts_at_once),
		cmocka_unit_test(a_crash_loop_is_safe_mode),
		cmocka_unit_test(now_and_then_is_no_loop),
		cmocka_unit_test(a_wrong_configuration),
		cmocka_unit_test(a_hung_one_is_killed),
		cmocka_unit_test(safe_mode_that_does_not_help),
		cmocka_unit_test(what_cannot_be_started),
		cmocka_unit_test(lawful_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
