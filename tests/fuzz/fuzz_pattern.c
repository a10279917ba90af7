/* LINK: model/pattern core/span */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/pattern.h"

/* Pattern, newline, text: as the obvious recursion says. */
enum {
	LONGEST = 40,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
claim(bool holds)
{
	if (!holds)
		abort();
}

/* fits[p][t]: the pattern from p on and the text from t on. */
static bool
obvious(struct span pattern, struct span text)
{
	bool fits[LONGEST + 1][LONGEST + 1];

	for (size_t p = pattern.len + 1; p-- > 0;) {
		for (size_t t = text.len + 1; t-- > 0;) {
			bool more = t < text.len;

			if (p == pattern.len)
				fits[p][t] = !more;
			else if (pattern.at[p] == '*')
				fits[p][t] =
				    fits[p + 1][t] || (more && fits[p][t + 1]);
			else
				fits[p][t] = more &&
					     pattern.at[p] == text.at[t] &&
					     fits[p + 1][t + 1];
		}
	}
	return fits[0][0];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *cut = size ? memchr(data, '\n', size) : NULL;
	struct span pattern = { (const char *)data, size };
	struct span text = SPAN("");

	if (cut != NULL) {
		pattern.len = (size_t)(cut - data);
		text = (struct span){ (const char *)cut + 1,
			size - pattern.len - 1 };
	}
	if (pattern.len > LONGEST || text.len > LONGEST)
		return 0;
	claim(pattern_fits(pattern, text) == obvious(pattern, text));
	if (!pattern_is(pattern))
		claim(pattern_fits(pattern, text) == span_eq(pattern, text));
	return 0;
}
