/*
 * loop_world.h -- a loop with six pipes, each with a byte to read, and eight
 * timers; it notes the number of whoever is called.
 */
#ifndef MPEDGE_TESTS_LOOP_WORLD_H
#define MPEDGE_TESTS_LOOP_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "core/loop.h"

enum {
	PEERS_MAX = 6,
	TIMERS_MAX = 8,
};

struct world;

/* One end of a pipe that is watched. */
struct peer {
	struct watch watch;
	struct world *world;
	int ends[2];
	int runs;
	unsigned got;
	/* What its callback does. */
	void (*act)(struct peer *p);
};

struct alarm {
	struct timer timer;
	struct world *world;
	int runs;
	void (*act)(struct alarm *a);
};

struct world {
	struct loop loop;
	struct peer peers[PEERS_MAX];
	struct alarm alarms[TIMERS_MAX];
	char order[64];
	size_t order_len;
};

static inline void
note(struct world *w, size_t number)
{
	if (w->order_len < sizeof(w->order) - 1)
		w->order[w->order_len++] = (char)('0' + number);
}

static inline void
peer_ready(struct watch *watch, unsigned got)
{
	struct peer *p = watch->owner;

	p->runs++;
	p->got = got;
	note(p->world, (size_t)(p - p->world->peers));
	if (p->act != NULL)
		p->act(p);
}

static inline void
alarm_fire(struct timer *t)
{
	struct alarm *a = t->owner;

	a->runs++;
	note(a->world, (size_t)(a - a->world->alarms));
	if (a->act != NULL)
		a->act(a);
}

/* Every peer is watched for reading and has a byte to read. */
static inline int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	loop_init(&w->loop);
	for (int i = 0; i < PEERS_MAX; i++) {
		struct peer *p = &w->peers[i];

		p->world = w;
		if (pipe(p->ends) != 0 || write(p->ends[1], "x", 1) != 1)
			return -1;
		p->watch.fd = p->ends[0];
		p->watch.want = LOOP_READ;
		p->watch.ready = peer_ready;
		p->watch.owner = p;
		loop_watch(&w->loop, &p->watch);
	}
	for (int i = 0; i < TIMERS_MAX; i++) {
		w->alarms[i].world = w;
		w->alarms[i].timer.fire = alarm_fire;
		w->alarms[i].timer.owner = &w->alarms[i];
	}
	*state = w;
	return 0;
}

static inline int
end(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEERS_MAX; i++) {
		loop_drop(&w->loop, &w->peers[i].watch);
		close(w->peers[i].ends[0]);
		close(w->peers[i].ends[1]);
	}
	free(w);
	return 0;
}

static inline void
expect_order(struct world *w, const char *order)
{
	w->order[w->order_len] = '\0';
	assert_string_equal(w->order, order);
	w->order_len = 0;
}

static inline void
drop_all(struct peer *p)
{
	for (int i = 0; i < PEERS_MAX; i++)
		loop_drop(&p->world->loop, &p->world->peers[i].watch);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
