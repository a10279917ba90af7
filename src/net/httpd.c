#include "net/httpd_parts.h"

#include <string.h>

#include "codec/http1.h"

enum {
	ACCEPTS_PER_TURN = 8,
	SENDS_PER_TURN = 16,
	/* Wait so long when no descriptor is left for a client. */
	PAUSE_MS = 500,
};

static size_t
clients_bytes(void)
{
	return (HTTPD_CLIENTS * sizeof(struct httpd_client) + 63) / 64 * 64;
}

size_t
httpd_bytes(size_t body_bytes)
{
	return clients_bytes() + HTTPD_BODIES * body_bytes;
}

static void
close_client(struct httpd_client *c)
{
	struct loop *l = c->server->loop;

	timer_stop(l, &c->deadline);
	loop_drop(l, &c->watch);
	httpd_give_back(c);
	tcp_close(c->watch.fd);
	c->used = false;
}

static void
on_deadline(struct timer *t)
{
	struct httpd_client *c = t->owner;

	/* A client that keeps its connection and asks for nothing is no error.
	 */
	if (c->phase != HTTPD_READING || c->head_len > 0)
		c->server->errors++;
	close_client(c);
}

/* OK when the whole answer has left. */
static enum err
send_answer(struct httpd_client *c)
{
	struct httpd *h = c->server;
	size_t all = c->answer_len + c->body_len;
	size_t n = 0;
	enum err e;

	for (int i = 0; i < SENDS_PER_TURN && c->sent < all; i++) {
		if (c->sent < c->answer_len)
			e = tcp_send(c->watch.fd, c->answer + c->sent,
			    c->answer_len - c->sent, &n);
		else
			e = tcp_send(c->watch.fd,
			    h->bodies + (size_t)c->body * h->body_bytes +
				(c->sent - c->answer_len),
			    all - c->sent, &n);
		if (e != ERR_OK)
			return e;
		c->sent += n;
	}
	return c->sent == all ? ERR_OK : ERR_AGAIN;
}

/* Gone is the answer: what now? */
static void
sent(struct httpd_client *c)
{
	httpd_give_back(c);
	c->body_len = 0;
	if (c->refused) {
		c->phase = HTTPD_LINGERING;
		tcp_finish(c->watch.fd);
		httpd_deadline(c, HTTPD_LINGER_MS);
		return;
	}
	if (!c->keep) {
		close_client(c);
		return;
	}
	memmove(c->head, c->head + c->head_len, c->behind);
	c->head_len = 0;
	c->phase = HTTPD_READING;
	httpd_deadline(c, HTTPD_HEAD_MS);
}

/* Look for the end of a head in what has come. */
static enum err
read_head(struct httpd_client *c)
{
	size_t have = c->head_len + c->behind;
	struct wall stamp;
	size_t len = 0;
	size_t used = 0;
	enum err e = ERR_OK;

	if (c->behind == 0) {
		if (have == sizeof(c->head))
			return ERR_FULL;
		e = tcp_recv(c->watch.fd, c->head + have,
		    sizeof(c->head) - have, &len, &stamp);
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
	struct wall stamp;
	size_t len;
	enum err e = tcp_recv(c->watch.fd, waste, sizeof(waste), &len, &stamp);

	if (e != ERR_OK && e != ERR_AGAIN)
		close_client(c);
}

static void
reading(struct httpd_client *c)
{
	enum err e = read_head(c);

	if (e == ERR_OK)
		httpd_judge(c);
	else if (e == ERR_FULL)
		httpd_refuse(c, 431, true, false);
	else if (e != ERR_AGAIN && e != ERR_SHORT)
		close_client(c);
}

static void
sending(struct httpd_client *c)
{
	enum err e = send_answer(c);

	if (e == ERR_OK)
		sent(c);
	else if (e != ERR_AGAIN)
		close_client(c);
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
	if (c->phase == HTTPD_READING)
		reading(c);
	if (c->used && c->phase == HTTPD_SENDING)
		sending(c);
	if (!c->used)
		return;
	c->watch.want = c->phase == HTTPD_SENDING ? LOOP_WRITE : LOOP_READ;
	/* The next request may already be here. */
	c->watch.again = c->phase == HTTPD_READING && c->behind > 0;
}

static void
adopt(struct httpd *h, struct httpd_client *c, int fd)
{
	memset(c, 0, sizeof(*c));
	c->server = h;
	c->used = true;
	c->body = HTTPD_NO_BODY;
	c->watch.fd = fd;
	c->watch.want = LOOP_READ;
	c->watch.ready = on_ready;
	c->watch.owner = c;
	c->deadline.fire = on_deadline;
	c->deadline.owner = c;
	loop_watch(h->loop, &c->watch);
	httpd_deadline(c, HTTPD_HEAD_MS);
}

static void
on_rested(struct timer *t)
{
	struct httpd *h = t->owner;

	h->listener.want = LOOP_READ;
}

/* select would tell us again and again that somebody waits. */
static void
rest(struct httpd *h)
{
	h->listener.want = 0;
	timer_start(h->loop, &h->pause, mono_after_ms(h->loop->now, PAUSE_MS));
}

static void
on_accept(struct watch *w, unsigned got)
{
	struct httpd *h = w->owner;
	int fd;

	(void)got;
	for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
		int i = 0;
		enum err e = tcp_accept(w->fd, &fd);

		if (e == ERR_FULL)
			rest(h);
		if (e != ERR_OK)
			return;
		while (i < HTTPD_CLIENTS && h->clients[i].used)
			i++;
		if (i < HTTPD_CLIENTS) {
			adopt(h, &h->clients[i], fd);
			continue;
		}
		h->refused++;
		tcp_abort(fd);
	}
}

enum err
httpd_init(struct httpd *h, struct loop *l, const struct address *a,
    void *memory, size_t body_bytes)
{
	enum err e;

	memset(h, 0, sizeof(*h));
	memset(memory, 0, clients_bytes());
	h->loop = l;
	h->clients = memory;
	h->bodies = (char *)memory + clients_bytes();
	h->body_bytes = body_bytes;
	e = tcp_listen(a, &h->listener.fd);
	if (e != ERR_OK)
		return e;
	h->pause.fire = on_rested;
	h->pause.owner = h;
	h->listener.want = LOOP_READ;
	h->listener.ready = on_accept;
	h->listener.owner = h;
	loop_watch(l, &h->listener);
	return ERR_OK;
}

void
httpd_fini(struct httpd *h)
{
	if (!h->listener.watched)
		return;
	timer_stop(h->loop, &h->pause);
	loop_drop(h->loop, &h->listener);
	tcp_close(h->listener.fd);
	for (int i = 0; i < HTTPD_CLIENTS; i++) {
		if (h->clients[i].used)
			close_client(&h->clients[i]);
	}
}
