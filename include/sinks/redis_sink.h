/*
 * redis_sink.h -- the sink `redis`: the newest values, for whoever asks Redis.
 *
 * Keys are {prefix}{exchange}:{symbol}:{type}, of klines {type}:{interval}.
 * Unified symbols differ between kinds of market (BTC-USDT, BTC-USDT-PERP,
 * BTC-USDT-270326), so an exchange's spot and futures do not meet.  The value
 * of trade, ticker, kline, funding_rate, open_interest and liquidation is the
 * newest record's JSON by the time in it; `orderbook` has the best levels as a
 * snapshot record, `bbo` the best prices alone.  A value expires ttl_s after it
 * was received.
 *
 * Books.  The best levels are kept per symbol from the snapshots and deltas
 * (redis_table.h).  A delta that does not fit, a hole in the journal, a record
 * that says is_valid false: both keys are deleted, at once, and come back with
 * the next snapshot.  So what is there is right as of its last_update_id.
 *
 * A cache.  take() never says AGAIN: the newest value of a key replaces the one
 * that waits (counted in coalesced), a key without room is skipped (counted).
 * Streams and channels want every record; those wait in a queue of queue_bytes,
 * and what does not fit, or was under way when the connection went, is skipped
 * (counted); orderbook and bbo are there as often as they are written.
 *
 * A flush writes everything that waits as one pipeline, at most once in
 * flush_ms.  When all of it was answered, records up to the last one taken
 * before the flush began are confirmed: they, or a newer value of their key,
 * are at the server.  After a reconnect everything current is written again.
 *
 * What the server refuses is named with its remedy (redis_refusals in
 * redis_reply.c) and tried again after a pause that doubles from
 * REDIS_PAUSE_MIN_MS to REDIS_PAUSE_MAX_MS, with jitter, with one command
 * alone; so is a connection.  A server that owes a reply for timeout_ms is
 * given up.
 *
 * redis.c takes records and keeps the table, redis_wire.c writes commands and
 * matches replies, redis_state.c is the connection's life, redis_reply.c reads
 * what the server refuses.
 */
#ifndef MPEDGE_SINKS_REDIS_SINK_H
#define MPEDGE_SINKS_REDIS_SINK_H

#include "codec/resp.h"
#include "core/fifo.h"
#include "core/random.h"
#include "net/conn.h"
#include "sinks/redis_table.h"
#include "sinks/sink.h"

enum {
	/* One command, and what leaves at once. */
	REDIS_COMMAND_MAX = 64 * 1024,
	/* SET, XADD and PUBLISH of one value. */
	REDIS_BURST = 3,
	REDIS_PAUSE_MIN_MS = 250,
	REDIS_PAUSE_MAX_MS = 10000,
	/* A connection without anything to write is asked this often. */
	REDIS_PING_MS = 15000,
	REDIS_WHY_MAX = 200,
	/* Room for what is to be sent. */
	REDIS_BATCH_BYTES = 2 * REDIS_COMMAND_MAX,
};

enum redis_state {
	/* No connection; waiting for the next attempt. */
	REDIS_OFF,
	REDIS_CONNECT,
	/* HELLO, or AUTH and CLIENT SETNAME; SELECT. */
	REDIS_GREET,
	REDIS_READY,
	/* Connected, and refused: waiting for the next attempt. */
	REDIS_PAUSE,
};

enum redis_greeting {
	REDIS_HELLO,
	REDIS_AUTH,
	REDIS_NAME,
	REDIS_SELECT,
	REDIS_GREETED,
};

/* A command on its way: the slot that it writes, or what else it is. */
#define REDIS_EXTRA (UINT32_MAX - 1)
#define REDIS_PING (UINT32_MAX - 2)

struct redis_flush {
	bool on;
	/* Of it and still to be written. */
	uint32_t slots;
	size_t extras;
	/* What it confirms. */
	uint64_t next;
	uint64_t taken;
	/* The first refusal, in words. */
	const struct redis_refusal *refusal;
	char why[REDIS_WHY_MAX];
};

