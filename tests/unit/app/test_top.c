/* LINK: app/top_frame app/top_tables app/top_cells codec/json */
/* LINK: codec/json_scan codec/json_value codec/decimal codec/decmath */
/* LINK: codec/utf8 core/out core/span core/must core/err */
/* LIBS: jsmn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/top.h"

enum {
	TOKENS = 4096,
	FILE_MAX = 64 * 1024,
};

static uint64_t pool[TOKENS * 20 / 8];
static struct json json;
static struct top_counts counts[2];
static char frame_text[2 * TOP_FRAME_MAX];
static struct out frame;
static char fixture[FILE_MAX];

static size_t
read_file(const char *path, char *text)
{
	FILE *f = fopen(path, "r");
	size_t len;

	assert_non_null(f);
	len = fread(text, 1, FILE_MAX - 1, f);
	fclose(f);
	text[len] = '\0';
	return len;
}

static void
parse(const char *text)
{
	json_init(&json, pool, TOKENS);
	assert_int_equal(json_parse(&json, text, strlen(text)), ERR_OK);
}

static const char *
drawn(const struct top_view *v)
{
	out_init(&frame, frame_text, sizeof(frame_text));
	top_frame(&json, v, &counts[0], &counts[1], &frame);
	return out_cstr(&frame);
}

static int
begin(void **state)
{
	(void)state;
	memset(counts, 0, sizeof(counts));
	read_file("tests/fixtures/top/status.json", fixture);
	parse(fixture);
	return 0;
}

static void
a_frame(void **state)
{
	static char wanted[FILE_MAX];
	struct top_view v = { .cols = 80, .rows = 24, .source = "here" };

	(void)state;
	read_file("tests/fixtures/top/frame.txt", wanted);
	assert_string_equal(drawn(&v), wanted);
}

static void
rates_are_those_between_two_looks(void **state)
{
	struct top_view v = {
		.cols = 120, .rows = 24, .source = "here", .passed_ms = 2000
	};

	(void)state;
	drawn(&v);
	counts[0] = counts[1];
	counts[0].records -= 68;
	counts[0].messages -= 20;
	counts[0].bytes -= 4000;
	counts[0].cpu_ms -= 500 < counts[0].cpu_ms ? 500 : counts[0].cpu_ms;
	for (unsigned i = 0; i < counts[0].rate_count; i++)
		counts[0].of[i].count -= 14;
	drawn(&v);
	assert_non_null(strstr(frame_text, "records 111 34/s"));
	assert_non_null(strstr(frame_text, "messages 210 10/s 2000 B/s"));
	assert_non_null(strstr(frame_text, "8/8        7"));
	/* Where there is room the reason stands in the row too. */
	assert_non_null(strstr(frame_text, "No server available"));
	/* A collector that was started again has counted less. */
	counts[0].records += 1000000;
	drawn(&v);
	assert_non_null(strstr(frame_text, "records 111  messages"));
}

/* Lines and columns of a frame; what is no printable character is a colour. */
static void
measure(const struct top_view *v)
{
	unsigned rows = 1, x = 0;

	assert_false(frame.full);
	for (size_t i = 0; i < frame.len; i++) {
		char c = frame_text[i];

		if (c == '\n') {
			rows++;
			x = 0;
		} else if (c == '\x1b' && v->colour) {
			while (frame_text[i] != 'm')
				i++;
		} else {
			assert_true(c >= ' ' && c < 0x7f);
			assert_true(++x <= v->cols);
		}
	}
	assert_true(rows <= v->rows);
}

static void
every_size(void **state)
{
	struct top_view v = { .source = "here", .error = "refused" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		v.colour = i == 1;
		for (v.cols = 20; v.cols < 140; v.cols += 7) {
			for (v.rows = 5; v.rows < 60; v.rows++) {
				drawn(&v);
				measure(&v);
				assert_non_null(strstr(frame_text, "refused"));
			}
		}
	}
}

