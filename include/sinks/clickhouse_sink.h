/*
 * clickhouse_sink.h -- the sink for ClickHouse inside: what its files share.
 *
 * One connection, one request at a time, one batch at a time:
 *
 *   PROBE    which version is it, does it know tokens?
 *   CREATE   the database and tables (clickhouse.create)
 *   COLUMNS  which columns do tables of an older build lack? they are added
 *            (clickhouse.create), or rows leave without them
 *   COLLECT  frames of the journal become rows, until the batch is complete
 *   INSERT   one insert for each table of the batch
 *   PARK     what the server will never take goes to the dead-letter file: its
 *            records are read from the journal again
 *
 * then the batch is confirmed as a whole and the next one is collected.
 *
 * Once only.  Before the first try of a batch its end is kept in the journal
 * (sink_host.border_keep): after a kill the same stretch becomes the same
 * batch, with the same tokens, and tables that have it already take it for the
 * repetition it is.  See docs/clickhouse.md for what that promises when.
 *
 * After a failure of the network the server is probed again: it may be another
 * one now.  clickhouse.c takes frames, clickhouse_step.c decides what is next,
 * clickhouse_ask.c speaks to the server, clickhouse_columns.c compares tables
 * with ours, clickhouse_pack.c makes bodies smaller, clickhouse_park.c fills
 * the dead-letter file, clickhouse_show.c tells of it.
 */
#ifndef MPEDGE_SINKS_CLICKHOUSE_SINK_H
#define MPEDGE_SINKS_CLICKHOUSE_SINK_H

#include "codec/pack.h"
#include "codec/url.h"
#include "core/metrics.h"
#include "core/options.h"
#include "net/httpc.h"
#include "sinks/clickhouse_answer.h"
#include "sinks/clickhouse_batch.h"
#include "sinks/clickhouse_dead.h"

enum {
	CLICK_PAUSE_MAX_MS = 30 * 1000,
	/* Until somebody has corrected a password or a grant. */
	CLICK_AUTH_PAUSE_MS = 10 * 1000,
	CLICK_ANSWER_MAX = 8192,
	CLICK_PATH_MAX = 3072,
	CLICK_HEADERS_MAX = 512,
	CLICK_WHY_MAX = 256,
	CLICK_VERSION_MAX = 32,
};

enum click_phase {
	CLICK_PROBE,
	CLICK_MAKE,
	CLICK_COLUMNS,
	CLICK_COLLECT,
	CLICK_INSERT,
	CLICK_DEAD,
};

/* What this server can do. */
struct click_server {
	char version[CLICK_VERSION_MAX];
	bool tokens;
	bool partitions;
	bool async;
};

/* Why a table's rows are parked. */
struct click_refusal {
	int64_t code;
	/* Rows in front of them that are in already. */
	uint32_t skip;
	char token[CLICK_TOKEN_MAX];
	char why[CLICK_WHY_MAX];
};

/*
 * clickhouse.compress.  Whether the server takes it is found out by the probe,
 * which is sent so first: a server that does not know the encoding can then not
 * take compressed rows for rows.
 */
struct click_pack {
	struct pack pack;
	struct out body;
	/* Rows that are still to be added, a piece each turn. */
	struct span rows;
	struct timer turn;
	/* The probe under way is compressed. */
	bool probing;
	/* The server takes bodies as they are only. */
	bool refused;
};

/* What the service replaced counted (groups mp_ of metrics.def): its two
 * writers are our one. */
struct click_replaced {
	struct {
		struct mp_click_operations_metrics good;
		struct mp_click_operations_metrics bad;
		struct mp_click_time_metrics time;
		struct mp_click_table_metrics table;
		struct mp_fast_operations_metrics fast_good;
		struct mp_fast_operations_metrics fast_bad;
		struct mp_fast_time_metrics fast_time;
	} tables[RECORD_COUNT];
	struct mp_fast_metrics fast;
	struct mp_fast_pool_metrics pool;
};

