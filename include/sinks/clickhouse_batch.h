/*
 * clickhouse_batch.h -- rows of one stretch of the journal, by table.
 *
 * A batch is what the journal has from sequence number `first` to `last`,
 * without a hole: each table it concerns gets one insert with the token
 * BOX-TABLE-FIRST-LAST-CRC.  The CRC-32C of the rows is part of it because a
 * journal in RAM, or one that a power cut shortened, gives numbers anew, and
 * new rows must never pass for old ones.
 */
#ifndef MPEDGE_SINKS_CLICKHOUSE_BATCH_H
#define MPEDGE_SINKS_CLICKHOUSE_BATCH_H

#include "model/ddl.h"
#include "sinks/sink.h"

enum {
	CLICK_TOKEN_MAX = 256,
	/* Places at which rows can be cut in two. */
	CLICK_CUTS = 32,
	/* Buffers that grew larger are given back to the system. */
	CLICK_KEEP_BYTES = 256 * 1024,
};

enum click_part {
	CLICK_WHOLE,
	CLICK_FIRST_HALF,
	CLICK_SECOND_HALF,
};

struct click_table {
	struct out rows;
	uint32_t count;
	/* Inserted, or to be parked. */
	bool done;
	bool parked;
	/* Tried before. */
	bool tried;
	enum click_part part;
	/* Offsets of the rows 0, step, 2 * step ... */
	size_t cuts[CLICK_CUTS];
	uint32_t cut_count;
	uint32_t step;
};

struct click_batch {
	struct click_table tables[RECORD_COUNT];
	uint64_t first;
	uint64_t last;
	/* Place in the journal behind it. */
	uint64_t next;
	/* Frames, whether they make rows or not; 0 is an empty batch. */
	uint32_t frames;
	uint32_t rows;
	size_t bytes;
	size_t bytes_max;
	/* Complete, and not to be changed any more. */
	bool closed;
};

/* memory[i]: bytes_max bytes for table i, or NULL when it has none. */
void click_batch_init(
    struct click_batch *b, void *const memory[RECORD_COUNT], size_t bytes_max);

/* The frame makes no row, but belongs to the batch. */
void click_batch_pass(struct click_batch *b, const struct sink_frame *f);

/* Add its row; FULL, and nothing changed, when there is no room.  lacks and
 * *unfit as record_row. */
enum err click_batch_add(struct click_batch *b, const struct sink_frame *f,
    bool marketprism, uint32_t lacks, unsigned *unfit) MUST_USE;

/* Empty again. */
void click_batch_reset(struct click_batch *b);

/* A table that has rows and is not settled, or RECORD_COUNT. */
enum record_id click_batch_next(const struct click_batch *b);

/* The same for those to be parked, from `from` on. */
enum record_id click_batch_parked(const struct click_batch *b, unsigned from);

/* The bytes to be sent now. */
struct span click_batch_rows(const struct click_table *t);

/* Rows of it that are in. */
uint32_t click_batch_in(const struct click_table *t);

/* Send it in halves from now on; false when it is one already, or one row. */
bool click_batch_split(struct click_table *t);

/* What was sent is in; true when that was all of the table. */
bool click_batch_sent(struct click_table *t);

void click_batch_token(const struct click_batch *b, enum record_id id,
    const char *box, const char *table, struct out *o);

#endif
