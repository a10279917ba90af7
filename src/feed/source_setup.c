#include "feed/source.h"

#include <string.h>

#include "core/arena.h"
#include "core/must.h"

static const char *
intern(struct arena *a, struct span text)
{
	char *copy = arena_take(a, "names", 1, text.len + 1);

	memcpy(copy, text.at, text.len);
	return copy;
}

static unsigned
count_words(const char *list)
{
	struct span rest = span_of(list);
	unsigned n = 0;

	while (span_word(&rest, " ,\t").at != NULL)
		n++;
	return n;
}

/* Patterns need room; names alone need their number, and some that may be added
 * while it runs. */
static unsigned
symbols_room(const struct source *s)
{
	unsigned words = count_words(s->options->symbols);
	unsigned most = (unsigned)s->options->symbols_max;

	if (strchr(s->options->symbols, '*') == NULL &&
	    most > words + SOURCE_SYMBOLS_SPARE)
		most = words + SOURCE_SYMBOLS_SPARE;
	return words > most ? words : most;
}

static void
make_rest(struct source *s, const struct source_setup *setup)
{
	struct arena *a = setup->arena;
	const struct opt_venue *o = s->options;
	struct rest_setup r = { .weight_per_minute =
				    (uint32_t)o->weight_per_minute,
		.book_limit = (uint32_t)o->book_limit,
		.backfill_max = o->backfill_max,
		.backfill_hold_ms = o->backfill_hold_ms,
		.poll_ms = o->poll_s * 1000,
		.trades = s->trades };
	enum {
		BODY_MAX = 1024 * 1024,
		JOB_BODY_MAX = 1024 * 1024,
		ERROR_TOKENS = 64,
	};

	s->rest.venue = s->venue;
	s->rest.market = s->market;
	s->rest.loop = s->loop;
	s->rest.random = &s->random;
	s->rest.name = s->name;
	s->rest.symbols = symbols_room(s);
	s->rest.wishes = arena_take(
	    a, "REST wishes", s->rest.symbols, sizeof(struct rest_wish));
	json_init(&s->rest.errors,
	    arena_take(
		a, "REST error tokens", 1, json_pool_bytes(ERROR_TOKENS)),
	    ERROR_TOKENS);
	httpc_init(&s->rest.http, s->world, o->rest_host,
	    (uint16_t)o->rest_port, &s->rest_peer,
	    arena_take(a, "REST body", 1, BODY_MAX), BODY_MAX);
	httpc_init(&s->rest.jobs_http, s->world, o->rest_host,
	    (uint16_t)o->rest_port, &s->jobs_peer,
	    arena_take(a, "REST job body", 1, JOB_BODY_MAX), JOB_BODY_MAX);
	rest_init(&s->rest, &r);
}

/*
 * When a connection is lost, every symbol needs a buffer for the deltas of its
 * book and one for the trades behind its hole: without the latter these would
 * overtake what REST brings.  Only what is written to becomes resident.
 */
static void
set_buffers(struct market_setup *m)
{
	enum {
		ALL_BYTES = 32 * 1024 * 1024,
		MOST_BYTES = 512 * 1024,
		LEAST_BYTES = 64 * 1024,
	};

	m->buffers = 2 * m->symbols_max + 4;
	m->buffer_bytes = ALL_BYTES / m->buffers & ~(size_t)63;
	if (m->buffer_bytes > MOST_BYTES)
		m->buffer_bytes = MOST_BYTES;
	if (m->buffer_bytes < LEAST_BYTES)
		m->buffer_bytes = LEAST_BYTES;
}

static void
make_market(struct source *s, const struct source_setup *setup)
{
	const struct opt_venue *o = s->options;
	struct market_setup m = { .venue = s->venue,
		.trades = s->trades,
		.symbols_max = symbols_room(s),
		.book_limit = (uint32_t)o->book_limit,
		.book_capacity = (uint32_t)o->book_limit * 2,
		.book_publish = (uint32_t)o->book_publish,
		.tokens = 65536,
		.levels = HUB_LEVELS };

	set_buffers(&m);
	s->market = market_new(setup->arena, &m, &s->host);
}

enum err
source_init(struct source *s, const struct source_setup *setup, struct out *why)
{
	unsigned room;
	enum err e;

	s->id = setup->venue;
	s->venue = venues[setup->venue];
	s->name = venue_descs[setup->venue].name;
	s->options = setup->options;
	s->hub = setup->hub;
	s->journal = setup->journal;
	s->world = setup->world;
	s->loop = setup->world->loop;
	random_init(&s->random, setup->seed);
	s->connects_left = (int64_t)s->venue->connects_per_5min / 2;
	s->trades = venue_trades(s->venue, span_of(s->options->trades));
	s->shown = setup->metrics;
	room = symbols_room(s);
	source_host(s);
	source_register(s);
	make_market(s, setup);
	s->symbols = arena_take(
	    setup->arena, "symbols", room, sizeof(struct source_symbol));
	make_rest(s, setup);
	source_init_lanes(s, setup->arena, room);
	source_init_symbols(s, setup, room);
	e = source_begin_symbols(s, setup->saved, why);
	if (e != ERR_OK)
		return e;
	tls_peer_init(
	    &s->ws_peer, intern(setup->arena, span_of(s->options->ws_host)));
	tls_peer_init(&s->rest_peer,
	    intern(setup->arena, span_of(s->options->rest_host)));
	tls_peer_init(&s->jobs_peer,
	    intern(setup->arena, span_of(s->options->rest_host)));
	return ERR_OK;
}
