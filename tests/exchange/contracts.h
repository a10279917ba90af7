/*
 * contracts.h -- what only derivatives have: marks, funding, open interest,
 * liquidations.
 */
#ifndef EXCHANGE_CONTRACTS_H
#define EXCHANGE_CONTRACTS_H

#include "market.h"

/* Brings s->mark and s->interest up to now (microseconds). */
void market_mark(struct market *m, struct symbol *s, int64_t now);
void market_interest(struct market *m, struct symbol *s, int64_t now);
/* What closed a position by that trade, of which market_trade() was told. */
struct liquidation market_liquidation(struct market *m, const struct trade *t);

/* The rate paid at a funding time in milliseconds, in 1e-8: always the same
 * for the same seed. */
int64_t funding_rate(
    const struct market *m, const struct symbol *s, int64_t ms);
/* The funding time at or before, and after; there must be such. */
int64_t funding_before(const struct symbol *s, int64_t ms);
int64_t funding_after(const struct symbol *s, int64_t ms);

#endif
