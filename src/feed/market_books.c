#include "core/must.h"
#include "feed/market_internal.h"

enum {
	/* A refresh is thought of at every so many deltas ... */
	REFRESH_EVERY = 16,
	/* ... and happens at most once in this time. */
	REFRESH_MIN_S = 60,
	/* Longest pause after failed calls: 2^6 seconds. */
	PAUSE_SHIFT_MAX = 6,
};

static void
give_back(struct market *m, struct market_entry *e)
{
	if (e->buffer == MARKET_NO_BUFFER)
		return;
	sync_release(&e->sync);
	market_return(m, e->buffer);
	e->buffer = MARKET_NO_BUFFER;
}

/* A quarter of the buffers is kept for trades, which cannot wait. */
static bool
lend(struct market *m, struct market_entry *e)
{
	uint32_t spare = m->setup.buffers / 4;

	e->buffer = market_borrow(m, spare);
	if (e->buffer == MARKET_NO_BUFFER)
		return false;
	sync_buffer(
	    &e->sync, m->buffers[e->buffer].memory, m->setup.buffer_bytes);
	return true;
}

void
market_ask(struct market *m, struct market_entry *e)
{
	if (e->asked)
		return;
	e->asked = true;
	m->host->want_book(m->host, market_number(m, e));
}

/* Begin to synchronise if that is possible now; the delta comes after this. */
static void
begin(struct market *m, struct market_entry *e, const char *why)
{
	struct wall now = m->from.seen;
	/* A clock that was set back must not make a pause endless. */
	int64_t most = (1LL << PAUSE_SHIFT_MAX) * NS_PER_S;

	if (e->sync.state != SYNC_WAITING || e->buffer != MARKET_NO_BUFFER)
		return;
	if (e->paused_until.ns > now.ns && e->paused_until.ns - now.ns <= most)
		return;
	if (lend(m, e))
		market_book_state(m, e, "syncing", why, now);
}

/*
 * The book was right before d and is not any more.  d is the first delta of the
 * next try.
 */
static void
resync(struct market *m, struct market_entry *e, const struct orderbook *d,
    const char *why)
{
	enum sync_verdict v;

	m->counts.book_resyncs++;
	begin(m, e, why);
	if (e->sync.first_id == SEQ_NULL) {
		v = sync_delta(&e->sync, d);
		must(v == SYNC_KEPT || v == SYNC_DROPPED || v == SYNC_BROKEN);
	}
	if (e->buffer != MARKET_NO_BUFFER)
		market_ask(m, e);
}

static void
maybe_refresh(struct market *m, struct market_entry *e)
{
	uint32_t want = m->setup.book_publish;
	int64_t after = e->refresh_after.ns - m->from.seen.ns;

	/* A refresh that was given up for lack of room. */
	if (e->buffer != MARKET_NO_BUFFER && !e->sync.refreshing)
		give_back(m, e);
	if (++e->applied % REFRESH_EVERY != 0 || e->buffer != MARKET_NO_BUFFER)
		return;
	if (want > e->sync.limit)
		want = e->sync.limit;
	if ((after > 0 && after <= REFRESH_MIN_S * NS_PER_S) ||
	    !sync_wants_refresh(&e->sync, want / 2))
		return;
	if (!lend(m, e))
		return;
	m->counts.book_refreshes++;
	e->refresh_after.ns = m->from.seen.ns + REFRESH_MIN_S * NS_PER_S;
	market_ask(m, e);
}

/* A delta was applied: publish it, unless it makes the book impossible. */
static bool
applied(struct market *m, struct market_entry *e, struct orderbook *d)
{
	static const char why[] = "best bid is not below best ask";

	if (!book_crossed(&e->sync.book)) {
		m->counts.book_applied++;
		market_emit(m, RECORD_orderbook, d);
		return true;
	}
	m->counts.book_crossed++;
	market_book_invalid(
	    m, e, d->first_update_id, d->last_update_id, why, m->from.seen);
	sync_reset(&e->sync);
	resync(m, e, d, why);
	return false;
}

static const char *
broken_why(enum sync_verdict v)
{
	return v == SYNC_GAP ? "update ids were skipped"
			     : "a number does not fit the book";
}

void
market_delta(struct market *m, struct market_entry *e, struct orderbook *d)
{
	bool was_live = e->sync.state == SYNC_LIVE;
	enum sync_verdict v;

	begin(m, e, "first delta");
	v = sync_delta(&e->sync, d);
	switch (v) {
	case SYNC_APPLIED:
		if (applied(m, e, d))
			maybe_refresh(m, e);
		return;
	case SYNC_OLD:
		m->counts.book_old++;
		return;
	case SYNC_GAP:
	case SYNC_BROKEN:
		if (was_live) {
			market_book_invalid(m, e, e->sync.gap_from,
			    e->sync.gap_to, broken_why(v), m->from.seen);
			resync(m, e, d, broken_why(v));
		}
		return;
	case SYNC_KEPT:
		market_ask(m, e);
		return;
	case SYNC_DROPPED:
	case SYNC_STALE:
	case SYNC_LOADED:
		return;
	}
}

void
market_book_want(struct market *m, struct market_entry *e)
{
	(void)m;
	if (e->sync.state == SYNC_OFF)
		sync_reset(&e->sync);
}

