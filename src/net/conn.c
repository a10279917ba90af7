#include "net/conn.h"

#include <string.h>

#include "core/must.h"

static void on_ready(struct watch *w, unsigned got);
static void on_timer(struct timer *t);

void
conn_init(struct conn *c, struct conn_world *w)
{
	memset(c, 0, sizeof(*c));
	c->world = w;
	c->watch.fd = -1;
	c->watch.ready = on_ready;
	c->watch.owner = c;
	c->timer.fire = on_timer;
	c->timer.owner = c;
}

static void
drop_socket(struct conn *c)
{
	loop_drop(c->world->loop, &c->watch);
	tls_close(&c->tls);
	if (c->watch.fd >= 0)
		tcp_close(c->watch.fd);
	c->watch.fd = -1;
	c->ahead_len = 0;
	c->ahead_done = 0;
	c->dry = false;
	c->pending_len = 0;
	c->pending_done = 0;
	c->send_blocked = false;
}

static void
conn_goto(struct conn *c, enum conn_state to)
{
	c->state = to;
}

void
conn_close(struct conn *c)
{
	if (c->state == CONN_IDLE)
		return;
	timer_stop(c->world->loop, &c->timer);
	dns_cancel(&c->query);
	if (c->state == CONN_OPEN && c->use_tls && !c->send_blocked)
		tls_goodbye(&c->tls);
	drop_socket(c);
	conn_goto(c, CONN_IDLE);
	c->epoch++;
}

static void
fail(struct conn *c, enum err e, const char *step)
{
	conn_explain(c, e, step);
	conn_count_failure(c);
	conn_close(c);
	c->events.failed(c->events.owner, e);
}

/* Tell the owner; false when it closed or opened the connection anew. */
static bool
enter(struct conn *c, enum conn_state s)
{
	uint32_t epoch = c->epoch;

	conn_count_state(c, s);
	conn_goto(c, s);
	if (c->events.state)
		c->events.state(c->events.owner, s);
	return c->epoch == epoch;
}

/* Begin with the next address that can be begun with. */
static void
connect_next(struct conn *c, enum err last)
{
	struct loop *l = c->world->loop;

	timer_stop(l, &c->timer);
	drop_socket(c);
	while (c->address < c->query.count) {
		last = tcp_connect(
		    &c->query.addresses[c->address++], &c->watch.fd);
		if (last != ERR_OK)
			continue;
		c->watch.want = LOOP_WRITE;
		loop_watch(l, &c->watch);
		if (c->address < c->query.count)
			timer_start(l, &c->timer,
			    mono_after_ms(l->now, CONN_ATTEMPT_MS));
		return;
	}
	fail(c, last, "connect to");
}

static void
on_timer(struct timer *t)
{
	struct conn *c = t->owner;

	if (c->state == CONN_CONNECT)
		connect_next(c, ERR_LATE);
	else if (c->query.count == 0)
		fail(c, ERR_DNS, "resolve name");
	else if (enter(c, CONN_CONNECT))
		connect_next(c, ERR_UNREACHABLE);
}

/* Maybe from within conn_open, so nobody is told before the next turn. */
static void
on_resolved(struct dns_query *q, enum err e)
{
	struct conn *c = q->owner;

	if (e != ERR_OK)
		q->count = 0;
	timer_start(c->world->loop, &c->timer, c->world->loop->now);
}

void
conn_open(struct conn *c, const struct conn_events *events, const char *host,
    uint16_t port, struct tls_peer *peer)
{
	conn_close(c);
	c->epoch++;
	c->events = *events;
	c->peer = peer;
	c->use_tls = peer != NULL;
	c->address = 0;
	c->why[0] = '\0';
	c->stamp.ns = 0;
	conn_goto(c, CONN_RESOLVE);
	c->query.done = on_resolved;
	c->query.owner = c;
	dns_start(c->world->dns, &c->query, host, port);
}

/* Straight from the socket. */
static enum err
receive(struct conn *c, void *buf, size_t size, size_t *len)
{
	struct wall stamp = { 0 };
	enum err e;

	if (c->dry)
		return ERR_AGAIN;
	e = tcp_recv(c->watch.fd, buf, size, len, &stamp);
	if (e != ERR_OK)
		return e;
	/* A second call would only say that there is nothing. */
	c->dry = *len < size;
	c->bytes_in += *len;
	if (c->world->counts)
		c->world->counts->net.received += *len;
	if (stamp.ns != 0)
		c->stamp = stamp;
	return ERR_OK;
}

static enum err
send_some(void *owner, const void *buf, size_t len, size_t *sent)
{
	struct conn *c = owner;
	enum err e = tcp_send(c->watch.fd, buf, len, sent);

	if (e != ERR_OK)
		return e;
	c->bytes_out += *sent;
	if (c->world->counts)
		c->world->counts->net.sent += *sent;
	return ERR_OK;
}

