/* LINK: feed/feed feed/feed_states feed/feed_streams feed/feed_watch */
/* LINK: feed/feed_leave feed/feed_answers */
/* LINK: feed/source_streams venues/venue model/model model/symbol */
/* LINK: codec/decimal codec/utf8 core/arena core/log core/time core/metrics */
/* LINK: core/out core/span core/err core/must */
#include "feed_world.h"

/* --- watchdogs --------------------------------------------------------------
 */

/* A message that is no data: a pong. */
static void
hear_something(void)
{
	first_feed()->last_message = w->loop.now;
}

static void
hear_data(unsigned i)
{
	hear_something();
	feed_alive(first_feed(), i);
}

/* ms go by; each second there are signs of life, and data of stream i. */
static void
go_on(int64_t ms, int i)
{
	for (; ms > 0; ms -= 1000) {
		wait_ms(1000);
		hear_something();
		if (i >= 0)
			hear_data((unsigned)i);
	}
}

/* Of what was sent since the feed went live. */
static unsigned
count_text(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w->sent; i++)
		n += strcmp(w->requests[i].names, text) == 0;
	return n;
}

static void
a_quiet_connection_is_kept_open(void **state)
{
	int64_t heard;

	(void)state;
	w->venue.keepalive_ms = 20 * 1000;
	w->venue.keepalive = "ping";
	open_live(2);
	go_on(60 * 1000, 0);
	assert_int_equal(count_text("ping"), 0);
	heard = now_ms();
	wait_ms(22 * 1000);
	assert_int_equal(count_text("ping"), 1);
	assert_in_range(
	    w->requests[w->sent - 1].ms - heard, 20 * 1000, 21 * 1000);
	/* Not answered: again, after half the time. */
	wait_ms(10 * 1000);
	assert_int_equal(count_text("ping"), 2);
	hear_something();
	wait_ms(19 * 1000);
	assert_int_equal(count_text("ping"), 2);
	wait_ms(3 * 1000);
	assert_int_equal(count_text("ping"), 3);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	w->broken = ERR_FULL;
	wait_ms(11 * 1000);
	assert_true(times_said("lost:test:0a") > 0);
}

/* Also before all is subscribed: the venue does not wait. */
static void
a_keepalive_while_subscribing(void **state)
{
	(void)state;
	w->venue.keepalive_ms = 20 * 1000;
	w->venue.keepalive = "ping";
	open_feed(2);
	wait_ms(25 * 1000);
	assert_int_equal(first_feed()->state, FEED_SUBSCRIBE);
	assert_int_equal(count_text("ping"), 1);
}

static void
a_connection_on_which_nothing_comes_is_given_up(void **state)
{
	(void)state;
	open_live(2);
	hear_data(0);
	hear_data(1);
	wait_ms(59 * 1000);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	w->len = 0;
	wait_ms(2 * 1000);
	assert_int_equal(times_said("lost:test:0a"), 1);
	/* It is tried again. */
	wait_ms(1000);
	assert_int_equal(first_feed()->state, FEED_SUBSCRIBE);
	assert_int_equal(first_feed()->last_error, ERR_SILENT);
}

/* Pongs alone are not what it is for. */
static void
signs_of_life_without_data(void **state)
{
	(void)state;
	open_live(2);
	hear_data(0);
	hear_data(1);
	go_on(290 * 1000, -1);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(times_said("silent:test:S0:trade"), 1);
	assert_int_equal(times_said("silent:test:S1:trade"), 1);
	go_on(20 * 1000, -1);
	assert_int_equal(times_said("lost:test:0a"), 1);
}

/* One that may have nothing to say yet is not given up for it. */
static void
signs_of_life_and_never_any_data(void **state)
{
	(void)state;
	open_live(2);
	go_on(900 * 1000, -1);
	assert_int_equal(first_feed()->state, FEED_LIVE);
	expect_said("late:test:S0:trade late:test:S1:trade");
}

static void
a_quiet_stream_among_lively_ones(void **state)
{
	(void)state;
	open_live(2);
	hear_data(0);
	hear_data(1);
	go_on(59 * 1000, 0);
	expect_said("");
	go_on(600 * 1000, 0);
	expect_said("silent:test:S1:trade");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	assert_int_equal(first_feed()->metrics.silences, 1);
	hear_data(1);
	go_on(30 * 1000, 0);
	expect_said("live:test:S1:trade");
	go_on(40 * 1000, 0);
	expect_said("silent:test:S1:trade");
}

