#include "core/arena.h"
#include "core/log.h"
#include "feed/source.h"

enum {
	SWEEP_MS = 500,
};

/* "binance:BTCUSDT" and what follows, NUL-terminated. */
static const char *
label(const struct source *s, struct span name, const char *tail, struct out *o)
{
	out_text(o, s->name);
	out_char(o, ':');
	out_span(o, name);
	out_text(o, tail);
	return out_cstr(o);
}

/* Nothing is in the way of another symbol in its place. */
static void
on_sweep(struct timer *t)
{
	struct source *s = t->owner;
	bool waits = false;
	bool freed = false;

	for (unsigned n = 0; n < s->symbol_count; n++) {
		if (!s->symbols[n].leaving)
			continue;
		if (source_is_leaving(s, n)) {
			waits = true;
			continue;
		}
		source_free_streams(s, n);
		market_forget(s->market, n);
		s->symbols[n].leaving = false;
		freed = true;
	}
	if (waits)
		timer_start(s->loop, t, mono_after_ms(s->loop->now, SWEEP_MS));
	if (freed)
		symbols_review(&s->listing);
}

static void
drop(struct source *s, unsigned n, const char *why)
{
	s->hub->stamp = (struct wall){ 0 };
	market_drop(s->market, n, why, s->loop->wall);
	rest_forget(&s->rest, n);
	source_drop_streams(s, n);
	s->symbols[n].collected = false;
	s->symbols[n].leaving = true;
	timer_start(s->loop, &s->sweep, mono_after_ms(s->loop->now, SWEEP_MS));
}

const int64_t *
source_funding_mark(struct source *s, unsigned n)
{
	struct source_symbol *y = &s->symbols[n];
	char text[JOURNAL_NAME_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (y->funding_mark == NULL)
		y->funding_mark = journal_mark(s->journal,
		    label(s, symbol_native(market_symbol(s->market, n)),
			":funding", &o));
	return y->funding_mark;
}

static enum err
on_add(struct symbols_host *h, struct span native, struct span unified,
    unsigned *number)
{
	struct source *s = h->owner;
	char text[JOURNAL_NAME_MAX];
	struct source_symbol *y;
	struct out o;
	enum err e = market_add(s->market, native, unified, number);

	if (e != ERR_OK)
		return e;
	y = &s->symbols[*number];
	if (y->leaving)
		return ERR_AGAIN;
	if (y->collected)
		return ERR_OK;
	*y = (struct source_symbol){ .collected = true };
	s->symbol_count = market_symbols(s->market);
	out_init(&o, text, sizeof(text));
	y->mark = journal_mark(s->journal, label(s, native, ":trade", &o));
	e = source_add_streams(s, *number);
	if (e != ERR_OK)
		drop(s, *number, "no room");
	return e;
}

static void
on_drop(struct symbols_host *h, unsigned number, const char *why)
{
	drop(h->owner, number, why);
}

/* Records that were made keep the name they have. */
static void
tell_name(struct source *s, const struct symbol *y, struct span unified)
{
	char connection[2 * SYMBOL_MAX], why[3 * SYMBOL_MAX];
	struct log_line l;
	struct out o, w;

	out_init(&o, connection, sizeof(connection));
	out_init(&w, why, sizeof(why));
	OUT_LITERAL(&w, "called ");
	out_span(&w, unified);
	OUT_LITERAL(&w, " from now on, not ");
	out_span(&w, symbol_unified(y));
	out_cstr(&w);
	log_open(&l, LOG_WARN, "symbols", "renamed");
	log_text(&l, "venue", s->name);
	log_span(&l, "symbol", symbol_native(y));
	log_text(&l, "why", why);
	log_send(&l);
	source_event(s, label(s, symbol_native(y), "", &o), "renamed", why);
}

static void
on_learn(struct symbols_host *h, unsigned number, const struct instrument *i,
    struct span unified)
{
	struct source *s = h->owner;
	const struct symbol *y = market_symbol(s->market, number);

	/* Before the start nothing was published. */
	if (s->started && !span_eq(symbol_unified(y), unified))
		tell_name(s, y, unified);
	s->symbols[number].halted = i->status == INSTRUMENT_HALTED;
	market_learn(s->market, number, i, unified);
}

static void
on_tell(struct symbols_host *h, struct span name, const char *state,
    const char *why)
{
	struct source *s = h->owner;
	char text[2 * SYMBOL_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	source_event(s, label(s, name, "", &o), state, why);
}

static void
on_queue(struct symbols_host *h, struct rest_job *j, int64_t after_ms)
{
	struct source *s = h->owner;

	if (!s->stopped)
		rest_hurry(&s->rest, j, after_ms);
}

bool
source_read_lists(struct source *s)
{
	return symbols_refresh(&s->listing);
}

void
source_init_symbols(
    struct source *s, const struct source_setup *with, unsigned room)
{
	struct symbols_setup setup = { .venue = s->venue,
		.name = s->name,
		.words = s->options->symbols,
		.room = room,
		.shard = { .of = (uint32_t)with->all->shard.of,
		    .index = (uint32_t)with->all->shard.index },
		.refresh_ms = with->all->scheduler.instruments_s * 1000,
		.loop = s->loop,
		.random = &s->random,
		.arena = with->arena,
		.host = &s->listing_host };

	s->listing_host = (struct symbols_host){ .owner = s,
		.add = on_add,
		.learn = on_learn,
		.drop = on_drop,
		.tell = on_tell,
		.queue = on_queue };
	s->sweep.fire = on_sweep;
	s->sweep.owner = s;
	symbols_init(&s->listing, &setup);
}

enum err
source_begin_symbols(struct source *s, struct span saved, struct out *why)
{
	enum err e = symbols_begin(&s->listing, saved, why);

	if (e != ERR_OK)
		return e;
	/* Patterns may find something later, channels do not; and all symbols
	 * of a venue may fall to other boxes. */
	if (s->stream_count > 0 ||
	    ((s->listing.has_patterns || s->listing.setup.shard.of > 1) &&
		s->options->channels[0] != '\0'))
		return ERR_OK;
	out_text(why, s->name);
	OUT_LITERAL(why, ": no symbols or no channels to collect");
	return ERR_CONFIG;
}

void
source_stop_symbols(struct source *s)
{
	timer_stop(s->loop, &s->sweep);
}
