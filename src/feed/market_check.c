#include "core/must.h"
#include "feed/market_internal.h"

enum {
	HOUR_MINUTES = 60,
	/* Hours of which it is kept over a restart whether they were told. */
	TOLD_HOURS = 36,
	/* What is further ahead is no funding time. */
	AHEAD_HOURS = 48,
};

#define NS_PER_MINUTE (60 * NS_PER_S)

bool
market_find(const struct market *m, struct span native, unsigned *s)
{
	uint32_t at = market_place(m, native);

	if (m->table[at] == 0)
		return false;
	*s = m->table[at] - 1;
	return true;
}

bool
market_wants(const struct market *m, unsigned s, enum channel c)
{
	must(s < m->count);
	return m->entries[s].wants[c];
}

bool
market_has_holes(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].tape.hole_count > 0;
}

int64_t
market_last_interest(const struct market *m, unsigned s)
{
	must(s < m->count);
	return m->entries[s].interest.timestamp;
}

void
market_best(
    const struct market *m, unsigned s, struct dec *bid, struct dec *ask)
{
	const struct market_entry *e = &m->entries[s];
	struct level best;

	must(s < m->count);
	if (!market_book_live(m, s)) {
		bool known = e->quote_seen.ns != 0;

		*bid = known ? e->quote.bid_price : DEC_NONE;
		*ask = known ? e->quote.ask_price : DEC_NONE;
		return;
	}
	*bid = *ask = DEC_NONE;
	if (book_top(&e->sync.book.bids, 1, &best) == 1)
		*bid = best.price;
	if (book_top(&e->sync.book.asks, 1, &best) == 1)
		*ask = best.price;
}

/* --- books ---------------------------------------------------------------- */

enum err
market_read_book(struct market *m, unsigned s, struct span body,
    const struct origin *from, struct orderbook *b)
{
	enum err e;

	must(s < m->count);
	m->from = *from;
	e = json_parse(&m->json, body.at, body.len);
	if (e == ERR_OK)
		e = m->venue->book_reply(
		    &m->json, &m->entries[s].symbol, from, &m->reader, b);
	return e;
}

void
market_book_wrong(
    struct market *m, unsigned s, const char *why, bool again, struct wall now)
{
	m->counts.book_resyncs++;
	m->from.seen = now;
	market_lost(m, s, CHANNEL_BOOK, why, now);
	/* Its stream goes on, unlike that of a lost one. */
	if (again)
		market_retry_book(m, s);
}

/* --- funding -------------------------------------------------------------- */

/* Venues are a few milliseconds off the time they name. */
static int64_t
minute_of(int64_t ns)
{
	return ns / NS_PER_MINUTE + (ns % NS_PER_MINUTE >= NS_PER_MINUTE / 2);
}

static int64_t
hour_end(int64_t ns)
{
	int64_t hour = HOUR_MINUTES * NS_PER_MINUTE;

	return (ns / hour + (ns % hour > 0)) * HOUR_MINUTES;
}

static bool
was_told(const struct market_fundings *f, int64_t minute)
{
	for (unsigned i = 0; i < f->count && i < MARKET_PAID; i++) {
		if (f->minutes[i] == minute)
			return true;
	}
	return false;
}

/*
 * What is kept over a restart is one number: the last hour, counted from 1970,
 * and below it a bit for each of the last TOLD_HOURS.  Funding times that are
 * not on the hour are known to this run alone.
 */
static void
tell(struct market *m, struct market_fundings *f, int64_t minute)
{
	int64_t hour = minute / HOUR_MINUTES;
	int64_t now = minute_of(m->from.seen.ns) / HOUR_MINUTES;
	uint64_t all = ((uint64_t)1 << TOLD_HOURS) - 1;
	uint64_t bits = f->told > 0 ? (uint64_t)f->told & all : 0;
	int64_t last = f->told > 0 ? f->told >> TOLD_HOURS : 0;

	if (minute % HOUR_MINUTES != 0 || hour > now + AHEAD_HOURS)
		return;
	if (hour > last) {
		bits = hour - last < TOLD_HOURS ? bits << (hour - last) : 0;
		last = hour;
	}
	if (last - hour < TOLD_HOURS)
		bits |= (uint64_t)1 << (last - hour);
	f->told = (int64_t)((uint64_t)last << TOLD_HOURS | (bits & all));
}

