/*
 * safe_mode.h -- the status page and nothing else.
 *
 *   mpedge --safe-mode REASON FILE
 *
 * For a box whose settings are wrong, or whose collector does not stay up: its
 * init starts this instead, and the box stays reachable.  The file REASON holds
 * why, as text; what is wrong with the settings in FILE now is shown beside it,
 * by its lines.  /health is 503, a bundle may be pushed to /api/v1/update, and
 * the service manager is told as ever (app/notify.h).
 *
 * Of FILE [http] and [update] are used as far as they can be read.  What cannot
 * be used is replaced: the page listens on 0.0.0.0:8080 when FILE does not say
 * another usable address, is served without TLS when the certificate cannot be
 * used, and takes no bundle then, nor without a token.
 */
#ifndef MPEDGE_APP_SAFE_MODE_H
#define MPEDGE_APP_SAFE_MODE_H

#include "app/app.h"
#include "app/config.h"

enum {
	SAFE_MODE_TEXT_MAX = 4096,
};

struct safe_mode_input {
	const char *reason_path;
	const char *path;
	char *const *environment;
	/* Zeroed, or memory for what is read. */
	struct mpedge *app;
	struct options *options;
	struct config_origins *origins;
	/* The read end of a pipe with signal numbers. */
	int signals;
};

struct safe_mode {
	struct mpedge *app;
	/* Lines, without control characters. */
	char reason[SAFE_MODE_TEXT_MAX];
	char settings[SAFE_MODE_TEXT_MAX];
};

/* The exit status. */
int safe_mode_main(struct safe_mode *s, const struct safe_mode_input *in);

#endif
