/* LINK: app/sockets core/span */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/sockets.h"

static unsigned
passed(const char *count, int pid)
{
	char fds[64], who[64], home[] = "HOME=/";
	char *environment[] = { home, who, fds, NULL };

	snprintf(fds, sizeof(fds), "LISTEN_FDS=%s", count);
	snprintf(who, sizeof(who), "LISTEN_PID=%d", pid);
	return sockets_passed(environment);
}

static void
sockets(void **state)
{
	char others[] = "LISTEN_FDS_START=1", alone[] = "LISTEN_FDS=1";
	char *environment[] = { others, alone, NULL };
	int us = getpid();

	(void)state;
	assert_int_equal(passed("1", us), 1);
	assert_int_equal(passed("8", us), 8);
	assert_int_equal(passed("0", us), 0);
	assert_int_equal(passed("1", us + 1), 0);
	assert_int_equal(passed("", us), 0);
	assert_int_equal(passed("-1", us), 0);
	assert_int_equal(passed("1x", us), 0);
	assert_int_equal(passed("4294967297", us), 0);
	assert_int_equal(sockets_passed(environment), 0);
	assert_int_equal(sockets_passed(NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
