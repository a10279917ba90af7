/* LINK: core/metrics core/metrics_text core/out core/span core/err core/must */
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
static struct metrics_writer writer;
static bool openmetrics, compat;
static char text[TEXT];

static int
begin(void **state)
{
	(void)state;
	memset(&registry, 0xa5, sizeof(registry));
	metrics_init(&registry);
	openmetrics = false;
	compat = true;
	return 0;
}

static const char *
rendered(void)
{
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_begin(&writer, &registry, openmetrics, compat);
	assert_false(metrics_more(&writer, &o));
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
	struct http_metrics m = { .requests = 17, .errors = UINT64_MAX };

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
	    "# HELP mpedge_http_errors_total answers of 4xx and 5xx\n"
	    "# TYPE mpedge_http_errors_total counter\n"
	    "mpedge_http_errors_total 18446744073709551615\n"
	    "# HELP mpedge_http_late_total clients that took too long to ask, "
	    "or to read the answer\n"
	    "# TYPE mpedge_http_late_total counter\n"
	    "mpedge_http_late_total 0\n"
	    "# HELP mpedge_http_denied_total requests without the secret they "
	    "need\n"
	    "# TYPE mpedge_http_denied_total counter\n"
	    "mpedge_http_denied_total 0\n"
	    "# HELP mpedge_http_clients places taken by clients\n"
	    "# TYPE mpedge_http_clients gauge\n"
	    "mpedge_http_clients 0\n");
}

