/*
 * fill_parts.h -- what fill.c (rows and counts) and fill_marks.c (single
 * elements) share.
 */
#ifndef MPEDGE_STATUS_FILL_PARTS_H
#define MPEDGE_STATUS_FILL_PARTS_H

#include "core/out.h"

enum {
	FILL_MEMBERS_MAX = 64,
};

/* What an element is filled with. */
struct fill_item {
	struct span key;
	struct span value;
};

struct fill {
	struct out *o;
	/* The top of the JSON, looked through once. */
	struct fill_item top[FILL_MEMBERS_MAX];
	unsigned count;
	/* Words of states. */
	struct span good;
	struct span good_of_page;
	struct span bad;
	/* Rows of the next data-each; left out by the last. */
	uint64_t rows;
	uint64_t left;
	/* Bytes that rows may fill, but for those kept for what follows. */
	size_t most;
	uint64_t kept;
	/* In a row, where attributes are not copied. */
	bool repeats;
	/* Of the template, still to come. */
	struct span rest;
};

/* The value at a path, seen from here. */
struct fill_item fill_at(
    const struct fill *f, struct fill_item here, struct span path);

/* Is it one of the words between blanks? */
bool fill_is_word(struct span list, struct span word);

/* Copy the template up to and with the next c, or to its end. */
void fill_copy_past(struct fill *f, char c);

/* What the attributes of single elements do: behind data-, and argument. */
void fill_value(struct fill *f, struct fill_item here, struct span paths);
void fill_class(struct fill *f, struct fill_item here, struct span path);
void fill_bar(struct fill *f, struct fill_item here, struct span paths);
void fill_line(struct fill *f, struct fill_item here, struct span path);
void fill_has(struct fill *f, struct fill_item here, struct span path);
void fill_name(struct fill *f, struct fill_item here, struct span nothing);

#endif
