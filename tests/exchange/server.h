/*
 * server.h -- listeners, connections, and one turn of the poll loop.
 *
 * Output is gathered in conn->out during a turn and written at its end, so that
 * many frames share one TLS record and one system call.
 */
#ifndef EXCHANGE_SERVER_H
#define EXCHANGE_SERVER_H

#include "link.h"
#include "text.h"

struct sim;
struct stream;

enum conn_kind { CONN_WS, CONN_REST, CONN_CONTROL, CONN_KINDS };

enum conn_state {
	CONN_REQUEST,
	CONN_STREAMING,
	/* Close when everything is written. */
	CONN_CLOSING,
	CONN_DEAD,
};

enum {
	CONNS_MAX = 1024,
	/* A client this far behind is cut off. */
	BACKLOG_MAX = 64 << 20,
	/* Flat out, no more is made while a client is this far behind. */
	BACKLOG_FULL = 256 << 10,
	MESSAGE_TIMES = 64,
};

struct conn {
	struct link link;
	enum conn_kind kind;
	enum conn_state state;
	int number;
	struct buf in;
	struct buf out;
	/* WebSocket. */
	bool combined;
	bool micro;
	/* Which path it came by, as the dialect counts them; below 32. */
	int route;
	/* Free for the dialect; freed with the connection. */
	void *own;
	struct stream **streams;
	int stream_count;
	/* When the last messages came, for the limit a second. */
	int64_t message_us[MESSAGE_TIMES];
	uint64_t messages;
	/* Subscriptions and the like since this hour began. */
	int64_t ops;
	int64_t ops_us;
	/* When something was last pushed. */
	int64_t pushed_us;
	int64_t ping_due_us;
	int64_t pong_due_us;
	/* What the last two pings said. */
	char ping[2][128];
	size_t ping_len[2];
	/* Cut in the middle by a fault: neither read nor written until then. */
	int64_t frozen_us;
	/* One too many: it gets this status for an answer. */
	int refused;
	/* A reply that waits. */
	int64_t hold_us;
	/* Close when this time has come. */
	int64_t close_us;
	bool truncate;
};

struct server {
	int listener[CONN_KINDS];
	int ports[CONN_KINDS];
	struct conn *conn[CONNS_MAX];
	int count;
	int next_number;
};

void server_open(struct sim *sim);
/* Wait until something happens or the time (monotonic) has come; read. */
void server_wait(struct sim *sim, int64_t until_us);
/* Keepalive, delayed closes; then write what was gathered. */
void server_flush(struct sim *sim);
void conn_end(struct sim *sim, struct conn *c, const char *why, bool abort_it);
/* Is there a subscriber, and has every one room for more? */
bool server_has_room(const struct sim *sim);

#endif
