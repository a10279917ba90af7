/* LINK: codec/bundle core/span */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/bundle.h"

#define SHA                                                                    \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899aabbccddeeff"
#define TEXT                                                                   \
	"mpedge-bundle 1\nboard = x86_64-generic\n"                            \
	"version = 0.2.0+35823ac2f471\nbuilt = 1795812000\n"                   \
	"size = 31457280\nsha256 = " SHA "\nallow_downgrade = no\n"
#define GOOD TEXT "signature = 3006020101020102\n\n"

static enum err
read_text(const char *text, struct bundle *b, unsigned *line)
{
	return bundle_read(span_of(text), b, line);
}

static void
a_good_head(void **state)
{
	struct bundle b;
	unsigned line;

	(void)state;
	assert_int_equal(read_text(GOOD, &b, &line), ERR_OK);
	assert_true(span_is(b.board, "x86_64-generic"));
	assert_true(span_is(b.version, "0.2.0+35823ac2f471"));
	assert_int_equal(b.built, 1795812000);
	assert_int_equal(b.size, 31457280);
	assert_int_equal(b.sha256[0], 0x00);
	assert_int_equal(b.sha256[31], 0xff);
	assert_false(b.allow_downgrade);
	assert_int_equal(b.signature_len, 8);
	assert_int_equal(b.signature[1], 6);
	assert_true(span_is(b.text, TEXT));
}

/* Cut at every byte nothing is whole; in two pieces it is as in one. */
static void
pieces(void **state)
{
	static const char all[] = GOOD "behind";
	size_t len = sizeof(GOOD) - 1;

	(void)state;
	for (size_t cut = 0; cut <= sizeof(all) - 1; cut++) {
		char buf[BUNDLE_HEAD_MAX];
		size_t have = 0, used = 0;
		struct bundle b;
		unsigned line;
		enum err e =
		    bundle_gather(buf, sizeof(buf), &have, all, cut, &used);

		if (cut >= len) {
			assert_int_equal(e, ERR_OK);
			assert_int_equal(used, len);
			continue;
		}
		assert_int_equal(e, ERR_SHORT);
		assert_int_equal(used, cut);
		assert_int_equal(
		    bundle_read((struct span){ all, cut }, &b, &line),
		    ERR_SYNTAX);
		e = bundle_gather(buf, sizeof(buf), &have, all + cut,
		    sizeof(all) - 1 - cut, &used);
		assert_int_equal(e, ERR_OK);
		assert_int_equal(used, len - cut);
		assert_memory_equal(buf, GOOD, len);
		assert_int_equal(
		    bundle_read((struct span){ buf, have }, &b, &line), ERR_OK);
	}
}

/* Any other byte at any place is refused, or read as something else: never as
 * the same, and the signature is over it. */
static void
every_byte_counts(void **state)
{
	char text[sizeof(GOOD)];

	(void)state;
	for (size_t i = 0; i < sizeof(GOOD) - 1; i++) {
		for (int c = 0; c < 256; c++) {
			struct bundle b;
			unsigned line;
			enum err e;

			memcpy(text, GOOD, sizeof(text));
			if (text[i] == (char)c)
				continue;
			text[i] = (char)c;
			e = bundle_read(
			    (struct span){ text, sizeof(GOOD) - 1 }, &b, &line);
			assert_true(e == ERR_OK || e == ERR_SYNTAX);
			if (e == ERR_OK && i < sizeof(TEXT) - 1)
				assert_false(span_is(b.text, TEXT));
		}
	}
}

static const struct {
	const char *text;
	enum err e;
	unsigned line;
} heads[] = {
	{ TEXT "\n", ERR_MISSING, 8 },
	{ TEXT "signature = \n\n", ERR_SYNTAX, 8 },
	{ TEXT "signature = 3\n\n", ERR_SYNTAX, 8 },
	{ TEXT "signature = AA\n\n", ERR_SYNTAX, 8 },
	{ TEXT "signature = aa\n\n\n", ERR_SYNTAX, 9 },
	{ TEXT "signature = aa\nmore = 1\n\n", ERR_SYNTAX, 9 },
	{ TEXT "board = b\nsignature = aa\n\n", ERR_SYNTAX, 8 },
	{ "mpedge-bundle 2\n", ERR_SYNTAX, 1 },
	{ "mpedge-bundle 1", ERR_SYNTAX, 1 },
	{ "mpedge-bundle 1\nversion = 1\n", ERR_SYNTAX, 2 },
	{ "mpedge-bundle 1\nboard =  b\n", ERR_SYNTAX, 2 },
	{ "mpedge-bundle 1\nboard = a b\n", ERR_SYNTAX, 2 },
	{ "mpedge-bundle 1\nboard = \n", ERR_SYNTAX, 2 },
	{ "mpedge-bundle 1\nboard = b\r\n", ERR_SYNTAX, 2 },
	{ "mpedge-bundle 1\nboard = b\nversion = \n", ERR_SYNTAX, 3 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\nbuilt = 01\n", ERR_SYNTAX,
	    4 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\nbuilt = -1\n", ERR_SYNTAX,
	    4 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\n"
	  "built = 18446744073709551616\n",
	    ERR_SYNTAX, 4 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\nbuilt = 1\nsize = 0\n",
	    ERR_SYNTAX, 5 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\nbuilt = 1\nsize = 1\n"
	  "sha256 = 00\n",
	    ERR_SYNTAX, 6 },
	{ "mpedge-bundle 1\nboard = b\nversion = 1\nbuilt = 1\nsize = 1\n"
	  "sha256 = " SHA "\nallow_downgrade = maybe\n",
	    ERR_SYNTAX, 7 },
	{ "", ERR_SYNTAX, 1 },
};

static void
wrong_heads_name_the_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct bundle b;
		unsigned line;
		enum err e = read_text(heads[i].text, &b, &line);

		if (e != heads[i].e || line != heads[i].line)
			fail_msg(
			    "%s: %d, line %u", heads[i].text, (int)e, line);
	}
}

static void
no_head_ends_early(void **state)
{
	char buf[BUNDLE_HEAD_MAX], big[2 * BUNDLE_HEAD_MAX];
	size_t have = 0, used;

	(void)state;
	assert_int_equal(
	    bundle_gather(buf, sizeof(buf), &have, "PK\3\4", 4, &used),
	    ERR_SYNTAX);
	assert_int_equal(used, 1);
	memset(big, 'a', sizeof(big));
	memcpy(big, "mpedge-bundle 1\n", 16);
	have = 0;
	assert_int_equal(
	    bundle_gather(buf, sizeof(buf), &have, big, sizeof(big), &used),
	    ERR_SYNTAX);
	assert_int_equal(have, sizeof(buf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_head),
		cmocka_unit_test(pieces),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(wrong_heads_name_the_line),
		cmocka_unit_test(no_head_ends_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
