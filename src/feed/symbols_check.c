#include "feed/symbols_internal.h"

#include "core/log.h"

enum {
	/* "BTC-USD-PERP:USD_UM", as long as a name may be. */
	NAME_MAX = 2 * SYMBOL_MAX,
};

/* --- news ----------------------------------------------------------------- */

static void
tell(struct symbols *s, const struct wanted *w, enum wanted_state old)
{
	bool good = w->state == WANTED_LIVE;
	char why[SYMBOLS_WHY_MAX];
	struct log_line l;
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	symbols_reason(w, &o);
	why[o.len] = '\0';
	log_open(&l, good || w->by_pattern ? LOG_INFO : LOG_WARN, "symbols",
	    "symbol_state");
	log_text(&l, "venue", s->setup.name);
	log_text(&l, "symbol", w->word);
	log_text(&l, "from", wanted_state_name(old));
	log_text(&l, "to", wanted_state_name(w->state));
	log_text(&l, "why", why);
	log_send(&l);
	s->setup.host->tell(s->setup.host, span_of(w->word),
	    good ? "listed" : wanted_state_name(w->state), why);
}

static void
set_state(struct symbols *s, struct wanted *w, enum wanted_state state)
{
	enum wanted_state old = w->state;

	if (state == old)
		return;
	wanted_goto(s, w, state);
	if (state == WANTED_UNKNOWN)
		symbols_hint(s, w);
	if (state == WANTED_UNCHECKED || state == WANTED_TWICE ||
	    state == WANTED_ELSEWHERE ||
	    (state == WANTED_LIVE && old == WANTED_UNCHECKED) ||
	    (w->by_pattern && (!s->complete || state == WANTED_NO_ROOM)))
		return;
	s->counts.listed += state == WANTED_LIVE && old != WANTED_HALTED;
	s->counts.delisted += state == WANTED_GONE && old <= WANTED_HALTED;
	tell(s, w, old);
}

/* --- what the lists say of a wish ----------------------------------------- */

/* What the word gives when no list is known. */
static const struct instrument *
find_by_name(const struct symbols *s, const struct wanted *w)
{
	char native[SYMBOL_MAX + 1];
	struct out n;

	out_init(&n, native, sizeof(native));
	s->setup.venue->native(span_of(w->word), &n);
	return catalog_native(&s->catalog, out_done(&n));
}

static const struct instrument *
find(const struct symbols *s, const struct wanted *w)
{
	const struct catalog *c = &s->catalog;
	const struct instrument *i, *other;

	if (w->by_pattern)
		return catalog_native(c, span_of(w->native));
	i = catalog_find(c, span_of(w->word));
	if (i != NULL && i->status != INSTRUMENT_GONE)
		return i;
	other = find_by_name(s, w);
	return other != NULL ? other : i;
}

static bool
all_read(const struct symbols *s)
{
	for (unsigned n = 0; n < s->list_count; n++) {
		if (!s->list[n].read)
			return false;
	}
	return true;
}

static bool
is_sure(const struct symbols *s)
{
	for (unsigned n = 0; n < s->list_count; n++) {
		if (s->list[n].unsure)
			return false;
	}
	return true;
}

/* Does it mean something that an instrument is in no list? */
static bool
knows_all(const struct symbols *s)
{
	return all_read(s) && is_sure(s) && s->catalog.refused == 0 &&
	       s->catalog.count > s->catalog.gone;
}

bool
symbols_is_unlisted(const struct symbols *s, struct span native)
{
	struct symbol y;
	enum err e =
	    symbol_set(&y, s->setup.venue->id, MARKET_SPOT, native, native);

	if (e != ERR_OK)
		return true;
	s->setup.venue->describe(&y);
	/* Without a word that means options their lists are not read. */
	if (y.market == MARKET_OPTIONS && s->lists->family != NULL &&
	    s->list_count == s->lists->count)
		return true;
	return s->lists->unlisted != NULL && s->lists->unlisted(&y);
}

static enum wanted_state
judge_absent(const struct symbols *s, const struct wanted *w)
{
	const struct instrument *first;

	/* What a list that could be read has said stands. */
	if (!is_sure(s) &&
	    (w->state == WANTED_UNKNOWN || w->state == WANTED_GONE))
		return w->state;
	if (!knows_all(s) || symbols_is_unlisted(s, span_of(w->native)))
		return WANTED_UNCHECKED;
	if (w->by_pattern)
		return WANTED_GONE;
	if (catalog_unified(&s->catalog, span_of(w->word), &first) > 1)
		return WANTED_AMBIGUOUS;
	return w->closed ? WANTED_GONE : WANTED_UNKNOWN;
}

/* Has its list been read since the start? */
static bool
is_fresh(const struct symbols *s, const struct instrument *i)
{
	unsigned list = catalog_list(i);

	return list < s->list_count && s->list[list].read;
}

static enum wanted_state
judge(const struct symbols *s, const struct wanted *w,
    const struct instrument **i)
{
	static const enum wanted_state states[INSTRUMENT_STATES] = {
		[INSTRUMENT_LIVE] = WANTED_LIVE,
		[INSTRUMENT_PREOPEN] = WANTED_PREOPEN,
		[INSTRUMENT_HALTED] = WANTED_HALTED,
		[INSTRUMENT_GONE] = WANTED_GONE,
	};

	*i = find(s, w);
	if (*i == NULL)
		return judge_absent(s, w);
	return is_fresh(s, *i) ? states[(*i)->status] : WANTED_UNCHECKED;
}

/* --- what becomes of it --------------------------------------------------- */

