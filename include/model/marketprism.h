/*
 * marketprism.h -- the tables of tables/marketprism.def as data, for ddl.c and
 * marketprism.c.
 */
#ifndef MPEDGE_MODEL_MARKETPRISM_H
#define MPEDGE_MODEL_MARKETPRISM_H

#include "model/model.h"

enum old_how {
	OLD_VENUE,
	OLD_TEXT,
	OLD_FLOAT,
	OLD_WHEN,
	OLD_EDGE,
	OLD_SELLS,
	OLD_BOOK,
};

struct old_column {
	const char *name;
	enum old_how how;
	/* Of the field in the record. */
	size_t offset;
};

struct old_table {
	const char *name;
	enum record_id record;
	const char *partition;
	const char *order;
	const struct old_column *columns;
	size_t count;
	/* Of collected_at in the record. */
	size_t collected;
};

/* NULL when the record has none. */
const struct old_table *marketprism_find(enum record_id id);

#endif
