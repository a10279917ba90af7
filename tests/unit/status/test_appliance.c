/* LINK: status/appliance core/metrics core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "status/appliance.h"

static const char whole[] =
    "board=x86_64-generic\nidentity=0123abcd\nslot=B\nslot_state=trial\n"
    "trial=1\nother_version=0.1.0\nimage_version=0.2.0\nimage_sbom=ab12\n"
    "boots=7\nrestarts=3\nrestart_reason=exit 1\nclock=floor\n"
    "clock_offset_ms=-1500\nsafe_mode=\nupdate=rolled back: no data\n"
    "\nof_tomorrow=x=y\n";

static struct appliance facts;
static char text[4096];

static enum err
read_text(const char *t, unsigned *line, const char **why)
{
	return appliance_read(span_of(t), &facts, line, why);
}

static void
good(const char *t)
{
	const char *why;
	unsigned line;

	assert_int_equal(read_text(t, &line, &why), ERR_OK);
}

static void
bad(const char *t, unsigned at, const char *words)
{
	const char *why;
	unsigned line;

	good("slot=A\n");
	assert_int_equal(read_text(t, &line, &why), ERR_SYNTAX);
	assert_int_equal(line, at);
	assert_non_null(strstr(why, words));
	/* Nothing of it was kept. */
	assert_true(appliance_is(&facts, FACT_slot, "A"));
	assert_false(facts.said[FACT_boots]);
}

static void
everything_is_read(void **state)
{
	struct out o;

	(void)state;
	good(whole);
	assert_true(appliance_is(&facts, FACT_board, "x86_64-generic"));
	assert_int_equal(appliance_number(&facts, FACT_boots), 7);
	out_init(&o, text, sizeof(text));
	appliance_json(&facts, &o);
	assert_string_equal(out_cstr(&o),
	    "\"board\":\"x86_64-generic\",\"identity\":\"0123abcd\","
	    "\"slot\":\"B\",\"slot_state\":\"trial\",\"trial\":true,"
	    "\"other_version\":\"0.1.0\",\"image_version\":\"0.2.0\","
	    "\"image_sbom\":\"ab12\",\"boots\":7,\"restarts\":3,"
	    "\"restart_reason\":\"exit 1\",\"clock\":\"floor\","
	    "\"clock_offset_ms\":-1500,\"safe_mode\":\"\","
	    "\"update\":\"rolled back: no data\",");
	/* The next one says less. */
	good("slot=A\nboots=\n");
	out_init(&o, text, sizeof(text));
	appliance_json(&facts, &o);
	assert_string_equal(out_cstr(&o), "\"slot\":\"A\",");
}

static void
what_is_wrong_is_named(void **state)
{
	char line[FACT_BYTES_MAX + 32];

	(void)state;
	bad("boots=1\nslot\n", 2, "not KEY=VALUE");
	bad("boots=1\n=x\n", 2, "not KEY=VALUE");
	bad("boots=1\nSlot=x\n", 2, "a-z");
	bad("boots=1\n\nslot=A\nslot=B", 4, "twice");
	bad("boots=many\n", 1, "not of its kind");
	bad("boots=-1\n", 1, "not of its kind");
	bad("boots=99999999999999999999\n", 1, "not of its kind");
	bad("trial=yes\n", 1, "not of its kind");
	bad("clock=noon\n", 1, "not of its kind");
	bad("clock_offset_ms=1.5\n", 1, "not of its kind");
	bad("board=a\tb\n", 1, "control");
	bad("board=a\r\n", 1, "control");
	snprintf(line, sizeof(line), "board=%0*d\n", FACT_BYTES_MAX - 1, 0);
	good(line);
	snprintf(line, sizeof(line), "board=%0*d\n", FACT_BYTES_MAX, 0);
	bad(line, 1, "too long");
}

static void
more_than_fits_is_refused(void **state)
{
	const char *why;
	unsigned line;

	(void)state;
	memset(text, '\n', sizeof(text));
	assert_int_equal(appliance_read((struct span){ text, sizeof(text) },
			     &facts, &line, &why),
	    ERR_OK);
	assert_int_equal(sizeof(text), FACTS_BYTES_MAX);
	assert_int_equal(appliance_read((struct span){ text, sizeof(text) + 1 },
			     &facts, &line, &why),
	    ERR_FULL);
	assert_non_null(strstr(why, "4096"));
}

static void
judged(const char *t, enum health_level level, const char *words)
{
	struct health_check h = { .why = "" };

	good(t);
	appliance_judge(&facts, &h);
	assert_string_equal(h.name, "appliance");
	assert_int_equal(h.level, level);
	assert_non_null(strstr(h.why, words));
}

static void
a_sentence_for_health(void **state)
{
	char line[FACT_BYTES_MAX + 32];

	(void)state;
	judged(
	    "slot=A\nclock=ntp\ntrial=0\n", HEALTH_PASS, "slot A, clock ntp");
	judged("clock=unset\n", HEALTH_WARN, "clock is not set");
	judged("clock=floor\n", HEALTH_WARN, "the last time known");
	judged("clock=rtc\n", HEALTH_WARN, "the clock is the hardware's");
	judged("slot=B\ntrial=1\n", HEALTH_WARN, "on trial: slot B");
	judged("safe_mode=line 3\n", HEALTH_WARN, "safe mode: line 3");
	judged("update=refused: x\n", HEALTH_PASS, "slot");
	judged(whole, HEALTH_WARN, "; update rolled back: no data");
	/* Cut, not overrun. */
	snprintf(line, sizeof(line), "safe_mode=%0*d\n", FACT_BYTES_MAX - 1, 0);
	judged(line, HEALTH_WARN, "safe mode: 000");
}

static void
labels_and_numbers(void **state)
{
	struct box_metrics m = { 0 };
	struct out o;

	(void)state;
	good(whole);
	out_init(&o, text, sizeof(text));
	appliance_labels(&facts, &o);
	assert_string_equal(out_cstr(&o),
	    "board=\"x86_64-generic\",identity=\"0123abcd\",slot=\"B\","
	    "image_version=\"0.2.0\"");
	appliance_metrics(&facts, &m);
	assert_int_equal(m.boots, 7);
	assert_int_equal(m.restarts, 3);
	assert_int_equal(m.trial, 1);
	assert_int_equal(m.safe_mode, 0);
	assert_int_equal(m.clock_set, 0);
	assert_int_equal(m.clock_offset, 1500);
	good("clock=ntp\nsafe_mode=x\nclock_offset_ms=-9223372036854775808\n");
	appliance_metrics(&facts, &m);
	assert_int_equal(m.clock_set, 1);
	assert_int_equal(m.safe_mode, 1);
	assert_true(m.clock_offset == (uint64_t)1 << 63);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(more_than_fits_is_refused),
		cmocka_unit_test(a_sentence_for_health),
		cmocka_unit_test(labels_and_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
