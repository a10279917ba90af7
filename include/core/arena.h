/*
 * arena.h -- the memory that configuration sizes, taken once at start.
 *
 * arena_init maps one anonymous region (nothing is resident until touched);
 * arena_take carves zeroed, 64-byte aligned pieces from it; arena_seal ends
 * start-up, and taking after it is a must.  Each piece has a name, so that the
 * memory table at start and on the status page can show who has what.
 */
#ifndef MPEDGE_CORE_ARENA_H
#define MPEDGE_CORE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

enum {
	ARENA_POOLS_MAX = 64,
};

struct arena_pool {
	/* A literal. */
	const char *name;
	size_t count;
	size_t each_bytes;
};

struct arena {
	char *base;
	size_t size;
	size_t used;
	bool sealed;
	struct arena_pool pools[ARENA_POOLS_MAX];
	size_t pool_count;
};

/* IO when the kernel refuses the mapping. */
enum err arena_init(struct arena *a, size_t size) MUST_USE;
void arena_fini(struct arena *a);

/* count pieces of each_bytes in a row, zeroed.  Never NULL; too small is must.
 */
void *arena_take(
    struct arena *a, const char *name, size_t count, size_t each_bytes);

/* How many bytes are left for arena_take. */
size_t arena_left(const struct arena *a);
void arena_seal(struct arena *a);

/*
 * For memory that was touched and whose contents nobody needs any more: its
 * whole pages are given back to the kernel, and are zero when used next.  at
 * must be anonymous memory, as pieces of an arena are.
 */
void arena_unuse(void *at, size_t len);

#endif
