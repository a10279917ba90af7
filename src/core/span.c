#include "core/span.h"

#include <string.h>

struct span
span_of(const char *text)
{
	if (text == NULL)
		return SPAN_NULL;
	return (struct span){ text, strlen(text) };
}

bool
span_eq(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.at, b.at, a.len) == 0;
}

bool
span_is(struct span a, const char *text)
{
	return a.at != NULL && span_eq(a, span_of(text));
}

static char
lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

bool
span_is_nocase(struct span a, const char *text)
{
	if (a.at == NULL || strlen(text) != a.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.at[i]) != lower(text[i]))
			return false;
	}
	return true;
}

bool
span_starts(struct span a, const char *prefix)
{
	size_t len = strlen(prefix);

	if (a.at == NULL || a.len < len)
		return false;
	return memcmp(a.at, prefix, len) == 0;
}

bool
span_ends(struct span a, const char *suffix)
{
	size_t len = strlen(suffix);

	if (a.at == NULL || a.len < len)
		return false;
	return memcmp(a.at + a.len - len, suffix, len) == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span
span_trim(struct span a)
{
	while (a.len > 0 && is_blank(a.at[0])) {
		a.at++;
		a.len--;
	}
	while (a.len > 0 && is_blank(a.at[a.len - 1]))
		a.len--;
	return a;
}

/* strchr would find the terminating NUL for a NUL byte in the input. */
static bool
is_any(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

struct span
span_word(struct span *rest, const char *separators)
{
	struct span word = SPAN_NULL;
	size_t from = 0;
	size_t to;

	while (from < rest->len && is_any(rest->at[from], separators))
		from++;
	to = from;
	while (to < rest->len && !is_any(rest->at[to], separators))
		to++;
	if (to > from)
		word = (struct span){ rest->at + from, to - from };
	if (to > 0) {
		rest->at += to;
		rest->len -= to;
	}
	return word;
}

int
span_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err
span_u64(struct span a, uint64_t *value)
{
	uint64_t sum = 0;
	bool over = false;

	if (a.len == 0)
		return ERR_SYNTAX;
	for (size_t i = 0; i < a.len; i++) {
		unsigned digit = (unsigned char)a.at[i] - (unsigned)'0';

		if (digit > 9)
			return ERR_SYNTAX;
		if (sum > (UINT64_MAX - digit) / 10)
			over = true;
		sum = sum * 10 + digit;
	}
	if (over)
		return ERR_RANGE;
	*value = sum;
	return ERR_OK;
}

enum err
span_i64(struct span a, int64_t *value)
{
	bool minus = a.len > 0 && a.at[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + minus;
	uint64_t size;
	enum err e;

	if (minus) {
		a.at++;
		a.len--;
	}
	e = span_u64(a, &size);
	if (e != ERR_OK)
		return e;
	if (size > limit)
		return ERR_RANGE;
	*value = minus ? (int64_t)(0 - size) : (int64_t)size;
	return ERR_OK;
}

uint64_t
span_hash(struct span a)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < a.len; i++) {
		hash ^= (unsigned char)a.at[i];
		hash *= 0x100000001b3u;
	}
	return hash;
}
