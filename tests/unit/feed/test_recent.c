/* LINK: feed/recent model/model core/out core/time core/span core/err */
/* LINK: core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feed/recent.h"

static const char *
shown(const struct recent *r)
{
	static char text[16384];
	struct out o;

	out_init(&o, text, sizeof(text));
	recent_json(r, &o);
	return out_cstr(&o);
}

static void
note_event(struct recent *r, const char *connection, int64_t ns)
{
	struct event v;

	record_init(RECORD_event, &v);
	v.connection = span_of(connection);
	v.state = SPAN("live");
	v.reason = SPAN("a \"reason\"");
	v.timestamp = ns;
	recent_note(r, RECORD_event, &v);
}

static void
gaps_and_events_newest_first(void **state)
{
	static struct recent r;
	struct trade trade;
	struct gap g;

	(void)state;
	assert_string_equal(shown(&r), "[]");
	record_init(RECORD_trade, &trade);
	recent_note(&r, RECORD_trade, &trade);
	note_event(&r, "binance:0a", 1700000000000000000);
	record_init(RECORD_gap, &g);
	g.symbol_name = SPAN("BTC-USDT");
	g.data_type = SPAN("trade");
	g.missing = 12;
	g.reason = SPAN("cut");
	g.healed = BOOL_FALSE;
	g.timestamp = 1700000001000000000;
	recent_note(&r, RECORD_gap, &g);
	assert_string_equal(shown(&r),
	    "[{\"at\":\"2023-11-14T22:13:21.000000Z\",\"kind\":\"gap\","
	    "\"subject\":\"BTC-USDT trade\",\"became\":\"gap\","
	    "\"missing\":12,\"reason\":\"cut\"},"
	    "{\"at\":\"2023-11-14T22:13:20.000000Z\",\"kind\":\"event\","
	    "\"subject\":\"binance:0a\",\"became\":\"live\","
	    "\"missing\":null,\"reason\":\"a \\\"reason\\\"\"}]");
	/* A hole in the journal is of no symbol. */
	g.symbol_name = SPAN_NULL;
	g.data_type = SPAN("journal");
	g.missing = SEQ_NULL;
	g.healed = BOOL_TRUE;
	recent_note(&r, RECORD_gap, &g);
	assert_non_null(
	    strstr(shown(&r), "\"subject\":\"journal\",\"became\":\"healed\","
			      "\"missing\":null,"));
}

static void
the_oldest_goes_and_texts_are_cut(void **state)
{
	static struct recent r;
	char name[400];
	const char *text;

	(void)state;
	for (unsigned i = 0; i <= RECENT_MAX; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		note_event(&r, name, i);
	}
	text = shown(&r);
	assert_non_null(strstr(text, "\"c24\""));
	assert_non_null(strstr(text, "\"c1\""));
	assert_null(strstr(text, "\"c0\""));
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	note_event(&r, name, 0);
	name[RECENT_TEXT_MAX - 1] = '\0';
	text = strstr(shown(&r), name);
	assert_non_null(text);
	assert_int_equal(text[RECENT_TEXT_MAX - 1], '"');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_and_events_newest_first),
		cmocka_unit_test(the_oldest_goes_and_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
