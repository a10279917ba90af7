/* The JetStream stream: looked up, created when missing, never changed. */
#include "sinks/nats_sink.h"

#include "core/log.h"

enum {
	SUBJECT_BYTES = SUBJECT_MAX,
	REQUEST_BYTES = 8192,
};

/*
 * Requests are publishes to $JS.API.STREAM.{INFO,CREATE}.{name} (ADR-2); the
 * reply token is s or c and the number of the request.
 */
static void
request(struct nats_sink *n, char kind, struct span body)
{
	char subject[SUBJECT_BYTES];
	char token[24];
	struct out o;
	struct out t;

	n->request++;
	out_init(&o, subject, sizeof(subject));
	OUT_LITERAL(&o, "$JS.API.STREAM.");
	out_text(&o, kind == 's' ? "INFO." : "CREATE.");
	out_text(&o, n->options->stream);
	out_cstr(&o);
	out_init(&t, token, sizeof(token));
	out_char(&t, kind);
	out_u64(&t, n->request);
	out_cstr(&t);
	/* What is not sent is not answered, and the timer asks again. */
	if (nats_link_publish(&n->link, subject, token, body) == ERR_OK)
		nats_link_flush(&n->link);
}

void
nats_stream_ask(struct nats_sink *n)
{
	request(n, 's', SPAN_NULL);
}

static void
list_filters(struct nats_sink *n, struct out *o)
{
	char filter[SUBJECT_BYTES];
	struct out f;
	unsigned at = 0;
	bool more = false;

	out_init(&f, filter, sizeof(filter));
	while (subject_filter(&n->plan, &at, &f)) {
		if (more)
			out_char(o, ',');
		out_json(o, out_done(&f));
		more = true;
	}
	if (nats_tell_status(n) && !n->no_status)
		OUT_LITERAL(o, ",\"" SUBJECT_STATUS "\"");
}

/*
 * nats-server refuses a duplicate window longer than the age limit, so a short
 * age limit shortens it.
 */
static void
create(struct nats_sink *n)
{
	const struct opt_nats *c = n->options;
	char body[REQUEST_BYTES];
	struct out o;
	int64_t window_s = c->duplicate_window_s;

	if (c->stream_max_age_s > 0 && window_s > c->stream_max_age_s)
		window_s = c->stream_max_age_s;
	out_init(&o, body, sizeof(body));
	OUT_LITERAL(&o, "{\"name\":");
	out_json(&o, span_of(c->stream));
	OUT_LITERAL(&o, ",\"subjects\":[");
	list_filters(n, &o);
	OUT_LITERAL(&o, "],\"retention\":\"limits\",\"storage\":");
	out_json(&o, span_of(c->stream_storage));
	OUT_LITERAL(&o, ",\"discard\":");
	out_json(&o, span_of(c->stream_discard));
	OUT_LITERAL(&o, ",\"description\":");
	out_json(&o, span_of(c->stream_description));
	OUT_LITERAL(&o, ",\"max_consumers\":-1,\"max_msg_size\":-1,"
			"\"max_msgs\":");
	out_i64(&o, c->stream_max_msgs);
	OUT_LITERAL(&o, ",\"max_bytes\":");
	out_i64(&o, c->stream_max_bytes);
	OUT_LITERAL(&o, ",\"max_age\":");
	out_i64(&o, c->stream_max_age_s * NS_PER_S);
	OUT_LITERAL(&o, ",\"num_replicas\":");
	out_i64(&o, c->stream_replicas);
	OUT_LITERAL(&o, ",\"duplicate_window\":");
	out_i64(&o, window_s * NS_PER_S);
	OUT_LITERAL(&o, "}");
	request(n, 'c', out_done(&o));
}

/* Is one of our filters matched by the stream's subjects? */
static bool
is_covered(struct nats_sink *n, int list, struct span ours)
{
	char text[2 * SUBJECT_BYTES];
	struct span s;

	/* nats-server writes > as an escape. */
	for (int i = json_first(&n->json, list); i >= 0;
	     i = json_next(&n->json, i))
		if (json_string(&n->json, i, text, sizeof(text), &s) ==
			ERR_OK &&
		    nats_subject_covers(s, ours))
			return true;
	return false;
}

/* nats stream edit NAME --subjects "a.>,b.>", with what it has and lacks. */
static void
out_remedy(struct nats_sink *n, int list, struct span ours, struct out *o)
{
	char text[2 * SUBJECT_BYTES];
	struct span s;

	OUT_LITERAL(o, "records on it will be refused; add it: nats stream "
		       "edit ");
	out_text(o, n->options->stream);
	OUT_LITERAL(o, " --subjects ");
	for (int i = json_first(&n->json, list); i >= 0;
	     i = json_next(&n->json, i))
		if (json_string(&n->json, i, text, sizeof(text), &s) ==
		    ERR_OK) {
			out_span(o, s);
			out_char(o, ',');
		}
	out_span(o, ours);
}

