#include "compat/glibc.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	/* Without a width; more digits make no difference. */
	DIGITS_MAX = 64,
};

/* At most width characters of *text; false when they are no number. */
static bool
scan_int(const char **text, unsigned width, int *value)
{
	char digits[DIGITS_MAX + 1];
	const char *t = *text;
	unsigned len = 0;
	char *end;
	long all;

	while (isspace((unsigned char)*t))
		t++;
	while (len < width && t[len] != '\0') {
		digits[len] = t[len];
		len++;
	}
	digits[len] = '\0';
	all = strtol(digits, &end, 10);
	if (end == digits)
		return false;
	*value = all > INT_MAX ? INT_MAX : all < INT_MIN ? INT_MIN : (int)all;
	*text = t + (end - digits);
	return true;
}

/* Up to two digits of *format. */
static unsigned
scan_width(const char **format)
{
	unsigned width = 0;

	while (isdigit((unsigned char)**format) && width < 10) {
		width = width * 10 + (unsigned)(**format - '0');
		++*format;
	}
	return width == 0 || width > DIGITS_MAX ? DIGITS_MAX : width;
}

int
__isoc23_sscanf(const char *text, const char *format, ...)
{
	va_list args;
	int n = 0;

	va_start(args, format);
	for (; *format != '\0'; format++) {
		unsigned width;

		if (*format != '%') {
			if (*text++ != *format)
				break;
			continue;
		}
		format++;
		width = scan_width(&format);
		if (*text == '\0') {
			n = n == 0 ? EOF : n;
			break;
		}
		if (*format == 'c')
			*va_arg(args, char *) = *text++;
		else if (*format != 'd' ||
			 !scan_int(&text, width, va_arg(args, int *)))
			break;
		n++;
	}
	va_end(args);
	return n;
}