/* For TLS, which asks for the five bytes of a record's head, then its body. */
static enum err
receive_ahead(void *owner, void *buf, size_t size, size_t *len)
{
	struct conn *c = owner;
	size_t left = c->ahead_len - c->ahead_done;
	enum err e;

	if (left == 0) {
		c->ahead_done = 0;
		c->ahead_len = 0;
		e = receive(c, c->ahead, sizeof(c->ahead), &c->ahead_len);
		if (e != ERR_OK)
			return e;
		left = c->ahead_len;
	}
	*len = left < size ? left : size;
	memcpy(buf, c->ahead + c->ahead_done, *len);
	c->ahead_done += *len;
	return ERR_OK;
}

static enum err
pull(struct conn *c, size_t *len)
{
	struct conn_world *w = c->world;

	if (!c->use_tls)
		return receive(c, w->buffer, sizeof(w->buffer), len);
	return tls_read(&c->tls, w->buffer, sizeof(w->buffer), len);
}

static enum err
push(struct conn *c)
{
	const char *from = c->pending + c->pending_done;
	size_t len = c->pending_len - c->pending_done;
	size_t sent = 0;
	enum err e;

	if (c->use_tls)
		e = tls_write(&c->tls, from, len, &sent);
	else
		e = send_some(c, from, len, &sent);
	if (e == ERR_OK)
		c->pending_done += sent;
	return e;
}

/* Send what waits: OK when nothing is left, AGAIN when the socket is full or it
 * was enough for a turn (then send_blocked is false). */
static enum err
flush(struct conn *c)
{
	enum err e;

	c->send_blocked = false;
	for (int i = 0; i < CONN_WRITES_PER_TURN; i++) {
		if (c->pending_done == c->pending_len) {
			c->pending_done = 0;
			c->pending_len = 0;
			e = c->events.drain(c->events.owner, c->pending,
			    sizeof(c->pending), &c->pending_len);
			if (e != ERR_OK || c->pending_len == 0)
				return e;
			must(c->pending_len <= sizeof(c->pending));
		}
		e = push(c);
		c->send_blocked = e == ERR_AGAIN;
		if (e != ERR_OK)
			return e;
	}
	return ERR_AGAIN;
}

/*
 * Move what came to the owner, a bounded amount each turn so that one busy
 * venue cannot starve the others.  *more: there may be more that select cannot
 * see.  False when the connection is gone.
 */
static bool
read_turn(struct conn *c, bool *more)
{
	uint32_t epoch = c->epoch;
	size_t len = 0;
	enum err e;

	for (int i = 0; i < CONN_READS_PER_TURN; i++) {
		e = pull(c, &len);
		if (e == ERR_AGAIN) {
			*more = c->ahead_done < c->ahead_len;
			return true;
		}
		if (e != ERR_OK) {
			fail(c, e, "read from");
			return false;
		}
		e = c->events.data(c->events.owner, c->world->buffer, len);
		if (c->epoch != epoch)
			return false;
		if (e == ERR_OK)
			continue;
		/* Last words: whether they arrive changes nothing. */
		(void)flush(c);
		if (c->epoch == epoch)
			fail(c, e, "data from");
		return false;
	}
	*more = true;
	return true;
}

static void
write_turn(struct conn *c, bool more)
{
	uint32_t epoch = c->epoch;
	enum err e = flush(c);

	if (c->epoch != epoch)
		return;
	if (e != ERR_OK && e != ERR_AGAIN) {
		fail(c, e, "write to");
		return;
	}
	c->watch.want = LOOP_READ;
	if (c->send_blocked || (c->use_tls && tls_wants_write(&c->tls)))
		c->watch.want |= LOOP_WRITE;
	c->watch.again = more || (e == ERR_AGAIN && !c->send_blocked);
}

static void
run_open(struct conn *c)
{
	bool more = false;

	if (read_turn(c, &more))
		write_turn(c, more);
}

static void
shake(struct conn *c)
{
	enum err e = tls_handshake(&c->tls);

	if (e == ERR_AGAIN) {
		c->watch.want = LOOP_READ;
		if (tls_wants_write(&c->tls))
			c->watch.want |= LOOP_WRITE;
		return;
	}
	if (e != ERR_OK)
		fail(c, e, "TLS with");
	else if (enter(c, CONN_OPEN))
		run_open(c);
}

static void
connected(struct conn *c)
{
	struct tls_io io = { c, receive_ahead, send_some };
	enum err e = tcp_connected(c->watch.fd);

	if (e != ERR_OK) {
		connect_next(c, e);
		return;
	}
	timer_stop(c->world->loop, &c->timer);
	c->watch.want = LOOP_READ;
	if (!c->use_tls) {
		if (enter(c, CONN_OPEN))
			run_open(c);
		return;
	}
	if (!enter(c, CONN_HANDSHAKE))
		return;
	e = tls_open(&c->tls, c->world->tls, c->peer, &io);
	if (e != ERR_OK)
		fail(c, e, "TLS with");
	else
		shake(c);
}

static void
on_ready(struct watch *w, unsigned got)
{
	struct conn *c = w->owner;

	(void)got;
	c->dry = false;
	if (c->state == CONN_CONNECT)
		connected(c);
	else if (c->state == CONN_HANDSHAKE)
		shake(c);
	else if (c->state == CONN_OPEN)
		run_open(c);
}

void
conn_kick(struct conn *c)
{
	if (c->state == CONN_OPEN)
		c->watch.again = true;
}
