#include "feed/hub_internal.h"

#include <string.h>

#include "core/arena.h"
#include "core/log.h"
#include "core/must.h"
#include "model/frame.h"

enum {
	/* What most records need, and what a level needs at most, encoded. */
	RECORD_ROOM = 1024,
	LEVEL_ROOM = 24,
};

/* The room given moves the journal's tail: not more than is likely. */
static size_t
likely_room(enum record_id id, const void *rec)
{
	const struct orderbook *book = rec;

	if (id != RECORD_orderbook)
		return RECORD_ROOM;
	return RECORD_ROOM + LEVEL_ROOM * ((size_t)book->bids.count +
					      (size_t)book->asks.count);
}

static enum err
encode(struct hub *h, enum record_id id, const void *rec, size_t room)
{
	struct journal_note note = {
		.record = id,
		.seen = h->loop->wall,
		.stamp = h->stamp,
	};
	struct out body;
	enum err e = journal_reserve(h->journal, room, &body);

	if (e != ERR_OK)
		return e;
	record_encode(id, rec, &body);
	if (body.full)
		return ERR_FULL;
	journal_commit(h->journal, body.len, &note);
	return ERR_OK;
}

/*
 * Records made by a timer come before the turn's select: without a deadline it
 * would sleep while they wait.  The hook takes the deadline back.
 */
void
hub_ask_again(struct hub *h)
{
	if (!h->again.armed)
		timer_start(h->loop, &h->again, h->loop->now);
}

/*
 * Asked for at the end of a turn it fires before the select that must not
 * sleep: armed again, it stands until the hook of this turn.
 */
static void
again_fired(struct timer *t)
{
	struct hub *h = t->owner;

	timer_start(h->loop, t, h->loop->now);
}

void
hub_record(struct hub *h, enum record_id id, const void *rec)
{
	size_t room = likely_room(id, rec);
	size_t most = (size_t)(h->journal->size / 4 - JOURNAL_FRAME_HEAD);
	struct log_line l;
	enum err e = encode(h, id, rec, room < most ? room : most);

	recent_note(&h->recent, id, rec);
	while (e == ERR_FULL && room < most) {
		room *= 2;
		e = encode(h, id, rec, room < most ? room : most);
	}
	hub_ask_again(h);
	if (e == ERR_OK)
		return;
	h->refused++;
	log_open(&l, LOG_ERROR, "journal", "record_refused");
	log_err(&l, e);
	log_text(&l, "record", records[id].name);
	log_text(&l, "why", "larger than a quarter of journal.size_bytes");
	log_send(&l);
}

void
hub_mark(struct hub *h, const int64_t *mark, int64_t value)
{
	journal_set(h->journal, mark, value);
}

static void
tell_lost(const struct hub_sink *s)
{
	struct log_line l;

	log_open(&l, LOG_ERROR, "sink", "records_lost");
	log_text(&l, "sink", s->sink.type->name);
	log_int(&l, "from", (int64_t)s->lost_from);
	log_text(&l, "why",
	    "the journal went around before they were confirmed, or they were "
	    "damaged");
	log_send(&l);
}

void
hub_lose(struct hub_sink *s, uint64_t from, uint64_t to, uint64_t count)
{
	bool first = s->lost_count == 0;

	if (first || from < s->lost_from)
		s->lost_from = from;
	if (first || to > s->lost_to)
		s->lost_to = to;
	s->lost_count += count;
	s->metrics.lost += count;
	if (first)
		tell_lost(s);
}

/* The journal went around: the cursor was pushed to the frame found. */
static void
overrun(struct hub_sink *s, uint64_t found)
{
	if (s->expected > s->confirmed) {
		if (s->risk_count == 0)
			s->risk_from = s->confirmed;
		s->risk_count += s->expected - s->confirmed;
	}
	hub_lose(s, s->expected, found - 1, found - s->expected);
	s->confirmed = found;
}

