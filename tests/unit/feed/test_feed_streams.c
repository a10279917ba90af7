/* LINK: feed/feed feed/feed_states feed/feed_streams feed/feed_watch */
/* LINK: feed/feed_leave feed/feed_answers */
/* LINK: feed/source_streams venues/venue model/model model/symbol */
/* LINK: codec/decimal codec/utf8 core/arena core/log core/time core/metrics */
/* LINK: core/out core/span core/err core/must */
#include "feed_world.h"

/* --- requests ---------------------------------------------------------------
 */

/* So many requests, each a pause after the one before it. */
static void
expect_pace(unsigned count, int64_t pause_ms)
{
	assert_int_equal(w->sent, count);
	for (unsigned i = 1; i < w->sent; i++)
		assert_in_range(w->requests[i].ms - w->requests[i - 1].ms,
		    pause_ms, pause_ms + 1);
}

static void
requests_leave_at_the_venues_pace(void **state)
{
	static const struct {
		uint32_t per_s;
		int64_t pause_ms;
	} paces[] = { { 5, 250 }, { 10, 111 }, { 3, 500 }, { 2, 1000 },
		{ 1, 1000 } };

	for (unsigned i = 0; i < sizeof(paces) / sizeof(paces[0]); i++) {
		if (i > 0)
			world_begin(state);
		w->venue.sends_per_s = paces[i].per_s;
		w->venue.names_max = 3;
		open_feed(31);
		wait_ms(12000);
		expect_pace(11, paces[i].pause_ms);
		if (i + 1 < sizeof(paces) / sizeof(paces[0]))
			world_end(state);
	}
}

static void
runs_hold_as_many_names_as_the_venue_takes(void **state)
{
	(void)state;
	w->venue.names_max = 3;
	open_feed(7);
	wait_ms(1000);
	assert_int_equal(w->sent, 3);
	assert_string_equal(
	    w->requests[0].names, "+1 S0:trade S1:trade S2:trade");
	assert_string_equal(
	    w->requests[1].names, "+2 S3:trade S4:trade S5:trade");
	assert_string_equal(w->requests[2].names, "+3 S6:trade");
	/* In any order. */
	answer(&w->requests[2], WHOLE, "");
	answer(&w->requests[0], WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_SUBSCRIBE);
	answer(&w->requests[1], WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 7);
	expect_said("live:test:0a");
}

/* 480 an hour, of which a tenth is kept; then another connection is wanted. */
static void
requests_of_an_hour_are_counted(void **state)
{
	(void)state;
	w->venue.sends_per_hour = 480;
	w->venue.names_max = 1;
	w->options.streams_per_connection = 500;
	open_feed(500);
	serve(60 * 1000, WHOLE, "");
	assert_int_equal(w->sent, 432);
	assert_int_equal(first_feed()->state, FEED_SUBSCRIBE);
	assert_in_range(times_said("replace:test:0a"), 1, 30);
	/* No request, no wish to answer: the deadline of the state. */
	serve(30 * 1000, WHOLE, "");
	assert_int_equal(times_said("lost:test:0a"), 1);
}

static void
the_hours_budget_comes_back(void **state)
{
	(void)state;
	w->venue.sends_per_hour = 10;
	open_live(3);
	w->options.silence_ms = 600000;
	assert_int_equal(feed_spare_wait(first_feed()), 0);
	for (unsigned i = 0; i < 4; i++) {
		feed_again(first_feed(), i % 3);
		serve(1000, WHOLE, "");
	}
	assert_int_equal(w->sent, 9);
	/* Half of them stay for what must be sent. */
	assert_in_range(
	    feed_spare_wait(first_feed()), 3590 * 1000, 3600 * 1000);
	feed_again(first_feed(), 0);
	w->len = 0;
	for (int minute = 0; minute < 62; minute++) {
		/* Data comes all the time. */
		first_feed()->last_message = w->loop.now;
		first_feed()->last_data = w->loop.now;
		serve(60 * 1000, WHOLE, "");
	}
	assert_int_equal(w->sent, 11);
	assert_int_equal(feed_spare_wait(first_feed()), 0);
	assert_string_equal(w->requests[9].names, "-10 S0:trade");
	assert_string_equal(w->requests[10].names, "+11 S0:trade");
	assert_int_equal(first_feed()->todo_count, 0);
}

