/* LINK: codec/json codec/json_scan codec/json_value codec/decimal */
/* LINK: core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

/*
 * Our tokenizer and jsmn must agree on everything ours accepts, and whatever
 * was accepted must be safe to walk.
 */
enum {
	POOL = 128,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static struct json
new_json(void)
{
	struct json j;

	json_init(&j, malloc(json_pool_bytes(POOL)), POOL);
	return j;
}

static void
compare(const char *text, size_t size)
{
	struct json ours = new_json();
	struct json theirs = new_json();
	enum err e = json_scan(&ours, text, size);
	enum err f = json_jsmn(&theirs, text, size);

	claim(e != ERR_OK || f == ERR_OK);
	if (e == ERR_OK) {
		claim(ours.count == theirs.count);
		claim(memcmp(ours.tokens, theirs.tokens,
			  ours.count * sizeof(struct json_token)) == 0);
	}
	free(ours.tokens);
	free(theirs.tokens);
}

static void
read_value(const struct json *j, int token)
{
	struct span text;
	struct dec d;
	char buf[64];
	int64_t number;
	bool truth;
	enum err e = json_string(j, token, buf, sizeof(buf), &text);

	claim(e != ERR_OK || json_type(j, token) == JSON_STRING);
	e = json_i64(j, token, &number);
	/* Zeros in front count as digits of a decimal's text. */
	if (e == ERR_OK && json_text(j, token).len <= DEC_TEXT_MAX)
		claim(json_dec(j, token, &d) == ERR_OK);
	e = json_bool(j, token, &truth);
	claim(e != ERR_OK || json_is(j, token, truth ? "true" : "false"));
}

static void
walk(const struct json *j)
{
	for (int i = -1; i <= (int)j->count; i++) {
		int seen = 0;
		int key = -1;
		int value;

		while (json_each(j, i, &key, &value)) {
			claim(key > i && value < (int)j->count);
			claim(json_type(j, key) == JSON_STRING);
			seen++;
		}
		if (json_type(j, i) == JSON_ARRAY) {
			for (int k = json_first(j, i); k >= 0;
			     k = json_next(j, k))
				seen++;
		}
		claim(seen == json_size(j, i));
		json_member(j, i, "e");
		read_value(j, i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of its own, so that one byte too far is seen. */
	char *text = malloc(size == 0 ? 1 : size);
	struct json j = new_json();

	if (size != 0)
		memcpy(text, data, size);
	compare(text, size);
	if (json_parse(&j, text, size) == ERR_OK)
		walk(&j);
	free(j.tokens);
	free(text);
	return 0;
}
