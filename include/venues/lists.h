/*
 * lists.h -- where a venue's lists of instruments are, and what reads them.
 *
 * Each list is one REST call with a long answer, whose rows codec/json_split.h
 * cuts out and venues/instruments.h reads.  Options are lists of their own,
 * because they are many: one for each family that somebody asks for.
 */
#ifndef MPEDGE_VENUES_LISTS_H
#define MPEDGE_VENUES_LISTS_H

#include "venues/instruments.h"
#include "venues/venue.h"

enum {
	/* Bytes of the name of a family of options: BTC-USD. */
	FAMILY_MAX = 2 * ASSET_MAX + 1,
};

struct venue_lists {
	/* Lists 0..count-1 are always worth reading. */
	unsigned count;
	/* The call of list i; of options (i == count) of this family. */
	void (*call)(unsigned i, struct span family, struct out *path,
	    struct venue_call *call);
	/* Does this word of the configuration, a name or a pattern, mean
	 * options?  Of which family?  NULL: there are none, or they are in the
	 * other lists. */
	bool (*family)(struct span word, struct out *family);
	/* Is it in none of the lists, though it can be collected?  NULL: all
	 * are in a list. */
	bool (*unlisted)(const struct symbol *s);
	/* Where the rows stand in the document, and what reads one. */
	const char *path;
	enum err (*row)(const struct json *j, int object, struct instrument *i);
	/* This `code` in an answer says that there were too many calls. */
	const char *limited;
	/* Words of the venue's pushes for one that is traded, with blanks
	 * between. */
	const char *live;
};

/* Indexed by enum venue_id. */
extern const struct venue_lists *const venue_lists[VENUE_COUNT];

#endif
