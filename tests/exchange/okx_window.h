/*
 * okx_window.h -- the part of a book that the channel `books` shows: the best
 * 400 levels a side.
 *
 * A level that falls out of the window is deleted by the update, one that comes
 * in appears, although neither was changed in the book.
 */
#ifndef EXCHANGE_OKX_WINDOW_H
#define EXCHANGE_OKX_WINDOW_H

#include "market.h"

enum {
	OKX_WINDOW = 400,
	/* Most levels of one side in an update: each change may push one out
	 * and let one in. */
	OKX_UPDATE_LEVELS = 3 * DIFF_LEVELS,
	/* Before a diff, as deep as matters: what it added above the window
	 * comes off again. */
	OKX_BEFORE_LEVELS = OKX_WINDOW + 2 * DIFF_LEVELS,
};

/* The best levels before a diff, and the book after it. */
struct okx_change {
	const struct symbol *symbol;
	const struct diff *diff;
	struct side before[2];
	struct side after[2];
	struct level level[2][OKX_BEFORE_LEVELS + 1];
	/* After is a copy. */
	bool copied;
};

void okx_change_init(
    struct okx_change *c, const struct symbol *s, const struct diff *d);
void okx_change_free(struct okx_change *c);
/* The levels in which the best `depth` of one side differ, quantity 0 for those
 * that are gone; returns how many. */
int okx_change_side(const struct okx_change *c, int side, int depth,
    struct level out[OKX_UPDATE_LEVELS]);
/* CRC-32 over the best 25 levels of both sides, as it was until 2026-06-23. */
int32_t okx_checksum(const struct symbol *s, const struct side book[2]);

#endif
