#include "status/appliance.h"

#include <string.h>

enum kind {
	TEXT,
	NUMBER,
	SIGNED,
	FLAG,
	CLOCK,
};

/* clang-format off */
static const struct {
	const char *name;
	enum kind kind;
} descs[FACTS] = {
#define FACT(name, kind, meaning) { #name, kind },
#include "tables/facts.def"
#undef FACT
};
/* clang-format on */

/* --- reading -------------------------------------------------------------- */

static bool
is_of(enum kind kind, struct span value)
{
	uint64_t number;
	int64_t whole;

	switch (kind) {
	case TEXT:
		return true;
	case NUMBER:
		return span_u64(value, &number) == ERR_OK;
	case SIGNED:
		return span_i64(value, &whole) == ERR_OK;
	case FLAG:
		return span_is(value, "0") || span_is(value, "1");
	case CLOCK:
		return span_is(value, "unset") || span_is(value, "floor") ||
		       span_is(value, "rtc") || span_is(value, "ntp");
	}
	return false;
}

static bool
is_key(struct span key)
{
	for (size_t i = 0; i < key.len; i++) {
		char c = key.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			c == '_'))
			return false;
	}
	return key.len > 0;
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return true;
	}
	return false;
}

/* NULL, or what is wrong with it. */
static const char *
keep(struct appliance *f, struct span key, struct span value)
{
	for (unsigned i = 0; i < FACTS; i++) {
		if (!span_is(key, descs[i].name))
			continue;
		if (f->said[i])
			return "the key stands twice";
		if (value.len >= FACT_BYTES_MAX)
			return "the value is too long";
		/* Nothing is known of it yet. */
		if (value.len > 0 && !is_of(descs[i].kind, value))
			return "the value is not of its kind";
		f->said[i] = value.len > 0 || descs[i].kind == TEXT;
		memcpy(f->text[i], value.at, value.len);
		f->text[i][value.len] = '\0';
	}
	return NULL;
}

static const char *
read_line(struct appliance *f, struct span line)
{
	const char *equals =
	    line.len > 0 ? memchr(line.at, '=', line.len) : NULL;
	struct span key = line, value;

	if (line.len == 0)
		return NULL;
	if (equals == NULL)
		return "not KEY=VALUE";
	key.len = (size_t)(equals - line.at);
	value.at = equals + 1;
	value.len = line.len - key.len - 1;
	if (!is_key(key))
		return "not KEY=VALUE; a key is of a-z, 0-9 and _";
	if (has_control(value))
		return "a control byte";
	return keep(f, key, value);
}

enum err
appliance_read(
    struct span text, struct appliance *f, unsigned *line, const char **why)
{
	struct appliance new = { .said = { false } };

	*line = 0;
	*why = "more than 4096 bytes";
	if (text.len > FACTS_BYTES_MAX)
		return ERR_FULL;
	while (text.len > 0) {
		const char *end = memchr(text.at, '\n', text.len);
		struct span one = text;

		one.len = end != NULL ? (size_t)(end - text.at) : text.len;
		++*line;
		*why = read_line(&new, one);
		if (*why != NULL)
			return ERR_SYNTAX;
		one.len += end != NULL;
		text.at += one.len;
		text.len -= one.len;
	}
	*line = 0;
	*why = NULL;
	*f = new;
	return ERR_OK;
}

/* --- what it means -------------------------------------------------------- */

bool
appliance_is(const struct appliance *f, enum fact which, const char *text)
{
	return strcmp(f->text[which], text) == 0;
}

uint64_t
appliance_number(const struct appliance *f, enum fact which)
{
	uint64_t n = 0;

	return span_u64(span_of(f->text[which]), &n) == ERR_OK ? n : 0;
}

void
appliance_json(const struct appliance *f, struct out *o)
{
	for (unsigned i = 0; i < FACTS; i++) {
		if (!f->said[i])
			continue;
		out_member(o, descs[i].name);
		if (descs[i].kind == FLAG)
			out_text(o, appliance_is(f, i, "1") ? "true" : "false");
		else if (descs[i].kind == NUMBER)
			out_u64(o, appliance_number(f, i));
		else if (descs[i].kind == SIGNED)
			out_text(o, f->text[i]);
		else
			out_json(o, span_of(f->text[i]));
		out_char(o, ',');
	}
}

/* One reason after the other. */
static void
warn(struct health_check *h, struct out *o, const char *what, const char *more)
{
	h->level = HEALTH_WARN;
	out_text(o, o->len > 0 ? "; " : "");
	out_text(o, what);
	for (; *more != '\0'; more++)
		out_char(o, *more);
}

void
appliance_judge(const struct appliance *f, struct health_check *h)
{
	struct out o;

	h->name = "appliance";
	h->level = HEALTH_PASS;
	out_init(&o, h->why, sizeof(h->why) - 1);
	if (f->text[FACT_safe_mode][0] != '\0')
		warn(h, &o, "safe mode: ", f->text[FACT_safe_mode]);
	if (appliance_is(f, FACT_clock, "unset"))
		warn(
		    h, &o, "the clock is not set: no time server answered", "");
	if (appliance_is(f, FACT_clock, "floor"))
		warn(h, &o,
		    "the clock is the last time known: no time server answered",
		    "");
	if (appliance_is(f, FACT_clock, "rtc"))
		warn(h, &o,
		    "the clock is the hardware's: no time server answered", "");
	if (appliance_is(f, FACT_trial, "1"))
		warn(h, &o, "on trial: slot ", f->text[FACT_slot]);
	if (span_starts(span_of(f->text[FACT_update]), "rolled back"))
		warn(h, &o, "update ", f->text[FACT_update]);
	if (h->level == HEALTH_PASS) {
		OUT_LITERAL(&o, "slot ");
		out_text(&o, f->text[FACT_slot]);
		OUT_LITERAL(&o, ", clock ");
		out_text(&o,
		    f->said[FACT_clock] ? f->text[FACT_clock] : "not known");
	}
	h->why[o.len] = '\0';
}

void
appliance_labels(const struct appliance *f, struct out *o)
{
	static const enum fact shown[] = { FACT_board, FACT_identity, FACT_slot,
		FACT_image_version };

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		metrics_label(o, descs[shown[i]].name, f->text[shown[i]]);
}

void
appliance_metrics(const struct appliance *f, struct box_metrics *m)
{
	int64_t offset = 0;

	if (span_i64(span_of(f->text[FACT_clock_offset_ms]), &offset) != ERR_OK)
		offset = 0;
	m->boots = appliance_number(f, FACT_boots);
	m->restarts = appliance_number(f, FACT_restarts);
	m->trial = appliance_is(f, FACT_trial, "1");
	m->safe_mode = f->text[FACT_safe_mode][0] != '\0';
	m->clock_set = appliance_is(f, FACT_clock, "ntp");
	m->clock_offset =
	    offset < 0 ? (uint64_t)0 - (uint64_t)offset : (uint64_t)offset;
}