struct click_sink {
	const struct opt_clickhouse *options;
	const char *box;
	struct sink *sink;
	struct ddl ddl;
	bool wanted[RECORD_COUNT];
	/* The network, with a TLS context of its own. */
	struct url url;
	struct conn_world world;
	struct tls_context tls;
	struct tls_peer peer;
	struct httpc http;
	/* Of plain bodies, and of compressed ones. */
	char headers[CLICK_HEADERS_MAX];
	char pack_headers[CLICK_HEADERS_MAX];
	struct click_pack pack;
	char answer[CLICK_ANSWER_MAX];
	char statement[DDL_MAX];
	struct mono asked;
	struct click_server server;
	enum click_phase phase;
	/* CLICK_MAKE: which statement; COLUMNS, INSERT and DEAD: which table.
	 */
	unsigned step;
	/* Tables were made, or need not be. */
	bool made;
	/* Columns were looked at, which is once: a batch never changes. */
	bool checked;
	/* CLICK_COLUMNS: it is the statement that adds them. */
	bool adding;
	/* As record_row has it. */
	uint32_t lacks[RECORD_COUNT];
	/* After a failure, until retry fires. */
	bool paused;
	int64_t pause_ms;
	uint32_t random;
	struct timer retry;
	struct click_batch batch;
	struct timer age;
	/* The end of the batch that was tried last, by sequence number. */
	uint64_t border;
	/* Frames were refused: say when there is room. */
	bool hungry;
	struct dead dead;
	bool dead_open;
	bool dead_whole;
	/* Records were offered since the patience for them began. */
	bool dead_offered;
	/* Of the table that is being parked: rows seen so far. */
	uint32_t dead_rows;
	struct click_refusal refusals[RECORD_COUNT];
	struct clickhouse_metrics metrics;
	struct click_replaced replaced;
};

/* Does the record become a row? */
bool click_makes_row(const struct click_sink *c, const struct sink_frame *f);

/* clickhouse_step.c: the one place that moves from phase to phase. */
void click_goto(struct click_sink *c, enum click_phase phase);
void click_start(struct click_sink *c);

/* The batch is complete: keep its end, and insert it. */
void click_close_batch(struct click_sink *c);

/* Everything of the batch is where it belongs. */
void click_settle(struct click_sink *c);

/* It goes on after a pause. */
void click_fail(
    struct click_sink *c, enum err e, const char *why, int64_t least_ms);

/* A whole answer, or none, has come. */
void click_answered(struct click_sink *c, const struct click_answer *a);

/* clickhouse_ask.c */
void click_ask_init(struct click_sink *c, const struct sink_setup *setup);
enum err click_ask_open(struct click_sink *c, struct out *why);
/* again: not compressed. */
void click_ask_probe(struct click_sink *c, bool again);
void click_ask_make(struct click_sink *c);
/* The columns of c->step: which are there, or add them. */
void click_ask_columns(struct click_sink *c);
void click_ask_insert(struct click_sink *c);
/* Its body is made. */
void click_ask_packed(struct click_sink *c);
/* The answer of click_ask_probe. */
void click_read_probe(struct click_server *s, struct span body);

/* clickhouse_columns.c: the answer to click_ask_columns; a refusal of it. */
void click_columns_read(struct click_sink *c, struct span body);
void click_columns_refused(struct click_sink *c, const char *why);

/* clickhouse_pack.c */
size_t click_pack_bytes(const struct opt_clickhouse *o);
void click_pack_open(struct click_sink *c, struct arena *a);
void click_pack_close(struct click_sink *c);
/* Are bodies compressed now? */
bool click_packs(const struct click_sink *c);
/* A short body, at once. */
struct span click_pack_text(struct click_sink *c, struct span text);
/* Rows, a piece a turn; click_ask_packed follows. */
void click_pack_rows(struct click_sink *c, struct span rows);
/* The body is not needed any more. */
void click_pack_free(struct click_sink *c);
/* The probe was answered, well or not; true: ask it again, as it is. */
bool click_pack_again(struct click_sink *c, bool well, const char *why);
const char *click_pack_state(const struct click_sink *c);

/* clickhouse_park.c */
void click_park_table(
    struct click_sink *c, enum record_id id, int64_t code, const char *why);
void click_park_begin(struct click_sink *c);
enum err click_park_take(struct click_sink *c, const struct sink_frame *f);
void click_park_flush(struct click_sink *c);
/* Nothing more comes, unless something came since this was asked last. */
void click_park_age(struct click_sink *c);

/* clickhouse_count.c: an insert of the batch has succeeded, or failed. */
void click_count(struct click_sink *c, bool good);
/* So many bytes of rows were so many of the body that is in. */
void click_count_ratio(struct click_sink *c, size_t rows, size_t body);
void click_count_panels(struct click_sink *c, struct metrics *m);

/* clickhouse_show.c */
void click_panels(struct sink *s, struct metrics *m);

#endif
