/*
 * json.h -- JSON text as tokens in a fixed pool (RFC 8259).
 *
 * json_parse tokenises a text that stays where it is; tokens say where values
 * start and end.  Nothing is allocated or copied.  A token index of -1 means
 * "absent" and every accessor accepts it (MISSING or false).
 *
 * Two tokenizers give the same tokens.  json_scan is ours: one pass over plain
 * JSON, which is what venues send; escapes and anything that is wrong are not
 * for it.  json_jsmn is jsmn (strict, with parent links) and takes all the
 * rest.  jsmn accepts some texts that are not JSON ({"a"}, {1:2}, [1 2]), so
 * what stands between its tokens is checked afterwards, and both accept exactly
 * RFC 8259 but for three things: the root must be an object or an array, they
 * nest at most JSON_DEPTH_MAX deep, and bytes above 0x7f in strings are not
 * checked to be UTF-8.  tests/fuzz/fuzz_json.c compares the two.
 */
#ifndef MPEDGE_CODEC_JSON_H
#define MPEDGE_CODEC_JSON_H

#include "codec/decimal.h"
#include "core/span.h"

enum {
	/* Objects and arrays open at the same time. */
	JSON_DEPTH_MAX = 64,
	/* Tokens that a pool can use. */
	JSON_TOKENS_MAX = (1 << 21) - 1,
};

enum json_type {
	JSON_ABSENT,
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_STRING,
	JSON_PRIMITIVE,
};

/*
 * A key is followed by its value, a container by its children.  Read it through
 * the accessors below only.
 */
struct json_token {
	/* Of the first byte, behind the quote of a string. */
	uint32_t start;
	/* Bytes of a string or primitive, children of a container. */
	uint32_t len;
	/*
	 * From the lowest bit: 3 bits enum json_type; 8 bits nesting, a value
	 * being one deeper than its key; 21 bits tokens up to the next sibling,
	 * this one and what it contains.  A sum of the three, see below.
	 */
	uint32_t shape;
};

enum {
	JSON_TYPES = (1 << 3) - 1,
	JSON_DEEPER = 1 << 3,
	JSON_DEPTHS = (1 << 11) - (1 << 3),
	JSON_TOKEN = 1 << 11,
};

static inline enum json_type
json_type_of(const struct json_token *t)
{
	return (enum json_type)(t->shape & JSON_TYPES);
}

/* Tokens up to the next sibling. */
static inline uint32_t
json_span_of(const struct json_token *t)
{
	return t->shape / JSON_TOKEN;
}

struct json {
	const char *text;
	size_t len;
	/* The pool: caller's memory, json_pool_bytes(count) bytes. */
	struct json_token *tokens;
	uint32_t pool;
	/* Tokens in use after json_parse. */
	uint32_t count;
};

/*
 * Bytes that a pool of `tokens` tokens takes: 20 each for jsmn, of which our
 * own use 12 (the rest is never touched by plain JSON).  Aligned like int.
 */
size_t json_pool_bytes(size_t tokens);

/* More than JSON_TOKENS_MAX tokens are not used. */
void json_init(struct json *j, void *pool, size_t tokens);

/*
 * Tokenise text[0..len).  SYNTAX when it is not one complete JSON object or
 * array, TOKENS when the pool is too small.  A byte order mark in front and
 * blanks around it are skipped.  The root is token 0.
 */
enum err json_parse(struct json *j, const char *text, size_t len) MUST_USE;

/* What json_parse tries in turn; for its tests.  json_scan says UNSUPPORTED to
 * a text that is not for it. */
enum err json_scan(struct json *j, const char *text, size_t len) MUST_USE;
enum err json_jsmn(struct json *j, const char *text, size_t len) MUST_USE;

static inline bool
json_has(const struct json *j, int token)
{
	return token >= 0 && (uint32_t)token < j->count;
}

static inline enum json_type
json_type(const struct json *j, int token)
{
	return json_has(j, token) ? json_type_of(&j->tokens[token])
				  : JSON_ABSENT;
}

static inline bool
json_holds(const struct json *j, int token)
{
	return json_has(j, token) &&
	       json_type_of(&j->tokens[token]) <= JSON_ARRAY;
}

/* Number of elements of an array or of members of an object; else 0. */
static inline int
json_size(const struct json *j, int token)
{
	return json_holds(j, token) ? (int)j->tokens[token].len : 0;
}

/* Index of the first element of an array (or first key of an object), or -1. */
static inline int
json_first(const struct json *j, int parent)
{
	return json_size(j, parent) > 0 ? parent + 1 : -1;
}

/*
 * Index of the element after this one (its children skipped), or -1; the next
 * key after a key.
 */
static inline int
json_next(const struct json *j, int token)
{
	const struct json_token *t;
	uint32_t next;

	if (!json_has(j, token))
		return -1;
	t = &j->tokens[token];
	next = (uint32_t)token + json_span_of(t);
	if (next >= j->count ||
	    ((t->shape ^ j->tokens[next].shape) & JSON_DEPTHS) != 0)
		return -1;
	return (int)next;
}

/*
 * Iterate an object: *key is in: -1 to start, else the last key; out: the next
 * key.  *value is its value.  false at the end.
 */
static inline bool
json_each(const struct json *j, int object, int *key, int *value)
{
	if (json_type(j, object) != JSON_OBJECT)
		return false;
	*key = *key < 0 ? json_first(j, object) : json_next(j, *key);
	*value = *key + 1;
	return *key >= 0;
}

/* The bytes between the quotes (escapes untouched), or of the primitive. */
static inline struct span
json_text(const struct json *j, int token)
{
	if (!json_has(j, token) ||
	    json_type_of(&j->tokens[token]) <= JSON_ARRAY)
		return SPAN_NULL;
	return (struct span){ j->text + j->tokens[token].start,
		j->tokens[token].len };
}

/* Index of the value of the first member `name` of the object, or -1. */
int json_member(const struct json *j, int object, const char *name);

bool json_is(const struct json *j, int token, const char *text);

/* null, absent or "" : all three mean no value. */
bool json_none(const struct json *j, int token);

/*
 * Numbers bare or in quotes.  MISSING for no value (null, "", absent), SYNTAX
 * or RANGE otherwise.
 */
enum err json_i64(const struct json *j, int token, int64_t *value) MUST_USE;
enum err json_dec(const struct json *j, int token, struct dec *d) MUST_USE;
enum err json_bool(const struct json *j, int token, bool *value) MUST_USE;

/*
 * Element `first` of an array and the one after it: price and quantity of a
 * level.  TYPE when there is none after it, else as json_dec.
 */
enum err json_pair(
    const struct json *j, int first, struct dec *a, struct dec *b) MUST_USE;

/*
 * The string with its escapes resolved, in UTF-8 (surrogate pairs joined; a
 * lone one becomes U+FFFD).  Borrowed from the message when it has no escapes,
 * else written to buf.  FULL when it does not fit.
 */
enum err json_string(const struct json *j, int token, char *buf, size_t size,
    struct span *s) MUST_USE;

#endif
