/* LINK: book/book book/sync model/frame model/model */
/* LINK: codec/decimal codec/decmath codec/utf8 */
/* LINK: core/must core/out core/span core/err */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "book/sync.h"

enum {
	CAPACITY = 256,
	PRICES = 100,
	BUFFER = 64 * 1024,
	LIMIT = 1000,
};

/* The venue's book: quantity by price; bids below 50, asks from 50 on. */
struct venue_book {
	int64_t quantity[PRICES];
	int64_t id;
	uint64_t seed;
};

static unsigned
dice(uint64_t *seed, unsigned n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(*seed >> 33) % n;
}

static struct level levels[2][PRICES];

static struct levels
some(unsigned side, uint32_t n)
{
	return (struct levels){ levels[side], n };
}

/* The next delta: `step` ids, a few prices. */
static struct orderbook
next_delta(struct venue_book *v, int64_t step)
{
	struct orderbook d;
	uint32_t count[2] = { 0, 0 };

	record_init(RECORD_orderbook, &d);
	d.update_type = UPDATE_DELTA;
	d.prev_update_id = v->id;
	d.first_update_id = v->id + 1;
	v->id += step;
	d.last_update_id = v->id;
	d.timestamp = v->id * 1000;
	d.symbol_name = SPAN("BTC-USDT");
	d.native_symbol = SPAN("BTCUSDT");
	for (unsigned i = dice(&v->seed, 4); i > 0; i--) {
		unsigned price = dice(&v->seed, PRICES);
		unsigned side = price >= PRICES / 2;
		struct level *l = &levels[side][count[side]++];

		v->quantity[price] =
		    dice(&v->seed, 2) == 0 ? 0 : dice(&v->seed, 9) + 1;
		l->price = dec_make(price, 0);
		l->quantity = dec_make(v->quantity[price], 0);
	}
	d.bids = some(0, count[0]);
	d.asks = some(1, count[1]);
	return d;
}

static struct orderbook
take_snapshot(const struct venue_book *v)
{
	struct orderbook s;
	uint32_t count[2] = { 0, 0 };

	record_init(RECORD_orderbook, &s);
	for (unsigned price = 0; price < PRICES; price++) {
		unsigned side = price >= PRICES / 2;

		if (v->quantity[price] == 0)
			continue;
		levels[side][count[side]++] =
		    (struct level){ dec_make(price, 0),
			    dec_make(v->quantity[price], 0) };
	}
	s.last_update_id = v->id;
	s.bids = some(0, count[0]);
	s.asks = some(1, count[1]);
	return s;
}

static bool
side_equal(
    const struct book_side *s, const struct venue_book *v, int from, int to)
{
	struct level top[CAPACITY];
	uint32_t n = book_top(s, CAPACITY, top);
	uint32_t i = 0;

	for (int p = from; p != to; p += from < to ? 1 : -1) {
		if (v->quantity[p] == 0)
			continue;
		if (i == n || top[i].price.mantissa != p ||
		    top[i].quantity.mantissa != v->quantity[p])
			return false;
		i++;
	}
	return i == n;
}

static void
assert_equal(const struct sync *s, const struct venue_book *v)
{
	assert_int_equal(s->state, SYNC_LIVE);
	assert_int_equal(s->id, v->id);
	assert_true(side_equal(&s->book.bids, v, PRICES / 2 - 1, -1));
	assert_true(side_equal(&s->book.asks, v, PRICES / 2, PRICES));
}

struct bench {
	struct sync sync;
	struct venue_book venue;
	char *memory;
	char *buffer;
};

static void
set_up(struct bench *b, enum chain chain)
{
	memset(b, 0, sizeof(*b));
	b->venue.id = 1000;
	b->venue.seed = 7;
	b->memory = malloc(book_bytes(CAPACITY));
	b->buffer = malloc(BUFFER);
	sync_init(&b->sync, chain, b->memory, CAPACITY);
}

static void
tear_down(struct bench *b)
{
	free(b->memory);
	free(b->buffer);
}

static enum sync_verdict
feed(struct bench *b)
{
	struct orderbook d =
	    next_delta(&b->venue, 1 + (int64_t)dice(&b->venue.seed, 5));

	return sync_delta(&b->sync, &d);
}

