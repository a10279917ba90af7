/* The window of publishes in flight, and what JetStream's answers say. */
/* LINK: sinks/nats_ack core/must core/err core/span core/out */
/* LINK: codec/json codec/json_scan codec/json_value codec/decimal */
/* LINK: codec/utf8 */
/* LIBS: jsmn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sinks/nats_ack.h"

enum {
	SIZE = 8,
	STEP = 10,
};

struct world {
	struct nats_slot slots[SIZE];
	struct nats_window w;
	uint64_t position;
};

static void
begin(struct world *x)
{
	memset(x, 0, sizeof(*x));
	nats_window_init(&x->w, x->slots, SIZE);
}

static void
push(struct world *x, int count)
{
	for (int i = 0; i < count; i++)
		nats_window_push(&x->w, (x->w.head + 1) * STEP,
		    (struct mono){ (int64_t)x->w.head });
}

static bool
stored(struct world *x, uint64_t ticket)
{
	return nats_window_settle(&x->w, ticket, NATS_STORED);
}

static uint32_t
advance(struct world *x)
{
	return nats_window_advance(&x->w, &x->position);
}

static void
in_order(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	push(&x, 3);
	assert_int_equal(x.w.open, 3);
	assert_int_equal(advance(&x), 0);
	assert_true(stored(&x, 0));
	assert_int_equal(advance(&x), 1);
	assert_int_equal(x.position, STEP);
	assert_true(stored(&x, 1));
	assert_true(stored(&x, 2));
	assert_int_equal(advance(&x), 2);
	assert_int_equal(x.position, 3 * STEP);
	assert_int_equal(nats_window_count(&x.w), 0);
	assert_int_equal(x.w.open, 0);
}

static void
out_of_order(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	push(&x, 4);
	assert_true(stored(&x, 3));
	assert_true(stored(&x, 1));
	assert_int_equal(advance(&x), 0);
	assert_true(stored(&x, 0));
	assert_int_equal(advance(&x), 2);
	assert_int_equal(x.position, 2 * STEP);
	assert_int_equal(x.w.open, 1);
	assert_true(stored(&x, 2));
	assert_int_equal(advance(&x), 2);
	assert_int_equal(x.position, 4 * STEP);
}

static void
nobody_waits(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	assert_false(stored(&x, 0));
	push(&x, 2);
	assert_false(stored(&x, 2));
	assert_false(stored(&x, UINT64_MAX));
	assert_true(stored(&x, 0));
	assert_false(stored(&x, 0));
	assert_int_equal(x.w.open, 1);
	advance(&x);
	assert_false(stored(&x, 0));
}

/* What was refused is never confirmed, nor what comes after it. */
static void
refused(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	push(&x, 4);
	assert_true(stored(&x, 0));
	assert_true(nats_window_settle(&x.w, 1, NATS_REFUSED));
	assert_true(stored(&x, 2));
	assert_int_equal(advance(&x), 1);
	assert_int_equal(x.w.open, 1);
	assert_int_equal(nats_window_count(&x.w), 3);
	assert_false(stored(&x, 1));
	nats_window_clear(&x.w);
	assert_int_equal(x.w.open, 0);
	assert_int_equal(nats_window_count(&x.w), 0);
	/* Late answers to what was forgotten. */
	assert_false(stored(&x, 3));
	push(&x, 1);
	assert_int_equal(x.w.head, 5);
	assert_true(stored(&x, 4));
	assert_int_equal(advance(&x), 1);
	assert_int_equal(x.position, 5 * STEP);
}

/* Round and round, answers in every order of a block. */
static void
many_rounds(void **state)
{
	static const int order[SIZE] = { 5, 0, 7, 2, 6, 1, 4, 3 };
	struct world x;
	uint32_t moved;

	(void)state;
	begin(&x);
	for (int round = 0; round < 1000; round++) {
		uint64_t first = x.w.head;

		push(&x, SIZE);
		assert_int_equal(nats_window_count(&x.w), SIZE);
		moved = 0;
		for (int i = 0; i < SIZE; i++) {
			int k = order[(i + round) % SIZE];

			assert_true(stored(&x, first + (uint64_t)k));
			moved += advance(&x);
		}
		assert_int_equal(moved, SIZE);
		assert_int_equal(x.position, (first + SIZE) * STEP);
	}
}

static void
times(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	assert_int_equal(nats_window_oldest(&x.w).ns, MONO_NEVER.ns);
	assert_int_equal(nats_window_newest(&x.w).ns, MONO_NEVER.ns);
	push(&x, 3);
	assert_int_equal(nats_window_oldest(&x.w).ns, 0);
	assert_int_equal(nats_window_newest(&x.w).ns, 2);
	stored(&x, 0);
	advance(&x);
	assert_int_equal(nats_window_oldest(&x.w).ns, 1);
}

