#include <string.h>

#include "app/migrate.h"

/* NAME=VALUE, perhaps with export before it and quotes around VALUE. */
static bool
cut(struct span line, struct span *name, struct span *value)
{
	const char *equal;

	line = span_trim(line);
	if (line.len == 0 || line.at[0] == '#')
		return false;
	if (span_starts(line, "export "))
		line = span_trim((struct span){ line.at + 7, line.len - 7 });
	equal = memchr(line.at, '=', line.len);
	if (equal == NULL)
		return false;
	*name = span_trim((struct span){ line.at, (size_t)(equal - line.at) });
	*value = span_trim((struct span){
	    equal + 1, line.len - (size_t)(equal + 1 - line.at) });
	if (value->len >= 2 && (value->at[0] == '"' || value->at[0] == '\'') &&
	    value->at[value->len - 1] == value->at[0])
		*value = (struct span){ value->at + 1, value->len - 2 };
	return name->len > 0;
}

static bool
is_known(struct span name)
{
	for (struct rename n = { 0 }; rename_next(RENAME_ENVIRONMENT, &n);) {
		if (span_is(name, n.name))
			return true;
	}
	return false;
}

/* What row n says of the line, or, without a row, that nobody knows it. */
static void
take_line(struct migrate *m, const struct rename *n, struct span line,
    const struct config_origin *at)
{
	struct span name, value;

	if (!cut(line, &name, &value))
		return;
	if (n == NULL && !is_known(name))
		migrate_note(m, name, at, "is not known");
	else if (n != NULL && span_is(name, n->name) && value.len > 0)
		migrate_set(m, n, value, at);
}

static void
take_lines(
    struct migrate *m, const struct rename *n, struct span text, unsigned file)
{
	struct config_origin at = { .source = CONFIG_FILE, .file = file };

	while (text.len > 0) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;
		struct span line = { text.at, len };

		at.line++;
		if (len > 0 && line.at[len - 1] == '\r')
			line.len--;
		take_line(m, n, line, &at);
		len += end != NULL;
		text = (struct span){ text.at + len, text.len - len };
	}
}

/* In the order of the table, as they are honoured when the program runs. */
bool
migrate_variables(struct migrate *m, const char *path)
{
	int file = config_name_file(&m->reader, path);
	struct span text;

	if (!migrate_load(m, path, &text) || file < 0)
		return false;
	m->venue = VENUE_COUNT;
	for (struct rename n = { 0 }; rename_next(RENAME_ENVIRONMENT, &n);)
		take_lines(m, &n, text, (unsigned)file);
	take_lines(m, NULL, text, (unsigned)file);
	return true;
}
