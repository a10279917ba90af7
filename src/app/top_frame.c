#include "app/top_parts.h"

enum {
	BOLD = 1,
	RED = 31,
	/* Of the notes below the tables, and the last line. */
	NOTES = 3,
};

/* --- reading -------------------------------------------------------------- */

struct span
top_member(const struct frame *f, int object, const char *name)
{
	return json_text(f->json, json_member(f->json, object, name));
}

bool
top_number(const struct frame *f, int object, const char *name, uint64_t *n)
{
	int64_t value;

	*n = 0;
	if (json_i64(f->json, json_member(f->json, object, name), &value) !=
		ERR_OK ||
	    value < 0)
		return false;
	*n = (uint64_t)value;
	return true;
}

/* --- the lines at the top ------------------------------------------------- */

static void
named(struct frame *f, const char *before, int object, const char *name,
    void (*write)(struct out *o, uint64_t n))
{
	char text[32];
	struct out o;
	uint64_t n;

	out_init(&o, text, sizeof(text));
	if (top_number(f, object, name, &n))
		write(&o, n);
	else
		out_char(&o, '-');
	top_text(&f->screen, before);
	top_put(&f->screen, out_done(&o));
}

static void
per_second(struct frame *f, uint64_t was, uint64_t is,
    void (*write)(struct out *o, uint64_t n))
{
	char text[32];
	struct out o;

	if (f->view->passed_ms <= 0 || is < was)
		return;
	out_init(&o, text, sizeof(text));
	out_char(&o, ' ');
	write(&o, (is - was) * 1000 / (uint64_t)f->view->passed_ms);
	OUT_LITERAL(&o, "/s");
	top_put(&f->screen, out_done(&o));
}

static uint64_t
sum_members(const struct frame *f, int object)
{
	uint64_t sum = 0;
	int64_t n;

	for (int key = -1, value; json_each(f->json, object, &key, &value);)
		sum += json_i64(f->json, value, &n) == ERR_OK && n > 0
			   ? (uint64_t)n
			   : 0;
	return sum;
}

static uint64_t
sum_rows(const struct frame *f, const char *panel, const char *name)
{
	int row = json_first(f->json, json_member(f->json, 0, panel));
	uint64_t sum = 0, n;

	for (; row >= 0; row = json_next(f->json, row)) {
		if (top_number(f, row, name, &n))
			sum += n;
	}
	return sum;
}

static void
first_line(struct frame *f)
{
	struct top_screen *s = &f->screen;
	struct span up = top_member(f, 0, "uptime_seconds");
	struct span time = top_member(f, 0, "timestamp");
	const char *point = up.len > 0 ? memchr(up.at, '.', up.len) : NULL;
	char age[32];
	uint64_t seconds = 0;
	struct out o;

	if (point != NULL)
		up.len = (size_t)(point - up.at);
	out_init(&o, age, sizeof(age));
	if (span_u64(up, &seconds) == ERR_OK && seconds < UINT64_MAX / 1000)
		top_age(&o, seconds * 1000);
	top_style(s, BOLD);
	top_text(s, "mpedge ");
	top_put(s, top_member(f, 0, "box"));
	top_style(s, 0);
	top_text(s, "  ");
	top_state(s, top_member(f, 0, "status"));
	top_text(s, "  up ");
	top_put(s, out_done(&o));
	top_text(s, "  ");
	top_put(s, top_member(f, 0, "version"));
	/* To the second. */
	if (time.len > 19)
		time = (struct span){ time.at + 11, 8 };
	top_right(s, time, f->view->cols);
	top_line(s);
}

static void
counts_line(struct frame *f)
{
	int process = json_member(f->json, 0, "process");
	struct top_counts *now = f->now;
	const struct top_counts *past = f->past;
	struct top_screen *s = &f->screen;
	char text[64];
	struct out o;

	now->records = sum_members(f, json_member(f->json, 0, "records"));
	now->messages = sum_rows(f, "connections", "messages");
	now->bytes = sum_rows(f, "connections", "bytes");
	top_number(f, process, "cpu_ms", &now->cpu_ms);
	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "records ");
	top_count(&o, now->records);
	top_put(s, out_done(&o));
	per_second(f, past->records, now->records, top_count);
	out_reset(&o);
	OUT_LITERAL(&o, "  messages ");
	top_count(&o, now->messages);
	top_put(s, out_done(&o));
	per_second(f, past->messages, now->messages, top_count);
	per_second(f, past->bytes, now->bytes, top_bytes);
	named(f, "  rss ", process, "resident_bytes", top_bytes);
	if (f->view->passed_ms > 0 && now->cpu_ms >= past->cpu_ms) {
		out_reset(&o);
		OUT_LITERAL(&o, "  cpu ");
		out_u64(&o, (now->cpu_ms - past->cpu_ms) * 100 /
				(uint64_t)f->view->passed_ms);
		OUT_LITERAL(&o, "%");
		top_put(s, out_done(&o));
	}
	top_line(s);
}

