#include "status/webhook.h"

/* Alertmanager's own of these is the zero of its language. */
static void
put_end(struct out *o, const struct alarm *x, struct wall now)
{
	OUT_LITERAL(o, "\",\"endsAt\":\"");
	if (x->state == ALARM_FIRING)
		OUT_LITERAL(o, "0001-01-01T00:00:00Z");
	else
		out_time(o, now);
	OUT_LITERAL(o, "\"}");
}

void
webhook_body_begin(struct out *o)
{
	OUT_LITERAL(o,
	    "{\"version\":\"4\",\"groupKey\":\"{}:{}\",\"receiver\":\"mpedge\","
	    "\"alerts\":[");
}

void
webhook_body_alert(
    struct out *o, const char *box, const struct alarm *x, struct wall now)
{
	const struct alarm_desc *d = &alarm_descs[x->rule];

	OUT_LITERAL(o, "{\"status\":\"");
	out_text(o, x->state == ALARM_FIRING ? "firing" : "resolved");
	OUT_LITERAL(o, "\",\"labels\":{");
	out_member_text(o, "alertname", span_of(d->name));
	out_member_text(o, "severity", span_of(d->severity));
	out_member_text(o, "subject", span_of(x->subject));
	OUT_LITERAL(o, "\"box\":");
	out_json(o, span_of(box));
	OUT_LITERAL(o, "},\"annotations\":{");
	out_member_text(o, "summary", span_of(x->words));
	out_member_text(o, "description", span_of(d->meaning));
	OUT_LITERAL(o, "\"remedy\":");
	out_json(o, span_of(d->remedy));
	OUT_LITERAL(o, "},\"startsAt\":\"");
	out_time(o, x->fired);
	put_end(o, x, now);
}

void
webhook_body_end(
    struct out *o, const char *box, bool firing, unsigned truncated)
{
	OUT_LITERAL(o, "],");
	out_member_u64(o, "truncatedAlerts", truncated);
	OUT_LITERAL(o, "\"status\":\"");
	out_text(o, firing ? "firing" : "resolved");
	OUT_LITERAL(o, "\",\"groupLabels\":{},\"commonLabels\":{\"box\":");
	out_json(o, span_of(box));
	OUT_LITERAL(o, "},\"commonAnnotations\":{},\"externalURL\":\"\"}");
}
