#include "codec/sntp.h"

#include <string.h>

enum {
	AT_STRATUM = 1,
	AT_ROOT_DELAY = 4,
	AT_ROOT_DISPERSION = 8,
	AT_REFERENCE = 16,
	AT_ORIGIN = 24,
	AT_RECEIVE = 32,
	AT_TRANSMIT = 40,
	LEAP_UNKNOWN = 3,
	VERSION_ASKED = 4,
	MODE_CLIENT = 3,
	MODE_SERVER = 4,
};

/* From 1900 to 1970, in seconds. */
#define ERA_BEFORE_1970 INT64_C(2208988800)

static uint64_t
read_be(const unsigned char *at, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | at[i];
	return v;
}

/*
 * Seconds and their fraction since 1900.  Those without their highest bit are
 * of the era that begins in 2036.
 */
static int64_t
to_ns(uint64_t stamp)
{
	int64_t seconds = (int64_t)(stamp >> 32);
	int64_t ns = (int64_t)((stamp & 0xffffffff) * NS_PER_S >> 32);

	if (seconds < INT64_C(0x80000000))
		seconds += INT64_C(0x100000000);
	return (seconds - ERA_BEFORE_1970) * NS_PER_S + ns;
}

/* 16 bits of seconds and 16 of their fraction. */
static uint64_t
short_ms(const unsigned char *at)
{
	return read_be(at, 4) * 1000 >> 16;
}

void
sntp_ask(uint64_t cookie, void *packet)
{
	unsigned char *p = packet;

	memset(p, 0, SNTP_BYTES);
	p[0] = VERSION_ASKED << 3 | MODE_CLIENT;
	for (unsigned i = 0; i < 8; i++)
		p[AT_TRANSMIT + i] = (unsigned char)(cookie >> (56 - 8 * i));
}

static enum err
check(const unsigned char *p, uint64_t cookie)
{
	unsigned version = p[0] >> 3 & 7;
	unsigned stratum = p[AT_STRATUM];

	if ((p[0] & 7) != MODE_SERVER || version < 3 || version > 4)
		return ERR_PROTOCOL;
	if (read_be(p + AT_ORIGIN, 8) != cookie)
		return ERR_PROTOCOL;
	if (stratum == 0)
		return ERR_LIMITED;
	if (p[0] >> 6 == LEAP_UNKNOWN || stratum > SNTP_STRATUM_MAX)
		return ERR_STALE;
	if (short_ms(p + AT_ROOT_DELAY) / 2 + short_ms(p + AT_ROOT_DISPERSION) >
	    SNTP_ROOT_MAX_MS)
		return ERR_STALE;
	if (read_be(p + AT_TRANSMIT, 8) == 0 || read_be(p + AT_RECEIVE, 8) == 0)
		return ERR_PROTOCOL;
	return ERR_OK;
}

enum err
sntp_read(const void *packet, size_t len, uint64_t cookie, struct wall sent,
    struct wall received, struct sntp_answer *a)
{
	const unsigned char *p = packet;
	int64_t there, back;
	enum err e;

	if (len < SNTP_BYTES)
		return ERR_SHORT;
	e = check(p, cookie);
	if (e != ERR_OK)
		return e;
	there = to_ns(read_be(p + AT_RECEIVE, 8));
	back = to_ns(read_be(p + AT_TRANSMIT, 8));
	/* A server that answers before it is asked, or after the answer. */
	if (back < there || received.ns - sent.ns < back - there ||
	    received.ns < sent.ns)
		return ERR_PROTOCOL;
	a->delay_ns = received.ns - sent.ns - (back - there);
	/* Each half by itself: their sum does not fit 64 bits. */
	a->offset_ns = (there - sent.ns) / 2 + (back - received.ns) / 2;
	a->server.ns = back;
	a->stratum = p[AT_STRATUM];
	return ERR_OK;
}
