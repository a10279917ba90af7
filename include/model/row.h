/*
 * row.h -- records as rows of ClickHouse: RowBinary for the tables of --print
 * ddl (src/model/row.c), text for those of the service replaced
 * (src/model/marketprism.c).
 *
 * A table of ours has the record's fields in table order, types as types.def
 * says, and behind them `unfit`: null, or a JSON object with the members that
 * do not fit their column (a decimal beyond Decimal(38, 18)), with every digit.
 * Such a field is null there, an array with such a level is empty: no number is
 * ever rounded.  What is null in a record and has no null in its column (names
 * of symbols) is an empty text.
 */
#ifndef MPEDGE_MODEL_ROW_H
#define MPEDGE_MODEL_ROW_H

#include "model/model.h"

/*
 * One row; returns how many fields did not fit.  The same record is the same
 * bytes on every machine and in every run.  lacks: columns that the table has
 * not, bit 0 is the first field and the one behind the last is `unfit`; the row
 * is without them.
 */
unsigned record_row(
    enum record_id id, const void *rec, uint32_t lacks, struct out *o);

/* The columns of record_row, separated by commas. */
void record_columns(enum record_id id, uint32_t lacks, struct out *o);

/*
 * The tables that the service replaced wrote, see tables/marketprism.def: name
 * of the one that a record goes into, NULL when there is none; of books only
 * valid snapshots, whose first MARKETPRISM_LEVELS levels were kept.
 */
enum {
	MARKETPRISM_LEVELS = 20,
};

const char *marketprism_table(enum record_id id);
bool marketprism_has(enum record_id id, const void *rec);

/*
 * One row in format TabSeparated, numbers with the venue's digits (the server
 * makes its Float64 of them, nan where there is none), times as seconds with
 * decimals.
 */
void marketprism_row(enum record_id id, const void *rec, struct out *o);
void marketprism_columns(enum record_id id, struct out *o);

#endif
