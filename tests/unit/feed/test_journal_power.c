/* LINK: feed/journal feed/journal_file feed/journal_keep */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/metrics core/time codec/crc32c core/out core/span core/err */
/* LINK: core/must */
/*
 * The power is cut.  The disk is played: of each of its sectors it has, for
 * sure, what stood there when the last flush that is over was asked for; or
 * what stood there at any time since.  Whatever it chooses, what was flushed is
 * there, and records and marks agree.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed/journal_format.h"
#include "journal_paths.h"

enum {
	RING = 256 * 1024,
	IMAGE = JOURNAL_HEADER + RING,
	SECTOR = 512,
	MARKS = 3,
	BODY_MAX = 400,
	RECORDS = 6000,
	/* What the disk may choose from. */
	SEEN_MAX = 8,
	/* Appended while it has not answered. */
	LEAD_MAX = RING / 8,
};

/* How the disk treats what it was not told to flush. */
enum whim {
	KEEPS_ALL,
	KEEPS_NONE,
	KEEPS_RING,
	KEEPS_HEADER,
	KEEPS_CHECKPOINTS,
	KEEPS_MARKS,
	KEEPS_SOME,
	WHIMS
};

static struct journal *j;
static uint64_t seed;

/* The disk. */
static uint8_t sure[IMAGE];
static uint8_t asked[IMAGE];
static uint8_t seen[SEEN_MAX][IMAGE];
static unsigned seen_count;
static bool busy;
static int flush_error;
/* The next record when it was asked, and of the last flush that is over. */
static uint64_t asked_sequence;
static uint64_t sure_sequence;
static unsigned flushes;

/* What was appended: where each record begins, and its mark. */
static uint64_t places[RECORDS + 2];
static unsigned marked[RECORDS + 2];
static const int64_t *marks[MARKS];

