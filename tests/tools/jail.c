/*
 * jail -- enter the sandbox as the collector does, and try what it forbids.
 *
 *   jail CONFIG TRY...
 *
 * Each TRY is done on the first thread and on one made later, and is a line on
 * stdout: `TRY [PATH]: first later`, each ok or the name of the error.
 *
 *   create=PATH read=PATH rename=PATH unlink=PATH mkdir=PATH link=PATH
 *   tcp-bind tcp-listen udp-bind netlink raw map-code protect-code thread
 *   setuid chroot-later signal=PID trap-handler unknown
 *   execve fork ptrace mount         these end the program, with a line on
 * stderr
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/sandbox.h"

extern char **environ;

static struct options options;
static struct config_origins origins;
static struct sandbox sandbox;
static char text[65536];

static int
opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int
binds(int type, int listens)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, type, 0);
	int result = fd;

	if (fd < 0)
		return -1;
	if (listens != 2)
		result = bind(fd, (struct sockaddr *)&a, sizeof(a));
	if (result >= 0 && listens)
		result = listen(fd, 1);
	close(fd);
	return result;
}

static int
maps(int prot)
{
	void *at = mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? -1 : 0;
}

static int
protects(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(at, 4096, PROT_READ | PROT_EXEC);
}

static void *
nothing(void *argument)
{
	return argument;
}

static int
threads(void)
{
	pthread_t t;

	errno = pthread_create(&t, NULL, nothing, NULL);
	return errno != 0 ? -1 : pthread_join(t, NULL);
}

static int
renames(const char *path)
{
	char to[512];
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	close(fd);
	snprintf(to, sizeof(to), "%s.to", path);
	return rename(path, to) != 0 ? -1 : unlink(to);
}

static int
executes(void)
{
	char name[] = "true";
	char *const argv[] = { name, NULL };

	return execve("/bin/true", argv, environ);
}

static int
try_path(const char *what, const char *path)
{
	if (strcmp(what, "create") == 0)
		return opens(path, O_WRONLY | O_CREAT);
	if (strcmp(what, "read") == 0)
		return opens(path, O_RDONLY);
	if (strcmp(what, "rename") == 0)
		return renames(path);
	if (strcmp(what, "unlink") == 0)
		return unlink(path);
	if (strcmp(what, "mkdir") == 0)
		return mkdir(path, 0700);
	if (strcmp(what, "link") == 0)
		return link("/proc/self/exe", path);
	if (strcmp(what, "signal") == 0)
		return kill(atoi(path), 0);
	errno = EINVAL;
	return -1;
}

static int
try_socket(const char *what)
{
	int fd;

	if (strcmp(what, "tcp-bind") == 0)
		return binds(SOCK_STREAM, 0);
	if (strcmp(what, "tcp-listen") == 0)
		return binds(SOCK_STREAM, 2);
	if (strcmp(what, "udp-bind") == 0)
		return binds(SOCK_DGRAM, 0);
	if (strcmp(what, "netlink") == 0)
		fd = socket(AF_NETLINK, SOCK_RAW, 0);
	else if (strcmp(what, "raw") == 0)
		fd = socket(AF_INET, SOCK_RAW, 1);
	else
		return -2;
	if (fd >= 0)
		close(fd);
	return fd;
}

static int
try_call(const char *what)
{
	struct sigaction a = { .sa_handler = SIG_IGN };

	if (strcmp(what, "map-code") == 0)
		return maps(PROT_READ | PROT_EXEC);
	if (strcmp(what, "protect-code") == 0)
		return protects();
	if (strcmp(what, "thread") == 0)
		return threads();
	if (strcmp(what, "setuid") == 0)
		return (int)syscall(SYS_setuid, 0);
	if (strcmp(what, "trap-handler") == 0)
		return sigaction(SIGSYS, &a, NULL);
	if (strcmp(what, "unknown") == 0)
		return (int)syscall(999);
	if (strcmp(what, "execve") == 0)
		return executes();
	if (strcmp(what, "fork") == 0)
		return (int)fork();
	if (strcmp(what, "ptrace") == 0)
		return (int)ptrace(PTRACE_TRACEME, 0, 0, 0);
	if (strcmp(what, "mount") == 0)
		return mount("none", "/mnt", "tmpfs", 0, "");
	errno = EINVAL;
	return -1;
}

struct attempt {
	const char *what;
	const char *path;
	int error;
};

static void *
attempt(void *argument)
{
	struct attempt *a = argument;
	int result;

	if (a->path != NULL)
		result = try_path(a->what, a->path);
	else
		result = try_socket(a->what);
	if (result == -2)
		result = try_call(a->what);
	a->error = result < 0 ? errno : 0;
	return NULL;
}

static const char *
word(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = { { 0, "ok" }, { EPERM, "EPERM" }, { EACCES, "EACCES" },
		{ ENOSYS, "ENOSYS" }, { ENOENT, "ENOENT" },
		{ ENOMEM, "ENOMEM" } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].error == error)
			return names[i].name;
	}
	return strerror(error);
}

static void
tell(const char *what, const char *path)
{
	struct attempt first = { what, path, 0 }, later = { what, path, 0 };
	pthread_t t;

	attempt(&first);
	if (pthread_create(&t, NULL, attempt, &later) != 0)
		later.error = EAGAIN;
	else
		pthread_join(t, NULL);
	printf("%s%s%s: %s %s\n", what, path ? " " : "", path ? path : "",
	    word(first.error), word(later.error));
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct config_input in = { .environment = environ };
	struct out why;

	if (argc < 2) {
		fputs("usage: jail CONFIG TRY...\n", stderr);
		return 64;
	}
	in.path = argv[1];
	out_init(&why, text, sizeof(text) - 1);
	sandbox.environment = environ;
	sandbox.origins = &origins;
	if (config_read(&in, &options, &origins, &why) != ERR_OK ||
	    sandbox_enter(&sandbox, &options, &why) != ERR_OK) {
		fprintf(stderr, "jail: %.*s\n", (int)why.len, text);
		return 78;
	}
	for (int i = 2; i < argc; i++) {
		char *path = strchr(argv[i], '=');

		if (path != NULL)
			*path++ = '\0';
		tell(argv[i], path);
	}
	return 0;
}
