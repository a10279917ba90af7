/*
 * source.h -- one venue as configured: its symbols, its streams, the
 * connections that carry them, its REST calls, and the way of its records to
 * the hub.
 *
 * Streams have places in lanes: a lane has room for streams_per_connection
 * streams of one route of the venue (and not more books than it wants on one
 * connection); stream number i is place i % room of lane i / room.  A stream
 * that nobody wants any more is `gone`: it is unsubscribed, and everybody skips
 * it until its place is taken again.  A lane has
 * two feeds, of which one is in use; the other is the successor while a
 * connection is being replaced (make before break): age limit, announced
 * shutdown.  The old one goes when the new one has delivered every stream that
 * the old one had, or after SOURCE_OVERLAP_MS.
 */
#ifndef MPEDGE_FEED_SOURCE_H
#define MPEDGE_FEED_SOURCE_H

#include "core/options.h"
#include "core/random.h"
#include "feed/feed.h"
#include "feed/hub.h"
#include "feed/rest.h"
#include "feed/symbols.h"

enum {
	SOURCE_OVERLAP_MS = 30000,
	SOURCE_LANES_MAX = 16,
	SOURCE_INTERVALS_MAX = 16,
	SOURCE_PATH_MAX = 160,
	SOURCE_NO_STREAM = -1,
	/* Between two wishes for a book: of one symbol, and of any. */
	SOURCE_RENEW_MS = 30000,
	SOURCE_RENEW_ANY_MS = 1000,
	/* Where symbols are names alone: room for more of them. */
	SOURCE_SYMBOLS_SPARE = 32,
	/* Of a free place. */
	SOURCE_NO_SYMBOL = 1 << 30,
};

#define SOURCE_NO_DELAY INT64_MAX

/*
 * Who looks on (the scheduler): every record of the source before it is
 * published, and each stream that is without a connection from now on.
 */
struct source_watcher {
	void *owner;
	void (*record)(
	    struct source_watcher *w, enum record_id id, const void *rec);
	void (*lost)(struct source_watcher *w, unsigned stream);
};

struct lane {
	unsigned first;
	unsigned count;
	/* Index into the venue's routes, and the path it makes. */
	unsigned route;
	char path[SOURCE_PATH_MAX];
	unsigned books;
	/* Of count: streams that are gone; of those, places that are free. */
	unsigned gone;
	unsigned free;
	/* Events that came on it, repetitions included. */
	uint64_t records[CHANNEL_COUNT];
	struct feed feeds[2];
	/* Index of the feed in use. */
	unsigned current;
	/* When the successor was started. */
	struct mono overlap_since;
};

/* The streams of a symbol: numbers, or SOURCE_NO_STREAM.  Streams of a group
 * are those of each of its symbols. */
struct source_symbol {
	bool collected;
	/* Dropped, and its streams are being unsubscribed. */
	bool leaving;
	/* Listed, but not traded now. */
	bool halted;
	int streams[CHANNEL_COUNT];
	int klines[SOURCE_INTERVALS_MAX];
	/* Last trade id delivered, in the journal. */
	const int64_t *mark;
	/* Funding times told, likewise; NULL until they are asked for. */
	const int64_t *funding_mark;
	/* Since when its book is not live while its stream is; 0: it is. */
	struct mono book_out_since;
	/* Books in the stream: not asked for again before. */
	struct mono book_ask_after;
	unsigned book_asks;
	bool book_told;
	/* Not asked for anew before, because somebody wishes it. */
	struct mono renew_after;
};

struct source_setup {
	enum venue_id venue;
	const struct opt_venue *options;
	const struct options *all;
	/* Instruments of an earlier run (symbols_save), or SPAN_NULL. */
	struct span saved;
	struct arena *arena;
	struct hub *hub;
	struct journal *journal;
	struct conn_world *world;
	struct metrics *metrics;
	uint64_t seed;
};

struct source {
	const struct venue *venue;
	const char *name;
	const struct opt_venue *options;
	struct loop *loop;
	struct hub *hub;
	struct journal *journal;
	struct conn_world *world;
	struct metrics *shown;
	struct random random;
	/* When the venue made the newest trade of the message being read. */
	int64_t event_ns;
	/* Its bytes, until its first record is made. */
	size_t message_bytes;
	enum venue_id id;
	/* The least that trades were older than our clock since somebody set
	 * it to SOURCE_NO_DELAY. */
	int64_t delay_least_ns;
	struct market *market;
	struct market_host host;
	struct rest rest;
	struct tls_peer ws_peer;
	struct tls_peer rest_peer;
	struct tls_peer jobs_peer;
	/* Places: lanes_max times room; symbol of each, or of its first. */
	struct stream *streams;
	unsigned *stream_symbol;
	struct feed_stream *stream_states;
	unsigned stream_count;
	unsigned room;
	unsigned trades;
	struct source_symbol *symbols;
	unsigned symbol_count;
	/* Which symbols there are to be. */
	struct symbols listing;
	struct symbols_host listing_host;
	/* Places of dropped symbols become free. */
	struct timer sweep;
	struct lane *lanes;
	unsigned lane_count;
	unsigned lanes_max;
	uint32_t epochs;
	/* Connection attempts left, and when that was counted. */
	int64_t connects_left;
	struct mono connects_at;
	struct mono connected_at;
	/* Periodic snapshots: next symbol and its time. */
	struct timer books;
	unsigned next_book;
	/* No book is asked for anew before. */
	struct mono renew_after;
	bool started;
	bool stopped;
	/* NULL: nobody. */
	struct source_watcher *watcher;
	struct market_metrics metrics;
	struct skipped_metrics skipped[ERR_COUNT];
	struct records_metrics records[RECORD_COUNT];
};

