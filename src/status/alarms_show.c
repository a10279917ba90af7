#include "status/alarms.h"

static void
one_json(const struct alarm *x, struct out *o)
{
	const struct alarm_desc *d = &alarm_descs[x->rule];

	out_char(o, '{');
	out_member_text(o, "rule", span_of(d->name));
	out_member_text(o, "severity", span_of(d->severity));
	out_member_text(o, "state",
	    x->state == ALARM_FIRING ? SPAN("firing") : SPAN("pending"));
	out_member_text(o, "subject", span_of(x->subject));
	OUT_LITERAL(o, "\"since\":\"");
	out_time(o, x->since);
	OUT_LITERAL(o, "\",");
	out_member_text(o, "message", span_of(x->words));
	OUT_LITERAL(o, "\"remedy\":");
	out_json(o, span_of(d->remedy));
	out_char(o, '}');
}

/* What fires comes first. */
void
alarms_json(const struct alarms *a, struct out *o)
{
	bool first = true;

	out_char(o, '[');
	for (unsigned s = ALARM_FIRING; s > ALARM_OK; s--) {
		for (unsigned i = 0; i < ALARMS_MAX; i++) {
			if (a->all[i].state != s)
				continue;
			if (!first)
				out_char(o, ',');
			first = false;
			one_json(&a->all[i], o);
		}
	}
	out_char(o, ']');
}

/* "3 alarms: sink_stalled nats, data_interruption binance:0 ..." */
void
alarms_health(const struct alarms *a, struct health_check *h)
{
	unsigned firing = alarms_firing(a);
	unsigned told = 0;
	struct out o;

	h->name = "alarms";
	h->level = firing > 0 ? HEALTH_WARN : HEALTH_PASS;
	out_init(&o, h->why, sizeof(h->why) - 1);
	out_u64(&o, firing);
	out_text(&o, firing == 1 ? " alarm" : " alarms");
	for (unsigned i = 0; i < ALARMS_MAX; i++) {
		const struct alarm *x = &a->all[i];

		if (x->state != ALARM_FIRING)
			continue;
		out_text(&o, told++ == 0 ? ": " : ", ");
		out_text(&o, alarm_descs[x->rule].name);
		out_char(&o, ' ');
		out_text(&o, x->subject);
	}
	h->why[o.len] = '\0';
}

static void
json(void *owner, struct out *o)
{
	alarms_json(owner, o);
}

static void
health(void *owner, struct health_check *h)
{
	alarms_health(owner, h);
}

void
alarms_panels(struct alarms *a, struct metrics *m)
{
	struct panel panel = { "alarms", a, json, health, NULL };
	char text[METRICS_LABELS_MAX];
	struct out o;

	for (unsigned r = 0; r < ALARM_RULES; r++) {
		out_init(&o, text, sizeof(text));
		OUT_LITERAL(&o, "rule=\"");
		out_text(&o, alarm_descs[r].name);
		OUT_LITERAL(&o, "\",severity=\"");
		out_text(&o, alarm_descs[r].severity);
		out_char(&o, '"');
		metrics_add(m, METRICS_alarm, &a->metrics[r], out_cstr(&o));
	}
	metrics_panel(m, &panel);
}