/* See redis_reply.c. */
struct redis_refusal {
	/* The first word of the error. */
	const char *word;
	enum err error;
	/* The connection leads to the wrong server, or as the wrong user. */
	bool anew;
	const char *remedy;
};

struct redis_sink {
	struct sink *sink;
	const struct opt_redis *options;
	const struct options *all;
	struct redis_table table;
	/* Bits of enum record_id kept, and kept in streams. */
	uint32_t kept;
	uint32_t streamed;
	bool bbo;
	bool bbo_streamed;
	/* Books before this are of a process that has ended. */
	struct wall started;
	/* The last frame taken, and whether some were missing before it. */
	uint64_t next;
	uint64_t sequence;
	bool any;
	bool holes;
	/* A key has to go at once. */
	bool urgent;
	bool full_told;
	/* Commands for streams and channels. */
	struct fifo extras;
	struct redis_flush flush;
	struct mono flush_after;
	struct timer tick;
	/* The connection. */
	enum redis_state state;
	enum redis_greeting greeting;
	struct conn conn;
	struct tls_context tls;
	struct tls_peer peer;
	/* Of the state: its end, or the reply that is due. */
	struct timer timer;
	struct resp resp;
	/* Slots of commands without a reply, oldest at head - count. */
	uint32_t *window;
	uint32_t window_size;
	uint32_t window_head;
	uint32_t in_flight;
	/* Since when the oldest has been waiting. */
	struct mono progress;
	/* What is to be sent; sent of it are gone. */
	struct out batch;
	size_t sent;
	/* One at a time, until something was accepted. */
	bool careful;
	bool up;
	int64_t pause_ms;
	struct random random;
	char why[REDIS_WHY_MAX];
	/* A value, and a command, in the making. */
	char *value;
	char *command;
	struct level *levels;
};

/* redis.c */
int64_t redis_sink_ttl(const struct redis_sink *r);

/* redis_open.c: of struct sink_type. */
enum err redis_sink_open(
    struct sink *s, const struct sink_setup *setup, struct out *why);

/* redis_value.c: the value of a slot into r->value; empty when there is none
 * (the key is to go). */
struct span redis_value(struct redis_sink *r, const struct redis_slot *s);
/* {prefix}{exchange}:{symbol}:{type} */
void redis_key(const struct redis_sink *r, enum record_id id, const void *rec,
    const char *type, struct out *o);
/* XADD and PUBLISH. */
void redis_put_entry(const struct redis_sink *r, struct span key,
    struct span value, struct out *o);
void redis_put_message(struct span key, struct span value, struct out *o);

/* redis_wire.c: begin a flush when one is due, else see to it that it comes. */
void redis_wire_flush(struct redis_sink *r);
void redis_wire_tick(struct timer *t);
/* Fill the batch as far as there is room. */
void redis_wire_fill(struct redis_sink *r);
void redis_wire_note(struct redis_sink *r, uint32_t what);
/* The reply of the oldest command. */
void redis_wire_reply(
    struct redis_sink *r, const struct resp_item *item, bool is_error);
/* The connection is gone, and with it what was under way. */
void redis_wire_drop(struct redis_sink *r);

/* redis_state.c */
void redis_state_start(struct redis_sink *r);
void redis_state_stop(struct redis_sink *r);
/* A whole flush was answered: all is well. */
void redis_state_good(struct redis_sink *r);
/* The server refuses: pause, or connect anew. */
void redis_state_refused(
    struct redis_sink *r, enum err e, const char *why, bool anew);
/* A reply is owed, or none is. */
void redis_state_expect(struct redis_sink *r);

/* redis_reply.c: what an error means. */
const struct redis_refusal *redis_refusal_of(struct span word);
/* In words; text is left out where it could repeat what we said. */
void redis_refusal_say(const struct redis_refusal *f,
    const struct resp_item *item, bool with_text, struct out *o);

#endif
