#include "feed/symbols_internal.h"

enum {
	/* Several pushes in a row make one refresh. */
	PUSH_MS = 1000,
	PUSH_EACH_MS = 60 * 1000,
	ALL_LISTS = CATALOG_LISTS,
};

/* Soon, but no more than one a minute when there are many. */
int64_t
symbols_push_pause(struct symbols *s)
{
	struct mono now = s->setup.loop->now;
	int64_t since = mono_ms_between(s->pushes_at, now);

	while (since >= PUSH_EACH_MS && s->pushes_left < SYMBOLS_PUSHES) {
		since -= PUSH_EACH_MS;
		s->pushes_at = mono_after_ms(s->pushes_at, PUSH_EACH_MS);
		s->pushes_left++;
	}
	if (s->pushes_left == SYMBOLS_PUSHES)
		s->pushes_at = now;
	if (s->pushes_left > 0) {
		s->pushes_left--;
		return symbols_jitter(s, PUSH_MS);
	}
	return PUSH_EACH_MS - since + symbols_jitter(s, PUSH_MS);
}

static bool
is_live_word(const struct symbols *s, struct span state)
{
	struct span rest = span_of(s->lists->live);
	struct span word;

	while ((word = span_word(&rest, " ")).at != NULL) {
		if (span_eq(word, state))
			return true;
	}
	return false;
}

/* Could it be what a word means, by the names that its text gives? */
static bool
may_be_wanted(struct symbols *s, struct span native)
{
	char unified[2 * SYMBOL_MAX], text[SYMBOL_MAX + 1];
	struct instrument i;
	struct out u;

	if (native.len > SYMBOL_MAX || symbols_is_unlisted(s, native))
		return false;
	if (symbols_with_native(s, native) != NULL)
		return true;
	memcpy(text, native.at, native.len);
	text[native.len] = '\0';
	out_init(&u, unified, sizeof(unified));
	s->setup.venue->unified(native, &u);
	/* No name was found in it: a list must tell. */
	if (u.full || u.len > SYMBOL_MAX || span_eq(out_done(&u), native))
		return true;
	instrument_init(&i);
	memcpy(i.native, text, native.len + 1);
	memcpy(i.unified, u.at, u.len);
	for (unsigned n = 0; n < s->count; n++) {
		if (span_is(out_done(&u), s->wanted[n].word))
			return true;
	}
	return symbols_picks(s, &i);
}

/*
 * The list that a push is worth reading again for, ALL_LISTS if that cannot be
 * known, or SYMBOLS_NONE.  Channels of states begin with all there are.
 */
static int
list_for(struct symbols *s, struct span native, struct span state)
{
	const struct instrument *i = catalog_native(&s->catalog, native);
	unsigned list;

	if (i == NULL)
		return may_be_wanted(s, native) ? ALL_LISTS : SYMBOLS_NONE;
	list = catalog_list(i);
	if ((i->status == INSTRUMENT_LIVE) == is_live_word(s, state) ||
	    (symbols_with_native(s, native) == NULL && !symbols_picks(s, i)))
		return SYMBOLS_NONE;
	return list < s->list_count ? (int)list : ALL_LISTS;
}

void
symbols_changed(struct symbols *s, struct span native, struct span state)
{
	int which = list_for(s, native, state);
	int64_t pause = -1;

	for (unsigned n = 0; n < s->list_count && which >= 0; n++) {
		struct symbols_list *l = &s->list[n];

		if (which != ALL_LISTS && which != (int)n)
			continue;
		/* What is under way may have passed it already. */
		l->again = l->again || l->under_way;
		if (l->hurried || l->under_way)
			continue;
		if (pause < 0)
			pause = symbols_push_pause(s);
		l->hurried = true;
		symbols_queue(l, pause);
	}
}
