/*
 * show.h -- the JSON of a panel as HTML.
 *
 * An array of objects becomes a table with a row each, an object becomes tiles.
 * Names lose their underscores and their unit, numbers get it: size_bytes of
 * 16777216 is shown as "size 16.0 MiB", with the number itself as its tooltip.
 * Everything is escaped; what is not JSON shows as it is and does no harm.
 */
#ifndef MPEDGE_STATUS_SHOW_H
#define MPEDGE_STATUS_SHOW_H

#include "core/out.h"

void show_json(struct span json, struct out *o);

#endif
