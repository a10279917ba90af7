#include "status/show.h"

/* A reader of the JSON that panels write: ours, so well formed. */
struct reader {
	const char *at;
	const char *end;
};

static char
peek(const struct reader *r)
{
	return r->at < r->end ? *r->at : '\0';
}

/* The raw text of one scalar or string (without quotes). */
static struct span
scalar(struct reader *r)
{
	struct span s = { r->at, 0 };

	if (peek(r) == '"') {
		s.at = ++r->at;
		while (r->at < r->end && *r->at != '"')
			r->at += *r->at == '\\' && r->end - r->at > 1 ? 2 : 1;
		s.len = (size_t)(r->at - s.at);
		if (r->at < r->end)
			r->at++;
		return s;
	}
	while (
	    r->at < r->end && *r->at != ',' && *r->at != '}' && *r->at != ']')
		r->at++;
	s.len = (size_t)(r->at - s.at);
	return s;
}

/* --- single values ---------------------------------------------------------
 */

/* Escapes of JSON taken back, as far as a reader needs it. */
static void
text(struct span s, struct out *o)
{
	for (size_t i = 0; i < s.len; i++) {
		struct span c = { s.at + i, 1 };

		if (s.at[i] == '\\' && i + 1 < s.len) {
			c.at = s.at + ++i;
			/* \n and the like are blanks, \u001b is u001b. */
			if (*c.at == 'n' || *c.at == 't' || *c.at == 'r')
				c.at = " ";
		}
		out_html(o, c);
	}
}

static bool
ends_with(struct span s, struct span end)
{
	return s.len >= end.len &&
	       span_eq((struct span){ s.at + s.len - end.len, end.len }, end);
}

/* tenths as "12.3" */
static void
tenths(struct out *o, uint64_t value, const char *unit)
{
	out_u64(o, value / 10);
	out_char(o, '.');
	out_u64(o, value % 10);
	out_text(o, unit);
}

static void
bytes(struct out *o, uint64_t n)
{
	if (n < 1024) {
		out_u64(o, n);
		OUT_LITERAL(o, " B");
	} else if (n < 1 << 20) {
		tenths(o, n * 10 >> 10, " KiB");
	} else if (n < 1 << 30) {
		tenths(o, (n >> 10) * 10 >> 10, " MiB");
	} else {
		tenths(o, (n >> 20) * 10 >> 10, " GiB");
	}
}

static void
milliseconds(struct out *o, uint64_t ms)
{
	if (ms < 1000) {
		out_u64(o, ms);
		OUT_LITERAL(o, " ms");
	} else if (ms < 120 * 1000) {
		tenths(o, ms / 100, " s");
	} else if (ms < 2 * 3600 * 1000) {
		out_u64(o, ms / 60000);
		OUT_LITERAL(o, " min");
	} else {
		tenths(o, ms / 360000, " h");
	}
}

/* 1234567 as 1 234 567, with narrow blanks. */
static void
grouped(struct out *o, struct span digits)
{
	for (size_t i = 0; i < digits.len; i++) {
		if (i > 0 && digits.len > 4 && (digits.len - i) % 3 == 0)
			OUT_LITERAL(o, "\xe2\x80\xaf");
		out_char(o, digits.at[i]);
	}
}

static void
number(struct span key, struct span raw, uint64_t n, struct out *o)
{
	OUT_LITERAL(o, "<span title=\"");
	out_u64(o, n);
	OUT_LITERAL(o, "\">");
	if (ends_with(key, SPAN("bytes")))
		bytes(o, n);
	else if (ends_with(key, SPAN("_ms")))
		milliseconds(o, n);
	else if (ends_with(key, SPAN("_id")))
		out_span(o, raw);
	else
		grouped(o, raw);
	OUT_LITERAL(o, "</span>");
}

/* 2026-11-23T10:07:14.567000Z */
static bool
is_time(struct span s)
{
	return s.len == 27 && s.at[10] == 'T' && s.at[26] == 'Z';
}

static void
value(struct span key, struct span s, struct out *o)
{
	uint64_t n;

	if (s.len == 0 || span_is(s, "null")) {
		OUT_LITERAL(o, "<i>&ndash;</i>");
	} else if (span_u64(s, &n) == ERR_OK) {
		number(key, s, n, o);
	} else if (is_time(s)) {
		out_html(o, (struct span){ s.at, 10 });
		out_char(o, ' ');
		out_html(o, (struct span){ s.at + 11, 8 });
		out_char(o, 'Z');
	} else if (span_is(key, "state")) {
		OUT_LITERAL(o, "<b class=\"");
		text(s, o);
		OUT_LITERAL(o, "\">");
		text(s, o);
		OUT_LITERAL(o, "</b>");
	} else {
		text(s, o);
	}
}

