/*
 * deribit_names.h -- what the name of a Deribit instrument says.
 *
 * BTC-PERPETUAL and BTC-25DEC26 are inverse: paid in BTC, counted in dollars.
 * BTC_USDC-PERPETUAL is linear: paid in USDC, counted in BTC.  The option
 * BTC-25DEC26-100000-C has a price in BTC and is counted in BTC, BTC_USDC is
 * spot.  `own` of a symbol is its contract size in 1e-8.
 */
#ifndef EXCHANGE_DERIBIT_NAMES_H
#define EXCHANGE_DERIBIT_NAMES_H

#include "market.h"

/* For market_rules. */
bool deribit_describe(struct symbol *s, int64_t now);
void deribit_name(int i, char *name, int64_t now);

/* spot, future or option */
const char *deribit_kind(const struct symbol *s);
/* Is it of this kind and currency?  Either may be "any". */
bool deribit_is(const struct symbol *s, const char *kind, const char *currency);
/* The trade_id of a trade_seq: ids are unique per currency, and have a prefix
 * when that is not BTC. */
char *put_deribit_id(char *p, const struct symbol *s, int64_t seq);

#endif
