/* LINK: feed/feed_states core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/feed_internal.h"

/* Can `to` be reached from `from` along edges? */
static bool
reaches(enum feed_state from, enum feed_state to)
{
	bool seen[FEED_STATES] = { false };
	bool grown = true;

	seen[from] = true;
	while (grown) {
		grown = false;
		for (unsigned a = 0; a < FEED_STATES; a++) {
			for (unsigned b = 0; b < FEED_STATES; b++) {
				if (!seen[a] || seen[b] ||
				    !feed_edge(
					(enum feed_state)a, (enum feed_state)b))
					continue;
				seen[b] = true;
				grown = true;
			}
		}
	}
	return seen[to];
}

static void
every_state_is_reached_and_none_is_a_dead_end(void **state)
{
	(void)state;
	for (unsigned s = 0; s < FEED_STATES; s++) {
		assert_true(reaches(FEED_IDLE, (enum feed_state)s));
		assert_true(reaches((enum feed_state)s, FEED_LIVE));
		assert_true(reaches((enum feed_state)s, FEED_IDLE));
	}
}

static void
no_state_leads_to_itself(void **state)
{
	(void)state;
	for (unsigned s = 0; s < FEED_STATES; s++)
		assert_false(feed_edge((enum feed_state)s, (enum feed_state)s));
}

/* There is one way up; nothing is skipped. */
static void
the_way_up_has_no_short_cut(void **state)
{
	(void)state;
	for (unsigned from = FEED_IDLE; from < FEED_LIVE; from++) {
		for (unsigned to = from + 1; to <= FEED_LIVE; to++)
			assert_int_equal(feed_edge((enum feed_state)from,
					     (enum feed_state)to),
			    to == from + 1);
	}
}

/* From wherever it may hang, a failure pauses and a stop ends. */
static void
each_state_under_way_can_fail_and_be_stopped(void **state)
{
	(void)state;
	for (unsigned s = FEED_RESOLVE; s <= FEED_LIVE; s++)
		assert_true(feed_edge((enum feed_state)s, FEED_WAIT));
	for (unsigned s = FEED_WAIT; s <= FEED_UPGRADE; s++)
		assert_true(feed_edge((enum feed_state)s, FEED_IDLE));
	assert_true(feed_edge(FEED_SUBSCRIBE, FEED_CLOSING));
	assert_true(feed_edge(FEED_LIVE, FEED_CLOSING));
	assert_true(feed_edge(FEED_CLOSING, FEED_IDLE));
	assert_false(feed_edge(FEED_CLOSING, FEED_WAIT));
	assert_false(feed_edge(FEED_IDLE, FEED_RESOLVE));
}

/* What waits for a peer has a deadline; what waits for nobody has none. */
static void
deadlines(void **state)
{
	(void)state;
	assert_true(feed_deadline_ms(FEED_IDLE) == 0);
	assert_true(feed_deadline_ms(FEED_WAIT) == 0);
	assert_true(feed_deadline_ms(FEED_LIVE) == 0);
	for (unsigned s = FEED_RESOLVE; s <= FEED_SUBSCRIBE; s++)
		assert_in_range(
		    feed_deadline_ms((enum feed_state)s), 1000, 60 * 1000);
	assert_in_range(feed_deadline_ms(FEED_CLOSING), 1, 10 * 1000);
}

static void
names(void **state)
{
	(void)state;
	for (unsigned s = 0; s < FEED_STATES; s++) {
		const char *name = feed_state_name((enum feed_state)s);

		assert_non_null(name);
		assert_int_equal(
		    strspn(name, "abcdefghijklmnopqrstuvwxyz"), strlen(name));
		for (unsigned b = 0; b < s; b++)
			assert_string_not_equal(
			    name, feed_state_name((enum feed_state)b));
	}
	assert_string_equal(feed_state_name(FEED_LIVE), "live");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_is_reached_and_none_is_a_dead_end),
		cmocka_unit_test(no_state_leads_to_itself),
		cmocka_unit_test(the_way_up_has_no_short_cut),
		cmocka_unit_test(each_state_under_way_can_fail_and_be_stopped),
		cmocka_unit_test(deadlines),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
