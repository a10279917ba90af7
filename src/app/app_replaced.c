/* What is put together for the families of the service replaced when somebody
 * asks for them: groups mp_ of metrics.def. */
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "app/app.h"

enum {
	/* Rates are of so much time at least, however often somebody asks. */
	RATES_MS = 5000,
};

static struct replaced_exchange *
exchange_of(struct mpedge *m, const struct source *s)
{
	return &m->replaced.exchanges[m->replaced.of_venue[s->id]];
}

/* --- what venues have ----------------------------------------------------- */

static bool
delivers(struct source *s, const struct lane *l, unsigned i)
{
	const struct stream *st = &s->streams[l->first + i];
	const struct feed *f = source_carrier(s, l->first + i);

	if (f == NULL || f->streams[i].told || f->streams[i].rejected)
		return false;
	return st->channel != CHANNEL_BOOK || st->symbol == NULL ||
	       market_book_live(s->market, s->stream_symbol[l->first + i]);
}

/* Channels come in the order of the records they make. */
static void
add_streams(struct replaced_exchange *x, struct source *s)
{
	for (unsigned k = 0; k < s->lane_count; k++) {
		const struct lane *l = &s->lanes[k];

		for (unsigned i = 0; i < l->count; i++) {
			const struct stream *st = &s->streams[l->first + i];

			if (st->gone || st->channel >= CHANNEL_TYPES)
				continue;
			x->types[st->channel].streams++;
			x->types[st->channel].good += delivers(s, l, i);
		}
	}
}

static void
add_feeds(struct replaced_exchange *x, const struct source *s)
{
	for (unsigned i = 0; i < s->lane_count * 2; i++) {
		const struct feed_metrics *f =
		    &s->lanes[i / 2].feeds[i % 2].metrics;

		x->all.websocket_connections_active += f->up;
		if (f->connects > 1)
			x->all.websocket_reconnects += f->connects - 1;
		x->errors[0].collector_errors += f->failures;
	}
}

static void
add_source(struct replaced_exchange *x, struct source *s)
{
	uint64_t before = x->all.websocket_connections_active;

	add_feeds(x, s);
	if (x->all.websocket_connections_active == before)
		x->all.exchange_connection_status = 0;
	for (unsigned e = 0; e < ERR_COUNT; e++)
		x->errors[1].collector_errors += s->skipped[e].messages;
	x->errors[2].collector_errors += s->rest.metrics.failures;
	x->unread.collector_messages = x->errors[1].collector_errors;
	x->all.symbol_activity_count += s->metrics.symbols;
	x->retry.queue_size += s->rest.metrics.queue;
	add_streams(x, s);
}

static void
begin_exchange(struct replaced_exchange *x)
{
	x->all.websocket_connections_active = 0;
	x->all.websocket_reconnects = 0;
	x->all.exchange_connection_status = 1;
	x->all.symbol_activity_count = 0;
	x->retry.queue_size = 0;
	memset(x->errors, 0, sizeof(x->errors));
	for (unsigned i = 0; i < REPLACED_TYPES; i++) {
		x->types[i].streams = 0;
		x->types[i].good = 0;
	}
}

static void
end_exchange(struct replaced_exchange *x)
{
	x->error_count = 0;
	for (unsigned i = 0; i < REPLACED_ERRORS; i++)
		x->error_count += x->errors[i].collector_errors;
	for (unsigned i = 0; i < REPLACED_TYPES; i++) {
		struct replaced_type *t = &x->types[i];

		t->data.data_quality_score =
		    t->streams == 0 ? 100 * 100 : t->good * 10000 / t->streams;
	}
}

static void
gather(struct mpedge *m)
{
	int64_t ms = mono_ms_between(m->replaced_rated, m->loop.now);

	for (unsigned i = 0; i < m->replaced.count; i++)
		begin_exchange(&m->replaced.exchanges[i]);
	for (unsigned i = 0; i < m->source_count; i++)
		add_source(exchange_of(m, &m->sources[i]), &m->sources[i]);
	for (unsigned i = 0; i < m->replaced.count; i++)
		end_exchange(&m->replaced.exchanges[i]);
	if (ms < RATES_MS)
		return;
	for (unsigned i = 0; i < m->replaced.count; i++)
		replaced_rates(&m->replaced.exchanges[i], ms);
	m->replaced_rated = m->loop.now;
}

