/*
 * glibc.h -- names that libnats_static.a, compiled against glibc, asks of the C
 * library and that musl (or an older glibc) does not have.
 *
 * Debian compiles with _FORTIFY_SOURCE, which turns printf into __printf_chk;
 * with C23, which turns strtol into __isoc23_strtol; and, on 32-bit ARM, with
 * 64-bit file sizes and times, which adds the names ending in 64.  musl's types
 * are 64 bits wide everywhere, so all but one forward to the plain function.
 * Nothing of ours calls these.
 */
#ifndef MPEDGE_COMPAT_GLIBC_H
#define MPEDGE_COMPAT_GLIBC_H

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

/* flag and room are what the fortified caller knows; the bound is size. */
int __printf_chk(int flag, const char *format, ...);
int __fprintf_chk(FILE *f, int flag, const char *format, ...);
int __snprintf_chk(
    char *to, size_t size, int flag, size_t room, const char *format, ...);
int __vsnprintf_chk(char *to, size_t size, int flag, size_t room,
    const char *format, va_list args);

/* The text is freed by the caller: the one allocation here. */
int __asprintf_chk(char **to, int flag, const char *format, ...);

long __isoc23_strtol(const char *text, char **end, int base);

/*
 * scan.c: %d and %c, with a width, and text that has to be there; nats.c asks
 * for no more, and a whole scanf is larger than all of compat.  A number too
 * large is INT_MAX or INT_MIN.
 */
int __isoc23_sscanf(const char *text, const char *format, ...);

/* 32-bit ARM only. */
int __fcntl_time64(int fd, int command, ...);
int __getsockopt64(int fd, int level, int name, void *value, socklen_t *len);
int __setsockopt64(
    int fd, int level, int name, const void *value, socklen_t len);
int __pthread_cond_timedwait64(
    pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until);
time_t __timegm64(struct tm *t);
FILE *fopen64(const char *path, const char *mode);

#endif
