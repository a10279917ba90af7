/* LINK: codec/rowbinary codec/decimal core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/rowbinary.h"

static char memory[256];
static struct out o;

static void
expect(const char *hex)
{
	char text[2 * sizeof(memory) + 1];
	struct out t;

	out_init(&t, text, sizeof(text));
	out_hex(&t, memory, o.len);
	assert_string_equal(out_cstr(&t), hex);
	assert_false(o.full);
	out_reset(&o);
}

static void
lengths(void **state)
{
	(void)state;
	out_init(&o, memory, sizeof(memory));
	rowbinary_length(&o, 0);
	rowbinary_length(&o, 127);
	rowbinary_length(&o, 128);
	rowbinary_length(&o, 300);
	rowbinary_length(&o, 16384);
	expect("00"
	       "7f"
	       "8001"
	       "ac02"
	       "808001");
	rowbinary_length(&o, UINT64_MAX);
	expect("ffffffffffffffffff01");
}

static void
texts_and_numbers(void **state)
{
	(void)state;
	out_init(&o, memory, sizeof(memory));
	rowbinary_string(&o, SPAN("okx"));
	rowbinary_string(&o, SPAN_NULL);
	rowbinary_null(&o, true);
	rowbinary_null(&o, false);
	expect("036f6b78"
	       "00"
	       "01"
	       "00");
	rowbinary_i64(&o, 1);
	rowbinary_i64(&o, -2);
	rowbinary_i64(&o, INT64_MIN);
	expect("0100000000000000"
	       "feffffffffffffff"
	       "0000000000000080");
}

/* value * 10^18 in base 16, two's complement, bytes turned round. */
static const struct {
	const char *text;
	const char *hex;
} fitting[] = {
	{ "0", "00000000000000000000000000000000" },
	{ "-0.0", "00000000000000000000000000000000" },
	{ "1", "000064a7b3b6e00d0000000000000000" },
	{ "1.000000000000000000", "000064a7b3b6e00d0000000000000000" },
	{ "-1", "00009c584c491ff2ffffffffffffffff" },
	{ "0.000000000000000001", "01000000000000000000000000000000" },
	{ "-0.000000000000000001", "ffffffffffffffffffffffffffffffff" },
	{ "0.0000000000000000010", "01000000000000000000000000000000" },
	{ "0.00000000000000000100000", "01000000000000000000000000000000" },
	{ "96250.15", "0000f77fd97d28bb6114000000000000" },
	{ "99999999999999999999.999999999999999999",
	    "ffffffff3f228a097ac4865aa84c3b4b" },
	{ "-99999999999999999999.999999999999999999",
	    "01000000c0dd75f6853b79a557b3c4b4" },
	{ "00099999999999999999999.9999999999999999990",
	    "ffffffff3f228a097ac4865aa84c3b4b" },
	/* One more than the low half holds, and one less. */
	{ "18.446744073709551616", "00000000000000000100000000000000" },
	{ "-18.446744073709551616", "0000000000000000ffffffffffffffff" },
	{ "18.446744073709551615", "ffffffffffffffff0000000000000000" },
};

/* The digits of text at 10^-18 by school arithmetic on bytes: another way. */
static void
by_hand(const char *text, unsigned char bytes[16])
{
	bool minus = *text == '-';
	bool point = false;
	unsigned decimals = 0;

	memset(bytes, 0, 16);
	for (text += minus; *text != '\0' || decimals < 18;) {
		unsigned carry = 0;

		if (*text == '.') {
			point = true;
			text++;
			continue;
		}
		if (point && decimals == 18)
			break;
		if (*text == '\0')
			point = true;
		else
			carry = (unsigned)(*text++ - '0');
		decimals += point;
		for (unsigned i = 0; i < 16; i++) {
			carry += bytes[i] * 10u;
			bytes[i] = (unsigned char)carry;
			carry >>= 8;
		}
	}
	for (unsigned i = 0, carry = 1; minus && i < 16; i++) {
		carry += (unsigned char)~bytes[i];
		bytes[i] = (unsigned char)carry;
		carry >>= 8;
	}
}

static void
decimals_that_fit(void **state)
{
	(void)state;
	out_init(&o, memory, sizeof(memory));
	for (size_t i = 0; i < sizeof(fitting) / sizeof(fitting[0]); i++) {
		unsigned char bytes[16];
		struct dec d;

		assert_int_equal(
		    dec_parse(span_of(fitting[i].text), &d), ERR_OK);
		assert_int_equal(rowbinary_decimal(&o, &d), ERR_OK);
		assert_int_equal(o.len, 16);
		by_hand(fitting[i].text, bytes);
		assert_memory_equal(memory, bytes, 16);
		expect(fitting[i].hex);
	}
}

/* Every scale of a mantissa of every length agrees with the other way. */
static void
decimals_of_all_shapes(void **state)
{
	static const char digits[] = "123456789012345678901234567890";
	char text[48];

	(void)state;
	out_init(&o, memory, sizeof(memory));
	for (unsigned whole = 1; whole <= 20; whole++) {
		for (unsigned part = 1; part <= 18; part++) {
			unsigned char bytes[16];
			struct dec d;
			struct out t;

			out_init(&t, text, sizeof(text));
			if (part % 2 == 0)
				out_char(&t, '-');
			out_bytes(&t, digits, whole);
			out_char(&t, '.');
			out_bytes(&t, digits + 3, part);
			assert_int_equal(
			    dec_parse(span_of(out_cstr(&t)), &d), ERR_OK);
			assert_int_equal(rowbinary_decimal(&o, &d), ERR_OK);
			by_hand(text, bytes);
			assert_memory_equal(memory, bytes, 16);
			out_reset(&o);
		}
	}
}

static void
decimals_that_do_not_fit(void **state)
{
	static const char *const texts[] = { "0.0000000000000000001",
		"-1.0000000000000000001", "100000000000000000000",
		"-100000000000000000000.5", "123456789012345678901234567890",
		"0.1234567890123456789", "1e-19", "1e20" };
	struct dec d = DEC_NONE;

	(void)state;
	out_init(&o, memory, sizeof(memory));
	assert_int_equal(rowbinary_decimal(&o, &d), ERR_RANGE);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(dec_parse(span_of(texts[i]), &d), ERR_OK);
		assert_int_equal(rowbinary_decimal(&o, &d), ERR_RANGE);
		assert_int_equal(o.len, 0);
	}
}

/* Without room it is said, and nothing written past the end. */
static void
no_room(void **state)
{
	struct dec d = dec_make(5, 0);
	char small[17] = { 0 };

	(void)state;
	out_init(&o, small, 15);
	assert_int_equal(rowbinary_decimal(&o, &d), ERR_OK);
	assert_true(o.full);
	assert_int_equal(small[15], 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(texts_and_numbers),
		cmocka_unit_test(decimals_that_fit),
		cmocka_unit_test(decimals_of_all_shapes),
		cmocka_unit_test(decimals_that_do_not_fit),
		cmocka_unit_test(no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
