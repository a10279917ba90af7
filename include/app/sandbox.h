/*
 * sandbox.h -- what the program gives up once its addresses are bound
 * (docs/sandbox.md).
 *
 * sandbox_enter is called once, before any file of the journal or a sink is
 * opened and before there is a second thread: what comes then comes from
 * inside, so that what the sandbox does not let happen shows at the start and
 * not on the day a file is rotated.
 */
#ifndef MPEDGE_APP_SANDBOX_H
#define MPEDGE_APP_SANDBOX_H

#include "app/config.h"
#include "core/metrics.h"

enum {
	SANDBOX_USER_MAX = 63,
	SANDBOX_TEXT_MAX = 512,
};

struct sandbox {
	/* Set by the caller: where settings came from. */
	char *const *environment;
	const struct config_origins *origins;

	bool off;
	/* Privileges cannot be had again, and there are none. */
	bool powerless;
	bool seccomp;
	/* Version of Landlock in force; 0: none. */
	unsigned landlock;
	/* Who we are. */
	unsigned uid;
	/* Folders it may write beneath; what is not in force and why. */
	char writes[SANDBOX_TEXT_MAX];
	char missing[SANDBOX_TEXT_MAX];
	struct sandbox_metrics metrics;
};

/* CONFIG, UNSUPPORTED or IO with a reason and a remedy. */
enum err sandbox_enter(
    struct sandbox *s, const struct options *o, struct out *why) MUST_USE;

/* Members of a JSON object, without braces. */
void sandbox_json(const struct sandbox *s, struct out *o);

/* What this kernel has, for `mpedge doctor`. */
unsigned sandbox_landlock_version(void);
bool sandbox_has_seccomp(void);

#endif
