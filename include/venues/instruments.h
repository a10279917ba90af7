/*
 * instruments.h -- one row of a venue's instrument list, read.
 *
 * The lists themselves are split by codec/json_split.h: the rows stand under
 * symbols (Binance exchangeInfo), data (OKX /public/instruments) or result
 * (Deribit get_instruments).  A row has a few hundred tokens; a pool of
 * INSTRUMENT_TOKENS is enough for all that were seen.
 *
 * Each function reads the object at token `object` and makes the unified name.
 * OK: *i is complete.  UNSUPPORTED: a row that is not collected (combos, event
 * contracts, margin pairs).  Anything else is a row that cannot be read, with
 * the reason: MISSING (no name, no asset, a dated one without a date), SYNTAX,
 * FULL (a name that is too long), RANGE, TYPE.  One such row is no reason to
 * refuse the list.
 *
 * Names and assets are fields of the row, never cut out of the native name,
 * with one exception: OKX lists announced instruments with empty fields.  What
 * is cut then is marked `guessed`.  States that are not known are HALTED.
 */
#ifndef MPEDGE_VENUES_INSTRUMENTS_H
#define MPEDGE_VENUES_INSTRUMENTS_H

#include "codec/json.h"
#include "model/instrument.h"

enum {
	INSTRUMENT_TOKENS = 4096,
};

/* Binance REST API, exchange information, spot. */
enum err binance_spot_instrument(
    const struct json *j, int object, struct instrument *i) MUST_USE;

/*
 * USD-M futures.  A base asset of the table of scaled ones (1000SHIB) is named
 * without its factor, which is the multiplier.  An empty contractType, as
 * before listing, is judged by the delivery date.
 */
enum err binance_usdm_instrument(
    const struct json *j, int object, struct instrument *i) MUST_USE;

/* COIN-M futures: inverse, contractSize in quote units. */
enum err binance_coinm_instrument(
    const struct json *j, int object, struct instrument *i) MUST_USE;

/*
 * OKX v5 public instruments: SPOT, SWAP, FUTURES (X-perps are perpetuals) and
 * OPTION.  contract_value is ctVal * ctMult.
 */
enum err okx_instrument(
    const struct json *j, int object, struct instrument *i) MUST_USE;

/* Deribit v2 public/get_instruments: spot, future and option. */
enum err deribit_instrument(
    const struct json *j, int object, struct instrument *i) MUST_USE;

#endif
