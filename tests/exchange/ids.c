#include "ids.h"

enum {
	HOLE_BEFORE = 40,
	HOLE_INSIDE = 100,
	RESTART = 1000,
	/* Who began again just now begins elsewhere: nobody could tell such ids
	 * from repetitions. */
	RESTART_LEAST = 10 * RESTART,
	RESTART_AT = 1000 * RESTART,
};

void
ids_dense(struct market *m, struct symbol *s, struct diff *d)
{
	s->shown_offset += s->shown_jump;
	if (s->shown_restart)
		s->shown_offset = 1 + market_roll(m, RESTART) - d->first +
				  (s->shown < RESTART_LEAST ? RESTART_AT : 0);
	d->shown.prev = s->shown;
	d->shown.first = d->first + s->shown_offset;
	d->shown.last = d->last + s->shown_offset;
}

void
ids_sparse(struct market *m, struct symbol *s, struct diff *d)
{
	int64_t from = s->shown + s->shown_jump;

	if (s->shown_restart)
		from = market_roll(m, RESTART);
	d->shown.prev = s->shown;
	d->shown.first = from + 1 + market_roll(m, HOLE_BEFORE);
	d->shown.last =
	    d->shown.first + d->last - d->first + market_roll(m, HOLE_INSIDE);
}
