/*
 * json_lex.h -- where strings, numbers and words of JSON end, eight bytes at a
 * time; for json_scan, which inlines all of it.
 *
 * The text ends at `end`, has at least eight bytes and a closing bracket as its
 * last one: numbers and words stop there by themselves.  NULL is what is not
 * JSON, and also what is left to jsmn: escapes.
 */
#ifndef MPEDGE_CODEC_JSON_LEX_H
#define MPEDGE_CODEC_JSON_LEX_H

#include <stdbool.h>

#include "core/swar.h"

/* The scanner's state stays in registers when everything is one function. */
#define JSON_INLINE static inline __attribute__((always_inline))

/* Up to eight bytes at `at`, zeros behind the end; the text has eight. */
JSON_INLINE uint64_t
json_load(const char *at, const char *end)
{
	ptrdiff_t left = end - at;

	if (__builtin_expect(left >= 8, 1))
		return swar_load(at);
	if (left <= 0)
		return 0;
	return swar_load(end - 8) >> (64 - 8 * left);
}

JSON_INLINE bool
json_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* From the opening quote to the closing one; NULL for the unusual. */
JSON_INLINE const char *
json_string_end(const char *quote, const char *end)
{
	const char *at = quote + 1;

	for (;;) {
		uint64_t x = json_load(at, end);
		uint64_t mask = swar_special(x);
		unsigned first;

		if (mask != 0) {
			first = swar_first(mask);
			/* What load put behind the end is no quote. */
			return (x >> 8 * first & 0xff) == '"' ? at + first
							      : NULL;
		}
		at += 8;
	}
}

JSON_INLINE const char *
json_digits_end(const char *at, const char *end)
{
	for (;;) {
		uint64_t mask = swar_above_9(swar_values(json_load(at, end)));

		if (mask != 0)
			return at + swar_first(mask);
		at += 8;
	}
}

/* Behind the exponent at its letter; NULL when it has no digits. */
static inline const char *
json_exponent_end(const char *letter, const char *end)
{
	const char *digits = letter + 1;
	const char *at;

	digits += *digits == '+' || *digits == '-';
	at = json_digits_end(digits, end);
	return at == digits ? NULL : at;
}

/* Behind a number; NULL for anything else. */
JSON_INLINE const char *
json_number_end(const char *start, const char *end)
{
	const char *first = start + (*start == '-');
	const char *at = json_digits_end(first, end);
	const char *fraction;

	if (at == first || (*first == '0' && at - first > 1))
		return NULL;
	if (*at == '.') {
		fraction = at + 1;
		at = json_digits_end(fraction, end);
		if (at == fraction)
			return NULL;
	}
	if (__builtin_expect(*at == 'e' || *at == 'E', 0))
		return json_exponent_end(at, end);
	return at;
}

JSON_INLINE const char *
json_literal_end(const char *at, const char *end)
{
	uint64_t x = json_load(at, end);
	uint64_t five = x & 0xffffffffffu;

	if ((uint32_t)x == 0x65757274 || (uint32_t)x == 0x6c6c756e)
		return at + 4;
	return five == 0x65736c6166 ? at + 5 : NULL;
}

#endif
