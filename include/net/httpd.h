/*
 * httpd.h -- a small HTTP/1.1 server for status pages.
 *
 * GET and HEAD, and POST where the caller takes uploads, on several addresses,
 * as many clients at once as it was given memory for; each has a fixed request
 * buffer and shares nothing.  A client must have sent its whole request within
 * head_ms and have taken the answer within answer_ms, however slowly it
 * trickles.  Keep-alive is honoured for HTTPD_REQUESTS_MAX requests.
 *
 * When all places are taken, a client that keeps its connection and asks for
 * nothing gives way; without one the new client gets 503 (none with TLS) and
 * is hung up on.
 *
 * At most one answer is rendered a turn of the loop, in the order in which the
 * requests were whole, so that clients cannot keep others from their turn; and
 * after a burst of body_bytes no more than half of that a second, so that they
 * cannot keep the loop from its work; what takes long to render counts as more
 * bytes than it has.  Nor are more than twenty clients a second
 * taken or turned away after a burst of 64: others wait in the kernel.  Answers
 * are rendered into
 * one of HTTPD_BODIES buffers; without a free one the client gets 503.  A
 * longer one is written in slices (httpd_answer.more), one a turn, as chunks
 * (RFC 9112 section 7.1).
 *
 * Answers of 200 have an ETag; If-None-Match with it is answered with 304.
 *
 * The body of a POST is never kept: httpd_uploads has it piece by piece, one of
 * at most HTTPD_PIECE_MAX bytes a turn.  A pause of head_ms ends it, and so do
 * HTTPD_UPLOAD_MS.  A refusal may come at any moment, and ends the connection.
 *
 * What is refused here: what http_request_read refuses, and 431 for a head over
 * HTTPD_HEAD_MAX.  Then the connection is closed.
 */
#ifndef MPEDGE_NET_HTTPD_H
#define MPEDGE_NET_HTTPD_H

#include "codec/http_request.h"
#include "core/loop.h"
#include "net/tcp.h"
#include "net/tls.h"

enum {
	HTTPD_LISTENERS = 8,
	HTTPD_CLIENTS_MAX = 256,
	HTTPD_HEAD_MAX = 4096,
	HTTPD_ANSWER_MAX = 2048,
	/* How long a refused client may still talk. */
	HTTPD_LINGER_MS = 1000,
	HTTPD_BODIES = 4,
	HTTPD_REQUESTS_MAX = 1000,
	HTTPD_PLACES = 16,
	HTTPD_PIECE_MAX = 16 * 1024,
	HTTPD_UPLOAD_MS = 30 * 60 * 1000,
};

struct httpd;

struct httpd_answer {
	/* 0 (as it is on entry) becomes 404. */
	int status;
	/* Text when NULL. */
	const char *content_type;
	/* Extra header lines with CR LF, or NULL. */
	const char *headers;
	/* When to ask again; 0: nothing is said of it, but with 503. */
	unsigned retry_s;
	/* The version of what is shown, for the ETag; 0: its sum. */
	uint64_t version;
	/* The body goes here; one that does not fit becomes 500. */
	struct out body;
	/*
	 * Not NULL: the body is a first slice.  This is called for each further
	 * one, with the places as they were left; false: it was the last.  A
	 * slice may be empty; one that does not fit ends the connection.
	 */
	bool (*more)(struct httpd *h, uint64_t *places, struct out *slice);
	uint64_t places[HTTPD_PLACES];
};

/* What becomes of a POST.  Those who say false have made *a the answer: nobody
 * waits for the body, and where one was to come the connection ends.  open
 * alone may leave its status 0: there is no POST to that path (405). */
struct httpd_uploads {
	bool (*open)(struct httpd *h, const struct http_request *r,
	    struct httpd_answer *a);
	/* The next bytes of r->length in all; a's body is empty. */
	bool (*piece)(
	    struct httpd *h, struct span bytes, struct httpd_answer *a);
	/* That was all of it: answer. */
	void (*end)(struct httpd *h, struct httpd_answer *a);
	/* The client is gone or too late: neither of the two will be called. */
	void (*gone)(struct httpd *h);
};

struct httpd_client;

struct httpd_setup {
	struct loop *loop;
	/* httpd_bytes(clients, body_bytes) bytes, 16-byte aligned. */
	void *memory;
	unsigned clients;
	size_t body_bytes;
	int64_t head_ms;
	int64_t answer_ms;
	/* Of tls_init_server; NULL: no TLS. */
	struct tls_context *tls;
};

struct httpd {
	struct loop *loop;
	struct httpd_setup setup;
	struct watch listeners[HTTPD_LISTENERS];
	unsigned listener_count;
	struct timer pause;
	struct httpd_client *clients;
	/* HTTPD_BODIES buffers of setup.body_bytes. */
	char *bodies;
	unsigned bodies_taken;
	/* Turn of the last rendering, and who comes next. */
	uint64_t rendered_turn;
	uint64_t tickets;
	/* Bytes that may be rendered, below 0 when there were too many; and
	 * when that was counted. */
	int64_t budget;
	struct mono budget_at;
	struct mono accepts_from;
	struct timer pace;
	/* Set by the caller after httpd_init. */
	void (*serve)(struct httpd *h, const struct http_request *r,
	    struct httpd_answer *a);
	void *owner;
	/* NULL: every POST is refused. */
	const struct httpd_uploads *uploads;
	uint64_t requests;
	/* Connections turned away because all places were taken. */
	uint64_t refused;
	/* Answers of 4xx and 5xx. */
	uint64_t errors;
	/* Clients that took too long. */
	uint64_t late;
	/* Places in use. */
	uint64_t used;
};

/* Bytes httpd_init needs for clients and bodies. */
size_t httpd_bytes(unsigned clients, size_t body_bytes);

void httpd_init(struct httpd *h, const struct httpd_setup *s);

/* Listen on an address; on a socket that listens already (tcp_adopt).  FULL
 * after HTTPD_LISTENERS. */
enum err httpd_listen(struct httpd *h, const struct address *a) MUST_USE;
enum err httpd_adopt(struct httpd *h, int fd) MUST_USE;
void httpd_fini(struct httpd *h);

#endif
