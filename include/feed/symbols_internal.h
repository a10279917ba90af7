/*
 * symbols_internal.h -- between the files of one module: symbols.c (what is
 * wanted), symbols_check.c (what the lists say of it), symbols_hint.c (what may
 * have been meant), symbols_lists.c (the lists) and symbols_push.c (news).
 */
#ifndef MPEDGE_FEED_SYMBOLS_INTERNAL_H
#define MPEDGE_FEED_SYMBOLS_INTERNAL_H

#include "feed/symbols.h"

/* Can the word be a name at this venue?  Its native one, by the venue's rules.
 */
enum err symbols_read_name(
    const struct symbols *s, struct span word, struct out *native) MUST_USE;
/* A wish for it, which symbols_review looks at; FULL. */
enum err symbols_add_name(struct symbols *s, struct span word) MUST_USE;
/* CONFIG, and what is wrong with the word, or with all of them. */
enum err symbols_complain(const struct symbols *s, struct span word,
    const char *what, struct out *why);

/* symbols.c: the only statement that changes the state of a wish. */
void wanted_goto(struct symbols *s, struct wanted *w, enum wanted_state to);

/* A new wish, NULL when all places are taken. */
struct wanted *symbols_new(struct symbols *s);
void symbols_set_native(struct wanted *w, struct span native);
struct wanted *symbols_with_native(struct symbols *s, struct span native);

/* Does it fall to this box? */
bool symbols_is_ours(const struct symbols *s, struct span native);

/* Does a pattern pick it, and does it fall to this box? */
bool symbols_picks(const struct symbols *s, const struct instrument *i);

/* symbols_check.c: does no list that is read here have this name? */
bool symbols_is_unlisted(const struct symbols *s, struct span native);

/* symbols_hint.c: the nearest name there is, or an empty text. */
void symbols_hint(const struct symbols *s, struct wanted *w);

/* A row says that this instrument is closed; the catalog forgets such. */
void symbols_note_closed(struct symbols *s, const struct instrument *i);

/* symbols_lists.c: ask for this list; the same time again, give or take a half.
 */
void symbols_init_lists(struct symbols *s);
/* Lists that the words need and that are not there; asked for. */
void symbols_add_lists(struct symbols *s);
void symbols_queue(struct symbols_list *l, int64_t after_ms);
int64_t symbols_jitter(const struct symbols *s, int64_t ms);

/* symbols_push.c: how long to wait after a push; many are put off. */
int64_t symbols_push_pause(struct symbols *s);

#endif
