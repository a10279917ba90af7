#include <string.h>

#include "codec/crc32c.h"
#include "core/must.h"
#include "net/httpd_parts.h"

static const struct reason {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 304, "Not Modified" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 429, "Too Many Requests" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

static const char *
reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].status == status)
			return reasons[i].text;
	}
	return "Unknown";
}

/* What describes the body. */
static void
describe(const struct httpd_client *c, const struct httpd_answer *a,
    size_t length, struct out *o)
{
	OUT_LITERAL(o, "Content-Type: ");
	out_text(
	    o, a->content_type ? a->content_type : "text/plain; charset=utf-8");
	if (a->more == NULL) {
		OUT_LITERAL(o, "\r\nContent-Length: ");
		out_u64(o, length);
	} else if (c->chunked) {
		OUT_LITERAL(o, "\r\nTransfer-Encoding: chunked");
	}
	OUT_LITERAL(o, "\r\n");
}

/* Compose the answer's head; the body is in its buffer, or is `text`. */
static void
answer(struct httpd_client *c, const struct httpd_answer *a, struct span tag,
    const char *text)
{
	size_t length = text ? strlen(text) : c->body_len;
	struct out o;

	out_init(&o, c->answer, sizeof(c->answer));
	OUT_LITERAL(&o, "HTTP/1.1 ");
	out_u64(&o, (uint64_t)a->status);
	out_char(&o, ' ');
	out_text(&o, reason_of(a->status));
	OUT_LITERAL(&o, "\r\nDate: ");
	http_date(&o, c->server->loop->wall);
	OUT_LITERAL(&o, "\r\n");
	if (a->status != 304)
		describe(c, a, length, &o);
	if (tag.len > 0) {
		OUT_LITERAL(&o, "ETag: ");
		out_span(&o, tag);
		OUT_LITERAL(&o, "\r\n");
	}
	OUT_LITERAL(&o, "Cache-Control: no-cache\r\n"
			"X-Content-Type-Options: nosniff\r\n");
	if (a->headers)
		out_text(&o, a->headers);
	if (a->status == 503 || a->retry_s > 0) {
		OUT_LITERAL(&o, "Retry-After: ");
		out_u64(&o, a->retry_s > 0 ? a->retry_s : 1);
		OUT_LITERAL(&o, "\r\n");
	}
	if (!c->keep || c->served + 1 == HTTPD_REQUESTS_MAX)
		OUT_LITERAL(&o, "Connection: close\r\n");
	OUT_LITERAL(&o, "\r\n");
	if (text)
		out_text(&o, text);
	must(!o.full);
	c->answer_len = o.len;
	c->sent = 0;
	c->phase = HTTPD_SENDING;
	if (a->status >= 400)
		c->server->errors++;
	httpd_deadline(c, c->server->setup.answer_ms);
}

/* Answer without a body buffer, and hang up if `refused`. */
void
httpd_refuse(struct httpd_client *c, int status, bool refused, bool head_only)
{
	struct httpd_answer a = { .status = status };

	httpd_charge(c->server, 0);
	if (status == 405)
		a.headers = "Allow: GET, HEAD\r\n";
	httpd_give_back(c);
	c->refused = refused;
	if (refused)
		c->keep = false;
	answer(c, &a, SPAN_NULL, head_only ? "" : reason_of(status));
}

static bool
take_body(struct httpd_client *c)
{
	struct httpd *h = c->server;

	for (int i = 0; i < HTTPD_BODIES; i++) {
		if (h->bodies_taken & 1u << i)
			continue;
		h->bodies_taken |= 1u << i;
		c->body = i;
		return true;
	}
	return false;
}

/* Its buffer, with room for what frames a slice. */
static void
open_body(const struct httpd_client *c, struct out *o)
{
	const struct httpd *h = c->server;
	size_t size = h->setup.body_bytes;

	out_init(o, h->bodies + (size_t)c->body * size + HTTPD_FRONT,
	    size - HTTPD_FRONT - HTTPD_BEHIND);
}

