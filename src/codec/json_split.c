#include "codec/json_split_parts.h"

#include "core/must.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool
in_array(const struct json_split *s)
{
	return s->arrays >> (s->depth - 1) & 1;
}

static bool
key_is(const struct json_split *s, const char *name)
{
	size_t len = strlen(name);

	return s->key_len == len && memcmp(s->key, name, len) == 0;
}

/* Do the elements of the list stand directly in the container we are in? */
static bool
in_list(const struct json_split *s)
{
	return s->depth == s->on && s->on == s->path_len + 1;
}

/* Is the value that opens with c the list, or what it stands in? */
static bool
is_path(struct json_split *s, char c)
{
	if (s->depth != s->on || s->met >> s->on & 1)
		return false;
	if (s->on > 0 && !key_is(s, s->path[s->on - 1]))
		return false;
	/* A second one of that name is not meant. */
	s->met |= (uint8_t)(1 << s->on);
	return c == (s->on == s->path_len ? '[' : '{');
}

static void
start_copy(struct json_split *s, struct out *to, const char *from)
{
	out_reset(to);
	s->copy = to;
	s->copy_depth = s->depth;
	s->from = from;
}

/* As much as there is room for, wherever the pieces were cut. */
static void
copy_until(struct json_split *s, const char *end)
{
	struct out *o = s->copy;
	size_t len = (size_t)(end - s->from);
	size_t room = o->size - o->len;

	out_bytes(o, s->from, len < room ? len : room);
	o->full |= len > room;
}

static void
keep(struct json_split *s, const char *at)
{
	for (size_t i = 0; i < s->kept_count; i++) {
		struct json_kept *k = &s->kept[i];

		if (k->type != JSON_ABSENT || !key_is(s, k->name))
			continue;
		s->keeping = k;
		start_copy(s, &k->text, *at == '"' ? at + 1 : at);
		return;
	}
}

/* A value begins: does anybody want it? */
static void
meet(struct json_split *s, const char *at)
{
	if (in_list(s)) {
		if (*at == '{')
			start_copy(s, &s->room, at);
		else
			s->others++;
	} else if (is_path(s, *at)) {
		s->entering = true;
	} else if (s->depth == 1 && !in_array(s)) {
		keep(s, at);
	}
}

static enum json_type
type_of(char c)
{
	switch (c) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	default:
		return JSON_PRIMITIVE;
	}
}

/* The value that is copied ends before `end`. */
static enum err
end_copy(struct json_split *s, const char *end, char opening)
{
	struct out *o = s->copy;

	copy_until(s, end);
	s->copy = NULL;
	if (s->keeping != NULL) {
		s->keeping->type = type_of(opening);
		s->keeping = NULL;
		return ERR_OK;
	}
	if (o->full) {
		s->too_long++;
		return ERR_OK;
	}
	s->elements++;
	return s->element(s->owner, out_done(o));
}

/* A value that began with `opening` ends before `end`. */
enum err
split_end_value(struct json_split *s, const char *end, char opening)
{
	s->expect = s->depth == 0 ? AT_END : AT_NEXT;
	if (s->copy == NULL || s->depth != s->copy_depth)
		return ERR_OK;
	return end_copy(s, end, opening);
}

static enum err
open_container(struct json_split *s, bool array)
{
	if (s->depth == JSON_DEPTH_MAX)
		return ERR_SYNTAX;
	s->arrays &= ~(UINT64_C(1) << s->depth);
	s->arrays |= (uint64_t)array << s->depth;
	s->depth++;
	s->on += s->entering;
	s->entering = false;
	s->found |= in_list(s);
	s->expect = array ? AT_FIRST_VALUE : AT_FIRST_KEY;
	return ERR_OK;
}

static enum err
close_container(struct json_split *s, const char *at)
{
	bool array = in_array(s);

	if (*at != (array ? ']' : '}'))
		return ERR_SYNTAX;
	if (s->depth == s->on)
		s->on--;
	s->depth--;
	return split_end_value(s, at + 1, array ? '[' : '{');
}

static enum err
at_value(struct json_split *s, const char *at)
{
	if (is_blank(*at))
		return ERR_OK;
	meet(s, at);
	switch (*at) {
	case '{':
	case '[':
		return open_container(s, *at == '[');
	case '"':
		split_string(s, false);
		return ERR_OK;
	case 't':
		return split_word(s, "rue");
	case 'f':
		return split_word(s, "alse");
	case 'n':
		return split_word(s, "ull");
	default:
		return split_number(s, *at);
	}
}

