/* Messages in the journal until they are acknowledged, and the subjects of
 * acknowledgements. */
/* LINK: feed/consume_ring core/must core/err core/span core/out */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "feed/consume_ring.h"

enum {
	SIZE = 8,
	STEP = 100,
	ROUNDS = 20000,
};

struct world {
	struct consume_entry entries[SIZE];
	uint32_t slots[2 * SIZE];
	struct consume_ring r;
};

static void
begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	consume_ring_init(&w->r, w->entries, w->slots, SIZE);
}

/* Its frame starts at STEP times the number of the entry. */
static void
push(struct world *w, uint64_t stream)
{
	struct consume_entry e = { .position = w->r.head * STEP };

	e.ticket.stream = stream;
	consume_ring_push(&w->r, &e);
}

static bool
known(const struct world *w, uint64_t stream)
{
	uint64_t n;
	const struct consume_entry *e = consume_ring_find(&w->r, stream, &n);

	if (e == NULL)
		return false;
	assert_true(n >= w->r.base && n < w->r.head);
	assert_ptr_equal(e, consume_ring_at(&w->r, n));
	assert_true(e->ticket.stream == stream);
	return true;
}

/* Sends what is due; tells how many. */
static unsigned
send_due(struct world *w, uint64_t confirmed)
{
	unsigned n = 0;

	while (consume_ring_due(&w->r, confirmed) != NULL) {
		consume_ring_sent(&w->r);
		n++;
	}
	return n;
}

static void
test_in_order(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	assert_int_equal(send_due(&w, UINT64_MAX), 0);
	for (uint64_t i = 0; i < 4; i++)
		push(&w, 10 + i);
	/* A cursor at the start of a frame has not confirmed it. */
	assert_int_equal(send_due(&w, 0), 0);
	assert_int_equal(send_due(&w, 1), 1);
	assert_int_equal(send_due(&w, STEP), 0);
	assert_int_equal(send_due(&w, 3 * STEP), 2);
	assert_int_equal(consume_ring_count(&w.r), 4);
	/* Known until the server has the acknowledgement. */
	assert_true(known(&w, 10));
	consume_ring_settle(&w.r, 2);
	assert_false(known(&w, 10));
	assert_false(known(&w, 11));
	assert_true(known(&w, 12));
	/* An answer of long ago, and one of what was not sent. */
	consume_ring_settle(&w.r, 1);
	assert_int_equal(w.r.base, 2);
	consume_ring_settle(&w.r, 99);
	assert_int_equal(w.r.base, 3);
	assert_true(known(&w, 13));
}

static void
test_again(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	for (uint64_t i = 1; i <= SIZE; i++)
		push(&w, i);
	assert_int_equal(send_due(&w, 5 * STEP), 5);
	consume_ring_settle(&w.r, 2);
	consume_ring_again(&w.r);
	assert_int_equal(send_due(&w, 5 * STEP), 3);
	assert_int_equal(consume_ring_count(&w.r), SIZE - 2);
}

static void
test_given_up(void **state)
{
	struct world w;

	(void)state;
	begin(&w);
	push(&w, 1);
	push(&w, 2);
	push(&w, 3);
	consume_ring_give_up(&w.r, 1);
	consume_ring_give_up(&w.r, 1);
	assert_false(known(&w, 2));
	/* It comes again and is another entry. */
	push(&w, 2);
	assert_true(known(&w, 2));
	assert_int_equal(send_due(&w, 1), 2);
	assert_true(consume_ring_at(&w.r, 1)->given_up);
	consume_ring_settle(&w.r, 2);
	assert_true(known(&w, 2));
	assert_true(known(&w, 3));
	consume_ring_clear(&w.r);
	assert_int_equal(consume_ring_count(&w.r), 0);
	assert_false(known(&w, 2));
	for (unsigned i = 0; i < 2 * SIZE; i++)
		assert_int_equal(w.slots[i], 0);
}

/* Against a list that is searched from its beginning. */
static void
test_any_order(void **state)
{
	struct world w;
	uint64_t list[SIZE];
	unsigned count = 0;
	uint64_t seed = 88172645463325252u;

	(void)state;
	begin(&w);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t stream;
		bool there = false;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		/* Many with the same home. */
		stream = 1 + seed % 5 + (seed >> 8) % 4 * (2 * SIZE);
		for (unsigned i = 0; i < count; i++)
			there = there || list[i] == stream;
		assert_int_equal(known(&w, stream), there);
		if (!there && count < SIZE && (seed >> 20) % 4 != 0) {
			push(&w, stream);
			list[count++] = stream;
		} else if (count > 0) {
			consume_ring_sent(&w.r);
			consume_ring_settle(&w.r, w.r.sent);
			memmove(list, list + 1, --count * sizeof(list[0]));
		}
	}
}

static void
reads(const char *subject, const char *prefix, const char *numbers,
    const char *more)
{
	struct consume_ticket t = { 0 };
	struct span p, m;
	char text[128];
	struct out o;

	assert_int_equal(
	    consume_ticket_read(span_of(subject), &p, &m, &t), ERR_OK);
	assert_true(span_is(p, prefix));
	assert_true(span_is(m, more));
	out_init(&o, text, sizeof(text));
	consume_ticket_write(&t, &o);
	assert_string_equal(out_cstr(&o), numbers);
	assert_true(t.delivered == 2);
	assert_true(t.stream == 30);
	assert_true(t.consumer == 4);
	assert_true(t.pending == 6);
}

static void
test_subjects(void **state)
{
	static const char *const wrong[] = { "", "_INBOX.a.b",
		"$JS.ACK.S.D.2.30.4.5", "$JS.ACK.S.D.2.30.4.5.6.7",
		"$JS.ACK.S.D.2.x.4.5.6", "$JS.ACK.S.D.2.0.4.5.6",
		"$JS.ACK.S.D.2.18446744073709551615.4.5.6",
		"$JS.ACK.d.a.S.D.2.30.4.5.6.r.r", "$JS.ACK.S.D.-2.30.4.5.6" };
	struct consume_ticket t;
	struct span p, m;

	(void)state;
	reads("$JS.ACK.S.D.2.30.4.1795428434567000000.6", "$JS.ACK.S.D.",
	    "2.30.4.1795428434567000000.6", "");
	reads("$JS.ACK.hub.A1.S.D.2.30.4.5.6", "$JS.ACK.hub.A1.S.D.",
	    "2.30.4.5.6", "");
	reads("$JS.ACK._.A1.S.D.2.30.4.5.6.rnd", "$JS.ACK._.A1.S.D.",
	    "2.30.4.5.6", ".rnd");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    consume_ticket_read(span_of(wrong[i]), &p, &m, &t),
		    ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_given_up),
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
