#include "book/sync.h"

#include <string.h>

#include "core/must.h"
#include "model/frame.h"

/* How one delta stands to the book. */
enum fit {
	FIT_NEXT,
	FIT_OLD,
	FIT_HOLE,
};

/* The only statement that changes the state. */
static void
sync_goto(struct sync *s, enum sync_state to)
{
	s->state = to;
}

void
sync_init(struct sync *s, enum chain chain, void *memory, uint32_t capacity)
{
	memset(s, 0, sizeof(*s));
	book_init(&s->book, memory, capacity);
	s->chain = chain;
	sync_goto(s, SYNC_OFF);
	s->id = s->seen_id = s->newest_id = SEQ_NULL;
	s->first_id = s->published_id = SEQ_NULL;
	s->gap_from = s->gap_to = SEQ_NULL;
	s->time = TIME_NULL;
}

static void
buffer_clear(struct sync *s)
{
	if (s->has_buffer)
		out_reset(&s->buffer);
	s->replayed = 0;
	s->first_id = SEQ_NULL;
}

void
sync_reset(struct sync *s)
{
	book_clear(&s->book);
	buffer_clear(s);
	s->id = s->seen_id = s->published_id = SEQ_NULL;
	s->time = TIME_NULL;
	s->refreshing = s->bridged = s->streamed = false;
	sync_goto(s, s->has_buffer ? SYNC_BUFFERING : SYNC_WAITING);
}

void
sync_buffer(struct sync *s, void *memory, size_t size)
{
	must(!s->has_buffer);
	must(s->state != SYNC_OFF);
	out_init(&s->buffer, memory, size);
	s->has_buffer = true;
	buffer_clear(s);
	if (s->state == SYNC_LIVE)
		s->refreshing = true;
	else
		sync_goto(s, SYNC_BUFFERING);
}

void
sync_release(struct sync *s)
{
	buffer_clear(s);
	s->has_buffer = s->refreshing = false;
	s->published_id = SEQ_NULL;
	if (s->state == SYNC_BUFFERING)
		sync_goto(s, SYNC_WAITING);
}

static bool
keep(struct sync *s, const struct orderbook *d)
{
	size_t start = s->buffer.len;
	uint32_t len = 0;

	out_bytes(&s->buffer, &len, sizeof(len));
	record_encode(RECORD_orderbook, d, &s->buffer);
	if (s->buffer.full) {
		s->buffer.full = false;
		s->buffer.len = start;
		return false;
	}
	len = (uint32_t)(s->buffer.len - start - sizeof(len));
	memcpy(s->buffer.at + start, &len, sizeof(len));
	if (s->first_id == SEQ_NULL)
		s->first_id = d->first_update_id;
	s->kept++;
	return true;
}

/* Does d continue the stream of which `after` was the last id seen? */
static enum fit
follows(const struct sync *s, const struct orderbook *d, int64_t after)
{
	bool empty = d->bids.count + d->asks.count == 0;

	if (after == SEQ_NULL)
		return FIT_NEXT;
	if (s->chain == CHAIN_PREV && d->prev_update_id == after)
		return d->last_update_id == after && empty ? FIT_OLD : FIT_NEXT;
	/* A smaller id is not older: the one it begins again from was lost. */
	if (s->streamed && d->last_update_id != after)
		return FIT_HOLE;
	if (d->last_update_id <= after)
		return FIT_OLD;
	if (s->chain == CHAIN_PREV)
		return FIT_HOLE;
	return d->first_update_id <= after + 1 ? FIT_NEXT : FIT_HOLE;
}

/* The same for the book: the first delta after a REST snapshot is special. */
static enum fit
fits(const struct sync *s, const struct orderbook *d)
{
	if (s->chain == CHAIN_SPAN || s->bridged)
		return follows(s, d, s->id);
	if (d->prev_update_id == s->id)
		return FIT_NEXT;
	if (d->last_update_id < s->id)
		return FIT_OLD;
	return d->first_update_id <= s->id ? FIT_NEXT : FIT_HOLE;
}

