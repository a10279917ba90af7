#include "feed/scheduler.h"

#include <string.h>

#include "core/log.h"
#include "core/must.h"

enum {
	/* First runs are spread over this much. */
	FIRST_MS = 60 * 1000,
	/* Later ones come up to this share of the period sooner or later. */
	JITTER_SHARE = 20,
	/* The timer looks at least this often: the wall clock may be set. */
	LOOK_MS = 1000,
};

/* What a row of jobs.def says. */
struct job_desc {
	bool of_venue;
	size_t period;
};

/* clang-format off */
enum { SCOPE_BOX, SCOPE_VENUE };
static const struct job_desc descs[JOB_COUNT] = {
#define JOB(name, scope, period, doc) \
	[JOB_##name] = { SCOPE_##scope == SCOPE_VENUE, \
	    offsetof(struct opt_scheduler, period) },
#include "tables/jobs.def"
#undef JOB
};
/* clang-format on */

/* --- when ----------------------------------------------------------------- */

static void
arm(struct scheduler *s)
{
	struct mono due = mono_after_ms(s->loop->now, LOOK_MS);

	for (unsigned i = 0; i < s->job_count; i++) {
		if (!s->jobs[i].running && s->jobs[i].period_ms > 0)
			due = mono_min(due, s->jobs[i].due);
	}
	if (mono_due(due, s->loop->now))
		due = mono_after_ms(s->loop->now, 1);
	timer_start(s->loop, &s->timer, due);
}

/* Coverage tells of whole minutes of the clock. */
static int64_t
to_boundary_ms(const struct scheduler_job *j)
{
	int64_t now_ms = j->scheduler->loop->wall.ns / NS_PER_MS;

	return j->period_ms - now_ms % j->period_ms;
}

static void
plan(struct scheduler_job *j)
{
	struct scheduler *s = j->scheduler;
	int64_t share = j->period_ms / JITTER_SHARE;
	int64_t ms = j->period_ms - share / 2 +
		     (int64_t)random_below(&s->random, (uint64_t)share + 1);

	if (j->id == JOB_coverage)
		ms = to_boundary_ms(j);
	j->due = mono_after_ms(s->loop->now, ms);
}

static void
plan_first(struct scheduler_job *j)
{
	struct scheduler *s = j->scheduler;
	int64_t most = j->period_ms < FIRST_MS ? j->period_ms : FIRST_MS;
	int64_t ms = 1 + (int64_t)random_below(&s->random, (uint64_t)most);

	if (j->id == JOB_coverage)
		ms = to_boundary_ms(j);
	j->due = mono_after_ms(s->loop->now, ms);
}

/* --- runs ----------------------------------------------------------------- */

static void
run(struct scheduler_job *j)
{
	struct scheduler *s = j->scheduler;

	plan(j);
	/* The one before is not done. */
	if (j->running)
		return;
	j->running = true;
	j->began = s->loop->now;
	j->last = s->loop->wall;
	j->metrics.last_run_timestamp =
	    (uint64_t)(s->loop->wall.ns / NS_PER_MS);
	job_run(j);
}

static void
on_timer(struct timer *t)
{
	struct scheduler *s = t->owner;

	for (unsigned i = 0; i < s->job_count; i++) {
		if (s->jobs[i].period_ms > 0 &&
		    mono_due(s->jobs[i].due, s->loop->now))
			run(&s->jobs[i]);
	}
	arm(s);
}

static void
log_change(const struct scheduler_job *j, enum job_state before)
{
	struct log_line l;
	bool bad = j->verdict == JOB_FAILED || j->verdict == JOB_WARNING;

	if (j->verdict == before || (!bad && before == JOB_WAITING))
		return;
	log_open(&l, bad ? LOG_WARN : LOG_INFO, "scheduler", "job");
	log_text(&l, "job", j->name);
	log_text(&l, "state",
	    j->verdict == JOB_FAILED    ? "failed"
	    : j->verdict == JOB_WARNING ? "warning"
					: "ok");
	log_text(&l, "result", j->result);
	log_send(&l);
}

void
job_done(struct scheduler_job *j, enum job_state state, const char *text)
{
	struct scheduler *s = j->scheduler;
	struct scheduler_metrics *m =
	    j->venue != NULL ? &j->venue->metrics : &s->metrics;
	enum job_state before = j->verdict;
	struct span t = span_of(text);

	must(j->running);
	j->running = false;
	j->verdict = state;
	j->runs++;
	j->took_ms = mono_ms_between(j->began, s->loop->now);
	m->runs++;
	m->failures += state == JOB_FAILED;
	j->metrics.runs++;
	j->metrics.warnings += state == JOB_WARNING;
	j->metrics.failures += state == JOB_FAILED;
	histogram_add(&j->metrics.duration, s->loop->now.ns - j->began.ns);
	if (t.len >= sizeof(j->result))
		t.len = sizeof(j->result) - 1;
	memcpy(j->result, t.at, t.len);
	j->result[t.len] = '\0';
	log_change(j, before);
}

void
job_done_out(struct scheduler_job *j, enum job_state state, struct out *text)
{
	char whole[SCHEDULER_RESULT_MAX];
	struct out o;

	/* What does not fit is cut. */
	out_init(&o, whole, sizeof(whole) - 1);
	out_span(&o, out_done(text));
	whole[o.len] = '\0';
	job_done(j, state, whole);
}

