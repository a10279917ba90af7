/*
 * ws_parts.h -- what the files of a WebSocket connection share: ws.c is the
 * glue to wslay, ws_in.c judges frames and puts messages together, ws_out.c
 * keeps what waits to be sent.  Nobody else includes it.
 */
#ifndef MPEDGE_NET_WS_PARTS_H
#define MPEDGE_NET_WS_PARTS_H

#include "net/ws.h"

/* RFC 6455 section 5.2 */
enum ws_opcode {
	WS_CONTINUATION = 0,
	WS_TEXT = 1,
	WS_BINARY = 2,
	WS_CLOSE = 8,
	WS_PING = 9,
	WS_PONG = 10,
};

/* Section 7.4.1; 1005 means that there is no code and is never sent. */
enum {
	WS_CODE_PROTOCOL = 1002,
	WS_CODE_NONE = 1005,
	WS_CODE_NOT_UTF8 = 1007,
	WS_CODE_TOO_BIG = 1009,
};

/* A text waiting to be sent. */
struct ws_piece {
	struct ws_piece *next;
	size_t len;
	uint8_t bytes[];
};

/* A piece of a frame that came. */
struct ws_frame {
	uint8_t opcode;
	bool fin;
	/* Has reserved bits, or is masked. */
	bool odd;
	/* Of the whole payload. */
	uint64_t length;
	struct span bytes;
};

/* End the connection with a status code for the peer. */
enum err ws_breach(struct ws *ws, uint16_t code) MUST_USE;

/* The next piece came. */
enum err ws_take(struct ws *ws, const struct ws_frame *f) MUST_USE;
void ws_drop_message(struct ws *ws);

/* Choose the frame that leaves next; false when nothing waits. */
bool ws_next(struct ws *ws);
void ws_drop_queue(struct ws *ws);

#endif
