/*
 * market_internal.h -- what the market_*.c files share.  Nobody else includes
 * it.
 */
#ifndef MPEDGE_FEED_MARKET_INTERNAL_H
#define MPEDGE_FEED_MARKET_INTERNAL_H

#include "core/out.h"
#include "feed/market.h"

enum {
	/* Holes of one symbol that wait for REST; more become gap records. */
	MARKET_HOLES = 8,
	/* Kline intervals of one symbol (Binance has 16). */
	MARKET_BARS = 16,
	/* "binance:BTCUSDT:orderbook" */
	MARKET_NAME_MAX = SYMBOL_MAX + 64,
	MARKET_NO_BUFFER = -1,
	/* Liquidations remembered, to know a repetition. */
	MARKET_RECENT = 1024,
	/* Funding times of one symbol that are remembered. */
	MARKET_PAID = 16,
};

/* Trade ids first..last are missing. */
struct market_hole {
	int64_t first;
	int64_t last;
};

/* The trades of one symbol. */
struct market_tape {
	/* Largest id seen; SEQ_NULL before the first. */
	int64_t last;
	/* The first after what a run before this one had published, or since
	 * ids went back. */
	int64_t first;
	/* Ascending; all below last. */
	struct market_hole holes[MARKET_HOLES];
	unsigned hole_count;
	/* want_trades was called for holes[0]. */
	bool wished;
	/* The host was asked for the id before the restart. */
	bool resumed;
	/* Held trades: length, id, encoded record; a lent buffer. */
	int buffer;
	struct out held;
	size_t released;
	/* How many ids in a row were far too low, and the first of them. */
	uint32_t backwards;
	int64_t backwards_first;
};

/* The last record of a kind that comes again and again. */
struct market_seen {
	int64_t timestamp;
	uint32_t epoch;
};

/*
 * The funding times that published rates were about, each in minutes since
 * 1970: the next time they name, or the end of their hour where funding is
 * continuous (Deribit 5.4.5).
 */
struct market_fundings {
	int64_t minutes[MARKET_PAID];
	unsigned count;
	/* Rows of the history up to this one were judged. */
	int64_t judged;
	/* Those on the hour as one number, and whether it was asked for. */
	int64_t told;
	bool recalled;
};

struct market_bar {
	char interval[8];
	int64_t timestamp;
	int64_t open_time;
	/* What it said, where there is no timestamp. */
	uint64_t sum;
	struct dec volume;
	uint32_t epoch;
	uint8_t is_closed;
	/* The bar itself, for venues that do not say when it is closed. */
	bool kept;
	struct kline last;
};

struct market_entry {
	/* First, so that a venue's symbol pointer is the entry's. */
	struct symbol symbol;
	bool wants[CHANNEL_COUNT];
	struct market_tape tape;
	struct sync sync;
	int buffer;
	/* want_book was called and not answered. */
	bool asked;
	/* No wish before this time (after failures). */
	struct wall paused_until;
	unsigned failures;
	/* No refresh before this time. */
	struct wall refresh_after;
	unsigned applied;
	/* Books in the stream: the connection followed; whether the book is
	 * impossible; whether a wrong checksum was told. */
	uint32_t book_epoch;
	bool crossed;
	bool checksum_told;
	struct market_bar *bars;
	unsigned bar_count;
	struct market_seen ticker;
	struct market_seen funding;
	struct market_seen interest;
	struct market_fundings fundings;
	/* Numbers only, so nothing is borrowed. */
	struct quote quote;
	struct wall quote_seen;
};

struct market_buffer {
	char *memory;
	bool lent;
};

struct market {
	struct market_setup setup;
	struct market_host *host;
	const struct venue *venue;
	struct venue_host reader;
	struct json json;
	struct origin from;
	/* The message made a callback: it was not skipped. */
	bool heard;
	bool raw;
	struct market_entry *entries;
	unsigned count;
	char *books;
	/* Open addressing; entry number + 1, 0 is free. */
	uint32_t *table;
	uint32_t table_size;
	struct market_buffer *buffers;
	uint32_t buffers_free;
	/* Room for a snapshot to publish. */
	struct level *top;
	/* Trades of the REST reply that is being read go to this entry. */
	struct market_entry *filling;
	/* They were published before: only what is new in them counts. */
	bool again;
	int64_t again_last;
	struct trades_page page;
	/* Rates of the REST reply that is being read are of its history. */
	struct market_entry *paying;
	struct market_paid paid;
	int64_t paid_last;
	unsigned holes_filled;
	/* Of liquidations: most venues give them no id. */
	uint64_t recent[MARKET_RECENT];
	unsigned recent_next;
	struct market_counts counts;
};

