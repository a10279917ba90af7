#include "feed/scheduler.h"

enum {
	/* Rates of the history that are looked at. */
	HISTORY_S = 24 * 3600,
};

static struct source *
source_of(const struct rereads *r)
{
	return r->venue->source;
}

static bool
find_funded(struct rereads *r)
{
	const struct market *m = source_of(r)->market;

	while (r->funding_symbol < market_symbols(m) &&
	       !market_wants(m, r->funding_symbol, CHANNEL_FUNDING))
		r->funding_symbol++;
	return r->funding_symbol < market_symbols(m);
}

static void
funding_next(struct rereads *r)
{
	char text[SCHEDULER_RESULT_MAX];
	enum job_state state = JOB_OK;
	struct out o;

	if (find_funded(r)) {
		rest_queue(&source_of(r)->rest, &r->funding, 0);
		return;
	}
	out_init(&o, text, sizeof(text));
	out_u64(&o, r->funding_rows);
	OUT_LITERAL(&o, " paid rates compared, ");
	out_u64(&o, r->funding_missed);
	OUT_LITERAL(&o, " had not been seen");
	if (r->funding_failed > 0) {
		OUT_LITERAL(&o, ", ");
		out_u64(&o, r->funding_failed);
		OUT_LITERAL(&o, " calls failed");
		state = JOB_FAILED;
	} else if (r->funding_missed > 0) {
		state = JOB_WARNING;
	}
	job_done_out(r->funding_job, state, &o);
}

static bool
funding_write(struct rest_job *j, struct out *path, struct venue_call *call)
{
	struct rereads *r = j->owner;
	struct source *s = source_of(r);
	int64_t now = s->loop->wall.ns;

	s->venue->funding_call(market_symbol(s->market, r->funding_symbol),
	    now - HISTORY_S * NS_PER_S, now, path, call);
	return true;
}

static void
funding_done(struct rest_job *j, enum err e, const struct httpc_reply *a)
{
	struct rereads *r = j->owner;
	struct source *s = source_of(r);
	struct origin from = { .seen = s->loop->wall, .epoch = 0 };
	struct market_paid found = { 0, 0 };

	s->hub->stamp = (struct wall){ 0 };
	if (e == ERR_OK)
		e = market_funding_history(
		    s->market, r->funding_symbol, a->body, &from, &found);
	r->funding_rows += found.rows;
	r->funding_missed += found.missed;
	r->funding_failed += e != ERR_OK;
	r->venue->metrics.funding_rows += found.rows;
	r->venue->metrics.funding_missed += found.missed;
	r->funding_symbol++;
	funding_next(r);
}

void
funding_run(struct rereads *r, struct scheduler_job *j)
{
	r->funding_job = j;
	r->funding_symbol = 0;
	r->funding_rows = r->funding_missed = r->funding_failed = 0;
	funding_next(r);
}

void
funding_init(struct rereads *r)
{
	r->funding = (struct rest_job){ .owner = r,
		.name = "funding history",
		.write = funding_write,
		.done = funding_done };
}
