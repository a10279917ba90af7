/*
 * nats_sink.h -- the sink `nats`: records to JetStream (or core NATS).
 *
 * JetStream.  Each record is one publish with a Nats-Msg-Id (model/emit.h) and
 * a reply subject; up to `window` are in flight.  Answers come in any order;
 * what is confirmed to the hub moves over the longest run of stored records.  A
 * duplicate is as good as stored: the stream has that id already.
 *
 * Order.  Records are sent in journal order.  When one is refused or not
 * answered in time, nothing more is taken; once all others in flight are
 * answered (or late as well) everything unconfirmed is offered and sent again
 * in order, after a pause that doubles from NATS_PAUSE_MIN_MS to
 * NATS_PAUSE_MAX_MS.  Then one record goes out alone, and the window opens when
 * it is stored.  The ids make sending twice safe within the stream's duplicate
 * window.  The same happens after a lost connection and after kill -9.
 *
 * Refusals: 503 without data (no stream takes the subject: it is looked up, and
 * created when missing), the limits of a stream with discard=new (10077, 10023,
 * 10047: back-pressure, records wait in the journal), any other error.  All are
 * retried for ever; the reason is the sink's state.  A record stored by another
 * stream than the configured one counts as refused: that stream owns our
 * subjects and the operator has to decide.
 *
 * A record larger than the server's max_payload (or NATS_PAYLOAD_MAX) is made
 * smaller where that leaves it true (nats_fit.c); each is counted and named in
 * the log:
 *   - a snapshot of a book loses its deepest levels, the same number on both
 *     sides; depth_levels tells how many are left.  It means what any snapshot
 *     of so many levels means: nothing is known beyond its outermost prices;
 *   - a delta cannot lose any level, nor come in parts, which readers would
 *     take for repetitions; an invalidation of the book (is_valid false) goes
 *     out in its place, and the next snapshot heals the book;
 *   - anything else is passed over, because holding the journal for it would
 *     lose everything behind it.
 *
 * Several servers.  A lost connection is replaced at once by the next server of
 * the list.  One in lame duck mode is left when what is in flight is answered;
 * nothing is sent twice and the sink does not count as down meanwhile.  One
 * whose JetStream does not answer, such as a member of a cluster that was cut
 * off from the others, is left, too.
 *
 * The stream is asked for after every connect and after every pause, by
 * ordinary publishes to $JS.API with a reply subject.  It is created as config
 * says when it is missing, and never changed.
 *
 * Core NATS (jetstream = false).  After each turn's publishes one message goes
 * to our own inbox; when it comes back the server has processed all before it.
 */
#ifndef MPEDGE_SINKS_NATS_SINK_H
#define MPEDGE_SINKS_NATS_SINK_H

#include "core/options.h"
#include "model/emit.h"
#include "model/replaced.h"
#include "sinks/nats_ack.h"
#include "sinks/nats_link.h"
#include "sinks/nats_service.h"
#include "sinks/sink.h"

enum {
	NATS_TOKENS = 512,
	NATS_PAUSE_MIN_MS = 250,
	NATS_PAUSE_MAX_MS = 5000,
	NATS_WHY_MAX = 160,
	/* Of several servers, one whose JetStream does not answer this often
	 * is left for the next. */
	NATS_UNANSWERED_MAX = 2,
};

enum nats_state {
	/* No connection. */
	NATS_OFF,
	/* Stream info or create is on its way. */
	NATS_ASK,
	NATS_READY,
	/* Something failed; the other publishes in flight are awaited. */
	NATS_SETTLE,
	/* Waiting before the next attempt. */
	NATS_PAUSE,
	/* Another server is better; publishes in flight are awaited. */
	NATS_LEAVE,
};

struct nats_sink {
	struct sink *sink;
	const struct opt_nats *options;
	struct subject_plan plan;
	/* Alarms have subjects of their own, if the stream takes them. */
	bool alerts;
	struct nats_link link;
	struct nats_window window;
	enum nats_state state;
	/* What the state waits for at most. */
	struct timer timer;
	int64_t pause_ms;
	/* Until the first record after a pause is stored: one at a time. */
	bool careful;
	/* take has said AGAIN since there was room. */
	bool hungry;
	bool up;
	/* Questions in a row that the JetStream of this server did not answer.
	 */
	unsigned unanswered;
	/* Core NATS: ticket that the marker on its way covers; 0 for none. */
	uint64_t marked;
	/* Number of the request on its way; answers to older ones are stale. */
	uint64_t request;
	/* link.replies when the oldest publish was last looked at. */
	uint64_t replies;
	/* Farthest position taken: what is before it is sent again. */
	uint64_t farthest;
	char why[NATS_WHY_MAX];
	struct json json;
	/* NULL: nothing is told but records. */
	const struct sink_about *about;
	struct nats_service service;
	struct timer status_timer;
	/* No stream of another one's is kept from us by it. */
	bool no_status;
	/* What the log has said. */
	bool status_told;
	bool status_kept;
	bool refusal_told;
	struct replaced *replaced;
	struct mp_nats_metrics replaced_state;
	struct mp_nats_info_metrics replaced_info;
};

/* nats_fit.c: publish one record, smaller if it must be.  FULL or SYNTAX when
 * it can never go. */
enum err nats_fit_publish(
    struct nats_sink *n, const struct sink_frame *f) MUST_USE;

/* Deliver nothing until this is solved; tells the host. */
void nats_sink_trouble(struct nats_sink *n, enum err e, const char *why);

/* The stream is there (or is not needed): take records. */
void nats_sink_ready(struct nats_sink *n);

/* nats_count.c: for the families of the service replaced: the publish just
 * pushed is of this record; the answer to one has come. */
void nats_count_sent(struct nats_sink *n, const struct sink_frame *f);
void nats_count_answer(struct nats_sink *n, uint64_t ticket, bool stored);
void nats_panels(struct sink *s, struct metrics *m);

/* Confirm what is stored without a hole. */
void nats_sink_confirm(struct nats_sink *n);

/* The timer of the state, and what it fires. */
void nats_sink_wait(struct nats_sink *n, int64_t ms);
void nats_sink_due(struct timer *t);

extern const struct nats_link_events nats_sink_events;

/* What covers the status records of all boxes. */
#define SUBJECT_STATUS "status.>"

/* nats_tell.c: after n->about, options and sink are set; a connection is there,
 * records may go, it is gone. */
void nats_tell_init(struct nats_sink *n, const char *box);
void nats_tell_up(struct nats_sink *n);
void nats_tell_ready(struct nats_sink *n);
void nats_tell_down(struct nats_sink *n);

/* Are there status records? */
bool nats_tell_status(const struct nats_sink *n);

/* A request to the service; the answer to a status record. */
void nats_tell_message(struct nats_sink *n, const struct nats_message *m);
void nats_tell_reply(struct nats_sink *n, const struct nats_reply *r);

/* Is what the server refuses none of what records need? */
bool nats_tell_refused(struct nats_sink *n, enum err e, const char *why);

/* nats_stream.c: ask for the stream; nats_sink_ready or _trouble follows. */
void nats_stream_ask(struct nats_sink *n);

/* The answer to a request: token is what follows the inbox. */
void nats_stream_reply(struct nats_sink *n, const struct nats_reply *r);

#endif
