/*
 * symbol.h -- names of one instrument.
 */
#ifndef MPEDGE_MODEL_SYMBOL_H
#define MPEDGE_MODEL_SYMBOL_H

#include "model/model.h"

enum {
	/* Bytes, without NUL; OKX ids are 27 long today. */
	SYMBOL_MAX = 63,
};

/* What a quantity of this instrument counts. */
enum unit {
	/* The base currency: price times quantity is in quote units. */
	UNIT_BASE,
	/* Money: the quantity is the value (Deribit inverse contracts). */
	UNIT_QUOTE,
	/* Contracts of contract_value: base units, or quote units when inverse.
	 */
	UNIT_CONTRACTS,
};

/* Owns its texts; all are NUL-terminated. */
struct symbol {
	/* Byte for byte as the venue writes it: BTCUSDT. */
	char native[SYMBOL_MAX + 1];
	/* BTC-USDT */
	char unified[SYMBOL_MAX + 1];
	uint8_t native_len;
	uint8_t unified_len;
	uint8_t venue;
	uint8_t market;
	/* enum unit */
	uint8_t unit;
	/* Settled in the base currency. */
	bool inverse;
	/* The venue's word for it: SWAP, PERPETUAL; may be empty. */
	char kind[24];
	/* One contract; kind DEC_NULL while no instrument list has told. */
	struct dec contract_value;
};

/* FULL when a name is longer than SYMBOL_MAX, SYNTAX when one is empty or has
 * a byte that a URL or a subject must not see (control, blank, ? # & / \ "). */
enum err symbol_set(struct symbol *s, enum venue_id venue,
    enum market_type market, struct span native, struct span unified) MUST_USE;

/* May the byte stand in a name? */
bool symbol_allows(char c);

struct span symbol_native(const struct symbol *s);
struct span symbol_unified(const struct symbol *s);

/*
 * What `quantity` at `price` is worth in quote units, exact.  Null where it
 * cannot be known (contracts without contract_value) or written.  Its text may
 * lie in buf[DEC_TEXT_MAX].
 */
void symbol_value(const struct symbol *s, const struct dec *price,
    const struct dec *quantity, char *buf, struct dec *value);

#endif