/* It was acknowledged, and nothing comes: named once. */
static void
first_data_that_is_late(void **state)
{
	(void)state;
	open_live(3);
	hear_data(0);
	go_on(12 * 1000, 0);
	expect_said("");
	hear_data(1);
	go_on(5 * 1000, 0);
	expect_said("late:test:S2:trade");
	assert_int_equal(first_feed()->metrics.late_streams, 1);
	go_on(30 * 1000, 0);
	hear_data(2);
	expect_said("live:test:S2:trade");
	go_on(10 * 1000, 2);
	expect_said("");
	assert_int_equal(first_feed()->seen_count, 3);
}

/* Its time begins with the answer, and what was refused is not waited for. */
static void
first_data_of_what_was_refused(void **state)
{
	(void)state;
	open_feed(3);
	serve(1000, LIST, "");
	go_on(10 * 1000, 0);
	w->len = 0;
	add_symbols(2);
	w->venue.acks_each = true;
	serve(1000, LIST, "S4:trade");
	expect_said("rejected:test:S4:trade");
	hear_data(1);
	hear_data(2);
	go_on(11 * 1000, 0);
	expect_said("");
	go_on(6 * 1000, 0);
	expect_said("late:test:S3:trade");
}

static void
channels_that_are_quiet_by_nature(void **state)
{
	(void)state;
	strcpy(w->options.channels, "trade liquidation");
	w->venue.channels[CHANNEL_LIQUIDATION] =
	    (struct venue_channel){ OFFER_GROUP, 0, 0, 1 };
	w->venue.channels[CHANNEL_STATUS] =
	    (struct venue_channel){ OFFER_GROUP, 0, 0, 1 };
	open_live(1);
	assert_string_equal(
	    w->requests[0].names, "+1 S0:trade even:liquidation even:status");
	go_on(100 * 1000, 0);
	feed_alive(first_feed(), 1);
	go_on(100 * 1000, 0);
	expect_said("");
	assert_int_equal(first_feed()->state, FEED_LIVE);
}

/* Trades go on, and of a whole market nobody is liquidated: for an hour that is
 * no quiet market. */
static void
liquidations_that_stopped(void **state)
{
	(void)state;
	strcpy(w->options.channels, "trade liquidation");
	w->options.liquidation_silence_s = 3600;
	w->venue.channels[CHANNEL_LIQUIDATION] =
	    (struct venue_channel){ OFFER_GROUP, 0, 0, 1 };
	open_live(1);
	go_on(3500 * 1000, 0);
	expect_said("");
	go_on(200 * 1000, 0);
	expect_said("late:test:even:liquidation");
	feed_alive(first_feed(), 1);
	expect_said("live:test:even:liquidation");
	go_on(3500 * 1000, 0);
	expect_said("");
	go_on(200 * 1000, 0);
	expect_said("silent:test:even:liquidation");
	assert_int_equal(first_feed()->state, FEED_LIVE);
}

static void
an_old_connection_is_replaced(void **state)
{
	(void)state;
	w->options.lifetime_s = 100;
	open_live(1);
	go_on(99 * 1000, 0);
	expect_said("");
	go_on(8 * 1000, 0);
	assert_in_range(times_said("replace:test:0a"), 1, 8);
}

/* --- books ------------------------------------------------------------------
 */

static void
open_books(bool in_stream)
{
	strcpy(w->options.channels, "orderbook");
	w->venue.books_in_stream = in_stream;
	w->venue.channels[CHANNEL_BOOK] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 1 };
	open_feed(2);
	w->books[0].state = w->books[1].state = SYNC_WAITING;
	serve(200, WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	expect_said("live:test:0a");
}

