/*
 * replaced.h -- what is counted for the families that the service replaced had
 * (groups mp_ of metrics.def), so that its alerts and dashboards go on working.
 *
 * It knew exchanges and not venues: what has the same exchange is counted
 * together.  Everybody who counts has a pointer, which is NULL when nobody
 * wants these families (http.compat_metrics); then nothing is done.
 */
#ifndef MPEDGE_MODEL_REPLACED_H
#define MPEDGE_MODEL_REPLACED_H

#include "core/metrics.h"
#include "model/model.h"

enum {
	/* The types it had are our first ones. */
	REPLACED_TYPES = RECORD_liquidation + 1,
	REPLACED_ERRORS = 3,
	/* One record of so many is timed. */
	REPLACED_TIMED = 16,
};

struct replaced_type {
	struct mp_messages_metrics made;
	struct mp_publishes_metrics published;
	struct mp_publishes_metrics refused;
	struct mp_publish_time_metrics publish_time;
	struct mp_data_metrics data;
	struct mp_last_metrics last;
	/* Streams that it has, and those that deliver. */
	uint64_t streams;
	uint64_t good;
};

struct replaced_exchange {
	const char *name;
	struct replaced_type types[REPLACED_TYPES];
	struct mp_messages_metrics unread;
	/* connection, parse, rest */
	struct mp_errors_metrics errors[REPLACED_ERRORS];
	struct mp_exchange_metrics all;
	struct mp_queue_metrics retry;
	/* All errors and records, and as they were when the rates were made. */
	uint64_t error_count;
	uint64_t made_count;
	uint64_t errors_then;
	uint64_t made_then;
};

struct replaced {
	struct metrics *shown;
	/* As many as there can be; the first count are in use. */
	struct replaced_exchange exchanges[VENUE_COUNT];
	unsigned count;
	/* Index of the exchange of each venue. */
	uint8_t of_venue[VENUE_COUNT];
};

/* A record that was made from a message. */
struct replaced_record {
	/* Of the message, with its first record; else 0. */
	size_t bytes;
	int64_t wall_ns;
	/* From its reception; negative: it was not timed. */
	int64_t took_ns;
};

void replaced_init(struct replaced *r, struct metrics *m);

/* The exchange of a venue, new when it was not known. */
struct replaced_exchange *replaced_add(
    struct replaced *r, enum venue_id v, const char *name);

void replaced_made(struct replaced *r, enum venue_id v, enum record_id id,
    const struct replaced_record *made);
void replaced_published(struct replaced *r, enum venue_id v, enum record_id id,
    bool stored, int64_t took_ns);

/* Rates over the time since the last call, then. */
void replaced_rates(struct replaced_exchange *x, int64_t ms);

#endif
