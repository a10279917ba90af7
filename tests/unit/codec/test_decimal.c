/* LINK: codec/decimal codec/decmath core/out core/span core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/decimal.h"
#include "core/swar.h"

enum {
	ROUNDS = 50000,
};

static uint64_t
next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* In memory of its own, so that reading past the end is seen. */
static enum err
parse(const char *text, struct dec *d)
{
	size_t len = strlen(text);
	char *copy = malloc(len == 0 ? 1 : len);
	enum err e;

	memcpy(copy, text, len);
	e = dec_parse((struct span){ copy, len }, d);
	if (d->kind == DEC_TEXT) {
		assert_ptr_equal(d->text, copy);
		/* The caller's text lives longer than the copy. */
		d->text = text;
	}
	free(copy);
	return e;
}

static struct dec
dec(const char *text)
{
	struct dec d;

	assert_int_equal(parse(text, &d), ERR_OK);
	return d;
}

static const char *
text_of(const struct dec *d)
{
	static char memory[4][DEC_PUT_ROOM];
	static unsigned turn;
	char *text = memory[turn++ % 4];
	struct out o;

	/* No more room than it needs: the tight way. */
	out_init(&o, text, DEC_TEXT_MAX + 1);
	dec_write(d, &o);
	return out_cstr(&o);
}

static void
assert_text(const struct dec *d, const char *expected)
{
	char roomy[2 * DEC_PUT_ROOM];
	struct out o;

	assert_string_equal(text_of(d), expected);
	out_init(&o, roomy, sizeof(roomy));
	dec_write(d, &o);
	assert_string_equal(out_cstr(&o), expected);
}

static void
words_of_eight_bytes(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t n = (uint32_t)(next(&seed) % 100000000);
		char text[9];

		snprintf(text, sizeof(text), "%08u", n);
		assert_int_equal(swar_number(swar_values(swar_load(text))), n);
		assert_true(
		    (swar_digits(n) | SWAR_ALL('0')) == swar_load(text));
	}
	for (uint32_t n = 0; n < 10000; n++)
		assert_int_equal(swar_number(swar_digits(n)), n);
	for (size_t len = 1; len <= 8; len++) {
		char *text = malloc(len);

		memset(text, 'x', len);
		text[0] = 'a';
		text[len - 1] = 'z';
		for (size_t k = 0; k < 8; k++)
			assert_int_equal(
			    swar_load_short(text, len) >> (8 * k) & 0xff,
			    k < len ? (unsigned char)text[k] : 0);
		free(text);
	}
}

/* Text, and how it is written again; NULL: the same. */
static const struct {
	const char *text;
	const char *written;
	enum dec_kind kind;
	unsigned scale;
	unsigned pad;
} numbers[] = {
	{ "0", NULL, DEC_NUMBER, 0, 0 },
	{ "-0.00", "0.00", DEC_NUMBER, 2, 0 },
	{ "0.00000000", NULL, DEC_NUMBER, 8, 0 },
	{ "0.00000010", NULL, DEC_NUMBER, 8, 0 },
	{ "007.50", "7.50", DEC_NUMBER, 2, 0 },
	{ "61837.63000000", NULL, DEC_NUMBER, 8, 0 },
	{ "-12345678.87654321", NULL, DEC_NUMBER, 8, 0 },
	{ "99999999.99999999", NULL, DEC_NUMBER, 8, 0 },
	{ "123456789.1", NULL, DEC_NUMBER, 1, 0 },
	{ "1.123456789", NULL, DEC_NUMBER, 9, 0 },
	{ "999999999999999999", NULL, DEC_NUMBER, 0, 0 },
	{ "-0.999999999999999999", NULL, DEC_NUMBER, 18, 0 },
	{ "92233720368547.00000000", NULL, DEC_NUMBER, 0, 8 },
	{ "1234567890.12345678000000", NULL, DEC_NUMBER, 8, 6 },
	{ "2854317.50000000943", NULL, DEC_NUMBER, 11, 0 },
	{ "2435429280.97000804609092", NULL, DEC_TEXT, 0, 0 },
	{ "-1000000000000000000", NULL, DEC_TEXT, 0, 0 },
	{ "0.0000000000000000000000000000000000000000000001", NULL, DEC_NUMBER,
	    46, 0 },
	{ "1.0e3", "1000", DEC_NUMBER, 0, 0 },
	{ "1.5E-7", "0.00000015", DEC_NUMBER, 8, 0 },
	{ "1.50e+1", "15.0", DEC_NUMBER, 1, 0 },
	{ "-1e-2", "-0.01", DEC_NUMBER, 2, 0 },
	{ "0e5", "0", DEC_NUMBER, 0, 0 },
	{ "0e-5", "0.00000", DEC_NUMBER, 5, 0 },
	{ "1e30", "1000000000000000000000000000000", DEC_TEXT, 0, 0 },
	{ "-1.234567890123456789012e-3", "-0.001234567890123456789012",
	    DEC_TEXT, 0, 0 },
	{ "12345678901234567890.1e1", "123456789012345678901", DEC_TEXT, 0, 0 },
};

