/*
 * top_parts.h -- between top_frame.c (a frame, its first and last lines) and
 * top_tables.c (venues, sinks, connections).
 */
#ifndef MPEDGE_APP_TOP_PARTS_H
#define MPEDGE_APP_TOP_PARTS_H

#include "app/top.h"

struct frame {
	const struct json *json;
	const struct top_view *view;
	const struct top_counts *past;
	struct top_counts *now;
	struct top_screen screen;
};

/* A member of an object: its text, or a number that is not negative. */
struct span top_member(const struct frame *f, int object, const char *name);
bool top_number(
    const struct frame *f, int object, const char *name, uint64_t *n);

/* All tables, but for `kept` lines of what is left. */
void top_tables(struct frame *f, unsigned kept);

#endif
