/* LINK: book/book */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: core/must core/out core/span core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "book/book.h"

enum {
	CAPACITY = 64,
	PRICES = 400,
};

static struct dec
num(const char *text)
{
	struct dec d;

	assert_int_equal(dec_parse(span_of(text), &d), ERR_OK);
	return d;
}

static struct level
lv(const char *price, const char *quantity)
{
	return (struct level){ num(price), num(quantity) };
}

static struct book
new_book(uint32_t capacity)
{
	struct book b;
	void *memory = malloc(book_bytes(capacity));

	assert_non_null(memory);
	book_init(&b, memory, capacity);
	return b;
}

static void
free_book(struct book *b)
{
	free(b->bids.levels);
}

#define LEVELS(array)                                                          \
	((struct levels){ (array), sizeof(array) / sizeof((array)[0]) })
#define NONE ((struct levels){ NULL, 0 })

/* The best n levels of a side as "price:quantity ..." */
static const char *
top(const struct book_side *s, uint32_t n)
{
	static char text[4096];
	struct level levels[CAPACITY];
	struct out o;

	out_init(&o, text, sizeof(text));
	n = book_top(s, n, levels);
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			out_char(&o, ' ');
		dec_write(&levels[i].price, &o);
		out_char(&o, ':');
		dec_write(&levels[i].quantity, &o);
	}
	return out_cstr(&o);
}

static void
test_load_and_apply(void **state)
{
	struct book b = new_book(8);
	const struct level bids[] = { lv("10.10", "1.0"), lv("10.00", "2") };
	const struct level asks[] = { lv("10.20", "3.00"),
		lv("10.300", "4.50") };
	const struct level d[] = { lv("10.1", "0.000"), lv("9.9", "7"),
		lv("10.00", "5.50"), lv("1", "0") };

	(void)state;
	assert_int_equal(
	    book_load(&b, LEVELS(bids), LEVELS(asks), 100), ERR_OK);
	assert_string_equal(top(&b.bids, 9), "10.10:1.0 10.00:2");
	assert_string_equal(top(&b.asks, 9), "10.20:3.00 10.300:4.50");
	assert_string_equal(top(&b.asks, 1), "10.20:3.00");
	assert_int_equal(book_apply(&b, LEVELS(d), NONE), ERR_OK);
	assert_string_equal(top(&b.bids, 9), "10.00:5.50 9.9:7");
	assert_false(book_crossed(&b));
	book_clear(&b);
	assert_string_equal(top(&b.bids, 9), "");
	assert_false(book_crossed(&b));
	free_book(&b);
}

/* Levels of a snapshot in any order give the same book. */
static void
test_unsorted_snapshot(void **state)
{
	struct book b = new_book(3);
	const struct level bids[] = { lv("2", "1"), lv("5", "1"), lv("1", "1"),
		lv("4", "1"), lv("3", "0"), lv("4", "2") };

	(void)state;
	assert_int_equal(book_load(&b, LEVELS(bids), LEVELS(bids), 0), ERR_OK);
	assert_int_equal(b.bids.count, 3);
	assert_string_equal(top(&b.asks, 9), "1:1 2:1 4:1");
	assert_string_equal(top(&b.bids, 2), "5:1 4:1");
	assert_true(book_crossed(&b));
	free_book(&b);
}

static void
test_scales_compare_by_value(void **state)
{
	struct book b = new_book(8);
	const struct level bids[] = { lv("100000000000000000", "1"),
		lv("1", "1"), lv("0.000000000000000001", "1"), lv("0", "1"),
		lv("-3.5", "1") };
	const struct level again[] = { lv("1.0000", "2"), lv("-3.50", "3"),
		lv("0.0", "4") };

	(void)state;
	assert_int_equal(book_load(&b, LEVELS(bids), NONE, 0), ERR_OK);
	assert_int_equal(book_apply(&b, LEVELS(again), NONE), ERR_OK);
	assert_string_equal(top(&b.bids, 9),
	    "100000000000000000:1 1.0000:2 0.000000000000000001:1 0.0:4 "
	    "-3.50:3");
	free_book(&b);
}

