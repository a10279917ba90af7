/* What the connection is used for beside records: the service protocol, and the
 * status record at its interval. */
#include "sinks/nats_sink.h"

#include <string.h>

#include "core/log.h"
#include "net/tcp.h"

enum {
	STATUS_BYTES = 16 * 1024,
};

static bool
has_service(const struct nats_sink *n)
{
	return n->about != NULL && n->options->service;
}

/* --- the status record ---------------------------------------------------- */

static void
tell_kept(struct nats_sink *n, bool kept, struct span stream)
{
	struct log_line l;

	n->service.metrics.kept = kept;
	if (n->status_told && n->status_kept == kept)
		return;
	n->status_told = true;
	n->status_kept = kept;
	log_open(&l, kept ? LOG_INFO : LOG_WARN, "nats",
	    kept ? "status_kept" : "status_not_kept");
	if (kept)
		log_span(&l, "stream", stream);
	else
		log_text(&l, "means",
		    "no stream takes " SUBJECT_STATUS
		    ": the last status of a box cannot be asked for; add that "
		    "to the subjects of one (docs/fleet.md)");
	log_send(&l);
}

void
nats_tell_reply(struct nats_sink *n, const struct nats_reply *r)
{
	struct nats_answer a = { .config = -1 };

	if (!r->no_responders &&
	    nats_answer_read(&n->json, r->data.at, r->data.len, &a) != ERR_OK)
		return;
	tell_kept(n, !r->no_responders && a.code == 0, a.stream);
}

static void
publish_status(struct nats_sink *n)
{
	char subject[SERVICE_SUBJECT_MAX];
	struct out o;
	struct out *body;

	out_init(&o, subject, sizeof(subject));
	nats_service_status_subject(n->service.box, &o);
	/* Without room now: the next one says what is true then. */
	if (nats_link_begin(&n->link, out_cstr(&o),
		n->options->jetstream ? "t0" : NULL, NULL, &body) != ERR_OK)
		return;
	n->about->status(n->about->owner, body);
	if (nats_link_end(&n->link) != ERR_OK)
		return;
	n->service.metrics.statuses++;
	nats_link_flush(&n->link);
}

static void
status_due(struct timer *t)
{
	struct nats_sink *n = t->owner;
	struct loop *l = n->sink->loop;

	publish_status(n);
	timer_start(l, t, mono_after_ms(l->now, n->options->status_s * 1000));
}

/* --- the service ---------------------------------------------------------- */

void
nats_tell_message(struct nats_sink *n, const struct nats_message *m)
{
	struct loop *l = n->sink->loop;
	char text[STATUS_BYTES];
	int64_t before = loop_spent_ns(l);
	struct out o;

	if (!has_service(n) || m->reply.len == 0)
		return;
	out_init(&o, text, sizeof(text));
	if (nats_service_answer(&n->service, m->subject, l->now, &o) !=
		ERR_OK ||
	    o.full)
		return;
	/* Who asks asks again. */
	if (nats_link_publish(&n->link, m->reply.at, NULL, out_done(&o)) !=
	    ERR_OK)
		return;
	nats_service_took(&n->service, m->subject, loop_spent_ns(l) - before);
	nats_link_flush(&n->link);
}

void
nats_tell_up(struct nats_sink *n)
{
	char subject[SERVICE_SUBJECT_MAX];
	struct out o;

	out_init(&o, subject, sizeof(subject));
	for (unsigned i = 0; has_service(n) && i < SERVICE_SUBJECTS; i++) {
		nats_service_subject(&n->service, i, &o);
		nats_link_listen(&n->link, out_cstr(&o));
	}
}

/* The stream is known, and made when it was missing. */
void
nats_tell_ready(struct nats_sink *n)
{
	struct loop *l = n->sink->loop;

	if (nats_tell_status(n) && !n->status_timer.armed)
		timer_start(l, &n->status_timer, l->now);
}

void
nats_tell_down(struct nats_sink *n)
{
	timer_stop(n->sink->loop, &n->status_timer);
}

bool
nats_tell_status(const struct nats_sink *n)
{
	return n->about != NULL && n->options->status_s > 0;
}

/* --- what the server refuses ---------------------------------------------- */

/* Between the quotes of: Permissions Violation for Publish to "a.b". */
static struct span
quoted(const char *why)
{
	const char *from = strchr(why, '"');
	const char *to = from != NULL ? strchr(from + 1, '"') : NULL;

	if (to == NULL)
		return SPAN_NULL;
	return (struct span){ from + 1, (size_t)(to - from) - 1 };
}

/* Subjects of records, of the JetStream API, and our inbox. */
static bool
is_needed(const struct nats_sink *n, struct span subject)
{
	char filter[SUBJECT_MAX];
	struct out f;
	unsigned at = 0;

	if (span_starts(subject, "$JS.") || span_starts(subject, n->link.inbox))
		return true;
	out_init(&f, filter, sizeof(filter));
	while (subject_filter(&n->plan, &at, &f)) {
		if (nats_subject_covers(out_done(&f), subject))
			return true;
	}
	return false;
}

bool
nats_tell_refused(struct nats_sink *n, enum err e, const char *why)
{
	struct span subject = quoted(why);
	struct log_line l;

	if (n->about == NULL || e != ERR_AUTH || subject.at == NULL ||
	    is_needed(n, subject))
		return false;
	n->service.metrics.refused++;
	if (n->refusal_told)
		return true;
	n->refusal_told = true;
	log_open(&l, LOG_WARN, "nats", "service_refused");
	log_text(&l, "why", why);
	log_text(&l, "means",
	    "the server lets us not be listed or asked; records are not "
	    "concerned. nats.service and nats.status_s turn it off");
	log_send(&l);
	return true;
}

/* --- start ---------------------------------------------------------------- */

void
nats_tell_init(struct nats_sink *n, const char *box)
{
	unsigned char random[SERVICE_ID_BYTES];

	n->status_timer = (struct timer){ .fire = status_due, .owner = n };
	tcp_random(random, sizeof(random));
	nats_service_init(&n->service, n->about, box, random);
	n->service.started = n->sink->loop->wall;
}
