/*
 * crc32c.h -- the Castagnoli checksum of the journal's frames.
 *
 * The polynomial of RFC 3720 section 12.1 and appendix B.4, reflected, with the
 * usual inversion before and after.  Start with 0; a result passed in again
 * continues over the next bytes:
 *
 *   crc32c(crc32c(0, a, n), b, m) == crc32c(0, a followed by b, n + m)
 *
 * Uses the processor's instruction where there is one (x86-64: asked at run
 * time; ARMv8: when compiled for it), tables otherwise.
 */
#ifndef MPEDGE_CODEC_CRC32C_H
#define MPEDGE_CODEC_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t crc32c(uint32_t crc, const void *bytes, size_t len);

/* The same by tables alone, so that tests can compare. */
uint32_t crc32c_tables(uint32_t crc, const void *bytes, size_t len);

#endif
