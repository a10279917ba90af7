/* LINK: model/frame model/model codec/decimal */
/* LINK: core/out core/span core/must core/err */
#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/frame.h"

#include "random_record.h"
#include "same_field.h"

enum {
	ROUNDS = 300,
	BODY_MAX = 16384,
};

static struct span
encode(enum record_id id, const union record *rec, char body[BODY_MAX])
{
	struct out o;

	out_init(&o, body, BODY_MAX);
	record_encode(id, rec, &o);
	assert_false(o.full);
	return out_done(&o);
}

static void
assert_same_bytes(struct span a, struct span b)
{
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.at, b.at, a.len);
}

/* Every field of every record comes back; compared by its own bytes. */
static void
assert_same_record(
    enum record_id id, const union record *a, const union record *b)
{
	for (size_t i = 0; i < records[id].field_count; i++) {
		const struct field_desc *f = &records[id].fields[i];

		assert_same_field(f->type, (const char *)a + f->offset,
		    (const char *)b + f->offset);
	}
}

/* Decode the first `len` bytes of the body, put against a guard page. */
static enum err
decode(enum record_id id, struct span body, size_t len, struct guarded *g,
    struct level levels[LEVELS_MAX], union record *rec)
{
	memcpy(g->end - len, body.at, len);
	return record_decode(
	    id, (struct span){ g->end - len, len }, levels, LEVELS_MAX, rec);
}

static void
records_come_back(void **state)
{
	static struct maker m = { .seed = 29 };
	struct guarded g = guarded_new(BODY_MAX);

	(void)state;
	for (int i = 0; i < ROUNDS * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		struct level levels[LEVELS_MAX];
		char body[BODY_MAX], again[BODY_MAX];
		union record rec, back;
		struct span s;

		m.fill = i < RECORD_COUNT       ? FILL_NULL
			 : i < 2 * RECORD_COUNT ? FILL_SET
						: FILL_ANY;
		make_record(&m, id, &rec);
		s = encode(id, &rec, body);
		assert_int_equal(
		    decode(id, s, s.len, &g, levels, &back), ERR_OK);
		assert_same_record(id, &rec, &back);
		assert_same_bytes(s, encode(id, &back, again));
	}
	guarded_free(&g);
}

/* A cut is corrupt but at the end of a field, where the rest is null. */
static void
cut_bodies(void **state)
{
	static struct maker m = { .seed = 31, .fill = FILL_SET };
	struct guarded g = guarded_new(BODY_MAX);
	union record null;

	(void)state;
	for (int i = 0; i < 10 * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		struct level levels[LEVELS_MAX];
		char body[BODY_MAX], again[BODY_MAX];
		union record rec, back;
		size_t whole = 0;
		struct span s;

		if (i >= 5 * RECORD_COUNT)
			m.fill = FILL_ANY;
		make_record(&m, id, &rec);
		record_init(id, &null);
		s = encode(id, &rec, body);
		for (size_t len = 0; len <= s.len; len++) {
			enum err e = decode(id, s, len, &g, levels, &back);

			if (e != ERR_OK) {
				assert_int_equal(e, ERR_CORRUPT);
				continue;
			}
			assert_true(encode(id, &back, again).len >= len);
			assert_memory_equal(again, body, len);
			for (size_t k = whole; k < records[id].field_count;
			     k++) {
				const struct field_desc *f =
				    &records[id].fields[k];

				assert_same_field(f->type,
				    (char *)&null + f->offset,
				    (char *)&back + f->offset);
			}
			whole++;
		}
		assert_int_equal(whole, records[id].field_count + 1);
	}
	guarded_free(&g);
}

/* What is accepted is what would be written. */
static void
changed_bodies(void **state)
{
	static struct maker m = { .seed = 37, .fill = FILL_ANY };
	struct guarded g = guarded_new(BODY_MAX);
	unsigned accepted = 0;

	(void)state;
	for (int i = 0; i < ROUNDS * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		struct level levels[LEVELS_MAX];
		char body[BODY_MAX], again[BODY_MAX];
		union record rec, back;
		struct span s;
		enum err e;

		make_record(&m, id, &rec);
		s = encode(id, &rec, body);
		body[make_next(&m) % s.len] = (char)make_next(&m);
		e = decode(id, s, s.len, &g, levels, &back);
		if (e == ERR_OK) {
			/* Shorter fields may have left later ones out. */
			assert_true(encode(id, &back, again).len >= s.len);
			assert_memory_equal(again, body, s.len);
			accepted++;
		} else {
			assert_true(e == ERR_CORRUPT || e == ERR_FULL);
		}
	}
	assert_true(accepted > 0 && accepted < ROUNDS * RECORD_COUNT);
	guarded_free(&g);
}

static void
every_size_of_memory(void **state)
{
	static struct maker m = { .seed = 41 };
	struct guarded g = guarded_new(BODY_MAX);

	(void)state;
	for (int i = 0; i < 3 * RECORD_COUNT; i++) {
		enum record_id id = (enum record_id)(i % RECORD_COUNT);
		char body[BODY_MAX];
		union record rec;
		struct span s;

		m.fill = (enum fill)(i / RECORD_COUNT);
		make_record(&m, id, &rec);
		s = encode(id, &rec, body);
		for (size_t size = 0; size <= s.len; size++) {
			struct out o;

			out_init(&o, g.end - size, size);
			record_encode(id, &rec, &o);
			assert_int_equal(o.full, size < s.len);
			if (!o.full)
				assert_same_bytes(s, out_done(&o));
		}
	}
	guarded_free(&g);
}

static void
limits(void **state)
{
	static char text[UINT16_MAX], body[UINT16_MAX + 1000];
	struct level two[2] = { { DEC_NONE, DEC_NONE },
		{ DEC_NONE, DEC_NONE } };
	struct orderbook b;
	union record back;
	struct trade t;
	struct out o;

	(void)state;
	record_init(RECORD_trade, &t);
	t.trade_id = (struct span){ text, UINT16_MAX - 1 };
	out_init(&o, body, sizeof(body));
	record_encode(RECORD_trade, &t, &o);
	assert_false(o.full);
	assert_int_equal(
	    record_decode(RECORD_trade, out_done(&o), NULL, 0, &back), ERR_OK);
	assert_int_equal(back.trade.trade_id.len, UINT16_MAX - 1);
	t.trade_id.len++;
	out_reset(&o);
	record_encode(RECORD_trade, &t, &o);
	assert_true(o.full);
	record_init(RECORD_orderbook, &b);
	b.bids = (struct levels){ two, 2 };
	b.asks = (struct levels){ two, 1 };
	out_init(&o, body, sizeof(body));
	record_encode(RECORD_orderbook, &b, &o);
	for (size_t max = 0; max <= 3; max++) {
		struct level levels[3];

		assert_int_equal(record_decode(RECORD_orderbook, out_done(&o),
				     levels, max, &back),
		    max < 3 ? ERR_FULL : ERR_OK);
	}
	assert_int_equal(back.orderbook.asks.count, 1);
	/* One byte more than the table knows of. */
	out_char(&o, '\0');
	assert_int_equal(
	    record_decode(RECORD_orderbook, out_done(&o), two, 2, &back),
	    ERR_FULL);
	record_init(RECORD_trade, &t);
	out_reset(&o);
	record_encode(RECORD_trade, &t, &o);
	out_char(&o, '\0');
	assert_int_equal(
	    record_decode(RECORD_trade, out_done(&o), NULL, 0, &back),
	    ERR_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(cut_bodies),
		cmocka_unit_test(changed_bodies),
		cmocka_unit_test(every_size_of_memory),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
