#include "feed/scheduler.h"

/*
 * Late liquidations.  Each run notes which trade was the last one then; what is
 * older than the delay is read again page by page, symbol after symbol, and how
 * far that came is a mark in the journal, so that a restart goes on there.
 */

static bool on_write(
    struct rest_job *j, struct out *path, struct venue_call *call);
static void on_page(
    struct rest_job *j, enum err e, const struct httpc_reply *a);
void
rereads_init(struct rereads *r, struct scheduler_venue *v, struct arena *a)
{
	r->venue = v;
	r->room = v->source->rest.symbols;
	if (v->source->venue->liquidations_late)
		r->symbols = arena_take(
		    a, "trades to read again", r->room, sizeof(*r->symbols));
	r->trades = (struct rest_job){ .owner = r,
		.name = "trades again",
		.write = on_write,
		.done = on_page };
	funding_init(r);
}

static struct source *
source_of(const struct rereads *r)
{
	return r->venue->source;
}

/* --- which trades --------------------------------------------------------- */

static void
meet(struct rereads *r, unsigned i, struct reread_symbol *y, uint64_t who)
{
	struct source *s = source_of(r);
	char name[JOURNAL_NAME_MAX];
	struct out o;

	*y = (struct reread_symbol){ .who = who, .next = SEQ_NULL };
	out_init(&o, name, sizeof(name));
	out_text(&o, s->name);
	out_char(&o, ':');
	out_span(&o, symbol_native(market_symbol(s->market, i)));
	OUT_LITERAL(&o, ":reread");
	out_cstr(&o);
	if (!o.full)
		y->mark =
		    journal_mark(r->venue->scheduler->setup.journal, name);
	if (y->mark != NULL && *y->mark != SEQ_NULL)
		y->next = *y->mark;
}

static void
move_to(struct rereads *r, struct reread_symbol *y, int64_t next)
{
	y->next = next;
	if (y->mark != NULL)
		hub_mark(source_of(r)->hub, y->mark, next);
}

/* One step each twentieth of the delay. */
static void
note_step(struct rereads *r, unsigned i)
{
	struct source *s = source_of(r);
	struct reread_symbol *y = &r->symbols[i];
	struct mono now = s->loop->now;
	int64_t last = market_last_trade(s->market, i);
	uint64_t who = span_hash(symbol_native(market_symbol(s->market, i)));
	int64_t each_ms = r->venue->scheduler->options->liquidation_delay_s *
			  1000 / (REREAD_STEPS - 2);

	if (y->who != who)
		meet(r, i, y, who);
	if (last == SEQ_NULL)
		return;
	/* What was before the first start is not read again. */
	if (y->next == SEQ_NULL || y->next > last + 1)
		move_to(r, y, market_first_trade(s->market, i));
	if (y->steps[y->step].at.ns != 0 &&
	    mono_ms_between(y->steps[y->step].at, now) < each_ms)
		return;
	y->step = (y->step + 1) % REREAD_STEPS;
	y->steps[y->step] = (struct reread_step){ now, last };
}

/* The last trade of which the delay is over, SEQ_NULL when there is none. */
static int64_t
last_due(const struct rereads *r, const struct reread_symbol *y)
{
	struct mono now = source_of(r)->loop->now;
	int64_t delay_ms =
	    r->venue->scheduler->options->liquidation_delay_s * 1000;
	int64_t last = SEQ_NULL;

	for (unsigned k = 0; k < REREAD_STEPS; k++) {
		const struct reread_step *p = &y->steps[k];

		if (p->at.ns != 0 && p->last > last &&
		    mono_ms_between(p->at, now) >= delay_ms)
			last = p->last;
	}
	return last;
}

/* The next symbol, this one included, that has something to be read. */
static bool
find_due(struct rereads *r)
{
	const struct market *m = source_of(r)->market;

	for (;
	     r->trades_symbol < market_symbols(m) && r->trades_symbol < r->room;
	     r->trades_symbol++) {
		const struct reread_symbol *y = &r->symbols[r->trades_symbol];

		if (!market_wants(m, r->trades_symbol, CHANNEL_LIQUIDATION) ||
		    y->next == SEQ_NULL)
			continue;
		r->until = last_due(r, y);
		if (r->until != SEQ_NULL && y->next <= r->until)
			return true;
	}
	return false;
}

/* --- pages ---------------------------------------------------------------- */

static void
liquidations_end(struct rereads *r, enum err e)
{
	const struct source *s = source_of(r);
	uint64_t found =
	    s->records[RECORD_liquidation].published - r->found_before;
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_u64(&o, r->pages);
	OUT_LITERAL(&o, " pages, ");
	out_u64(&o, found);
	OUT_LITERAL(&o, " liquidations");
	if (e != ERR_OK) {
		OUT_LITERAL(&o, "; ");
		out_text(&o, err_text(e));
	}
	job_done_out(r->trades_job, e == ERR_OK ? JOB_OK : JOB_FAILED, &o);
}

static void
next_page(struct rereads *r)
{
	if (find_due(r))
		rest_queue(&source_of(r)->rest, &r->trades, 0);
	else
		liquidations_end(r, ERR_OK);
}

static bool
on_write(struct rest_job *j, struct out *path, struct venue_call *call)
{
	struct rereads *r = j->owner;
	struct source *s = source_of(r);
	const struct reread_symbol *y = &r->symbols[r->trades_symbol];
	int64_t count = r->until - y->next + 1;

	if (count > s->venue->trades_limit_max)
		count = s->venue->trades_limit_max;
	r->ask = (struct trades_ask){ .first = y->next,
		.last = y->next + count - 1,
		.limit = (uint32_t)count,
		.trades = s->trades };
	if (s->venue->trades_call(market_symbol(s->market, r->trades_symbol),
		&r->ask, path, call))
		return true;
	liquidations_end(r, ERR_UNSUPPORTED);
	return false;
}

/*
 * Up to where it was read.  An answer without trades says that there are none:
 * the whole page is done with; else what is behind its last one is asked for
 * again.
 */
static void
advance(struct rereads *r, int64_t last)
{
	move_to(r, &r->symbols[r->trades_symbol],
	    (last == SEQ_NULL ? r->ask.last : last) + 1);
}

static void
on_page(struct rest_job *j, enum err e, const struct httpc_reply *a)
{
	struct rereads *r = j->owner;
	struct source *s = source_of(r);
	struct origin from = { .seen = s->loop->wall, .epoch = 0 };
	uint64_t before = s->records[RECORD_liquidation].published;
	int64_t last = SEQ_NULL;

	r->pages++;
	r->venue->metrics.reread_calls++;
	s->hub->stamp = (struct wall){ 0 };
	if (e == ERR_OK)
		e = market_trades_again(s->market, r->trades_symbol, a->body,
		    &r->ask, &from, &last);
	r->venue->metrics.reread_liquidations +=
	    s->records[RECORD_liquidation].published - before;
	/* UNKNOWN: a word that is not known here, in one of the rows. */
	if (e != ERR_OK && e != ERR_UNKNOWN) {
		liquidations_end(r, e);
		return;
	}
	advance(r, last);
	next_page(r);
}

void
liquidations_run(struct rereads *r, struct scheduler_job *j)
{
	struct source *s = source_of(r);

	r->trades_job = j;
	r->trades_symbol = 0;
	r->pages = 0;
	r->found_before = s->records[RECORD_liquidation].published;
	for (unsigned i = 0; i < market_symbols(s->market) && i < r->room; i++)
		note_step(r, i);
	next_page(r);
}
