/* LINK: feed/journal feed/journal_file feed/journal_keep */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread core/time core/metrics */
/* LINK: codec/crc32c core/out core/span core/err core/must */
/*
 * The file cannot be written any more: holes that the disk has no room for
 * (the file is cut short under the journal, which faults in the same way), no
 * room at the start, errors of writing.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed/journal_format.h"
#include "journal_paths.h"

enum {
	RING = 65536,
	SMALL_RING = 1024 * 1024,
	MIDDLE_RING = 4 * 1024 * 1024,
	LARGE_RING = 64 * 1024 * 1024,
	BODY = 200,
	LARGE_BODY = 60000,
};

static struct journal *j;
static uint8_t bytes[LARGE_BODY];
/* What the two calls of the system answer. */
static int no_room;
static int write_error;
static int flush_error;

int
posix_fallocate(int fd, off_t offset, off_t len)
{
	off_t size = lseek(fd, 0, SEEK_END);

	if (no_room != 0)
		return no_room;
	if (size < offset + len && ftruncate(fd, offset + len) != 0)
		return errno;
	return 0;
}

int
sync_file_range(int fd, int64_t offset, int64_t len, unsigned flags)
{
	(void)fd;
	(void)offset;
	(void)len;
	(void)flags;
	errno = write_error;
	return write_error != 0 ? -1 : 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	errno = flush_error;
	return flush_error != 0 ? -1 : 0;
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
	(void)context;
	if (!journal_fault(j, info->si_addr))
		signal(number, SIG_DFL);
}

static int
setup(void **state)
{
	(void)state;
	paths_begin("spare");
	no_room = write_error = flush_error = 0;
	j = calloc(1, sizeof(*j));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	paths_end();
	free(j);
	return 0;
}

static void
open_ok(const char *file, uint64_t ring)
{
	struct sigaction a = { .sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO };

	/* Here, because cmocka sets its own when a test begins. */
	assert_int_equal(sigaction(SIGBUS, &a, NULL), 0);
	out_reset(&why);
	assert_int_equal(journal_open(j, file, NULL, ring, &why), ERR_OK);
}

static void
append(size_t len)
{
	struct journal_note note = { .record = RECORD_trade };
	struct out body;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(j->sequence * 31 + i * 7);
	assert_int_equal(journal_reserve(j, len, &body), ERR_OK);
	out_bytes(&body, bytes, len);
	journal_commit(j, len, &note);
	journal_seal(j);
}

/* Reads all; *first is the oldest, the count what is whole, none wrong. */
static uint64_t
count(uint64_t *first)
{
	uint64_t position = j->tail;
	struct journal_frame f;
	uint64_t n = 0;
	enum err e;

	*first = 0;
	while ((e = journal_read(j, position, &f)) != ERR_AGAIN) {
		assert_true(f.next > position);
		position = f.next;
		if (e != ERR_OK)
			continue;
		for (size_t i = 0; i < f.body.len; i++)
			assert_int_equal((uint8_t)f.body.at[i],
			    (uint8_t)(f.sequence * 31 + i * 7));
		if (n++ == 0)
			*first = f.sequence;
	}
	return n;
}

static void
expect_all(uint64_t last)
{
	uint64_t first;

	assert_int_equal(j->sequence, last + 1);
	assert_int_equal(count(&first), last);
	assert_int_equal(first, 1);
}

/* As if the process had been killed: the file as it is now. */
static void
copy_file(void)
{
	static uint8_t image[JOURNAL_HEADER + MIDDLE_RING];
	FILE *from = fopen(path, "rb");
	FILE *to = fopen(copy_path, "wb");
	size_t n = fread(image, 1, sizeof(image), from);

	assert_int_equal(fwrite(image, 1, n, to), n);
	fclose(from);
	fclose(to);
}

/* The ring ahead of the head has no room: nothing is lost, and what is in
 * memory goes to the file when there is room again. */
static void
room_ends(void **state)
{
	struct journal_cursor *c;
	uint64_t confirmed;

	(void)state;
	open_ok(path, RING);
	for (int n = 0; n < 20; n++)
		append(BODY);
	journal_confirm(j, journal_cursor(j, "nats"), j->head);
	journal_sync(j, false);
	no_room = ENOSPC;
	assert_int_equal(
	    truncate(path, (off_t)(JOURNAL_HEADER + (j->head | 4095) + 1)), 0);
	for (int n = 0; n < 40; n++)
		append(BODY);
	assert_true(j->spare);
	assert_true(j->faults > 0);
	expect_all(60);
	journal_confirm(j, journal_cursor(j, "nats"), j->head);
	confirmed = j->head;
	append(BODY);
	assert_int_equal(journal_resume(j), ERR_SPACE);
	assert_int_equal(j->spare_error, ENOSPC);
	journal_sync(j, false);
	expect_all(61);
	copy_file();
	no_room = 0;
	assert_int_equal(journal_resume(j), ERR_OK);
	assert_false(j->spare);
	expect_all(61);
	append(BODY);
	journal_close(j);
	open_ok(path, RING);
	expect_all(62);
	c = journal_cursor(j, "nats");
	assert_int_equal(c->position, confirmed);
	assert_int_equal(c->sequence, 61);
	journal_close(j);
	/* Killed before there was room: what was in the file is. */
	open_ok(copy_path, RING);
	assert_in_range(j->sequence, 21, 61);
	assert_int_equal(journal_cursor(j, "nats")->sequence, 21);
	journal_close(j);
}

