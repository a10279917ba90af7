/*
 * metrics.h -- counters made from tables/metrics.def, and the registry through
 * which the status page finds them.
 *
 * A group of metrics.def becomes a struct of uint64_t members; whoever owns one
 * registers it once with its labels, and increments members.  Nothing here
 * reads a clock or opens anything.
 */
#ifndef MPEDGE_CORE_METRICS_H
#define MPEDGE_CORE_METRICS_H

#include "core/out.h"

/* clang-format off */
#define GROUP(name, doc)                    struct name##_metrics {
#define COUNTER(group, name, unit, doc)     uint64_t name;
#define GAUGE(group, name, unit, doc)       uint64_t name;
#define HISTOGRAM(group, name, unit, doc)   struct histogram name;
#define END(name)                           };

enum {
	HISTOGRAM_BUCKETS = 20,
};

/* Buckets of 1-2-5 steps from 10 us to 10 s, and one above; ns are added. */
struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
	uint64_t sum_ns;
};
#include "tables/metrics.def"
#undef GROUP
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef END
/* clang-format on */

enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
};

struct metric_desc {
	const char *name;
	const char *unit;
	const char *doc;
	enum metric_kind kind;
	size_t offset;
};

struct metric_group {
	const char *name;
	const char *doc;
	const struct metric_desc *metrics;
	size_t count;
};

enum metric_group_id {
#define GROUP(name, doc) METRICS_##name,
#define COUNTER(group, name, unit, doc)
#define GAUGE(group, name, unit, doc)
#define HISTOGRAM(group, name, unit, doc)
#define END(name)
#include "tables/metrics.def"
#undef GROUP
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef END
	METRICS_GROUPS
};

extern const struct metric_group metric_groups[METRICS_GROUPS];

/* How /health is made: each component says what it thinks of itself. */
enum health_level {
	HEALTH_PASS,
	HEALTH_WARN,
	HEALTH_FAIL,
};

struct health_check {
	/* A literal: "feeds", "nats", "journal". */
	const char *name;
	enum health_level level;
	/* Copied; a sentence for a human. */
	char why[160];
};

enum {
	METRICS_SETS_MAX = 1024,
	METRICS_PANELS_MAX = 24,
	METRICS_PAGES_MAX = 8,
	METRICS_LABELS_MAX = 160,
};

/* A registered struct of metrics with its labels: venue="binance",sink="nats"
 */
struct metric_set {
	enum metric_group_id group;
	const void *values;
	char labels[METRICS_LABELS_MAX];
};

/* Something to show on the status page: one JSON value. */
struct panel {
	/* A literal, the member's name in /status: "feeds", "sinks", "books".
	 */
	const char *name;
	void *owner;
	/* Write one JSON value (object or array); NULL: nothing to show. */
	void (*json)(void *owner, struct out *o);
	/* Judge itself; NULL when it has no opinion. */
	void (*health)(void *owner, struct health_check *h);
	/* Bring gauges up to date before they are shown; may be NULL. */
	void (*refresh)(void *owner);
};

/* An address of the status server with one JSON value of its own. */
struct metrics_page {
	/* A literal: "/scheduler". */
	const char *path;
	void *owner;
	void (*json)(void *owner, struct out *o);
};

struct metrics {
	struct metric_set sets[METRICS_SETS_MAX];
	unsigned set_count;
	struct panel panels[METRICS_PANELS_MAX];
	unsigned panel_count;
	struct metrics_page pages[METRICS_PAGES_MAX];
	unsigned page_count;
	/* Sets that did not fit: told on the page. */
	unsigned refused;
};

void metrics_init(struct metrics *m);

/* labels without braces, already quoted, or "". values must outlive m. */
void metrics_add(struct metrics *m, enum metric_group_id group,
    const void *values, const char *labels);
void metrics_panel(struct metrics *m, const struct panel *p);
void metrics_page(struct metrics *m, const struct metrics_page *p);

/* Upper bound of bucket i in ns; INT64_MAX for the last. */
int64_t histogram_bound(unsigned i);
void histogram_add(struct histogram *h, int64_t ns);

/* The value at quantile permille (500, 990, 999): upper bound of its bucket. */
int64_t histogram_quantile(const struct histogram *h, unsigned permille);

/* Prometheus text format 0.0.4: mpedge_GROUP_NAME_UNIT, counters with _total.
 */
void metrics_prometheus(const struct metrics *m, struct out *o);

#endif