/*
 * A delta that is old although the venue made it well after the newest one of
 * the stream: its ids began again.  A second connection that lags repeats both
 * the ids and the times.
 */
static enum fit
judge(struct sync *s, const struct orderbook *d, enum fit f)
{
	bool newest =
	    s->newest_id == SEQ_NULL || d->last_update_id >= s->newest_id;

	if (f == FIT_OLD && !newest && d->timestamp != TIME_NULL &&
	    d->timestamp - SYNC_BACKWARDS_NS > s->newest_time)
		f = FIT_HOLE;
	if (f != FIT_OLD || newest) {
		s->newest_id = d->last_update_id;
		s->newest_time = d->timestamp;
	}
	return f;
}

static void
note_gap(struct sync *s, const struct orderbook *d)
{
	int64_t next =
	    s->chain == CHAIN_SPAN ? d->first_update_id : d->prev_update_id + 1;

	/* The ids of a chain are not counted: what is known is that nothing
	 * between the two is. */
	s->gap_from = s->id + 1;
	s->gap_to = next - 1 >= s->gap_from ? next - 1 : SEQ_NULL;
	s->gaps++;
}

static enum sync_verdict
apply(struct sync *s, const struct orderbook *d)
{
	if (book_apply(&s->book, d->bids, d->asks) != ERR_OK) {
		s->gap_from = s->id == SEQ_NULL ? SEQ_NULL : s->id + 1;
		s->gap_to = d->last_update_id;
		return SYNC_BROKEN;
	}
	s->id = d->last_update_id;
	s->bridged = true;
	if (d->timestamp != TIME_NULL)
		s->time = d->timestamp;
	return SYNC_APPLIED;
}

/* Start again with d as the first kept delta, if there is room for it. */
static void
restart(struct sync *s, const struct orderbook *d)
{
	sync_reset(s);
	s->seen_id = d->last_update_id;
	if (s->has_buffer)
		(void)keep(s, d);
}

/*
 * While nothing is kept any delta that is not older than what was seen may be
 * the first, also one that was told to be a GAP before there was a buffer.
 */
static enum fit
fits_kept(const struct sync *s, const struct orderbook *d)
{
	if (s->first_id != SEQ_NULL)
		return follows(s, d, s->seen_id);
	if (s->seen_id != SEQ_NULL && d->last_update_id < s->seen_id)
		return FIT_OLD;
	return FIT_NEXT;
}

static enum sync_verdict
delta_buffering(struct sync *s, const struct orderbook *d)
{
	switch (judge(s, d, fits_kept(s, d))) {
	case FIT_OLD:
		s->old++;
		return SYNC_OLD;
	case FIT_HOLE:
		restart(s, d);
		return SYNC_KEPT;
	case FIT_NEXT:
		break;
	}
	if (!keep(s, d)) {
		restart(s, d);
		return SYNC_BROKEN;
	}
	s->seen_id = d->last_update_id;
	return SYNC_KEPT;
}

static enum sync_verdict
delta_live(struct sync *s, const struct orderbook *d)
{
	enum sync_verdict v;

	switch (judge(s, d, fits(s, d))) {
	case FIT_OLD:
		s->old++;
		return SYNC_OLD;
	case FIT_HOLE:
		note_gap(s, d);
		restart(s, d);
		return SYNC_GAP;
	case FIT_NEXT:
		break;
	}
	v = apply(s, d);
	if (v != SYNC_APPLIED) {
		restart(s, d);
		return v;
	}
	s->applied++;
	s->seen_id = d->last_update_id;
	if (s->refreshing && !keep(s, d)) {
		buffer_clear(s);
		s->refreshing = false;
	}
	return SYNC_APPLIED;
}

enum sync_verdict
sync_delta(struct sync *s, const struct orderbook *d)
{
	switch (s->state) {
	case SYNC_OFF:
		break;
	case SYNC_WAITING:
		if (s->seen_id == SEQ_NULL || d->last_update_id > s->seen_id)
			s->seen_id = d->last_update_id;
		break;
	case SYNC_BUFFERING:
		return delta_buffering(s, d);
	case SYNC_LIVE:
		return delta_live(s, d);
	}
	s->dropped++;
	return SYNC_DROPPED;
}

