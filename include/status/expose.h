/*
 * expose.h -- how /metrics answers: which format, and under which name.
 *
 * OpenMetrics 1.0 is for those who ask for it by name and do not prefer plain
 * text (RFC 9110 section 12.5.1); everybody else gets text format 0.0.4.  The
 * text itself comes from metrics_more, part by part.
 */
#ifndef MPEDGE_STATUS_EXPOSE_H
#define MPEDGE_STATUS_EXPOSE_H

#include "core/span.h"

/* accept: the value of the Accept field, SPAN_NULL without. */
bool expose_openmetrics(struct span accept);

const char *expose_content_type(bool openmetrics);

#endif
