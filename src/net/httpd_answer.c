#include <string.h>

#include "codec/http1.h"
#include "core/must.h"
#include "net/httpd_parts.h"

static const struct reason {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
	{ 505, "HTTP Version Not Supported" },
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

void
httpd_give_back(struct httpd_client *c)
{
	if (c->body != HTTPD_NO_BODY)
		c->server->bodies_taken &= ~(1u << c->body);
	c->body = HTTPD_NO_BODY;
}

void
httpd_deadline(struct httpd_client *c, int64_t ms)
{
	struct loop *l = c->server->loop;

	timer_start(l, &c->deadline, mono_after_ms(l->now, ms));
}

/* Compose the answer's head; the body is in its buffer, or is `text`. */
static void
answer(struct httpd_client *c, const struct httpd_answer *a, const char *text)
{
	size_t length = text ? strlen(text) : c->body_len;
	struct out o;

	out_init(&o, c->answer, sizeof(c->answer));
	OUT_LITERAL(&o, "HTTP/1.1 ");
	out_u64(&o, (uint64_t)a->status);
	out_char(&o, ' ');
	out_text(&o, reason_of(a->status));
	OUT_LITERAL(&o, "\r\nContent-Type: ");
	out_text(&o,
	    a->content_type ? a->content_type : "text/plain; charset=utf-8");
	OUT_LITERAL(&o, "\r\nContent-Length: ");
	out_u64(&o, length);
	OUT_LITERAL(&o, "\r\nCache-Control: no-store\r\n"
			"X-Content-Type-Options: nosniff\r\n");
	if (a->headers)
		out_text(&o, a->headers);
	if (!c->keep)
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
	httpd_deadline(c, HTTPD_SEND_MS);
}

/* Answer without a body buffer, and hang up if `refused`. */
void
httpd_refuse(struct httpd_client *c, int status, bool refused, bool head_only)
{
	struct httpd_answer a = { .status = status };

	if (status == 405)
		a.headers = "Allow: GET, HEAD\r\n";
	httpd_give_back(c);
	c->body_len = 0;
	c->refused = refused;
	if (refused)
		c->keep = false;
	answer(c, &a, head_only ? "" : reason_of(status));
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

static void
serve(struct httpd_client *c, const struct httpd_request *r)
{
	struct httpd *h = c->server;
	bool head_only = span_is(r->method, "HEAD");
	struct httpd_answer a;

	if (!take_body(c)) {
		httpd_refuse(c, 503, false, head_only);
		return;
	}
	memset(&a, 0, sizeof(a));
	out_init(&a.body, h->bodies + (size_t)c->body * h->body_bytes,
	    h->body_bytes);
	h->serve(h, r, &a);
	if (a.body.full) {
		httpd_refuse(c, 500, false, head_only);
		return;
	}
	if (a.status == 0) {
		httpd_refuse(c, 404, false, head_only);
		return;
	}
	c->body_len = a.body.len;
	answer(c, &a, NULL);
	if (!head_only)
		return;
	httpd_give_back(c);
	c->body_len = 0;
}

/* "/path?query", or "http://host/path" (RFC 9112 section 3.2.2). */
static bool
read_target(struct span target, struct httpd_request *r)
{
	const char *mark;

	if (span_starts(target, "http://")) {
		target.at += 7;
		target.len -= 7;
		while (target.len > 0 && target.at[0] != '/') {
			target.at++;
			target.len--;
		}
	}
	if (target.len == 0 || target.at[0] != '/')
		return false;
	mark = memchr(target.at, '?', target.len);
	r->path = target;
	r->query = SPAN_NULL;
	if (mark) {
		r->path.len = (size_t)(mark - target.at);
		r->query =
		    (struct span){ mark + 1, target.len - r->path.len - 1 };
	}
	return true;
}

static bool
has_body(struct span fields)
{
	struct span length = http1_field(fields, "Content-Length");

	return http1_field(fields, "Transfer-Encoding").at ||
	       (length.at && !span_is(length, "0"));
}

/* The head is whole. */
void
httpd_judge(struct httpd_client *c)
{
	struct http1_request q;
	struct httpd_request r;
	enum err e;

	c->server->requests++;
	e = http1_request((struct span){ c->head, c->head_len }, &q);
	if (e != ERR_OK) {
		httpd_refuse(c, e == ERR_UNSUPPORTED ? 505 : 400, true, false);
		return;
	}
	/* Nobody who speaks 1.0 and means it is left. */
	c->keep = q.minor >= 1 && http1_keeps(q.fields, q.minor);
	r.method = q.method;
	r.accept = http1_field(q.fields, "Accept");
	if (!read_target(q.target, &r) || has_body(q.fields) ||
	    (q.minor >= 1 && !http1_field(q.fields, "Host").at))
		httpd_refuse(c, 400, true, false);
	else if (!span_is(q.method, "GET") && !span_is(q.method, "HEAD"))
		httpd_refuse(c, 405, true, false);
	else
		serve(c, &r);
}