static void
those_in_trouble_come_first(void **state)
{
	static char text[FILE_MAX];
	struct top_view v = { .cols = 80, .rows = 24, .source = "here" };
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "{\"connections\":[");
	for (unsigned i = 0; i < 60; i++) {
		OUT_LITERAL(&o, "{\"name\":\"c");
		out_u64(&o, i);
		out_text(&o, i == 59 ? "\",\"state\":\"wait\"}"
				     : "\",\"state\":\"live\"},");
	}
	OUT_LITERAL(&o, "]}");
	parse(out_cstr(&o));
	drawn(&v);
	measure(&v);
	assert_non_null(strstr(frame_text, "c59 "));
	assert_non_null(strstr(frame_text, " more"));
	assert_true(strstr(frame_text, "c59 ") < strstr(frame_text, "c0 "));
}

static void
what_is_missing_or_odd(void **state)
{
	static const char *const texts[] = { "{}", "[]", "[1,2]",
		"{\"connections\":3,\"sinks\":null,\"rest\":{},\"books\":[[]]}",
		"{\"connections\":[],\"journal\":[],\"process\":\"x\"}",
		"{\"connections\":[1,\"a\",null,{\"name\":{}}]}",
		"{\"sinks\":[{\"behind_bytes\":-5,\"confirmed\":1.5,"
		"\"lost\":99999999999999999999}]}",
		"{\"box\":\"\\u001b[2J\x1b[2J\x07\xc3\xa4\",\"status\":"
		"\"\x01\"}",
		"{\"uptime_seconds\":18446744073709551615.0,"
		"\"timestamp\":\"2026-11-27T18:18:51.151742Z\"}" };
	struct top_view v = { .cols = 80,
		.rows = 24,
		.source = "here",
		.passed_ms = 1,
		.colour = true };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_init(&json, pool, TOKENS);
		if (json_parse(&json, texts[i], strlen(texts[i])) != ERR_OK)
			json.count = 0;
		drawn(&v);
		measure(&v);
		assert_non_null(strstr(frame_text, "q quits"));
	}
	json.count = 0;
	drawn(&v);
	measure(&v);
}

static const char *
updated(const char *old, const char *new)
{
	out_init(&frame, frame_text, sizeof(frame_text));
	top_update(
	    old != NULL ? span_of(old) : SPAN_NULL, span_of(new), &frame);
	return out_cstr(&frame);
}

static void
only_lines_that_changed_are_sent(void **state)
{
	(void)state;
	assert_string_equal(updated(NULL, "a\nb"),
	    "\x1b[0m\x1b[2J\x1b[1;1Ha\x1b[0m\x1b[K\x1b[2;1Hb\x1b[0m\x1b[K");
	assert_string_equal(
	    updated("a\nb\nc", "a\nB\nc"), "\x1b[2;1HB\x1b[0m\x1b[K");
	assert_string_equal(updated("a\nb", "a\nb"), "");
	assert_string_equal(updated("a\nb\nc", "a\nb"), "\x1b[3;1H\x1b[J");
	assert_string_equal(updated("a", "a\n\nc"),
	    "\x1b[2;1H\x1b[0m\x1b[K\x1b[3;1Hc\x1b[0m\x1b[K");
}

static void
numbers(void **state)
{
	static const struct {
		void (*write)(struct out *o, uint64_t n);
		uint64_t n;
		const char *text;
	} rows[] = {
		{ top_count, 0, "0" },
		{ top_count, 99999, "99999" },
		{ top_count, 100000, "100k" },
		{ top_count, 99999999, "99999k" },
		{ top_count, 123456789, "123M" },
		{ top_bytes, 9999, "9999 B" },
		{ top_bytes, 16777216, "16 MiB" },
		{ top_age, 999, "999ms" },
		{ top_age, 61000, "61s" },
		{ top_age, 120000, "2m" },
		{ top_age, 7200000, "2h" },
		{ top_age, 172800000, "2d" },
	};
	char text[32];
	struct out o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		out_init(&o, text, sizeof(text));
		rows[i].write(&o, rows[i].n);
		assert_string_equal(out_cstr(&o), rows[i].text);
	}
	out_init(&o, text, sizeof(text));
	top_count(&o, UINT64_MAX);
	assert_string_equal(out_cstr(&o), "18446P");
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_frame),
		TEST(rates_are_those_between_two_looks),
		TEST(every_size),
		TEST(those_in_trouble_come_first),
		TEST(what_is_missing_or_odd),
		TEST(only_lines_that_changed_are_sent),
		TEST(numbers),
	};

	return cmocka_run_group_tests_name("app/top", tests, NULL, NULL);
}
