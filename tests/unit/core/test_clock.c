/* LINK: core/clock */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"

#define AT(ms) ((ms)*NS_PER_MS)

static void
jumps_are_seen_in_both_directions(void **state)
{
	struct clock_watch w = { 0 };
	int64_t year = 1700000000 * NS_PER_S;

	(void)state;
	assert_int_equal(
	    0, clock_jump(&w, (struct mono){ AT(50) }, (struct wall){ year }));
	/* Both go on, and the wall clock is slewed a little. */
	assert_int_equal(0, clock_jump(&w, (struct mono){ AT(9050) },
				(struct wall){ year + AT(9004) }));
	assert_int_equal(AT(101), clock_jump(&w, (struct mono){ AT(9051) },
				      (struct wall){ year + AT(9106) }));
	assert_int_equal(0, clock_jump(&w, (struct mono){ AT(9052) },
				(struct wall){ year + AT(9107) }));
	assert_int_equal(AT(6 - 9107) - year,
	    clock_jump(&w, (struct mono){ AT(9053) }, (struct wall){ AT(7) }));
	assert_int_equal(0,
	    clock_jump(&w, (struct mono){ AT(9054) }, (struct wall){ AT(8) }));
}

/* A process that did not run for an hour saw no jump. */
static void
a_long_turn_is_no_jump(void **state)
{
	struct clock_watch w = { 0 };

	(void)state;
	assert_int_equal(0,
	    clock_jump(&w, (struct mono){ AT(1) }, (struct wall){ AT(5000) }));
	assert_int_equal(0, clock_jump(&w, (struct mono){ AT(3600001) },
				(struct wall){ AT(3605000) }));
}

static void
what_the_kernel_says(void **state)
{
	struct clock_metrics c;

	(void)state;
	memset(&c, 0xff, sizeof(c));
	clock_state(&c, true, 16000000, -3);
	assert_int_equal(c.synchronized, 0);
	assert_int_equal(c.max_error, 16000);
	assert_int_equal(c.estimated_error, 0);
	clock_state(&c, false, 2500, 1999);
	assert_int_equal(c.synchronized, 1);
	assert_int_equal(c.max_error, 2);
	assert_int_equal(c.estimated_error, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jumps_are_seen_in_both_directions),
		cmocka_unit_test(a_long_turn_is_no_jump),
		cmocka_unit_test(what_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
