/*
 * proxy -- a TCP connection that goes wrong when it is told to.
 *
 *   proxy PORT TARGET-PORT CONTROL-PORT
 *
 * Listens on 127.0.0.1:PORT and passes on to 127.0.0.1:TARGET-PORT, in both
 * directions.  Commands are lines to CONTROL-PORT (the tool ctl says them),
 * each answered with a line {"ok":true...}:
 *
 *   latency MS    bytes leave that much later, both ways
 *   rate BYTES    a second, each way of each connection; 0: no limit
 *   cut           reset every connection there is
 *   cutafter N    reset all once N more bytes came from clients
 *   stall         take nothing more and pass on nothing; connects succeed
 *   hole          take everything, pass on nothing; connects succeed
 *   half          the server's side of every connection is closed, the client
 *                 is not told and its bytes vanish; new ones are as they should
 *   refuse        nobody listens; what is connected stays
 *   clear         all is well again; connections that lost bytes are reset
 *   stats         "accepted", "open", "up" and "down" (bytes passed on)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LINKS_MAX = 200,
	CONTROLS_MAX = 8,
	/* Of one way of one connection. */
	HELD_BYTES = 1 << 18,
	MARKS_MAX = 512,
	/* How often delayed bytes are looked at. */
	TICK_MS = 2,
	LINE_BYTES = 128,
};

/* Bytes that came together. */
struct mark {
	int64_t due_ms;
	size_t bytes;
};

/* From one socket to the other. */
struct way {
	uint8_t *held;
	size_t len;
	struct mark mark[MARKS_MAX];
	size_t mark_head, marks;
	/* Bytes that the rate still allows, in thousandths; never below 0. */
	int64_t credit;
	bool ended, told;
};

struct link {
	bool used;
	/* The client's socket and the server's; -1: closed. */
	int fd[2];
	/* up is from the client. */
	struct way way[2];
	/* Some bytes were not passed on. */
	bool spoiled;
	/* The server's side is gone. */
	bool half;
};

struct control {
	int fd;
	char line[LINE_BYTES];
	size_t len;
};

enum trouble { NONE, STALL, HOLE };

static struct {
	int port, target;
	int listener, control;
	struct link *link;
	struct control client[CONTROLS_MAX];
	enum trouble trouble;
	bool refuse;
	int64_t latency_ms, rate, cut_after, credited_ms;
	unsigned long long accepted, passed[2];
} p = { .listener = -1, .cut_after = -1 };

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct sockaddr_in
address(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* -1 when the port is taken. */
static int
listen_on(int port)
{
	const struct sockaddr_in a = address(port);
	const int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(fd, 128) == 0)
		return fd;
	close(fd);
	return -1;
}

/* --- one connection --- */

static void
reset(int fd)
{
	const struct linger hard = { .l_onoff = 1, .l_linger = 0 };

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
}

static void
cut(struct link *l)
{
	reset(l->fd[0]);
	reset(l->fd[1]);
	l->used = false;
}

static void
cut_all(void)
{
	for (int i = 0; i < LINKS_MAX; i++)
		if (p.link[i].used)
			cut(&p.link[i]);
}

/* All but its memory. */
static void
clear_way(struct way *w)
{
	uint8_t *held = w->held;

	*w = (struct way){ .held = held ? held : malloc(HELD_BYTES) };
	if (!w->held)
		exit(1);
}

