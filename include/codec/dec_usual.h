/*
 * dec_usual.h -- decimal.h's way with the usual number, to be inlined.
 *
 * Nearly every number of a venue has at most eight digits before and after the
 * point.  Where thousands of them are read and written, the calls would cost as
 * much as the work; everybody else uses decimal.h.
 */
#ifndef MPEDGE_CODEC_DEC_USUAL_H
#define MPEDGE_CODEC_DEC_USUAL_H

#include "codec/decimal.h"
#include "core/swar.h"

/* Mantissas below are written as two times eight digits. */
#define DEC_USUAL_MAX UINT64_C(10000000000000000)

/*
 * The usual number: at most eight digits before and after the point, no
 * exponent.  Says false, and nothing about the text, when it is anything else.
 */
static inline __attribute__((always_inline)) bool
dec_usual_parse(const char *at, size_t len, struct dec *d)
{
	bool minus;
	uint64_t x, tail, mask, mantissa;
	size_t digits, fraction;

	if (len - 1 >= 17)
		return false;
	minus = *at == '-';
	at += minus;
	len -= minus;
	/* The fraction ends the text, so it is the upper end of tail. */
	if (len >= 8) {
		x = swar_load(at);
		tail = swar_load(at + len - 8);
	} else if (len != 0) {
		x = swar_load_short(at, len);
		tail = x << (64 - 8 * len);
	} else {
		return false;
	}
	x = swar_values(x);
	mask = swar_above_9(x);
	digits = mask == 0 ? 8 : swar_first(mask);
	if (digits == 0)
		return false;
	mantissa = swar_number(x << (64 - 8 * digits));
	fraction = len - digits;
	if (fraction != 0) {
		fraction--;
		if (at[digits] != '.' || fraction - 1 >= 8)
			return false;
		x = swar_values(tail) >> (64 - 8 * fraction)
					     << (64 - 8 * fraction);
		if (swar_above_9(x) != 0)
			return false;
		mantissa = mantissa * dec_pow10[fraction] + swar_number(x);
	}
	*d = (struct dec){
		.mantissa = minus ? -(int64_t)mantissa : (int64_t)mantissa,
		.scale = (uint8_t)fraction,
		.kind = DEC_NUMBER,
	};
	return true;
}

/* A number below 10^8 without zeros in front. */
static inline char *
dec_usual_whole(char *p, uint32_t number)
{
	uint64_t digits;
	unsigned zeros;

	if (number < 10) {
		*p = (char)('0' + number);
		return p + 1;
	}
	digits = swar_digits(number);
	zeros = swar_first(digits);
	swar_store(p, (digits | SWAR_ALL('0')) >> (8 * zeros));
	return p + 8 - zeros;
}

/* A mantissa below DEC_USUAL_MAX with at most 8 decimals. */
static inline char *
dec_usual_digits(char *p, uint64_t mantissa, unsigned scale)
{
	uint32_t upper = (uint32_t)(mantissa / 100000000);
	uint64_t low = swar_digits((uint32_t)(mantissa - upper * 100000000ull));
	unsigned zeros = 0;

	if (upper != 0 || scale == 8)
		p = dec_usual_whole(p, upper);
	else
		/* One digit stays in front of the point. */
		zeros = swar_first(low | 1ull << (8 * (7 - scale)));
	low |= SWAR_ALL('0');
	swar_store(p, low >> (8 * zeros));
	p += 8 - scale - zeros;
	if (scale == 0)
		return p;
	*p = '.';
	swar_store(p + 1, low >> (64 - 8 * scale));
	return p + 1 + scale;
}

static inline bool
dec_is_usual(const struct dec *d)
{
	return d->kind == DEC_NUMBER &&
	       dec_magnitude(d->mantissa) < DEC_USUAL_MAX && d->scale <= 8 &&
	       d->pad == 0;
}

/* As dec_put, for what is usual. */
static inline char *
dec_usual_put(char *p, const struct dec *d)
{
	*p = '-';
	return dec_usual_digits(
	    p + (d->mantissa < 0), dec_magnitude(d->mantissa), d->scale);
}

#endif
