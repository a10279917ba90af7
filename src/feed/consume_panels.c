#include "feed/consume.h"

static void
refresh(void *owner)
{
	struct consume *c = owner;

	c->metrics.up = c->state == CONSUME_READ;
	c->metrics.in_flight = consume_ring_count(&c->ring);
}

static void
consume_json(void *owner, struct out *o)
{
	struct consume *c = owner;
	const struct consume_metrics *m = &c->metrics;

	out_char(o, '{');
	out_member_text(o, "stream", span_of(c->options->stream));
	out_member_text(o, "durable", span_of(c->options->durable));
	out_member_text(
	    o, "state", span_of(c->state == CONSUME_READ ? "up" : "down"));
	out_member_text(o, "why", span_of(c->why));
	out_member_u64(o, "messages", m->messages);
	out_member_u64(o, "redelivered", m->redelivered);
	out_member_u64(o, "stored", m->stored);
	out_member_u64(o, "duplicates", m->duplicates);
	out_member_u64(o, "acked", m->acked);
	out_member_u64(o, "in_flight", m->in_flight);
	out_member_u64(o, "pending", m->pending);
	out_member_u64(o, "unusable", m->unusable);
	out_member_u64(o, "dead_letters", m->dead_letters);
	OUT_LITERAL(o, "\"since\":\"");
	out_time(o, c->since);
	OUT_LITERAL(o, "\"}");
}

static void
consume_health(void *owner, struct health_check *h)
{
	struct consume *c = owner;
	int64_t ns = c->loop->wall.ns - c->since.ns;
	struct out o;

	h->name = "consume";
	h->level = HEALTH_PASS;
	out_init(&o, h->why, sizeof(h->why) - 1);
	if (c->state != CONSUME_READ) {
		h->level =
		    ns < HUB_DOWN_MS * NS_PER_MS ? HEALTH_WARN : HEALTH_FAIL;
		OUT_LITERAL(&o, "not reading: ");
		out_text(&o, c->why);
	} else if (c->dead_refused) {
		h->level = HEALTH_WARN;
		OUT_LITERAL(&o, "no stream takes the dead-letter subject");
	} else {
		out_u64(&o, c->metrics.pending);
		OUT_LITERAL(&o, " messages wait to be read");
	}
	h->why[o.len] = '\0';
}

void
consume_panels(struct consume *c, struct metrics *m)
{
	struct panel p = { "consume", c, consume_json, consume_health,
		refresh };

	metrics_add(m, METRICS_consume, &c->metrics, "");
	metrics_panel(m, &p);
}
