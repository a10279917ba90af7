/*
 * loop.h -- wait for descriptors and deadlines; call whoever asked.
 *
 * One loop, one thread, select(2).  A struct watch or struct timer lives inside
 * the object it serves, so the loop allocates nothing.  loop_drop and
 * timer_stop are the first lines of every _fini.
 *
 * A turn is: due timers, select, ready watches, watches that asked to run
 * again, then the end-of-turn hooks.  The clocks are read once, after select.
 *
 * It promises: a callback may drop any watch or timer, its own included; no
 * watch runs twice in a turn, and one added in a turn runs in the next; a timer
 * armed by a timer fires in the next turn at the earliest; timers due at the
 * same instant fire in the order armed; fd >= FD_SETSIZE is a must; EINTR is
 * not an error.
 */
#ifndef MPEDGE_CORE_LOOP_H
#define MPEDGE_CORE_LOOP_H

#include <stdbool.h>

#include "core/time.h"

enum {
	LOOP_READ = 1,
	LOOP_WRITE = 2,
};

struct watch {
	int fd;
	/* LOOP_READ | LOOP_WRITE; 0 means asleep. */
	unsigned want;
	/* Run next turn without waiting for the descriptor. */
	bool again;
	/* got is what the descriptor is ready for; 0 when only again was set.
	 */
	void (*ready)(struct watch *w, unsigned got);
	void *owner;
	/* The loop's own. */
	struct watch *next;
	uint64_t turn;
	bool watched;
};

struct timer {
	struct mono due;
	void (*fire)(struct timer *t);
	void *owner;
	/* The loop's own. */
	struct timer *next;
	bool armed;
};

/* Called at the end of every turn, in the order added. */
struct hook {
	void (*run)(struct hook *h);
	void *owner;
	struct hook *next;
};

struct loop {
	struct mono now;
	struct wall wall;
	bool stop;
	/* Of the last turn: how long select slept and how long work took. */
	int64_t slept_ns;
	int64_t worked_ns;
	uint64_t turns;
	/* The loop's own. */
	struct watch *watches;
	struct watch *cursor;
	struct timer *timers;
	struct timer *firing;
	struct hook *hooks;
};

void loop_init(struct loop *l);

/* Start watching.  w->fd, want, ready are set by the caller. */
void loop_watch(struct loop *l, struct watch *w);

/* Stop watching; harmless when it was not watched.  Does not close the fd. */
void loop_drop(struct loop *l, struct watch *w);

/* Fire once at due (replaces an earlier arming). */
void timer_start(struct loop *l, struct timer *t, struct mono due);
void timer_stop(struct loop *l, struct timer *t);

void loop_hook(struct loop *l, struct hook *h);

/* One turn; sleeps at most max_ms (tests use 0). */
void loop_turn(struct loop *l, int64_t max_ms);

/* How long the work of this turn has taken: reads a clock, so not for every
 * record. */
int64_t loop_spent_ns(const struct loop *l);

/* Turns until l->stop. */
void loop_run(struct loop *l);

#endif
