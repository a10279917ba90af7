/*
 * notify.h -- what the service manager is told (sd_notify(3)), without its
 * library.
 *
 * $NOTIFY_SOCKET names a datagram socket: a path, or @NAME for one that is no
 * file.  Without it nothing is sent.
 *
 *   READY=1      started: the settings are right, the journal is open, the page
 *                listens; venues and servers may still be away
 *   RELOADING=1  with MONOTONIC_USEC, before the settings are read again;
 *                READY=1 follows, also when they were refused
 *   STOPPING=1   SIGTERM or SIGINT has come
 *   WATCHDOG=1   from the loop at half of $WATCHDOG_USEC, when $WATCHDOG_PID is
 *                this process or not given
 *   X_GATE=      each second on an appliance ($MPEDGE_BOX_FACTS is set): which
 *                of loop, clock, venue and sink are as they should be, as in
 *                "loop:1 clock:1 venue:0 sink:1"; its first process keeps or
 *                gives up a new version by that (notify_gate.c says what each
 *                means)
 *   STATUS=      one line for people, with each of these
 *
 * Nothing waits here: what the socket does not take is sent again, in order.
 */
#ifndef MPEDGE_APP_NOTIFY_H
#define MPEDGE_APP_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "core/loop.h"

struct mpedge;

enum notify_word {
	NOTIFY_READY,
	NOTIFY_RELOADING,
	NOTIFY_STOPPING,
};

enum {
	/* A reload is two, the start and the end of the program one each. */
	NOTIFY_WAITING_MAX = 4,
};

struct notify {
	/* Of $NOTIFY_SOCKET; -1 without it. */
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;
	/* Between two WATCHDOG=1, or two STATUS= when nobody asked for those.
	 */
	int64_t period_ms;
	bool watchdog;
	/* The settings of the last reload were not usable. */
	bool refused;
	/* One line for a series of failures. */
	bool failing;
	enum notify_word waiting[NOTIFY_WAITING_MAX];
	unsigned waiting_count;
	struct timer timer;
	/* Of X_GATE; not armed where nobody asks for it. */
	struct timer gate;
	/* Trades and other records at the last look, and when there were new
	 * ones. */
	uint64_t records;
	struct mono records_moved;
};

/* Reads the variables.  What cannot be used is told in the log. */
void notify_init(struct mpedge *m, char *const *environment);

void notify_say(struct mpedge *m, enum notify_word word);

/* notify_gate.c: the words behind X_GATE=. */
void notify_gate(struct mpedge *m, struct out *o);

#endif
