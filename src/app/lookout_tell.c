#include "app/app.h"
#include "core/log.h"
#include "model/emit.h"

enum {
	REASON_MAX = 512,
};

static void
write_log(const struct alarm *x, bool firing)
{
	const struct alarm_desc *d = &alarm_descs[x->rule];
	struct log_line l;

	if (firing)
		log_open(&l, LOG_WARN, "alarm", "firing");
	else
		log_open(&l, LOG_INFO, "alarm", "over");
	log_text(&l, "rule", d->name);
	log_text(&l, "severity", d->severity);
	log_text(&l, "subject", x->subject);
	log_text(&l, "message", x->words);
	if (firing)
		log_text(&l, "remedy", d->remedy);
	log_send(&l);
}

/*
 * The time of an event is part of its id, and several subjects of a rule may
 * change in one look: the place of the alarm makes it another nanosecond.
 */
static void
make_record(struct lookout *k, const struct alarm *x, bool firing)
{
	const struct alarm_desc *d = &alarm_descs[x->rule];
	char reason[REASON_MAX];
	char name[SUBJECT_MAX];
	struct event v;
	struct out r;
	struct out n;

	out_init(&n, name, sizeof(name));
	event_alert_name(k->program->options->box.name, d->name, &n);
	out_init(&r, reason, sizeof(reason));
	out_text(&r, d->severity);
	OUT_LITERAL(&r, ": ");
	out_text(&r, x->subject);
	OUT_LITERAL(&r, ": ");
	out_text(&r, x->words);
	record_init(RECORD_event, &v);
	v.connection = out_done(&n);
	v.state = firing ? SPAN("firing") : SPAN("ok");
	v.reason = out_done(&r);
	v.timestamp = k->alarms.wall.ns + (x - k->alarms.all);
	k->program->hub.stamp = (struct wall){ 0 };
	hub_record(&k->program->hub, RECORD_event, &v);
}

void
lookout_changed(struct alarms *a, const struct alarm *of)
{
	struct lookout *k = a->owner;
	bool firing = of->state == ALARM_FIRING;

	write_log(of, firing);
	make_record(k, of, firing);
	webhook_add(&k->webhook, of, a->wall);
}
