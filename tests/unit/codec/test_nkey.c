/* LINK: codec/nkey core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "codec/nkey.h"

static const uint8_t bytes[NKEY_BYTES] = "thirty-two bytes for this test.";

static void
write_seed(char *text, size_t size, uint8_t kind)
{
	struct out o;

	out_init(&o, text, size);
	nkey_seed_write(&o, kind, bytes);
	out_cstr(&o);
}

/* The documentation of NATS shows this pair (authentication with NKEYs). */
static void
known_seed(void **state)
{
	static const char seed[] =
	    "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
	static const char public_key[] =
	    "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
	uint8_t got[NKEY_BYTES];
	uint8_t kind = 0;
	char text[NKEY_SEED_TEXT + 1];
	struct out o;

	(void)state;
	assert_int_equal(nkey_seed_read(span_of(seed), &kind, got), ERR_OK);
	assert_int_equal(kind, NKEY_USER);
	out_init(&o, text, sizeof(text));
	nkey_seed_write(&o, kind, got);
	assert_string_equal(out_cstr(&o), seed);
	assert_int_equal(
	    nkey_seed_read(span_of(public_key), &kind, got), ERR_SYNTAX);
}

static void
both_ways(void **state)
{
	static const struct {
		uint8_t kind;
		const char *start;
	} rows[] = {
		{ NKEY_USER, "SU" },
		{ NKEY_ACCOUNT, "SA" },
		{ NKEY_OPERATOR, "SO" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[NKEY_SEED_TEXT + 1];
		uint8_t kind = 0xff;
		uint8_t got[NKEY_BYTES];

		write_seed(text, sizeof(text), rows[i].kind);
		assert_int_equal(strlen(text), NKEY_SEED_TEXT);
		assert_memory_equal(text, rows[i].start, 2);
		assert_int_equal(
		    nkey_seed_read(span_of(text), &kind, got), ERR_OK);
		assert_int_equal(kind, rows[i].kind);
		assert_memory_equal(got, bytes, NKEY_BYTES);
	}
}

/* Whatever character changes, it is seen, and nothing of the seed is left. */
static void
every_character_counts(void **state)
{
	static const uint8_t none[NKEY_BYTES];
	char text[NKEY_SEED_TEXT + 1];
	uint8_t kind;
	uint8_t got[NKEY_BYTES];

	(void)state;
	write_seed(text, sizeof(text), NKEY_USER);
	/* The last character has two bits that mean nothing. */
	for (int i = 0; i < NKEY_SEED_TEXT - 1; i++) {
		char was = text[i];

		text[i] = was == 'B' ? 'C' : 'B';
		assert_int_not_equal(
		    nkey_seed_read(span_of(text), &kind, got), ERR_OK);
		assert_memory_equal(got, none, NKEY_BYTES);
		text[i] = was == 'b' ? 'c' : 'b';
		assert_int_equal(
		    nkey_seed_read(span_of(text), &kind, got), ERR_SYNTAX);
		text[i] = was;
	}
	for (size_t len = 0; len < NKEY_SEED_TEXT; len++)
		assert_int_equal(
		    nkey_seed_read((struct span){ text, len }, &kind, got),
		    ERR_SYNTAX);
}

static void
public_key(void **state)
{
	char text[NKEY_PUBLIC_TEXT + 1];
	struct out o;

	(void)state;
	out_init(&o, text, sizeof(text));
	nkey_public_write(&o, NKEY_USER, bytes);
	assert_int_equal(o.len, NKEY_PUBLIC_TEXT);
	assert_int_equal(text[0], 'U');
}

static void
blocks(void **state)
{
	static const char creds[] =
	    "-----BEGIN NATS USER JWT-----\r\nabc.def\r\n"
	    "------END NATS USER JWT------\r\n\r\n"
	    "************************* IMPORTANT\r\n"
	    "-----BEGIN USER NKEY SEED-----\r\nSUABC\r\n"
	    "------END USER NKEY SEED------\r\n";
	struct span text = span_of(creds);

	(void)state;
	assert_true(span_is(nkey_block(text, "NATS USER JWT"), "abc.def"));
	assert_true(span_is(nkey_block(text, "USER NKEY SEED"), "SUABC"));
	assert_null(nkey_block(text, "OTHER").at);
	assert_null(nkey_block(SPAN_NULL, "OTHER").at);
	assert_null(nkey_block(span_of("-----BEGIN X-----"), "X").at);
	assert_null(
	    nkey_block(span_of("-----BEGIN X-----\n---END X---"), "X").at);
}

/* The part in the middle, as base64url. */
static int64_t
end_of(const char *payload)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn"
				     "opqrstuvwxyz0123456789-_";
	unsigned bits = 0, held = 0;
	char jwt[512];
	struct out o;

	out_init(&o, jwt, sizeof(jwt));
	OUT_LITERAL(&o, "eyJh.");
	for (; *payload != '\0'; payload++) {
		bits = bits << 8 | (unsigned char)*payload;
		for (held += 8; held >= 6; held -= 6)
			out_char(&o, digits[bits >> (held - 6) & 63]);
	}
	if (held > 0)
		out_char(&o, digits[bits << (6 - held) & 63]);
	OUT_LITERAL(&o, ".c2ln");
	return nkey_jwt_end(o.at, o.len);
}

static void
ends(void **state)
{
	char none[] = "no jwt";
	char empty[] = "..";
	char odd[] = "a.!!!!.b";

	(void)state;
	assert_int_equal(
	    end_of("{\"exp\":1790000000,\"jti\":\"A\"}"), 1790000000);
	assert_int_equal(
	    end_of("{\"name\":\"\\\"exp\\\":5\",\"a\":\"exp\", "
		   "\"nats\":{\"exp\":7,\"b\":[{\"exp\":8}]},\"exp\" : 9 }"),
	    9);
	assert_int_equal(end_of("{\"jti\":\"A\"}"), 0);
	assert_int_equal(end_of("{\"exp\":\"5\"}"), 0);
	assert_int_equal(end_of("{\"exp\":-5}"), 0);
	assert_int_equal(end_of("{\"exp\":18446744073709551615}"), 0);
	assert_int_equal(end_of("{\"exp"), 0);
	assert_int_equal(end_of("{\"exp\""), 0);
	assert_int_equal(end_of("{\"exp\":"), 0);
	assert_int_equal(end_of("\"\\"), 0);
	assert_int_equal(nkey_jwt_end(none, 6), 0);
	assert_int_equal(nkey_jwt_end(empty, 2), 0);
	assert_int_equal(nkey_jwt_end(odd, 8), 0);
	assert_int_equal(nkey_jwt_end(none, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_seed),
		cmocka_unit_test(both_ways),
		cmocka_unit_test(every_character_counts),
		cmocka_unit_test(public_key),
		cmocka_unit_test(blocks),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
