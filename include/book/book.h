/*
 * book.h -- one order book in fixed memory: two sorted arrays of levels.
 *
 * Prices and quantities are absolute: a quantity replaces, zero removes;
 * removing a level the book does not hold is normal and harmless.
 *
 * What is known.  A snapshot is cut at `limit` levels a side.  When a side had
 * as many levels as asked for, deeper ones exist but are unknown: `edge` is the
 * worst price of the snapshot then, and only levels at or better than it are
 * known to be complete.  Levels beyond the edge that a delta named are kept
 * while there is room.  A full side drops its worst level and moves its edge
 * in.
 *
 * Prices are compared as values, whatever their scales; what is stored and
 * given back has the venue's digits.
 */
#ifndef MPEDGE_BOOK_BOOK_H
#define MPEDGE_BOOK_BOOK_H

#include "model/model.h"

/* 18 bytes of fact; DEC_TEXT numbers are refused with RANGE. */
struct book_level {
	int64_t price;
	int64_t quantity;
	uint8_t price_scale;
	uint8_t price_pad;
	uint8_t quantity_scale;
	uint8_t quantity_pad;
};

struct book_side {
	/* Worst first: most changes are near the best, where little moves. */
	struct book_level *levels;
	uint32_t count;
	uint32_t capacity;
	bool descending;
	/* Set when levels deeper than edge exist but are unknown. */
	bool cut;
	struct book_level edge;
};

struct book {
	struct book_side bids;
	struct book_side asks;
};

/* Memory for both sides together: book_bytes(capacity). */
size_t book_bytes(uint32_t capacity);
void book_init(struct book *b, void *memory, uint32_t capacity);
void book_clear(struct book *b);

/*
 * Replace everything.  limit is how many levels a side were asked for (0: all
 * there are).  Levels may come in any order, best first is fast.  RANGE when a
 * number does not fit or is negative in quantity; the book is empty then.
 */
enum err book_load(struct book *b, struct levels bids, struct levels asks,
    uint32_t limit) MUST_USE;

/* Levels worse than those of a side exist but are not known: those that it has
 * are, up to its worst. */
void book_cut(struct book_side *s);

/* Set or remove each level.  RANGE as above; the book is then undefined and
 * must be cleared. */
enum err book_apply(
    struct book *b, struct levels bids, struct levels asks) MUST_USE;

/* Best bid at or above best ask?  (false when a side is empty) */
bool book_crossed(const struct book *b);

/* Levels of a side known to be complete, counted from the best. */
uint32_t book_known(const struct book_side *s);

/* Copy the best n known levels of a side to out; returns how many. */
uint32_t book_top(const struct book_side *s, uint32_t n, struct level *out);

#endif