/* One HELP and TYPE, then all sets, in the order they were added. */
static void
sets_of_a_family_stand_together(void **state)
{
	struct records_metrics trades = { 5 }, books = { 7 };
	struct skipped_metrics syntax = { 1 };

	(void)state;
	metrics_add(&registry, METRICS_records, &trades,
	    "venue=\"b\",data_type=\"trade\"");
	metrics_add(&registry, METRICS_skipped, &syntax, "reason=\"syntax\"");
	metrics_add(&registry, METRICS_records, &books,
	    "venue=\"b\",data_type=\"book\"");
	assert_string_equal(rendered(),
	    "# HELP mpedge_skipped_messages_total messages\n"
	    "# TYPE mpedge_skipped_messages_total counter\n"
	    "mpedge_skipped_messages_total{reason=\"syntax\"} 1\n"
	    "# HELP mpedge_records_published_total records\n"
	    "# TYPE mpedge_records_published_total counter\n"
	    "mpedge_records_published_total{venue=\"b\",data_type=\"trade\"} "
	    "5\n"
	    "mpedge_records_published_total{venue=\"b\",data_type=\"book\"} "
	    "7\n");
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
	struct rest_metrics m = { .paused = 1500 };

	(void)state;
	metrics_add(&registry, METRICS_rest, &m, "venue=\"b\"");
	expect_line("# TYPE mpedge_rest_paused_seconds gauge");
	expect_line("mpedge_rest_paused_seconds"
		    "{venue=\"b\"} 1.5");
	m.paused = 0;
	expect_line("mpedge_rest_paused_seconds"
		    "{venue=\"b\"} 0");
	m.paused = 1;
	expect_line("mpedge_rest_paused_seconds"
		    "{venue=\"b\"} 0.001");
	m.paused = 12345678;
	expect_line("mpedge_rest_paused_seconds"
		    "{venue=\"b\"} 12345.678");
	m.paused = 60000;
	expect_line("mpedge_rest_paused_seconds"
		    "{venue=\"b\"} 60");
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
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"1e-05\"} "
	    "2\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"2e-05\"} "
	    "3\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"5e-05\"} "
	    "3\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.0001\"} "
	    "3\n"));
	assert_non_null(strstr(rendered(),
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"0.002\"} "
	    "4\n"));
	assert_non_null(strstr(rendered(),
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"5.0\"} 4\n"
	    "mpedge_sink_latency_seconds_bucket{sink=\"file\",le=\"10.0\"} 4\n"
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

/* Pieces of any room make the same text, and none of them is full. */
static void
parts_make_the_whole(void **state)
{
	static char whole[TEXT], pieces[TEXT];
	struct sink_metrics m[3];
	size_t len = 0;
	bool more;

	(void)state;
	memset(m, 0, sizeof(m));
	histogram_add(&m[1].latency, 77);
	for (unsigned i = 0; i < 3; i++)
		metrics_add(&registry, METRICS_sink, &m[i], "sink=\"a\"");
	for (int open = 0; open < 2; open++) {
		openmetrics = open;
		memcpy(whole, rendered(), sizeof(whole));
		len = 0;
		metrics_begin(&writer, &registry, openmetrics, compat);
		do {
			struct out o;

			out_init(&o, pieces + len, METRICS_PART_MAX + 16);
			more = metrics_more(&writer, &o);
			assert_false(o.full);
			assert_true(o.len > 0);
			assert_true(!more || o.at[o.len - 1] == '\n');
			len += o.len;
		} while (more);
		pieces[len] = '\0';
		assert_string_equal(pieces, whole);
		/* What has ended stays so. */
		assert_false(metrics_more(&writer, &(struct out){ .size = 0 }));
	}
}

static void
without_room_for_a_part_nothing_is_written(void **state)
{
	struct sink_metrics m;
	char few[METRICS_PART_MAX - 1];
	struct out o;

	(void)state;
	memset(&m, 0, sizeof(m));
	metrics_add(&registry, METRICS_sink, &m, "");
	out_init(&o, few, sizeof(few));
	metrics_begin(&writer, &registry, true, true);
	for (int i = 0; i < 3; i++)
		assert_true(metrics_more(&writer, &o));
	assert_int_equal(o.len, 0);
	assert_false(o.full);
}

/* The longest part there can be: the longest name and doc, full labels. */
static void
no_part_is_longer_than_said(void **state)
{
	static union {
		struct histogram h;
		char room[4096];
	} values;
	static char room[METRICS_PART_MAX];
	char labels[METRICS_LABELS_MAX];

	(void)state;
	memset(&values, 0xff, sizeof(values));
	memset(labels, 'l', sizeof(labels));
	labels[sizeof(labels) - 1] = '\0';
	openmetrics = true;
	for (enum metric_group_id id = 0; id < METRICS_GROUPS; id++) {
		bool more;

		metrics_init(&registry);
		metrics_add(&registry, id, &values, labels);
		metrics_begin(&writer, &registry, openmetrics, compat);
		do {
			struct out o;

			out_init(&o, room, sizeof(room));
			more = metrics_more(&writer, &o);
			assert_false(o.full);
		} while (more);
	}
}

static void
openmetrics_exactly(void **state)
{
	struct http_metrics m = { .requests = 17, .errors = 3 };
	struct journal_metrics j;

	(void)state;
	memset(&j, 0, sizeof(j));
	openmetrics = true;
	metrics_add(&registry, METRICS_http, &m, "");
	assert_string_equal(rendered(),
	    "# HELP mpedge_http_requests requests answered\n"
	    "# TYPE mpedge_http_requests counter\n"
	    "mpedge_http_requests_total 17\n"
	    "# HELP mpedge_http_refused clients refused because all "
	    "places were taken\n"
	    "# TYPE mpedge_http_refused counter\n"
	    "mpedge_http_refused_total 0\n"
	    "# HELP mpedge_http_errors answers of 4xx and 5xx\n"
	    "# TYPE mpedge_http_errors counter\n"
	    "mpedge_http_errors_total 3\n"
	    "# HELP mpedge_http_late clients that took too long to ask, or to "
	    "read the answer\n"
	    "# TYPE mpedge_http_late counter\n"
	    "mpedge_http_late_total 0\n"
	    "# HELP mpedge_http_denied requests without the secret they need\n"
	    "# TYPE mpedge_http_denied counter\n"
	    "mpedge_http_denied_total 0\n"
	    "# HELP mpedge_http_clients places taken by clients\n"
	    "# TYPE mpedge_http_clients gauge\n"
	    "mpedge_http_clients 0\n"
	    "# EOF\n");
	metrics_add(&registry, METRICS_journal, &j, "");
	expect_line("# TYPE mpedge_journal_written_bytes counter");
	expect_line("# UNIT mpedge_journal_written_bytes bytes");
	expect_line("mpedge_journal_written_bytes_total 0");
}

/* A name that is its unit does not get it twice. */
static void
a_unit_is_told_once(void **state)
{
	struct feed_metrics f;

	(void)state;
	memset(&f, 0, sizeof(f));
	f.bytes = 9;
	metrics_add(&registry, METRICS_feed, &f, "");
	expect_line("mpedge_feed_bytes_total 9");
	openmetrics = true;
	expect_line("# UNIT mpedge_feed_bytes bytes");
}

struct names {
	char text[METRICS_GROUPS * 64][96];
	unsigned count;
};

static void
name_once(struct names *n, const char *name)
{
	for (unsigned i = 0; i < n->count; i++) {
		if (strcmp(n->text[i], name) == 0)
			fail_msg("two families have the name %s", name);
	}
	assert_true(n->count < sizeof(n->text) / sizeof(n->text[0]));
	strcpy(n->text[n->count++], name);
}

/* OpenMetrics compares names without the suffix of their kind. */
static void
families_have_names_of_their_own(void **state)
{
	static struct names names;

	(void)state;
	for (enum metric_group_id id = 0; id < METRICS_GROUPS; id++) {
		const struct metric_group *g = &metric_groups[id];

		for (size_t i = 0; i < g->count; i++) {
			char name[96];
			char *end;
			struct out o;

			out_init(&o, name, sizeof(name));
			metrics_family(g, &g->metrics[i], &o);
			out_cstr(&o);
			assert_false(o.full);
			end = strstr(name, "_total");
			if (end != NULL)
				*end = '\0';
			name_once(&names, name);
			assert_true(g->metrics[i].doc[0] != '\0');
		}
	}
	assert_true(names.count >= 111);
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
		TEST(parts_make_the_whole),
		TEST(without_room_for_a_part_nothing_is_written),
		TEST(no_part_is_longer_than_said),
		TEST(openmetrics_exactly),
		TEST(a_unit_is_told_once),
		TEST(families_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
