#include "feed/market_internal.h"

static const char crossed_why[] = "best bid is not below best ask";

/* An impossible book is marked once and watched until it is possible. */
static bool
is_possible(struct market *m, struct market_entry *e)
{
	if (!book_crossed(&e->sync.book)) {
		if (!e->crossed)
			return true;
		e->crossed = false;
		market_book_publish(m, e, false, m->from.seen);
		market_book_state(
		    m, e, "live", "no longer crossed", m->from.seen);
		return false;
	}
	if (!e->crossed) {
		e->crossed = true;
		m->counts.book_crossed++;
		market_book_invalid(
		    m, e, e->sync.id, SEQ_NULL, crossed_why, m->from.seen);
	}
	return false;
}

static void
lose(struct market *m, struct market_entry *e, const char *why)
{
	if (!e->crossed)
		market_book_invalid(
		    m, e, e->sync.gap_from, e->sync.gap_to, why, m->from.seen);
	e->crossed = false;
	m->counts.book_resyncs++;
	sync_reset(&e->sync);
	market_ask(m, e);
}

/*
 * Ids decide where there are any; a checksum that differs is counted and told
 * once a snapshot (the venue's own have been wrong, 4.3.2).
 */
static bool
is_wrong(struct market *m, struct market_entry *e, const struct facts *f)
{
	if (f == NULL || !f->has_checksum || m->venue->checksum == NULL ||
	    m->venue->checksum(&e->sync.book) == f->checksum)
		return false;
	m->counts.book_checksum++;
	if (e->sync.id == SEQ_NULL)
		return true;
	if (!e->checksum_told)
		market_book_state(m, e, "checksum",
		    "the venue's checksum differs; the ids are in order",
		    m->from.seen);
	e->checksum_told = true;
	return false;
}

/*
 * A snapshot that is of no use.  The next one will hardly be better, and each
 * costs requests of the hour (4.2): after the first one the watchdog asks
 * (market_retry_book), ever less often.
 */
static void
reject(
    struct market *m, struct market_entry *e, bool was_valid, const char *why)
{
	e->sync.gap_from = e->sync.gap_to = SEQ_NULL;
	e->crossed = !was_valid;
	e->asked = e->failures++ > 0;
	lose(m, e, why);
}

static void
begin(struct market *m, struct market_entry *e, const struct orderbook *b,
    const struct facts *f)
{
	bool was_known = e->sync.state == SYNC_LIVE;
	bool was_valid = was_known && !e->crossed;

	e->asked = false;
	e->checksum_told = false;
	e->book_epoch = m->from.epoch;
	if (sync_begin(&e->sync, b) != SYNC_LOADED) {
		reject(m, e, was_valid, "a number does not fit the book");
		return;
	}
	if (is_wrong(m, e, f)) {
		reject(m, e, was_valid, "checksum differs");
		return;
	}
	m->counts.book_loads++;
	e->failures = 0;
	if (book_crossed(&e->sync.book)) {
		e->crossed = was_known && e->crossed;
		is_possible(m, e);
		return;
	}
	e->crossed = false;
	market_book_publish(m, e, false, m->from.seen);
	if (!was_valid)
		market_book_state(
		    m, e, "live", "snapshot in the stream", m->from.seen);
}

static void
change(struct market *m, struct market_entry *e, struct orderbook *b,
    const struct facts *f)
{
	/* Another connection's deltas follow its own snapshot. */
	if (e->sync.state == SYNC_LIVE && e->book_epoch != m->from.epoch) {
		m->counts.duplicates++;
		return;
	}
	switch (sync_delta(&e->sync, b)) {
	case SYNC_APPLIED:
		if (is_wrong(m, e, f)) {
			e->sync.gap_from = e->sync.gap_to = SEQ_NULL;
			e->sync.gaps++;
			lose(m, e, "checksum differs");
		} else if (is_possible(m, e)) {
			m->counts.book_applied++;
			market_emit(m, RECORD_orderbook, b);
		}
		return;
	case SYNC_GAP:
		lose(m, e, "update ids were skipped");
		return;
	case SYNC_BROKEN:
		lose(m, e, "a number does not fit the book");
		return;
	case SYNC_OLD:
		m->counts.book_old++;
		return;
	case SYNC_DROPPED:
	case SYNC_KEPT:
	case SYNC_STALE:
	case SYNC_LOADED:
		return;
	}
}

void
market_stream_book(struct market *m, struct market_entry *e,
    struct orderbook *b, const struct facts *f)
{
	if (b->update_type == UPDATE_SNAPSHOT)
		begin(m, e, b, f);
	else
		change(m, e, b, f);
}
