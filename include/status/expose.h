/*
 * expose.h -- how /metrics answers: in which format, and slice by slice.
 *
 * OpenMetrics 1.0 is for those who ask for it by name and do not prefer plain
 * text (RFC 9110 section 12.5.1); everybody else gets text format 0.0.4.
 *
 *   expose_begin(&x, loop, metrics, counts, openmetrics, compat);
 *   do
 *           more = expose_more(&x, &out);    once a turn
 *   while (more);
 *
 * A slice is at most EXPOSE_SLICE_BYTES, so that what it costs is a fraction
 * of a millisecond.
 */
#ifndef MPEDGE_STATUS_EXPOSE_H
#define MPEDGE_STATUS_EXPOSE_H

#include "core/loop.h"
#include "core/metrics.h"
#include "core/span.h"

enum {
	EXPOSE_SLICE_BYTES = 4 * METRICS_PART_MAX,
};

struct expose {
	struct metrics_writer writer;
	const struct loop *loop;
	struct metrics_metrics *counts;
	/* Work of the slices so far. */
	int64_t spent_ns;
};

/* accept: the value of the Accept field, SPAN_NULL without. */
bool expose_openmetrics(struct span accept);

const char *expose_content_type(bool openmetrics);

/* Gauges have been brought up to date.  counts are those of this page, shown on
 * it too. */
void expose_begin(struct expose *x, const struct loop *l,
    const struct metrics *m, struct metrics_metrics *counts, bool openmetrics,
    bool compat);

/* Append a slice to o, which has room for METRICS_PART_MAX bytes at least;
 * true: call again.  o is never full then. */
bool expose_more(struct expose *x, struct out *o) MUST_USE;

#endif
