/*
 * ddl.h -- the ClickHouse tables, as statements that make them.
 *
 * The same text is printed by --print ddl and sent by the sink, one statement a
 * call.  Names must be letters, digits and underscores (app/config_check).
 */
#ifndef MPEDGE_MODEL_DDL_H
#define MPEDGE_MODEL_DDL_H

#include "model/model.h"

struct ddl {
	const char *database;
	/* In front of each table's name. */
	const char *prefix;
	/* Rows older than this go; 0 is never. */
	int64_t ttl_days;
	/* Tables of the service replaced instead of ours. */
	bool marketprism;
};

enum {
	/* Longest statement. */
	DDL_MAX = 8192,
	/* Inserts whose tokens a table remembers. */
	DDL_WINDOW = 1000,
};

void ddl_database(const struct ddl *d, struct out *o);

/* The table of a record; false, and nothing written, when it has none. */
bool ddl_table(const struct ddl *d, enum record_id id, struct out *o);

/*
 * Which of the columns of ours a table has, a name a line; the bits of those
 * that are not among them (see model/row.h: lacks), 0 also when there is none,
 * because the table is not there or may not be seen; and the statement that
 * adds them.  plain: for a server that is too old for our types; those it gets
 * have the same bytes.
 */
void ddl_ask(const struct ddl *d, enum record_id id, struct out *o);
uint32_t ddl_lacks(enum record_id id, struct span names);
void ddl_add(const struct ddl *d, enum record_id id, uint32_t lacks, bool plain,
    struct out *o);

/* database.prefixname */
void ddl_name(const struct ddl *d, enum record_id id, struct out *o);

/* Without the database and the prefix; NULL when the record has none. */
const char *ddl_plain(const struct ddl *d, enum record_id id);

/* All statements, each with its semicolon, for people. */
void ddl_all(const struct ddl *d, struct out *o);

#endif
