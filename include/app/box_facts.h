/*
 * box_facts.h -- the file that MPEDGE_BOX_FACTS names, read at the start and
 * then once a second, and shown: the member `appliance` of /status and /health,
 * the check of that name, mpedge_box_*.  Without the variable there is nothing
 * of all this.
 *
 * Only a regular file is read, and its writer puts a new one in its place, so
 * that reading never waits.  What cannot be read or is not understood changes
 * nothing of what is known, is a warning, and makes one line in the log.
 */
#ifndef MPEDGE_APP_BOX_FACTS_H
#define MPEDGE_APP_BOX_FACTS_H

#include "core/loop.h"
#include "status/appliance.h"

struct mpedge;

struct box_facts {
	/* NULL: there are none. */
	const char *path;
	struct timer timer;
	struct appliance facts;
	/* Why the file is of no use now; "" when it is. */
	char why[128];
	struct box_metrics metrics;
	struct box_info_metrics info;
};

/* By app_panels. */
void box_facts_start(struct mpedge *m);

/* A JSON object. */
void box_facts_json(const struct box_facts *b, struct out *o);

/* Members of a JSON object for services that list boxes, each a text and a
 * comma. */
void box_facts_metadata(const struct box_facts *b, struct out *o);

#endif
