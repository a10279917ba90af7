#include "app/notify.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/config_parts.h"
#include "core/log.h"

enum {
	STATUS_MS = 10 * 1000,
	/* What the socket did not take. */
	RETRY_MS = 100,
	GATE_MS = 1000,
	TEXT_MAX = 512,
};

/* --- what is said --------------------------------------------------------- */

static void
count(struct out *o, uint64_t some, uint64_t all, const char *what)
{
	out_u64(o, some);
	OUT_LITERAL(o, " of ");
	out_u64(o, all);
	out_text(o, what);
}

static void
add_status(struct mpedge *m, struct out *o)
{
	struct market_metrics t;

	for (unsigned i = 0; i < m->source_count; i++)
		source_refresh(&m->sources[i]);
	t = app_sum(m);
	OUT_LITERAL(o, "STATUS=");
	if (m->draining)
		OUT_LITERAL(o, "waits for the sinks to confirm; ");
	if (m->notify.refused)
		OUT_LITERAL(o, "the last reload was refused, see the log; ");
	count(o, t.connections_live, t.connections, " connections live, ");
	count(o, t.books_live, t.books, " books in step, ");
	out_u64(o, m->journal.appended);
	OUT_LITERAL(o, " records\n");
}

static void
add_word(const struct mpedge *m, enum notify_word word, struct out *o)
{
	switch (word) {
	case NOTIFY_READY:
		OUT_LITERAL(o, "READY=1\n");
		break;
	case NOTIFY_RELOADING:
		OUT_LITERAL(o, "RELOADING=1\nMONOTONIC_USEC=");
		out_i64(o, m->loop.now.ns / NS_PER_US);
		out_char(o, '\n');
		break;
	case NOTIFY_STOPPING:
		OUT_LITERAL(o, "STOPPING=1\n");
		break;
	}
}

/* --- sending -------------------------------------------------------------- */

static void
tell_failure(struct notify *n, int error)
{
	struct log_line l;

	if (n->failing)
		return;
	n->failing = true;
	log_open(&l, LOG_WARN, "notify", "not_sent");
	log_text(&l, "why", strerror(error));
	log_send(&l);
}

static bool
send_text(struct notify *n, const struct out *o)
{
	ssize_t sent = sendto(n->fd, o->at, o->len, MSG_NOSIGNAL,
	    (const struct sockaddr *)&n->to, n->to_len);

	if (sent < 0) {
		tell_failure(n, errno);
		return false;
	}
	n->failing = false;
	return true;
}

static bool
send_word(struct mpedge *m, enum notify_word word)
{
	char text[TEXT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	add_word(m, word, &o);
	add_status(m, &o);
	return send_text(&m->notify, &o);
}

/* As many as the socket takes. */
static void
send_waiting(struct mpedge *m)
{
	struct notify *n = &m->notify;
	unsigned sent = 0;

	while (sent < n->waiting_count && send_word(m, n->waiting[sent]))
		sent++;
	n->waiting_count -= sent;
	memmove(n->waiting, n->waiting + sent,
	    n->waiting_count * sizeof(n->waiting[0]));
	timer_start(&m->loop, &n->timer,
	    mono_after_ms(
		m->loop.now, n->waiting_count > 0 ? RETRY_MS : n->period_ms));
}

static void
on_period(struct timer *t)
{
	struct mpedge *m = t->owner;
	char text[TEXT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	if (m->notify.watchdog)
		OUT_LITERAL(&o, "WATCHDOG=1\n");
	add_status(m, &o);
	(void)send_text(&m->notify, &o);
	send_waiting(m);
}

static void
on_gate(struct timer *t)
{
	struct mpedge *m = t->owner;
	char text[TEXT_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "X_GATE=");
	notify_gate(m, &o);
	out_char(&o, '\n');
	(void)send_text(&m->notify, &o);
	timer_start(&m->loop, t, mono_after_ms(m->loop.now, GATE_MS));
}

void
notify_say(struct mpedge *m, enum notify_word word)
{
	struct notify *n = &m->notify;

	if (n->fd < 0)
		return;
	/* Nobody has listened for long: the oldest is of no more use. */
	if (n->waiting_count == NOTIFY_WAITING_MAX) {
		n->waiting_count--;
		memmove(n->waiting, n->waiting + 1,
		    n->waiting_count * sizeof(n->waiting[0]));
	}
	n->waiting[n->waiting_count++] = word;
	send_waiting(m);
}

/* --- the variables -------------------------------------------------------- */

static void
ignored(const char *variable, const char *why)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "notify", "ignored");
	log_text(&l, "variable", variable);
	log_text(&l, "why", why);
	log_send(&l);
}

static void
read_watchdog(struct notify *n, char *const *environment)
{
	struct span usec = environment_find(environment, "WATCHDOG_USEC");
	struct span pid = environment_find(environment, "WATCHDOG_PID");
	uint64_t number;

	if (usec.len == 0)
		return;
	if (pid.len > 0 &&
	    (span_u64(pid, &number) != ERR_OK || number != (uint64_t)getpid()))
		return;
	if (span_u64(usec, &number) != ERR_OK || number / 1000 < 2 ||
	    number > INT64_MAX / NS_PER_US) {
		ignored("WATCHDOG_USEC",
		    "not a time in microseconds, from 2000 on");
		return;
	}
	n->watchdog = true;
	n->period_ms = (int64_t)(number / 1000 / 2);
}

/* @NAME is spelled with a NUL in front, and has none behind it. */
static bool
read_address(struct notify *n, struct span path)
{
	if (path.len < 2 || path.len >= sizeof(n->to.sun_path) ||
	    (path.at[0] != '/' && path.at[0] != '@')) {
		ignored("NOTIFY_SOCKET", "neither a path nor @NAME");
		return false;
	}
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, path.at, path.len);
	n->to_len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len);
	if (path.at[0] == '@')
		n->to.sun_path[0] = '\0';
	else
		n->to_len++;
	return true;
}

void
notify_init(struct mpedge *m, char *const *environment)
{
	struct notify *n = &m->notify;
	struct span path = environment_find(environment, "NOTIFY_SOCKET");

	n->fd = -1;
	n->period_ms = STATUS_MS;
	n->timer.fire = on_period;
	n->timer.owner = m;
	n->gate.fire = on_gate;
	n->gate.owner = m;
	if (path.len == 0 || !read_address(n, path))
		return;
	read_watchdog(n, environment);
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (n->fd < 0)
		tell_failure(n, errno);
	else if (environment_find(environment, "MPEDGE_BOX_FACTS").len > 0)
		timer_start(&m->loop, &n->gate, m->loop.now);
}
