#include "model/parse_parts.h"

enum {
	/* As model/frame.h writes the length. */
	TEXT_MAX = UINT16_MAX - 1,
};

/* What is neither a string nor a number has another type than any value. */
static bool
is_plain(const struct json *j, int token)
{
	struct span s = json_text(j, token);

	return s.at != NULL &&
	       (json_type(j, token) == JSON_STRING ||
		   (s.at[0] != 't' && s.at[0] != 'f' && s.at[0] != 'n'));
}

/* Index of the string among words, or -1. */
static int
find_word(const struct json *j, int token, const char *const *words, int count)
{
	for (int i = 0; i < count; i++)
		if (words[i] != NULL && json_is(j, token, words[i]))
			return i;
	return -1;
}

static enum err
read_word(const struct json *j, int token, const char *const *words, int count,
    uint8_t *value)
{
	int i = find_word(j, token, words, count);

	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	if (i < 0)
		return ERR_UNKNOWN;
	*value = (uint8_t)i;
	return ERR_OK;
}

static enum err
read_venue(const struct json *j, int token, uint8_t *value)
{
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	for (unsigned v = 0; v < VENUE_COUNT; v++)
		if (json_is(j, token, venue_descs[v].exchange)) {
			*value = (uint8_t)v;
			return ERR_OK;
		}
	return ERR_UNKNOWN;
}

static enum err
read_market(const struct json *j, int token, uint8_t *value)
{
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	for (unsigned m = 0; m < MARKET_COUNT; m++)
		if (json_is(j, token, market_name((enum market_type)m))) {
			*value = (uint8_t)m;
			return ERR_OK;
		}
	return ERR_UNKNOWN;
}

static enum err
read_side(const struct json *j, int token, uint8_t *value)
{
	static const char *const words[] = {
		[SIDE_BUY] = "buy",
		[SIDE_SELL] = "sell",
	};

	return read_word(j, token, words, SIDE_SELL + 1, value);
}

static enum err
read_update(const struct json *j, int token, uint8_t *value)
{
	static const char *const words[] = {
		[UPDATE_SNAPSHOT] = "snapshot",
		[UPDATE_DELTA] = "delta",
	};

	return read_word(j, token, words, UPDATE_DELTA + 1, value);
}

static enum err
read_bool(const struct json *j, int token, uint8_t *value)
{
	bool yes;

	if (json_bool(j, token, &yes) != ERR_OK)
		return ERR_TYPE;
	*value = yes ? BOOL_TRUE : BOOL_FALSE;
	return ERR_OK;
}

static enum err
read_time(const struct json *j, int token, int64_t *value)
{
	if (json_type(j, token) != JSON_STRING)
		return ERR_TYPE;
	return time_parse(json_text(j, token), value);
}

static enum err
read_seq(const struct json *j, int token, int64_t *value)
{
	enum err e;

	if (!is_plain(j, token))
		return ERR_TYPE;
	e = json_i64(j, token, value);
	/* That number stands for null. */
	if (e == ERR_OK && *value == SEQ_NULL)
		return ERR_RANGE;
	return e == ERR_MISSING ? ERR_SYNTAX : e;
}

static enum err
read_dec(const struct json *j, int token, struct dec *d)
{
	enum err e;

	if (parse_is_null(j, token)) {
		*d = DEC_NONE;
		return ERR_OK;
	}
	if (!is_plain(j, token))
		return ERR_TYPE;
	e = json_dec(j, token, d);
	return e == ERR_MISSING ? ERR_SYNTAX : e;
}

static enum err
read_text(struct record_reader *r, int token, struct span *text)
{
	struct out *o = &r->texts;
	enum err e;

	if (json_type(r->json, token) != JSON_STRING)
		return ERR_TYPE;
	e = json_string(r->json, token, o->at + o->len, o->size - o->len, text);
	if (e != ERR_OK)
		return e;
	if (text->at == o->at + o->len)
		o->len += text->len;
	return text->len > TEXT_MAX ? ERR_FULL : ERR_OK;
}

static enum err
read_level(const struct json *j, int object, struct level *l)
{
	int key = -1;
	int value;
	enum err e = ERR_OK;

	if (json_type(j, object) != JSON_OBJECT)
		return ERR_TYPE;
	*l = (struct level){ DEC_NONE, DEC_NONE };
	while (e == ERR_OK && json_each(j, object, &key, &value)) {
		if (json_is(j, key, "price"))
			e = read_dec(j, value, &l->price);
		else if (json_is(j, key, "quantity"))
			e = read_dec(j, value, &l->quantity);
	}
	return e;
}

static enum err
read_levels(struct record_reader *r, int array, struct levels *levels)
{
	const struct json *j = r->json;
	size_t count = (size_t)json_size(j, array);
	enum err e = ERR_OK;
	size_t n = 0;

	if (json_type(j, array) != JSON_ARRAY)
		return ERR_TYPE;
	if (count > r->max)
		return ERR_FULL;
	for (int i = json_first(j, array); i >= 0 && e == ERR_OK;
	     i = json_next(j, i))
		e = read_level(j, i, &r->levels[n++]);
	*levels = (struct levels){ r->levels, (uint32_t)count };
	r->levels += count;
	r->max -= count;
	return e;
}

enum err
parse_value(
    struct record_reader *r, enum field_type type, int token, void *value)
{
	const struct json *j = r->json;

	switch (type) {
	case TYPE_VENUE:
		return read_venue(j, token, value);
	case TYPE_MARKET:
		return read_market(j, token, value);
	case TYPE_SIDE:
		return read_side(j, token, value);
	case TYPE_BOOL:
		return read_bool(j, token, value);
	case TYPE_UPDATE:
		return read_update(j, token, value);
	case TYPE_TIME:
		return read_time(j, token, value);
	case TYPE_SEQ:
		return read_seq(j, token, value);
	case TYPE_SYM:
	case TYPE_TEXT:
		return read_text(r, token, value);
	case TYPE_DEC:
		return read_dec(j, token, value);
	case TYPE_LEVELS:
		return read_levels(r, token, value);
	case TYPE_COUNT:
		break;
	}
	return ERR_TYPE;
}
