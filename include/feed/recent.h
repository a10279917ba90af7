/*
 * recent.h -- the last gaps and events that were published, for /status.
 *
 * Texts are copied, cut to RECENT_TEXT_MAX bytes.
 */
#ifndef MPEDGE_FEED_RECENT_H
#define MPEDGE_FEED_RECENT_H

#include "model/model.h"

enum {
	RECENT_MAX = 24,
	RECENT_TEXT_MAX = 96,
};

struct recent_entry {
	enum record_id id;
	int64_t at_ns;
	/* SEQ_NULL: not known, or not a gap. */
	int64_t missing;
	char subject[RECENT_TEXT_MAX];
	char became[RECENT_TEXT_MAX];
	char reason[RECENT_TEXT_MAX];
};

struct recent {
	struct recent_entry entries[RECENT_MAX];
	/* Ever noted. */
	uint64_t count;
};

/* Those of other types are not noted. */
void recent_note(struct recent *r, enum record_id id, const void *rec);

/* [{"at","kind","subject","became","missing","reason"}], newest first. */
void recent_json(const struct recent *r, struct out *o);

#endif
