/* LINK: codec/decimal codec/decmath core/out core/span core/must core/err */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/decimal.h"

/*
 * Two texts, divided by a blank.  What is written of a number reads as the same
 * number, and arithmetic agrees with itself.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

static struct span
written(const struct dec *d, char *text)
{
	struct out o;

	out_init(&o, text, DEC_TEXT_MAX);
	dec_write(d, &o);
	claim(!o.full);
	return out_done(&o);
}

static void
check_one(const struct dec *d)
{
	char text[DEC_TEXT_MAX], again[DEC_TEXT_MAX];
	struct span s = written(d, text);
	struct dec e;

	claim(dec_parse(s, &e) == ERR_OK);
	claim(dec_cmp(d, &e) == 0);
	claim(d->kind == DEC_TEXT || d->kind == e.kind);
	claim(span_eq(s, written(&e, again)));
	claim(memchr(s.at, 'e', s.len) == NULL);
	claim(memchr(s.at, 'E', s.len) == NULL);
}

static void
check_two(const struct dec *a, const struct dec *b)
{
	struct dec zero = dec_make(0, 0);
	char text[DEC_TEXT_MAX], turned[DEC_TEXT_MAX];
	struct dec c, d;

	claim(dec_cmp(a, b) == -dec_cmp(b, a));
	if (dec_sub(a, b, &c) == ERR_OK) {
		check_one(&c);
		claim(dec_cmp(&c, &zero) == dec_cmp(a, b));
		claim(dec_zero(&c) == (dec_cmp(a, b) == 0));
	}
	if (dec_mul(a, b, text, &c) == ERR_OK) {
		check_one(&c);
		claim(dec_cmp(&c, &zero) ==
		      dec_cmp(a, &zero) * dec_cmp(b, &zero));
		claim(dec_mul(b, a, turned, &d) == ERR_OK);
		claim(dec_cmp(&c, &d) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *blank = memchr(data, ' ', size);
	size_t first = blank != NULL ? (size_t)(blank - data) : size;
	size_t second = blank != NULL ? size - first - 1 : 0;
	char *a = malloc(first + 1);
	char *b = malloc(second + 1);
	struct dec x, y;

	/* Each at the very end of its memory. */
	memcpy(a + 1, data, first);
	memcpy(b + 1, data + size - second, second);
	if (dec_parse((struct span){ a + 1, first }, &x) == ERR_OK) {
		check_one(&x);
		if (dec_parse((struct span){ b + 1, second }, &y) == ERR_OK)
			check_two(&x, &y);
	}
	free(a);
	free(b);
	return 0;
}
