#include <string.h>

#include "codec/http1.h"
#include "net/httpd_parts.h"

enum {
	SENDS_PER_TURN = 4,
};

/* --- bytes, with and without TLS ------------------------------------------ */

static enum err
tls_in(void *owner, void *buf, size_t size, size_t *len)
{
	struct httpd_client *c = owner;
	struct wall stamp;

	return tcp_recv(c->watch.fd, buf, size, len, &stamp);
}

static enum err
tls_out(void *owner, const void *buf, size_t len, size_t *sent)
{
	struct httpd_client *c = owner;

	return tcp_send(c->watch.fd, buf, len, sent);
}

enum err
httpd_take(struct httpd_client *c, void *buf, size_t size, size_t *len)
{
	if (c->server->setup.tls != NULL)
		return tls_read(&c->tls, buf, size, len);
	return tls_in(c, buf, size, len);
}

static enum err
give(struct httpd_client *c, const void *buf, size_t len, size_t *sent)
{
	if (c->server->setup.tls != NULL)
		return tls_write(&c->tls, buf, len, sent);
	return tls_out(c, buf, len, sent);
}

/* --- sending -------------------------------------------------------------- */

/* OK when everything there is has left. */
static enum err
send_answer(struct httpd_client *c)
{
	size_t all = c->answer_len + c->body_len;
	size_t n = 0;
	enum err e;

	for (int i = 0; i < SENDS_PER_TURN && c->sent < all; i++) {
		if (c->sent < c->answer_len)
			e = give(c, c->answer + c->sent,
			    c->answer_len - c->sent, &n);
		else
			e = give(c, c->body_at + (c->sent - c->answer_len),
			    all - c->sent, &n);
		if (e != ERR_OK)
			return e;
		c->sent += n;
	}
	return c->sent == all ? ERR_OK : ERR_AGAIN;
}

static void
queue(struct httpd_client *c)
{
	c->phase = HTTPD_WAITING;
	c->ticket = c->server->tickets++;
}

/* Gone is the answer: what now? */
static void
sent(struct httpd_client *c)
{
	if (c->more != NULL) {
		queue(c);
		return;
	}
	if (c->uploads) {
		httpd_upload_begin(c);
		return;
	}
	httpd_give_back(c);
	c->served++;
	if (c->refused) {
		c->phase = HTTPD_LINGERING;
		tls_goodbye(&c->tls);
		tcp_finish(c->watch.fd);
		httpd_deadline(c, HTTPD_LINGER_MS);
		return;
	}
	if (!c->keep || c->served == HTTPD_REQUESTS_MAX) {
		tls_goodbye(&c->tls);
		httpd_close(c);
		return;
	}
	memmove(c->head, c->head + c->head_len, c->behind);
	c->head_len = 0;
	c->phase = HTTPD_READING;
	httpd_deadline(c, c->server->setup.head_ms);
}

static void
sending(struct httpd_client *c)
{
	enum err e = send_answer(c);

	if (e == ERR_OK)
		sent(c);
	else if (e != ERR_AGAIN)
		httpd_close(c);
}

/* --- reading -------------------------------------------------------------- */

/* Look for the end of a head in what has come. */
static enum err
read_head(struct httpd_client *c)
{
	size_t have = c->head_len + c->behind;
	size_t len = 0;
	size_t used = 0;
	enum err e = ERR_OK;

	if (c->behind == 0) {
		if (have == sizeof(c->head))
			return ERR_FULL;
		e = httpd_take(c, c->head + have, sizeof(c->head) - have, &len);
		if (e != ERR_OK)
			return e;
		c->behind = len;
	}
	len = c->behind;
	e = http1_gather(c->head, sizeof(c->head), &c->head_len,
	    c->head + c->head_len, len, &used);
	c->behind = len - used;
	return e;
}

static void
linger(struct httpd_client *c)
{
	char waste[1024];
	size_t len;
	enum err e = tls_in(c, waste, sizeof(waste), &len);

	if (e != ERR_OK && e != ERR_AGAIN)
		httpd_close(c);
}

static void
reading(struct httpd_client *c)
{
	enum err e = read_head(c);

	if (e == ERR_OK)
		queue(c);
	else if (e == ERR_FULL)
		httpd_refuse(c, 431, true, false);
	else if (e != ERR_AGAIN && e != ERR_SHORT)
		httpd_close(c);
}

static void
shaking(struct httpd_client *c)
{
	enum err e = tls_handshake(&c->tls);

	if (e == ERR_OK)
		c->phase = HTTPD_READING;
	else if (e != ERR_AGAIN)
		httpd_close(c);
}

/* --- taking turns --------------------------------------------------------- */

static bool
is_first(const struct httpd_client *c)
{
	const struct httpd *h = c->server;

	if (h->rendered_turn == h->loop->turns)
		return false;
	for (unsigned i = 0; i < h->setup.clients; i++) {
		const struct httpd_client *other = &h->clients[i];

		if (other->used && other->phase == HTTPD_WAITING &&
		    other->ticket < c->ticket)
			return false;
	}
	return true;
}

static void
waiting(struct httpd_client *c)
{
	if (!is_first(c) || !httpd_may_render(c->server))
		return;
	c->server->rendered_turn = c->server->loop->turns;
	if (c->more != NULL)
		httpd_continue(c);
	else
		httpd_judge(c);
}

static void
settle(struct httpd_client *c)
{
	bool early = c->phase == HTTPD_READING || c->phase == HTTPD_SHAKING;

	c->watch.want = LOOP_READ;
	if (c->phase == HTTPD_SENDING || (early && tls_wants_write(&c->tls)))
		c->watch.want = LOOP_WRITE;
	if (c->phase == HTTPD_WAITING)
		c->watch.want = 0;
	/* The next request may already be here. */
	c->watch.again =
	    c->phase == HTTPD_WAITING
		? httpd_may_render(c->server)
		: (c->phase == HTTPD_READING || c->phase == HTTPD_TAKING) &&
		      (c->behind > 0 || tls_pending(&c->tls));
}

static void
on_ready(struct watch *w, unsigned got)
{
	struct httpd_client *c = w->owner;

	(void)got;
	if (c->phase == HTTPD_LINGERING) {
		linger(c);
		return;
	}
	if (c->phase == HTTPD_SHAKING)
		shaking(c);
	else if (c->phase == HTTPD_TAKING)
		httpd_upload_take(c);
	if (c->used && c->phase == HTTPD_READING)
		reading(c);
	if (c->used && c->phase == HTTPD_WAITING)
		waiting(c);
	if (c->used && c->phase == HTTPD_SENDING)
		sending(c);
	if (c->used)
		settle(c);
}

enum err
httpd_client_start(struct httpd_client *c)
{
	struct tls_io io = { c, tls_in, tls_out };

	c->watch.ready = on_ready;
	c->phase = HTTPD_READING;
	if (c->server->setup.tls == NULL)
		return ERR_OK;
	c->phase = HTTPD_SHAKING;
	return tls_accept(&c->tls, c->server->setup.tls, &io);
}