/* --- start and end -------------------------------------------------------- */

static void
on_record(struct source_watcher *w, enum record_id id, const void *rec)
{
	struct scheduler_venue *v = w->owner;

	if (id == RECORD_gap)
		coverage_gap(&v->coverage, rec);
	else
		audit_record(&v->audit, id, rec);
}

static void
on_lost(struct source_watcher *w, unsigned stream)
{
	struct scheduler_venue *v = w->owner;

	coverage_lost(&v->coverage, stream);
}

static void
write_name(struct scheduler_job *j)
{
	struct out o;

	out_init(&o, j->name, sizeof(j->name) - 1);
	if (j->venue != NULL) {
		out_text(&o, j->venue->source->name);
		out_char(&o, ':');
	}
	out_text(&o, job_name(j->id));
	j->name[o.len] = '\0';
}

static int64_t
period_ms(const struct scheduler *s, enum job_id id)
{
	int64_t period_s;

	memcpy(&period_s, (const char *)s->options + descs[id].period,
	    sizeof(period_s));
	return period_s * 1000;
}

static void
add_job(struct scheduler *s, enum job_id id, struct scheduler_venue *v)
{
	struct scheduler_job *j = &s->jobs[s->job_count];

	if (period_ms(s, id) == 0 || (v != NULL && !job_wanted(v, id)))
		return;
	j->scheduler = s;
	j->venue = v;
	j->id = id;
	j->period_ms = period_ms(s, id);
	write_name(j);
	s->job_count++;
}

static void
add_venue(struct scheduler *s, struct source *source)
{
	struct scheduler_venue *v = &s->venues[s->venue_count++];
	struct arena *a = s->setup.arena;

	v->scheduler = s;
	v->source = source;
	v->watcher = (struct source_watcher){ v, on_record, on_lost };
	audit_init(&v->audit, source, a);
	coverage_init(&v->coverage, source, a);
	rereads_init(&v->rereads, v, a);
	cross_init(&v->cross, source, a);
	v->interests = arena_take(a, "open interest seen", source->rest.symbols,
	    sizeof(*v->interests));
	for (enum job_id id = 0; id < JOB_COUNT; id++) {
		if (descs[id].of_venue)
			add_job(s, id, v);
	}
	source->watcher = &v->watcher;
}

void
scheduler_init(struct scheduler *s, const struct scheduler_setup *setup)
{
	memset(s, 0, sizeof(*s));
	s->setup = *setup;
	s->options = setup->options;
	s->loop = setup->loop;
	s->timer = (struct timer){ .fire = on_timer, .owner = s };
	random_init(&s->random, setup->seed);
	if (!s->options->enabled)
		return;
	for (unsigned i = 0; i < setup->source_count; i++)
		add_venue(s, &setup->sources[i]);
	for (enum job_id id = 0; id < JOB_COUNT; id++) {
		if (!descs[id].of_venue)
			add_job(s, id, NULL);
	}
}

void
scheduler_start(struct scheduler *s)
{
	for (unsigned i = 0; i < s->venue_count; i++)
		coverage_start(&s->venues[i].coverage);
	for (unsigned i = 0; i < s->job_count; i++)
		plan_first(&s->jobs[i]);
	if (s->job_count > 0)
		arm(s);
}

static struct scheduler_job *
find_job(struct scheduler *s, enum job_id id, const struct scheduler_venue *v)
{
	for (unsigned i = 0; i < s->job_count; i++) {
		if (s->jobs[i].id == id && s->jobs[i].venue == v)
			return &s->jobs[i];
	}
	return NULL;
}

/* Jobs keep their places: their calls may be under way. */
static void
change_job(struct scheduler *s, enum job_id id, struct scheduler_venue *v)
{
	struct scheduler_job *j = find_job(s, id, v);
	unsigned had = s->job_count;

	if (j == NULL) {
		add_job(s, id, v);
		if (s->job_count > had)
			plan_first(&s->jobs[had]);
		return;
	}
	if (j->period_ms == period_ms(s, id))
		return;
	j->period_ms = period_ms(s, id);
	if (j->period_ms > 0)
		plan_first(j);
}

void
scheduler_change(struct scheduler *s)
{
	if (!s->options->enabled || s->stopped)
		return;
	for (enum job_id id = 0; id < JOB_COUNT; id++) {
		for (unsigned i = 0; descs[id].of_venue && i < s->venue_count;
		     i++)
			change_job(s, id, &s->venues[i]);
		if (!descs[id].of_venue)
			change_job(s, id, NULL);
	}
	arm(s);
}

void
scheduler_stop(struct scheduler *s)
{
	unsigned told, complete;

	if (s->stopped)
		return;
	s->stopped = true;
	timer_stop(s->loop, &s->timer);
	for (unsigned i = 0; i < s->venue_count; i++) {
		struct scheduler_venue *v = &s->venues[i];

		/* What there was of the last minute. */
		if (s->options->coverage_s > 0)
			coverage_tell(&v->coverage, &told, &complete);
		audit_stop(&v->audit);
		v->source->watcher = NULL;
	}
}
