/*
 * span.h -- borrowed bytes.
 *
 * A span points at memory somebody else owns and is good until the function it
 * was passed to returns; to keep it, copy it.  at == NULL means "no value",
 * which is not the same as an empty text.
 */
#ifndef MPEDGE_CORE_SPAN_H
#define MPEDGE_CORE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

struct span {
	const char *at;
	size_t len;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })
#define SPAN_NULL ((struct span){ 0, 0 })

/* The text up to its NUL; text may be NULL. */
struct span span_of(const char *text);

bool span_eq(struct span a, struct span b);

/* Equal to the NUL-terminated text? */
bool span_is(struct span a, const char *text);

/* Equal but for the case of ASCII letters? */
bool span_is_nocase(struct span a, const char *text);

bool span_starts(struct span a, const char *prefix);
bool span_ends(struct span a, const char *suffix);

/* Without leading and trailing blanks and tabs. */
struct span span_trim(struct span a);

/*
 * Cut the next word off *rest.  Words are separated by any of the bytes in
 * separators; empty words are skipped.  at == NULL when there is none left.
 */
struct span span_word(struct span *rest, const char *separators);

/* What a hexadecimal digit stands for, of either case; -1: it is none. */
int span_hex(char c);

/* Decimal digits only, no sign, no blanks.  SYNTAX or RANGE. */
enum err span_u64(struct span a, uint64_t *value) MUST_USE;

/* As span_u64 with an optional leading minus. */
enum err span_i64(struct span a, int64_t *value) MUST_USE;

/* FNV-1a, 64 bits, for hash tables (not against adversaries). */
uint64_t span_hash(struct span a);

#endif
