#include "codec/decimal.h"

#include "core/must.h"
#include "codec/dec_usual.h"

enum {
	/* The exponent is clipped here; both ends are far out of range. */
	EXPONENT_MAX = 1000,
};

/* clang-format off */
const uint64_t dec_pow10[DEC_DIGITS_MAX + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000, 10000000000, 100000000000, 1000000000000, 10000000000000,
	100000000000000, 1000000000000000, 10000000000000000,
	100000000000000000, 1000000000000000000,
};
/* clang-format on */

/* A number while its text is being read. */
struct reading {
	uint64_t mantissa;
	/* Significant digits in the mantissa, and of them in the fraction. */
	int digits;
	int fraction;
	/* Zeros read in the fraction and not yet known to be the last ones. */
	int zeros;
	int exponent;
	bool minus;
	/* More digits than a mantissa holds. */
	bool large;
};

static void
set_number(
    struct dec *d, bool minus, uint64_t mantissa, unsigned scale, unsigned pad)
{
	d->mantissa = minus ? -(int64_t)mantissa : (int64_t)mantissa;
	d->text = NULL;
	d->len = 0;
	d->scale = (uint8_t)scale;
	d->pad = (uint8_t)pad;
	d->kind = DEC_NUMBER;
}

static void
add_digit(struct reading *r, unsigned digit)
{
	if (r->mantissa == 0 && digit == 0)
		return;
	r->digits++;
	if (r->digits > DEC_DIGITS_MAX)
		r->large = true;
	else
		r->mantissa = r->mantissa * 10 + digit;
}

