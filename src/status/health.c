#include <string.h>

#include "status/parts.h"
#include "status/status_parts.h"

/* Of draft-inadarei-api-health-check; status_level_name has those of the
 * service replaced. */
static const char *const words[] = {
	[HEALTH_PASS] = "pass", [HEALTH_WARN] = "warn", [HEALTH_FAIL] = "fail"
};

bool
status_accepts(struct span accept, const char *type)
{
	struct span one;

	while ((one = span_word(&accept, ",")).at != NULL) {
		struct span name = span_word(&one, "; \t");

		if (span_is_nocase(name, type))
			return true;
	}
	return false;
}

enum health_level
status_worst(const struct status *s)
{
	struct health_check c;

	return status_judge(s->metrics, &c);
}

static void
timestamp(const struct status *s, const char *name, struct out *o)
{
	out_member(o, name);
	out_char(o, '"');
	out_time(o, s->loop->wall);
	out_char(o, '"');
}

void
status_about(const struct status *s, struct out *o)
{
	int64_t up_ms = mono_ms_between(s->started, s->loop->now);

	timestamp(s, "timestamp", o);
	OUT_LITERAL(o, ",\"uptime_seconds\":");
	out_i64(o, up_ms / 1000);
	out_char(o, '.');
	out_pad(o, (uint64_t)(up_ms % 1000), 3);
	out_char(o, ',');
	out_member_text(o, "service", SPAN("mpedge"));
	out_member_text(o, "version", span_of(s->version));
	OUT_LITERAL(o, "\"box\":");
	out_json(o, span_of(s->options->box.name));
}

/* {"name": {status, message, timestamp}} */
static void
check(const struct status *s, const struct health_check *c, struct out *o)
{
	out_char(o, '{');
	out_member_text(o, "status", span_of(status_level_name(c->level)));
	out_member_text(o, "message", span_of(c->why));
	timestamp(s, "timestamp", o);
	out_char(o, '}');
}

/* {"name": [{componentId, ...}]} */
static void
check_of_draft(
    const struct status *s, const struct health_check *c, struct out *o)
{
	OUT_LITERAL(o, "[{");
	out_member_text(o, "componentId", span_of(c->name));
	OUT_LITERAL(o, "\"componentType\":\"component\",");
	out_member_text(o, "status", span_of(words[c->level]));
	out_member_text(o, "output", span_of(c->why));
	timestamp(s, "time", o);
	OUT_LITERAL(o, "}]");
}

static void
checks(const struct status *s, bool draft, struct out *o)
{
	struct health_check c;
	bool first = true;

	OUT_LITERAL(o, "\"checks\":{");
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		if (!panel_judge(&s->metrics->panels[i], &c))
			continue;
		if (!first)
			out_char(o, ',');
		first = false;
		out_json(o, span_of(c.name));
		out_char(o, ':');
		if (draft)
			check_of_draft(s, &c, o);
		else
			check(s, &c, o);
	}
	OUT_LITERAL(o, "},");
}

/* The panels of these names are a part of /health too. */
static void
show_panels(const struct status *s, struct out *o)
{
	for (unsigned i = 0; i < s->metrics->panel_count; i++) {
		const struct panel *p = &s->metrics->panels[i];

		if (strcmp(p->name, "alarms") != 0 &&
		    strcmp(p->name, "appliance") != 0)
			continue;
		out_char(o, ',');
		out_member(o, p->name);
		p->json(p->owner, o);
	}
}

void
status_health(
    struct status *s, const struct http_request *r, struct httpd_answer *a)
{
	struct health_check worst = { .why = "" };
	enum health_level level = status_judge(s->metrics, &worst);
	bool draft = status_accepts(r->accept, "application/health+json");
	struct out *o = &a->body;

	out_char(o, '{');
	out_member_text(o, "status",
	    span_of(draft ? words[level] : status_level_name(level)));
	checks(s, draft, o);
	OUT_LITERAL(o, "\"details\":{},");
	out_member_text(o, "output", span_of(worst.why));
	out_member_text(o, "serviceId", span_of(s->options->box.name));
	out_member_text(o, "releaseId", span_of(s->version));
	OUT_LITERAL(o, "\"description\":\"collector of market data\",");
	status_about(s, o);
	show_panels(s, o);
	OUT_LITERAL(o, "}\n");
	a->content_type = draft ? "application/health+json"
				: "application/json; charset=utf-8";
	a->headers = "Vary: Accept\r\n";
	a->status = level == HEALTH_FAIL ? 503 : 200;
}
