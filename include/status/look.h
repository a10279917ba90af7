/*
 * look.h -- looking into the JSON that panels write: ours, so well formed.
 *
 * Nothing is copied: what is found are spans of the text.  What is not well
 * formed is read as far as it goes, and nothing is read beyond its end.
 */
#ifndef MPEDGE_STATUS_LOOK_H
#define MPEDGE_STATUS_LOOK_H

#include "core/span.h"

/* A place in an object or an array. */
struct look {
	const char *at;
	const char *end;
};

/* At the first member or item of a value. */
struct look look_into(struct span value);

/* The next member of an object; false at its end. */
bool look_member(struct look *l, struct span *key, struct span *value);

/* The next item of an array; false at its end. */
bool look_item(struct look *l, struct span *value);

/* The value of one member; SPAN_NULL when there is none of that name. */
struct span look_find(struct span object, struct span key);

/* Without the quotes of a string; other values as they are. */
struct span look_text(struct span value);

/* Is there nothing to show: no value, null, "", [] or {}? */
bool look_empty(struct span value);

#endif