/* Somebody empties the file. */
static void
emptied(void **state)
{
	uint64_t first;

	(void)state;
	open_ok(path, RING);
	for (int n = 0; n < 300; n++)
		append(BODY);
	journal_sync(j, false);
	assert_int_equal(truncate(path, 0), 0);
	for (int n = 0; n < 10; n++)
		append(BODY);
	assert_true(count(&first) >= 10);
	journal_confirm(j, journal_cursor(j, "nats"), j->head);
	assert_int_equal(journal_resume(j), ERR_OK);
	append(BODY);
	journal_close(j);
	open_ok(path, RING);
	assert_int_equal(j->sequence, 312);
	assert_true(count(&first) >= 11);
	assert_int_equal(journal_cursor(j, "nats")->sequence, 311);
	journal_close(j);
}

static void
no_room_at_start(void **state)
{
	const int64_t *mark;

	(void)state;
	no_room = ENOSPC;
	open_ok(path, RING);
	assert_true(j->spare);
	mark = journal_mark(j, "okx:BTC-USDT:trade");
	for (int n = 0; n < 50; n++) {
		append(BODY);
		journal_set(j, mark, n);
	}
	journal_confirm(j, journal_cursor(j, "file"), j->head);
	expect_all(50);
	assert_int_equal(journal_resume(j), ERR_SPACE);
	no_room = 0;
	assert_int_equal(journal_resume(j), ERR_OK);
	append(BODY);
	journal_close(j);
	open_ok(path, RING);
	expect_all(51);
	assert_int_equal(journal_cursor(j, "file")->sequence, 51);
	assert_int_equal(*journal_mark(j, "okx:BTC-USDT:trade"), 49);
	journal_close(j);
}

/* The end comes before there is room. */
static void
no_room_at_all(void **state)
{
	(void)state;
	no_room = EDQUOT;
	open_ok(path, RING);
	append(BODY);
	journal_close(j);
	assert_true(j->spare);
	no_room = 0;
	open_ok(path, RING);
	assert_int_equal(j->sequence, 1);
	append(BODY);
	journal_close(j);
}

/* A device that fails, or a file system that went read-only. */
static void
writing_fails(void **state)
{
	static const int errors[] = { EIO, EROFS, ENOSPC };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		unlink(path);
		write_error = 0;
		open_ok(path, RING);
		for (int n = 0; n < 30; n++)
			append(BODY);
		journal_sync(j, false);
		assert_false(j->spare);
		append(BODY);
		write_error = errors[i];
		journal_sync(j, false);
		assert_true(j->spare);
		assert_int_equal(j->spare_error, errors[i]);
		assert_int_equal(j->sync_errors, 1);
		append(BODY);
		journal_sync(j, false);
		assert_int_equal(j->sync_errors, 1);
		/* What is not there is no trouble. */
		write_error = ENOSYS;
		assert_int_equal(journal_resume(j), ERR_OK);
		append(BODY);
		journal_sync(j, false);
		assert_false(j->spare);
		journal_close(j);
		open_ok(path, RING);
		expect_all(33);
		journal_close(j);
	}
}

/* Writing into the cache of the kernel is not yet the disk. */
static void
only_the_cache_takes_it(void **state)
{
	(void)state;
	open_ok(path, RING);
	append(BODY);
	write_error = EIO;
	journal_sync(j, false);
	assert_true(j->spare);
	write_error = 0;
	flush_error = EIO;
	append(BODY);
	assert_int_equal(journal_resume(j), ERR_IO);
	assert_int_equal(j->spare_error, EIO);
	assert_true(j->spare);
	expect_all(2);
	flush_error = 0;
	assert_int_equal(journal_resume(j), ERR_OK);
	expect_all(2);
	journal_close(j);
}

static uint64_t
resident_kb(const char *what)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");
	uint64_t kb = 0;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, what, strlen(what)) == 0)
			kb = strtoull(line + strlen(what), NULL, 10);
	}
	fclose(f);
	return kb;
}

