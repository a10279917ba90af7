#include "model/parse.h"

enum {
	/* The year 2262, in which nanoseconds leave 64 bits. */
	END_DAY = 106651,
	FRACTION_MAX = 9,
};

/* Exactly `digits` digits at the front of *s, which is cut off. */
static bool
take_digits(struct span *s, size_t digits, int64_t *value)
{
	uint64_t n;

	if (s->len < digits ||
	    span_u64((struct span){ s->at, digits }, &n) != ERR_OK)
		return false;
	*value = (int64_t)n;
	s->at += digits;
	s->len -= digits;
	return true;
}

static bool
take_char(struct span *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	s->at++;
	s->len--;
	return true;
}

/* Days since 1970 of a date of the Gregorian calendar, counted from March. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

static bool
take_date(struct span *s, int64_t *days)
{
	static const int8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };
	int64_t y, m, d, length;

	if (!take_digits(s, 4, &y) || !take_char(s, '-') ||
	    !take_digits(s, 2, &m) || !take_char(s, '-') ||
	    !take_digits(s, 2, &d) || m < 1 || m > 12)
		return false;
	length = lengths[m - 1];
	if (m == 2 && y % 4 == 0 && (y % 100 != 0 || y % 400 == 0))
		length++;
	if (d < 1 || d > length)
		return false;
	*days = days_of(y, m, d);
	return true;
}

static bool
take_clock(struct span *s, int64_t *seconds)
{
	int64_t h, m, sec;

	if (!take_digits(s, 2, &h) || !take_char(s, ':') ||
	    !take_digits(s, 2, &m) || !take_char(s, ':') ||
	    !take_digits(s, 2, &sec) || h > 23 || m > 59 || sec > 59)
		return false;
	*seconds = (h * 60 + m) * 60 + sec;
	return true;
}

/* .5 is half a second; digits beyond nanoseconds are not for us. */
static bool
take_fraction(struct span *s, int64_t *ns)
{
	int64_t digit;
	int64_t unit = NS_PER_S / 10;
	int n = 0;

	*ns = 0;
	if (!take_char(s, '.'))
		return true;
	while (n < FRACTION_MAX && take_digits(s, 1, &digit)) {
		*ns += digit * unit;
		unit /= 10;
		n++;
	}
	return n > 0;
}

/* Z, +hh:mm, -hh:mm or nothing, to the end of the text. */
static bool
take_offset(struct span *s, int64_t *seconds)
{
	bool minus = s->len > 0 && s->at[0] == '-';
	int64_t h, m;

	*seconds = 0;
	if (s->len == 0 || (s->len == 1 && s->at[0] == 'Z'))
		return true;
	if (!take_char(s, minus ? '-' : '+') || !take_digits(s, 2, &h) ||
	    !take_char(s, ':') || !take_digits(s, 2, &m) || s->len > 0 ||
	    h > 23 || m > 59)
		return false;
	*seconds = (h * 60 + m) * 60 * (minus ? -1 : 1);
	return true;
}

enum err
time_parse(struct span s, int64_t *ns)
{
	int64_t days, seconds, fraction, offset;

	if (!take_date(&s, &days) ||
	    (!take_char(&s, 'T') && !take_char(&s, ' ')) ||
	    !take_clock(&s, &seconds) || !take_fraction(&s, &fraction) ||
	    !take_offset(&s, &offset))
		return ERR_SYNTAX;
	if (days < -1 || days > END_DAY)
		return ERR_RANGE;
	seconds += days * 86400 - offset;
	if (seconds < 0 || seconds >= END_DAY * INT64_C(86400))
		return ERR_RANGE;
	*ns = seconds * NS_PER_S + fraction;
	return ERR_OK;
}
