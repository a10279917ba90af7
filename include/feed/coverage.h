/*
 * coverage.h -- what the last minute is worth, told as `coverage` records: one
 * for each connection in use (both feeds of a lane are one) and data type, and
 * one for each type that is polled by REST.
 *
 *   complete  every stream was there all the time, no gap record was made and
 *             no hole in its trades is open; or it was away and the ids of its
 *             trades prove that nothing was missed: they come again
 *   gapped    gap records were made, and nothing made them good
 *   unknown   a stream was away for a while (or refused, or silent), and there
 *             is nothing to prove anything with; or trades are still asked for
 *
 * A stream is away from the moment its connection ends without another that
 * carries it (source_watcher.lost) until it is acknowledged again.  A book is
 * away as long as it is not in step.
 */
#ifndef MPEDGE_FEED_COVERAGE_H
#define MPEDGE_FEED_COVERAGE_H

#include "core/arena.h"
#include "feed/source.h"

/* What is known of a stream at the start of the time told of. */
struct coverage_stream {
	bool was_there;
	/* It was away since. */
	bool lost;
	/* Trades: ids were known, so that the next one proves something. */
	bool had_ids;
};

/* One record in the making. */
struct coverage_cell {
	unsigned streams;
	unsigned live;
	uint64_t gaps;
	int64_t missing;
	/* Of the lane's count, at the start. */
	uint64_t records_before;
};

struct coverage_teller {
	struct source *source;
	struct coverage_stream *streams;
	/* Lanes at the start of the time told of. */
	unsigned lanes;
	/* By lane; the one after the last is REST. */
	struct coverage_cell cells[SOURCE_LANES_MAX + 1][CHANNEL_TYPES];
	struct wall from;
};

void coverage_init(
    struct coverage_teller *c, struct source *s, struct arena *a);

/* From here on. */
void coverage_start(struct coverage_teller *c);
void coverage_lost(struct coverage_teller *c, unsigned stream);
void coverage_gap(struct coverage_teller *c, const struct gap *g);

/* Publish what was, and begin again; *told says how many records, *complete
 * how many of them are. */
void coverage_tell(
    struct coverage_teller *c, unsigned *told, unsigned *complete);

#endif