/* Replay everything; returns how many deltas were to be published. */
static unsigned
drain(struct bench *b, int64_t *last)
{
	static struct level room[PRICES];
	union record d;
	enum sync_verdict v;
	unsigned applied = 0;

	while (sync_replay(&b->sync, room, PRICES, &d, &v)) {
		assert_true(v == SYNC_APPLIED || v == SYNC_OLD);
		if (v == SYNC_APPLIED) {
			applied++;
			assert_true(
			    span_is(d.orderbook.native_symbol, "BTCUSDT"));
			*last = d.orderbook.last_update_id;
		}
	}
	return applied;
}

static enum sync_verdict
load(struct bench *b, const struct venue_book *v)
{
	struct orderbook s = take_snapshot(v);

	return sync_snapshot(&b->sync, &s, LIMIT);
}

static void
go_live(struct bench *b)
{
	int64_t last = 0;

	sync_reset(&b->sync);
	sync_buffer(&b->sync, b->buffer, BUFFER);
	assert_int_equal(feed(b), SYNC_KEPT);
	assert_int_equal(load(b, &b->venue), SYNC_LOADED);
	assert_int_equal(drain(b, &last), 0);
	sync_release(&b->sync);
	assert_equal(&b->sync, &b->venue);
}

/* Events before, across and after the snapshot's id, which comes late. */
static void
test_snapshot_delayed(void **state)
{
	struct bench b;
	struct venue_book then;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	assert_int_equal(b.sync.state, SYNC_WAITING);
	assert_int_equal(feed(&b), SYNC_DROPPED);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	for (int i = 0; i < 20; i++)
		assert_int_equal(feed(&b), SYNC_KEPT);
	then = b.venue;
	for (int i = 0; i < 30; i++)
		assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &then), SYNC_LOADED);
	assert_int_equal(b.sync.id, then.id);
	assert_int_equal(b.sync.time, TIME_NULL);
	assert_int_equal(drain(&b, &last), 30);
	assert_int_equal(last, b.venue.id);
	assert_int_equal(b.sync.old, 20);
	assert_int_equal(b.sync.applied, 30);
	assert_int_equal(b.sync.time, b.venue.id * 1000);
	assert_equal(&b.sync, &b.venue);
	sync_release(&b.sync);
	assert_int_equal(feed(&b), SYNC_APPLIED);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* The id lies inside an event: U <= L + 1 <= u. */
static void
test_snapshot_inside_an_event(void **state)
{
	struct bench b;
	struct orderbook d;
	struct orderbook s;
	struct venue_book before;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	before = b.venue;
	d = next_delta(&b.venue, 10);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	s = take_snapshot(&before);
	s.last_update_id += 4;
	assert_int_equal(sync_snapshot(&b.sync, &s, LIMIT), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 1);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

static void
test_stale_snapshot(void **state)
{
	struct bench b;
	struct venue_book old;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	old = b.venue;
	sync_reset(&b.sync);
	assert_int_equal(feed(&b), SYNC_DROPPED);
	assert_int_equal(load(&b, &old), SYNC_STALE);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &old), SYNC_STALE);
	assert_int_equal(b.sync.state, SYNC_BUFFERING);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 0);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A snapshot before any delta is right; the first delta must continue it. */
static void
test_snapshot_first(void **state)
{
	struct bench b;
	struct orderbook skipped;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	assert_int_equal(feed(&b), SYNC_APPLIED);
	assert_equal(&b.sync, &b.venue);
	sync_reset(&b.sync);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	skipped = next_delta(&b.venue, 3);
	assert_int_equal(feed(&b), SYNC_GAP);
	assert_int_equal(b.sync.gap_from, skipped.first_update_id);
	assert_int_equal(b.sync.gap_to, skipped.last_update_id);
	tear_down(&b);
}

static void
test_gap(void **state)
{
	struct bench b;
	struct orderbook d;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	d = next_delta(&b.venue, 2);
	(void)d;
	d = next_delta(&b.venue, 2);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_GAP);
	assert_int_equal(b.sync.state, SYNC_WAITING);
	assert_int_equal(b.sync.id, SEQ_NULL);
	assert_int_equal(b.sync.book.bids.count, 0);
	assert_int_equal(b.sync.gaps, 1);
	/* The delta that showed the hole is the first that is kept. */
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 0);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A repeated and an overlapping delta do no harm. */
static void
test_repeats(void **state)
{
	struct bench b;
	struct orderbook d;
	uint64_t applied;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	d = next_delta(&b.venue, 4);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_APPLIED);
	applied = b.sync.applied;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_OLD);
	assert_int_equal(b.sync.applied, applied);
	d = next_delta(&b.venue, 4);
	d.first_update_id -= 3;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_APPLIED);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A hole among kept deltas: only those behind it count. */
