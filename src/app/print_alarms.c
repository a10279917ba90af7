#include <string.h>

#include "app/print.h"
#include "status/alarms.h"

/* sink_stalled is SinkStalled. */
static void
camel(struct out *o, const char *name)
{
	bool up = true;

	for (; *name != '\0'; name++) {
		if (*name == '_')
			up = true;
		else
			out_char(o, up ? (char)(*name - 'a' + 'A') : *name);
		up = *name == '_';
	}
}

/* A single-quoted scalar of YAML, with `limit` for each % of the text. */
static void
quoted(struct out *o, const char *text, const char *limit)
{
	out_char(o, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '%')
			out_text(o, limit);
		else
			out_char(o, *text);
		if (*text == '\'')
			out_char(o, '\'');
	}
	OUT_LITERAL(o, "'\n");
}

static void
print_rule(const struct alarm_desc *d, struct out *o)
{
	OUT_LITERAL(o, "      - alert: Mpedge");
	camel(o, d->name);
	OUT_LITERAL(o, "\n        expr: ");
	quoted(o, d->query, d->limit);
	OUT_LITERAL(o, "        for: ");
	out_text(o, d->hold_s);
	OUT_LITERAL(o, "s\n        labels:\n          severity: ");
	out_text(o, d->severity);
	OUT_LITERAL(o, "\n        annotations:\n          summary: ");
	quoted(o, d->meaning, "%");
	OUT_LITERAL(o, "          description: ");
	quoted(o, d->remedy, "%");
}

void
print_alert_rules(struct out *o)
{
	OUT_LITERAL(o,
	    "# The alarms of mpedge for Prometheus, with their defaults: "
	    "written by\n# mpedge --print alert-rules.\n"
	    "groups:\n  - name: mpedge\n    interval: 15s\n    rules:\n"
	    "      - alert: MpedgeDown\n"
	    "        expr: 'up{job=~\"mpedge|python-collector\"} == 0'\n"
	    "        for: 60s\n"
	    "        labels:\n          severity: critical\n"
	    "        annotations:\n"
	    "          summary: 'the box does not answer'\n"
	    "          description: 'see whether it has power and a network, "
	    "and its log'\n");
	for (unsigned r = 0; r < ALARM_RULES; r++)
		print_rule(&alarm_descs[r], o);
}

static void
print_key(struct out *o, const char *key, const char *value)
{
	OUT_LITERAL(o, "`");
	out_text(o, key);
	OUT_LITERAL(o, "` = ");
	out_text(o, value);
	OUT_LITERAL(o, " | ");
}

void
print_alarms(struct out *o)
{
	OUT_LITERAL(o,
	    "# Alarms\n\nLooked at once a second. What is beyond its limit "
	    "for its hold time fires; what fires and was not beyond its limit "
	    "for the same time is over. A limit of 0 turns a rule off. The "
	    "keys are of `[alarms]`, with their defaults; `docs/alarms.md` "
	    "says where alarms are shown.\n\n"
	    "| rule | severity | limit | hold, s | fires when | what to do |\n"
	    "| --- | --- | --- | --- | --- | --- |\n");
	for (unsigned r = 0; r < ALARM_RULES; r++) {
		const struct alarm_desc *d = &alarm_descs[r];

		OUT_LITERAL(o, "| `");
		out_text(o, d->name);
		OUT_LITERAL(o, "` | ");
		out_text(o, d->severity);
		OUT_LITERAL(o, " | ");
		print_key(o, d->limit_key, d->limit);
		print_key(o, d->hold_key, d->hold_s);
		out_text(o, d->meaning);
		OUT_LITERAL(o, " | ");
		out_text(o, d->remedy);
		OUT_LITERAL(o, " |\n");
	}
}
