/*
 * saved.h -- the instruments of all venues in one text, for a file, and before
 * them lines of others: pauses of REST (feed/rest.h).
 *
 *   mpedge state 1 CRC32C BYTES
 *   rest binance BANNED ...            as rest_save writes it
 *   mpedge instruments 1 binance       as catalog_save writes it
 *   ...
 *   mpedge instruments 1 okx
 *   ...
 *
 * The checksum is over all that follows the first line, so a file that was torn
 * by a power cut is seen as such.  Opens nothing: the file is the caller's.
 */
#ifndef MPEDGE_FEED_SAVED_H
#define MPEDGE_FEED_SAVED_H

#include "core/out.h"

/* Begin in an empty o; what is appended then is the body; end it.  o->full when
 * it did not fit. */
void saved_begin(struct out *o);
void saved_end(struct out *o);

/* SYNTAX when it is no such file, UNSUPPORTED of another version, SHORT when
 * bytes are missing, CORRUPT when they are others. */
enum err saved_open(struct span file, struct span *body) MUST_USE;

/* The next of the lines before the catalogs, cut off *body; SPAN_NULL when
 * there is none any more. */
struct span saved_line(struct span *body);

/* The catalog of this venue in the body, or SPAN_NULL. */
struct span saved_of(struct span body, struct span venue);

#endif
