/* LINK: codec/wskey core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/wskey.h"

static void
expect_base64(const char *in, const char *want)
{
	char text[64];
	struct out o;

	out_init(&o, text, sizeof(text));
	base64_encode(&o, in, strlen(in));
	assert_string_equal(out_cstr(&o), want);
}

/* RFC 4648 section 10 */
static void
base64(void **state)
{
	(void)state;
	expect_base64("", "");
	expect_base64("f", "Zg==");
	expect_base64("fo", "Zm8=");
	expect_base64("foo", "Zm9v");
	expect_base64("foob", "Zm9vYg==");
	expect_base64("fooba", "Zm9vYmE=");
	expect_base64("foobar", "Zm9vYmFy");
	expect_base64("\xfb\xff\xbf", "+/+/");
}

static void
expect_sha1(const char *in, size_t len, const char *want)
{
	uint8_t digest[SHA1_BYTES];
	char text[2 * SHA1_BYTES + 1];
	struct out o;

	sha1(in, len, digest);
	out_init(&o, text, sizeof(text));
	out_hex(&o, digest, sizeof(digest));
	assert_string_equal(out_cstr(&o), want);
}

/* The examples of FIPS 180, and lengths around the padding's edges. */
static void
sha1_examples(void **state)
{
	char a[128];

	(void)state;
	expect_sha1("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	expect_sha1("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
	expect_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    56, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(a, 'a', sizeof(a));
	expect_sha1(a, 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a");
	expect_sha1(a, 63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
	expect_sha1(a, 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
	expect_sha1(a, 128, "ad5b3fdbcb526778c2839d2f151ea753995e26a0");
}

/* RFC 6455 section 1.3 */
static void
accept_of_the_sample_nonce(void **state)
{
	char text[WSKEY_ACCEPT + 1];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	wskey_accept(SPAN("dGhlIHNhbXBsZSBub25jZQ=="), &o);
	assert_string_equal(out_cstr(&o), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	assert_false(o.full);
}

/* A key of any length a client may send is read without going too far. */
static void
long_keys_are_cut(void **state)
{
	char key[200], text[WSKEY_ACCEPT], again[WSKEY_ACCEPT];
	struct out o;

	(void)state;
	memset(key, 'k', sizeof(key));
	out_init(&o, text, sizeof(text));
	wskey_accept((struct span){ key, sizeof(key) }, &o);
	out_init(&o, again, sizeof(again));
	wskey_accept((struct span){ key, 64 }, &o);
	assert_memory_equal(text, again, sizeof(text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64),
		cmocka_unit_test(sha1_examples),
		cmocka_unit_test(accept_of_the_sample_nonce),
		cmocka_unit_test(long_keys_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
