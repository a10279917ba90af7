/* LINK: status/alarms status/alarms_show core/metrics core/time core/out */
/* LINK: core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "status/alarms.h"

enum {
	HOLD_S = 3,
};

/* What changed, as "sink_stalled nats firing\n". */
struct world {
	struct alarms alarms;
	struct opt_alarms options;
	struct metrics metrics;
	int64_t now_s;
	char told[8192];
};

static void
changed(struct alarms *a, const struct alarm *of)
{
	struct world *w = a->owner;
	size_t len = strlen(w->told);

	snprintf(w->told + len, sizeof(w->told) - len, "%s %s %s\n",
	    alarm_descs[of->rule].name, of->subject,
	    of->state == ALARM_FIRING ? "firing" : "ok");
}

static void
start(struct world *w)
{
	memset(w, 0, sizeof(*w));
	w->options.sink_stalled_s = 60;
	w->options.sink_stalled_hold_s = HOLD_S;
	w->options.journal_filling_percent = 70;
	w->options.journal_filling_hold_s = 0;
	w->options.data_interruption_s = 10;
	alarms_init(&w->alarms, &w->options);
	w->alarms.changed = changed;
	w->alarms.owner = w;
	w->now_s = 1000;
}

static void
begin(struct world *w)
{
	struct mono now = { w->now_s * NS_PER_S };
	struct wall wall = { (1700000000 + w->now_s) * NS_PER_S };

	w->now_s++;
	w->told[0] = '\0';
	alarms_begin(&w->alarms, now, wall);
}

/* A second in which the sink is stalled, or not. */
static const char *
second(struct world *w, bool stalled)
{
	begin(w);
	if (stalled)
		alarms_report(&w->alarms, ALARM_sink_stalled, SPAN("nats"),
		    SPAN("nothing confirmed"));
	alarms_end(&w->alarms);
	return w->told;
}

static enum alarm_state
state_of(const struct world *w)
{
	return w->alarms.all[0].state;
}

static void
fires_when_it_held(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	assert_string_equal(second(&w, false), "");
	for (int i = 0; i < HOLD_S; i++) {
		assert_string_equal(second(&w, true), "");
		assert_int_equal(state_of(&w), ALARM_PENDING);
	}
	assert_string_equal(second(&w, true), "sink_stalled nats firing\n");
	assert_string_equal(second(&w, true), "");
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].firing, 1);
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].beyond, 1);
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].fired, 1);
	assert_int_equal(alarms_firing(&w.alarms), 1);
}

static void
is_over_when_it_held(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	for (int i = 0; i <= HOLD_S; i++)
		second(&w, true);
	/* Well, but not for long enough: the time begins anew. */
	for (int i = 0; i < HOLD_S; i++)
		assert_string_equal(second(&w, false), "");
	assert_int_equal(state_of(&w), ALARM_FIRING);
	assert_string_equal(second(&w, true), "");
	for (int i = 0; i < HOLD_S; i++)
		assert_string_equal(second(&w, false), "");
	assert_string_equal(second(&w, false), "sink_stalled nats ok\n");
	assert_string_equal(second(&w, false), "");
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].firing, 0);
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].fired, 1);
}

static void
a_moment_is_nothing(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	for (int i = 0; i < 20; i++)
		assert_string_equal(second(&w, i % HOLD_S != 0), "");
	assert_int_equal(w.alarms.metrics[ALARM_sink_stalled].fired, 0);
}

static void
without_a_hold(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	begin(&w);
	alarms_report(
	    &w.alarms, ALARM_journal_filling, SPAN("journal"), SPAN("71 %"));
	alarms_end(&w.alarms);
	assert_string_equal(w.told, "journal_filling journal firing\n");
	assert_string_equal(second(&w, false), "journal_filling journal ok\n");
}

static void
limits_are_read_each_time(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	assert_int_equal(alarms_limit(&w.alarms, ALARM_sink_stalled), 60);
	assert_int_equal(alarms_limit(&w.alarms, ALARM_clock_off), 0);
	w.options.sink_stalled_s = 5;
	w.options.sink_stalled_hold_s = 0;
	assert_int_equal(alarms_limit(&w.alarms, ALARM_sink_stalled), 5);
	assert_string_equal(second(&w, true), "sink_stalled nats firing\n");
}

/* A rule with more subjects than there is room for leaves some to others. */
static void
one_rule_cannot_take_all(void **state)
{
	static struct world w;
	char name[32];
	unsigned told = 0;

	(void)state;
	start(&w);
	begin(&w);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "stream %d", i);
		alarms_report(&w.alarms, ALARM_data_interruption, span_of(name),
		    SPAN("nothing came"));
	}
	alarms_report(
	    &w.alarms, ALARM_journal_filling, SPAN("journal"), SPAN("71 %"));
	alarms_end(&w.alarms);
	for (const char *p = w.told; (p = strchr(p, '\n')) != NULL; p++)
		told++;
	assert_int_equal(told, ALARMS_OF_RULE + 1);
	assert_non_null(strstr(w.told, "journal_filling journal firing"));
	assert_int_equal(w.alarms.metrics[ALARM_data_interruption].beyond, 300);
	assert_int_equal(
	    w.alarms.metrics[ALARM_data_interruption].firing, ALARMS_OF_RULE);
}

