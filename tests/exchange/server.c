#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control.h"
#include "http.h"
#include "sim.h"
#include "ws.h"

enum { READ_SIZE = 16384, SLOW_TURN_US = 10000 };

static const char *const kind_names[] = { "ws", "rest", "control" };

void
server_open(struct sim *sim)
{
	struct server *v = &sim->server;

	for (int i = 0; i < CONN_KINDS; i++) {
		v->ports[i] = sim->opt.ports[i];
		v->listener[i] = link_listen(&v->ports[i]);
	}
}

void
conn_end(struct sim *sim, struct conn *c, const char *why, bool abort_it)
{
	if (c->state == CONN_DEAD)
		return;
	streams_leave(&sim->streams, c);
	link_close(&c->link, abort_it);
	c->state = CONN_DEAD;
	if (c->kind != CONN_WS)
		return;
	sim->stats.disconnects++;
	ledger_note(&sim->ledger,
	    "{\"k\":\"conn\",\"what\":\"end\",\"conn\":%d,\"why\":\"%s\","
	    "\"T\":%lld}",
	    c->number, why, (long long)sim->wall_us);
}

static void
accept_one(struct sim *sim, enum conn_kind kind)
{
	struct server *v = &sim->server;
	int fd = accept4(
	    v->listener[kind], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct conn *c;

	if (fd < 0)
		return;
	if (v->count == CONNS_MAX ||
	    (kind != CONN_CONTROL && faults_refuse(&sim->faults))) {
		close(fd);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->kind = kind;
	c->number = ++v->next_number;
	link_init(&c->link, fd, kind != CONN_CONTROL && !sim->opt.plain);
	v->conn[v->count++] = c;
	if (kind != CONN_WS)
		return;
	sim->stats.connects++;
	ledger_note(&sim->ledger,
	    "{\"k\":\"conn\",\"what\":\"open\",\"conn\":%d,\"kind\":\"%s\","
	    "\"T\":%lld}",
	    c->number, kind_names[kind], (long long)sim->wall_us);
	if (limits_connect(sim))
		return;
	c->refused = sim->rules.conns_status;
	if (!c->refused)
		conn_end(sim, c, "too many connections", false);
}

static bool
conn_frozen(const struct sim *sim, const struct conn *c)
{
	return c->frozen_us > sim->now_us;
}

static void
conn_input(struct sim *sim, struct conn *c)
{
	switch (c->state) {
	case CONN_REQUEST:
		if (c->kind == CONN_CONTROL)
			control_input(sim, c);
		else
			http_input(sim, c);
		break;
	case CONN_STREAMING:
		ws_input(sim, c);
		break;
	case CONN_CLOSING:
		buf_eat(&c->in, buf_left(&c->in));
		break;
	case CONN_DEAD:
		break;
	}
}

static void
conn_read(struct sim *sim, struct conn *c)
{
	long n;

	do {
		n = link_read(&c->link, buf_room(&c->in, READ_SIZE), READ_SIZE);
		if (n < 0) {
			conn_end(sim, c, "closed by the client", false);
			return;
		}
		c->in.len += (size_t)n;
	} while (n > 0 && link_holds_bytes(&c->link));
	if (buf_left(&c->in))
		conn_input(sim, c);
}

static void
conn_write(struct sim *sim, struct conn *c)
{
	size_t most = faults_slow(&sim->faults, sim->now_us);

	while (buf_left(&c->out) && c->state != CONN_DEAD) {
		size_t len = buf_left(&c->out);
		long n;

		if (most && c->kind != CONN_CONTROL && len > most)
			len = most;
		n = link_write(&c->link, c->out.data + c->out.at, len);
		if (n < 0) {
			conn_end(sim, c, "write failed", false);
			return;
		}
		if (n == 0)
			break;
		buf_eat(&c->out, (size_t)n);
		c->pushed_us = sim->now_us;
		if (most && c->kind != CONN_CONTROL)
			break;
	}
	if (buf_left(&c->out) > BACKLOG_MAX)
		conn_end(sim, c, "too slow", true);
	else if (c->state == CONN_CLOSING && buf_left(&c->out) == 0)
		conn_end(sim, c, "closed", false);
}

/* Dead connections leave the list only here, at the end of a turn. */
static void
sweep(struct server *v)
{
	int kept = 0;

	for (int i = 0; i < v->count; i++) {
		struct conn *c = v->conn[i];

		if (c->state != CONN_DEAD) {
			v->conn[kept++] = c;
			continue;
		}
		buf_free(&c->in);
		buf_free(&c->out);
		free(c->streams);
		free(c->own);
		free(c);
	}
	v->count = kept;
}

void
server_flush(struct sim *sim)
{
	struct server *v = &sim->server;

	for (int i = 0; i < v->count; i++) {
		struct conn *c = v->conn[i];

		if (c->state == CONN_DEAD || conn_frozen(sim, c))
			continue;
		if (c->state == CONN_STREAMING)
			ws_tick(sim, c);
		if (c->close_us && c->close_us <= sim->now_us) {
			conn_end(sim, c, "shutdown", false);
			continue;
		}
		if (c->hold_us > sim->now_us)
			continue;
		if (c->hold_us) {
			c->hold_us = 0;
			conn_input(sim, c);
		}
		conn_write(sim, c);
	}
	sweep(v);
}

static int64_t
poll_set(struct sim *sim, struct pollfd *set, int64_t until_us)
{
	struct server *v = &sim->server;
	bool slow = faults_slow(&sim->faults, sim->now_us) != 0;

	for (int i = 0; i < CONN_KINDS; i++)
		set[i] = (struct pollfd){ v->listener[i], POLLIN, 0 };
	for (int i = 0; i < v->count; i++) {
		struct conn *c = v->conn[i];
		struct pollfd *p = &set[CONN_KINDS + i];

		*p = (struct pollfd){ c->link.fd, POLLIN, 0 };
		if (conn_frozen(sim, c))
			p->fd = -1;
		else if (c->hold_us && c->hold_us < until_us)
			until_us = c->hold_us;
		else if (!c->hold_us && buf_left(&c->out) && !slow)
			p->events |= POLLOUT;
	}
	if (slow && until_us > sim->now_us + SLOW_TURN_US)
		until_us = sim->now_us + SLOW_TURN_US;
	return until_us;
}

void
server_wait(struct sim *sim, int64_t until_us)
{
	static struct pollfd set[CONN_KINDS + CONNS_MAX];
	struct server *v = &sim->server;
	int count = v->count;
	int64_t left = poll_set(sim, set, until_us) - sim->now_us;
	struct timespec ts;

	left = left < 0 ? 0 : left;
	ts.tv_sec = (time_t)(left / 1000000);
	ts.tv_nsec = (long)(left % 1000000) * 1000;
	if (ppoll(set, (nfds_t)(CONN_KINDS + count), &ts, NULL) < 0 &&
	    errno != EINTR) {
		perror("exchange-sim: poll");
		exit(1);
	}
	sim_clock(sim);
	for (int i = 0; i < count; i++)
		if (set[CONN_KINDS + i].revents &
			(POLLIN | POLLHUP | POLLERR) &&
		    v->conn[i]->state != CONN_DEAD)
			conn_read(sim, v->conn[i]);
	for (int i = 0; i < CONN_KINDS; i++)
		if (set[i].revents & POLLIN)
			accept_one(sim, (enum conn_kind)i);
}

bool
server_has_room(const struct sim *sim)
{
	const struct server *v = &sim->server;
	int subscribers = 0;

	for (int i = 0; i < v->count; i++) {
		const struct conn *c = v->conn[i];

		if (c->stream_count == 0 || conn_frozen(sim, c))
			continue;
		subscribers++;
		if (buf_left(&c->out) > BACKLOG_FULL)
			return false;
	}
	return subscribers > 0;
}
