/* LINK: core/loop core/time core/must core/out core/span */
#include <signal.h>
#include <sys/time.h>

#include "loop_world.h"

static void
stop_others(struct alarm *a)
{
	for (int i = 0; i < TIMERS_MAX; i++)
		timer_stop(&a->world->loop, &a->world->alarms[i].timer);
	drop_all(a->world->peers);
}

static void
a_callback_may_stop_any_timer(void **state)
{
	struct world *w = *state;
	struct mono later = mono_after_ms(w->loop.now, 3600 * 1000);

	for (int i = 0; i < 4; i++)
		timer_start(&w->loop, &w->alarms[i].timer, w->loop.now);
	timer_start(&w->loop, &w->alarms[4].timer, later);
	w->alarms[1].act = stop_others;
	loop_turn(&w->loop, 0);
	expect_order(w, "01");
	for (int i = 0; i < TIMERS_MAX; i++)
		assert_false(w->alarms[i].timer.armed);
	assert_null(w->loop.timers);
	loop_turn(&w->loop, 0);
	expect_order(w, "");
}

static void
fire_again_now(struct alarm *a)
{
	timer_start(&a->world->loop, &a->timer, a->world->loop.now);
}

static void
a_timer_that_arms_itself_waits_a_turn(void **state)
{
	struct world *w = *state;

	drop_all(w->peers);
	w->alarms[0].act = fire_again_now;
	fire_again_now(&w->alarms[0]);
	for (int turn = 1; turn <= 5; turn++) {
		loop_turn(&w->loop, 60 * 1000);
		assert_int_equal(w->alarms[0].runs, turn);
	}
}

/* Promise: timers due at the same instant fire in the order armed. */
static void
timers_fire_in_order(void **state)
{
	struct world *w = *state;
	struct mono now = w->loop.now;

	drop_all(w->peers);
	timer_start(&w->loop, &w->alarms[3].timer, now);
	timer_start(&w->loop, &w->alarms[1].timer, now);
	timer_start(&w->loop, &w->alarms[5].timer, (struct mono){ now.ns - 1 });
	timer_start(&w->loop, &w->alarms[2].timer, now);
	timer_start(&w->loop, &w->alarms[0].timer, (struct mono){ now.ns - 9 });
	timer_start(&w->loop, &w->alarms[6].timer, MONO_NEVER);
	/* Arming again counts anew. */
	timer_start(&w->loop, &w->alarms[3].timer, now);
	loop_turn(&w->loop, 0);
	expect_order(w, "05123");
	assert_true(w->alarms[6].timer.armed);
	timer_stop(&w->loop, &w->alarms[6].timer);
	timer_stop(&w->loop, &w->alarms[6].timer);
}

static void
sleep_ends_at_the_deadline(void **state)
{
	struct world *w = *state;
	struct mono due;

	drop_all(w->peers);
	due = mono_after_ms(time_mono(), 20);
	timer_start(&w->loop, &w->alarms[0].timer, due);
	loop_turn(&w->loop, 60 * 1000);
	assert_true(w->loop.now.ns >= due.ns);
	assert_true(w->loop.slept_ns > 0);
	assert_int_equal(w->alarms[0].runs, 0);
	loop_turn(&w->loop, 0);
	assert_int_equal(w->alarms[0].runs, 1);
}

static volatile sig_atomic_t signals;

static void
count_signal(int number)
{
	(void)number;
	signals++;
}

/* Promise: EINTR is not an error. */
static void
a_signal_ends_the_sleep_only(void **state)
{
	struct world *w = *state;
	struct sigaction count = { .sa_handler = count_signal };
	struct sigaction before;
	/* More than one, for the case that the first comes before select. */
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
	struct itimerval never = { { 0, 0 }, { 0, 0 } };

	for (int i = 0; i < PEERS_MAX; i++)
		assert_int_equal(read(w->peers[i].ends[0], &(char){ 0 }, 1), 1);
	assert_int_equal(sigaction(SIGALRM, &count, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	loop_turn(&w->loop, 60 * 1000);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_true(signals > 0);
	assert_true(w->loop.slept_ns < 50 * NS_PER_S);
	expect_order(w, "");
}

static void
run_hook(struct hook *h)
{
	struct world *w = h->owner;

	note(w, 8);
	if (w->loop.turns == 3)
		w->loop.stop = true;
}

static void
run_other_hook(struct hook *h)
{
	note(h->owner, 9);
}

static void
hooks_end_each_turn_until_stop(void **state)
{
	struct world *w = *state;
	struct hook one = { .run = run_hook, .owner = w };
	struct hook two = { .run = run_other_hook, .owner = w };

	for (int i = 1; i <= 4; i++)
		loop_drop(&w->loop, &w->peers[i].watch);
	loop_hook(&w->loop, &one);
	loop_hook(&w->loop, &two);
	loop_run(&w->loop);
	expect_order(w, "058905890589");
	assert_int_equal(w->loop.turns, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_callback_may_stop_any_timer),
		TEST(a_timer_that_arms_itself_waits_a_turn),
		TEST(timers_fire_in_order),
		TEST(sleep_ends_at_the_deadline),
		TEST(a_signal_ends_the_sleep_only),
		TEST(hooks_end_each_turn_until_stop),
	};

	return cmocka_run_group_tests_name(
	    "core/loop timers", tests, NULL, NULL);
}