static void
numbers_keep_their_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *written = numbers[i].written;
		struct dec d = dec(numbers[i].text);

		assert_int_equal(d.kind, numbers[i].kind);
		assert_int_equal(d.scale, numbers[i].scale);
		assert_int_equal(d.pad, numbers[i].pad);
		assert_text(&d, written != NULL ? written : numbers[i].text);
	}
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const texts[] = { "", "-", ".", "1.", ".5", "+1",
		"1e", "1e+", "1e5x", "--1", "1-", "1.2.3", "0x10", " 1", "1 ",
		"1,5", "nan", "Infinity", "12345678x", "12345678.1234567x",
		"1234567890123456789x", "1.-5", "e5" };
	static const char *const large[] = { "1e48", "1e-47", "1e9999999999",
		"1e-9999999999", "0e-99",
		"1234567890123456789012345678901234567890123456789" };
	struct dec d;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i], &d), ERR_SYNTAX);
		assert_int_equal(d.kind, DEC_NULL);
	}
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++) {
		assert_int_equal(parse(large[i], &d), ERR_RANGE);
		assert_int_equal(d.kind, DEC_NULL);
	}
	assert_int_equal(dec_parse(SPAN_NULL, &d), ERR_SYNTAX);
}

/* A number as a venue could write it, up to `digits` digits. */
static void
random_number(uint64_t *seed, char *text, unsigned digits)
{
	unsigned whole = 1 + (unsigned)(next(seed) % digits);
	unsigned fraction =
	    digits > whole ? (unsigned)(next(seed) % (digits - whole + 1)) : 0;
	unsigned sparse = (unsigned)(next(seed) % 4);
	char *p = text;

	if (next(seed) % 4 == 0)
		*p++ = '-';
	for (unsigned i = 0; i < whole + fraction; i++) {
		if (i == whole)
			*p++ = '.';
		*p++ = next(seed) % 4 < sparse ? '0'
					       : (char)('0' + next(seed) % 10);
		/* Canonical: no zero in front of a whole number. */
		if (i == 0 && whole > 1 && p[-1] == '0')
			p[-1] = '1';
	}
	*p = '\0';
	if (text[0] == '-' && strpbrk(text, "123456789") == NULL)
		memmove(text, text + 1, strlen(text));
}

static void
any_number_is_written_as_read(void **state)
{
	uint64_t seed = 11;
	char text[64];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct dec d;

		random_number(&seed, text, 1 + (unsigned)(i % 44));
		d = dec(text);
		assert_text(&d, text);
	}
}

static void
made_numbers(void **state)
{
	struct dec d = dec_make(INT64_MIN, 3);

	(void)state;
	assert_text(&d, "-9223372036854775.808");
	d = dec_make(INT64_MAX, 0);
	assert_text(&d, "9223372036854775807");
	d = dec_make(-5, 20);
	assert_text(&d, "-0.00000000000000000005");
	d = DEC_NONE;
	assert_text(&d, "");
	assert_false(dec_zero(&d));
	d = dec("-0.000");
	assert_true(dec_zero(&d));
	d = dec("0.001");
	assert_false(dec_zero(&d));
}

