/*
 * appliance.h -- what an appliance's first process tells of the box.
 *
 * Lines KEY=VALUE (facts.def says which), at most FACTS_BYTES_MAX bytes in all.
 * Empty lines are skipped, and keys that are not known, since who writes may be
 * newer.  Anything else that is wrong makes the whole text unusable: a line
 * without =, a key that is none or stands twice, a value that is too long, has
 * control bytes or is not of its kind.  Nothing here opens a file.
 */
#ifndef MPEDGE_STATUS_APPLIANCE_H
#define MPEDGE_STATUS_APPLIANCE_H

#include "core/metrics.h"

enum {
	FACTS_BYTES_MAX = 4096,
	FACT_BYTES_MAX = 160,
};

/* clang-format off */
enum fact {
#define FACT(name, kind, meaning) FACT_##name,
#include "tables/facts.def"
#undef FACT
	FACTS
};
/* clang-format on */

struct appliance {
	bool said[FACTS];
	/* With NUL; "" when it was not said. */
	char text[FACTS][FACT_BYTES_MAX];
};

/* SYNTAX or FULL, with the line that is wrong and a sentence about it, a
 * literal; f is then as it was. */
enum err appliance_read(struct span text, struct appliance *f, unsigned *line,
    const char **why) MUST_USE;

bool appliance_is(const struct appliance *f, enum fact which, const char *text);
/* 0 when it was not said. */
uint64_t appliance_number(const struct appliance *f, enum fact which);

/* Members that were said, each with a comma behind it. */
void appliance_json(const struct appliance *f, struct out *o);

/* For the check `appliance`: a warning when the clock was not set, a slot is on
 * trial, in safe mode, or after an update that was taken back. */
void appliance_judge(const struct appliance *f, struct health_check *h);

/* Labels of mpedge_box_info, and the numbers. */
void appliance_labels(const struct appliance *f, struct out *o);
void appliance_metrics(const struct appliance *f, struct box_metrics *m);

#endif
