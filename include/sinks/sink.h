/*
 * sink.h -- what a destination of records must do.
 *
 * A sink is offered frames in journal order, from its own cursor, at the end of
 * each turn, and confirms them whenever its server has; the hub moves the
 * cursor. take() answers how many it accepted: fewer than offered means "not
 * now" and the rest is offered again.  After a failure it calls host->rewind:
 * everything not confirmed is offered again.
 */
#ifndef MPEDGE_SINKS_SINK_H
#define MPEDGE_SINKS_SINK_H

#include "core/loop.h"
#include "model/model.h"

enum sink_id {
#define SINK(id, doc) SINK_##id,
#include "tables/sinks.def"
#undef SINK
	SINK_COUNT
};

/* One record on its way out. */
struct sink_frame {
	/* Opaque place in the journal; grows. */
	uint64_t position;
	/* Place after it: what to confirm. */
	uint64_t next;
	uint64_t sequence;
	enum record_id id;
	/* Decoded; good until take returns. */
	const union record *record;
	struct wall seen;
	struct wall stamp;
};

struct sink_host {
	void *owner;
	/* Everything before position is safely at its destination. */
	void (*confirm)(struct sink_host *h, uint64_t position);
	/* Offer again from the last confirmed position. */
	void (*rewind)(struct sink_host *h);
	/* There is room again: offer at the end of this turn. */
	void (*ready)(struct sink_host *h);
	/*
	 * A number kept in the journal for this sink, 0 when there is none.
	 * With a journal in a file, border_keep survives the end of the process
	 * at once.  Not from within take.
	 */
	int64_t (*border)(struct sink_host *h);
	void (*border_keep)(struct sink_host *h, int64_t number);
	/* The program is ending: deliver now what would wait for more. */
	bool draining;
	/* State for status and logs: up or down, and why. */
	void (*up)(struct sink_host *h);
	void (*down)(struct sink_host *h, enum err e, const char *why);
};

/* All counters since start; names as in metrics.def group `sink`. */
struct sink_counts {
	uint64_t taken;
	uint64_t confirmed;
	uint64_t duplicates;
	uint64_t errors;
	uint64_t resent;
	/* Of a cache: newer ones stood for them; there was no room. */
	uint64_t coalesced;
	uint64_t skipped;
	uint64_t trimmed;
	uint64_t passed_over;
	uint64_t bytes;
	uint64_t connects;
	uint64_t in_flight;
};

/* What a sink may say of the box to those who ask. */
struct sink_about {
	void *owner;
	const char *version;
	/* Members of a JSON object, each a text, a comma behind each. */
	void (*metadata)(void *owner, struct out *o);
	/* One JSON object, a few kilobytes: how the box is. */
	void (*status)(void *owner, struct out *o);
};

struct options;
struct arena;
struct tls_context;
struct tls_peer;
struct conn_world;
struct metrics;
struct replaced;

struct sink {
	const struct sink_type *type;
	struct sink_host *host;
	struct loop *loop;
	struct sink_counts counts;
	/* Where it delivers to, for logs and status; no secrets. */
	char target[160];
	/* What is known of the server, of a sink that speaks TLS; or NULL. */
	const struct tls_peer *peer;
	void *state;
};

struct sink_setup {
	const struct options *options;
	struct arena *arena;
	struct loop *loop;
	struct sink_host *host;
	struct conn_world *world;
	/* What the service replaced counted; NULL: not wanted. */
	struct replaced *replaced;
	/* NULL: it says nothing. */
	const struct sink_about *about;
};

struct sink_type {
	const char *name;
	/* Before arena_seal; CONFIG or UNSUPPORTED with a reason ends the
	 * start. Does not block; the connection comes later. */
	enum err (*open)(
	    struct sink *s, const struct sink_setup *setup, struct out *why);
	/* Offer one frame: OK taken, AGAIN not now. */
	enum err (*take)(struct sink *s, const struct sink_frame *f);
	/* End of a turn in which frames were taken, or time passed. */
	void (*flush)(struct sink *s);
	/* Is everything taken confirmed? (SIGTERM drains until then) */
	bool (*idle)(const struct sink *s);
	void (*close)(struct sink *s);
	/* Register counters and a panel of its own; may be NULL. */
	void (*panels)(struct sink *s, struct metrics *m);
	/* It keeps the newest values: a record that never gets there is no
	 * loss, so nobody waits for it and nothing is unhealthy without it. */
	bool cache;
};

#define SINK(id, doc) extern const struct sink_type sink_##id;
#include "tables/sinks.def"
#undef SINK

#endif
