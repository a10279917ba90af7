/*
 * random.h -- a seeded generator for jitter (xorshift64*).
 *
 * Not for secrets.  A simulation that gives the same seed gets the same pauses.
 */
#ifndef MPEDGE_CORE_RANDOM_H
#define MPEDGE_CORE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

static inline void
random_init(struct random *r, uint64_t seed)
{
	r->state = seed != 0 ? seed : 0x9e3779b97f4a7c15u;
}

static inline uint64_t
random_next(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1du;
}

/* 0 .. limit - 1; 0 when limit is 0. */
static inline uint64_t
random_below(struct random *r, uint64_t limit)
{
	return limit == 0 ? 0 : random_next(r) % limit;
}

#endif
