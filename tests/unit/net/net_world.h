/*
 * net_world.h -- a loop whose clock the test moves, names that the test
 * answers, and a server that gives canned answers in pieces.
 */
#ifndef MPEDGE_TESTS_NET_WORLD_H
#define MPEDGE_TESTS_NET_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/loop.h"
#include "net/conn.h"
#include "net/tcp.h"

static int64_t clock_ns = 1000 * NS_PER_S;

struct mono
time_mono(void)
{
	return (struct mono){ clock_ns };
}

struct wall
time_wall(void)
{
	return (struct wall){ clock_ns + 1700000000 * NS_PER_S };
}

/* Does this kernel stamp what arrives (qemu-user passes no such wish on)? */
static inline bool
kernel_stamps(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;
	bool can =
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0;

	close(fd);
	return can;
}

/* What every name stands for; none makes it fail. */
static struct address answers[DNS_ADDRESSES_MAX];
static unsigned answer_count;

void
dns_start(struct dns *d, struct dns_query *q, const char *host, uint16_t port)
{
	q->dns = d;
	q->busy = false;
	q->count = answer_count;
	q->port = port;
	assert_non_null(host);
	memcpy(q->addresses, answers, sizeof(answers));
	q->done(q, answer_count ? ERR_OK : ERR_DNS);
}

void
dns_cancel(struct dns_query *q)
{
	q->busy = false;
}

enum after {
	KEEP,
	HANG_UP,
	RST,
	/* Take no more requests on this connection, say nothing. */
	DEAF,
};

struct canned {
	const char *bytes;
	enum after after;
};

struct server {
	struct loop *loop;
	struct watch listener;
	struct watch client;
	struct address address;
	const struct canned *script;
	size_t count;
	size_t next;
	/* Bytes of an answer that leave in one turn; 0 is all. */
	size_t cut;
	bool answering;
	size_t sent;
	char in[16384];
	size_t in_len;
	size_t in_done;
	unsigned accepted;
	/* Gets the bytes instead when set. */
	void (*data)(struct server *s);
};

static inline void
server_drop(struct server *s, bool rst)
{
	if (s->client.fd < 0)
		return;
	loop_drop(s->loop, &s->client);
	if (rst)
		tcp_abort(s->client.fd);
	else
		tcp_close(s->client.fd);
	s->client.fd = -1;
	s->answering = false;
	s->in_len = s->in_done = 0;
}

/* Send some of the canned answer, and do what comes after it. */
static inline void
server_answer(struct server *s)
{
	const struct canned *c = &s->script[s->next];
	size_t left = strlen(c->bytes) - s->sent;
	size_t n = 0;

	if (s->cut && left > s->cut)
		left = s->cut;
	if (left > 0) {
		assert_int_equal(
		    tcp_send(s->client.fd, c->bytes + s->sent, left, &n),
		    ERR_OK);
		s->sent += n;
	}
	s->client.again = s->sent < strlen(c->bytes);
	if (s->client.again)
		return;
	s->answering = false;
	s->next++;
	if (c->after == HANG_UP || c->after == RST)
		server_drop(s, c->after == RST);
}

static inline void
server_ready(struct watch *w, unsigned got)
{
	struct server *s = w->owner;
	struct wall stamp;
	size_t len = 0;
	enum err e = ERR_AGAIN;

	if (got & LOOP_READ)
		e = tcp_recv(w->fd, s->in + s->in_len,
		    sizeof(s->in) - 1 - s->in_len, &len, &stamp);
	if (e != ERR_OK && e != ERR_AGAIN) {
		server_drop(s, false);
		return;
	}
	s->in_len += len;
	s->in[s->in_len] = '\0';
	if (s->data) {
		s->data(s);
		return;
	}
	if (!s->answering && strstr(s->in + s->in_done, "\r\n\r\n")) {
		assert_true(s->next < s->count);
		s->in_done = s->in_len;
		s->answering = s->script[s->next].after != DEAF;
		s->sent = 0;
	}
	if (s->answering)
		server_answer(s);
}

static inline void
server_accept(struct watch *w, unsigned got)
{
	struct server *s = w->owner;
	int fd;

	(void)got;
	if (tcp_accept(w->fd, &fd) != ERR_OK)
		return;
	server_drop(s, false);
	s->accepted++;
	s->client.fd = fd;
	s->client.want = LOOP_READ;
	s->client.ready = server_ready;
	s->client.owner = s;
	loop_watch(s->loop, &s->client);
}

/* Names stand for its address from now on. */
static inline void
server_start(struct server *s, struct loop *l)
{
	memset(s, 0, sizeof(*s));
	s->loop = l;
	s->client.fd = -1;
	assert_int_equal(
	    address_parse(SPAN("127.0.0.1"), 0, &s->address), ERR_OK);
	assert_int_equal(tcp_listen(&s->address, &s->listener.fd), ERR_OK);
	assert_int_equal(tcp_local(s->listener.fd, &s->address), ERR_OK);
	s->listener.want = LOOP_READ;
	s->listener.ready = server_accept;
	s->listener.owner = s;
	loop_watch(l, &s->listener);
	answers[0] = s->address;
	answer_count = 1;
}

static inline void
server_stop(struct server *s)
{
	server_drop(s, false);
	loop_drop(s->loop, &s->listener);
	tcp_close(s->listener.fd);
}

/* Turns until *flag, at most so many that a hang is seen. */
static inline void
turns_until(struct loop *l, const bool *flag)
{
	for (int i = 0; i < 20000 && !*flag; i++)
		loop_turn(l, 5);
	assert_true(*flag);
}

#endif