static void
as_many_unanswered_requests_as_there_are_places(void **state)
{
	(void)state;
	w->venue.names_max = 1;
	open_feed(100);
	wait_ms(20 * 1000);
	assert_int_equal(w->sent, FEED_RANGES_MAX);
	answer(&w->requests[5], WHOLE, "");
	wait_ms(1000);
	assert_int_equal(w->sent, FEED_RANGES_MAX + 1);
	serve(8000, WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 100);
}

static void
a_frame_that_cannot_be_sent_ends_the_connection(void **state)
{
	(void)state;
	w->broken = ERR_FULL;
	open_feed(3);
	wait_ms(100);
	expect_said("lost:test:0a");
	assert_int_equal(first_feed()->state, FEED_WAIT);
}

/* --- answers ----------------------------------------------------------------
 */

static void
names_are_acknowledged_one_by_one(void **state)
{
	(void)state;
	open_feed(4);
	wait_ms(0);
	for (unsigned i = 0; i < 4; i++) {
		char name[32];

		assert_int_equal(first_feed()->state, FEED_SUBSCRIBE);
		snprintf(name, sizeof(name), "S%u:trade", 3 - i);
		feed_ack(first_feed(), 1, span_of(name), ERR_OK, SPAN_NULL);
	}
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 4);
	expect_said("live:test:0a");
}

static void
answers_to_nothing_change_nothing(void **state)
{
	struct feed *f;

	(void)state;
	open_feed(4);
	wait_ms(0);
	f = first_feed();
	feed_ack(f, -1, SPAN_NULL, ERR_REJECTED, SPAN("malformed request"));
	feed_ack(f, 77, SPAN_NULL, ERR_OK, SPAN_NULL);
	feed_ack(f, 77, SPAN("S9:trade"), ERR_OK, SPAN_NULL);
	feed_ack(f, 1, SPAN("S9:trade"), ERR_REJECTED, SPAN("what?"));
	feed_ack(f, 1, SPAN(""), ERR_OK, SPAN_NULL);
	assert_int_equal(f->state, FEED_SUBSCRIBE);
	assert_int_equal(count_acked(), 0);
	expect_said("");
	/* A name says enough without the id. */
	feed_ack(f, -1, SPAN("S2:trade"), ERR_OK, SPAN_NULL);
	assert_int_equal(count_acked(), 1);
	answer(&w->requests[0], WHOLE, "");
	answer(&w->requests[0], WHOLE, "");
	assert_int_equal(f->state, FEED_LIVE);
	/* Without an answer the connection is given up. */
	feed_stop(f, "test");
	w->len = 0;
	feed_step(f, EV_CLOSED, "test");
	feed_start(f, 0);
	wait_ms(29 * 1000);
	assert_int_equal(f->state, FEED_SUBSCRIBE);
	wait_ms(2000);
	assert_int_equal(times_said("lost:test:0a"), 1);
	/* What comes for the old connection is nobody's. */
	f->lane->feeds[1].state = FEED_IDLE;
	feed_ack(&f->lane->feeds[1], 1, SPAN("S1:trade"), ERR_OK, SPAN_NULL);
	assert_false(f->lane->feeds[1].streams[1].acked);
}

/* Deribit 5.3: what is not in the answer is not subscribed. */
static void
names_that_are_missing_in_the_answer(void **state)
{
	(void)state;
	w->venue.acks_each = true;
	w->venue.sends_per_s = 2;
	open_feed(20);
	serve(1000, LIST, "S3:trade S19:trade");
	assert_int_equal(w->sent, 1);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 18);
	expect_said("rejected:test:S3:trade rejected:test:S19:trade "
		    "live:test:0a");
}