/* --- the machine ---------------------------------------------------------- */

/* "cpu  user nice system idle iowait irq softirq steal ...": ticks. */
static void
read_cpu(struct machine_cpu *now)
{
	char text[256];
	struct span rest = app_read("/proc/stat", text, sizeof(text));
	struct span word;
	unsigned i = 0;

	*now = (struct machine_cpu){ 0 };
	if (rest.at == NULL)
		return;
	word = span_word(&rest, " \n");
	while (i < 8 && (word = span_word(&rest, " \n")).at != NULL) {
		uint64_t ticks;

		if (span_u64(word, &ticks) != ERR_OK)
			return;
		now->all += ticks;
		/* idle, iowait */
		if (i != 3 && i != 4)
			now->busy += ticks;
		i++;
	}
}

static void
copy_machine(struct mpedge *m)
{
	struct mp_system_metrics *p = &m->replaced_system;
	struct machine_cpu now;
	struct statvfs disk;

	read_cpu(&now);
	if (now.all > m->cpu_then.all) {
		p->system_cpu_usage_percent = (now.busy - m->cpu_then.busy) *
					      100 * 100 /
					      (now.all - m->cpu_then.all);
		m->cpu_then = now;
	}
	/* As df does: of what is not kept for root. */
	if (statvfs("/", &disk) == 0 && disk.f_blocks > 0) {
		uint64_t used = disk.f_blocks - disk.f_bfree;
		uint64_t all = used + disk.f_bavail;

		p->system_disk_usage_percent =
		    all > 0 ? used * 100 * 100 / all : 0;
	}
	p->system_memory_usage = m->standard.resident_memory;
	p->collector_uptime = m->process.uptime;
}

static void
refresh(void *owner)
{
	struct mpedge *m = owner;

	gather(m);
	copy_machine(m);
	m->replaced_waiting.queue_size = hub_waiting(&m->hub);
}

/* --- registering ---------------------------------------------------------- */

static void
register_collector(struct mpedge *m)
{
	struct utsname machine;
	char text[METRICS_LABELS_MAX];
	struct out o;

	if (uname(&machine) != 0)
		memset(&machine, 0, sizeof(machine));
	/* A name that leaves no room for the others is left out. */
	if (strlen(machine.nodename) > 64)
		machine.nodename[0] = '\0';
	out_init(&o, text, sizeof(text));
	metrics_label(&o, "collector_version", app_version());
	metrics_label(&o, "hostname", machine.nodename);
	metrics_label(&o, "platform", machine.machine);
	metrics_label(&o, "python_version", "none");
	metrics_add(&m->metrics, METRICS_mp_collector_info,
	    &m->replaced_collector, out_cstr(&o));
}

static void
register_venue(struct mpedge *m, enum venue_id v)
{
	const struct venue_desc *d = &venue_descs[v];
	char text[METRICS_LABELS_MAX];
	struct out o;

	replaced_add(&m->replaced, v, d->exchange);
	out_init(&o, text, sizeof(text));
	metrics_label(&o, "exchange", d->exchange);
	metrics_label(&o, "market_type", market_name(d->market));
	metrics_label(&o, "venue", d->name);
	metrics_add(&m->metrics, METRICS_mp_exchange_info,
	    &m->replaced_venues[v], out_cstr(&o));
}

void
app_replaced_start(struct mpedge *m)
{
	if (!m->options->http.enabled || !m->options->http.compat_metrics)
		return;
	replaced_init(&m->replaced, &m->metrics);
	for (enum venue_id v = 0; v < VENUE_COUNT; v++) {
		if (m->options->venue[v].enabled)
			register_venue(m, v);
	}
	m->hub.replaced = &m->replaced;
}

/* After all other panels: it adds up what they have brought up to date. */
void
app_replaced_panels(struct mpedge *m)
{
	struct panel p = { "replaced", m, NULL, NULL, refresh };

	if (m->hub.replaced == NULL)
		return;
	read_cpu(&m->cpu_then);
	m->replaced_rated = m->loop.now;
	register_collector(m);
	metrics_add(&m->metrics, METRICS_mp_system, &m->replaced_system, "");
	metrics_add(&m->metrics, METRICS_mp_queue, &m->replaced_waiting,
	    "exchange=\"all\",queue_type=\"message_buffer\"");
	metrics_panel(&m->metrics, &p);
}