/* Both texts with the point at the same place, compared as texts. */
static int
compare_texts(const char *a, const char *b)
{
	char x[200], y[200];
	const char *const texts[2] = { a, b };
	char *const aligned[2] = { x, y };
	bool minus[2];
	int c;

	for (int i = 0; i < 2; i++) {
		const char *t = texts[i] + (texts[i][0] == '-');
		const char *point = strchr(t, '.');
		size_t whole = point ? (size_t)(point - t) : strlen(t);

		minus[i] = t != texts[i];
		memset(aligned[i], '0', 199);
		aligned[i][199] = '\0';
		memcpy(aligned[i] + 100 - whole, t, whole);
		if (point != NULL)
			memcpy(aligned[i] + 100, point + 1, strlen(point + 1));
	}
	if (minus[0] != minus[1])
		return minus[0] ? -1 : 1;
	c = strcmp(x, y);
	c = (c > 0) - (c < 0);
	return minus[0] ? -c : c;
}

static void
comparing(void **state)
{
	uint64_t seed = 13;
	char a[64], b[72];
	struct dec none = DEC_NONE;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct dec x, y;

		random_number(&seed, a, 1 + (unsigned)(next(&seed) % 30));
		if (i % 3 != 0)
			random_number(
			    &seed, b, 1 + (unsigned)(next(&seed) % 30));
		else
			snprintf(b, sizeof(b), "%s%s", a,
			    strchr(a, '.') ? "0" : ".000");
		x = dec(a);
		y = dec(b);
		assert_int_equal(dec_cmp(&x, &y), compare_texts(a, b));
		assert_int_equal(dec_cmp(&y, &x), compare_texts(b, a));
		assert_int_equal(dec_cmp(&none, &x), -1);
		assert_int_equal(dec_cmp(&x, &none), 1);
	}
	assert_int_equal(dec_cmp(&none, &none), 0);
}

/* Digits, the last one first; any integers between two operations. */
struct wide {
	int digit[64];
};

static struct wide
wide_of(int64_t value, unsigned zeros)
{
	struct wide w = { { 0 } };

	for (; value != 0; value /= 10)
		w.digit[zeros++] = (int)(value % 10);
	return w;
}

static struct wide
wide_product(const struct wide *a, const struct wide *b)
{
	struct wide w = { { 0 } };

	for (int i = 0; i < 32; i++) {
		for (int k = 0; k < 32; k++)
			w.digit[i + k] += a->digit[i] * b->digit[k];
	}
	return w;
}

static struct wide
wide_sum(const struct wide *a, int sign, const struct wide *b)
{
	struct wide w;

	for (int i = 0; i < 64; i++)
		w.digit[i] = a->digit[i] + sign * b->digit[i];
	return w;
}

/* Each digit from 0 to 9; false when the number is negative. */
static bool
carry(struct wide *w)
{
	for (int i = 0; i < 63; i++) {
		int up = w->digit[i] / 10 - (w->digit[i] % 10 < 0);

		w->digit[i] -= 10 * up;
		w->digit[i + 1] += up;
	}
	return w->digit[63] >= 0;
}

/* In plain digits, `decimals` of them decimals. */
static const char *
wide_text(const struct wide *w, int decimals, char text[80])
{
	const struct wide zero = { { 0 } };
	struct wide digits = *w;
	char *p = text;
	int i = 63;

	if (!carry(&digits)) {
		digits = wide_sum(&zero, -1, w);
		assert_true(carry(&digits));
		*p++ = '-';
	}
	while (i > decimals && digits.digit[i] == 0)
		i--;
	for (; i >= 0; i--) {
		*p++ = (char)('0' + digits.digit[i]);
		if (i == decimals && i != 0)
			*p++ = '.';
	}
	*p = '\0';
	return text;
}

static int64_t
random_mantissa(uint64_t *seed)
{
	uint64_t limit = dec_pow10[next(seed) % 19];
	int64_t m = (int64_t)(next(seed) % limit);

	while (next(seed) % 3 == 0 && m < 100000000000000000)
		m *= 10;
	return next(seed) % 3 == 0 ? -m : m;
}

static void
multiplying(void **state)
{
	uint64_t seed = 17;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		unsigned p = (unsigned)(next(&seed) % 12);
		unsigned q = (unsigned)(next(&seed) % 12);
		struct dec a = dec_make(random_mantissa(&seed), p);
		struct dec b = dec_make(random_mantissa(&seed), q);
		struct wide x = wide_of(a.mantissa, 0);
		struct wide y = wide_of(b.mantissa, 0);
		char expected[80], text[DEC_TEXT_MAX];
		struct dec c;

		x = wide_product(&x, &y);

		assert_int_equal(dec_mul(&a, &b, text, &c), ERR_OK);
		assert_string_equal(
		    text_of(&c), wide_text(&x, (int)(p + q), expected));
	}
}

