/*
 * convert.h -- settings of other programs: their names and what their values
 * are here.
 */
#ifndef MPEDGE_APP_CONVERT_H
#define MPEDGE_APP_CONVERT_H

#include "core/out.h"

enum conversion {
	/* As it is. */
	CONVERT_PLAIN,
	/* true in any of the usual spellings. */
	CONVERT_FLAG,
	/* WARNING, CRITICAL and so on. */
	CONVERT_LEVEL,
	/* Host or port of an address that stays otherwise. */
	CONVERT_HOST,
	CONVERT_PORT,
	/* The same, of ClickHouse: 9000 speaks another protocol than 8123. */
	CONVERT_CLICKHOUSE_PORT,
	/* Host or port of the address that is the value. */
	CONVERT_URL_HOST,
	CONVERT_URL_PORT,
	/* BTCUSDT is BTC-USDT. */
	CONVERT_DASHED,
	/* Seconds, also 5.0; there are milliseconds. */
	CONVERT_S,
	CONVERT_MS,
	/* Data types by their names there. */
	CONVERT_CHANNELS,
	/* The first token of a subject. */
	CONVERT_PREFIX,
	/* As it is; 0 stands for nothing. */
	CONVERT_NUMBER,
	/* That it is given says it: true. */
	CONVERT_ON,
	/* The spelling of the service replaced: its tables, its subjects. */
	CONVERT_MARKETPRISM,
	/* false: simulators instead of exchanges. */
	CONVERT_REAL,
	/* There is no twin, and none is needed; the same and not to be shown;
	 * or there should be. */
	CONVERT_NONE,
	CONVERT_HIDDEN,
	CONVERT_LACKING,
};

/* A row of a table; its texts are good for ever. */
struct rename {
	const char *name;
	/* NULL: no twin. */
	const char *section;
	const char *key;
	enum conversion conversion;
	const char *meaning;
	/* The module's own. */
	size_t index;
};

enum rename_table {
	/* tables/environment.def */
	RENAME_ENVIRONMENT,
	/* tables/aliases.def */
	RENAME_ALIASES,
	/* tables/migrate.def; section is "" in a row for a venue's file. */
	RENAME_MIGRATE,
};

/* rename.c: the row behind *row, which begins as { 0 }; false: there is none.
 */
bool rename_next(enum rename_table t, struct rename *row);

/*
 * What value is here; now is what the key has.  UNSUPPORTED: nothing is to be
 * set.  SYNTAX: it is none.
 */
enum err convert(enum conversion c, struct span value, struct span now,
    struct out *to) MUST_USE;

/* What a value of this kind has to be, for an error. */
const char *convert_rule(enum conversion c);

#endif
