#include "codec/yaml_parts.h"

enum err
yaml_fail(struct yaml *y, enum err e, const char *why)
{
	y->why = why;
	return e;
}

enum err
yaml_unsupported(struct yaml *y, const char *why)
{
	return yaml_fail(y, ERR_UNSUPPORTED, why);
}

enum err
yaml_syntax(struct yaml *y, const char *why)
{
	return yaml_fail(y, ERR_SYNTAX, why);
}

enum err
yaml_tell(struct yaml *y, struct span value)
{
	struct span path = { y->path, y->path_len };
	enum err e = y->scalar(y->owner, path, value, y->line);

	return e == ERR_OK ? ERR_OK : yaml_fail(y, e, "it was not taken");
}

enum err
yaml_set_path(struct yaml *y, size_t base, struct span key, bool item)
{
	struct out o;

	out_init(&o, y->path, sizeof(y->path));
	o.len = base;
	if (item) {
		OUT_LITERAL(&o, "[]");
	} else {
		if (base > 0)
			out_char(&o, '.');
		out_span(&o, key);
	}
	if (o.full)
		return yaml_fail(
		    y, ERR_FULL, "too many names within each other");
	y->path_len = o.len;
	return ERR_OK;
}

/* --- keys and items ------------------------------------------------------- */

/* KEY: and what follows; false: there is no key. */
static bool
cut_key(struct span s, struct span *key, struct span *rest)
{
	char quote = s.at[0] == '"' || s.at[0] == '\'' ? s.at[0] : '\0';
	size_t n = quote != '\0';

	while (n < s.len) {
		if (quote != '\0' ? s.at[n] == quote
				  : s.at[n] == ':' &&
					(n + 1 == s.len || s.at[n + 1] == ' ' ||
					    s.at[n + 1] == '\t'))
			break;
		n++;
	}
	if (n >= s.len)
		return false;
	*key = (struct span){ s.at + (quote != '\0'), n - (quote != '\0') };
	*rest = yaml_skip(s, n + (quote != '\0'));
	if (rest->len == 0 || rest->at[0] != ':')
		return false;
	*rest = yaml_skip(*rest, 1);
	return rest->len == 0 || rest->at[0] == ' ' || rest->at[0] == '\t';
}

static enum err
read_pair(struct yaml *y, struct span line)
{
	const struct yaml_frame *f = &y->frames[y->depth - 1];
	struct span key, rest;
	enum err e;

	if (line.at[0] == '?' || span_starts(line, "<<"))
		return yaml_unsupported(y, "merge keys and ? are not read");
	if (!cut_key(line, &key, &rest))
		return yaml_syntax(y, "neither KEY: VALUE nor - VALUE");
	key = span_trim(key);
	if (key.len == 0 || strchr("&*!{[", key.at[0]) != NULL)
		return yaml_unsupported(y, "this key is not read");
	e = yaml_set_path(y, f->path, key, false);
	return e == ERR_OK ? yaml_value(y, rest) : e;
}

static enum err
push(struct yaml *y, size_t indent, bool list, size_t path)
{
	if (y->depth == YAML_DEPTH_MAX)
		return yaml_fail(y, ERR_FULL, "too many levels");
	y->frames[y->depth++] =
	    (struct yaml_frame){ .indent = indent, .list = list, .path = path };
	return ERR_OK;
}

/* The dash stands at indent. */
static enum err
read_item(struct yaml *y, struct span line, size_t indent)
{
	struct span rest = yaml_left(yaml_skip(line, 1));
	struct span key, value;
	enum err e =
	    yaml_set_path(y, y->frames[y->depth - 1].path, SPAN_NULL, true);

	if (e != ERR_OK)
		return e;
	if (span_starts(rest, "- ") || span_is(rest, "-"))
		return yaml_unsupported(y, "lists in lists are not read");
	if (yaml_is_end(rest) || !cut_key(rest, &key, &value))
		return yaml_value(y, rest);
	e = push(y, indent + (size_t)(rest.at - line.at), false, y->path_len);
	return e == ERR_OK ? read_pair(y, rest) : e;
}

/* --- lines ---------------------------------------------------------------- */

/* A key without a value has one below it, or is null. */
static enum err
settle(struct yaml *y, size_t indent, bool item)
{
	const struct yaml_frame *f = &y->frames[y->depth - 1];

	y->pending = false;
	if (indent > f->indent || (item && indent == f->indent && !f->list))
		return push(y, indent, item, y->path_len);
	return yaml_tell(y, SPAN_NULL);
}

static enum err
read_content(struct yaml *y, struct span line, size_t indent)
{
	bool item = span_starts(line, "- ") || span_is(line, "-");
	const struct yaml_frame *f;
	enum err e = ERR_OK;

	if (y->pending)
		e = settle(y, indent, item);
	else if (y->depth == 0)
		e = push(y, indent, item, 0);
	if (e != ERR_OK)
		return e;
	while (y->depth > 0) {
		f = &y->frames[y->depth - 1];
		if (f->indent < indent ||
		    (f->indent == indent && (!f->list || item)))
			break;
		y->depth--;
	}
	if (y->depth == 0 || y->frames[y->depth - 1].indent != indent ||
	    y->frames[y->depth - 1].list != item)
		return yaml_syntax(y, "stands under nothing at this column");
	return item ? read_item(y, line, indent) : read_pair(y, line);
}

static bool
has_control(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

/* --- and ... stand between documents; *done: the line is no more than that. */
static enum err
read_mark(struct yaml *y, struct span line, bool *done)
{
	bool begins = span_starts(line, "---");
	bool ends = span_starts(line, "...");

	*done = (begins || ends) && yaml_is_end(yaml_skip(line, 3));
	if (y->ended || (begins && (y->depth > 0 || !*done)))
		return yaml_unsupported(y, "a second document is not read");
	if (*done && ends)
		y->ended = true;
	if (line.at[0] == '%')
		return yaml_unsupported(y, "directives (%) are not read");
	return ERR_OK;
}

static enum err
read_line(struct yaml *y, struct span line)
{
	size_t indent = 0;
	bool done;
	enum err e;

	if (line.len > 0 && line.at[line.len - 1] == '\r')
		line.len--;
	if (has_control(line))
		return yaml_syntax(
		    y, "has a control character; it must be UTF-8");
	while (indent < line.len && line.at[indent] == ' ')
		indent++;
	if (yaml_is_end(line))
		return ERR_OK;
	if (line.at[indent] == '\t')
		return yaml_syntax(y, "a tab cannot indent");
	e = read_mark(y, line, &done);
	if (e != ERR_OK || done)
		return e;
	return read_content(y, span_trim(yaml_skip(line, indent)), indent);
}

void
yaml_init(struct yaml *y,
    enum err (*scalar)(
	void *owner, struct span path, struct span value, unsigned line),
    void *owner)
{
	memset(y, 0, sizeof(*y));
	y->scalar = scalar;
	y->owner = owner;
}

enum err
yaml_read(struct yaml *y, struct span text)
{
	enum err e = ERR_OK;

	if (span_starts(text, "\xef\xbb\xbf"))
		text = yaml_skip(text, 3);
	while (text.len > 0 && e == ERR_OK) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;

		y->line++;
		e = read_line(y, (struct span){ text.at, len });
		text = yaml_skip(text, len + (end != NULL));
	}
	if (e == ERR_OK && y->pending)
		e = yaml_tell(y, SPAN_NULL);
	return e;
}
