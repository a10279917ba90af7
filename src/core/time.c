#define _POSIX_C_SOURCE 200809L

#include "core/time.h"

#include <time.h>

#include "core/must.h"
#include "core/swar.h"

enum {
	S_PER_DAY = 86400,
	/* From 0000-03-01 to 1970-01-01. */
	DAYS_BEFORE_1970 = 719468,
	DAYS_PER_400_YEARS = 146097,
	TEXT_BYTES = 27,
};

static int64_t
read_clock(clockid_t id)
{
	struct timespec t;

	must(clock_gettime(id, &t) == 0);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

struct mono
time_mono(void)
{
	return (struct mono){ read_clock(CLOCK_MONOTONIC) };
}

struct wall
time_wall(void)
{
	return (struct wall){ read_clock(CLOCK_REALTIME) };
}

/*
 * The calendar day as YYYYMMDD, by Neri and Schneider, "Euclidean affine
 * functions and their application to calendar algorithms" (2022): years begin
 * in March, so that the leap day is their last; one multiplication of 64 bits
 * divides by the 1461 days of four years, one of 32 bits finds the month.
 */
static inline uint32_t
date_of(uint32_t days_since_1970)
{
	uint32_t quarters = 4 * (days_since_1970 + DAYS_BEFORE_1970) + 3;
	uint32_t century = quarters / DAYS_PER_400_YEARS;
	uint64_t years =
	    UINT64_C(2939745) * (quarters % DAYS_PER_400_YEARS | 3);
	uint32_t day = (uint32_t)years / 2939745 / 4;
	uint32_t months = 2141 * day + 197913;
	uint32_t year = 100 * century + (uint32_t)(years >> 32);
	uint32_t month = months >> 16;

	/* January and February are months 13 and 14 of the year before. */
	if (day >= 306) {
		year++;
		month -= 12;
	}
	return year * 10000 + month * 100 + (months & 0xffff) / 2141 + 1;
}

/* The eight digits of a number as text. */
static inline uint64_t
text_of(uint32_t number)
{
	return swar_digits(number) | SWAR_ALL('0');
}

void
out_time(struct out *o, struct wall t)
{
	char *text = o->at + o->len;
	/*
	 * 64 bits of nanoseconds end in 2262, so only the past needs a limit.
	 */
	uint64_t us = t.ns < 0 ? 0 : (uint64_t)t.ns / NS_PER_US;
	uint64_t seconds = us / 1000000;
	uint32_t days = (uint32_t)(seconds / S_PER_DAY);
	uint32_t second = (uint32_t)(seconds - (uint64_t)days * S_PER_DAY);
	uint32_t minute = second / 60;
	uint64_t x;

	if (TEXT_BYTES > o->size - o->len) {
		o->full = true;
		return;
	}
	o->len += TEXT_BYTES;
	/* YYYY-MM- and DDT; what follows it is written over below. */
	x = text_of(date_of(days));
	swar_store(text, (x & 0xffffffff) | (uint64_t)'-' << 32 |
			     (x >> 32 & 0xffff) << 40 | (uint64_t)'-' << 56);
	swar_store(text + 8, x >> 48 | 'T' << 16);
	/* HH:MM:SS out of 00HHMMSS */
	x = text_of(minute / 60 * 10000 + minute % 60 * 100 + second % 60);
	swar_store(text + 11, (x >> 16 & 0xffff) | ':' << 16 |
				  (x >> 32 & 0xffff) << 24 |
				  (uint64_t)':' << 40 | x >> 48 << 48);
	/* .ffffffZ out of 00ffffff */
	x = text_of((uint32_t)(us - seconds * 1000000));
	swar_store(text + 19, '.' | x >> 16 << 8 | (uint64_t)'Z' << 56);
}