static void
test_crossed(void **state)
{
	struct book b = new_book(8);
	const struct level bid[] = { lv("10.1", "1") };
	const struct level ask[] = { lv("10.10", "1") };
	const struct level above[] = { lv("10.11", "1") };

	(void)state;
	assert_int_equal(book_load(&b, LEVELS(bid), LEVELS(ask), 0), ERR_OK);
	assert_true(book_crossed(&b));
	assert_int_equal(book_load(&b, LEVELS(bid), LEVELS(above), 0), ERR_OK);
	assert_false(book_crossed(&b));
	assert_int_equal(book_load(&b, LEVELS(above), LEVELS(ask), 0), ERR_OK);
	assert_true(book_crossed(&b));
	free_book(&b);
}

/* What lies beyond a snapshot that was cut is never claimed to be known. */
static void
test_known_ends_at_the_edge(void **state)
{
	struct book b = new_book(4);
	const struct level asks[] = { lv("10", "1"), lv("11", "1"),
		lv("12", "1") };
	const struct level deep[] = { lv("20", "9") };
	const struct level gone[] = { lv("12", "0"), lv("10", "0") };
	const struct level more[] = { lv("9", "1"), lv("8", "1"),
		lv("7", "1") };

	(void)state;
	assert_int_equal(book_load(&b, NONE, LEVELS(asks), 3), ERR_OK);
	assert_true(b.asks.cut);
	assert_false(b.bids.cut);
	assert_int_equal(book_apply(&b, NONE, LEVELS(deep)), ERR_OK);
	assert_int_equal(b.asks.count, 4);
	assert_int_equal(book_known(&b.asks), 3);
	assert_string_equal(top(&b.asks, 9), "10:1 11:1 12:1");
	assert_int_equal(book_apply(&b, NONE, LEVELS(gone)), ERR_OK);
	assert_int_equal(book_known(&b.asks), 1);
	/* A full side first loses what was unknown, then the edge moves in. */
	assert_int_equal(book_apply(&b, NONE, LEVELS(more)), ERR_OK);
	assert_string_equal(top(&b.asks, 9), "7:1 8:1 9:1 11:1");
	assert_int_equal(book_apply(&b, NONE, LEVELS(asks)), ERR_OK);
	assert_string_equal(top(&b.asks, 9), "7:1 8:1 9:1 10:1");
	free_book(&b);
}

static void
test_full_side_loses_its_worst(void **state)
{
	struct book b = new_book(2);
	const struct level bids[] = { lv("5", "1"), lv("4", "1") };
	const struct level worse[] = { lv("3", "1") };
	const struct level better[] = { lv("6", "1") };
	const struct level drop[] = { lv("6", "0"), lv("5", "0") };

	(void)state;
	assert_int_equal(book_load(&b, LEVELS(bids), NONE, 0), ERR_OK);
	assert_false(b.bids.cut);
	assert_int_equal(book_apply(&b, LEVELS(worse), NONE), ERR_OK);
	assert_true(b.bids.cut);
	assert_string_equal(top(&b.bids, 9), "5:1 4:1");
	assert_int_equal(book_apply(&b, LEVELS(better), NONE), ERR_OK);
	assert_string_equal(top(&b.bids, 9), "6:1 5:1");
	assert_int_equal(book_apply(&b, LEVELS(drop), NONE), ERR_OK);
	/* 4 was dropped: coming back, it is beyond what is known. */
	assert_int_equal(book_apply(&b, LEVELS(bids), NONE), ERR_OK);
	assert_string_equal(top(&b.bids, 9), "5:1");
	free_book(&b);
}

static void
test_numbers_that_do_not_fit(void **state)
{
	struct book b = new_book(8);
	const struct level good[] = { lv("1", "1") };
	const struct level negative[] = { lv("1", "-1") };
	const struct level huge[] = { lv("12345678901234567890123.5", "1") };
	const struct level null[] = { { .price = num("1") } };

	(void)state;
	assert_int_equal(
	    book_load(&b, LEVELS(good), LEVELS(negative), 0), ERR_RANGE);
	assert_int_equal(b.bids.count, 0);
	assert_int_equal(book_load(&b, LEVELS(huge), NONE, 0), ERR_RANGE);
	assert_int_equal(book_load(&b, LEVELS(good), NONE, 0), ERR_OK);
	assert_int_equal(book_apply(&b, LEVELS(null), NONE), ERR_RANGE);
	assert_int_equal(book_apply(&b, NONE, LEVELS(negative)), ERR_RANGE);
	free_book(&b);
}

