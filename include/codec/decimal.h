/*
 * decimal.h -- a number exactly as the venue wrote it.
 *
 * value = mantissa * 10^-scale, followed by `pad` zeros that are written but
 * not part of the mantissa ("92233720368547.00000000" is 92233720368547, scale
 * 0, pad 8).  Numbers that do not fit 18 digits even so, and numbers written
 * with an exponent that cannot be scaled, keep their text (DEC_TEXT; borrowed).
 * Nothing here ever passes through a floating point type.  Reading and writing
 * are in src/codec/decimal.c, arithmetic is in src/codec/decmath.c.
 *
 * Accepted text: optional minus, digits, optional fraction, optional exponent
 * (RFC 8259 section 6, but leading zeros are allowed).  An exponent is worked
 * into mantissa and scale: "1.0e3" is 1000, "1.5E-7" is 0.00000015.  Zero has
 * no sign: "-0.0" is 0.0.
 */
#ifndef MPEDGE_CODEC_DECIMAL_H
#define MPEDGE_CODEC_DECIMAL_H

#include "core/out.h"

enum dec_kind {
	DEC_NULL,
	DEC_NUMBER,
	DEC_TEXT,
};

enum {
	/* Longest text a decimal may have, as input and as output. */
	DEC_TEXT_MAX = 48,
	/* Digits that every mantissa may have. */
	DEC_DIGITS_MAX = 18,
	/* Bytes that must be free at the place given to dec_put. */
	DEC_PUT_ROOM = 128,
};

struct dec {
	int64_t mantissa;
	/* DEC_TEXT only; borrowed like a span. */
	const char *text;
	/* Length of text. */
	uint8_t len;
	uint8_t scale;
	/* Zeros written after the last digit of the mantissa. */
	uint8_t pad;
	/* enum dec_kind */
	uint8_t kind;
};

#define DEC_NONE ((struct dec){ .kind = DEC_NULL })

/* 10^n */
extern const uint64_t dec_pow10[DEC_DIGITS_MAX + 1];

static inline uint64_t
dec_magnitude(int64_t mantissa)
{
	return mantissa < 0 ? -(uint64_t)mantissa : (uint64_t)mantissa;
}

/*
 * SYNTAX for anything that is not a number, an empty text included; RANGE when
 * it takes more than DEC_TEXT_MAX characters, as written or in plain digits.
 */
enum err dec_parse(struct span text, struct dec *d) MUST_USE;

/* mantissa * 10^-scale; scale is at most DEC_TEXT_MAX. */
struct dec dec_make(int64_t mantissa, unsigned scale);

/* The number in plain digits, never with an exponent; null writes nothing. */
void dec_write(const struct dec *d, struct out *o);

/* The same as a JSON string, or null. */
void dec_json(const struct dec *d, struct out *o);

/*
 * The same at p, where DEC_PUT_ROOM bytes are free (bytes behind the number may
 * be overwritten too); returns its end.  For writers that check room once.
 */
char *dec_put(char *p, const struct dec *d);

/*
 * a * b, scale the sum of both scales.  A product that does not fit is written
 * into text[DEC_TEXT_MAX] (caller's memory, must live as long as *product) and
 * is DEC_TEXT; null when one of them is null.  RANGE when even that is too
 * small: *product is null then.
 */
enum err dec_mul(const struct dec *a, const struct dec *b,
    char text[DEC_TEXT_MAX], struct dec *product) MUST_USE;

/* a - b, exact, scale the larger of both; RANGE when it does not fit. */
enum err dec_sub(
    const struct dec *a, const struct dec *b, struct dec *difference) MUST_USE;

/*
 * Less than 0, 0, greater than 0.  Exact, also for different scales and for
 * DEC_TEXT; null is smaller than every number.
 */
int dec_cmp(const struct dec *a, const struct dec *b);

/* Is it a number equal to zero? */
bool dec_zero(const struct dec *d);

/*
 * mantissa of the same value at `scale`; RANGE when digits would be lost or it
 * does not fit.
 */
enum err dec_at_scale(
    const struct dec *d, unsigned scale, int64_t *mantissa) MUST_USE;

#endif
