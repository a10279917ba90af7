#include "status/fill.h"

#include "status/fill_parts.h"
#include "status/look.h"

enum {
	ROWS_MAX = 30,
};

static const char each_mark[] = "<template>";
static const char end_mark[] = "</template>";

static void part(struct fill *f, struct fill_item here, struct span template);

/* --- counts and words ------------------------------------------------------
 */

static void
fill_more(struct fill *f, struct fill_item here, struct span nothing)
{
	(void)here;
	(void)nothing;
	if (f->left == 0)
		OUT_LITERAL(f->o, " hidden");
	fill_copy_past(f, '>');
	fill_copy_past(f, '>');
	out_u64(f->o, f->left);
}

static void
set_good(struct fill *f, struct fill_item here, struct span words)
{
	(void)here;
	f->good = words;
	if (f->good_of_page.at == NULL)
		f->good_of_page = words;
}

static void
set_bad(struct fill *f, struct fill_item here, struct span words)
{
	(void)here;
	f->bad = words;
}

static void
set_kept(struct fill *f, struct fill_item here, struct span number)
{
	(void)here;
	if (span_u64(number, &f->kept) != ERR_OK)
		f->kept = 0;
}

static void
set_rows(struct fill *f, struct fill_item here, struct span number)
{
	(void)here;
	if (span_u64(number, &f->rows) != ERR_OK)
		f->rows = ROWS_MAX;
}

/* --- repetition ------------------------------------------------------------
 */

/* Items of an array; of an object the members that are values. */
static bool
next_item(struct look *l, bool object, struct fill_item *i)
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

	return word.at != NULL && !fill_is_word(f->good, look_text(word));
}

/* A row that does not fit is taken back. */
static void
row(struct fill *f, struct fill_item here, struct span template, size_t behind)
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

	fill_copy_past(f, '>');
	if (!span_starts(f->rest, each_mark))
		return t;
	fill_copy_past(f, '>');
	t.at = f->rest.at;
	while (f->rest.len > 0 && !span_starts(f->rest, end_mark))
		fill_copy_past(f, f->rest.at[0]);
	t.len = (size_t)(f->rest.at - t.at);
	fill_copy_past(f, '>');
	return t;
}

static void
fill_each(struct fill *f, struct fill_item here, struct span path)
{
	struct fill_item list = fill_at(f, here, path), i = { 0 };
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
	void (*fill)(
	    struct fill *f, struct fill_item here, struct span argument);
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
	fill_copy_past(f, '"');
	*argument = f->rest;
	fill_copy_past(f, '"');
	argument->len -= f->rest.len;
	argument->len -= argument->len > 0;
}

static void
attribute(struct fill *f, struct fill_item here)
{
	/* The blank before it goes as well. */
	size_t before = f->o->len - (f->o->len > 0);
	struct span name, argument;

	cut_attribute(f, &name, &argument);
	if (f->repeats)
		f->o->len = before;
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]);
	     i++) {
		if (span_eq(attributes[i].name, name)) {
			attributes[i].fill(f, here, argument);
			return;
		}
	}
}

static void
part(struct fill *f, struct fill_item here, struct span template)
{
	f->rest = template;
	while (f->rest.len > 0) {
		fill_copy_past(f, ' ');
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
	struct fill_item *i = f.top;

	while (
	    f.count < FILL_MEMBERS_MAX && look_member(&l, &i->key, &i->value)) {
		f.count++;
		i++;
	}
	part(&f, (struct fill_item){ 0 }, template);
}
