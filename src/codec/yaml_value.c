#include "codec/yaml_parts.h"

static bool
unescape(char c, struct out *o)
{
	static const char from[] = "\"\\/nt", to[] = "\"\\/\n\t";
	const char *at = strchr(from, c);

	if (c == '\0' || at == NULL)
		return false;
	out_char(o, to[at - from]);
	return true;
}

/* A text in quotes; *rest is what follows it. */
static enum err
read_quoted(struct yaml *y, struct span *rest, struct span *value)
{
	char quote = rest->at[0];
	struct span s = yaml_skip(*rest, 1);
	struct out o;

	out_init(&o, y->text, sizeof(y->text));
	while (s.len > 0) {
		if (s.at[0] == quote && quote == '\'' && s.len > 1 &&
		    s.at[1] == quote)
			s = yaml_skip(s, 1);
		else if (s.at[0] == quote)
			break;
		if (s.at[0] != '\\' || quote == '\'') {
			out_char(&o, s.at[0]);
		} else {
			s = yaml_skip(s, 1);
			if (s.len == 0 || !unescape(s.at[0], &o))
				return yaml_unsupported(
				    y, "this escape is not read");
		}
		s = yaml_skip(s, 1);
	}
	if (s.len == 0)
		return yaml_syntax(y, "a quote is not closed on its line");
	if (o.full)
		return yaml_fail(y, ERR_FULL, "the text is too long");
	*rest = yaml_skip(s, 1);
	*value = out_done(&o);
	return ERR_OK;
}

/* Where a plain scalar ends: at a comment, or one of these. */
static struct span
plain_of(struct span s, const char *ends)
{
	size_t n = 0;

	while (n < s.len && strchr(ends, s.at[n]) == NULL &&
	       !(s.at[n] == '#' && n > 0 &&
		   (s.at[n - 1] == ' ' || s.at[n - 1] == '\t')))
		n++;
	return (struct span){ s.at, n };
}

static bool
is_null(struct span s)
{
	return s.len == 0 || span_is(s, "~") || span_is(s, "null") ||
	       span_is(s, "Null") || span_is(s, "NULL");
}

static enum err
check_plain(struct yaml *y, struct span s)
{
	if (s.len == 0)
		return ERR_OK;
	if (strchr("&*!", s.at[0]) != NULL)
		return yaml_unsupported(
		    y, "anchors (&), aliases (*) and tags (!) are not read");
	if (s.at[0] == '|' || s.at[0] == '>')
		return yaml_unsupported(
		    y, "texts of several lines are not read");
	if (s.at[0] == '{' || s.at[0] == '[')
		return yaml_unsupported(
		    y, "maps in braces and lists in lists are not read");
	if (strchr("%@`,]}\"'", s.at[0]) != NULL)
		return yaml_syntax(y, "no value begins with this character");
	if (s.at[s.len - 1] == ':')
		return yaml_syntax(y, "a value cannot end with :");
	for (size_t i = 0; i + 1 < s.len; i++) {
		if (s.at[i] == ':' && s.at[i + 1] == ' ')
			return yaml_syntax(
			    y, "a second : on the line; use quotes");
	}
	if (s.len >= YAML_SCALAR_MAX)
		return yaml_fail(y, ERR_FULL, "the text is too long");
	return ERR_OK;
}

/* One scalar, whatever its kind; *rest is what follows it. */
static enum err
read_scalar(
    struct yaml *y, struct span *rest, const char *ends, struct span *value)
{
	enum err e;

	if (rest->len > 0 && (rest->at[0] == '"' || rest->at[0] == '\''))
		return read_quoted(y, rest, value);
	*value = plain_of(*rest, ends);
	*rest = yaml_skip(*rest, value->len);
	*value = span_trim(*value);
	e = check_plain(y, *value);
	if (is_null(*value))
		*value = SPAN_NULL;
	return e;
}

/* --- values --------------------------------------------------------------- */

/* [a, b], with the bracket before rest. */
static enum err
read_brackets(struct yaml *y, struct span rest)
{
	size_t base = y->path_len;
	struct span value;
	enum err e = ERR_OK;

	rest = yaml_left(rest);
	if (rest.len > 0 && rest.at[0] == ']')
		return yaml_is_end(yaml_skip(rest, 1))
			   ? yaml_tell(y, SPAN_NULL)
			   : yaml_syntax(y, "something stands behind the ]");
	e = yaml_set_path(y, base, SPAN_NULL, true);
	while (e == ERR_OK) {
		rest = yaml_left(rest);
		/* A comma may stand behind the last one. */
		if (rest.len > 0 && rest.at[0] == ']')
			break;
		e = read_scalar(y, &rest, ",]", &value);
		if (e == ERR_OK)
			e = yaml_tell(y, value);
		rest = yaml_left(rest);
		if (e != ERR_OK || rest.len == 0 || rest.at[0] != ',')
			break;
		rest = yaml_skip(rest, 1);
	}
	if (e != ERR_OK)
		return e;
	if (rest.len == 0 || rest.at[0] != ']')
		return yaml_unsupported(
		    y, "a list in brackets has to end on its line");
	return yaml_is_end(yaml_skip(rest, 1))
		   ? ERR_OK
		   : yaml_syntax(y, "something stands behind the ]");
}

enum err
yaml_value(struct yaml *y, struct span rest)
{
	struct span value;
	enum err e;

	rest = yaml_left(rest);
	if (yaml_is_end(rest)) {
		y->pending = true;
		return ERR_OK;
	}
	if (rest.at[0] == '[')
		return read_brackets(y, yaml_skip(rest, 1));
	if (span_starts(rest, "{}") && yaml_is_end(yaml_skip(rest, 2)))
		return yaml_tell(y, SPAN_NULL);
	e = read_scalar(y, &rest, "", &value);
	if (e != ERR_OK)
		return e;
	if (!yaml_is_end(rest))
		return yaml_syntax(y, "something stands behind the quotes");
	return yaml_tell(y, value);
}
