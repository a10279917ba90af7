/*
 * old_kernel -- run a command as on a kernel without seccomp and Landlock:
 * their calls are answered with ENOSYS.
 *
 *   old_kernel COMMAND...
 *
 * Exit status 77: it cannot be pretended here.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	NOT_HERE = 77,
	MODE_FILTER = 2,
	LANDLOCK_FIRST = 444,
	LANDLOCK_LAST = 446,
};

int
main(int argc, char **argv)
{
	/* seccomp(2) and its older way, prctl(PR_SET_SECCOMP = 22). */
	static const struct step {
		uint16_t code;
		uint8_t yes, no;
		uint32_t value;
	} steps[] = {
		{ 0x20, 0, 0, 0 },
		{ 0x15, 4, 0, SYS_seccomp },
		{ 0x15, 4, 0, SYS_prctl },
		{ 0x35, 0, 1, LANDLOCK_FIRST },
		{ 0x25, 0, 1, LANDLOCK_LAST },
		{ 0x06, 0, 0, 0x7fff0000 },
		{ 0x06, 0, 0, 0x00050026 },
		{ 0x20, 0, 0, 16 },
		{ 0x15, 0, 1, 22 },
		{ 0x06, 0, 0, 0x00050016 },
		{ 0x06, 0, 0, 0x7fff0000 },
	};
	const struct {
		unsigned short count;
		const struct step *steps;
	} program = { sizeof(steps) / sizeof(steps[0]), steps };

	if (argc < 2) {
		fputs("usage: old_kernel COMMAND...\n", stderr);
		return 64;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, MODE_FILTER, &program, 0, 0) != 0)
		return NOT_HERE;
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
