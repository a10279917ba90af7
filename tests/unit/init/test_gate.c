/* LINK: init/gate core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/gate.h"

static struct mono
at(int64_t s)
{
	return (struct mono){ s * NS_PER_S };
}

/* Says bits each second up to the verdict or `until`; *when is its second. */
static enum gate_verdict
run(struct gate *g, unsigned bits, int64_t from, int64_t until, int64_t *when)
{
	for (*when = from; *when < until; (*when)++) {
		enum gate_verdict v;

		gate_hear(g, at(*when), bits);
		v = gate_tick(g, at(*when));
		if (v != GATE_OPEN)
			return v;
	}
	return GATE_OPEN;
}

static void
reads_words(void **state)
{
	(void)state;
	assert_int_equal(
	    gate_parse(SPAN("loop:1 clock:1 venue:1 sink:1")), GATE_ALL);
	assert_int_equal(gate_parse(SPAN("loop:1 clock:0 venue:1 sink:")),
	    GATE_LOOP | GATE_VENUE);
	assert_int_equal(gate_parse(SPAN("")), 0);
	assert_int_equal(gate_parse(SPAN("loop:11 loops:1 Loop:1 :1 1")), 0);
	assert_int_equal(gate_parse(SPAN("more:1 sink:1")), GATE_SINK);
}

static void
commits_when_all_holds(void **state)
{
	struct gate g;
	int64_t when;

	(void)state;
	gate_init(&g, at(0), true, GATE_ALL, 300 * 1000);
	assert_int_equal(
	    run(&g, GATE_LOOP | GATE_CLOCK, 0, 50, &when), GATE_OPEN);
	assert_int_equal(run(&g, GATE_ALL, 50, 300, &when), GATE_COMMIT);
	assert_int_equal(when, 60);
	/* Once. */
	assert_int_equal(run(&g, 0, 61, 1000, &when), GATE_OPEN);
}

/* A moment is not enough. */
static void
rolls_back_what_does_not_stay(void **state)
{
	struct gate g;
	enum gate_verdict v = GATE_OPEN;

	(void)state;
	gate_init(&g, at(0), true, GATE_UNKNOWN, 300 * 1000);
	for (int64_t s = 0; v == GATE_OPEN && s < 400; s++) {
		gate_hear(&g, at(s), s % 9 == 0 ? GATE_LOOP : GATE_ALL);
		v = gate_tick(&g, at(s));
		assert_true(v == GATE_OPEN || s == 300);
	}
	assert_int_equal(v, GATE_ROLL_BACK);
}

static void
the_old_slot_failed_alike(void **state)
{
	struct gate g;
	int64_t when;

	(void)state;
	gate_init(&g, at(0), true, GATE_ALL & ~GATE_SINK, 300 * 1000);
	assert_int_equal(
	    run(&g, GATE_ALL & ~GATE_SINK, 0, 400, &when), GATE_COMMIT);
	assert_int_equal(when, 60);
	/* But not what it could do. */
	gate_init(&g, at(0), true, GATE_ALL & ~GATE_SINK, 300 * 1000);
	assert_int_equal(
	    run(&g, GATE_ALL & ~GATE_VENUE, 0, 400, &when), GATE_ROLL_BACK);
	assert_int_equal(when, 300);
	assert_string_equal(g.reason, "not in time: venue");
	/* Nothing is known of it: all has to hold. */
	gate_init(&g, at(0), true, GATE_UNKNOWN, 300 * 1000);
	assert_int_equal(
	    run(&g, GATE_ALL & ~GATE_SINK, 0, 400, &when), GATE_ROLL_BACK);
}

/* Nothing is heard any more: nothing holds. */
static void
silence(void **state)
{
	struct gate g;
	int64_t when;

	(void)state;
	gate_init(&g, at(0), true, GATE_ALL, 300 * 1000);
	assert_int_equal(run(&g, GATE_ALL, 0, 5, &when), GATE_OPEN);
	assert_int_equal(gate_tick(&g, at(20)), GATE_OPEN);
	assert_int_equal(g.now_bits, 0);
	assert_int_equal(gate_tick(&g, at(300)), GATE_ROLL_BACK);
	assert_string_equal(g.reason, "not in time: loop clock venue sink");
}

static void
a_program_that_cannot_run(void **state)
{
	struct gate g;

	(void)state;
	gate_init(&g, at(0), true, GATE_ALL, 300 * 1000);
	assert_int_equal(gate_fail(&g, "it crashes"), GATE_ROLL_BACK);
	assert_string_equal(g.reason, "it crashes");
	assert_int_equal(gate_fail(&g, "it crashes"), GATE_OPEN);
	/* The old one could not either: its settings are wrong. */
	gate_init(&g, at(0), true, 0, 300 * 1000);
	assert_int_equal(gate_fail(&g, "mp.ini"), GATE_OPEN);
	assert_int_equal(gate_tick(&g, at(59)), GATE_OPEN);
	assert_int_equal(gate_tick(&g, at(60)), GATE_COMMIT);
	/* A committed slot is never rolled back. */
	gate_init(&g, at(0), false, GATE_ALL, 300 * 1000);
	assert_int_equal(gate_fail(&g, "it crashes"), GATE_OPEN);
	assert_int_equal(gate_tick(&g, at(1000)), GATE_OPEN);
}

static void
steady(void **state)
{
	struct gate g;
	int64_t when;

	(void)state;
	gate_init(&g, at(0), false, GATE_UNKNOWN, 300 * 1000);
	run(&g, GATE_ALL, 10, 60, &when);
	assert_int_equal(gate_steady(&g, at(60)), GATE_UNKNOWN);
	run(&g, GATE_ALL, 60, 71, &when);
	assert_int_equal(gate_steady(&g, at(70)), GATE_ALL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_words),
		cmocka_unit_test(commits_when_all_holds),
		cmocka_unit_test(rolls_back_what_does_not_stay),
		cmocka_unit_test(the_old_slot_failed_alike),
		cmocka_unit_test(silence),
		cmocka_unit_test(a_program_that_cannot_run),
		cmocka_unit_test(steady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
