#include "status/fill.h"

#include <string.h>

#include "status/look.h"
#include "status/show.h"

enum {
	MEMBERS_MAX = 64,
	ROWS_MAX = 30,
	/* A line: its height and its points; the last is at the right. */
	HIGH = 20,
	POINTS = 60,
};

/* What an element is filled with. */
struct item {
	struct span key;
	struct span value;
};

struct fill {
	struct out *o;
	/* The top of the JSON, looked through once. */
	struct item top[MEMBERS_MAX];
	unsigned count;
	/* Words of states. */
	struct span good;
	struct span good_of_page;
	struct span bad;
	/* Rows of the next data-each; left out by the last. */
	uint64_t rows;
	uint64_t left;
	/* Bytes that rows may fill, but for those kept for what follows. */
	size_t most;
	uint64_t kept;
	/* In a row, where attributes are not copied. */
	bool repeats;
	/* Of the template, still to come. */
	struct span rest;
};

static const char each_mark[] = "<template>";
static const char end_mark[] = "</template>";

static void
part(struct fill *f, struct item here, struct span template);

/* --- values by their path -------------------------------------------------- */

static struct item
top_of(const struct fill *f, struct span key)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (span_eq(f->top[i].key, key))
			return f->top[i];
	}
	return (struct item){ key, SPAN_NULL };
}

static struct item
at_path(const struct fill *f, struct item here, struct span path)
{
	bool top = here.value.at == NULL || span_starts(path, "/");
	struct span name = span_word(&path, "/.");

	if (name.at == NULL)
		return here;
	if (top)
		here = top_of(f, name);
	else
		here = (struct item){ name, look_find(here.value, name) };
	while ((name = span_word(&path, ".")).at != NULL)
		here = (struct item){ name, look_find(here.value, name) };
	return here;
}

static bool
is_word_of(struct span list, struct span word)
{
	struct span w;

	while ((w = span_word(&list, " ")).at != NULL) {
		if (span_eq(w, word))
			return true;
	}
	return false;
}

/* --- what attributes do ----------------------------------------------------
 */

static void
copy_past(struct fill *f, char c)
{
	const char *found = memchr(f->rest.at, c, f->rest.len);
	size_t n = found != NULL ? (size_t)(found - f->rest.at) + 1
				 : f->rest.len;

	out_bytes(f->o, f->rest.at, n);
	f->rest.at += n;
	f->rest.len -= n;
}

static void
fill_value(struct fill *f, struct item here, struct span paths)
{
	struct span path = span_word(&paths, " ");
	struct item v = at_path(f, here, path);

	if (show_rounds(v.key, v.value)) {
		OUT_LITERAL(f->o, " title=\"");
		out_html(f->o, look_text(v.value));
		out_char(f->o, '"');
	}
	copy_past(f, '>');
	show_value(v.key, v.value, f->o);
	while ((path = span_word(&paths, " ")).at != NULL) {
		v = at_path(f, here, path);
		OUT_LITERAL(f->o, " \xe2\x80\x93 ");
		show_value(v.key, v.value, f->o);
	}
}

static void
fill_class(struct fill *f, struct item here, struct span path)
{
	struct span word = look_text(at_path(f, here, path).value);

	out_text(f->o,
	    is_word_of(f->good, word)  ? " class=\"good\""
	    : is_word_of(f->bad, word) ? " class=\"bad\""
				       : " class=\"warn\"");
}

static uint64_t
whole(const struct fill *f, struct item here, struct span path)
{
	uint64_t n = 0;

	if (span_u64(at_path(f, here, path).value, &n) != ERR_OK)
		return 0;
	return n < UINT64_MAX / 1000 ? n : UINT64_MAX / 1000;
}

static void
fill_bar(struct fill *f, struct item here, struct span paths)
{
	struct span path = span_word(&paths, " ");
	uint64_t n = whole(f, here, path);
	uint64_t most = whole(f, here, span_trim(paths));
	uint64_t share = most == 0 ? 0 : n >= most ? 1000 : n * 1000 / most;

	OUT_LITERAL(f->o, " value=");
	out_u64(f->o, share / 1000);
	out_char(f->o, '.');
	out_pad(f->o, share % 1000, 3);
}

/* 12.3 as 123 */
static uint64_t
tenths_of(struct span number)
{
	struct span whole_part = span_word(&number, ".");
	struct span tenth = span_word(&number, ".");
	uint64_t n, t;

	if (span_u64(whole_part, &n) != ERR_OK || n > UINT64_MAX / 1000)
		return 0;
	if (tenth.at == NULL || span_u64(tenth, &t) != ERR_OK || t > 9)
		t = 0;
	return n * 10 + t;
}

static void
fill_line(struct fill *f, struct item here, struct span path)
{
	struct look l = look_into(at_path(f, here, path).value);
	uint64_t points[POINTS], peak = 1;
	unsigned n = 0;
	struct span v;

	while (n < POINTS && look_item(&l, &v)) {
		points[n] = tenths_of(v);
		if (points[n] > peak)
			peak = points[n];
		n++;
	}
	OUT_LITERAL(f->o, " points=\"");
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			out_char(f->o, ' ');
		out_u64(f->o, POINTS - n + i);
		out_char(f->o, ',');
		out_u64(f->o, HIGH - points[i] * HIGH / peak);
	}
	out_char(f->o, '"');
}

static void
fill_has(struct fill *f, struct item here, struct span path)
{
	if (look_empty(at_path(f, here, path).value))
		OUT_LITERAL(f->o, " hidden");
}

