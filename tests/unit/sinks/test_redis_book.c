/* LINK: sinks/redis_table sinks/redis_book book/book model/model */
/* LINK: codec/decimal codec/decmath */
/* LINK: core/arena core/must core/out core/span core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/random.h"
#include "sinks/redis_table.h"

enum {
	PRICES = 400,
	MIDDLE = PRICES / 2,
	/* Levels a side in a snapshot. */
	LIMIT = 12,
	SHOWN = 5,
};

/* The exchange's book: quantity of each price, 0 is none; bids are below
 * middle. */
struct truth {
	int64_t bids[PRICES];
	int64_t asks[PRICES];
	int64_t id;
};

struct world {
	struct arena arena;
	struct redis_table table;
	struct opt_redis options;
	struct random random;
	struct truth truth;
	struct level levels[2 * PRICES];
};

static int
begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_int_equal(arena_init(&w->arena, 16 << 20), ERR_OK);
	w->options.keys = 8;
	w->options.books = 2;
	w->options.levels = SHOWN;
	redis_table_init(&w->table, &w->options, &w->arena);
	random_init(&w->random, 7);
	*state = w;
	return 0;
}

static int
end(void **state)
{
	struct world *w = *state;

	arena_fini(&w->arena);
	free(w);
	return 0;
}

static struct level
level(int price, int64_t quantity)
{
	return (struct level){ dec_make(price, 1), dec_make(quantity, 3) };
}

/* The best `most` levels of the truth, best first. */
static uint32_t
best(const struct truth *t, bool bids, uint32_t most, struct level *to)
{
	uint32_t n = 0;

	for (int i = 0; i < PRICES && n < most; i++) {
		int price = bids ? PRICES - 1 - i : i;
		int64_t quantity = bids ? t->bids[price] : t->asks[price];

		if (quantity > 0)
			to[n++] = level(price, quantity);
	}
	return n;
}

static void
snapshot(struct world *w, struct orderbook *r, uint32_t most)
{
	record_init(RECORD_orderbook, r);
	r->update_type = UPDATE_SNAPSHOT;
	r->is_valid = BOOL_TRUE;
	r->last_update_id = w->truth.id;
	r->bids.at = w->levels;
	r->bids.count = best(&w->truth, true, most, w->levels);
	r->asks.at = w->levels + PRICES;
	r->asks.count = best(&w->truth, false, most, w->levels + PRICES);
}

/* Something happens at a few prices around `at`; never crosses. */
static void
delta(struct world *w, struct orderbook *r, int at)
{
	record_init(RECORD_orderbook, r);
	r->update_type = UPDATE_DELTA;
	r->last_update_id = ++w->truth.id;
	r->bids.at = w->levels;
	r->asks.at = w->levels + PRICES;
	for (int i = 0; i < 6; i++) {
		int off = 1 + (int)random_below(&w->random, 60);
		int64_t q = (int64_t)random_below(&w->random, 3) * 17;
		int bid = at - off, ask = at + off;

		if (i % 2 == 0 && bid >= 0) {
			w->truth.bids[bid] = q;
			w->levels[r->bids.count++] = level(bid, q);
		} else if (i % 2 == 1 && ask < PRICES) {
			w->truth.asks[ask] = q;
			w->levels[PRICES + r->asks.count++] = level(ask, q);
		}
	}
	/* What the price walked over is gone. */
	for (int p = 0; p < PRICES; p++) {
		if (p >= at && w->truth.bids[p] > 0) {
			w->truth.bids[p] = 0;
			w->levels[r->bids.count++] = level(p, 0);
		}
		if (p <= at && w->truth.asks[p] > 0) {
			w->truth.asks[p] = 0;
			w->levels[PRICES + r->asks.count++] = level(p, 0);
		}
	}
}

/* What the book claims are the best levels of the truth, however few. */
static uint32_t
claims(struct world *w, const struct redis_book *b, bool bids)
{
	struct level have[SHOWN], want[SHOWN];
	uint32_t n =
	    book_top(bids ? &b->book.bids : &b->book.asks, SHOWN, have);

	assert_true(best(&w->truth, bids, SHOWN, want) >= n);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(dec_cmp(&have[i].price, &want[i].price), 0);
		assert_int_equal(
		    dec_cmp(&have[i].quantity, &want[i].quantity), 0);
	}
	return n;
}

static void
fill(struct world *w, int every)
{
	for (int p = 0; p < PRICES; p += every) {
		if (p < MIDDLE)
			w->truth.bids[p] = 10 + p;
		else if (p > MIDDLE)
			w->truth.asks[p] = 10 + p;
	}
}

/* A price that walks, snapshots now and then: never a level that is not. */
static void
always_true(void **state)
{
	struct world *w = *state;
	struct redis_book *b = &w->table.books[0];
	struct orderbook r;
	uint32_t full = 0;
	int at = MIDDLE;

	fill(w, 1);
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	for (int i = 0; i < 20000; i++) {
		at += (int)random_below(&w->random, 3) - 1;
		if (at < 70 || at > PRICES - 70)
			at = MIDDLE;
		if (random_below(&w->random, 50) == 0)
			snapshot(w, &r, LIMIT);
		else
			delta(w, &r, at);
		assert_true(redis_book_record(b, &r, LIMIT));
		assert_int_equal(b->last_update_id, w->truth.id);
		full += claims(w, b, true) == SHOWN;
		full += claims(w, b, false) == SHOWN;
	}
	/* And not by claiming nothing. */
	assert_true(full > 30000);
}

