#include "binance_call.h"

#include <stdio.h>
#include <stdlib.h>

#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>

enum { TOKENS = 4096 };

/* Of the request that was read last. */
static jsmntok_t tokens[TOKENS];

bool
call_is(const struct ws_call *k, int token, const char *text)
{
	const jsmntok_t *t;
	size_t len = strlen(text);

	if (token < 0 || token >= k->count)
		return false;
	t = &tokens[token];
	return t->type == JSMN_STRING && (size_t)(t->end - t->start) == len &&
	       memcmp(k->text + t->start, text, len) == 0;
}

bool
call_bool(const struct ws_call *k, int token, bool *value)
{
	char first;

	if (token < 0 || token >= k->count ||
	    tokens[token].type != JSMN_PRIMITIVE)
		return false;
	first = k->text[tokens[token].start];
	*value = first == 't';
	return first == 't' || first == 'f';
}

static char *
put_utf8(char *p, unsigned code)
{
	if (code < 0x80) {
		*p++ = (char)code;
	} else if (code < 0x800) {
		*p++ = (char)(0xc0 | code >> 6);
		*p++ = (char)(0x80 | (code & 0x3f));
	} else {
		*p++ = (char)(0xe0 | code >> 12);
		*p++ = (char)(0x80 | (code >> 6 & 0x3f));
		*p++ = (char)(0x80 | (code & 0x3f));
	}
	return p;
}

/* A string without its escapes; out is at least as long as it was. */
static void
unescape(const struct ws_call *k, int token, char *out, size_t size)
{
	const char *at = k->text + tokens[token].start;
	const char *end = k->text + tokens[token].end;
	char *last = out + size - 4;

	while (at < end && out < last) {
		if (*at != '\\') {
			*out++ = *at++;
		} else if (at[1] == 'u' && end - at >= 6) {
			char hex[5] = { at[2], at[3], at[4], at[5], 0 };

			out = put_utf8(out, (unsigned)strtoul(hex, NULL, 16));
			at += 6;
		} else {
			*out++ = at[1];
			at += 2;
		}
	}
	*out = '\0';
}

bool
call_parse(struct ws_call *k, const char *text, size_t len)
{
	jsmn_parser parser;

	memset(k, 0, sizeof(*k));
	k->text = text;
	k->method = k->params = -1;
	strcpy(k->id, "null");
	jsmn_init(&parser);
	k->count = jsmn_parse(&parser, text, len, tokens, TOKENS);
	if (k->count < 1 || tokens[0].type != JSMN_OBJECT)
		return false;
	for (int i = 1; i + 1 < k->count; i++) {
		const jsmntok_t *value = &tokens[i + 1];
		int size = value->end - value->start;
		int quote = value->type == JSMN_STRING;

		if (tokens[i].parent != 0 || tokens[i].size != 1)
			continue;
		if (call_is(k, i, "method"))
			k->method = i + 1;
		else if (call_is(k, i, "params"))
			k->params = i + 1;
		else if (call_is(k, i, "id") && size < 60)
			snprintf(k->id, sizeof(k->id), "%.*s", size + 2 * quote,
			    text + value->start - quote);
	}
	return true;
}

bool
call_next(const struct ws_call *k, int *at, char *name)
{
	while (++*at < k->count) {
		if (tokens[*at].parent != k->params ||
		    tokens[*at].type != JSMN_STRING)
			continue;
		unescape(k, *at, name, STREAM_NAME_MAX);
		return true;
	}
	return false;
}
