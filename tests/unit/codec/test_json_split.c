/* LINK: codec/json_split codec/json_split_lex codec/json codec/json_scan */
/* LINK: codec/json_value codec/decimal core/out core/span core/must core/err */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../proto/drip.h"
#include "../dies.h"
#include "codec/json_split.h"

enum {
	ROOM = 64,
	TEXT_MAX = 4096,
};

/* One document, and what must come of it however it is cut. */
struct story {
	const char *text;
	const char *path[2];
	unsigned path_len;
	/* The elements, each followed by a bar. */
	const char *elements;
	uint64_t too_long;
	uint64_t others;
	bool found;
	enum err end;
	/* Kept: code, msg, error; NULL is absent. */
	const char *kept[3];
};

struct hearer {
	struct json_split split;
	char room[ROOM];
	struct json_kept kept[3];
	char code[8];
	char msg[16];
	char error[JSON_SPLIT_OBJECT];
	struct out heard;
	char text[TEXT_MAX];
	uint64_t fail_at;
};

static enum err
on_element(void *owner, struct span text)
{
	struct hearer *h = owner;

	assert_true(text.at == h->room);
	out_span(&h->heard, text);
	out_char(&h->heard, '|');
	return h->split.elements == h->fail_at ? ERR_FULL : ERR_OK;
}

static enum err
feed(void *owner, const char *bytes, size_t len)
{
	struct hearer *h = owner;

	return json_split_feed(&h->split, bytes, len);
}

static void
start(struct hearer *h, const char *const *path, unsigned path_len)
{
	json_split_init(
	    &h->split, path, path_len, h->room, ROOM, on_element, h);
	json_kept_init(&h->kept[0], "code", h->code, sizeof(h->code));
	json_kept_init(&h->kept[1], "msg", h->msg, sizeof(h->msg));
	json_kept_init(&h->kept[2], "error", h->error, sizeof(h->error));
	h->split.kept = h->kept;
	h->split.kept_count = 3;
	h->fail_at = UINT64_MAX;
	out_init(&h->heard, h->text, sizeof(h->text));
}

static void
check_kept(const struct json_kept *k, const char *text)
{
	struct span s = json_kept_text(k);

	assert_int_equal(s.at == NULL, text == NULL);
	if (text)
		assert_true(span_is(s, text));
}

static void
run_story(void *owner, int cut)
{
	const struct story *t = owner;
	struct hearer *h = calloc(1, sizeof(*h));
	struct drip d;
	enum err e;

	assert_true(drip_init(&d, TEXT_MAX));
	start(h, t->path, t->path_len);
	d.feed = feed;
	d.owner = h;
	e = drip(&d, t->text, strlen(t->text), cut);
	drip_fini(&d);
	assert_int_equal(e, t->end == ERR_SHORT ? ERR_OK : t->end);
	assert_int_equal(json_split_end(&h->split), t->end);
	assert_string_equal(out_cstr(&h->heard), t->elements);
	assert_int_equal(h->split.too_long, t->too_long);
	assert_int_equal(h->split.others, t->others);
	assert_int_equal(h->split.found, t->found);
	for (int i = 0; i < 3; i++)
		check_kept(&h->kept[i], t->kept[i]);
	free(h);
}

