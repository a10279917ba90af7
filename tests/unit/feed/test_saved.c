/* LINK: feed/saved codec/crc32c core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/saved.h"

static const char catalogs[] = "mpedge instruments 1 binance\n"
			       "BTCUSDT\tspot\n"
			       "end 1\n"
			       "mpedge instruments 1 okx\n"
			       "end 0\n";

static struct span
write_file(char *memory, size_t size)
{
	struct out o;

	out_init(&o, memory, size);
	saved_begin(&o);
	out_text(&o, catalogs);
	saved_end(&o);
	assert_false(o.full);
	return out_done(&o);
}

static void
each_venue_has_its_own(void **state)
{
	char memory[512];
	struct span file = write_file(memory, sizeof(memory));
	struct span body;

	(void)state;
	assert_int_equal(saved_open(file, &body), ERR_OK);
	assert_true(span_is(body, catalogs));
	assert_true(span_is(saved_of(body, SPAN("binance")),
	    "mpedge instruments 1 binance\nBTCUSDT\tspot\nend 1\n"));
	assert_true(span_is(
	    saved_of(body, SPAN("okx")), "mpedge instruments 1 okx\nend 0\n"));
	/* The end of a name is not the name. */
	assert_null(saved_of(body, SPAN("kx")).at);
	assert_null(saved_of(body, SPAN("deribit")).at);
	assert_null(saved_of(SPAN_NULL, SPAN("okx")).at);
}

static void
lines_before_the_catalogs(void **state)
{
	char memory[512];
	struct span body;
	struct out o;

	(void)state;
	out_init(&o, memory, sizeof(memory));
	saved_begin(&o);
	OUT_LITERAL(&o, "rest okx banned 1 2\nrest binance limited 3 4\n");
	out_text(&o, catalogs);
	saved_end(&o);
	assert_int_equal(saved_open(out_done(&o), &body), ERR_OK);
	assert_true(span_is(
	    saved_of(body, SPAN("okx")), "mpedge instruments 1 okx\nend 0\n"));
	assert_true(span_is(saved_line(&body), "rest okx banned 1 2\n"));
	assert_true(span_is(saved_line(&body), "rest binance limited 3 4\n"));
	assert_null(saved_line(&body).at);
	assert_true(span_is(body, catalogs));
}

static void
every_damage_is_seen(void **state)
{
	char memory[512], damaged[512];
	struct span file = write_file(memory, sizeof(memory));
	struct span body;

	(void)state;
	for (size_t i = 0; i < file.len; i++) {
		/* Its own memory, so that nothing behind the end is read. */
		char *cut = malloc(i + 1);

		memcpy(cut, file.at, i);
		assert_int_not_equal(
		    saved_open((struct span){ cut, i }, &body), ERR_OK);
		free(cut);
		for (int bit = 0; bit < 8; bit++) {
			memcpy(damaged, file.at, file.len);
			damaged[i] ^= (char)(1 << bit);
			assert_int_not_equal(
			    saved_open(
				(struct span){ damaged, file.len }, &body),
			    ERR_OK);
			assert_null(body.at);
		}
	}
	memcpy(damaged, file.at, file.len);
	damaged[file.len] = '\n';
	assert_int_equal(
	    saved_open((struct span){ damaged, file.len + 1 }, &body),
	    ERR_CORRUPT);
	damaged[sizeof("mpedge state ") - 1] = '2';
	assert_int_equal(saved_open((struct span){ damaged, file.len }, &body),
	    ERR_UNSUPPORTED);
}

static void
too_little_room(void **state)
{
	char memory[64];
	struct out o;

	(void)state;
	for (size_t size = 0; size < sizeof(memory); size++) {
		out_init(&o, memory, size);
		saved_begin(&o);
		out_text(&o, catalogs);
		saved_end(&o);
		assert_true(o.full);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_venue_has_its_own),
		cmocka_unit_test(lines_before_the_catalogs),
		cmocka_unit_test(every_damage_is_seen),
		cmocka_unit_test(too_little_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
