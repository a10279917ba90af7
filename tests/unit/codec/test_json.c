/* LINK: codec/json codec/json_scan codec/json_value codec/decimal */
/* LINK: core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/json.h"

enum {
	POOL = 4096,
};

static uint64_t
next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* The text and the pool are pieces of memory of their own. */
static enum err
parse(struct json *j, const char *text, size_t len, size_t pool)
{
	char *copy = malloc(len == 0 ? 1 : len);

	memcpy(copy, text, len);
	json_init(j, malloc(json_pool_bytes(pool)), pool);
	j->text = copy;
	return json_parse(j, copy, len);
}

static void
release(struct json *j, char *copy)
{
	free(copy);
	free(j->tokens);
}

/* Parse, and give back the memory with the next call. */
static enum err
tokenise(struct json *j, const char *text)
{
	static char *copy;
	static void *pool;
	size_t len = strlen(text);

	free(copy);
	free(pool);
	copy = malloc(len == 0 ? 1 : len);
	pool = malloc(json_pool_bytes(POOL));
	memcpy(copy, text, len);
	json_init(j, pool, POOL);
	return json_parse(j, copy, len);
}

static void
trade_message(void **state)
{
	struct json j;
	struct dec d;
	int64_t n;
	bool b;
	int data;

	(void)state;
	assert_int_equal(
	    tokenise(&j, "{\"stream\":\"abcusdt@trade\",\"data\":{"
			 "\"e\":\"trade\",\"E\":1700000000123,"
			 "\"p\":\"12.50000000\",\"q\":0.25,\"m\":true,"
			 "\"none\":null,\"empty\":\"\",\"list\":[1,2]}}"),
	    ERR_OK);
	assert_int_equal(json_type(&j, 0), JSON_OBJECT);
	assert_int_equal(json_size(&j, 0), 2);
	assert_true(json_is(&j, json_member(&j, 0, "stream"), "abcusdt@trade"));
	data = json_member(&j, 0, "data");
	assert_int_equal(json_size(&j, data), 8);
	assert_int_equal(json_i64(&j, json_member(&j, data, "E"), &n), 0);
	assert_true(n == 1700000000123);
	assert_int_equal(json_dec(&j, json_member(&j, data, "p"), &d), 0);
	assert_true(d.mantissa == 1250000000 && d.scale == 8);
	assert_int_equal(json_dec(&j, json_member(&j, data, "q"), &d), 0);
	assert_true(d.mantissa == 25 && d.scale == 2);
	assert_int_equal(json_bool(&j, json_member(&j, data, "m"), &b), 0);
	assert_true(b);
	assert_int_equal(
	    json_i64(&j, json_member(&j, data, "none"), &n), ERR_MISSING);
	assert_int_equal(
	    json_dec(&j, json_member(&j, data, "empty"), &d), ERR_MISSING);
	assert_int_equal(
	    json_bool(&j, json_member(&j, data, "what"), &b), ERR_MISSING);
	assert_int_equal(
	    json_i64(&j, json_member(&j, data, "list"), &n), ERR_SYNTAX);
	assert_int_equal(
	    json_dec(&j, json_member(&j, data, "m"), &d), ERR_SYNTAX);
	assert_int_equal(
	    json_bool(&j, json_member(&j, data, "p"), &b), ERR_SYNTAX);
	assert_int_equal(json_member(&j, data, "list2"), -1);
	assert_int_equal(json_member(&j, data, ""), -1);
	assert_int_equal(json_member(&j, 1, "stream"), -1);
}

static void
siblings(void **state)
{
	struct json j;
	int key = -1, value = -1, a, i;

	(void)state;
	assert_int_equal(tokenise(&j, "{\"a\":[[1,2],[],{\"x\":3},\"s\"],"
				      "\"b\":{},\"c\":4}"),
	    ERR_OK);
	assert_true(json_each(&j, 0, &key, &value));
	assert_true(json_is(&j, key, "a"));
	assert_int_equal(json_next(&j, value), -1);
	a = value;
	assert_true(json_each(&j, 0, &key, &value));
	assert_true(json_is(&j, key, "b"));
	assert_int_equal(json_first(&j, value), -1);
	assert_true(json_each(&j, 0, &key, &value));
	assert_true(json_is(&j, value, "4"));
	assert_false(json_each(&j, 0, &key, &value));
	i = json_first(&j, a);
	assert_int_equal(json_type(&j, i), JSON_ARRAY);
	assert_int_equal(json_size(&j, i), 2);
	i = json_next(&j, i);
	assert_int_equal(json_size(&j, i), 0);
	i = json_next(&j, i);
	assert_int_equal(json_type(&j, i), JSON_OBJECT);
	i = json_next(&j, i);
	assert_true(json_is(&j, i, "s"));
	assert_int_equal(json_next(&j, i), -1);
}

