/* What nats.c scans, beside the C library's own. */
/* LINK: compat/scan */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>

#include "compat/glibc.h"

static const char date[] = "%4d-%2d-%2dT%2d:%2d:%2d%c%2d:%2d";

/* A version, or a part of one. */
static void
versions(void **state)
{
	static const char *const texts[] = { "2.10.27", "2.10.27-beta", "2.10.",
		"2.10", "2", "", "v2.1.0", " 2. 10.\t7", "-1.+2.-x", "2..3",
		"00012.013.9", "2147483648.-2147483649.7",
		"99999999999999999999999.1.2" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int a[3] = { 7, 7, 7 }, b[3] = { 7, 7, 7 };
		int n =
		    __isoc23_sscanf(texts[i], "%d.%d.%d", &a[0], &a[1], &a[2]);

		assert_int_equal(
		    n, sscanf(texts[i], "%d.%d.%d", &b[0], &b[1], &b[2]));
		if (i < 11)
			assert_memory_equal(a, b, sizeof(a));
	}
}

static void
numbers_end(void **state)
{
	int a, b;

	(void)state;
	assert_int_equal(
	    __isoc23_sscanf("2147483648.-2147483649", "%d.%d", &a, &b), 2);
	assert_int_equal(a, INT_MAX);
	assert_int_equal(b, INT_MIN);
}

static void
dates(void **state)
{
	static const char *const texts[] = { "2026-11-27T19:20:21Z",
		"2026-11-27T19:20:21+02:30", "2026-11-27T19:20:21-02:3",
		"2026-11-27T19:20:21", "2026-11-27 19:20:21Z", "20261-1-2",
		"2026-1-2T3:4:5Z", "x" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int a[8] = { 0 }, b[8] = { 0 };
		char ca = 'x', cb = 'x';

		assert_int_equal(
		    __isoc23_sscanf(texts[i], date, &a[0], &a[1], &a[2], &a[3],
			&a[4], &a[5], &ca, &a[6], &a[7]),
		    sscanf(texts[i], date, &b[0], &b[1], &b[2], &b[3], &b[4],
			&b[5], &cb, &b[6], &b[7]));
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(ca, cb);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(numbers_end),
		cmocka_unit_test(dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
