/*
 * consume_parts.h -- between the files of one module: consume.c (messages into
 * the journal), consume_state.c (connection, consumer),
 * consume_pull.c (requests for messages), consume_ack.c (what is told to the
 * server of each message), consume_dead.c (messages that are no record) and
 * consume_recover.c (what the journal knows).
 */
#ifndef MPEDGE_FEED_CONSUME_PARTS_H
#define MPEDGE_FEED_CONSUME_PARTS_H

#include "feed/consume.h"

/* --- consume.c --- */

/* A message arrived. */
void consume_message(struct nats_link *l, const struct nats_message *m);

/* --- consume_state.c --- */

extern const struct nats_link_events consume_events;

/* Read nothing until this is solved; the next attempt comes by itself. */
void consume_trouble(struct consume *c, enum err e, const char *why);

/* The state's timer, and what it fires. */
void consume_wait(struct consume *c, int64_t ms);
void consume_due(struct timer *t);

/* $JS.API.CONSUMER.{verb}.{stream}.{durable}; the answer's token is kind and
 * c->request.  Takes the place of the request before. */
void consume_request(
    struct consume *c, const char *verb, char kind, struct span body);

/* Nothing is awaited; what is on its way is taken when it comes. */
void consume_forget(struct consume *c);

/* --- consume_pull.c --- */

/* Ask for messages, if there is room for them and none are on their way. */
void consume_pull(struct consume *c);

/* The message that came is one of those asked for. */
void consume_counted(struct consume *c);

/* What came instead of a message. */
void consume_pull_ended(struct consume *c, const struct nats_reply *r);

/* --- consume_ack.c --- */

/* Text to the server about one message: "", +WPI, -NAK..., +TERM.  token (may
 * be NULL) asks for an answer.  As nats_link_publish. */
enum err consume_tell(struct consume *c, const struct consume_ticket *t,
    struct span text, const char *token);

/* Deliver it again after a while; what is not sent happens after ack_wait. */
void consume_nak(
    struct consume *c, const struct consume_ticket *t, int64_t delay_ms);

/* Acknowledge what the sinks have confirmed, extend what they have not. */
void consume_acknowledge(struct consume *c);

/* The server has all acknowledgements before entry n. */
void consume_acknowledged(struct consume *c, uint64_t n);

/* Each CONSUME_TICK_MS: what was not answered, what must be extended. */
void consume_ack_tick(struct consume *c);

/* --- consume_dead.c --- */

/* It is no record: send it back, or move it to the dead-letter subject. */
void consume_unusable(struct consume *c, const struct nats_message *m,
    const struct consume_ticket *t, enum err e, const char *where);

/* The answer of the stream that should have taken dead letter n. */
void consume_dead_answered(
    struct consume *c, uint64_t n, const struct nats_reply *r);

/* Those without an answer are given up: they will be delivered again. */
void consume_dead_tick(struct consume *c);

/* --- consume_recover.c --- */

/* CONFIG with a reason when the journal has no room for marks. */
enum err consume_marks(struct consume *c, struct out *why) MUST_USE;

/* The consumer is there; created says which it is, should its name be used
 * again for another one. */
void consume_recover(struct consume *c, struct span created);

/* Note in the journal up to where all is acknowledged, when that has moved by
 * at least `least` messages. */
void consume_floor(struct consume *c, uint64_t least);

#endif
