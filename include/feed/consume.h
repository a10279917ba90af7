/*
 * consume.h -- records read back from a JetStream stream: a durable pull
 * consumer whose messages go into the journal like records of a venue, and are
 * acknowledged when the sinks have confirmed them.
 *
 * Order of things.  A message is parsed (model/parse.h) and appended to the
 * journal; its stream sequence is a mark inside the same frame.  When every
 * sink that counts has confirmed the frame, the message is acknowledged; when
 * the server has said that it got the acknowledgement, it is forgotten.  So
 * nothing is acknowledged that is not stored, and what is in the journal is
 * known by its sequence number and not taken again, also after kill -9: on
 * start the frames from the mark `consume.floor` on are read for the numbers in
 * them (consume_recover.c).  With a journal in RAM the promise is at least
 * once.
 *
 * What is not promised: two boxes that share a durable do not see each other's
 * journals; a message that one holds for longer than the acknowledgement wait
 * while it is off is delivered to the other, and both store it.  A box that
 * lives tells the server that it works on what it holds (+WPI).
 *
 * Room.  Messages are only asked for, a batch at a time, when the journal takes
 * all of it without overwriting what any sink has not confirmed, and the ring
 * of unacknowledged messages has room.  So a sink that is down stops the
 * reading, and the stream keeps the rest.
 *
 * A message that is no record is sent back, with a delay that grows, until it
 * has been delivered max_deliver times; then it is published to the dead-letter
 * subject with headers that say why, and ended (+TERM) when a stream has
 * confirmed that.  The server's own limit is off in the consumers we make:
 * there, a message that reaches it is never heard of again.
 */
#ifndef MPEDGE_FEED_CONSUME_H
#define MPEDGE_FEED_CONSUME_H

#include "core/metrics.h"
#include "feed/consume_ring.h"
#include "feed/hub.h"
#include "model/parse.h"
#include "sinks/nats_link.h"

enum {
	/* Of an acknowledgement, all but its numbers; and the whole. */
	CONSUME_PREFIX_MAX = 256,
	CONSUME_SUBJECT_MAX = 400,
	CONSUME_DEAD_MAX = 32,
	/* A request for messages stands open for this long. */
	CONSUME_PULL_MS = 5000,
	/* The server answers within. */
	CONSUME_ANSWER_MS = 5000,
	CONSUME_PAUSE_MIN_MS = 250,
	CONSUME_PAUSE_MAX_MS = 5000,
	CONSUME_TICK_MS = 1000,
	/* A frame takes at most as many times the bytes of its message. */
	CONSUME_SWELL = 4,
	CONSUME_TEXT_BYTES = 65536,
};

enum consume_state {
	/* No connection. */
	CONSUME_OFF,
	/* The consumer was asked for, or is being created. */
	CONSUME_ASK,
	/* Messages are read. */
	CONSUME_READ,
	/* Something failed; the next attempt comes after a pause. */
	CONSUME_PAUSE,
};

/* A message on its way to the dead-letter subject. */
struct consume_dead {
	struct consume_ticket ticket;
	/* Which of all dead letters: in the token of its answer. */
	uint64_t number;
	struct mono sent;
	bool used;
};

struct consume {
	const struct opt_consume *options;
	struct loop *loop;
	struct hub *hub;
	struct nats_link link;
	struct hook hook;
	enum consume_state state;
	/* What the state waits for at most; and every CONSUME_TICK_MS. */
	struct timer timer;
	struct timer tick;
	int64_t pause_ms;
	struct wall since;
	bool stopping;

	/* Number of the request on its way; answers to older ones are stale. */
	uint64_t request;
	/* Messages it may still bring, and whether it brought any. */
	uint32_t left;
	bool fruitful;
	/* A message is larger than what was asked for: that one alone. */
	bool lone;

	struct consume_ring ring;
	/* The acknowledgement asked about last, and when. */
	uint64_t asked;
	struct mono asked_at;
	/* Entries to be extended from here on, and up to there. */
	uint64_t extend;
	uint64_t extend_end;
	struct mono extended;
	struct consume_dead dead[CONSUME_DEAD_MAX];
	uint64_t dead_number;
	/* Why the last one could not be moved there; empty when it could. */
	bool dead_refused;

	/* Sinks that count, and what they had lost when last looked at. */
	unsigned which;
	uint64_t lost;

	/* Marks in the journal (consume_recover.c). */
	const int64_t *mark_sequence;
	const int64_t *mark_floor;
	const int64_t *mark_life;
	/* Of the consumer; 0 before it is known. */
	int64_t life;
	/* ring.base when mark_floor was set. */
	uint64_t floored;

	/* As the server has them. */
	int64_t ack_wait_ms;
	int64_t max_deliver;
	/* All but the numbers of acknowledgements. */
	char prefix[CONSUME_PREFIX_MAX];
	size_t prefix_len;
	bool more;

	struct json json;
	char *texts;
	char why[HUB_WHY_MAX];
	struct consume_metrics metrics;
};

struct consume_setup {
	const struct options *options;
	struct loop *loop;
	/* With all its sinks. */
	struct hub *hub;
	struct arena *arena;
};

/* Before arena_seal; starts connecting.  CONFIG or UNSUPPORTED with a reason.
 */
enum err consume_open(struct consume *c, const struct consume_setup *setup,
    struct out *why) MUST_USE;

/* Ask for no more messages; what is in the journal is still acknowledged. */
void consume_stop(struct consume *c);

/* Is everything acknowledged, as far as it can be without a connection? */
bool consume_idle(const struct consume *c);

/* Writes down what is acknowledged and ends the connection. */
void consume_close(struct consume *c);

/* Register the counters and the panel "consume". */
void consume_panels(struct consume *c, struct metrics *m);

#endif
