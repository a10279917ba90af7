#include "status/status_parts.h"

static struct status_call
call_of(struct httpd_answer *a)
{
	return (struct status_call){ .body = &a->body };
}

static void
answer(struct httpd_answer *a, const struct status_call *c)
{
	out_char(&a->body, '\n');
	a->status = c->status;
	a->content_type = "application/json; charset=utf-8";
}

static bool
on_open(struct httpd *h, const struct http_request *r, struct httpd_answer *a)
{
	struct status *s = h->owner;
	struct status_call c = call_of(a);

	if (!span_is(r->path, s->upload->path)) {
		status_post(s, r, a);
		return false;
	}
	if (!status_admits(s, r, a))
		return false;
	if (s->upload->open(s->upload_owner, r->length, &c))
		return true;
	answer(a, &c);
	return false;
}

static bool
on_piece(struct httpd *h, struct span bytes, struct httpd_answer *a)
{
	const struct status *s = h->owner;
	struct status_call c = call_of(a);

	if (s->upload->piece(s->upload_owner, bytes, &c))
		return true;
	answer(a, &c);
	return false;
}

static void
on_end(struct httpd *h, struct httpd_answer *a)
{
	const struct status *s = h->owner;
	struct status_call c = call_of(a);

	s->upload->end(s->upload_owner, &c);
	answer(a, &c);
}

static void
on_gone(struct httpd *h)
{
	const struct status *s = h->owner;

	s->upload->gone(s->upload_owner);
}

const struct httpd_uploads status_uploads = { on_open, on_piece, on_end,
	on_gone };
