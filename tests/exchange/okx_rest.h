/*
 * okx_rest.h -- one REST call and what its answers share: okx_rest.c has the
 * calls about the venue and its instruments, okx_rows.c those that answer with
 * rows of trades, bars and levels.
 *
 * An answer is {"code":"0","msg":"","data":[..]}; k->body is what stands in the
 * list.  Errors have another code and, mostly, status 200.
 */
#ifndef EXCHANGE_OKX_REST_H
#define EXCHANGE_OKX_REST_H

#include "okx.h"

/* One call that is being answered. */
struct okx_rest {
	struct sim *sim;
	struct conn *conn;
	const struct request *request;
	struct symbol *symbol;
	struct buf body;
	/* An error has been answered. */
	bool failed;
};

void okx_fail(
    struct okx_rest *k, int status, const char *code, const char *text);
/* Sets k->symbol by instId, or answers that there is none. */
bool okx_call_symbol(struct okx_rest *k);
int64_t okx_call_limit(
    const struct okx_rest *k, const char *name, int64_t none, int64_t most);

void okx_get_books(struct okx_rest *k);
void okx_get_books_full(struct okx_rest *k);
void okx_get_trades(struct okx_rest *k);
void okx_get_history_trades(struct okx_rest *k);
void okx_get_candles(struct okx_rest *k);
void okx_get_history_candles(struct okx_rest *k);
void okx_get_funding_history(struct okx_rest *k);

#endif
