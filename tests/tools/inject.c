/*
 * inject -- let a running process call the kernel as somebody would who has
 * taken it over, and see what the kernel says.
 *
 *   inject TID create=PATH		open(PATH, O_CREAT)
 *   inject TID read=PATH		open(PATH)
 *   inject TID listen			socket, listen on it
 *   inject TID map-code		mmap with PROT_EXEC
 *   inject TID execve=PATH		the sandbox ends the process for that
 *
 * TID is a thread.  Prints ok or the error in words.  Exit status 77: tracing
 * is not possible here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NOT_HERE = 77,
	/* Below the stack pointer, where leaf functions keep nothing. */
	BELOW = 4096,
	TRIES = 1000,
};

#ifdef __x86_64__
#include <sys/user.h>

static pid_t tid;
static struct user_regs_struct before;

static void
end(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int
wait_stop(void)
{
	int status;

	if (waitpid(tid, &status, __WALL) != tid || !WIFSTOPPED(status))
		end("it is gone");
	return WSTOPSIG(status);
}

/* Until it stops with a syscall instruction just behind it. */
static void
stop_in_call(void)
{
	for (int i = 0; i < TRIES; i++) {
		long code;

		if (ptrace(PTRACE_INTERRUPT, tid, 0, 0) != 0)
			end("interrupt");
		wait_stop();
		if (ptrace(PTRACE_GETREGS, tid, 0, &before) != 0)
			end("registers");
		errno = 0;
		code = ptrace(PTRACE_PEEKTEXT, tid, before.rip - 2, 0);
		if (errno == 0 && (code & 0xffff) == 0x050f)
			return;
		ptrace(PTRACE_CONT, tid, 0, 0);
	}
	end("it never waits");
}

static void
put_text(const char *text, uint64_t at)
{
	size_t len = strlen(text) + 1;

	for (size_t i = 0; i < len; i += 8) {
		uint64_t piece = 0;

		memcpy(&piece, text + i, len - i < 8 ? len - i : 8);
		if (ptrace(PTRACE_POKEDATA, tid, at + i, piece) != 0)
			end("its stack");
	}
}

static int64_t
call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	struct user_regs_struct r = before;

	r.rip -= 2;
	r.rax = (uint64_t)number;
	/* Nothing to restart. */
	r.orig_rax = UINT64_MAX;
	r.rdi = a;
	r.rsi = b;
	r.rdx = c;
	r.r10 = d;
	r.r8 = UINT64_MAX;
	r.r9 = 0;
	if (ptrace(PTRACE_SETREGS, tid, 0, &r) != 0)
		end("registers");
	/* Into the call, and out of it. */
	for (int i = 0; i < 2; i++) {
		if (ptrace(PTRACE_SYSCALL, tid, 0, 0) != 0)
			end("call");
		if (wait_stop() != (SIGTRAP | 0x80))
			end("it stops for something else");
	}
	if (ptrace(PTRACE_GETREGS, tid, 0, &r) != 0)
		end("registers");
	return (int64_t)r.rax;
}

static int64_t
opens(uint64_t path, int flags)
{
	int64_t fd = call(SYS_open, path, (uint64_t)flags, 0600, 0);

	if (fd >= 0)
		call(SYS_close, (uint64_t)fd, 0, 0, 0);
	return fd;
}

static int64_t
listens(void)
{
	int64_t fd = call(SYS_socket, AF_INET, SOCK_STREAM, 0, 0);
	int64_t result = fd;

	if (fd < 0)
		return fd;
	result = call(SYS_listen, (uint64_t)fd, 1, 0, 0);
	call(SYS_close, (uint64_t)fd, 0, 0, 0);
	return result;
}

static int64_t
ask(const char *what, uint64_t path)
{
	if (strcmp(what, "create") == 0)
		return opens(path, O_WRONLY | O_CREAT);
	if (strcmp(what, "read") == 0)
		return opens(path, O_RDONLY);
	if (strcmp(what, "listen") == 0)
		return listens();
	if (strcmp(what, "map-code") == 0)
		return call(SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS);
	if (strcmp(what, "execve") == 0)
		return call(SYS_execve, path, 0, 0, 0);
	fprintf(stderr, "inject: %s: what is that?\n", what);
	exit(64);
}

int
main(int argc, char **argv)
{
	char *path = argc == 3 ? strchr(argv[2], '=') : NULL;
	uint64_t at;
	int64_t result;

	if (argc != 3) {
		fputs("usage: inject TID WHAT[=PATH]\n", stderr);
		return 64;
	}
	tid = atoi(argv[1]);
	if (path != NULL)
		*path++ = '\0';
	if (ptrace(PTRACE_SEIZE, tid, 0, PTRACE_O_TRACESYSGOOD) != 0)
		return errno == ESRCH ? 2 : NOT_HERE;
	stop_in_call();
	at = (before.rsp - BELOW) & ~UINT64_C(15);
	if (path != NULL)
		put_text(path, at);
	result = ask(argv[2], at);
	ptrace(PTRACE_SETREGS, tid, 0, &before);
	ptrace(PTRACE_DETACH, tid, 0, 0);
	if (result < 0 && result > -4096)
		printf("%s\n", strerror((int)-result));
	else
		printf("ok\n");
	return 0;
}
#else
int
main(void)
{
	return NOT_HERE;
}
#endif
