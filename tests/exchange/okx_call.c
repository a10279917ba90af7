#include "okx_call.h"

#include <ctype.h>
#include <string.h>

#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>

enum { TOKENS = 1 << 14, ID_MAX = 32 };

/* Of the request that was read last. */
static jsmntok_t tokens[TOKENS];

static bool
token_is(const struct okx_call *k, int token, const char *text)
{
	const jsmntok_t *t = &tokens[token];
	size_t len = strlen(text);

	return t->type == JSMN_STRING && (size_t)(t->end - t->start) == len &&
	       memcmp(k->text + t->start, text, len) == 0;
}

/* Is this token the name of a member of that object? */
static bool
member_of(const struct okx_call *k, int object, int token)
{
	return tokens[token].parent == object && tokens[token].size == 1 &&
	       token + 1 < k->count;
}

/* A plain word; false: not a string, too long, or one that would have to be
 * escaped. */
static bool
word(const struct okx_call *k, int token, char *out, size_t size)
{
	const jsmntok_t *t = &tokens[token];
	size_t len = (size_t)(t->end - t->start);

	if (t->type != JSMN_STRING || len >= size ||
	    memchr(k->text + t->start, '\\', len))
		return false;
	memcpy(out, k->text + t->start, len);
	out[len] = '\0';
	return true;
}

static bool
id_is_right(const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)id[i]))
			return false;
	return len > 0 && len <= ID_MAX;
}

bool
okx_call_parse(struct okx_call *k, const char *text, size_t len)
{
	jsmn_parser parser;

	memset(k, 0, sizeof(*k));
	k->text = text;
	k->args = -1;
	jsmn_init(&parser);
	k->count = jsmn_parse(&parser, text, len, tokens, TOKENS);
	if (k->count < 1 || tokens[0].type != JSMN_OBJECT)
		return false;
	for (int i = 1; i < k->count; i++) {
		if (!member_of(k, 0, i))
			continue;
		if (token_is(k, i, "id") &&
		    (!word(k, i + 1, k->id, sizeof(k->id)) ||
			!id_is_right(k->id)))
			return false;
		if (token_is(k, i, "op") &&
		    !word(k, i + 1, k->op, sizeof(k->op)))
			return false;
		if (token_is(k, i, "args") && tokens[i + 1].type == JSMN_ARRAY)
			k->args = i + 1;
	}
	return k->op[0] && k->args > 0 && tokens[k->args].size > 0;
}

bool
okx_call_next(const struct okx_call *k, int *at, struct okx_arg *a)
{
	int object;

	memset(a, 0, sizeof(*a));
	do {
		if (++*at >= k->count)
			return false;
	} while (tokens[*at].parent != k->args);
	object = *at;
	for (int i = object + 1;
	     i < k->count && tokens[i].start < tokens[object].end; i++) {
		if (!member_of(k, object, i))
			continue;
		if (token_is(k, i, "channel"))
			word(k, i + 1, a->channel, sizeof(a->channel));
		else if (token_is(k, i, "instId"))
			word(k, i + 1, a->inst_id, sizeof(a->inst_id));
		else if (token_is(k, i, "instType"))
			word(k, i + 1, a->inst_type, sizeof(a->inst_type));
	}
	return true;
}
