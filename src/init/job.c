#define _GNU_SOURCE

#include "init/job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/parts.h"

enum {
	/* Reads of one pipe a turn, so that one that is busy does not starve
	 * the others. */
	READS_PER_TURN = 8,
	/* What a pipe holds, 64 KiB, by what is read at once. */
	READS_AT_END = 256,
	/* Ends gathered in a turn; SIGCHLD comes again for what is left. */
	ENDS_PER_TURN = 64,
};

/* --- what it writes ------------------------------------------------------- */

static void
hand_over(struct job_pipe *p, struct span line)
{
	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (p->line != NULL && line.len > 0)
		p->line(p->job, line);
}

static void
cut_lines(struct job_pipe *p)
{
	struct span rest = { p->text, p->len };
	const char *end;

	while ((end = memchr(rest.at, '\n', rest.len)) != NULL) {
		size_t len = (size_t)(end - rest.at);

		if (!p->skip)
			hand_over(p, (struct span){ rest.at, len });
		p->skip = false;
		rest.at += len + 1;
		rest.len -= len + 1;
	}
	if (rest.len == sizeof(p->text)) {
		if (!p->skip)
			hand_over(p, rest);
		p->skip = true;
		rest.len = 0;
	}
	memmove(p->text, rest.at, rest.len);
	p->len = rest.len;
}

static void
close_pipe(struct job_pipe *p)
{
	if (p->watch.fd < 0)
		return;
	loop_drop(p->job->loop, &p->watch);
	close(p->watch.fd);
	p->watch.fd = -1;
	if (p->len > 0 && !p->skip)
		hand_over(p, (struct span){ p->text, p->len });
	p->len = 0;
}

/* False: there is nothing more for now, or ever. */
static bool
read_some(struct job_pipe *p)
{
	ssize_t n =
	    read(p->watch.fd, p->text + p->len, sizeof(p->text) - p->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		close_pipe(p);
		return false;
	}
	p->len += (size_t)n;
	cut_lines(p);
	return true;
}

static void
on_output(struct watch *w, unsigned got)
{
	struct job_pipe *p = w->owner;

	(void)got;
	for (unsigned i = 0; i < READS_PER_TURN && p->watch.fd >= 0; i++) {
		if (!read_some(p))
			break;
	}
}

static void
open_pipe(struct job *j, struct job_pipe *p, int fd)
{
	p->job = j;
	p->len = 0;
	p->skip = false;
	p->watch.fd = fd;
	p->watch.want = LOOP_READ;
	p->watch.again = false;
	p->watch.ready = on_output;
	p->watch.owner = p;
	loop_watch(j->loop, &p->watch);
}

/* --- how it begins -------------------------------------------------------- */

static enum err
spawn(struct job *j, const char *const argv[], const char *const variables[],
    int out, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, usual;
	int r;

	sigemptyset(&none);
	sigfillset(&usual);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
					   POSIX_SPAWN_SETSIGDEF |
					   POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &usual);
	if (j->folder != NULL && access(j->folder, X_OK) == 0)
		posix_spawn_file_actions_addchdir_np(&files, j->folder);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, 1);
	posix_spawn_file_actions_adddup2(&files, err, 2);
	r = posix_spawn(&j->pid, argv[0], &files, &how, spawn_args(argv),
	    variables == NULL ? NULL : spawn_args(variables));
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	if (r != 0) {
		j->pid = 0;
		errno = r;
	}
	return r == 0 ? ERR_OK : ERR_IO;
}

static void
on_limit(struct timer *t)
{
	struct job *j = t->owner;

	j->late = true;
	job_kill(j, SIGKILL);
}

static bool
make_pipe(int ends[2])
{
	if (pipe(ends) != 0)
		return false;
	for (unsigned i = 0; i < 2; i++)
		(void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	/* select cannot watch more; it would be a leak of ours. */
	if (ends[0] >= FD_SETSIZE) {
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	return true;
}

enum err
job_start(struct job_list *all, struct job *j, const char *const argv[],
    const char *const variables[], int64_t limit_ms)
{
	int out[2], err[2];
	enum err e;

	if (!make_pipe(out))
		return ERR_IO;
	if (!make_pipe(err)) {
		close(out[0]);
		close(out[1]);
		return ERR_IO;
	}
	e = spawn(j, argv, variables, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	if (e != ERR_OK) {
		close(out[0]);
		close(err[0]);
		return e;
	}
	j->late = false;
	j->out.line = j->line;
	j->err.line = j->told;
	open_pipe(j, &j->out, out[0]);
	open_pipe(j, &j->err, err[0]);
	j->limit.fire = on_limit;
	j->limit.owner = j;
	if (limit_ms != JOB_EVER)
		timer_start(
		    j->loop, &j->limit, mono_after_ms(j->loop->now, limit_ms));
	j->next = all->first;
	all->first = j;
	return ERR_OK;
}

bool
job_runs(const struct job *j)
{
	return j->pid != 0;
}

/* It and what it has started. */
void
job_kill(struct job *j, int signal)
{
	if (j->pid <= 0)
		return;
	(void)kill(j->pid, signal);
	if (signal == SIGKILL)
		(void)kill(-j->pid, signal);
}

/* --- how it ends ---------------------------------------------------------- */

static void
end_job(struct job_list *all, struct job *j, int status)
{
	struct job **at = &all->first;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	timer_stop(j->loop, &j->limit);
	/* What it has started may hold the pipes open: nobody waits for that.
	 */
	for (unsigned i = 0; i < READS_AT_END && j->out.watch.fd >= 0; i++)
		(void)read_some(&j->out);
	close_pipe(&j->out);
	for (unsigned i = 0; i < READS_AT_END && j->err.watch.fd >= 0; i++)
		(void)read_some(&j->err);
	close_pipe(&j->err);
	j->pid = 0;
	if (j->done != NULL)
		j->done(j, status);
}

void
job_gather(struct job_list *all)
{
	for (unsigned i = 0; i < ENDS_PER_TURN; i++) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		struct job *j = all->first;

		if (pid <= 0)
			return;
		while (j != NULL && j->pid != pid)
			j = j->next;
		if (j != NULL)
			end_job(all, j, status);
	}
}
