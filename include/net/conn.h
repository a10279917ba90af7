/*
 * conn.h -- a byte stream to a host: name, TCP, TLS, and a watch in the loop.
 *
 * conn is where descriptors, TLS and protocol code meet.  It resolves, connects
 * (each address in turn; one that does not answer is left after
 * CONN_ATTEMPT_MS when there is another), shakes hands, and then moves bytes:
 * what arrives goes to events.data, and when it can send it asks events.drain
 * for bytes, after every turn that brought data too, so that an answer leaves
 * at once.  Work per turn is bounded.  It has no deadlines of its own: the
 * owner has.
 *
 * No event fires from within conn_open or conn_kick.  Every event may call
 * conn_close and conn_open.  When events.data fails, what drain has is sent as
 * far as the socket takes it (a close frame, say) before events.failed.
 */
#ifndef MPEDGE_NET_CONN_H
#define MPEDGE_NET_CONN_H

#include "core/loop.h"
#include "core/metrics.h"
#include "net/dns.h"
#include "net/tls.h"

enum {
	CONN_READS_PER_TURN = 16,
	CONN_WRITES_PER_TURN = 16,
	CONN_BUFFER = 16384,
	CONN_PENDING = 4096,
	CONN_ATTEMPT_MS = 2500,
	CONN_WHY = 256,
};

enum conn_state {
	CONN_IDLE,
	CONN_RESOLVE,
	CONN_CONNECT,
	CONN_HANDSHAKE,
	CONN_OPEN,
};

struct conn;

struct conn_events {
	void *owner;
	/* CONN_CONNECT, CONN_HANDSHAKE, CONN_OPEN reached. */
	void (*state)(void *owner, enum conn_state s);
	/* Bytes came; not OK makes conn fail with it. */
	enum err (*data)(void *owner, const void *bytes, size_t len);
	/* Fill buf with bytes to send; *len 0 when there are none. */
	enum err (*drain)(void *owner, void *buf, size_t size, size_t *len);
	/* It is over (already closed).  Called once.  c->why has words. */
	void (*failed)(void *owner, enum err e);
};

struct conn_counts {
	struct net_metrics net;
	struct tls_metrics tls;
};

/* Shared by all connections. */
struct conn_world {
	struct loop *loop;
	struct dns *dns;
	struct tls_context *tls;
	/* NULL: nobody counts. */
	struct conn_counts *counts;
	/* One receive buffer serves all: callbacks keep no pointer. */
	char buffer[CONN_BUFFER];
};

struct conn {
	struct conn_world *world;
	struct conn_events events;
	enum conn_state state;
	/* Changes with every conn_open and conn_close. */
	uint32_t epoch;
	struct watch watch;
	struct dns_query query;
	/* Events out of conn_open, and the patience for one address. */
	struct timer timer;
	unsigned address;
	/* When the state began. */
	struct mono entered;
	bool use_tls;
	struct tls tls;
	struct tls_peer *peer;
	/* Ciphertext read ahead: one recv serves several TLS records. */
	char ahead[CONN_BUFFER];
	size_t ahead_len;
	size_t ahead_done;
	/* recv gave less than it could: nothing more waits in the kernel. */
	bool dry;
	/* Bytes that drain gave and the socket did not take yet. */
	char pending[CONN_PENDING];
	size_t pending_len;
	size_t pending_done;
	bool send_blocked;
	/* When the kernel received the newest bytes; 0 when it does not say. */
	struct wall stamp;
	uint64_t bytes_in;
	uint64_t bytes_out;
	/* What went wrong last, in words. */
	char why[CONN_WHY];
};

/* c begins zeroed or was closed. */
void conn_init(struct conn *c, struct conn_world *w);

/* peer == NULL: plain TCP.  host is borrowed until an address is known.  Closes
 * what was open. */
void conn_open(struct conn *c, const struct conn_events *events,
    const char *host, uint16_t port, struct tls_peer *peer);

/* There may be something to drain: called after queueing bytes. */
void conn_kick(struct conn *c);

/* conn_count.c: c has come to state s, or fails in the one it has. */
void conn_count_state(struct conn *c, enum conn_state s);
void conn_count_failure(struct conn *c);
/* What went wrong, into c->why: words of TLS, or which step it was. */
void conn_explain(struct conn *c, enum err e, const char *step);

/* End it now, without events.failed. */
void conn_close(struct conn *c);

#endif
