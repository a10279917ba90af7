/*
 * rest.h -- the REST calls of one venue: what is wanted, in which order, and
 * never more than the venue allows.
 *
 * At most one wish of each kind a symbol: a full book, the trades of a hole,
 * and what is polled.  Books come before trades, and both before polls.  Trades
 * may have several sources (venue.h, struct trades_ask): a source that refuses,
 * or that does not reach back to the hole, is followed by the next.  One call
 * is under way at a time, on one keep-alive connection.
 *
 * What can wait (instrument lists, audits) is a job: jobs have a connection of
 * their own, one under way at a time, and never take the last quarter of the
 * budget.
 *
 * Before each call the
 * weight used in this minute (the larger of our own count and the venue's
 * header) is checked against the budget.  What an answer is worth is decided
 * in one place, by status, by what became of it, and by its first byte: only
 * JSON reaches a reader.  The rest are classes with a pause of their own
 * (tables/refusals.def), for all symbols.
 */
#ifndef MPEDGE_FEED_REST_H
#define MPEDGE_FEED_REST_H

#include "core/metrics.h"
#include "core/random.h"
#include "feed/market.h"
#include "net/httpc.h"

/* What is wanted for one symbol. */
struct rest_wish {
	bool book;
	bool trades;
	/* The hole, as far as it is still open. */
	int64_t first;
	int64_t last;
	/* Not before; the trades' give-up time. */
	struct mono book_due;
	struct mono trades_due;
	struct mono trades_end;
	unsigned book_tries;
	unsigned trades_tries;
	unsigned trades_source;
	/* A channel that only REST has. */
	bool poll;
	enum channel poll_channel;
	struct mono poll_due;
	/* The last good answer; 0: none. */
	struct mono poll_seen;
};

/*
 * A call that can wait.  The caller's memory, zeroed and filled with the
 * members up to done; it belongs to the queue from rest_queue until done.
 */
struct rest_job {
	void *owner;
	/* A literal, for logs: "instruments". */
	const char *name;
	/* Write the call; false: there is nothing to ask any more (done is not
	 * called). */
	bool (*write)(
	    struct rest_job *j, struct out *path, struct venue_call *call);
	/* Not NULL: the body of a 200 comes in pieces as it arrives; an answer
	 * that is not OK ends the call. */
	enum err (*piece)(struct rest_job *j, struct span bytes);
	/* e is OK after a 200 (body in a->body unless in pieces), LIMITED or
	 * BANNED when the venue said so; a is never NULL. */
	void (*done)(
	    struct rest_job *j, enum err e, const struct httpc_reply *a);
	struct rest_job *next;
	struct mono due;
	bool queued;
};

/* Classes of answers that are none, tables/refusals.def. */
enum rest_refusal {
	REFUSAL_NONE,
#define REFUSAL(name, error, first_ms, most_ms, doc) REFUSAL_##name,
#define WINDOW(venue, first_ms, most_ms, doc)
#include "tables/refusals.def"
#undef WINDOW
#undef REFUSAL
	REFUSALS
};

enum rest_kind {
	REST_NONE,
	REST_BOOK,
	REST_TRADES,
	REST_POLL,
};

struct rest_setup {
	uint32_t weight_per_minute;
	uint32_t book_limit;
	int64_t backfill_max;
	int64_t backfill_hold_ms;
	int64_t poll_ms;
	/* Index into the venue's trade_kinds. */
	unsigned trades;
};

struct rest {
	const struct venue *venue;
	struct market *market;
	struct loop *loop;
	struct random *random;
	const char *name;
	struct httpc http;
	struct rest_setup setup;
	struct rest_wish *wishes;
	unsigned symbols;
	/* Calls waiting. */
	unsigned waiting;
	struct timer timer;
	/* The call under way. */
	enum rest_kind kind;
	unsigned symbol;
	struct trades_ask ask;
	struct mono sent_at;
	/* Cleared when the wish of the call under way was taken back. */
	bool wanted;
	/* Weight used in minute number `minute` of the wall clock. */
	int64_t minute;
	uint32_t used;
	uint32_t reported;
	/* Nothing is sent before; why, for status. */
	struct mono paused_until;
	char why[160];
	enum rest_refusal refusal;
	/* Of the answer that came last; how many in a row were refusals. */
	enum rest_refusal last;
	unsigned misses;
	/* Pool for error bodies. */
	struct json errors;
	struct rest_metrics metrics;
	/* Jobs: in the order queued; the one under way; their connection. */
	struct rest_job *jobs;
	struct rest_job *job;
	struct httpc jobs_http;
	struct timer jobs_timer;
	struct mono job_sent_at;
	/* The first bytes of its body were looked at. */
	bool job_began;
	/* Whoever reads its pieces wants no more. */
	bool job_stopped;
	enum rest_refusal job_refusal;
};

void rest_init(struct rest *r, const struct rest_setup *setup);
void rest_close(struct rest *r);

/*
 * What is to be kept across a restart: a line of text while the venue keeps us
 * away, else nothing.  Restored it pauses as long as is left of it.  UNKNOWN:
 * the line is another venue's; SYNTAX or RANGE: it is none of these.
 */
void rest_save(const struct rest *r, struct out *o);
/* Is there such a line, and not the same one as when it was `until`? */
bool rest_unsaved(const struct rest *r, struct mono until);
enum err rest_restore(struct rest *r, struct span line) MUST_USE;

/* Make this call once, after_ms from now at the earliest. */
void rest_queue(struct rest *r, struct rest_job *j, int64_t after_ms);

/* The same; one that is waiting already comes then if that is sooner, and one
 * that is under way is left as it is. */
void rest_hurry(struct rest *r, struct rest_job *j, int64_t after_ms);

/* "429: too many calls" */
const char *rest_refusal_text(enum rest_refusal f);

/* Weight used in this minute; jobs waiting or under way. */
uint32_t rest_weight(struct rest *r);
unsigned rest_jobs_waiting(const struct rest *r);

void rest_want_book(struct rest *r, unsigned symbol);
void rest_want_trades(
    struct rest *r, unsigned symbol, int64_t first, int64_t last);

/* ms until a book may be asked for that could as well not be: the venue does
 * not keep us away, no other book is waiting, and a quarter of the minute's
 * weight stays for others. */
int64_t rest_book_wait(struct rest *r, unsigned symbol);

/* Ask for channel c of this symbol again and again. */
void rest_poll(struct rest *r, unsigned symbol, enum channel c);
/* Now rather than when its time comes. */
void rest_poll_now(struct rest *r, unsigned symbol);
void rest_drop_poll(struct rest *r, unsigned symbol);

/* The book of this symbol is not wanted any more (its connection ended). */
void rest_drop_book(struct rest *r, unsigned symbol);

/* Nothing of this symbol is wanted any more. */
void rest_forget(struct rest *r, unsigned symbol);

#endif
