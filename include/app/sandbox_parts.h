/*
 * sandbox_parts.h -- between the files of the sandbox: sandbox.c (the order),
 * sandbox_paths.c (which files), sandbox_landlock.c, sandbox_user.c.
 */
#ifndef MPEDGE_APP_SANDBOX_PARTS_H
#define MPEDGE_APP_SANDBOX_PARTS_H

#include "app/sandbox.h"

/* --- sandbox_paths.c --- */

enum sandbox_use {
	/* A file; it may be replaced, so its folder counts. */
	SANDBOX_READS,
	SANDBOX_WRITES,
	/* What is there now and nothing else. */
	SANDBOX_WRITES_ITSELF,
	/* A folder and what is beneath. */
	SANDBOX_READS_BENEATH,
	SANDBOX_WRITES_BENEATH,
};

typedef void sandbox_visit(
    void *owner, const char *path, enum sandbox_use use, const char *key);

/* Each file and folder of the settings, and of the system.  key: the setting,
 * or NULL. */
void sandbox_paths(const struct sandbox *s, const struct options *o,
    sandbox_visit *visit, void *owner);

/* The folder a file stands in. */
void sandbox_folder(const char *path, struct out *o);

/* --- sandbox_landlock.c --- */

struct sandbox_rules {
	struct sandbox *sandbox;
	int fd;
	unsigned version;
};

/* Rules for all paths, not in force yet; an errno or 0. */
int sandbox_rules_make(
    struct sandbox_rules *r, struct sandbox *s, const struct options *o);
int sandbox_rules_apply(struct sandbox_rules *r);

/* --- sandbox_user.c --- */

struct sandbox_user {
	bool change;
	unsigned uid;
	unsigned gid;
};

/* "", a name of /etc/passwd, UID or UID:GID.  CONFIG with a reason. */
enum err sandbox_user_find(
    const char *text, struct sandbox_user *u, struct out *why) MUST_USE;

/* Groups, then both ids, for good.  IO with a reason. */
enum err sandbox_user_become(
    const struct sandbox_user *u, struct out *why) MUST_USE;

/* The set of what may be had by running another program. */
void sandbox_bounds_drop(void);

/* A bit each; an errno or 0. */
int sandbox_capabilities(uint64_t permitted, uint64_t effective);

/* May this user, with what capabilities are left, write or read it? */
bool sandbox_may(const char *path, bool write, bool folder);

#endif