/* A whole book of a few levels is known to its end. */
static void
thin_books(void **state)
{
	struct world *w = *state;
	struct redis_book *b = &w->table.books[0];
	struct level best_bid;
	struct orderbook r;

	w->truth.bids[100] = 5;
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_false(b->book.bids.cut);
	record_init(RECORD_orderbook, &r);
	r.update_type = UPDATE_DELTA;
	w->levels[0] = level(100, 0);
	w->levels[1] = level(90, 7);
	r.bids = (struct levels){ w->levels, 2 };
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_int_equal(book_top(&b->book.bids, 1, &best_bid), 1);
	/* After a hole nobody knows whether there was more. */
	redis_book_lose(b, false);
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_true(b->book.bids.cut && b->book.asks.cut);
	w->levels[0] = level(100, 0);
	w->levels[1] = level(90, 7);
	r.update_type = UPDATE_DELTA;
	r.bids = (struct levels){ w->levels, 2 };
	r.asks = (struct levels){ w->levels, 0 };
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_int_equal(book_top(&b->book.bids, 1, &best_bid), 0);
	/* Nor whether there is anything on the side without a level. */
	r.bids.count = 0;
	w->levels[2] = level(300, 7);
	r.asks = (struct levels){ w->levels + 2, 1 };
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_int_equal(book_top(&b->book.asks, 1, &best_bid), 0);
	/* A later snapshot knows no more than that ... */
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_true(b->book.bids.cut);
	/* ... but the first one after it was told that it is not known does. */
	r.is_valid = BOOL_FALSE;
	assert_false(redis_book_record(b, &r, LIMIT));
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	assert_false(b->book.bids.cut);
}

static void
what_is_no_book(void **state)
{
	struct world *w = *state;
	struct redis_book *b = &w->table.books[1];
	struct orderbook r;

	fill(w, 2);
	/* Deltas before the first snapshot. */
	delta(w, &r, MIDDLE);
	assert_false(redis_book_record(b, &r, LIMIT));
	assert_false(b->valid);
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	/* Crossed. */
	record_init(RECORD_orderbook, &r);
	r.update_type = UPDATE_DELTA;
	w->levels[0] = level(PRICES - 1, 5);
	r.bids = (struct levels){ w->levels, 1 };
	assert_false(redis_book_record(b, &r, LIMIT));
	assert_false(b->valid);
	snapshot(w, &r, LIMIT);
	assert_true(redis_book_record(b, &r, LIMIT));
	/* A number that no book can have. */
	record_init(RECORD_orderbook, &r);
	r.update_type = UPDATE_DELTA;
	w->levels[0] = level(100, -5);
	r.bids = (struct levels){ w->levels, 1 };
	assert_false(redis_book_record(b, &r, LIMIT));
	assert_false(b->valid);
}

/* --- the table --- */

static struct redis_slot *
add(struct world *w, const char *key, int64_t now_s)
{
	struct wall now = { now_s * NS_PER_S };
	struct redis_slot *s =
	    redis_table_add(&w->table, span_of(key), now, 100 * NS_PER_S);

	if (s != NULL)
		s->seen = now;
	return s;
}

static void
keys(void **state)
{
	struct world *w = *state;
	struct redis_slot *slots[8];
	char key[16];

	for (int i = 0; i < 8; i++) {
		snprintf(key, sizeof(key), "key:%d", i);
		assert_null(redis_table_find(&w->table, span_of(key)));
		slots[i] = add(w, key, 1000 + i);
		assert_non_null(slots[i]);
	}
	for (int i = 0; i < 8; i++) {
		snprintf(key, sizeof(key), "key:%d", i);
		assert_ptr_equal(
		    redis_table_find(&w->table, span_of(key)), slots[i]);
	}
	/* Full of what is young; then the oldest makes room, unless it is a
	 * book's or waits. */
	assert_null(add(w, "more", 1050));
	assert_null(add(w, "more", 1099));
	slots[0]->form = REDIS_TOP;
	redis_table_queue(&w->table, slots[1]);
	assert_null(add(w, "more", 1101));
	assert_ptr_equal(add(w, "more", 1102), slots[2]);
	assert_null(redis_table_find(&w->table, SPAN("key:2")));
	assert_ptr_equal(redis_table_find(&w->table, SPAN("more")), slots[2]);
	for (int i = 3; i < 8; i++) {
		snprintf(key, sizeof(key), "key:%d", i);
		assert_non_null(redis_table_find(&w->table, span_of(key)));
	}
}

static void
queue(void **state)
{
	struct world *w = *state;
	struct redis_table *t = &w->table;
	struct redis_slot *a = add(w, "a", 1);
	struct redis_slot *b = add(w, "b", 1);
	struct redis_slot *c = add(w, "c", 1);

	assert_null(redis_table_next(t));
	redis_table_queue(t, a);
	redis_table_queue(t, b);
	redis_table_queue(t, a);
	redis_table_first(t, c);
	redis_table_first(t, b);
	assert_int_equal(t->waiting, 3);
	assert_ptr_equal(redis_table_next(t), c);
	assert_ptr_equal(redis_table_next(t), a);
	redis_table_queue(t, a);
	assert_ptr_equal(redis_table_next(t), b);
	assert_ptr_equal(redis_table_next(t), a);
	assert_null(redis_table_next(t));
	redis_table_first(t, b);
	redis_table_queue_all(t);
	assert_int_equal(t->waiting, 3);
	assert_ptr_equal(redis_table_next(t), b);
	assert_ptr_equal(redis_table_next(t), a);
	assert_ptr_equal(redis_table_next(t), c);
	assert_int_equal(t->waiting, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(always_true),
		TEST(thin_books),
		TEST(what_is_no_book),
		TEST(keys),
		TEST(queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
