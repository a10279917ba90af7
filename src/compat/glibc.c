#define _GNU_SOURCE

#include "compat/glibc.h"

#include <fcntl.h>
#include <stdlib.h>

int
__printf_chk(int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = vprintf(format, args);
	va_end(args);
	return n;
}

int
__fprintf_chk(FILE *f, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = vfprintf(f, format, args);
	va_end(args);
	return n;
}

int
__snprintf_chk(
    char *to, size_t size, int flag, size_t room, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	(void)room;
	va_start(args, format);
	n = vsnprintf(to, size, format, args);
	va_end(args);
	return n;
}

int
__vsnprintf_chk(char *to, size_t size, int flag, size_t room,
    const char *format, va_list args)
{
	(void)flag;
	(void)room;
	return vsnprintf(to, size, format, args);
}

int
__asprintf_chk(char **to, int flag, const char *format, ...)
{
	va_list args;
	int n;

	(void)flag;
	va_start(args, format);
	n = vasprintf(to, format, args);
	va_end(args);
	return n;
}

long
__isoc23_strtol(const char *text, char **end, int base)
{
	return strtol(text, end, base);
}

int
__fcntl_time64(int fd, int command, ...)
{
	va_list args;
	long argument;

	/* libnats only passes integers (F_SETFL); F_GETFL ignores it. */
	va_start(args, command);
	argument = va_arg(args, long);
	va_end(args);
	return fcntl(fd, command, argument);
}

int
__getsockopt64(int fd, int level, int name, void *value, socklen_t *len)
{
	return getsockopt(fd, level, name, value, len);
}

int
__setsockopt64(int fd, int level, int name, const void *value, socklen_t len)
{
	return setsockopt(fd, level, name, value, len);
}

int
__pthread_cond_timedwait64(
    pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
	return pthread_cond_timedwait(c, m, until);
}

time_t
__timegm64(struct tm *t)
{
	return timegm(t);
}

FILE *
fopen64(const char *path, const char *mode)
{
	return fopen(path, mode);
}
