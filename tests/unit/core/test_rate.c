/* LINK: core/rate core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/rate.h"

static const char *
shown(const struct rate *r)
{
	static char text[1024];
	struct out o;

	out_init(&o, text, sizeof(text));
	rate_json(r, &o);
	return out_cstr(&o);
}

static void
growth_by_the_time_it_took(void **state)
{
	struct rate r = { 0 };

	(void)state;
	assert_string_equal(shown(&r),
	    "{\"per_second\":0,\"peak_per_second\":0,\"history\":[]}");
	assert_int_equal(rate_now(&r), 0);
	rate_sample(&r, 1000, 2000);
	/* Late: the same growth in five times the time. */
	rate_sample(&r, 2000, 10000);
	rate_sample(&r, 2001, 2000);
	/* No time, and a counter that went back: nothing. */
	rate_sample(&r, 2002, 0);
	rate_sample(&r, 5, 2000);
	assert_string_equal(shown(&r),
	    "{\"per_second\":0,\"peak_per_second\":500,"
	    "\"history\":[500,100,0.5,0,0]}");
	rate_sample(&r, 30, 2000);
	assert_int_equal(rate_now(&r), 12);
	rate_sample(&r, UINT64_MAX, 1);
	rate_sample(&r, UINT64_MAX, 1);
	assert_int_equal(rate_now(&r), 0);
}

static void
the_oldest_goes(void **state)
{
	struct rate r = { 0 };
	const char *text;
	unsigned commas = 0;

	(void)state;
	for (uint64_t i = 1, sum = 0; i <= RATE_SAMPLES + 5; i++) {
		sum += i;
		rate_sample(&r, sum, 1000);
	}
	text = shown(&r);
	assert_non_null(strstr(text, "\"per_second\":65,"));
	assert_non_null(strstr(text, "\"history\":[6,7,"));
	assert_non_null(strstr(text, ",64,65]}"));
	for (const char *c = strstr(text, "["); *c != '\0'; c++)
		commas += *c == ',';
	assert_int_equal(commas, RATE_SAMPLES - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(growth_by_the_time_it_took),
		cmocka_unit_test(the_oldest_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
