#include "feed/source.h"

static bool
must_wait(struct source *s, unsigned n, const struct feed *f, int64_t *ms)
{
	struct mono now = s->loop->now;

	*ms = mono_ms_between(now, s->symbols[n].renew_after);
	if (*ms <= 0)
		*ms = mono_ms_between(now, s->renew_after);
	if (*ms <= 0 && s->venue->books_in_stream)
		*ms = feed_spare_wait(f);
	else if (*ms <= 0)
		*ms = rest_book_wait(&s->rest, n);
	return *ms > 0;
}

enum err
source_renew_book(struct source *s, unsigned n, int64_t *wait_ms)
{
	int stream = source_stream(s, n, CHANNEL_BOOK, SPAN_NULL);
	const struct sync *b = market_book(s->market, n);
	struct mono now = s->loop->now;
	struct feed *f;

	f = stream == SOURCE_NO_STREAM ? NULL
				       : source_carrier(s, (unsigned)stream);
	if (f == NULL)
		return ERR_DOWN;
	if (b->state != SYNC_LIVE || b->refreshing)
		return ERR_AGAIN;
	if (must_wait(s, n, f, wait_ms))
		return ERR_LIMITED;
	s->renew_after = mono_after_ms(now, SOURCE_RENEW_ANY_MS);
	s->symbols[n].renew_after = mono_after_ms(now, SOURCE_RENEW_MS);
	s->hub->stamp = (struct wall){ 0 };
	market_book_wrong(s->market, n, "asked for anew", true, s->loop->wall);
	return ERR_OK;
}