/* Bytes this process has given to files. */
static uint64_t
bytes_written(void)
{
	char line[128];
	FILE *f = fopen("/proc/self/io", "r");
	uint64_t n = 0;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "wchar: ", 7) == 0)
			n = strtoull(line + 7, NULL, 10);
	}
	fclose(f);
	return n;
}

/* Back to the file, a slice a call; len appended between two.  How many. */
static int
resume(size_t len)
{
	enum err e = ERR_AGAIN;
	int calls = 0;

	while (e == ERR_AGAIN) {
		uint64_t before = bytes_written();

		e = journal_resume(j);
		calls++;
		assert_in_range(bytes_written() - before, 1,
		    JOURNAL_SLICE + (e == ERR_OK ? JOURNAL_HEADER : 0));
		if (e == ERR_AGAIN && len > 0)
			append(len);
	}
	assert_int_equal(e, ERR_OK);
	assert_false(j->spare);
	return calls;
}

static void
fail_and_append(int times)
{
	write_error = EIO;
	journal_sync(j, false);
	assert_true(j->spare);
	for (int n = 0; n < times; n++)
		append(LARGE_BODY);
	write_error = 0;
}

/* Way back: no call writes more than a slice, and what is appended on the way
 * gets there too. */
static void
slices(void **state)
{
	uint64_t last;

	(void)state;
	open_ok(path, LARGE_RING);
	append(BODY);
	fail_and_append(100);
	assert_true(resume(BODY) > 100 * LARGE_BODY / JOURNAL_SLICE);
	append(BODY);
	last = j->sequence - 1;
	assert_true(last >= 102 + 100 * LARGE_BODY / JOURNAL_SLICE);
	expect_all(last);
	journal_close(j);
	open_ok(path, LARGE_RING);
	expect_all(last);
	journal_close(j);
}

/* More is appended than a slice takes: the bound of memory still holds, and
 * who is killed on the way has the records of before, none wrong. */
static void
slices_overtaken(void **state)
{
	struct journal_cursor *c;
	uint64_t first, whole;

	(void)state;
	open_ok(path, MIDDLE_RING);
	append(BODY);
	c = journal_cursor(j, "nats");
	fail_and_append(20);
	journal_confirm(j, c, j->head);
	for (int n = 0; n < 200; n++) {
		assert_int_equal(journal_resume(j), ERR_AGAIN);
		for (int k = 0; k < 6; k++)
			append(LARGE_BODY);
		if (n == 2)
			copy_file();
	}
	assert_true(j->head > 16 * (uint64_t)MIDDLE_RING);
	whole = count(&first);
	assert_int_equal(whole, j->sequence - first);
	assert_true(whole > 60);
	resume(0);
	assert_int_equal(count(&first), whole);
	journal_close(j);
	open_ok(path, MIDDLE_RING);
	assert_int_equal(count(&first), whole);
	journal_close(j);
	open_ok(copy_path, MIDDLE_RING);
	assert_in_range(count(&first), 1 + 3 * 4, 21 + 3 * 6);
	assert_int_equal(first, 1);
	assert_int_equal(journal_cursor(j, "nats")->sequence, 2);
	journal_close(j);
}

/* The disk fails again on the way: all is still in memory. */
static void
slices_fail(void **state)
{
	struct rlimit all, some;

	(void)state;
	open_ok(path, MIDDLE_RING);
	append(BODY);
	fail_and_append(40);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	some = all;
	some.rlim_cur = JOURNAL_HEADER + 1000000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &some), 0);
	for (int n = 0; n < 3; n++)
		assert_int_equal(journal_resume(j), ERR_AGAIN);
	assert_int_equal(journal_resume(j), ERR_IO);
	assert_int_equal(j->spare_error, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	expect_all(41);
	/* What had been written did not get there. */
	memset(bytes, 0xff, sizeof(bytes));
	for (unsigned n = 0; n < 20; n++)
		assert_int_equal(pwrite(j->fd, bytes, sizeof(bytes),
				     JOURNAL_HEADER + n * LARGE_BODY),
		    LARGE_BODY);
	expect_all(41);
	assert_true(resume(0) > 8);
	journal_close(j);
	open_ok(path, MIDDLE_RING);
	expect_all(41);
	journal_close(j);
}

/* A small ring goes around while it is in memory. */
static void
around_in_memory(void **state)
{
	uint64_t first, whole;

	(void)state;
	open_ok(path, MIDDLE_RING);
	append(BODY);
	fail_and_append(300);
	whole = count(&first);
	assert_int_equal(whole, j->sequence - first);
	assert_true(whole >= 68);
	resume(0);
	assert_int_equal(count(&first), whole);
	assert_int_equal(
	    lseek(j->fd, 0, SEEK_END), JOURNAL_HEADER + MIDDLE_RING);
	journal_close(j);
	open_ok(path, MIDDLE_RING);
	assert_int_equal(count(&first), whole);
	journal_close(j);
}

