#include "app/offline.h"

#include <string.h>

static const struct market_setup setup = {
	.symbols_max = OFFLINE_SYMBOLS,
	.book_limit = 5000,
	.book_capacity = 8192,
	.book_publish = 5000,
	.buffers = OFFLINE_BUFFERS,
	.buffer_bytes = 1024 * 1024,
	.tokens = 131072,
	.levels = 20000,
};

static void
on_record(struct market_host *h, enum record_id id, const void *rec)
{
	struct offline *o = h->owner;

	o->record(o->owner, id, rec);
}

/* The recorded reply comes when it comes. */
static void
on_want_book(struct market_host *h, unsigned s)
{
	(void)h;
	(void)s;
}

static void
on_want_trades(struct market_host *h, unsigned s, int64_t first, int64_t last)
{
	struct offline *o = h->owner;

	(void)first;
	(void)last;
	market_trades_failed(o->market, s, "nobody to ask in a replay", o->now);
}

static void
on_alive(struct market_host *h, unsigned s, enum channel c,
    struct span interval, uint32_t epoch)
{
	(void)h;
	(void)s;
	(void)c;
	(void)interval;
	(void)epoch;
}

static void
on_ack(struct market_host *h, int64_t id, struct span name, enum err e,
    struct span text, uint32_t epoch)
{
	struct offline *o = h->owner;

	(void)id;
	(void)name;
	(void)e;
	(void)text;
	(void)epoch;
	o->acks++;
}

static void
on_shutdown(struct market_host *h, uint32_t epoch)
{
	struct offline *o = h->owner;

	(void)epoch;
	o->shutdowns++;
}

enum err
offline_symbol(struct offline *o, struct span native, unsigned *number)
{
	char unified[SYMBOL_MAX + 1];
	struct out u;
	enum err e;

	out_init(&u, unified, sizeof(unified));
	o->venue->unified(native, &u);
	e = u.full ? ERR_FULL
		   : market_add(o->market, native, out_done(&u), number);
	if (e != ERR_OK) {
		o->refused_symbols++;
		return e;
	}
	for (enum channel c = 0; c < CHANNEL_COUNT; c++)
		market_want(o->market, *number, c);
	return ERR_OK;
}

static bool
on_unknown(struct market_host *h, struct span native)
{
	unsigned number;

	return offline_symbol(h->owner, native, &number) == ERR_OK;
}

/* Index into trade_kinds. */
static enum err
find_trades(const struct venue *v, const char *kind, unsigned *trades)
{
	*trades = 0;
	if (kind == NULL)
		return ERR_OK;
	*trades = venue_trades(v, span_of(kind));
	return strcmp(v->trade_kinds[*trades], kind) == 0 ? ERR_OK
							  : ERR_UNKNOWN;
}

enum err
offline_init(
    struct offline *o, const char *venue, const char *trades, size_t extra)
{
	struct market_setup s = setup;
	enum venue_id v = 0;
	enum err e;

	memset(o, 0, sizeof(*o));
	while (v < VENUE_COUNT && strcmp(venue_descs[v].name, venue) != 0)
		v++;
	if (v == VENUE_COUNT)
		return ERR_UNKNOWN;
	s.venue = venues[v];
	o->venue = s.venue;
	e = find_trades(s.venue, trades, &s.trades);
	if (e == ERR_OK)
		e = arena_init(&o->arena, market_bytes(&s) + extra);
	if (e != ERR_OK)
		return e;
	o->host = (struct market_host){ .owner = o,
		.record = on_record,
		.want_book = on_want_book,
		.want_trades = on_want_trades,
		.alive = on_alive,
		.ack = on_ack,
		.shutdown = on_shutdown,
		.unknown = on_unknown };
	o->market = market_new(&o->arena, &s, &o->host);
	return ERR_OK;
}

void
offline_fini(struct offline *o)
{
	arena_fini(&o->arena);
}