/* A stream that does not take them must not be kept from the others by them. */
static void
no_alerts(struct nats_sink *n)
{
	struct log_line l;

	n->plan.no_alerts = true;
	log_open(&l, LOG_WARN, "nats", "stream_without_alerts");
	log_text(&l, "stream", n->options->stream);
	log_text(&l, "means",
	    "alarms are published like other events; for alerts.{box}.{rule} "
	    "add " SUBJECT_ALERTS " to its subjects (nats stream edit) and "
	    "restart");
	log_send(&l);
}

/* Does the stream take everything that we will publish? */
static void
check_subjects(struct nats_sink *n, int config)
{
	char ours[SUBJECT_BYTES];
	char remedy[LOG_LINE_MAX / 2];
	struct out o;
	struct out r;
	struct log_line l;
	unsigned at = 0;
	int list = json_member(&n->json, config, "subjects");

	n->link.expected_stream = NULL;
	n->plan.no_alerts = !n->alerts;
	out_init(&o, ours, sizeof(ours));
	while (subject_filter(&n->plan, &at, &o)) {
		if (is_covered(n, list, out_done(&o)))
			continue;
		if (span_is(out_done(&o), SUBJECT_ALERTS)) {
			no_alerts(n);
			continue;
		}
		n->link.expected_stream = n->options->stream;
		out_init(&r, remedy, sizeof(remedy));
		out_remedy(n, list, out_done(&o), &r);
		log_open(&l, LOG_WARN, "nats", "stream_subjects");
		log_text(&l, "stream", n->options->stream);
		log_span(&l, "not_covered", out_done(&o));
		log_text(&l, "means", out_cstr(&r));
		log_send(&l);
	}
}

static void
refused(struct nats_sink *n, const struct nats_answer *a, const char *what)
{
	char why[NATS_WHY_MAX];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	OUT_LITERAL(&o, "stream ");
	out_text(&o, n->options->stream);
	out_text(&o, what);
	out_span(&o, a->description);
	o.size = sizeof(why);
	nats_sink_trouble(n, ERR_REJECTED, out_cstr(&o));
}

static void
info(struct nats_sink *n, const struct nats_answer *a)
{
	if (a->err_code == NATS_API_STREAM_NOT_FOUND ||
	    (a->err_code == 0 && a->code == 404))
		create(n);
	else if (a->code != 0)
		refused(n, a, " cannot be asked for: ");
	else {
		check_subjects(n, a->config);
		nats_sink_ready(n);
	}
}

static void
created(struct nats_sink *n, const struct nats_answer *a)
{
	struct log_line l;

	/* Somebody else made it, with other settings, since we asked. */
	if (a->err_code == NATS_API_NAME_IN_USE) {
		nats_stream_ask(n);
		return;
	}
	/* Another one has them: of no concern, and looked at when it answers.
	 */
	if (a->err_code == NATS_API_SUBJECTS_OVERLAP && nats_tell_status(n) &&
	    !n->no_status) {
		n->no_status = true;
		create(n);
		return;
	}
	if (a->err_code == NATS_API_SUBJECTS_OVERLAP && !n->plan.no_alerts) {
		no_alerts(n);
		create(n);
		return;
	}
	if (a->code != 0) {
		refused(n, a, " cannot be created: ");
		return;
	}
	log_open(&l, LOG_INFO, "nats", "stream_created");
	log_text(&l, "stream", n->options->stream);
	log_send(&l);
	nats_sink_ready(n);
}

void
nats_stream_reply(struct nats_sink *n, const struct nats_reply *r)
{
	struct span number = { r->token.at + 1, r->token.len - 1 };
	struct nats_answer a;
	uint64_t of;

	if (n->state != NATS_ASK || span_u64(number, &of) != ERR_OK ||
	    of != n->request)
		return;
	if (r->no_responders) {
		nats_sink_trouble(n, ERR_UNSUPPORTED,
		    "503 no responders: the server has no JetStream "
		    "for this account");
		return;
	}
	if (nats_answer_read(&n->json, r->data.at, r->data.len, &a) != ERR_OK)
		nats_sink_trouble(
		    n, ERR_PROTOCOL, "unexpected answer of the JetStream API");
	else if (r->token.at[0] == 's')
		info(n, &a);
	else
		created(n, &a);
}
