/* LINK: model/replaced model/model core/metrics core/metrics_text */
/* LINK: core/out core/span core/err core/must codec/decimal codec/utf8 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/time.h"
#include "model/replaced.h"

static struct metrics registry;
static struct replaced replaced;
static char text[512 * 1024];

static int
begin(void **state)
{
	(void)state;
	metrics_init(&registry);
	replaced_init(&replaced, &registry);
	return 0;
}

static void
expect(const char *line, bool there)
{
	struct metrics_writer w;
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_begin(&w, &registry, false, true);
	assert_false(metrics_more(&w, &o));
	if ((strstr(out_cstr(&o), line) != NULL) != there)
		fail_msg("%s: %s", there ? "missing" : "there", line);
}

static void
venues_of_one_exchange_are_one(void **state)
{
	struct replaced_exchange *x, *y;
	struct replaced_record made = { 0, NS_PER_S, -1 };

	(void)state;
	x = replaced_add(&replaced, VENUE_binance_spot, "binance");
	y = replaced_add(&replaced, VENUE_okx, "okx");
	assert_ptr_not_equal(x, y);
	assert_ptr_equal(
	    x, replaced_add(&replaced, VENUE_binance_usdm, "binance"));
	replaced_made(&replaced, VENUE_binance_spot, RECORD_trade, &made);
	replaced_made(&replaced, VENUE_binance_usdm, RECORD_trade, &made);
	expect("marketprism_collector_messages_total{data_type=\"trade\","
	       "exchange=\"binance\",status=\"success\"} 2\n",
	    true);
	expect("marketprism_collector_messages_total{data_type=\"trade\","
	       "exchange=\"okx\",status=\"success\"} 0\n",
	    true);
}

/* 0 would be 1970, and an alarm for what is not collected at all. */
static void
a_time_is_told_once_there_is_one(void **state)
{
	static const char line[] =
	    "marketprism_collector_last_message_timestamp{data_type=\"kline\","
	    "exchange=\"okx\"} 1700000000.25\n";
	struct replaced_record made = { 700, 0, 2 * NS_PER_MS };
	unsigned before;

	(void)state;
	made.wall_ns = 1700000000 * NS_PER_S + 250 * NS_PER_MS;
	replaced_add(&replaced, VENUE_okx, "okx");
	expect("marketprism_collector_last_message_timestamp", false);
	replaced_made(&replaced, VENUE_okx, RECORD_kline, &made);
	expect(line, true);
	before = registry.set_count;
	replaced_made(&replaced, VENUE_okx, RECORD_kline, &made);
	assert_int_equal(registry.set_count, before);
	expect("marketprism_message_size_bytes_bucket{data_type=\"kline\","
	       "exchange=\"okx\",le=\"500.0\"} 0\n",
	    true);
	expect("marketprism_message_size_bytes_bucket{data_type=\"kline\","
	       "exchange=\"okx\",le=\"1000.0\"} 2\n",
	    true);
	expect("marketprism_collector_processing_duration_seconds_bucket{"
	       "data_type=\"kline\",exchange=\"okx\",le=\"0.001\"} 0\n",
	    true);
	expect("marketprism_collector_processing_duration_seconds_sum{"
	       "data_type=\"kline\",exchange=\"okx\"} 0.004\n",
	    true);
}

static void
publishes(void **state)
{
	struct replaced_exchange *x;
	struct replaced_type *t;

	(void)state;
	x = replaced_add(&replaced, VENUE_deribit, "deribit");
	t = &x->types[RECORD_ticker];
	replaced_published(
	    &replaced, VENUE_deribit, RECORD_ticker, true, NS_PER_MS);
	replaced_published(
	    &replaced, VENUE_deribit, RECORD_ticker, false, NS_PER_MS);
	assert_int_equal(t->published.nats_publishes, 1);
	assert_int_equal(t->refused.nats_publishes, 1);
	assert_int_equal(t->publish_time.nats_publish_duration.count, 1);
	/* What it did not have, and a journal that says anything. */
	replaced_published(&replaced, VENUE_deribit, RECORD_gap, true, 1);
	replaced_published(
	    &replaced, (enum venue_id)255, RECORD_trade, true, 1);
	replaced_published(NULL, VENUE_deribit, RECORD_ticker, true, 1);
	replaced_made(NULL, VENUE_deribit, RECORD_ticker, NULL);
	assert_int_equal(t->published.nats_publishes, 1);
}

static void
rates(void **state)
{
	struct replaced_exchange *x;

	(void)state;
	x = replaced_add(&replaced, VENUE_okx, "okx");
	x->made_count = 500;
	x->error_count = 5;
	replaced_rates(x, 10000);
	expect("marketprism_collector_messages_per_second{exchange=\"okx\"} "
	       "50\n",
	    true);
	expect("marketprism_collector_error_rate_percent{exchange=\"okx\"} "
	       "1\n",
	    true);
	x->made_count = 525;
	replaced_rates(x, 10000);
	expect("marketprism_collector_messages_per_second{exchange=\"okx\"} "
	       "2.5\n",
	    true);
	expect("marketprism_collector_error_rate_percent{exchange=\"okx\"} "
	       "0\n",
	    true);
	replaced_rates(x, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, begin)
	const struct CMUnitTest tests[] = {
		TEST(venues_of_one_exchange_are_one),
		TEST(a_time_is_told_once_there_is_one),
		TEST(publishes),
		TEST(rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
