#include "core/metrics.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
#define DESC(group, name, unit, doc, kind, layout, digits) \
	{ #name, unit, doc, kind, layout, digits, \
	    offsetof(struct group##_metrics, name) },
#define GROUP(name, doc) static const struct metric_desc name##_descs[] = {
#define FOREIGN(name, prefix, compat, doc) GROUP(name, doc)
#define COUNTER(group, name, unit, doc) \
	DESC(group, name, unit, doc, METRIC_COUNTER, 0, \
	    unit[0] == 's' ? 3 : 0)
#define GAUGE(group, name, unit, doc) \
	DESC(group, name, unit, doc, METRIC_GAUGE, 0, unit[0] == 's' ? 3 : 0)
#define FRACTION(group, name, unit, digits, doc) \
	DESC(group, name, unit, doc, METRIC_GAUGE, 0, digits)
#define UNTYPED(group, name, unit, doc) \
	DESC(group, name, unit, doc, METRIC_UNTYPED, 0, 0)
#define INFO(group, name, doc) \
	DESC(group, name, "", doc, METRIC_INFO, 0, 0)
#define HISTOGRAM(group, name, unit, doc) \
	DESC(group, name, unit, doc, METRIC_HISTOGRAM, LAYOUT_hop, 9)
#define BUCKETS(group, name, unit, layout, doc) \
	DESC(group, name, unit, doc, METRIC_HISTOGRAM, LAYOUT_##layout, 0)
#define END(name) };
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

const struct metric_group metric_groups[METRICS_GROUPS] = {
#define FOREIGN(name, prefix, compat, doc) \
	{ #name, prefix, doc, name##_descs, \
	    sizeof(name##_descs) / sizeof(name##_descs[0]), compat },
#define GROUP(name, doc) \
	{ #name, "mpedge_" #name "_", doc, name##_descs, \
	    sizeof(name##_descs) / sizeof(name##_descs[0]), false },
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
};

#define LAYOUT(name, digits, doc) \
	static const struct histogram_bound name##_bounds[] = {
#define BOUND(name, value, text) { value, text },
#define END(name) };
#include "tables/buckets.def"
#undef LAYOUT
#undef BOUND
#undef END

const struct histogram_bounds histogram_layouts[HISTOGRAM_LAYOUTS] = {
#define LAYOUT(name, digits, doc) \
	{ name##_bounds, sizeof(name##_bounds) / sizeof(name##_bounds[0]), \
	    digits },
#define BOUND(name, value, text)
#define END(name)
#include "tables/buckets.def"
#undef LAYOUT
#undef BOUND
#undef END
};

/* The bucket above the last bound has a place too. */
#define LAYOUT(name, digits, doc) \
	_Static_assert(sizeof(name##_bounds) / sizeof(name##_bounds[0]) < \
	    HISTOGRAM_BUCKETS, #name " has too many bounds");
#define BOUND(name, value, text)
#define END(name)
#include "tables/buckets.def"
#undef LAYOUT
#undef BOUND
#undef END
/* clang-format on */

int64_t
histogram_bound(unsigned i)
{
	const struct histogram_bounds *b = &histogram_layouts[LAYOUT_hop];

	return i < b->count ? b->at[i].value : INT64_MAX;
}

void
histogram_count(
    struct histogram *h, enum histogram_layout layout, int64_t value)
{
	const struct histogram_bounds *b = &histogram_layouts[layout];
	unsigned i = 0;

	if (value < 0)
		value = 0;
	while (i < b->count && value > b->at[i].value)
		i++;
	h->buckets[i]++;
	h->count++;
	h->sum += (uint64_t)value;
}

void
histogram_add(struct histogram *h, int64_t ns)
{
	histogram_count(h, LAYOUT_hop, ns);
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
			return histogram_bound(i);
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
metrics_relabel(struct metrics *m, const void *values, const char *labels)
{
	struct span l = span_of(labels);

	for (unsigned i = 0; i < m->set_count; i++) {
		if (m->sets[i].values == values && l.len < METRICS_LABELS_MAX)
			memcpy(m->sets[i].labels, labels, l.len + 1);
	}
}

void
metrics_label(struct out *o, const char *name, const char *value)
{
	if (o->len > 0)
		out_char(o, ',');
	out_text(o, name);
	OUT_LITERAL(o, "=\"");
	for (; *value != '\0'; value++) {
		if (*value == '\n') {
			OUT_LITERAL(o, "\\n");
			continue;
		}
		if (*value == '"' || *value == '\\')
			out_char(o, '\\');
		out_char(o, *value);
	}
	out_char(o, '"');
}

void
metrics_panel(struct metrics *m, const struct panel *p)
{
	if (m->panel_count == METRICS_PANELS_MAX)
		m->refused++;
	else
		m->panels[m->panel_count++] = *p;
}

bool
panel_judge(const struct panel *p, struct health_check *h)
{
	if (p->health == NULL)
		return false;
	memset(h, 0, sizeof(*h));
	p->health(p->owner, h);
	return true;
}

void
metrics_page(struct metrics *m, const struct metrics_page *p)
{
	if (m->page_count == METRICS_PAGES_MAX)
		m->refused++;
	else
		m->pages[m->page_count++] = *p;
}
