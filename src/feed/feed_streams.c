#include <string.h>

#include "core/must.h"
#include "feed/feed_internal.h"

enum {
	FRAME_MAX = 16384,
	HOUR_MS = 3600 * 1000,
	/* An answer that has not come after this is not waited for. */
	ANSWER_MS = 30 * 1000,
};

struct feed_stream *
feed_stream_at(struct feed *f, unsigned i)
{
	must(i >= f->lane->first && i - f->lane->first < f->lane->count);
	return &f->streams[i - f->lane->first];
}

/* --- requests ------------------------------------------------------------- */

/* Does stream number i still want what the run is for? */
static bool
is_picked(struct feed *f, const struct feed_range *r, unsigned i)
{
	const struct feed_stream *s = feed_stream_at(f, i);

	if (r->off && !r->again)
		return s->leaving;
	return !f->source->streams[i].gone && (r->again ? s->again : !s->acked);
}

static size_t
pick_names(struct feed *f, const struct feed_range *r,
    const struct stream **names, unsigned *numbers)
{
	size_t most = f->source->venue->names_max;
	size_t n = 0;

	if (most > FEED_NAMES_MAX)
		most = FEED_NAMES_MAX;
	for (unsigned i = r->first; i < r->first + r->count && n < most; i++) {
		if (!is_picked(f, r, i))
			continue;
		numbers[n] = i;
		names[n++] = &f->source->streams[i];
	}
	return n;
}

