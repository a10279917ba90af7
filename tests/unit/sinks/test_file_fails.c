/* LINK: sinks/file sinks/folder core/loop core/time core/arena core/must */
/* LINK: core/out core/span core/err core/flusher core/thread */
/* LINK: model/model model/emit */
/* LINK: codec/decimal codec/decmath codec/utf8 */
#include "file_world.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

/* Turns until the sink has been up again: its pause is a second. */
static void
wait_until_said(struct world *w, const char *words)
{
	for (int i = 0; i < 50 && w->said.len < strlen(words); i++)
		loop_turn(&w->loop, 100);
	expect_said(&w->said, words);
}

static unsigned folder_syncs;
static int folder_error;

int
fsync(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	folder_syncs += S_ISDIR(st.st_mode);
	errno = folder_error;
	return folder_error != 0 ? -1 : 0;
}

/* The disk answers when it may. */
static atomic_bool disk_waits;
static int disk_error;

int
fdatasync(int fd)
{
	(void)fd;
	while (atomic_load(&disk_waits))
		sched_yield();
	errno = disk_error;
	return disk_error != 0 ? -1 : 0;
}

static void
limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No byte of a write that was cut short stays. */
static void
a_write_cut_at_every_byte_leaves_whole_lines(void **state)
{
	struct world *w = *state;
	size_t one = lines(w, 0, 1).len;
	size_t three = lines(w, 0, 3).len;

	for (size_t len = one; len < three; len++) {
		clear(w);
		w->confirmed = 0;
		open_sink(w);
		offer_all(w, 1);
		flush(w);
		expect_said(&w->said, "c1");
		offer_all(w, 2);
		limit_file_size(len);
		flush(w);
		limit_file_size(RLIM_INFINITY);
		expect_said(&w->said, "d:io r");
		expect_file(w, "", 0, 1);
		assert_int_equal(w->sink.counts.errors, 1);
		assert_int_equal(w->sink.counts.confirmed, 1);
		assert_int_equal(w->sink.counts.in_flight, 0);
		assert_true(sink_file.idle(&w->sink));
		/* Until it is up again, nothing. */
		assert_int_equal(offer(w), ERR_AGAIN);
		flush(w);
		expect_said(&w->said, "");
		sink_file.close(&w->sink);
	}
}

static void
after_a_failed_write_everything_is_offered_again(void **state)
{
	struct world *w = *state;

	open_sink(w);
	offer_all(w, 4);
	limit_file_size(lines(w, 0, 2).len + 7);
	flush(w);
	limit_file_size(RLIM_INFINITY);
	expect_said(&w->said, "d:io r");
	assert_string_equal(w->why, strerror(EFBIG));
	assert_int_equal(w->next, 0);
	assert_int_equal(offer(w), ERR_AGAIN);
	wait_until_said(w, "u y");
	assert_int_equal(w->sink.counts.connects, 2);
	offer_all(w, 4);
	flush(w);
	expect_said(&w->said, "c4");
	expect_file(w, "", 0, 4);
	sink_file.close(&w->sink);
}

static void
a_full_disk_is_told_as_such(void **state)
{
	struct world *w = *state;

	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_int_equal(open_at(w, "/dev/full"), ERR_OK);
	expect_said(&w->said, "u");
	offer_all(w, 2);
	flush(w);
	expect_said(&w->said, "d:space r");
	assert_int_equal(w->confirmed, 0);
	sink_file.close(&w->sink);
	expect_said(&w->said, "");
}

/* What is written to a file that has no name is nowhere. */
static void
a_file_that_was_deleted_is_made_anew(void **state)
{
	struct world *w = *state;

	open_sink(w);
	offer_all(w, 1);
	flush(w);
	expect_said(&w->said, "c1");
	clear(w);
	offer_all(w, 1);
	flush(w);
	expect_said(&w->said, "d:io r");
	assert_string_equal(w->why, strerror(ENOENT));
	wait_until_said(w, "u y");
	offer_all(w, 2);
	flush(w);
	expect_said(&w->said, "c3");
	expect_file(w, "", 1, 3);
	sink_file.close(&w->sink);
}

/* file.sync: a new file has its name on the disk, too. */
static void
names_are_synced(void **state)
{
	struct world *w = *state;

	w->options.file.rotate_bytes = 1;
	open_sink(w);
	assert_int_equal(folder_syncs, 0);
	sink_file.close(&w->sink);
	clear(w);
	w->options.file.sync = true;
	open_sink(w);
	assert_int_equal(folder_syncs, 1);
	offer_all(w, 1);
	flush(w);
	wait_until_said(w, "c1");
	assert_int_equal(folder_syncs, 2);
	/* One that was there needs none. */
	sink_file.close(&w->sink);
	write_file(w, "{}\n", 3);
	open_sink(w);
	assert_int_equal(folder_syncs, 2);
	sink_file.close(&w->sink);
	folder_error = EIO;
	clear(w);
	assert_int_equal(open_at(w, path_of(w, "")), ERR_CONFIG);
	folder_error = 0;
}

