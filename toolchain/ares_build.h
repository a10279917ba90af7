/* The types c-ares is built with, on Linux. */
#ifndef CARES_BUILD_H
#define CARES_BUILD_H

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/select.h>

#define CARES_TYPEOF_ARES_SOCKLEN_T socklen_t
#define CARES_TYPEOF_ARES_SSIZE_T ssize_t

typedef CARES_TYPEOF_ARES_SOCKLEN_T ares_socklen_t;
typedef CARES_TYPEOF_ARES_SSIZE_T ares_ssize_t;

#endif
