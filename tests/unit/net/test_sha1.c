/* The inner loop of SHA-1 that mbedTLS has from toolchain/deps/mbedtls.sh. */
/* LIBS: mbedtls */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <mbedtls/sha1.h>

/* FIPS 180's examples: one block, and two. */
static const struct {
	const char *text;
	const char *digest;
} examples[] = {
	{ "abc", "\xa9\x99\x3e\x36\x47\x06\x81\x6a\xba\x3e"
		 "\x25\x71\x78\x50\xc2\x6c\x9c\xd0\xd8\x9d" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "\x84\x98\x3e\x44\x1c\x3b\xd2\x6e\xba\xae"
	    "\x4a\xa1\xf9\x51\x29\xe5\xe5\x46\x70\xf1" },
};

static void
known_digests(void **state)
{
	unsigned char digest[20];

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		assert_int_equal(
		    mbedtls_sha1((const unsigned char *)examples[i].text,
			strlen(examples[i].text), digest),
		    0);
		assert_memory_equal(digest, examples[i].digest, 20);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
