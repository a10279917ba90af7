/*
 * ws.h -- one WebSocket client connection (RFC 6455), without the connection.
 *
 * Bytes from the peer go in, whole messages come out through a callback, and
 * bytes for the peer wait until the caller takes them.  There is no socket and
 * no clock here, so a test can drive it one byte at a time.  It covers the
 * opening handshake (section 4.1) and the messages; frames are read and written
 * by wslay.  A ping is answered at once with its payload; of several that came
 * before an answer could leave, the last (5.5.3).  No extension is offered, so
 * a reserved bit on a frame is a protocol error (5.2).  Text that is not UTF-8
 * ends the connection with 1007, a message over WS_MESSAGE_MAX with 1009 and
 * any other breach with 1002; the close frame is ready to be drained when
 * ws_feed returns the error.
 *
 * A message that lies whole in what wslay has read (4 KiB) is handed over as it
 * lies there.  Others are put together in memory from ws_heap, which is kept
 * for the next one up to WS_KEEP_BYTES.  ws_heap_init must have been called.
 *
 * A struct ws begins zeroed.  Callbacks may call ws_fini and ws_open.
 */
#ifndef MPEDGE_NET_WS_H
#define MPEDGE_NET_WS_H

#include "core/out.h"
#include "core/span.h"

enum {
	WS_MESSAGE_MAX = 4 * 1024 * 1024,
	WS_KEEP_BYTES = 64 * 1024,
	/* Text waiting to be drained. */
	WS_QUEUE_MAX = 512 * 1024,
	WS_HEAD_MAX = 8192,
	/* Payload of a control frame (5.5). */
	WS_CONTROL_MAX = 125,
};

struct ws_events {
	void *owner;
	/* The handshake succeeded. */
	void (*open)(void *owner);
	/* A whole text (or binary) message; good until it returns. */
	void (*message)(void *owner, struct span text);
	/* Frames that are not messages. */
	void (*ping)(void *owner);
	void (*pong)(void *owner);
	/* The peer said goodbye; 1005 when it gave no code (7.1.5). */
	void (*closed)(void *owner, uint16_t code, struct span reason);
	/* Fill buf with bytes nobody can predict: each frame sent is masked
	 * with four (5.3, 10.3).  All other callbacks may be NULL, this one
	 * not. */
	void (*random)(void *owner, void *buf, size_t len);
};

struct ws_piece;

struct ws {
	/* The module's own, but for the four below. */
	uint32_t magic;
	uint32_t epoch;
	struct ws_events events;
	void *frames;
	/* HTTP status of the handshake, 0 while it is not known. */
	int http_status;
	/* Retry-After of a refused handshake, seconds, or -1. */
	int64_t retry_after_s;
	bool is_open;
	bool head_sent;
	/* Set once ws_feed has failed. */
	enum err over;
	/* Request, then answer head. */
	char head[WS_HEAD_MAX];
	size_t head_len;
	size_t head_done;
	char accept[32];
	/* Bytes being fed to and drained from wslay. */
	const uint8_t *in;
	size_t in_len;
	uint8_t *outp;
	size_t out_size;
	size_t out_len;
	/* The frame that is coming in. */
	bool in_frame;
	uint64_t frame_left;
	uint8_t control[WS_CONTROL_MAX];
	size_t control_len;
	/* The message being put together; opcode 0 when there is none. */
	uint8_t opcode;
	char *message;
	size_t message_len;
	size_t message_size;
	/* What waits to go out: a pong, a close frame, texts. */
	uint8_t pong[WS_CONTROL_MAX];
	size_t pong_len;
	bool pong_waits;
	bool close_waits;
	bool close_sent;
	uint16_t close_code;
	struct ws_piece *first;
	struct ws_piece **last;
	size_t queued;
	/* The frame that is going out; piece is NULL for a control frame. */
	bool sending;
	uint8_t out_opcode;
	struct ws_piece *piece;
	uint8_t out_control[WS_CONTROL_MAX];
	size_t piece_len;
	size_t piece_done;
};

/* key is 16 random bytes (section 4.1); path may have a query.  FULL when host
 * and path do not fit a request head or ws_heap has no room; SYNTAX when they
 * cannot stand in a request. */
enum err ws_open(struct ws *ws, const struct ws_events *events,
    const char *host, uint16_t port, const char *path,
    const uint8_t key[16]) MUST_USE;

/* Harmless when it is not open. */
void ws_fini(struct ws *ws);

/* Take all of in[0..len).  Calls back for each message that completes.  CLOSED
 * once the peer has said goodbye (or a callback ended this connection),
 * PROTOCOL, HTTP (refused handshake), FULL (a message over WS_MESSAGE_MAX, or
 * ws_heap has no room for it). */
enum err ws_feed(struct ws *ws, const void *in, size_t len) MUST_USE;

/* Queue one text message.  It leaves with the next ws_drain, but not before the
 * handshake succeeded.  FULL over WS_QUEUE_MAX; CLOSED after ws_close. */
enum err ws_send(struct ws *ws, const char *text, size_t len) MUST_USE;

/* Queue a close frame; what waits behind it is not sent any more. */
enum err ws_close(struct ws *ws, uint16_t code) MUST_USE;

/* Move up to size waiting bytes into buf; *len says how many. */
enum err ws_drain(struct ws *ws, void *buf, size_t size, size_t *len) MUST_USE;

/* Are bytes waiting for ws_drain? */
bool ws_wants_write(const struct ws *ws);

#endif