static void
products_beyond_a_mantissa(void **state)
{
	struct dec a = dec("61837.63000000"), b = dec("0.02000000"), c;
	struct dec none = DEC_NONE;
	char text[DEC_TEXT_MAX];

	(void)state;
	assert_int_equal(dec_mul(&a, &b, text, &c), ERR_OK);
	assert_int_equal(c.kind, DEC_NUMBER);
	assert_text(&c, "1236.7526000000000000");
	a = dec("2435429280.97000804609092");
	b = dec("-10.5");
	assert_int_equal(dec_mul(&a, &b, text, &c), ERR_OK);
	assert_int_equal(c.kind, DEC_TEXT);
	assert_text(&c, "-25572007450.185084483954660");
	a = dec("1e24");
	assert_int_equal(dec_mul(&a, &a, text, &c), ERR_RANGE);
	assert_int_equal(c.kind, DEC_NULL);
	assert_int_equal(dec_mul(&a, &none, text, &c), ERR_OK);
	assert_int_equal(c.kind, DEC_NULL);
	/* Every digit counts: zeros alone can be too many. */
	a = dec("0.0000000000000000000000000");
	assert_int_equal(dec_mul(&a, &a, text, &c), ERR_RANGE);
}

static void
subtracting(void **state)
{
	uint64_t seed = 19;
	struct dec a = dec("12.0000000000000000000"), b = dec("2.5"), c;
	struct dec none = DEC_NONE;

	(void)state;
	assert_int_equal(dec_sub(&a, &b, &c), ERR_OK);
	assert_text(&c, "9.5000000000000000000");
	assert_int_equal(dec_sub(&none, &b, &c), ERR_OK);
	assert_int_equal(c.kind, DEC_NULL);
	a = dec("1e30");
	assert_int_equal(dec_sub(&a, &b, &c), ERR_RANGE);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned p = (unsigned)(next(&seed) % 12);
		unsigned q = (unsigned)(next(&seed) % 12);
		unsigned scale = p > q ? p : q;
		struct wide x, y;
		char expected[80];
		enum err e;

		a = dec_make(random_mantissa(&seed), p);
		b = dec_make(random_mantissa(&seed), q);
		x = wide_of(a.mantissa, scale - p);
		y = wide_of(b.mantissa, scale - q);
		x = wide_sum(&x, -1, &y);
		wide_text(&x, (int)scale, expected);
		e = dec_sub(&a, &b, &c);
		if (e == ERR_OK)
			assert_string_equal(text_of(&c), expected);
		else
			assert_int_equal(e, ERR_RANGE);
		/* What fits eighteen digits is never refused. */
		if (p == q && strlen(expected) <= 18)
			assert_int_equal(e, ERR_OK);
	}
}

static void
other_scales(void **state)
{
	struct dec d = dec("-12.340");
	int64_t m;

	(void)state;
	assert_int_equal(dec_at_scale(&d, 8, &m), ERR_OK);
	assert_true(m == -1234000000);
	assert_int_equal(dec_at_scale(&d, 2, &m), ERR_OK);
	assert_true(m == -1234);
	assert_int_equal(dec_at_scale(&d, 1, &m), ERR_RANGE);
	assert_int_equal(dec_at_scale(&d, 20, &m), ERR_RANGE);
	assert_int_equal(dec_at_scale(&d, 47, &m), ERR_RANGE);
	d = dec("0.000");
	assert_int_equal(dec_at_scale(&d, 47, &m), ERR_OK);
	assert_true(m == 0);
	d = dec("1e30");
	assert_int_equal(dec_at_scale(&d, 0, &m), ERR_RANGE);
	d = DEC_NONE;
	assert_int_equal(dec_at_scale(&d, 0, &m), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_eight_bytes),
		cmocka_unit_test(numbers_keep_their_digits),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(any_number_is_written_as_read),
		cmocka_unit_test(made_numbers),
		cmocka_unit_test(comparing),
		cmocka_unit_test(multiplying),
		cmocka_unit_test(products_beyond_a_mantissa),
		cmocka_unit_test(subtracting),
		cmocka_unit_test(other_scales),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
