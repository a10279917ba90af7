/* LINK: codec/crc32 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/crc32.h"

/* The check value of the CRC catalogue; the others as zlib sums them. */
static void
known_vectors(void **state)
{
	static const char book[] =
	    "3366.1:7:3366.8:9:3366:6:3368:8:3365:5:3372:8";
	unsigned char zeros[32] = { 0 };

	(void)state;
	assert_int_equal(crc32(0, "", 0), 0);
	assert_int_equal(crc32(0, "a", 1), 0xe8b7be43);
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(0, zeros, 32), 0x190a55ad);
	assert_int_equal(crc32(0, book, sizeof(book) - 1), 0xb1f33feb);
}

/* One bit at a time, as the definition has it. */
static uint32_t
plainly(const unsigned char *at, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void
every_byte_and_cut(void **state)
{
	unsigned char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (unsigned char)i;
		assert_int_equal(crc32(0, bytes + i, 1), plainly(bytes + i, 1));
	}
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		uint32_t a = crc32(0, bytes, len / 3);

		assert_int_equal(crc32(a, bytes + len / 3, len - len / 3),
		    plainly(bytes, len));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(every_byte_and_cut),
	};

	return cmocka_run_group_tests_name("codec/crc32", tests, NULL, NULL);
}
