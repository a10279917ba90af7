/* LINK: status/expose core/metrics core/metrics_text core/loop core/time */
/* LINK: core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "status/expose.h"

static const char prometheus_2[] =
    "application/openmetrics-text;version=1.0.0;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

static void
who_gets_openmetrics(void **state)
{
	static const struct {
		const char *accept;
		bool open;
	} cases[] = {
		{ "", false },
		{ "*/*", false },
		{ "text/plain", false },
		{ "application/openmetrics-text", true },
		{ "Application/OpenMetrics-Text; version=1.0.0", true },
		{ prometheus_2, true },
		{ "application/openmetrics-text;q=0", false },
		{ "application/openmetrics-text;q=0.000, */*;q=0", false },
		{ "application/openmetrics-text;q=0.2, text/plain;q=0.3",
		    false },
		{ "text/plain;q=0.3 , application/openmetrics-text ; q=0.31",
		    true },
		{ "text/*;q=0.9, application/openmetrics-text;q=1.0", true },
		{ "application/openmetrics-text;q=0.5, */*", false },
		{ "application/openmetrics-textual", false },
		{ ",,;,application/openmetrics-text;;q=;q", true },
		{ "application/json, text/html", false },
	};

	(void)state;
	assert_false(expose_openmetrics(SPAN_NULL));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (expose_openmetrics(span_of(cases[i].accept)) !=
		    cases[i].open)
			fail_msg("Accept: %s", cases[i].accept);
	}
}

static void
content_types(void **state)
{
	(void)state;
	assert_string_equal(expose_content_type(false),
	    "text/plain; version=0.0.4; charset=utf-8");
	assert_string_equal(expose_content_type(true),
	    "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

static struct metrics registry;
static struct loop loop;
static struct metrics_metrics counts;

static void
slices_are_small_and_counted(void **state)
{
	static char text[2 * 1024 * 1024];
	static struct sink_metrics sinks[64];
	struct expose x;
	struct out o;
	unsigned slices = 0;
	bool more;

	(void)state;
	metrics_init(&registry);
	loop_init(&loop);
	for (unsigned i = 0; i < 64; i++)
		metrics_add(&registry, METRICS_sink, &sinks[i], "sink=\"s\"");
	metrics_add(&registry, METRICS_metrics, &counts, "");
	memset(&counts, 0, sizeof(counts));
	out_init(&o, text, sizeof(text));
	expose_begin(&x, &loop, &registry, &counts, true, true);
	do {
		size_t before = o.len;

		assert_int_equal(counts.scrapes, 0);
		more = expose_more(&x, &o);
		assert_true(o.len > before || !more);
		assert_true(o.len - before <= EXPOSE_SLICE_BYTES);
		assert_int_equal(o.size, sizeof(text));
		slices++;
	} while (more);
	assert_true(slices > 2);
	assert_int_equal(counts.slice.count, slices);
	assert_int_equal(counts.scrape.count, 1);
	assert_int_equal(counts.scrapes, 1);
	assert_int_equal(counts.written, o.len);
	assert_int_equal(counts.sets, 65);
	assert_memory_equal(o.at + o.len - 6, "# EOF\n", 6);
}

/* What there is no room for is told. */
static void
dropped_sets_are_counted(void **state)
{
	struct records_metrics m = { 1 };
	struct expose x;

	(void)state;
	metrics_init(&registry);
	for (unsigned i = 0; i < METRICS_SETS_MAX + 3; i++)
		metrics_add(&registry, METRICS_records, &m, "");
	expose_begin(&x, &loop, &registry, &counts, false, true);
	assert_int_equal(counts.dropped_series, 3);
	assert_int_equal(counts.sets, METRICS_SETS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_gets_openmetrics),
		cmocka_unit_test(content_types),
		cmocka_unit_test(slices_are_small_and_counted),
		cmocka_unit_test(dropped_sets_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
