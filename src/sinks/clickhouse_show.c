#include "sinks/clickhouse_sink.h"

static const char *
phase_name(const struct click_sink *c)
{
	static const char *const names[] = {
		[CLICK_PROBE] = "probing",
		[CLICK_MAKE] = "creating",
		[CLICK_COLUMNS] = "creating",
		[CLICK_COLLECT] = "collecting",
		[CLICK_INSERT] = "inserting",
		[CLICK_DEAD] = "parking",
	};

	return c->paused ? "pausing" : names[c->phase];
}

static const char *
guarantee(const struct click_sink *c)
{
	if (c->server.version[0] == '\0')
		return "not known yet";
	return c->server.tokens ? "once" : "at least once";
}

static void
show(void *owner, struct out *o)
{
	struct click_sink *c = owner;

	out_char(o, '{');
	out_member_text(o, "phase", span_of(phase_name(c)));
	out_member_text(o, "server", span_of(c->server.version));
	out_member_text(o, "delivery", span_of(guarantee(c)));
	out_member_text(o, "schema", span_of(c->options->schema));
	out_member_text(o, "compress", span_of(click_pack_state(c)));
	out_member_u64(o, "batch_records", c->batch.frames);
	out_member_u64(o, "batch_rows", c->batch.rows);
	out_member_u64(o, "batch_bytes", c->batch.bytes);
	out_member_u64(o, "parked_batches", c->metrics.parked_batches);
	out_member_text(o, "dead_letter", span_of(c->options->dead_letter));
	out_member_u64(o, "unfit", c->metrics.unfit);
	o->len -= o->len > 0;
	out_char(o, '}');
}

static void
judge(void *owner, struct health_check *h)
{
	struct click_sink *c = owner;
	struct out o;

	h->name = "clickhouse";
	h->level = HEALTH_PASS;
	out_init(&o, h->why, sizeof(h->why) - 1);
	if (c->metrics.parked_batches > 0) {
		h->level = HEALTH_WARN;
		out_u64(&o, c->metrics.parked_batches);
		OUT_LITERAL(&o, " batches were refused for good; see ");
		out_text(&o, c->options->dead_letter);
	} else if (c->pack.refused) {
		h->level = HEALTH_WARN;
		OUT_LITERAL(&o, "the server refuses clickhouse.compress = ");
		out_text(&o, c->options->compress);
		OUT_LITERAL(&o, "; rows are sent as they are");
	} else {
		OUT_LITERAL(&o, "no batch was refused for good");
	}
	h->why[o.len] = '\0';
}

void
click_panels(struct sink *s, struct metrics *m)
{
	struct click_sink *c = s->state;
	struct panel p = { "clickhouse", c, show, judge, NULL };

	metrics_add(m, METRICS_clickhouse, &c->metrics, "");
	metrics_panel(m, &p);
	click_count_panels(c, m);
}
