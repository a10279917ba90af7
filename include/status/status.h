/*
 * status.h -- the status server: what the program shows of itself over HTTP.
 *
 * It knows nothing of feeds or sinks: it shows whatever registered itself in
 * core/metrics, and asks struct status_api for the rest.  Answers are rendered
 * when they are asked for; counting costs nothing in between.
 *
 *   /health   JSON: status (healthy, degraded, unhealthy), checks; 200 or 503
 *   /livez    200 while the loop turns
 *   /readyz   200 when nothing is failing, else 503
 *   /metrics  Prometheus text format 0.0.4, or OpenMetrics when asked for
 *   /status   JSON: every panel by name; for a browser the page
 *   /status.json  the JSON for everybody
 *   /         one self-contained HTML page
 *
 * and what registered an address of its own (metrics_page): /scheduler.  With
 * http.token or http.user all but /livez and /readyz want that.  Nothing here
 * changes anything but a POST: struct status_upload, and what status_api.post
 * says; without http.token or http.user nobody may.
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

/* A question to a status_api. */
struct status_call {
	/* Behind the prefix, as it came (http_decode). */
	struct span path;
	struct span query;
	/* One JSON value goes here. */
	struct out *body;
	bool post;
	/* Set by who answers; see httpd.h. */
	int status;
	unsigned retry_s;
	/* For the ETag, see httpd.h. */
	uint64_t version;
};

struct status_api {
	/* "/api/v1/config"; the first that fits is asked. */
	const char *prefix;
	/* Nothing may stand behind it. */
	bool exact;
	void (*serve)(void *owner, struct status_call *c);
	/* How the paths end that take a POST; NULL: none do. */
	const char *post;
};

/* A POST to one path, for those who may: its body comes piece by piece (see
 * httpd_uploads).  False: the call has the refusal. */
struct status_upload {
	const char *path;
	bool (*open)(void *owner, uint64_t length, struct status_call *c);
	bool (*piece)(void *owner, struct span bytes, struct status_call *c);
	void (*end)(void *owner, struct status_call *c);
	void (*gone)(void *owner);
};

struct status {
	struct httpd httpd;
	struct tls_context tls;
	/* Set by the caller before status_start: sockets that systemd passed,
	 * and who answers for more addresses. */
	unsigned sockets;
	const struct status_api *api;
	size_t api_count;
	void *api_owner;
	/* NULL: there is none. */
	const struct status_upload *upload;
	void *upload_owner;
	struct loop *loop;
	const struct options *options;
	struct metrics *metrics;
	const struct arena *arena;
	const char *version;
	struct mono started;
	struct http_metrics counts;
	struct metrics_metrics page_counts;
};

/*
 * Listen on http.listen, or on the sockets passed.  CONFIG when an address or a
 * certificate cannot be used, IO when one is taken.
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
