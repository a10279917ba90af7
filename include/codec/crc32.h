/*
 * crc32.h -- the checksum of ISO 3309 (zlib, Ethernet), as some venues send it
 * for their books.
 *
 * Reflected polynomial 0xedb88320, inverted before and after.  Start with 0; a
 * result passed in again continues over the next bytes, as in crc32c.h.  Two
 * look-ups of a table of 16 a byte: books are about a kilobyte, and the only
 * venue that sent it has stopped (OKX 4.3.2).
 */
#ifndef MPEDGE_CODEC_CRC32_H
#define MPEDGE_CODEC_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32(uint32_t crc, const void *bytes, size_t len);

#endif