/* A book that does not change has no delta: its snapshot is asked for. */
static void
a_quiet_book_from_rest(void **state)
{
	(void)state;
	open_books(false);
	hear_data(0);
	w->books[0].state = SYNC_LIVE;
	go_on(2 * 1000, 0);
	expect_said("");
	go_on(3 * 1000, 0);
	w->books[1].state = SYNC_BUFFERING;
	assert_in_range(times_said("retry:1"), 1, 3);
	assert_int_equal(times_said("retry:0"), 0);
	w->len = 0;
	go_on(12 * 1000, 0);
	w->books[1].state = SYNC_LIVE;
	expect_said("late:test:S1:orderbook");
}

/* It does change, as is known from elsewhere, and its stream does not say so.
 */
static void
a_book_whose_stream_is_doubted(void **state)
{
	(void)state;
	w->options.silence_ms = 20 * 1000;
	open_books(false);
	hear_data(0);
	w->books[0].state = SYNC_LIVE;
	assert_false(feed_doubt(first_feed(), 0));
	assert_true(feed_doubt(first_feed(), 1));
	go_on(18 * 1000, 0);
	expect_said("late:test:S1:orderbook");
	hear_data(1);
	assert_false(feed_doubt(first_feed(), 1));
	w->books[1].state = SYNC_LIVE;
	w->len = 0;
	go_on(25 * 1000, 0);
	expect_said("silent:test:S1:orderbook");
	assert_true(feed_doubt(first_feed(), 1));
}

/* Its snapshot comes in the stream: ever less often. */
static void
a_book_in_the_stream_without_a_snapshot(void **state)
{
	int64_t asked[4];
	unsigned n = 0;

	(void)state;
	w->options.first_data_ms = 600000;
	w->options.stale_book_ms = 600000;
	open_books(true);
	w->books[0].state = SYNC_LIVE;
	for (int second = 0; second < 100 && n < 4; second++) {
		go_on(1000, 0);
		if (times_said("retry:1") > 0)
			asked[n++] = now_ms();
		w->len = 0;
	}
	assert_int_equal(n, 4);
	assert_in_range(asked[0], 4000, 7000);
	assert_in_range(asked[1] - asked[0], 4000, 6000);
	assert_in_range(asked[2] - asked[1], 9000, 11000);
	assert_in_range(asked[3] - asked[2], 19000, 21000);
	/* Once it is there the count begins again. */
	w->books[1].state = SYNC_LIVE;
	go_on(2 * 1000, 0);
	w->books[1].state = SYNC_WAITING;
	go_on(3 * 1000, 0);
	expect_said("");
	go_on(4 * 1000, 0);
	expect_said("retry:1");
}

static void
a_book_that_stays_out_of_step(void **state)
{
	(void)state;
	w->options.silence_ms = 600000;
	open_books(false);
	hear_data(0);
	hear_data(1);
	w->books[0].state = SYNC_LIVE;
	w->books[1].state = SYNC_BUFFERING;
	go_on(18 * 1000, 1);
	expect_said("");
	go_on(5 * 1000, 1);
	expect_said("stale:test:S1:orderbook");
	go_on(50 * 1000, 1);
	expect_said("");
	assert_int_equal(w->source.metrics.book_recovery.count, 0);
	w->books[1].state = SYNC_LIVE;
	go_on(2 * 1000, 1);
	assert_int_equal(w->source.metrics.book_recovery.count, 1);
	w->books[1].state = SYNC_BUFFERING;
	go_on(23 * 1000, 1);
	expect_said("stale:test:S1:orderbook");
}

/* --- lanes ------------------------------------------------------------------
 */

static void
no_lane_has_two_routes(void **state)
{
	(void)state;
	strcpy(w->options.channels, "trade kline ticker");
	strcpy(w->options.intervals, "1m 1h");
	w->venue.channels[CHANNEL_KLINE] =
	    (struct venue_channel){ OFFER_STREAM, 0, 1, 2 };
	w->venue.channels[CHANNEL_TICKER] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 1 };
	w->options.streams_per_connection = 10;
	world_lanes(20);
	add_symbols(20);
	assert_int_equal(w->source.lane_count, 8);
	assert_int_equal(w->source.stream_count, 80);
	for (unsigned i = 0; i < w->source.lane_count; i++) {
		const struct lane *l = &w->source.lanes[i];

		assert_int_equal(l->count, 10);
		assert_int_equal(l->first, i * 10);
		assert_string_equal(
		    l->path, l->route == 0 ? "/ws/one/v5" : "/ws/two/v5");
		for (unsigned k = l->first; k < l->first + l->count; k++)
			assert_int_equal(
			    w->source.streams[k].channel == CHANNEL_KLINE,
			    l->route == 1);
	}
	assert_string_equal(w->source.lanes[3].feeds[1].name, "test:3b");
	assert_string_equal(
	    w->source.streams[w->symbols[7].klines[1]].interval, "1h");
	assert_int_equal(w->source.stream_symbol[w->symbols[7].klines[1]], 7);
	assert_int_equal(w->symbols[7].klines[2], SOURCE_NO_STREAM);
	assert_int_equal(w->symbols[7].streams[CHANNEL_BOOK], SOURCE_NO_STREAM);
}

