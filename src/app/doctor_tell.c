#include "app/doctor.h"

#include <sys/timex.h>

#include "venues/venue.h"

enum {
	CLOCK_WARN_MS = 1000,
	/* Certificates are judged by the clock. */
	CLOCK_FAIL_MS = 24 * 3600 * 1000,
};

static const char *
remedy_of(const struct probe *p)
{
	switch (p->reached) {
	case CONN_IDLE:
	case CONN_RESOLVE:
		return "is the name right, the network up, and a name server "
		       "in /etc/resolv.conf that answers?";
	case CONN_CONNECT:
		return p->error == ERR_REFUSED
			   ? "nothing listens there: is the port right, and "
			     "the server up?"
			   : "is there a route, and does a firewall let TCP "
			     "through to this port?";
	case CONN_HANDSHAKE:
		return "is the clock right, does a proxy open TLS on the way, "
		       "is ca_file the right one?";
	case CONN_OPEN:
		return "it takes connections and then says nothing: a proxy, "
		       "or another program?";
	}
	return NULL;
}

static void
place(const struct probe *p, struct out *o)
{
	out_text(o, p->host);
	out_char(o, ':');
	out_u64(o, p->port);
	OUT_LITERAL(o, ": ");
}

static void
addresses(const struct probe *p, struct out *o)
{
	const struct dns_query *q = &p->conn.query;

	if (p->conn.address == 0 || p->conn.address > q->count)
		return;
	out_u64(o, q->count);
	out_text(o, q->count == 1 ? " address, " : " addresses, ");
	address_write(&q->addresses[p->conn.address - 1], o);
	OUT_LITERAL(o, " in ");
	out_i64(o, mono_ms_between(p->began, p->opened));
	out_text(o, p->secure ? " ms with TLS, " : " ms, ");
}

static void
tell(struct doctor *d, const struct probe *p)
{
	struct out *o = &d->detail;
	enum doctor_verdict v = p->found.verdict;
	const char *remedy = p->found.remedy;

	place(p, o);
	if (p->error == ERR_OK) {
		addresses(p, o);
		if (p->found.status > 0) {
			OUT_LITERAL(o, "HTTP ");
			out_i64(o, p->found.status);
			OUT_LITERAL(o, ", ");
		}
		out_text(o, p->found.text);
	} else {
		v = DOCTOR_FAIL;
		remedy = remedy_of(p);
		out_text(o,
		    p->conn.why[0] != '\0' ? p->conn.why : err_text(p->error));
	}
	/* Records wait in the journal for a sink. */
	if (v == DOCTOR_FAIL && !p->vital) {
		v = DOCTOR_WARN;
		OUT_LITERAL(o, " (records wait in the journal meanwhile)");
	}
	doctor_say(d, v, p->name, remedy);
}

/* --- the clock ------------------------------------------------------------ */

static const struct probe *
best_clock(const struct doctor *d)
{
	const struct probe *best = NULL;

	for (unsigned i = 0; i < d->probe_count; i++) {
		const struct probe *p = &d->probes[i];

		if (p->found.server_ms != 0 &&
		    (best == NULL || p->took_ms < best->took_ms))
			best = p;
	}
	return best;
}

static void
tell_clock(struct doctor *d)
{
	const struct probe *p = best_clock(d);
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);
	bool synchronised = state >= 0 && (t.status & STA_UNSYNC) == 0;
	enum doctor_verdict v = DOCTOR_OK;
	int64_t off = 0;

	if (p != NULL) {
		off = p->ahead_ms < 0 ? -p->ahead_ms : p->ahead_ms;
		out_i64(&d->detail, off);
		out_text(&d->detail,
		    p->ahead_ms < 0 ? " ms behind " : " ms ahead of ");
		out_text(&d->detail, p->host);
		OUT_LITERAL(&d->detail, " (within ");
		out_i64(&d->detail, p->took_ms / 2 + 1);
		OUT_LITERAL(&d->detail, " ms); ");
	} else {
		OUT_LITERAL(&d->detail, "no venue told its time; ");
	}
	if (p == NULL && !synchronised)
		v = DOCTOR_WARN;
	/* As far as is certain. */
	if (p != NULL && off - p->took_ms / 2 > CLOCK_WARN_MS)
		v = DOCTOR_WARN;
	if (off > CLOCK_FAIL_MS)
		v = DOCTOR_FAIL;
	out_text(&d->detail, synchronised
				 ? "the kernel says it is synchronised"
				 : "the kernel does not say that it is "
				   "synchronised");
	doctor_say(d, v, "clock",
	    "run an NTP client; times of records and the validity of "
	    "certificates rest on it");
}

void
doctor_probes_tell(struct doctor *d)
{
	for (unsigned i = 0; i < d->probe_count; i++)
		tell(d, &d->probes[i]);
	tell_clock(d);
}
