#include "core/log.h"
#include "core/must.h"
#include "feed/rest_internal.h"

enum {
	PATH_MAX_BYTES = 512,
	/* When another book has come, most likely. */
	ANOTHER_MS = 1000,
};

static void jobs_next(struct rest *r);

static void
arm(struct rest *r, struct mono due)
{
	if (!r->jobs_timer.armed || due.ns < r->jobs_timer.due.ns)
		timer_start(r->loop, &r->jobs_timer, due);
}

static void
unlink_job(struct rest *r, struct rest_job *j)
{
	struct rest_job **at = &r->jobs;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	j->queued = false;
}

/* The last quarter of the budget is for books and trades. */
static bool
affords(struct rest *r, const struct venue_call *call)
{
	uint32_t limit =
	    r->setup.weight_per_minute - r->setup.weight_per_minute / 4;
	uint32_t used = rest_weight(r);

	return used + call->weight <= limit || used == 0;
}

static bool
has_books(const struct rest *r)
{
	bool any = r->kind == REST_BOOK;

	for (unsigned i = 0; i < r->symbols; i++)
		any = any || r->wishes[i].book;
	return any;
}

int64_t
rest_book_wait(struct rest *r, unsigned symbol)
{
	char text[PATH_MAX_BYTES];
	struct venue_call call = { 0 };
	struct mono until = r->paused_until;
	struct out path;

	out_init(&path, text, sizeof(text));
	r->venue->book_call(market_symbol(r->market, symbol),
	    r->setup.book_limit, &path, &call);
	if (mono_due(until, r->loop->now) && has_books(r))
		until = mono_after_ms(r->loop->now, ANOTHER_MS);
	else if (mono_due(until, r->loop->now) && !affords(r, &call))
		until = rest_next_minute(r);
	return mono_due(until, r->loop->now)
		   ? 0
		   : mono_ms_between(r->loop->now, until);
}

static enum err
on_piece(struct httpc *h, int status, struct span bytes)
{
	struct rest *r = h->owner;
	enum err e;

	/* The body of a refusal is read no further. */
	if (status != 200)
		return ERR_OK;
	if (!r->job_began) {
		r->job_began = true;
		r->job_refusal = rest_body_refusal(bytes);
	}
	if (r->job_refusal != REFUSAL_NONE)
		return ERR_SYNTAX;
	e = r->job->piece(r->job, bytes);
	r->job_stopped = e != ERR_OK;
	return e;
}

static void
send_job(struct rest *r, struct rest_job *j)
{
	char text[PATH_MAX_BYTES];
	struct venue_call call = { 0 };
	struct out path;
	struct mono ready;
	enum err e;

	out_init(&path, text, sizeof(text));
	if (!j->write(j, &path, &call)) {
		unlink_job(r, j);
		arm(r, r->loop->now);
		return;
	}
	out_cstr(&path);
	must(!path.full);
	ready = mono_after_ms(r->job_sent_at, call.gap_ms);
	if (call.gap_ms > 0 && !mono_due(ready, r->loop->now)) {
		arm(r, ready);
		return;
	}
	if (!affords(r, &call)) {
		arm(r, rest_next_minute(r));
		return;
	}
	unlink_job(r, j);
	r->used = rest_weight(r) + call.weight;
	r->job = j;
	r->job_began = false;
	r->job_stopped = false;
	r->job_refusal = REFUSAL_NONE;
	r->job_sent_at = r->loop->now;
	r->metrics.requests++;
	r->metrics.weight_used = rest_weight(r);
	e = j->piece != NULL ? httpc_get_stream(&r->jobs_http, text, on_piece)
			     : httpc_get(&r->jobs_http, text);
	must(e == ERR_OK);
}

static void
jobs_next(struct rest *r)
{
	struct mono next = MONO_NEVER;

	if (r->job != NULL || r->jobs == NULL)
		return;
	if (!mono_due(r->paused_until, r->loop->now)) {
		arm(r, r->paused_until);
		return;
	}
	for (struct rest_job *j = r->jobs; j != NULL; j = j->next) {
		if (mono_due(j->due, r->loop->now)) {
			send_job(r, j);
			return;
		}
		next = mono_min(next, j->due);
	}
	arm(r, next);
}

static void
on_done(struct httpc *h, const struct httpc_reply *a)
{
	struct rest *r = h->owner;
	struct rest_job *j = r->job;
	enum err e = rest_heed(r, a, j->piece != NULL);
	struct log_line l;

	r->job = NULL;
	if (e != ERR_OK) {
		r->metrics.failures++;
		log_open(&l, LOG_WARN, "rest", "job_failed");
		log_text(&l, "venue", r->name);
		log_text(&l, "job", j->name);
		log_err(&l, e);
		log_int(&l, "http_status", a->status);
		log_text(&l, "refusal", rest_refusal_text(r->last));
		if (r->jobs_http.conn.why[0] != '\0' && a->error != ERR_OK)
			log_text(&l, "why", r->jobs_http.conn.why);
		log_send(&l);
	}
	j->done(j, e, a);
	arm(r, r->loop->now);
}

static void
on_timer(struct timer *t)
{
	jobs_next(t->owner);
}

void
rest_jobs_init(struct rest *r)
{
	r->jobs_timer.fire = on_timer;
	r->jobs_timer.owner = r;
	r->jobs_http.done = on_done;
	r->jobs_http.owner = r;
	r->jobs_http.headers = r->venue->rest_headers;
	r->jobs_http.watch_header = r->venue->weight_header;
}

void
rest_jobs_close(struct rest *r)
{
	timer_stop(r->loop, &r->jobs_timer);
	httpc_close(&r->jobs_http);
	r->job = NULL;
}

unsigned
rest_jobs_waiting(const struct rest *r)
{
	unsigned n = r->job != NULL;

	for (const struct rest_job *j = r->jobs; j != NULL; j = j->next)
		n++;
	return n;
}

void
rest_queue(struct rest *r, struct rest_job *j, int64_t after_ms)
{
	struct rest_job **at = &r->jobs;

	must(!j->queued && r->job != j);
	while (*at != NULL)
		at = &(*at)->next;
	*at = j;
	j->next = NULL;
	j->queued = true;
	j->due = mono_after_ms(r->loop->now, after_ms);
	arm(r, j->due);
}

void
rest_hurry(struct rest *r, struct rest_job *j, int64_t after_ms)
{
	struct mono due = mono_after_ms(r->loop->now, after_ms);

	if (r->job == j)
		return;
	if (!j->queued) {
		rest_queue(r, j, after_ms);
		return;
	}
	j->due = mono_min(j->due, due);
	arm(r, j->due);
}
