#include "books.h"

#include <stdlib.h>

/* A change of one level carries at least this many ids back. */
enum { AGE_BEYOND = DIFFS - 1 };

static int64_t
age(struct sim *sim, const struct symbol *s)
{
	int64_t lag = sim->opt.snap_lag;
	int64_t old = sim->faults.snap_age;
	const struct diff *d;

	if (old > AGE_BEYOND)
		old = AGE_BEYOND;
	if (old > 0 && (uint64_t)old <= s->diff_count) {
		d = symbol_diff(s, s->diff_count - (uint64_t)old);
		return d ? d->first - 1 : s->id;
	}
	if (lag == 0 || sim->traffic.paused)
		return s->id;
	return s->id - market_roll(&sim->market, lag + 1);
}

int64_t
book_asked(struct sim *sim, const struct symbol *s, struct side out[2])
{
	return symbol_shown(s, symbol_book(s, age(sim, s), out));
}

int64_t
book_sent(const struct symbol *s, struct side out[2])
{
	return symbol_shown(s, symbol_book(s, s->id_sent, out));
}

void
book_free(struct side book[2])
{
	free(book[BID].level);
	free(book[ASK].level);
}