/* market.c */
void market_emit(struct market *m, enum record_id id, const void *rec);
unsigned market_number(const struct market *m, const struct market_entry *e);

/* Take a buffer if more than `spare` are free; else MARKET_NO_BUFFER. */
int market_borrow(struct market *m, uint32_t spare);
void market_return(struct market *m, int buffer);

/* The place of native in the table: its entry's, or a free one. */
uint32_t market_place(const struct market *m, struct span native);

/* market_host.c: what the venue calls. */
void market_listen(struct market *m);

/* market_tell.c: a gap record; missing is worked out when both ids are known.
 */
void market_gap(struct market *m, const struct market_entry *e,
    const char *data_type, int64_t from, int64_t to, const char *why,
    struct wall now);

/* An event record about the book of e. */
void market_book_state(struct market *m, const struct market_entry *e,
    const char *state, const char *why, struct wall now);

/* A snapshot of the live book of e. */
void market_book_publish(struct market *m, const struct market_entry *e,
    bool from_rest, struct wall now);

/* The book that consumers have is no longer right: say so at once. */
void market_book_invalid(struct market *m, const struct market_entry *e,
    int64_t from, int64_t to, const char *why, struct wall now);

/* market_trades.c */
void market_tape_init(struct market_tape *t);
void market_trade(struct market *m, struct market_entry *e, struct trade *t,
    const struct facts *f);
/* Everything up to this id is out. */
void market_mark(struct market *m, const struct market_entry *e, int64_t id);
/* Call last: the answer may come before this returns (replay has no REST). */
void market_wish(struct market *m, struct market_entry *e);
void market_open_hole(
    struct market *m, struct market_entry *e, int64_t first, int64_t last);
void market_close_hole(struct market *m, struct market_entry *e);
/* The first missing trades of the first hole, up to `last`: publish them.  rec
 * NULL: they are no trades. */
void market_fill_first(struct market *m, struct market_entry *e,
    const struct trade *rec, int64_t last);
/* market_fill.c: a trade from REST. */
void market_filled(struct market *m, struct market_entry *e, struct trade *t,
    const struct facts *f);
void market_skip(
    struct market *m, struct market_entry *e, int64_t first, int64_t last);

/* market_books.c */
void market_delta(
    struct market *m, struct market_entry *e, struct orderbook *d);
void market_book_want(struct market *m, struct market_entry *e);

/* A book lost its step and is told so: ask for a new snapshot. */
void market_ask(struct market *m, struct market_entry *e);

/* market_stream.c: a book whose snapshots come in the stream. */
void market_stream_book(struct market *m, struct market_entry *e,
    struct orderbook *b, const struct facts *f);

/* market_bars.c: false when it was seen before. */
bool market_bar_new(
    struct market *m, struct market_entry *e, const struct kline *k);
/* How the bars go on is not known: none is closed as it stands. */
void market_bars_lost(struct market_entry *e);

/* market_quotes.c: what is no trade, book or bar; publishes what is new. */
void market_ticker(struct market *m, struct market_entry *e, struct ticker *t);
void market_funding(
    struct market *m, struct market_entry *e, const struct funding_rate *r);
/* market_check.c: a rate is published; a row of the history. */
bool market_funding_note(
    struct market *m, struct market_entry *e, const struct funding_rate *r);

/* Kept over a restart, with the record before it. */
void market_funding_keep(struct market *m, const struct market_entry *e);
void market_funding_row(
    struct market *m, struct market_entry *e, struct funding_rate *r);
void market_interest(
    struct market *m, struct market_entry *e, const struct open_interest *o);
void market_liquidation(struct market *m, const struct liquidation *l);
void market_quote(
    struct market *m, struct market_entry *e, const struct quote *q);

#endif
