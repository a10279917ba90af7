/* LINK: core/arena core/must core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../dies.h"
#include "core/arena.h"

static void
pieces_are_aligned_and_zeroed(void **state)
{
	struct arena a;
	unsigned char *one;
	unsigned char *two;

	(void)state;
	assert_int_equal(arena_init(&a, 4096), ERR_OK);
	one = arena_take(&a, "one", 3, 7);
	two = arena_take(&a, "two", 1, 65);
	assert_int_equal((uintptr_t)one % 64, 0);
	assert_int_equal((uintptr_t)two % 64, 0);
	assert_true(two - one == 64);
	for (int i = 0; i < 21; i++)
		assert_int_equal(one[i], 0);
	assert_int_equal(arena_left(&a), 4096 - 64 - 128);
	assert_non_null(arena_take(&a, "none", 0, 8));
	arena_fini(&a);
	assert_null(a.base);
}

static void
the_table_has_a_row_a_kind(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_init(&a, 8192), ERR_OK);
	for (int i = 0; i < 100; i++)
		assert_non_null(arena_take(&a, "ring", 2, 16));
	assert_non_null(arena_take(&a, "ring", 1, 32));
	assert_int_equal(a.pool_count, 2);
	assert_string_equal(a.pools[0].name, "ring");
	assert_int_equal(a.pools[0].count, 200);
	assert_int_equal(a.pools[0].each_bytes, 16);
	assert_int_equal(a.pools[1].count, 1);
	arena_fini(&a);
}

static void
the_last_byte_can_be_had(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_init(&a, 100), ERR_OK);
	assert_non_null(arena_take(&a, "all", 100, 1));
	assert_int_equal(arena_left(&a), 0);
	assert_non_null(arena_take(&a, "none", 1, 0));
	arena_fini(&a);
}

static void
take_101(void *with)
{
	arena_take(with, "x", 101, 1);
}

static void
take_everything(void *with)
{
	arena_take(with, "x", SIZE_MAX / 2, 4);
}

static void
take_1(void *with)
{
	arena_take(with, "x", 1, 1);
}

static void
wrong_takes_are_bugs(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_init(&a, 100), ERR_OK);
	assert_true(dies(take_101, &a, "bytes <= arena_left(a)"));
	assert_true(dies(take_everything, &a, "count <= SIZE_MAX"));
	assert_false(dies(take_1, &a, ""));
	arena_seal(&a);
	assert_true(dies(take_1, &a, "!a->sealed"));
	arena_fini(&a);
}

static void
what_the_kernel_refuses_is_an_error(void **state)
{
	struct arena a;

	(void)state;
	assert_int_equal(arena_init(&a, SIZE_MAX / 2), ERR_IO);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_aligned_and_zeroed),
		cmocka_unit_test(the_table_has_a_row_a_kind),
		cmocka_unit_test(the_last_byte_can_be_had),
		cmocka_unit_test(wrong_takes_are_bugs),
		cmocka_unit_test(what_the_kernel_refuses_is_an_error),
	};

	return cmocka_run_group_tests_name("core/arena", tests, NULL, NULL);
}
