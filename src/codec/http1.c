#include "codec/http1.h"

#include <string.h>

static const char head_end[] = "\r\n\r\n";

enum err
http1_gather(char *buf, size_t size, size_t *have, const char *in, size_t len,
    size_t *used)
{
	for (size_t i = 0; i < len; i++) {
		if (*have == size)
			return ERR_FULL;
		buf[(*have)++] = in[i];
		if (in[i] == '\n' && *have >= 4 &&
		    memcmp(buf + *have - 4, head_end, 4) == 0) {
			*used = i + 1;
			return ERR_OK;
		}
	}
	*used = len;
	return ERR_SHORT;
}

/* Cut a line off *rest, without its CR LF; false when there is none. */
static bool
cut_line(struct span *rest, struct span *line)
{
	const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : 0;
	size_t len;

	if (!end || end == rest->at || end[-1] != '\r')
		return false;
	len = (size_t)(end - rest->at) - 1;
	*line = (struct span){ rest->at, len };
	rest->at += len + 2;
	rest->len -= len + 2;
	return true;
}

/* tchar of RFC 9110 section 5.6.2 */
static bool
is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_token_char(s.at[i]))
			return false;
	}
	return s.len > 0;
}

static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return true;
	}
	return false;
}

bool
http1_next(struct span *rest, struct span *name, struct span *value)
{
	struct span behind = *rest;
	struct span line;
	const char *colon;

	if (!cut_line(&behind, &line) || line.len == 0)
		return false;
	colon = memchr(line.at, ':', line.len);
	if (!colon)
		return false;
	*rest = behind;
	*name = (struct span){ line.at, (size_t)(colon - line.at) };
	*value =
	    span_trim((struct span){ colon + 1, line.len - name->len - 1 });
	return true;
}

/* Every line must be a field, up to the empty one that ends the head. */
static enum err
check_fields(struct span fields)
{
	struct span name, value;

	while (http1_next(&fields, &name, &value)) {
		if (!is_token(name) || has_control(value))
			return ERR_SYNTAX;
	}
	return span_is(fields, "\r\n") ? ERR_OK : ERR_SYNTAX;
}

/* "HTTP/1.x" */
static enum err
read_version(struct span s, int *minor)
{
	if (s.len != 8 || !span_starts(s, "HTTP/"))
		return ERR_SYNTAX;
	if (!span_starts(s, "HTTP/1.") || s.at[7] < '0' || s.at[7] > '9')
		return ERR_UNSUPPORTED;
	*minor = s.at[7] - '0';
	return ERR_OK;
}

enum err
http1_response(struct span head, struct http1_response *r)
{
	struct span line;
	enum err e;

	memset(r, 0, sizeof(*r));
	if (!cut_line(&head, &line) || line.len < 12 || has_control(line))
		return ERR_SYNTAX;
	e = read_version((struct span){ line.at, 8 }, &r->minor);
	if (e != ERR_OK)
		return e;
	if (line.at[8] != ' ' || (line.len > 12 && line.at[12] != ' '))
		return ERR_SYNTAX;
	for (int i = 9; i < 12; i++) {
		if (line.at[i] < '0' || line.at[i] > '9')
			return ERR_SYNTAX;
		r->status = 10 * r->status + (line.at[i] - '0');
	}
	if (r->status < 100)
		return ERR_SYNTAX;
	r->fields = head;
	return check_fields(head);
}

enum err
http1_request(struct span head, struct http1_request *r)
{
	struct span line, version;
	enum err e;

	memset(r, 0, sizeof(*r));
	if (!cut_line(&head, &line) || has_control(line))
		return ERR_SYNTAX;
	r->method = span_word(&line, " ");
	r->target = span_word(&line, " ");
	version = span_word(&line, " ");
	if (!r->target.at || !is_token(r->method) || !version.at || line.len)
		return ERR_SYNTAX;
	e = read_version(version, &r->minor);
	if (e != ERR_OK)
		return e;
	r->fields = head;
	return check_fields(head);
}

struct span
http1_field(struct span fields, const char *name)
{
	struct span n, value;

	while (http1_next(&fields, &n, &value)) {
		if (span_is_nocase(n, name))
			return value;
	}
	return SPAN_NULL;
}

bool
http1_has(struct span fields, const char *name, const char *token)
{
	struct span n, value, word;

	while (http1_next(&fields, &n, &value)) {
		if (!span_is_nocase(n, name))
			continue;
		for (word = span_word(&value, ", \t"); word.at;
		     word = span_word(&value, ", \t")) {
			if (span_is_nocase(word, token))
				return true;
		}
	}
	return false;
}

bool
http1_keeps(struct span fields, int minor)
{
	if (http1_has(fields, "Connection", "close"))
		return false;
	return minor >= 1 || http1_has(fields, "Connection", "keep-alive");
}

int64_t
http1_retry_after(struct span fields)
{
	struct span value = http1_field(fields, "Retry-After");
	uint64_t seconds;

	if (!value.at)
		return -1;
	if (span_u64(value, &seconds) != ERR_OK)
		return 60;
	/* A longer ban than a month is a mistake of the sender's. */
	return seconds > 31 * 86400 ? 31 * 86400 : (int64_t)seconds;
}
