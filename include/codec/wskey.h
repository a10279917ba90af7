/*
 * wskey.h -- the two keys of a WebSocket opening handshake (RFC 6455).
 *
 * The client sends 16 random bytes in base64 (section 4.1); the server proves
 * that it understood by sending the SHA-1 of that text and a fixed GUID, in
 * base64 (section 4.2.2).  SHA-1 is here for this and nothing else: it is a
 * checksum of the handshake, not a signature.
 */
#ifndef MPEDGE_CODEC_WSKEY_H
#define MPEDGE_CODEC_WSKEY_H

#include "core/out.h"
#include "core/span.h"

enum {
	WSKEY_BYTES = 16,
	/* Characters of the key and of the answer, without a NUL. */
	WSKEY_TEXT = 24,
	WSKEY_ACCEPT = 28,
	SHA1_BYTES = 20,
};

/* Base64 with padding (RFC 4648 section 4). */
void base64_encode(struct out *o, const void *bytes, size_t len);

/* SHA-1 (FIPS 180-4 section 6.1). */
void sha1(const void *bytes, size_t len, uint8_t digest[SHA1_BYTES]);

/* What Sec-WebSocket-Accept must be for the Sec-WebSocket-Key `key`. */
void wskey_accept(struct span key, struct out *o);

#endif
