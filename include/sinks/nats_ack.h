/*
 * nats_ack.h -- publishes that wait for an acknowledgement, and what a
 * JetStream answer says.  No connection and no clock here.
 *
 * Every publish gets a ticket, counted up for ever, which travels in its reply
 * subject and comes back with the answer, in any order.  Slots are a ring from
 * the oldest publish without a good answer (base) to the newest (head).
 *
 *   ticket = w.head;                       before publishing
 *   nats_window_push(&w, f->next, now);    after it
 *   nats_window_settle(&w, ticket, NATS_STORED);
 *   if (nats_window_advance(&w, &position) > 0)
 *           host->confirm(host, position);
 *
 * An answer to a ticket that was forgotten or never given is harmless: settle
 * says false.  A refused publish is never passed by advance, so that what is
 * confirmed has no holes; the sink starts again there (nats_window_clear).
 */
#ifndef MPEDGE_SINKS_NATS_ACK_H
#define MPEDGE_SINKS_NATS_ACK_H

#include "codec/json.h"
#include "core/time.h"

enum nats_fate {
	NATS_IN_FLIGHT,
	NATS_STORED,
	NATS_REFUSED,
};

struct nats_slot {
	/* Journal position after the record. */
	uint64_t next;
	struct mono sent;
	enum nats_fate fate;
	/* Of the caller. */
	uint8_t venue;
	uint8_t record;
};

struct nats_window {
	struct nats_slot *slots;
	uint32_t size;
	/* Slots in flight: neither stored nor refused. */
	uint32_t open;
	/* Tickets; base <= head <= base + size. */
	uint64_t base;
	uint64_t head;
};

/* slots is the caller's memory, size of them. */
void nats_window_init(
    struct nats_window *w, struct nats_slot *slots, uint32_t size);

/* Publishes between base and head. */
uint32_t nats_window_count(const struct nats_window *w);

/* The publish of ticket w->head went out; there must be room. */
void nats_window_push(struct nats_window *w, uint64_t next, struct mono sent);

/* The publish of a ticket that is in flight, or NULL. */
struct nats_slot *nats_window_slot(
    const struct nats_window *w, uint64_t ticket);

/* The answer to a ticket; false when none was awaited. */
bool nats_window_settle(
    struct nats_window *w, uint64_t ticket, enum nats_fate fate);

/* Everything before ticket is stored; tells how many were in flight. */
uint32_t nats_window_settle_before(struct nats_window *w, uint64_t ticket);

/*
 * Move base over what is stored.  Tells how many records that were; *position
 * is then the place to confirm.
 */
uint32_t nats_window_advance(struct nats_window *w, uint64_t *position);

/* Forget everything in flight; answers still to come are then ignored. */
void nats_window_clear(struct nats_window *w);

/* When the oldest and the newest publish went out; NEVER when there is none. */
struct mono nats_window_oldest(const struct nats_window *w);
struct mono nats_window_newest(const struct nats_window *w);

/*
 * The answer to a publish (nats-server's PubAck) or to a request of the
 * JetStream API (stream info, stream create; ADR-1, ADR-7):
 * {"stream":"S","seq":1,"duplicate":true} or {"error":{"code":503,
 * "err_code":10077,"description":"maximum messages exceeded"}}.
 */
struct nats_answer {
	/* Of error; code is 0 when there was none. */
	int64_t code;
	int64_t err_code;
	/* Borrowed from the text, escapes untouched. */
	struct span description;
	/* A publish: which stream took it, and whether it had it already. */
	struct span stream;
	bool duplicate;
	/* Stream info and create: index of the token of "config", or -1. */
	int config;
};

/* SYNTAX when it is not such an object. */
enum err nats_answer_read(struct json *j, const char *text, size_t len,
    struct nats_answer *a) MUST_USE;

/* Error codes of the JetStream API that the sink tells apart. */
enum nats_api_error {
	NATS_API_NAME_IN_USE = 10058,
	NATS_API_SUBJECTS_OVERLAP = 10065,
	NATS_API_STREAM_NOT_FOUND = 10059,
	NATS_API_NO_SPACE = 10047,
	NATS_API_INSUFFICIENT = 10023,
	NATS_API_STORE_FAILED = 10077,
};

/*
 * Does every subject that matches `ours` match `pattern` too?  Both may hold
 * wildcards: * is one token, > at the end one or more.
 */
bool nats_subject_covers(struct span pattern, struct span ours);

#endif