/* The venue starts its ids again at 1: first the delta is taken for an old one,
 * a second later it cannot be.  What a slower connection repeats is old. */
static void
test_ids_begin_again(void **state)
{
	struct bench b;
	struct orderbook d;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	for (int64_t later = 0; later <= 1; later++) {
		d = next_delta(&b.venue, 1);
		b.venue.id -= later == 0;
		d.first_update_id = d.last_update_id = 1 + later;
		d.timestamp = b.sync.newest_time + later * SYNC_BACKWARDS_NS;
		assert_int_equal(sync_delta(&b.sync, &d), SYNC_OLD);
	}
	d.timestamp++;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_GAP);
	assert_int_equal(b.sync.state, SYNC_WAITING);
	assert_int_equal(b.sync.gap_to, SEQ_NULL);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	b.venue.id = 2;
	d = next_delta(&b.venue, 1);
	d.timestamp += 2 * SYNC_BACKWARDS_NS + b.sync.newest_time;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	drain(&b, &last);
	assert_equal(&b.sync, &b.venue);
	/* Again, while deltas are only kept. */
	sync_reset(&b.sync);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	d.first_update_id = d.last_update_id = 1;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_OLD);
	d.timestamp += SYNC_BACKWARDS_NS + 1;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_KEPT);
	assert_int_equal(b.sync.first_id, 1);
	tear_down(&b);
}

static void
test_hole_while_buffering(void **state)
{
	struct bench b;
	struct venue_book before;
	struct orderbook d;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_int_equal(feed(&b), SYNC_KEPT);
	before = b.venue;
	d = next_delta(&b.venue, 2);
	(void)d;
	assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &before), SYNC_STALE);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 0);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

static void
test_full_buffer_starts_again(void **state)
{
	struct bench b;
	int64_t last = 0;
	int broken = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	sync_buffer(&b.sync, b.buffer, 4096);
	for (int i = 0; i < 300; i++) {
		enum sync_verdict v = feed(&b);

		assert_true(v == SYNC_KEPT || v == SYNC_BROKEN);
		broken += v == SYNC_BROKEN;
	}
	assert_true(broken > 2);
	assert_int_equal(b.sync.state, SYNC_BUFFERING);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	drain(&b, &last);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A delta that no buffer holds was seen for all that: a snapshot from before it
 * is not the book. */
static void
test_delta_larger_than_the_buffer(void **state)
{
	struct bench b;
	struct venue_book old;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	sync_reset(&b.sync);
	sync_buffer(&b.sync, b.buffer, 16);
	old = b.venue;
	assert_int_equal(feed(&b), SYNC_BROKEN);
	assert_int_equal(load(&b, &old), SYNC_STALE);
	assert_int_equal(b.sync.state, SYNC_BUFFERING);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 0);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A refresh goes on beside the live book and publishes nothing twice. */
static void
test_refresh(void **state)
{
	struct bench b;
	struct venue_book then;
	int64_t last = 0;
	uint64_t applied;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_true(b.sync.refreshing);
	for (int i = 0; i < 10; i++)
		assert_int_equal(feed(&b), SYNC_APPLIED);
	then = b.venue;
	for (int i = 0; i < 10; i++)
		assert_int_equal(feed(&b), SYNC_APPLIED);
	applied = b.sync.applied;
	assert_int_equal(load(&b, &then), SYNC_LOADED);
	assert_int_equal(drain(&b, &last), 0);
	assert_int_equal(b.sync.applied, applied);
	assert_false(b.sync.refreshing);
	assert_equal(&b.sync, &b.venue);
	sync_release(&b.sync);
	assert_int_equal(feed(&b), SYNC_APPLIED);
	assert_equal(&b.sync, &b.venue);
	/* Nobody asked: the book stays. */
	assert_int_equal(load(&b, &then), SYNC_OLD);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A full buffer ends the refresh, not the book. */
static void
test_refresh_without_room(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	sync_buffer(&b.sync, b.buffer, 1024);
	for (int i = 0; i < 200; i++)
		assert_int_equal(feed(&b), SYNC_APPLIED);
	assert_false(b.sync.refreshing);
	assert_equal(&b.sync, &b.venue);
	sync_release(&b.sync);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* A gap during a refresh: the buffer is there already. */
static void
test_gap_in_refresh(void **state)
{
	struct bench b;
	struct orderbook d;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	assert_int_equal(feed(&b), SYNC_APPLIED);
	d = next_delta(&b.venue, 1);
	(void)d;
	assert_int_equal(feed(&b), SYNC_GAP);
	assert_int_equal(b.sync.state, SYNC_BUFFERING);
	assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &b.venue), SYNC_LOADED);
	drain(&b, &last);
	assert_equal(&b.sync, &b.venue);
	tear_down(&b);
}

/* No level of the old book survives a reset (ghost levels). */
static void
test_reset_forgets(void **state)
{
	struct bench b;
	struct venue_book other = { .id = 5, .seed = 99 };

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	other.quantity[3] = 7;
	sync_reset(&b.sync);
	assert_int_equal(load(&b, &other), SYNC_LOADED);
	assert_equal(&b.sync, &other);
	tear_down(&b);
}

static void
test_numbers_that_do_not_fit(void **state)
{
	struct bench b;
	struct orderbook d;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	go_live(&b);
	d = next_delta(&b.venue, 1);
	levels[0][0] = (struct level){ dec_make(1, 0), dec_make(-1, 0) };
	d.bids = some(0, 1);
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_BROKEN);
	assert_int_equal(b.sync.state, SYNC_WAITING);
	assert_int_equal(b.sync.book.bids.count, 0);
	tear_down(&b);
}

