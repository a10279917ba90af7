#include "codec/http_request.h"

#include <string.h>

#include "codec/http1.h"

/* "/path?query", or "http://host/path" (RFC 9112 section 3.2.2). */
static bool
read_target(struct span target, struct http_request *r)
{
	const char *mark;

	if (span_starts(target, "http://") || span_starts(target, "https://")) {
		size_t scheme = target.at[4] == 's' ? 8 : 7;

		target.at += scheme;
		target.len -= scheme;
		while (target.len > 0 && target.at[0] != '/') {
			target.at++;
			target.len--;
		}
	}
	if (target.len == 0 || target.at[0] != '/')
		return false;
	mark = memchr(target.at, '?', target.len);
	r->path = target;
	if (mark == NULL)
		return true;
	r->path.len = (size_t)(mark - target.at);
	r->query = (struct span){ mark + 1, target.len - r->path.len - 1 };
	return true;
}

static unsigned
count_fields(struct span fields, const char *name)
{
	struct span n, value;
	unsigned count = 0;

	while (http1_next(&fields, &n, &value))
		count += span_is_nocase(n, name);
	return count;
}

/* A POST says how long its body is, once; others bring none. */
static bool
read_body(struct span fields, struct http_request *r)
{
	struct span length = http1_field(fields, "Content-Length");
	struct span expect = http1_field(fields, "Expect");

	if (http1_field(fields, "Transfer-Encoding").at)
		return false;
	if (!r->post)
		return !length.at || span_is(length, "0");
	r->expects = expect.at && span_is_nocase(expect, "100-continue");
	return count_fields(fields, "Content-Length") <= 1 &&
	       (!length.at || span_u64(length, &r->length) == ERR_OK);
}

int
http_request_read(struct span head, struct http_request *r)
{
	struct http1_request q;
	unsigned hosts;
	enum err e;

	memset(r, 0, sizeof(*r));
	e = http1_request(head, &q);
	if (e != ERR_OK)
		return e == ERR_UNSUPPORTED ? 505 : 400;
	hosts = count_fields(q.fields, "Host");
	r->method = q.method;
	r->minor = q.minor;
	/* Nobody who speaks 1.0 and means it is left. */
	r->keep = q.minor >= 1 && http1_keeps(q.fields, q.minor);
	r->accept = http1_field(q.fields, "Accept");
	r->authorization = http1_field(q.fields, "Authorization");
	r->if_none_match = http1_field(q.fields, "If-None-Match");
	r->origin = http1_field(q.fields, "Origin");
	r->head_only = span_is(q.method, "HEAD");
	r->post = span_is(q.method, "POST");
	if (!read_target(q.target, r) || !read_body(q.fields, r) || hosts > 1 ||
	    (q.minor >= 1 && hosts == 0))
		return 400;
	return r->head_only || r->post || span_is(q.method, "GET") ? 0 : 405;
}

bool
http_query(struct span query, const char *name, struct span *value)
{
	struct span pair;

	while ((pair = span_word(&query, "&")).at != NULL) {
		const char *equals = memchr(pair.at, '=', pair.len);
		struct span key = pair;

		if (equals != NULL)
			key.len = (size_t)(equals - pair.at);
		if (!span_is(key, name))
			continue;
		*value = (struct span){ pair.at + key.len, 0 };
		if (equals != NULL) {
			value->at++;
			value->len = pair.len - key.len - 1;
		}
		return true;
	}
	return false;
}

enum err
http_decode(struct span raw, struct out *o)
{
	for (size_t i = 0; i < raw.len; i++) {
		unsigned char c = (unsigned char)raw.at[i];

		if (c == '%') {
			int high =
			    i + 2 < raw.len ? span_hex(raw.at[i + 1]) : -1;
			int low = high >= 0 ? span_hex(raw.at[i + 2]) : -1;

			if (low < 0)
				return ERR_SYNTAX;
			c = (unsigned char)(high * 16 + low);
			i += 2;
		}
		if (c < ' ' || c == 0x7f)
			return ERR_SYNTAX;
		out_char(o, (char)c);
	}
	return ERR_OK;
}

struct span
http_segment(struct span *path)
{
	return span_word(path, "/");
}

/* Cut an entity tag off the list; at is NULL when there is none. */
static struct span
next_tag(struct span *list)
{
	const char *end;
	struct span tag;

	while (list->len > 0 && memchr(", \t", list->at[0], 3)) {
		list->at++;
		list->len--;
	}
	if (span_starts(*list, "W/")) {
		list->at += 2;
		list->len -= 2;
	}
	if (list->len < 2 || list->at[0] != '"')
		return SPAN_NULL;
	end = memchr(list->at + 1, '"', list->len - 1);
	if (end == NULL)
		return SPAN_NULL;
	tag = (struct span){ list->at, (size_t)(end - list->at) + 1 };
	list->at += tag.len;
	list->len -= tag.len;
	return tag;
}

bool
http_none_match(struct span list, struct span tag)
{
	struct span one;

	if (list.at == NULL)
		return false;
	if (span_is(list, "*"))
		return true;
	while ((one = next_tag(&list)).at != NULL) {
		if (span_eq(one, tag))
			return true;
	}
	return false;
}

struct span
http_credentials(struct span authorization, const char *scheme)
{
	struct span word;

	if (authorization.at == NULL)
		return SPAN_NULL;
	word = span_word(&authorization, " ");
	if (word.at == NULL || !span_is_nocase(word, scheme))
		return SPAN_NULL;
	return span_trim(authorization);
}

void
http_date(struct out *o, struct wall t)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	/* 1970-01-01 was a Thursday. */
	size_t day = (size_t)((t.ns > 0 ? t.ns / NS_PER_S / 86400 : 0) + 4) % 7;
	char text[40];
	struct out iso;
	size_t month;

	/* 2026-11-27T18:40:35... */
	out_init(&iso, text, sizeof(text));
	out_time(&iso, t);
	month = (size_t)(text[5] - '0') * 10 + (size_t)(text[6] - '0');
	out_bytes(o, days + 3 * day, 3);
	OUT_LITERAL(o, ", ");
	out_bytes(o, text + 8, 2);
	out_char(o, ' ');
	out_bytes(o, months + 3 * (month - 1), 3);
	out_char(o, ' ');
	out_bytes(o, text, 4);
	out_char(o, ' ');
	out_bytes(o, text + 11, 8);
	OUT_LITERAL(o, " GMT");
}

bool
http_same_secret(struct span given, struct span secret)
{
	volatile unsigned char differ = given.len != secret.len;

	if (secret.len == 0)
		return false;
	for (size_t i = 0; i < given.len; i++)
		differ =
		    (unsigned char)(differ |
				    (given.at[i] ^ secret.at[i % secret.len]));
	return differ == 0;
}
