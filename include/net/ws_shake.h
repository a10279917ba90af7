/*
 * ws_shake.h -- the texts of the WebSocket opening handshake, client side
 * (RFC 6455 sections 4.1 and 4.2.2).  Used by ws.c only.
 */
#ifndef MPEDGE_NET_WS_SHAKE_H
#define MPEDGE_NET_WS_SHAKE_H

#include "core/out.h"
#include "core/span.h"

/* Write the request; key is the text of Sec-WebSocket-Key.  FULL, or SYNTAX
 * when host or path cannot stand in a request. */
enum err ws_shake_request(struct out *o, struct span host, uint16_t port,
    struct span path, struct span key) MUST_USE;

struct ws_answer {
	int status;
	/* Seconds, or -1. */
	int64_t retry_after_s;
};

/* Judge the whole head of the answer.  OK, HTTP when the status is not 101, or
 * PROTOCOL; the answer's status is filled in when it could be read. */
enum err ws_shake_answer(
    struct span head, struct span accept, struct ws_answer *a) MUST_USE;

#endif
