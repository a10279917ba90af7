/* LINK: codec/utf8 core/span */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../proto/drip.h"
#include "codec/utf8.h"

static const char *const good[] = {
	"",
	"plain",
	"\x7f",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf4\x8f\xbf\xbf",
	"\xe5\xb8\x81\xe5\xae\x89\xe4\xba\xba\xe7\x94\x9fUSDT",
};

static const char *const bad[] = {
	"\x80",
	"\xbf",
	"\xc0\x80",
	"\xc1\xbf",
	"\xc2",
	"\xc2\x41",
	"\xe0\x9f\xbf",
	"\xe0\xa0",
	"\xed\xa0\x80",
	"\xf0\x8f\xbf\xbf",
	"\xf4\x90\x80\x80",
	"\xf0\x90\x80",
	"\xf0\x90\x80\x41",
	"\xf5\x80\x80\x80",
	"\xff",
};

/* At the end of a page, behind 0 to 40 plain bytes, and in front of some. */
static void
check(struct drip *d, const char *text, bool want)
{
	char line[128];
	size_t len = strlen(text);

	for (size_t front = 0; front <= 40; front++) {
		memset(line, 'x', sizeof(line));
		memcpy(line + front, text, len);
		for (size_t behind = 0; behind <= 33; behind += 11) {
			size_t n = front + len + behind;

			memcpy(d->end - n, line, n);
			assert_int_equal(
			    utf8_valid((struct span){ d->end - n, n }), want);
		}
	}
}

static void
valid_and_not(void **state)
{
	struct drip d;

	(void)state;
	assert_true(drip_init(&d, 128));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check(&d, good[i], true);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(&d, bad[i], false);
	drip_fini(&d);
}

/* Every code point, and nothing that is none. */
static void
all_of_three_bytes(void **state)
{
	unsigned valid = 0;

	(void)state;
	for (unsigned i = 0x800; i <= 0xffff; i++) {
		char text[3] = { (char)(0xe0 | i >> 12),
			(char)(0x80 | (i >> 6 & 63)), (char)(0x80 | (i & 63)) };

		valid += utf8_valid((struct span){ text, 3 });
	}
	assert_int_equal(valid, 0xf800 - 0x800);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_and_not),
		cmocka_unit_test(all_of_three_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
