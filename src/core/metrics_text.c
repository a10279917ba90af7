#include "core/metrics.h"

#include <string.h>

/* value * 10^-digits without zeros at the end */
static void
fraction(struct out *o, uint64_t value, unsigned digits)
{
	uint64_t whole, scale = 1;

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

/* A name that ends with its unit has it already: "bytes", "batch_bytes". */
static bool
names_unit(const struct metric_desc *d)
{
	size_t name = strlen(d->name), unit = strlen(d->unit);

	return unit == 0 ||
	       (name >= unit && strcmp(d->name + name - unit, d->unit) == 0);
}

/* Without what its kind adds. */
static void
base(const struct metric_group *g, const struct metric_desc *d, struct out *o)
{
	out_text(o, g->prefix);
	out_text(o, d->name);
	if (names_unit(d))
		return;
	out_char(o, '_');
	out_text(o, d->unit);
}

static const char *
suffix_of(const struct metric_desc *d)
{
	switch (d->kind) {
	case METRIC_COUNTER:
		return "_total";
	case METRIC_INFO:
		return "_info";
	case METRIC_GAUGE:
	case METRIC_UNTYPED:
	case METRIC_HISTOGRAM:
		return "";
	}
	return "";
}

void
metrics_family(
    const struct metric_group *g, const struct metric_desc *d, struct out *o)
{
	base(g, d, o);
	out_text(o, suffix_of(d));
}

const char *
metrics_kind(enum metric_kind k)
{
	switch (k) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_UNTYPED:
		return "unknown";
	case METRIC_INFO:
		return "info";
	case METRIC_HISTOGRAM:
		return "histogram";
	}
	return "unknown";
}

/* The older format has other words, and no information. */
static const char *
old_kind(const struct metric_desc *d)
{
	if (d->kind == METRIC_INFO)
		return "gauge";
	return d->kind == METRIC_UNTYPED ? "untyped" : metrics_kind(d->kind);
}

/* OpenMetrics names a family without the suffix of its samples. */
static void
heading(const struct metrics_writer *w, const char *word,
    const struct metric_group *g, const struct metric_desc *d, struct out *o)
{
	OUT_LITERAL(o, "# ");
	out_text(o, word);
	out_char(o, ' ');
	if (w->openmetrics)
		base(g, d, o);
	else
		metrics_family(g, d, o);
	out_char(o, ' ');
}

static void
describe(const struct metrics_writer *w, const struct metric_group *g,
    const struct metric_desc *d, struct out *o)
{
	heading(w, "HELP", g, d, o);
	out_text(o, d->doc);
	out_char(o, '\n');
	heading(w, "TYPE", g, d, o);
	out_text(o, w->openmetrics ? metrics_kind(d->kind) : old_kind(d));
	out_char(o, '\n');
	if (!w->openmetrics || d->unit[0] == '\0')
		return;
	heading(w, "UNIT", g, d, o);
	out_text(o, d->unit);
	out_char(o, '\n');
}

/* NAME SUFFIX {labels,le="bound"} and a blank */
static void
sample(struct span name, const char *suffix, const struct metric_set *s,
    const char *bound, struct out *o)
{
	out_span(o, name);
	out_text(o, suffix);
	if (s->labels[0] != '\0' || bound != NULL) {
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
	out_char(o, ' ');
}

static void
histogram_text(struct span name, const struct metric_desc *d,
    const struct metric_set *s, struct out *o)
{
	const char *values = s->values;
	const struct histogram *h =
	    (const struct histogram *)(const void *)(values + d->offset);
	const struct histogram_bounds *b = &histogram_layouts[d->layout];
	uint64_t seen = 0;

	for (unsigned i = 0; i <= b->count; i++) {
		seen += h->buckets[i];
		sample(name, "_bucket", s,
		    i < b->count ? b->at[i].text : "+Inf", o);
		out_u64(o, seen);
		out_char(o, '\n');
	}
	sample(name, "_sum", s, NULL, o);
	fraction(o, h->sum, b->digits);
	out_char(o, '\n');
	sample(name, "_count", s, NULL, o);
	out_u64(o, h->count);
	out_char(o, '\n');
}

static void
value_text(struct span name, const struct metric_desc *d,
    const struct metric_set *s, struct out *o)
{
	const char *values = s->values;
	uint64_t value = 1;

	if (d->kind != METRIC_INFO)
		memcpy(&value, values + d->offset, sizeof(value));
	sample(name, "", s, NULL, o);
	fraction(o, value, d->digits);
	out_char(o, '\n');
}

/* One family of one set. */
static void
part(struct metrics_writer *w, struct out *o)
{
	const struct metric_group *g = &metric_groups[w->group];
	const struct metric_desc *d = &g->metrics[w->family];
	const struct metric_set *s = &w->metrics->sets[w->set];
	char text[128];
	struct out name;

	if (!w->described)
		describe(w, g, d, o);
	out_init(&name, text, sizeof(text));
	metrics_family(g, d, &name);
	if (d->kind == METRIC_HISTOGRAM)
		histogram_text(out_done(&name), d, s, o);
	else
		value_text(out_done(&name), d, s, o);
	w->described = true;
	w->set++;
}

static bool
group_shows(const struct metrics_writer *w)
{
	return w->compat || !metric_groups[w->group].compat;
}

/* Find the next set that has a family; false: there is none. */
static bool
find(struct metrics_writer *w)
{
	const struct metrics *m = w->metrics;

	for (; w->group < METRICS_GROUPS; w->group++, w->family = 0) {
		if (!group_shows(w))
			continue;
		while (w->family < metric_groups[w->group].count) {
			while (w->set < m->set_count &&
			       m->sets[w->set].group != w->group)
				w->set++;
			if (w->set < m->set_count)
				return true;
			w->family++;
			w->set = 0;
			w->described = false;
		}
	}
	return false;
}

void
metrics_begin(struct metrics_writer *w, const struct metrics *m,
    bool openmetrics, bool compat)
{
	memset(w, 0, sizeof(*w));
	w->metrics = m;
	w->openmetrics = openmetrics;
	w->compat = compat;
}

bool
metrics_more(struct metrics_writer *w, struct out *o)
{
	while (find(w)) {
		if (o->size - o->len < METRICS_PART_MAX)
			return true;
		part(w, o);
	}
	if (!w->openmetrics || w->ended)
		return false;
	if (o->size - o->len < METRICS_PART_MAX)
		return true;
	OUT_LITERAL(o, "# EOF\n");
	w->ended = true;
	return false;
}
