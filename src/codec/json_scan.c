#include "codec/json.h"

#include "codec/json_lex.h"

/*
 * The last byte of the text is a closing bracket: whatever scans digits or
 * literals stops there, so only strings and closing brackets have to look for
 * the end; and behind a comma or an opening bracket there is always a byte.
 */
struct scan {
	const char *text;
	const char *at;
	const char *end;
	/* The pool: where the next token goes, and its end. */
	struct json_token *tokens;
	struct json_token *next;
	struct json_token *last;
	/* The innermost open container, the depth in its shape, its children.
	 */
	struct json_token *open;
	uint32_t depth;
	uint32_t children;
	bool object;
	/* The containers around it; their children are in their tokens. */
	unsigned nested;
	struct json_token **around;
};

JSON_INLINE void
skip_blanks(struct scan *s)
{
	while ((unsigned char)*s->at <= ' ' && json_blank(*s->at))
		s->at++;
}

JSON_INLINE void
put(struct scan *s, const char *at, size_t len, uint32_t shape)
{
	*s->next++ = (struct json_token){
		.start = (uint32_t)(at - s->text),
		.len = (uint32_t)len,
		.shape = shape,
	};
}

/* A string, number or literal of the depth given. */
JSON_INLINE bool
scan_scalar(struct scan *s, uint32_t depth)
{
	const char *at = s->at;
	const char *end;

	if (*at == '"') {
		end = json_string_end(at++, s->end);
		if (end == NULL)
			return false;
		put(s, at, (size_t)(end - at),
		    depth + JSON_TOKEN + JSON_STRING);
		s->at = end + 1;
		return true;
	}
	if ((unsigned char)(*at - '0') < 10 || *at == '-')
		end = json_number_end(s->at, s->end);
	else
		end = json_literal_end(s->at, s->end);
	if (end == NULL)
		return false;
	put(s, at, (size_t)(end - at), depth + JSON_TOKEN + JSON_PRIMITIVE);
	s->at = end;
	return true;
}

/* "k": with one letter, as Binance has many. */
JSON_INLINE bool
is_letter_key(const struct scan *s)
{
	uint64_t x = json_load(s->at, s->end);

	return (x & 0xffff00ff) == ('"' | '"' << 16 | (uint64_t)':' << 24) &&
	       (((x >> 8 & 0xff) | 0x20) - 'a') < 26;
}

/* "key": up to its value.  Its tokens are known when the value has ended. */
JSON_INLINE bool
scan_key(struct scan *s)
{
	const char *at = s->at + 1;
	const char *end;
	uint32_t shape = s->depth + JSON_DEEPER + 2 * JSON_TOKEN + JSON_STRING;

	if (is_letter_key(s)) {
		put(s, at, 1, shape);
		s->at += 4;
		skip_blanks(s);
		return true;
	}
	if (*s->at != '"')
		return false;
	end = json_string_end(s->at, s->end);
	if (end == NULL)
		return false;
	put(s, at, (size_t)(end - at), shape);
	s->at = end + 1;
	skip_blanks(s);
	if (*s->at != ':')
		return false;
	s->at++;
	skip_blanks(s);
	return true;
}

JSON_INLINE bool
is_opening(char c)
{
	return c == '{' || c == '[';
}

JSON_INLINE bool
is_closing(char c)
{
	return c == '}' || c == ']';
}

JSON_INLINE void
open_container(
    struct scan *s, struct json_token *token, uint32_t depth, uint32_t children)
{
	if (s->nested != 0)
		s->open->len = s->children;
	s->around[s->nested++] = s->open;
	s->open = token;
	s->depth = depth;
	s->children = children;
	s->object = json_type_of(token) == JSON_OBJECT;
}

/* At the bracket of a container; up to its first child or its end. */
JSON_INLINE bool
scan_open(struct scan *s, enum err *e)
{
	enum json_type type = *s->at == '{' ? JSON_OBJECT : JSON_ARRAY;
	uint32_t depth = 0;

	if (s->nested == JSON_DEPTH_MAX)
		*e = ERR_UNSUPPORTED;
	else if (s->next == s->last)
		*e = ERR_TOKENS;
	if (*e != ERR_OK)
		return false;
	if (s->nested != 0)
		depth = s->depth + (s->object ? 2 : 1) * JSON_DEEPER;
	put(s, s->at, 0, depth + JSON_TOKEN + type);
	open_container(s, s->next - 1, depth, 0);
	s->at++;
	skip_blanks(s);
	return true;
}

JSON_INLINE bool
scan_close(struct scan *s)
{
	struct json_token *closed = s->open;
	uint32_t tokens = (uint32_t)(s->next - closed);

	if (*s->at != (s->object ? '}' : ']'))
		return false;
	s->at++;
	closed->len = s->children;
	closed->shape += (tokens - 1) * JSON_TOKEN;
	s->open = s->around[--s->nested];
	if (s->nested == 0)
		return true;
	s->object = json_type_of(s->open) == JSON_OBJECT;
	s->depth = s->open->shape & JSON_DEPTHS;
	s->children = s->open->len;
	/* The key in front of a container that is a value. */
	if (s->object)
		closed[-1].shape += (tokens - 1) * JSON_TOKEN;
	return true;
}

