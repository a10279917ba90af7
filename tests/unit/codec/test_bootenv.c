/* LINK: codec/bootenv core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/bootenv.h"
#include "core/span.h"

#define HEAD "# GRUB Environment Block\n"

static void
fill(char *block, const char *text)
{
	memset(block, '#', BOOTENV_BYTES);
	memcpy(block, text, strlen(text));
}

static void
is_slot_a(const struct bootenv *e)
{
	assert_int_equal(e->good, 'A');
	assert_int_equal(e->trial, 0);
	assert_int_equal(e->left, 0);
	assert_int_equal(e->fails, 0);
}

static void
reads_what_the_loader_wrote(void **state)
{
	char block[BOOTENV_BYTES];
	struct bootenv e;

	(void)state;
	fill(block, HEAD "good=B\ntry=A\nleft=1\nfails=3\n");
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	assert_int_equal(e.good, 'B');
	assert_int_equal(e.trial, 'A');
	assert_int_equal(e.left, 1);
	assert_int_equal(e.fails, 3);
}

/* As the loader does: what is no block is slot A. */
static void
what_is_none_is_slot_a(void **state)
{
	char block[BOOTENV_BYTES] = { 0 };
	struct bootenv e;

	(void)state;
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_SYNTAX);
	is_slot_a(&e);
	assert_int_equal(bootenv_parse(block, 0, &e), ERR_SYNTAX);
	is_slot_a(&e);
	fill(block, HEAD);
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	is_slot_a(&e);
	fill(block, HEAD "good=C\ntry=AB\nleft=x\nfails=-1\n\n=\nB\n");
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	is_slot_a(&e);
	fill(block, HEAD "left=99999999999999999999\nfails=1000\n");
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	assert_int_equal(e.left, 0);
	assert_int_equal(e.fails, BOOTENV_COUNT_MAX);
}

static void
writes_one_sector_and_keeps_the_others(void **state)
{
	static const char written[] =
	    HEAD "good=A\ntry=B\nleft=2\nfails=0\nmenu=x\\\\y\nzone=\n";
	char block[BOOTENV_BYTES];
	struct bootenv e, again;

	(void)state;
	fill(block, HEAD "good=A\nmenu=x\\\\y\nleft=0\n#note=1\nzone=\n");
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	bootenv_try(&e, 'B');
	assert_int_equal(bootenv_write(&e, block), ERR_OK);
	assert_memory_equal(block, written, strlen(written));
	for (size_t i = strlen(written); i < BOOTENV_BYTES; i++)
		assert_int_equal(block[i], '#');
	assert_int_equal(bootenv_parse(block, sizeof(block), &again), ERR_OK);
	assert_int_equal(again.trial, 'B');
	assert_int_equal(again.left, BOOTENV_TRIAL_BOOTS);
	assert_int_equal(again.others_len, e.others_len);
}

static void
a_trial_ends_one_way_or_the_other(void **state)
{
	struct bootenv e;

	(void)state;
	bootenv_init(&e);
	e.fails = 4;
	bootenv_try(&e, bootenv_other(e.good));
	bootenv_give_up(&e);
	assert_int_equal(e.good, 'A');
	assert_int_equal(e.trial, 0);
	assert_int_equal(e.fails, 4);
	bootenv_try(&e, 'B');
	bootenv_commit(&e, 'B');
	assert_int_equal(e.good, 'B');
	assert_int_equal(e.trial, 0);
	assert_int_equal(e.left, 0);
	assert_int_equal(e.fails, 0);
	assert_int_equal(bootenv_other('B'), 'A');
}

/* Lines of others that would push ours past the sector are left out. */
static void
too_many_lines_of_others(void **state)
{
	char block[BOOTENV_BYTES];
	struct bootenv e;
	size_t at = strlen(HEAD);

	(void)state;
	fill(block, HEAD);
	while (at + 12 < BOOTENV_BYTES) {
		memcpy(block + at, "x1234=56789\n", 12);
		at += 12;
	}
	assert_int_equal(bootenv_parse(block, sizeof(block), &e), ERR_OK);
	assert_true(e.others_len <= BOOTENV_OTHERS_MAX);
	assert_int_equal(bootenv_write(&e, block), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_the_loader_wrote),
		cmocka_unit_test(what_is_none_is_slot_a),
		cmocka_unit_test(writes_one_sector_and_keeps_the_others),
		cmocka_unit_test(a_trial_ends_one_way_or_the_other),
		cmocka_unit_test(too_many_lines_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