/* Frames from the one expected up to the one found are lost to this sink. */
static void
skipped(struct hub_sink *s, uint64_t found)
{
	if (s->cursor->sequence >= found) {
		overrun(s, found);
	} else if (found > s->damaged_to) {
		hub_lose(s, s->expected, found - 1, found - s->expected);
		s->damaged_to = found;
	}
	s->expected = found;
}

/* A frame no sink can use counts as confirmed, or it would stay for ever. */
static void
pass_over(struct hub_sink *s, const struct journal_frame *f)
{
	bool first = s->cursor->position >= s->next;

	s->hub->damaged++;
	s->next = f->next;
	s->expected = f->sequence + 1;
	if (first)
		hub_confirm(&s->host, f->next);
}

static enum err
give(struct hub_sink *s, const struct journal_frame *f)
{
	union record rec;
	struct sink_frame frame = {
		.position = f->position,
		.next = f->next,
		.sequence = f->sequence,
		.id = f->record,
		.record = &rec,
		.seen = f->seen,
		.stamp = f->stamp,
	};
	enum err e = ERR_UNKNOWN;

	if ((unsigned)f->record < RECORD_COUNT)
		e = record_decode(
		    f->record, f->body, s->hub->levels, HUB_LEVELS, &rec);
	if (e != ERR_OK) {
		pass_over(s, f);
		return ERR_OK;
	}
	e = s->sink.type->take(&s->sink, &frame);
	if (e != ERR_OK)
		return e;
	if (s->timed_next == 0) {
		s->timed_next = f->next;
		s->timed_seen = f->seen;
		hub_took(s);
	}
	s->next = f->next;
	s->expected = f->sequence + 1;
	s->gap_due = s->lost_count > 0;
	return ERR_OK;
}

/* One step along the journal; false when there is nothing more to do now. */
static bool
offer_one(struct hub_sink *s)
{
	struct journal_frame f;
	enum err e = journal_read(s->hub->journal, s->next, &f);

	if (e == ERR_STALE || e == ERR_CORRUPT) {
		s->next = f.next;
		return true;
	}
	if (e != ERR_OK) {
		s->next = f.next;
		return false;
	}
	if (f.sequence > s->expected)
		skipped(s, f.sequence);
	return give(s, &f) == ERR_OK;
}

/* What is left of the journal may be frames that no sink is shown, or such as
 * are damaged. */
static void
pass_marks(struct hub_sink *s)
{
	const struct journal *j = s->hub->journal;

	if (s->next != j->head || s->cursor->position >= j->head ||
	    s->confirmed != s->expected)
		return;
	if (s->expected < j->sequence)
		skipped(s, j->sequence);
	hub_confirm(&s->host, j->head);
}

static void
offer(struct hub_sink *s)
{
	uint64_t before = s->sink.counts.taken;
	int n = 0;

	while (n < HUB_BATCH && offer_one(s))
		n++;
	hub_count_batch(s, s->sink.counts.taken - before);
	if (n == HUB_BATCH)
		hub_ask_again(s->hub);
	s->sink.type->flush(&s->sink);
	pass_marks(s);
}

static void
tell_gap(struct hub_sink *s)
{
	struct hub *h = s->hub;
	struct log_line l;
	struct gap gap;

	record_init(RECORD_gap, &gap);
	gap.data_type = SPAN("journal");
	gap.from_id = (int64_t)s->lost_from;
	gap.to_id = (int64_t)s->lost_to;
	gap.missing = (int64_t)s->lost_count;
	gap.reason = span_of(s->sink.type->name);
	gap.healed = BOOL_FALSE;
	gap.timestamp = h->loop->wall.ns;
	gap.collected_at = h->loop->wall.ns;
	gap.backfill = BOOL_FALSE;
	h->stamp = (struct wall){ 0 };
	hub_record(h, RECORD_gap, &gap);
	log_open(&l, LOG_WARN, "sink", "goes_on_after_loss");
	log_text(&l, "sink", s->sink.type->name);
	log_int(&l, "from", gap.from_id);
	log_int(&l, "to", gap.to_id);
	log_int(&l, "missing", gap.missing);
	log_send(&l);
	s->lost_count = 0;
	s->gap_due = false;
	s->gap_told = h->loop->now;
}

