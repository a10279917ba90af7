/*
 * http1.h -- HTTP/1.1 messages (RFC 9112): heads, fields and bodies.
 *
 * Client, server and the WebSocket handshake share it.  A head is gathered into
 * memory of the caller until its empty line has come, then read as a whole:
 *
 *   e = http1_gather(buf, sizeof(buf), &have, in, len, &used);
 *   if (e == ERR_OK)
 *           e = http1_response((struct span){ buf, have }, &r);
 *
 * Lines end with CR LF; folded lines, blanks before a colon and control bytes
 * are SYNTAX (sections 2.2 and 5.1).  Spans point into the head.
 */
#ifndef MPEDGE_CODEC_HTTP1_H
#define MPEDGE_CODEC_HTTP1_H

#include "core/span.h"

/*
 * Append in[0..len) to buf up to the end of the head: OK when it is whole,
 * *used says how many of the bytes belong to it; SHORT when all were taken and
 * more are needed; FULL when the head is larger than size.
 */
enum err http1_gather(char *buf, size_t size, size_t *have, const char *in,
    size_t len, size_t *used) MUST_USE;

struct http1_response {
	/* 100..999; minor version of HTTP/1.x */
	int status;
	int minor;
	/* The lines after the first, each with its CR LF. */
	struct span fields;
};

struct http1_request {
	struct span method;
	struct span target;
	int minor;
	struct span fields;
};

/* Both check every field line as well. SYNTAX; UNSUPPORTED for not HTTP/1.x. */
enum err http1_response(struct span head, struct http1_response *r) MUST_USE;
enum err http1_request(struct span head, struct http1_request *r) MUST_USE;

/* Cut the next field off *rest; false when there is none left. */
bool http1_next(struct span *rest, struct span *name, struct span *value);

/* The first field of that name (any case), or a span with at == NULL. */
struct span http1_field(struct span fields, const char *name);

/* Does a field of that name list the token (any case)? */
bool http1_has(struct span fields, const char *name, const char *token);

/* Does the connection stay open after this message (section 9.3)? */
bool http1_keeps(struct span fields, int minor);

/* Seconds of Retry-After; a date counts as 60; -1 when absent (RFC 9110
 * section 10.2.3). */
int64_t http1_retry_after(struct span fields);

enum http1_framing {
	HTTP1_NONE,
	HTTP1_LENGTH,
	HTTP1_CHUNKED,
	HTTP1_CLOSE,
};

/* The body of one response, decoded piece by piece (sections 6 and 7). */
struct http1_body {
	enum http1_framing framing;
	/* Bytes left of the body or of the chunk. */
	uint64_t left;
	int phase;
	unsigned digits;
	unsigned extra;
	bool done;
};

/* How r's body (the answer to a GET) is framed.  PROTOCOL when it contradicts
 * itself, UNSUPPORTED for other transfer codings. */
enum err http1_body_start(
    struct http1_body *b, const struct http1_response *r) MUST_USE;

/*
 * Take one step over in[0..len): *used bytes are consumed, of which *piece is
 * body (it may be empty).  Call it until everything is used or b->done.  SYNTAX
 * for a broken chunk.
 */
enum err http1_body_feed(struct http1_body *b, const char *in, size_t len,
    size_t *used, struct span *piece) MUST_USE;

#endif
