/*
 * market.h -- the data side of one venue: symbols, books, continuity.
 *
 * Pure in the sense that it opens nothing and reads no clock: messages and REST
 * bodies go in, records come out in the order in which they are to be
 * published, and wishes (snapshots, missing trades) are told to struct
 * market_host.  The feed gives it live messages, `mpedge replay` recorded ones,
 * `mpedge bench` the same ones again and again.
 *
 * Epochs.  Each connection has an epoch number, larger than every earlier one.
 * During make-before-break two epochs of one stream are live at once;
 * duplicates are removed by trade id, by update id, and for klines and tickers
 * by the venue's event time.  market_lost says that a connection ended; the
 * streams it alone carried are then without a source, and their books become
 * invalid.
 *
 * Trades.  Ids of a symbol are contiguous; a record may cover several (OKX
 * aggregates), and ids may be used for what is no trade.  A hole is told to
 * host->want_trades, one hole of a symbol at a time, and the trades after it
 * are held (in a borrowed buffer) until REST answers, so that the order per
 * symbol is kept; a complete market_trades_reply or the deadline of the feed
 * (market_trades_failed) ends the hold, the latter with a gap record.
 *
 *   - No free buffer, or a full one: what was held goes out, new trades go out
 *     as they come, and the missing ones follow when REST brings them (backfill
 *     true): late rather than lost.
 *   - The other connection may bring what is missing first: that fills a hole
 *     too.
 *   - Ids that REST skips do not exist at the venue: a gap record says so.
 *   - A trade that overlaps what was published is not published: the part that
 *     is new is a hole, which REST fills with single trades.
 *   - MARKET_BACKWARDS trades in a row whose ids are MARKET_BACKWARDS or more
 *     below the last one mean that the venue started its ids again: a gap
 *     record, and the sequence goes on from there.
 *
 * Books.  A delta is published only when it was applied to a live book, after
 * the snapshot it builds on; so whoever applies the records in order has our
 * book.  A book that stops being right is published at once as an empty
 * snapshot with is_valid false, with a gap record and an event; the next
 * snapshot heals it.  A book that would be crossed after a delta is such a
 * case: that delta is not published.  Its records come in this order: event
 * syncing, snapshot (is_valid, from REST), event live, deltas ...
 *
 * Where snapshots come in the stream (OKX, Deribit) want_book asks for the
 * stream to be subscribed again.  Such a book follows one connection: a
 * snapshot on another one moves it there.  A crossed book is there a matter of
 * the venue (OKX before the opening, 4.3.2): it is marked invalid and goes on
 * in silence; when it is no longer crossed a snapshot is published.
 *
 * Tickers without best prices get them from quotes (CHANNEL_QUOTE) that are not
 * older than MARKET_QUOTE_MS.  Funding rates and open interest of a symbol are
 * published at most every MARKET_SLOW_MS of the venue's clock.
 */
#ifndef MPEDGE_FEED_MARKET_H
#define MPEDGE_FEED_MARKET_H

#include "model/instrument.h"
#include "venues/venue.h"

enum {
	MARKET_BACKWARDS = 1000,
	MARKET_QUOTE_MS = 60000,
	/* Below a second, so that what comes each second passes. */
	MARKET_SLOW_MS = 900,
};

struct market;

struct market_host {
	void *owner;
	/* Publish: rec is good until the call returns. */
	void (*record)(
	    struct market_host *h, enum record_id id, const void *rec);
	/* Get a snapshot of symbol number s: its buffer is ready. */
	void (*want_book)(struct market_host *h, unsigned s);
	/* Get trades first..last of symbol number s. */
	void (*want_trades)(
	    struct market_host *h, unsigned s, int64_t first, int64_t last);
	/* A stream delivered data (for first-data deadlines and silence). */
	void (*alive)(struct market_host *h, unsigned s, enum channel c,
	    struct span interval, uint32_t epoch);
	/* As in struct venue_host. */
	void (*ack)(struct market_host *h, int64_t id, struct span name,
	    enum err e, struct span text, uint32_t epoch);
	/* Write a frame on this connection.  May be NULL. */
	void (*send)(struct market_host *h, struct span frame, uint32_t epoch);
	int64_t (*request_id)(struct market_host *h, uint32_t epoch);
	/* The list of instruments has changed here.  May be NULL. */
	void (*changed)(
	    struct market_host *h, struct span native, struct span state);
	void (*shutdown)(struct market_host *h, uint32_t epoch);
	/*
	 * The id that `traded` said last for symbol number s before a restart,
	 * or SEQ_NULL.  May be NULL.
	 */
	int64_t (*last_trade)(struct market_host *h, unsigned s);
	/* All trades of symbol number s up to this id were published, or are
	 * covered by gap records.  May be NULL. */
	void (*traded)(struct market_host *h, unsigned s, int64_t id);
	/*
	 * The same for funding times that published rates were about: `funded`
	 * says a number that last_funding gives back after a restart.  It goes
	 * with the record before it.  May be NULL.
	 */
	int64_t (*last_funding)(struct market_host *h, unsigned s);
	void (*funded)(struct market_host *h, unsigned s, int64_t told);
	/* No symbol has this native name: true when it was added now.  May be
	 * NULL, then such messages are skipped. */
	bool (*unknown)(struct market_host *h, struct span native);
};

