/*
 * audit.h -- one book at a time, compared with a REST snapshot.
 *
 * The two are never of the same instant.  What can be compared is settled by
 * ids: from before the call until the stream has come to the id of the
 * snapshot, every price that a delta named is noted with the id of the last one
 * that did.  A price that no delta after the snapshot's id has named must have
 * the same quantity in both; the others are left out.  A snapshot that is older
 * than the first note decides nothing.
 *
 * Where the snapshot has no id, only a clear contradiction counts: a price that
 * no delta has named from AUDIT_QUIET_MS before the call until as long after
 * the answer, and that differs.  (Binance: lastUpdateId; OKX: seqId where the
 * answer has one; Deribit: change_id.  That the last two count like the streams
 * do is not documented, 4.3.2 and 5.4.2.)
 *
 * Either way a difference must be found in two snapshots, one after the other:
 * then the book is wrong (market_book_wrong).
 */
#ifndef MPEDGE_FEED_AUDIT_H
#define MPEDGE_FEED_AUDIT_H

#include "core/arena.h"
#include "feed/rest.h"

enum {
	/* Levels a side that are asked for and compared. */
	AUDIT_LEVELS = 100,
	/* Levels of our own side that are looked at. */
	AUDIT_OURS = 400,
	/* Prices that can be noted: a power of two, used up to 3/4. */
	AUDIT_NOTES = 8192,
	/* Snapshots may be so much older than the call for them, ... */
	AUDIT_LEAD_MS = 1000,
	/* ... and where that cannot be seen, this much. */
	AUDIT_QUIET_MS = 5000,
	/* The stream must come to the snapshot's id in this time. */
	AUDIT_WAIT_MS = 10000,
	AUDIT_WHY_MAX = 160,
};

/* A price that a delta named, and the last id that did. */
struct audit_note {
	struct dec price;
	int64_t id;
	bool ask;
	bool used;
};

struct audit_notes {
	struct audit_note *at;
	unsigned count;
	/* There were more than fit, or ids went back. */
	bool lost;
	int64_t last_id;
};

/* A side of a snapshot, best first. */
struct audit_side {
	struct level levels[AUDIT_LEVELS];
	uint32_t count;
	/* There may be worse ones. */
	bool cut;
};

struct audit_snapshot {
	/* SEQ_NULL: it has none. */
	int64_t id;
	struct audit_side bids;
	struct audit_side asks;
};

struct audit_result {
	unsigned compared;
	unsigned left_out;
	bool differs;
	/* The first difference: "bid 96184.20 is 1.25 here, 1.35 there". */
	char why[AUDIT_WHY_MAX];
};

/* audit_compare.c: no clock, no network. */
void audit_notes_clear(struct audit_notes *n);
void audit_notes_add(struct audit_notes *n, const struct orderbook *delta);

/* Keep what is compared of b, which was asked for with `asked` levels a side.
 * RANGE when its levels are not sorted or no plain numbers. */
enum err audit_take(struct audit_snapshot *s, const struct orderbook *b,
    uint32_t asked) MUST_USE;

/* ours is room for AUDIT_OURS levels. */
void audit_compare(const struct audit_notes *n, const struct audit_snapshot *s,
    const struct book *book, struct level *ours, struct audit_result *r);

enum audit_state {
	AUDIT_IDLE,
	/* Notes are taken; the call is to follow. */
	AUDIT_LEADING,
	AUDIT_ASKED,
	/* For the stream to come to the snapshot's id, or for quiet. */
	AUDIT_WAITING,
};

struct source;
struct scheduler_job;

struct audit {
	struct source *source;
	struct scheduler_job *job;
	enum audit_state state;
	/* The next book; the one looked at, and whether for the second time. */
	unsigned next;
	unsigned symbol;
	bool confirming;
	/* Answers of this venue have no ids. */
	bool no_ids;
	/* Where the book stood when the notes began. */
	int64_t from_id;
	uint64_t loads;
	struct audit_notes notes;
	struct audit_snapshot *snapshot;
	struct level *ours;
	struct rest_job call;
	struct timer timer;
	struct mono deadline;
};

void audit_init(struct audit *a, struct source *s, struct arena *arena);
void audit_stop(struct audit *a);

/* A record of the source. */
void audit_record(struct audit *a, enum record_id id, const void *rec);

/* Audit the next book that is live; the job is told when it is done. */
void audit_run(struct audit *a, struct scheduler_job *j);

#endif