static void
absent_tokens_are_harmless(void **state)
{
	static const int nowhere[] = { -1, -2, 3, 1000000 };
	struct json j;
	int key, value;
	int64_t n;
	struct span s;
	char buf[4];

	(void)state;
	assert_int_equal(tokenise(&j, "{\"a\":1}"), ERR_OK);
	for (size_t i = 0; i < 4; i++) {
		int t = nowhere[i];

		key = -1;
		assert_int_equal(json_type(&j, t), JSON_ABSENT);
		assert_int_equal(json_size(&j, t), 0);
		assert_int_equal(json_first(&j, t), -1);
		assert_int_equal(json_next(&j, t), -1);
		assert_int_equal(json_member(&j, t, "a"), -1);
		assert_false(json_each(&j, t, &key, &value));
		assert_null(json_text(&j, t).at);
		assert_true(json_none(&j, t));
		assert_false(json_is(&j, t, ""));
		assert_int_equal(json_i64(&j, t, &n), ERR_MISSING);
		assert_int_equal(
		    json_string(&j, t, buf, sizeof(buf), &s), ERR_MISSING);
	}
}

static const char *const good[] = {
	"{}",
	"[]",
	" \t\r\n[ ] \n",
	"[1]",
	"[-0.5e+10,1E2,0,-0,10.25]",
	"[true,false,null]",
	"{\"a\":{\"b\":[{\"c\":[]}]}}",
	"[ 1 , [ 2 , 3 ] , { \"a\" : 4 , \"b\" : [ ] } ]",
	"[\"\\u12aF\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
	"[\"\xc3\xa9\x7f\"]",
	"\xef\xbb\xbf{\"a\":1}",
	"{\"a\":1,\"a\":2}",
};

static const char *const bad[] = {
	"",
	" ",
	"1",
	"\"a\"",
	"null",
	"pong",
	"{",
	"[",
	"]",
	"}",
	"{]",
	"[}",
	"{}}",
	"[[]",
	"{} {}",
	"{}x",
	"{},",
	",{}",
	":{}",
	"x{}",
	"[1,]",
	"[,1]",
	"[1,,2]",
	"[1 2]",
	"[1:2]",
	"[\"a\":1]",
	"[[1,],2]",
	"[[1]2]",
	"[[1],]",
	"[{},{}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{\"a\":1 \"b\":2}",
	"{\"a\":1,,\"b\":2}",
	"{\"a\":1:2}",
	"{\"a\":\"b\":1}",
	"{\"a\":1,\"b\"}",
	"{\"a\" 1}",
	"{,\"a\":1}",
	"{1:2}",
	"{a:1}",
	"{[]:1}",
	"{null:1}",
	"{\"a\":{}\"b\":1}",
	"[01]",
	"[1.]",
	"[.5]",
	"[+1]",
	"[-]",
	"[1e]",
	"[1e+]",
	"[1.5e]",
	"[1.e5]",
	"[1e5.0]",
	"[1e-]",
	"[1ee5]",
	"{\"a\":[1e5}",
	"{\"abcdefgh\":1e}",
	"{\"abcdefgh\":1e",
	"[0x1]",
	"[1a]",
	"[tru]",
	"[truex]",
	"[nulll]",
	"[True]",
	"[NaN]",
	"[\"a]",
	"[\"\n\"]",
	"[\"\\x\"]",
	"[\"\\u12\"]",
	"[\"\\u12g4\"]",
	"[\"\\\"]",
	"{\"a\":\"b",
	"{\"a\":12",
	"{\"a\":1}\x01",
	"\xef\xbb{}",
	"[1,2,3,4,5,6,7,8,9,10,11,12",
	"{\"abcdefghijklmnop\":\"abcdefghijklmnop\"]",
};

static void
only_json_is_accepted(void **state)
{
	struct json j;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (tokenise(&j, good[i]) != ERR_OK)
			fail_msg("refused: %s", good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tokenise(&j, bad[i]) != ERR_SYNTAX)
			fail_msg("not SYNTAX: %s", bad[i]);
		assert_int_equal(j.count, 0);
		assert_int_equal(json_type(&j, 0), JSON_ABSENT);
	}
}

