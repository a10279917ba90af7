/*
 * redis_table.h -- the newest value of each key, in fixed memory, and the order
 * in which values wait to be written.
 *
 * A slot is one key.  What comes for it replaces what it has, so a slow server
 * costs values in between and nothing else.  A slot that waits stands in the
 * queue once, however often it changes.  When all slots are taken, one whose
 * value has expired makes room for a new key; a slot of a book never does.
 *
 * The table reads no clock and sends nothing.
 */
#ifndef MPEDGE_SINKS_REDIS_TABLE_H
#define MPEDGE_SINKS_REDIS_TABLE_H

#include "book/book.h"
#include "core/options.h"
#include "model/symbol.h"

enum {
	REDIS_KEY_MAX = 207,
	/* Of a record as a frame (model/frame.h). */
	REDIS_BODY_MAX = 1024,
	/* Levels kept of a side for each one shown: those that go leave others
	 * behind them. */
	REDIS_SPARE = 4,
};

#define REDIS_NONE UINT32_MAX

/* What stands at a key. */
enum redis_form {
	/* The record in the slot. */
	REDIS_RECORD,
	/* Best levels, or the best price, of the slot's book. */
	REDIS_TOP,
	REDIS_BBO,
};

struct redis_slot {
	/* Next with the same hash, next in the queue. */
	uint32_t chain;
	uint32_t behind;
	bool queued;
	/* enum redis_form, enum record_id */
	uint8_t form;
	uint8_t id;
	/* Also to a stream. */
	bool streamed;
	uint16_t key_len;
	uint16_t body_len;
	uint32_t book;
	/* Time in the record; one with an older time is no newer value. */
	int64_t order;
	/* When it was received. */
	struct wall seen;
	char key[REDIS_KEY_MAX + 1];
	char body[REDIS_BODY_MAX];
};

/*
 * The best levels of one book.  They are true only from a snapshot on that the
 * deltas continue; and only the part of a side that the snapshot had is known,
 * see book/book.h.
 */
struct redis_book {
	struct book book;
	bool valid;
	/* Next with the same hash. */
	uint32_t chain;
	/* A snapshot of which it is not known whether it was the first of its
	 * book says nothing of what is deeper. */
	bool suspect;
	int64_t last_update_id;
	int64_t timestamp;
	int64_t collected_at;
	uint8_t venue;
	uint8_t market;
	uint8_t symbol_len;
	uint8_t native_len;
	char symbol[SYMBOL_MAX + 1];
	char native[SYMBOL_MAX + 1];
	/* REDIS_NONE when that is not kept. */
	uint32_t top;
	uint32_t bbo;
};

struct redis_table {
	struct redis_slot *slots;
	uint32_t size;
	uint32_t count;
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint32_t head;
	uint32_t tail;
	uint32_t waiting;
	struct redis_book *books;
	uint32_t books_size;
	uint32_t books_count;
	uint32_t *book_buckets;
	uint32_t book_mask;
	/* No slot has expired before this: looking again is of no use. */
	struct wall full_until;
};

struct arena;

/* Memory it takes, about. */
size_t redis_table_bytes(const struct opt_redis *o);
void redis_table_init(
    struct redis_table *t, const struct opt_redis *o, struct arena *a);

/* The slot of key, NULL when there is none. */
struct redis_slot *redis_table_find(struct redis_table *t, struct span key);

/* A new slot for key; NULL when the table is full of what is newer than ttl_ns
 * (0: for ever). */
struct redis_slot *redis_table_add(
    struct redis_table *t, struct span key, struct wall now, int64_t ttl_ns);

/* Behind all others, or where it is; before all others. */
void redis_table_queue(struct redis_table *t, struct redis_slot *s);
void redis_table_first(struct redis_table *t, struct redis_slot *s);

/* The first in the queue, taken out of it; NULL when it is empty. */
struct redis_slot *redis_table_next(struct redis_table *t);

/* Everything is to be written. */
void redis_table_queue_all(struct redis_table *t);

uint32_t redis_table_index(
    const struct redis_table *t, const struct redis_slot *s);

/*
 * The book of a venue's symbol by its native name: the unified one may change
 * while the book goes on, when a list tells more of it.  NULL when there is
 * none; add: NULL when all are taken or the name is too long.
 */
struct redis_book *redis_table_book(
    const struct redis_table *t, uint8_t venue, struct span native);
struct redis_book *redis_table_add_book(
    struct redis_table *t, uint8_t venue, struct span native);

/*
 * redis_book.c: what a record makes of a book.  A snapshot replaces it; a delta
 * changes one that is valid; limit is how many levels a side the venue's
 * snapshots have at most.  False: the book is not known now.
 */
bool redis_book_record(
    struct redis_book *b, const struct orderbook *r, uint32_t limit);

/* Not known until the next snapshot.  told: a record said so, and that snapshot
 * is the first of the book. */
void redis_book_lose(struct redis_book *b, bool told);

#endif
