#include "core/clock.h"

int64_t
clock_jump(struct clock_watch *w, struct mono now, struct wall wall)
{
	int64_t ahead = wall.ns - now.ns;
	int64_t moved = ahead - w->ahead_ns;
	bool first = w->ahead_ns == 0;

	w->ahead_ns = ahead;
	if (first || (moved <= CLOCK_STEP_MS * NS_PER_MS &&
			 moved >= -CLOCK_STEP_MS * NS_PER_MS))
		return 0;
	return moved;
}

static uint64_t
ms_of(int64_t us)
{
	return us > 0 ? (uint64_t)us / 1000 : 0;
}

void
clock_state(struct clock_metrics *c, bool unsynchronized, int64_t max_us,
    int64_t estimated_us)
{
	c->synchronized = !unsynchronized;
	c->max_error = ms_of(max_us);
	c->estimated_error = ms_of(estimated_us);
}