static void
begin(int fd)
{
	const struct sockaddr_in a = address(p.target);
	const int on = 1;
	struct link *l = NULL;

	for (int i = 0; i < LINKS_MAX && !l; i++)
		if (!p.link[i].used)
			l = &p.link[i];
	if (!l) {
		reset(fd);
		return;
	}
	clear_way(&l->way[0]);
	clear_way(&l->way[1]);
	l->used = true;
	l->spoiled = l->half = false;
	l->fd[0] = fd;
	l->fd[1] =
	    socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(l->fd[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	p.accepted++;
	if (connect(l->fd[1], (const struct sockaddr *)&a, sizeof(a)) < 0 &&
	    errno != EINPROGRESS)
		cut(l);
}

static void
accept_all(void)
{
	int fd;

	while ((fd = accept4(
		    p.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		begin(fd);
}

/* Is there something to be read from this side now? */
static bool
takes(const struct link *l, int side)
{
	const struct way *w = &l->way[side];

	if (w->ended || l->fd[side] < 0 || p.trouble == STALL)
		return false;
	return p.trouble == HOLE || l->half ||
	       (w->len < HELD_BYTES && w->marks < MARKS_MAX);
}

static size_t
due_bytes(const struct way *w, int64_t now)
{
	size_t bytes = 0;

	for (size_t i = 0; i < w->marks; i++) {
		const struct mark *m = &w->mark[(w->mark_head + i) % MARKS_MAX];

		if (m->due_ms > now)
			break;
		bytes += m->bytes;
	}
	if (p.rate > 0 && (int64_t)bytes > w->credit / 1000)
		bytes = (size_t)(w->credit / 1000);
	return bytes;
}

static void
count_up(ssize_t n)
{
	if (p.cut_after < 0)
		return;
	p.cut_after -= n;
	if (p.cut_after <= 0) {
		p.cut_after = -1;
		cut_all();
	}
}

static void
receive(struct link *l, int side)
{
	static uint8_t waste[HELD_BYTES];
	struct way *w = &l->way[side];
	bool lost = p.trouble == HOLE || l->half;
	ssize_t n =
	    lost ? read(l->fd[side], waste, sizeof(waste))
		 : read(l->fd[side], w->held + w->len, HELD_BYTES - w->len);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		cut(l);
	} else if (n == 0) {
		w->ended = true;
		/* Of a half there is nothing left then. */
		if (l->half)
			cut(l);
	} else if (n > 0 && lost) {
		l->spoiled = true;
	} else if (n > 0) {
		w->mark[(w->mark_head + w->marks++) % MARKS_MAX] =
		    (struct mark){ now_ms() + p.latency_ms, (size_t)n };
		w->len += (size_t)n;
		if (side == 0)
			count_up(n);
	}
}

static void
drop_held(struct way *w, size_t n)
{
	w->len -= n;
	memmove(w->held, w->held + n, w->len);
	if (p.rate > 0)
		w->credit -= (int64_t)n * 1000;
	while (n > 0) {
		struct mark *m = &w->mark[w->mark_head];
		size_t part = n < m->bytes ? n : m->bytes;

		m->bytes -= part;
		n -= part;
		if (m->bytes == 0) {
			w->mark_head = (w->mark_head + 1) % MARKS_MAX;
			w->marks--;
		}
	}
}

static void
pass_on(struct link *l, int side, int64_t now)
{
	struct way *w = &l->way[side];
	int to = l->fd[!side];
	size_t bytes = due_bytes(w, now);
	ssize_t n;

	if (bytes > 0) {
		n = send(to, w->held, bytes, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			cut(l);
			return;
		}
		if (n > 0) {
			drop_held(w, (size_t)n);
			p.passed[side] += (unsigned long long)n;
		}
	}
	if (w->ended && w->len == 0 && !w->told) {
		w->told = true;
		shutdown(to, SHUT_WR);
	}
}

/* --- all of them --- */

/* A second's worth may be saved up. */
static void
add_credit(int64_t now)
{
	int64_t more = (now - p.credited_ms) * p.rate;

	p.credited_ms = now;
	for (int i = 0; i < LINKS_MAX * 2; i++) {
		struct way *w = &p.link[i / 2].way[i % 2];

		w->credit += more;
		if (w->credit > p.rate * 1000)
			w->credit = p.rate * 1000;
	}
}

static void
move(struct link *l, int64_t now)
{
	for (int side = 0; side < 2 && l->used; side++)
		if (l->fd[!side] >= 0)
			pass_on(l, side, now);
	if (l->used && l->way[0].told && l->way[1].told) {
		close(l->fd[0]);
		close(l->fd[1]);
		l->used = false;
	}
}

/* The server's side ends in earnest, the client hears nothing. */
static void
halve(struct link *l)
{
	reset(l->fd[1]);
	l->fd[1] = -1;
	l->half = true;
}

/* Nothing is saved up from before. */
static void
set_rate(int64_t rate)
{
	p.rate = rate;
	p.credited_ms = now_ms();
	for (int i = 0; i < LINKS_MAX * 2; i++)
		p.link[i / 2].way[i % 2].credit = 0;
}

static void
clear(void)
{
	p.trouble = NONE;
	p.refuse = false;
	p.latency_ms = 0;
	set_rate(0);
	p.cut_after = -1;
	for (int i = 0; i < LINKS_MAX; i++)
		if (p.link[i].used && p.link[i].spoiled)
			cut(&p.link[i]);
}

static void
listener_follows(void)
{
	if (p.refuse && p.listener >= 0) {
		close(p.listener);
		p.listener = -1;
	} else if (!p.refuse && p.listener < 0) {
		p.listener = listen_on(p.port);
	}
}

static int
open_links(void)
{
	int open = 0;

	for (int i = 0; i < LINKS_MAX; i++)
		open += p.link[i].used;
	return open;
}

static bool
obey(const char *word, int64_t value)
{
	if (strcmp(word, "latency") == 0) {
		p.latency_ms = value;
	} else if (strcmp(word, "rate") == 0) {
		set_rate(value);
	} else if (strcmp(word, "cut") == 0) {
		cut_all();
	} else if (strcmp(word, "cutafter") == 0) {
		p.cut_after = value;
	} else if (strcmp(word, "stall") == 0) {
		p.trouble = STALL;
	} else if (strcmp(word, "hole") == 0) {
		p.trouble = HOLE;
	} else if (strcmp(word, "refuse") == 0) {
		p.refuse = true;
	} else if (strcmp(word, "clear") == 0) {
		clear();
	} else if (strcmp(word, "half") == 0) {
		for (int i = 0; i < LINKS_MAX; i++)
			if (p.link[i].used && !p.link[i].half)
				halve(&p.link[i]);
	} else {
		return strcmp(word, "stats") == 0;
	}
	listener_follows();
	return true;
}

static void
command(struct control *c)
{
	char word[LINE_BYTES] = "";
	long long value = 0;
	bool good;

	good = sscanf(c->line, "%127s %lld", word, &value) >= 1 && value >= 0 &&
	       obey(word, value);
	dprintf(c->fd,
	    "{\"ok\":%s,\"accepted\":%llu,\"open\":%d,\"up\":%llu,"
	    "\"down\":%llu}\n",
	    good ? "true" : "false", p.accepted, open_links(), p.passed[0],
	    p.passed[1]);
}

static void
listen_to(struct control *c)
{
	ssize_t n = read(c->fd, c->line + c->len, sizeof(c->line) - 1 - c->len);
	char *end;

	if (n <= 0) {
		close(c->fd);
		c->fd = -1;
		return;
	}
	c->len += (size_t)n;
	c->line[c->len] = '\0';
	end = strchr(c->line, '\n');
	if (end || c->len == sizeof(c->line) - 1) {
		command(c);
		c->len = 0;
	}
}

static void
accept_control(void)
{
	int fd = accept4(p.control, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 0; i < CONTROLS_MAX && fd >= 0; i++) {
		if (p.client[i].fd < 0) {
			p.client[i] = (struct control){ .fd = fd };
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

/* --- the turn --- */

static short
wants(const struct link *l, int side, int64_t now)
{
	const struct way *in = &l->way[!side];
	short events = 0;

	if (takes(l, side))
		events |= POLLIN;
	if (p.trouble == NONE && due_bytes(in, now) > 0)
		events |= POLLOUT;
	return events;
}

enum {
	AT_LISTENER,
	AT_CONTROL,
	AT_CLIENTS,
	AT_LINKS = AT_CLIENTS + CONTROLS_MAX,
	FDS = AT_LINKS + LINKS_MAX * 2,
};

/* What to wait for; returns for how long.  One that nothing is wanted of is
 * left out: an end that was seen already would wake every turn. */
static int
expect(struct pollfd f[FDS])
{
	int64_t now = now_ms();
	bool held = false;

	f[AT_LISTENER] = (struct pollfd){ .fd = p.listener, .events = POLLIN };
	f[AT_CONTROL] = (struct pollfd){ .fd = p.control, .events = POLLIN };
	for (int i = 0; i < CONTROLS_MAX; i++)
		f[AT_CLIENTS + i] =
		    (struct pollfd){ .fd = p.client[i].fd, .events = POLLIN };
	for (int i = 0; i < LINKS_MAX * 2; i++) {
		const struct link *l = &p.link[i / 2];
		short events = l->used ? wants(l, i % 2, now) : 0;

		held = held || (l->used && l->way[i % 2].len > 0);
		f[AT_LINKS + i] =
		    (struct pollfd){ .fd = events ? l->fd[i % 2] : -1,
			    .events = events };
	}
	if (p.trouble != NONE)
		held = false;
	return held || (p.listener < 0 && !p.refuse) ? TICK_MS : 1000;
}

static void
receive_all(const struct pollfd f[FDS])
{
	for (int i = 0; i < LINKS_MAX * 2; i++) {
		const struct pollfd *got = &f[AT_LINKS + i];
		struct link *l = &p.link[i / 2];

		/* One begun in this turn may stand where another was. */
		if (l->used && got->fd == l->fd[i % 2] && takes(l, i % 2) &&
		    (got->revents & (POLLIN | POLLHUP | POLLERR)))
			receive(l, i % 2);
	}
}

static void
turn(void)
{
	struct pollfd f[FDS];

	poll(f, FDS, expect(f));
	if (f[AT_LISTENER].revents)
		accept_all();
	receive_all(f);
	add_credit(now_ms());
	for (int i = 0; i < LINKS_MAX && p.trouble == NONE; i++)
		if (p.link[i].used && !p.link[i].half)
			move(&p.link[i], now_ms());
	for (int i = 0; i < CONTROLS_MAX; i++)
		if (f[AT_CLIENTS + i].revents)
			listen_to(&p.client[i]);
	if (f[AT_CONTROL].revents)
		accept_control();
	listener_follows();
}

int
main(int argc, char **argv)
{
	if (argc != 4) {
		fputs("usage: proxy PORT TARGET-PORT CONTROL-PORT\n", stderr);
		return 64;
	}
	signal(SIGPIPE, SIG_IGN);
	p.port = atoi(argv[1]);
	p.target = atoi(argv[2]);
	p.link = calloc(LINKS_MAX, sizeof(*p.link));
	p.listener = listen_on(p.port);
	p.control = listen_on(atoi(argv[3]));
	for (int i = 0; i < CONTROLS_MAX; i++)
		p.client[i].fd = -1;
	if (!p.link || p.listener < 0 || p.control < 0) {
		perror("proxy: listen");
		return 1;
	}
	for (;;)
		turn();
}
