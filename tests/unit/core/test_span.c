/* LINK: core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/span.h"

static void
comparing(void **state)
{
	(void)state;
	assert_true(span_eq(SPAN("abc"), span_of("abc")));
	assert_false(span_eq(SPAN("abc"), SPAN("abd")));
	assert_false(span_eq(SPAN("abc"), SPAN("ab")));
	assert_true(span_eq(SPAN_NULL, SPAN("")));
	assert_true(span_is(SPAN("abc"), "abc"));
	assert_false(span_is(SPAN("abc"), "abcd"));
	assert_false(span_is(SPAN_NULL, ""));
	assert_true(span_is(SPAN(""), ""));
	assert_true(span_is_nocase(SPAN("Content-Length"), "content-LENGTH"));
	assert_false(span_is_nocase(SPAN("a@"), "a`"));
	assert_false(span_is_nocase(SPAN("abc"), "ab"));
	assert_false(span_is_nocase(SPAN_NULL, ""));
	assert_true(span_starts(SPAN("abc"), "ab"));
	assert_true(span_starts(SPAN("abc"), ""));
	assert_false(span_starts(SPAN("abc"), "abcd"));
	assert_false(span_starts(SPAN("abc"), "b"));
	assert_false(span_starts(SPAN_NULL, ""));
	assert_true(span_ends(SPAN("abc"), "bc"));
	assert_true(span_ends(SPAN("abc"), "abc"));
	assert_true(span_ends(SPAN("abc"), ""));
	assert_false(span_ends(SPAN("abc"), "zabc"));
	assert_false(span_ends(SPAN("abc"), "b"));
	assert_false(span_ends(SPAN_NULL, ""));
	assert_null(span_of(NULL).at);
}

static void
trimming(void **state)
{
	(void)state;
	assert_true(span_is(span_trim(SPAN(" \t a b\t ")), "a b"));
	assert_true(span_is(span_trim(SPAN(" \t ")), ""));
	assert_true(span_is(span_trim(SPAN("\na")), "\na"));
	assert_null(span_trim(SPAN_NULL).at);
}

static void
words(void **state)
{
	struct span rest = SPAN(",, one two,three ,");

	(void)state;
	assert_true(span_is(span_word(&rest, ", "), "one"));
	assert_true(span_is(span_word(&rest, ", "), "two"));
	assert_true(span_is(span_word(&rest, ", "), "three"));
	assert_null(span_word(&rest, ", ").at);
	assert_null(span_word(&rest, ", ").at);
	rest = SPAN_NULL;
	assert_null(span_word(&rest, ", ").at);
	rest = SPAN("a\0b c");
	assert_int_equal(span_word(&rest, " ").len, 3);
}

static void
check_u64(const char *text, enum err want, uint64_t value)
{
	uint64_t got = 77;

	assert_int_equal(span_u64(span_of(text), &got), want);
	assert_true(got == (want == ERR_OK ? value : 77));
}

static void
unsigned_numbers(void **state)
{
	(void)state;
	check_u64("0", ERR_OK, 0);
	check_u64("42", ERR_OK, 42);
	check_u64("18446744073709551615", ERR_OK, UINT64_MAX);
	check_u64("00000000000000000000000000012", ERR_OK, 12);
	check_u64("18446744073709551616", ERR_RANGE, 0);
	check_u64("99999999999999999999", ERR_RANGE, 0);
	check_u64("184467440737095516150", ERR_RANGE, 0);
	check_u64("", ERR_SYNTAX, 0);
	check_u64(NULL, ERR_SYNTAX, 0);
	check_u64("-1", ERR_SYNTAX, 0);
	check_u64("+1", ERR_SYNTAX, 0);
	check_u64(" 1", ERR_SYNTAX, 0);
	check_u64("1 ", ERR_SYNTAX, 0);
	check_u64("1.0", ERR_SYNTAX, 0);
	check_u64("99999999999999999999x", ERR_SYNTAX, 0);
}

static void
check_i64(const char *text, enum err want, int64_t value)
{
	int64_t got = 77;

	assert_int_equal(span_i64(span_of(text), &got), want);
	assert_true(got == (want == ERR_OK ? value : 77));
}

static void
signed_numbers(void **state)
{
	(void)state;
	check_i64("0", ERR_OK, 0);
	check_i64("-0", ERR_OK, 0);
	check_i64("-42", ERR_OK, -42);
	check_i64("9223372036854775807", ERR_OK, INT64_MAX);
	check_i64("-9223372036854775808", ERR_OK, INT64_MIN);
	check_i64("9223372036854775808", ERR_RANGE, 0);
	check_i64("-9223372036854775809", ERR_RANGE, 0);
	check_i64("-", ERR_SYNTAX, 0);
	check_i64("", ERR_SYNTAX, 0);
	check_i64("--1", ERR_SYNTAX, 0);
	check_i64("+1", ERR_SYNTAX, 0);
}

/* The vectors of draft-eastlake-fnv. */
static void
hashing(void **state)
{
	(void)state;
	assert_true(span_hash(SPAN_NULL) == UINT64_C(0xcbf29ce484222325));
	assert_true(span_hash(SPAN("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(span_hash(SPAN("foobar")) == UINT64_C(0x85944171f73967e8));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparing),
		cmocka_unit_test(trimming),
		cmocka_unit_test(words),
		cmocka_unit_test(unsigned_numbers),
		cmocka_unit_test(signed_numbers),
		cmocka_unit_test(hashing),
	};

	return cmocka_run_group_tests_name("core/span", tests, NULL, NULL);
}
