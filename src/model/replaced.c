#include "model/replaced.h"

#include <string.h>

_Static_assert(RECORD_trade == 0 && REPLACED_TYPES == 7,
    "the types of the service replaced come first in records.def");

void
replaced_init(struct replaced *r, struct metrics *m)
{
	memset(r, 0, sizeof(*r));
	r->shown = m;
}

static void
add(struct replaced *r, enum metric_group_id group, const void *values,
    const char *exchange, const char *data_type, const char *status)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (data_type != NULL)
		metrics_label(&o, "data_type", data_type);
	metrics_label(&o, "exchange", exchange);
	if (status != NULL)
		metrics_label(&o, "status", status);
	metrics_add(r->shown, group, values, out_cstr(&o));
}

static void
add_error(struct replaced *r, struct replaced_exchange *x, unsigned i)
{
	static const char *const kinds[REPLACED_ERRORS] = { "connection",
		"parse", "rest" };
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(&o, "error_type", kinds[i]);
	metrics_label(&o, "exchange", x->name);
	metrics_add(r->shown, METRICS_mp_errors, &x->errors[i], out_cstr(&o));
}

static void
register_exchange(struct replaced *r, struct replaced_exchange *x)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	for (unsigned i = 0; i < REPLACED_TYPES; i++) {
		add(r, METRICS_mp_messages, &x->types[i].made, x->name,
		    records[i].name, "success");
		add(r, METRICS_mp_data, &x->types[i].data, x->name,
		    records[i].name, NULL);
	}
	add(r, METRICS_mp_messages, &x->unread, x->name, "unknown", "error");
	for (unsigned i = 0; i < REPLACED_ERRORS; i++)
		add_error(r, x, i);
	add(r, METRICS_mp_exchange, &x->all, x->name, NULL, NULL);
	out_init(&o, text, sizeof(text));
	metrics_label(&o, "exchange", x->name);
	metrics_label(&o, "queue_type", "error_retry");
	metrics_add(r->shown, METRICS_mp_queue, &x->retry, out_cstr(&o));
}

struct replaced_exchange *
replaced_add(struct replaced *r, enum venue_id v, const char *name)
{
	struct replaced_exchange *x;

	for (unsigned i = 0; i < r->count; i++) {
		if (strcmp(r->exchanges[i].name, name) != 0)
			continue;
		r->of_venue[v] = (uint8_t)i;
		return &r->exchanges[i];
	}
	r->of_venue[v] = (uint8_t)r->count;
	x = &r->exchanges[r->count++];
	x->name = name;
	register_exchange(r, x);
	return x;
}

static struct replaced_exchange *
exchange_of(struct replaced *r, enum venue_id v)
{
	return &r->exchanges[r->of_venue[v]];
}

/* It is known from the first record on: before, it would be 1970. */
static void
note_time(struct replaced *r, struct replaced_exchange *x, enum record_id id,
    int64_t wall_ns)
{
	struct mp_last_metrics *last = &x->types[id].last;

	if (last->collector_last_message_timestamp == 0)
		add(r, METRICS_mp_last, last, x->name, records[id].name, NULL);
	last->collector_last_message_timestamp = (uint64_t)wall_ns;
}

void
replaced_made(struct replaced *r, enum venue_id v, enum record_id id,
    const struct replaced_record *made)
{
	struct replaced_exchange *x;
	struct replaced_type *t;

	if (r == NULL || (unsigned)id >= REPLACED_TYPES)
		return;
	x = exchange_of(r, v);
	t = &x->types[id];
	t->made.collector_messages++;
	x->made_count++;
	note_time(r, x, id, made->wall_ns);
	if (made->bytes > 0)
		histogram_count(
		    &t->data.message_size, LAYOUT_size, (int64_t)made->bytes);
	if (made->took_ns >= 0)
		histogram_count(&t->data.collector_processing_duration,
		    LAYOUT_processing, made->took_ns);
}

void
replaced_published(struct replaced *r, enum venue_id v, enum record_id id,
    bool stored, int64_t took_ns)
{
	struct replaced_type *t;

	if (r == NULL || (unsigned)id >= REPLACED_TYPES || v >= VENUE_COUNT)
		return;
	t = &exchange_of(r, v)->types[id];
	if (!stored) {
		t->refused.nats_publishes++;
		return;
	}
	t->published.nats_publishes++;
	histogram_count(
	    &t->publish_time.nats_publish_duration, LAYOUT_publishing, took_ns);
}

void
replaced_rates(struct replaced_exchange *x, int64_t ms)
{
	uint64_t made = x->made_count - x->made_then;
	uint64_t errors = x->error_count - x->errors_then;
	struct mp_exchange_metrics *m = &x->all;

	if (ms <= 0)
		return;
	/* Both have two digits behind the point. */
	m->collector_messages_per_second = made * 1000 * 100 / (uint64_t)ms;
	m->collector_error_rate_percent =
	    errors * 100 * 100 / (made > 0 ? made : 1);
	x->made_then = x->made_count;
	x->errors_then = x->error_count;
}