static void
drop(struct symbols *s, struct wanted *w, const char *why)
{
	if (w->number != SYMBOLS_NONE)
		s->setup.host->drop(s->setup.host, (unsigned)w->number, why);
	w->number = SYMBOLS_NONE;
}

static bool
is_taken(const struct symbols *s, unsigned number)
{
	for (unsigned n = 0; n < s->count; n++) {
		if (s->wanted[n].number == (int)number)
			return true;
	}
	return false;
}

/* Both names: of the lists, or by the venue's rules. */
static void
write_names(const struct symbols *s, const struct wanted *w,
    const struct instrument *i, struct out *native, struct out *unified)
{
	struct span word = span_of(w->word);

	if (i != NULL) {
		out_text(native, i->native);
		catalog_name(&s->catalog, i, unified);
		return;
	}
	if (w->by_pattern)
		out_span(native, word);
	else
		s->setup.venue->native(word, native);
	/* What native changed was a unified name. */
	if (!span_eq(out_done(native), word))
		out_span(unified, word);
	else
		s->setup.venue->unified(word, unified);
}

/* OK: it is collected. */
static enum err
collect(struct symbols *s, struct wanted *w, const struct instrument *i)
{
	char native_text[NAME_MAX], unified_text[NAME_MAX];
	struct symbols_host *h = s->setup.host;
	struct out native, unified;
	unsigned number;
	enum err e = ERR_OK;

	out_init(&native, native_text, sizeof(native_text));
	out_init(&unified, unified_text, sizeof(unified_text));
	write_names(s, w, i, &native, &unified);
	if (!span_is(out_done(&native), w->native))
		drop(s, w, "its name means another instrument");
	if (w->number == SYMBOLS_NONE) {
		symbols_set_native(w, out_done(&native));
		e = h->add(h, out_done(&native), out_done(&unified), &number);
		if (e == ERR_OK && is_taken(s, number))
			return ERR_UNSUPPORTED;
		if (e == ERR_OK)
			w->number = (int)number;
	}
	if (e == ERR_OK && i != NULL)
		h->learn(h, (unsigned)w->number, i, out_done(&unified));
	return e;
}

static bool
is_ours(
    const struct symbols *s, const struct wanted *w, const struct instrument *i)
{
	char native_text[NAME_MAX], unified_text[NAME_MAX];
	struct out native, unified;

	if (s->setup.shard.of <= 1)
		return true;
	out_init(&native, native_text, sizeof(native_text));
	out_init(&unified, unified_text, sizeof(unified_text));
	write_names(s, w, i, &native, &unified);
	return symbols_is_ours(s, out_done(&native));
}

static enum err
check(struct symbols *s, struct wanted *w)
{
	const struct instrument *i;
	enum wanted_state state = judge(s, w, &i);
	enum err e = ERR_OK;

	if (!is_ours(s, w, i))
		state = WANTED_ELSEWHERE;
	if (state <= WANTED_HALTED)
		e = collect(s, w, i);
	else
		drop(s, w, wanted_state_name(state));
	/* It is tried again when its old streams are gone. */
	if (e == ERR_AGAIN)
		return ERR_OK;
	if (e == ERR_UNSUPPORTED)
		state = WANTED_TWICE;
	else if (e != ERR_OK)
		state = WANTED_NO_ROOM;
	set_state(s, w, state);
	return e == ERR_UNSUPPORTED ? ERR_OK : e;
}

/* --- patterns ------------------------------------------------------------- */

/* A new wish; FULL when there is no place for it. */
static enum err
bring(struct symbols *s, const struct instrument *i)
{
	struct wanted *w = symbols_new(s);
	enum err e;

	if (w == NULL)
		return ERR_FULL;
	w->by_pattern = true;
	memcpy(w->word, i->native, sizeof(w->word));
	symbols_set_native(w, span_of(i->native));
	e = check(s, w);
	if (e == ERR_OK)
		return ERR_OK;
	*w = s->wanted[--s->count];
	return ERR_FULL;
}

static void
tell_no_room(struct symbols *s)
{
	struct log_line l;

	if (s->counts.no_room == 0 || s->told_no_room)
		return;
	s->told_no_room = true;
	log_open(&l, LOG_WARN, "symbols", "no_room");
	log_text(&l, "venue", s->setup.name);
	log_int(&l, "left_out", (int64_t)s->counts.no_room);
	log_int(&l, "room", s->setup.room);
	log_text(&l, "why",
	    "patterns bring more symbols than there is room for; raise "
	    "symbols_max or streams_per_connection");
	log_send(&l);
}

static void
expand(struct symbols *s)
{
	const struct instrument *i;
	bool full = false;
	uint32_t at = 0;

	s->counts.no_room = 0;
	while (s->has_patterns && (i = catalog_next(&s->catalog, &at))) {
		const struct wanted *w;

		if (i->status != INSTRUMENT_LIVE || !symbols_picks(s, i))
			continue;
		w = symbols_with_native(s, span_of(i->native));
		if (w != NULL)
			continue;
		full = full || bring(s, i) != ERR_OK;
		s->counts.no_room += full;
	}
	tell_no_room(s);
}

void
symbols_review(struct symbols *s)
{
	memset(s->counts.now, 0, sizeof(s->counts.now));
	for (unsigned n = 0; n < s->count; n++) {
		/* What does not fit is counted by its state. */
		enum err e = check(s, &s->wanted[n]);

		(void)e;
	}
	expand(s);
	for (unsigned n = 0; n < s->count; n++) {
		if (s->wanted[n].state < WANTED_STATES)
			s->counts.now[s->wanted[n].state]++;
	}
	s->complete = s->complete || all_read(s);
}
