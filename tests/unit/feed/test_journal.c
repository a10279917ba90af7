/* LINK: feed/journal feed/journal_file feed/journal_keep */
/* LINK: feed/journal_spare feed/journal_sync feed/journal_recover */
/* LINK: core/flusher core/thread core/time core/metrics */
/* LINK: codec/crc32c core/out core/span core/err core/must */
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
	RING = 65536,
	IMAGE = JOURNAL_HEADER + RING,
};

static uint8_t image[IMAGE];

static int
setup(void **state)
{
	(void)state;
	paths_begin("journal");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	paths_end();
	return 0;
}

static void
open_ok(struct journal *j, const char *file)
{
	out_reset(&why);
	assert_int_equal(journal_open(j, file, NULL, RING, &why), ERR_OK);
}

/* The body of record n: its length and bytes follow from n. */
static size_t
body_of(uint64_t n, uint8_t *to)
{
	size_t len = 20 + (size_t)(n * 7919 % 300);

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
	uint8_t bytes[400];
	size_t len = body_of(n, bytes);
	struct out body;

	assert_int_equal(journal_reserve(j, 400, &body), ERR_OK);
	out_bytes(&body, bytes, len);
	journal_commit(j, body.len, &note);
}

static void
append_sealed(struct journal *j, uint64_t n)
{
	append(j, n);
	journal_seal(j);
}

static void
check_frame(const struct journal_frame *f)
{
	uint8_t bytes[400];
	size_t len = body_of(f->sequence, bytes);

	assert_int_equal(f->body.len, len);
	assert_memory_equal(f->body.at, bytes, len);
	assert_int_equal(f->record, RECORD_trade);
	assert_int_equal(f->seen.ns, (int64_t)f->sequence * 1000);
	assert_int_equal(f->stamp.ns, (int64_t)f->sequence * 1000 - 1);
}

/* Reads all there is from position: *first, *last; how many were intact. */
static unsigned
read_all(
    const struct journal *j, uint64_t position, uint64_t *first, uint64_t *last)
{
	struct journal_frame f;
	unsigned count = 0;
	enum err e;

	*first = 0;
	*last = 0;
	while ((e = journal_read(j, position, &f)) != ERR_AGAIN) {
		assert_true(f.next > position);
		position = f.next;
		if (e != ERR_OK)
			continue;
		check_frame(&f);
		if (*first == 0)
			*first = f.sequence;
		assert_true(f.sequence > *last);
		*last = f.sequence;
		count++;
	}
	assert_int_equal(f.next, j->head);
	return count;
}

