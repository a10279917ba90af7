/* LINK: feed/journal feed/journal_file feed/journal_keep */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread core/time core/metrics */
/* LINK: codec/crc32c core/out core/span core/err core/must */
/*
 * Every frame of a ring that has gone around, and every byte of the header,
 * damaged in turn: what is left must be what was written.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "feed/journal_format.h"
#include "journal_paths.h"

enum {
	RING = 8192,
	IMAGE = JOURNAL_HEADER + RING,
	/* Written in all; more than twice around. */
	RECORDS = 200,
	/* After the last checkpoint, when not closed. */
	FRESH = 20,
	MARKS_USED = 2,
	/* Of a process that is killed: records that take a while. */
	LARGE_RING = 1 << 20,
	LARGE = 60000,
	KILLS = 15,
};

static uint8_t image[IMAGE];
/* Where each record of the image stands; 0 is one that is overwritten. */
static uint64_t places[RECORDS + 1];
static uint64_t head;
static uint64_t oldest;

static size_t
body_of(uint64_t n, uint8_t *to)
{
	size_t len = 8 + (size_t)(n * 7919 % 60);

	for (size_t i = 0; i < len; i++)
		to[i] = (uint8_t)(n * 31 + i * 7);
	return len;
}

static void
append(struct journal *j, uint64_t n)
{
	struct journal_note note = { .record = RECORD_trade,
		.seen = { (int64_t)n * 1000 },
		.stamp = { (int64_t)n * 1000 - 1 } };
	uint8_t bytes[80];
	size_t len = body_of(n, bytes);
	struct out body;

	assert_int_equal(journal_reserve(j, 80, &body), ERR_OK);
	places[n] = j->head;
	out_bytes(&body, bytes, len);
	journal_commit(j, body.len, &note);
	journal_set(j, journal_mark(j, n % 2 ? "odd" : "even"), (int64_t)n);
	journal_seal(j);
}

static void
open_ok(struct journal *j)
{
	out_reset(&why);
	assert_int_equal(journal_open(j, path, NULL, RING, &why), ERR_OK);
}

