#include "venues/binance.h"

static const struct binance_scaled table[] = {
	{ { "1000BONK", 8 }, { "BONK", 4 }, 1000 },
	{ { "1000BTTC", 8 }, { "BTTC", 4 }, 1000 },
	{ { "1000CAT", 7 }, { "CAT", 3 }, 1000 },
	{ { "1000CHEEMS", 10 }, { "CHEEMS", 6 }, 1000 },
	{ { "1000FLOKI", 9 }, { "FLOKI", 5 }, 1000 },
	{ { "1000LUNC", 8 }, { "LUNC", 4 }, 1000 },
	{ { "1000PEPE", 8 }, { "PEPE", 4 }, 1000 },
	{ { "1000RATS", 8 }, { "RATS", 4 }, 1000 },
	{ { "1000SATS", 8 }, { "SATS", 4 }, 1000 },
	{ { "1000SHIB", 8 }, { "SHIB", 4 }, 1000 },
	{ { "1000WHY", 7 }, { "WHY", 3 }, 1000 },
	{ { "1000X", 5 }, { "X", 1 }, 1000 },
	{ { "1000XEC", 7 }, { "XEC", 3 }, 1000 },
	{ { "1000000BOB", 10 }, { "BOB", 3 }, 1000000 },
	{ { "1000000MOG", 10 }, { "MOG", 3 }, 1000000 },
	{ { "1MBABYDOGE", 10 }, { "BABYDOGE", 8 }, 1000000 },
};

enum {
	ROWS = sizeof(table) / sizeof(table[0]),
};

const struct binance_scaled *
binance_usdm_scaled(struct span base)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_eq(base, table[i].base))
			return &table[i];
	}
	return NULL;
}

const struct binance_scaled *
binance_usdm_scaled_asset(struct span asset)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (span_eq(asset, table[i].asset))
			return &table[i];
	}
	return NULL;
}
