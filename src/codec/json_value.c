#include "codec/json.h"

#include "codec/dec_usual.h"

static bool
same(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

int
json_member(const struct json *j, int object, const char *name)
{
	size_t len = strlen(name);
	int key = -1;
	int value;

	while (json_each(j, object, &key, &value)) {
		const struct json_token *t = &j->tokens[key];

		if (t->len == len && same(j->text + t->start, name, len))
			return value;
	}
	return -1;
}

bool
json_is(const struct json *j, int token, const char *text)
{
	return span_is(json_text(j, token), text);
}

bool
json_none(const struct json *j, int token)
{
	switch (json_type(j, token)) {
	case JSON_ABSENT:
		return true;
	case JSON_STRING:
		return j->tokens[token].len == 0;
	case JSON_PRIMITIVE:
		return j->text[j->tokens[token].start] == 'n';
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	return false;
}

/* Up to sixteen digits and nothing else. */
static bool
usual_i64(struct span s, int64_t *value)
{
	uint64_t low, high = 0;

	if (s.len - 1 >= 16)
		return false;
	low = s.len >= 8 ? swar_load(s.at + s.len - 8)
			 : swar_load_short(s.at, s.len) << (64 - 8 * s.len);
	if (s.len > 8)
		high = swar_load(s.at) << (128 - 8 * s.len);
	low = swar_values(low);
	high = swar_values(high);
	if (s.len < 8)
		low = low >> (64 - 8 * s.len) << (64 - 8 * s.len);
	if (s.len > 8)
		high = high >> (128 - 8 * s.len) << (128 - 8 * s.len);
	else
		high = 0;
	if ((swar_above_9(low) | swar_above_9(high)) != 0)
		return false;
	*value = (int64_t)swar_number(high) * 100000000 + swar_number(low);
	return true;
}

enum err
json_i64(const struct json *j, int token, int64_t *value)
{
	struct span s = json_text(j, token);

	if (usual_i64(s, value))
		return ERR_OK;
	if (json_none(j, token))
		return ERR_MISSING;
	return s.at == NULL ? ERR_SYNTAX : span_i64(s, value);
}

/* Apart, so that the usual way has little to save and restore. */
static __attribute__((noinline)) enum err
unusual_dec(const struct json *j, int token, struct dec *d)
{
	enum err e = dec_parse(json_text(j, token), d);

	return e != ERR_OK && json_none(j, token) ? ERR_MISSING : e;
}

static inline enum err
read_dec(const struct json *j, int token, struct dec *d)
{
	struct span s = json_text(j, token);

	if (dec_usual_parse(s.at, s.len, d))
		return ERR_OK;
	return unusual_dec(j, token, d);
}

enum err
json_dec(const struct json *j, int token, struct dec *d)
{
	return read_dec(j, token, d);
}

enum err
json_pair(const struct json *j, int first, struct dec *a, struct dec *b)
{
	int second = json_next(j, first);
	enum err e;

	if (second < 0)
		return ERR_TYPE;
	e = read_dec(j, first, a);
	return e == ERR_OK ? read_dec(j, second, b) : e;
}

enum err
json_bool(const struct json *j, int token, bool *value)
{
	char first;

	if (json_none(j, token))
		return ERR_MISSING;
	if (json_type(j, token) != JSON_PRIMITIVE)
		return ERR_SYNTAX;
	/* Numbers and the three words were told apart by json_parse. */
	first = j->text[j->tokens[token].start];
	*value = first == 't';
	return *value || first == 'f' ? ERR_OK : ERR_SYNTAX;
}

/* Four hex digits; jsmn has checked that they are. */
static uint32_t
hex4(const char *at)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++) {
		uint32_t c = (unsigned char)at[i];

		value = value << 4 | ((c & 15) + (c > '9' ? 9 : 0));
	}
	return value;
}

static void
out_utf8(struct out *o, uint32_t c)
{
	if (c < 0x80) {
		out_char(o, (char)c);
		return;
	}
	if (c < 0x800) {
		out_char(o, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		out_char(o, (char)(0xe0 | c >> 12));
		out_char(o, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		out_char(o, (char)(0xf0 | c >> 18));
		out_char(o, (char)(0x80 | (c >> 12 & 0x3f)));
		out_char(o, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	out_char(o, (char)(0x80 | (c & 0x3f)));
}

/* \uXXXX at `at`; returns how many bytes were used, two of them if a pair. */
static size_t
unescape_hex(const char *at, size_t left, struct out *o)
{
	uint32_t c = hex4(at + 2);
	uint32_t low;

	if ((c & 0xf800) != 0xd800) {
		out_utf8(o, c);
		return 6;
	}
	if (c < 0xdc00 && left >= 12 && at[6] == '\\' && at[7] == 'u') {
		low = hex4(at + 8);
		if ((low & 0xfc00) == 0xdc00) {
			out_utf8(
			    o, 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff));
			return 12;
		}
	}
	out_utf8(o, 0xfffd);
	return 6;
}

static size_t
unescape(const char *at, size_t left, struct out *o)
{
	static const char names[] = "\"\\/bfnrt";
	static const char bytes[] = "\"\\/\b\f\n\r\t";
	const char *name;

	if (left >= 6 && at[1] == 'u')
		return unescape_hex(at, left, o);
	name = strchr(names, at[1]);
	if (name != NULL && *name != '\0')
		out_char(o, bytes[name - names]);
	return 2;
}

/* Most strings are short, and looking at them in words beats memchr. */
static bool
has_escape(struct span s)
{
	size_t i = 0;

	for (; s.len - i >= 8; i += 8) {
		if (swar_zero(swar_load(s.at + i) ^ SWAR_ALL('\\')) != 0)
			return true;
	}
	return i < s.len && swar_zero(swar_load_short(s.at + i, s.len - i) ^
				      SWAR_ALL('\\')) != 0;
}

enum err
json_string(
    const struct json *j, int token, char *buf, size_t size, struct span *s)
{
	struct span text = json_text(j, token);
	struct out o;

	*s = SPAN_NULL;
	if (json_type(j, token) != JSON_STRING)
		return json_none(j, token) ? ERR_MISSING : ERR_SYNTAX;
	if (!has_escape(text)) {
		*s = text;
		return ERR_OK;
	}
	out_init(&o, buf, size);
	for (size_t i = 0; i < text.len;) {
		size_t left = text.len - i;

		if (text.at[i] == '\\' && left >= 2)
			i += unescape(text.at + i, left, &o);
		else
			out_char(&o, text.at[i++]);
	}
	if (o.full)
		return ERR_FULL;
	*s = out_done(&o);
	return ERR_OK;
}
