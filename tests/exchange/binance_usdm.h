/*
 * binance_usdm.h -- what the parts of the Binance USD-M dialect share:
 * binance_usdm.c has its paths, streams and names, binance_usdm_events.c writes
 * the events of trades and books, binance_usdm_marks.c those of contracts,
 * binance_usdm_rest.c and binance_usdm_info.c answer REST calls.
 *
 * COIN-M contracts (BTCUSD_PERP: inverse, quantities in contracts) live on the
 * same platform and are told by st.
 */
#ifndef EXCHANGE_BINANCE_USDM_H
#define EXCHANGE_BINANCE_USDM_H

#include "binance_rest.h"

/* Kinds of streams that only this venue has. */
enum {
	/* markPrice, each 3 seconds; STREAM_MARK is markPrice@1s. */
	STREAM_SLOW_MARK = STREAM_OTHER_1,
};

/* --- events --- */

void usdm_trade(struct sim *sim, struct symbol *s, const struct trade *t);
void usdm_diff(struct sim *sim, struct symbol *s, const struct diff *d);
void usdm_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed);
void usdm_day(struct sim *sim, struct symbol *s);
void usdm_mark(struct sim *sim, struct symbol *s);
void usdm_liquidation(
    struct sim *sim, struct symbol *s, const struct liquidation *l);
/* !contractInfo, when something has changed, and now and then. */
void usdm_listed(struct sim *sim, struct symbol *s);
void usdm_turn(struct sim *sim);

/* --- REST --- */

void usdm_request(struct sim *sim, struct conn *c, const struct request *r);

/* binance_usdm_info.c */
void usdm_get_info(struct rest_call *k);
void usdm_get_coin_info(struct rest_call *k);
void usdm_get_premium(struct rest_call *k);
void usdm_get_funding(struct rest_call *k);
void usdm_get_funding_info(struct rest_call *k);
void usdm_get_interest(struct rest_call *k);

/* --- names --- */

/* PERPETUAL, CURRENT_QUARTER or NEXT_QUARTER. */
const char *usdm_contract_type(const struct symbol *s, int64_t now_us);
/* When it is delivered; that of perpetuals is far away. */
int64_t usdm_delivery(const struct symbol *s);
/* 1 for USD-M, 2 for COIN-M. */
int usdm_st(const struct symbol *s);

#endif
