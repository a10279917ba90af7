#include "codec/decimal.h"

static struct dec
make(bool minus, uint64_t mantissa, unsigned scale, unsigned pad)
{
	return (struct dec){
		.mantissa = minus ? -(int64_t)mantissa : (int64_t)mantissa,
		.scale = (uint8_t)scale,
		.pad = (uint8_t)pad,
		.kind = DEC_NUMBER,
	};
}

/* Move zeros at the end of the fraction out of the mantissa. */
static void
strip(struct dec *d)
{
	static const struct {
		unsigned zeros;
		int32_t unit;
	} steps[] = { { 4, 10000 }, { 2, 100 }, { 1, 10 } };
	int64_t m = d->mantissa;
	unsigned scale = d->scale;

	for (unsigned i = 0; i < 3; i++) {
		while (scale >= steps[i].zeros && m % steps[i].unit == 0) {
			m /= steps[i].unit;
			scale -= steps[i].zeros;
		}
	}
	d->pad = (uint8_t)(d->pad + d->scale - scale);
	d->scale = (uint8_t)scale;
	d->mantissa = m;
}

/* Characters of a number in plain digits. */
static size_t
number_length(const struct dec *d)
{
	char text[DEC_PUT_ROOM];

	return (size_t)(dec_put(text, d) - text);
}

static bool
multiply(const struct dec *a, const struct dec *b, struct dec *product)
{
	unsigned scale = a->scale + b->scale;
	unsigned pad = a->pad + b->pad;
	uint64_t m;

	if (a->kind != DEC_NUMBER || b->kind != DEC_NUMBER)
		return false;
	if (__builtin_mul_overflow(
		dec_magnitude(a->mantissa), dec_magnitude(b->mantissa), &m))
		return false;
	if (m >= dec_pow10[DEC_DIGITS_MAX] || scale + pad > DEC_TEXT_MAX)
		return false;
	*product = make((a->mantissa < 0) != (b->mantissa < 0), m, scale, pad);
	/* Measure only what may be too long. */
	return scale + pad < DEC_TEXT_MAX - DEC_DIGITS_MAX - 3 ||
	       number_length(product) <= DEC_TEXT_MAX;
}

/* The digits of a text in plain digits, and how many of them are decimals. */
static size_t
take_digits(const struct dec *d, uint8_t *digits, size_t *decimals)
{
	char text[DEC_PUT_ROOM];
	size_t len = (size_t)(dec_put(text, d) - text);
	size_t count = 0;

	*decimals = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '.')
			*decimals = len - i - 1;
		else if (text[i] != '-')
			digits[count++] = (uint8_t)(text[i] - '0');
	}
	return count;
}

static bool
is_minus(const struct dec *d)
{
	if (d->kind == DEC_TEXT)
		return d->text[0] == '-';
	return d->mantissa < 0;
}

/* School multiplication, for products of more than 18 digits. */
static enum err
multiply_long(const struct dec *a, const struct dec *b, char text[DEC_TEXT_MAX],
    struct dec *product)
{
	uint8_t x[DEC_PUT_ROOM], y[DEC_PUT_ROOM];
	uint8_t sum[2 * DEC_PUT_ROOM] = { 0 };
	size_t x_decimals, y_decimals;
	size_t x_len = take_digits(a, x, &x_decimals);
	size_t y_len = take_digits(b, y, &y_decimals);
	size_t decimals = x_decimals + y_decimals;
	size_t len = x_len + y_len;
	size_t at = 0;
	struct out o;

	for (size_t i = x_len; i-- > 0;) {
		unsigned carry = 0;

		for (size_t k = y_len; k-- > 0;) {
			carry += sum[i + k + 1] + x[i] * y[k];
			sum[i + k + 1] = (uint8_t)(carry % 10);
			carry /= 10;
		}
		sum[i] = (uint8_t)carry;
	}
	while (at + 1 + decimals < len && sum[at] == 0)
		at++;
	out_init(&o, text, DEC_TEXT_MAX);
	if (is_minus(a) != is_minus(b))
		out_char(&o, '-');
	for (; at < len; at++) {
		if (at + decimals == len)
			out_char(&o, '.');
		out_char(&o, (char)('0' + sum[at]));
	}
	return o.full ? ERR_RANGE : dec_parse(out_done(&o), product);
}

enum err
dec_mul(const struct dec *a, const struct dec *b, char text[DEC_TEXT_MAX],
    struct dec *product)
{
	struct dec x = *a, y = *b;
	enum err e;

	*product = DEC_NONE;
	if (a->kind == DEC_NULL || b->kind == DEC_NULL)
		return ERR_OK;
	if (multiply(a, b, product))
		return ERR_OK;
	strip(&x);
	strip(&y);
	if (multiply(&x, &y, product))
		return ERR_OK;
	e = multiply_long(a, b, text, product);
	if (e != ERR_OK)
		*product = DEC_NONE;
	return e;
}

