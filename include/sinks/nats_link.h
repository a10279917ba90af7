/*
 * nats_link.h -- one connection to a NATS server, without blocking our loop.
 *
 * nats_link.c, nats_wire.c, nats_thread.c and nats_options.c are the only files
 * that know nats.c, which is a threaded library.  What was found in its sources
 * (3.10.1, src/conn.c):
 *
 * - natsConnection_Connect looks names up, connects, shakes hands and waits for
 *   the server on the calling thread.  So each attempt runs on a thread that
 * does nothing else and ends; our loop joins it and has the connection then.
 * - The library's own reconnecting is off: it would do the same on a thread of
 *   the library that holds the connection's lock meanwhile, tells nobody why an
 *   attempt failed, ends for good after the same authorization error twice, and
 *   keeps publishes in a buffer of its own.  The journal keeps them here.
 * - With an event loop set, reading, parsing and writing run in our loop when
 * we ask for them, and publishing only appends to a buffer (SendAsap: no
 * flusher thread).  A connection is found lost in our loop, too: the library's
 * ping timer is off, link_beat below takes its place.
 *
 * Callbacks on the library's threads write a struct nats_news into a pipe and
 * do nothing else.  Memory of nats.c is libc's heap: about 64 kB a connection
 * plus what waits to be sent (NATS_LINK_QUEUE_MAX and one record at most).
 */
#ifndef MPEDGE_SINKS_NATS_LINK_H
#define MPEDGE_SINKS_NATS_LINK_H

#include <pthread.h>

#include "codec/nkey.h"
#include "core/loop.h"
#include "core/options.h"
#include "net/tls.h"

enum {
	NATS_URLS_MAX = 16,
	NATS_ADDRESS_BYTES = sizeof(((struct opt_nats *)0)->url) + 1,
	NATS_INBOX_MAX = 64,
	/* Subjects beside the inbox. */
	NATS_LISTENS_MAX = 10,
	/* A message begins only below this many bytes not yet handed over. */
	NATS_LINK_BATCH = 256 * 1024,
	/* Largest message, headers included; a server may allow less. */
	NATS_PAYLOAD_MAX = 2 * 1024 * 1024,
	NATS_LINK_BATCH_BYTES = NATS_LINK_BATCH + NATS_PAYLOAD_MAX + 1024,
	/* Without any answer for this long a marker is sent to ourselves;
	 * without one for twice as long the connection is replaced. */
	NATS_BEAT_MS = 10000,
};

/* A message on our inbox. */
struct nats_reply {
	/* What followed the inbox: the token given to nats_link_publish. */
	struct span token;
	/* Status 503 and no data: nobody listens on the subject. */
	bool no_responders;
	/* Of an answer without data: 404, 408, 409 ... and its words, which
	 * may be NULL; 0 where there is none. */
	int status;
	const char *description;
	struct span data;
};

/* A message of a stream that a consumer of ours asked for. */
struct nats_message {
	struct span subject;
	/* Where its acknowledgement goes. */
	struct span reply;
	struct span data;
};

struct nats_link;

struct nats_link_events {
	/* A connection is there; publish away. */
	void (*up)(struct nats_link *l);
	/* It is gone, or could not be made; told again when the reason changes.
	 */
	void (*down)(struct nats_link *l, enum err e, const char *why);
	/* A message on our inbox; the spans are good until it returns. */
	void (*reply)(struct nats_link *l, const struct nats_reply *r);
	/* After AGAIN: a message can begin again. */
	void (*room)(struct nats_link *l);
	/* The server will stop (lame duck mode) and there are others: call
	 * nats_link_reset once nothing is in flight.  Not told when there is
	 * no other, because nothing is won by leaving then. */
	void (*leave)(struct nats_link *l);
	/* May be NULL: a message on another subject than our inbox, sent to it
	 * all the same; the spans are good until it returns. */
	void (*message)(struct nats_link *l, const struct nats_message *m);
};

/* What another thread tells us; below PIPE_BUF, so written whole. */
struct nats_news {
	enum nats_news_kind {
		/* An attempt has ended; connection is NULL when it failed. */
		NATS_NEWS_STARTED,
		/* The server refuses something; the connection stays. */
		NATS_NEWS_TROUBLE,
		/* The server announces that it will stop. */
		NATS_NEWS_LAME_DUCK,
		/* The library is through with the connection. */
		NATS_NEWS_CLOSED,
	} kind;
	enum err error;
	/* natsConnection * */
	void *connection;
	/* STARTED: when the server's certificate ends, or 0. */
	int64_t ends_s;
	char text[160];
};

