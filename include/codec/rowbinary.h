/*
 * rowbinary.h -- values in ClickHouse's format RowBinary.
 *
 * A row is its columns one after the other, without names, lengths or padding:
 * numbers little-endian, texts behind a length in LEB128 (seven bits a byte,
 * the lowest first), arrays likewise behind their count; a Nullable is one byte
 * in front, 1 for null.  LowCardinality makes no difference.  Source: the
 * formats RowBinary and "Data types binary" of ClickHouse's documentation.
 *
 * Everything is appended to a struct out of the caller; check full at the end.
 */
#ifndef MPEDGE_CODEC_ROWBINARY_H
#define MPEDGE_CODEC_ROWBINARY_H

#include "codec/decimal.h"
#include "core/out.h"

enum {
	/* Decimal(38, 18): decimals, and digits before the point. */
	ROWBINARY_SCALE = 18,
	ROWBINARY_WHOLE = 20,
	/* Bytes of such a decimal, and of the longest length. */
	ROWBINARY_DECIMAL = 16,
	ROWBINARY_LENGTH_MAX = 10,
};

/* A length or a count. */
void rowbinary_length(struct out *o, uint64_t n);

/* String; no value is an empty one. */
void rowbinary_string(struct out *o, struct span s);

/* The byte in front of a Nullable; true writes that it is null. */
void rowbinary_null(struct out *o, bool null);

/* Int64, and DateTime64 at nanoseconds. */
void rowbinary_i64(struct out *o, int64_t value);

/*
 * Decimal(38, 18) as Int128, two's complement.  RANGE, and nothing written, for
 * null and for what would lose a digit: more than 18 decimals or more than 20
 * digits before the point, zeros at either end not counted.
 */
enum err rowbinary_decimal(struct out *o, const struct dec *d) MUST_USE;

#endif
