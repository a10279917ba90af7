#include <string.h>

#include "core/must.h"
#include "net/httpd_parts.h"

enum {
	ACCEPTS_PER_TURN = 8,
	/* Wait so long when a handshake would be too many. */
	REFUSED_MS = 10,
	/* A TLS handshake costs as much as rendering so much. */
	SHAKE_BYTES = 32 * 1024,
	/* Wait so long when no descriptor is left for a client. */
	PAUSE_MS = 500,
};

static const char full[] = "HTTP/1.1 503 Service Unavailable\r\n"
			   "Content-Type: text/plain; charset=utf-8\r\n"
			   "Content-Length: 17\r\nRetry-After: 1\r\n"
			   "Connection: close\r\n\r\n"
			   "too many clients\n";

static size_t
clients_bytes(unsigned clients)
{
	return (clients * sizeof(struct httpd_client) + 63) / 64 * 64;
}

size_t
httpd_bytes(unsigned clients, size_t body_bytes)
{
	return clients_bytes(clients) + HTTPD_BODIES * body_bytes;
}

void
httpd_give_back(struct httpd_client *c)
{
	if (c->body != HTTPD_NO_BODY)
		c->server->bodies_taken &= ~(1u << c->body);
	c->body = HTTPD_NO_BODY;
	c->body_len = 0;
	c->more = NULL;
}

void
httpd_deadline(struct httpd_client *c, int64_t ms)
{
	struct loop *l = c->server->loop;

	timer_start(l, &c->deadline, mono_after_ms(l->now, ms));
}

void
httpd_close(struct httpd_client *c)
{
	struct loop *l = c->server->loop;

	timer_stop(l, &c->deadline);
	loop_drop(l, &c->watch);
	httpd_give_back(c);
	tls_close(&c->tls);
	tcp_close(c->watch.fd);
	c->used = false;
	c->server->used--;
}

static void
on_deadline(struct timer *t)
{
	struct httpd_client *c = t->owner;

	/* A client that keeps its connection and asks for nothing is not late.
	 */
	if (c->phase != HTTPD_READING || c->head_len > 0)
		c->server->late++;
	httpd_close(c);
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
	c->watch.owner = c;
	c->deadline.fire = on_deadline;
	c->deadline.owner = c;
	h->used++;
	if (httpd_client_start(c) != ERR_OK) {
		h->refused++;
		h->used--;
		c->used = false;
		tcp_abort(fd);
		return;
	}
	if (h->setup.tls != NULL)
		httpd_charge(h, SHAKE_BYTES);
	loop_watch(h->loop, &c->watch);
	httpd_deadline(c, h->setup.head_ms);
}

/* A free place, or that of who has been idle for longest; NULL: none. */
static struct httpd_client *
place(struct httpd *h)
{
	struct httpd_client *idle = NULL;

	for (unsigned i = 0; i < h->setup.clients; i++) {
		struct httpd_client *c = &h->clients[i];

		if (!c->used)
			return c;
		if (c->phase == HTTPD_READING && c->served > 0 &&
		    c->head_len + c->behind == 0 &&
		    (idle == NULL ||
			c->deadline.due.ns < idle->deadline.due.ns))
			idle = c;
	}
	if (idle != NULL)
		httpd_close(idle);
	return idle;
}

/* What it has said already is read: bytes left unread would be answered with a
 * reset, and the 503 might be lost in it. */
static void
turn_away(struct httpd *h, int fd)
{
	char waste[1024];
	struct wall stamp;
	size_t n;

	h->refused++;
	if (h->setup.tls != NULL) {
		tcp_abort(fd);
		return;
	}
	(void)!tcp_recv(fd, waste, sizeof(waste), &n, &stamp);
	(void)!tcp_send(fd, full, sizeof(full) - 1, &n);
	tcp_finish(fd);
	tcp_close(fd);
}

static void
wish(struct httpd *h, unsigned want)
{
	for (unsigned i = 0; i < h->listener_count; i++)
		h->listeners[i].want = want;
}

static void
on_rested(struct timer *t)
{
	wish(t->owner, LOOP_READ);
}

/* select would tell us again and again that somebody waits. */
static void
rest(struct httpd *h, int64_t ms)
{
	wish(h, 0);
	timer_start(h->loop, &h->pause, mono_after_ms(h->loop->now, ms));
}

static void
on_accept(struct watch *w, unsigned got)
{
	struct httpd *h = w->owner;
	int fd;

	(void)got;
	if (h->setup.tls != NULL && !httpd_may_render(h)) {
		rest(h, REFUSED_MS);
		return;
	}
	for (int n = 0; n < ACCEPTS_PER_TURN; n++) {
		int64_t wait = httpd_accept_wait(h);
		struct httpd_client *c;
		enum err e;

		if (wait > 0) {
			rest(h, wait);
			return;
		}
		e = tcp_accept(w->fd, &fd);
		if (e == ERR_FULL)
			rest(h, PAUSE_MS);
		if (e != ERR_OK)
			return;
		httpd_accepted(h);
		c = place(h);
		if (c != NULL)
			adopt(h, c, fd);
		else
			turn_away(h, fd);
	}
}

void
httpd_init(struct httpd *h, const struct httpd_setup *s)
{
	must(s->clients > 0 && s->clients <= HTTPD_CLIENTS_MAX);
	memset(h, 0, sizeof(*h));
	h->loop = s->loop;
	h->setup = *s;
	h->clients = s->memory;
	h->bodies = (char *)s->memory + clients_bytes(s->clients);
	/* Each place is cleared when it is taken. */
	for (unsigned i = 0; i < s->clients; i++)
		h->clients[i].used = false;
	h->rendered_turn = UINT64_MAX;
	h->pause.fire = on_rested;
	h->pause.owner = h;
	httpd_pace_init(h);
}

enum err
httpd_adopt(struct httpd *h, int fd)
{
	struct watch *w = &h->listeners[h->listener_count];

	if (h->listener_count == HTTPD_LISTENERS)
		return ERR_FULL;
	h->listener_count++;
	w->fd = fd;
	w->want = LOOP_READ;
	w->ready = on_accept;
	w->owner = h;
	loop_watch(h->loop, w);
	return ERR_OK;
}

enum err
httpd_listen(struct httpd *h, const struct address *a)
{
	enum err e;
	int fd;

	if (h->listener_count == HTTPD_LISTENERS)
		return ERR_FULL;
	e = tcp_listen(a, &fd);
	return e == ERR_OK ? httpd_adopt(h, fd) : e;
}

void
httpd_fini(struct httpd *h)
{
	if (h->loop == NULL)
		return;
	timer_stop(h->loop, &h->pause);
	timer_stop(h->loop, &h->pace);
	for (unsigned i = 0; i < h->listener_count; i++) {
		loop_drop(h->loop, &h->listeners[i]);
		tcp_close(h->listeners[i].fd);
	}
	h->listener_count = 0;
	for (unsigned i = 0; i < h->setup.clients; i++) {
		if (h->clients[i].used)
			httpd_close(&h->clients[i]);
	}
}
