/*
 * instrument.h -- what can be traded at a venue, and what we call it.
 *
 * A struct instrument owns all its texts (NUL-terminated, none of them borrowed
 * from a message), so it may be copied and kept.  Venues fill it from a row of
 * their instrument list (venues/instruments.h); instrument_unify then makes the
 * unified name from the fields, never from the native name:
 *
 *   spot        BASE-QUOTE                       BTC-USDT
 *   perpetual   BASE-QUOTE-PERP                  BTC-USDT-PERP
 *   futures     BASE-QUOTE-YYMMDD                BTC-USDT-270326
 *   option      BASE-QUOTE-YYMMDD-STRIKE-C or P  BTC-USD-250627-100000-C
 *
 * The day is that of the expiry in UTC; the strike is written in plain digits
 * without trailing zeros (0.625).  Two instruments of one venue may get the
 * same unified name: the native one is the key, and feed/catalog.h tells them
 * apart by what they are settled in.
 */
#ifndef MPEDGE_MODEL_INSTRUMENT_H
#define MPEDGE_MODEL_INSTRUMENT_H

#include "model/symbol.h"

enum {
	/* Bytes of an asset's name, and of the venue's word for the kind. */
	ASSET_MAX = 31,
	KIND_MAX = 23,
};

enum instrument_state {
	INSTRUMENT_LIVE,
	/* Announced, not open yet. */
	INSTRUMENT_PREOPEN,
	/* Everything else that may come back; also states that nobody knows. */
	INSTRUMENT_HALTED,
	/* Expired, delivered, delisted. */
	INSTRUMENT_GONE,
	INSTRUMENT_STATES
};

struct instrument {
	char native[SYMBOL_MAX + 1];
	/* Empty before instrument_unify. */
	char unified[SYMBOL_MAX + 1];
	char base[ASSET_MAX + 1];
	char quote[ASSET_MAX + 1];
	/* Empty on spot, and where the venue does not say. */
	char settle[ASSET_MAX + 1];
	/* As the venue says: SPOT, SWAP, CURRENT_QUARTER, xperp, option. */
	char kind[KIND_MAX + 1];
	enum market_type market;
	enum instrument_state status;
	/* Worth a fixed amount of the quote asset, settled in the base. */
	bool inverse;
	/* A field was missing and was cut out of the native name instead. */
	bool guessed;
	/* 'C' or 'P' of an option, else NUL. */
	char right;
	/* One contract: in base, of inverse ones in quote; null: not said. */
	struct dec contract_value;
	/* Units of the base asset that prices are for: 1000 of 1000SHIBUSDT,
	 * whose base is SHIB. */
	struct dec multiplier;
	/* Of an option, else null. */
	struct dec strike;
	/* TIME_NULL: never.  A perpetual has one when its end is announced, and
	 * an X-perp its nominal one. */
	int64_t expiry_ns;
	/* Start of trading, TIME_NULL: not said.  With the native name it tells
	 * a relisted instrument from the old one. */
	int64_t listed_ns;
};

/* Empty names, no times, multiplier 1, HALTED. */
void instrument_init(struct instrument *i);

/*
 * Keep a name in to[0..max], with a NUL.  SYNTAX when it is empty, is not UTF-8
 * or has a byte that symbol_set refuses, FULL when it is longer than max.
 */
enum err instrument_name(char *to, size_t max, struct span text) MUST_USE;

/* A word that nothing depends on: cut to max, and blanks become _. */
void instrument_word(char *to, size_t max, struct span text);

/*
 * Make the unified name.  MISSING when base, quote or what its market needs is
 * not there; FULL when it is too long; it stays empty then.
 */
enum err instrument_unify(struct instrument *i) MUST_USE;

/* Equal in every field? */
bool instrument_same(const struct instrument *a, const struct instrument *b);

/* "live", "preopen", "halted", "gone" */
const char *instrument_state_name(enum instrument_state s);

#endif
