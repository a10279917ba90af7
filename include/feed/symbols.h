/*
 * symbols.h -- which instruments of a venue are collected, and why others are
 * not.
 *
 * The words of the configuration are names (unified or native) and patterns.
 * The venue's instrument lists say what there is; they are read at start, then
 * with each symbols_refresh, and soon after a push of the venue says that
 * something has changed.
 *
 *   symbols_init(&s, &setup);            memory; words become wishes
 *   e = symbols_begin(&s, saved, why);   collect what can be collected now
 *   symbols_start(&s);                   ask for the lists
 *
 * No list is waited for.  A name is collected at once, under the names that its
 * text or a saved catalog gives, and checked when its list has come: what the
 * venue does not have, or has closed, is dropped and named with the reason, and
 * comes back when a later list has it.  Patterns are filled from the saved
 * catalog, or when a list is there, with what is traded.
 *
 * Of several boxes that divide the symbols each keeps its own; which those are
 * follows from the native name, so a name that a list corrects may move.
 *
 * "Unknown" is said only when every list was read whole.  A list in which most
 * of what was known is missing is read again before it is believed.
 *
 * What is to be done is told to struct symbols_host; nothing here opens
 * anything.
 */
#ifndef MPEDGE_FEED_SYMBOLS_H
#define MPEDGE_FEED_SYMBOLS_H

#include "codec/json_split.h"
#include "core/loop.h"
#include "core/random.h"
#include "feed/catalog.h"
#include "feed/rest.h"
#include "model/shard.h"
#include "venues/lists.h"

enum {
	SYMBOLS_NONE = -1,
	/* Instruments of one venue, those that nobody wants included. */
	SYMBOLS_CAPACITY = 8192,
	SYMBOLS_TEXT = 256,
	SYMBOLS_WHY_MAX = 160,
	/* Refreshes that pushes may ask for in a row; then one a minute. */
	SYMBOLS_PUSHES = 3,
};

enum wanted_state {
	/* Collected; no list has said anything yet, or none ever does. */
	WANTED_UNCHECKED,
	WANTED_LIVE,
	/* Collected, but listed as not traded. */
	WANTED_HALTED,
	/* From here on: not collected. */
	WANTED_PREOPEN,
	WANTED_UNKNOWN,
	WANTED_GONE,
	/* Several instruments have the name. */
	WANTED_AMBIGUOUS,
	WANTED_NO_ROOM,
	/* Another word means the same instrument. */
	WANTED_TWICE,
	/* Another box collects it (model/shard.h). */
	WANTED_ELSEWHERE,
	WANTED_STATES
};

struct wanted {
	/* As configured; the native name of one that a pattern brought. */
	char word[SYMBOL_MAX + 1];
	/* Of what is, or would be, collected. */
	char native[SYMBOL_MAX + 1];
	uint64_t hash;
	/* The host's, or SYMBOLS_NONE. */
	int number;
	enum wanted_state state;
	bool by_pattern;
	/* A row of the lists said that it is closed. */
	bool closed;
	/* The nearest name, of an unknown one; empty: none is near. */
	char hint[SYMBOL_MAX + 1];
	struct wall since;
};

struct symbols_host {
	void *owner;
	/* Collect it.  AGAIN: it is not quite gone yet, symbols_review says
	 * when to try again.  FULL: no room.  *number is that of an equal
	 * native name if there is one. */
	enum err (*add)(struct symbols_host *h, struct span native,
	    struct span unified, unsigned *number);
	/* What a list says of it. */
	void (*learn)(struct symbols_host *h, unsigned number,
	    const struct instrument *i, struct span unified);
	/* Collect it no longer. */
	void (*drop)(struct symbols_host *h, unsigned number, const char *why);
	/* News worth an event record. */
	void (*tell)(struct symbols_host *h, struct span name,
	    const char *state, const char *why);
	/* rest_hurry */
	void (*queue)(
	    struct symbols_host *h, struct rest_job *j, int64_t after_ms);
};

