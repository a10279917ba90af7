/* LINK: core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/out.h"

/* Memory of exactly this size from the heap, so that ASan sees one byte more.
 */
static struct out
fresh(size_t size)
{
	struct out o;
	void *memory = malloc(size + !size);

	assert_non_null(memory);
	out_init(&o, memory, size);
	return o;
}

static void
check(struct out *o, const char *want)
{
	assert_false(o->full);
	assert_int_equal(o->len, strlen(want));
	assert_memory_equal(o->at, want, o->len);
	out_reset(o);
}

static void
bytes_of_every_length(void **state)
{
	char from[400];

	(void)state;
	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (char)(i * 7 + 1);
	for (size_t len = 0; len < sizeof(from); len++) {
		struct out exact = fresh(len);
		char *source = malloc(len + !len);

		assert_non_null(source);
		memcpy(source, from, len);
		out_bytes(&exact, source, len);
		assert_false(exact.full);
		assert_int_equal(exact.len, len);
		assert_memory_equal(exact.at, from, len);
		out_bytes(&exact, source, 0);
		assert_false(exact.full);
		out_char(&exact, 'x');
		assert_true(exact.full);
		free(source);
		free(exact.at);
	}
}

static void
full_sticks(void **state)
{
	struct out o = fresh(4);

	(void)state;
	out_text(&o, "abcde");
	assert_true(o.full);
	assert_int_equal(o.len, 0);
	out_text(&o, "ab");
	assert_true(o.full);
	out_reset(&o);
	assert_false(o.full);
	out_u64(&o, 12345);
	assert_true(o.full);
	out_reset(&o);
	out_u64(&o, 1234);
	check(&o, "1234");
	out_i64(&o, -1234);
	assert_true(o.full);
	free(o.at);
	out_init(&o, NULL, 0);
	out_span(&o, SPAN_NULL);
	assert_false(o.full);
	assert_string_equal(out_cstr(&o), "");
	assert_true(o.full);
}

static void
check_number(struct out *o, uint64_t value)
{
	char want[32];

	snprintf(want, sizeof(want), "%" PRIu64, value);
	out_u64(o, value);
	check(o, want);
	snprintf(want, sizeof(want), "%" PRId64, (int64_t)value);
	out_i64(o, (int64_t)value);
	check(o, want);
}

static void
numbers(void **state)
{
	struct out o = fresh(32);
	uint64_t power = 1;

	(void)state;
	for (uint64_t i = 0; i < 20000; i++)
		check_number(&o, i);
	for (int digits = 1; digits <= 20; digits++, power *= 10) {
		check_number(&o, power - 1);
		check_number(&o, power);
		check_number(&o, power + 1);
		check_number(&o, power / 7 * 9);
	}
	for (int bit = 0; bit < 64; bit++) {
		check_number(&o, UINT64_C(1) << bit);
		check_number(&o, (UINT64_C(1) << bit) - 1);
	}
	check_number(&o, UINT64_MAX);
	free(o.at);
}

static void
padding_and_hex(void **state)
{
	struct out o = fresh(64);

	(void)state;
	out_pad(&o, 7, 3);
	check(&o, "007");
	out_pad(&o, 1234, 3);
	check(&o, "1234");
	out_pad(&o, 0, 0);
	check(&o, "0");
	out_pad(&o, 5, 30);
	check(&o, "000000000000000000000000000005");
	out_hex(&o, "\x00\x0f\xa5\xff", 4);
	check(&o, "000fa5ff");
	OUT_LITERAL(&o, "a\0b");
	assert_int_equal(o.len, 3);
	assert_true(span_eq(out_done(&o), SPAN("a\0b")));
	free(o.at);
}

static void
check_json(const char *text, size_t len, const char *want)
{
	struct out o = fresh(strlen(want));
	char *source = malloc(len + !len);

	assert_non_null(source);
	memcpy(source, text, len);
	out_json(&o, (struct span){ source, len });
	check(&o, want);
	free(source);
	free(o.at);
}

#define JSON(literal, want) check_json(literal, sizeof(literal) - 1, want)
#define BAD "\xef\xbf\xbd"

