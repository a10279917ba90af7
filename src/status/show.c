#include "status/show.h"

#include <string.h>

#include "status/look.h"

/* Escapes of JSON taken back, as far as a reader needs it. */
static void
text(struct span s, struct out *o)
{
	for (size_t i = 0; i < s.len; i++) {
		size_t n = i;

		/* Whole stretches: a letter may be several bytes. */
		while (n < s.len && s.at[n] != '\\')
			n++;
		out_html(o, (struct span){ s.at + i, n - i });
		if (n + 1 >= s.len)
			return;
		i = n + 1;
		/* Control bytes alone are written so; here they are blanks. */
		if (memchr("bfnrtu", s.at[i], 6) != NULL)
			out_char(o, ' ');
		else
			out_html(o, (struct span){ s.at + i, 1 });
		if (s.at[i] == 'u')
			i += 4;
	}
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
with_unit(struct out *o, uint64_t value, const char *unit)
{
	out_u64(o, value);
	out_text(o, unit);
}

static void
bytes(uint64_t n, struct out *o)
{
	if (n < 1 << 10)
		with_unit(o, n, " B");
	else if (n < 1 << 20)
		tenths(o, n * 10 >> 10, " KiB");
	else if (n < 1 << 30)
		tenths(o, n * 10 >> 20, " MiB");
	else
		tenths(o, (n >> 3) * 10 >> 27, " GiB");
}

static void
milliseconds(uint64_t ms, struct out *o)
{
	if (ms < 1000)
		with_unit(o, ms, " ms");
	else if (ms < 120 * 1000)
		tenths(o, ms / 100, " s");
	else if (ms < 2 * 3600 * 1000)
		with_unit(o, ms / 60000, " min");
	else if (ms < 48 * 3600 * 1000)
		tenths(o, ms / 360000, " h");
	else
		tenths(o, ms / 8640000, " d");
}

static void
seconds(uint64_t s, struct out *o)
{
	if (s < 120)
		with_unit(o, s, " s");
	else
		milliseconds(s < UINT64_MAX / 1000 ? s * 1000 : s, o);
}

static void
microseconds(uint64_t us, struct out *o)
{
	if (us < 1000)
		with_unit(o, us, " \xc2\xb5s");
	else if (us < 1000 * 1000)
		with_unit(o, us / 1000, " ms");
	else
		milliseconds(us / 1000, o);
}

static void
permille(uint64_t n, struct out *o)
{
	tenths(o, n, " %");
}

static const struct unit {
	const char *suffix;
	void (*show)(uint64_t n, struct out *o);
} units[] = {
	{ "bytes", bytes },
	{ "_ms", milliseconds },
	{ "_us", microseconds },
	{ "_s", seconds },
	{ "_permille", permille },
};

static const struct unit *
unit_of(struct span key)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span_ends(key, units[i].suffix))
			return &units[i];
	}
	return NULL;
}

/* 1234567 as 1 234 567, with narrow blanks. */
static void
grouped(struct span digits, struct out *o)
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
	const struct unit *u = unit_of(key);

	if (u != NULL)
		u->show(n, o);
	else if (span_ends(key, "_id"))
		out_span(o, raw);
	else
		grouped(raw, o);
}

/* 2026-11-23T10:07:14.567000Z */
static bool
is_time(struct span s)
{
	return s.len == 27 && s.at[10] == 'T' && s.at[26] == 'Z';
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

/* ["96250.43","0.0092"]: a price and its quantity. */
static void
list(struct span array, struct out *o)
{
	struct look l = look_into(array);
	const char *between = "";
	struct span item;

	while (look_item(&l, &item)) {
		out_text(o, between);
		text(without_zeros(look_text(item)), o);
		between = " \xc3\x97 ";
	}
}

/* Beyond the last bucket there is no bound. */
static bool
is_unbounded(struct span key, struct span v)
{
	return span_is(v, "null") && span_ends(key, "_us");
}

void
show_value(struct span key, struct span v, struct out *o)
{
	struct span s = look_text(v);
	uint64_t n;

	if (is_unbounded(key, v)) {
		OUT_LITERAL(o, "&gt; 10 s");
	} else if (look_empty(v) || (*v.at == '-' && unit_of(key) != NULL)) {
		OUT_LITERAL(o, "\xe2\x80\x93");
	} else if (*v.at == '[') {
		list(v, o);
	} else if (*v.at != '"' && span_u64(s, &n) == ERR_OK) {
		number(key, s, n, o);
	} else if (is_time(s)) {
		out_html(o, (struct span){ s.at + 5, 5 });
		out_char(o, ' ');
		out_html(o, (struct span){ s.at + 11, 8 });
	} else if (span_is(v, "true") || span_is(v, "false")) {
		out_text(o, *v.at == 't' ? "yes" : "no");
	} else {
		text(s, o);
	}
}

bool
show_rounds(struct span key, struct span v)
{
	uint64_t n;

	return is_time(look_text(v)) ||
	       (unit_of(key) != NULL && span_u64(v, &n) == ERR_OK);
}

void
show_name(struct span key, struct out *o)
{
	const struct unit *u = unit_of(key);

	if (u != NULL)
		key.len -= strlen(u->suffix);
	for (size_t i = 0; i < key.len; i++) {
		if (key.at[i] != '_')
			out_html(o, (struct span){ key.at + i, 1 });
		else if (i + 1 < key.len)
			out_char(o, ' ');
	}
}
