/*
 * nkey.h -- the text of NKEYs, the Ed25519 keys of NATS, without the
 * arithmetic (nats-io/nkeys; RFC 4648 base32 without padding).
 *
 * A seed is two prefix bytes (that it is a seed, and of what), 32 bytes and a
 * CRC-16 of all before it, low byte first: SU... is a user's.  A public key is
 * one prefix byte, 32 bytes and the CRC-16: UA... and the like.
 *
 * A seed is a secret: whoever holds one wipes it.  The functions here keep
 * nothing but what they give back.
 */
#ifndef MPEDGE_CODEC_NKEY_H
#define MPEDGE_CODEC_NKEY_H

#include "core/err.h"
#include "core/out.h"
#include "core/span.h"

enum {
	NKEY_BYTES = 32,
	/* Characters, without a NUL. */
	NKEY_SEED_TEXT = 58,
	NKEY_PUBLIC_TEXT = 56,
};

/* The prefix byte: the first five bits are the first letter. */
enum nkey_kind {
	NKEY_ACCOUNT = 0 << 3,
	NKEY_OPERATOR = 14 << 3,
	NKEY_USER = 20 << 3,
};

/* The 32 bytes of a seed.  SYNTAX when it is none, CORRUPT when a character is
 * wrong; seed is zero then. */
enum err nkey_seed_read(
    struct span text, uint8_t *kind, uint8_t seed[NKEY_BYTES]) MUST_USE;

/* Both ways of writing. */
void nkey_seed_write(
    struct out *o, uint8_t kind, const uint8_t seed[NKEY_BYTES]);
void nkey_public_write(
    struct out *o, uint8_t kind, const uint8_t key[NKEY_BYTES]);

/*
 * A .creds file holds two blocks: -----BEGIN NATS USER JWT-----, a line, an END
 * line, and the same with USER NKEY SEED.  The line after the BEGIN that has
 * this title; SPAN_NULL when there is none.
 */
struct span nkey_block(struct span text, const char *title);

/*
 * When a JWT (RFC 7519) ends: its "exp", seconds since 1970; 0 when it has none
 * or is not three parts of base64.  Nothing of it is verified; the text is
 * decoded in place.
 */
int64_t nkey_jwt_end(char *jwt, size_t len);

#endif
