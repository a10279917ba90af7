/* LINK: core/must core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../dies.h"
#include "core/must.h"

static void
claim(void *with)
{
	const int *number = with;

	must(*number == 1);
}

static void
false_claims_abort(void **state)
{
	int number = 2;

	(void)state;
	assert_true(dies(claim, &number, "claim=\"*number == 1\"\n"));
	assert_true(dies(claim, &number, "test_must.c:"));
	assert_true(dies(claim, &number, "level=error component=must "));
}

static void
true_claims_do_nothing(void **state)
{
	int number = 1;

	(void)state;
	assert_false(dies(claim, &number, ""));
}

static void
very_long(void *with)
{
	must_failed("x.c", 1, with);
}

static void
long_claims_still_abort(void **state)
{
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(dies(very_long, text, "at=x.c:1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(false_claims_abort),
		cmocka_unit_test(true_claims_do_nothing),
		cmocka_unit_test(long_claims_still_abort),
	};

	return cmocka_run_group_tests_name("core/must", tests, NULL, NULL);
}
