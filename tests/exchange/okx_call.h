/*
 * okx_call.h -- reads the JSON requests of OKX WebSocket clients.
 *
 *   {"id":"s1","op":"subscribe","args":[{"channel":"trades",
 *   "instId":"BTC-USDT-SWAP"},{"channel":"liquidation-orders",
 *   "instType":"SWAP"}]}
 */
#ifndef EXCHANGE_OKX_CALL_H
#define EXCHANGE_OKX_CALL_H

#include <stdbool.h>
#include <stddef.h>

enum { OKX_WORD = 64 };

/* One request, good until the next one is read. */
struct okx_call {
	const char *text;
	int count;
	char op[16];
	/* Empty if there is none. */
	char id[OKX_WORD];
	/* Where the list is; -1 if there is none. */
	int args;
};

/* One member of args; what it does not say is empty. */
struct okx_arg {
	char channel[OKX_WORD];
	char inst_id[OKX_WORD];
	char inst_type[OKX_WORD];
};

/* false: not JSON, not an object, no op, no args, or an id that is not 1 to 32
 * letters and digits. */
bool okx_call_parse(struct okx_call *k, const char *text, size_t len);
/* The next arg, after *at, which is args at first. */
bool okx_call_next(const struct okx_call *k, int *at, struct okx_arg *a);

#endif
