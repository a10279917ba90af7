/*
 * config_check.h -- what config_check.c, config_sinks.c and config_http.c
 * share: rules between settings that each are in range.
 */
#ifndef MPEDGE_APP_CONFIG_CHECK_H
#define MPEDGE_APP_CONFIG_CHECK_H

#include "core/options.h"
#include "core/out.h"

struct checker {
	const char *path;
	struct out *errors;
	bool failed;
};

/* "path: where: what" and a line end. */
void check_wrong(struct checker *c, const char *where, const char *what);

/* Each word of list is one of words (blank-separated)? */
void check_words(
    struct checker *c, const char *where, const char *list, const char *words);

/* May stand in an address or a name. */
bool check_plain(struct span s);

/* May stand in a header line. */
bool check_field(const char *text);

/* The sections of all sinks and of the consumer. */
void check_sinks(struct checker *c, const struct options *o);

/* The section http. */
void check_http(struct checker *c, const struct options *o);

#endif
