/* LINK: net/ws_heap core/must core/out core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "net/ws_heap.h"

enum {
	SIZE = 64 * 1024,
	PIECES = 40,
	ROUNDS = 200000,
};

/* Every piece holds its own number in every byte, whatever the others do. */
static void
check(const unsigned char *p, size_t len, unsigned char want)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(p[i], want);
}

static void
pieces_do_not_meet(void **state)
{
	char *memory = malloc(SIZE + 3);
	unsigned char *piece[PIECES] = { 0 };
	size_t len[PIECES] = { 0 };
	unsigned refused = 0;
	uint32_t random = 1;

	(void)state;
	ws_heap_init(memory + 3, SIZE);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned i = (random = random * 1664525u + 1013904223u) >> 26;
		size_t want = (random >> 8) % (i == 0 ? 20000 : 3000);
		unsigned char *p;

		if (i >= PIECES)
			continue;
		check(piece[i], len[i], (unsigned char)i);
		if (random >> 3 & 1) {
			ws_free(piece[i]);
			piece[i] = NULL;
			len[i] = 0;
			continue;
		}
		p = ws_realloc(piece[i], want);
		if (!p) {
			refused++;
			continue;
		}
		assert_int_equal((uintptr_t)p % 16, 0);
		assert_true((char *)p >= memory + 3);
		assert_true((char *)p + want <= memory + 3 + SIZE);
		check(p, len[i] < want ? len[i] : want, (unsigned char)i);
		memset(p, (int)i, want);
		piece[i] = p;
		len[i] = want;
	}
	assert_in_range(refused, 1, ROUNDS / 4);
	assert_in_range(ws_heap_peak(), SIZE / 2, SIZE);
	for (unsigned i = 0; i < PIECES; i++)
		ws_free(piece[i]);
	assert_int_equal(ws_heap_used(), 0);
	/* All is one block again. */
	assert_non_null(ws_malloc(SIZE - 512));
	free(memory);
}

static void
grows_in_place(void **state)
{
	char *memory = malloc(SIZE);
	char *p;

	(void)state;
	ws_heap_init(memory, SIZE);
	p = ws_malloc(100);
	for (size_t size = 200; size < SIZE - 512; size *= 2)
		assert_ptr_equal(ws_realloc(p, size), p);
	assert_null(ws_realloc(p, SIZE));
	assert_ptr_equal(ws_realloc(p, 10), p);
	assert_in_range(ws_heap_used(), 10, 100);
	free(memory);
}

static void
sizes_that_overflow(void **state)
{
	char *memory = malloc(SIZE);

	(void)state;
	ws_heap_init(memory, SIZE);
	assert_null(ws_malloc(SIZE_MAX));
	assert_null(ws_malloc(SIZE_MAX - 40));
	assert_null(ws_calloc(SIZE_MAX / 2, 3));
	assert_null(ws_realloc(NULL, SIZE_MAX));
	assert_non_null(ws_malloc(0));
	ws_free(NULL);
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_do_not_meet),
		cmocka_unit_test(grows_in_place),
		cmocka_unit_test(sizes_that_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
