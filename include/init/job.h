/*
 * job.h -- a program that runs beside init: what it writes, how it ends, and
 * when it has taken too long.
 *
 * Whatever may wait (disks, names, other programs) is a job, so that init
 * itself never does.  Lines of its stdout go to `line`, of its stderr to
 * `told`.  `done` is called once, when the process is gone and its output was
 * read.  A job may be started again from its own done.
 */
#ifndef MPEDGE_INIT_JOB_H
#define MPEDGE_INIT_JOB_H

#include <sys/types.h>

#include "core/loop.h"

enum {
	JOB_LINE_MAX = 1024,
	JOB_ARGS_MAX = 600,
	/* No limit. */
	JOB_EVER = 0,
};

struct job;

struct job_pipe {
	struct watch watch;
	struct job *job;
	void (*line)(struct job *j, struct span line);
	size_t len;
	/* The rest of a line that was too long is passed over. */
	bool skip;
	char text[JOB_LINE_MAX];
};

struct job {
	struct loop *loop;
	const char *name;
	void *owner;
	/* Where it runs; NULL: where init does.  One that is not there is /. */
	const char *folder;
	/* Any of them may be NULL. */
	void (*line)(struct job *j, struct span line);
	void (*told)(struct job *j, struct span line);
	/* status as waitpid has it; -1: it could not be started. */
	void (*done)(struct job *j, int status);
	/* 0: it does not run. */
	pid_t pid;
	struct timer limit;
	/* The time was over and it was killed. */
	bool late;
	struct job_pipe out, err;
	/* Of all jobs that were started. */
	struct job *next;
};

struct job_list {
	struct job *first;
};

/*
 * Starts argv[0] (NULL at the end) with these variables.  limit_ms: it is
 * killed after these, JOB_EVER never.  IO: it could not be, and done is not
 * called.
 */
enum err job_start(struct job_list *all, struct job *j,
    const char *const argv[], const char *const variables[],
    int64_t limit_ms) MUST_USE;

bool job_runs(const struct job *j);

void job_kill(struct job *j, int signal);

/* After SIGCHLD: gathers what has ended, of whoever was left to init as well.
 */
void job_gather(struct job_list *all);

#endif