static const struct story stories[] = {
	{ "{\"a\":[1,{\"symbols\":[{}]}],\"symbols\":[{\"s\":\"A\"} , "
	  "{\"b\":[{}]}],\"z\":{\"symbols\":[{}]}}",
	    { "symbols" }, 1, "{\"s\":\"A\"}|{\"b\":[{}]}|", 0, 0, true, ERR_OK,
	    { 0 } },
	{ "\xef\xbb\xbf [ {\"s\":\"]}\\\"[\\\\\"},{}\n] \r\n", { 0 }, 0,
	    "{\"s\":\"]}\\\"[\\\\\"}|{}|", 0, 0, true, ERR_OK, { 0 } },
	{ "[1,\"a\",[{}],null,{\"n\":-0.5e+3},true,false,[]]", { 0 }, 0,
	    "{\"n\":-0.5e+3}|", 0, 7, true, ERR_OK, { 0 } },
	{ "{\"code\":\"50011\",\"msg\":\"Too \\\"Many\",\"data\":[]}",
	    { "data" }, 1, "", 0, 0, true, ERR_OK,
	    { "50011", "Too \\\"Many", NULL } },
	{ "{\"msg\":\"a message that is much too long\",\"code\":-1121}",
	    { "symbols" }, 1, "", 0, 0, false, ERR_OK,
	    { "-1121", "a message that i", NULL } },
	{ "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":10028,\"message\":"
	  "\"too_many\"},\"usIn\":1}",
	    { "result" }, 1, "", 0, 0, false, ERR_OK,
	    { NULL, NULL, "{\"code\":10028,\"message\":\"too_many\"}" } },
	{ "{\"result\":{\"code\":1,\"trades\":[{\"a\":1}],\"x\":[{}]},"
	  "\"trades\":[{\"b\":1}]}",
	    { "result", "trades" }, 2, "{\"a\":1}|", 0, 0, true, ERR_OK,
	    { 0 } },
	/* Of the same name the first counts. */
	{ "{\"code\":1,\"code\":2,\"d\":[{}],\"d\":[{\"a\":1}]}", { "d" }, 1,
	    "{}|", 0, 0, true, ERR_OK, { "1", NULL, NULL } },
	{ "{\"d\":1,\"d\":[{}]}", { "d" }, 1, "", 0, 0, false, ERR_OK, { 0 } },
	{ "{\"r\":{},\"r\":{\"d\":[{}]}}", { "r", "d" }, 2, "", 0, 0, false,
	    ERR_OK, { 0 } },
	/* No list under that name. */
	{ "{\"d\":{\"d\":[{}]},\"code\":null}", { "d" }, 1, "", 0, 0, false,
	    ERR_OK, { "null", NULL, NULL } },
	{ "[{\"d\":[{}]}]", { "d" }, 1, "", 0, 0, false, ERR_OK, { 0 } },
	{ "{\"d\":[{}]}", { 0 }, 0, "", 0, 0, false, ERR_OK, { 0 } },
	{ "{}", { "d" }, 1, "", 0, 0, false, ERR_OK, { 0 } },
	/* An escaped key is another key. */
	{ "{\"\\u0064\":[{}],\"d\":[{\"\\u0064\":\"\\ud83d\\ude00\"}]}",
	    { "d" }, 1, "{\"\\u0064\":\"\\ud83d\\ude00\"}|", 0, 0, true, ERR_OK,
	    { 0 } },
	{ "[{\"a\":\"sixty-four bytes do fit, and there are no more here: "
	  "....\"},"
	  "{\"a\":\"sixty-four bytes do fit, and there are no more here: "
	  "...\"}]",
	    { 0 }, 0,
	    "{\"a\":\"sixty-four bytes do fit, and there are no more here: "
	    "...\"}|",
	    1, 0, true, ERR_OK, { 0 } },
	/* A key longer than any name that is looked for, with one in front. */
	{ "{\"data567890123456789012345678901234567890\":[{}],"
	  "\"data\":[{\"a\":0}]}",
	    { "data" }, 1, "{\"a\":0}|", 0, 0, true, ERR_OK, { 0 } },
	/* Cut off. */
	{ "", { "d" }, 1, "", 0, 0, false, ERR_SHORT, { 0 } },
	{ "{\"d\":[{\"a\":1},{\"a\":2}", { "d" }, 1, "{\"a\":1}|{\"a\":2}|", 0,
	    0, true, ERR_SHORT, { 0 } },
	{ "{\"d\":[{\"a\":1},{\"a\":", { "d" }, 1, "{\"a\":1}|", 0, 0, true,
	    ERR_SHORT, { 0 } },
	{ "{\"code\":\"5001", { "d" }, 1, "", 0, 0, false, ERR_SHORT, { 0 } },
	/* Cannot be. */
	{ "{\"d\":[{\"a\":1}{\"a\":2}]}", { "d" }, 1, "{\"a\":1}|", 0, 0, true,
	    ERR_SYNTAX, { 0 } },
	{ "{\"d\":[{\"a\":1}}", { "d" }, 1, "{\"a\":1}|", 0, 0, true,
	    ERR_SYNTAX, { 0 } },
	{ "<html>", { "d" }, 1, "", 0, 0, false, ERR_SYNTAX, { 0 } },
	{ "[{},{}]]", { 0 }, 0, "{}|{}|", 0, 0, true, ERR_SYNTAX, { 0 } },
};

static void
cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++)
		drip_all(run_story, (void *)(uintptr_t)&stories[i]);
}

