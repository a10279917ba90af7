#include <string.h>

#include "net/httpd_parts.h"

static const struct http_request nothing;

/* Each piece gives it more time, up to the end of all. */
static void
prolong(struct httpd_client *c)
{
	struct loop *l = c->server->loop;
	struct mono end = mono_after_ms(l->now, c->server->setup.head_ms);

	timer_start(l, &c->deadline, mono_min(end, c->upload_end));
}

void
httpd_upload_begin(struct httpd_client *c)
{
	c->answer_len = 0;
	c->phase = HTTPD_TAKING;
	prolong(c);
}

/* The owner has said all there is to say: it is not called any more. */
static void
refuse(struct httpd_client *c, struct httpd_answer *a)
{
	c->uploads = false;
	httpd_finish(c, a, &nothing, true);
}

static void
end(struct httpd_client *c)
{
	struct httpd *h = c->server;
	struct httpd_answer a;

	c->uploads = false;
	httpd_again(c, &a);
	h->uploads->end(h, &a);
	httpd_finish(c, &a, &nothing, false);
}

void
httpd_upload(struct httpd_client *c, const struct http_request *r)
{
	static const char word[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct httpd *h = c->server;
	struct httpd_answer a;

	if (h->uploads == NULL || !httpd_begin(c, &a)) {
		httpd_refuse(c, h->uploads == NULL ? 405 : 503, true, false);
		return;
	}
	if (!h->uploads->open(h, r, &a)) {
		if (a.status == 0)
			httpd_refuse(c, 405, true, false);
		else
			httpd_finish(c, &a, r, r->length > 0);
		return;
	}
	c->uploads = true;
	c->upload_left = r->length;
	c->upload_end = mono_after_ms(h->loop->now, HTTPD_UPLOAD_MS);
	if (r->length == 0) {
		end(c);
		return;
	}
	if (!r->expects || c->behind > 0) {
		httpd_upload_begin(c);
		return;
	}
	memcpy(c->answer, word, sizeof(word) - 1);
	c->answer_len = sizeof(word) - 1;
	c->body_len = 0;
	c->sent = 0;
	c->phase = HTTPD_SENDING;
	prolong(c);
}

/* What came with the head, or what is there now, in the far end of the body
 * buffer: an answer may begin in the near one. */
static enum err
next_piece(struct httpd_client *c, struct span *piece)
{
	const struct httpd *h = c->server;
	char *buf = h->bodies + (size_t)(c->body + 1) * h->setup.body_bytes -
		    HTTPD_PIECE_MAX;
	size_t max = c->upload_left < HTTPD_PIECE_MAX ? (size_t)c->upload_left
						      : HTTPD_PIECE_MAX;
	size_t len = c->behind < max ? c->behind : max;
	enum err e = ERR_OK;

	if (len > 0) {
		*piece = (struct span){ c->head + c->head_len, len };
		c->head_len += len;
		c->behind -= len;
	} else {
		e = httpd_take(c, buf, max, &len);
		*piece = (struct span){ buf, len };
	}
	return e;
}

void
httpd_upload_take(struct httpd_client *c)
{
	struct httpd *h = c->server;
	struct httpd_answer a;
	struct span piece;
	enum err e = next_piece(c, &piece);

	if (e == ERR_AGAIN)
		return;
	if (e != ERR_OK) {
		httpd_close(c);
		return;
	}
	c->upload_left -= piece.len;
	httpd_again(c, &a);
	if (!h->uploads->piece(h, piece, &a))
		refuse(c, &a);
	else if (c->upload_left == 0)
		end(c);
	else
		prolong(c);
}
