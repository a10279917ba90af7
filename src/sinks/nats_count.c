#include "sinks/nats_sink.h"

void
nats_count_sent(struct nats_sink *n, const struct sink_frame *f)
{
	struct nats_slot *s = nats_window_slot(&n->window, n->window.head - 1);

	if (n->replaced == NULL || s == NULL)
		return;
	/* Every record begins with its exchange. */
	s->venue = f->record->trade.exchange_name;
	s->record = (uint8_t)f->id;
}

void
nats_count_answer(struct nats_sink *n, uint64_t ticket, bool stored)
{
	const struct nats_slot *s = nats_window_slot(&n->window, ticket);

	if (n->replaced != NULL && s != NULL)
		replaced_published(n->replaced, (enum venue_id)s->venue,
		    (enum record_id)s->record, stored,
		    n->sink->loop->now.ns - s->sent.ns);
}

static void
register_type(struct metrics *m, enum metric_group_id group, const void *values,
    const char *exchange, const char *type, const char *status)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(&o, "data_type", type);
	metrics_label(&o, "exchange", exchange);
	if (status != NULL)
		metrics_label(&o, "status", status);
	metrics_add(m, group, values, out_cstr(&o));
}

static void
register_exchange(struct metrics *m, const struct replaced_exchange *x)
{
	for (unsigned i = 0; i < REPLACED_TYPES; i++) {
		const struct replaced_type *t = &x->types[i];
		const char *type = records[i].name;

		register_type(m, METRICS_mp_publishes, &t->published, x->name,
		    type, "success");
		register_type(m, METRICS_mp_publishes, &t->refused, x->name,
		    type, "failed");
		register_type(m, METRICS_mp_publish_time, &t->publish_time,
		    x->name, type, NULL);
	}
}

static void
refresh(void *owner)
{
	struct nats_sink *n = owner;

	n->replaced_state.nats_connection_status = n->up;
}

void
nats_panels(struct sink *s, struct metrics *m)
{
	struct nats_sink *n = s->state;
	struct panel p = { "nats", n, NULL, NULL, refresh };
	char text[METRICS_LABELS_MAX];
	struct out o;

	if (n->about != NULL)
		metrics_add(m, METRICS_service, &n->service.metrics, "");
	if (n->replaced == NULL)
		return;
	for (unsigned i = 0; i < n->replaced->count; i++)
		register_exchange(m, &n->replaced->exchanges[i]);
	metrics_add(m, METRICS_mp_nats, &n->replaced_state, "");
	out_init(&o, text, sizeof(text) - 1);
	metrics_label(
	    &o, "stream", n->options->jetstream ? n->options->stream : "core");
	metrics_add(m, METRICS_mp_nats_info, &n->replaced_info, out_cstr(&o));
	metrics_panel(m, &p);
}
