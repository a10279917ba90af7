/*
 * status.h -- the status page: /health, /metrics, /status and a page at /.
 *
 * It knows nothing of feeds or sinks: it shows whatever registered itself in
 * core/metrics.  Answers are rendered when they are asked for; counting costs
 * nothing in between.
 *
 *   /health   JSON: status (healthy, degraded, unhealthy), checks; 200 or 503
 *   /livez    200 while the loop turns
 *   /readyz   200 when nothing is failing, else 503
 *   /metrics  Prometheus text format 0.0.4, or OpenMetrics when asked for
 *   /status   JSON: every panel by name
 *   /         one self-contained HTML page
 *
 * and what registered an address of its own (metrics_page): /scheduler.
 */
#ifndef MPEDGE_STATUS_STATUS_H
#define MPEDGE_STATUS_STATUS_H

#include "core/arena.h"
#include "core/metrics.h"
#include "core/options.h"
#include "net/httpd.h"

enum {
	/* Longest answer: all metrics of a full configuration. */
	STATUS_BODY_BYTES = 1024 * 1024,
};

struct status {
	struct httpd httpd;
	struct loop *loop;
	const struct options *options;
	struct metrics *metrics;
	const struct arena *arena;
	const char *version;
	struct mono started;
	/* What the request being answered prefers for /metrics. */
	bool openmetrics;
	struct http_metrics counts;
	struct metrics_metrics page_counts;
};

/* Listen on http.listen.  CONFIG when that is no address, IO when it is taken.
 */
enum err status_start(struct status *s, struct loop *l, const struct options *o,
    struct metrics *m, struct arena *a, const char *version,
    struct out *why) MUST_USE;
void status_stop(struct status *s);

/* What /status says. */
void status_json(const struct status *s, struct out *o);

/* page.c: the HTML page, a template filled with what /status says. */
void status_page(const struct status *s, struct out *o);

#endif