struct symbols;

struct symbols_list {
	struct rest_job job;
	struct symbols *symbols;
	char family[FAMILY_MAX + 1];
	/* Read whole since the start; when last. */
	bool read;
	struct wall read_at;
	/* The last time a row could not be read, whatever it is of; or one of
	 * which nothing else is known, though a wish names it. */
	bool unread;
	bool unsure;
	/* Too much was missing; it is being read again. */
	bool doubted;
	/* A push asked for it: waiting; while it was under way. */
	bool hurried;
	bool under_way;
	bool again;
	unsigned failures;
};

struct symbols_counts {
	/* Symbols that began, and ended, while running. */
	uint64_t listed;
	uint64_t delisted;
	uint64_t reads;
	uint64_t failures;
	/* Rows that could not be read. */
	uint64_t bad_rows;
	/* Now: wishes by state, and matches of patterns without a place. */
	uint64_t now[WANTED_STATES];
	uint64_t no_room;
};

struct symbols_setup {
	const struct venue *venue;
	const char *name;
	/* Blank-separated; borrowed for good. */
	const char *words;
	/* How many can be collected at once. */
	unsigned room;
	struct shard shard;
	/* Between two symbols_refresh. */
	int64_t refresh_ms;
	const struct loop *loop;
	struct random *random;
	struct arena *arena;
	struct symbols_host *host;
};

struct symbols {
	/* To be read: wanted[0..count). */
	struct wanted *wanted;
	unsigned count;
	unsigned places;
	struct catalog catalog;
	struct symbols_counts counts;
	/* The lists have changed since symbols_save. */
	bool unsaved;
	/* The module's own. */
	struct symbols_setup setup;
	const struct venue_lists *lists;
	struct symbols_list list[CATALOG_LISTS];
	unsigned list_count;
	struct symbols_list *reading;
	bool has_patterns;
	/* All lists were read; before that nothing is news. */
	bool complete;
	bool told_no_room;
	bool told_full;
	int pushes_left;
	struct mono pushes_at;
	struct json json;
	struct json_split split;
	const char *path[1];
	char *row;
	struct json_kept kept[3];
	char code[32];
	char msg[SYMBOLS_TEXT];
	char error[JSON_SPLIT_OBJECT];
};

void symbols_init(struct symbols *s, const struct symbols_setup *setup);

/* CONFIG with a reason when a name cannot be one, or there is no room for those
 * that stand there by name. */
enum err symbols_begin(
    struct symbols *s, struct span saved, struct out *why) MUST_USE;
void symbols_start(struct symbols *s);

/* Read the lists again, those that are older than half of refresh_ms and not
 * being read; false: none is. */
bool symbols_refresh(struct symbols *s);

/* A push of the venue: this one is now in that state, in the venue's word. */
void symbols_changed(struct symbols *s, struct span native, struct span state);

/*
 * Other words, while it runs.  symbols_try: CONFIG with a reason when they
 * cannot be; nothing is changed.  symbols_change: the text at setup.words is
 * another one now, which symbols_try has seen; what stands in both is not
 * touched, under whatever name, and neither is what a pattern picks of what was
 * there by name.
 */
enum err symbols_try(
    const struct symbols *s, const char *words, struct out *why) MUST_USE;
void symbols_change(struct symbols *s);

/* There is room that was not there before. */
void symbols_review(struct symbols *s);

/* How many are configured and cannot be collected; those that wait for their
 * opening do not count. */
uint64_t symbols_missing(const struct symbols *s);

/* Why it is not collected, or what else is to be said of it. */
void symbols_reason(const struct wanted *w, struct out *o);
const char *wanted_state_name(enum wanted_state s);

/* The instruments that matter here, for symbols_begin of another run; then they
 * are saved. */
void symbols_save(struct symbols *s, struct out *o);

#endif
