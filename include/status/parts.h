/*
 * parts.h -- members of /status that are made of the whole registry.
 */
#ifndef MPEDGE_STATUS_PARTS_H
#define MPEDGE_STATUS_PARTS_H

#include "core/metrics.h"

/* healthy, degraded, unhealthy */
const char *status_level_name(enum health_level l);

/* What all components together think; *worst is the first of the worst, as it
 * was when nothing is wrong. */
enum health_level status_judge(
    const struct metrics *m, struct health_check *worst);

/* [{"name","state","message"}]: what each component thinks of itself. */
void status_checks(const struct metrics *m, struct out *o);

/*
 * [{"of","group","what","count","p50_us","p90_us","p99_us","p999_us"}]: a row
 * for each histogram that has counted, those of one venue or sink added up. The
 * values are upper bounds of buckets; null is beyond the largest.
 */
void status_latency(const struct metrics *m, struct out *o);

#endif
