/*
 * bundle.h -- the head of an update bundle: what the image behind it is, and
 * who says so.
 *
 *	mpedge-bundle 1
 *	board = x86_64-generic
 *	version = 0.2.0+35823ac2f471
 *	built = 1795812000
 *	size = 31457280
 *	sha256 = 64 hexadecimal digits
 *	allow_downgrade = no
 *	signature = hexadecimal digits
 *
 * Lines stand in this order, each once, with one blank on both sides of the
 * equals sign, and end with LF; an empty line ends the head, and `size` bytes
 * of a slot image follow.  The signature is ECDSA in DER over SHA-256 of all
 * bytes before its line.  There is one spelling only: what is not exactly so is
 * SYNTAX.
 */
#ifndef MPEDGE_CODEC_BUNDLE_H
#define MPEDGE_CODEC_BUNDLE_H

#include "core/span.h"

enum {
	BUNDLE_HEAD_MAX = 1024,
	BUNDLE_SHA256 = 32,
	/* P-256 in DER takes 72 at most. */
	BUNDLE_SIGNATURE_MAX = 80,
	BUNDLE_BOARD_MAX = 32,
	BUNDLE_VERSION_MAX = 64,
};

struct bundle {
	/* Spans lie in the head. */
	struct span board;
	struct span version;
	/* Seconds since 1970: of two bundles the greater is the newer. */
	uint64_t built;
	uint64_t size;
	uint8_t sha256[BUNDLE_SHA256];
	bool allow_downgrade;
	/* What the signature is over. */
	struct span text;
	uint8_t signature[BUNDLE_SIGNATURE_MAX];
	size_t signature_len;
};

/*
 * Append in[0..len) to buf up to the end of the head: OK when it is whole,
 * *used says how many of the bytes belong to it; SHORT when all were taken and
 * more are needed; SYNTAX as soon as it can be none, or is larger than size.
 */
enum err bundle_gather(char *buf, size_t size, size_t *have, const char *in,
    size_t len, size_t *used) MUST_USE;

/*
 * Read a whole head.  SYNTAX, with *line that of the first wrong one, from 1;
 * MISSING: everything is right, but it has no signature.
 */
enum err bundle_read(
    struct span head, struct bundle *b, unsigned *line) MUST_USE;

/* [A-Za-z0-9._+~-], 1 to max of them: may stand as a board or a version. */
bool bundle_is_name(struct span s, size_t max);

#endif
