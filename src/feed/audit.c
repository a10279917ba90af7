#include "feed/audit.h"

#include "core/log.h"
#include "feed/scheduler.h"

enum {
	LOOK_MS = 50,
};

static void on_timer(struct timer *t);
static bool on_write(
    struct rest_job *j, struct out *path, struct venue_call *call);
static void on_answer(
    struct rest_job *j, enum err e, const struct httpc_reply *a);

void
audit_init(struct audit *a, struct source *s, struct arena *arena)
{
	a->source = s;
	a->notes.at = arena_take(
	    arena, "audit notes", AUDIT_NOTES, sizeof(struct audit_note));
	a->snapshot = arena_take(
	    arena, "audit snapshot", 1, sizeof(struct audit_snapshot));
	a->ours =
	    arena_take(arena, "audit levels", AUDIT_OURS, sizeof(struct level));
	a->timer = (struct timer){ .fire = on_timer, .owner = a };
	a->call = (struct rest_job){ .owner = a,
		.name = "audit",
		.write = on_write,
		.done = on_answer };
}

/* The only statement that changes the state. */
static void
audit_goto(struct audit *a, enum audit_state to)
{
	a->state = to;
}

void
audit_stop(struct audit *a)
{
	timer_stop(a->source->loop, &a->timer);
	audit_goto(a, AUDIT_IDLE);
}

static const struct symbol *
symbol_of(const struct audit *a)
{
	return market_symbol(a->source->market, a->symbol);
}

/* Is it still the book whose deltas were noted from the start? */
static bool
is_same(const struct audit *a)
{
	const struct sync *b = market_book(a->source->market, a->symbol);

	return market_book_live(a->source->market, a->symbol) &&
	       b->loads == a->loads && !a->notes.lost;
}

void
audit_record(struct audit *a, enum record_id id, const void *rec)
{
	const struct orderbook *b = rec;

	if (a->state == AUDIT_IDLE || id != RECORD_orderbook ||
	    b->update_type != UPDATE_DELTA || a->notes.lost ||
	    !span_eq(b->native_symbol, symbol_native(symbol_of(a))))
		return;
	audit_notes_add(&a->notes, b);
}

/* --- the end of one ------------------------------------------------------- */

static void
finish(struct audit *a, enum job_state state, const char *why)
{
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_span(&o, symbol_unified(symbol_of(a)));
	OUT_LITERAL(&o, ": ");
	out_text(&o, why);
	audit_stop(a);
	job_done_out(a->job, state, &o);
}

static void
undecided(struct audit *a, const char *why)
{
	a->job->venue->metrics.audits_undecided++;
	finish(a, JOB_OK, why);
}

/*
 * A book that differs because its stream brings nothing (field reports 1, 2 and
 * 24) would differ again: it stays invalid until the stream does.  Where
 * snapshots come in the stream one that comes says enough.
 */
static bool
is_heard(const struct audit *a)
{
	struct source *s = a->source;
	int i = source_stream(s, a->symbol, CHANNEL_BOOK, SPAN_NULL);
	struct feed *f =
	    i == SOURCE_NO_STREAM ? NULL : source_carrier(s, (unsigned)i);

	if (s->venue->books_in_stream || f == NULL)
		return true;
	return !feed_doubt(f, (unsigned)i);
}

static void
differs(struct audit *a, const char *why)
{
	struct source *s = a->source;
	struct log_line l;

	a->job->venue->metrics.audits_differed++;
	log_open(&l, LOG_ERROR, "audit", "book_differs");
	log_text(&l, "venue", s->name);
	log_span(&l, "symbol", symbol_native(symbol_of(a)));
	log_text(&l, "why", why);
	log_send(&l);
	s->hub->stamp = (struct wall){ 0 };
	market_book_wrong(
	    s->market, a->symbol, why, is_heard(a), s->loop->wall);
	finish(a, JOB_WARNING, why);
}

/* --- one look ------------------------------------------------------------- */

static void
wait_until(struct audit *a, enum audit_state state, int64_t most_ms)
{
	struct loop *l = a->source->loop;

	audit_goto(a, state);
	a->deadline = mono_after_ms(l->now, most_ms);
	timer_start(l, &a->timer, mono_after_ms(l->now, LOOK_MS));
}

