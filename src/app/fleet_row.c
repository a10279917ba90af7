#include "app/fleet.h"

enum {
	/* Of a text with its escapes resolved; longer ones keep them. */
	TEXT_MAX = 512,
};

static void
copy(char *to, size_t size, struct span from)
{
	size_t len = from.len < size - 1 ? from.len : size - 1;

	if (len > 0)
		memcpy(to, from.at, len);
	to[len] = '\0';
}

/* Good until the next call with the same buf. */
static struct span
text_of(const struct json *j, int object, const char *name, char buf[TEXT_MAX])
{
	int at = json_member(j, object, name);
	struct span s;

	if (json_type(j, at) != JSON_STRING)
		return SPAN_NULL;
	return json_string(j, at, buf, TEXT_MAX, &s) == ERR_OK
		   ? s
		   : json_text(j, at);
}

static void
copy_member(
    const struct json *j, int object, const char *name, char *to, size_t size)
{
	char buf[TEXT_MAX];

	copy(to, size, text_of(j, object, name, buf));
}

/* Whole ones; 0 when there is none. */
static uint64_t
number_of(const struct json *j, int object, const char *name)
{
	struct span s = json_text(j, json_member(j, object, name));
	const char *point = s.len > 0 ? memchr(s.at, '.', s.len) : NULL;
	uint64_t n = 0;

	if (point != NULL)
		s.len = (size_t)(point - s.at);
	return span_u64(s, &n) == ERR_OK ? n : 0;
}

/* The first check that is not content. */
static void
read_checks(const struct json *j, struct fleet_row *row)
{
	int i = json_first(j, json_member(j, 0, "checks"));
	char buf[TEXT_MAX];
	struct out o;

	for (; i >= 0; i = json_next(j, i)) {
		struct span s = text_of(j, i, "state", buf);

		if (s.len == 0 || !span_is(s, row->health))
			continue;
		out_init(&o, row->why, sizeof(row->why) - 1);
		out_span(&o, text_of(j, i, "name", buf));
		OUT_LITERAL(&o, ": ");
		s = text_of(j, i, "message", buf);
		for (size_t n = 0; n < s.len; n++)
			out_char(&o, s.at[n]);
		row->why[o.len] = '\0';
		return;
	}
}

static void
read_sinks(const struct json *j, struct fleet_row *row)
{
	int i = json_first(j, json_member(j, 0, "sinks"));
	char buf[TEXT_MAX];

	for (; i >= 0; i = json_next(j, i)) {
		uint64_t behind = number_of(j, i, "behind_bytes");
		bool down = span_is(text_of(j, i, "state", buf), "down");

		if (row->sink[0] != '\0' && row->sink_down >= down &&
		    (row->sink_down > down || row->behind_bytes >= behind))
			continue;
		copy_member(j, i, "name", row->sink, sizeof(row->sink));
		row->sink_down = down;
		row->behind_bytes = behind;
	}
}

static void
read_appliance(const struct json *j, struct fleet_row *row)
{
	int a = json_member(j, 0, "appliance");
	char buf[TEXT_MAX];
	struct span clock;
	bool trial = false;
	struct out o;

	if (json_bool(j, json_member(j, a, "trial"), &trial) != ERR_OK)
		trial = false;
	copy_member(
	    j, a, "slot", row->slot, sizeof(row->slot) - sizeof(" trial"));
	if (trial) {
		out_init(&o, row->slot, sizeof(row->slot));
		o.len = strlen(row->slot);
		OUT_LITERAL(&o, " trial");
		out_cstr(&o);
	}
	row->has_restarts = json_member(j, a, "restarts") >= 0;
	row->restarts = number_of(j, a, "restarts");
	clock = text_of(j, a, "clock", buf);
	if (clock.len == 0) {
		clock = text_of(j, json_member(j, 0, "clock"), "state", buf);
		if (clock.len > 0)
			clock = span_is(clock, "synchronised") ? SPAN("sync")
							       : SPAN("free");
	}
	copy(row->clock, sizeof(row->clock), clock);
}

enum err
fleet_row_read(const struct json *j, struct fleet_row *row)
{
	int totals = json_member(j, 0, "totals");
	int messages = json_member(j, totals, "messages");
	int journal = json_member(j, 0, "journal");

	memset(row, 0, sizeof(*row));
	if (!json_is(j, json_member(j, 0, "service"), "mpedge"))
		return ERR_SYNTAX;
	row->up = true;
	copy_member(j, 0, "box", row->box, sizeof(row->box));
	copy_member(j, 0, "version", row->version, sizeof(row->version));
	copy_member(j, 0, "status", row->health, sizeof(row->health));
	row->uptime_s = number_of(j, 0, "uptime_seconds");
	row->messages_s = number_of(j, messages, "per_second");
	row->books = number_of(j, totals, "books");
	row->books_live = number_of(j, totals, "books_live");
	row->journal_permille = number_of(j, journal, "fill_permille");
	read_sinks(j, row);
	read_appliance(j, row);
	if (!fleet_row_good(row))
		read_checks(j, row);
	return ERR_OK;
}

void
fleet_row_failed(struct fleet_row *row, const char *why)
{
	memset(row, 0, sizeof(*row));
	copy(row->why, sizeof(row->why), span_of(why));
}

bool
fleet_row_good(const struct fleet_row *row)
{
	return row->up && span_is(span_of(row->health), "healthy");
}
