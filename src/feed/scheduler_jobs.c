#include <string.h>

#include "core/log.h"
#include "feed/scheduler.h"

/* Symbols may come later: what counts is what is configured. */
static bool
collects(const struct scheduler_venue *v, enum channel c)
{
	const struct source *s = v->source;
	struct span rest = span_of(s->options->channels);
	struct span word;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		if (span_is(word, channel_name(c)))
			return s->venue->channels[c].how != OFFER_NONE;
	}
	return false;
}

bool
job_wanted(const struct scheduler_venue *v, enum job_id id)
{
	const struct venue *venue = v->source->venue;

	switch (id) {
	case JOB_open_interest:
		return collects(v, CHANNEL_INTEREST);
	case JOB_funding_history:
		return venue->funding_call != NULL &&
		       collects(v, CHANNEL_FUNDING);
	case JOB_instruments:
		return v->scheduler->setup.instruments != NULL;
	case JOB_audit:
		return collects(v, CHANNEL_BOOK);
	case JOB_late_liquidations:
		return venue->liquidations_late &&
		       collects(v, CHANNEL_LIQUIDATION);
	case JOB_cross_check:
		return collects(v, CHANNEL_TRADE);
	case JOB_coverage:
	case JOB_health:
		return true;
	case JOB_COUNT:
		break;
	}
	return false;
}

/* --- open interest -------------------------------------------------------- */

/* Has it come since the last run?  What is polled is asked for now. */
static bool
interest_came(struct scheduler_venue *v, unsigned i)
{
	struct source *s = v->source;
	int64_t before = v->interests[i];
	int64_t now = market_last_interest(s->market, i);

	v->interests[i] = now;
	if (now != before && now != TIME_NULL)
		return true;
	if (s->venue->channels[CHANNEL_INTEREST].how == OFFER_POLL)
		rest_poll_now(&s->rest, i);
	return false;
}

static void
interest_run(struct scheduler_job *j)
{
	struct scheduler_venue *v = j->venue;
	const struct market *m = v->source->market;
	unsigned wanted = 0, came = 0;
	int missing = -1;
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	for (unsigned i = 0; i < market_symbols(m); i++) {
		if (!market_wants(m, i, CHANNEL_INTEREST))
			continue;
		wanted++;
		if (interest_came(v, i))
			came++;
		else
			missing = (int)i;
	}
	out_init(&o, text, sizeof(text));
	out_u64(&o, came);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, wanted);
	OUT_LITERAL(&o, " came since the last run");
	if (missing >= 0) {
		OUT_LITERAL(&o, ", not ");
		out_span(
		    &o, symbol_unified(market_symbol(m, (unsigned)missing)));
	}
	/* At the first run nobody knows how long it was. */
	job_done_out(j, missing >= 0 && j->runs > 0 ? JOB_WARNING : JOB_OK, &o);
}

/* --- the others ----------------------------------------------------------- */

static void
instruments_run(struct scheduler_job *j)
{
	bool asked = j->scheduler->setup.instruments(j->venue->source);

	job_done(j, JOB_OK,
	    asked ? "the lists are asked for" : "they are being read already");
}

static void
coverage_run(struct scheduler_job *j)
{
	unsigned told, complete;
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	coverage_tell(&j->venue->coverage, &told, &complete);
	out_init(&o, text, sizeof(text));
	out_u64(&o, complete);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, told);
	OUT_LITERAL(&o, " complete");
	job_done_out(j, complete == told ? JOB_OK : JOB_WARNING, &o);
}

static const char *
level_name(enum health_level l)
{
	switch (l) {
	case HEALTH_PASS:
		return "healthy";
	case HEALTH_WARN:
		return "degraded";
	case HEALTH_FAIL:
		return "unhealthy";
	}
	return "unhealthy";
}

static void
tell_health(const struct health_check *c, enum health_level before)
{
	struct log_line l;

	log_open(
	    &l, c->level > before ? LOG_WARN : LOG_INFO, "health", "changed");
	log_text(&l, "part", c->name);
	log_text(&l, "from", level_name(before));
	log_text(&l, "to", level_name(c->level));
	log_text(&l, "why", c->why);
	log_send(&l);
}

static void
health_run(struct scheduler_job *j)
{
	struct scheduler *s = j->scheduler;
	const struct metrics *m = s->setup.metrics;
	enum health_level worst = HEALTH_PASS;
	struct health_check c;
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	for (unsigned i = 0; i < m->panel_count; i++) {
		const struct panel *p = &m->panels[i];

		if (!panel_judge(p, &c))
			continue;
		if (c.level != s->levels[i])
			tell_health(&c, s->levels[i]);
		s->levels[i] = c.level;
		worst = c.level > worst ? c.level : worst;
		if (c.level == HEALTH_PASS)
			continue;
		out_text(&o, o.len > 0 ? "; " : "");
		out_text(&o, c.name);
		OUT_LITERAL(&o, ": ");
		out_text(&o, c.why);
	}
	if (worst == HEALTH_PASS)
		OUT_LITERAL(&o, "all healthy");
	job_done_out(j, worst == HEALTH_PASS ? JOB_OK : JOB_WARNING, &o);
}

void
job_run(struct scheduler_job *j)
{
	switch (j->id) {
	case JOB_open_interest:
		interest_run(j);
		return;
	case JOB_funding_history:
		funding_run(&j->venue->rereads, j);
		return;
	case JOB_instruments:
		instruments_run(j);
		return;
	case JOB_audit:
		audit_run(&j->venue->audit, j);
		return;
	case JOB_late_liquidations:
		liquidations_run(&j->venue->rereads, j);
		return;
	case JOB_cross_check:
		cross_run(j->venue, j);
		return;
	case JOB_coverage:
		coverage_run(j);
		return;
	case JOB_health:
		health_run(j);
		return;
	case JOB_COUNT:
		break;
	}
}