static void
add_fraction(struct reading *r, unsigned digit)
{
	r->zeros++;
	if (digit == 0)
		return;
	r->fraction += r->zeros;
	for (; r->zeros > 1; r->zeros--)
		add_digit(r, 0);
	add_digit(r, digit);
	r->zeros = 0;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum err
read_exponent(const char *at, const char *end, struct reading *r)
{
	bool minus = at < end && *at == '-';

	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (at == end)
		return ERR_SYNTAX;
	for (; at < end && is_digit(*at); at++) {
		if (r->exponent < EXPONENT_MAX)
			r->exponent = r->exponent * 10 + (*at - '0');
	}
	if (minus)
		r->exponent = -r->exponent;
	return at == end ? ERR_OK : ERR_SYNTAX;
}

/* Behind the point: at least one digit. */
static const char *
read_fraction(const char *at, const char *end, struct reading *r)
{
	if (at == end || !is_digit(*at))
		return NULL;
	for (; at < end && is_digit(*at); at++)
		add_fraction(r, (unsigned)(*at - '0'));
	return at;
}

static enum err
read_number(const char *at, const char *end, struct reading *r)
{
	if (at < end && *at == '-') {
		r->minus = true;
		at++;
	}
	if (at == end || !is_digit(*at))
		return ERR_SYNTAX;
	for (; at < end && is_digit(*at); at++)
		add_digit(r, (unsigned)(*at - '0'));
	if (at < end && *at == '.') {
		at = read_fraction(at + 1, end, r);
		if (at == NULL)
			return ERR_SYNTAX;
	}
	if (at == end)
		return ERR_OK;
	if (*at != 'e' && *at != 'E')
		return ERR_SYNTAX;
	return read_exponent(at + 1, end, r);
}

/* Characters that the number takes in plain digits. */
static int
plain_length(const struct reading *r)
{
	int decimals = r->fraction + r->zeros - r->exponent;
	int all = r->digits == 0 ? 0 : r->digits + r->zeros;
	int whole = all - decimals;

	if (r->digits == 0 || whole < 1)
		whole = 1;
	return r->minus + whole + (decimals > 0 ? decimals + 1 : 0);
}

/* Work the exponent and the last zeros in, as far as 18 digits go. */
static void
settle(const struct reading *r, struct span text, struct dec *d)
{
	uint64_t mantissa = r->mantissa;
	int digits = r->digits;
	int scale = r->fraction - r->exponent;
	int decimals = r->fraction + r->zeros - r->exponent;
	int pad;

	if (decimals < 0)
		decimals = 0;
	if (mantissa == 0) {
		set_number(d, false, 0, (unsigned)decimals, 0);
		return;
	}
	if (scale < 0)
		digits -= scale;
	if (r->large || digits > DEC_DIGITS_MAX) {
		*d = (struct dec){ .text = text.at,
			.len = (uint8_t)text.len,
			.kind = DEC_TEXT };
		return;
	}
	if (scale < 0) {
		mantissa *= dec_pow10[-scale];
		scale = 0;
	}
	pad = decimals - scale;
	if (digits + pad <= DEC_DIGITS_MAX) {
		mantissa *= dec_pow10[pad];
		scale += pad;
		pad = 0;
	}
	set_number(d, r->minus, mantissa, (unsigned)scale, (unsigned)pad);
}

/* Apart, so that the usual way has little to save and restore. */
static __attribute__((noinline)) enum err
parse_any(struct span text, struct dec *d)
{
	struct reading r = { 0 };
	enum err e;

	*d = DEC_NONE;
	if (text.at == NULL)
		return ERR_SYNTAX;
	if (text.len > DEC_TEXT_MAX)
		return ERR_RANGE;
	e = read_number(text.at, text.at + text.len, &r);
	if (e != ERR_OK)
		return e;
	if (plain_length(&r) > DEC_TEXT_MAX)
		return ERR_RANGE;
	settle(&r, text, d);
	return ERR_OK;
}

enum err
dec_parse(struct span text, struct dec *d)
{
	if (dec_usual_parse(text.at, text.len, d))
		return ERR_OK;
	return parse_any(text, d);
}

struct dec
dec_make(int64_t mantissa, unsigned scale)
{
	must(scale <= DEC_TEXT_MAX);
	return (struct dec){ .mantissa = mantissa,
		.scale = (uint8_t)scale,
		.kind = DEC_NUMBER };
}

/* In words; what they write too much is written over or in dec_put's room. */
static char *
put_zeros(char *p, unsigned count)
{
	for (unsigned i = 0; i < count; i += 8)
		swar_store(p + i, SWAR_ALL('0'));
	return p + count;
}

/*
 * More than eight decimals, as products have: the first eight of the last
 * sixteen digits, the others, and the point somewhere among the first.
 */
static char *
put_fine(char *p, uint64_t mantissa, unsigned scale)
{
	uint32_t upper = (uint32_t)(mantissa / 100000000);
	uint64_t low = swar_digits((uint32_t)(mantissa % 100000000));
	uint64_t high = swar_digits(upper);
	unsigned wholes = 16 - scale;
	unsigned zeros = 0;

	if (wholes == 0)
		*p++ = '0';
	else
		zeros = swar_first(high | 1ull << (8 * (wholes - 1)));
	high |= SWAR_ALL('0');
	swar_store(p, high >> (8 * zeros));
	p += wholes - zeros;
	*p++ = '.';
	swar_store(p, high >> (8 * wholes));
	p += 8 - wholes;
	swar_store(p, low | SWAR_ALL('0'));
	return p + 8;
}

/* Any mantissa and scale, digit by digit. */
static char *
put_slowly(char *p, uint64_t mantissa, unsigned scale)
{
	char digits[20];
	unsigned count = 0;

	do {
		digits[count++] = (char)('0' + mantissa % 10);
		mantissa /= 10;
	} while (mantissa != 0);
	if (count <= scale)
		*p++ = '0';
	while (count > scale)
		*p++ = digits[--count];
	if (scale != 0)
		*p++ = '.';
	p = put_zeros(p, scale - count);
	while (count != 0)
		*p++ = digits[--count];
	return p;
}

/* The digits of a number's text from the first that is not zero. */
static int
take_digits(const char *at, size_t len, char digits[DEC_TEXT_MAX])
{
	int count = 0;

	for (size_t i = 0; i < len && at[i] != 'e' && at[i] != 'E'; i++) {
		if (is_digit(at[i]) && (count != 0 || at[i] != '0'))
			digits[count++] = at[i];
	}
	return count;
}

/* A text with its exponent worked in, if it has one. */
static __attribute__((noinline)) char *
put_text(char *p, const char *at, size_t len)
{
	struct reading r = { 0 };
	char digits[DEC_TEXT_MAX];
	int count, whole;

	/* Only texts that dec_parse has accepted get here. */
	if (len > DEC_TEXT_MAX || read_number(at, at + len, &r) != ERR_OK ||
	    plain_length(&r) > DEC_TEXT_MAX)
		return p;
	if (r.minus)
		*p++ = '-';
	count = take_digits(at, len, digits);
	whole = count - (r.fraction + r.zeros - r.exponent);
	if (whole <= 0)
		*p++ = '0';
	for (int i = 0; i < whole; i++)
		*p++ = i < count ? digits[i] : '0';
	if (whole >= count)
		return p;
	*p++ = '.';
	if (whole < 0) {
		p = put_zeros(p, (unsigned)-whole);
		whole = 0;
	}
	for (int i = whole; i < count; i++)
		*p++ = digits[i];
	return p;
}

static __attribute__((noinline)) char *
put_any(char *p, const struct dec *d)
{
	uint64_t m;

	if (d->kind == DEC_NULL)
		return p;
	if (d->kind == DEC_TEXT)
		return put_text(p, d->text, d->len);
	if (d->mantissa < 0)
		*p++ = '-';
	m = dec_magnitude(d->mantissa);
	if (m < DEC_USUAL_MAX && d->scale <= 8)
		p = dec_usual_digits(p, m, d->scale);
	else if (m < DEC_USUAL_MAX && d->scale <= 16)
		p = put_fine(p, m, d->scale);
	else
		p = put_slowly(p, m, d->scale);
	if (d->pad != 0 && d->scale == 0)
		*p++ = '.';
	return put_zeros(p, d->pad);
}

char *
dec_put(char *p, const struct dec *d)
{
	return dec_is_usual(d) ? dec_usual_put(p, d) : put_any(p, d);
}

/* Apart, so that the usual way needs no array on the stack. */
static __attribute__((noinline)) void
write_tight(const struct dec *d, struct out *o)
{
	char text[DEC_PUT_ROOM];

	out_bytes(o, text, (size_t)(dec_put(text, d) - text));
}

void
dec_write(const struct dec *d, struct out *o)
{
	if (o->size - o->len >= DEC_PUT_ROOM)
		o->len = (size_t)(dec_put(o->at + o->len, d) - o->at);
	else
		write_tight(d, o);
}

void
dec_json(const struct dec *d, struct out *o)
{
	if (d->kind == DEC_NULL) {
		OUT_LITERAL(o, "null");
		return;
	}
	out_char(o, '"');
	dec_write(d, o);
	out_char(o, '"');
}
