/*
 * binance_spot.h -- what the parts of the Binance spot dialect share:
 * binance_spot.c has its streams and names, binance_spot_events.c writes the
 * events, binance_spot_rest.c knows its REST calls.
 */
#ifndef EXCHANGE_BINANCE_SPOT_H
#define EXCHANGE_BINANCE_SPOT_H

#include "binance.h"

void binance_spot_request(
    struct sim *sim, struct conn *c, const struct request *r);

void binance_publish_trade(
    struct sim *sim, struct symbol *s, const struct trade *t);
void binance_publish_diff(
    struct sim *sim, struct symbol *s, const struct diff *d);
void binance_publish_bar(struct sim *sim, struct symbol *s, int interval,
    const struct bar *b, bool closed);
void binance_publish_day(struct sim *sim, struct symbol *s);

#endif
