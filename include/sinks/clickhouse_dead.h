/*
 * clickhouse_dead.h -- the file of batches that a server will never take.
 *
 * Append-only, JSON lines: a head that says which table, which insert and why,
 * then its records as in the file sink.  dead_begin, dead_line for each record,
 * dead_end, which returns when the disk has it; after a failure of any of them
 * dead_undo takes back what there was of the batch.
 */
#ifndef MPEDGE_SINKS_CLICKHOUSE_DEAD_H
#define MPEDGE_SINKS_CLICKHOUSE_DEAD_H

#include "core/out.h"

struct dead {
	const char *path;
	int64_t most_bytes;
	int fd;
	/* Size before this batch. */
	int64_t start;
	struct out lines;
};

/* lines is memory for text, for one record at least. */
void dead_init(struct dead *d, const char *path, int64_t most_bytes);

/* CONFIG when there is no path, FULL when it has grown too large; SPACE, IO.
 * memory is borrowed until dead_end or dead_undo. */
enum err dead_begin(struct dead *d, void *memory, size_t size) MUST_USE;

/* Text goes into d->lines; this says that a line is whole. */
enum err dead_line(struct dead *d) MUST_USE;
enum err dead_end(struct dead *d) MUST_USE;
void dead_undo(struct dead *d);

#endif