static void
end_of_turn(struct hook *hook)
{
	struct hub *h = hook->owner;

	timer_stop(h->loop, &h->again);
	journal_seal(h->journal);
	for (unsigned i = 0; i < h->sink_count; i++)
		offer(&h->sinks[i]);
	/* Appending may move what sinks were just shown, so it comes last. */
	for (unsigned i = 0; i < h->sink_count; i++) {
		struct hub_sink *s = &h->sinks[i];

		if (s->gap_due &&
		    mono_due(
			mono_after_ms(s->gap_told, HUB_GAP_MS), h->loop->now))
			tell_gap(s);
	}
}

static void
sync_fired(struct timer *t)
{
	struct hub *h = t->owner;
	int64_t pause_ms = h->sync_ms;

	journal_sync(h->journal, false);
	if (hub_mind_file(h) && pause_ms > HUB_SLICE_MS)
		pause_ms = HUB_SLICE_MS;
	timer_start(h->loop, t, mono_after_ms(h->loop->now, pause_ms));
}

void
hub_init(struct hub *h, struct loop *l, struct journal *j, struct arena *a,
    int64_t sync_ms)
{
	memset(h, 0, sizeof(*h));
	h->loop = l;
	h->journal = j;
	h->sync_ms = sync_ms;
	h->file_retry = l->now;
	h->file_pause_ms = HUB_FILE_MIN_MS;
	h->levels =
	    arena_take(a, "levels decoded", HUB_LEVELS, sizeof(*h->levels));
	h->hook = (struct hook){ .run = end_of_turn, .owner = h };
	h->sync = (struct timer){ .fire = sync_fired, .owner = h };
	h->again = (struct timer){ .fire = again_fired, .owner = h };
	loop_hook(l, &h->hook);
	if (j->fd >= 0)
		timer_start(l, &h->sync, mono_after_ms(l->now, sync_ms));
}

enum err
hub_add(struct hub *h, const struct sink_type *t, const struct options *o,
    struct conn_world *w, struct arena *a, struct out *why)
{
	struct hub_sink *s = &h->sinks[h->sink_count];
	struct sink_setup setup = { .options = o,
		.arena = a,
		.loop = h->loop,
		.host = &s->host,
		.world = w,
		.replaced = h->replaced,
		.about = h->about };
	enum err e;

	must(h->sink_count < SINK_COUNT);
	memset(s, 0, sizeof(*s));
	s->hub = h;
	s->sink.type = t;
	s->sink.host = &s->host;
	s->sink.loop = h->loop;
	hub_host(s);
	/* Until it says otherwise it is on its way. */
	s->since = h->loop->wall;
	s->gap_told = (struct mono){ -HUB_GAP_MS * NS_PER_MS };
	s->cursor = journal_cursor(h->journal, t->name);
	s->cursor->loose = t->cache;
	s->next = s->cursor->position;
	/* What an overrun took while nobody was running is lost as well. */
	s->expected = s->cursor->sequence - s->cursor->lost;
	s->confirmed = s->expected;
	e = t->open(&s->sink, &setup, why);
	if (e == ERR_OK)
		h->sink_count++;
	return e;
}

bool
hub_idle(const struct hub *h)
{
	if (h->journal->open)
		return false;
	for (unsigned i = 0; i < h->sink_count; i++) {
		const struct hub_sink *s = &h->sinks[i];

		if (s->next != h->journal->head ||
		    !s->sink.type->idle(&s->sink))
			return false;
	}
	return true;
}

void
hub_close(struct hub *h)
{
	journal_seal(h->journal);
	timer_stop(h->loop, &h->sync);
	timer_stop(h->loop, &h->again);
	for (unsigned i = 0; i < h->sink_count; i++)
		h->sinks[i].sink.type->close(&h->sinks[i].sink);
	h->sink_count = 0;
}
