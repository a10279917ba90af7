/*
 * dies.h -- does a call end in must?
 *
 * The call is made in a child, whose stderr is read: it must abort and name the
 * claim.
 */
#ifndef MPEDGE_TESTS_DIES_H
#define MPEDGE_TESTS_DIES_H

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool
dies(void (*call)(void *), void *with, const char *claim)
{
	const struct rlimit no_core = { 0, 0 };
	char text[4096];
	size_t len = 0;
	ssize_t n;
	int ends[2];
	int status;
	pid_t child;

	if (pipe(ends) != 0)
		return false;
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		call(with);
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(ends[0]);
	text[len] = '\0';
	if (child < 0 || waitpid(child, &status, 0) != child)
		return false;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
	       strstr(text, claim) != NULL;
}

#endif