static void
save(const char *to, const uint8_t *bytes, size_t len)
{
	FILE *f = fopen(to, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* What a killed process would leave behind now. */
static void
take_image(const struct journal *j)
{
	memcpy(image, j->map, IMAGE);
}

static void
ring_in_memory(void **state)
{
	void *memory = calloc(1, journal_memory(RING));
	struct journal *j = malloc(sizeof(*j));
	struct journal_frame f;
	uint64_t first;
	uint64_t last;
	uint64_t count;

	(void)state;
	assert_int_equal(
	    journal_open(j, NULL, memory, RING + 17, &why), ERR_OK);
	assert_int_equal(j->size, RING);
	assert_int_equal(journal_read(j, 0, &f), ERR_AGAIN);
	append(j, 1);
	assert_int_equal(journal_read(j, 0, &f), ERR_AGAIN);
	journal_seal(j);
	assert_int_equal(read_all(j, 0, &first, &last), 1);
	for (uint64_t n = 2; n < 5000; n++) {
		append_sealed(j, n);
		assert_true(j->head - j->tail <= RING);
		count = read_all(j, j->tail, &first, &last);
		assert_int_equal(count, n - first + 1);
		assert_int_equal(last, n);
		/* No more than a frame's room is free once it is full. */
		if (n > 500)
			assert_true(j->head - j->tail > RING - 2000);
	}
	journal_close(j);
	free(j);
	free(memory);
}

static void
too_large(void **state)
{
	void *memory = calloc(1, journal_memory(RING));
	struct journal *j = malloc(sizeof(*j));
	struct out body;

	(void)state;
	assert_int_equal(journal_open(j, NULL, memory, RING, &why), ERR_OK);
	assert_int_equal(journal_reserve(j, RING / 4, &body), ERR_FULL);
	assert_int_equal(journal_reserve(j, SIZE_MAX, &body), ERR_FULL);
	assert_int_equal(j->refused, 2);
	assert_int_equal(journal_reserve(j, RING / 4 - 64, &body), ERR_OK);
	free(j);
	free(memory);
}

/* Two readers at paces of their own, against what they must have seen. */
static void
cursors(void **state)
{
	void *memory = calloc(1, journal_memory(RING));
	struct journal *j = malloc(sizeof(*j));
	struct journal_cursor *c[2];
	uint64_t expect[2] = { 1, 1 };
	uint64_t lost[2] = { 0, 0 };
	struct journal_frame f;

	(void)state;
	srand(1);
	assert_int_equal(journal_open(j, NULL, memory, RING, &why), ERR_OK);
	c[0] = journal_cursor(j, "fast");
	c[1] = journal_cursor(j, "slow");
	assert_ptr_equal(journal_cursor(j, "slow"), c[1]);
	for (uint64_t n = 1; n < 20000; n++) {
		append_sealed(j, n);
		for (int i = 0; i < 2; i++) {
			if (rand() % (i == 0 ? 2 : 5000) != 0)
				continue;
			while (journal_read(j, c[i]->position, &f) == ERR_OK) {
				check_frame(&f);
				lost[i] += f.sequence - expect[i];
				expect[i] = f.sequence + 1;
				journal_confirm(j, c[i], f.next);
				assert_int_equal(
				    c[i]->sequence, f.sequence + 1);
			}
			assert_int_equal(c[i]->lost, lost[i]);
		}
	}
	assert_int_equal(lost[0], 0);
	assert_true(lost[1] > 1000);
	journal_confirm(j, c[0], j->head);
	journal_confirm(j, c[1], j->head);
	assert_int_equal(journal_backlog(j), 0);
	free(j);
	free(memory);
}

static void
reopen(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	uint64_t first;
	uint64_t last;
	uint64_t confirmed;

	(void)state;
	open_ok(j, path);
	journal_cursor(j, "file");
	for (uint64_t n = 1; n <= 1000; n++)
		append_sealed(j, n);
	journal_confirm(j, journal_cursor(j, "file"), j->head);
	confirmed = j->head;
	append_sealed(j, 1001);
	append(j, 1002);
	journal_close(j);
	for (int i = 0; i < 3; i++) {
		open_ok(j, path);
		assert_int_equal(j->recovered, 0);
		assert_int_equal(
		    journal_cursor(j, "file")->position, confirmed);
		assert_int_equal(read_all(j, confirmed, &first, &last), 2);
		assert_int_equal(first, 1001);
		read_all(j, j->tail, &first, &last);
		assert_true(first < 900);
		journal_close(j);
	}
	free(j);
}

/* Killed after every append, with syncs in between or not. */
static void
killed(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct journal *k = malloc(sizeof(*k));
	uint64_t first;
	uint64_t last;
	uint64_t count;

	(void)state;
	open_ok(j, path);
	for (uint64_t n = 1; n <= 900; n++) {
		append_sealed(j, n);
		if (n % 50 == 7 || (n > 500 && n < 530))
			journal_sync(j, false);
		if (n % 3 != 0)
			continue;
		take_image(j);
		save(copy_path, image, IMAGE);
		open_ok(k, copy_path);
		assert_int_equal(k->head, j->head);
		assert_int_equal(k->sequence, n + 1);
		read_all(k, k->tail, &first, &last);
		assert_int_equal(last, n);
		assert_true(k->tail <= j->tail);
		append_sealed(k, n + 1);
		count = read_all(k, k->tail, &first, &last);
		assert_int_equal(count, n + 2 - first);
		journal_close(k);
	}
	journal_close(j);
	free(j);
	free(k);
}

enum {
	/* Records before the ones that are damaged. */
	GOOD = 250,
};

/* All records up to `whole` must be there, and nothing that was not written. */
static void
check_damaged(size_t len, uint64_t whole)
{
	struct journal *k = malloc(sizeof(*k));
	uint64_t first;
	uint64_t last;
	uint64_t count;

	save(copy_path, image, len);
	open_ok(k, copy_path);
	count = read_all(k, k->tail, &first, &last);
	assert_true(last >= whole);
	assert_true(count >= whole + 1 - first);
	assert_true(first < 150);
	append_sealed(k, k->sequence);
	assert_true(read_all(k, k->tail, &first, &last) == count + 1);
	assert_int_equal(last, k->sequence - 1);
	journal_close(k);
	free(k);
}

static void
damage(bool closed)
{
	struct journal *j = malloc(sizeof(*j));
	uint64_t start[4];
	size_t at;

	open_ok(j, path);
	for (uint64_t n = 1; n <= GOOD; n++)
		append_sealed(j, n);
	journal_sync(j, false);
	for (uint64_t n = 0; n < 3; n++) {
		start[n] = j->head;
		append_sealed(j, GOOD + 1 + n);
	}
	start[3] = j->head;
	if (closed)
		journal_sync(j, true);
	take_image(j);
	journal_close(j);
	at = JOURNAL_HEADER + (size_t)(start[0] % RING);
	assert_true(start[0] / RING == start[3] / RING);
	for (uint64_t n = 0; n < 3; n++) {
		for (uint64_t p = start[n]; p < start[n + 1]; p++)
			check_damaged(
			    JOURNAL_HEADER + (size_t)(p % RING), GOOD + n);
	}
	for (size_t bit = 0; bit < 8 * (start[1] - start[0]); bit++) {
		image[at + bit / 8] ^= (uint8_t)(1 << bit % 8);
		check_damaged(IMAGE, GOOD);
		image[at + bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	free(j);
}

static void
damaged_after_kill(void **state)
{
	(void)state;
	damage(false);
}

static void
damaged_after_close(void **state)
{
	(void)state;
	damage(true);
}

/* Frames cut off by one recovery must not come back in the next. */
static void
cut_stays_cut(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct journal_frame f;
	uint64_t third;

	(void)state;
	open_ok(j, path);
	append_sealed(j, 1);
	append_sealed(j, 2);
	third = j->head;
	for (uint64_t n = 3; n < 9; n++)
		append_sealed(j, n);
	take_image(j);
	journal_close(j);
	image[JOURNAL_HEADER + third + 70] ^= 1;
	save(path, image, IMAGE);
	open_ok(j, path);
	assert_int_equal(j->head, third);
	/* The numbers of those cut off are not given again. */
	assert_int_equal(j->cut, 6);
	assert_int_equal(j->sequence, 9);
	/* The same size as the one cut off: what follows it fits exactly. */
	append(j, 3);
	journal_seal(j);
	take_image(j);
	journal_close(j);
	save(path, image, IMAGE);
	open_ok(j, path);
	assert_int_equal(j->recovered, 1);
	assert_int_equal(j->cut, 0);
	assert_int_equal(j->sequence, 10);
	assert_int_equal(journal_read(j, third, &f), ERR_OK);
	assert_int_equal(f.sequence, 9);
	assert_int_equal(journal_read(j, f.next, &f), ERR_AGAIN);
	journal_close(j);
	free(j);
}

/* Killed while storing a cursor, after any number of its bytes. */
static void
cursor_torn(void **state)
{
	static uint8_t before[IMAGE];
	struct journal *j = malloc(sizeof(*j));
	struct journal_cursor *c;
	uint64_t old = 0;
	uint64_t new = 0;

	(void)state;
	for (uint64_t turn = 0; turn < 2; turn++) {
		unlink(path);
		open_ok(j, path);
		c = journal_cursor(j, "nats");
		for (uint64_t n = 1; n <= 10 + turn; n++) {
			append_sealed(j, n);
			old = c->position;
			take_image(j);
			memcpy(before, image, IMAGE);
			journal_confirm(j, c, j->head);
		}
		new = c->position;
		take_image(j);
		journal_close(j);
		for (size_t n = 0; n <= 2 * sizeof(struct journal_slot); n++) {
			memcpy(before + JOURNAL_SLOTS_AT,
			    image + JOURNAL_SLOTS_AT, n);
			save(copy_path, before, IMAGE);
			open_ok(j, copy_path);
			c = journal_cursor(j, "nats");
			assert_true(c->position == old || c->position == new);
			assert_int_equal(c->sequence,
			    c->position == new ? 11 + turn : 10 + turn);
			journal_close(j);
		}
		assert_int_equal(c->position, new);
	}
	free(j);
}

static void
marks(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct journal *k = malloc(sizeof(*k));
	const int64_t *m[3];
	const char *names[3] = { "binance:BTCUSDT:trade",
		"binance:ETHUSDT:trade", "binance:XRPUSDT:trade" };
	uint64_t first;
	uint64_t last;

	(void)state;
	open_ok(j, path);
	for (int i = 0; i < 3; i++) {
		m[i] = journal_mark(j, names[i]);
		assert_ptr_equal(journal_mark(j, names[i]), m[i]);
		assert_true(*m[i] == SEQ_NULL);
	}
	journal_sync(j, false);
	for (uint64_t n = 1; n <= 400; n++) {
		append(j, n);
		journal_set(j, m[n % 2], (int64_t)n);
		if (n == 300)
			journal_set(j, m[2], 77);
		if (n % 40 == 0)
			journal_sync(j, false);
		take_image(j);
		save(copy_path, image, IMAGE);
		open_ok(k, copy_path);
		/* The open frame and its mark are both missing, or neither. */
		read_all(k, k->tail, &first, &last);
		assert_true(last == n || last == n - 1);
		assert_int_equal(*journal_mark(k, names[last % 2]),
		    last ? (int64_t)last : SEQ_NULL);
		if (n > 300)
			assert_int_equal(*journal_mark(k, names[2]), 77);
		journal_close(k);
	}
	journal_close(j);
	open_ok(j, path);
	assert_int_equal(*journal_mark(j, names[0]), 400);
	assert_int_equal(*journal_mark(j, names[1]), 399);
	assert_int_equal(*journal_mark(j, names[2]), 77);
	journal_close(j);
	free(j);
	free(k);
}

static void
marks_all_taken(void **state)
{
	void *memory = calloc(1, journal_memory(RING));
	struct journal *j = malloc(sizeof(*j));
	char name[JOURNAL_NAME_MAX + 1];

	(void)state;
	assert_int_equal(journal_open(j, NULL, memory, RING, &why), ERR_OK);
	for (int n = 0; n < JOURNAL_MARKS_MAX; n++) {
		snprintf(name, sizeof(name), "binance:%d:trade", n);
		assert_non_null(journal_mark(j, name));
	}
	assert_null(journal_mark(j, "one more"));
	assert_non_null(journal_mark(j, "binance:7:trade"));
	memset(name, 'x', sizeof(name) - 1);
	name[JOURNAL_NAME_MAX] = '\0';
	assert_null(journal_mark(j, name));
	free(j);
	free(memory);
}

static void
both_checkpoints_damaged(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	const int64_t *mark;
	uint64_t first;
	uint64_t last;

	(void)state;
	open_ok(j, path);
	mark = journal_mark(j, "m");
	for (uint64_t n = 1; n <= 1000; n++) {
		append(j, n);
		journal_set(j, mark, (int64_t)n);
	}
	journal_seal(j);
	take_image(j);
	journal_close(j);
	memset(image + JOURNAL_CHECKPOINTS_AT, 0xff, 1024);
	save(copy_path, image, IMAGE);
	open_ok(j, copy_path);
	assert_true(read_all(j, j->tail, &first, &last) > 200);
	assert_int_equal(last, 1000);
	assert_int_equal(*journal_mark(j, "m"), 1000);
	append_sealed(j, 1001);
	journal_close(j);
	free(j);
}

static void
refused(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	struct journal *k = malloc(sizeof(*k));

	(void)state;
	open_ok(j, path);
	assert_int_equal(journal_open(k, path, NULL, RING, &why), ERR_CONFIG);
	assert_non_null(strstr(out_cstr(&why), "in use by another process"));
	journal_close(j);
	out_reset(&why);
	assert_int_equal(
	    journal_open(k, path, NULL, 2 * RING, &why), ERR_CONFIG);
	assert_non_null(strstr(out_cstr(&why), "size_bytes = 65536"));
	out_reset(&why);
	save(copy_path, (const uint8_t *)"precious text", 13);
	assert_int_equal(
	    journal_open(k, copy_path, NULL, RING, &why), ERR_CONFIG);
	assert_non_null(strstr(out_cstr(&why), "not a journal"));
	out_reset(&why);
	assert_int_equal(
	    journal_open(k, "/no/such/directory/journal", NULL, RING, &why),
	    ERR_CONFIG);
	out_reset(&why);
	assert_int_equal(journal_open(k, "/tmp", NULL, RING, &why), ERR_CONFIG);
	assert_int_equal(
	    journal_open(k, path, NULL, UINT64_C(1) << 63, &why), ERR_CONFIG);
	free(j);
	free(k);
}

/* A start gives the disk a few pages, however far the positions have come. */
static void
start_writes_little(void **state)
{
	struct journal *j = malloc(sizeof(*j));

	(void)state;
	open_ok(j, path);
	for (uint64_t n = 1; n <= 2000; n++)
		append_sealed(j, n);
	journal_close(j);
	open_ok(j, path);
	assert_true(j->head > 4 * RING);
	assert_true(j->written > 0);
	assert_true(j->written <= 4 * 4096);
	journal_close(j);
	free(j);
}

/* Made anew when its making was interrupted at any byte. */
static void
making_interrupted(void **state)
{
	struct journal *j = malloc(sizeof(*j));
	uint64_t first;
	uint64_t last;

	(void)state;
	memset(image, 0, sizeof(image));
	for (size_t len = 0; len <= IMAGE; len += 9973) {
		save(path, image, len);
		open_ok(j, path);
		append_sealed(j, 1);
		journal_close(j);
		open_ok(j, path);
		assert_int_equal(read_all(j, 0, &first, &last), 1);
		journal_close(j);
	}
	free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    ring_in_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(cursors, setup, teardown),
		cmocka_unit_test_setup_teardown(reopen, setup, teardown),
		cmocka_unit_test_setup_teardown(killed, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    damaged_after_kill, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    damaged_after_close, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_stays_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(cursor_torn, setup, teardown),
		cmocka_unit_test_setup_teardown(marks, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    marks_all_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    both_checkpoints_damaged, setup, teardown),
		cmocka_unit_test_setup_teardown(refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    start_writes_little, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    making_interrupted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