/* Behind a value: close what ends here, up to the next element or the end. */
JSON_INLINE enum err
scan_after(struct scan *s)
{
	for (;;) {
		skip_blanks(s);
		if (*s->at == ',')
			break;
		if (!scan_close(s))
			return ERR_UNSUPPORTED;
		if (s->nested == 0)
			return s->at == s->end ? ERR_OK : ERR_UNSUPPORTED;
		if (s->at == s->end)
			return ERR_UNSUPPORTED;
	}
	s->at++;
	skip_blanks(s);
	return ERR_AGAIN;
}

/*
 * Members as far as they have scalars: behind the last one, or AGAIN at the
 * bracket of a value.
 */
JSON_INLINE enum err
scan_members(struct scan *s)
{
	for (;;) {
		if (s->last - s->next < 2)
			return ERR_TOKENS;
		s->children++;
		if (!scan_key(s))
			return ERR_UNSUPPORTED;
		if (is_opening(*s->at))
			return ERR_AGAIN;
		if (!scan_scalar(s, s->depth + 2 * JSON_DEEPER))
			return ERR_UNSUPPORTED;
		if (s->at[0] != ',' || s->at[1] != '"')
			return ERR_OK;
		s->at++;
	}
}

/* The same for elements of the depth given. */
JSON_INLINE enum err
scan_elements(struct scan *s, uint32_t depth, uint32_t *children)
{
	for (;;) {
		++*children;
		if (is_opening(*s->at))
			return ERR_AGAIN;
		if (s->next == s->last)
			return ERR_TOKENS;
		if (!scan_scalar(s, depth))
			return ERR_UNSUPPORTED;
		if (*s->at != ',')
			return ERR_OK;
		s->at++;
		skip_blanks(s);
	}
}

/*
 * Rows of scalars, as the levels of a book are: at the bracket of the first one
 * in the array that is open.  A row is opened only when it turns out to hold
 * more than scalars.
 */
JSON_INLINE enum err
scan_rows(struct scan *s)
{
	uint32_t depth = s->depth + JSON_DEEPER;

	if (s->nested == JSON_DEPTH_MAX)
		return ERR_UNSUPPORTED;
	for (;;) {
		struct json_token *row = s->next;
		uint32_t children = 0;
		enum err e;

		if (s->next == s->last)
			return ERR_TOKENS;
		put(s, s->at, 0, depth + JSON_TOKEN + JSON_ARRAY);
		s->at++;
		e = scan_elements(s, depth + JSON_DEEPER, &children);
		if (e != ERR_OK || *s->at != ']') {
			open_container(s, row, depth, children);
			return e;
		}
		row->len = children;
		row->shape += children * JSON_TOKEN;
		s->at++;
		if (s->at == s->end)
			return ERR_UNSUPPORTED;
		if (s->at[0] != ',' || s->at[1] != '[' || s->at[2] != '"')
			return ERR_OK;
		s->at++;
		s->children++;
	}
}

/* One or more children of the open container. */
JSON_INLINE enum err
scan_children(struct scan *s)
{
	enum err e;

	if (s->object)
		return scan_members(s);
	e = scan_elements(s, s->depth + JSON_DEEPER, &s->children);
	if (e == ERR_AGAIN && s->at[0] == '[' && s->at[1] == '"')
		e = scan_rows(s);
	return e;
}

/* From the first bracket to the end. */
JSON_INLINE enum err
scan_all(struct scan *s)
{
	/* At a bracket that opens; else at a child. */
	bool opens = true;

	for (;;) {
		enum err e = ERR_OK;

		if (opens && scan_open(s, &e) && !is_closing(*s->at))
			e = scan_children(s);
		else if (!opens)
			e = scan_children(s);
		opens = e == ERR_AGAIN;
		if (e == ERR_OK)
			e = scan_after(s);
		if (e != ERR_AGAIN)
			return e;
	}
}

enum err
json_scan(struct json *j, const char *text, size_t len)
{
	struct json_token *around[JSON_DEPTH_MAX];
	struct scan s = {
		.text = text,
		.at = text,
		.end = text + len,
		.tokens = j->tokens,
		.next = j->tokens,
		.last = j->tokens + j->pool,
		.around = around,
	};
	enum err e;

	j->count = 0;
	while (s.end > text && json_blank(s.end[-1]))
		s.end--;
	if (s.end - text < 8 || !is_closing(s.end[-1]))
		return ERR_UNSUPPORTED;
	skip_blanks(&s);
	if (!is_opening(*s.at))
		return ERR_UNSUPPORTED;
	e = scan_all(&s);
	if (e == ERR_OK) {
		j->text = text;
		j->len = len;
		j->count = (uint32_t)(s.next - s.tokens);
	}
	return e;
}
