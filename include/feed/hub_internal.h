/*
 * hub_internal.h -- between hub.c (records in and out) and hub_host.c (what
 * sinks say) of one module.
 */
#ifndef MPEDGE_FEED_HUB_INTERNAL_H
#define MPEDGE_FEED_HUB_INTERNAL_H

#include "feed/hub.h"

/* Another turn, without waiting for a descriptor. */
void hub_ask_again(struct hub *h);

/* hub_file.c: should the journal's file fail, try it again when it is time.
 * True when it wants to be called again soon. */
bool hub_mind_file(struct hub *h);

/* What the sink may call. */
void hub_host(struct hub_sink *s);

/* The record that is timed was taken; so many were, at once. */
void hub_took(struct hub_sink *s);
void hub_count_batch(struct hub_sink *s, uint64_t taken);

/* Everything before position is safely at its destination. */
void hub_confirm(struct sink_host *host, uint64_t position);

/* count records, all in from..to, will not reach this sink: count, remember for
 * a gap record, and log when it is the first. */
void hub_lose(struct hub_sink *s, uint64_t from, uint64_t to, uint64_t count);

#endif
