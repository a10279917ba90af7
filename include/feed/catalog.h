/*
 * catalog.h -- the instruments of one venue.
 *
 * A table in fixed memory that the venue's lists and pushes keep current:
 *
 *   catalog_begin(&c, LIST);                 a list begins to come
 *   e = catalog_put(&c, &i, LIST, &change);  for each of its rows
 *   n = catalog_end(&c, LIST, on_gone, me);  the list was complete
 *
 * What the list had before and has not now is GONE.  A list that was not
 * complete is just begun again: nothing is GONE before its end.  Venues have
 * several lists (OKX: one for each instType); each is refreshed on its own, and
 * several may come at once.  A push (CATALOG_PUSH) belongs to none.
 *
 * The native name is the key.  Two that are not GONE may share the unified one;
 * catalog_name gives each a name of its own.
 *
 * GONE ones stay until their place is needed or catalog_forget is called, so
 * that whoever holds a name can see why it is silent.  Pointers to instruments
 * are good until the next put, forget or restore.  Nothing here calls the
 * system: catalog_save and catalog_restore are about text, and files are the
 * caller's.
 */
#ifndef MPEDGE_FEED_CATALOG_H
#define MPEDGE_FEED_CATALOG_H

#include "core/out.h"
#include "model/instrument.h"

enum {
	CATALOG_LISTS = 16,
	/* In place of a list: the row came by itself. */
	CATALOG_PUSH = CATALOG_LISTS,
	/* No line of catalog_save is longer. */
	CATALOG_LINE_MAX = 512,
};

enum catalog_change {
	CATALOG_SAME,
	CATALOG_ADDED,
	CATALOG_CHANGED,
};

struct catalog_row {
	struct instrument instrument;
	/* Others in the same bucket, or free: index + 1, 0 is none. */
	uint32_t next_native;
	uint32_t next_unified;
	/* The refresh of its list that saw it last. */
	uint32_t pass;
	/* When it went, in puts and sweeps. */
	uint32_t gone_at;
	uint8_t list;
	bool used;
};

struct catalog {
	/* To be read: rows in use (GONE ones too), GONE ones of them, rows that
	 * catalog_put found no place for. */
	uint32_t count;
	uint32_t gone;
	uint64_t refused;
	/* Rows of each list in the refresh that came last or is coming. */
	uint32_t seen[CATALOG_LISTS];
	/* The module's own. */
	uint32_t pass[CATALOG_LISTS];
	struct catalog_row *rows;
	uint32_t capacity;
	/* Rows beyond were never in use. */
	uint32_t top;
	uint32_t *native;
	uint32_t *unified;
	uint32_t buckets;
	uint32_t free;
	uint32_t clock;
};

/* Bytes that catalog_init needs for so many instruments. */
size_t catalog_bytes(uint32_t capacity);

/* An empty table in memory of the caller (catalog_bytes, aligned as from the
 * arena). */
void catalog_init(struct catalog *c, void *memory, uint32_t capacity);

/*
 * Insert or update.  One that is GONE and was not known is not kept (SAME).
 * FULL when all places are taken by others that are not GONE; MISSING without
 * both names.
 */
enum err catalog_put(struct catalog *c, const struct instrument *i,
    unsigned list, enum catalog_change *change) MUST_USE;

/* Refresh of a list, see above. */
void catalog_begin(struct catalog *c, unsigned list);

/*
 * Those of the list that were not seen are GONE; `gone`, unless NULL, is told
 * each of them once.  Returns how many.  c->seen says how many there are, for
 * whoever does not believe an empty list.
 */
uint32_t catalog_end(struct catalog *c, unsigned list,
    void (*gone)(void *owner, const struct instrument *i), void *owner);

/* How many would be GONE if the list ended now. */
uint32_t catalog_missing(const struct catalog *c, unsigned list);

/* The list that an instrument of the catalog came with. */
unsigned catalog_list(const struct instrument *i);

/* Give up the places of all GONE ones. */
void catalog_forget(struct catalog *c);

/* NULL when it is not known. */
const struct instrument *catalog_native(
    const struct catalog *c, struct span native);

/*
 * UNIFIED or UNIFIED:SETTLE among those that are not GONE: returns how many
 * there are, *i is the first of them or NULL.  With more than one the name is
 * not enough.
 */
uint32_t catalog_unified(
    const struct catalog *c, struct span name, const struct instrument **i);

/* What configuration may say: the native name, else a unified one that is
 * enough.  NULL when there is none. */
const struct instrument *catalog_find(
    const struct catalog *c, struct span name);

/*
 * The shortest name that is enough among those that are not GONE: UNIFIED, else
 * UNIFIED:SETTLE, else the native one.
 */
void catalog_name(
    const struct catalog *c, const struct instrument *i, struct out *o);

/* The next one from *at (0 to start) on, GONE ones too; NULL at the end. */
const struct instrument *catalog_next(const struct catalog *c, uint32_t *at);

/*
 * The table as text, for a start without REST: a header with the version and
 * the word `venue`, a line for each that is not GONE, and a last line that
 * proves the text is whole.  o->full when it did not fit.
 */
void catalog_save(const struct catalog *c, struct span venue, struct out *o);

/* The same, of those that `keep` wants. */
void catalog_save_some(const struct catalog *c, struct span venue,
    bool (*keep)(void *owner, const struct instrument *i), void *owner,
    struct out *o);

/*
 * Read it in place of what is in the table.  UNSUPPORTED for another version,
 * UNKNOWN for another venue, SHORT for a text that was cut, SYNTAX and RANGE
 * for what cannot be, FULL when there are more than places; the table is empty
 * then. Unified names are made anew, so those of an older text follow today's
 * rules. The first refresh of a list sweeps what was restored of it and is not
 * there any more.
 */
enum err catalog_restore(
    struct catalog *c, struct span venue, struct span text) MUST_USE;

#endif
