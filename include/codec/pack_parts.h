/*
 * pack_parts.h -- between the files of codec/pack: each library has one of its
 * own.
 */
#ifndef MPEDGE_CODEC_PACK_PARTS_H
#define MPEDGE_CODEC_PACK_PARTS_H

#include "codec/pack.h"

/* A block of LZ4 alone; 0 when it would not be smaller than the piece. */
size_t pack_lz4_state_bytes(void);
size_t pack_lz4_block(void *state, struct span piece, char *to, size_t size);

/* A stream of deflate (RFC 1951). */
size_t pack_zlib_state_bytes(void);
void pack_zlib_init(void *state);
void pack_zlib_begin(void *state);
void pack_zlib_add(void *state, struct span piece, bool last, struct out *to);

#endif
