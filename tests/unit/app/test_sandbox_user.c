/* LINK: app/sandbox_user app/lines core/out core/span core/err core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/sandbox_parts.h"

static struct sandbox_user user;
static char why[256];

static enum err
find(const char *text)
{
	struct out o;
	enum err e;

	out_init(&o, why, sizeof(why) - 1);
	e = sandbox_user_find(text, &user, &o);
	why[o.len] = '\0';
	return e;
}

static void
empty_stays(void **state)
{
	(void)state;
	assert_int_equal(find(""), ERR_OK);
	assert_false(user.change);
	assert_int_equal(user.uid, geteuid());
	assert_int_equal(user.gid, getegid());
}

static void
refused(void **state)
{
	static const char *const wrong[] = { "no.such.user", "-1", "1x", " 1",
		"4294967295", "18446744073709551616", "12345:", "12345:x",
		"12345:4294967295", ":", ":5", "no.such.user:5" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(find(wrong[i]), ERR_CONFIG);
		assert_int_equal(strncmp(why, "box.user: ", 10), 0);
		assert_non_null(strstr(why, wrong[i]));
		assert_false(user.change);
	}
}

/* What is asked of somebody who is not root differs. */
static void
numbers(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		assert_int_equal(find("4000000001"), ERR_CONFIG);
		assert_non_null(strstr(why, "only root"));
		return;
	}
	assert_int_equal(find("4000000001"), ERR_OK);
	assert_true(user.change);
	assert_int_equal(user.uid, 4000000001);
	assert_int_equal(user.gid, 4000000001);
	assert_int_equal(find("4000000001:7"), ERR_OK);
	assert_int_equal(user.gid, 7);
}

static void
root(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(find("root"), ERR_OK);
	assert_false(user.change);
	assert_int_equal(user.uid, 0);
	assert_int_equal(find("0"), ERR_OK);
	assert_false(user.change);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_stays),
		cmocka_unit_test(refused),
		cmocka_unit_test(numbers),
		cmocka_unit_test(root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
