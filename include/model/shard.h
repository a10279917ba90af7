/*
 * shard.h -- which of several boxes collects a symbol.
 *
 * Every box has the same symbols configured and keeps those of its own number:
 * each symbol is on exactly one box, and boxes do not talk to each other.
 *
 * The number is the jump consistent hash (Lamping and Veach, 2014) of the
 * 64-bit FNV-1a of "{venue}:{native symbol}", both byte for byte: the venue as
 * configured (binance_usdm), the symbol as the venue writes it (BTCUSDT).  From
 * n to n + 1 boxes one symbol in n + 1 moves, all of them to the new box.
 *
 * This function is part of the interface: a different one would leave symbols
 * to two boxes, or to none, while boxes of two versions run.  Its values are
 * held by tests/unit/model/test_shard.c and never change.
 */
#ifndef MPEDGE_MODEL_SHARD_H
#define MPEDGE_MODEL_SHARD_H

#include "core/span.h"

struct shard {
	/* index is below of; of is 1 for a box that collects all. */
	uint32_t of;
	uint32_t index;
};

/* 0 .. of - 1; of is at least 1. */
uint32_t shard_number(struct span venue, struct span native, uint32_t of);

/* Is it this box's? */
bool shard_has(const struct shard *s, struct span venue, struct span native);

#endif
