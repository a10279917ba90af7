/* What the venue answers to requests. */
#include "feed/feed_internal.h"

enum {
	NAME_BYTES = 160,
};

static void
acked(struct feed *f, unsigned i)
{
	struct feed_stream *s = feed_stream_at(f, i);

	if (f->source->streams[i].gone)
		return;
	if (s->rejected)
		feed_tell_stream(f, i, "subscribed", "accepted after all");
	s->acked = true;
	s->rejected = false;
	s->last_data = f->source->loop->now;
}

static void
rejected(struct feed *f, unsigned i, struct span text)
{
	struct feed_stream *s = feed_stream_at(f, i);
	char why[128];
	struct out o;

	if (s->rejected || f->source->streams[i].gone)
		return;
	out_init(&o, why, sizeof(why) - 1);
	OUT_LITERAL(&o, "the venue refused it: ");
	out_span(&o, text.len < 90 ? text : (struct span){ text.at, 90 });
	why[o.len] = '\0';
	s->rejected = true;
	feed_tell_stream(f, i, "rejected", why);
}

/* Number of the stream of this name in the run, or its end. */
static unsigned
find_name(struct feed *f, const struct feed_range *r, struct span name)
{
	char text[NAME_BYTES];
	unsigned i;

	for (i = r->first; i < r->first + r->count; i++) {
		struct out o;

		/* Its symbol may be another one by now. */
		if (f->source->streams[i].gone)
			continue;
		out_init(&o, text, sizeof(text));
		f->source->venue->stream_name(&f->source->streams[i], &o);
		if (span_eq(out_done(&o), name))
			break;
	}
	return i;
}

/* Between those that a request named there are others, and in the place of one
 * that is gone there may be a new one. */
static bool
is_about(struct feed *f, const struct feed_range *r, unsigned i)
{
	return feed_stream_at(f, i)->asked == r->id &&
	       !f->source->streams[i].gone;
}

/* Is every stream of the request acknowledged or refused? */
static bool
is_answered(struct feed *f, const struct feed_range *r)
{
	for (unsigned i = r->first; i < r->first + r->count; i++) {
		const struct feed_stream *s = feed_stream_at(f, i);

		if (!s->acked && !s->rejected && is_about(f, r, i))
			return false;
	}
	return true;
}

/* Halve what was refused until the culprit stands alone.  Others may have been
 * acknowledged by name. */
static void
refused(struct feed *f, const struct feed_range *r, struct span text)
{
	unsigned half = r->count / 2;
	unsigned open = 0;

	for (unsigned i = r->first; i < r->first + r->count; i++)
		open += is_about(f, r, i) && !feed_stream_at(f, i)->acked;
	if (open > 1 && f->todo_count + 2 <= FEED_RANGES_MAX) {
		feed_push(f, r->first + half, r->count - half, false);
		feed_push(f, r->first, half, false);
		return;
	}
	for (unsigned i = r->first; i < r->first + r->count; i++) {
		if (is_about(f, r, i) && !feed_stream_at(f, i)->acked)
			rejected(f, i, text);
	}
}

/* The whole request was answered. */
static void
whole(struct feed *f, const struct feed_range *r, enum err e, struct span text)
{
	if (e != ERR_OK) {
		refused(f, r, text);
		return;
	}
	for (unsigned i = r->first; i < r->first + r->count; i++) {
		if (!is_about(f, r, i))
			continue;
		if (!f->source->venue->acks_each)
			acked(f, i);
		else if (!feed_stream_at(f, i)->acked)
			rejected(f, i, SPAN("it is not in the answer"));
	}
}

/* One stream; true when that was the last one of its request. */
static bool
one(struct feed *f, const struct feed_range *r, struct span name, enum err e,
    struct span text)
{
	unsigned i = find_name(f, r, name);

	if (i == r->first + r->count)
		return false;
	if (e == ERR_OK)
		acked(f, i);
	else
		rejected(f, i, text);
	return !f->source->venue->acks_each && is_answered(f, r);
}

void
feed_ack(
    struct feed *f, int64_t id, struct span name, enum err e, struct span text)
{
	struct feed_range r = { .first = f->lane->first,
		.count = f->lane->count };
	unsigned i = 0;

	while (i < f->sent_count && f->sent[i].id != id)
		i++;
	if (i == f->sent_count) {
		if (name.at != NULL && feed_is_open(f))
			one(f, &r, name, e, text);
		return;
	}
	r = f->sent[i];
	if (name.at != NULL && !one(f, &r, name, e, text))
		return;
	f->sent[i] = f->sent[--f->sent_count];
	if (name.at == NULL)
		whole(f, &r, e, text);
	/* To find what is refused takes as long as it takes. */
	if (f->state == FEED_SUBSCRIBE)
		timer_start(f->source->loop, &f->deadline,
		    mono_after_ms(f->source->loop->now,
			feed_deadline_ms(FEED_SUBSCRIBE)));
	feed_settle(f);
}
