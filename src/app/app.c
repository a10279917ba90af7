#include "app/app.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/api.h"
#include "app/sockets.h"
#include "core/log.h"
#include "core/must.h"
#include "feed/saved.h"
#include "net/tcp.h"
#include "net/ws_heap.h"
#include "venues/venue.h"

enum {
	DRAIN_TICK_MS = 20,
	WS_HEAP_BYTES = 16 * 1024 * 1024,
};

static void
log_memory(const struct mpedge *m)
{
	struct log_line l;

	for (size_t i = 0; i < m->arena.pool_count; i++) {
		const struct arena_pool *p = &m->arena.pools[i];

		log_open(&l, LOG_DEBUG, "memory", "pool");
		log_text(&l, "name", p->name);
		log_int(&l, "count", (int64_t)p->count);
		log_int(&l, "each_bytes", (int64_t)p->each_bytes);
		log_int(&l, "bytes", (int64_t)(p->count * p->each_bytes));
		log_send(&l);
	}
	log_open(&l, LOG_INFO, "memory", "sealed");
	log_int(&l, "static_bytes", (int64_t)sizeof(*m));
	log_int(&l, "carved_bytes", (int64_t)m->arena.used);
	log_int(&l, "pools", (int64_t)m->arena.pool_count);
	log_send(&l);
}

static void
on_drain(struct timer *t)
{
	struct mpedge *m = t->owner;
	struct log_line l;

	bool idle = hub_idle(&m->hub) &&
		    (!m->options->consume.enabled || consume_idle(&m->consume));

	if (idle || mono_due(m->drain_end, m->loop.now)) {
		log_open(&l, LOG_INFO, "app", "drained");
		log_text(&l, "complete", idle ? "true" : "false");
		log_int(
		    &l, "backlog_bytes", (int64_t)journal_backlog(&m->journal));
		log_send(&l);
		m->loop.stop = true;
		return;
	}
	timer_start(&m->loop, t, mono_after_ms(m->loop.now, DRAIN_TICK_MS));
}

static void
begin_drain(struct mpedge *m)
{
	struct log_line l;

	/* A second signal does not wait. */
	if (m->draining) {
		m->loop.stop = true;
		return;
	}
	m->draining = true;
	log_open(&l, LOG_INFO, "app", "stopping");
	log_int(&l, "drain_ms", m->options->box.drain_ms);
	log_send(&l);
	notify_say(m, NOTIFY_STOPPING);
	scheduler_stop(&m->scheduler);
	lookout_stop(&m->lookout);
	consume_stop(&m->consume);
	for (unsigned i = 0; i < m->source_count; i++)
		source_stop(&m->sources[i]);
	hub_drain(&m->hub);
	m->drain_end = mono_after_ms(m->loop.now, m->options->box.drain_ms);
	timer_start(
	    &m->loop, &m->drain, mono_after_ms(m->loop.now, DRAIN_TICK_MS));
}

static void
reload(struct mpedge *m)
{
	uint64_t refused = m->process.reloads_refused;

	notify_say(m, NOTIFY_RELOADING);
	reload_settings(&m->reload, m);
	m->notify.refused = m->process.reloads_refused != refused;
	notify_say(m, NOTIFY_READY);
}

/* A reload waits for the next turn: the time it is told with must be later than
 * the last of the signals it is for. */
static void
on_signals(struct watch *w, unsigned got)
{
	struct mpedge *m = w->owner;
	bool asked = m->reload.asked;
	char bytes[16];
	ssize_t n = got != 0 ? read(w->fd, bytes, sizeof(bytes)) : 0;

	m->reload.asked = false;
	for (ssize_t i = 0; i < n; i++) {
		if (bytes[i] == SIGHUP)
			m->reload.asked = true;
		else
			begin_drain(m);
	}
	w->again = m->reload.asked;
	if (asked && !m->draining)
		reload(m);
}

static enum err
start_memory(struct mpedge *m, struct out *why)
{
	enum err e =
	    arena_init(&m->arena, (size_t)m->options->box.memory_bytes);

	if (e != ERR_OK)
		out_text(why, "box.memory_bytes: the system refuses that much");
	return e;
}

