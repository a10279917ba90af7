/* LINK: model/shard core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/out.h"
#include "model/shard.h"

static const uint32_t sizes[] = { 1, 2, 3, 4, 16, 1024 };

enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), SYMBOLS = 4000, BOXES = 12 };

/*
 * Worked out by hand, so to speak: by another program, from shard.h.  These
 * never change: boxes of two versions divide the same symbols.
 */
static void
for_ever(void **state)
{
	static const struct {
		const char *venue;
		const char *native;
		uint32_t number[SIZES];
	} rows[] = {
		{ "binance", "BTCUSDT", { 0, 0, 0, 0, 11, 704 } },
		{ "binance", "ETHUSDT", { 0, 1, 1, 1, 12, 403 } },
		{ "binance_usdm", "BTCUSDT", { 0, 1, 1, 1, 12, 975 } },
		{ "okx", "BTC-USDT", { 0, 1, 2, 3, 14, 988 } },
		{ "okx", "BTC-USDT-SWAP", { 0, 1, 1, 1, 11, 857 } },
		{ "deribit", "BTC-PERPETUAL", { 0, 1, 2, 3, 8, 978 } },
		{ "binance", "", { 0, 1, 2, 2, 2, 137 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int n = 0; n < SIZES; n++)
			assert_int_equal(shard_number(span_of(rows[i].venue),
					     span_of(rows[i].native), sizes[n]),
			    rows[i].number[n]);
}

static struct span
symbol(int i, char *text, size_t size)
{
	struct out o;

	out_init(&o, text, size);
	OUT_LITERAL(&o, "S");
	out_i64(&o, i);
	OUT_LITERAL(&o, "USDT");
	return out_done(&o);
}

/* Each on one box, about as many on each; a new box takes and nobody else. */
static void
fair_and_still(void **state)
{
	char text[32];

	(void)state;
	for (uint32_t of = 1; of <= BOXES; of++) {
		unsigned counts[BOXES + 1] = { 0 };

		for (int i = 0; i < SYMBOLS; i++) {
			struct span s = symbol(i, text, sizeof(text));
			uint32_t n = shard_number(SPAN("okx"), s, of);
			uint32_t more = shard_number(SPAN("okx"), s, of + 1);
			unsigned owners = 0;

			assert_true(n < of);
			assert_true(more == n || more == of);
			counts[n]++;
			for (uint32_t box = 0; box < of; box++)
				owners += shard_has(
				    &(struct shard){ of, box }, SPAN("okx"), s);
			assert_int_equal(owners, 1);
		}
		for (uint32_t n = 0; n < of; n++)
			assert_in_range(counts[n], SYMBOLS / of * 8 / 10,
			    SYMBOLS / of * 12 / 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_ever),
		cmocka_unit_test(fair_and_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
