/*
 * httpc.h -- an HTTP/1.1 client for one host (RFC 9112), in the loop.
 *
 * One keep-alive connection, one request at a time; the queue is the caller's.
 * Bodies by Content-Length, chunked, or until close, into memory of the caller;
 * any status and any content type is an answer.  Compressed bodies are refused
 * explicitly (Accept-Encoding: identity, and any other Content-Encoding is
 * UNSUPPORTED, named in conn.why).  A body that is too large to be
 * collected is handed over as it comes, see httpc_get_stream.  A connection
 * that was kept alive and dies before the first byte of the answer is opened
 * anew once (RFC 9112 section 9.3.1), for a POST only when the caller says that
 * it may reach the server twice.  An answer that ends before its body is whole
 * is an error, never a shorter body.
 */
#ifndef MPEDGE_NET_HTTPC_H
#define MPEDGE_NET_HTTPC_H

#include "codec/http1.h"
#include "net/conn.h"

enum {
	HTTPC_HEAD_MAX = 8192,
	HTTPC_REQUEST_MAX = 4096,
	HTTPC_DEADLINE_MS = 10 * 1000,
	HTTPC_STREAM_MS = 3 * 60 * 1000,
};

struct httpc_reply {
	/* OK when a whole answer came, whatever its status.  LATE; FULL for a
	 * head or body that is too large; UNSUPPORTED for a compressed body;
	 * HTTP for what else we cannot read; PROTOCOL; what the one who got the
	 * pieces said; or why the connection failed, CLOSED when the body was
	 * cut short. */
	enum err error;
	/* 0 when none came. */
	int status;
	/* Good until done returns; empty when it was handed over. */
	struct span body;
	/* Seconds of Retry-After (a date counts as 60), -1 when absent. */
	int64_t retry_after_s;
	/* Value of the header named by watch_header, or -1. */
	int64_t watched;
	/* When the last byte came. */
	struct wall seen;
};

struct httpc {
	struct conn conn;
	struct conn_world *world;
	const char *host;
	uint16_t port;
	struct tls_peer *peer;
	/* The caller may set the next seven after httpc_init.  Extra lines of
	 * the request, each with CR LF, or NULL. */
	const char *headers;
	const char *watch_header;
	void (*done)(struct httpc *h, const struct httpc_reply *r);
	void *owner;
	/* For an answer; of a stream: for its first and each next piece. */
	int64_t deadline_ms;
	/* For a stream as a whole. */
	int64_t stream_ms;
	char *body;
	size_t body_max;
	bool busy;
	/* The module's own. */
	struct timer deadline;
	enum err (*piece)(struct httpc *h, int status, struct span bytes);
	struct mono stream_end;
	char request[HTTPC_REQUEST_MAX];
	size_t request_len;
	size_t request_done;
	/* Behind the request; the caller's. */
	struct span upload;
	size_t upload_done;
	bool repeatable;
	char head[HTTPC_HEAD_MAX];
	size_t head_len;
	bool in_body;
	struct http1_body decoder;
	size_t body_len;
	bool reused;
	bool keep;
	struct httpc_reply reply;
};

/* body is the caller's memory for answers (larger ones are FULL). */
void httpc_init(struct httpc *h, struct conn_world *w, const char *host,
    uint16_t port, struct tls_peer *peer, char *body, size_t body_max);

/* GET path.  Must not be busy.  done is called exactly once, never from within
 * this call.  FULL when the request is too long, SYNTAX when path or host
 * cannot stand in one; done is not called then. */
enum err httpc_get(struct httpc *h, const char *path) MUST_USE;

/*
 * As httpc_get, but the bytes of the body go to `piece` as they come, however
 * many they get, with the status of the answer; they are good until it returns.
 * What it returns, if not OK, ends the request.  What came before an error
 * stands: done says whether it was all.
 */
enum err httpc_get_stream(struct httpc *h, const char *path,
    enum err (*piece)(struct httpc *h, int status, struct span bytes)) MUST_USE;

/*
 * POST path with a body, which is borrowed and must not change until done, or
 * httpc_close.  deadline_ms counts from here to the last byte of the answer.
 * repeatable: the server knows a second copy for what it is; otherwise a POST
 * leaves here once, and a connection that dies under it is an error.
 */
enum err httpc_post(struct httpc *h, const char *path, struct span body,
    bool repeatable) MUST_USE;

/* done is not called any more, nor piece.  Not from within piece. */
void httpc_close(struct httpc *h);

#endif
