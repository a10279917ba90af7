#include "feed/symbols_internal.h"

#include "core/arena.h"
#include "core/log.h"
#include "model/pattern.h"

static const char blanks[] = " ,\t";

/* --- wishes --------------------------------------------------------------- */

void
wanted_goto(struct symbols *s, struct wanted *w, enum wanted_state to)
{
	w->state = to;
	w->since = s->setup.loop->wall;
}

static void
clear(struct symbols *s, struct wanted *w)
{
	memset(w, 0, sizeof(*w));
	w->number = SYMBOLS_NONE;
	wanted_goto(s, w, WANTED_STATES);
}

/* One that a pattern brought and that has gone is only kept to be shown. */
struct wanted *
symbols_new(struct symbols *s)
{
	struct wanted *oldest = NULL;

	if (s->count < s->places) {
		clear(s, &s->wanted[s->count]);
		return &s->wanted[s->count++];
	}
	for (unsigned n = 0; n < s->count; n++) {
		struct wanted *w = &s->wanted[n];

		if (w->by_pattern && w->state == WANTED_GONE &&
		    (oldest == NULL || w->since.ns < oldest->since.ns))
			oldest = w;
	}
	if (oldest != NULL)
		clear(s, oldest);
	return oldest;
}

void
symbols_set_native(struct wanted *w, struct span native)
{
	size_t len = native.len < SYMBOL_MAX ? native.len : SYMBOL_MAX;

	memcpy(w->native, native.at, len);
	w->native[len] = '\0';
	w->hash = span_hash((struct span){ w->native, len });
}

struct wanted *
symbols_with_native(struct symbols *s, struct span native)
{
	uint64_t hash = span_hash(native);

	for (unsigned n = 0; n < s->count; n++) {
		if (s->wanted[n].hash == hash &&
		    span_is(native, s->wanted[n].native))
			return &s->wanted[n];
	}
	return NULL;
}

bool
symbols_is_ours(const struct symbols *s, struct span native)
{
	return shard_has(&s->setup.shard, span_of(s->setup.name), native);
}

bool
symbols_picks(const struct symbols *s, const struct instrument *i)
{
	struct span rest = span_of(s->setup.words);
	struct span word;

	while (s->has_patterns && (word = span_word(&rest, blanks)).at) {
		if (pattern_is(word) &&
		    pattern_picks(word, i->native, i->unified))
			return symbols_is_ours(s, span_of(i->native));
	}
	return false;
}

/* --- start ---------------------------------------------------------------- */

/* Names that fall to other boxes have a place, too: a list may correct them. */
static unsigned
count_places(const struct symbols_setup *setup)
{
	struct span rest = span_of(setup->words);
	unsigned n = setup->room;

	while (setup->shard.of > 1 && span_word(&rest, blanks).at != NULL)
		n++;
	return n;
}

void
symbols_init(struct symbols *s, const struct symbols_setup *setup)
{
	struct arena *a = setup->arena;

	memset(s, 0, sizeof(*s));
	s->setup = *setup;
	s->lists = venue_lists[setup->venue->id];
	s->places = count_places(setup);
	s->wanted =
	    arena_take(a, "wanted symbols", s->places, sizeof(struct wanted));
	catalog_init(&s->catalog,
	    arena_take(a, "instruments", 1, catalog_bytes(SYMBOLS_CAPACITY)),
	    SYMBOLS_CAPACITY);
	json_init(&s->json,
	    arena_take(
		a, "instrument tokens", 1, json_pool_bytes(INSTRUMENT_TOKENS)),
	    INSTRUMENT_TOKENS);
	s->row = arena_take(a, "instrument row", 1, JSON_SPLIT_ELEMENT);
	s->pushes_left = SYMBOLS_PUSHES;
	symbols_init_lists(s);
}

enum err
symbols_read_name(const struct symbols *s, struct span word, struct out *native)
{
	char unified[2 * SYMBOL_MAX];
	struct symbol y;
	struct out u;

	out_init(&u, unified, sizeof(unified));
	s->setup.venue->native(word, native);
	if (native->full || word.len > SYMBOL_MAX)
		return ERR_FULL;
	s->setup.venue->unified(out_done(native), &u);
	return symbol_set(&y, s->setup.venue->id, MARKET_SPOT, out_done(native),
	    out_done(&u));
}

enum err
symbols_add_name(struct symbols *s, struct span word)
{
	char native[SYMBOL_MAX + 1];
	struct wanted *w;
	struct out n;
	enum err e;

	out_init(&n, native, sizeof(native));
	e = symbols_read_name(s, word, &n);
	if (e != ERR_OK)
		return e;
	w = symbols_new(s);
	if (w == NULL)
		return ERR_FULL;
	memcpy(w->word, word.at, word.len);
	symbols_set_native(w, out_done(&n));
	wanted_goto(s, w, WANTED_UNCHECKED);
	return ERR_OK;
}

