#include "status/look.h"

struct look
look_into(struct span value)
{
	/* Nothing at all may have no place. */
	const char *at = value.len > 0 ? value.at : "";
	struct look l = { at, at + value.len };

	if (l.at < l.end && (*l.at == '{' || *l.at == '['))
		l.at++;
	return l;
}

static void
skip(struct look *l)
{
	while (l->at < l->end &&
	       (*l->at == ' ' || *l->at == '\n' || *l->at == ','))
		l->at++;
}

static void
string(struct look *l)
{
	l->at++;
	while (l->at < l->end && *l->at != '"')
		l->at += *l->at == '\\' && l->end - l->at > 1 ? 2 : 1;
	l->at += l->at < l->end;
}

/* One value, whatever is in it; strings keep their quotes. */
static struct span
value(struct look *l)
{
	struct span v = { l->at, 0 };
	unsigned depth = 0;

	while (l->at < l->end) {
		char c = *l->at;

		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			break;
		if (c == '"')
			string(l);
		else
			l->at++;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth == 0 && (c == '"' || c == '}' || c == ']'))
			break;
	}
	v.len = (size_t)(l->at - v.at);
	return v;
}

bool
look_member(struct look *l, struct span *key, struct span *v)
{
	skip(l);
	if (l->at == l->end || *l->at != '"')
		return false;
	*key = look_text(value(l));
	l->at += l->at < l->end && *l->at == ':';
	*v = value(l);
	return true;
}

bool
look_item(struct look *l, struct span *v)
{
	skip(l);
	if (l->at == l->end)
		return false;
	*v = value(l);
	return v->len > 0;
}

struct span
look_find(struct span object, struct span key)
{
	struct look l = look_into(object);
	struct span name, v;

	if (object.len == 0 || *object.at != '{')
		return SPAN_NULL;
	while (look_member(&l, &name, &v)) {
		if (span_eq(name, key))
			return v;
	}
	return SPAN_NULL;
}

struct span
look_text(struct span v)
{
	if (v.len == 0 || *v.at != '"')
		return v;
	v.at++;
	v.len--;
	v.len -= v.len > 0 && v.at[v.len - 1] == '"';
	return v;
}

bool
look_empty(struct span v)
{
	return v.len == 0 || span_is(v, "null") || span_is(v, "\"\"") ||
	       span_is(v, "[]") || span_is(v, "{}");
}
