#include "feed/symbols_internal.h"

#include "core/log.h"
#include "model/pattern.h"

static const char blanks[] = " ,\t";

enum err
symbols_try(const struct symbols *s, const char *words, struct out *why)
{
	struct span rest = span_of(words);
	struct span word;
	unsigned names = 0;
	bool any = false;

	while ((word = span_word(&rest, blanks)).at != NULL) {
		char native[SYMBOL_MAX + 1];
		struct out n;
		enum err e;

		any = true;
		if (pattern_is(word))
			continue;
		names++;
		out_init(&n, native, sizeof(native));
		e = symbols_read_name(s, word, &n);
		if (e != ERR_OK)
			return symbols_complain(s, word, err_text(e), why);
	}
	if (!any)
		return symbols_complain(s, SPAN_NULL,
		    "no symbols; set enabled = false and restart", why);
	if (names > s->places)
		return symbols_complain(s, SPAN_NULL,
		    "more than there is room for while it runs; restart", why);
	return ERR_OK;
}

/* A word of the new ones that means w; SPAN_NULL: there is none. */
static struct span
find_word(const struct symbols *s, const struct wanted *w, bool by_native)
{
	struct span rest = span_of(s->setup.words);
	struct span word;

	while ((word = span_word(&rest, blanks)).at != NULL) {
		const struct instrument *i;
		char native[SYMBOL_MAX + 1];
		struct out n;

		if (pattern_is(word))
			continue;
		if (!by_native && span_is(word, w->word))
			return word;
		if (!by_native)
			continue;
		out_init(&n, native, sizeof(native));
		i = catalog_find(&s->catalog, word);
		if (i != NULL && span_is(span_of(i->native), w->native))
			return word;
		if (symbols_read_name(s, word, &n) == ERR_OK &&
		    span_is(out_done(&n), w->native))
			return word;
	}
	return SPAN_NULL;
}

static struct wanted *
with_word(struct symbols *s, struct span word)
{
	for (unsigned n = 0; n < s->count; n++) {
		if (!s->wanted[n].by_pattern &&
		    span_is(word, s->wanted[n].word))
			return &s->wanted[n];
	}
	return NULL;
}

/* Another wish for the same instrument, which had to stand back, has it now. */
static void
hand_over(struct symbols *s, struct wanted *from, struct wanted *to)
{
	if (to->number != SYMBOLS_NONE)
		return;
	to->number = from->number;
	symbols_set_native(to, span_of(from->native));
	wanted_goto(s, to, from->state);
	from->number = SYMBOLS_NONE;
}

/* Under the words there are now; false: nobody wants it any more. */
static bool
keep(struct symbols *s, struct wanted *w)
{
	const struct instrument *i =
	    catalog_native(&s->catalog, span_of(w->native));
	bool picked = i != NULL && symbols_picks(s, i);
	struct wanted *other;
	struct span word;

	if (!w->by_pattern && find_word(s, w, false).at != NULL)
		return true;
	/* The same instrument by another name. */
	word = w->number != SYMBOLS_NONE ? find_word(s, w, true) : SPAN_NULL;
	other = word.at != NULL ? with_word(s, word) : NULL;
	if (other != NULL) {
		hand_over(s, w, other);
		return false;
	}
	if (word.at != NULL) {
		memset(w->word, 0, sizeof(w->word));
		memcpy(w->word, word.at, word.len);
		w->by_pattern = false;
		return true;
	}
	if (!picked)
		return false;
	memcpy(w->word, w->native, sizeof(w->word));
	w->by_pattern = true;
	return true;
}

/* What a pattern brings is not told, unless it is news from the venue. */
static void
tell(struct symbols *s, const struct wanted *w, bool is_new)
{
	struct log_line l;

	if (w->by_pattern)
		return;
	log_open(&l, LOG_INFO, "symbols", is_new ? "added" : "removed");
	log_text(&l, "venue", s->setup.name);
	log_text(&l, "symbol", w->word);
	log_send(&l);
	s->setup.host->tell(s->setup.host, span_of(w->word),
	    is_new ? "added" : "removed", "the settings have changed");
}

static void
remove_wish(struct symbols *s, unsigned n)
{
	struct wanted *w = &s->wanted[n];

	tell(s, w, false);
	if (w->number != SYMBOLS_NONE)
		s->setup.host->drop(
		    s->setup.host, (unsigned)w->number, "not configured");
	*w = s->wanted[--s->count];
}

/* One that a pattern brought, for one that stands there by name. */
static void
make_room(struct symbols *s)
{
	for (unsigned n = s->count; n > 0; n--) {
		if (s->wanted[n - 1].by_pattern) {
			remove_wish(s, n - 1);
			return;
		}
	}
}

void
symbols_change(struct symbols *s)
{
	struct span rest = span_of(s->setup.words);
	struct span word;

	s->has_patterns = false;
	while ((word = span_word(&rest, blanks)).at != NULL)
		s->has_patterns = s->has_patterns || pattern_is(word);
	for (unsigned n = s->count; n > 0; n--) {
		if (!keep(s, &s->wanted[n - 1]))
			remove_wish(s, n - 1);
	}
	rest = span_of(s->setup.words);
	while ((word = span_word(&rest, blanks)).at != NULL) {
		if (pattern_is(word) || with_word(s, word) != NULL)
			continue;
		if (s->count == s->places)
			make_room(s);
		/* It can be, and it fits: symbols_try has seen it. */
		if (symbols_add_name(s, word) != ERR_OK)
			continue;
		tell(s, &s->wanted[s->count - 1], true);
	}
	s->told_no_room = false;
	/* What patterns bring now is no news of the venue. */
	s->complete = false;
	s->unsaved = true;
	symbols_add_lists(s);
	symbols_review(s);
}
