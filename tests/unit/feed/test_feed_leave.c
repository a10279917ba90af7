/* LINK: feed/feed feed/feed_states feed/feed_streams feed/feed_watch */
/* LINK: feed/feed_leave feed/feed_answers feed/source_streams */
/* LINK: feed/source_drop venues/venue model/model model/symbol */
/* LINK: codec/decimal codec/utf8 core/arena core/log core/time core/metrics */
/* LINK: core/out core/span core/err core/must */
#include "feed_world.h"

/* The symbols of the first lane are there and its connection is live. */
static void
live(unsigned symbols)
{
	open_live(symbols);
	w->source.started = true;
	assert_int_equal(w->sent, 1);
}

static void
drop(unsigned n)
{
	source_drop_streams(&w->source, n);
}

/* What was sent since, and all of it is answered. */
static void
expect_sent(unsigned from, const char *const *names, unsigned count)
{
	serve(1000, WHOLE, "");
	assert_int_equal(w->sent, from + count);
	for (unsigned i = 0; i < count; i++)
		assert_string_equal(w->requests[from + i].names, names[i]);
}

static void
what_is_gone_is_unsubscribed(void **state)
{
	static const char *const sent[] = { "-2 S1:trade S3:trade" };

	(void)state;
	live(4);
	drop(1);
	drop(3);
	assert_true(source_is_leaving(&w->source, 1));
	assert_false(source_is_leaving(&w->source, 2));
	assert_int_equal(first_feed()->metrics.streams, 2);
	expect_sent(1, sent, 1);
	assert_false(source_is_leaving(&w->source, 1));
	/* Nobody misses them. */
	for (int i = 0; i < 20; i++) {
		feed_alive(first_feed(), 0);
		feed_alive(first_feed(), 2);
		first_feed()->last_message = w->loop.now;
		wait_ms(10000);
	}
	expect_said("");
	assert_int_equal(first_feed()->state, FEED_LIVE);
}

/* Something new in the same turn is not taken for what leaves. */
static void
one_goes_and_one_comes(void **state)
{
	static const char *const sent[] = { "+2 S3:trade", "-3 S1:trade" };

	(void)state;
	live(3);
	drop(1);
	add_symbols(1);
	expect_sent(1, sent, 2);
}

static void
a_free_place_is_taken(void **state)
{
	int place;

	(void)state;
	live(3);
	w->source.room = 3;
	place = w->symbols[1].streams[CHANNEL_TRADE];
	drop(1);
	/* Not before it was unsubscribed. */
	assert_int_equal(w->source.lanes[0].free, 0);
	serve(1000, WHOLE, "");
	source_free_streams(&w->source, 1);
	assert_int_equal(w->source.lanes[0].free, 1);
	assert_int_equal(
	    w->symbols[1].streams[CHANNEL_TRADE], SOURCE_NO_STREAM);
	add_symbols(1);
	assert_int_equal(w->symbols[3].streams[CHANNEL_TRADE], place);
	assert_int_equal(w->source.lanes[0].free, 0);
	assert_int_equal(w->source.lanes[0].gone, 0);
	serve(1000, WHOLE, "");
	assert_string_equal(w->requests[w->sent - 1].names, "+3 S3:trade");
	assert_true(first_feed()->streams[place].acked);
}

/* Its answer comes when it is gone: nobody is told of it any more. */
static void
late_answers_are_nobodys(void **state)
{
	(void)state;
	live(3);
	add_symbols(1);
	wait_ms(500);
	assert_string_equal(w->requests[1].names, "+2 S3:trade");
	drop(3);
	answer(&w->requests[1], EACH_NAMED, "S3:trade");
	expect_said("");
	assert_false(first_feed()->streams[3].acked);
	assert_false(first_feed()->streams[3].rejected);
}

static void
what_was_refused_is_not_unsubscribed(void **state)
{
	unsigned sent;

	(void)state;
	open_feed(3);
	serve(2000, EACH_NAMED, "S1:trade");
	expect_said("rejected:test:S1:trade live:test:0a");
	drop(1);
	assert_false(source_is_leaving(&w->source, 1));
	sent = w->sent;
	wait_ms(2000);
	assert_int_equal(w->sent, sent);
	/* Nor asked for again. */
	first_feed()->last_message = w->loop.now;
	wait_ms(50000);
	first_feed()->last_message = w->loop.now;
	wait_ms(50000);
	assert_int_equal(w->sent, sent);
}

/* Binance names streams in lower case. */
static void
lower_name(const struct stream *s, struct out *o)
{
	OUT_LITERAL(o, "s");
	out_text(o, channel_name(s->channel));
	(void)s;
}

static void
a_shared_name_stays(void **state)
{
	(void)state;
	w->venue.stream_name = lower_name;
	live(2);
	drop(0);
	assert_false(source_is_leaving(&w->source, 0));
	serve(2000, WHOLE, "");
	assert_int_equal(w->sent, 1);
	drop(1);
	assert_true(w->source.streams[1].gone);
}

static void
a_lane_without_streams_hangs_up(void **state)
{
	(void)state;
	live(2);
	drop(0);
	drop(1);
	assert_int_equal(first_feed()->state, FEED_CLOSING);
	/* The peer does not answer. */
	wait_ms(20000);
	assert_int_equal(first_feed()->state, FEED_IDLE);
	assert_false(source_is_leaving(&w->source, 0));
	source_free_streams(&w->source, 0);
	/* And connects when there is one again. */
	add_symbols(1);
	serve(2000, WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_string_equal(w->requests[w->sent - 1].names, "+2 S2:trade");
}

static void
a_new_connection_forgets_them(void **state)
{
	(void)state;
	live(3);
	drop(1);
	assert_int_equal(first_feed()->leaving, 1);
	feed_fail(first_feed(), ERR_RESET, "test");
	assert_int_equal(first_feed()->leaving, 0);
	assert_false(source_is_leaving(&w->source, 1));
	w->len = 0;
	serve(5000, WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_null(strstr(w->requests[w->sent - 1].names, "S1:trade"));
	assert_non_null(strstr(w->requests[w->sent - 1].names, "S2:trade"));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
	const struct CMUnitTest tests[] = {
		TEST(what_is_gone_is_unsubscribed),
		TEST(one_goes_and_one_comes),
		TEST(a_free_place_is_taken),
		TEST(late_answers_are_nobodys),
		TEST(what_was_refused_is_not_unsubscribed),
		TEST(a_shared_name_stays),
		TEST(a_lane_without_streams_hangs_up),
		TEST(a_new_connection_forgets_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
