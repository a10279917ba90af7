/* LINK: feed/source_renew core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feed/source.h"

/*
 * A book that somebody wishes anew.  This file stands in for the market, feeds
 * and REST.
 */
enum {
	SYMBOLS = 2,
};

struct world {
	struct loop loop;
	struct hub hub;
	struct venue venue;
	struct source source;
	struct source_symbol symbols[SYMBOLS];
	struct feed feed;
	struct feed *carrier;
	struct sync book;
	int64_t rest_ms;
	int64_t feed_ms;
	unsigned asked[SYMBOLS];
};

static struct world *w;

/* --- in place of the neighbours ---------------------------------------------
 */

int
source_stream(const struct source *s, unsigned symbol, enum channel c,
    struct span interval)
{
	(void)s;
	(void)interval;
	assert_int_equal(c, CHANNEL_BOOK);
	return symbol == 0 || symbol == 1 ? (int)symbol : SOURCE_NO_STREAM;
}

struct feed *
source_carrier(struct source *s, unsigned i)
{
	(void)s;
	(void)i;
	return w->carrier;
}

const struct sync *
market_book(const struct market *m, unsigned s)
{
	(void)m;
	(void)s;
	return &w->book;
}

int64_t
rest_book_wait(struct rest *r, unsigned symbol)
{
	(void)symbol;
	assert_ptr_equal(r, &w->source.rest);
	assert_false(w->venue.books_in_stream);
	return w->rest_ms;
}

int64_t
feed_spare_wait(const struct feed *f)
{
	assert_ptr_equal(f, &w->feed);
	assert_true(w->venue.books_in_stream);
	return w->feed_ms;
}

void
market_book_wrong(
    struct market *m, unsigned s, const char *why, bool again, struct wall now)
{
	(void)m;
	assert_true(s < SYMBOLS && why[0] != '\0' && again);
	assert_true(now.ns == w->loop.wall.ns);
	assert_true(w->hub.stamp.ns == 0);
	w->asked[s]++;
}

static int
begin(void **state)
{
	static struct world world;

	(void)state;
	memset(&world, 0, sizeof(world));
	w = &world;
	/* Right after the machine has started. */
	w->loop.now.ns = NS_PER_S;
	w->loop.wall.ns = 1795392000LL * NS_PER_S;
	w->hub.stamp.ns = 5;
	w->carrier = &w->feed;
	w->book.state = SYNC_LIVE;
	w->source = (struct source){ .venue = &w->venue,
		.loop = &w->loop,
		.hub = &w->hub,
		.symbols = w->symbols,
		.symbol_count = SYMBOLS };
	return 0;
}

static void
renew(unsigned s, enum err e, int64_t wait_ms)
{
	unsigned before = w->asked[s];
	int64_t ms = -1;

	assert_int_equal(source_renew_book(&w->source, s, &ms), e);
	assert_int_equal(w->asked[s] - before, e == ERR_OK);
	if (e == ERR_LIMITED)
		assert_int_equal(ms, wait_ms);
}

static void
pass_ms(int64_t ms)
{
	w->loop.now = mono_after_ms(w->loop.now, ms);
}

/* --- tests ------------------------------------------------------------------
 */

static void
not_too_often(void **state)
{
	(void)state;
	renew(0, ERR_OK, 0);
	renew(0, ERR_LIMITED, 30000);
	renew(1, ERR_LIMITED, 1000);
	pass_ms(1000);
	renew(0, ERR_LIMITED, 29000);
	renew(1, ERR_OK, 0);
	/* The second one does not move the first one's time. */
	pass_ms(28999);
	renew(0, ERR_LIMITED, 1);
	pass_ms(1);
	renew(0, ERR_OK, 0);
}

static void
within_the_budget(void **state)
{
	(void)state;
	w->rest_ms = 5000;
	renew(0, ERR_LIMITED, 5000);
	w->rest_ms = 0;
	w->feed_ms = 7000;
	renew(0, ERR_OK, 0);
	w->venue.books_in_stream = true;
	pass_ms(30000);
	renew(0, ERR_LIMITED, 7000);
	w->feed_ms = 0;
	renew(0, ERR_OK, 0);
}

static void
not_while_it_is_asked_for(void **state)
{
	(void)state;
	w->book.state = SYNC_BUFFERING;
	renew(0, ERR_AGAIN, 0);
	w->book.state = SYNC_WAITING;
	renew(0, ERR_AGAIN, 0);
	w->book.state = SYNC_LIVE;
	w->book.refreshing = true;
	renew(0, ERR_AGAIN, 0);
	w->book.refreshing = false;
	renew(0, ERR_OK, 0);
}

static void
not_without_a_connection(void **state)
{
	(void)state;
	w->carrier = NULL;
	renew(0, ERR_DOWN, 0);
	w->carrier = &w->feed;
	renew(0, ERR_OK, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(not_too_often, begin),
		cmocka_unit_test_setup(within_the_budget, begin),
		cmocka_unit_test_setup(not_while_it_is_asked_for, begin),
		cmocka_unit_test_setup(not_without_a_connection, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
