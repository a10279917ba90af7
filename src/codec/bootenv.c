#include "codec/bootenv.h"

#include <string.h>

#include "core/out.h"

#define SIGNATURE "# GRUB Environment Block\n"

void
bootenv_init(struct bootenv *e)
{
	memset(e, 0, sizeof(*e));
	e->good = 'A';
}

static char
slot_of(struct span value)
{
	if (span_is(value, "A") || span_is(value, "B"))
		return value.at[0];
	return '\0';
}

static unsigned
count_of(struct span value)
{
	uint64_t n;

	if (span_u64(value, &n) != ERR_OK)
		return 0;
	return n > BOOTENV_COUNT_MAX ? BOOTENV_COUNT_MAX : (unsigned)n;
}

static void
keep_other(struct bootenv *e, struct span line)
{
	/* With the line's end. */
	if (line.len + 1 > BOOTENV_OTHERS_MAX - e->others_len)
		return;
	memcpy(e->others + e->others_len, line.at, line.len);
	e->others_len += line.len;
	e->others[e->others_len++] = '\n';
}

static void
take_line(struct bootenv *e, struct span line)
{
	const char *equals = memchr(line.at, '=', line.len);
	struct span name, value;

	if (equals == NULL || line.at[0] == '#')
		return;
	name = (struct span){ line.at, (size_t)(equals - line.at) };
	value = (struct span){ equals + 1, line.len - name.len - 1 };
	if (span_is(name, "good"))
		e->good = slot_of(value) == 'B' ? 'B' : 'A';
	else if (span_is(name, "try"))
		e->trial = slot_of(value);
	else if (span_is(name, "left"))
		e->left = count_of(value);
	else if (span_is(name, "fails"))
		e->fails = count_of(value);
	else
		keep_other(e, line);
}

enum err
bootenv_parse(const void *block, size_t len, struct bootenv *e)
{
	struct span rest = { block, len };

	bootenv_init(e);
	if (!span_starts(rest, SIGNATURE))
		return ERR_SYNTAX;
	if (rest.len > BOOTENV_BYTES)
		rest.len = BOOTENV_BYTES;
	/* The filling has no line end: what comes last is no line. */
	while (rest.len > 0) {
		const char *end = memchr(rest.at, '\n', rest.len);
		size_t line = end == NULL ? 0 : (size_t)(end - rest.at);

		if (end == NULL)
			break;
		if (line > 0)
			take_line(e, (struct span){ rest.at, line });
		rest.at += line + 1;
		rest.len -= line + 1;
	}
	return ERR_OK;
}

static void
add_slot(struct out *o, const char *name, char slot)
{
	out_text(o, name);
	out_char(o, '=');
	if (slot != '\0')
		out_char(o, slot);
	out_char(o, '\n');
}

static void
add_count(struct out *o, const char *name, unsigned count)
{
	out_text(o, name);
	out_char(o, '=');
	out_u64(o, count);
	out_char(o, '\n');
}

enum err
bootenv_write(const struct bootenv *e, void *block)
{
	struct out o;

	memset(block, '#', BOOTENV_BYTES);
	out_init(&o, block, BOOTENV_USED);
	OUT_LITERAL(&o, SIGNATURE);
	add_slot(&o, "good", e->good);
	add_slot(&o, "try", e->trial);
	add_count(&o, "left", e->left);
	add_count(&o, "fails", e->fails);
	out_bytes(&o, e->others, e->others_len);
	return o.full ? ERR_FULL : ERR_OK;
}

char
bootenv_other(char slot)
{
	return slot == 'A' ? 'B' : 'A';
}

void
bootenv_try(struct bootenv *e, char slot)
{
	e->trial = slot;
	e->left = BOOTENV_TRIAL_BOOTS;
}

void
bootenv_commit(struct bootenv *e, char slot)
{
	e->good = slot;
	e->fails = 0;
	bootenv_give_up(e);
}

void
bootenv_give_up(struct bootenv *e)
{
	e->trial = '\0';
	e->left = 0;
}
