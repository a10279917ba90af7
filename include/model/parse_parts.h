/*
 * parse_parts.h -- between parse.c (which member is which field) and
 * parse_value.c (what stands there) of one module.
 */
#ifndef MPEDGE_MODEL_PARSE_PARTS_H
#define MPEDGE_MODEL_PARSE_PARTS_H

#include "model/parse.h"

static inline bool
parse_is_null(const struct json *j, int token)
{
	return json_type(j, token) == JSON_PRIMITIVE &&
	       json_text(j, token).at[0] == 'n';
}

/* A value that is not null, into a field of that type. */
enum err parse_value(struct record_reader *r, enum field_type type, int token,
    void *value) MUST_USE;

#endif
