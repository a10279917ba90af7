#include "app/about.h"

#include "app/app.h"
#include "app/versions.h"
#include "status/parts.h"

/* Instead of the comma behind the last member. */
static void
end(struct out *o, char bracket)
{
	if (o->len > 0 && o->at[o->len - 1] == ',')
		o->len--;
	out_char(o, bracket);
}

static void
out_rate(struct out *o, const char *name, const struct rate *r)
{
	out_member(o, name);
	OUT_LITERAL(o, "{\"per_second\":");
	out_u64(o, rate_now(r));
	OUT_LITERAL(o, "},");
}

static void
out_totals(struct mpedge *m, struct out *o)
{
	struct market_metrics t;

	for (unsigned i = 0; i < m->source_count; i++)
		source_refresh(&m->sources[i]);
	t = app_sum(m);
	OUT_LITERAL(o, "\"totals\":{");
	out_rate(o, "messages", &m->rates.messages);
	out_rate(o, "records", &m->rates.records);
	out_member_u64(o, "connections", t.connections);
	out_member_u64(o, "connections_live", t.connections_live);
	out_member_u64(o, "books", t.books);
	out_member_u64(o, "books_live", t.books_live);
	out_member_u64(o, "holes", t.holes);
	out_member_u64(o, "sinks", m->hub.sink_count);
	out_member_u64(o, "sinks_up", app_sinks_up(m));
	end(o, '}');
	out_char(o, ',');
}

static void
out_sinks(const struct mpedge *m, struct out *o)
{
	OUT_LITERAL(o, "\"sinks\":[");
	for (unsigned i = 0; i < m->hub.sink_count; i++) {
		const struct hub_sink *k = &m->hub.sinks[i];

		out_char(o, '{');
		out_member_text(o, "name", span_of(k->sink.type->name));
		out_member_text(o, "state", k->up ? SPAN("up") : SPAN("down"));
		out_member_u64(
		    o, "behind_bytes", m->journal.head - k->cursor->position);
		out_member_u64(o, "lost", k->metrics.lost);
		end(o, '}');
		out_char(o, ',');
	}
	end(o, ']');
	out_char(o, ',');
}

static void
out_journal(const struct mpedge *m, struct out *o)
{
	uint64_t backlog = journal_backlog(&m->journal);

	OUT_LITERAL(o, "\"journal\":{");
	out_member_u64(o, "backlog_bytes", backlog);
	out_member_u64(o, "fill_permille", backlog * 1000 / m->journal.size);
	out_member_u64(o, "appended", m->journal.appended);
	end(o, '}');
	out_char(o, ',');
}

static void
status(void *owner, struct out *o)
{
	struct mpedge *m = owner;
	struct health_check worst = { .why = "" };
	enum health_level level = status_judge(&m->metrics, &worst);
	int64_t up_ms = mono_ms_between(m->started, m->loop.now);

	out_char(o, '{');
	out_member_text(o, "status", span_of(status_level_name(level)));
	out_member_text(o, "output", span_of(worst.why));
	OUT_LITERAL(o, "\"timestamp\":\"");
	out_time(o, m->loop.wall);
	OUT_LITERAL(o, "\",");
	out_member_i64(o, "uptime_seconds", up_ms / 1000);
	out_member_text(o, "service", SPAN("mpedge"));
	out_member_text(o, "version", span_of(app_version()));
	out_member_text(o, "box", span_of(m->options->box.name));
	out_totals(m, o);
	out_journal(m, o);
	out_sinks(m, o);
	OUT_LITERAL(o, "\"clock\":{\"state\":");
	out_json(o, m->clock.synchronized ? SPAN("synchronised")
					  : SPAN("not synchronised"));
	out_char(o, '}');
	if (m->box_facts.path != NULL) {
		OUT_LITERAL(o, ",\"appliance\":");
		box_facts_json(&m->box_facts, o);
	}
	out_char(o, '}');
}

static void
metadata(void *owner, struct out *o)
{
	const struct mpedge *m = owner;

	box_facts_metadata(&m->box_facts, o);
	out_member_text(o, "sbom", span_of(sbom_sha256));
}

void
about_init(struct mpedge *m)
{
	m->about = (struct sink_about){ .owner = m,
		.version = app_version(),
		.metadata = metadata,
		.status = status };
	m->hub.about = &m->about;
}
