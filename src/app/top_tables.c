#include "app/top_parts.h"

enum {
	/* Columns that all tables share. */
	COL_STATE = 22,
	COL_FIRST = 42,
	COL_SECOND = 51,
	COL_THIRD = 59,
	COL_FOURTH = 66,
	/* Reasons, where there is room for more than their beginning; the notes
	 * below the tables have them too. */
	COL_WORDS = 68,
	COLS_WORDS = 100,
	REVERSE = 7,
};

/* --- cells ---------------------------------------------------------------- */

/* The count of a name at the look before, and its place now. */
static bool
rate_of(struct frame *f, struct span name, uint64_t count, uint64_t *rate)
{
	uint64_t hash = span_hash(name);
	unsigned i = f->now->rate_count;

	if (i < TOP_RATES_MAX) {
		f->now->of[i] = (struct top_rate){ hash, count };
		f->now->rate_count++;
	}
	if (f->view->passed_ms <= 0)
		return false;
	for (i = 0; i < f->past->rate_count; i++) {
		if (f->past->of[i].name == hash &&
		    f->past->of[i].count <= count)
			break;
	}
	if (i == f->past->rate_count)
		return false;
	*rate = (count - f->past->of[i].count) * 1000 /
		(uint64_t)f->view->passed_ms;
	return true;
}

static void
right_of(struct frame *f, const struct out *o, bool known, unsigned end)
{
	top_right(
	    &f->screen, known && o->len > 0 ? out_done(o) : SPAN("-"), end);
}

static void
cell(struct frame *f, int object, const char *name,
    void (*write)(struct out *o, uint64_t n), unsigned end)
{
	char text[32];
	struct out o;
	uint64_t n;
	bool known = top_number(f, object, name, &n);

	out_init(&o, text, sizeof(text));
	write(&o, n);
	right_of(f, &o, known, end);
}

/* "3/4" of two members. */
static void
cell_of(struct frame *f, int object, const char *a, const char *b, unsigned end)
{
	char text[48];
	struct out o;
	uint64_t x, y;
	bool known =
	    top_number(f, object, a, &x) & top_number(f, object, b, &y);

	out_init(&o, text, sizeof(text));
	top_count(&o, x);
	out_char(&o, '/');
	top_count(&o, y);
	right_of(f, &o, known, end);
}

static void
cell_rate(struct frame *f, int object, const char *count, unsigned end)
{
	char text[32];
	struct out o;
	uint64_t n, rate = 0;
	bool known = top_number(f, object, count, &n) &
		     rate_of(f, top_member(f, object, "name"), n, &rate);

	out_init(&o, text, sizeof(text));
	top_count(&o, rate);
	right_of(f, &o, known, end);
}

static void
words(struct frame *f, int object, const char *name)
{
	struct span text = top_member(f, object, name);

	if (text.len == 0 || span_is(text, "null") ||
	    f->view->cols < COLS_WORDS)
		return;
	top_to(&f->screen, COL_WORDS);
	top_put(&f->screen, text);
}

static void
head(struct frame *f, const char *name, const char *const *columns)
{
	static const unsigned ends[] = { COL_FIRST, COL_SECOND, COL_THIRD,
		COL_FOURTH };
	struct top_screen *s = &f->screen;

	top_style(s, REVERSE);
	top_text(s, name);
	top_to(s, COL_STATE);
	top_text(s, "STATE");
	for (unsigned i = 0; i < 4; i++)
		top_right(s, span_of(columns[i]), ends[i]);
	if (f->view->cols >= COLS_WORDS) {
		top_to(s, COL_WORDS);
		top_text(s, columns[4]);
	}
	if (f->view->colour)
		top_to(s, f->view->cols);
	top_style(s, 0);
	top_line(s);
}

static void
name_and_state(struct frame *f, struct span name, struct span state)
{
	struct top_screen *s = &f->screen;

	if (name.len >= COL_STATE)
		name.len = COL_STATE - 1;
	top_put(s, name);
	top_to(s, COL_STATE);
	top_state(s, state);
}

/* --- tables --------------------------------------------------------------- */