static void
bytes_after_a_nul_are_not_lost(void **state)
{
	static const char tail[] = "{\"a\":1}\0{\"b\":2}";
	static const char inside[] = "{\"a\":\"x\0y\"}";
	struct json j;

	(void)state;
	assert_int_equal(parse(&j, tail, sizeof(tail) - 1, POOL), ERR_SYNTAX);
	release(&j, (char *)(uintptr_t)j.text);
	assert_int_equal(
	    parse(&j, inside, sizeof(inside) - 1, POOL), ERR_SYNTAX);
	release(&j, (char *)(uintptr_t)j.text);
}

static void
nesting_has_a_limit(void **state)
{
	char text[400];
	struct json j;

	(void)state;
	for (int depth = 1; depth <= 100; depth++) {
		memset(text, '[', (size_t)depth);
		memset(text + depth, ']', (size_t)depth);
		text[2 * depth] = '\0';
		assert_int_equal(tokenise(&j, text),
		    depth <= JSON_DEPTH_MAX ? ERR_OK : ERR_SYNTAX);
	}
	/* As objects, whose values are two deeper than they. */
	text[0] = '\0';
	for (int depth = 0; depth < JSON_DEPTH_MAX; depth++)
		strcat(text, "{\"\":");
	strcat(text, "1");
	for (int depth = 0; depth < JSON_DEPTH_MAX; depth++)
		strcat(text, "}");
	assert_int_equal(tokenise(&j, text), ERR_OK);
	assert_int_equal(j.count, 2 * JSON_DEPTH_MAX + 1);
	/* Brackets in strings do not nest. */
	memset(text, '[', 200);
	memcpy(text, "[\"\\n", 4);
	memcpy(text + 196, "\"]", 3);
	assert_int_equal(tokenise(&j, text), ERR_OK);
}

static void
pool_of_every_size(void **state)
{
	static const char plain[] = "{\"a\":[[1,2],[3]],\"b\":{\"c\":\"d\"}}";
	static const char odd[] = "{\"\\n\":[[1,2],[3]],\"b\":{\"c\":\"d\"}}";
	struct json j;

	(void)state;
	for (size_t pool = 0; pool <= 13; pool++) {
		enum err e = pool < 12 ? ERR_TOKENS : ERR_OK;

		assert_int_equal(parse(&j, plain, sizeof(plain) - 1, pool), e);
		release(&j, (char *)(uintptr_t)j.text);
		assert_int_equal(parse(&j, odd, sizeof(odd) - 1, pool), e);
		release(&j, (char *)(uintptr_t)j.text);
	}
}

/* Our tokens and jsmn's, bit for bit. */
static void
assert_same_tokens(const char *text, size_t len, bool must_scan)
{
	char *copy = malloc(len);
	void *a = malloc(json_pool_bytes(POOL));
	void *b = malloc(json_pool_bytes(POOL));
	struct json ours, theirs;
	enum err e, f;

	memcpy(copy, text, len);
	json_init(&ours, a, POOL);
	json_init(&theirs, b, POOL);
	e = json_scan(&ours, copy, len);
	f = json_jsmn(&theirs, copy, len);
	if (must_scan)
		assert_int_equal(e, ERR_OK);
	if (e == ERR_OK) {
		assert_int_equal(f, ERR_OK);
		assert_int_equal(ours.count, theirs.count);
		assert_memory_equal(
		    a, b, ours.count * sizeof(struct json_token));
	}
	free(copy);
	free(a);
	free(b);
}

static void
random_value(uint64_t *seed, struct out *o, int depth)
{
	static const char *const scalars[] = { "1", "-0.5", "1700000000123",
		"true", "false", "null", "\"\"", "\"a\"", "\"12.50000000\"",
		"\"a text that takes more than one word\"", "1.0e3", "-6.55E-6",
		"9e+12", "0", "[]", "{}" };
	unsigned kind = (unsigned)(next(seed) % 4);
	unsigned count = (unsigned)(next(seed) % 5);

	if (depth == 0 || kind > 1) {
		out_text(o, scalars[next(seed) % 16]);
		return;
	}
	out_char(o, kind == 0 ? '{' : '[');
	for (unsigned i = 0; i < count; i++) {
		if (i != 0)
			out_text(o, next(seed) % 8 == 0 ? " ,\n" : ",");
		if (kind == 0)
			out_text(o,
			    next(seed) % 3 == 0 ? "\"longer_key\":" : "\"k\":");
		random_value(seed, o, depth - 1);
	}
	out_char(o, kind == 0 ? '}' : ']');
}

