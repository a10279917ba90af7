/*
 * log_setup.h -- the log as configured: levels, format, priorities, syslog.
 */
#ifndef MPEDGE_APP_LOG_SETUP_H
#define MPEDGE_APP_LOG_SETUP_H

#include "codec/syslog.h"
#include "core/log.h"
#include "core/options.h"
#include "net/dns.h"

/* Levels and format, at the start and at a reload. */
void log_setup(const struct options *o);

/* Priorities, when JOURNAL_STREAM says that stderr is the journal. */
void log_setup_journal(char *const *environment);

/* Lines to syslog: a datagram each, without waiting; what the system does not
 * take at once is lost and counted. */
struct syslog {
	struct log_tap tap;
	struct loop *loop;
	struct dns *dns;
	struct dns_query query;
	struct timer retry;
	struct syslog_target target;
	struct syslog_head head;
	char host[64];
	/* -1 until there is an address; the socket is not connected, so that
	 * a daemon that starts later gets what comes then. */
	int fd;
	struct address address;
	bool told;
	uint64_t sent;
	uint64_t lost;
};

/* Nothing when log.syslog is empty. */
void syslog_start(
    struct syslog *s, const struct options *o, struct loop *l, struct dns *dns);

#endif
