/* LINK: core/loop core/time core/must core/out core/span */
#include <sys/select.h>

#include "../dies.h"
#include "loop_world.h"

static void
watches_run_in_the_order_added(void **state)
{
	struct world *w = *state;

	loop_turn(&w->loop, 0);
	expect_order(w, "012345");
	assert_int_equal(w->peers[0].got, LOOP_READ);
	w->peers[1].watch.want = 0;
	w->peers[3].watch.want = LOOP_WRITE;
	loop_turn(&w->loop, 0);
	/* The reading end of a pipe is never ready for writing. */
	expect_order(w, "0245");
}

static void
writing_and_reading(void **state)
{
	struct world *w = *state;
	struct peer *p = &w->peers[0];
	int swap = p->ends[0];

	for (int i = 0; i < PEERS_MAX; i++)
		loop_drop(&w->loop, &w->peers[i].watch);
	p->ends[0] = p->ends[1];
	p->ends[1] = swap;
	p->watch.fd = p->ends[0];
	p->watch.want = LOOP_READ | LOOP_WRITE;
	loop_watch(&w->loop, &p->watch);
	loop_turn(&w->loop, 1000);
	assert_int_equal(p->runs, 1);
	assert_int_equal(p->got, LOOP_WRITE);
}

/* Promise: a callback may drop any watch or timer. */
static void
drop_self(struct peer *p)
{
	loop_drop(&p->world->loop, &p->watch);
}

static void
drop_next_two(struct peer *p)
{
	loop_drop(&p->world->loop, &p[1].watch);
	loop_drop(&p->world->loop, &p[2].watch);
}

static void
drop_previous(struct peer *p)
{
	loop_drop(&p->world->loop, &p[-1].watch);
}

static void
a_callback_may_drop_any_watch(void **state)
{
	struct world *w = *state;

	w->peers[0].act = drop_self;
	w->peers[1].act = drop_next_two;
	w->peers[5].act = drop_previous;
	loop_turn(&w->loop, 0);
	expect_order(w, "0145");
	w->peers[1].act = drop_all;
	loop_turn(&w->loop, 0);
	expect_order(w, "1");
	loop_turn(&w->loop, 0);
	expect_order(w, "");
	assert_null(w->loop.watches);
}

/* Also in the round of those that asked to run again. */
static void
a_callback_may_drop_in_the_second_round(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEERS_MAX; i++) {
		w->peers[i].watch.want = 0;
		w->peers[i].watch.again = true;
	}
	w->peers[2].act = drop_all;
	loop_turn(&w->loop, 60 * 1000);
	expect_order(w, "012");
}

/* Promise: no watch runs twice in a turn; work is bounded. */
static void
ask_again(struct peer *p)
{
	for (int i = 0; i < PEERS_MAX; i++)
		p->world->peers[i].watch.again = true;
}

static void
drop_and_watch(struct peer *p)
{
	loop_drop(&p->world->loop, &p->watch);
	p->watch.again = true;
	loop_watch(&p->world->loop, &p->watch);
}

static void
no_watch_runs_twice_in_a_turn(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEERS_MAX; i++)
		w->peers[i].act = i % 2 ? ask_again : drop_and_watch;
	for (int turn = 1; turn <= 5; turn++) {
		loop_turn(&w->loop, 0);
		for (int i = 0; i < PEERS_MAX; i++)
			assert_int_equal(w->peers[i].runs, turn);
	}
}

/* A watch added in a turn must not be told what select said of another. */
static void
replace_second(struct peer *p)
{
	struct world *w = p->world;

	loop_drop(&w->loop, &w->peers[1].watch);
	w->peers[2].watch.fd = w->peers[1].ends[0];
	loop_watch(&w->loop, &w->peers[2].watch);
	p->act = NULL;
}

static void
a_new_watch_waits_a_turn(void **state)
{
	struct world *w = *state;

	drop_next_two(&w->peers[1]);
	w->peers[0].act = replace_second;
	loop_turn(&w->loop, 0);
	/* 1 was dropped by 0, and 2, which has its descriptor, is new. */
	expect_order(w, "045");
	loop_turn(&w->loop, 0);
	expect_order(w, "0452");
}

static void
put_to_sleep(struct peer *p)
{
	p[1].watch.want = 0;
}

static void
a_watch_put_to_sleep_stays_asleep(void **state)
{
	struct world *w = *state;

	w->peers[0].act = put_to_sleep;
	loop_turn(&w->loop, 0);
	expect_order(w, "02345");
}

/* Promise: a descriptor past the end is refused. */
static void
watch_it(void *with)
{
	struct peer *p = with;

	loop_watch(&p->world->loop, &p->watch);
}

static void
descriptors_past_the_end_are_bugs(void **state)
{
	struct world *w = *state;
	struct peer *p = &w->peers[0];

	assert_true(dies(watch_it, p, "!w->watched"));
	loop_drop(&w->loop, &p->watch);
	p->watch.fd = FD_SETSIZE;
	assert_true(dies(watch_it, p, "w->fd < FD_SETSIZE"));
	p->watch.fd = -1;
	assert_true(dies(watch_it, p, "w->fd >= 0"));
	p->watch.fd = FD_SETSIZE - 1;
	assert_false(dies(watch_it, p, ""));
}

/* Promise: again runs without the descriptor. */
static void
again_needs_no_descriptor(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PEERS_MAX; i++)
		w->peers[i].watch.want = 0;
	w->peers[4].watch.again = true;
	w->peers[4].got = 99;
	loop_turn(&w->loop, 60 * 1000);
	expect_order(w, "4");
	assert_int_equal(w->peers[4].got, 0);
	assert_false(w->peers[4].watch.again);
	loop_turn(&w->loop, 0);
	expect_order(w, "");
}

static void
dropping_what_is_not_watched_is_harmless(void **state)
{
	struct world *w = *state;

	loop_drop(&w->loop, &w->peers[0].watch);
	loop_drop(&w->loop, &w->peers[0].watch);
	timer_stop(&w->loop, &w->alarms[0].timer);
	loop_turn(&w->loop, 0);
	expect_order(w, "12345");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(watches_run_in_the_order_added),
		TEST(writing_and_reading),
		TEST(a_callback_may_drop_any_watch),
		TEST(a_callback_may_drop_in_the_second_round),
		TEST(no_watch_runs_twice_in_a_turn),
		TEST(a_new_watch_waits_a_turn),
		TEST(a_watch_put_to_sleep_stays_asleep),
		TEST(descriptors_past_the_end_are_bugs),
		TEST(again_needs_no_descriptor),
		TEST(dropping_what_is_not_watched_is_harmless),
	};

	return cmocka_run_group_tests_name("core/loop", tests, NULL, NULL);
}
