#include "feed/hub_internal.h"

#include "core/log.h"

static struct hub_sink *
sink_of(struct sink_host *host)
{
	return host->owner;
}

/* Later than the turn's: a file has records in the turn that read them. */
static int64_t
clock_ns(const struct hub *h)
{
	return h->loop->wall.ns + loop_spent_ns(h->loop);
}

/* The record that is timed is with the sink now. */
void
hub_took(struct hub_sink *s)
{
	s->timed_taken = (struct wall){ clock_ns(s->hub) };
	histogram_add(
	    &s->metrics.send_delay, s->timed_taken.ns - s->timed_seen.ns);
}

uint64_t
hub_waiting(const struct hub *h)
{
	uint64_t most = 0;

	for (unsigned i = 0; i < h->sink_count; i++) {
		const struct hub_sink *s = &h->sinks[i];
		uint64_t left = h->journal->sequence - s->confirmed;

		if (!s->sink.type->cache && left > most)
			most = left;
	}
	return most;
}

void
hub_count_batch(struct hub_sink *s, uint64_t taken)
{
	struct hub *h = s->hub;

	if (taken > 0)
		histogram_count(&h->batches[s - h->sinks].batch_size,
		    LAYOUT_batch, (int64_t)taken);
}

void
hub_confirm(struct sink_host *host, uint64_t position)
{
	struct hub_sink *s = sink_of(host);

	journal_confirm(s->hub->journal, s->cursor, position);
	/* Otherwise an overrun has pushed the cursor past it. */
	if (s->cursor->position == position &&
	    s->cursor->sequence >= s->confirmed) {
		s->confirmed = s->cursor->sequence;
		s->risk_count = 0;
	}
	if (s->timed_next != 0 && position >= s->timed_next) {
		int64_t now_ns = clock_ns(s->hub);

		histogram_add(&s->metrics.latency, now_ns - s->timed_seen.ns);
		histogram_add(
		    &s->metrics.ack_delay, now_ns - s->timed_taken.ns);
		s->timed_next = 0;
	}
}

static void
on_rewind(struct sink_host *host)
{
	struct hub_sink *s = sink_of(host);

	if (s->risk_count > 0)
		hub_lose(s, s->risk_from, s->confirmed - 1, s->risk_count);
	s->risk_count = 0;
	s->next = s->cursor->position;
	s->expected = s->confirmed;
	s->timed_next = 0;
	hub_ask_again(s->hub);
}

static void
on_ready(struct sink_host *host)
{
	hub_ask_again(sink_of(host)->hub);
}

static int64_t
on_border(struct sink_host *host)
{
	struct hub_sink *s = sink_of(host);
	char name[JOURNAL_NAME_MAX];
	struct out o;

	out_init(&o, name, sizeof(name));
	OUT_LITERAL(&o, "sink:");
	out_text(&o, s->sink.type->name);
	if (s->border == NULL)
		s->border = journal_mark(s->hub->journal, out_cstr(&o));
	return s->border == NULL || *s->border == SEQ_NULL ? 0 : *s->border;
}

/* The mark is a frame that sinks do not see: they have to pass it all the same.
 */
static void
on_border_keep(struct sink_host *host, int64_t number)
{
	struct hub_sink *s = sink_of(host);

	if (s->border == NULL)
		return;
	journal_set(s->hub->journal, s->border, number);
	hub_ask_again(s->hub);
}

static void
log_sink(const struct hub_sink *s)
{
	struct log_line l;

	log_open(
	    &l, s->up ? LOG_INFO : LOG_WARN, "sink", s->up ? "up" : "down");
	log_text(&l, "sink", s->sink.type->name);
	log_text(&l, "target", s->sink.target);
	if (!s->up)
		log_err(&l, s->last_error);
	if (!s->up)
		log_text(&l, "why", s->why);
	log_send(&l);
}

static void
on_up(struct sink_host *host)
{
	struct hub_sink *s = sink_of(host);

	if (s->up)
		return;
	s->up = true;
	s->since = s->hub->loop->wall;
	log_sink(s);
}

static void
on_down(struct sink_host *host, enum err e, const char *why)
{
	struct hub_sink *s = sink_of(host);
	struct out o;

	out_init(&o, s->why, sizeof(s->why) - 1);
	for (size_t i = 0; why[i] != '\0'; i++)
		out_char(&o, why[i]);
	o.at[o.len] = '\0';
	if (s->up)
		s->since = s->hub->loop->wall;
	s->up = false;
	s->last_error = e;
	log_sink(s);
}

void
hub_host(struct hub_sink *s)
{
	s->host = (struct sink_host){ .owner = s,
		.confirm = hub_confirm,
		.rewind = on_rewind,
		.ready = on_ready,
		.border = on_border,
		.border_keep = on_border_keep,
		.up = on_up,
		.down = on_down };
}

void
hub_drain(struct hub *h)
{
	for (unsigned i = 0; i < h->sink_count; i++)
		h->sinks[i].host.draining = true;
	hub_ask_again(h);
}

uint64_t
hub_confirmed(const struct hub *h, unsigned which, uint64_t *lost)
{
	uint64_t least = h->journal->head;

	*lost = 0;
	for (unsigned i = 0; i < h->sink_count; i++) {
		const struct journal_cursor *c = h->sinks[i].cursor;

		if ((which & 1u << i) == 0)
			continue;
		*lost += c->lost + h->sinks[i].metrics.lost;
		if (c->position < least)
			least = c->position;
	}
	return least;
}
