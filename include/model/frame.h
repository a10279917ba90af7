/*
 * frame.h -- records as bytes, for the journal and for buffers.
 *
 * A record is its fields in table order, little-endian, without names:
 *   VENUE MARKET SIDE BOOL UPDATE  1 byte
 *   TIME SEQ                       8 bytes
 *   SYM TEXT                       length + 1 as 2 bytes (0 is null), bytes
 *   DEC                            kind, scale, pad, then 8 bytes mantissa
 *                                  (number) or 1 byte length and text
 *   LEVELS                         4 bytes count, then DEC price, DEC quantity
 *                                  of each
 * A body that ends early at a field boundary reads with the rest null, so that
 * frames of older builds stay readable.
 */
#ifndef MPEDGE_MODEL_FRAME_H
#define MPEDGE_MODEL_FRAME_H

#include "model/model.h"

void record_encode(enum record_id id, const void *rec, struct out *o);

/*
 * Texts and DEC_TEXT of *rec point into body; level arrays are written to
 * levels[0..max).  CORRUPT when the body is not what record_encode writes, FULL
 * when there are more levels than max.
 */
enum err record_decode(enum record_id id, struct span body,
    struct level *levels, size_t max, union record *rec) MUST_USE;

#endif
