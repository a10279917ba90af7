/*
 * time.h -- two clocks that the compiler keeps apart.
 *
 * struct mono is for deadlines and never goes backwards; struct wall is UTC
 * since 1970 and goes into records.  Both are nanoseconds.  Only time_mono and
 * time_wall read a clock, and only the loop calls them, once a turn; everybody
 * else reads loop->now and loop->wall.
 */
#ifndef MPEDGE_CORE_TIME_H
#define MPEDGE_CORE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/out.h"

#define NS_PER_US 1000LL
#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

struct mono {
	int64_t ns;
};

struct wall {
	int64_t ns;
};

/* No deadline at all: later than every other time. */
#define MONO_NEVER ((struct mono){ INT64_MAX })

struct mono time_mono(void);
struct wall time_wall(void);

static inline struct mono
mono_after_ms(struct mono t, int64_t ms)
{
	return (struct mono){ t.ns + ms * NS_PER_MS };
}

static inline bool
mono_due(struct mono deadline, struct mono now)
{
	return deadline.ns <= now.ns;
}

static inline int64_t
mono_ms_between(struct mono from, struct mono to)
{
	return (to.ns - from.ns) / NS_PER_MS;
}

static inline struct mono
mono_min(struct mono a, struct mono b)
{
	return a.ns < b.ns ? a : b;
}

/*
 * ISO 8601 in UTC with microseconds and Z: 2026-11-23T10:07:14.567000Z.  Times
 * before 1970 or past 9999 are written as 1970 and 9999: never more than 27
 * bytes.
 */
void out_time(struct out *o, struct wall t);

#endif