static void
settings_overrule_a_route(void **state)
{
	(void)state;
	/* The second is where the venue says nothing, the third no route. */
	strcpy(w->options.routes, "trade=two ticker=two orderbook=three");
	strcpy(w->options.channels, "trade ticker");
	w->venue.channels[CHANNEL_TICKER] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 1 };
	world_lanes(1);
	add_symbols(1);
	assert_int_equal(w->source.lane_count, 2);
	assert_int_equal(
	    w->source.streams[w->symbols[0].streams[CHANNEL_TRADE]].route, 1);
	assert_int_equal(
	    w->source.streams[w->symbols[0].streams[CHANNEL_TICKER]].route, 0);
}

static void
books_of_one_connection(void **state)
{
	(void)state;
	strcpy(w->options.channels, "trade orderbook");
	w->venue.books_max = 25;
	w->venue.channels[CHANNEL_BOOK] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 1 };
	world_lanes(60);
	add_symbols(60);
	assert_int_equal(w->source.lane_count, 3);
	assert_int_equal(w->source.lanes[0].books, 25);
	assert_int_equal(w->source.lanes[1].books, 25);
	assert_int_equal(w->source.lanes[2].books, 10);
	/* Whatever else there is goes where there is room. */
	assert_int_equal(w->source.lanes[0].count, 85);
	for (unsigned n = 0; n < 60; n++)
		assert_true(w->wants[n][CHANNEL_BOOK]);
}

static void
more_streams_than_a_connection_holds(void **state)
{
	unsigned n = 0;

	(void)state;
	w->options.streams_per_connection = 5;
	world_lanes(20);
	while (add_symbol() == ERR_OK)
		n++;
	/* 20 symbols need four; there is room for more, and it is filled. */
	assert_true(n >= 20);
	assert_int_equal(n, w->source.lanes_max * 5);
	assert_int_equal(w->source.lane_count, w->source.lanes_max);
	assert_int_equal(w->source.stream_count, n);
	assert_int_equal(
	    w->symbols[n].streams[CHANNEL_TRADE], SOURCE_NO_STREAM);
}

/* The venue's own limit is below the setting. */
static void
no_more_streams_than_the_venue_takes(void **state)
{
	(void)state;
	w->venue.streams_max = 7;
	world_lanes(10);
	add_symbols(10);
	assert_int_equal(w->source.lane_count, 2);
	assert_int_equal(w->source.lanes[0].count, 7);
}

static void
one_stream_for_a_group(void **state)
{
	(void)state;
	strcpy(w->options.channels, "trade liquidation");
	w->venue.channels[CHANNEL_LIQUIDATION] =
	    (struct venue_channel){ OFFER_GROUP, 0, 1, 2 };
	w->venue.channels[CHANNEL_STATUS] =
	    (struct venue_channel){ OFFER_GROUP, 0, 1, 2 };
	world_lanes(9);
	add_symbols(9);
	assert_int_equal(w->source.lane_count, 2);
	assert_int_equal(w->source.lanes[1].count, 4);
	for (unsigned n = 0; n < 9; n++) {
		const struct source_symbol *y = &w->symbols[n];
		int l = y->streams[CHANNEL_LIQUIDATION];

		assert_int_equal(
		    l, w->symbols[n % 2].streams[CHANNEL_LIQUIDATION]);
		assert_string_equal(
		    w->source.streams[l].group, n % 2 == 1 ? "odd" : "even");
		assert_null(w->source.streams[l].symbol);
		assert_true(y->streams[CHANNEL_STATUS] != l);
		assert_true(w->wants[n][CHANNEL_LIQUIDATION]);
		assert_false(w->wants[n][CHANNEL_STATUS]);
	}
}

