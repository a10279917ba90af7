/*
 * feed_world.h -- the lanes of a source without a network, a market and a loop.
 *
 * The connection opens as soon as it is wanted; what is sent on it is noted as
 * requests and answered by hand; the clock moves when a test says so.  What the
 * rest of the program would be told are words: STATE:STREAM or STATE:CONNECTION
 * of events, replace:CONNECTION, retry:SYMBOL, poll:SYMBOL.
 */
#ifndef TEST_FEED_FEED_WORLD_H
#define TEST_FEED_FEED_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/log.h"
#include "feed/feed_internal.h"

enum {
	WORLD_SYMBOLS = 600,
	WORLD_REQUESTS = 2048,
	WORLD_WORDS = 64 * 1024,
	WORLD_ARENA = 16 * 1024 * 1024,
};

struct request {
	struct feed *feed;
	/* 0: a text that is no request. */
	int64_t id;
	int64_t ms;
	bool on;
	bool answered;
	unsigned count;
	char *names;
};

struct world {
	struct loop loop;
	struct arena arena;
	struct venue venue;
	struct opt_venue options;
	struct source source;
	struct source_symbol symbols[WORLD_SYMBOLS];
	struct symbol natives[WORLD_SYMBOLS];
	bool wants[WORLD_SYMBOLS][CHANNEL_COUNT];
	struct sync books[WORLD_SYMBOLS];
	struct request requests[WORLD_REQUESTS];
	unsigned sent;
	char words[WORLD_WORDS];
	size_t len;
	int64_t start_ns;
	/* Sending fails. */
	enum err broken;
};

static struct world *w;

#include "words.h"

/* How often was a word that begins so said; the words stay. */
static inline unsigned
times_said(const char *start)
{
	unsigned n = 0;

	w->words[w->len] = '\0';
	for (const char *at = w->words; (at = strstr(at, start)) != NULL; at++)
		n++;
	return n;
}

/* --- in place of the neighbours ---------------------------------------------
 */

void
timer_start(struct loop *l, struct timer *t, struct mono due)
{
	assert_ptr_equal(l, &w->loop);
	t->due = due;
	t->armed = true;
}

void
timer_stop(struct loop *l, struct timer *t)
{
	(void)l;
	t->armed = false;
}

void
conn_init(struct conn *c, struct conn_world *world)
{
	(void)c;
	(void)world;
}

void
conn_close(struct conn *c)
{
	(void)c;
}

void
conn_kick(struct conn *c)
{
	(void)c;
}

void
ws_fini(struct ws *ws)
{
	(void)ws;
}

enum err
ws_close(struct ws *ws, uint16_t code)
{
	(void)ws;
	assert_int_equal(code, 1000);
	return ERR_OK;
}

static inline struct feed *
feed_of(const struct ws *ws)
{
	for (unsigned i = 0; i < w->source.lane_count; i++) {
		for (unsigned k = 0; k < 2; k++) {
			if (&w->source.lanes[i].feeds[k].ws == ws)
				return &w->source.lanes[i].feeds[k];
		}
	}
	fail();
	return NULL;
}

static inline int64_t
now_ms(void)
{
	return (w->loop.now.ns - w->start_ns) / NS_PER_MS;
}

/* "+7 a b c": subscribe, id 7. */
enum err
ws_send(struct ws *ws, const char *text, size_t len)
{
	struct request *r = &w->requests[w->sent++];

	assert_true(w->sent < WORLD_REQUESTS);
	if (w->broken != ERR_OK)
		return w->broken;
	*r = (struct request){ .feed = feed_of(ws),
		.ms = now_ms(),
		.on = text[0] == '+',
		.names = strndup(text, len) };
	if (text[0] == '+' || text[0] == '-')
		r->id = strtoll(text + 1, NULL, 10);
	for (size_t i = 0; i < len; i++)
		r->count += text[i] == ' ';
	return ERR_OK;
}

/* As feed_wire.c does, but all of it goes well at once. */
void
feed_connect(struct feed *f)
{
	f->epoch = ++f->source->epochs;
	f->seen_count = 0;
	memset(f->streams, 0, f->lane->count * sizeof(f->streams[0]));
	feed_goto(f, FEED_RESOLVE, "test");
	feed_goto(f, FEED_CONNECT, "test");
	feed_goto(f, FEED_HANDSHAKE, "test");
	feed_goto(f, FEED_UPGRADE, "test");
	feed_step(f, EV_OPEN, "test");
}

void
feed_upgrade(struct feed *f)
{
	(void)f;
	fail();
}

bool
feed_greet(struct feed *f)
{
	if (f->source->venue->greeting != NULL)
		f->next_id++;
	return true;
}

void
source_event(struct source *s, const char *connection, const char *state,
    const char *why)
{
	assert_ptr_equal(s, &w->source);
	assert_true(why[0] != '\0');
	say("%s:%s", state, connection);
}

void
source_progress(struct source *s, struct feed *f)
{
	(void)s;
	(void)f;
}