static void
fill_name(struct fill *f, struct item here, struct span nothing)
{
	(void)nothing;
	copy_past(f, '>');
	show_name(here.key, f->o);
}

static void
fill_more(struct fill *f, struct item here, struct span nothing)
{
	(void)here;
	(void)nothing;
	if (f->left == 0)
		OUT_LITERAL(f->o, " hidden");
	copy_past(f, '>');
	copy_past(f, '>');
	out_u64(f->o, f->left);
}

static void
set_good(struct fill *f, struct item here, struct span words)
{
	(void)here;
	f->good = words;
	if (f->good_of_page.at == NULL)
		f->good_of_page = words;
}

static void
set_bad(struct fill *f, struct item here, struct span words)
{
	(void)here;
	f->bad = words;
}

static void
set_kept(struct fill *f, struct item here, struct span number)
{
	(void)here;
	if (span_u64(number, &f->kept) != ERR_OK)
		f->kept = 0;
}

static void
set_rows(struct fill *f, struct item here, struct span number)
{
	(void)here;
	if (span_u64(number, &f->rows) != ERR_OK)
		f->rows = ROWS_MAX;
}

/* --- repetition ------------------------------------------------------------
 */

/* Items of an array; of an object the members that are values. */
static bool
next_item(struct look *l, bool object, struct item *i)
{
	if (!object)
		return look_item(l, &i->value);
	while (look_member(l, &i->key, &i->value)) {
		if (i->value.len > 0 && *i->value.at != '[' &&
		    *i->value.at != '{')
			return true;
	}
	return false;
}

static bool
needs_a_look(const struct fill *f, struct span value)
{
	struct span word = look_find(value, SPAN("state"));

	return word.at != NULL && !is_word_of(f->good, look_text(word));
}

/* A row that does not fit is taken back. */
static void
row(struct fill *f, struct item here, struct span template, size_t behind)
{
	size_t before = f->o->len;

	if (f->rows == 0) {
		f->left++;
		return;
	}
	f->repeats = true;
	part(f, here, template);
	f->repeats = false;
	if (!f->o->full && f->o->len + behind + f->kept <= f->most) {
		f->rows--;
		return;
	}
	f->o->len = before;
	f->o->full = false;
	f->rows = 0;
	f->left++;
}

static struct span
cut_template(struct fill *f)
{
	struct span t = SPAN_NULL;

	copy_past(f, '>');
	if (!span_starts(f->rest, each_mark))
		return t;
	copy_past(f, '>');
	t.at = f->rest.at;
	while (f->rest.len > 0 && !span_starts(f->rest, end_mark))
		copy_past(f, f->rest.at[0]);
	t.len = (size_t)(f->rest.at - t.at);
	copy_past(f, '>');
	return t;
}

static void
fill_each(struct fill *f, struct item here, struct span path)
{
	struct item list = at_path(f, here, path), i = { 0 };
	struct span template = cut_template(f), rest = f->rest;
	bool object = span_starts(list.value, "{");

	f->left = 0;
	for (unsigned pass = 0; pass < 2 && list.value.len > 0; pass++) {
		struct look l = look_into(list.value);

		while (next_item(&l, object, &i)) {
			if (needs_a_look(f, i.value) == (pass == 0))
				row(f, i, template, rest.len);
		}
	}
	f->rows = ROWS_MAX;
	f->good = f->good_of_page;
	f->rest = rest;
}

static const struct attribute {
	struct span name;
	void (*fill)(struct fill *f, struct item here, struct span argument);
} attributes[] = {
	{ SPAN("v"), fill_value },
	{ SPAN("c"), fill_class },
	{ SPAN("b"), fill_bar },
	{ SPAN("s"), fill_line },
	{ SPAN("k"), fill_name },
	{ SPAN("has"), fill_has },
	{ SPAN("each"), fill_each },
	{ SPAN("more"), fill_more },
	{ SPAN("max"), set_rows },
	{ SPAN("keep"), set_kept },
	{ SPAN("good"), set_good },
	{ SPAN("bad"), set_bad },
};

/* name="argument", copied and taken off the template. */
static void
cut_attribute(struct fill *f, struct span *name, struct span *argument)
{
	struct span rest = f->rest;

	*name = span_word(&rest, "=\"> ");
	OUT_LITERAL(f->o, "data-");
	copy_past(f, '"');
	*argument = f->rest;
	copy_past(f, '"');
	argument->len -= f->rest.len;
	argument->len -= argument->len > 0;
}

static void
attribute(struct fill *f, struct item here)
{
	/* The blank before it goes as well. */
	size_t before = f->o->len - (f->o->len > 0);
	struct span name, argument;

	cut_attribute(f, &name, &argument);
	if (f->repeats)
		f->o->len = before;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (span_eq(attributes[i].name, name)) {
			attributes[i].fill(f, here, argument);
			return;
		}
	}
}

static void
part(struct fill *f, struct item here, struct span template)
{
	f->rest = template;
	while (f->rest.len > 0) {
		copy_past(f, ' ');
		if (!span_starts(f->rest, "data-"))
			continue;
		f->rest.at += 5;
		f->rest.len -= 5;
		attribute(f, here);
	}
}

void
fill(struct span template, struct span json, size_t most, struct out *o)
{
	struct look l = look_into(json);
	struct fill f = { .o = o, .rows = ROWS_MAX, .most = most };
	struct item *i = f.top;

	while (f.count < MEMBERS_MAX && look_member(&l, &i->key, &i->value)) {
		f.count++;
		i++;
	}
	part(&f, (struct item){ 0 }, template);
}
