/*
 * config.h -- settings from all places they can come from become struct
 * options.
 *
 * Of several values for a key the last of these is in force:
 *
 *   1. the default of tables/config.def
 *   2. the file, and those it includes; KEY_file names a file with a SECRET
 *   3. $CREDENTIALS_DIRECTORY/section.key, for a SECRET (systemd's credentials)
 *   4. variables of the services replaced (tables/environment.def)
 *   5. MPEDGE_SECTION_KEY, for every key
 *
 * Every key may stand once in a file; a LIST may stand several times, its words
 * add up.  `include = PATH` reads another file at that place, a path from the
 * folder of the file it stands in, CONFIG_DEPTH_MAX deep; of a key that stands
 * in several files what was read last counts.  Whatever is not right is told as
 *
 *   FILE:LINE: section.key: what is wrong; what would be right
 *   NAME: section.key: ...                       (of a variable)
 *
 * one line each, all of them, not only the first.
 */
#ifndef MPEDGE_APP_CONFIG_H
#define MPEDGE_APP_CONFIG_H

#include "core/options.h"
#include "core/out.h"

enum {
	CONFIG_KEYS_MAX = 512,
	/* Of one reading: files, included ones each time they are. */
	CONFIG_FILES_MAX = 32,
	CONFIG_DEPTH_MAX = 8,
	CONFIG_PATH_MAX = 256,
	/* Files with a SECRET. */
	CONFIG_SECRETS_MAX = 16,
};

enum config_source {
	CONFIG_DEFAULT,
	CONFIG_FILE,
	CONFIG_CREDENTIAL,
	CONFIG_REPLACED,
	CONFIG_ENVIRONMENT,
};

/* Where a value comes from. */
struct config_origin {
	enum config_source source;
	/* FILE: which of config_origins.files. */
	unsigned file;
	int line;
	/* REPLACED and ENVIRONMENT: the variable; borrowed. */
	struct span name;
};

struct config_origins {
	/* Indexed like option_at. */
	struct config_origin of[CONFIG_KEYS_MAX];
	char files[CONFIG_FILES_MAX][CONFIG_PATH_MAX];
	unsigned file_count;
	/* Files that KEY_file named. */
	char secrets[CONFIG_SECRETS_MAX][CONFIG_PATH_MAX];
	unsigned secret_count;
};

struct config_input {
	const char *path;
	/* NUL-terminated, instead of what is in the file; or NULL. */
	const char *text;
	/* NAME=VALUE, a NULL behind the last; or NULL: no variables. */
	char *const *environment;
};

/* The defaults of config.def. */
void config_defaults(struct options *o);

/* Everything above.  CONFIG with one line for each error.  *from is filled even
 * then. */
enum err config_read(const struct config_input *in, struct options *o,
    struct config_origins *from, struct out *errors) MUST_USE;

/* Without variables: a file; a text. */
enum err config_load(
    const char *path, struct options *o, struct out *errors) MUST_USE;
enum err config_text(const char *path, const char *text, struct options *o,
    struct out *errors) MUST_USE;

/* Checks that need more than one key; config_read has called it. */
bool config_check(
    const char *path, const struct options *o, struct out *errors);

/* Number of an option, or -1. */
int config_find(struct span section, struct span key);

/* "config.ini:12", "variable NATS_URL", "default". */
void config_origin_text(
    const struct config_origins *from, size_t option, struct out *o);

/* Its value as it stands in a file; of secrets, and of user and password in an
 * address, three stars. */
void config_value_text(
    const struct options *o, const struct option_desc *d, struct out *to);

/* "KEY = VALUE", of a list as many lines as it takes; secrets: as they are. */
void config_write_key(const struct options *o, const struct option_desc *d,
    bool secrets, struct out *to);

/* Do they differ in this option?  Make them equal in it. */
bool config_is_changed(const struct option_desc *d, const struct options *a,
    const struct options *b);
void config_copy(const struct option_desc *d, struct options *to,
    const struct options *from);

/* --print effective: what is in force and where from, as a file. */
void config_effective(
    const struct options *o, const struct config_origins *from, struct out *to);

/* Log which keys have values from elsewhere than the file, and variables that
 * mean nothing here. */
void config_log(const struct config_origins *from, char *const *environment);

#endif