/* One of many is refused, and the request with it. */
static void
the_culprit_is_found(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < 200; bad += 66) {
		char name[32], said[96];

		if (bad > 0)
			world_begin(state);
		snprintf(name, sizeof(name), "S%u:trade", bad);
		snprintf(
		    said, sizeof(said), "rejected:test:%s live:test:0a", name);
		open_feed(200);
		serve(10 * 1000, WHOLE, name);
		assert_int_equal(first_feed()->state, FEED_LIVE);
		assert_int_equal(count_acked(), 199);
		/* 200 = 2^7.6: two a level, and the first one. */
		assert_in_range(w->sent, 8, 17);
		expect_said(said);
		if (bad + 66 < 200)
			world_end(state);
	}
}

/* The others were acknowledged by name: the culprit is known at once. */
static void
the_culprit_among_named_ones(void **state)
{
	static const enum manner manners[] = { EACH, EACH_BAD_FIRST,
		EACH_NAMED };
	static const unsigned most[] = { 1, 2, 1 };

	for (unsigned i = 0; i < 3; i++) {
		if (i > 0)
			world_begin(state);
		open_feed(140);
		serve(10 * 1000, manners[i], "S40:trade");
		assert_int_equal(first_feed()->state, FEED_LIVE);
		assert_int_equal(count_acked(), 139);
		assert_in_range(w->sent, 1, most[i]);
		/* What is acknowledged is not asked for again. */
		if (w->sent == 2)
			assert_string_equal(
			    w->requests[1].names, "+2 S40:trade");
		expect_said("rejected:test:S40:trade live:test:0a");
		if (i < 2)
			world_end(state);
	}
}

static void
several_culprits_among_named_ones(void **state)
{
	static const enum manner manners[] = { EACH, EACH_BAD_FIRST,
		EACH_NAMED };

	for (unsigned i = 0; i < 3; i++) {
		if (i > 0)
			world_begin(state);
		open_feed(140);
		serve(20 * 1000, manners[i], "S40:trade S41:trade S139:trade");
		assert_int_equal(first_feed()->state, FEED_LIVE);
		assert_int_equal(count_acked(), 137);
		assert_int_equal(times_said("rejected:test:"), 3);
		assert_in_range(w->sent, 1, 40);
		if (i < 2)
			world_end(state);
	}
}

static void
all_are_refused(void **state)
{
	(void)state;
	open_feed(3);
	serve(3000, WHOLE, "S0:trade S1:trade S2:trade");
	assert_int_equal(w->sent, 5);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	expect_said("rejected:test:S0:trade rejected:test:S1:trade "
		    "rejected:test:S2:trade live:test:0a");
}

/* At one request a second that takes longer than the state's deadline, which
 * is for one answer. */
static void
finding_many_culprits_takes_its_time(void **state)
{
	(void)state;
	w->venue.sends_per_s = 2;
	w->options.silence_ms = 600000;
	open_feed(200);
	serve(120 * 1000, WHOLE,
	    "S10:trade S50:trade S90:trade S130:trade S170:trade S199:trade");
	assert_int_equal(times_said("lost:"), 0);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 194);
	assert_in_range(w->sent, 31, 119);
}

/* Told once, asked for again in a minute and then every five. */
static void
refused_streams_are_asked_for_again(void **state)
{
	static const char bad[] = "S1:trade S2:trade";
	unsigned before;

	(void)state;
	w->options.silence_ms = 600000;
	w->options.first_data_ms = 600000;
	open_feed(4);
	serve(50 * 1000, WHOLE, bad);
	before = w->sent;
	expect_said("rejected:test:S1:trade rejected:test:S2:trade "
		    "live:test:0a");
	serve(20 * 1000, WHOLE, bad);
	assert_int_equal(w->sent, before + 2);
	serve(200 * 1000, WHOLE, bad);
	assert_int_equal(w->sent, before + 2);
	expect_said("");
	serve(110 * 1000, WHOLE, "S1:trade");
	assert_int_equal(w->sent, before + 4);
	expect_said("subscribed:test:S2:trade");
	assert_int_equal(count_acked(), 3);
	assert_int_equal(first_feed()->state, FEED_LIVE);
}

/* --- changes ----------------------------------------------------------------
 */

