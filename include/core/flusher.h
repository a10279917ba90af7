/*
 * flusher.h -- waits for the disk, so that the loop need not.
 *
 * What was written is safe from a power cut when the disk has it and has
 * emptied its own cache: fdatasync(2) returns then, after a millisecond or, on
 * a card, after a second.  A thread of its own does nothing but that, for one
 * file at a time.  It starts with the first flush.
 */
#ifndef MPEDGE_CORE_FLUSHER_H
#define MPEDGE_CORE_FLUSHER_H

#include <pthread.h>
#include <stdbool.h>

#include "core/time.h"

struct flusher {
	pthread_t thread;
	/* The thread is there; only the loop's looks at it. */
	bool runs;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* Below, under the lock.  To be flushed; -1: nothing. */
	int fd;
	bool ends;
	/* Of the last one: its errno or 0, and how long it took. */
	int error;
	int64_t took_ns;
	/* The thread began to wait for this one. */
	struct mono began;
};

void flusher_init(struct flusher *f);

/*
 * Flush what has been written to fd until now.  Not before the last one is
 * over.  False: there can be no thread.
 */
bool flusher_ask(struct flusher *f, int fd);

/* Is the last one over?  Then what came of it: 0 or an errno. */
bool flusher_over(struct flusher *f, int *error, int64_t *took_ns);

/* For how long the disk has not answered; 0 when nothing is asked of it. */
int64_t flusher_waits_ms(struct flusher *f, struct mono now);

/* Wait for the last one; the thread ends. */
void flusher_stop(struct flusher *f);

#endif