static void
save(size_t len)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(image, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* image, places, head and oldest of a journal that was closed or killed. */
static void
make(bool closed)
{
	struct journal *j = malloc(sizeof(*j));

	unlink(path);
	open_ok(j);
	journal_cursor(j, "slow");
	for (uint64_t n = 1; n <= RECORDS; n++) {
		append(j, n);
		if (n % 10 == 0 && n <= RECORDS - FRESH)
			journal_sync(j, false);
		if (n == RECORDS - 40)
			journal_confirm(j, journal_cursor(j, "slow"), j->head);
	}
	if (closed)
		journal_sync(j, true);
	memcpy(image, j->map, IMAGE);
	head = j->head;
	oldest = journal_sequence_at(j, j->tail);
	journal_close(j);
	free(j);
}

/* What is there, none of it wrong. */
struct found {
	bool is[RECORDS + 2];
	uint64_t count;
	/* Of the record appended behind them. */
	uint64_t next;
};

static void
look(struct journal *j, struct found *found)
{
	uint64_t position = j->tail;
	struct journal_frame f;
	uint8_t bytes[80];
	enum err e;

	memset(found, 0, sizeof(*found));
	while ((e = journal_read(j, position, &f)) != ERR_AGAIN) {
		assert_true(f.next > position);
		position = f.next;
		if (e != ERR_OK)
			continue;
		assert_in_range(f.sequence, 1, RECORDS);
		assert_int_equal(f.body.len, body_of(f.sequence, bytes));
		assert_memory_equal(f.body.at, bytes, f.body.len);
		assert_int_equal(f.seen.ns, (int64_t)f.sequence * 1000);
		assert_int_equal(f.stamp.ns, (int64_t)f.sequence * 1000 - 1);
		assert_false(found->is[f.sequence]);
		found->is[f.sequence] = true;
		found->count++;
	}
	found->next = j->sequence;
}

/* Everything up to `whole` but `not` is there. */
static void
expect(const struct found *found, uint64_t whole, uint64_t not )
{
	for (uint64_t n = oldest; n <= whole; n++)
		assert_int_equal(found->is[n], n != not );
}

/*
 * One bit of each byte of each frame.  In what was on the disk it costs this
 * frame alone; behind the checkpoint this and the later ones, whose marks would
 * else hide that it is missing.  Either way the numbers tell.
 */
static void
every_frame(bool closed)
{
	struct journal *j = malloc(sizeof(*j));
	struct found *found = malloc(sizeof(*found));
	uint64_t bits = 0;

	make(closed);
	for (uint64_t n = oldest; n <= RECORDS; n++) {
		uint64_t end = n < RECORDS ? places[n + 1] : head;
		bool cut = !closed && n > RECORDS - FRESH - 20;
		uint64_t last = cut ? n - 1 : RECORDS;

		for (uint64_t p = places[n]; p < end; p++) {
			uint8_t *byte = image + JOURNAL_HEADER + p % RING;
			uint8_t bit = (uint8_t)(1 << bits++ % 8);

			/* What pads a frame, or fills up the ring. */
			if (p - places[n] >=
			    JOURNAL_FRAME_HEAD + 8 + n * 7919 % 60)
				break;
			*byte ^= bit;
			save(IMAGE);
			open_ok(j);
			look(j, found);
			expect(found, last, n);
			assert_int_equal(found->next, RECORDS + 1);
			assert_int_equal(j->cut, cut ? RECORDS + 1 - n : 0);
			if (cut)
				assert_int_equal(
				    *journal_mark(j, last % 2 ? "odd" : "even"),
				    (int64_t)last);
			journal_close(j);
			*byte ^= bit;
		}
	}
	assert_true(bits > 5000);
	free(found);
	free(j);
}

static void
frames_of_a_closed_one(void **state)
{
	(void)state;
	every_frame(true);
}

static void
frames_of_a_killed_one(void **state)
{
	(void)state;
	every_frame(false);
}

/* Each byte of the first page (super, checkpoints, cursors) and of the marks.
 */
static void
every_byte_of_the_header(void **state)
{
	size_t to =
	    JOURNAL_MARKS_AT + MARKS_USED * sizeof(struct journal_entry);
	struct journal *j = malloc(sizeof(*j));
	struct found *found = malloc(sizeof(*found));
	struct journal_cursor *c;

	(void)state;
	make(false);
	for (size_t at = 0; at < to; at++) {
		image[at] ^= (uint8_t)(1 << at % 8);
		save(IMAGE);
		open_ok(j);
		look(j, found);
		expect(found, RECORDS, 0);
		assert_int_equal(found->next, RECORDS + 1);
		assert_int_equal(j->cut, 0);
		/* Its older slot at worst: never ahead. */
		c = journal_cursor(j, "slow");
		assert_true(c->position <= places[RECORDS - 40 + 1]);
		journal_close(j);
		image[at] ^= (uint8_t)(1 << at % 8);
	}
	free(found);
	free(j);
}

/* Nobody knows any more where a sink stood: it gets what is there. */
static void
cursors_are_gone(void **state)
{
	static const uint8_t spoilt[] = { 0x00, 0xff };
	const size_t slots =
	    2 * JOURNAL_CURSORS_MAX * sizeof(struct journal_slot);
	struct journal *j = malloc(sizeof(*j));
	struct journal_cursor *c;
	struct journal_frame f;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		make(true);
		memset(image + JOURNAL_SLOTS_AT, spoilt[i], slots);
		save(IMAGE);
		open_ok(j);
		c = journal_cursor(j, "slow");
		assert_int_equal(journal_read(j, c->position, &f), ERR_OK);
		assert_int_equal(f.sequence, oldest);
		assert_int_equal(c->sequence, oldest);
		journal_confirm(j, c, j->head);
		journal_close(j);
		open_ok(j);
		assert_int_equal(
		    journal_cursor(j, "slow")->sequence, RECORDS + 1);
		journal_close(j);
	}
	free(j);
}

/* The page that is written most is empty: it is not taken for a file whose
 * making was interrupted. */
static void
the_first_page_is_empty(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct found *found = malloc(sizeof(*found));
	FILE *file;

	(void)state;
	make(true);
	memset(image, 0, 4096);
	save(IMAGE);
	open_ok(j);
	look(j, found);
	expect(found, RECORDS, 0);
	assert_int_equal(found->next, RECORDS + 1);
	assert_int_equal(journal_cursor(j, "slow")->sequence, oldest);
	assert_int_equal(*journal_mark(j, "even"), RECORDS);
	journal_close(j);
	/* Of somebody else, although it begins so and is as long. */
	memset(image + 4096, 'x', IMAGE - 4096);
	for (size_t cut = 0; cut < 2; cut++) {
		save(IMAGE - cut);
		out_reset(&why);
		assert_int_equal(
		    journal_open(j, path, NULL, RING, &why), ERR_CORRUPT);
		assert_non_null(strstr(out_cstr(&why), "damaged; move it"));
		file = fopen(path, "rb");
		assert_int_equal(fread(image, 1, IMAGE, file), IMAGE - cut);
		fclose(file);
		assert_int_equal(image[IMAGE - 2], 'x');
	}
	free(found);
	free(j);
}