static void
a_stream_is_subscribed_again(void **state)
{
	struct feed *f;

	(void)state;
	open_live(3);
	f = first_feed();
	feed_again(f, 1);
	feed_again(f, 1);
	wait_ms(2000);
	assert_int_equal(w->sent, 3);
	assert_string_equal(w->requests[1].names, "-2 S1:trade");
	assert_string_equal(w->requests[2].names, "+3 S1:trade");
	assert_in_range(w->requests[2].ms - w->requests[1].ms, 111, 112);
	/* Its answers, by name and as a whole. */
	feed_ack(f, 2, SPAN("S1:trade"), ERR_OK, SPAN_NULL);
	assert_int_equal(f->sent_count, 1);
	feed_ack(f, 3, SPAN("S1:trade"), ERR_OK, SPAN_NULL);
	assert_int_equal(f->sent_count, 0);
	assert_int_equal(f->state, FEED_LIVE);
	/* Refused: it was there before, and is not forgotten. */
	feed_again(f, 1);
	wait_ms(1000);
	feed_ack(f, 5, SPAN_NULL, ERR_REJECTED, SPAN("too frequent"));
	wait_ms(1000);
	assert_int_equal(w->sent, 5);
	assert_int_equal(f->todo_count, 0);
	assert_int_equal(count_acked(), 3);
	expect_said("");
	feed_stop(f, "test");
	feed_again(f, 1);
	assert_int_equal(f->todo_count, 0);
}

/* All at once, in one request each way, whatever lies between them; one that is
 * late has its own. */
static void
many_are_subscribed_again_together(void **state)
{
	struct feed *f;

	(void)state;
	open_live(6);
	f = first_feed();
	feed_again(f, 3);
	feed_again(f, 1);
	feed_again(f, 4);
	while (w->sent < 2)
		wait_ms(50);
	feed_again(f, 0);
	feed_again(f, 3);
	wait_ms(2000);
	assert_int_equal(w->sent, 5);
	assert_string_equal(
	    w->requests[1].names, "-2 S1:trade S3:trade S4:trade");
	assert_string_equal(w->requests[2].names, "-3 S0:trade");
	assert_string_equal(w->requests[3].names, "+4 S0:trade");
	assert_string_equal(
	    w->requests[4].names, "+5 S1:trade S3:trade S4:trade");
	assert_int_equal(f->todo_count, 0);
	feed_again(f, 3);
	wait_ms(1000);
	assert_string_equal(w->requests[6].names, "+7 S3:trade");
}

static void
streams_are_added_to_a_live_feed(void **state)
{
	struct feed *f;

	(void)state;
	open_live(3);
	f = first_feed();
	add_symbols(5);
	wait_ms(1000);
	assert_int_equal(w->sent, 2);
	assert_string_equal(w->requests[1].names,
	    "+2 S3:trade S4:trade S5:trade S6:trade S7:trade");
	assert_int_equal(f->metrics.streams, 8);
	serve(10, WHOLE, "");
	assert_int_equal(count_acked(), 8);
	/* Behind one that is subscribed again. */
	feed_again(f, 7);
	add_symbols(2);
	serve(2000, WHOLE, "");
	assert_int_equal(w->sent, 5);
	assert_string_equal(w->requests[2].names, "+3 S8:trade S9:trade");
	assert_string_equal(w->requests[3].names, "-4 S7:trade");
	assert_int_equal(count_acked(), 10);
	/* The idle one of the lane knows them when it begins. */
	feed_start(&f->lane->feeds[1], 0);
	wait_ms(10);
	assert_int_equal(w->requests[5].count, 10);
}

static void
streams_are_added_while_others_are_asked_for(void **state)
{
	(void)state;
	w->venue.names_max = 2;
	open_feed(4);
	wait_ms(0);
	assert_int_equal(w->sent, 1);
	add_symbols(1);
	serve(2000, WHOLE, "");
	assert_int_equal(w->sent, 3);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(count_acked(), 5);
}

/* An answer is about what was named in its request, and not about what lies
 * between, nor about who has the place since. */
