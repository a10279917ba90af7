#include "codec/rowbinary.h"

/* 128 bits, for machines whose compilers have no such type. */
struct wide {
	uint64_t low;
	uint64_t high;
};

void
rowbinary_length(struct out *o, uint64_t n)
{
	while (n >= 0x80) {
		out_char(o, (char)(0x80 | (n & 0x7f)));
		n >>= 7;
	}
	out_char(o, (char)n);
}

void
rowbinary_string(struct out *o, struct span s)
{
	rowbinary_length(o, s.len);
	out_span(o, s);
}

void
rowbinary_null(struct out *o, bool null)
{
	out_char(o, null ? 1 : 0);
}

static void
put_u64(char *at, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		at[i] = (char)(value >> 8 * i);
}

void
rowbinary_i64(struct out *o, int64_t value)
{
	char bytes[8];

	put_u64(bytes, (uint64_t)value);
	out_bytes(o, bytes, sizeof(bytes));
}

/* By halves of 32 bits, as on paper. */
static struct wide
multiply(uint64_t a, uint64_t b)
{
	uint64_t al = a & UINT32_MAX, ah = a >> 32;
	uint64_t bl = b & UINT32_MAX, bh = b >> 32;
	uint64_t low = al * bl;
	uint64_t mid = ah * bl + (low >> 32);
	uint64_t cross = al * bh + (mid & UINT32_MAX);

	return (struct wide){ .low = cross << 32 | (low & UINT32_MAX),
		.high = ah * bh + (mid >> 32) + (cross >> 32) };
}

static struct wide
next_digit(struct wide w, unsigned digit)
{
	struct wide ten = multiply(w.low, 10);

	ten.high += w.high * 10;
	ten.low += digit;
	ten.high += ten.low < digit;
	return ten;
}

/* The magnitude of d in units of 10^-18. */
static enum err
from_number(const struct dec *d, struct wide *w)
{
	uint64_t m = dec_magnitude(d->mantissa);
	unsigned more;

	if (d->scale <= ROWBINARY_SCALE) {
		*w = multiply(m, dec_pow10[ROWBINARY_SCALE - d->scale]);
		return ERR_OK;
	}
	more = d->scale - ROWBINARY_SCALE;
	*w = (struct wide){ 0, 0 };
	if (m == 0)
		return ERR_OK;
	if (more > DEC_DIGITS_MAX || m % dec_pow10[more] != 0)
		return ERR_RANGE;
	w->low = m / dec_pow10[more];
	return ERR_OK;
}

/* The digits at text[0..len), of which no more than 38 count. */
static enum err
from_digits(const char *text, size_t len, struct wide *w)
{
	unsigned whole = 0;
	unsigned decimals = 0;
	bool point = false;

	*w = (struct wide){ 0, 0 };
	for (size_t i = 0; i < len; i++) {
		unsigned digit = (unsigned char)text[i] - '0';

		if (text[i] == '.') {
			point = true;
			continue;
		}
		if (digit > 9)
			continue;
		if (point && ++decimals > ROWBINARY_SCALE) {
			if (digit != 0)
				return ERR_RANGE;
			continue;
		}
		if (!point && (whole > 0 || digit > 0) &&
		    ++whole > ROWBINARY_WHOLE)
			return ERR_RANGE;
		*w = next_digit(*w, digit);
	}
	for (; decimals < ROWBINARY_SCALE; decimals++)
		*w = next_digit(*w, 0);
	return ERR_OK;
}

enum err
rowbinary_decimal(struct out *o, const struct dec *d)
{
	char bytes[ROWBINARY_DECIMAL];
	char text[DEC_PUT_ROOM];
	bool minus = d->mantissa < 0;
	struct wide w;
	enum err e = ERR_RANGE;

	if (d->kind == DEC_NUMBER) {
		e = from_number(d, &w);
	} else if (d->kind == DEC_TEXT) {
		size_t len = (size_t)(dec_put(text, d) - text);

		minus = text[0] == '-';
		e = from_digits(text, len, &w);
	}
	if (e != ERR_OK)
		return e;
	if (minus) {
		w.low = ~w.low + 1;
		w.high = ~w.high + (w.low == 0);
	}
	put_u64(bytes, w.low);
	put_u64(bytes + 8, w.high);
	out_bytes(o, bytes, sizeof(bytes));
	return ERR_OK;
}
