#include "deribit_number.h"

enum { DECIMALS = 8, DIGITS_MAX = 20 };

/* The digits of a number without the zeros at its ends: 0.digits * 10^point. */
struct digits {
	char digit[DIGITS_MAX];
	int count;
	int point;
};

static void
take_digits(struct digits *d, uint64_t v)
{
	char back[DIGITS_MAX];
	int count = 0;
	int zeros = 0;

	for (; v && v % 10 == 0; v /= 10)
		zeros++;
	for (; v; v /= 10)
		back[count++] = (char)('0' + v % 10);
	for (int i = 0; i < count; i++)
		d->digit[i] = back[count - 1 - i];
	d->count = count;
	d->point = count + zeros - DECIMALS;
}

static char *
put_zeros(char *p, int count)
{
	for (; count > 0; count--)
		*p++ = '0';
	return p;
}

static char *
put_plain(char *p, const struct digits *d, bool whole)
{
	int before = d->point < 0 ? 0 : d->point;
	int most = before < d->count ? before : d->count;

	if (before == 0)
		*p++ = '0';
	p = put_mem(p, d->digit, (size_t)most);
	p = put_zeros(p, before - most);
	if (most == d->count)
		return whole ? p : PUT(p, ".0");
	*p++ = '.';
	p = put_zeros(p, -d->point);
	return put_mem(p, d->digit + most, (size_t)(d->count - most));
}

static char *
put_exponent(char *p, const struct digits *d)
{
	*p++ = d->digit[0];
	*p++ = '.';
	if (d->count > 1)
		p = put_mem(p, d->digit + 1, (size_t)(d->count - 1));
	else
		*p++ = '0';
	*p++ = 'e';
	return put_int(p, d->point - 1);
}

char *
put_deribit(char *p, int64_t value, enum deribit_form form)
{
	char plain[DERIBIT_NUMBER_MAX], exponent[DERIBIT_NUMBER_MAX];
	uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	struct digits d;
	size_t len, short_len;

	take_digits(&d, v);
	if (value < 0)
		*p++ = '-';
	if (d.count == 0)
		return form == FORM_WHOLE ? PUT(p, "0") : PUT(p, "0.0");
	len = (size_t)(put_plain(plain, &d, form == FORM_WHOLE) - plain);
	if (form != FORM_SHORT)
		return put_mem(p, plain, len);
	short_len = (size_t)(put_exponent(exponent, &d) - exponent);
	if (short_len < len)
		return put_mem(p, exponent, short_len);
	return put_mem(p, plain, len);
}
