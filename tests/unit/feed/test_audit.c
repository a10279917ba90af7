/* LINK: feed/audit_compare book/book model/model codec/decimal */
/* LINK: codec/decmath core/out core/span core/time core/must core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/audit.h"

/*
 * What is compared with what.  A market of our own makes deltas; the book
 * follows them, and a snapshot is the market at any id: whatever the two are
 * like, a book that followed is never told to differ, and one with a wrong
 * level is.
 */
enum {
	PRICES = 60,
	DELTA_MAX = 8,
	CAPACITY = 400,
	IDS = 400,
};

struct world {
	struct book book;
	struct audit_notes notes;
	struct audit_snapshot snapshot;
	struct level ours[AUDIT_OURS];
	struct audit_result result;
	/* Quantities by price, after each id; bids below asks. */
	int64_t truth[IDS][2 * PRICES];
	int64_t id;
	uint64_t random;
};

static uint64_t
roll(struct world *w, uint64_t below)
{
	w->random = w->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return (w->random >> 33) % below;
}

static struct dec
number(int64_t mantissa, uint8_t scale)
{
	return (struct dec){
		.mantissa = mantissa, .scale = scale, .kind = DEC_NUMBER
	};
}

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	book_init(&w->book, malloc(book_bytes(CAPACITY)), CAPACITY);
	w->notes.at = calloc(AUDIT_NOTES, sizeof(*w->notes.at));
	audit_notes_clear(&w->notes);
	w->random = 11;
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	free(w->book.bids.levels);
	free(w->notes.at);
	free(w);
	return 0;
}

/* The levels of a side in the market after id, best first. */
static uint32_t
side_at(struct world *w, int64_t id, bool ask, struct level *out, uint32_t most)
{
	uint32_t n = 0;

	for (int i = 0; i < PRICES && n < most; i++) {
		int p = ask ? PRICES + i : PRICES - 1 - i;

		if (w->truth[id][p] != 0)
			out[n++] = (struct level){ number(1000 + p, 1),
				number(w->truth[id][p], 0) };
	}
	return n;
}

static void
take(struct world *w, int64_t id, uint32_t limit)
{
	struct level bids[PRICES], asks[PRICES];
	struct orderbook b;

	record_init(RECORD_orderbook, &b);
	b.last_update_id = id;
	b.bids = (struct levels){ bids, side_at(w, id, false, bids, limit) };
	b.asks = (struct levels){ asks, side_at(w, id, true, asks, limit) };
	assert_int_equal(audit_take(&w->snapshot, &b, limit), ERR_OK);
}

static void
load(struct world *w, int64_t id)
{
	struct level bids[PRICES], asks[PRICES];
	struct levels b = { bids, side_at(w, id, false, bids, PRICES) };
	struct levels a = { asks, side_at(w, id, true, asks, PRICES) };

	assert_int_equal(book_load(&w->book, b, a, 0), ERR_OK);
}

/* A delta of `ids` ids, each of which changes a price. */
static void
step(struct world *w, int64_t ids, bool noted)
{
	struct level bids[DELTA_MAX], asks[DELTA_MAX];
	struct orderbook d;
	int64_t first = w->id + 1;
	bool touched[2 * PRICES] = { false };
	uint32_t nb = 0, na = 0;

	for (int64_t i = 0; i < ids; i++) {
		uint64_t p = roll(w, 2 * PRICES);

		w->id++;
		memcpy(
		    w->truth[w->id], w->truth[w->id - 1], sizeof(w->truth[0]));
		w->truth[w->id][p] = (int64_t)roll(w, 4) * 10;
		touched[p] = true;
	}
	for (int p = 0; p < 2 * PRICES; p++) {
		/* The digits differ from those of snapshots. */
		struct level l = { number((1000 + p) * 100, 3),
			number(w->truth[w->id][p] * 10, 1) };

		if (touched[p] && p < PRICES)
			bids[nb++] = l;
		else if (touched[p])
			asks[na++] = l;
	}
	record_init(RECORD_orderbook, &d);
	d.first_update_id = first;
	d.last_update_id = w->id;
	d.bids = (struct levels){ bids, nb };
	d.asks = (struct levels){ asks, na };
	assert_int_equal(book_apply(&w->book, d.bids, d.asks), ERR_OK);
	if (noted)
		audit_notes_add(&w->notes, &d);
}

static void
fill(struct world *w)
{
	for (int p = 0; p < 2 * PRICES; p++)
		w->truth[0][p] = 5 + (int64_t)roll(w, 50);
	w->id = 0;
	load(w, 0);
}

static void
compare(struct world *w)
{
	audit_compare(&w->notes, &w->snapshot, &w->book, w->ours, &w->result);
}

/* Snapshots of any id since the notes began, cut at any depth. */
static void
a_right_book_never_differs(void **state)
{
	struct world *w = *state;
	unsigned compared = 0, left_out = 0;

	for (int round = 0; round < 300; round++) {
		int64_t from;

		fill(w);
		for (int i = 0; i < 5; i++)
			step(w, 1 + (int64_t)roll(w, DELTA_MAX), false);
		audit_notes_clear(&w->notes);
		from = w->id;
		for (int i = 0; i < 10; i++)
			step(w, 1 + (int64_t)roll(w, DELTA_MAX), true);
		/* Inside a delta as well. */
		take(w, from + (int64_t)roll(w, (uint64_t)(w->id - from + 1)),
		    1 + (uint32_t)roll(w, PRICES));
		compare(w);
		assert_false(w->result.differs);
		assert_false(w->notes.lost);
		compared += w->result.compared;
		left_out += w->result.left_out;
	}
	assert_true(compared > 1000);
	assert_true(left_out > 1000);
}

