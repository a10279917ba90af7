/*
 * drip.h -- feed a conversation to a protocol module in pieces.
 *
 * Each piece is copied to the end of a page behind which nothing is mapped, so
 * that one byte of over-read crashes; what a callback keeps of an earlier piece
 * is overwritten by the next one.  A cut of 0 feeds everything at once; a
 * negative cut feeds pieces of random size, the same for the same number.
 */
#ifndef MPEDGE_TESTS_DRIP_H
#define MPEDGE_TESTS_DRIP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/err.h"

enum {
	DRIP_CUT_MAX = 16,
	DRIP_RANDOM = 64,
	DRIP_RANDOM_MAX = 700,
};

struct drip {
	char *map;
	size_t size;
	/* One past the last byte that may be read. */
	char *end;
	enum err (*feed)(void *owner, const char *bytes, size_t len);
	void *owner;
};

static inline bool
drip_init(struct drip *d, size_t longest)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	d->size = (longest + page - 1) / page * page + page;
	d->map = mmap(NULL, d->size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (d->map == MAP_FAILED)
		return false;
	d->end = d->map + d->size - page;
	return mprotect(d->end, page, PROT_NONE) == 0;
}

static inline void
drip_fini(struct drip *d)
{
	munmap(d->map, d->size);
}

static inline size_t
drip_piece(int cut, uint32_t *random, size_t left)
{
	size_t n = left;

	if (cut > 0) {
		n = (size_t)cut;
	} else if (cut < 0) {
		*random = *random * 1664525u + 1013904223u;
		n = 1 + (*random >> 8) % DRIP_RANDOM_MAX;
	}
	return n < left ? n : left;
}

/* Everything, or up to the first answer that is neither OK nor SHORT. */
static inline enum err
drip(struct drip *d, const char *bytes, size_t len, int cut)
{
	uint32_t random = (uint32_t)-cut * 2654435761u;
	enum err e = ERR_OK;

	while (len > 0 && (e == ERR_OK || e == ERR_SHORT)) {
		size_t n = drip_piece(cut, &random, len);

		memset(d->map, 0xa5, n < 64 ? n : 64);
		memcpy(d->end - n, bytes, n);
		e = d->feed(d->owner, d->end - n, n);
		bytes += n;
		len -= n;
	}
	return e;
}

/* Whole, then every cut size, then random ones: `run` judges each. */
static inline void
drip_all(void (*run)(void *owner, int cut), void *owner)
{
	for (int cut = -DRIP_RANDOM; cut <= DRIP_CUT_MAX; cut++)
		run(owner, cut);
}

#endif