/* Decimals without the zeros at their end: 0.11867000. */
static struct span
without_zeros(struct span s)
{
	struct span digits = s;
	bool point = false;

	for (size_t i = 0; i < s.len; i++) {
		point = point || s.at[i] == '.';
		if (s.at[i] != '.' && (s.at[i] < '0' || s.at[i] > '9'))
			return s;
	}
	while (point && digits.at[digits.len - 1] == '0')
		digits.len--;
	if (point && digits.at[digits.len - 1] == '.')
		digits.len--;
	return digits;
}

/* One value; of an array the first, and the others small behind it. */
static void
cell(struct reader *r, struct span key, struct out *o)
{
	bool first = true;

	if (peek(r) != '[') {
		value(key, scalar(r), o);
		return;
	}
	r->at++;
	while (r->at < r->end && *r->at != ']') {
		if (*r->at == ',') {
			r->at++;
			continue;
		}
		out_text(o, first ? "" : " <small>");
		text(without_zeros(scalar(r)), o);
		out_text(o, first ? "" : "</small>");
		first = false;
	}
	if (first)
		OUT_LITERAL(o, "<i>&ndash;</i>");
	r->at += r->at < r->end;
}

/* size_bytes is "size". */
static void
name(struct span key, struct out *o)
{
	if (ends_with(key, SPAN("_bytes")))
		key.len -= 6;
	else if (ends_with(key, SPAN("_ms")))
		key.len -= 3;
	for (size_t i = 0; i < key.len; i++) {
		if (key.at[i] == '_')
			out_char(o, ' ');
		else
			out_html(o, (struct span){ key.at + i, 1 });
	}
}

/* --- objects ---------------------------------------------------------------
 */

/* The next member's name, r at its value; false at the end of the object. */
static bool
member(struct reader *r, struct span *key)
{
	r->at += peek(r) == '{' || peek(r) == ',';
	if (peek(r) != '"') {
		r->at += r->at < r->end;
		return false;
	}
	*key = scalar(r);
	r->at += r->at < r->end;
	return true;
}

static void
tiles(struct reader *r, struct out *o)
{
	struct span key;

	OUT_LITERAL(o, "<dl>");
	while (member(r, &key)) {
		OUT_LITERAL(o, "<div><dt>");
		name(key, o);
		OUT_LITERAL(o, "</dt><dd>");
		cell(r, key, o);
		OUT_LITERAL(o, "</dd></div>");
	}
	OUT_LITERAL(o, "</dl>");
}

static bool
is_number(const struct reader *r)
{
	return peek(r) == '-' || (peek(r) >= '0' && peek(r) <= '9');
}

static void
heading(struct reader r, struct out *o)
{
	struct out none;
	struct span key;

	OUT_LITERAL(o, "<thead><tr>");
	while (member(&r, &key)) {
		out_text(o, is_number(&r) ? "<th class=\"n\">" : "<th>");
		name(key, o);
		OUT_LITERAL(o, "</th>");
		out_init(&none, NULL, 0);
		cell(&r, key, &none);
	}
	OUT_LITERAL(o, "</tr></thead>");
}

/* data-k is the cell's heading where there is no room for columns. */
static void
row(struct reader *r, struct out *o)
{
	struct span key;

	OUT_LITERAL(o, "<tr>");
	while (member(r, &key)) {
		OUT_LITERAL(o, "<td data-k=\"");
		name(key, o);
		out_text(o, is_number(r) ? "\" class=\"n\">" : "\">");
		cell(r, key, o);
		OUT_LITERAL(o, "</td>");
	}
	OUT_LITERAL(o, "</tr>");
}

void
show_json(struct span json, struct out *o)
{
	struct reader r = { json.at, json.at + json.len };

	if (peek(&r) == '{') {
		tiles(&r, o);
		return;
	}
	r.at += r.at < r.end;
	if (peek(&r) != '{') {
		OUT_LITERAL(o, "<p class=\"muted\">none</p>");
		return;
	}
	OUT_LITERAL(o, "<div class=\"scroll\"><table class=\"rows\">");
	heading(r, o);
	while (peek(&r) == '{') {
		row(&r, o);
		r.at += peek(&r) == ',';
	}
	OUT_LITERAL(o, "</table></div>");
}
