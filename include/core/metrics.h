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

#include "core/err.h"
#include "core/out.h"

/* clang-format off */
#define GROUP(name, doc)                            struct name##_metrics {
#define FOREIGN(name, prefix, compat, doc)          struct name##_metrics {
#define COUNTER(group, name, unit, doc)             uint64_t name;
#define GAUGE(group, name, unit, doc)               uint64_t name;
#define FRACTION(group, name, unit, digits, doc)    uint64_t name;
#define INFO(group, name, doc)                      uint64_t name;
#define UNTYPED(group, name, unit, doc)             uint64_t name;
#define HISTOGRAM(group, name, unit, doc)           struct histogram name;
#define BUCKETS(group, name, unit, layout, doc)     struct histogram name;
#define END(name)                                   };

enum {
	HISTOGRAM_BUCKETS = 20,
};

/* Values of one of the layouts of buckets.def; the bucket above all is last. */
struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t count;
	uint64_t sum;
};
#include "tables/metrics.def"
#undef GROUP
#undef FOREIGN
#undef COUNTER
#undef GAUGE
#undef FRACTION
#undef INFO
#undef UNTYPED
#undef HISTOGRAM
#undef BUCKETS
#undef END

enum histogram_layout {
#define LAYOUT(name, digits, doc) LAYOUT_##name,
#define BOUND(name, value, text)
#define END(name)
#include "tables/buckets.def"
#undef LAYOUT
#undef BOUND
#undef END
	HISTOGRAM_LAYOUTS
};
/* clang-format on */

struct histogram_bound {
	int64_t value;
	/* As OpenMetrics writes it. */
	const char *text;
};

struct histogram_bounds {
	const struct histogram_bound *at;
	unsigned count;
	/* Values are integers of 10^-digits. */
	unsigned digits;
};

enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_UNTYPED,
	/* Always 1: what it tells is in its labels. */
	METRIC_INFO,
	METRIC_HISTOGRAM,
};

struct metric_desc {
	const char *name;
	const char *unit;
	const char *doc;
	/* There are hundreds of these: small numbers take a byte. */
	enum metric_kind kind : 8;
	/* Of a histogram. */
	enum histogram_layout layout : 8;
	/* Values are integers of 10^-digits. */
	unsigned digits : 8;
	unsigned short offset;
};

struct metric_group {
	const char *name;
	/* In front of each name: "mpedge_feed_". */
	const char *prefix;
	const char *doc;
	const struct metric_desc *metrics;
	size_t count;
	/* Of the service replaced: shown with http.compat_metrics. */
	bool compat;
};

/* clang-format off */
enum metric_group_id {
#define GROUP(name, doc) METRICS_##name,
#define FOREIGN(name, prefix, compat, doc) METRICS_##name,
#define COUNTER(group, name, unit, doc)
#define GAUGE(group, name, unit, doc)
#define FRACTION(group, name, unit, digits, doc)
#define INFO(group, name, doc)
#define UNTYPED(group, name, unit, doc)
#define HISTOGRAM(group, name, unit, doc)
#define BUCKETS(group, name, unit, layout, doc)
#define END(name)
#include "tables/metrics.def"
#undef GROUP
#undef FOREIGN
#undef COUNTER
#undef GAUGE
#undef FRACTION
#undef INFO
#undef UNTYPED
#undef HISTOGRAM
#undef BUCKETS
#undef END
	METRICS_GROUPS
};
/* clang-format on */

extern const struct metric_group metric_groups[METRICS_GROUPS];
extern const struct histogram_bounds histogram_layouts[HISTOGRAM_LAYOUTS];

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
	METRICS_SETS_MAX = 1536,
	METRICS_PANELS_MAX = 40,
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

/* Ask it to judge itself; false: it has no opinion. */
bool panel_judge(const struct panel *p, struct health_check *h);

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
/* Other labels for the set that shows these values. */
void metrics_relabel(struct metrics *m, const void *values, const char *labels);
/* name="value", a comma in front of all but the first; escaped. */
void metrics_label(struct out *o, const char *name, const char *value);
void metrics_panel(struct metrics *m, const struct panel *p);
void metrics_page(struct metrics *m, const struct metrics_page *p);

/* Upper bound of bucket i of layout hop in ns; INT64_MAX for the last. */
int64_t histogram_bound(unsigned i);
/* A time of layout hop. */
void histogram_add(struct histogram *h, int64_t ns);
/* A value of another layout. */
void histogram_count(
    struct histogram *h, enum histogram_layout layout, int64_t value);

/* The value at quantile permille (500, 990, 999): upper bound of its bucket,
 * of layout hop. */
int64_t histogram_quantile(const struct histogram *h, unsigned permille);

/* metrics_text.c: the family's name as the text format 0.0.4 has it. */
void metrics_family(
    const struct metric_group *g, const struct metric_desc *d, struct out *o);
const char *metrics_kind(enum metric_kind k);

/*
 * All that is registered, part by part, so that a long answer never holds up
 * the loop.  Text format 0.0.4, or OpenMetrics 1.0 with its end mark.
 */
struct metrics_writer {
	const struct metrics *metrics;
	bool openmetrics;
	/* Families of the service replaced too. */
	bool compat;
	/* What comes next. */
	unsigned group;
	size_t family;
	unsigned set;
	bool described;
	bool ended;
};

enum {
	/* No part is longer: HELP, TYPE and the buckets of one histogram. */
	METRICS_PART_MAX = 8192,
};

void metrics_begin(struct metrics_writer *w, const struct metrics *m,
    bool openmetrics, bool compat);

/*
 * Append whole lines while there is room for a part; true: call again, with
 * room for METRICS_PART_MAX bytes.  o is never full then.
 */
bool metrics_more(struct metrics_writer *w, struct out *o) MUST_USE;

#endif