static void
both_tokenizers_agree(void **state)
{
	uint64_t seed = 23;
	char text[8192];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct out o;

		out_init(&o, text, sizeof(text));
		out_text(&o, "{\"r\":");
		random_value(&seed, &o, 5);
		out_text(&o, "}");
		assert_false(o.full);
		assert_same_tokens(text, o.len, o.len >= 8);
		/* Any byte another one: never accepted by ours alone. */
		for (int k = 0; k < 20; k++) {
			size_t at = next(&seed) % o.len;
			char was = text[at];

			text[at] =
			    "\"\\{}[],:0 -.e\x01\x80tf+E"[next(&seed) % 20];
			assert_same_tokens(text, o.len, false);
			text[at] = was;
		}
		/* Cut anywhere: never complete. */
		for (int k = 0; k < 5; k++) {
			struct json j;

			assert_int_equal(
			    parse(&j, text, next(&seed) % o.len, POOL),
			    ERR_SYNTAX);
			release(&j, (char *)(uintptr_t)j.text);
		}
	}
}

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		int64_t value;
	} cases[] = {
		{ "[0]", ERR_OK, 0 },
		{ "[7]", ERR_OK, 7 },
		{ "[-7]", ERR_OK, -7 },
		{ "[1234567]", ERR_OK, 1234567 },
		{ "[12345678]", ERR_OK, 12345678 },
		{ "[123456789]", ERR_OK, 123456789 },
		{ "[1234567890123456]", ERR_OK, 1234567890123456 },
		{ "[12345678901234567]", ERR_OK, 12345678901234567 },
		{ "[9223372036854775807]", ERR_OK, INT64_MAX },
		{ "[-9223372036854775808]", ERR_OK, INT64_MIN },
		{ "[9223372036854775808]", ERR_RANGE, 0 },
		{ "[\"42\"]", ERR_OK, 42 },
		{ "[\"\"]", ERR_MISSING, 0 },
		{ "[null]", ERR_MISSING, 0 },
		{ "[\"4 2\"]", ERR_SYNTAX, 0 },
		{ "[\"12345678x\"]", ERR_SYNTAX, 0 },
		{ "[\"x23456789\"]", ERR_SYNTAX, 0 },
		{ "[\"x\"]", ERR_SYNTAX, 0 },
		{ "[1.0]", ERR_SYNTAX, 0 },
		{ "[1e3]", ERR_SYNTAX, 0 },
		{ "[true]", ERR_SYNTAX, 0 },
		{ "[[]]", ERR_SYNTAX, 0 },
	};
	struct json j;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t value = 0;

		assert_int_equal(tokenise(&j, cases[i].text), ERR_OK);
		assert_int_equal(json_i64(&j, 1, &value), cases[i].e);
		if (cases[i].e == ERR_OK)
			assert_true(value == cases[i].value);
	}
}

static void
strings(void **state)
{
	static const struct {
		const char *text;
		const char *value;
	} cases[] = {
		{ "[\"plain\"]", "plain" },
		{ "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "\"\\/\b\f\n\r\t" },
		{ "[\"\\u0041\\u00e9\\u20AC\"]", "A\xc3\xa9\xe2\x82\xac" },
		{ "[\"\\ud83d\\ude00!\"]", "\xf0\x9f\x98\x80!" },
		{ "[\"\\ud83d\"]", "\xef\xbf\xbd" },
		{ "[\"\\ude00x\"]", "\xef\xbf\xbdx" },
		{ "[\"\\ud83d\\u0041\"]", "\xef\xbf\xbd"
					  "A" },
		{ "[\"\\ud83d\\n\"]", "\xef\xbf\xbd\n" },
	};
	char buf[16];
	struct json j;
	struct span s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(tokenise(&j, cases[i].text), ERR_OK);
		assert_int_equal(
		    json_string(&j, 1, buf, sizeof(buf), &s), ERR_OK);
		assert_true(span_is(s, cases[i].value));
	}
	assert_int_equal(tokenise(&j, "[\"0123456789abcdef\"]"), ERR_OK);
	assert_int_equal(json_string(&j, 1, buf, sizeof(buf), &s), ERR_OK);
	assert_ptr_equal(s.at, json_text(&j, 1).at);
	assert_int_equal(tokenise(&j, "[\"0123456789abcde\\n\",1]"), ERR_OK);
	assert_int_equal(json_string(&j, 1, buf, 16, &s), ERR_OK);
	assert_int_equal(json_string(&j, 1, buf, 15, &s), ERR_FULL);
	assert_int_equal(json_string(&j, 2, buf, 16, &s), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trade_message),
		cmocka_unit_test(siblings),
		cmocka_unit_test(absent_tokens_are_harmless),
		cmocka_unit_test(only_json_is_accepted),
		cmocka_unit_test(bytes_after_a_nul_are_not_lost),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(pool_of_every_size),
		cmocka_unit_test(both_tokenizers_agree),
		cmocka_unit_test(numbers),
		cmocka_unit_test(strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
