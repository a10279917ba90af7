#include "feed/scheduler.h"

/* clang-format off */
static const char *const names[JOB_COUNT] = {
#define JOB(name, scope, period, doc) [JOB_##name] = #name,
#include "tables/jobs.def"
#undef JOB
};

static const char *const docs[JOB_COUNT] = {
#define JOB(name, scope, period, doc) [JOB_##name] = doc,
#include "tables/jobs.def"
#undef JOB
};
/* clang-format on */

const char *
job_name(enum job_id id)
{
	return names[id];
}

const char *
job_doc(enum job_id id)
{
	return docs[id];
}

static const char *
state_name(const struct scheduler_job *j)
{
	static const char *const words[] = {
		[JOB_WAITING] = "waiting",
		[JOB_RUNNING] = "running",
		[JOB_OK] = "ok",
		[JOB_WARNING] = "warning",
		[JOB_FAILED] = "failed",
	};

	return words[j->running ? JOB_RUNNING : j->verdict];
}

static void
moment(struct out *o, const char *name, struct wall t)
{
	out_json(o, span_of(name));
	out_char(o, ':');
	if (t.ns == 0) {
		OUT_LITERAL(o, "null,");
		return;
	}
	out_char(o, '"');
	out_time(o, t);
	OUT_LITERAL(o, "\",");
}

static struct wall
next_run(const struct scheduler_job *j)
{
	const struct loop *l = j->scheduler->loop;

	if (j->scheduler->stopped)
		return (struct wall){ 0 };
	return (struct wall){ l->wall.ns + j->due.ns - l->now.ns };
}

static void
job_json(const struct scheduler_job *j, struct out *o)
{
	out_member_text(o, "state", span_of(state_name(j)));
	out_member_text(o, "result", span_of(j->result));
	moment(o, "last_run", j->last);
	moment(o, "next_run", next_run(j));
	out_member_i64(o, "run_count", (int64_t)j->runs);
	out_member_i64(o, "took_ms", j->took_ms);
}

static int64_t
count_jobs(const struct scheduler *s)
{
	int64_t n = 0;

	for (unsigned i = 0; i < s->job_count; i++)
		n += s->jobs[i].period_ms > 0;
	return n;
}

/* As the service before spelled it, with more members. */
static void
page_json(void *owner, struct out *o)
{
	struct scheduler *s = owner;
	bool first = true;

	if (!s->options->enabled) {
		OUT_LITERAL(o,
		    "{\"scheduler_enabled\":false,\"message\":\"scheduler."
		    "enabled is false\",\"available\":false}");
		return;
	}
	OUT_LITERAL(
	    o, "{\"scheduler_enabled\":true,\"scheduler_available\":true,");
	moment(o, "timestamp", s->loop->wall);
	OUT_LITERAL(o, "\"scheduler_running\":");
	out_text(o, s->stopped ? "false," : "true,");
	out_member_i64(o, "total_jobs", count_jobs(s));
	OUT_LITERAL(o, "\"jobs\":{");
	for (unsigned i = 0; i < s->job_count; i++) {
		const struct scheduler_job *j = &s->jobs[i];

		if (j->period_ms == 0)
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_json(o, span_of(j->name));
		OUT_LITERAL(o, ":{");
		out_member_text(o, "description", span_of(job_doc(j->id)));
		out_member_text(o, "job", span_of(job_name(j->id)));
		if (j->venue != NULL)
			out_member_text(
			    o, "venue", span_of(j->venue->source->name));
		else
			OUT_LITERAL(o, "\"venue\":null,");
		out_member_text(o, "trigger_type", span_of("interval"));
		out_member_i64(o, "period_s", j->period_ms / 1000);
		job_json(j, o);
		OUT_LITERAL(o, "\"enabled\":true}");
	}
	OUT_LITERAL(o, "}}");
}

static void
panel_json(void *owner, struct out *o)
{
	struct scheduler *s = owner;
	bool first = true;

	out_char(o, '[');
	for (unsigned i = 0; i < s->job_count; i++) {
		const struct scheduler_job *j = &s->jobs[i];

		if (j->period_ms == 0)
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_char(o, '{');
		out_member_text(o, "job", span_of(j->name));
		job_json(j, o);
		OUT_LITERAL(o, "\"period_s\":");
		out_i64(o, j->period_ms / 1000);
		out_char(o, '}');
	}
	out_char(o, ']');
}

static void
add_metrics(struct metrics *m, const struct scheduler_metrics *values,
    const char *venue)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(&o, "venue", venue);
	metrics_add(m, METRICS_scheduler, values, out_cstr(&o));
}

static void
add_job_metrics(struct metrics *m, const struct scheduler_job *j)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	metrics_label(
	    &o, "venue", j->venue != NULL ? j->venue->source->name : "");
	metrics_label(&o, "job", job_name(j->id));
	metrics_add(m, METRICS_job, &j->metrics, out_cstr(&o));
}

void
scheduler_panels(struct scheduler *s, struct metrics *m)
{
	struct panel jobs = { "scheduler", s, panel_json, NULL, NULL };
	struct metrics_page page = { "/scheduler", s, page_json };
	struct metrics_page api = { "/api/v1/scheduler/status", s, page_json };

	metrics_page(m, &page);
	metrics_page(m, &api);
	if (!s->options->enabled)
		return;
	metrics_panel(m, &jobs);
	add_metrics(m, &s->metrics, "");
	for (unsigned i = 0; i < s->venue_count; i++)
		add_metrics(
		    m, &s->venues[i].metrics, s->venues[i].source->name);
	for (unsigned i = 0; i < s->job_count; i++)
		add_job_metrics(m, &s->jobs[i]);
}
