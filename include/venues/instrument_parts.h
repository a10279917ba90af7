/*
 * instrument_parts.h -- what the readers of instrument rows share; for
 * the *_instruments.c alone.
 */
#ifndef MPEDGE_VENUES_INSTRUMENT_PARTS_H
#define MPEDGE_VENUES_INSTRUMENT_PARTS_H

#include "venues/instruments.h"

/* A word of the venue and what it stands for. */
struct row_word {
	const char *word;
	int means;
};

/* The text of a member, at == NULL when it is none; escapes untouched. */
struct span row_text(const struct json *j, int object, const char *member);

/* What a member's word means by words[0..count), or otherwise. */
int row_means(const struct json *j, int object, const char *member,
    const struct row_word *words, size_t count, int otherwise);

/* A name, escapes resolved.  MISSING for none; else as instrument_name. */
enum err row_name(const struct json *j, int object, const char *member,
    char *to, size_t max) MUST_USE;

/* The same where none is all right: empty then. */
enum err row_maybe_name(const struct json *j, int object, const char *member,
    char *to, size_t max) MUST_USE;

/*
 * Milliseconds.  TIME_NULL for none, for 0, and for the far dates that mean
 * never (4133404800000 of Binance is in 2100, 32503708800000 of Deribit in
 * 3000).
 */
enum err row_time(
    const struct json *j, int object, const char *member, int64_t *ns) MUST_USE;

/* Null for none; RANGE for a negative number or one of too many digits. */
enum err row_dec(const struct json *j, int object, const char *member,
    struct dec *d) MUST_USE;

/* Does text have word in it? */
bool text_has(struct span text, const char *word);

/* YYMMDD -> 08:00 UTC of that day, the hour at which all venues deliver. */
enum err read_day(struct span text, int64_t *ns) MUST_USE;

#endif
