#include "app/top.h"

/* --- cells ---------------------------------------------------------------- */

void
top_put(struct top_screen *s, struct span text)
{
	for (size_t i = 0; i < text.len && s->x < s->view->cols; i++) {
		char c = text.at[i];

		out_char(s->out, c >= ' ' && c < 0x7f ? c : '?');
		s->x++;
	}
}

void
top_text(struct top_screen *s, const char *text)
{
	top_put(s, span_of(text));
}

void
top_to(struct top_screen *s, unsigned col)
{
	if (s->x > 0 && s->x >= col)
		top_text(s, " ");
	while (s->x < col && s->x < s->view->cols)
		top_text(s, " ");
}

void
top_right(struct top_screen *s, struct span text, unsigned end)
{
	top_to(s, end > text.len ? end - (unsigned)text.len : 0);
	top_put(s, text);
}

void
top_style(struct top_screen *s, unsigned sgr)
{
	if (!s->view->colour)
		return;
	OUT_LITERAL(s->out, "\x1b[");
	out_u64(s->out, sgr);
	out_char(s->out, 'm');
}

void
top_state(struct top_screen *s, struct span word)
{
	static const char *const good[] = { "live", "up", "healthy", "ok",
		"ready" };
	static const char *const bad[] = { "down", "unhealthy", "failed",
		"paused" };
	enum {
		RED = 31,
		GREEN = 32,
		YELLOW = 33,
	};
	unsigned colour = YELLOW;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (span_is(word, good[i]))
			colour = GREEN;
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (span_is(word, bad[i]))
			colour = RED;
	}
	top_style(s, colour);
	top_put(s, word.len > 0 ? word : SPAN("-"));
	top_style(s, 0);
}

unsigned
top_left(const struct top_screen *s)
{
	return s->view->rows - s->y;
}

/* Behind the last line is none: a terminal would scroll. */
void
top_line(struct top_screen *s)
{
	s->x = 0;
	if (++s->y < s->view->rows)
		out_char(s->out, '\n');
}

/* --- numbers -------------------------------------------------------------- */

void
top_count(struct out *o, uint64_t n)
{
	static const char units[] = " kMGTP";
	unsigned unit = 0;

	for (; n >= 100000 && unit < sizeof(units) - 2; unit++)
		n /= 1000;
	out_u64(o, n);
	if (unit > 0)
		out_char(o, units[unit]);
}

void
top_bytes(struct out *o, uint64_t n)
{
	static const char *const units[] = { " B", " KiB", " MiB", " GiB",
		" TiB" };
	unsigned unit = 0;

	for (; n >= 10000 && unit < sizeof(units) / sizeof(units[0]) - 1;
	     unit++)
		n /= 1024;
	out_u64(o, n);
	out_text(o, units[unit]);
}

void
top_age(struct out *o, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = { { 48 * 3600 * 1000, "d" }, { 2 * 3600 * 1000, "h" },
		{ 2 * 60 * 1000, "m" }, { 1000, "s" } };
	static const uint64_t divisors[] = { 24 * 3600 * 1000, 3600 * 1000,
		60 * 1000, 1000 };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ms < units[i].ms)
			continue;
		out_u64(o, ms / divisors[i]);
		out_text(o, units[i].unit);
		return;
	}
	out_u64(o, ms);
	OUT_LITERAL(o, "ms");
}

/* --- what a terminal needs ------------------------------------------------ */

/* The next line of a frame; false at its end. */
static bool
next_line(struct span *rest, struct span *line)
{
	const char *end;

	if (rest->at == NULL)
		return false;
	end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
	*line = *rest;
	if (end == NULL) {
		*rest = SPAN_NULL;
		return true;
	}
	line->len = (size_t)(end - rest->at);
	rest->at = end + 1;
	rest->len -= line->len + 1;
	return true;
}

static void
go_to(struct out *o, unsigned row)
{
	OUT_LITERAL(o, "\x1b[");
	out_u64(o, row);
	OUT_LITERAL(o, ";1H");
}

void
top_update(struct span old, struct span new, struct out *o)
{
	struct span was = SPAN_NULL, line;
	bool all = old.len == 0;
	unsigned row = 1;

	if (all)
		OUT_LITERAL(o, "\x1b[0m\x1b[2J");
	for (; next_line(&new, &line); row++) {
		bool had = !all && next_line(&old, &was);

		if (had && span_eq(was, line))
			continue;
		go_to(o, row);
		out_span(o, line);
		OUT_LITERAL(o, "\x1b[0m\x1b[K");
	}
	/* The old one had more lines. */
	if (!all && next_line(&old, &was)) {
		go_to(o, row);
		OUT_LITERAL(o, "\x1b[J");
	}
}
