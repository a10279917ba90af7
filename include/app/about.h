/*
 * about.h -- what sinks may say of the box to those who ask (sink_about).
 *
 * The status is a part of what /status says: the same members by the same
 * names, without what is long.
 */
#ifndef MPEDGE_APP_ABOUT_H
#define MPEDGE_APP_ABOUT_H

#include "sinks/sink.h"

struct mpedge;

/* Before sinks are opened. */
void about_init(struct mpedge *m);

#endif