static enum err
start_journal(struct mpedge *m, struct out *why)
{
	const struct opt_journal *o = &m->options->journal;
	uint64_t size = (uint64_t)o->size_bytes;
	enum err e;

	if (o->path[0] != '\0') {
		e = journal_open(&m->journal, o->path, NULL, size, why);
		flusher_init(&m->flusher);
		m->journal.flusher = &m->flusher;
		return e;
	}
	if (journal_memory(size) > arena_left(&m->arena)) {
		out_text(why,
		    "journal.size_bytes: more than box.memory_bytes holds; "
		    "raise that, or give journal.path");
		return ERR_CONFIG;
	}
	return journal_open(&m->journal, NULL,
	    arena_take(&m->arena, "journal", 1, journal_memory(size)), size,
	    why);
}

static enum err
start_net(struct mpedge *m, struct out *why)
{
	const struct opt_tls *o = &m->options->tls;
	struct tls_setup setup = { .heap_bytes = (size_t)o->heap_bytes,
		.ca_file = o->ca_file[0] != '\0' ? o->ca_file : NULL,
		.verify = o->verify };
	struct log_line l;
	enum err e;

	setup.heap = arena_take(&m->arena, "TLS heap", 1, setup.heap_bytes);
	ws_heap_init(arena_take(&m->arena, "WebSocket heap", 1, WS_HEAP_BYTES),
	    WS_HEAP_BYTES);
	e = tls_init(&m->tls, &setup);
	if (e == ERR_TLS || e == ERR_FULL) {
		out_text(why, e == ERR_TLS
				  ? "TLS cannot begin; is there no /dev/random?"
				  : "tls.heap_bytes: too small to begin with");
		return e;
	}
	if (e != ERR_OK) {
		OUT_LITERAL(why, "tls.ca_file: ");
		out_text(why, o->ca_file);
		OUT_LITERAL(why, ": not a readable PEM file with certificates");
		return ERR_CONFIG;
	}
	if (!o->verify) {
		log_open(&l, LOG_WARN, "tls", "not_verified");
		log_text(&l, "why",
		    "tls.verify is false: anybody can pose as a venue");
		log_send(&l);
	}
	e = dns_init(&m->dns, &m->loop);
	if (e != ERR_OK)
		out_text(why, "the resolver could not be started");
	m->world.loop = &m->loop;
	m->world.dns = &m->dns;
	m->world.tls = &m->tls;
	m->world.counts = &m->counts;
	return e;
}

/* Nothing is answered before the first turn of the loop. */
static enum err
start_http(struct mpedge *m, struct out *why)
{
	if (!m->options->http.enabled)
		return ERR_OK;
	api_init(m);
	m->status.sockets = sockets_passed(m->reload.environment);
	return status_start(&m->status, &m->loop, m->options, &m->metrics,
	    &m->arena, MPEDGE_VERSION, why);
}

static enum err
start_sinks(struct mpedge *m, struct out *why)
{
	const struct options *o = m->options;
	enum err e = ERR_OK;

	hub_init(&m->hub, &m->loop, &m->journal, &m->arena,
	    o->journal.path[0] != '\0' ? o->journal.sync_ms : 0);
	app_replaced_start(m);
	about_init(m);
	if (o->nats.enabled)
		e = hub_add(&m->hub, &sink_nats, o, &m->world, &m->arena, why);
	if (e == ERR_OK && o->file.enabled)
		e = hub_add(&m->hub, &sink_file, o, &m->world, &m->arena, why);
	if (e == ERR_OK && o->clickhouse.enabled)
		e = hub_add(
		    &m->hub, &sink_clickhouse, o, &m->world, &m->arena, why);
	if (e == ERR_OK && o->redis.enabled)
		e = hub_add(&m->hub, &sink_redis, o, &m->world, &m->arena, why);
	return e;
}

/* Behind the sinks: its end of a turn follows theirs. */
static enum err
start_consume(struct mpedge *m, struct out *why)
{
	struct consume_setup setup = { .options = m->options,
		.loop = &m->loop,
		.hub = &m->hub,
		.arena = &m->arena };

	if (!m->options->consume.enabled)
		return ERR_OK;
	return consume_open(&m->consume, &setup, why);
}