static enum err
at_first_value(struct json_split *s, const char *at)
{
	return *at == ']' ? close_container(s, at) : at_value(s, at);
}

static enum err
at_start(struct json_split *s, const char *at)
{
	/* The mark may stand in front of all else, and only there. */
	if (s->mark < 3 && *at == byte_order_mark[s->mark]) {
		s->mark++;
		return ERR_OK;
	}
	if (s->mark == 1 || s->mark == 2)
		return ERR_SYNTAX;
	s->mark = 3;
	return is_blank(*at) || *at == '{' || *at == '[' ? at_value(s, at)
							 : ERR_SYNTAX;
}

static enum err
at_key(struct json_split *s, const char *at)
{
	if (is_blank(*at))
		return ERR_OK;
	if (*at != '"')
		return ERR_SYNTAX;
	split_string(s, true);
	return ERR_OK;
}

static enum err
at_first_key(struct json_split *s, const char *at)
{
	return *at == '}' ? close_container(s, at) : at_key(s, at);
}

static enum err
at_colon(struct json_split *s, const char *at)
{
	if (is_blank(*at))
		return ERR_OK;
	s->expect = AT_VALUE;
	return *at == ':' ? ERR_OK : ERR_SYNTAX;
}

enum err
split_at_next(struct json_split *s, const char *at)
{
	if (is_blank(*at))
		return ERR_OK;
	if (*at != ',')
		return close_container(s, at);
	s->expect = in_array(s) ? AT_VALUE : AT_KEY;
	return ERR_OK;
}

static enum err
at_end(struct json_split *s, const char *at)
{
	(void)s;
	return is_blank(*at) ? ERR_OK : ERR_SYNTAX;
}

static enum err (*const steps[EXPECTS])(
    struct json_split *s, const char *at) = {
	[AT_START] = at_start,
	[AT_VALUE] = at_value,
	[AT_FIRST_VALUE] = at_first_value,
	[AT_KEY] = at_key,
	[AT_FIRST_KEY] = at_first_key,
	[AT_COLON] = at_colon,
	[AT_NEXT] = split_at_next,
	[IN_STRING] = split_in_string,
	[IN_ESCAPE] = split_in_escape,
	[IN_HEX] = split_in_hex,
	[IN_WORD] = split_in_word,
	[IN_NUMBER] = split_in_number,
	[AT_END] = at_end,
};

void
json_split_init(struct json_split *s, const char *const *path,
    unsigned path_len, char *room, size_t size,
    enum err (*element)(void *owner, struct span text), void *owner)
{
	must(path_len <= JSON_SPLIT_PATH_MAX);
	for (unsigned i = 0; i < path_len; i++)
		must(strlen(path[i]) <= JSON_SPLIT_NAME_MAX);
	memset(s, 0, sizeof(*s));
	s->path = path;
	s->path_len = path_len;
	s->element = element;
	s->owner = owner;
	out_init(&s->room, room, size);
}

/* Most of a document is plain text in strings that nobody looks at. */
static const char *
skip_plain(const char *at, const char *end)
{
	while (
	    at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
		at++;
	return at;
}

enum err
json_split_feed(struct json_split *s, const char *bytes, size_t len)
{
	const char *at = bytes;
	const char *end = bytes + len;

	s->from = bytes;
	while (s->error == ERR_OK) {
		if (s->expect == IN_STRING && !s->noting)
			at = skip_plain(at, end);
		if (at == end)
			break;
		s->error = steps[s->expect](s, at);
		at += s->error == ERR_OK;
	}
	s->offset += (uint64_t)(at - bytes);
	if (s->copy != NULL && s->error == ERR_OK)
		copy_until(s, end);
	return s->error;
}

enum err
json_split_end(const struct json_split *s)
{
	if (s->error != ERR_OK)
		return s->error;
	return s->expect == AT_END ? ERR_OK : ERR_SHORT;
}

void
json_kept_init(struct json_kept *k, const char *name, char *memory, size_t size)
{
	must(strlen(name) <= JSON_SPLIT_NAME_MAX);
	k->name = name;
	k->type = JSON_ABSENT;
	out_init(&k->text, memory, size);
}

struct span
json_kept_text(const struct json_kept *k)
{
	return k->type == JSON_ABSENT ? SPAN_NULL : out_done(&k->text);
}
