/*
 * state.h -- box.state_path: what is worth knowing at the next start.
 *
 * The instruments in use, and until when a venue has forbidden REST
 * (feed/saved.h).  Read once, before the sources; a file
 * that is damaged or of another version is told of and ignored, and a missing
 * one is no news.  Written a few seconds after one of them has changed, to a
 * file beside it that then takes its name, so that there is always a whole one.
 * It is not waited for the disk: what a power cut spoils the checksum finds.
 */
#ifndef MPEDGE_APP_STATE_H
#define MPEDGE_APP_STATE_H

#include "core/arena.h"
#include "core/loop.h"
#include "core/out.h"
#include "venues/venue.h"

struct mpedge;

enum {
	/* Thousands of instruments; a longer file is not written. */
	STATE_BYTES = 2 * 1024 * 1024,
};

struct state {
	const char *path;
	char *memory;
	/* What was read, until the sources have it. */
	struct span body;
	struct timer timer;
	/* Pauses of REST that are in the file, one a source. */
	struct mono paused_until[VENUE_COUNT];
	bool failed;
};

/* Before arena_seal; without a path nothing is done, here and later. */
void state_init(struct mpedge *m);

/* The sources are there and have not begun: pause those that must not call. */
void state_restore(struct mpedge *m);

/* When the loop runs: look at the sources now and then. */
void state_start(struct mpedge *m);

/* Write what has changed. */
void state_write(struct mpedge *m);

#endif
