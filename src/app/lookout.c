#include "app/lookout.h"

#include <string.h>

#include "app/app.h"

static void
on_timer(struct timer *t)
{
	struct lookout *k = t->owner;
	struct mpedge *m = k->program;

	timer_start(&m->loop, t, mono_after_ms(m->loop.now, LOOKOUT_MS));
	alarms_begin(&k->alarms, m->loop.now, m->loop.wall);
	lookout_look(k);
	alarms_end(&k->alarms);
	webhook_flush(&k->webhook);
	k->looks++;
}

void
lookout_init(struct lookout *k, struct mpedge *m)
{
	const struct opt_alarms *o = &m->options->alarms;

	memset(k, 0, sizeof(*k));
	k->program = m;
	k->timer = (struct timer){ .fire = on_timer, .owner = k };
	if (!o->enabled)
		return;
	alarms_init(&k->alarms, o);
	k->alarms.changed = lookout_changed;
	k->alarms.owner = k;
	webhook_init(
	    &k->webhook, o, m->options->box.name, &m->world, &m->arena);
	for (unsigned i = 0; i < m->source_count; i++)
		silence_init(&k->venues[i].silence, &m->sources[i], &m->arena);
	alarms_panels(&k->alarms, &m->metrics);
	if (k->webhook.http != NULL)
		metrics_add(
		    &m->metrics, METRICS_webhook, &k->webhook.metrics, "");
}

void
lookout_start(struct lookout *k)
{
	struct mpedge *m = k->program;

	if (!m->options->alarms.enabled)
		return;
	for (unsigned i = 0; i < m->source_count; i++)
		m->sources[i].delay_least_ns = SOURCE_NO_DELAY;
	for (unsigned i = 0; i < m->hub.sink_count; i++)
		k->sinks[i].moved = m->loop.now;
	timer_start(
	    &m->loop, &k->timer, mono_after_ms(m->loop.now, LOOKOUT_MS));
}

void
lookout_stop(struct lookout *k)
{
	timer_stop(&k->program->loop, &k->timer);
	webhook_close(&k->webhook);
}