static void
an_answer_is_about_its_request(void **state)
{
	struct feed *f;

	(void)state;
	w->venue.acks_each = true;
	open_feed(6);
	serve(2000, LIST, "");
	expect_said("live:test:0a");
	f = first_feed();
	feed_again(f, 1);
	feed_again(f, 4);
	while (w->sent < 3)
		wait_ms(50);
	assert_string_equal(w->requests[2].names, "+3 S1:trade S4:trade");
	feed_added(f, 2);
	answer(&w->requests[2], LIST, "");
	expect_said("");
	assert_false(f->streams[2].acked || f->streams[2].rejected);
	serve(1000, LIST, "");
	assert_string_equal(w->requests[3].names, "+4 S2:trade");
	assert_int_equal(count_acked(), 6);
	expect_said("");
}

static void
an_answer_is_not_about_who_came_since(void **state)
{
	struct feed *f;

	(void)state;
	open_feed(3);
	wait_ms(0);
	f = first_feed();
	feed_dropped(f, 1, false);
	feed_added(f, 1);
	answer(&w->requests[0], WHOLE, "");
	assert_true(f->streams[0].acked && f->streams[2].acked);
	assert_false(f->streams[1].acked);
	serve(1000, WHOLE, "");
	assert_string_equal(w->requests[1].names, "+2 S1:trade");
	assert_int_equal(count_acked(), 3);
}

/* More places than runs can be waiting, none beside another: as after many
 * symbols have come for many that had gone. */
static void
many_scattered_streams_are_added(void **state)
{
	struct feed *f;

	(void)state;
	w->options.silence_ms = 600000;
	open_live(4 * FEED_RANGES_MAX);
	f = first_feed();
	for (unsigned i = 0; i < 4 * FEED_RANGES_MAX; i += 2)
		feed_added(f, i);
	assert_int_equal(count_acked(), 2 * FEED_RANGES_MAX);
	serve(10 * 1000, WHOLE, "");
	assert_int_equal(count_acked(), 4 * FEED_RANGES_MAX);
	assert_int_equal(f->todo_count, 0);
	assert_int_equal(f->epoch, 1);
}

/* An answer that never comes keeps no place, and the question is asked again.
 */
static void
an_answer_that_does_not_come(void **state)
{
	struct feed *f;

	(void)state;
	w->options.silence_ms = 600000;
	w->options.first_data_ms = 600000;
	open_live(2);
	f = first_feed();
	add_symbols(1);
	feed_again(f, 0);
	wait_ms(20 * 1000);
	assert_int_equal(w->sent, 4);
	assert_int_equal(f->sent_count, 2);
	wait_ms(15 * 1000);
	/* What is subscribed again is its asker's to repeat. */
	assert_int_equal(w->sent, 5);
	assert_int_equal(f->sent_count, 1);
	assert_string_equal(w->requests[4].names, "+5 S2:trade");
	serve(10, WHOLE, "");
	assert_int_equal(count_acked(), 3);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
	const struct CMUnitTest tests[] = {
		TEST(requests_leave_at_the_venues_pace),
		TEST(runs_hold_as_many_names_as_the_venue_takes),
		TEST(requests_of_an_hour_are_counted),
		TEST(the_hours_budget_comes_back),
		TEST(as_many_unanswered_requests_as_there_are_places),
		TEST(a_frame_that_cannot_be_sent_ends_the_connection),
		TEST(names_are_acknowledged_one_by_one),
		TEST(answers_to_nothing_change_nothing),
		TEST(names_that_are_missing_in_the_answer),
		TEST(the_culprit_is_found),
		TEST(the_culprit_among_named_ones),
		TEST(several_culprits_among_named_ones),
		TEST(all_are_refused),
		TEST(finding_many_culprits_takes_its_time),
		TEST(refused_streams_are_asked_for_again),
		TEST(a_stream_is_subscribed_again),
		TEST(many_are_subscribed_again_together),
		TEST(streams_are_added_to_a_live_feed),
		TEST(streams_are_added_while_others_are_asked_for),
		TEST(an_answer_is_about_its_request),
		TEST(an_answer_is_not_about_who_came_since),
		TEST(many_scattered_streams_are_added),
		TEST(an_answer_that_does_not_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
