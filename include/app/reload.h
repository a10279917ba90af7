/*
 * reload.h -- SIGHUP: the settings are read again, and what may change while
 * the program runs is changed.
 *
 * All sources of config.h are read as at the start.  When anything is wrong,
 * also with keys that need a restart, nothing is changed and the log says why.
 * What is changed is copied into struct options in place, so that whoever looks
 * there sees it; symbols and periods are told to those who keep something of
 * them. Streams of symbols that stand in both are not touched.  Keys that
 * cannot change are named in the log and keep their value until the next start.
 */
#ifndef MPEDGE_APP_RELOAD_H
#define MPEDGE_APP_RELOAD_H

#include "app/config.h"

struct mpedge;

enum {
	RELOAD_TEXT_MAX = 16 * 1024,
};

struct reload {
	/* Set before app_start; NULL: there is no file to read again. */
	const char *path;
	char *const *environment;
	/* SIGHUP has come. */
	bool asked;
	/* Of the last reading. */
	struct options next;
	struct config_origins origins;
	char errors[RELOAD_TEXT_MAX];
};

void reload_settings(struct reload *r, struct mpedge *m);

/* reload_live.c: may this option change while the program runs? */
bool reload_is_live(const struct option_desc *d);

#endif
