/* LINK: codec/crc32c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/crc32c.h"

/* RFC 3720 appendix B.4, and the check value of the CRC catalogue. */
static void
known_vectors(void **state)
{
	static const unsigned char read_pdu[48] = { 0x01, 0xc0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0,
		0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0,
		0, 0, 0, 0, 0 };
	unsigned char zeros[32] = { 0 };
	unsigned char ones[32];
	unsigned char up[32];
	unsigned char down[32];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 32; i++) {
		up[i] = (unsigned char)i;
		down[i] = (unsigned char)(31 - i);
	}
	for (int way = 0; way < 2; way++) {
		uint32_t (*sum)(uint32_t, const void *, size_t) =
		    way == 0 ? crc32c : crc32c_tables;

		assert_int_equal(sum(0, "", 0), 0);
		assert_int_equal(sum(0, "a", 1), 0xc1d04330);
		assert_int_equal(sum(0, "123456789", 9), 0xe3069283);
		assert_int_equal(sum(0, zeros, 32), 0x8a9136aa);
		assert_int_equal(sum(0, ones, 32), 0x62a8ab43);
		assert_int_equal(sum(0, up, 32), 0x46dd794e);
		assert_int_equal(sum(0, down, 32), 0x113fdb5c);
		assert_int_equal(sum(0, read_pdu, 48), 0xd9963a56);
	}
}

/* One bit at a time, as the definition has it. */
static uint32_t
plainly(const unsigned char *at, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
every_length_and_cut(void **state)
{
	unsigned char bytes[80];
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(seed >> 24);
	}
	for (size_t from = 0; from < 8; from++) {
		for (size_t len = 0; len <= 64; len++) {
			uint32_t want = plainly(bytes + from, len);
			uint32_t a;

			assert_int_equal(crc32c(0, bytes + from, len), want);
			assert_int_equal(
			    crc32c_tables(0, bytes + from, len), want);
			a = crc32c(0, bytes + from, len / 3);
			assert_int_equal(
			    crc32c(a, bytes + from + len / 3, len - len / 3),
			    want);
		}
	}
}

static void
all_tables_entries(void **state)
{
	unsigned char bytes[8];

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		for (int value = 0; value < 256; value++) {
			memset(bytes, 0, sizeof(bytes));
			bytes[at] = (unsigned char)value;
			assert_int_equal(
			    crc32c_tables(0, bytes, 8), plainly(bytes, 8));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(every_length_and_cut),
		cmocka_unit_test(all_tables_entries),
	};

	return cmocka_run_group_tests_name("codec/crc32c", tests, NULL, NULL);
}
