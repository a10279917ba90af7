/*
 * thread.h -- the start of a thread that only waits for something that cannot
 * be waited for in a loop.
 */
#ifndef MPEDGE_CORE_THREAD_H
#define MPEDGE_CORE_THREAD_H

#include <pthread.h>

#include "core/err.h"

/*
 * Signals are for the loop's thread; the new one takes none but SIGSYS, which
 * the sandbox tells with a line.  FULL when there can be no more threads.  To
 * be joined.
 */
enum err thread_start(
    pthread_t *t, void *(*run)(void *), void *argument) MUST_USE;

#endif
