/*
 * deribit_call.h -- one JSON-RPC call, whether it came over a WebSocket or as a
 * GET, and its answer.
 *
 * The method writes its result into body and ends with rpc_result, or says why
 * not with rpc_error; either sends the answer the way the call came.
 */
#ifndef EXCHANGE_DERIBIT_CALL_H
#define EXCHANGE_DERIBIT_CALL_H

#include "http.h"
#include "sim.h"

enum rpc_code {
	RPC_INVALID_REQUEST = -32600,
	RPC_NO_METHOD = -32601,
	RPC_INVALID_PARAMS = -32602,
	RPC_TOO_MANY = 10028,
	RPC_BAD_REQUEST = 11050,
	RPC_UNAUTHORIZED = 13009,
	RPC_NOT_FOUND = 13020,
	RPC_RAW = 13778,
};

enum { RPC_METHOD_MAX = 64, RPC_ID_MAX = 64, RPC_PARAM_MAX = 128 };

struct rpc {
	struct sim *sim;
	struct conn *conn;
	/* Of a GET; NULL when the call came over a WebSocket. */
	const struct request *request;
	const char *text;
	int tokens;
	/* The token that holds the parameters, or -1. */
	int params;
	char method[RPC_METHOD_MAX];
	/* As it was written; empty when there was none. */
	char id[RPC_ID_MAX];
	int64_t us_in;
	struct buf body;
};

/* A text message; false when it is not JSON. */
bool rpc_parse(struct rpc *k, const char *text, size_t len);
/* Times and sequence numbers are below this; what is not is cut. */
#define RPC_NUMBER_MAX INT64_C(1000000000000000)

/* A parameter as text; false if there is none. */
bool rpc_word(const struct rpc *k, const char *name, char *out, size_t size);
int64_t rpc_number(const struct rpc *k, const char *name, int64_t none);
/* The next of a list of names; *at is 0 at first. */
bool rpc_next(const struct rpc *k, const char *list, int *at, char *name);

void rpc_result(struct rpc *k);
/* The result is one word or number. */
void rpc_say(struct rpc *k, const char *result);
/* data: NULL, or a word that says more. */
void rpc_error(
    struct rpc *k, enum rpc_code code, const char *message, const char *data);

#endif
