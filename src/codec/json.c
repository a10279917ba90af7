#include "codec/json.h"

#include <limits.h>

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "core/must.h"

/*
 * jsmn fills the pool with its own tokens; ours are smaller and written over
 * them from the front, so both are copied in and out.
 */
static jsmntok_t
take(const struct json *j, int i)
{
	jsmntok_t t;

	memcpy(&t, (const char *)j->tokens + (size_t)i * sizeof(t), sizeof(t));
	return t;
}

static void
give(const struct json *j, int i, const jsmntok_t *t)
{
	memcpy((char *)j->tokens + (size_t)i * sizeof(*t), t, sizeof(*t));
}

size_t
json_pool_bytes(size_t tokens)
{
	_Static_assert(sizeof(struct json_token) <= sizeof(jsmntok_t),
	    "tokens are converted in place");

	return tokens * sizeof(jsmntok_t);
}

void
json_init(struct json *j, void *pool, size_t tokens)
{
	*j = (struct json){
		.tokens = pool,
		.pool = tokens < JSON_TOKENS_MAX ? (uint32_t)tokens
						 : JSON_TOKENS_MAX,
	};
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool
is_closing(char c)
{
	return c == '}' || c == ']';
}

/*
 * jsmn walks from token to parent when a bracket closes, which takes for ever
 * with thousands of brackets in each other.
 */
static bool
is_deep(const char *text, size_t len)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && quoted)
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && is_closing(text[i]))
			depth--;
		if (depth > JSON_DEPTH_MAX)
			return true;
	}
	return false;
}

static size_t
digits(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && at[n] >= '0' && at[n] <= '9')
		n++;
	return n;
}

/* RFC 8259 section 6. */
static bool
is_number(const char *at, size_t len)
{
	size_t i = len > 0 && at[0] == '-';
	size_t n = digits(at + i, len - i);

	if (n == 0 || (at[i] == '0' && n > 1))
		return false;
	i += n;
	if (i < len && at[i] == '.') {
		n = digits(at + i + 1, len - i - 1);
		if (n == 0)
			return false;
		i += 1 + n;
	}
	if (i < len && (at[i] == 'e' || at[i] == 'E')) {
		i++;
		i += i < len && (at[i] == '+' || at[i] == '-');
		n = digits(at + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return i == len;
}

static bool
is_primitive(struct span s)
{
	return is_number(s.at, s.len) || span_is(s, "true") ||
	       span_is(s, "false") || span_is(s, "null");
}

static bool
has_controls(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)at[i] < 0x20)
			return true;
	}
	return false;
}

/* Is the token one that may stand below its parent, and spelled rightly? */
static bool
token_fits(const struct json *j, const char *text, const jsmntok_t *t)
{
	struct span s = { text + t->start, (size_t)(t->end - t->start) };
	jsmntok_t parent = { .type = JSMN_ARRAY };
	bool key;

	if (t->parent >= 0)
		parent = take(j, t->parent);
	key = parent.type == JSMN_OBJECT;
	switch (t->type) {
	case JSMN_STRING:
		return t->size == key && parent.type != JSMN_PRIMITIVE &&
		       !has_controls(s.at, s.len);
	case JSMN_PRIMITIVE:
		return !key && t->size == 0 && parent.type != JSMN_PRIMITIVE &&
		       is_primitive(s);
	case JSMN_OBJECT:
	case JSMN_ARRAY:
		return !key && parent.type != JSMN_PRIMITIVE;
	case JSMN_UNDEFINED:
		break;
	}
	return false;
}

/* Between two tokens: blanks, closing brackets, then `mark` if there is one. */
static bool
gap_fits(const char *at, const char *end, char mark)
{
	while (at < end && (is_blank(*at) || is_closing(*at)))
		at++;
	if (mark != '\0') {
		if (at == end || *at != mark)
			return false;
		at++;
	}
	while (at < end && is_blank(*at))
		at++;
	return at == end;
}

/* What stands in front of the token: nothing, a comma or a colon. */
static char
mark_before(const struct json *j, int i, const jsmntok_t *t)
{
	if (t->parent < 0)
		return '\0';
	if (take(j, t->parent).type == JSMN_STRING)
		return ':';
	return t->parent == i - 1 ? '\0' : ',';
}