static enum err
start_sources(struct mpedge *m, struct out *why)
{
	struct source_setup setup = { .all = m->options,
		.arena = &m->arena,
		.hub = &m->hub,
		.journal = &m->journal,
		.world = &m->world,
		.metrics = &m->metrics };

	enum err e = ERR_OK;

	for (enum venue_id v = 0; v < VENUE_COUNT && e == ERR_OK; v++) {
		if (!m->options->venue[v].enabled)
			continue;
		setup.venue = v;
		setup.options = &m->options->venue[v];
		setup.saved =
		    saved_of(m->state.body, span_of(venue_descs[v].name));
		tcp_random(&setup.seed, sizeof(setup.seed));
		e = source_init(&m->sources[m->source_count++], &setup, why);
	}
	return e;
}

static void
start_scheduler(struct mpedge *m)
{
	struct scheduler_setup setup = { .options = &m->options->scheduler,
		.loop = &m->loop,
		.metrics = &m->metrics,
		.journal = &m->journal,
		.arena = &m->arena,
		.sources = m->sources,
		.source_count = m->source_count,
		.instruments = source_read_lists };

	tcp_random(&setup.seed, sizeof(setup.seed));
	scheduler_init(&m->scheduler, &setup);
}

static void
hello(const struct mpedge *m)
{
	struct log_line l;

	log_open(&l, LOG_INFO, "app", "started");
	log_text(&l, "version", MPEDGE_VERSION);
	log_text(&l, "box", m->options->box.name);
	log_int(&l, "venues", m->source_count);
	log_int(&l, "sinks", m->hub.sink_count);
	log_text(&l, "journal",
	    m->options->journal.path[0] != '\0' ? m->options->journal.path
						: "ram");
	log_int(&l, "recovered", (int64_t)m->journal.recovered);
	log_send(&l);
}

const char *
app_version(void)
{
	return MPEDGE_VERSION;
}

enum err
app_start(struct mpedge *m, struct options *o, int signals, struct out *why)
{
	enum err e;

	m->options = o;
	loop_init(&m->loop);
	log_clock(&m->loop.wall);
	metrics_init(&m->metrics);
	m->started = m->loop.now;
	m->process.start_time = (uint64_t)(m->loop.wall.ns / NS_PER_MS);
	e = start_memory(m, why);
	if (e == ERR_OK)
		e = start_net(m, why);
	if (e == ERR_OK)
		e = start_http(m, why);
	/* From here on from inside. */
	if (e == ERR_OK)
		e = sandbox_enter(&m->sandbox, o, why);
	if (e == ERR_OK)
		e = start_journal(m, why);
	if (e == ERR_OK)
		syslog_start(&m->syslog, o, &m->loop, &m->dns);
	if (e == ERR_OK)
		e = start_sinks(m, why);
	if (e == ERR_OK)
		e = start_consume(m, why);
	if (e != ERR_OK)
		return e;
	state_init(m);
	e = start_sources(m, why);
	if (e != ERR_OK)
		return e;
	state_restore(m);
	start_scheduler(m);
	app_panels(m);
	lookout_init(&m->lookout, m);
	arena_seal(&m->arena);
	process_register_pools(m);
	m->drain.fire = on_drain;
	m->drain.owner = m;
	m->signals = (struct watch){ .fd = signals,
		.want = LOOP_READ,
		.ready = on_signals,
		.owner = m };
	loop_watch(&m->loop, &m->signals);
	hello(m);
	log_memory(m);
	for (unsigned i = 0; i < m->source_count; i++)
		source_start(&m->sources[i]);
	state_start(m);
	scheduler_start(&m->scheduler);
	lookout_start(&m->lookout);
	notify_init(m, m->reload.environment);
	notify_say(m, NOTIFY_READY);
	return ERR_OK;
}

void
app_stop(struct mpedge *m)
{
	struct log_line l;

	state_write(m);
	if (m->options->consume.enabled)
		consume_close(&m->consume);
	hub_close(&m->hub);
	flusher_stop(&m->flusher);
	journal_close(&m->journal);
	if (m->journal.spare) {
		log_open(&l, LOG_ERROR, "journal", "not_kept");
		log_int(
		    &l, "backlog_bytes", (int64_t)journal_backlog(&m->journal));
		log_text(&l, "why", strerror(m->journal.spare_error));
		log_send(&l);
	}
	log_open(&l, LOG_INFO, "app", "stopped");
	log_send(&l);
}