static void
ask(struct audit *a)
{
	audit_goto(a, AUDIT_ASKED);
	rest_queue(&a->source->rest, &a->call, 0);
}

static void
look(struct audit *a)
{
	const struct sync *b = market_book(a->source->market, a->symbol);

	audit_notes_clear(&a->notes);
	a->from_id = b->id;
	a->loads = b->loads;
	wait_until(
	    a, AUDIT_LEADING, a->no_ids ? AUDIT_QUIET_MS : AUDIT_LEAD_MS);
}

static void
conclude(struct audit *a)
{
	const struct sync *b = market_book(a->source->market, a->symbol);
	struct scheduler_metrics *m = &a->job->venue->metrics;
	struct audit_result r = { 0 };

	audit_compare(&a->notes, a->snapshot, &b->book, a->ours, &r);
	m->audit_levels += r.compared;
	if (r.differs && a->confirming) {
		differs(a, r.why);
	} else if (r.differs) {
		a->confirming = true;
		look(a);
	} else if (r.compared == 0) {
		undecided(a, "everything has changed meanwhile");
	} else {
		m->audits_agreed++;
		finish(a, JOB_OK, "agrees");
	}
}

/* Has the stream come to what the snapshot is of? */
static bool
has_come(const struct audit *a)
{
	const struct sync *b = market_book(a->source->market, a->symbol);

	return a->snapshot->id != SEQ_NULL && b->id >= a->snapshot->id;
}

static void
on_timer(struct timer *t)
{
	struct audit *a = t->owner;
	struct loop *l = a->source->loop;
	bool over = mono_due(a->deadline, l->now);

	if (!is_same(a))
		undecided(a, "the book was loaded anew, or is too busy");
	else if (a->state == AUDIT_LEADING && over)
		ask(a);
	else if (a->state == AUDIT_LEADING)
		timer_start(l, t, mono_after_ms(l->now, LOOK_MS));
	else if (has_come(a) || (over && a->snapshot->id == SEQ_NULL))
		conclude(a);
	else if (over)
		undecided(a, "the stream did not come to the snapshot's id");
	else
		timer_start(l, t, mono_after_ms(l->now, LOOK_MS));
}

static bool
on_write(struct rest_job *j, struct out *path, struct venue_call *call)
{
	struct audit *a = j->owner;

	a->source->venue->book_call(symbol_of(a), AUDIT_LEVELS, path, call);
	return true;
}

static enum err
take(struct audit *a, const struct httpc_reply *reply)
{
	struct origin from = { .seen = a->source->loop->wall, .epoch = 0 };
	struct orderbook b;
	enum err e = market_read_book(
	    a->source->market, a->symbol, reply->body, &from, &b);

	return e == ERR_OK ? audit_take(a->snapshot, &b, AUDIT_LEVELS) : e;
}

static void
on_answer(struct rest_job *j, enum err e, const struct httpc_reply *reply)
{
	struct audit *a = j->owner;

	if (a->state != AUDIT_ASKED)
		return;
	if (e == ERR_OK)
		e = take(a, reply);
	if (e != ERR_OK) {
		finish(a, JOB_FAILED, err_text(e));
		return;
	}
	if (a->snapshot->id == SEQ_NULL && !a->no_ids) {
		/* Another look, which takes longer. */
		a->no_ids = true;
		look(a);
	} else if (a->no_ids) {
		a->snapshot->id = SEQ_NULL;
		wait_until(a, AUDIT_WAITING, AUDIT_QUIET_MS);
	} else if (a->from_id == SEQ_NULL || a->snapshot->id < a->from_id) {
		undecided(a, "the snapshot is older than the question");
	} else {
		wait_until(a, AUDIT_WAITING, AUDIT_WAIT_MS);
	}
}

void
audit_run(struct audit *a, struct scheduler_job *j)
{
	struct market *m = a->source->market;
	unsigned n = market_symbols(m);

	a->job = j;
	a->confirming = false;
	for (unsigned i = 0; i < n; i++) {
		a->symbol = (a->next + i) % n;
		if (!market_book_live(m, a->symbol))
			continue;
		a->next = (a->symbol + 1) % n;
		j->venue->metrics.audits++;
		look(a);
		return;
	}
	job_done(j, JOB_OK, "no book is live");
}
