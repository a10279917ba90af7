/*
 * ws.h -- WebSocket frames (RFC 6455), the server's side.
 */
#ifndef EXCHANGE_WS_H
#define EXCHANGE_WS_H

#include "server.h"

enum ws_opcode {
	WS_CONTINUATION = 0x0,
	WS_TEXT = 0x1,
	WS_BINARY = 0x2,
	WS_CLOSE = 0x8,
	WS_PING = 0x9,
	WS_PONG = 0xa,
	/* Bits of the first byte, for those who build odd frames. */
	WS_FIN = 0x80,
	WS_RSV1 = 0x40,
};

/* The text of Sec-WebSocket-Accept for a key; out holds 32 bytes. */
void ws_accept(const char *key, char *out);
void ws_send(
    struct conn *c, enum ws_opcode opcode, const void *data, size_t len);
/* One text message from three pieces. */
void ws_send3(struct conn *c, const void *a, size_t a_len, const void *b,
    size_t b_len, const void *z, size_t z_len);
/* first is the whole first byte. */
void ws_frame(struct conn *c, int first, const void *data, size_t len);
/* Say why, then close when it is written. */
void ws_close(struct conn *c, int code, const char *reason);
void ws_input(struct sim *sim, struct conn *c);
/* Keepalive.  ws_ping expects the payload back within the venue's time. */
void ws_ping(struct sim *sim, struct conn *c, const char *data, size_t len);
void ws_start(struct sim *sim, struct conn *c);
void ws_tick(struct sim *sim, struct conn *c);

#endif
