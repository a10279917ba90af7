/*
 * show.h -- a value of /status as people read it.
 *
 * Its name says what it is: backlog_bytes of 16777216 is "16.0 MiB", p50_us of
 * 500 is "500 µs".  page.js says the same in its own words; tests/e2e/page.sh
 * compares the two.  Everything is escaped.
 */
#ifndef MPEDGE_STATUS_SHOW_H
#define MPEDGE_STATUS_SHOW_H

#include "core/out.h"

/* value is JSON. */
void show_value(struct span key, struct span value, struct out *o);

/* Says show_value less than there is, so that the value is worth a tooltip? */
bool show_rounds(struct span key, struct span value);

/* backlog_bytes is "backlog". */
void show_name(struct span key, struct out *o);

#endif
