/*
 * consume_ring.h -- messages that are in the journal and not known to be
 * acknowledged, and what stands in the subject of an acknowledgement.  No
 * connection and no clock here.
 *
 * Entries are a ring in journal order:
 *
 *   base <= sent <= head
 *
 * from base on acknowledgements are sent and not known to have arrived, from
 * sent on the sinks have not confirmed the record.  Every entry is found by its
 * stream sequence, so that a message that comes again is known.
 *
 *   if (consume_ring_find(&r, sequence) == NULL)
 *           append it to the journal; consume_ring_push(&r, &entry);
 *   while ((e = consume_ring_due(&r, confirmed)) != NULL)
 *           acknowledge *e; consume_ring_sent(&r);
 *   consume_ring_settle(&r, n);            all before n have arrived
 */
#ifndef MPEDGE_FEED_CONSUME_RING_H
#define MPEDGE_FEED_CONSUME_RING_H

#include "core/out.h"
#include "core/span.h"

/* The numbers in the reply subject of a message (nats-server, ackReplyInfo). */
struct consume_ticket {
	/* Sequence in the stream and in the consumer. */
	uint64_t stream;
	uint64_t consumer;
	/* When it was stored, nanoseconds since 1970. */
	uint64_t stamp;
	/* Messages that wait behind it. */
	uint64_t pending;
	/* How often it was delivered, this time included. */
	uint64_t delivered;
};

struct consume_entry {
	struct consume_ticket ticket;
	/* Where its frame starts: confirmed by cursors that stand behind. */
	uint64_t position;
	/* Overwritten before it was confirmed: it will come again. */
	bool given_up;
};

struct consume_ring {
	struct consume_entry *entries;
	/* Entry plus 1 by stream sequence; 0 is free. */
	uint32_t *slots;
	/* A power of two; there are twice as many slots. */
	uint32_t size;
	uint64_t base;
	uint64_t sent;
	uint64_t head;
};

/* entries[size], slots[2 * size]: caller's memory, zeroed. */
void consume_ring_init(struct consume_ring *r, struct consume_entry *entries,
    uint32_t *slots, uint32_t size);

uint32_t consume_ring_count(const struct consume_ring *r);

/* Entry number n, base <= n < head. */
struct consume_entry *consume_ring_at(const struct consume_ring *r, uint64_t n);

/* The entry of that message; *n is its number.  NULL when it is not known. */
struct consume_entry *consume_ring_find(
    const struct consume_ring *r, uint64_t stream, uint64_t *n);

/* There must be room, and it must not be known yet. */
void consume_ring_push(struct consume_ring *r, const struct consume_entry *e);

/* The entry at sent when cursors that stand at `confirmed` are behind it. */
const struct consume_entry *consume_ring_due(
    const struct consume_ring *r, uint64_t confirmed);
void consume_ring_sent(struct consume_ring *r);

/* Acknowledgements before number n have arrived (n <= sent counts). */
void consume_ring_settle(struct consume_ring *r, uint64_t n);

/* Acknowledgements that are not known to have arrived are sent again. */
void consume_ring_again(struct consume_ring *r);

/* Forget entry n: it counts as sent and is not found any more. */
void consume_ring_give_up(struct consume_ring *r, uint64_t n);

void consume_ring_clear(struct consume_ring *r);

/*
 * $JS.ACK.[domain.account.]stream.consumer.delivered.stream sequence.consumer
 * sequence.time.pending[.more]: *prefix is all before the numbers, its last dot
 * included, *more what stands behind them.  SYNTAX for any other subject.
 */
enum err consume_ticket_read(struct span subject, struct span *prefix,
    struct span *more, struct consume_ticket *t) MUST_USE;

/* The numbers, as they stand in the subject. */
void consume_ticket_write(const struct consume_ticket *t, struct out *o);

#endif
