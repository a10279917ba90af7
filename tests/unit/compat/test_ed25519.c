/* What is left of libsodium signs as RFC 8032 section 7.1 shows. */
/* LINK: compat/absent */
/* LIBS: sodium */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sodium/crypto_sign.h>

struct vector {
	const char *seed;
	const char *public_key;
	const char *message;
	const char *signature;
};

static const struct vector vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100"
	    "b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c0"
	    "0" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40"
	    "a" },
};

static size_t
from_hex(const char *text, uint8_t *to)
{
	size_t len = strlen(text) / 2;

	for (size_t i = 0; i < len; i++) {
		const char pair[3] = { text[2 * i], text[2 * i + 1], 0 };

		to[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return len;
}

static void
known_signatures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		uint8_t seed[32], want[64], message[8], got[64];
		uint8_t public_key[32], pair[64];
		unsigned long long got_len = 0;
		size_t len = from_hex(v->message, message);

		from_hex(v->seed, seed);
		assert_int_equal(
		    crypto_sign_seed_keypair(public_key, pair, seed), 0);
		from_hex(v->public_key, want);
		assert_memory_equal(public_key, want, 32);
		assert_int_equal(
		    crypto_sign_detached(got, &got_len, message, len, pair), 0);
		from_hex(v->signature, want);
		assert_int_equal(got_len, 64);
		assert_memory_equal(got, want, 64);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
