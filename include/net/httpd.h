/*
 * httpd.h -- a small HTTP/1.1 server for status pages.
 *
 * GET and HEAD on a few paths, at most HTTPD_CLIENTS at once; each has a fixed
 * request buffer and shares nothing.  A client must send its whole request head
 * within HTTPD_HEAD_MS and take the answer within HTTPD_SEND_MS, however slowly
 * it trickles.  Answers are rendered into one of HTTPD_BODIES buffers; without
 * a free one the client gets 503.  Keep-alive is honoured.
 *
 * What is refused here: 400 for what is not HTTP/1.x, has no Host (RFC 9112
 * section 3.2) or brings a body, 405 for other methods, 431 for a head over
 * HTTPD_HEAD_MAX, 505 for other versions.  Then the connection is closed.
 */
#ifndef MPEDGE_NET_HTTPD_H
#define MPEDGE_NET_HTTPD_H

#include "core/loop.h"
#include "net/tcp.h"

enum {
	HTTPD_CLIENTS = 16,
	HTTPD_HEAD_MAX = 2048,
	HTTPD_ANSWER_MAX = 1024,
	HTTPD_HEAD_MS = 5000,
	HTTPD_SEND_MS = 10000,
	/* How long a refused client may still talk. */
	HTTPD_LINGER_MS = 1000,
	HTTPD_BODIES = 4,
};

struct httpd_request {
	/* "GET" or "HEAD" */
	struct span method;
	/* Without query. */
	struct span path;
	struct span query;
	struct span accept;
};

struct httpd_answer {
	/* 0 (as it is on entry) becomes 404. */
	int status;
	/* Text when NULL. */
	const char *content_type;
	/* Extra header lines with CR LF, or NULL. */
	const char *headers;
	/* The body goes here; one that does not fit becomes 500. */
	struct out body;
};

struct httpd_client;

struct httpd {
	struct loop *loop;
	struct watch listener;
	struct timer pause;
	struct httpd_client *clients;
	/* HTTPD_BODIES buffers of body_bytes. */
	char *bodies;
	size_t body_bytes;
	unsigned bodies_taken;
	/* Set by the caller after httpd_init. */
	void (*serve)(struct httpd *h, const struct httpd_request *r,
	    struct httpd_answer *a);
	void *owner;
	uint64_t requests;
	/* Connections turned away because all clients were taken. */
	uint64_t refused;
	/* Answers of 4xx and 5xx, and clients that took too long. */
	uint64_t errors;
};

/* Bytes httpd_init needs for clients and bodies. */
size_t httpd_bytes(size_t body_bytes);

/* Listen; memory holds httpd_bytes(body_bytes) bytes, 16-byte aligned. */
enum err httpd_init(struct httpd *h, struct loop *l, const struct address *a,
    void *memory, size_t body_bytes) MUST_USE;
void httpd_fini(struct httpd *h);

#endif
