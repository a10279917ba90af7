/*
 * syslog.h -- lines for syslog: where they go, and RFC 5424.
 *
 *   <30>1 2026-11-23T10:07:14.567000Z box mpedge 417 connect_failed - text
 *
 * PRI is facility * 8 + severity; the message id is the event.  There is no
 * structured data: the text is logfmt or JSON and says it all.
 */
#ifndef MPEDGE_CODEC_SYSLOG_H
#define MPEDGE_CODEC_SYSLOG_H

#include "codec/url.h"
#include "core/out.h"
#include "core/time.h"

enum {
	SYSLOG_PORT = 514,
	SYSLOG_PATH_MAX = 108,
	/* Of everything before the text. */
	SYSLOG_HEAD_MAX = 160,
};

/* A name or address with a port (UDP), or the path of a datagram socket. */
struct syslog_target {
	char host[URL_HOST_MAX];
	uint16_t port;
	char path[SYSLOG_PATH_MAX];
};

/* "udp://HOST", "udp://HOST:PORT", "udp://[::1]:514" or "/dev/log"; SYNTAX. */
enum err syslog_target_parse(
    struct span text, struct syslog_target *t) MUST_USE;

struct syslog_head {
	/* 0 to 23 and 0 to 7. */
	unsigned facility;
	unsigned severity;
	struct wall at;
	struct span host;
	struct span program;
	uint64_t process;
	struct span id;
};

/* Bytes that may not stand in a field become _, an empty field is -. */
void syslog_write(const struct syslog_head *h, struct span text, struct out *o);

#endif