static void
long_texts_are_cut(void **state)
{
	static struct world w;
	char text[600];

	(void)state;
	start(&w);
	memset(text, 'a', sizeof(text));
	for (int i = 0; i < 2; i++) {
		begin(&w);
		alarms_report(&w.alarms, ALARM_journal_filling,
		    (struct span){ text, sizeof(text) },
		    (struct span){ text, sizeof(text) });
		alarms_end(&w.alarms);
	}
	assert_int_equal(
	    strlen(w.alarms.all[0].subject), ALARM_SUBJECT_MAX - 1);
	assert_int_equal(strlen(w.alarms.all[0].words), ALARM_WORDS_MAX - 1);
	/* It is one all the same. */
	assert_int_equal(w.alarms.all[1].state, ALARM_OK);
}

static const char *
json(const struct world *w)
{
	static char text[65536];
	struct out o;

	out_init(&o, text, sizeof(text));
	alarms_json(&w->alarms, &o);
	return out_cstr(&o);
}

static void
is_shown(void **state)
{
	static struct world w;
	struct health_check h = { 0 };
	const char *text;

	(void)state;
	start(&w);
	assert_string_equal(json(&w), "[]");
	alarms_health(&w.alarms, &h);
	assert_int_equal(h.level, HEALTH_PASS);
	assert_string_equal(h.why, "0 alarms");
	second(&w, true);
	assert_non_null(strstr(json(&w), "\"state\":\"pending\""));
	alarms_health(&w.alarms, &h);
	assert_int_equal(h.level, HEALTH_PASS);
	w.now_s += HOLD_S;
	begin(&w);
	alarms_report(&w.alarms, ALARM_data_interruption, SPAN("b:\"1\""),
	    SPAN("nothing came"));
	alarms_report(
	    &w.alarms, ALARM_sink_stalled, SPAN("nats"), SPAN("for 63 s"));
	w.options.data_interruption_hold_s = 1;
	alarms_end(&w.alarms);
	text = json(&w);
	assert_ptr_equal(
	    strstr(text,
		"[{\"rule\":\"sink_stalled\",\"severity\":\"critical\","
		"\"state\":\"firing\",\"subject\":\"nats\","
		"\"since\":\"2023-11-14T22:30:00.000000Z\","
		"\"message\":\"for 63 s\",\"remedy\":\""),
	    text);
	assert_non_null(strstr(text, "\"subject\":\"b:\\\"1\\\"\""));
	alarms_health(&w.alarms, &h);
	assert_string_equal(h.name, "alarms");
	assert_int_equal(h.level, HEALTH_WARN);
	assert_string_equal(h.why, "1 alarm: sink_stalled nats");
}

/* Every alarm of the largest size is cut, not overrun. */
static void
a_health_full_of_alarms(void **state)
{
	static struct world w;
	struct health_check h = { 0 };
	char name[200];

	(void)state;
	start(&w);
	begin(&w);
	memset(name, 'x', sizeof(name));
	for (int i = 0; i < 100; i++) {
		name[0] = (char)('0' + i % 10);
		name[1] = (char)('0' + i / 10);
		alarms_report(&w.alarms, i % ALARM_RULES,
		    (struct span){ name, sizeof(name) },
		    (struct span){ name, sizeof(name) });
	}
	alarms_end(&w.alarms);
	alarms_health(&w.alarms, &h);
	assert_int_equal(strlen(h.why), sizeof(h.why) - 1);
}

static void
the_table_is_sound(void **state)
{
	static struct world w;

	(void)state;
	start(&w);
	for (unsigned r = 0; r < ALARM_RULES; r++) {
		const struct alarm_desc *d = &alarm_descs[r];
		uint64_t limit, hold;

		assert_int_equal(span_u64(span_of(d->limit), &limit), ERR_OK);
		assert_int_equal(span_u64(span_of(d->hold_s), &hold), ERR_OK);
		assert_true(limit > 0);
		assert_true(strcmp(d->severity, "critical") == 0 ||
			    strcmp(d->severity, "warning") == 0);
	}
	alarms_panels(&w.alarms, &w.metrics);
	assert_int_equal(w.metrics.panel_count, 1);
	assert_int_equal(w.metrics.set_count, ALARM_RULES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_when_it_held),
		cmocka_unit_test(is_over_when_it_held),
		cmocka_unit_test(a_moment_is_nothing),
		cmocka_unit_test(without_a_hold),
		cmocka_unit_test(limits_are_read_each_time),
		cmocka_unit_test(one_rule_cannot_take_all),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(is_shown),
		cmocka_unit_test(a_health_full_of_alarms),
		cmocka_unit_test(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
