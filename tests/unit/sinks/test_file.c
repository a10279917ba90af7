/* LINK: sinks/file sinks/folder core/loop core/time core/arena core/must */
/* LINK: core/out core/span core/err core/flusher core/thread */
/* LINK: model/model model/emit */
/* LINK: codec/decimal codec/decmath codec/utf8 */
#include "file_world.h"

/* --- lines -----------------------------------------------------------------
 */

static void
lines_leave_whole_at_the_end_of_the_turn(void **state)
{
	struct world *w = *state;

	open_sink(w);
	assert_true(sink_file.idle(&w->sink));
	offer_all(w, 3);
	assert_false(sink_file.idle(&w->sink));
	assert_int_equal(w->sink.counts.in_flight, 3);
	expect_file(w, "", 0, 0);
	expect_said(&w->said, "");
	flush(w);
	expect_said(&w->said, "c3");
	expect_file(w, "", 0, 3);
	assert_true(sink_file.idle(&w->sink));
	flush(w);
	expect_said(&w->said, "");
	offer_all(w, 1);
	flush(w);
	offer_all(w, 2);
	flush(w);
	expect_said(&w->said, "c4 c6");
	expect_file(w, "", 0, 6);
	assert_int_equal(w->sink.counts.taken, 6);
	assert_int_equal(w->sink.counts.confirmed, 6);
	assert_int_equal(w->sink.counts.in_flight, 0);
	assert_int_equal(w->sink.counts.connects, 1);
	assert_int_equal(w->sink.counts.bytes, lines(w, 0, 6).len);
	assert_string_equal(w->sink.target, path_of(w, ""));
	sink_file.close(&w->sink);
}

static void
close_writes_what_was_taken(void **state)
{
	struct world *w = *state;

	w->options.file.sync = true;
	open_sink(w);
	offer_all(w, 2);
	sink_file.close(&w->sink);
	expect_said(&w->said, "c2");
	expect_file(w, "", 0, 2);
	/* The next one goes on behind it. */
	open_sink(w);
	offer_all(w, 1);
	sink_file.close(&w->sink);
	expect_said(&w->said, "c3");
	expect_file(w, "", 0, 3);
}

static void
too_much_for_one_turn_is_asked_for_again(void **state)
{
	struct world *w = *state;
	uint64_t first;

	w->wide = 2000;
	open_sink(w);
	while (offer(w) == ERR_OK)
		;
	first = w->next;
	assert_true(first > 100 && first < 200);
	expect_said(&w->said, "");
	flush(w);
	assert_int_equal(w->confirmed, first);
	assert_non_null(strstr(w->said.words, " y"));
	w->said.len = 0;
	offer_all(w, 5);
	flush(w);
	/* Nobody was refused, so nobody is called. */
	assert_null(strchr(w->said.words, 'y'));
	expect_file(w, "", 0, first + 5);
	sink_file.close(&w->sink);
}

/* --- at the start ----------------------------------------------------------
 */

static void
a_torn_line_is_cut_at_every_byte(void **state)
{
	struct world *w = *state;
	size_t two = lines(w, 0, 2).len;
	size_t three = lines(w, 0, 3).len;

	for (size_t len = two; len <= three; len++) {
		write_file(w, lines(w, 0, 3).at, len);
		w->confirmed = len == three ? 3 : 2;
		open_sink(w);
		expect_file(w, "", 0, w->confirmed);
		offer_all(w, 1);
		flush(w);
		expect_file(w, "", 0, w->confirmed);
		sink_file.close(&w->sink);
		w->said.len = 0;
	}
}

static void
a_long_torn_line_is_cut(void **state)
{
	static const size_t torn[] = { 1, 4095, 4096, 4097, 8192, 10000 };
	struct world *w = *state;
	char *text = calloc(1, 32768);
	size_t whole;

	assert_non_null(text);
	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		for (uint64_t count = 0; count < 3; count++) {
			whole = lines(w, 0, count).len;
			memcpy(text, lines(w, 0, count).at, whole);
			memset(text + whole, 'x', torn[i]);
			write_file(w, text, whole + torn[i]);
			open_sink(w);
			expect_file(w, "", 0, count);
			sink_file.close(&w->sink);
		}
	}
	free(text);
}

static void
a_path_that_cannot_be_is_told(void **state)
{
	struct world *w = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/none/r.jsonl", w->dir);
	assert_int_equal(open_at(w, path), ERR_CONFIG);
	assert_non_null(strstr(w->why, "file.path: "));
	assert_non_null(strstr(w->why, path));
	assert_non_null(strstr(w->why, "No such file or directory"));
	assert_int_equal(open_at(w, w->dir), ERR_CONFIG);
	assert_non_null(strstr(w->why, "Is a directory"));
	expect_said(&w->said, "");
}

/* --- rotation --------------------------------------------------------------
 */

static void
rotation_keeps_so_many(void **state)
{
	struct world *w = *state;

	w->options.file.rotate_bytes = (int64_t)lines(w, 0, 2).len;
	open_sink(w);
	for (int i = 0; i < 9; i++) {
		offer_all(w, 1);
		flush(w);
		if (i == 0)
			assert_int_equal(access(path_of(w, ".1"), F_OK), -1);
	}
	expect_said(&w->said, "c1 c2 c3 c4 c5 c6 c7 c8 c9");
	expect_file(w, "", 8, 9);
	expect_file(w, ".1", 6, 8);
	expect_file(w, ".2", 4, 6);
	assert_int_equal(access(path_of(w, ".3"), F_OK), -1);
	sink_file.close(&w->sink);
}

static void
a_line_is_never_split_over_two_files(void **state)
{
	struct world *w = *state;

	w->options.file.rotate_bytes = 1;
	open_sink(w);
	offer_all(w, 3);
	flush(w);
	offer_all(w, 2);
	flush(w);
	expect_file(w, "", 0, 0);
	expect_file(w, ".1", 3, 5);
	expect_file(w, ".2", 0, 3);
	sink_file.close(&w->sink);
}

static void
a_large_file_found_is_rotated_after_the_first_write(void **state)
{
	struct world *w = *state;

	write_file(w, lines(w, 0, 3).at, lines(w, 0, 3).len);
	w->confirmed = 3;
	w->options.file.rotate_bytes = 1;
	open_sink(w);
	expect_file(w, "", 0, 3);
	offer_all(w, 1);
	flush(w);
	expect_file(w, ".1", 0, 4);
	expect_file(w, "", 0, 0);
	sink_file.close(&w->sink);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_leave_whole_at_the_end_of_the_turn),
		TEST(close_writes_what_was_taken),
		TEST(too_much_for_one_turn_is_asked_for_again),
		TEST(a_torn_line_is_cut_at_every_byte),
		TEST(a_long_torn_line_is_cut),
		TEST(a_path_that_cannot_be_is_told),
		TEST(rotation_keeps_so_many),
		TEST(a_line_is_never_split_over_two_files),
		TEST(a_large_file_found_is_rotated_after_the_first_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
