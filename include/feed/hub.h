/*
 * hub.h -- between feeds and sinks: appends records to the journal once, and
 * offers them to every sink from that sink's cursor.
 *
 * hub_record encodes straight into the journal.  At the end of each turn (a
 * loop hook) each sink is offered frames until it says AGAIN, it reaches the
 * head, or HUB_BATCH are through (the rest waits for the next turn, which is
 * asked for).
 *
 * A sink that was overrun (the journal went once around before it had
 * confirmed) or found damaged frames is told of nowhere else: one log line when
 * it begins, and when it takes records again one gap record (data_type journal,
 * sequence numbers from..to, the number missing) and a log line with the same.
 * What was lost is counted.
 *
 * A journal file that fails is told of once, and once more when it is in use
 * again; it is tried at distances of HUB_FILE_MIN_MS that double.  What is in
 * memory is written to it in slices, HUB_SLICE_MS apart.
 */
#ifndef MPEDGE_FEED_HUB_H
#define MPEDGE_FEED_HUB_H

#include "core/metrics.h"
#include "core/rate.h"
#include "feed/journal.h"
#include "feed/recent.h"
#include "model/replaced.h"
#include "sinks/sink.h"

enum {
	HUB_BATCH = 512,
	/* Levels of the largest record, both sides. */
	HUB_LEVELS = 20000,
	/* Gap records of one sink are at least this far apart. */
	HUB_GAP_MS = 1000,
	/* A sink that is down for longer makes the whole unhealthy. */
	HUB_DOWN_MS = 10000,
	HUB_WHY_MAX = 160,
	/* Between tries to use a journal file that failed. */
	HUB_FILE_MIN_MS = 1000,
	HUB_FILE_MAX_MS = 60000,
	HUB_SLICE_MS = 5,
};

struct hub;

struct hub_sink {
	struct hub *hub;
	struct sink sink;
	struct sink_host host;
	struct journal_cursor *cursor;
	/* What sink_host.border answers; NULL until it is asked for, or when
	 * there was no room for it. */
	const int64_t *border;
	/* Next frame to offer, and the sequence number it must have. */
	uint64_t next;
	uint64_t expected;
	/* Sequence number after the last one confirmed or given up. */
	uint64_t confirmed;
	/* Lost and not yet told of by a gap record; count 0 is none. */
	uint64_t lost_from;
	uint64_t lost_to;
	uint64_t lost_count;
	/*
	 * Taken, not confirmed, and overwritten since: confirmations may still
	 * come; should the sink want them again, they are lost.
	 */
	uint64_t risk_from;
	uint64_t risk_count;
	/* Damaged frames were counted up to this sequence number. */
	uint64_t damaged_to;
	struct mono gap_told;
	bool gap_due;
	/* One record at a time is timed until it is confirmed; 0 is none. */
	uint64_t timed_next;
	struct wall timed_seen;
	struct wall timed_taken;
	bool up;
	enum err last_error;
	char why[HUB_WHY_MAX];
	struct wall since;
	/* Of records confirmed. */
	struct rate rate;
	struct sink_metrics metrics;
};

struct hub {
	struct loop *loop;
	struct journal *journal;
	struct hub_sink sinks[SINK_COUNT];
	unsigned sink_count;
	struct hook hook;
	struct timer sync;
	struct timer again;
	int64_t sync_ms;
	/* A journal file that fails: the next try, and whether it was told. */
	struct mono file_retry;
	int64_t file_pause_ms;
	bool file_told;
	struct level *levels;
	/* Kernel receive time of the records being made; 0 is not known. */
	struct wall stamp;
	/* Records too large for the journal, frames that could not be decoded.
	 */
	uint64_t refused;
	uint64_t damaged;
	struct recent recent;
	/* Set after hub_init; NULL: nobody wants its families. */
	struct replaced *replaced;
	/* Likewise; NULL: sinks say nothing of the box. */
	const struct sink_about *about;
	struct mp_batch_metrics batches[SINK_COUNT];
	/* Writing a record into the journal; measured by those who make it. */
	struct histogram append;
};

void hub_init(struct hub *h, struct loop *l, struct journal *j, struct arena *a,
    int64_t sync_ms);

/* Before arena_seal. */
enum err hub_add(struct hub *h, const struct sink_type *t,
    const struct options *o, struct conn_world *w, struct arena *a,
    struct out *why) MUST_USE;

/* Records that the slowest sink has not taken or not had confirmed. */
uint64_t hub_waiting(const struct hub *h);

/* Register the counters of the sinks and the panel "sinks". */
void hub_panels(struct hub *h, struct metrics *m);

/* Publish.  rec is good until it returns. */
void hub_record(struct hub *h, enum record_id id, const void *rec);

/*
 * The mark (of journal_mark) becomes value with the record made last.  For this
 * hub_record leaves its frame open, and it is sealed by the next hub_record, at
 * the end of the turn, or by hub_close: frame and mark are one.
 */
void hub_mark(struct hub *h, const int64_t *mark, int64_t value);

/* The program is ending: sinks need not wait for more. */
void hub_drain(struct hub *h);
/*
 * The position up to which all of these sinks (bits 1 << their place in
 * h->sinks) have confirmed.  *lost grows when the journal overwrites what one
 * of them had not, or one of them finds frames damaged: of what is before the
 * position told then, only frames that are whole are certain.
 */
uint64_t hub_confirmed(const struct hub *h, unsigned which, uint64_t *lost);

/* Is every record confirmed by every sink? */
bool hub_idle(const struct hub *h);
void hub_close(struct hub *h);

#endif