static bool
has(const struct symbol *s, enum channel c)
{
	return c != CHANNEL_FUNDING || s != &w->natives[0];
}

/* Funding comes with the ticker, interest by REST, best prices beside. */
static void
channels_that_serve_others(void **state)
{
	(void)state;
	strcpy(w->options.channels, "funding_rate open_interest kline");
	strcpy(w->options.intervals, "1m");
	w->venue.has = has;
	w->venue.channels[CHANNEL_TICKER] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 1 };
	w->venue.channels[CHANNEL_QUOTE] =
	    (struct venue_channel){ OFFER_STREAM, 0, 1, 2 };
	w->venue.channels[CHANNEL_FUNDING] =
	    (struct venue_channel){ OFFER_WITH, CHANNEL_TICKER, 0, 1 };
	w->venue.channels[CHANNEL_INTEREST] =
	    (struct venue_channel){ OFFER_POLL, 0, 0, 0 };
	world_lanes(4);
	add_symbols(2);
	expect_said("poll:0:open_interest poll:1:open_interest");
	/* The ticker's stream carries it; the ticker itself nobody wants. */
	assert_int_equal(w->source.stream_count, 1);
	assert_int_equal(
	    w->source.streams[w->symbols[1].streams[CHANNEL_TICKER]].channel,
	    CHANNEL_TICKER);
	assert_true(w->wants[1][CHANNEL_FUNDING]);
	assert_false(w->wants[1][CHANNEL_TICKER]);
	assert_false(w->wants[0][CHANNEL_FUNDING]);
	assert_false(w->wants[1][CHANNEL_QUOTE]);
	/* Both together are one stream, and best prices come beside. */
	strcpy(w->options.channels, "ticker funding_rate");
	add_symbols(1);
	assert_int_equal(w->source.stream_count, 3);
	assert_true(w->wants[2][CHANNEL_QUOTE]);
	assert_true(w->wants[2][CHANNEL_TICKER]);
	assert_int_equal(
	    w->source.streams[w->symbols[2].streams[CHANNEL_QUOTE]].route, 1);
}

static bool
has_nothing(const struct symbol *s, enum channel c)
{
	(void)s;
	return c == CHANNEL_STATUS || c == CHANNEL_QUOTE;
}

/* What only serves is not subscribed for its own sake. */
static void
a_symbol_without_any_channel(void **state)
{
	(void)state;
	w->venue.has = has_nothing;
	w->venue.channels[CHANNEL_STATUS] =
	    (struct venue_channel){ OFFER_GROUP, 0, 0, 1 };
	world_lanes(1);
	add_symbols(1);
	assert_int_equal(w->source.stream_count, 0);
	assert_int_equal(w->source.lane_count, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_begin, world_end)
	const struct CMUnitTest tests[] = {
		TEST(a_quiet_connection_is_kept_open),
		TEST(a_keepalive_while_subscribing),
		TEST(a_connection_on_which_nothing_comes_is_given_up),
		TEST(signs_of_life_without_data),
		TEST(signs_of_life_and_never_any_data),
		TEST(a_quiet_stream_among_lively_ones),
		TEST(first_data_that_is_late),
		TEST(first_data_of_what_was_refused),
		TEST(channels_that_are_quiet_by_nature),
		TEST(liquidations_that_stopped),
		TEST(an_old_connection_is_replaced),
		TEST(a_quiet_book_from_rest),
		TEST(a_book_whose_stream_is_doubted),
		TEST(a_book_in_the_stream_without_a_snapshot),
		TEST(a_book_that_stays_out_of_step),
		TEST(no_lane_has_two_routes),
		TEST(settings_overrule_a_route),
		TEST(books_of_one_connection),
		TEST(more_streams_than_a_connection_holds),
		TEST(no_more_streams_than_the_venue_takes),
		TEST(one_stream_for_a_group),
		TEST(channels_that_serve_others),
		TEST(a_symbol_without_any_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
