/* LINK: core/metrics core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/metrics.h"
#include "core/time.h"

enum {
	TEXT = 512 * 1024,
};

static struct metrics registry;
static char text[TEXT];

static int
begin(void **state)
{
	(void)state;
	memset(&registry, 0xa5, sizeof(registry));
	metrics_init(&registry);
	return 0;
}

static const char *
rendered(void)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_prometheus(&registry, &o);
	return out_cstr(&o);
}

static void
nothing_registered_is_an_empty_page(void **state)
{
	(void)state;
	assert_string_equal(rendered(), "");
}

static void
counters_exactly(void **state)
{
	struct http_metrics m = { 17, 0, UINT64_MAX };

	(void)state;
	metrics_add(&registry, METRICS_http, &m, "");
	assert_string_equal(rendered(),
	    "# HELP mpedge_http_requests_total requests answered\n"
	    "# TYPE mpedge_http_requests_total counter\n"
	    "mpedge_http_requests_total 17\n"
	    "# HELP mpedge_http_refused_total clients refused because all "
	    "places were taken\n"
	    "# TYPE mpedge_http_refused_total counter\n"
	    "mpedge_http_refused_total 0\n"
	    "# HELP mpedge_http_errors_total requests that were malformed or "
	    "too slow\n"
	    "# TYPE mpedge_http_errors_total counter\n"
	    "mpedge_http_errors_total 18446744073709551615\n");
}

/* One HELP and TYPE, then all sets, in the order they were added. */
static void
sets_of_a_family_stand_together(void **state)
{
	struct records_metrics trades = { 5 }, books = { 7 };
	struct skipped_metrics syntax = { 1 };

	(void)state;
	metrics_add(
	    &registry, METRICS_records, &trades, "venue=\"b\",type=\"trade\"");
	metrics_add(&registry, METRICS_skipped, &syntax, "reason=\"syntax\"");
	metrics_add(
	    &registry, METRICS_records, &books, "venue=\"b\",type=\"book\"");
	assert_string_equal(rendered(),
	    "# HELP mpedge_skipped_messages_total messages\n"
	    "# TYPE mpedge_skipped_messages_total counter\n"
	    "mpedge_skipped_messages_total{reason=\"syntax\"} 1\n"
	    "# HELP mpedge_records_published_total records\n"
	    "# TYPE mpedge_records_published_total counter\n"
	    "mpedge_records_published_total{venue=\"b\",type=\"trade\"} 5\n"
	    "mpedge_records_published_total{venue=\"b\",type=\"book\"} 7\n");
}

static void
expect_line(const char *line)
{
	const char *all = rendered();
	const char *at = strstr(all, line);

	if (at == NULL || (at != all && at[-1] != '\n') ||
	    at[strlen(line)] != '\n')
		fail_msg("no line \"%s\" in:\n%s", line, all);
}

/* Milliseconds inside, seconds outside, without zeros at the end. */
static void
seconds_are_decimal_fractions(void **state)
{
	struct feed_metrics m = { .last_message_age = 1500 };

	(void)state;
	metrics_add(&registry, METRICS_feed, &m, "connection=\"b:0a\"");
	expect_line("# TYPE mpedge_feed_last_message_age_seconds gauge");
	expect_line("mpedge_feed_last_message_age_seconds"
		    "{connection=\"b:0a\"} 1.5");
	m.last_message_age = 0;
	expect_line("mpedge_feed_last_message_age_seconds"
		    "{connection=\"b:0a\"} 0");
	m.last_message_age = 1;
	expect_line("mpedge_feed_last_message_age_seconds"
		    "{connection=\"b:0a\"} 0.001");
	m.last_message_age = 12345678;
	expect_line("mpedge_feed_last_message_age_seconds"
		    "{connection=\"b:0a\"} 12345.678");
	m.last_message_age = 60000;
	expect_line("mpedge_feed_last_message_age_seconds"
		    "{connection=\"b:0a\"} 60");
}

static void
units_and_suffixes(void **state)
{
	struct process_metrics p = { .resident = 4096, .cpu = 250 };

	(void)state;
	metrics_add(&registry, METRICS_process, &p, "");
	expect_line("mpedge_process_resident_bytes 4096");
	expect_line("mpedge_process_cpu_seconds_total 0.25");
	expect_line("# TYPE mpedge_process_cpu_seconds_total counter");
	expect_line("mpedge_process_loop_turns_total 0");
}

