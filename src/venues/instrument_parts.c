#include "venues/instrument_parts.h"

/* From 2100 on. */
#define NEVER_MS 4102444800000LL

struct span
row_text(const struct json *j, int object, const char *member)
{
	int token = json_member(j, object, member);

	return json_none(j, token) ? SPAN_NULL : json_text(j, token);
}

int
row_means(const struct json *j, int object, const char *member,
    const struct row_word *words, size_t count, int otherwise)
{
	struct span text = row_text(j, object, member);

	for (size_t i = 0; i < count && text.at != NULL; i++) {
		if (span_is(text, words[i].word))
			return words[i].means;
	}
	return otherwise;
}

enum err
row_name(
    const struct json *j, int object, const char *member, char *to, size_t max)
{
	/* Room for what is too long by a little, so that FULL is FULL. */
	char buf[2 * SYMBOL_MAX];
	struct span text;
	enum err e = json_string(
	    j, json_member(j, object, member), buf, sizeof(buf), &text);

	to[0] = '\0';
	if (e == ERR_OK && text.len == 0)
		e = ERR_MISSING;
	return e == ERR_OK ? instrument_name(to, max, text) : e;
}

enum err
row_maybe_name(
    const struct json *j, int object, const char *member, char *to, size_t max)
{
	enum err e = row_name(j, object, member, to, max);

	return e == ERR_MISSING ? ERR_OK : e;
}

enum err
row_time(const struct json *j, int object, const char *member, int64_t *ns)
{
	int64_t ms;
	enum err e = json_i64(j, json_member(j, object, member), &ms);

	*ns = TIME_NULL;
	if (e != ERR_OK)
		return e == ERR_MISSING ? ERR_OK : e;
	if (ms < 0)
		return ERR_RANGE;
	if (ms != 0 && ms < NEVER_MS)
		*ns = ms * NS_PER_MS;
	return ERR_OK;
}

enum err
row_dec(const struct json *j, int object, const char *member, struct dec *d)
{
	enum err e = json_dec(j, json_member(j, object, member), d);

	if (e == ERR_OK && d->kind == DEC_NUMBER && d->mantissa >= 0)
		return ERR_OK;
	*d = DEC_NONE;
	if (e == ERR_OK)
		return ERR_RANGE;
	return e == ERR_MISSING ? ERR_OK : e;
}

bool
text_has(struct span text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++) {
		if (memcmp(text.at + i, word, len) == 0)
			return true;
	}
	return false;
}

/*
 * Days of a year before a month.  Every fourth year of this century is a leap
 * year, 2000 included.
 */
static int
days_before(int year, int month)
{
	static const int days[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273,
		304, 334, 365 };

	return days[month - 1] + (year % 4 == 0 && month > 2);
}

enum err
read_day(struct span text, int64_t *ns)
{
	/* To 2000-01-01; the leap days of the years before this one. */
	int64_t days = 10957;
	uint64_t number;
	int year, month, day;

	if (text.len != 6 || span_u64(text, &number) != ERR_OK)
		return ERR_SYNTAX;
	year = (int)(number / 10000);
	month = (int)(number / 100 % 100);
	day = (int)(number % 100);
	if (month < 1 || month > 12 || day < 1 ||
	    day > days_before(year, month + 1) - days_before(year, month))
		return ERR_RANGE;
	days +=
	    365 * year + (year + 3) / 4 + days_before(year, month) + day - 1;
	*ns = (days * 24 + 8) * 3600 * NS_PER_S;
	return ERR_OK;
}
