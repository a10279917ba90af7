#include "core/metrics.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
#define GROUP(name, doc) static const struct metric_desc name##_descs[] = {
#define COUNTER(group, name, unit, doc) \
	{ #name, unit, doc, METRIC_COUNTER, \
	    offsetof(struct group##_metrics, name) },
#define GAUGE(group, name, unit, doc) \
	{ #name, unit, doc, METRIC_GAUGE, \
	    offsetof(struct group##_metrics, name) },
#define HISTOGRAM(group, name, unit, doc) \
	{ #name, unit, doc, METRIC_HISTOGRAM, \
	    offsetof(struct group##_metrics, name) },
#define END(name) };
#include "tables/metrics.def"
#undef GROUP
#undef COUNTER
#undef GAUGE
#undef HISTOGRAM
#undef END

const struct metric_group metric_groups[METRICS_GROUPS] = {
#define GROUP(name, doc) \
	{ #name, doc, name##_descs, \
	    sizeof(name##_descs) / sizeof(name##_descs[0]) },
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
};
/* clang-format on */

/* 1-2-5 steps from 10 us, in ns; the last bucket has no bound. */
static const int64_t bounds[HISTOGRAM_BUCKETS] = { 10000, 20000, 50000, 100000,
	200000, 500000, 1000000, 2000000, 5000000, 10000000, 20000000, 50000000,
	100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000,
	10000000000, INT64_MAX };

int64_t
histogram_bound(unsigned i)
{
	return i < HISTOGRAM_BUCKETS ? bounds[i] : INT64_MAX;
}

void
histogram_add(struct histogram *h, int64_t ns)
{
	unsigned i = 0;

	if (ns < 0)
		ns = 0;
	while (ns > bounds[i])
		i++;
	h->buckets[i]++;
	h->count++;
	h->sum_ns += (uint64_t)ns;
}

int64_t
histogram_quantile(const struct histogram *h, unsigned permille)
{
	uint64_t want = (h->count * permille + 999) / 1000;
	uint64_t seen = 0;

	if (h->count == 0)
		return 0;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= want)
			return bounds[i];
	}
	return INT64_MAX;
}

void
metrics_init(struct metrics *m)
{
	m->set_count = 0;
	m->panel_count = 0;
	m->page_count = 0;
	m->refused = 0;
}

void
metrics_add(struct metrics *m, enum metric_group_id group, const void *values,
    const char *labels)
{
	struct span l = span_of(labels);
	struct metric_set *s;

	if (m->set_count == METRICS_SETS_MAX || l.len >= METRICS_LABELS_MAX) {
		m->refused++;
		return;
	}
	s = &m->sets[m->set_count++];
	s->group = group;
	s->values = values;
	memcpy(s->labels, labels, l.len + 1);
}

void
metrics_panel(struct metrics *m, const struct panel *p)
{
	if (m->panel_count == METRICS_PANELS_MAX)
		m->refused++;
	else
		m->panels[m->panel_count++] = *p;
}

void
metrics_page(struct metrics *m, const struct metrics_page *p)
{
	if (m->page_count == METRICS_PAGES_MAX)
		m->refused++;
	else
		m->pages[m->page_count++] = *p;
}

static bool
is_seconds(const struct metric_desc *d)
{
	return strcmp(d->unit, "seconds") == 0;
}

/* value * 10^-digits without zeros at the end */
static void
fraction(struct out *o, uint64_t value, unsigned digits)
{
	uint64_t whole = value, scale = 1;

	for (unsigned i = 0; i < digits; i++)
		scale *= 10;
	whole = value / scale;
	value %= scale;
	out_u64(o, whole);
	if (value == 0)
		return;
	while (value % 10 == 0) {
		value /= 10;
		digits--;
	}
	out_char(o, '.');
	out_pad(o, value, digits);
}

static void
family(const struct metric_group *g, const struct metric_desc *d, struct out *o)
{
	OUT_LITERAL(o, "mpedge_");
	out_text(o, g->name);
	out_char(o, '_');
	out_text(o, d->name);
	if (d->unit[0] != '\0') {
		out_char(o, '_');
		out_text(o, d->unit);
	}
	if (d->kind == METRIC_COUNTER)
		OUT_LITERAL(o, "_total");
}

static void
labels(const struct metric_set *s, const char *bound, struct out *o)
{
	if (s->labels[0] == '\0' && bound == NULL)
		return;
	out_char(o, '{');
	out_text(o, s->labels);
	if (bound != NULL) {
		if (s->labels[0] != '\0')
			out_char(o, ',');
		OUT_LITERAL(o, "le=\"");
		out_text(o, bound);
		out_char(o, '"');
	}
	out_char(o, '}');
}

static void
sample(const struct metric_group *g, const struct metric_desc *d,
    const struct metric_set *s, const char *suffix, const char *bound,
    struct out *o)
{
	family(g, d, o);
	out_text(o, suffix);
	labels(s, bound, o);
	out_char(o, ' ');
}

static void
histogram_text(const struct metric_group *g, const struct metric_desc *d,
    const struct metric_set *s, struct out *o)
{
	const char *base = s->values;
	const struct histogram *h =
	    (const struct histogram *)(const void *)(base + d->offset);
	uint64_t seen = 0;
	char bound[24];

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		struct out b;

		out_init(&b, bound, sizeof(bound));
		if (i + 1 == HISTOGRAM_BUCKETS)
			OUT_LITERAL(&b, "+Inf");
		else
			fraction(&b, (uint64_t)bounds[i], 9);
		seen += h->buckets[i];
		sample(g, d, s, "_bucket", out_cstr(&b), o);
		out_u64(o, seen);
		out_char(o, '\n');
	}
	sample(g, d, s, "_sum", NULL, o);
	fraction(o, h->sum_ns, 9);
	out_char(o, '\n');
	sample(g, d, s, "_count", NULL, o);
	out_u64(o, h->count);
	out_char(o, '\n');
}

static void
value_text(const struct metric_group *g, const struct metric_desc *d,
    const struct metric_set *s, struct out *o)
{
	const char *base = s->values;
	uint64_t value;

	memcpy(&value, base + d->offset, sizeof(value));
	sample(g, d, s, "", NULL, o);
	if (is_seconds(d))
		fraction(o, value, 3);
	else
		out_u64(o, value);
	out_char(o, '\n');
}

static const char *
kind_name(enum metric_kind k)
{
	switch (k) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_HISTOGRAM:
		return "histogram";
	}
	return "untyped";
}

static void
describe(
    const struct metric_group *g, const struct metric_desc *d, struct out *o)
{
	OUT_LITERAL(o, "# HELP ");
	family(g, d, o);
	out_char(o, ' ');
	out_text(o, d->doc);
	OUT_LITERAL(o, "\n# TYPE ");
	family(g, d, o);
	out_char(o, ' ');
	out_text(o, kind_name(d->kind));
	out_char(o, '\n');
}

/* One family of all sets of its group; nothing when no set has it. */
static void
family_text(const struct metrics *m, enum metric_group_id id,
    const struct metric_desc *d, struct out *o)
{
	const struct metric_group *g = &metric_groups[id];
	bool told = false;

	for (unsigned i = 0; i < m->set_count; i++) {
		const struct metric_set *s = &m->sets[i];

		if (s->group != id)
			continue;
		if (!told)
			describe(g, d, o);
		told = true;
		if (d->kind == METRIC_HISTOGRAM)
			histogram_text(g, d, s, o);
		else
			value_text(g, d, s, o);
	}
}

void
metrics_prometheus(const struct metrics *m, struct out *o)
{
	for (enum metric_group_id id = 0; id < METRICS_GROUPS; id++) {
		for (size_t i = 0; i < metric_groups[id].count; i++)
			family_text(m, id, &metric_groups[id].metrics[i], o);
	}
}
