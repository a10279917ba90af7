/*
 * migrate.h -- mpedge migrate: settings of the services replaced become a file
 * for mpedge.
 *
 * FILE is YAML (a collector's, with the files of venues that it names, or one
 * of a venue, or the section legacy_ingestion of the service before), or
 * variables (NAME=VALUE lines; its name is or ends with .env, or begins with
 * .env). Several files add up, of one key the last value counts.  What has no
 * twin is named in a comment, without its value, with the reason;
 * tables/migrate.def and tables/environment.def decide.  What is written has
 * been read again and is valid.
 */
#ifndef MPEDGE_APP_MIGRATE_H
#define MPEDGE_APP_MIGRATE_H

#include "app/config_parts.h"
#include "codec/yaml.h"
#include "core/must.h"
#include "venues/venue.h"

enum {
	MIGRATE_FILE_MAX = 128 * 1024,
	MIGRATE_NOTES_MAX = 32 * 1024,
};

struct migrate {
	struct config_reader reader;
	struct options options;
	/* What was written, read again. */
	struct options again;
	struct config_origins origins;
	struct out errors;
	char errors_text[MIGRATE_NOTES_MAX];
	/* Comments on what has no twin. */
	struct out notes;
	char notes_text[MIGRATE_NOTES_MAX];
	char file_text[MIGRATE_FILE_MAX];
	unsigned set;
	unsigned untwinned;
	unsigned unusable;
	/* Which venue the file at hand is of; VENUE_COUNT: of none. */
	enum venue_id venue;
	/* A venue was named: those that are not are off. */
	bool venues_named;
	/* YAML: files that the one at hand names. */
	char more[CONFIG_FILES_MAX][CONFIG_PATH_MAX];
	unsigned more_count;
};

/* argv is what follows the word; the exit status.  text is room for the file
 * that is written. */
int migrate_main(int argc, char **argv, struct migrate *m, struct out *text);

/* Reads path into m->file_text; false: it was told why not. */
bool migrate_load(struct migrate *m, const char *path, struct span *text);

/* migrate_yaml.c and migrate_variables.c: false when the file cannot be read.
 */
bool migrate_yaml(struct migrate *m, const char *path);
bool migrate_variables(struct migrate *m, const char *path);

/* "NAME (FILE:LINE): why", as a comment. */
void migrate_note(struct migrate *m, struct span name,
    const struct config_origin *at, const char *why);

/* Set what the row says; whatever is wrong with it becomes a note. */
void migrate_set(struct migrate *m, const struct rename *row, struct span value,
    const struct config_origin *at);

#endif
