/* LINK: codec/sntp core/out core/span core/must */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "codec/sntp.h"

#define COOKIE UINT64_C(0x0123456789abcdef)
/* 2026-11-27 in both counts. */
#define UNIX_S INT64_C(1795000000)
#define NTP_S (UNIX_S + INT64_C(2208988800))

static void
put(unsigned char *at, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (unsigned char)(v >> 8 * (bytes - 1 - i));
}

/* A server of stratum 2 that got it at .25 s and answered at .5 s. */
static void
answer(unsigned char *p)
{
	memset(p, 0, SNTP_BYTES);
	p[0] = 4 << 3 | 4;
	p[1] = 2;
	put(p + 24, COOKIE, 8);
	put(p + 32, (uint64_t)NTP_S << 32 | 0x40000000, 8);
	put(p + 40, (uint64_t)NTP_S << 32 | 0x80000000, 8);
}

static struct wall
at_ms(int64_t ms)
{
	return (struct wall){ UNIX_S * NS_PER_S + ms * NS_PER_MS };
}

static enum err
read_it(const unsigned char *p, struct sntp_answer *a)
{
	return sntp_read(p, SNTP_BYTES, COOKIE, at_ms(-1000), at_ms(-550), a);
}

static void
asks_with_nothing_but_the_cookie(void **state)
{
	unsigned char p[SNTP_BYTES], none[39] = { 0 };

	(void)state;
	sntp_ask(COOKIE, p);
	assert_int_equal(p[0], 0x23);
	assert_memory_equal(p + 1, none, sizeof(none));
	assert_memory_equal(p + 40, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
}

/* Sent at -1 s and received at -0.55 s of our clock. */
static void
offset_and_delay(void **state)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;

	(void)state;
	answer(p);
	assert_int_equal(read_it(p, &a), ERR_OK);
	assert_int_equal(a.delay_ns, 200 * NS_PER_MS);
	assert_int_equal(a.offset_ns, 1150 * NS_PER_MS);
	assert_int_equal(a.server.ns, at_ms(500).ns);
	assert_int_equal(a.stratum, 2);
}

/* A clock at 1970 is 56 years behind: nothing overflows. */
static void
a_clock_at_1970(void **state)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;

	(void)state;
	answer(p);
	assert_int_equal(sntp_read(p, SNTP_BYTES, COOKIE, (struct wall){ 0 },
			     (struct wall){ NS_PER_S }, &a),
	    ERR_OK);
	assert_int_equal(a.offset_ns, UNIX_S * NS_PER_S - 125 * NS_PER_MS);
}

/* Seconds begin anew in February 2036. */
static void
the_second_era(void **state)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;
	struct wall then = { (INT64_C(0x100000000) - INT64_C(2208988800) + 10) *
			     NS_PER_S };

	(void)state;
	answer(p);
	put(p + 32, UINT64_C(10) << 32, 8);
	put(p + 40, UINT64_C(10) << 32, 8);
	assert_int_equal(
	    sntp_read(p, SNTP_BYTES, COOKIE, then, then, &a), ERR_OK);
	assert_int_equal(a.offset_ns, 0);
}

static void
refused(unsigned at, unsigned char value, enum err e)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;

	answer(p);
	p[at] = value;
	assert_int_equal(read_it(p, &a), e);
}

static void
what_is_no_answer(void **state)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;

	(void)state;
	answer(p);
	assert_int_equal(
	    sntp_read(p, 47, COOKIE, at_ms(0), at_ms(0), &a), ERR_SHORT);
	/* A client, a broadcast, versions 0 to 2 and 5 to 7. */
	refused(0, 4 << 3 | 3, ERR_PROTOCOL);
	refused(0, 4 << 3 | 5, ERR_PROTOCOL);
	refused(0, 2 << 3 | 4, ERR_PROTOCOL);
	refused(0, 5 << 3 | 4, ERR_PROTOCOL);
	/* Not our question. */
	refused(31, 0, ERR_PROTOCOL);
	/* Kiss-o'-death. */
	refused(1, 0, ERR_LIMITED);
	/* Not synchronised, by leap and by stratum. */
	refused(0, 3 << 6 | 4 << 3 | 4, ERR_STALE);
	refused(1, 16, ERR_STALE);
	/* A root that is four seconds away. */
	refused(9, 4, ERR_STALE);
	/* It answers before it is asked. */
	refused(43, 0, ERR_PROTOCOL);
}

/* An answer that took less time than the server says it had it. */
static void
times_that_cannot_be(void **state)
{
	unsigned char p[SNTP_BYTES];
	struct sntp_answer a;

	(void)state;
	answer(p);
	assert_int_equal(
	    sntp_read(p, SNTP_BYTES, COOKIE, at_ms(0), at_ms(249), &a),
	    ERR_PROTOCOL);
	assert_int_equal(
	    sntp_read(p, SNTP_BYTES, COOKIE, at_ms(1), at_ms(0), &a),
	    ERR_PROTOCOL);
	memset(p + 40, 0, 8);
	assert_int_equal(read_it(p, &a), ERR_PROTOCOL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_with_nothing_but_the_cookie),
		cmocka_unit_test(offset_and_delay),
		cmocka_unit_test(a_clock_at_1970),
		cmocka_unit_test(the_second_era),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(times_that_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