static unsigned
random_below(unsigned n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* --- the disk ------------------------------------------------------------- */

bool
flusher_ask(struct flusher *f, int fd)
{
	(void)fd;
	assert_false(busy);
	f->runs = true;
	busy = true;
	memcpy(asked, j->map, IMAGE);
	asked_sequence = j->sequence;
	return true;
}

bool
flusher_over(struct flusher *f, int *error, int64_t *took_ns)
{
	(void)f;
	*error = flush_error;
	*took_ns = 1;
	return !busy;
}

static void
answer(void)
{
	if (!busy)
		return;
	busy = false;
	memcpy(sure, asked, IMAGE);
	sure_sequence = asked_sequence;
	seen_count = 0;
	flushes++;
}

static void
remember(void)
{
	memcpy(seen[seen_count++ % SEEN_MAX], j->map, IMAGE);
}

static bool
keeps(enum whim w, size_t at)
{
	switch (w) {
	case KEEPS_ALL:
		return true;
	case KEEPS_RING:
		return at >= JOURNAL_HEADER;
	case KEEPS_HEADER:
		return at < JOURNAL_HEADER;
	case KEEPS_CHECKPOINTS:
		return at < JOURNAL_SLOTS_AT;
	case KEEPS_MARKS:
		return at >= JOURNAL_MARKS_AT && at < JOURNAL_HEADER;
	case KEEPS_SOME:
		return random_below(2) == 0;
	case KEEPS_NONE:
	case WHIMS:
		return false;
	}
	return false;
}

/* What a sector that is kept is: of now, or of some moment since. */
static const uint8_t *
version(void)
{
	unsigned count = seen_count < SEEN_MAX ? seen_count : SEEN_MAX;
	unsigned n = random_below(count + 2);

	return n < count ? seen[n] : j->map;
}

static void
cut_power(enum whim w)
{
	FILE *f = fopen(copy_path, "wb");

	assert_non_null(f);
	for (size_t at = 0; at < IMAGE; at += SECTOR) {
		const uint8_t *from = keeps(w, at) ? version() : sure;

		assert_int_equal(fwrite(from + at, 1, SECTOR, f), SECTOR);
	}
	assert_int_equal(fclose(f), 0);
}

/* --- what is found -------------------------------------------------------- */

static void
open_ok(struct journal *k, const char *file)
{
	assert_int_equal(journal_open(k, file, NULL, RING, &why), ERR_OK);
}

static void
expect_body(const struct journal_frame *f)
{
	char text[32];
	int len = snprintf(
	    text, sizeof(text), "%llu", (unsigned long long)f->sequence);

	assert_true(f->body.len >= (size_t)len);
	assert_memory_equal(f->body.at, text, (size_t)len);
	assert_int_equal(f->position, places[f->sequence]);
}

static void
expect_marks(struct journal *k, uint64_t last)
{
	char name[] = "mark0";

	for (unsigned m = 0; m < MARKS; m++) {
		uint64_t n = last;

		while (n > 0 && marked[n] != m)
			n--;
		name[4] = (char)('0' + m);
		assert_int_equal(
		    *journal_mark(k, name), n > 0 ? (int64_t)n : SEQ_NULL);
	}
}

/* All that the disk had for sure and the ring has room for, one after the
 * other; of what came later as much as there is. */
static void
expect_whole(struct journal *k)
{
	uint64_t oldest = j->head > RING ? j->head - RING : 0;
	struct journal_frame f;
	uint64_t position = k->tail;
	uint64_t next = 0;
	enum err e;

	while ((e = journal_read(k, position, &f)) != ERR_AGAIN) {
		position = f.next;
		/* Written over, by what then did not get there. */
		if (e != ERR_OK) {
			assert_true(f.position < oldest);
			next = 0;
			continue;
		}
		expect_body(&f);
		if (next != 0 && f.position >= oldest)
			assert_int_equal(f.sequence, next);
		else if (f.position >= oldest && f.sequence > 1)
			assert_true(places[f.sequence - 1] < oldest);
		next = f.sequence + 1;
	}
	/* None was there. */
	if (next == 0)
		next = 1;
	assert_true(next >= sure_sequence);
	assert_true(k->sequence >= next);
	expect_marks(k, next - 1);
}

static void
look(enum whim w)
{
	struct journal *k = calloc(1, sizeof(*k));

	cut_power(w);
	open_ok(k, copy_path);
	expect_whole(k);
	journal_leave(k);
	free(k);
}

/* --- the tests ------------------------------------------------------------ */

static void
append(uint64_t n)
{
	struct journal_note note = { .record = RECORD_trade };
	struct out body;
	size_t len = 20 + random_below(BODY_MAX - 20);

	assert_int_equal(journal_reserve(j, len, &body), ERR_OK);
	out_u64(&body, n);
	while (body.len < len)
		out_char(&body, '.');
	assert_int_equal(j->sequence, n);
	places[n] = j->head;
	journal_commit(j, len, &note);
	marked[n] = random_below(MARKS);
	journal_set(j, marks[marked[n]], (int64_t)n);
	journal_seal(j);
}

static int
setup(void **state)
{
	(void)state;
	paths_begin("power");
	j = calloc(1, sizeof(*j));
	busy = false;
	flush_error = 0;
	seen_count = flushes = 0;
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
begin(struct flusher *f)
{
	open_ok(j, path);
	memset(f, 0, sizeof(*f));
	j->flusher = f;
	marks[0] = journal_mark(j, "mark0");
	marks[1] = journal_mark(j, "mark1");
	marks[2] = journal_mark(j, "mark2");
	journal_sync(j, true);
	memcpy(sure, j->map, IMAGE);
	sure_sequence = j->sequence;
}

/* Cut after cut, at any moment, with a disk that answers soon or late. */
static void
any_moment(void **state)
{
	struct journal_cursor *c;
	struct flusher f;
	uint64_t lead = 0;

	(void)state;
	seed = getenv("SEED") ? strtoull(getenv("SEED"), NULL, 10) : 7;
	begin(&f);
	c = journal_cursor(j, "nats");
	for (uint64_t n = 1; n <= RECORDS; n++) {
		append(n);
		lead += j->head - places[n];
		if (random_below(10) == 0)
			remember();
		if (random_below(15) == 0)
			journal_confirm(j, c, j->head);
		if (random_below(25) == 0 || lead > LEAD_MAX) {
			answer();
			lead = 0;
		}
		if (random_below(12) == 0 || lead == 0)
			journal_sync(j, false);
		if (random_below(6) == 0)
			look((enum whim)random_below(WHIMS));
	}
	assert_true(flushes > 200);
	assert_int_equal(j->flush.count, flushes);
	journal_close(j);
}

/* The disk does not answer: nothing more is asked of it, and what it has stays
 * what is certain; when it answers, all goes on. */
static void
slow_answer(void **state)
{
	struct flusher f;
	uint64_t head, checkpoints;

	(void)state;
	seed = 9;
	begin(&f);
	checkpoints = j->checkpoints;
	for (uint64_t n = 1; n <= 100; n++) {
		append(n);
		journal_sync(j, false);
	}
	assert_int_equal(asked_sequence, 2);
	assert_int_equal(j->checkpoints, checkpoints);
	head = j->head;
	for (int n = 0; n < 3; n++) {
		answer();
		journal_sync(j, false);
	}
	assert_int_equal(j->proved, head);
	answer();
	journal_sync(j, false);
	assert_int_equal(j->checkpoint, head);
	/* And then is left alone. */
	answer();
	journal_sync(j, false);
	journal_sync(j, false);
	assert_false(busy);
	look(KEEPS_NONE);
	journal_close(j);
}

/* It answers with an error: what it may not have is in memory. */
static void
bad_answer(void **state)
{
	struct flusher f;

	(void)state;
	seed = 11;
	begin(&f);
	append(1);
	journal_sync(j, false);
	append(2);
	answer();
	flush_error = EIO;
	journal_sync(j, false);
	assert_true(j->spare);
	assert_int_equal(j->spare_error, EIO);
	assert_int_equal(j->sync_errors, 1);
	flush_error = 0;
	/* Nothing is asked while it has not answered; what it answers counts.
	 */
	assert_int_equal(journal_resume(j), ERR_AGAIN);
	append(3);
	assert_int_equal(journal_resume(j), ERR_AGAIN);
	flush_error = ENOSPC;
	answer();
	assert_int_equal(journal_resume(j), ERR_SPACE);
	assert_true(j->spare);
	assert_int_equal(journal_resume(j), ERR_AGAIN);
	flush_error = 0;
	answer();
	/* Appended behind what it has: in the file, but not certain. */
	append(4);
	assert_int_equal(journal_resume(j), ERR_OK);
	assert_int_equal(j->checkpoint, places[4]);
	assert_false(j->spare);
	/* The answer of before is no news. */
	flush_error = EIO;
	append(5);
	journal_sync(j, false);
	assert_false(j->spare);
	assert_int_equal(j->sync_errors, 1);
	assert_true(busy);
	flush_error = 0;
	answer();
	journal_sync(j, false);
	assert_int_equal(j->sync_errors, 1);
	answer();
	look(KEEPS_NONE);
	journal_close(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_moment, setup, teardown),
		cmocka_unit_test_setup_teardown(slow_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_answer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
