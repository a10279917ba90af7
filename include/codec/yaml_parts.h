/*
 * yaml_parts.h -- between the files of one module: yaml.c (lines, keys, items)
 * and yaml_value.c (what stands behind them).
 */
#ifndef MPEDGE_CODEC_YAML_PARTS_H
#define MPEDGE_CODEC_YAML_PARTS_H

#include "codec/yaml.h"

/* e, with the reason for y->why, which is a literal. */
enum err yaml_fail(struct yaml *y, enum err e, const char *why);
enum err yaml_unsupported(struct yaml *y, const char *why);
enum err yaml_syntax(struct yaml *y, const char *why);

/* To whoever reads: the scalar at y->path. */
enum err yaml_tell(struct yaml *y, struct span value) MUST_USE;

/* The path of base bytes, with a key or an item behind it.  FULL. */
enum err yaml_set_path(
    struct yaml *y, size_t base, struct span key, bool item) MUST_USE;

/* What stands behind a key or a dash; nothing: y->pending. */
enum err yaml_value(struct yaml *y, struct span rest) MUST_USE;

static inline struct span
yaml_skip(struct span s, size_t n)
{
	return (struct span){ s.at + n, s.len - n };
}

/* Without blanks in front. */
static inline struct span
yaml_left(struct span s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
		s = yaml_skip(s, 1);
	return s;
}

/* Nothing but a comment? */
static inline bool
yaml_is_end(struct span s)
{
	s = yaml_left(s);
	return s.len == 0 || s.at[0] == '#';
}

#endif
