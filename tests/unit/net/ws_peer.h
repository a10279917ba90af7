/*
 * ws_peer.h -- the server's side of WebSocket conversations: composes frames
 * and reads those of the client (RFC 6455 section 5.2).
 */
#ifndef MPEDGE_TESTS_WS_PEER_H
#define MPEDGE_TESTS_WS_PEER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WS_GOOD_HEAD                                                           \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"           \
	"Connection: Upgrade\r\n"                                              \
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

/* The key of RFC 6455 section 1.3, to which that head is the answer. */
#define WS_KEY ((const uint8_t *)"the sample nonce")

enum {
	FIN = 0x80,
	RSV1 = 0x40,
	TEXT = 1,
	BINARY = 2,
	CLOSE = 8,
	PING = 9,
	PONG = 10,
};

struct script {
	char *at;
	size_t len;
	size_t size;
};

static inline void
script_bytes(struct script *s, const void *bytes, size_t len)
{
	if (len > s->size - s->len)
		__builtin_trap();
	memcpy(s->at + s->len, bytes, len);
	s->len += len;
}

static inline void
script_head(struct script *s, unsigned first, uint64_t len)
{
	uint8_t h[10] = { (uint8_t)first, (uint8_t)len };
	size_t n = 2;

	if (len >= 126) {
		size_t bytes = len > 0xffff ? 8 : 2;

		h[1] = bytes == 8 ? 127 : 126;
		n = 2 + bytes;
		for (size_t i = 0; i < bytes; i++)
			h[n - 1 - i] = (uint8_t)(len >> (8 * i));
	}
	script_bytes(s, h, n);
}

static inline void
script_frame(struct script *s, unsigned first, const void *bytes, size_t len)
{
	script_head(s, first, len);
	script_bytes(s, bytes, len);
}

static inline void
script_text(struct script *s, unsigned first, const char *text)
{
	script_frame(s, first, text, strlen(text));
}

/* One frame of the client, unmasked in place; its length, or 0. */
static inline size_t
ws_read_frame(
    uint8_t *in, size_t len, unsigned *first, uint8_t **payload, size_t *n)
{
	size_t at = 2;

	if (len < 6 || !(in[1] & 0x80))
		return 0;
	*first = in[0];
	*n = in[1] & 0x7f;
	if (*n == 126) {
		*n = (size_t)in[2] << 8 | in[3];
		at = 4;
	} else if (*n == 127) {
		*n = (size_t)in[6] << 24 | (size_t)in[7] << 16 |
		     (size_t)in[8] << 8 | in[9];
		at = 10;
	}
	if (len < at + 4 + *n)
		return 0;
	for (size_t i = 0; i < *n; i++)
		in[at + 4 + i] ^= in[at + i % 4];
	*payload = in + at + 4;
	return at + 4 + *n;
}

#endif
