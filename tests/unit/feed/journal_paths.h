/* The files of a journal's tests, and what a refusal says. */
#ifndef MPEDGE_TESTS_JOURNAL_PATHS_H
#define MPEDGE_TESTS_JOURNAL_PATHS_H

#include <stdio.h>
#include <unistd.h>

#include "core/out.h"

static char path[128];
/* For what a disk has, or had. */
static char copy_path[160];
static struct out why;

static inline void
paths_end(void)
{
	unlink(path);
	unlink(copy_path);
}

/* In memory where that can be: these tests write much. */
static inline void
paths_begin(const char *name)
{
	static char reason[256];
	const char *dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(
	    path, sizeof(path), "%s/mpedge-%s.%d", dir, name, (int)getpid());
	snprintf(copy_path, sizeof(copy_path), "%s.copy", path);
	paths_end();
	out_init(&why, reason, sizeof(reason));
}

#endif
