/*
 * journal_tool.h -- between journal_tool.c (the command, and drop) and
 * journal_report.c (what only looks) of `mpedge journal`.
 */
#ifndef MPEDGE_APP_JOURNAL_TOOL_H
#define MPEDGE_APP_JOURNAL_TOOL_H

#include "core/arena.h"
#include "feed/journal.h"

struct journal_tool {
	struct journal *journal;
	const char *path;
	/* drop: the sink, or NULL for all. */
	const char *sink;
	uint64_t from;
	uint64_t to;
	uint64_t before;
	struct arena arena;
	struct level *levels;
	struct out out;
	struct wall now;
	bool failed;
	/* What a walk has found. */
	uint64_t records;
	uint64_t damaged;
	uint64_t missing;
	uint64_t header_damaged;
	struct journal_frame first;
	struct journal_frame last;
};

/* To stderr. */
void tool_say(const char *text, struct span about);

/* name=n to t->out; what is there to stdout. */
void tool_number(struct journal_tool *t, const char *name, uint64_t n);
void tool_flush(struct journal_tool *t);

/* The exit status of each. */
int tool_list(struct journal_tool *t);
int tool_verify(struct journal_tool *t);
int tool_export(struct journal_tool *t);

#endif
