#include "app/notify.h"

#include "app/app.h"

/*
 *   loop   this is said from the loop
 *   clock  no venue's trades say that the clock is off by more than the alarm
 *          clock_off allows
 *   venue  a connection is live, and a book is in step or records have come
 *          within GATE_QUIET_MS; with nothing but [consume], the stream is read
 *   sink   the sink nats is up and has confirmed something lately or has
 *          nothing to deliver; 1 without it
 */

enum {
	GATE_QUIET_MS = 60 * 1000,
	/* When the alarm is off. */
	GATE_CLOCK_MS = 1000,
};

static void
word(struct out *o, const char *name, bool holds)
{
	if (o->len > 0 && o->at[o->len - 1] != '=')
		out_char(o, ' ');
	out_text(o, name);
	out_text(o, holds ? ":1" : ":0");
}

static bool
clock_holds(const struct mpedge *m)
{
	int64_t limit = m->options->alarms.clock_off_ms;

	if (limit == 0)
		limit = GATE_CLOCK_MS;
	for (unsigned i = 0; i < m->source_count; i++) {
		const struct lookout_venue *v = &m->lookout.venues[i];
		int64_t ms = v->delay_ns / NS_PER_MS;

		if (mono_ms_between(v->delay_seen, m->loop.now) <=
			LOOKOUT_DELAY_MS &&
		    (ms >= limit || -ms >= limit))
			return false;
	}
	return true;
}

/* Of one look to the next. */
static bool
records_flow(struct mpedge *m)
{
	struct notify *n = &m->notify;

	if (m->journal.appended != n->records) {
		n->records = m->journal.appended;
		n->records_moved = m->loop.now;
	}
	return n->records > 0 &&
	       mono_ms_between(n->records_moved, m->loop.now) < GATE_QUIET_MS;
}

static bool
venue_holds(struct mpedge *m)
{
	bool flow = records_flow(m);

	for (unsigned i = 0; i < m->source_count; i++) {
		source_refresh(&m->sources[i]);
		if (m->sources[i].metrics.connections_live > 0 &&
		    (flow || m->sources[i].metrics.books_live > 0))
			return true;
	}
	return m->source_count == 0 && m->options->consume.enabled &&
	       m->consume.state == CONSUME_READ;
}

static bool
sink_holds(const struct mpedge *m)
{
	for (unsigned i = 0; i < m->hub.sink_count; i++) {
		const struct hub_sink *s = &m->hub.sinks[i];
		const struct lookout_sink *was = &m->lookout.sinks[i];

		if (s->sink.type != &sink_nats)
			continue;
		if (!s->up)
			return false;
		return s->cursor->position == m->journal.head ||
		       (s->sink.counts.confirmed > 0 &&
			   mono_ms_between(was->moved, m->loop.now) <
			       GATE_QUIET_MS);
	}
	return true;
}

void
notify_gate(struct mpedge *m, struct out *o)
{
	word(o, "loop", true);
	word(o, "clock", clock_holds(m));
	word(o, "venue", venue_holds(m));
	word(o, "sink", sink_holds(m));
}