/* Reject what jsmn accepts and RFC 8259 does not. */
static bool
is_strict(const struct json *j, const char *text, size_t len, int count)
{
	const char *at = text;
	jsmntok_t root = take(j, 0);

	if (root.type != JSMN_OBJECT && root.type != JSMN_ARRAY)
		return false;
	for (int i = 0; i < count; i++) {
		jsmntok_t t = take(j, i);
		bool quoted = t.type == JSMN_STRING;

		if ((i != 0 && t.parent < 0) || !token_fits(j, text, &t) ||
		    !gap_fits(
			at, text + t.start - quoted, mark_before(j, i, &t)))
			return false;
		at = text + t.end + quoted;
		if (t.type == JSMN_OBJECT || t.type == JSMN_ARRAY)
			at = text + t.start + 1;
	}
	if (!gap_fits(at, text + root.end, '\0'))
		return false;
	for (size_t i = (size_t)root.end; i < len; i++) {
		if (!is_blank(text[i]))
			return false;
	}
	return true;
}

/*
 * From the last token to the first: the end of each container's contents, as a
 * token index, into its member `end`, which is not needed any more.
 */
static void
find_ends(const struct json *j, int count)
{
	for (int i = 0; i < count; i++) {
		jsmntok_t t = take(j, i);

		if (t.type == JSMN_OBJECT || t.type == JSMN_ARRAY) {
			t.end = i + 1;
			give(j, i, &t);
		}
	}
	for (int i = count; i-- > 0;) {
		jsmntok_t t = take(j, i);
		int end = i + 1;

		if (t.type == JSMN_OBJECT || t.type == JSMN_ARRAY)
			end = t.end;
		while (t.parent >= 0) {
			int parent = t.parent;

			t = take(j, parent);
			if (t.type != JSMN_STRING) {
				if (t.end < end)
					t.end = end;
				give(j, parent, &t);
				break;
			}
		}
	}
}

static void
convert(struct json *j, int count)
{
	for (int i = 0; i < count; i++) {
		jsmntok_t t = take(j, i);
		bool holds = t.type == JSMN_OBJECT || t.type == JSMN_ARRAY;
		bool key = t.type == JSMN_STRING && t.size == 1;
		int end = holds ? t.end : i + 1;
		uint32_t shape;

		if (key) {
			jsmntok_t value = take(j, i + 1);

			end = value.type == JSMN_OBJECT ||
				      value.type == JSMN_ARRAY
				  ? value.end
				  : i + 2;
		}
		shape = (uint32_t)(end - i) * JSON_TOKEN + (uint32_t)t.type;
		if (t.parent >= 0)
			shape += (j->tokens[t.parent].shape & JSON_DEPTHS) +
				 JSON_DEEPER;
		j->tokens[i] = (struct json_token){
			.start = (uint32_t)t.start,
			.len = (uint32_t)(holds ? t.size : t.end - t.start),
			.shape = shape,
		};
	}
}

enum err
json_jsmn(struct json *j, const char *text, size_t len)
{
	jsmn_parser parser;
	int count;

	_Static_assert((int)JSON_OBJECT == (int)JSMN_OBJECT &&
			   (int)JSON_ARRAY == (int)JSMN_ARRAY &&
			   (int)JSON_STRING == (int)JSMN_STRING &&
			   (int)JSON_PRIMITIVE == (int)JSMN_PRIMITIVE,
	    "types of tokens are taken over as they are");

	j->count = 0;
	if (len > INT_MAX || is_deep(text, len))
		return ERR_SYNTAX;
	jsmn_init(&parser);
	count = jsmn_parse(
	    &parser, text, len, (jsmntok_t *)(void *)j->tokens, j->pool);
	if (count == JSMN_ERROR_NOMEM)
		return ERR_TOKENS;
	if (count <= 0 || !is_strict(j, text, len, count))
		return ERR_SYNTAX;
	find_ends(j, count);
	convert(j, count);
	j->text = text;
	j->len = len;
	j->count = (uint32_t)count;
	return ERR_OK;
}

enum err
json_parse(struct json *j, const char *text, size_t len)
{
	enum err e;

	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	e = json_scan(j, text, len);
	return e == ERR_UNSUPPORTED ? json_jsmn(j, text, len) : e;
}
