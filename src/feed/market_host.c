#include "feed/market_internal.h"

static const struct symbol *
on_find(struct venue_host *h, struct span native)
{
	struct market *m = h->owner;
	uint32_t at = market_place(m, native);

	if (m->table[at] == 0 && m->host->unknown != NULL &&
	    m->host->unknown(m->host, native))
		at = market_place(m, native);
	if (m->table[at] != 0)
		return &m->entries[m->table[at] - 1].symbol;
	m->heard = true;
	m->counts.skipped[ERR_UNKNOWN]++;
	return NULL;
}

static void
tell_alive(struct market *m, const struct market_entry *e, enum channel c,
    const void *rec)
{
	struct span interval = SPAN_NULL;

	/* What REST brings says nothing about streams. */
	if (m->from.epoch == 0)
		return;
	if (c == CHANNEL_KLINE)
		interval = ((const struct kline *)rec)->interval;
	m->host->alive(
	    m->host, market_number(m, e), c, interval, m->from.epoch);
}

static struct market_entry *
entry_of(struct market *m, const struct symbol *s)
{
	return &m->entries[(const struct market_entry *)(const void *)s -
			   m->entries];
}

static void
take(struct market *m, struct market_entry *e, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	switch (c) {
	case CHANNEL_TRADE:
		market_trade(m, e, rec, f);
		return;
	case CHANNEL_BOOK:
		if (m->venue->books_in_stream)
			market_stream_book(m, e, rec, f);
		else
			market_delta(m, e, rec);
		return;
	case CHANNEL_KLINE:
		if (market_bar_new(m, e, rec))
			market_emit(m, id, rec);
		return;
	case CHANNEL_TICKER:
		market_ticker(m, e, rec);
		return;
	case CHANNEL_FUNDING:
		market_funding(m, e, rec);
		return;
	case CHANNEL_INTEREST:
		market_interest(m, e, rec);
		return;
	case CHANNEL_LIQUIDATION:
		market_liquidation(m, rec);
		return;
	case CHANNEL_QUOTE:
	case CHANNEL_STATUS:
	case CHANNEL_COUNT:
		return;
	}
}

static void
on_record(struct venue_host *h, const struct symbol *s, enum channel c,
    enum record_id id, void *rec, const struct facts *f)
{
	struct market *m = h->owner;
	struct market_entry *e = entry_of(m, s);

	if (m->filling != NULL && c == CHANNEL_TRADE) {
		market_filled(m, m->filling, rec, f);
		return;
	}
	if (m->paying != NULL && c == CHANNEL_FUNDING) {
		market_funding_row(m, e, rec);
		return;
	}
	if (m->raw) {
		m->heard = true;
		market_emit(m, id, rec);
		return;
	}
	if (!e->wants[c])
		return;
	m->heard = true;
	tell_alive(m, e, c, rec);
	take(m, e, c, id, rec, f);
}

static bool
on_wants(struct venue_host *h, const struct symbol *s, enum channel c)
{
	struct market *m = h->owner;

	return m->raw || entry_of(m, s)->wants[c];
}

static void
on_skip(
    struct venue_host *h, const struct symbol *s, int64_t first, int64_t last)
{
	struct market *m = h->owner;
	struct market_entry *e = entry_of(m, s);

	m->heard = true;
	if (m->raw || m->filling != NULL || !e->wants[CHANNEL_TRADE])
		return;
	tell_alive(m, e, CHANNEL_TRADE, NULL);
	market_skip(m, e, first, last);
}

static void
on_quote(struct venue_host *h, const struct symbol *s, const struct quote *q)
{
	struct market *m = h->owner;
	struct market_entry *e = entry_of(m, s);

	if (m->raw || !e->wants[CHANNEL_QUOTE])
		return;
	m->heard = true;
	tell_alive(m, e, CHANNEL_QUOTE, NULL);
	market_quote(m, e, q);
}

static void
on_ack(struct venue_host *h, int64_t id, struct span name, enum err e,
    struct span text)
{
	struct market *m = h->owner;

	m->heard = true;
	m->host->ack(m->host, id, name, e, text, m->from.epoch);
}

static void
on_send(struct venue_host *h, struct span frame)
{
	struct market *m = h->owner;

	m->heard = true;
	if (m->host->send != NULL)
		m->host->send(m->host, frame, m->from.epoch);
}

static int64_t
on_request_id(struct venue_host *h)
{
	struct market *m = h->owner;

	return m->host->request_id == NULL
		   ? 0
		   : m->host->request_id(m->host, m->from.epoch);
}

static void
on_changed(struct venue_host *h, struct span native, struct span state)
{
	struct market *m = h->owner;

	m->heard = true;
	if (m->host->changed != NULL)
		m->host->changed(m->host, native, state);
}

static void
on_shutdown(struct venue_host *h)
{
	struct market *m = h->owner;

	m->heard = true;
	m->host->shutdown(m->host, m->from.epoch);
}

void
market_listen(struct market *m)
{
	struct venue_host *h = &m->reader;

	h->owner = m;
	h->find = on_find;
	h->wants = on_wants;
	h->record = on_record;
	h->skip = on_skip;
	h->quote = on_quote;
	h->ack = on_ack;
	h->send = on_send;
	h->request_id = on_request_id;
	h->shutdown = on_shutdown;
	h->changed = on_changed;
	h->trades = m->setup.trades;
}