/* A chunk (RFC 9112 section 7.1): its length goes in front of it. */
static void
frame(struct httpd_client *c, struct out *o, bool last)
{
	static const char hex[] = "0123456789abcdef";
	char *at = o->at;
	size_t left = o->len;

	o->size += HTTPD_BEHIND;
	/* One of no bytes would be the last. */
	if (left > 0) {
		*--at = '\n';
		*--at = '\r';
		OUT_LITERAL(o, "\r\n");
	}
	for (; left > 0; left /= 16)
		*--at = hex[left % 16];
	if (last)
		OUT_LITERAL(o, "0\r\n\r\n");
	c->body_at = at;
	c->body_len = (size_t)(o->at + o->len - at);
}

void
httpd_continue(struct httpd_client *c)
{
	bool (*more)(struct httpd *, uint64_t *, struct out *) = c->more;
	struct out o;
	bool last;

	open_body(c, &o);
	last = !more(c->server, c->places, &o);
	httpd_charge(c->server, o.len);
	if (o.full) {
		httpd_close(c);
		return;
	}
	c->more = last ? NULL : more;
	c->body_at = o.at;
	c->body_len = o.len;
	if (c->chunked)
		frame(c, &o, last);
	c->answer_len = 0;
	c->sent = 0;
	c->phase = HTTPD_SENDING;
}

/* The body is whole: with a tag, unless the client has that version of it. */
static void
whole(struct httpd_client *c, struct httpd_answer *a,
    const struct http_request *r)
{
	struct span body = out_done(&a->body);
	char text[40];
	struct out tag;

	out_init(&tag, text, sizeof(text));
	if (a->status == 200) {
		uint64_t sum =
		    a->version ? a->version : crc32c(0, body.at, body.len);

		out_char(&tag, '"');
		out_hex(&tag, &sum, sizeof(sum));
		out_char(&tag, '-');
		out_u64(&tag, body.len);
		out_char(&tag, '"');
	}
	c->body_at = body.at;
	c->body_len = body.len;
	if (tag.len > 0 && http_none_match(r->if_none_match, out_done(&tag))) {
		a->status = 304;
		httpd_give_back(c);
	}
	answer(c, a, out_done(&tag), NULL);
}

static void
sliced(struct httpd_client *c, struct httpd_answer *a,
    const struct http_request *r)
{
	c->chunked = r->minor >= 1;
	/* The end of the connection is the end of the body. */
	if (!c->chunked)
		c->keep = false;
	c->more = a->more;
	memcpy(c->places, a->places, sizeof(c->places));
	c->body_at = a->body.at;
	c->body_len = a->body.len;
	if (c->chunked)
		frame(c, &a->body, false);
	answer(c, a, SPAN_NULL, NULL);
}

bool
httpd_begin(struct httpd_client *c, struct httpd_answer *a)
{
	if (!take_body(c))
		return false;
	httpd_again(c, a);
	return true;
}

void
httpd_again(const struct httpd_client *c, struct httpd_answer *a)
{
	memset(a, 0, sizeof(*a));
	open_body(c, &a->body);
}

void
httpd_finish(struct httpd_client *c, struct httpd_answer *a,
    const struct http_request *r, bool refused)
{
	httpd_charge(c->server, a->body.len);
	if (a->body.full || a->status == 0) {
		httpd_refuse(
		    c, a->body.full ? 500 : 404, refused, r->head_only);
		return;
	}
	c->refused = refused;
	if (refused)
		c->keep = false;
	if (a->more != NULL)
		sliced(c, a, r);
	else
		whole(c, a, r);
	if (r->head_only)
		httpd_give_back(c);
}

static void
serve(struct httpd_client *c, const struct http_request *r)
{
	struct httpd *h = c->server;
	int64_t before = loop_spent_ns(h->loop);
	struct httpd_answer a;

	if (!httpd_begin(c, &a)) {
		httpd_refuse(c, 503, false, r->head_only);
		return;
	}
	h->serve(h, r, &a);
	httpd_charge_time(h, loop_spent_ns(h->loop) - before);
	httpd_finish(c, &a, r, false);
}

/* The head is whole. */
void
httpd_judge(struct httpd_client *c)
{
	struct http_request r;
	int status;

	c->server->requests++;
	status = http_request_read((struct span){ c->head, c->head_len }, &r);
	c->keep = r.keep;
	if (status != 0)
		httpd_refuse(c, status, true, false);
	else if (r.post)
		httpd_upload(c, &r);
	else
		serve(c, &r);
}
