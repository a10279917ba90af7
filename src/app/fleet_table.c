#include "app/fleet.h"

enum {
	CELL_MAX = 256,
};

/* --- cells ---------------------------------------------------------------- */

struct cell {
	const struct fleet_row *row;
	const char *url;
	struct out *out;
};

static void
known(struct cell *c, const char *text)
{
	out_text(c->out, text[0] != '\0' ? text : "-");
}

/* Cut where it is too long. */
static void
cell_box(struct cell *c)
{
	const char *text = c->row->up ? c->row->box : c->url;

	for (; *text != '\0'; text++)
		out_char(c->out, *text);
}

static void
cell_version(struct cell *c)
{
	known(c, c->row->version);
}

static void
cell_slot(struct cell *c)
{
	known(c, c->row->slot);
}

static void
cell_health(struct cell *c)
{
	known(c, c->row->up ? c->row->health : "no answer");
}

static void
cell_up(struct cell *c)
{
	if (c->row->up && c->row->uptime_s < UINT64_MAX / 1000)
		top_age(c->out, c->row->uptime_s * 1000);
}

static void
cell_restarts(struct cell *c)
{
	if (c->row->has_restarts)
		out_u64(c->out, c->row->restarts);
}

static void
cell_messages(struct cell *c)
{
	if (c->row->up)
		top_count(c->out, c->row->messages_s);
}

static void
cell_books(struct cell *c)
{
	if (!c->row->up)
		return;
	top_count(c->out, c->row->books_live);
	out_char(c->out, '/');
	top_count(c->out, c->row->books);
}

static void
cell_journal(struct cell *c)
{
	if (!c->row->up)
		return;
	out_u64(c->out, c->row->journal_permille / 10);
	out_char(c->out, '.');
	out_u64(c->out, c->row->journal_permille % 10);
	out_char(c->out, '%');
}

static void
cell_lag(struct cell *c)
{
	if (c->row->sink[0] == '\0')
		return;
	out_text(c->out, c->row->sink);
	out_char(c->out, ' ');
	if (c->row->sink_down)
		OUT_LITERAL(c->out, "down ");
	top_bytes(c->out, c->row->behind_bytes);
}

static void
cell_clock(struct cell *c)
{
	known(c, c->row->clock);
}

static void
cell_problem(struct cell *c)
{
	out_text(c->out, c->row->why);
}

static const struct {
	const char *head;
	/* Of numbers. */
	bool right;
	void (*write)(struct cell *c);
} columns[] = {
	{ "BOX", false, cell_box },
	{ "VERSION", false, cell_version },
	{ "SLOT", false, cell_slot },
	{ "HEALTH", false, cell_health },
	{ "UP", true, cell_up },
	{ "RESTARTS", true, cell_restarts },
	{ "MSG/S", true, cell_messages },
	{ "BOOKS", true, cell_books },
	{ "JOURNAL", true, cell_journal },
	{ "SINK BEHIND", false, cell_lag },
	{ "CLOCK", false, cell_clock },
	{ "PROBLEM", false, cell_problem },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
};

/* Printable, and never longer than CELL_MAX; - for what is not known. */
static struct span
cell(const struct fleet_row *row, const char *url, unsigned column, char *text)
{
	struct out o;
	struct cell c = { row, url, &o };

	out_init(&o, text, CELL_MAX);
	columns[column].write(&c);
	/* The last column is empty when all is well. */
	if (o.len == 0 && column + 1 < COLUMNS)
		out_char(&o, '-');
	for (size_t i = 0; i < o.len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '?';
	}
	return out_done(&o);
}

/* --- the table ------------------------------------------------------------ */

static void
blanks(struct out *o, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out_char(o, ' ');
}

static void
put(struct out *o, struct span text, unsigned column, size_t width)
{
	size_t fill = width > text.len ? width - text.len : 0;

	if (columns[column].right)
		blanks(o, fill);
	out_span(o, text);
	if (column + 1 == COLUMNS) {
		while (o->len > 0 && o->at[o->len - 1] == ' ')
			o->len--;
		out_char(o, '\n');
		return;
	}
	if (!columns[column].right)
		blanks(o, fill);
	OUT_LITERAL(o, "  ");
}

void
fleet_table(const struct fleet_rows *rows, struct out *o)
{
	size_t widths[COLUMNS];
	char text[CELL_MAX];
	const char *url;

	for (unsigned c = 0; c < COLUMNS; c++) {
		widths[c] = strlen(columns[c].head);
		for (unsigned i = 0; i < rows->count; i++) {
			const struct fleet_row *r =
			    rows->at(rows->owner, i, &url);
			size_t len = cell(r, url, c, text).len;

			if (len > widths[c])
				widths[c] = len;
		}
	}
	for (unsigned c = 0; c < COLUMNS; c++)
		put(o, span_of(columns[c].head), c, widths[c]);
	for (unsigned i = 0; i < rows->count; i++) {
		const struct fleet_row *r = rows->at(rows->owner, i, &url);

		for (unsigned c = 0; c < COLUMNS; c++)
			put(o, cell(r, url, c, text), c, widths[c]);
	}
}

/* --- objects -------------------------------------------------------------- */

static void
out_row(const struct fleet_row *r, const char *url, struct out *o)
{
	out_char(o, '{');
	out_member_text(o, "url", span_of(url));
	out_member_text(
	    o, "health", r->up ? span_of(r->health) : SPAN("no answer"));
	out_member_text(o, "problem", span_of(r->why));
	if (r->up) {
		out_member_text(o, "box", span_of(r->box));
		out_member_text(o, "version", span_of(r->version));
		out_member_text(o, "slot", span_of(r->slot));
		out_member_text(o, "clock", span_of(r->clock));
		out_member_u64(o, "uptime_seconds", r->uptime_s);
		if (r->has_restarts)
			out_member_u64(o, "restarts", r->restarts);
		out_member_u64(o, "messages_per_second", r->messages_s);
		out_member_u64(o, "books", r->books);
		out_member_u64(o, "books_live", r->books_live);
		out_member_u64(o, "journal_fill_permille", r->journal_permille);
		out_member_text(o, "sink", span_of(r->sink));
		out_member_text(
		    o, "sink_state", r->sink_down ? SPAN("down") : SPAN("up"));
		out_member_u64(o, "sink_behind_bytes", r->behind_bytes);
	}
	o->len--;
	out_char(o, '}');
}

void
fleet_json(const struct fleet_rows *rows, struct out *o)
{
	const char *url;

	out_char(o, '[');
	for (unsigned i = 0; i < rows->count; i++) {
		const struct fleet_row *r = rows->at(rows->owner, i, &url);

		if (i > 0)
			out_char(o, ',');
		out_row(r, url, o);
	}
	OUT_LITERAL(o, "]\n");
}