enum err
symbols_complain(const struct symbols *s, struct span word, const char *what,
    struct out *why)
{
	out_text(why, s->setup.name);
	OUT_LITERAL(why, ".symbols: ");
	if (word.len > 0) {
		out_span(why, word);
		OUT_LITERAL(why, ": ");
	}
	out_text(why, what);
	return ERR_CONFIG;
}

static void
restore(struct symbols *s, struct span saved)
{
	struct log_line l;
	enum err e;

	if (saved.len == 0)
		return;
	e = catalog_restore(&s->catalog, span_of(s->setup.name), saved);
	log_open(&l, e == ERR_OK ? LOG_INFO : LOG_WARN, "symbols",
	    e == ERR_OK ? "restored" : "not_restored");
	log_text(&l, "venue", s->setup.name);
	if (e != ERR_OK)
		log_err(&l, e);
	log_int(&l, "instruments", s->catalog.count);
	log_send(&l);
}

enum err
symbols_begin(struct symbols *s, struct span saved, struct out *why)
{
	struct span rest = span_of(s->setup.words);
	struct span word;
	enum err e;

	while ((word = span_word(&rest, blanks)).at != NULL) {
		if (pattern_is(word)) {
			s->has_patterns = true;
			continue;
		}
		e = symbols_add_name(s, word);
		if (e != ERR_OK)
			return symbols_complain(s, word, err_text(e), why);
	}
	restore(s, saved);
	symbols_review(s);
	for (unsigned n = 0; n < s->count; n++) {
		if (s->wanted[n].state == WANTED_NO_ROOM)
			return symbols_complain(s, SPAN_NULL,
			    "more streams than its connections hold; "
			    "raise streams_per_connection",
			    why);
	}
	return ERR_OK;
}

uint64_t
symbols_missing(const struct symbols *s)
{
	uint64_t n = s->counts.no_room;

	for (unsigned i = 0; i < s->count; i++) {
		const struct wanted *w = &s->wanted[i];

		n += !w->by_pattern && w->state > WANTED_PREOPEN &&
		     w->state < WANTED_TWICE;
	}
	return n;
}

/* --- what is kept for the next start -------------------------------------- */

static bool
keep(void *owner, const struct instrument *i)
{
	struct symbols *s = owner;

	return symbols_with_native(s, span_of(i->native)) != NULL ||
	       (i->status == INSTRUMENT_LIVE && symbols_picks(s, i));
}

void
symbols_save(struct symbols *s, struct out *o)
{
	catalog_save_some(&s->catalog, span_of(s->setup.name), keep, s, o);
	s->unsaved = false;
}

/* --- words ---------------------------------------------------------------- */

const char *
wanted_state_name(enum wanted_state s)
{
	static const char *const names[WANTED_STATES + 1] = {
		[WANTED_UNCHECKED] = "unchecked",
		[WANTED_LIVE] = "live",
		[WANTED_HALTED] = "halted",
		[WANTED_PREOPEN] = "preopen",
		[WANTED_UNKNOWN] = "unknown",
		[WANTED_GONE] = "delisted",
		[WANTED_AMBIGUOUS] = "ambiguous",
		[WANTED_NO_ROOM] = "no room",
		[WANTED_TWICE] = "twice",
		[WANTED_ELSEWHERE] = "elsewhere",
		[WANTED_STATES] = "new",
	};

	return names[s];
}

void
symbols_reason(const struct wanted *w, struct out *o)
{
	static const char *const reasons[WANTED_STATES + 1] = {
		[WANTED_UNCHECKED] = "collected by its name; no list says more",
		[WANTED_LIVE] = "the venue lists it",
		[WANTED_HALTED] = "listed, but not traded: suspended, or "
				  "delisted for good",
		[WANTED_PREOPEN] = "announced; collected when it opens",
		[WANTED_UNKNOWN] = "the venue has no such instrument",
		[WANTED_GONE] = "the venue has closed or delisted it",
		[WANTED_AMBIGUOUS] =
		    "several instruments have this name; give the native one",
		[WANTED_NO_ROOM] =
		    "no room; raise symbols_max or streams_per_connection",
		[WANTED_TWICE] = "another word means the same instrument",
		[WANTED_ELSEWHERE] = "another box collects it",
		[WANTED_STATES] = "its place is being made free",
	};

	out_text(o, reasons[w->state]);
	if (w->hint[0] == '\0' || w->state != WANTED_UNKNOWN)
		return;
	OUT_LITERAL(o, "; did you mean ");
	out_text(o, w->hint);
	out_char(o, '?');
}
