/*
 * ws_heap.h -- the memory of all WebSocket connections: one fixed region.
 *
 * wslay is compiled so that its malloc, calloc, realloc and free are the four
 * functions below (toolchain/deps/wslay.sh); ws.c takes the memory of messages
 * that must be put together, and of those waiting to be sent, from here too.
 * Blocks lie in a row, first fit, neighbours that are free are one; there are a
 * few per connection, so a search is short.  A region that is exhausted answers
 * NULL, and the connection that asked fails with FULL.
 *
 * The region is given to ws_heap_init before the first ws_open.  Since wslay
 * passes no context, where it lies is remembered in a variable of this file,
 * the only one in net (docs/EXCEPTIONS.md).  One thread only.
 */
#ifndef MPEDGE_NET_WS_HEAP_H
#define MPEDGE_NET_WS_HEAP_H

#include <stddef.h>

enum {
	/* What each connection holds all the time. */
	WS_HEAP_PER_CONNECTION = 8192,
};

/* Everything allocated before is forgotten.  memory outlives all connections;
 * fewer than 4096 bytes are a must. */
void ws_heap_init(void *memory, size_t size);

/* Bytes taken now, and at most so far, headers included. */
size_t ws_heap_used(void);
size_t ws_heap_peak(void);

void *ws_malloc(size_t size);
void *ws_calloc(size_t count, size_t size);

/* Grows in place when the block behind is free. */
void *ws_realloc(void *old, size_t size);
void ws_free(void *old);

#endif
