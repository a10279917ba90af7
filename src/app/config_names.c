#include <string.h>

#include "app/config_parts.h"

int
config_find(struct span section, struct span key)
{
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key != NULL && span_is(section, d.section) &&
		    span_is(key, d.key))
			return (int)i;
	}
	return -1;
}

static void
write_place(const struct config_origins *from, const struct config_origin *at,
    struct out *o)
{
	switch (at->source) {
	case CONFIG_DEFAULT:
		OUT_LITERAL(o, "default");
		return;
	case CONFIG_FILE:
		out_text(o, from->files[at->file]);
		out_char(o, ':');
		out_i64(o, at->line);
		return;
	case CONFIG_CREDENTIAL:
		OUT_LITERAL(o, "$CREDENTIALS_DIRECTORY");
		return;
	case CONFIG_REPLACED:
	case CONFIG_ENVIRONMENT:
		out_span(o, at->name);
		return;
	}
}

void
config_origin_text(
    const struct config_origins *from, size_t option, struct out *o)
{
	const struct config_origin *at = &from->of[option];

	if (at->source == CONFIG_REPLACED || at->source == CONFIG_ENVIRONMENT)
		OUT_LITERAL(o, "variable ");
	write_place(from, at, o);
}

void
config_place(struct config_reader *r, const struct config_origin *at)
{
	r->failed = true;
	write_place(r->origins, at, r->errors);
	OUT_LITERAL(r->errors, ": ");
}

void
config_complain(struct config_reader *r, const struct config_origin *at,
    const char *section, const char *key)
{
	struct out *o = r->errors;

	config_place(r, at);
	out_text(o, section);
	if (key != NULL) {
		out_char(o, '.');
		out_text(o, key);
	}
	OUT_LITERAL(o, ": ");
}

unsigned
config_distance(struct span a, struct span b)
{
	unsigned row[64];

	if (b.len >= 63 || a.len >= 63)
		return 99;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a.len; i++) {
		unsigned left = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b.len; j++) {
			unsigned up = row[j];
			unsigned best = left + (a.at[i - 1] != b.at[j - 1]);

			best = up + 1 < best ? up + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			left = up;
		}
	}
	return row[b.len];
}

static unsigned
between(const char *a, const char *b)
{
	return config_distance(span_of(a), span_of(b));
}

static void
unknown_section(struct config_reader *r, const struct config_origin *at,
    const char *section)
{
	const char *best = NULL;
	unsigned least = 4;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL && between(section, d.section) < least) {
			least = between(section, d.section);
			best = d.section;
		}
	}
	config_complain(r, at, section, NULL);
	out_text(r->errors, "there is no such section; ");
	if (best != NULL) {
		out_text(r->errors, "did you mean [");
		out_text(r->errors, best);
		out_text(r->errors, "]?\n");
		return;
	}
	out_text(r->errors, "there are:");
	for (size_t i = 0; i < option_count(); i++) {
		if (option_at(i).key != NULL)
			continue;
		out_char(r->errors, ' ');
		out_text(r->errors, option_at(i).section);
	}
	out_char(r->errors, '\n');
}

/* The nearest key of the section, or NULL; *known: there is such a section. */
static const char *
nearest_key(const char *section, const char *key, bool *known)
{
	size_t len = strlen(section);
	const char *best = NULL;
	unsigned least = 5;

	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (strcmp(d.section, section) != 0)
			continue;
		*known = true;
		if (d.key != NULL && between(key, d.key) < least) {
			least = between(key, d.key);
			best = d.key;
		}
	}
	for (struct rename a = { 0 }; rename_next(RENAME_ALIASES, &a);) {
		if (!span_starts(span_of(a.name), section) ||
		    a.name[len] != '.')
			continue;
		*known = true;
		if (between(key, a.name + len + 1) < least) {
			least = between(key, a.name + len + 1);
			best = a.name + len + 1;
		}
	}
	return best;
}

void
config_unknown(struct config_reader *r, const struct config_origin *at,
    const char *section, const char *key)
{
	const char *best;
	bool known = false;

	if (section[0] == '\0') {
		config_complain(r, at, key, NULL);
		out_text(r->errors, "stands before the first [section]\n");
		return;
	}
	best = nearest_key(section, key, &known);
	if (!known) {
		unknown_section(r, at, section);
		return;
	}
	config_complain(r, at, section, key);
	out_text(r->errors, "there is no such key");
	if (best != NULL) {
		out_text(r->errors, "; did you mean ");
		out_text(r->errors, best);
		out_char(r->errors, '?');
	} else {
		out_text(r->errors, "; mpedge --print config lists them");
	}
	out_char(r->errors, '\n');
}
