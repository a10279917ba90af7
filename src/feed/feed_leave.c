#include "feed/feed_internal.h"

/* Has it a run for what leaves? */
static bool
is_leaving(const struct feed *f)
{
	for (unsigned i = 0; i < f->todo_count; i++) {
		if (f->todo[i].off && !f->todo[i].again)
			return true;
	}
	return false;
}

/* One run over the whole lane does for all of them. */
void
feed_leave(struct feed *f)
{
	if (f->leaving == 0 || f->todo_count == FEED_RANGES_MAX ||
	    is_leaving(f))
		return;
	feed_push(f, f->lane->first, f->lane->count, false);
	f->todo[f->todo_count - 1].off = true;
}

void
feed_dropped(struct feed *f, unsigned i, bool leaves)
{
	struct feed_stream *s = feed_stream_at(f, i);

	leaves = leaves && !s->rejected;
	f->seen_count -= s->seen;
	*s = (struct feed_stream){ 0 };
	if (!feed_is_open(f))
		return;
	f->metrics.streams = f->lane->count - f->lane->gone;
	if (!leaves)
		return;
	s->leaving = true;
	f->leaving++;
	feed_leave(f);
}

void
feed_left(struct feed *f)
{
	for (unsigned i = 0; i < f->lane->count && f->leaving > 0; i++)
		f->streams[i].leaving = false;
	f->leaving = 0;
}
