/*
 * clock.h -- is the clock of the box right?  Two questions, without a system
 * call: has the wall clock jumped, and what did the kernel say of it.
 */
#ifndef MPEDGE_CORE_CLOCK_H
#define MPEDGE_CORE_CLOCK_H

#include "core/metrics.h"
#include "core/time.h"

enum {
	CLOCK_STEP_MS = 100,
};

/* Zeroed before the first turn. */
struct clock_watch {
	/* How far the wall clock is ahead of the other one. */
	int64_t ahead_ns;
};

/* Each turn: by how much did the wall clock jump since the last one?  0: by
 * less than CLOCK_STEP_MS.  Being slewed is no jump. */
int64_t clock_jump(struct clock_watch *w, struct mono now, struct wall wall);

/* What adjtimex(2) tells: STA_UNSYNC, maxerror and esterror. */
void clock_state(struct clock_metrics *c, bool unsynchronized, int64_t max_us,
    int64_t estimated_us);

#endif