/* --- against a book that cannot be wrong: an array indexed by price --------
 */

static unsigned
dice(uint64_t *seed, unsigned n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(*seed >> 33) % n;
}

static void
compare(const struct book_side *s, const int64_t *reference, bool descending)
{
	struct level levels[CAPACITY];
	uint32_t n = book_top(s, CAPACITY, levels);
	uint32_t i = 0;

	for (int k = 0; k < PRICES && i < n; k++) {
		int price = descending ? PRICES - 1 - k : k;
		int64_t mantissa;

		if (reference[price] == 0)
			continue;
		assert_int_equal(
		    dec_at_scale(&levels[i].price, 1, &mantissa), ERR_OK);
		assert_int_equal(mantissa, price);
		assert_int_equal(
		    dec_at_scale(&levels[i].quantity, 0, &mantissa), ERR_OK);
		assert_int_equal(mantissa, reference[price]);
		i++;
	}
	/* Everything said to be known was found. */
	assert_int_equal(i, n);
}

static void
test_random_deltas(void **state)
{
	int64_t reference[2][PRICES] = { { 0 } };
	struct book b = new_book(CAPACITY);
	uint64_t seed = 20261123;

	(void)state;
	assert_int_equal(book_load(&b, NONE, NONE, 10), ERR_OK);
	for (int round = 0; round < 20000; round++) {
		struct level l[4];
		unsigned n = 1 + dice(&seed, 4);
		unsigned side = dice(&seed, 2);

		for (unsigned i = 0; i < n; i++) {
			unsigned price = dice(&seed, PRICES);
			int64_t quantity =
			    dice(&seed, 3) == 0 ? 0 : 1 + dice(&seed, 1000);

			l[i].price = dec_make(price, 1);
			if (price % 10 == 0 && dice(&seed, 2) == 0)
				l[i].price = dec_make(price / 10, 0);
			l[i].quantity = dec_make(quantity, 0);
			reference[side][price] = quantity;
		}
		assert_int_equal(
		    side == 0 ? book_apply(&b, (struct levels){ l, n }, NONE)
			      : book_apply(&b, NONE, (struct levels){ l, n }),
		    ERR_OK);
		compare(&b.bids, reference[0], true);
		compare(&b.asks, reference[1], false);
	}
	free_book(&b);
}

/* What is deeper than its worst level is not known, nor anything of a side
 * without one. */
static void
test_cut(void **state)
{
	struct level bids[] = { lv("9", "1"), lv("8", "1") };
	struct level later[] = { lv("8.5", "1"), lv("7", "1"), lv("9", "0") };
	struct book b = new_book(CAPACITY);

	(void)state;
	assert_int_equal(book_load(&b, LEVELS(bids), NONE, 0), ERR_OK);
	assert_int_equal(book_apply(&b, NONE, LEVELS(later)), ERR_OK);
	assert_int_equal(book_known(&b.asks), 2);
	book_cut(&b.bids);
	assert_int_equal(book_apply(&b, LEVELS(later), NONE), ERR_OK);
	assert_int_equal(book_known(&b.bids), 2);
	assert_string_equal(top(&b.bids, 9), "8.5:1 8:1");
	assert_int_equal(book_load(&b, NONE, NONE, 0), ERR_OK);
	book_cut(&b.bids);
	book_cut(&b.asks);
	assert_int_equal(book_apply(&b, LEVELS(bids), LEVELS(later)), ERR_OK);
	assert_int_equal(book_known(&b.bids), 0);
	assert_int_equal(book_known(&b.asks), 0);
	free_book(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load_and_apply),
		cmocka_unit_test(test_unsorted_snapshot),
		cmocka_unit_test(test_scales_compare_by_value),
		cmocka_unit_test(test_crossed),
		cmocka_unit_test(test_known_ends_at_the_edge),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_full_side_loses_its_worst),
		cmocka_unit_test(test_numbers_that_do_not_fit),
		cmocka_unit_test(test_random_deltas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