/* file.sync: records count when the disk has them, and the loop goes on until
 * then. */
static void
the_disk_is_waited_for(void **state)
{
	struct world *w = *state;

	w->options.file.sync = true;
	open_sink(w);
	w->said.len = 0;
	atomic_store(&disk_waits, true);
	offer_all(w, 2);
	flush(w);
	expect_file(w, "", 0, 2);
	assert_int_equal(offer(w), ERR_AGAIN);
	for (int i = 0; i < 3; i++)
		loop_turn(&w->loop, 100);
	expect_said(&w->said, "");
	assert_int_equal(w->sink.counts.in_flight, 2);
	atomic_store(&disk_waits, false);
	wait_until_said(w, "c2 y");
	/* It has not got them: they are offered again. */
	w->said.len = 0;
	disk_error = EIO;
	offer_all(w, 1);
	flush(w);
	wait_until_said(w, "d:io r");
	expect_file(w, "", 0, 2);
	disk_error = 0;
	w->said.len = 0;
	wait_until_said(w, "u y");
	/* At the end it is waited for. */
	w->said.len = 0;
	offer_all(w, 1);
	atomic_store(&disk_waits, true);
	flush(w);
	atomic_store(&disk_waits, false);
	sink_file.close(&w->sink);
	expect_said(&w->said, "c3");
	expect_file(w, "", 0, 3);
}

/* Seen when something is written, and when the file is to be made anew. */
static void
a_folder_that_went_away_comes_back(void **state)
{
	struct world *w = *state;

	w->options.file.rotate_bytes = 1;
	open_sink(w);
	offer_all(w, 1);
	flush(w);
	expect_said(&w->said, "c1");
	clear(w);
	assert_int_equal(rmdir(w->dir), 0);
	offer_all(w, 1);
	flush(w);
	expect_said(&w->said, "d:io r");
	assert_string_equal(w->why, strerror(ENOENT));
	assert_int_equal(offer(w), ERR_AGAIN);
	wait_until_said(w, "d:io r");
	assert_int_equal(w->next, 1);
	assert_int_equal(mkdir(w->dir, 0700), 0);
	wait_until_said(w, "u y");
	offer_all(w, 1);
	flush(w);
	expect_said(&w->said, "c2");
	expect_file(w, ".1", 1, 2);
	sink_file.close(&w->sink);
}

/* --- stdout ----------------------------------------------------------------
 */

static size_t
drain(int fd, char *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = read(fd, to + len, size - len)) > 0)
		len += (size_t)n;
	return len;
}

static void
write_to_pipe(struct world *w, int reader)
{
	static char content[CONTENT];
	struct span want;
	size_t len;

	assert_int_equal(open_at(w, "-"), ERR_OK);
	assert_string_equal(w->sink.target, "stdout");
	expect_said(&w->said, "u");
	offer_all(w, 100);
	flush(w);
	/* More than a pipe holds: not out, so not confirmed. */
	expect_said(&w->said, "");
	assert_int_equal(w->sink.counts.in_flight, 100);
	assert_int_equal(offer(w), ERR_AGAIN);
	len = drain(reader, content, sizeof(content));
	assert_true(len > 0 && len < lines(w, 0, 100).len);
	for (int i = 0; i < 1000 && w->confirmed < 100; i++) {
		loop_turn(&w->loop, 100);
		len += drain(reader, content + len, sizeof(content) - len);
	}
	expect_said(&w->said, "c100 y");
	len += drain(reader, content + len, sizeof(content) - len);
	want = lines(w, 0, 100);
	assert_int_equal(len, want.len);
	assert_memory_equal(content, want.at, len);
	/* What does not leave at the end does not come back later. */
	offer_all(w, 100);
	sink_file.close(&w->sink);
	assert_null(w->loop.timers);
	expect_said(&w->said, "");
}

static void
a_slow_pipe_gets_every_line(void **state)
{
	struct world *w = *state;
	int saved = dup(1);
	int ends[2];

	if (access("/proc/self/fd/1", F_OK) != 0)
		skip();
	fflush(stdout);
	assert_true(saved >= 0);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(dup2(ends[1], 1), 1);
	w->wide = 2000;
	write_to_pipe(w, ends[0]);
	dup2(saved, 1);
	close(saved);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_write_cut_at_every_byte_leaves_whole_lines),
		TEST(after_a_failed_write_everything_is_offered_again),
		TEST(a_full_disk_is_told_as_such),
		TEST(a_file_that_was_deleted_is_made_anew),
		TEST(names_are_synced),
		TEST(the_disk_is_waited_for),
		TEST(a_folder_that_went_away_comes_back),
		TEST(a_slow_pipe_gets_every_line),
	};

	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