/* Venues whose deltas name the one before (Binance USD-M: pu). */
static void
test_chain_of_previous(void **state)
{
	struct bench b;
	struct venue_book then;
	struct orderbook d;
	int64_t last = 0;

	(void)state;
	set_up(&b, CHAIN_PREV);
	sync_reset(&b.sync);
	sync_buffer(&b.sync, b.buffer, BUFFER);
	for (int i = 0; i < 5; i++)
		assert_int_equal(feed(&b), SYNC_KEPT);
	then = b.venue;
	for (int i = 0; i < 5; i++)
		assert_int_equal(feed(&b), SYNC_KEPT);
	assert_int_equal(load(&b, &then), SYNC_LOADED);
	/* The event that ends at L holds what the snapshot has: harmless. */
	assert_int_equal(drain(&b, &last), 6);
	sync_release(&b.sync);
	assert_equal(&b.sync, &b.venue);
	d = next_delta(&b.venue, 2);
	d.prev_update_id--;
	assert_int_equal(sync_delta(&b.sync, &d), SYNC_GAP);
	tear_down(&b);
}

static void
test_off(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	assert_int_equal(feed(&b), SYNC_DROPPED);
	assert_int_equal(load(&b, &b.venue), SYNC_OLD);
	assert_int_equal(b.sync.state, SYNC_OFF);
	tear_down(&b);
}

static void
test_wants_refresh(void **state)
{
	struct bench b;
	struct orderbook s;

	(void)state;
	set_up(&b, CHAIN_SPAN);
	for (unsigned i = 0; i < PRICES; i++)
		b.venue.quantity[i] = 1;
	sync_reset(&b.sync);
	s = take_snapshot(&b.venue);
	assert_int_equal(sync_snapshot(&b.sync, &s, PRICES / 2), SYNC_LOADED);
	assert_false(sync_wants_refresh(&b.sync, PRICES / 2));
	assert_true(sync_wants_refresh(&b.sync, PRICES / 2 + 1));
	/* Complete books need none however small they are. */
	sync_reset(&b.sync);
	assert_int_equal(sync_snapshot(&b.sync, &s, PRICES), SYNC_LOADED);
	assert_false(sync_wants_refresh(&b.sync, 1000));
	tear_down(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot_delayed),
		cmocka_unit_test(test_snapshot_inside_an_event),
		cmocka_unit_test(test_stale_snapshot),
		cmocka_unit_test(test_snapshot_first),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_ids_begin_again),
		cmocka_unit_test(test_hole_while_buffering),
		cmocka_unit_test(test_full_buffer_starts_again),
		cmocka_unit_test(test_delta_larger_than_the_buffer),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_refresh_without_room),
		cmocka_unit_test(test_gap_in_refresh),
		cmocka_unit_test(test_reset_forgets),
		cmocka_unit_test(test_numbers_that_do_not_fit),
		cmocka_unit_test(test_chain_of_previous),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_wants_refresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
