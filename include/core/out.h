/*
 * out.h -- bounded text (or bytes) under construction.
 *
 * The caller owns the memory.  Appends cannot fail: what does not fit sets
 * out.full, which sticks, and is checked once at the end.  Nothing is
 * terminated with NUL unless out_cstr is called.
 */
#ifndef MPEDGE_CORE_OUT_H
#define MPEDGE_CORE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/span.h"

struct out {
	char *at;
	size_t size;
	size_t len;
	bool full;
};

void out_init(struct out *o, void *memory, size_t size);

/* Forget what was written, keep the memory. */
void out_reset(struct out *o);

void out_bytes(struct out *o, const void *bytes, size_t len);
void out_text(struct out *o, const char *text);
void out_span(struct out *o, struct span s);
void out_u64(struct out *o, uint64_t value);
void out_i64(struct out *o, int64_t value);

/* Two lower-case hex digits a byte. */
void out_hex(struct out *o, const void *bytes, size_t len);

/* value with at least `digits` digits, zeros in front. */
void out_pad(struct out *o, uint64_t value, unsigned digits);

/*
 * A JSON string with its quotes: ", \ and control bytes are escaped (RFC 8259
 * section 7); bytes that are not valid UTF-8 become U+FFFD.
 */
void out_json(struct out *o, struct span s);

/* A member of an object: "name": and, with a value, a comma behind it. */
void out_member(struct out *o, const char *name);
void out_member_text(struct out *o, const char *name, struct span value);
void out_member_u64(struct out *o, const char *name, uint64_t value);
void out_member_i64(struct out *o, const char *name, int64_t value);

/* The same bytes escaped for HTML text and attribute values. */
void out_html(struct out *o, struct span s);

/* Terminate with NUL (not counted in len); sets full when there is no room. */
const char *out_cstr(struct out *o);

/* What was written so far. */
struct span out_done(const struct out *o);

static inline void
out_char(struct out *o, char c)
{
	if (o->len < o->size)
		o->at[o->len++] = c;
	else
		o->full = true;
}

#define OUT_LITERAL(o, literal) out_bytes((o), (literal), sizeof(literal) - 1)

#endif