static enum err
send_names(struct feed *f, const struct stream *const *names, size_t n, bool on,
    size_t *taken)
{
	char text[FRAME_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	f->next_id++;
	f->source->venue->subscribe(names, n, on, f->next_id, &o, taken);
	must(*taken > 0 && *taken <= n);
	if (o.full)
		return ERR_FULL;
	return ws_send(&f->ws, o.at, o.len);
}

/* The run is done up to, and without, stream number `next`. */
static void
shorten(struct feed *f, struct feed_range *r, unsigned next)
{
	r->count -= next - r->first;
	r->first = next;
	if (r->count == 0)
		f->todo_count--;
}

/* What did not fit into the unsubscription, from stream number `next` on, has
 * its turn after the rest of the run. */
static void
split(struct feed *f, unsigned next)
{
	struct feed_range r = f->todo[f->todo_count - 1];
	struct feed_range *rest = &f->todo[f->todo_count - 1];

	if (next == r.first + r.count || f->todo_count == FEED_RANGES_MAX)
		return;
	rest->count -= next - r.first;
	rest->first = next;
	rest->off = true;
	r.count = next - r.first;
	f->todo[f->todo_count++] = r;
}

/* They were unsubscribed; answers to that are not waited for. */
static void
note_left(struct feed *f, const unsigned *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		feed_stream_at(f, numbers[i])->leaving = false;
	f->leaving -= (unsigned)n;
}

/* Does any stream of the run still want what the run is for? */
static bool
is_due(struct feed *f, const struct feed_range *r)
{
	for (unsigned i = r->first; i < r->first + r->count; i++) {
		if (is_picked(f, r, i))
			return true;
	}
	return false;
}

/* Runs whose streams were all answered by name since are done. */
static void
drop_answered(struct feed *f)
{
	while (f->todo_count > 0 && !is_due(f, &f->todo[f->todo_count - 1]))
		f->todo_count--;
}

/*
 * Write one message for the run on top of the stack.  A run that is subscribed
 * again is unsubscribed first, and stays on the stack for its turn.
 */
static enum err
send_next(struct feed *f)
{
	const struct stream *names[FEED_NAMES_MAX];
	unsigned numbers[FEED_NAMES_MAX];
	struct feed_range *r = &f->todo[f->todo_count - 1];
	size_t n = pick_names(f, r, names, numbers);
	unsigned first = r->first;
	unsigned next;
	size_t taken;
	enum err e;

	e = send_names(f, names, n, !r->off, &taken);
	if (e != ERR_OK)
		return e;
	conn_kick(&f->conn);
	if (r->off && !r->again) {
		note_left(f, numbers, taken);
		return ERR_OK;
	}
	if (r->off) {
		r->off = false;
		split(f, numbers[taken - 1] + 1);
		return ERR_OK;
	}
	for (size_t k = 0; k < taken; k++) {
		feed_stream_at(f, numbers[k])->again = false;
		feed_stream_at(f, numbers[k])->asked = f->next_id;
	}
	next =
	    taken == n && n < FEED_NAMES_MAX && n < f->source->venue->names_max
		? r->first + r->count
		: numbers[taken - 1] + 1;
	f->sent[f->sent_count++] = (struct feed_range){ .first = first,
		.count = next - first,
		.id = f->next_id,
		.sent_at = f->source->loop->now,
		.again = r->again };
	shorten(f, r, next);
	return ERR_OK;
}

/* One request of the hour's budget, if the venue has one and it is left. */
static bool
within_hour(struct feed *f)
{
	uint32_t most = f->source->venue->sends_per_hour;
	struct mono now = f->source->loop->now;

	if (most == 0)
		return true;
	if (mono_ms_between(f->hour_began, now) >= HOUR_MS) {
		f->hour_began = now;
		f->hour_sends = 0;
	}
	if (f->hour_sends >= most - most / 10)
		return false;
	f->hour_sends++;
	return true;
}

int64_t
feed_spare_wait(const struct feed *f)
{
	int64_t ms = mono_ms_between(f->hour_began, f->source->loop->now);

	if (f->hour_sends < f->source->venue->sends_per_hour / 2 ||
	    f->source->venue->sends_per_hour == 0 || ms >= HOUR_MS)
		return 0;
	return HOUR_MS - ms;
}

void
feed_settle(struct feed *f)
{
	drop_answered(f);
	if (f->sent_count == 0 && f->todo_count == 0 &&
	    f->state == FEED_SUBSCRIBE)
		feed_subscribed(f);
}

/* Subscriptions leave at the venue's pace, one place kept free for pongs. */
bool
feed_send_due(struct feed *f)
{
	struct mono now = f->source->loop->now;
	uint32_t per_s = f->source->venue->sends_per_s;
	enum err e;

	if (f->sent_count == FEED_RANGES_MAX || !mono_due(f->send_after, now))
		return true;
	feed_settle(f);
	if (f->todo_count == 0)
		return true;
	if (!within_hour(f)) {
		f->send_after = mono_after_ms(now, 1000);
		source_replace(
		    f->source, f, "its requests of this hour are used up");
		return true;
	}
	e = send_next(f);
	if (e != ERR_OK) {
		feed_fail(f, e, "subscribe");
		return false;
	}
	f->send_after = mono_after_ms(now, 1000 / (per_s > 1 ? per_s - 1 : 1));
	return true;
}

static bool
is_plain(const struct feed_range *r)
{
	return !r->again && !r->off;
}

/* Make r hold these as well: what is between is asked for or answered. */
static void
widen(struct feed_range *r, unsigned first, unsigned count)
{
	unsigned end = r->first + r->count;

	end = first + count < end ? end : first + count;
	r->first = first < r->first ? first : r->first;
	r->count = end - r->first;
}

/* Where there is no place for another run, one that waits is widened.  There is
 * one: of the other kinds, which are merged, there are never more than a few.
 */
static void
push_wide(struct feed *f, unsigned first, unsigned count)
{
	for (unsigned k = f->todo_count; k-- > 0;) {
		if (is_plain(&f->todo[k])) {
			widen(&f->todo[k], first, count);
			return;
		}
	}
}

void
feed_push(struct feed *f, unsigned first, unsigned count, bool again)
{
	if (count == 0)
		return;
	if (f->todo_count == FEED_RANGES_MAX) {
		if (!again)
			push_wide(f, first, count);
		return;
	}
	f->todo[f->todo_count++] = (struct feed_range){
		.first = first, .count = count, .again = again, .off = again
	};
	feed_hurry(f);
}

bool
feed_is_open(const struct feed *f)
{
	return f->state == FEED_SUBSCRIBE || f->state == FEED_LIVE;
}

void
feed_added(struct feed *f, unsigned i)
{
	memset(feed_stream_at(f, i), 0, sizeof(struct feed_stream));
	f->metrics.streams =
	    feed_is_open(f) ? f->lane->count - f->lane->gone : 0;
	if (!feed_is_open(f))
		return;
	/* Mostly they come one after the other. */
	if (f->todo_count > 0) {
		struct feed_range *top = &f->todo[f->todo_count - 1];

		if (is_plain(top) && top->first + top->count == i) {
			top->count++;
			return;
		}
	}
	feed_push(f, i, 1, false);
}

/* The run that is to be subscribed again and was not unsubscribed yet. */
static struct feed_range *
again_range(struct feed *f)
{
	for (unsigned k = 0; k < f->todo_count; k++) {
		if (f->todo[k].again && f->todo[k].off)
			return &f->todo[k];
	}
	return NULL;
}

/* Many go into one request: the venues count these. */
void
feed_again(struct feed *f, unsigned i)
{
	struct feed_stream *s = feed_stream_at(f, i);
	struct feed_range *r = again_range(f);

	if (!feed_is_open(f) || s->again ||
	    (r == NULL && f->todo_count == FEED_RANGES_MAX))
		return;
	s->again = true;
	if (r == NULL) {
		feed_push(f, i, 1, true);
		return;
	}
	widen(r, i, 1);
}

void
feed_retry_rejected(struct feed *f)
{
	for (unsigned i = 0; i < f->lane->count; i++) {
		if (f->streams[i].rejected &&
		    !f->source->streams[f->lane->first + i].gone)
			feed_push(f, f->lane->first + i, 1, false);
	}
}

void
feed_retry_unanswered(struct feed *f)
{
	struct mono now = f->source->loop->now;

	for (unsigned i = f->sent_count; i-- > 0;) {
		struct feed_range r = f->sent[i];

		if (mono_ms_between(r.sent_at, now) < ANSWER_MS ||
		    f->todo_count == FEED_RANGES_MAX)
			continue;
		f->sent[i] = f->sent[--f->sent_count];
		feed_push(f, r.first, r.count, false);
	}
}
