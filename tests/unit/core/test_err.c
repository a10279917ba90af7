/* LINK: core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ctype.h>

#include "core/err.h"

static void
names_are_lower_case(void **state)
{
	(void)state;
	assert_string_equal(err_name(ERR_OK), "ok");
	assert_string_equal(err_name(ERR_UNREACHABLE), "unreachable");
	assert_string_equal(err_name(ERR_STOPPED), "stopped");
	for (int e = 0; e < ERR_COUNT; e++) {
		const char *name = err_name((enum err)e);

		assert_true(strlen(name) >= 2);
		for (const char *c = name; *c != '\0'; c++)
			assert_true(islower((unsigned char)*c) || *c == '_');
		assert_true(strlen(err_text((enum err)e)) >= 2);
	}
}

static void
names_are_distinct(void **state)
{
	(void)state;
	for (int a = 0; a < ERR_COUNT; a++) {
		for (int b = 0; b < a; b++)
			assert_string_not_equal(
			    err_name((enum err)a), err_name((enum err)b));
	}
}

static void
unknown_errors_have_a_text(void **state)
{
	(void)state;
	assert_non_null(err_text(ERR_COUNT));
	assert_non_null(err_name(ERR_COUNT));
	assert_non_null(err_text((enum err) - 1));
	assert_string_equal(err_text(ERR_LATE), "deadline passed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_lower_case),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(unknown_errors_have_a_text),
	};

	return cmocka_run_group_tests_name("core/err", tests, NULL, NULL);
}
