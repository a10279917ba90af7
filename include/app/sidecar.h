/*
 * sidecar.h -- the file beside recorded messages that says when and what.
 *
 * Line i belongs to message i: receive time, a tab, and `ws` or the URL of the
 * REST request whose reply the message is.  The time is Unix seconds with a
 * fraction, Unix nanoseconds, or - where it is not known.
 */
#ifndef MPEDGE_APP_SIDECAR_H
#define MPEDGE_APP_SIDECAR_H

#include "app/lines.h"
#include "core/time.h"

struct sidecar {
	struct lines lines;
	bool open;
};

/*
 * The side file named, or X.ts when the messages are in X.jsonl and side is
 * NULL; OK also when there is none.  IO when the one named cannot be read.
 */
enum err sidecar_open(struct sidecar *s, const char *file, const char *side,
    void *buf, size_t size) MUST_USE;
void sidecar_close(struct sidecar *s);

/* About the next message: *seen is left alone when it is not known; url->at is
 * NULL for a message of the WebSocket. */
void sidecar_next(struct sidecar *s, struct wall *seen, struct span *url);

/* The value of a parameter ("symbol=") of the query, unescaped into buf; at ==
 * NULL when it is not there or does not fit. */
struct span sidecar_parameter(
    struct span url, const char *name, char *buf, size_t size);

#endif
