#include <string.h>

#include "app/app.h"
#include "core/log.h"

enum {
	DAY_S = 24 * 3600,
	/* A disk that has not answered for longer is told of. */
	DISK_SLOW_MS = 5000,
};

static void
refresh_journal(void *owner)
{
	struct mpedge *m = owner;
	struct journal_metrics *j = &m->journal_metrics;
	uint64_t up_ms = (uint64_t)mono_ms_between(m->started, m->loop.now);

	j->size = m->journal.size;
	j->backlog = journal_backlog(&m->journal);
	j->appended = m->journal.appended;
	j->refused = m->hub.refused;
	j->recovered = m->journal.recovered;
	j->damaged = m->hub.damaged;
	j->cut = m->journal.cut;
	j->sync_errors = m->journal.sync_errors;
	j->written = m->journal.written;
	j->written_a_day = j->written / (up_ms / 1000 + 1) * DAY_S;
	j->in_memory = m->journal.spare != 0;
	j->file_failures = m->journal.spares;
	j->faults = (uint64_t)m->journal.faults;
	j->flush = m->journal.flush;
	j->append = m->hub.append;
}

static void
number(struct out *o, const char *name, uint64_t value, bool more)
{
	out_json(o, span_of(name));
	out_char(o, ':');
	out_u64(o, value);
	if (more)
		out_char(o, ',');
}

static void
process_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;

	out_char(o, '{');
	number(o, "uptime_ms", m->process.uptime, true);
	number(o, "resident_bytes", m->process.resident, true);
	number(o, "carved_bytes", m->process.arena, true);
	number(o, "tls_heap_peak_bytes", m->process.tls_heap_peak, true);
	number(o, "cpu_ms", m->process.cpu, true);
	number(o, "reloads", m->process.reloads, true);
	number(o, "reloads_refused", m->process.reloads_refused, true);
	number(o, "loop_turns", m->process.loop_turns, false);
	out_char(o, '}');
}

static const char *
kept_in(const struct mpedge *m)
{
	return m->journal.fd >= 0 && !m->journal.spare ? "file" : "memory";
}

static void
sandbox_panel(void *owner, struct out *o)
{
	const struct mpedge *m = owner;

	out_char(o, '{');
	sandbox_json(&m->sandbox, o);
	out_char(o, '}');
}

static void
journal_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	const struct journal_metrics *j = &m->journal_metrics;

	OUT_LITERAL(o, "{\"path\":");
	out_json(o, span_of(m->options->journal.path));
	out_char(o, ',');
	number(o, "size_bytes", j->size, true);
	number(o, "backlog_bytes", j->backlog, true);
	number(o, "fill_permille", j->backlog * 1000 / j->size, true);
	number(o, "appended", j->appended, true);
	number(o, "refused", j->refused, true);
	number(o, "recovered", j->recovered, true);
	number(o, "cut", j->cut, true);
	number(o, "written_bytes", j->written, true);
	number(o, "written_bytes_a_day", j->written_a_day, true);
	number(o, "damaged", j->damaged, true);
	number(o, "file_failures", j->file_failures, true);
	OUT_LITERAL(o, "\"kept_in\":");
	out_json(o, span_of(kept_in(m)));
	out_char(o, ',');
	number(o, "sequence", m->journal.sequence, false);
	out_char(o, '}');
}

static void
tell_slow_disk(struct mpedge *m, struct health_check *h, struct out *o)
{
	int64_t ms = flusher_waits_ms(&m->flusher, m->loop.now);

	if (ms < DISK_SLOW_MS)
		return;
	if (h->level == HEALTH_PASS)
		h->level = HEALTH_WARN;
	OUT_LITERAL(o, "its disk has not answered for ");
	out_u64(o, (uint64_t)ms / 1000);
	OUT_LITERAL(o, " s, a power cut would lose what came since; ");
}

static void
journal_health(void *owner, struct health_check *h)
{
	struct mpedge *m = owner;
	uint64_t used = journal_backlog(&m->journal) * 100 / m->journal.size;
	struct out o;

	h->name = "journal";
	h->level = used >= 90   ? HEALTH_FAIL
		   : used >= 50 ? HEALTH_WARN
				: HEALTH_PASS;
	out_init(&o, h->why, sizeof(h->why) - 1);
	if (m->journal.spare) {
		if (h->level == HEALTH_PASS)
			h->level = HEALTH_WARN;
		OUT_LITERAL(&o, "its file cannot be used, records are kept in "
				"memory: ");
		out_text(&o, strerror(m->journal.spare_error));
		OUT_LITERAL(&o, "; ");
	}
	tell_slow_disk(m, h, &o);
	out_u64(&o, used);
	OUT_LITERAL(&o, " % of it waits for the slowest sink");
	h->why[o.len] = '\0';
}

