/*
 * config_parts.h -- between the files that read settings: config.c (the order),
 * config_file.c (files), config_names.c (which key is meant, and errors),
 * config_set.c (one value), environment.c, secrets.c, and migrate.c, which
 * fills struct options from other files.
 */
#ifndef MPEDGE_APP_CONFIG_PARTS_H
#define MPEDGE_APP_CONFIG_PARTS_H

#include "app/config.h"
#include "app/convert.h"

struct config_reader {
	struct options *options;
	struct config_origins *origins;
	struct out *errors;
	/* Of the process, or NULL. */
	char *const *environment;
	/* systemd's folder of credentials, or SPAN_NULL. */
	struct span credentials;
	bool failed;
	/* use_real_exchanges = false, and where that stands. */
	bool simulated;
	struct config_origin simulated_at;
	/* Bit n: file n has this key. */
	uint32_t given[CONFIG_KEYS_MAX];
	/* Files being read, the innermost last: numbers, and what they are. */
	unsigned depth;
	unsigned open[CONFIG_DEPTH_MAX];
	uint64_t device[CONFIG_DEPTH_MAX];
	uint64_t inode[CONFIG_DEPTH_MAX];
};

/* --- config_names.c --- */

/* "FILE:LINE: " or "NAME: "; then "section.key: ". */
void config_place(struct config_reader *r, const struct config_origin *at);
void config_complain(struct config_reader *r, const struct config_origin *at,
    const char *section, const char *key);

/* Nobody knows this key: say which may be meant. */
void config_unknown(struct config_reader *r, const struct config_origin *at,
    const char *section, const char *key);

/* Letters to insert, remove or replace (Levenshtein); 99: too long. */
unsigned config_distance(struct span a, struct span b);

/* --- config_set.c --- */

/* False: it is wrong, which was told.  add: behind what is there (lists). */
bool config_set(struct config_reader *r, size_t option, const char *value,
    const struct config_origin *at, bool add);

/* The same by way of a row of another name; true as well when there is nothing
 * to set. */
bool config_set_renamed(struct config_reader *r, const struct rename *row,
    const char *value, const struct config_origin *at);

/* --- config_file.c --- */

/* The number of a file in struct config_origins, or -1. */
int config_name_file(struct config_reader *r, const char *path);

/* The file, or the text, and what it includes. */
void config_read_file(
    struct config_reader *r, const char *path, const char *text);

/* --- environment.c --- */

/* NAME's value, or SPAN_NULL. */
struct span environment_find(char *const *environment, const char *name);
/* The FILE that they name, for a command line that names none; or NULL. */
const char *environment_config(char *const *environment);
void environment_replaced(struct config_reader *r);
void environment_own(struct config_reader *r);

/* --- secrets.c --- */

/* KEY_file: the first line of the file at path is the value. */
void secrets_from(struct config_reader *r, size_t option, const char *path,
    const struct config_origin *at);
/* The first line of a file that only its owner may read; NULL or why not. */
const char *secrets_line(const char *path, char *text, size_t size);
void secrets_credentials(struct config_reader *r);

#endif
