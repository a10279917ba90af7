#include "feed/hub.h"

static void
copy_counts(struct hub_sink *k)
{
	const struct sink_counts *c = &k->sink.counts;
	struct sink_metrics *m = &k->metrics;

	m->up = k->up;
	m->taken = c->taken;
	m->confirmed = c->confirmed;
	m->duplicates = c->duplicates;
	m->errors = c->errors;
	m->resent = c->resent;
	m->coalesced = c->coalesced;
	m->skipped = c->skipped;
	m->trimmed = c->trimmed;
	m->passed_over = c->passed_over;
	m->bytes = c->bytes;
	m->connects = c->connects;
	m->in_flight = c->in_flight;
	m->behind = k->hub->journal->head - k->cursor->position;
}

static void
refresh(void *owner)
{
	struct hub *h = owner;

	for (unsigned i = 0; i < h->sink_count; i++)
		copy_counts(&h->sinks[i]);
}

static void
sink_json(struct hub_sink *k, struct out *o)
{
	const struct sink_metrics *m = &k->metrics;

	OUT_LITERAL(o, "{\"name\":");
	out_json(o, span_of(k->sink.type->name));
	OUT_LITERAL(o, ",\"target\":");
	out_json(o, span_of(k->sink.target));
	OUT_LITERAL(o, ",\"state\":");
	out_json(o, span_of(k->up ? "up" : "down"));
	out_char(o, ',');
	out_member_u64(o, "taken", m->taken);
	out_member_u64(o, "confirmed", m->confirmed);
	out_member_u64(o, "in_flight", m->in_flight);
	out_member_u64(o, "duplicates", m->duplicates);
	out_member_u64(o, "errors", m->errors);
	out_member_u64(o, "resent", m->resent);
	out_member_u64(o, "trimmed", m->trimmed);
	out_member_u64(o, "passed_over", m->passed_over);
	out_member_u64(o, "lost", m->lost);
	out_member_u64(o, "coalesced", m->coalesced);
	out_member_u64(o, "skipped", m->skipped);
	out_member_u64(o, "bytes", m->bytes);
	out_member_u64(o, "behind_bytes", m->behind);
	OUT_LITERAL(o, "\"rate\":");
	rate_json(&k->rate, o);
	OUT_LITERAL(o, ",\"last_error\":");
	out_json(o, span_of(k->why));
	out_char(o, ',');
	OUT_LITERAL(o, "\"since\":\"");
	out_time(o, k->since);
	OUT_LITERAL(o, "\"}");
}

static void
sinks_json(void *owner, struct out *o)
{
	struct hub *h = owner;

	out_char(o, '[');
	for (unsigned i = 0; i < h->sink_count; i++) {
		if (i > 0)
			out_char(o, ',');
		sink_json(&h->sinks[i], o);
	}
	out_char(o, ']');
}

static void
recent(void *owner, struct out *o)
{
	struct hub *h = owner;

	recent_json(&h->recent, o);
}

/* Down for longer than HUB_DOWN_MS? */
static bool
long_down(const struct hub *h, const struct hub_sink *k)
{
	return !k->up &&
	       h->loop->wall.ns - k->since.ns >= HUB_DOWN_MS * NS_PER_MS;
}

static void
sinks_health(void *owner, struct health_check *c)
{
	struct hub *h = owner;
	unsigned up = 0;
	struct out o;

	c->name = "sinks";
	c->level = HEALTH_PASS;
	for (unsigned i = 0; i < h->sink_count; i++) {
		up += h->sinks[i].up;
		if (long_down(h, &h->sinks[i]) && !h->sinks[i].sink.type->cache)
			c->level = HEALTH_FAIL;
	}
	if (up < h->sink_count && c->level == HEALTH_PASS)
		c->level = HEALTH_WARN;
	out_init(&o, c->why, sizeof(c->why) - 1);
	out_u64(&o, up);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, h->sink_count);
	OUT_LITERAL(&o, " sinks reach their destination");
	c->why[o.len] = '\0';
}

void
hub_panels(struct hub *h, struct metrics *m)
{
	struct panel sinks = { "sinks", h, sinks_json, sinks_health, refresh };
	struct panel last = { "recent", h, recent, NULL, NULL };
	char text[METRICS_LABELS_MAX];
	struct out o;

	for (unsigned i = 0; i < h->sink_count; i++) {
		const char *name = h->sinks[i].sink.type->name;

		out_init(&o, text, sizeof(text));
		metrics_label(&o, "sink", name);
		metrics_add(
		    m, METRICS_sink, &h->sinks[i].metrics, out_cstr(&o));
		out_init(&o, text, sizeof(text));
		metrics_label(&o, "data_type", "all");
		metrics_label(&o, "operation", name);
		metrics_add(m, METRICS_mp_batch, &h->batches[i], out_cstr(&o));
		if (h->sinks[i].sink.type->panels != NULL)
			h->sinks[i].sink.type->panels(&h->sinks[i].sink, m);
	}
	metrics_panel(m, &sinks);
	metrics_panel(m, &last);
}