static void
json_escapes(void **state)
{
	(void)state;
	JSON("", "\"\"");
	JSON("plain", "\"plain\"");
	JSON("a long text without anything in it",
	    "\"a long text without anything in it\"");
	JSON("\"\\/", "\"\\\"\\\\/\"");
	JSON("\b\t\n\v\f\r", "\"\\b\\t\\n\\u000b\\f\\r\"");
	JSON("\0\x01\x1f\x20\x7f", "\"\\u0000\\u0001\\u001f \x7f\"");
}

static void
json_utf8(void **state)
{
	(void)state;
	JSON("\xc2\x80\xdf\xbf", "\"\xc2\x80\xdf\xbf\"");
	JSON("\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf",
	    "\"\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf\"");
	JSON("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	    "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"");
	JSON("\x80", "\"" BAD "\"");
	JSON("\xc0\x80", "\"" BAD BAD "\"");
	JSON("\xc1\xbf", "\"" BAD BAD "\"");
	JSON("\xc2", "\"" BAD "\"");
	JSON("\xc2x", "\"" BAD "x\"");
	JSON("\xe0\x9f\xbf", "\"" BAD BAD BAD "\"");
	JSON("\xed\xa0\x80", "\"" BAD BAD BAD "\"");
	JSON("\xe2\x82", "\"" BAD BAD "\"");
	JSON("\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\"");
	JSON("\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\"");
	JSON("\xf5\xff\xfe", "\"" BAD BAD BAD "\"");
	JSON("\xf0\x90\x80\xc2\x80", "\"" BAD BAD BAD "\xc2\x80\"");
}

/* The way of eight bytes a step and the way of single ones must agree. */
static void
json_every_byte_at_every_place(void **state)
{
	char text[40];
	char want[80];

	(void)state;
	for (size_t at = 0; at < 24; at++) {
		for (int c = 0; c < 256; c++) {
			const char *special = "\b\t\n\f\r\"\\";
			const char *found = c ? strchr(special, c) : NULL;
			char escaped[8] = { (char)c, '\0' };

			memset(text, 'a', sizeof(text));
			text[at] = (char)c;
			if (found != NULL)
				snprintf(escaped, sizeof(escaped), "\\%c",
				    "btnfr\"\\"[found - special]);
			else if (c < 0x20)
				snprintf(
				    escaped, sizeof(escaped), "\\u%04x", c);
			else if (c >= 0x80)
				snprintf(escaped, sizeof(escaped), "%s", BAD);
			snprintf(want, sizeof(want), "\"%.*s%s%.*s\"", (int)at,
			    "aaaaaaaaaaaaaaaaaaaaaaaaa", escaped,
			    (int)(24 - at), "aaaaaaaaaaaaaaaaaaaaaaaaa");
			check_json(text, 25, want);
		}
	}
}

static void
json_that_does_not_fit(void **state)
{
	(void)state;
	for (size_t size = 0; size < 20; size++) {
		struct out o = fresh(size);

		out_json(&o, SPAN("ab\n\xc2\xa9"
				  "cd\"efg"));
		assert_int_equal(o.full, size < 15);
		free(o.at);
	}
}

static void
html(void **state)
{
	struct out o = fresh(64);

	(void)state;
	out_html(&o, SPAN("<a b='c' d=\"e\">&\xc2\xa9\0"));
	assert_true(span_eq(out_done(&o),
	    SPAN("&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;\xc2\xa9\0")));
	free(o.at);
}

static void
c_strings(void **state)
{
	struct out o = fresh(4);

	(void)state;
	out_text(&o, "abc");
	assert_string_equal(out_cstr(&o), "abc");
	assert_int_equal(o.len, 3);
	assert_false(o.full);
	out_char(&o, 'd');
	assert_false(o.full);
	assert_string_equal(out_cstr(&o), "abc");
	assert_true(o.full);
	free(o.at);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_of_every_length),
		cmocka_unit_test(full_sticks),
		cmocka_unit_test(numbers),
		cmocka_unit_test(padding_and_hex),
		cmocka_unit_test(json_escapes),
		cmocka_unit_test(json_utf8),
		cmocka_unit_test(json_every_byte_at_every_place),
		cmocka_unit_test(json_that_does_not_fit),
		cmocka_unit_test(html),
		cmocka_unit_test(c_strings),
	};

	return cmocka_run_group_tests_name("core/out", tests, NULL, NULL);
}
