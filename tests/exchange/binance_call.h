/*
 * binance_call.h -- reads the JSON requests of WebSocket clients.
 */
#ifndef EXCHANGE_BINANCE_CALL_H
#define EXCHANGE_BINANCE_CALL_H

#include "streams.h"

/* One request, good until the next one is read. */
struct ws_call {
	const char *text;
	int count;
	/* Where their values are; -1 if there are none. */
	int method;
	int params;
	/* What makes a stream of a name at this venue. */
	struct stream *(*want)(struct sim *sim, const char *name);
	/* As it was sent, quotes included; "null" if there is none. */
	char id[64];
};

/* false: not JSON, or not an object. */
bool call_parse(struct ws_call *k, const char *text, size_t len);
/* Is this value that string? */
bool call_is(const struct ws_call *k, int token, const char *text);
/* false: there is no such value, or it is not true or false. */
bool call_bool(const struct ws_call *k, int token, bool *value);
/* The next member of params that is a string, after *at, which is params at
 * first; name holds STREAM_NAME_MAX bytes. */
bool call_next(const struct ws_call *k, int *at, char *name);

#endif