void
source_replace(struct source *s, struct feed *f, const char *why)
{
	(void)s;
	assert_true(why[0] != '\0');
	say("replace:%s", f->name);
}

bool
source_lost(struct source *s, struct feed *f, const char *why)
{
	(void)s;
	(void)f;
	(void)why;
	return false;
}

/* Asked for where a stream got its place: is its lane connected? */
struct feed *
source_carrier(struct source *s, unsigned i)
{
	struct feed *f = &s->lanes[i / s->room].feeds[0];

	return feed_is_open(f) ? f : NULL;
}

void
source_register_feed(struct source *s, struct feed *f)
{
	(void)s;
	assert_true(f->name[0] != '\0');
}

const struct symbol *
market_symbol(const struct market *m, unsigned s)
{
	(void)m;
	assert_true(s < WORLD_SYMBOLS);
	return &w->natives[s];
}

void
market_want(struct market *m, unsigned s, enum channel c)
{
	(void)m;
	w->wants[s][c] = true;
}

const struct sync *
market_book(const struct market *m, unsigned s)
{
	(void)m;
	return &w->books[s];
}

void
market_retry_book(struct market *m, unsigned s)
{
	(void)m;
	say("retry:%u", s);
}

void
rest_poll(struct rest *r, unsigned symbol, enum channel c)
{
	(void)r;
	say("poll:%u:%s", symbol, channel_name(c));
}

/* --- a venue ----------------------------------------------------------------
 */

static inline void
world_name(const struct stream *s, struct out *o)
{
	if (s->symbol != NULL)
		out_span(o, symbol_native(s->symbol));
	else
		out_text(o, s->group);
	out_char(o, ':');
	out_text(o, channel_name(s->channel));
	if (s->interval[0] != '\0') {
		out_char(o, '.');
		out_text(o, s->interval);
	}
}

static inline void
world_subscribe(const struct stream *const *streams, size_t n, bool on,
    int64_t id, struct out *o, size_t *taken)
{
	size_t i;

	out_char(o, on ? '+' : '-');
	out_i64(o, id);
	for (i = 0; i < n; i++) {
		out_char(o, ' ');
		world_name(streams[i], o);
	}
	*taken = i;
}

/* Odd symbols are of one group, even ones of the other. */
static inline const char *
world_group(const struct symbol *s, enum channel c)
{
	(void)c;
	return (s - w->natives) % 2 == 1 ? "odd" : "even";
}

static inline unsigned
world_count(void)
{
	return w->source.symbol_count;
}

/* The symbol S0, S1 ... is given its streams. */
static inline enum err
add_symbol(void)
{
	unsigned n = w->source.symbol_count++;
	char name[16];

	assert_true(n < WORLD_SYMBOLS);
	snprintf(name, sizeof(name), "S%u", n);
	assert_int_equal(symbol_set(&w->natives[n], VENUE_okx, MARKET_SPOT,
			     span_of(name), span_of(name)),
	    ERR_OK);
	return source_add_streams(&w->source, n);
}

static inline void
add_symbols(unsigned n)
{
	while (n-- > 0)
		assert_int_equal(add_symbol(), ERR_OK);
}

/* The rest of the venue and the settings is a test's, before this. */
static inline void
world_lanes(unsigned symbols)
{
	source_init_lanes(&w->source, &w->arena, symbols);
}

static inline int
world_begin(void **state)
{
	static const char *const routes[] = { "one", "two" };

	(void)state;
	w = calloc(1, sizeof(*w));
	/* What fails here is meant to. */
	log_level(LOG_ERROR);
	w->start_ns = 1000 * NS_PER_S;
	w->loop.now.ns = w->start_ns;
	w->loop.wall.ns = 1795392000LL * NS_PER_S;
	assert_int_equal(arena_init(&w->arena, WORLD_ARENA), ERR_OK);
	w->venue = (struct venue){ .streams_max = 1024,
		.names_max = 200,
		.sends_per_s = 10,
		.routes = routes,
		.route_count = 2,
		.group = world_group,
		.stream_name = world_name,
		.subscribe = world_subscribe };
	w->venue.channels[CHANNEL_TRADE] =
	    (struct venue_channel){ OFFER_STREAM, 0, 0, 3 };
	w->options = (struct opt_venue){ .streams_per_connection = 400,
		.silence_ms = 60000,
		.first_data_ms = 15000,
		.stale_book_ms = 20000,
		.lifetime_s = 82800,
		.backoff_min_ms = 250,
		.backoff_max_ms = 30000 };
	strcpy(w->options.channels, "trade");
	strcpy(w->options.ws_path, "/ws/{route}/v5");
	w->source = (struct source){ .venue = &w->venue,
		.name = "test",
		.options = &w->options,
		.loop = &w->loop,
		.symbols = w->symbols };
	random_init(&w->source.random, 7);
	return 0;
}