/*
 * The deltas kept while the snapshot was under way.  Their names lie in the
 * buffer, which resync may write to: the symbol's own are used.
 */
static void
replay(struct market *m, struct market_entry *e, bool refresh)
{
	enum sync_verdict v;
	union record d;

	while (sync_replay(
	    &e->sync, m->reader.levels, m->reader.levels_max, &d, &v)) {
		d.orderbook.symbol_name = symbol_unified(&e->symbol);
		d.orderbook.native_symbol = symbol_native(&e->symbol);
		if (v == SYNC_APPLIED) {
			if (!applied(m, e, &d.orderbook))
				return;
		} else if (v == SYNC_OLD) {
			/* In a refresh they were published before. */
			m->counts.book_old += !refresh;
		} else {
			market_book_invalid(m, e, e->sync.gap_from,
			    e->sync.gap_to, broken_why(v), m->from.seen);
			resync(m, e, &d.orderbook, broken_why(v));
			return;
		}
	}
}

/* CROSSED: what a refresh brought is none with the deltas after it. */
static enum err
loaded(struct market *m, struct market_entry *e, bool refresh)
{
	m->counts.book_loads++;
	e->failures = 0;
	if (!refresh) {
		market_book_publish(m, e, true, m->from.seen);
		market_book_state(
		    m, e, "live", "snapshot loaded", m->from.seen);
	}
	replay(m, e, refresh);
	if (e->sync.state != SYNC_LIVE)
		return ERR_OK;
	if (book_crossed(&e->sync.book))
		return ERR_CROSSED;
	give_back(m, e);
	if (refresh)
		market_book_publish(m, e, false, m->from.seen);
	return ERR_OK;
}

/* A snapshot that is crossed in itself is refused like one that is broken. */
static enum err
refused(struct market *m, struct market_entry *e, bool was_live, enum err err)
{
	if (was_live) {
		market_book_invalid(
		    m, e, SEQ_NULL, SEQ_NULL, err_text(err), m->from.seen);
		m->counts.book_resyncs++;
	}
	e->asked = true;
	return err;
}

enum err
market_book_snapshot(struct market *m, unsigned s, struct span body,
    const struct origin *from, uint32_t limit)
{
	struct market_entry *e = &m->entries[s];
	struct orderbook b;
	bool was_live;
	enum err err;

	must(s < m->count);
	m->from = *from;
	was_live = e->sync.state == SYNC_LIVE;
	err = json_parse(&m->json, body.at, body.len);
	if (err == ERR_OK)
		err = m->venue->book_reply(
		    &m->json, &e->symbol, from, &m->reader, &b);
	if (err != ERR_OK)
		return err;
	e->asked = false;
	switch (sync_snapshot(&e->sync, &b, limit)) {
	case SYNC_LOADED:
		if (!book_crossed(&e->sync.book) &&
		    loaded(m, e, was_live) == ERR_OK)
			return ERR_OK;
		m->counts.book_crossed++;
		sync_reset(&e->sync);
		return refused(m, e, was_live, ERR_CROSSED);
	case SYNC_STALE:
		m->counts.book_stale++;
		market_ask(m, e);
		return ERR_OK;
	case SYNC_BROKEN:
		return refused(m, e, was_live, ERR_RANGE);
	case SYNC_OLD:
	case SYNC_APPLIED:
	case SYNC_KEPT:
	case SYNC_DROPPED:
	case SYNC_GAP:
		return ERR_OK;
	}
	return ERR_OK;
}

enum err
market_book_reply(
    struct market *m, unsigned s, struct span body, const struct origin *from)
{
	return market_book_snapshot(m, s, body, from, m->setup.book_limit);
}

void
market_book_failed(struct market *m, unsigned s)
{
	struct market_entry *e = &m->entries[s];

	must(s < m->count);
	e->asked = false;
	give_back(m, e);
	e->paused_until.ns = m->from.seen.ns + (NS_PER_S << e->failures);
	if (e->failures < PAUSE_SHIFT_MAX)
		e->failures++;
}

void
market_retry_book(struct market *m, unsigned s)
{
	struct market_entry *e = &m->entries[s];

	must(s < m->count);
	e->paused_until.ns = 0;
	if (m->venue->books_in_stream) {
		e->asked = false;
		market_ask(m, e);
		return;
	}
	begin(m, e, "asked again");
	if (e->buffer != MARKET_NO_BUFFER)
		market_ask(m, e);
}

void
market_lost(struct market *m, unsigned s, enum channel c, const char *why,
    struct wall now)
{
	struct market_entry *e = &m->entries[s];

	must(s < m->count);
	if (c == CHANNEL_KLINE)
		market_bars_lost(e);
	if (c != CHANNEL_BOOK || e->sync.state == SYNC_OFF)
		return;
	if (e->sync.state == SYNC_LIVE && !e->crossed)
		market_book_invalid(m, e,
		    e->sync.id == SEQ_NULL ? SEQ_NULL : e->sync.id + 1,
		    SEQ_NULL, why, now);
	e->crossed = false;
	sync_reset(&e->sync);
	give_back(m, e);
	e->asked = false;
}

void
market_publish_books(struct market *m, unsigned s, struct wall now)
{
	struct market_entry *e = &m->entries[s];

	must(s < m->count);
	if (e->sync.state == SYNC_LIVE && !e->crossed)
		market_book_publish(m, e, false, now);
}