/* Counters, all since start; names as in metrics.def group `market`. */
struct market_counts {
	uint64_t messages;
	uint64_t bytes;
	uint64_t records[RECORD_COUNT];
	/* Messages not turned into records, by reason: UNKNOWN a symbol or an
	 * event that is not known, UNSUPPORTED a kind that is not collected. */
	uint64_t skipped[ERR_COUNT];
	uint64_t duplicates;
	uint64_t gaps;
	uint64_t backfilled;
	uint64_t held;
	uint64_t book_applied;
	uint64_t book_old;
	uint64_t book_loads;
	uint64_t book_stale;
	uint64_t book_resyncs;
	uint64_t book_refreshes;
	uint64_t book_crossed;
	/* Checksums of the venue that were not ours. */
	uint64_t book_checksum;
	/* Ids that the venue used for what is no trade. */
	uint64_t non_trades;
	/* Funding rates and open interests that came too fast. */
	uint64_t thinned;
};

/* What became of the rows of a funding history. */
struct market_paid {
	unsigned rows;
	unsigned missed;
};

/* What configuration decides. */
struct market_setup {
	const struct venue *venue;
	/* Index into the venue's trade_kinds. */
	unsigned trades;
	uint32_t symbols_max;
	/* Levels a side: asked from REST, kept, and published in snapshots. */
	uint32_t book_limit;
	uint32_t book_capacity;
	uint32_t book_publish;
	/* Buffers lent to syncing books and held trades. */
	uint32_t buffers;
	size_t buffer_bytes;
	/* Tokens of the largest message, and levels of one. */
	uint32_t tokens;
	uint32_t levels;
};

/* Carves everything from a. */
struct arena;
struct market *market_new(
    struct arena *a, const struct market_setup *setup, struct market_host *h);

/* Bytes market_new will take. */
size_t market_bytes(const struct market_setup *setup);

/* Add a symbol; *number is its index, also when it was there.  FULL, or the
 * errors of symbol_set. */
enum err market_add(struct market *m, struct span native, struct span unified,
    unsigned *number) MUST_USE;
unsigned market_symbols(const struct market *m);

/*
 * What an instrument list says of symbol s.  Records that were made keep their
 * names, those made from now on have the new ones.
 */
void market_learn(struct market *m, unsigned s, const struct instrument *i,
    struct span unified);

/*
 * Nothing of s is wanted any more: its book becomes invalid, and what was held
 * of it is published.  Until market_forget it can be wanted again.
 */
void market_drop(
    struct market *m, unsigned s, const char *why, struct wall now);

/* Its number may be another symbol's from now on; nothing refers to it.  Until
 * then its names are empty. */
void market_forget(struct market *m, unsigned s);
const struct symbol *market_symbol(const struct market *m, unsigned s);

/* Collect this channel of symbol s (books are kept only when asked for). */
void market_want(struct market *m, unsigned s, enum channel c);

/*
 * Publish every record as it is decoded: no books, no continuity, no removal of
 * duplicates, wanted or not.  For benchmarks and for messages picked at random.
 */
void market_raw(struct market *m, bool raw);

/* One message of a connection. */
enum err market_message(
    struct market *m, struct span text, const struct origin *from) MUST_USE;

/*
 * The body of the reply to want_book.  Not OK: it was no snapshot; ask the
 * venue again, or say market_book_failed.  OK, but older than the stream:
 * want_book was called again before this returned.
 */
enum err market_book_reply(struct market *m, unsigned s, struct span body,
    const struct origin *from) MUST_USE;

