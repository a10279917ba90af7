#include <string.h>

#include "app/config_parts.h"
#include "core/log.h"

/* One value on its way. */
struct setting {
	struct config_reader *reader;
	struct option_desc desc;
	const struct config_origin *at;
};

static struct out *
complain(const struct setting *s)
{
	config_complain(s->reader, s->at, s->desc.section, s->desc.key);
	return s->reader->errors;
}

static char *
memory_of(const struct setting *s)
{
	return (char *)s->reader->options + s->desc.offset;
}

static bool
set_int(const struct setting *s, const char *value)
{
	const struct option_desc *d = &s->desc;
	struct out *o;
	int64_t n = 0;

	if (span_i64(span_of(value), &n) == ERR_OK && n >= d->min &&
	    n <= d->max) {
		memcpy(memory_of(s), &n, sizeof(n));
		return true;
	}
	o = complain(s);
	out_json(o, span_of(value));
	out_text(o, " is not a whole number from ");
	out_i64(o, d->min);
	out_text(o, " to ");
	out_i64(o, d->max);
	out_char(o, '\n');
	return false;
}

static bool
set_bool(const struct setting *s, const char *value)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };
	bool *at = (bool *)(void *)memory_of(s);
	struct out *o;

	for (size_t i = 0; i < 4; i++) {
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			*at = strcmp(value, yes[i]) == 0;
			return true;
		}
	}
	o = complain(s);
	out_json(o, span_of(value));
	out_text(o, " is neither true nor false\n");
	return false;
}

/* A line of a file has none of them; a variable or another file may. */
static bool
has_control(const char *value)
{
	for (; *value != '\0'; value++) {
		unsigned char c = (unsigned char)*value;

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

static bool
check_text(const struct setting *s, const char *value, size_t whole)
{
	const struct option_desc *d = &s->desc;
	bool foreign =
	    s->at->source != CONFIG_FILE && s->at->source != CONFIG_DEFAULT;
	size_t len = strlen(value);
	struct out *o;

	if (foreign && has_control(value)) {
		out_text(complain(s), "has a control character in it\n");
		return false;
	}
	if ((int64_t)whole <= d->max && (int64_t)len >= d->min)
		return true;
	o = complain(s);
	if (d->type != OPTION_TYPE_SECRET && len < 60) {
		out_json(o, span_of(value));
		out_char(o, ' ');
	}
	if ((int64_t)len < d->min) {
		out_text(o, "must not be empty\n");
		return false;
	}
	out_text(o, "is too long; at most ");
	out_i64(o, d->max);
	out_text(o, " bytes\n");
	return false;
}

/* add: behind what is there already (lists). */
static bool
set_text(const struct setting *s, const char *value, bool add)
{
	char *at = memory_of(s);
	size_t had = add ? strlen(at) : 0;
	size_t len = strlen(value);

	if (!check_text(s, value, had + (had > 0) + len))
		return false;
	if (had > 0)
		at[had++] = ' ';
	memcpy(at + had, value, len + 1);
	return true;
}

static bool
set_level(const struct setting *s, const char *value)
{
	enum log_level level;
	struct out *o;
	int64_t n;

	if (log_level_parse(span_of(value), &level) == ERR_OK) {
		n = level;
		memcpy(memory_of(s), &n, sizeof(n));
		return true;
	}
	o = complain(s);
	out_json(o, span_of(value));
	out_text(o, " is none of: error, warn, info, debug\n");
	return false;
}

static bool
set(const struct setting *s, const char *value, bool add)
{
	switch (s->desc.type) {
	case OPTION_TYPE_INT:
		return set_int(s, value);
	case OPTION_TYPE_BOOL:
		return set_bool(s, value);
	case OPTION_TYPE_LEVEL:
		return set_level(s, value);
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_SECRET:
		return set_text(s, value, false);
	case OPTION_TYPE_LIST:
		return set_text(s, value, add);
	}
	return false;
}

bool
config_set(struct config_reader *r, size_t option, const char *value,
    const struct config_origin *at, bool add)
{
	struct setting s = { r, option_at(option), at };

	if (!set(&s, value, add))
		return false;
	r->origins->of[option] = *at;
	return true;
}

/* What it means is done when the whole file is known. */
static bool
set_simulated(struct config_reader *r, const struct rename *row,
    const char *value, const struct config_origin *at)
{
	char text[16];
	struct out to;

	out_init(&to, text, sizeof(text));
	if (convert(CONVERT_FLAG, span_of(value), SPAN_NULL, &to) != ERR_OK) {
		config_complain(r, at, row->name, NULL);
		out_json(r->errors, span_of(value));
		out_text(r->errors, " is neither true nor false\n");
		return false;
	}
	r->simulated = span_is(out_done(&to), "false");
	r->simulated_at = *at;
	return true;
}

bool
config_set_renamed(struct config_reader *r, const struct rename *row,
    const char *value, const struct config_origin *at)
{
	char text[2048];
	struct option_desc d;
	struct span now = SPAN_NULL;
	struct out to;
	enum err e;
	int option;

	if (row->conversion == CONVERT_REAL) {
		return set_simulated(r, row, value, at);
	}
	if (row->section == NULL)
		return true;
	option = config_find(span_of(row->section), span_of(row->key));
	if (option < 0)
		return true;
	d = option_at((size_t)option);
	if (d.type == OPTION_TYPE_TEXT || d.type == OPTION_TYPE_LIST)
		now = span_of((const char *)r->options + d.offset);
	out_init(&to, text, sizeof(text));
	e = convert(row->conversion, span_of(value), now, &to);
	if (e == ERR_UNSUPPORTED)
		return true;
	out_cstr(&to);
	if (e == ERR_OK && !to.full)
		return config_set(r, (size_t)option, text, at, false);
	config_complain(r, at, row->section, row->key);
	out_json(r->errors, span_of(value));
	out_text(r->errors,
	    to.full ? " is too long" : convert_rule(row->conversion));
	out_char(r->errors, '\n');
	return false;
}