/* The runs before this one. */
static void
recall(struct market *m, struct market_entry *e)
{
	struct market_fundings *f = &e->fundings;

	if (f->recalled)
		return;
	f->recalled = true;
	if (m->host->last_funding != NULL)
		f->told = m->host->last_funding(m->host, market_number(m, e));
	for (int64_t k = TOLD_HOURS - 1; f->told > 0 && k >= 0; k--) {
		if ((f->told >> k & 1) != 0)
			f->minutes[f->count++ % MARKET_PAID] =
			    ((f->told >> TOLD_HOURS) - k) * HOUR_MINUTES;
	}
}

void
market_funding_keep(struct market *m, const struct market_entry *e)
{
	if (m->host->funded != NULL)
		m->host->funded(m->host, market_number(m, e), e->fundings.told);
}

bool
market_funding_note(
    struct market *m, struct market_entry *e, const struct funding_rate *r)
{
	struct market_fundings *f = &e->fundings;
	int64_t before, minute;

	recall(m, e);
	before = f->told;
	if (r->next_funding_time != TIME_NULL)
		minute = minute_of(r->next_funding_time);
	else if (r->timestamp != TIME_NULL)
		minute = hour_end(r->timestamp);
	else
		return false;
	if (was_told(f, minute))
		return false;
	f->minutes[f->count++ % MARKET_PAID] = minute;
	tell(m, f, minute);
	return f->told != before;
}

/* The first one remembered: nothing is known of those before. */
static int64_t
oldest(const struct market_fundings *f)
{
	return f->minutes[f->count < MARKET_PAID ? 0 : f->count % MARKET_PAID];
}

/* It was paid, and nothing that was published was about it. */
static void
make_good(
    struct market *m, struct market_entry *e, const struct funding_rate *r)
{
	struct gap g;

	market_emit(m, RECORD_funding_rate, r);
	record_init(RECORD_gap, &g);
	g.exchange_name = e->symbol.venue;
	g.symbol_name = symbol_unified(&e->symbol);
	g.native_symbol = symbol_native(&e->symbol);
	g.market_type = e->symbol.market;
	g.data_type = SPAN("funding_rate");
	/* A rate has no id but the time at which it is paid. */
	g.from_id = g.to_id = r->timestamp / NS_PER_MS;
	g.missing = 1;
	g.reason = SPAN("paid, and no rate was seen for that time");
	g.healed = BOOL_TRUE;
	g.timestamp = m->from.seen.ns;
	g.collected_at = m->from.seen.ns;
	g.backfill = BOOL_FALSE;
	m->counts.gaps++;
	market_emit(m, RECORD_gap, &g);
	tell(m, &e->fundings, minute_of(r->timestamp));
	market_funding_keep(m, e);
}

void
market_funding_row(
    struct market *m, struct market_entry *e, struct funding_rate *r)
{
	struct market_fundings *f = &e->fundings;
	int64_t minute = minute_of(r->timestamp);

	if (e != m->paying || r->timestamp == TIME_NULL ||
	    r->timestamp > m->from.seen.ns || f->count == 0 ||
	    minute <= f->judged || minute < oldest(f))
		return;
	m->paid.rows++;
	if (minute > m->paid_last)
		m->paid_last = minute;
	if (was_told(f, minute))
		return;
	m->paid.missed++;
	make_good(m, e, r);
}

enum err
market_funding_history(struct market *m, unsigned s, struct span body,
    const struct origin *from, struct market_paid *found)
{
	struct market_entry *e = &m->entries[s];
	enum err err;

	must(s < m->count);
	m->from = *from;
	recall(m, e);
	m->paid = (struct market_paid){ 0, 0 };
	m->paid_last = e->fundings.judged;
	err = json_parse(&m->json, body.at, body.len);
	if (err == ERR_OK) {
		m->paying = e;
		err = m->venue->funding_reply(
		    &m->json, &e->symbol, from, &m->reader);
		m->paying = NULL;
	}
	/* Rows come in any order: all of the page were judged by the same. */
	e->fundings.judged = m->paid_last;
	*found = m->paid;
	return err;
}