/* The same for a snapshot of another depth than configured. */
enum err market_book_snapshot(struct market *m, unsigned s, struct span body,
    const struct origin *from, uint32_t limit) MUST_USE;

/*
 * Nobody is asking any more.  The buffer is given to others, and the market
 * wishes again with a delta after a pause (1 s, doubling to 64 s), or when told
 * to by market_retry_book.
 */
void market_book_failed(struct market *m, unsigned s);
void market_retry_book(struct market *m, unsigned s);

/* The body of the reply to *ask.  *next is the first id still missing, or
 * INT64_MAX when the hole is filled (want_trades may have been called for the
 * next one then, before this returned). */
enum err market_trades_reply(struct market *m, unsigned s, struct span body,
    const struct trades_ask *ask, const struct origin *from,
    int64_t *next) MUST_USE;

/*
 * The same for trades that were published before, read again for what the
 * venue adds later: liquidations (Deribit 5.4.7).  *last is the last id read,
 * SEQ_NULL when there was none.
 */
enum err market_trades_again(struct market *m, unsigned s, struct span body,
    const struct trades_ask *ask, const struct origin *from,
    int64_t *last) MUST_USE;

/* The body of the reply to a poll of channel c. */
enum err market_poll_reply(struct market *m, unsigned s, enum channel c,
    struct span body, const struct origin *from) MUST_USE;

/* Give up on the rest of the hole: a gap record, then the held trades. */
void market_trades_failed(
    struct market *m, unsigned s, const char *why, struct wall now);

/*
 * No connection carries this stream any more (another live epoch with the same
 * stream: do not call).  A book becomes invalid and waits for the next delta;
 * trades go on by their ids; a bar that the venue does not close is not closed
 * as it stands.  why ends up in gap and event records.
 */
void market_lost(struct market *m, unsigned s, enum channel c, const char *why,
    struct wall now);

/* Nobody will fill the holes in the trades of s: a gap record for each of them,
 * then the held trades. */
void market_give_up(
    struct market *m, unsigned s, const char *why, struct wall now);

/* Publish a snapshot of the book of s if it is live. */
void market_publish_books(struct market *m, unsigned s, struct wall now);

/* State of the book of s, and its best levels. */
const struct sync *market_book(const struct market *m, unsigned s);

/* Is the book of s what the venue has, and possible? */
bool market_book_live(const struct market *m, unsigned s);

/* Books in the stream: the connection it follows. */
uint32_t market_book_epoch(const struct market *m, unsigned s);

/* Largest trade id of s that was seen, or SEQ_NULL. */
int64_t market_last_trade(const struct market *m, unsigned s);

/* The first id of s that is of this run, or since ids went back; SEQ_NULL while
 * there is none. */
int64_t market_first_trade(const struct market *m, unsigned s);

/* Holes in the trades of s that are being filled. */
unsigned market_holes(const struct market *m, unsigned s);

/* --- for those who check (market_check.c) --- */

/* The number of the symbol with this native name; false: there is none. */
bool market_find(const struct market *m, struct span native, unsigned *s);
bool market_wants(const struct market *m, unsigned s, enum channel c);

/* Trades of s are being waited for from REST. */
bool market_has_holes(const struct market *m, unsigned s);

/* When the venue made the newest open interest of s, or TIME_NULL. */
int64_t market_last_interest(const struct market *m, unsigned s);

/* Best prices of s: of its live book, else the newest quote; null where there
 * is none.  Good until the next message. */
void market_best(
    const struct market *m, unsigned s, struct dec *bid, struct dec *ask);

/* The body of a book's snapshot, read and not used: *b is good until the next
 * message. */
enum err market_read_book(struct market *m, unsigned s, struct span body,
    const struct origin *from, struct orderbook *b) MUST_USE;

/*
 * The book of s is not what the venue has: it becomes invalid, with a gap
 * record and an event that say why.  again: it is asked for anew, else the next
 * delta begins it.
 */
void market_book_wrong(
    struct market *m, unsigned s, const char *why, bool again, struct wall now);

/*
 * The body of the reply to funding_call: rates that were paid.  One that no
 * published rate was about is published from REST (backfill), with a gap record
 * that is healed by it.  Only what was paid after the first rate seen is
 * judged, and only once.
 */
enum err market_funding_history(struct market *m, unsigned s, struct span body,
    const struct origin *from, struct market_paid *found) MUST_USE;

const struct market_counts *market_counts(const struct market *m);

#endif
