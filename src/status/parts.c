#include "status/parts.h"

#include <string.h>

static const char *const words[] = { "healthy", "degraded", "unhealthy" };

const char *
status_level_name(enum health_level l)
{
	return words[l];
}

enum health_level
status_judge(const struct metrics *m, struct health_check *worst)
{
	enum health_level level = HEALTH_PASS;
	struct health_check c;

	for (unsigned i = 0; i < m->panel_count; i++) {
		const struct panel *p = &m->panels[i];

		if (!panel_judge(p, &c) || c.level <= level)
			continue;
		level = c.level;
		*worst = c;
	}
	return level;
}

void
status_checks(const struct metrics *m, struct out *o)
{
	struct health_check c;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->panel_count; i++) {
		const struct panel *p = &m->panels[i];

		if (!panel_judge(p, &c))
			continue;
		out_text(o, first ? "{" : ",{");
		first = false;
		out_member_text(o, "name", span_of(c.name));
		out_member_text(o, "state", span_of(words[c.level]));
		out_json(o, SPAN("message"));
		out_char(o, ':');
		out_json(o, span_of(c.why));
		out_char(o, '}');
	}
	out_char(o, ']');
}

/* --- latency ---------------------------------------------------------------
 */

/* venue="binance",connection="binance:0a" is of binance, no label of us. */
static struct span
owner_of(const struct metric_set *s)
{
	const char *from = strchr(s->labels, '"');
	const char *to = from != NULL ? strchr(from + 1, '"') : NULL;

	if (to == NULL || to == from + 1)
		return SPAN("mpedge");
	return (struct span){ from + 1, (size_t)(to - from) - 1 };
}

/* Of a part of a record's way, and no family of the service replaced. */
static bool
is_hop(const struct metric_desc *d)
{
	return d->kind == METRIC_HISTOGRAM && d->layout == LAYOUT_hop;
}

static const struct histogram *
histogram_of(const struct metric_set *s, const struct metric_desc *d)
{
	const char *base = s->values;

	return (const struct histogram *)(const void *)(base + d->offset);
}

/* Sets of the same owner before this one have told for it. */
static bool
is_told(const struct metrics *m, unsigned at)
{
	const struct metric_set *s = &m->sets[at];

	for (unsigned i = 0; i < at; i++) {
		if (m->sets[i].group == s->group &&
		    span_eq(owner_of(&m->sets[i]), owner_of(s)))
			return true;
	}
	return false;
}

static void
add_up(const struct metrics *m, unsigned from, const struct metric_desc *d,
    struct histogram *sum)
{
	const struct metric_set *first = &m->sets[from];

	memset(sum, 0, sizeof(*sum));
	for (unsigned i = from; i < m->set_count; i++) {
		const struct metric_set *s = &m->sets[i];
		const struct histogram *h;

		if (s->group != first->group ||
		    !span_eq(owner_of(s), owner_of(first)))
			continue;
		h = histogram_of(s, d);
		sum->count += h->count;
		for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
			sum->buckets[b] += h->buckets[b];
	}
}

static void
quantile(const struct histogram *h, unsigned permille, const char *name,
    struct out *o)
{
	int64_t ns = histogram_quantile(h, permille);

	out_char(o, ',');
	out_json(o, span_of(name));
	out_char(o, ':');
	if (ns == INT64_MAX)
		OUT_LITERAL(o, "null");
	else
		out_i64(o, ns / 1000);
}

static void
latency_row(const struct metric_set *s, const struct metric_desc *d,
    const struct histogram *h, struct out *o)
{
	out_char(o, '{');
	out_member_text(o, "of", owner_of(s));
	out_member_text(o, "group", span_of(metric_groups[s->group].name));
	out_member_text(o, "what", span_of(d->doc));
	OUT_LITERAL(o, "\"count\":");
	out_u64(o, h->count);
	quantile(h, 500, "p50_us", o);
	quantile(h, 900, "p90_us", o);
	quantile(h, 990, "p99_us", o);
	quantile(h, 999, "p999_us", o);
	out_char(o, '}');
}

void
status_latency(const struct metrics *m, struct out *o)
{
	struct histogram sum;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->set_count; i++) {
		const struct metric_group *g = &metric_groups[m->sets[i].group];

		for (size_t d = 0; d < g->count; d++) {
			if (!is_hop(&g->metrics[d]) || is_told(m, i))
				continue;
			add_up(m, i, &g->metrics[d], &sum);
			if (sum.count == 0)
				continue;
			if (!first)
				out_char(o, ',');
			first = false;
			latency_row(&m->sets[i], &g->metrics[d], &sum, o);
		}
	}
	out_char(o, ']');
}
