#include "model/pattern.h"

#include <string.h>

bool
pattern_is(struct span text)
{
	return text.len > 0 && memchr(text.at, '*', text.len) != NULL;
}

bool
pattern_fits(struct span pattern, struct span text)
{
	size_t p = 0;
	size_t t = 0;
	/* Behind the last *, and what it stands for so far ends here. */
	size_t star = SIZE_MAX;
	size_t taken = 0;

	/* Of two stars only the last one ever has to take more. */
	while (t < text.len) {
		if (p < pattern.len && pattern.at[p] == '*') {
			star = ++p;
			taken = t;
		} else if (p < pattern.len && pattern.at[p] == text.at[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++taken;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.at[p] == '*')
		p++;
	return p == pattern.len;
}

bool
pattern_picks(struct span pattern, const char *native, const char *unified)
{
	return pattern_fits(pattern, span_of(unified)) ||
	       pattern_fits(pattern, span_of(native));
}
