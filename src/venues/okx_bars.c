#include "venues/okx.h"

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
};

/*
 * The bars of six hours and more are cut at the days of Hong Kong unless their
 * name says utc (4.3.3); the others are the same either way.
 */
static const struct okx_bar bars[] = {
	{ "1m", "1m", MINUTE, 0 },
	{ "1s", "1s", 1, 0 },
	{ "3m", "3m", 3 * MINUTE, 0 },
	{ "5m", "5m", 5 * MINUTE, 0 },
	{ "15m", "15m", 15 * MINUTE, 0 },
	{ "30m", "30m", 30 * MINUTE, 0 },
	{ "1h", "1H", HOUR, 0 },
	{ "2h", "2H", 2 * HOUR, 0 },
	{ "4h", "4H", 4 * HOUR, 0 },
	{ "6h", "6Hutc", 6 * HOUR, 0 },
	{ "12h", "12Hutc", 12 * HOUR, 0 },
	{ "1d", "1Dutc", DAY, 0 },
	{ "2d", "2Dutc", 2 * DAY, 0 },
	{ "3d", "3Dutc", 3 * DAY, 0 },
	{ "5d", "5Dutc", 5 * DAY, 0 },
	{ "1w", "1Wutc", 7 * DAY, 0 },
	{ "1M", "1Mutc", 0, 1 },
	{ "3M", "3Mutc", 0, 3 },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const struct okx_bar *
okx_bar_native(struct span native)
{
	for (size_t i = 0; i < COUNT(bars); i++) {
		if (span_is(native, bars[i].native))
			return &bars[i];
	}
	return NULL;
}

const struct okx_bar *
okx_bar_interval(const char *interval)
{
	for (size_t i = 0; i < COUNT(bars); i++) {
		if (span_is(span_of(interval), bars[i].interval))
			return &bars[i];
	}
	return NULL;
}

static bool
is_leap(unsigned year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days of a month of which 0 is January of this year. */
static int64_t
month_days(unsigned year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };

	year += month / 12;
	month %= 12;
	return days[month] + (month == 1 && is_leap(year) ? 1 : 0);
}

/* The first day of the month that many months after the one of `day`; both in
 * days since 1970.  okx_time bounds the years. */
static int64_t
months_later(int64_t day, unsigned months)
{
	unsigned year = 1970;
	unsigned month = 0;
	int64_t left = day;

	while (left >= (is_leap(year) ? 366 : 365))
		left -= is_leap(year++) ? 366 : 365;
	while (left >= month_days(year, month))
		left -= month_days(year, month++);
	day -= left;
	for (unsigned end = month + months; month < end; month++)
		day += month_days(year, month);
	return day;
}

int64_t
okx_bar_close(const struct okx_bar *bar, int64_t open)
{
	int64_t end = open + bar->seconds * NS_PER_S;

	if (bar->seconds == 0)
		end = months_later(open / (DAY * NS_PER_S), bar->months) * DAY *
		      NS_PER_S;
	return end - NS_PER_MS;
}
