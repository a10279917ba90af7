#include <sys/resource.h>
#include <sys/utsname.h>

#include "app/app.h"
#include "app/versions.h"

/* --- rates -----------------------------------------------------------------
 */

static uint64_t
cpu_ms(void)
{
	struct rusage u;

	if (getrusage(RUSAGE_SELF, &u) != 0)
		return 0;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static uint64_t
records_made(const struct source *s)
{
	uint64_t n = 0;

	for (unsigned r = 0; r < RECORD_COUNT; r++)
		n += s->records[r].published;
	return n;
}

static uint64_t
sample_feeds(struct source *s, int64_t elapsed_ms)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < s->lane_count * 2; i++) {
		struct feed *f = &s->lanes[i / 2].feeds[i % 2];

		rate_sample(&f->rate, f->metrics.messages, elapsed_ms);
		n += f->metrics.messages;
	}
	return n;
}

static void
sample(struct timer *t)
{
	struct mpedge *m = t->owner;
	struct rates *r = &m->rates;
	int64_t ms = mono_ms_between(r->at, m->loop.now);
	uint64_t messages = 0, made = 0;

	for (unsigned i = 0; i < m->source_count; i++) {
		messages += sample_feeds(&m->sources[i], ms);
		made += records_made(&m->sources[i]);
	}
	for (unsigned i = 0; i < m->hub.sink_count; i++) {
		struct hub_sink *k = &m->hub.sinks[i];

		rate_sample(&k->rate, k->sink.counts.confirmed, ms);
	}
	rate_sample(&r->messages, messages, ms);
	rate_sample(&r->records, made, ms);
	rate_sample(&r->cpu, cpu_ms(), ms);
	r->at = m->loop.now;
	timer_start(&m->loop, t, mono_after_ms(m->loop.now, RATE_MS));
}

/* --- panels ----------------------------------------------------------------
 */

static void
rate(struct out *o, const char *name, const struct rate *r)
{
	out_json(o, span_of(name));
	out_char(o, ':');
	rate_json(r, o);
	out_char(o, ',');
}

struct market_metrics
app_sum(const struct mpedge *m)
{
	struct market_metrics t = { 0 };

	for (unsigned i = 0; i < m->source_count; i++) {
		const struct market_metrics *v = &m->sources[i].metrics;

		t.connections += v->connections;
		t.connections_live += v->connections_live;
		t.symbols += v->symbols;
		t.books += v->books;
		t.books_live += v->books_live;
		t.holes += v->holes;
	}
	return t;
}

unsigned
app_sinks_up(const struct mpedge *m)
{
	unsigned up = 0;

	for (unsigned i = 0; i < m->hub.sink_count; i++)
		up += m->hub.sinks[i].up;
	return up;
}

static void
totals_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	struct market_metrics t = app_sum(m);

	out_char(o, '{');
	rate(o, "messages", &m->rates.messages);
	rate(o, "records", &m->rates.records);
	rate(o, "cpu", &m->rates.cpu);
	out_member_u64(o, "cpu_permille", rate_now(&m->rates.cpu));
	out_member_u64(o, "connections", t.connections);
	out_member_u64(o, "connections_live", t.connections_live);
	out_member_u64(o, "symbols", t.symbols);
	out_member_u64(o, "books", t.books);
	out_member_u64(o, "books_live", t.books_live);
	out_member_u64(o, "holes", t.holes);
	out_member_u64(o, "sinks", m->hub.sink_count);
	OUT_LITERAL(o, "\"sinks_up\":");
	out_u64(o, app_sinks_up(m));
	out_char(o, '}');
}

static void
clock_json(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	const struct clock_metrics *c = &m->clock;

	OUT_LITERAL(o, "{\"utc\":\"");
	out_time(o, m->loop.wall);
	OUT_LITERAL(o, "\",");
	out_member_text(o, "state",
	    c->synchronized ? SPAN("synchronised") : SPAN("not synchronised"));
	out_member_u64(o, "estimated_error_ms", c->estimated_error);
	out_member_u64(o, "most_error_ms", c->max_error);
	OUT_LITERAL(o, "\"steps\":");
	out_u64(o, c->steps);
	out_char(o, '}');
}

static void
versions(void *owner, struct out *o)
{
	struct utsname u;

	(void)owner;
	out_char(o, '{');
	out_member_text(o, "mpedge", span_of(app_version()));
	out_member_text(o, "commit", versions_commit(app_version()));
	out_member_text(o, "sbom_sha256", span_of(sbom_sha256));
	if (uname(&u) == 0) {
		out_member_text(o, "kernel", span_of(u.release));
		out_member_text(o, "machine", span_of(u.machine));
	}
	out_member_text(o, "compiler", SPAN("gcc " __VERSION__));
	out_text(o, versions_json);
	out_char(o, '}');
}

void
app_totals(struct mpedge *m)
{
	struct panel totals = { "totals", m, totals_json, NULL, NULL };
	struct panel clock = { "clock", m, clock_json, NULL, NULL };
	struct panel linked = { "versions", m, versions, NULL, NULL };

	metrics_panel(&m->metrics, &totals);
	metrics_panel(&m->metrics, &clock);
	metrics_panel(&m->metrics, &linked);
	m->rates.at = m->loop.now;
	m->rates.timer = (struct timer){ .fire = sample, .owner = m };
	timer_start(
	    &m->loop, &m->rates.timer, mono_after_ms(m->loop.now, RATE_MS));
}