static void
books_cell(struct frame *f, struct span venue, unsigned end)
{
	int row = json_first(f->json, json_member(f->json, 0, "books"));
	unsigned all = 0, live = 0;
	char text[32];
	struct out o;

	for (; row >= 0; row = json_next(f->json, row)) {
		if (!span_eq(top_member(f, row, "venue"), venue))
			continue;
		all++;
		live += span_is(top_member(f, row, "state"), "live");
	}
	out_init(&o, text, sizeof(text));
	out_u64(&o, live);
	out_char(&o, '/');
	out_u64(&o, all);
	right_of(f, &o, all > 0, end);
}

static void
venue_row(struct frame *f, int row)
{
	struct span venue = top_member(f, row, "venue");
	int symbols = json_first(f->json, json_member(f->json, 0, "symbols"));

	while (symbols >= 0 && !span_eq(top_member(f, symbols, "venue"), venue))
		symbols = json_next(f->json, symbols);
	name_and_state(f, venue, top_member(f, row, "state"));
	books_cell(f, venue, COL_FIRST);
	cell_of(f, symbols, "live", "wanted", COL_SECOND);
	cell(f, row, "weight_used", top_count, COL_THIRD);
	cell(f, row, "failures", top_count, COL_FOURTH);
	words(f, row, "reason");
	top_line(&f->screen);
}

static void
connection_row(struct frame *f, int row)
{
	name_and_state(
	    f, top_member(f, row, "name"), top_member(f, row, "state"));
	cell_of(f, row, "streams_seen", "streams", COL_FIRST);
	cell_rate(f, row, "messages", COL_SECOND);
	cell(f, row, "last_message_age_ms", top_age, COL_THIRD);
	cell(f, row, "failures", top_count, COL_FOURTH);
	words(f, row, "last_error");
	top_line(&f->screen);
}

static void
sink_row(struct frame *f, int row)
{
	name_and_state(
	    f, top_member(f, row, "name"), top_member(f, row, "state"));
	cell(f, row, "behind_bytes", top_bytes, COL_FIRST);
	cell_rate(f, row, "confirmed", COL_SECOND);
	cell(f, row, "in_flight", top_count, COL_THIRD);
	cell(f, row, "lost", top_count, COL_FOURTH);
	words(f, row, "last_error");
	top_line(&f->screen);
}

static const struct table {
	const char *panel;
	const char *name;
	const char *const columns[5];
	void (*row)(struct frame *f, int row);
	/* Of a row that comes last when there is no room for all. */
	const char *good;
} tables[] = {
	{ "rest", "VENUE", { "BOOKS", "SYMBOLS", "WEIGHT", "FAILS", "REST" },
	    venue_row, "live" },
	{ "sinks", "SINK", { "BEHIND", "CONF/S", "FLIGHT", "LOST", "ERROR" },
	    sink_row, "up" },
	{ "connections", "CONNECTION",
	    { "STREAMS", "MSG/S", "AGE", "FAILS", "ERROR" }, connection_row,
	    "live" },
};

/* Those in trouble first; at most `most` rows. */
static void
table(struct frame *f, const struct table *t, unsigned most)
{
	int panel = json_member(f->json, 0, t->panel);
	unsigned all = (unsigned)json_size(f->json, panel);
	unsigned shown = 0;
	char text[48];
	struct out o;

	if (json_type(f->json, panel) != JSON_ARRAY || all == 0 || most < 2)
		return;
	head(f, t->name, t->columns);
	most -= 1 + (all > most - 1);
	for (unsigned good = 0; good < 2; good++) {
		int row = json_first(f->json, panel);

		for (; row >= 0 && shown < most;
		     row = json_next(f->json, row)) {
			if (span_is(top_member(f, row, "state"), t->good) !=
			    good)
				continue;
			t->row(f, row);
			shown++;
		}
	}
	if (shown == all)
		return;
	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "  and ");
	out_u64(&o, all - shown);
	OUT_LITERAL(&o, " more");
	top_put(&f->screen, out_done(&o));
	top_line(&f->screen);
}

/* Connections are many: what is over is theirs, and they get four at least. */
void
top_tables(struct frame *f, unsigned kept)
{
	enum {
		COUNT = sizeof(tables) / sizeof(tables[0]),
		LEAST = 4,
	};

	for (unsigned i = 0; i < COUNT; i++) {
		unsigned later = i + 1 < COUNT ? LEAST : 0;
		unsigned left = top_left(&f->screen);

		if (left <= kept)
			return;
		left -= kept;
		table(f, &tables[i], left > later + 2 ? left - later : left);
	}
}
