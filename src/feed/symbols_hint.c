#include "feed/symbols_internal.h"

enum {
	/* Letters that may be wrong for a name to be suggested. */
	NEAR = 2,
	SHORT = 9,
};

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return b < a ? b : a;
}

/* Letters to insert, remove, replace, or exchange with the next one; neither is
 * longer than SYMBOL_MAX. */
static unsigned
distance(struct span a, struct span b)
{
	unsigned rows[3][SYMBOL_MAX + 1];

	if (a.len > b.len + NEAR || b.len > a.len + NEAR)
		return NEAR + 1;
	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i - 1) % 3];
		char x = upper(a.at[i - 1]);

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			char y = upper(b.at[j - 1]);

			row[j] = least(above[j - 1] + (x != y),
			    least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == upper(b.at[j - 2]) &&
			    y == upper(a.at[i - 2]))
				row[j] =
				    least(row[j], rows[(i - 2) % 3][j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

void
symbols_hint(const struct symbols *s, struct wanted *w)
{
	struct span word = span_of(w->word);
	const struct instrument *i;
	/* In a short name one letter says much. */
	unsigned best = word.len <= SHORT ? NEAR : NEAR + 1;
	uint32_t at = 0;

	w->hint[0] = '\0';
	while ((i = catalog_next(&s->catalog, &at))) {
		const char *names[] = { i->unified, i->native };

		if (i->status == INSTRUMENT_GONE)
			continue;
		for (unsigned k = 0; k < 2; k++) {
			unsigned d = distance(word, span_of(names[k]));

			if (d >= best)
				continue;
			best = d;
			memcpy(w->hint, names[k], strlen(names[k]) + 1);
		}
	}
}

void
symbols_note_closed(struct symbols *s, const struct instrument *i)
{
	for (unsigned n = 0; n < s->count; n++) {
		struct wanted *w = &s->wanted[n];

		if (strcmp(w->word, i->native) == 0 ||
		    strcmp(w->word, i->unified) == 0 ||
		    strcmp(w->native, i->native) == 0)
			w->closed = true;
	}
}