static void
a_histogram_is_cumulative(void **state)
{
	struct sink_metrics m;

	(void)state;
	memset(&m, 0, sizeof(m));
	/* A bound belongs to its bucket; one above all counts only in +Inf. */
	histogram_add(&m.latency, 10000);
	histogram_add(&m.latency, 10001);
	histogram_add(&m.latency, 2 * NS_PER_MS);
	histogram_add(&m.latency, 3600 * NS_PER_S);
	/* A clock that went back is no time at all. */
	histogram_add(&m.latency, -5);
	metrics_add(&registry, METRICS_sink, &m, "sink=\"file\"");
	expect_line("# TYPE mpedge_sink_latency_seconds histogram");
	assert_non_null(strstr(rendered(),
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.00001\"} "
	    "2\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.00002\"} "
	    "3\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.00005\"} "
	    "3\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.0001\"} "
	    "3\n"));
	assert_non_null(strstr(rendered(),
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.002\"} "
	    "4\n"));
	assert_non_null(strstr(rendered(),
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"5\"} 4\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"10\"} 4\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"+Inf\"} 5\n"
	    "mpedge_sink_latency_seconds_sum{sink=\"file\"} 3600.002020001\n"
	    "mpedge_sink_latency_seconds_count{sink=\"file\"} 5\n"));
}

static void
a_histogram_without_labels_has_only_its_bound(void **state)
{
	struct process_metrics p;

	(void)state;
	memset(&p, 0, sizeof(p));
	metrics_add(&registry, METRICS_process, &p, "");
	expect_line("mpedge_process_loop_turn_seconds_bucket{le=\"+Inf\"} 0");
	expect_line("mpedge_process_loop_turn_seconds_sum 0");
	expect_line("mpedge_process_loop_turn_seconds_count 0");
}

static void
bounds_grow(void **state)
{
	(void)state;
	for (unsigned i = 1; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_bound(i - 1) < histogram_bound(i));
	assert_true(histogram_bound(0) == 10 * NS_PER_US);
	assert_true(histogram_bound(HISTOGRAM_BUCKETS - 2) == 10 * NS_PER_S);
	assert_true(histogram_bound(HISTOGRAM_BUCKETS - 1) == INT64_MAX);
	assert_true(histogram_bound(1000) == INT64_MAX);
}

static void
quantiles(void **state)
{
	struct histogram h;

	(void)state;
	memset(&h, 0, sizeof(h));
	assert_true(histogram_quantile(&h, 500) == 0);
	histogram_add(&h, 15 * NS_PER_US);
	assert_true(histogram_quantile(&h, 1) == 20 * NS_PER_US);
	assert_true(histogram_quantile(&h, 999) == 20 * NS_PER_US);
	memset(&h, 0, sizeof(h));
	for (int i = 0; i < 989; i++)
		histogram_add(&h, NS_PER_MS);
	for (int i = 0; i < 10; i++)
		histogram_add(&h, 7 * NS_PER_MS);
	histogram_add(&h, 60 * NS_PER_S);
	assert_true(histogram_quantile(&h, 500) == NS_PER_MS);
	assert_true(histogram_quantile(&h, 989) == NS_PER_MS);
	assert_true(histogram_quantile(&h, 990) == 10 * NS_PER_MS);
	assert_true(histogram_quantile(&h, 999) == 10 * NS_PER_MS);
	assert_true(histogram_quantile(&h, 1000) == INT64_MAX);
}

static void
a_full_registry_counts_what_it_refuses(void **state)
{
	struct records_metrics m = { 1 };
	char labels[METRICS_LABELS_MAX + 1];
	struct panel p = { .name = "p" };

	(void)state;
	memset(labels, 'a', sizeof(labels));
	labels[METRICS_LABELS_MAX] = '\0';
	metrics_add(&registry, METRICS_records, &m, labels);
	assert_int_equal(registry.refused, 1);
	assert_int_equal(registry.set_count, 0);
	labels[METRICS_LABELS_MAX - 1] = '\0';
	for (unsigned i = 0; i < METRICS_SETS_MAX; i++)
		metrics_add(&registry, METRICS_records, &m, labels);
	assert_int_equal(registry.refused, 1);
	metrics_add(&registry, METRICS_records, &m, "");
	assert_int_equal(registry.refused, 2);
	assert_int_equal(registry.set_count, METRICS_SETS_MAX);
	for (unsigned i = 0; i < METRICS_PANELS_MAX + 3; i++)
		metrics_panel(&registry, &p);
	assert_int_equal(registry.refused, 5);
	assert_int_equal(registry.panel_count, METRICS_PANELS_MAX);
	assert_true(strlen(rendered()) > METRICS_SETS_MAX * 160);
}

static void
an_answer_that_does_not_fit_says_so(void **state)
{
	struct sink_metrics m;
	struct out o;

	(void)state;
	memset(&m, 0, sizeof(m));
	metrics_add(&registry, METRICS_sink, &m, "");
	for (size_t size = 0; size < 2500; size += 97) {
		char *few = malloc(size + 1);

		assert_non_null(few);
		out_init(&o, few, size);
		metrics_prometheus(&registry, &o);
		assert_true(o.full);
		free(few);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_registered_is_an_empty_page),
		TEST(counters_exactly),
		TEST(sets_of_a_family_stand_together),
		TEST(seconds_are_decimal_fractions),
		TEST(units_and_suffixes),
		TEST(a_histogram_is_cumulative),
		TEST(a_histogram_without_labels_has_only_its_bound),
		TEST(bounds_grow),
		TEST(quantiles),
		TEST(a_full_registry_counts_what_it_refuses),
		TEST(an_answer_that_does_not_fit_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