/* Who reads collected_at is told from where on the clock is another one. */
static void
tell_jump(struct mpedge *m, int64_t moved_ns)
{
	char words[64];
	struct log_line l;
	struct out o;

	m->clock.steps++;
	log_open(&l, LOG_WARN, "app", "clock_jumped");
	log_int(&l, "by_ms", moved_ns / NS_PER_MS);
	log_send(&l);
	out_init(&o, words, sizeof(words));
	OUT_LITERAL(&o, "the clock of the box jumped by ");
	out_i64(&o, moved_ns / NS_PER_MS);
	OUT_LITERAL(&o, " ms");
	out_cstr(&o);
	for (unsigned i = 0; i < m->source_count; i++)
		source_event(&m->sources[i], "clock", "jumped", words);
}

/* The loop knows what a turn cost when the next one begins. */
static void
measure_turn(struct hook *hook)
{
	struct mpedge *m = hook->owner;
	int64_t moved;

	histogram_add(&m->process.loop_turn, m->loop.worked_ns);
	moved = clock_jump(&m->clock_watch, m->loop.now, m->loop.wall);
	if (moved != 0)
		tell_jump(m, moved);
}

/* --- the venues ----------------------------------------------------------- */

static void
connections_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->source_count; i++)
		source_connections(&m->sources[i], o, &first);
	out_char(o, ']');
}

static void
books_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->source_count; i++)
		source_books(&m->sources[i], o, &first);
	out_char(o, ']');
}

static void
symbols_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->source_count; i++)
		source_listing(&m->sources[i], o, &first);
	out_char(o, ']');
}

static void
missing_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->source_count; i++)
		source_missing(&m->sources[i], o, &first);
	out_char(o, ']');
}

static void
rest_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < m->source_count; i++)
		source_rest(&m->sources[i], o, &first);
	out_char(o, ']');
}

static void
records_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;

	out_char(o, '{');
	for (unsigned r = 0; r < RECORD_COUNT; r++) {
		uint64_t n = 0;

		for (unsigned i = 0; i < m->source_count; i++)
			n += m->sources[i].records[r].published;
		if (r > 0)
			out_char(o, ',');
		out_json(o, span_of(records[r].name));
		out_char(o, ':');
		out_u64(o, n);
	}
	out_char(o, '}');
}

static void
venue_panels(struct mpedge *m)
{
	struct panel made = { "records", m, records_json, NULL, NULL };
	struct panel feeds = { "connections", m, connections_json, NULL, NULL };
	struct panel books = { "books", m, books_json, NULL, NULL };
	struct panel symbols = { "symbols", m, symbols_json, NULL, NULL };
	struct panel missing = { "not_collected", m, missing_json, NULL, NULL };
	struct panel rest = { "rest", m, rest_json, NULL, NULL };

	/* A venue shows itself in its parts, and has its own opinion. */
	for (unsigned i = 0; i < m->source_count; i++) {
		struct panel venue = { m->sources[i].name, &m->sources[i], NULL,
			source_health, source_refresh };

		metrics_panel(&m->metrics, &venue);
	}
	metrics_panel(&m->metrics, &made);
	metrics_panel(&m->metrics, &feeds);
	metrics_panel(&m->metrics, &symbols);
	metrics_panel(&m->metrics, &missing);
	metrics_panel(&m->metrics, &books);
	metrics_panel(&m->metrics, &rest);
	scheduler_panels(&m->scheduler, &m->metrics);
}

void
app_panels(struct mpedge *m)
{
	struct panel process = { "process", m, process_json, NULL,
		process_refresh };
	struct panel journal = { "journal", m, journal_json, journal_health,
		refresh_journal };
	struct panel sandbox = { "sandbox", m, sandbox_panel, NULL, NULL };

	m->turn = (struct hook){ .run = measure_turn, .owner = m };
	loop_hook(&m->loop, &m->turn);
	process_register(m);
	box_facts_start(m);
	metrics_add(&m->metrics, METRICS_journal, &m->journal_metrics, "");
	venue_panels(m);
	if (m->options->consume.enabled)
		consume_panels(&m->consume, &m->metrics);
	hub_panels(&m->hub, &m->metrics);
	metrics_panel(&m->metrics, &journal);
	metrics_panel(&m->metrics, &process);
	metrics_add(&m->metrics, METRICS_sandbox, &m->sandbox.metrics, "");
	metrics_panel(&m->metrics, &sandbox);
	app_totals(m);
	app_replaced_panels(m);
}
