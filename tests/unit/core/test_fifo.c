/* LINK: core/fifo core/must core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "../dies.h"
#include "core/fifo.h"

static void
first_in_first_out(void **state)
{
	char memory[64];
	struct fifo f;
	struct span piece;

	(void)state;
	fifo_init(&f, memory, sizeof(memory));
	assert_false(fifo_peek(&f, &piece));
	assert_int_equal(fifo_push(&f, "one", 3), ERR_OK);
	assert_int_equal(fifo_push(&f, NULL, 0), ERR_OK);
	assert_int_equal(fifo_push(&f, "three", 5), ERR_OK);
	assert_int_equal(f.count, 3);
	assert_int_equal(f.used, 8 + 4 + 12);
	assert_true(fifo_peek(&f, &piece));
	assert_true(span_is(piece, "one"));
	fifo_pop(&f);
	assert_true(fifo_peek(&f, &piece));
	assert_int_equal(piece.len, 0);
	fifo_pop(&f);
	assert_true(fifo_peek(&f, &piece));
	assert_true(span_is(piece, "three"));
	fifo_pop(&f);
	assert_false(fifo_peek(&f, &piece));
	assert_int_equal(f.used, 0);
	assert_int_equal(f.peak, 24);
}

static void
full_refuses_and_keeps(void **state)
{
	char memory[16];
	struct fifo f;
	struct span piece;

	(void)state;
	fifo_init(&f, memory, sizeof(memory));
	assert_int_equal(fifo_push(&f, "0123456789abc", 13), ERR_FULL);
	assert_int_equal(fifo_push(&f, "0123456789ab", 12), ERR_OK);
	assert_int_equal(fifo_push(&f, "", 0), ERR_FULL);
	assert_int_equal(fifo_push(&f, "", SIZE_MAX), ERR_FULL);
	assert_int_equal(fifo_push(&f, "", SIZE_MAX - 3), ERR_FULL);
	assert_true(fifo_peek(&f, &piece));
	assert_true(span_is(piece, "0123456789ab"));
	fifo_clear(&f);
	assert_false(fifo_peek(&f, &piece));
	assert_int_equal(f.peak, 16);
	assert_int_equal(fifo_push(&f, "0123456789ab", 12), ERR_OK);
	fifo_init(&f, memory, 3);
	assert_int_equal(fifo_push(&f, "", 0), ERR_FULL);
}

/* What should be in the queue: the pieces' lengths and first bytes. */
struct model {
	size_t len[4096];
	unsigned char first[4096];
	size_t head;
	size_t tail;
};

static void
take(struct fifo *f, struct model *m)
{
	struct span piece;

	assert_int_equal(fifo_peek(f, &piece), m->head != m->tail);
	if (m->head == m->tail)
		return;
	assert_int_equal(piece.len, m->len[m->head]);
	for (size_t i = 0; i < piece.len; i++)
		assert_int_equal((unsigned char)piece.at[i],
		    (unsigned char)(m->first[m->head] + i));
	fifo_pop(f);
	m->head++;
}

static void
put(struct fifo *f, struct model *m, size_t len)
{
	unsigned char bytes[128];
	unsigned char first = (unsigned char)(m->tail * 31);
	bool was_empty = f->count == 0;
	enum err e;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(first + i);
	e = fifo_push(f, bytes, len);
	/* An empty queue takes whatever its memory can hold. */
	if (was_empty)
		assert_int_equal(e == ERR_OK, 4 + (len + 3) / 4 * 4 <= f->size);
	if (e != ERR_OK)
		return;
	m->len[m->tail] = len;
	m->first[m->tail++] = first;
}

static void
check_counts(const struct fifo *f, const struct model *m)
{
	size_t least = 0;

	for (size_t i = m->head; i < m->tail; i++)
		least += 4 + (m->len[i] + 3) / 4 * 4;
	assert_int_equal(f->count, m->tail - m->head);
	assert_true(f->used >= least);
	assert_true(f->used <= f->size);
	assert_true(f->peak >= f->used);
}

/* Every size of queue, with lengths that make it wrap at every place. */
static void
wraps_at_every_size(void **state)
{
	struct model *m = malloc(sizeof(*m));
	uint32_t seed = 1;

	(void)state;
	assert_non_null(m);
	for (size_t size = 0; size <= 100; size++) {
		char *memory = malloc(size + !size);
		struct fifo f;

		assert_non_null(memory);
		fifo_init(&f, memory, size);
		m->head = 0;
		m->tail = 0;
		for (int step = 0; step < 4000; step++) {
			seed = seed * 1664525 + 1013904223;
			if (seed >> 16 & 1)
				put(&f, m, (seed >> 20) % (size / 2 + 2));
			else
				take(&f, m);
			check_counts(&f, m);
		}
		while (f.count > 0)
			take(&f, m);
		assert_int_equal(m->head, m->tail);
		free(memory);
	}
	free(m);
}

static void
pop(void *with)
{
	fifo_pop(with);
}

static void
popping_nothing_is_a_bug(void **state)
{
	char memory[16];
	struct fifo f;

	(void)state;
	fifo_init(&f, memory, sizeof(memory));
	assert_true(dies(pop, &f, "f->count > 0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_first_out),
		cmocka_unit_test(full_refuses_and_keeps),
		cmocka_unit_test(wraps_at_every_size),
		cmocka_unit_test(popping_nothing_is_a_bug),
	};

	return cmocka_run_group_tests_name("core/fifo", tests, NULL, NULL);
}