/* The same texts as json_parse, in one piece and byte by byte. */
static void
as_strict_as_json(void **state)
{
	static const char *const texts[] = { "[]", "{}", "[1,]", "[,1]",
		"[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{1:2}",
		"{\"a\" :1}", "[01]", "[-]", "[-0]", "[1.]", "[.5]", "[1.5]",
		"[1e]", "[1e5]", "[1E+5]", "[1e-]", "[1.5e+07]", "[1e5.0]",
		"[+1]", "[tru]", "[true]", "[truee]", "[nul]", "[null]",
		"[nulL]", "[false]", "[fals e]", "[\"\\x\"]", "[\"\\u12\"]",
		"[\"\\u12aF\"]", "[\"\\u12g4\"]", "[\"\t\"]", "[\"\x7f\xff\"]",
		"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "1", "\"a\"", "true", " ",
		"\xef\xbb\xbf[]", " \xef\xbb\xbf[]", "\xef\xbb[]",
		"\xef\xbb\xbf\xef\xbb\xbf[]", "[[[[]]]]", "[}", "{]", "[] []",
		"[] x", "[]\n\n", "{\"a\":[{\"b\":{}}]}", "[0x1]", "[--1]",
		"[1-1]", "[NaN]", "['a']", "[\"a\":1]", "{\"a\",1}",
		"{\"a\":1 \"b\":2}", "{\"a\"::1}", "[:]", "]", "\v[]", "[1}",
		"{\"a\":1]" };
	struct json j;
	struct json_split s;
	char room[ROOM];
	void *pool = malloc(json_pool_bytes(100));

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum err e = ERR_OK;
		bool good;

		json_init(&j, pool, 100);
		good = json_parse(&j, texts[i], strlen(texts[i])) == ERR_OK;
		json_split_init(&s, NULL, 0, room, 0, NULL, NULL);
		for (size_t k = 0; texts[i][k] && e == ERR_OK; k++)
			e = json_split_feed(&s, texts[i] + k, 1);
		if ((json_split_end(&s) == ERR_OK) != good)
			fail_msg("%s", texts[i]);
		assert_int_equal(
		    json_split_end(&s), e ? e : json_split_end(&s));
	}
	free(pool);
}

static void
depth(void **state)
{
	struct json_split s;
	char text[2 * JSON_DEPTH_MAX];
	char room[ROOM];

	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	json_split_init(&s, NULL, 0, room, ROOM, NULL, NULL);
	assert_int_equal(json_split_feed(&s, text, sizeof(text)), ERR_OK);
	assert_int_equal(json_split_end(&s), ERR_OK);
	json_split_init(&s, NULL, 0, room, ROOM, NULL, NULL);
	assert_int_equal(json_split_feed(&s, text, JSON_DEPTH_MAX), ERR_OK);
	assert_int_equal(json_split_end(&s), ERR_SHORT);
	assert_int_equal(json_split_feed(&s, "[", 1), ERR_SYNTAX);
	assert_int_equal(s.offset, JSON_DEPTH_MAX);
}

/* What the hearer says ends it, and stays. */
static void
hearer_ends_it(void **state)
{
	static const char text[] = "[{\"a\":1},{\"a\":2},{\"a\":3}]";
	struct hearer *h = calloc(1, sizeof(*h));

	(void)state;
	start(h, NULL, 0);
	h->fail_at = 2;
	assert_int_equal(
	    json_split_feed(&h->split, text, sizeof(text) - 1), ERR_FULL);
	assert_string_equal(out_cstr(&h->heard), "{\"a\":1}|{\"a\":2}|");
	assert_int_equal(json_split_feed(&h->split, "]", 1), ERR_FULL);
	assert_int_equal(json_split_end(&h->split), ERR_FULL);
	assert_int_equal(h->split.offset, strlen("[{\"a\":1},{\"a\":2"));
	free(h);
}

/* Much more than there is memory for. */
static void
long_document(void **state)
{
	static const char row[] =
	    "{\"symbol\":\"BTCUSDT\",\"f\":[{\"x\":\"1.0\"}]},";
	struct json_split s;
	struct hearer *h = calloc(1, sizeof(*h));
	uint64_t rows = 300000;

	(void)state;
	start(h, NULL, 0);
	s = h->split;
	h->split.kept_count = 0;
	assert_int_equal(json_split_feed(&h->split, "[", 1), ERR_OK);
	for (uint64_t i = 0; i < rows; i++) {
		assert_int_equal(
		    json_split_feed(&h->split, row, sizeof(row) - 1), ERR_OK);
		out_reset(&h->heard);
	}
	assert_int_equal(json_split_feed(&h->split, "{}]", 3), ERR_OK);
	assert_int_equal(json_split_end(&h->split), ERR_OK);
	assert_int_equal(h->split.elements, rows + 1);
	assert_int_equal(h->split.offset, rows * (sizeof(row) - 1) + 4);
	assert_int_equal(s.elements, 0);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(as_strict_as_json),
		cmocka_unit_test(depth),
		cmocka_unit_test(hearer_ends_it),
		cmocka_unit_test(long_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