/* Frames that an earlier start has cut off stand further on in the ring than
 * the newest ones: without checkpoints they are not taken for the end. */
static void
what_was_cut_off_stays_so(void **state)
{
	struct journal_note note = { .record = RECORD_trade };
	struct journal *j = malloc(sizeof(*j));
	struct journal_frame f;
	uint64_t last = 0;
	uint64_t position;
	struct out body;
	enum err e;

	(void)state;
	make(false);
	image[JOURNAL_HEADER + places[RECORDS - 10] % RING] ^= 1;
	save(IMAGE);
	open_ok(j);
	assert_int_equal(j->sequence, RECORDS + 1);
	assert_int_equal(journal_reserve(j, 8, &body), ERR_OK);
	out_text(&body, "newest");
	journal_commit(j, body.len, &note);
	journal_sync(j, true);
	memset(j->map + JOURNAL_CHECKPOINTS_AT, 0xff, 1024);
	journal_leave(j);
	open_ok(j);
	for (position = j->tail;
	     (e = journal_read(j, position, &f)) != ERR_AGAIN;
	     position = f.next) {
		if (e != ERR_OK)
			continue;
		assert_true(f.sequence > last);
		last = f.sequence;
	}
	assert_int_equal(last, RECORDS + 1);
	assert_int_equal(j->sequence, RECORDS + 2);
	journal_close(j);
	free(j);
}

/* Cut at every byte: what is before the cut is there. */
static void
every_length(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct found *found = malloc(sizeof(*found));

	for (int closed = 0; closed < 2; closed++) {
		make(closed);
		for (size_t len = JOURNAL_HEADER; len < IMAGE; len++) {
			save(len);
			open_ok(j);
			look(j, found);
			for (uint64_t n = oldest; n < RECORDS; n++) {
				uint64_t end = places[n + 1];
				bool whole =
				    JOURNAL_HEADER + end % RING <= len &&
				    end / RING == places[n] / RING;

				/* Those that lie before the tear in the
				 * ring's older half are behind the head. */
				if (whole && (closed || n <= RECORDS - 30))
					assert_true(found->is[n]);
			}
			journal_close(j);
		}
	}
	(void)state;
	free(found);
	free(j);
}

/* A stranger's file is not taken for one whose first bytes are damaged. */
static void
of_somebody_else(void **state)
{
	struct journal *j = malloc(sizeof(*j));

	(void)state;
	make(true);
	memset(image, 'x', 512);
	memset(image + JOURNAL_CHECKPOINTS_AT, 'x', 1024);
	save(IMAGE);
	assert_int_equal(journal_open(j, path, NULL, RING, &why), ERR_CONFIG);
	assert_non_null(strstr(out_cstr(&why), "is not a journal"));
	free(j);
}

static int
setup(void **state)
{
	(void)state;
	paths_begin("damage");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	paths_end();
	return 0;
}

/* Appends for ever; says when it has begun. */
static void
append_for_ever(int fd)
{
	static struct journal j;
	struct journal_note note = { .record = RECORD_trade };
	struct out body;

	if (journal_open(&j, path, NULL, LARGE_RING, &why) != ERR_OK)
		_exit(1);
	for (uint64_t n = 0;; n++) {
		if (journal_reserve(&j, LARGE, &body) != ERR_OK)
			_exit(1);
		memset(body.at, (int)n, LARGE);
		journal_commit(&j, LARGE, &note);
		journal_seal(&j);
		if (n == 10 && write(fd, "", 1) != 1)
			_exit(1);
	}
}

/* A record that was being written was not there: nothing is said to be lost. */
static void
killed_at_any_moment(void **state)
{
	static struct journal j;

	(void)state;
	for (int n = 0; n < KILLS; n++) {
		int fds[2];
		char byte;
		pid_t child;

		assert_int_equal(pipe(fds), 0);
		child = fork();
		if (child == 0)
			append_for_ever(fds[1]);
		assert_int_equal(read(fds[0], &byte, 1), 1);
		/* It goes on for a while, another one each time. */
		for (volatile int i = 0; i < n * 7919 % 40 * 10000; i++)
			continue;
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(fds[0]);
		close(fds[1]);
		out_reset(&why);
		assert_int_equal(
		    journal_open(&j, path, NULL, LARGE_RING, &why), ERR_OK);
		assert_int_equal(j.cut, 0);
		journal_close(&j);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    frames_of_a_closed_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    frames_of_a_killed_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    every_byte_of_the_header, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    cursors_are_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    the_first_page_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    what_was_cut_off_stays_so, setup, teardown),
		cmocka_unit_test_setup_teardown(every_length, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    of_somebody_else, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    killed_at_any_moment, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