/* Before arena_seal.  CONFIG with a reason when a symbol is not usable. */
enum err source_init(struct source *s, const struct source_setup *setup,
    struct out *why) MUST_USE;
void source_start(struct source *s);

/* Close all connections; records already made stay in the journal. */
void source_stop(struct source *s);

/* For feeds: may a connection be attempted now?  Takes one from the budget of
 * the venue; else *wait_ms says how long to wait. */
bool source_may_connect(struct source *s, int64_t *wait_ms);

/* For feeds: state changes worth a record. */
void source_event(struct source *s, const char *connection, const char *state,
    const char *why);

/* A record that the market does not make. */
void source_publish(struct source *s, enum record_id id, const void *rec);

/* For feeds: f went live, saw new data, or ended. */
void source_progress(struct source *s, struct feed *f);
void source_replace(struct source *s, struct feed *f, const char *why);

/* f ended without being asked to; true when the other feed of its lane carries
 * on, so that f is not to be started again. */
bool source_lost(struct source *s, struct feed *f, const char *why);

/* The other feed of f's lane. */
struct feed *source_other(struct feed *f);

/* The live feed that has stream i, the one in use first; or NULL. */
struct feed *source_carrier(struct source *s, unsigned i);

/* source_host.c: what the market calls back. */
void source_host(struct source *s);

/* The stream that carries channel c of this symbol, or SOURCE_NO_STREAM. */
int source_stream(const struct source *s, unsigned symbol, enum channel c,
    struct span interval);

/*
 * source_streams.c: give the streams of symbol number n a place, each channel
 * and interval of the configuration that the venue has for it; a venue with
 * nothing for it adds nothing.  FULL when there is no place left.
 */
enum err source_add_streams(struct source *s, unsigned n) MUST_USE;

/* source_drop.c: the streams of symbol n are gone, but for those of a group. */
void source_drop_streams(struct source *s, unsigned n);

/* The mark of its funding times; NULL when there is none to be had. */
const int64_t *source_funding_mark(struct source *s, unsigned n);
/* Is one of its streams still to be unsubscribed? */
bool source_is_leaving(const struct source *s, unsigned n);
/* Its places may be another's. */
void source_free_streams(struct source *s, unsigned n);
void source_init_lanes(struct source *s, struct arena *a, unsigned symbols);

/* source_symbols.c: what the listing calls back; its words become symbols.
 * CONFIG with a reason. */
void source_init_symbols(
    struct source *s, const struct source_setup *with, unsigned room);
enum err source_begin_symbols(
    struct source *s, struct span saved, struct out *why) MUST_USE;
void source_stop_symbols(struct source *s);
/* Read the instrument lists again; false: they are new, or being read. */
bool source_read_lists(struct source *s);

/*
 * source_renew.c: the book of symbol n is asked for anew because somebody
 * wishes it.  It is invalid from now on, as one that differs from the venue's
 * would be, until it has come.  Otherwise nothing is done to it: DOWN when no
 * connection brings it, AGAIN while it is being asked for already, LIMITED
 * when that would be too often, or more than a wish may take of the venue's
 * budget: *wait_ms is when to try again.
 */
enum err source_renew_book(
    struct source *s, unsigned n, int64_t *wait_ms) MUST_USE;

/* source_metrics.c: registers everything of a source that is shown. */
void source_register(struct source *s);
void source_register_feed(struct source *s, struct feed *f);

/* source_panels.c: elements of JSON arrays for the status page, a comma in
 * front of each but the first. */
void source_connections(struct source *s, struct out *o, bool *first);
void source_books(struct source *s, struct out *o, bool *first);
/* One row for the venue; a row for each that is not collected, or refused. */
void source_listing(struct source *s, struct out *o, bool *first);
void source_missing(struct source *s, struct out *o, bool *first);
void source_rest(struct source *s, struct out *o, bool *first);

/* What it thinks of itself; owner is a source. */
void source_health(void *owner, struct health_check *h);
void source_refresh(void *owner);

#endif