static inline int
world_end(void **state)
{
	(void)state;
	for (unsigned i = 0; i < w->sent; i++)
		free(w->requests[i].names);
	arena_fini(&w->arena);
	free(w);
	return 0;
}

/* --- time -------------------------------------------------------------------
 */

static inline struct timer *
first_due(struct mono end)
{
	struct timer *first = NULL;

	for (unsigned i = 0; i < w->source.lane_count * 2; i++) {
		struct feed *f = &w->source.lanes[i / 2].feeds[i % 2];
		struct timer *timers[] = { &f->deadline, &f->tick };

		for (unsigned k = 0; k < 2; k++) {
			if (timers[k]->armed && timers[k]->due.ns <= end.ns &&
			    (first == NULL ||
				timers[k]->due.ns < first->due.ns))
				first = timers[k];
		}
	}
	return first;
}

/* ms go by, and whatever is due in them happens; not too often. */
static inline void
wait_ms(int64_t ms)
{
	struct mono end = mono_after_ms(w->loop.now, ms);
	int64_t turns = 0;
	struct timer *t;

	while ((t = first_due(end)) != NULL) {
		assert_true(turns++ < 1000 + ms / 50);
		if (t->due.ns > w->loop.now.ns) {
			w->loop.wall.ns += t->due.ns - w->loop.now.ns;
			w->loop.now = t->due;
		}
		t->armed = false;
		t->fire(t);
	}
	w->loop.wall.ns += end.ns - w->loop.now.ns;
	w->loop.now = end;
}

static inline struct feed *
first_feed(void)
{
	return &w->source.lanes[0].feeds[0];
}

/* --- answers ----------------------------------------------------------------
 */

enum manner {
	/* The request is taken or refused as a whole. */
	WHOLE,
	/* Each good name is acknowledged, then each bad one refused without a
	 * name; or the other way round. */
	EACH,
	EACH_BAD_FIRST,
	/* The same, and what is refused has its name. */
	EACH_NAMED,
	/* The good names, then the request. */
	LIST,
};

static inline bool
is_bad(struct span name, const char *bad)
{
	struct span rest = span_of(bad);
	struct span word;

	while ((word = span_word(&rest, " ")).at != NULL) {
		if (span_eq(word, name))
			return true;
	}
	return false;
}

static inline void
answer_names(struct request *r, const char *bad, bool good, enum manner how)
{
	struct span rest = span_of(r->names);
	struct span name = span_word(&rest, " ");

	while ((name = span_word(&rest, " ")).at != NULL) {
		bool refused = is_bad(name, bad);

		if (refused == good)
			continue;
		if (!refused)
			feed_ack(r->feed, r->id, name, ERR_OK, SPAN_NULL);
		else if (how != LIST)
			feed_ack(r->feed, r->id,
			    how == EACH_NAMED ? name : SPAN_NULL, ERR_REJECTED,
			    SPAN("no such stream"));
	}
}

static inline void
answer(struct request *r, enum manner how, const char *bad)
{
	bool refused = false;
	struct span rest = span_of(r->names);
	struct span name = span_word(&rest, " ");

	r->answered = true;
	if (how != WHOLE) {
		answer_names(r, bad, how != EACH_BAD_FIRST, how);
		answer_names(r, bad, how == EACH_BAD_FIRST, how);
		if (how == LIST)
			feed_ack(r->feed, r->id, SPAN_NULL, ERR_OK, SPAN_NULL);
		return;
	}
	while ((name = span_word(&rest, " ")).at != NULL)
		refused = refused || is_bad(name, bad);
	feed_ack(r->feed, r->id, SPAN_NULL, refused ? ERR_REJECTED : ERR_OK,
	    refused ? SPAN("no such stream") : SPAN_NULL);
}

/* For so long everything that is asked is answered within 10 ms. */
static inline void
serve(int64_t ms, enum manner how, const char *bad)
{
	for (int64_t at = 0; at < ms; at += 10) {
		wait_ms(10);
		for (unsigned i = 0; i < w->sent; i++) {
			if (!w->requests[i].answered && w->requests[i].id != 0)
				answer(&w->requests[i], how, bad);
		}
	}
}

/* Of the streams of the first lane. */
static inline unsigned
count_acked(void)
{
	const struct feed *f = first_feed();
	unsigned n = 0;

	for (unsigned i = 0; i < f->lane->count; i++)
		n += f->streams[i].acked && !f->streams[i].rejected;
	return n;
}

/* Symbols, one connection, which is open. */
static inline void
open_feed(unsigned symbols)
{
	world_lanes(symbols);
	add_symbols(symbols);
	assert_int_equal(w->source.lane_count, 1);
	feed_start(first_feed(), 0);
}

/* The same, and everything acknowledged. */
static inline void
open_live(unsigned symbols)
{
	open_feed(symbols);
	serve(2000, WHOLE, "");
	assert_int_equal(first_feed()->state, FEED_LIVE);
	expect_said("live:test:0a");
}

#endif
