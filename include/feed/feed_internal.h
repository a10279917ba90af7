/*
 * feed_internal.h -- between the files of one module: feed.c (what to do),
 * feed_states.c (tables), feed_wire.c (connection and messages),
 * feed_streams.c (requests), feed_answers.c (what the venue says to them),
 * feed_leave.c (the end of subscriptions) and feed_watch.c (watchdogs).
 */
#ifndef MPEDGE_FEED_FEED_INTERNAL_H
#define MPEDGE_FEED_FEED_INTERNAL_H

#include "feed/source.h"

/* What happens to a feed. */
enum feed_event {
	EV_WANTED,
	EV_DEADLINE,
	EV_CONNECTING,
	EV_CONNECTED,
	EV_SECURED,
	EV_OPEN,
	EV_ACKED,
	EV_STOP,
	EV_CLOSED,
};

/* feed.c: all branching, and the only statement that changes the state. */
void feed_step(struct feed *f, enum feed_event ev, const char *why);
void feed_goto(struct feed *f, enum feed_state to, const char *why);

/* feed_states.c: the deadline of a state, 0 for none. */
int64_t feed_deadline_ms(enum feed_state s);

/* feed_wire.c: open the connection; begin the WebSocket handshake. */
void feed_connect(struct feed *f);
void feed_upgrade(struct feed *f);
/* The venue's first frame, if it has one; false: the feed failed. */
bool feed_greet(struct feed *f);

/* feed_watch.c: the timer of a subscribing or live feed, pacing and watchdogs;
 * and to look at it again, because something is to be sent. */
void feed_tick(struct timer *t);
void feed_hurry(struct feed *f);
void feed_tell_stream(
    struct feed *f, unsigned i, const char *state, const char *why);

/* feed_streams.c: what is known of stream number i (of the source). */
struct feed_stream *feed_stream_at(struct feed *f, unsigned i);

/* Send the next request if it may leave now; false: the feed failed. */
bool feed_send_due(struct feed *f);

/* Drop runs that were answered; all was sent and answered: the feed is live. */
void feed_settle(struct feed *f);

/* A run to subscribe; again: to unsubscribe and subscribe. */
void feed_push(struct feed *f, unsigned first, unsigned count, bool again);
/* Can requests be sent? */
bool feed_is_open(const struct feed *f);

/* feed_leave.c: unsubscribe what is gone; nothing is to be unsubscribed any
 * more, the connection has ended. */
void feed_leave(struct feed *f);
void feed_left(struct feed *f);

/* What was refused is asked for again; so is what has no answer for too long.
 */
void feed_retry_rejected(struct feed *f);
void feed_retry_unanswered(struct feed *f);

/* Every stream of the feed has its answer. */
void feed_subscribed(struct feed *f);

#endif
