/*
 * fifo.h -- a bounded queue of byte strings in memory the caller owns.
 *
 * Pieces come out in the order they went in.  A piece never wraps, so what
 * fifo_peek returns is contiguous.  A full queue refuses (FULL): it never drops
 * what it holds.
 */
#ifndef MPEDGE_CORE_FIFO_H
#define MPEDGE_CORE_FIFO_H

#include "core/span.h"

struct fifo {
	char *base;
	size_t size;
	size_t head;
	size_t tail;
	size_t count;
	/* Bytes held, headers and padding included; and its largest value. */
	size_t used;
	size_t peak;
};

void fifo_init(struct fifo *f, void *memory, size_t size);
void fifo_clear(struct fifo *f);
enum err fifo_push(struct fifo *f, const void *bytes, size_t len) MUST_USE;

/* The oldest piece, good until fifo_pop or fifo_clear; false when empty. */
bool fifo_peek(const struct fifo *f, struct span *piece);
void fifo_pop(struct fifo *f);

#endif
