/*
 * http_request.h -- what a server reads in the head of a request (RFC 9110 and
 * 9112), and what it compares.  Pure: spans point into the head.
 */
#ifndef MPEDGE_CODEC_HTTP_REQUEST_H
#define MPEDGE_CODEC_HTTP_REQUEST_H

#include "core/out.h"
#include "core/span.h"
#include "core/time.h"

struct http_request {
	/* "GET", "HEAD" or "POST" */
	struct span method;
	bool head_only;
	bool post;
	/* Of a POST: bytes of its body; the client waits for a word before it
	 * sends them (RFC 9110 section 10.1.1). */
	uint64_t length;
	bool expects;
	/* Without query; as it came, see http_decode. */
	struct span path;
	/* Behind the ?; at is NULL without one. */
	struct span query;
	/* at is NULL where there is no such field. */
	struct span accept;
	struct span authorization;
	struct span if_none_match;
	/* Who asks is a page in a browser. */
	struct span origin;
	int minor;
	/* The connection may stay open. */
	bool keep;
};

/*
 * A whole head, with the empty line that ends it.  0, or the status to refuse
 * it with: 400 what is no HTTP/1.x, has no Host or two of them, or brings a
 * body that is not a POST's with its length; 405 other methods than GET, HEAD
 * and POST; 505 other versions.
 */
int http_request_read(struct span head, struct http_request *r);

/* The value of a parameter, as it came; false without one.  The first counts.
 */
bool http_query(struct span query, const char *name, struct span *value);

/* Percent-encoded bytes taken back.  SYNTAX for half an escape, and for control
 * bytes. */
enum err http_decode(struct span raw, struct out *o) MUST_USE;

/* Cut the next segment off a path: "/a/b" gives "a" and leaves "/b".  at is
 * NULL when there is none left. */
struct span http_segment(struct span *path);

/* Does If-None-Match name this tag (with its quotes), or *?  Weak ones match
 * (RFC 9110 section 13.1.2). */
bool http_none_match(struct span list, struct span tag);

/* The words behind a scheme: "Bearer x" gives "x" for "bearer".  at is NULL for
 * another scheme. */
struct span http_credentials(struct span authorization, const char *scheme);

/* "Fri, 27 Nov 2026 18:40:35 GMT" (RFC 9110 section 5.6.7) */
void http_date(struct out *o, struct wall t);

/* Equal?  Takes as long for each `given` of a length. */
bool http_same_secret(struct span given, struct span secret);

#endif
