#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/log_setup.h"

enum {
	RETRY_MS = 30 * 1000,
};

/* Both kinds of address. */
union where {
	struct sockaddr any;
	struct sockaddr_un path;
	struct sockaddr_storage ip;
};

static socklen_t
where_to(const struct syslog *s, union where *to)
{
	if (s->target.path[0] == '\0')
		return address_native(&s->address, &to->ip);
	memset(&to->path, 0, sizeof(to->path));
	to->path.sun_family = AF_UNIX;
	memcpy(to->path.sun_path, s->target.path, strlen(s->target.path) + 1);
	return sizeof(to->path);
}

static void
on_line(struct log_tap *t, const struct log_said *said)
{
	struct syslog *s = t->owner;
	char text[LOG_LINE_MAX + SYSLOG_HEAD_MAX];
	union where to;
	socklen_t len;
	struct out o;

	if (s->fd < 0) {
		s->lost++;
		return;
	}
	s->head.severity = log_severity(said->level);
	s->head.at = said->at;
	s->head.id = span_of(said->event);
	out_init(&o, text, sizeof(text));
	syslog_write(&s->head, said->text, &o);
	len = where_to(s, &to);
	if (sendto(s->fd, o.at, o.len, MSG_DONTWAIT | MSG_NOSIGNAL, &to.any,
		len) == (ssize_t)o.len)
		s->sent++;
	else
		s->lost++;
}

static void
open_socket(struct syslog *s, int family)
{
	s->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static void
tell_address(struct syslog *s, enum err e)
{
	char text[64];
	struct log_line l;
	struct out o;

	if (e != ERR_OK && s->told)
		return;
	s->told = e != ERR_OK;
	out_init(&o, text, sizeof(text));
	address_write(&s->address, &o);
	log_open(&l, e == ERR_OK ? LOG_INFO : LOG_WARN, "syslog",
	    e == ERR_OK ? "resolved" : "not_resolved");
	log_text(&l, "host", s->target.host);
	if (e == ERR_OK)
		log_span(&l, "address", out_done(&o));
	else
		log_err(&l, e);
	log_send(&l);
}

static void
on_address(struct dns_query *q, enum err e)
{
	struct syslog *s = q->owner;

	if (e == ERR_OK) {
		s->address = q->addresses[0];
		open_socket(s, s->address.family == 6 ? AF_INET6 : AF_INET);
		if (s->fd < 0)
			e = ERR_IO;
	}
	if (e != ERR_OK)
		timer_start(
		    s->loop, &s->retry, mono_after_ms(s->loop->now, RETRY_MS));
	tell_address(s, e);
}

static void
ask(struct syslog *s)
{
	dns_start(s->dns, &s->query, s->target.host, s->target.port);
}

static void
on_retry(struct timer *t)
{
	ask(t->owner);
}

void
syslog_start(
    struct syslog *s, const struct options *o, struct loop *l, struct dns *dns)
{
	s->fd = -1;
	if (o->log.syslog[0] == '\0' ||
	    syslog_target_parse(span_of(o->log.syslog), &s->target) != ERR_OK)
		return;
	s->loop = l;
	s->dns = dns;
	if (gethostname(s->host, sizeof(s->host) - 1) != 0)
		s->host[0] = '\0';
	s->head.facility = (unsigned)o->log.facility;
	s->head.host = span_of(s->host);
	s->head.program = SPAN("mpedge");
	s->head.process = (uint64_t)getpid();
	s->query.done = on_address;
	s->query.owner = s;
	s->retry.fire = on_retry;
	s->retry.owner = s;
	s->tap = (struct log_tap){ .owner = s, .take = on_line };
	log_tap(&s->tap);
	if (s->target.path[0] != '\0')
		open_socket(s, AF_UNIX);
	else
		ask(s);
}