/* Do the kept deltas go on where a snapshot with this id ends? */
static bool
reaches(const struct sync *s, int64_t id)
{
	if (s->first_id == SEQ_NULL)
		return s->seen_id == SEQ_NULL || id >= s->seen_id;
	if (s->chain == CHAIN_SPAN)
		return s->first_id <= id + 1;
	return s->first_id <= id;
}

enum sync_verdict
sync_snapshot(struct sync *s, const struct orderbook *snapshot, uint32_t limit)
{
	bool refresh = s->state == SYNC_LIVE;
	int64_t live_id = s->id;
	int64_t id = snapshot->last_update_id;

	if (s->state == SYNC_OFF)
		return SYNC_OLD;
	if (refresh && !s->refreshing)
		return SYNC_OLD;
	if (!reaches(s, id))
		return SYNC_STALE;
	if (book_load(&s->book, snapshot->bids, snapshot->asks, limit) !=
	    ERR_OK) {
		s->gap_from = refresh ? live_id + 1 : SEQ_NULL;
		s->gap_to = SEQ_NULL;
		sync_reset(s);
		return SYNC_BROKEN;
	}
	s->id = id;
	s->limit = limit;
	s->bridged = s->streamed = false;
	if (!refresh || snapshot->timestamp != TIME_NULL)
		s->time = snapshot->timestamp;
	sync_goto(s, SYNC_LIVE);
	s->refreshing = false;
	s->published_id = refresh ? live_id : SEQ_NULL;
	s->loads++;
	return SYNC_LOADED;
}

enum sync_verdict
sync_begin(struct sync *s, const struct orderbook *snapshot)
{
	sync_reset(s);
	if (book_load(&s->book, snapshot->bids, snapshot->asks, 0) != ERR_OK) {
		sync_reset(s);
		return SYNC_BROKEN;
	}
	s->id = snapshot->last_update_id;
	s->limit = 0;
	s->bridged = s->streamed = true;
	s->time = snapshot->timestamp;
	sync_goto(s, SYNC_LIVE);
	s->loads++;
	return SYNC_LOADED;
}

/* Apply a kept delta; one that was published before is told as OLD. */
static enum sync_verdict
replay_one(struct sync *s, const struct orderbook *d)
{
	enum sync_verdict v;
	bool known =
	    s->published_id != SEQ_NULL && d->last_update_id <= s->published_id;

	switch (fits(s, d)) {
	case FIT_OLD:
		if (!known)
			s->old++;
		return SYNC_OLD;
	case FIT_HOLE:
		note_gap(s, d);
		sync_reset(s);
		return SYNC_GAP;
	case FIT_NEXT:
		break;
	}
	v = apply(s, d);
	if (v != SYNC_APPLIED) {
		sync_reset(s);
		return v;
	}
	if (known)
		return SYNC_OLD;
	s->applied++;
	return SYNC_APPLIED;
}

bool
sync_replay(struct sync *s, struct level *levels, size_t max, union record *d,
    enum sync_verdict *verdict)
{
	struct span body;
	uint32_t len;

	if (!s->has_buffer || s->replayed >= s->buffer.len)
		return false;
	memcpy(&len, s->buffer.at + s->replayed, sizeof(len));
	body.at = s->buffer.at + s->replayed + sizeof(len);
	body.len = len;
	s->replayed += sizeof(len) + len;
	if (record_decode(RECORD_orderbook, body, levels, max, d) != ERR_OK) {
		s->gap_from = s->id + 1;
		s->gap_to = SEQ_NULL;
		sync_reset(s);
		*verdict = SYNC_BROKEN;
		return true;
	}
	*verdict = replay_one(s, &d->orderbook);
	return true;
}

bool
sync_wants_refresh(const struct sync *s, uint32_t want)
{
	const struct book *b = &s->book;

	if (s->state != SYNC_LIVE || s->refreshing)
		return false;
	return (b->bids.cut && book_known(&b->bids) < want) ||
	       (b->asks.cut && book_known(&b->asks) < want);
}
