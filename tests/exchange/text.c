#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

char *
put_text(char *p, const char *text)
{
	return put_mem(p, text, strlen(text));
}

static char *
put_unsigned(char *p, uint64_t v)
{
	char digits[NUMBER_MAX];
	char *d = digits + sizeof(digits);

	while (v >= 100) {
		d -= 2;
		memcpy(d, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10) {
		d -= 2;
		memcpy(d, pairs + v * 2, 2);
	} else {
		*--d = (char)('0' + v);
	}
	return put_mem(p, d, (size_t)(digits + sizeof(digits) - d));
}

char *
put_int(char *p, int64_t value)
{
	if (value < 0) {
		*p++ = '-';
		return put_unsigned(p, 0 - (uint64_t)value);
	}
	return put_unsigned(p, (uint64_t)value);
}

char *
put_amount(char *p, int64_t value)
{
	uint64_t v = (uint64_t)value;
	uint32_t fraction;

	if (value < 0) {
		*p++ = '-';
		v = 0 - v;
	}
	p = put_unsigned(p, v / 100000000);
	fraction = (uint32_t)(v % 100000000);
	*p++ = '.';
	for (int i = 6; i >= 0; i -= 2) {
		memcpy(p + i, pairs + fraction % 100 * 2, 2);
		fraction /= 100;
	}
	return p + 8;
}

char *
put_short(char *p, int64_t value)
{
	p = put_amount(p, value);
	while (p[-1] == '0')
		p--;
	return p[-1] == '.' ? p - 1 : p;
}

char *
put_fixed(char *p, int64_t value, int64_t unit)
{
	int decimals = 8;

	p = put_amount(p, value);
	for (; decimals > 0 && unit % 10 == 0; unit /= 10)
		decimals--;
	return p - (8 - decimals) - (decimals == 0);
}

int64_t
scale(int64_t a, int64_t b, int64_t c)
{
	return (int64_t)((__int128)a * b / c);
}

char *
put_bool(char *p, bool value)
{
	return value ? PUT(p, "true") : PUT(p, "false");
}

char *
buf_room(struct buf *b, size_t len)
{
	size_t size = b->size ? b->size : 4096;

	if (b->at && b->size - b->len < len) {
		b->len -= b->at;
		memmove(b->data, b->data + b->at, b->len);
		b->at = 0;
	}
	while (size - b->len < len)
		size *= 2;
	if (size != b->size) {
		b->data = realloc(b->data, size);
		if (!b->data)
			abort();
		b->size = size;
	}
	return b->data + b->len;
}

void
buf_add(struct buf *b, const void *from, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_room(b, len), from, len);
	b->len += len;
}

void
buf_text(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void
buf_print(struct buf *b, const char *format, ...)
{
	char text[2048];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text))
		abort();
	buf_add(b, text, (size_t)len);
}

void
buf_eat(struct buf *b, size_t len)
{
	b->at += len;
	if (b->at == b->len)
		b->at = b->len = 0;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
