/* LINK: core/time core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "core/time.h"

static void
check(int64_t ns, const char *want)
{
	char text[27];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_time(&o, (struct wall){ ns });
	assert_false(o.full);
	assert_int_equal(o.len, 27);
	assert_memory_equal(text, want, 27);
}

static void
known_moments(void **state)
{
	(void)state;
	check(0, "1970-01-01T00:00:00.000000Z");
	check(-1, "1970-01-01T00:00:00.000000Z");
	check(INT64_MIN, "1970-01-01T00:00:00.000000Z");
	check(999, "1970-01-01T00:00:00.000000Z");
	check(1000, "1970-01-01T00:00:00.000001Z");
	check(951782399999999999, "2000-02-28T23:59:59.999999Z");
	check(951782400000000000, "2000-02-29T00:00:00.000000Z");
	check(951868800000000000, "2000-03-01T00:00:00.000000Z");
	check(1795428434567000000, "2026-11-23T10:07:14.567000Z");
	check(4107542400000000000, "2100-03-01T00:00:00.000000Z");
	check(INT64_MAX, "2262-04-11T23:47:16.854775Z");
}

/* Every day that 64 bits of nanoseconds reach, against the C library. */
static void
every_day(void **state)
{
	(void)state;
	for (int64_t day = 0; day <= 106751; day++) {
		int64_t second = day * 86400 + day % 86400;
		time_t t = (time_t)second;
		struct tm tm;
		char want[64];

		/* A time_t of 32 bits ends earlier. */
		if ((int64_t)t != second)
			break;
		assert_non_null(gmtime_r(&t, &tm));
		snprintf(want, sizeof(want),
		    "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		    (int)(day * 9 % 1000000));
		check(second * NS_PER_S + day * 9 % 1000000 * 1000, want);
	}
}

static void
no_room(void **state)
{
	char text[26];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	out_time(&o, (struct wall){ 0 });
	assert_true(o.full);
	assert_int_equal(o.len, 0);
}

static void
arithmetic(void **state)
{
	struct mono a = { 5 * NS_PER_S };
	struct mono b = mono_after_ms(a, 1500);

	(void)state;
	assert_true(b.ns == 6500 * NS_PER_MS);
	assert_true(mono_ms_between(a, b) == 1500);
	assert_true(mono_due(a, a));
	assert_true(mono_due(a, b));
	assert_false(mono_due(b, a));
	assert_true(mono_min(a, b).ns == a.ns);
	assert_true(mono_min(MONO_NEVER, b).ns == b.ns);
}

static void
clocks_run(void **state)
{
	struct mono before = time_mono();
	/* 2024-01-01: a wall clock before that says that nothing was read. */
	int64_t then = 1704067200 * NS_PER_S;

	(void)state;
	assert_true(time_mono().ns >= before.ns);
	assert_true(time_wall().ns > then);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_moments),
		cmocka_unit_test(every_day),
		cmocka_unit_test(no_room),
		cmocka_unit_test(arithmetic),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests_name("core/time", tests, NULL, NULL);
}