/* A file system without fallocate: room is made in slices as well. */
static void
room_in_slices(void **state)
{
	(void)state;
	no_room = ENOSPC;
	open_ok(path, MIDDLE_RING);
	assert_true(j->spare);
	append(BODY);
	no_room = EOPNOTSUPP;
	assert_true(resume(0) > MIDDLE_RING / JOURNAL_SLICE);
	expect_all(1);
	journal_close(j);
	open_ok(path, MIDDLE_RING);
	expect_all(1);
	journal_close(j);
}

/* Memory has a bound: the oldest go, and the numbers tell. */
static void
more_than_memory(void **state)
{
	uint64_t first, whole, before, last;

	(void)state;
	open_ok(path, LARGE_RING);
	for (int n = 0; n < 100; n++)
		append(LARGE_BODY);
	journal_sync(j, true);
	write_error = EIO;
	journal_sync(j, false);
	assert_true(j->spare);
	before = resident_kb("RssAnon:");
	for (int n = 0; n < 700; n++)
		append(LARGE_BODY);
	assert_true(resident_kb("RssAnon:") <
		    before + JOURNAL_SPARE_BYTES / 1024 + 2048);
	last = j->sequence - 1;
	assert_int_equal(last, 800);
	whole = count(&first);
	assert_int_equal(first, 1);
	/* Those before the trouble, and the last ones. */
	assert_in_range(whole, 100 + 230, 100 + 290);
	write_error = 0;
	assert_true(resume(0) > 14 * 1024 * 1024 / JOURNAL_SLICE);
	assert_int_equal(count(&first), whole);
	append(LARGE_BODY);
	journal_close(j);
	open_ok(path, LARGE_RING);
	assert_int_equal(j->sequence, 802);
	assert_int_equal(count(&first), whole + 1);
	journal_close(j);
}

/* A ring that is smaller than what memory may hold: each lap takes the place
 * of the one before, and nothing that is in the ring is lost. */
static void
more_than_a_lap(void **state)
{
	struct journal_frame f;
	uint64_t first, whole;
	struct stat st;

	(void)state;
	open_ok(path, SMALL_RING);
	for (int n = 0; n < 10; n++)
		append(LARGE_BODY);
	write_error = EIO;
	journal_sync(j, true);
	journal_sync(j, false);
	assert_true(j->spare);
	/* Some laps, and on to where the ring has no whole page more. */
	for (int n = 0; n < 400; n++) {
		append(LARGE_BODY - 8 * (size_t)(n % 90));
		/* From the oldest to the newest. */
		assert_int_equal(journal_read(j, j->tail, &f), ERR_OK);
		whole = count(&first);
		assert_int_equal(first, f.sequence);
		assert_int_equal(whole, j->sequence - first);
	}
	assert_true(j->head > JOURNAL_SPARE_BYTES + SMALL_RING);
	write_error = 0;
	assert_true(resume(0) >= SMALL_RING / JOURNAL_SLICE);
	assert_int_equal(count(&first), whole);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, JOURNAL_HEADER + SMALL_RING);
	append(LARGE_BODY);
	whole = count(&first);
	journal_close(j);
	open_ok(path, SMALL_RING);
	assert_int_equal(j->sequence, 412);
	assert_int_equal(count(&first), whole);
	journal_close(j);
}

/* Pages are let go as the head moves on, and as a start looks. */
static void
resident_pages(void **state)
{
	uint64_t before, first;

	(void)state;
	open_ok(path, LARGE_RING);
	journal_cursor(j, "nats");
	before = resident_kb("VmRSS:");
	for (int n = 0; n < 3000; n++) {
		append(LARGE_BODY);
		if (n % 10 == 0)
			journal_sync(j, false);
	}
	assert_true(resident_kb("VmRSS:") < before + 8192);
	journal_sync(j, true);
	memset(j->map + JOURNAL_CHECKPOINTS_AT, 0xff, 1024);
	/* Killed. */
	munmap(j->map, j->map_bytes);
	close(j->fd);
	before = resident_kb("VmRSS:");
	/* Both checkpoints are gone: all of the ring is looked at. */
	open_ok(path, LARGE_RING);
	assert_true(resident_kb("VmRSS:") < before + 8192);
	assert_int_equal(j->sequence, 3001);
	assert_true(count(&first) > 1000);
	journal_close(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(room_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(emptied, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    no_room_at_start, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    no_room_at_all, setup, teardown),
		cmocka_unit_test_setup_teardown(writing_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(slices, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    slices_overtaken, setup, teardown),
		cmocka_unit_test_setup_teardown(slices_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    around_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    room_in_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    only_the_cache_takes_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    more_than_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    more_than_a_lap, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    resident_pages, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