static void
all_before(void **state)
{
	struct world x;

	(void)state;
	begin(&x);
	push(&x, 5);
	assert_int_equal(nats_window_settle_before(&x.w, 3), 3);
	assert_int_equal(advance(&x), 3);
	assert_int_equal(nats_window_settle_before(&x.w, 3), 0);
	assert_int_equal(nats_window_settle_before(&x.w, UINT64_MAX), 2);
	assert_int_equal(advance(&x), 2);
}

static uint64_t pool[512];

static enum err
read_answer(const char *text, struct nats_answer *a, struct json *j)
{
	json_init(j, pool, sizeof(pool) / json_pool_bytes(1));
	return nats_answer_read(j, text, strlen(text), a);
}

static void
good_answers(void **state)
{
	struct nats_answer a;
	struct json j;

	(void)state;
	assert_int_equal(
	    read_answer("{\"stream\":\"MARKET_DATA\", \"seq\":17}", &a, &j),
	    ERR_OK);
	assert_int_equal(a.code, 0);
	assert_false(a.duplicate);
	assert_true(span_is(a.stream, "MARKET_DATA"));
	assert_int_equal(a.config, -1);
	assert_int_equal(read_answer("{\"stream\":\"S\", \"domain\":\"d\", "
				     "\"seq\":1,\"duplicate\": true}",
			     &a, &j),
	    ERR_OK);
	assert_true(a.duplicate);
	assert_int_equal(
	    read_answer("{\"type\":\"t\",\"config\":{\"name\":\"S\","
			"\"subjects\":[\"market.\\u003e\"]},\"state\":{}}",
		&a, &j),
	    ERR_OK);
	assert_true(a.config > 0);
	assert_int_equal(
	    json_size(&j, json_member(&j, a.config, "subjects")), 1);
}

static void
bad_answers(void **state)
{
	struct nats_answer a;
	struct json j;

	(void)state;
	assert_int_equal(
	    read_answer("{\"error\":{\"code\":503,\"err_code\":10077,"
			"\"description\":\"maximum messages exceeded\"},"
			"\"stream\":\"S\",\"seq\":0}",
		&a, &j),
	    ERR_OK);
	assert_int_equal(a.code, 503);
	assert_int_equal(a.err_code, NATS_API_STORE_FAILED);
	assert_true(span_is(a.description, "maximum messages exceeded"));
	assert_int_equal(
	    read_answer("{\"error\":{\"code\":404}}", &a, &j), ERR_OK);
	assert_int_equal(a.err_code, 0);
	assert_int_equal(a.description.len, 0);
}

static void
no_answers(void **state)
{
	static const char *const texts[] = { "", "{", "[]", "{}", "1",
		"{\"stream\":\"\"}", "{\"error\":1}", "{\"error\":{}}",
		"{\"error\":{\"code\":0}}", "{\"error\":{\"code\":\"x\"}}",
		"{\"error\":null}", "+OK" };
	struct nats_answer a;
	struct json j;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_not_equal(read_answer(texts[i], &a, &j), ERR_OK);
}

/* Every beginning of a good answer is refused, with nothing read beyond it. */
static void
cut_answers(void **state)
{
	static const char whole[] =
	    "{\"error\":{\"code\":503,\"err_code\":10023,"
	    "\"description\":\"insufficient\"},\"stream\":\"S\"}";
	struct nats_answer a;
	struct json j;

	(void)state;
	for (size_t len = 0; len < sizeof(whole) - 1; len++) {
		char *text = test_malloc(len + 1);

		memcpy(text, whole, len);
		json_init(&j, pool, sizeof(pool) / json_pool_bytes(1));
		assert_int_not_equal(
		    nats_answer_read(&j, text, len, &a), ERR_OK);
		test_free(text);
	}
}

static bool
covers(const char *pattern, const char *ours)
{
	return nats_subject_covers(span_of(pattern), span_of(ours));
}

static void
subjects(void **state)
{
	(void)state;
	assert_true(covers("market.>", "market.>"));
	assert_true(covers(">", "market.>"));
	assert_true(covers("*.>", "market.>"));
	assert_false(covers("market.*", "market.>"));
	assert_false(covers("market", "market.>"));
	assert_false(covers("market.binance.>", "market.>"));
	assert_false(covers("elsewhere.>", "market.>"));
	assert_true(covers("a.*.c", "a.b.c"));
	assert_false(covers("a.*.c", "a.b.d"));
	assert_false(covers("a.*", "a.b.c"));
	assert_false(covers("a.b.c", "a.b"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(out_of_order),
		cmocka_unit_test(nobody_waits),
		cmocka_unit_test(refused),
		cmocka_unit_test(many_rounds),
		cmocka_unit_test(times),
		cmocka_unit_test(all_before),
		cmocka_unit_test(good_answers),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(no_answers),
		cmocka_unit_test(cut_answers),
		cmocka_unit_test(subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