enum err
dec_at_scale(const struct dec *d, unsigned scale, int64_t *mantissa)
{
	unsigned steps;

	if (d->kind != DEC_NUMBER)
		return ERR_RANGE;
	*mantissa = d->mantissa;
	if (d->mantissa == 0 || scale == d->scale)
		return ERR_OK;
	steps = scale > d->scale ? scale - d->scale : d->scale - scale;
	if (steps > DEC_DIGITS_MAX)
		return ERR_RANGE;
	if (scale < d->scale) {
		*mantissa /= (int64_t)dec_pow10[steps];
		return d->mantissa % (int64_t)dec_pow10[steps] == 0 ? ERR_OK
								    : ERR_RANGE;
	}
	return __builtin_mul_overflow(
		   d->mantissa, (int64_t)dec_pow10[steps], mantissa)
		   ? ERR_RANGE
		   : ERR_OK;
}

enum err
dec_sub(const struct dec *a, const struct dec *b, struct dec *difference)
{
	unsigned scale = a->scale > b->scale ? a->scale : b->scale;
	unsigned a_end = a->scale + a->pad;
	unsigned b_end = b->scale + b->pad;
	int64_t x, y, m;

	*difference = DEC_NONE;
	if (a->kind == DEC_NULL || b->kind == DEC_NULL)
		return ERR_OK;
	if (dec_at_scale(a, scale, &x) != ERR_OK ||
	    dec_at_scale(b, scale, &y) != ERR_OK ||
	    __builtin_sub_overflow(x, y, &m) ||
	    dec_magnitude(m) >= dec_pow10[DEC_DIGITS_MAX])
		return ERR_RANGE;
	*difference = make(m < 0, dec_magnitude(m), scale,
	    (a_end > b_end ? a_end : b_end) - scale);
	if (number_length(difference) <= DEC_TEXT_MAX)
		return ERR_OK;
	*difference = DEC_NONE;
	return ERR_RANGE;
}

bool
dec_zero(const struct dec *d)
{
	return d->kind == DEC_NUMBER && d->mantissa == 0;
}

/* Compare magnitudes digit by digit, aligned at the point. */
static int
compare_long(const struct dec *a, const struct dec *b)
{
	uint8_t x[DEC_PUT_ROOM], y[DEC_PUT_ROOM];
	size_t x_decimals, y_decimals;
	size_t x_len = take_digits(a, x, &x_decimals);
	size_t y_len = take_digits(b, y, &y_decimals);
	size_t x_whole = x_len - x_decimals;
	size_t y_whole = y_len - y_decimals;
	size_t whole = x_whole > y_whole ? x_whole : y_whole;
	size_t decimals = x_decimals > y_decimals ? x_decimals : y_decimals;

	for (size_t i = 0; i < whole + decimals; i++) {
		/* Wraps to a place behind the end in front of the number. */
		size_t x_at = i + x_whole - whole;
		size_t y_at = i + y_whole - whole;
		int p = x_at < x_len ? x[x_at] : 0;
		int q = y_at < y_len ? y[y_at] : 0;

		if (p != q)
			return p < q ? -1 : 1;
	}
	return 0;
}

static int
compare_magnitudes(const struct dec *a, const struct dec *b)
{
	uint64_t x = dec_magnitude(a->mantissa), y = dec_magnitude(b->mantissa);
	uint64_t x_unit, y_unit;

	if (a->kind == DEC_TEXT || b->kind == DEC_TEXT ||
	    a->scale > DEC_DIGITS_MAX || b->scale > DEC_DIGITS_MAX)
		return compare_long(a, b);
	if (a->scale != b->scale) {
		x_unit = dec_pow10[a->scale];
		y_unit = dec_pow10[b->scale];
		if (x / x_unit != y / y_unit)
			return x / x_unit < y / y_unit ? -1 : 1;
		/* Both fractions at the larger scale stay below 10^18. */
		x %= x_unit;
		y %= y_unit;
		if (x_unit < y_unit)
			x *= y_unit / x_unit;
		else
			y *= x_unit / y_unit;
	}
	return (x > y) - (x < y);
}

int
dec_cmp(const struct dec *a, const struct dec *b)
{
	if (a->kind == DEC_NULL || b->kind == DEC_NULL)
		return (a->kind != DEC_NULL) - (b->kind != DEC_NULL);
	if (is_minus(a) != is_minus(b))
		return is_minus(a) ? -1 : 1;
	return is_minus(a) ? compare_magnitudes(b, a)
			   : compare_magnitudes(a, b);
}
