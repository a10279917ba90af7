/*
 * feed.h -- one connection to a venue: its life from IDLE to LIVE and back.
 *
 * All decisions are in feed_step and its helpers; feed_goto is the only
 * statement that changes the state, along the edges of tables/states.def, and
 * each state's deadline is a column there.  feed_fail is the one place that
 * logs an operating error of a connection; it also counts it, keeps it for the
 * status page and starts the back-off.
 *
 * Streams are numbered by their source; a feed carries the run of its lane.
 * They are subscribed in paced batches, each answer is checked, a refused batch
 * is halved until the culprit stands alone; a refused stream is asked for again
 * every few minutes.  An answer proves nothing about
 * data (names that do not exist are acknowledged too): a stream that stays
 * silent after it is named.
 */
#ifndef MPEDGE_FEED_FEED_H
#define MPEDGE_FEED_FEED_H

#include "core/metrics.h"
#include "core/rate.h"
#include "net/conn.h"
#include "net/ws.h"
#include "venues/venue.h"

enum feed_state {
#define STATE(name, deadline, doc) FEED_##name,
#define EDGE(from, to, doc)
#include "tables/states.def"
#undef STATE
#undef EDGE
	FEED_STATES
};

/* Lower case, as records, logs and the status page spell it. */
const char *feed_state_name(enum feed_state s);

/* Is there such a row in states.def? */
bool feed_edge(enum feed_state from, enum feed_state to);

enum {
	FEED_NAME_MAX = 48,
	FEED_WHY_MAX = 160,
	/* Batches being halved, and batches sent and not answered. */
	FEED_RANGES_MAX = 64,
	/* Names in one request. */
	FEED_NAMES_MAX = 500,
};

/* A run of streams of the source. */
struct feed_range {
	unsigned first;
	unsigned count;
	/* Request id while its answer is awaited, and when it was sent. */
	int64_t id;
	struct mono sent_at;
	/* They are subscribed already, and are to be again: the unsubscription
	 * comes first. */
	bool again;
	bool off;
};

/* What a feed knows of one stream. */
struct feed_stream {
	struct mono last_data;
	/* The last request that named it; 0: none. */
	int64_t asked;
	bool acked;
	bool seen;
	bool rejected;
	/* The first-data or silence deadline passed and was told. */
	bool told;
	/* To be unsubscribed and subscribed; it is in a run for that. */
	bool again;
	/* Gone, and to be unsubscribed still. */
	bool leaving;
	/* It is known to miss what there is: see feed_doubt. */
	bool doubted;
};

struct source;
struct lane;

struct feed {
	struct source *source;
	struct lane *lane;
	/* "binance:0a" */
	char name[FEED_NAME_MAX];
	enum feed_state state;
	struct mono entered;
	uint32_t epoch;
	struct conn conn;
	struct ws ws;
	/* The state's deadline, or the end of a pause. */
	struct timer deadline;
	/* Pacing of subscriptions; once a second while LIVE. */
	struct timer tick;
	unsigned attempts;
	struct feed_range todo[FEED_RANGES_MAX];
	unsigned todo_count;
	struct feed_range sent[FEED_RANGES_MAX];
	unsigned sent_count;
	/* Streams to be unsubscribed. */
	unsigned leaving;
	int64_t next_id;
	struct feed_stream *streams;
	unsigned seen_count;
	/* Anything, and data of a stream; a keepalive sent. */
	struct mono last_message;
	struct mono last_data;
	struct mono last_keepalive;
	/* Next turn of the watchdogs; no request before send_after. */
	struct mono watch_at;
	struct mono send_after;
	/* Requests of this hour, where the venue counts them. */
	struct mono hour_began;
	uint32_t hour_sends;
	struct mono retry_rejected;
	/* When this connection is to be replaced. */
	struct mono rotate_at;
	/* When the one before it ended, for the recovery figure; 0 when told.
	 */
	struct mono lost_at;
	bool shutdown_said;
	enum err last_error;
	char why[FEED_WHY_MAX];
	struct wall since;
	/* Of messages. */
	struct rate rate;
	struct feed_metrics metrics;
};

void feed_init(struct feed *f, struct source *s, struct lane *l,
    unsigned number, struct feed_stream *streams);

/* Begin (IDLE only); the first attempt comes after pause_ms. */
void feed_start(struct feed *f, int64_t pause_ms);

/* Say goodbye and end in IDLE. */
void feed_stop(struct feed *f, const char *why);

/* Data of stream number i (of the source) came on this feed. */
void feed_alive(struct feed *f, unsigned i);

/* The venue answered request id: as ack of struct venue_host. */
void feed_ack(
    struct feed *f, int64_t id, struct span name, enum err e, struct span text);

/* Stream number i has got a place in the lane of f. */
void feed_added(struct feed *f, unsigned i);

/* Stream number i is gone: unsubscribe it if it leaves. */
void feed_dropped(struct feed *f, unsigned i, bool leaves);

/* Unsubscribe stream number i and subscribe it again, for its snapshot. */
void feed_again(struct feed *f, unsigned i);

/*
 * What stream number i should have brought has not come.  true when the stream
 * says nothing at all: then a snapshot from REST alone is not taken for its
 * book until it does.
 */
bool feed_doubt(struct feed *f, unsigned i);

/* ms until a request may be sent that could as well not be: half of those that
 * the venue allows in an hour are kept for what must. */
int64_t feed_spare_wait(const struct feed *f);

/* Write a frame; request ids are of this connection. */
void feed_send(struct feed *f, struct span frame);
int64_t feed_request_id(struct feed *f);

/* Has it every stream that `old` has seen? */
bool feed_covers(const struct feed *f, const struct feed *old);

/* "binance:BTCUSDT:kline.1m": stream number i of the source, for events, logs
 * and alarms; what it returns lies in text. */
const char *feed_stream_label(
    const struct feed *f, unsigned i, char *text, size_t size);

/* Is place i of its lane one that may say nothing for as long as it likes? */
bool feed_may_be_quiet(const struct feed *f, unsigned i);

/* Log, count, remember, back off (or give way to the other feed of the lane).
 */
void feed_fail(struct feed *f, enum err e, const char *what);

#endif
