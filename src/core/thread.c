#include "core/thread.h"

#include <signal.h>

enum err
thread_start(pthread_t *t, void *(*run)(void *), void *argument)
{
	sigset_t all;
	sigset_t before;
	int e;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	e = pthread_create(t, NULL, run, argument);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e == 0 ? ERR_OK : ERR_FULL;
}
