/* LINK: init/facts core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "init/facts.h"

static void
a_line_each(void **state)
{
	static const char begin[] = "board=x86_64-generic\nslot=A\ntrial=1\n"
				    "slot_state=trial\n";
	struct facts f = { .slot_state = "trial", .slot = 'A', .trial = true };
	char text[FACTS_BYTES];
	struct out o;

	(void)state;
	FACTS_SET(f.board, SPAN("x86_64-generic"));
	f.clock = CLOCK_NTP;
	f.clock_offset_ms = -5;
	out_init(&o, text, sizeof(text));
	facts_write(&f, &o);
	assert_false(o.full);
	out_cstr(&o);
	assert_memory_equal(text, begin, sizeof(begin) - 1);
	assert_non_null(strstr(text, "\nclock=ntp\nclock_offset_ms=-5\n"));
	assert_non_null(strstr(text, "\nupdate=idle\n"));
	assert_non_null(strstr(text, "\nsafe_mode=\n"));
}

/* A line end in a value would be another fact. */
static void
values_stay_on_their_line(void **state)
{
	char value[8];

	(void)state;
	FACTS_SET(value, SPAN("a\nb=c"));
	assert_string_equal(value, "a?b=c");
	FACTS_SET(value, SPAN("123456789"));
	assert_string_equal(value, "1234567");
	FACTS_SET(value, SPAN_NULL);
	assert_string_equal(value, "");
}

/* The longest of everything fits. */
static void
all_that_there_may_be(void **state)
{
	struct facts f;
	char text[FACTS_BYTES];
	struct out o;

	(void)state;
	memset(&f, 'x', sizeof(f));
	f.slot_state = "fallback";
	f.clock = CLOCK_UNSET;
	f.board[63] = f.version[63] = f.sbom[79] = f.other_version[63] = '\0';
	f.identity[39] = f.name[63] = f.disk[31] = f.address[31] = '\0';
	f.data[FACTS_VALUE_MAX - 1] = f.update[FACTS_VALUE_MAX - 1] = '\0';
	f.restart_reason[FACTS_VALUE_MAX - 1] = '\0';
	f.safe_mode[FACTS_VALUE_MAX - 1] = '\0';
	f.trial = true;
	out_init(&o, text, sizeof(text));
	facts_write(&f, &o);
	assert_false(o.full);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_each),
		cmocka_unit_test(values_stay_on_their_line),
		cmocka_unit_test(all_that_there_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
