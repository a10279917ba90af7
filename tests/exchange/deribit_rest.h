/*
 * deribit_rest.h -- the calls about the market; each of them is also a method
 * over WebSocket.
 */
#ifndef EXCHANGE_DERIBIT_REST_H
#define EXCHANGE_DERIBIT_REST_H

#include "deribit_call.h"

void deribit_get_time(struct rpc *k);
void deribit_status(struct rpc *k);
void deribit_get_ticker(struct rpc *k);
void deribit_get_order_book(struct rpc *k);
void deribit_get_trades(struct rpc *k);

/* deribit_history.c */
void deribit_get_chart(struct rpc *k);
void deribit_get_funding(struct rpc *k);

/* deribit_lists.c */
/* The instrument of a call, or NULL: then it was answered. */
struct symbol *deribit_instrument(struct rpc *k);
void deribit_get_instruments(struct rpc *k);
void deribit_get_summary(struct rpc *k);

#endif
