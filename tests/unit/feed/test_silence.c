/* LINK: feed/silence_step */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feed/silence.h"

enum {
	LIMIT_MS = 60 * 1000,
};

/* Seconds without data; is it beyond its limit then? */
static bool
quiet(struct silence_stream *st, bool live, int seconds)
{
	for (int i = 0; i < seconds; i++)
		silence_step(st, live, false, 1000, LIMIT_MS);
	return st->beyond;
}

static void
data(struct silence_stream *st)
{
	silence_step(st, true, true, 1000, LIMIT_MS);
}

static void
a_stream_falls_silent(void **state)
{
	struct silence_stream st = { 0 };

	(void)state;
	data(&st);
	assert_false(quiet(&st, true, 59));
	assert_true(quiet(&st, true, 1));
	assert_int_equal(st.age_ms, LIMIT_MS);
	data(&st);
	assert_false(st.beyond);
}

/* Nothing ever came: subscribed, and never heard of. */
static void
a_stream_that_never_was(void **state)
{
	struct silence_stream st = { 0 };

	(void)state;
	assert_true(quiet(&st, true, 60));
}

/* While the connection is away its streams are as they were. */
static void
a_connection_that_is_away(void **state)
{
	struct silence_stream st = { 0 };

	(void)state;
	data(&st);
	assert_false(quiet(&st, true, 30));
	assert_false(quiet(&st, false, 1000));
	/* One that never stays long enough does not hide the silence. */
	assert_false(quiet(&st, true, 29));
	assert_true(quiet(&st, true, 1));
	assert_true(quiet(&st, false, 10));
}

static void
a_quiet_market(void **state)
{
	struct silence_stream st = { 0 };

	(void)state;
	data(&st);
	/* Trades every two minutes: the first pause is one too many. */
	assert_true(quiet(&st, true, 120));
	data(&st);
	for (int i = 0; i < 50; i++) {
		assert_false(quiet(&st, true, 120));
		data(&st);
	}
	assert_true(quiet(&st, true, 360));
	data(&st);
	/* Patience has an end. */
	quiet(&st, true, 24 * 3600);
	data(&st);
	assert_false(quiet(&st, true, 1799));
	assert_true(quiet(&st, true, 1));
}

/* It becomes lively, and its old pauses are forgotten. */
static void
pauses_are_forgotten(void **state)
{
	struct silence_stream st = { 0 };

	(void)state;
	quiet(&st, true, 300);
	data(&st);
	for (int i = 0; i < 1000; i++)
		data(&st);
	assert_true(quiet(&st, true, 60));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_falls_silent),
		cmocka_unit_test(a_stream_that_never_was),
		cmocka_unit_test(a_connection_that_is_away),
		cmocka_unit_test(a_quiet_market),
		cmocka_unit_test(pauses_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
