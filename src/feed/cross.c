#include "feed/feed_internal.h"
#include "feed/scheduler.h"

void
cross_init(struct cross *c, struct source *s, struct arena *a)
{
	c->symbols =
	    arena_take(a, "cross checks", s->rest.symbols, sizeof(*c->symbols));
	c->window = s->loop->now;
}

static struct dec
own(const struct dec *d)
{
	return d->kind == DEC_NUMBER ? *d : DEC_NONE;
}

/* A trade came: the time of quiet begins anew. */
static void
restart(struct cross_symbol *y, struct mono now)
{
	y->quiet_since = now;
	y->moves = 0;
	y->suspect = false;
}

static void
tell(struct scheduler_venue *v, unsigned i, const char *state, const char *why)
{
	struct source *s = v->source;
	int stream = source_stream(s, i, CHANNEL_TRADE, SPAN_NULL);
	struct feed *f = stream == SOURCE_NO_STREAM
			     ? NULL
			     : source_carrier(s, (unsigned)stream);

	if (f != NULL)
		feed_tell_stream(f, (unsigned)stream, state, why);
}

static void
count_trades(struct scheduler_venue *v, unsigned i, struct cross_symbol *y)
{
	int64_t last = market_last_trade(v->source->market, i);
	struct mono now = v->source->loop->now;

	if (last == y->last)
		return;
	if (y->last != SEQ_NULL && last > y->last)
		y->trades[0] += (uint64_t)(last - y->last);
	y->last = last;
	if (y->suspect)
		tell(v, i, "live", "trades come again");
	restart(y, now);
}

static void
count_moves(struct scheduler_venue *v, unsigned i, struct cross_symbol *y)
{
	struct dec bid, ask;
	bool known, moved;

	market_best(v->source->market, i, &bid, &ask);
	bid = own(&bid);
	ask = own(&ask);
	known = y->bid.kind == DEC_NUMBER && y->ask.kind == DEC_NUMBER &&
		bid.kind == DEC_NUMBER && ask.kind == DEC_NUMBER;
	moved = dec_cmp(&bid, &y->bid) != 0 || dec_cmp(&ask, &y->ask) != 0;
	y->moves += known && moved;
	y->bid = bid;
	y->ask = ask;
}

/* Would CROSS_USUAL trades have come in the time that none came? */
static bool
is_unusual(const struct scheduler_venue *v, const struct cross_symbol *y,
    int64_t quiet_ms)
{
	struct mono now = v->source->loop->now;
	int64_t time_ms =
	    v->cross.before_ms + mono_ms_between(v->cross.window, now);
	uint64_t trades = y->trades[0] + y->trades[1];

	if (time_ms <= 0 || trades < CROSS_USUAL)
		return false;
	if (trades > 1000000)
		return true;
	return (int64_t)trades * quiet_ms / time_ms >= CROSS_USUAL;
}

/* true: it is suspect. */
static bool
check(struct scheduler_venue *v, unsigned i)
{
	struct source *s = v->source;
	struct cross_symbol *y = &v->cross.symbols[i];
	uint64_t who = span_hash(symbol_native(market_symbol(s->market, i)));
	int64_t quiet_ms;

	if (y->who != who) {
		*y = (struct cross_symbol){ .who = who, .last = SEQ_NULL };
		restart(y, s->loop->now);
	}
	count_trades(v, i, y);
	count_moves(v, i, y);
	quiet_ms = mono_ms_between(y->quiet_since, s->loop->now);
	if (y->suspect || y->last == SEQ_NULL ||
	    quiet_ms < v->scheduler->options->cross_quiet_s * 1000 ||
	    y->moves < CROSS_MOVES || !is_unusual(v, y, quiet_ms))
		return y->suspect;
	y->suspect = true;
	v->metrics.suspects++;
	tell(v, i, "suspect", "the best price moves and no trade comes");
	return true;
}

static void
turn_window(struct scheduler_venue *v)
{
	struct cross *c = &v->cross;
	struct mono now = v->source->loop->now;
	int64_t ms = mono_ms_between(c->window, now);

	if (ms < CROSS_WINDOW_S * 1000)
		return;
	for (unsigned i = 0; i < v->source->rest.symbols; i++) {
		c->symbols[i].trades[1] = c->symbols[i].trades[0];
		c->symbols[i].trades[0] = 0;
	}
	c->before_ms = ms;
	c->window = now;
}

void
cross_run(struct scheduler_venue *v, struct scheduler_job *j)
{
	const struct market *m = v->source->market;
	unsigned suspects = 0, wanted = 0;
	char text[SCHEDULER_RESULT_MAX];
	struct out o;

	for (unsigned i = 0; i < market_symbols(m); i++) {
		if (!market_wants(m, i, CHANNEL_TRADE))
			continue;
		wanted++;
		suspects += check(v, i);
	}
	turn_window(v);
	out_init(&o, text, sizeof(text));
	out_u64(&o, suspects);
	OUT_LITERAL(&o, " of ");
	out_u64(&o, wanted);
	OUT_LITERAL(&o, " trade streams suspect");
	job_done_out(j, suspects > 0 ? JOB_WARNING : JOB_OK, &o);
}
