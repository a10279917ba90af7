/* LINK: codec/mbr core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/mbr.h"

static void
put(unsigned char *sector, unsigned i, unsigned type, uint32_t first,
    uint32_t count)
{
	unsigned char *e = sector + 446 + 16 * i;

	e[4] = (unsigned char)type;
	for (unsigned b = 0; b < 4; b++) {
		e[8 + b] = (unsigned char)(first >> 8 * b);
		e[12 + b] = (unsigned char)(count >> 8 * b);
	}
}

/* As the image is: boot, two slots, and data of 1 MiB. */
static void
flashed(unsigned char *s)
{
	memset(s, 0, MBR_BYTES);
	s[0] = 0xeb;
	s[510] = 0x55;
	s[511] = 0xaa;
	put(s, 0, 0x0c, 2048, 32768);
	s[446] = 0x80;
	put(s, 1, 0x83, 34816, 98304);
	put(s, 2, 0x83, 133120, 98304);
	put(s, 3, 0x83, 231424, 2048);
}

static void
reads_and_grows(void **state)
{
	unsigned char s[MBR_BYTES], before[MBR_BYTES];
	struct mbr m;
	bool changed;

	(void)state;
	flashed(s);
	memcpy(before, s, sizeof(s));
	assert_int_equal(mbr_read(s, 1000000, &m), ERR_OK);
	assert_int_equal(m.part[0].type, 0x0c);
	assert_int_equal(m.part[2].first, 133120);
	assert_int_equal(mbr_grow(s, 1000000, &changed), ERR_OK);
	assert_true(changed);
	assert_int_equal(mbr_read(s, 1000000, &m), ERR_OK);
	assert_int_equal(m.part[3].first, 231424);
	assert_int_equal(m.part[3].count, 1000000 - 231424);
	/* Nothing else of the sector. */
	assert_memory_equal(s, before, 446 + 48);
	assert_int_equal(s[510], 0x55);
	/* And once. */
	assert_int_equal(mbr_grow(s, 1000000, &changed), ERR_OK);
	assert_false(changed);
	/* A little more is not worth it. */
	assert_int_equal(mbr_grow(s, 1000000 + 2047, &changed), ERR_OK);
	assert_false(changed);
}

static void
makes_the_one_that_is_missing(void **state)
{
	unsigned char s[MBR_BYTES];
	struct mbr m;
	bool changed;

	(void)state;
	flashed(s);
	put(s, 3, 0, 0, 0);
	put(s, 2, 0x83, 133120, 98305);
	assert_int_equal(mbr_grow(s, 1000000, &changed), ERR_OK);
	assert_true(changed);
	assert_int_equal(mbr_read(s, 1000000, &m), ERR_OK);
	assert_int_equal(m.part[3].type, MBR_TYPE_LINUX);
	assert_int_equal(m.part[3].first, 231424 + 2048);
	flashed(s);
	put(s, 3, 0, 0, 0);
	assert_int_equal(mbr_grow(s, 231424 + 100, &changed), ERR_SPACE);
	assert_false(changed);
}

/* 2 TiB is what the table can say. */
static void
a_disk_larger_than_the_table(void **state)
{
	unsigned char s[MBR_BYTES];
	struct mbr m;
	bool changed;

	(void)state;
	flashed(s);
	assert_int_equal(mbr_grow(s, UINT64_C(1) << 34, &changed), ERR_OK);
	assert_true(changed);
	assert_int_equal(mbr_read(s, 0, &m), ERR_OK);
	assert_int_equal(m.part[3].count, UINT32_MAX);
}

/* One that stands before others ends where they begin. */
static void
others_behind_it(void **state)
{
	unsigned char s[MBR_BYTES];
	struct mbr m;
	bool changed;

	(void)state;
	flashed(s);
	put(s, 2, 0x83, 500000, 98304);
	assert_int_equal(mbr_grow(s, 1000000, &changed), ERR_OK);
	assert_int_equal(mbr_read(s, 1000000, &m), ERR_OK);
	assert_int_equal(m.part[3].count, 500000 - 231424);
}

static void
what_is_no_table(void **state)
{
	unsigned char s[MBR_BYTES] = { 0 };
	struct mbr m;
	bool changed;

	(void)state;
	assert_int_equal(mbr_read(s, 0, &m), ERR_SYNTAX);
	flashed(s);
	assert_int_equal(mbr_read(s, 231424, &m), ERR_SYNTAX);
	put(s, 2, 0x83, 133119, 98304);
	assert_int_equal(mbr_read(s, 0, &m), ERR_SYNTAX);
	assert_int_equal(mbr_grow(s, 1000000, &changed), ERR_SYNTAX);
	flashed(s);
	s[446] = 0x12;
	assert_int_equal(mbr_read(s, 0, &m), ERR_SYNTAX);
	flashed(s);
	put(s, 1, 0x83, 0, 7);
	assert_int_equal(mbr_read(s, 0, &m), ERR_SYNTAX);
	memset(s, 0, sizeof(s));
	s[510] = 0x55;
	s[511] = 0xaa;
	assert_int_equal(mbr_read(s, 0, &m), ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_grows),
		cmocka_unit_test(makes_the_one_that_is_missing),
		cmocka_unit_test(a_disk_larger_than_the_table),
		cmocka_unit_test(others_behind_it),
		cmocka_unit_test(what_is_no_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