/* A level that nobody has touched is wrong, missing, or one too many. */
static void
a_wrong_level_differs(void **state)
{
	static const struct {
		int64_t quantity;
		const char *why;
	} cases[] = {
		{ 7, "audit: bid 105.9 is 7 here, 50 at the venue" },
		{ 0, "audit: bid 105.9 is absent here, 50 at the venue" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct level wrong = { number(1059, 1),
			number(cases[i].quantity, 0) };

		for (int p = 0; p < 2 * PRICES; p++)
			w->truth[0][p] = 50;
		w->id = 0;
		load(w, 0);
		take(w, 0, 20);
		compare(w);
		assert_false(w->result.differs);
		assert_int_equal(w->result.compared, 40);
		assert_int_equal(
		    book_apply(&w->book, (struct levels){ &wrong, 1 },
			(struct levels){ NULL, 0 }),
		    ERR_OK);
		compare(w);
		assert_true(w->result.differs);
		assert_string_equal(w->result.why, cases[i].why);
	}
	/* One too many. */
	load(w, 0);
	w->truth[0][PRICES] = 0;
	take(w, 0, 20);
	compare(w);
	assert_true(w->result.differs);
	assert_string_equal(
	    w->result.why, "audit: ask 106.0 is 50 here, absent at the venue");
}

/* Behind the worst level of the snapshot nothing is known. */
static void
only_what_both_know(void **state)
{
	struct level wrong = { number(1000, 1), number(1, 0) };
	struct world *w = *state;

	fill(w);
	assert_int_equal(book_apply(&w->book, (struct levels){ &wrong, 1 },
			     (struct levels){ NULL, 0 }),
	    ERR_OK);
	take(w, 0, PRICES - 1);
	compare(w);
	assert_false(w->result.differs);
	take(w, 0, PRICES + 1);
	compare(w);
	assert_true(w->result.differs);
}

/* Without an id every price that a delta has named is left out. */
static void
without_ids(void **state)
{
	struct level wrong = { number(1059, 1), number(1, 0) };
	struct world *w = *state;
	struct orderbook d;

	fill(w);
	for (int i = 0; i < 5; i++)
		step(w, 3, true);
	take(w, w->id, PRICES);
	w->snapshot.id = SEQ_NULL;
	/* The other numbers are far off: they were named. */
	compare(w);
	assert_false(w->result.differs);
	assert_true(w->result.left_out > 0);
	record_init(RECORD_orderbook, &d);
	d.last_update_id = w->id + 1;
	d.bids = (struct levels){ &wrong, 1 };
	assert_int_equal(book_apply(&w->book, d.bids, d.asks), ERR_OK);
	audit_notes_add(&w->notes, &d);
	compare(w);
	assert_false(w->result.differs);
	audit_notes_clear(&w->notes);
	compare(w);
	assert_true(w->result.differs);
}

static void
notes_that_are_lost(void **state)
{
	struct world *w = *state;
	struct level l = { number(1, 0), number(1, 0) };
	struct level text = { { .text = "1", .len = 1, .kind = DEC_TEXT },
		number(1, 0) };
	struct orderbook d;

	record_init(RECORD_orderbook, &d);
	d.bids = (struct levels){ &l, 1 };
	d.last_update_id = 5;
	audit_notes_add(&w->notes, &d);
	audit_notes_add(&w->notes, &d);
	assert_false(w->notes.lost);
	assert_int_equal(w->notes.count, 1);
	/* Numbering began again. */
	d.last_update_id = 4;
	audit_notes_add(&w->notes, &d);
	assert_true(w->notes.lost);
	audit_notes_clear(&w->notes);
	d.bids.at = &text;
	audit_notes_add(&w->notes, &d);
	assert_true(w->notes.lost);
	/* More prices than there are places. */
	audit_notes_clear(&w->notes);
	d.bids.at = &l;
	for (int64_t i = 0; i < AUDIT_NOTES && !w->notes.lost; i++) {
		l.price.mantissa = i + 1;
		audit_notes_add(&w->notes, &d);
	}
	assert_true(w->notes.lost);
	assert_true(w->notes.count < AUDIT_NOTES);
}

static void
snapshots_that_are_refused(void **state)
{
	struct world *w = *state;
	struct level two[2] = { { number(2, 0), number(1, 0) },
		{ number(1, 0), number(1, 0) } };
	struct orderbook b;

	record_init(RECORD_orderbook, &b);
	b.bids = (struct levels){ two, 2 };
	assert_int_equal(audit_take(&w->snapshot, &b, 5), ERR_OK);
	assert_false(w->snapshot.bids.cut);
	assert_int_equal(audit_take(&w->snapshot, &b, 2), ERR_OK);
	assert_true(w->snapshot.bids.cut);
	b.asks = b.bids;
	assert_int_equal(audit_take(&w->snapshot, &b, 5), ERR_RANGE);
	b.asks.count = 0;
	two[1].quantity.kind = DEC_TEXT;
	assert_int_equal(audit_take(&w->snapshot, &b, 5), ERR_RANGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_right_book_never_differs),
		TEST(a_wrong_level_differs),
		TEST(only_what_both_know),
		TEST(without_ids),
		TEST(notes_that_are_lost),
		TEST(snapshots_that_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
