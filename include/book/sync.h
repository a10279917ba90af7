/*
 * sync.h -- keeps one book in step with its stream, and knows when it is not.
 *
 * Pure: deltas and snapshots go in, decisions come out, and the caller acts on
 * them.  The chain rule depends on the venue:
 *
 *   CHAIN_SPAN   Binance spot: U <= id + 1 <= u (how to manage a local book)
 *   CHAIN_PREV   the delta names the id it follows (Binance USD-M pu, OKX
 *                prevSeqId, Deribit prev_change_id); the first after a REST
 *                snapshot L must satisfy U <= L <= u (3.4.2).  Its own id may
 *                be smaller than the one it follows (OKX 4.3.2, maintenance
 *                reset), or the same: then nothing has changed.
 *
 * Where snapshots come in the stream (OKX, Deribit) there are no buffers:
 * deltas are dropped until sync_begin, which replaces the book whenever a
 * snapshot comes.  There is no other connection whose deltas could be late:
 * what neither follows nor repeats the last delta is a hole.  Deltas without
 * ids (OKX before 2023) follow each other as they come.
 *
 * States: OFF (nothing wanted), WAITING (for a buffer; deltas are dropped),
 * BUFFERING (deltas are kept until the REST snapshot comes), LIVE, and LIVE
 * with refresh (a new snapshot was asked for although the book is right,
 * because the price walked towards the edge of what is known; deltas are
 * applied and kept).
 *
 * Buffers are borrowed: sync_buffer lends one, sync_release gives it back. Kept
 * deltas lie in it one after the other as record_encode writes them; they are
 * read once, in order, so it is a plain stretch of bytes and not a queue.
 *
 * A hole among the kept deltas empties the buffer and starts it again with the
 * delta after the hole; a buffer that is full likewise (while refreshing, only
 * the refresh is given up).  Nothing is ever dropped from the middle.
 */
#ifndef MPEDGE_BOOK_SYNC_H
#define MPEDGE_BOOK_SYNC_H

#include "book/book.h"

enum chain {
	CHAIN_SPAN,
	CHAIN_PREV,
};

enum sync_state {
	SYNC_OFF,
	SYNC_WAITING,
	SYNC_BUFFERING,
	SYNC_LIVE,
};

enum {
	/* Ids that go backwards while time goes on by more than this began
	 * again: such a delta is a hole, not an old one. */
	SYNC_BACKWARDS_NS = 1000 * 1000 * 1000,
};

enum sync_verdict {
	/* Applied: publish the delta. */
	SYNC_APPLIED,
	/* Kept until the snapshot comes. */
	SYNC_KEPT,
	/* Older than the book, or seen before: nothing to do. */
	SYNC_OLD,
	/* No buffer yet: dropped, the snapshot will cover it. */
	SYNC_DROPPED,
	/* A hole: the book is invalid; from/to in sync->gap_from, gap_to. */
	SYNC_GAP,
	/* The buffer is full or a number does not fit: start again. */
	SYNC_BROKEN,
	/* The snapshot is older than the first kept delta: ask again. */
	SYNC_STALE,
	/* The book is live: publish a snapshot. */
	SYNC_LOADED,
};

struct sync {
	struct book book;
	enum chain chain;
	enum sync_state state;
	/* A refresh snapshot is under way while LIVE. */
	bool refreshing;
	/* CHAIN_PREV: a delta was applied since the snapshot. */
	bool bridged;
	/* The book began with sync_begin. */
	bool streamed;
	/* id of the last event the book contains; SEQ_NULL when not LIVE. */
	int64_t id;
	/* u of the last event seen in any state, for holes in the buffer. */
	int64_t seen_id;
	/* u of the newest event of the stream, and its venue time. */
	int64_t newest_id;
	int64_t newest_time;
	/* U of the first kept event, SEQ_NULL when none is kept. */
	int64_t first_id;
	/* After a refresh: kept deltas up to this id are published already. */
	int64_t published_id;
	int64_t gap_from;
	int64_t gap_to;
	/* Venue time of the last event applied, TIME_NULL if none. */
	int64_t time;
	/* Kept deltas: 4 bytes length, then the encoded record. */
	struct out buffer;
	size_t replayed;
	bool has_buffer;
	uint32_t limit;
	/* Counted since sync_init. */
	uint64_t applied;
	uint64_t kept;
	uint64_t old;
	uint64_t dropped;
	uint64_t gaps;
	uint64_t loads;
};

void sync_init(
    struct sync *s, enum chain chain, void *memory, uint32_t capacity);

/* Forget the book (reconnect, gap, request of the operator): to WAITING.  A
 * lent buffer stays lent and is emptied; with one the state is BUFFERING. */
void sync_reset(struct sync *s);

/*
 * A snapshot that came in the stream: LOADED, the book is live and the next
 * delta must follow it; or BROKEN, a number does not fit and the book was
 * reset.
 */
enum sync_verdict sync_begin(struct sync *s, const struct orderbook *snapshot);

/* Lend a buffer: WAITING becomes BUFFERING, LIVE starts a refresh.  After this,
 * and not before, the caller asks for the snapshot. */
void sync_buffer(struct sync *s, void *memory, size_t size);

/* Take the buffer back (after LOADED, or when giving up: BUFFERING becomes
 * WAITING, a refresh ends and the book goes on). */
void sync_release(struct sync *s);

/*
 * One delta from the stream.  After GAP, and after BROKEN of a live book, the
 * book is WAITING unless a buffer was lent: lend one and give the same delta
 * again, so that it is the first one kept.
 */
enum sync_verdict sync_delta(struct sync *s, const struct orderbook *d);

/*
 * The snapshot asked for with limit levels a side.  LOADED: the book is live;
 * the kept deltas newer than the snapshot were NOT applied yet: call
 * sync_replay until it returns false, and publish what it says is APPLIED.
 * STALE: it does not reach the kept deltas, ask again.  OLD: the book is live
 * and newer, and nobody asked.  BROKEN: a number does not fit, the book was
 * reset.
 *
 * After the load of a refresh the kept deltas were published before:
 * sync_replay applies them again and says OLD; publish a snapshot when it is
 * through.
 */
enum sync_verdict sync_snapshot(
    struct sync *s, const struct orderbook *snapshot, uint32_t limit);

/*
 * The next kept delta: applied (verdict APPLIED, *d is the delta to publish,
 * its levels in levels[0..max)), OLD, or GAP/BROKEN (the book was reset). false
 * when nothing is left.
 */
bool sync_replay(struct sync *s, struct level *levels, size_t max,
    union record *d, enum sync_verdict *verdict);

/* Has the known part of a side shrunk below want levels (and was it cut)? */
bool sync_wants_refresh(const struct sync *s, uint32_t want);

#endif
