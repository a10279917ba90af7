#include "feed/recent.h"

#include "core/time.h"

/* Where it is cut may be within a letter: out_json sees to that. */
static void
add(struct out *o, struct span s)
{
	size_t room = o->size - o->len;

	out_bytes(o, s.at, s.len < room ? s.len : room);
}

static void
keep(char *text, struct span s)
{
	struct out o;

	out_init(&o, text, RECENT_TEXT_MAX - 1);
	add(&o, s);
	text[o.len] = '\0';
}

static void
note_gap(struct recent_entry *e, const struct gap *g)
{
	struct out o;

	out_init(&o, e->subject, RECENT_TEXT_MAX - 1);
	add(&o, g->symbol_name);
	if (g->symbol_name.len > 0)
		add(&o, SPAN(" "));
	add(&o, g->data_type);
	e->subject[o.len] = '\0';
	keep(e->became, g->healed == BOOL_TRUE ? SPAN("healed") : SPAN("gap"));
	keep(e->reason, g->reason);
	e->missing = g->missing;
	e->at_ns = g->timestamp;
}

static void
note_event(struct recent_entry *e, const struct event *v)
{
	keep(e->subject, v->connection);
	keep(e->became, v->state);
	keep(e->reason, v->reason);
	e->missing = SEQ_NULL;
	e->at_ns = v->timestamp;
}

void
recent_note(struct recent *r, enum record_id id, const void *rec)
{
	struct recent_entry *e = &r->entries[r->count % RECENT_MAX];

	if (id == RECORD_gap)
		note_gap(e, rec);
	else if (id == RECORD_event)
		note_event(e, rec);
	else
		return;
	e->id = id;
	r->count++;
}

void
recent_json(const struct recent *r, struct out *o)
{
	uint64_t n = r->count < RECENT_MAX ? r->count : RECENT_MAX;

	out_char(o, '[');
	for (uint64_t i = 1; i <= n; i++) {
		const struct recent_entry *e =
		    &r->entries[(r->count - i) % RECENT_MAX];

		out_text(o, i > 1 ? ",{\"at\":\"" : "{\"at\":\"");
		out_time(o, (struct wall){ e->at_ns });
		OUT_LITERAL(o, "\",");
		out_member_text(o, "kind", span_of(records[e->id].name));
		out_member_text(o, "subject", span_of(e->subject));
		out_member_text(o, "became", span_of(e->became));
		if (e->missing != SEQ_NULL)
			out_member_i64(o, "missing", e->missing);
		else
			OUT_LITERAL(o, "\"missing\":null,");
		out_member_text(o, "reason", span_of(e->reason));
		o->len -= o->len > 0;
		out_char(o, '}');
	}
	out_char(o, ']');
}
