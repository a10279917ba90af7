/*
 * pack.h -- bodies made smaller, as HTTP's Content-Encoding names it: gzip
 * (RFC 1952), or lz4 (the frame format of LZ4 1.6).
 *
 * All memory is the caller's: pack_init once, then for each body pack_begin,
 * pack_add for one piece after another, pack_end.  A piece is at most
 * PACK_PIECE bytes, so that somebody with a loop can do one at a time: that
 * much takes below a millisecond in LZ4 and a few in gzip.  The same bytes in
 * the same pieces come out the same.
 */
#ifndef MPEDGE_CODEC_PACK_H
#define MPEDGE_CODEC_PACK_H

#include "core/out.h"

enum {
	/* The smallest block of an LZ4 frame. */
	PACK_PIECE = 64 * 1024,
};

enum pack_kind {
	PACK_NONE,
	PACK_LZ4,
	PACK_GZIP,
	PACK_KINDS,
};

struct pack {
	enum pack_kind kind;
	void *state;
	/* gzip: checksum and length of what came in. */
	uint32_t sum;
	uint32_t len;
};

/* "none", "lz4", "gzip"; these are names of Content-Encoding too. */
const char *pack_name(enum pack_kind kind);

/* By name, or PACK_KINDS. */
enum pack_kind pack_find(struct span name);

/* What pack_init needs, aligned as for anything. */
size_t pack_state_bytes(enum pack_kind kind);

/* No body of len bytes becomes longer than this. */
size_t pack_bound(enum pack_kind kind, size_t len);

void pack_init(struct pack *p, enum pack_kind kind, void *state);

void pack_begin(struct pack *p, struct out *to);
void pack_add(struct pack *p, struct span piece, struct out *to);
void pack_end(struct pack *p, struct out *to);

#endif
