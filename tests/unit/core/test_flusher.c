/* LINK: core/flusher core/thread core/time core/out core/must core/err */
/* LINK: core/span */
/*
 * The thread that waits for the disk, with a disk that answers when it is told
 * to.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/flusher.h"

static int gate[2];
static int asked[2];
static sigset_t blocked;

/* Answers with the number that comes through the gate. */
int
fdatasync(int fd)
{
	unsigned char answer = 0;

	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	assert_int_equal(write(asked[1], &fd, sizeof(fd)), sizeof(fd));
	assert_int_equal(read(gate[0], &answer, 1), 1);
	errno = answer;
	return answer == 0 ? 0 : -1;
}

static void
answer(unsigned char with)
{
	assert_int_equal(write(gate[1], &with, 1), 1);
}

/* It waits for the disk now. */
static void
expect_asked(int fd)
{
	int got = -1;

	assert_int_equal(read(asked[0], &got, sizeof(got)), sizeof(got));
	assert_int_equal(got, fd);
}

static int
wait_over(struct flusher *f)
{
	int64_t took_ns = -1;
	int error = -1;

	while (!flusher_over(f, &error, &took_ns))
		;
	assert_true(took_ns >= 0);
	return error;
}

static int
setup(void **state)
{
	(void)state;
	return pipe(gate) + pipe(asked);
}

static void
waits(void **state)
{
	struct flusher f;
	int64_t took_ns;
	int error;

	(void)state;
	flusher_init(&f);
	assert_true(flusher_over(&f, &error, &took_ns));
	assert_int_equal(error, 0);
	assert_true(flusher_ask(&f, 77));
	expect_asked(77);
	assert_false(flusher_over(&f, &error, &took_ns));
	assert_true(
	    flusher_waits_ms(&f, mono_after_ms(time_mono(), 6000)) >= 6000);
	/* Interrupted, it asks again. */
	answer(EINTR);
	expect_asked(77);
	answer(EIO);
	assert_int_equal(wait_over(&f), EIO);
	assert_int_equal(
	    flusher_waits_ms(&f, mono_after_ms(time_mono(), 6000)), 0);
	/* Signals are for others. */
	assert_true(sigismember(&blocked, SIGTERM));
	assert_true(sigismember(&blocked, SIGHUP));
	assert_false(sigismember(&blocked, SIGSYS));
	assert_true(flusher_ask(&f, 78));
	expect_asked(78);
	answer(0);
	assert_int_equal(wait_over(&f), 0);
	flusher_stop(&f);
}

/* An end waits for what is on its way, and there may be one without a start. */
static void
ends(void **state)
{
	struct flusher f;

	(void)state;
	flusher_init(&f);
	flusher_stop(&f);
	assert_int_equal(flusher_waits_ms(&f, time_mono()), 0);
	assert_true(flusher_ask(&f, 5));
	answer(0);
	flusher_stop(&f);
	expect_asked(5);
	assert_int_equal(wait_over(&f), 0);
	assert_false(f.runs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
