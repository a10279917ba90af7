#include "deribit_call.h"

#include <stdio.h>
#include <stdlib.h>

#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>

#include "ws.h"

enum { TOKENS = 4096, NAME_SIZE = RPC_PARAM_MAX };

/* Of the call that was read last. */
static jsmntok_t tokens[TOKENS];

static size_t
token_len(int token)
{
	return (size_t)(tokens[token].end - tokens[token].start);
}

static void
copy_token(const struct rpc *k, int token, char *out, size_t size)
{
	size_t len = token_len(token);

	if (len >= size)
		len = size - 1;
	memcpy(out, k->text + tokens[token].start, len);
	out[len] = '\0';
}

/* The value of a member of an object, or -1. */
static int
member(const struct rpc *k, int object, const char *name)
{
	size_t len = strlen(name);

	if (object < 0 || tokens[object].type != JSMN_OBJECT)
		return -1;
	for (int i = object + 1; i + 1 < k->tokens; i++)
		if (tokens[i].parent == object && tokens[i].size == 1 &&
		    token_len(i) == len &&
		    memcmp(k->text + tokens[i].start, name, len) == 0)
			return i + 1;
	return -1;
}

/* Strings keep their quotes. */
static void
take_id(struct rpc *k, int token)
{
	int quote = tokens[token].type == JSMN_STRING;
	size_t len = token_len(token) + (quote ? 2 : 0);

	if (len < sizeof(k->id))
		snprintf(k->id, sizeof(k->id), "%.*s", (int)len,
		    k->text + tokens[token].start - quote);
}

bool
rpc_parse(struct rpc *k, const char *text, size_t len)
{
	jsmn_parser parser;
	int method, id;

	k->text = text;
	k->params = -1;
	jsmn_init(&parser);
	k->tokens = jsmn_parse(&parser, text, len, tokens, TOKENS);
	if (k->tokens < 1)
		return false;
	method = member(k, 0, "method");
	if (method >= 0 && tokens[method].type == JSMN_STRING)
		copy_token(k, method, k->method, sizeof(k->method));
	id = member(k, 0, "id");
	if (id >= 0)
		take_id(k, id);
	k->params = member(k, 0, "params");
	return true;
}

bool
rpc_word(const struct rpc *k, const char *name, char *out, size_t size)
{
	int token;

	if (k->request)
		return request_query(k->request, name, out, size);
	token = member(k, k->params, name);
	if (token < 0 || (tokens[token].type != JSMN_STRING &&
			     tokens[token].type != JSMN_PRIMITIVE))
		return false;
	copy_token(k, token, out, size);
	return true;
}

int64_t
rpc_number(const struct rpc *k, const char *name, int64_t none)
{
	char text[RPC_PARAM_MAX];

	int64_t value;

	if (!rpc_word(k, name, text, sizeof(text)))
		return none;
	value = strtoll(text, NULL, 10);
	return value > RPC_NUMBER_MAX    ? RPC_NUMBER_MAX
	       : value < -RPC_NUMBER_MAX ? -RPC_NUMBER_MAX
					 : value;
}

bool
rpc_next(const struct rpc *k, const char *list, int *at, char *name)
{
	int array = k->request ? -1 : member(k, k->params, list);

	if (array < 0 || tokens[array].type != JSMN_ARRAY)
		return false;
	if (*at < array)
		*at = array;
	while (++*at < k->tokens) {
		if (tokens[*at].parent != array ||
		    tokens[*at].type != JSMN_STRING)
			continue;
		copy_token(k, *at, name, STREAM_NAME_MAX);
		return true;
	}
	return false;
}

/* --- answers --- */

static void
begin(const struct rpc *k, struct buf *b)
{
	buf_text(b, "{\"jsonrpc\":\"2.0\",");
	if (k->id[0])
		buf_print(b, "\"id\":%s,", k->id);
}

static void
finish(struct rpc *k, struct buf *b, int status)
{
	int64_t out;

	sim_clock(k->sim);
	out = k->sim->wall_us;
	buf_print(b, ",\"usIn\":%lld,\"usOut\":%lld,\"usDiff\":%lld,",
	    (long long)k->us_in, (long long)out, (long long)(out - k->us_in));
	buf_text(b, "\"testnet\":false}");
	if (k->request)
		http_reply(k->conn, status, "application/json", NULL,
		    b->data + b->at, buf_left(b));
	else
		ws_send(k->conn, WS_TEXT, b->data + b->at, buf_left(b));
	buf_free(b);
	buf_free(&k->body);
}

void
rpc_result(struct rpc *k)
{
	struct buf b = { 0 };

	begin(k, &b);
	buf_text(&b, "\"result\":");
	buf_add(&b, k->body.data, k->body.len);
	finish(k, &b, 200);
}

void
rpc_say(struct rpc *k, const char *result)
{
	buf_text(&k->body, result);
	rpc_result(k);
}

void
rpc_error(
    struct rpc *k, enum rpc_code code, const char *message, const char *data)
{
	struct buf b = { 0 };

	begin(k, &b);
	buf_print(&b, "\"error\":{\"code\":%d,\"message\":\"%s\"", (int)code,
	    message);
	if (data)
		buf_print(&b, ",\"data\":{\"reason\":\"%s\"}", data);
	buf_text(&b, "}");
	finish(k, &b, code == RPC_TOO_MANY ? 429 : 400);
}
