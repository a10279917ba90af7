#include "status/fill_parts.h"

#include <string.h>

#include "status/look.h"
#include "status/show.h"

enum {
	/* A line: its height and its points; the last is at the right. */
	HIGH = 20,
	POINTS = 60,
};

/* --- values by their path --------------------------------------------------
 */

static struct fill_item
top_of(const struct fill *f, struct span key)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (span_eq(f->top[i].key, key))
			return f->top[i];
	}
	return (struct fill_item){ key, SPAN_NULL };
}

struct fill_item
fill_at(const struct fill *f, struct fill_item here, struct span path)
{
	bool top = here.value.at == NULL || span_starts(path, "/");
	struct span name = span_word(&path, "/.");

	if (name.at == NULL)
		return here;
	if (top)
		here = top_of(f, name);
	else
		here = (struct fill_item){ name, look_find(here.value, name) };
	while ((name = span_word(&path, ".")).at != NULL)
		here = (struct fill_item){ name, look_find(here.value, name) };
	return here;
}

bool
fill_is_word(struct span list, struct span word)
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

void
fill_copy_past(struct fill *f, char c)
{
	const char *found = memchr(f->rest.at, c, f->rest.len);
	size_t n =
	    found != NULL ? (size_t)(found - f->rest.at) + 1 : f->rest.len;

	out_bytes(f->o, f->rest.at, n);
	f->rest.at += n;
	f->rest.len -= n;
}

void
fill_value(struct fill *f, struct fill_item here, struct span paths)
{
	struct span path = span_word(&paths, " ");
	struct fill_item v = fill_at(f, here, path);

	if (show_rounds(v.key, v.value)) {
		OUT_LITERAL(f->o, " title=\"");
		out_html(f->o, look_text(v.value));
		out_char(f->o, '"');
	}
	fill_copy_past(f, '>');
	show_value(v.key, v.value, f->o);
	while ((path = span_word(&paths, " ")).at != NULL) {
		v = fill_at(f, here, path);
		OUT_LITERAL(f->o, " \xe2\x80\x93 ");
		show_value(v.key, v.value, f->o);
	}
}

void
fill_class(struct fill *f, struct fill_item here, struct span path)
{
	struct span word = look_text(fill_at(f, here, path).value);

	out_text(f->o, fill_is_word(f->good, word)  ? " class=good"
		       : fill_is_word(f->bad, word) ? " class=bad"
						    : " class=warn");
}

static uint64_t
whole(const struct fill *f, struct fill_item here, struct span path)
{
	uint64_t n = 0;

	if (span_u64(fill_at(f, here, path).value, &n) != ERR_OK)
		return 0;
	return n < UINT64_MAX / 1000 ? n : UINT64_MAX / 1000;
}

void
fill_bar(struct fill *f, struct fill_item here, struct span paths)
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

void
fill_line(struct fill *f, struct fill_item here, struct span path)
{
	struct look l = look_into(fill_at(f, here, path).value);
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

void
fill_has(struct fill *f, struct fill_item here, struct span path)
{
	if (look_empty(fill_at(f, here, path).value))
		OUT_LITERAL(f->o, " hidden");
}

void
fill_name(struct fill *f, struct fill_item here, struct span nothing)
{
	(void)nothing;
	fill_copy_past(f, '>');
	show_name(here.key, f->o);
}