static void
journal_line(struct frame *f)
{
	int journal = json_member(f->json, 0, "journal");
	struct top_screen *s = &f->screen;
	uint64_t size, waiting;
	char text[32];
	struct out o;

	top_text(s, "journal in ");
	top_put(s, top_member(f, journal, "kept_in"));
	named(f, "  size ", journal, "size_bytes", top_bytes);
	named(f, "  waiting ", journal, "backlog_bytes", top_bytes);
	if (top_number(f, journal, "size_bytes", &size) && size > 0 &&
	    top_number(f, journal, "backlog_bytes", &waiting)) {
		out_init(&o, text, sizeof(text));
		OUT_LITERAL(&o, " (");
		out_u64(&o, waiting / (size / 100 + 1));
		OUT_LITERAL(&o, "%)");
		top_put(s, out_done(&o));
	}
	named(f, "  refused ", journal, "refused", top_count);
	named(f, "  disk/day ", journal, "written_bytes_a_day", top_bytes);
	top_line(s);
}

/* --- below the tables ----------------------------------------------------- */

static void
note(struct frame *f, const char *what, int row, const char *const *names)
{
	struct top_screen *s = &f->screen;

	top_text(s, what);
	for (; *names != NULL; names++) {
		struct span text = top_member(f, row, *names);

		if (text.len == 0 || span_is(text, "null"))
			continue;
		top_text(s, " ");
		top_put(s, text);
	}
	top_line(s);
}

/* Rows of a panel whose state is none of those, a line each; one line is left.
 */
static void
notes(struct frame *f, const char *panel, const char *what,
    const char *const *fine, const char *const *names)
{
	int row = json_first(f->json, json_member(f->json, 0, panel));

	for (; row >= 0 && top_left(&f->screen) > 1;
	     row = json_next(f->json, row)) {
		struct span state = top_member(f, row, "state");
		bool is_fine = false;

		for (unsigned i = 0; fine[i] != NULL; i++)
			is_fine = is_fine || span_is(state, fine[i]);
		if (!is_fine)
			note(f, what, row, names);
	}
}

static void
all_notes(struct frame *f)
{
	static const char *const up[] = { "up", NULL };
	static const char *const named_error[] = { "name", "venue", "state",
		"last_error", "reason", NULL };
	static const char *const live[] = { "live", NULL };
	static const char *const done[] = { "ok", "waiting", "running", "off",
		NULL };
	static const char *const any[] = { NULL };
	static const char *const symbol[] = { "venue", "symbol", "state",
		"reason", "why", NULL };
	static const char *const job[] = { "job", "state", "result", NULL };

	notes(f, "sinks", "sink:", up, named_error);
	notes(f, "connections", "connection:", live, named_error);
	notes(f, "rest", "rest:", live, named_error);
	notes(f, "not_collected", "not collected:", any, symbol);
	notes(f, "books", "book:", live, symbol);
	notes(f, "scheduler", "job:", done, job);
}

static void
last_line(struct frame *f)
{
	struct top_screen *s = &f->screen;

	while (top_left(s) > 1)
		top_line(s);
	if (f->view->error != NULL) {
		top_style(s, RED);
		top_text(s, f->view->source);
		top_text(s, ": ");
		top_text(s, f->view->error);
		top_style(s, 0);
	} else {
		top_text(s, f->view->source);
		top_right(s, SPAN("q quits"), f->view->cols);
	}
}

void
top_frame(const struct json *j, const struct top_view *v,
    const struct top_counts *past, struct top_counts *now, struct out *o)
{
	struct frame f = { .json = j,
		.view = v,
		.past = past,
		.now = now,
		.screen = { .out = o, .view = v } };

	memset(now, 0, sizeof(*now));
	if (j->count > 0) {
		first_line(&f);
		counts_line(&f);
		journal_line(&f);
		top_tables(&f, NOTES);
		all_notes(&f);
	}
	last_line(&f);
}