struct nats_link {
	void *owner;
	const struct nats_link_events *events;
	struct loop *loop;
	/* Another one may still be open when this one is closed. */
	bool one_of_two;
	/* natsOptions *, natsConnection *, natsSubscription * */
	void *options;
	void *connection;
	void *subscription;
	void *listens[NATS_LISTENS_MAX];
	unsigned listen_count;
	struct watch socket;
	struct watch pipe;
	int pipe_in;
	struct timer beat;
	struct timer again;
	int64_t pause_ms;
	/* The addresses, each with its NUL, and where the next attempt begins:
	 * after a lost connection with the one behind it. */
	char addresses[NATS_ADDRESS_BYTES];
	const char *urls[NATS_URLS_MAX];
	int url_count;
	int first;
	/* When the connection was made. */
	struct mono since;
	/* Only the end of its certificate is known. */
	struct tls_peer peer;
	/* Our loop's thread, and the one that connects. */
	pthread_t home;
	pthread_t starter;
	bool starting;
	bool attached;
	bool closing;
	bool full;
	/* Since the last beat; and whether a beat is on its way. */
	bool heard;
	bool beating;
	/* Replies since start: tells silence from slowness. */
	uint64_t replies;
	/* Messages since the last flush, caller's memory, and places in the
	 * one being written. */
	struct out batch;
	size_t message_at;
	size_t sizes_at;
	size_t header_at;
	size_t body_at;
	/* Largest message the server takes, and how long the last one was that
	 * was not written for being longer. */
	size_t payload_max;
	size_t too_long;
	/* When set, goes with each id as Nats-Expected-Stream. */
	const char *expected_stream;
	/* Bytes that libnats holds because the socket is full. */
	size_t unsent;
	char inbox[NATS_INBOX_MAX];
	size_t inbox_len;
};

/*
 * Checks the settings (files are read, addresses are not resolved) and starts
 * connecting.  CONFIG, UNSUPPORTED with a sentence in why.
 */
enum err nats_link_open(struct nats_link *l, const struct opt_nats *o,
    const char *name, struct out *why) MUST_USE;

/* Bounded: never waits for the server.  What was not sent is lost. */
void nats_link_close(struct nats_link *l);

/*
 * Write one message: begin, append its body to *body, end.  token (the answer
 * comes to inbox.token) and id (Nats-Msg-Id) may be NULL; all end with NUL.
 * begin: AGAIN when too much waits (room follows), CLOSED when there is no
 * connection, SYNTAX for a subject that is none.  end: FULL when it is larger
 * than the server allows; nothing is sent then.
 */
enum err nats_link_begin(struct nats_link *l, const char *subject,
    const char *token, const char *id, struct out **body) MUST_USE;
enum err nats_link_end(struct nats_link *l) MUST_USE;

/* As begin, with header lines of the caller's, each ended by CR LF. */
enum err nats_link_begin_with(struct nats_link *l, const char *subject,
    const char *token, struct span headers, struct out **body) MUST_USE;

/* Both at once, without an id. */
enum err nats_link_publish(struct nats_link *l, const char *subject,
    const char *token, struct span data) MUST_USE;

/* Within up: messages of this subject come to events.message, as long as the
 * connection lasts.  At most NATS_LISTENS_MAX. */
void nats_link_listen(struct nats_link *l, const char *subject);

/* A message to ourselves: comes back after the server has seen all before it.
 */
enum err nats_link_echo(struct nats_link *l, const char *token) MUST_USE;

/* Hand what is queued to the socket, as far as it takes it. */
void nats_link_flush(struct nats_link *l);

/* Drop the connection and make a new one, with the next server of the list. */
void nats_link_reset(struct nats_link *l);

/* --- between these files --- */

/* l->options and l->inbox from the settings. */
enum err nats_options_make(struct nats_link *l, const struct opt_nats *o,
    const char *name, struct out *why) MUST_USE;

/* The list for the next attempt, from l->first on. */
enum err nats_options_servers(struct nats_link *l) MUST_USE;

/*
 * nats_key.c: CONFIG with a sentence when the file is not what it should be.
 * The seed is read, checked and wiped; libnats reads it again when it signs.
 */
enum err nats_key_check_creds(const char *path, struct out *why) MUST_USE;

/* When the user's JWT in that file ends, seconds since 1970; 0: it does not, or
 * there is none. */
int64_t nats_key_creds_end(const char *path);

/* The public key of a seed file, NKEY_PUBLIC_TEXT characters and a NUL. */
enum err nats_key_public(
    const char *path, char *public_key, struct out *why) MUST_USE;

/* Start a connection attempt; STARTED follows. */
enum err nats_thread_start(struct nats_link *l) MUST_USE;

/* The thread has said STARTED: it has ended. */
void nats_thread_join(struct nats_link *l);

/* Set the callbacks. */
enum err nats_thread_listen(struct nats_link *l) MUST_USE;

/* nats_wire.c: a connection begins. */
void nats_wire_start(struct nats_link *l);

/* The socket takes bytes: also those that the library has written by itself, as
 * it does to answer a PING. */
void nats_wire_ready(struct nats_link *l);

/* Called by the library on our own thread. */
void nats_link_wants_write(struct nats_link *l, bool wants);
void nats_link_detached(struct nats_link *l, const char *why);

#endif
