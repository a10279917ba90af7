#include "feed/source.h"

static struct source *
source_of(struct market_host *h)
{
	return h->owner;
}

/*
 * Puts the record into the journal.  One of each type in REPLACED_TIMED is
 * timed, the first one too: clocks cost more than records on some machines.
 */
static void
keep(struct source *s, enum record_id id, const void *rec,
    struct replaced_record *made)
{
	const struct loop *l = s->loop;
	bool timed = s->records[id].published % REPLACED_TIMED == 0;
	int64_t before = timed ? loop_spent_ns(l) : 0;
	int64_t after;

	hub_record(s->hub, id, rec);
	if (!timed)
		return;
	after = loop_spent_ns(l);
	histogram_add(&s->metrics.record_delay, before);
	histogram_add(&s->hub->append, after - before);
	made->took_ns = after;
	if (s->hub->stamp.ns != 0)
		made->took_ns += l->wall.ns - s->hub->stamp.ns;
}

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct source *s = source_of(h);
	const struct trade *trade = rec;
	struct replaced_record made = { .bytes = s->message_bytes,
		.wall_ns = s->loop->wall.ns,
		.took_ns = -1 };

	if (id == RECORD_trade && trade->backfill != BOOL_TRUE)
		s->event_ns = trade->timestamp;
	if (s->watcher != NULL)
		s->watcher->record(s->watcher, id, rec);
	keep(s, id, rec, &made);
	s->records[id].published++;
	replaced_made(s->hub->replaced, s->id, id, &made);
	s->message_bytes = 0;
}

static void
on_want_book(struct market_host *h, unsigned symbol)
{
	struct source *s = source_of(h);
	int stream = s->symbols[symbol].streams[CHANNEL_BOOK];
	struct feed *f;

	if (!s->venue->books_in_stream) {
		rest_want_book(&s->rest, symbol);
		return;
	}
	f = stream == SOURCE_NO_STREAM ? NULL
				       : source_carrier(s, (unsigned)stream);
	if (f != NULL)
		feed_again(f, (unsigned)stream);
}

static void
on_want_trades(
    struct market_host *h, unsigned symbol, int64_t first, int64_t last)
{
	rest_want_trades(&source_of(h)->rest, symbol, first, last);
}

int
source_stream(const struct source *s, unsigned symbol, enum channel c,
    struct span interval)
{
	const struct source_symbol *y = &s->symbols[symbol];

	while (s->venue->channels[c].how == OFFER_WITH)
		c = s->venue->channels[c].with;
	if (c != CHANNEL_KLINE)
		return y->streams[c];
	for (unsigned k = 0; k < SOURCE_INTERVALS_MAX; k++) {
		if (y->klines[k] != SOURCE_NO_STREAM &&
		    span_is(interval, s->streams[y->klines[k]].interval))
			return y->klines[k];
	}
	return SOURCE_NO_STREAM;
}

static void
on_alive(struct market_host *h, unsigned symbol, enum channel c,
    struct span interval, uint32_t epoch)
{
	struct source *s = source_of(h);
	int i = source_stream(s, symbol, c, interval);
	struct lane *l;

	if (i == SOURCE_NO_STREAM)
		return;
	l = &s->lanes[(unsigned)i / s->room];
	l->records[c]++;
	if (l->feeds[0].epoch == epoch)
		feed_alive(&l->feeds[0], (unsigned)i);
	else if (l->feeds[1].epoch == epoch)
		feed_alive(&l->feeds[1], (unsigned)i);
}

static struct feed *
feed_with_epoch(struct source *s, uint32_t epoch)
{
	for (unsigned i = 0; i < s->lane_count; i++) {
		for (unsigned k = 0; k < 2; k++) {
			if (s->lanes[i].feeds[k].epoch == epoch)
				return &s->lanes[i].feeds[k];
		}
	}
	return NULL;
}

static void
on_ack(struct market_host *h, int64_t id, struct span name, enum err e,
    struct span text, uint32_t epoch)
{
	struct feed *f = feed_with_epoch(source_of(h), epoch);

	if (f != NULL)
		feed_ack(f, id, name, e, text);
}

static void
on_send(struct market_host *h, struct span frame, uint32_t epoch)
{
	struct feed *f = feed_with_epoch(source_of(h), epoch);

	if (f != NULL)
		feed_send(f, frame);
}

static int64_t
on_request_id(struct market_host *h, uint32_t epoch)
{
	struct feed *f = feed_with_epoch(source_of(h), epoch);

	return f == NULL ? 0 : feed_request_id(f);
}

static void
on_shutdown(struct market_host *h, uint32_t epoch)
{
	struct source *s = source_of(h);
	struct feed *f = feed_with_epoch(s, epoch);

	if (f == NULL || f->shutdown_said)
		return;
	f->shutdown_said = true;
	source_replace(s, f, "the venue announced a shutdown");
}

static void
on_changed(struct market_host *h, struct span native, struct span state)
{
	symbols_changed(&source_of(h)->listing, native, state);
}

static int64_t
on_last_trade(struct market_host *h, unsigned symbol)
{
	struct source *s = source_of(h);
	const int64_t *mark = s->symbols[symbol].mark;

	return mark == NULL ? SEQ_NULL : *mark;
}

static void
on_traded(struct market_host *h, unsigned symbol, int64_t id)
{
	struct source *s = source_of(h);

	if (s->symbols[symbol].mark != NULL)
		hub_mark(s->hub, s->symbols[symbol].mark, id);
}

static int64_t
on_last_funding(struct market_host *h, unsigned symbol)
{
	const int64_t *mark = source_funding_mark(source_of(h), symbol);

	return mark == NULL ? SEQ_NULL : *mark;
}

static void
on_funded(struct market_host *h, unsigned symbol, int64_t told)
{
	struct source *s = source_of(h);
	const int64_t *mark = source_funding_mark(s, symbol);

	if (mark != NULL)
		hub_mark(s->hub, mark, told);
}

void
source_host(struct source *s)
{
	s->host = (struct market_host){ .owner = s,
		.record = on_record,
		.want_book = on_want_book,
		.want_trades = on_want_trades,
		.alive = on_alive,
		.ack = on_ack,
		.send = on_send,
		.request_id = on_request_id,
		.changed = on_changed,
		.shutdown = on_shutdown,
		.last_trade = on_last_trade,
		.traded = on_traded,
		.last_funding = on_last_funding,
		.funded = on_funded };
}
