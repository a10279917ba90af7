#include "sinks/nats_service.h"

#include <string.h>

enum verb {
	PING,
	INFO,
	STATS,
	VERBS,
};

static const char name[] = "mpedge";
static const char *const verbs[] = { "PING", "INFO", "STATS" };
static const char *const words[] = { "ping", "info", "stats" };

/* Letters, digits, - and _ as they are; anything else as x and two hexadecimal
 * digits. */
static void
out_token(struct out *o, const char *text)
{
	for (; *text != '\0'; text++) {
		char c = *text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '-' || c == '_') {
			out_char(o, c);
			continue;
		}
		out_char(o, 'x');
		out_hex(o, &c, 1);
	}
}

void
nats_service_status_subject(const char *box, struct out *o)
{
	OUT_LITERAL(o, "status.");
	out_token(o, box);
}

void
nats_service_init(struct nats_service *s, const struct sink_about *about,
    const char *box, const void *random)
{
	struct out o;

	memset(s, 0, sizeof(*s));
	s->about = about;
	s->box = box;
	s->allowed = SERVICE_RATE;
	out_init(&o, s->id, sizeof(s->id));
	out_hex(&o, random, SERVICE_ID_BYTES);
	out_cstr(&o);
}

void
nats_service_subject(const struct nats_service *s, unsigned i, struct out *o)
{
	out_reset(o);
	if (i >= 3 * VERBS) {
		OUT_LITERAL(o, "mpedge.");
		out_token(o, s->box);
		OUT_LITERAL(o, ".status");
		return;
	}
	OUT_LITERAL(o, "$SRV.");
	out_text(o, verbs[i % VERBS]);
	if (i >= VERBS) {
		out_char(o, '.');
		out_text(o, name);
	}
	if (i >= 2 * VERBS) {
		out_char(o, '.');
		out_text(o, s->id);
	}
}

/* SERVICE_SUBJECTS: none of ours. */
static unsigned
number_of(const struct nats_service *s, struct span subject)
{
	char text[SERVICE_SUBJECT_MAX];
	struct out o;
	unsigned i = 0;

	out_init(&o, text, sizeof(text));
	for (; i < SERVICE_SUBJECTS; i++) {
		nats_service_subject(s, i, &o);
		if (span_eq(out_done(&o), subject))
			break;
	}
	return i;
}

/* --- answers -------------------------------------------------------------- */

static void
out_head(const struct nats_service *s, enum verb v, struct out *o)
{
	OUT_LITERAL(o, "{\"type\":\"io.nats.micro.v1.");
	out_text(o, words[v]);
	OUT_LITERAL(o, "_response\",");
	out_member_text(o, "name", span_of(name));
	out_member_text(o, "id", span_of(s->id));
	out_member_text(o, "version", span_of(s->about->version));
	OUT_LITERAL(o, "\"metadata\":{");
	s->about->metadata(s->about->owner, o);
	out_member(o, "box");
	out_json(o, span_of(s->box));
	out_char(o, '}');
}

/* The one endpoint, up to its subject; it answers for itself alone, so there is
 * no queue group. */
static void
out_endpoint(const struct nats_service *s, struct out *o)
{
	char text[SERVICE_SUBJECT_MAX];
	struct out subject;

	out_init(&subject, text, sizeof(text));
	nats_service_subject(s, 3 * VERBS, &subject);
	OUT_LITERAL(o, ",\"endpoints\":[{\"name\":\"status\",\"subject\":");
	out_json(o, out_done(&subject));
	OUT_LITERAL(o, ",\"queue_group\":\"\"");
}

static void
out_info(const struct nats_service *s, struct out *o)
{
	OUT_LITERAL(o, ",\"description\":\"collector of market data\"");
	out_endpoint(s, o);
	OUT_LITERAL(o, ",\"metadata\":{\"format\":\"json\"}}]");
}

static void
out_stats(const struct nats_service *s, struct out *o)
{
	uint64_t n = s->status_requests;

	OUT_LITERAL(o, ",\"started\":\"");
	out_time(o, s->started);
	out_char(o, '"');
	out_endpoint(s, o);
	out_char(o, ',');
	out_member_u64(o, "num_requests", n);
	OUT_LITERAL(o, "\"num_errors\":0,\"last_error\":\"\",");
	out_member_i64(o, "processing_time", s->status_ns);
	out_member(o, "average_processing_time");
	out_u64(o, n > 0 ? (uint64_t)s->status_ns / n : 0);
	OUT_LITERAL(o, "}]");
}

/* A second's worth at once, then one after the other. */
static bool
may_answer(struct nats_service *s, struct mono now)
{
	int64_t ms = mono_ms_between(s->filled, now);
	int64_t more = ms * SERVICE_RATE / 1000;

	if (more > 0) {
		s->filled = now;
		s->allowed = more < SERVICE_RATE - (int64_t)s->allowed
				 ? s->allowed + (uint32_t)more
				 : SERVICE_RATE;
	}
	if (s->allowed == 0)
		return false;
	s->allowed--;
	return true;
}

enum err
nats_service_answer(
    struct nats_service *s, struct span subject, struct mono now, struct out *o)
{
	unsigned i = number_of(s, subject);

	if (i == SERVICE_SUBJECTS)
		return ERR_MISSING;
	s->metrics.requests++;
	if (!may_answer(s, now)) {
		s->metrics.dropped++;
		return ERR_AGAIN;
	}
	if (i >= 3 * VERBS) {
		s->about->status(s->about->owner, o);
		return ERR_OK;
	}
	out_head(s, i % VERBS, o);
	if (i % VERBS == INFO)
		out_info(s, o);
	if (i % VERBS == STATS)
		out_stats(s, o);
	out_char(o, '}');
	return ERR_OK;
}

void
nats_service_took(struct nats_service *s, struct span subject, int64_t ns)
{
	if (number_of(s, subject) != 3 * VERBS)
		return;
	s->status_requests++;
	s->status_ns += ns > 0 ? ns : 0;
}
