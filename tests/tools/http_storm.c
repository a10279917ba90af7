/*
 * http_storm -- many slow and hostile clients of an HTTP server.
 *
 *   http_storm PORT CLIENTS SECONDS [TICK_MS]
 *
 * Keeps CLIENTS connections to 127.0.0.1:PORT open for SECONDS, each of a kind:
 * one says nothing, one trickles its head, one never reads its answer, one
 * sends noise, one a head without end, one asks as fast as it can, one resets,
 * one ends its half after the request.  Who is hung up on comes back.  Prints
 * how many connections were made, and how many bytes and 503s came; exit 1 when
 * not all clients were connected at once at least once.  Each does something
 * every TICK_MS (50), and comes back after PAUSE of them: longer ticks make
 * slow clients of the same ones.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CLIENTS_MAX = 10000,
	DEFAULT_TICK_MS = 50,
	/* Who was hung up on waits so long, in ticks. */
	PAUSE = 10,
	EVENTS = 256,
};

enum kind { SILENT, TRICKLE, DEAF, NOISE, ENDLESS, GREEDY, RESET, HALF, KINDS };

struct client {
	int fd;
	enum kind kind;
	unsigned sent;
	/* No connection before this tick. */
	unsigned wait;
};

static struct client clients[CLIENTS_MAX];
static int port, poll_fd;
static int64_t tick_ms = DEFAULT_TICK_MS;
static unsigned open_now, open_most, tick;
static unsigned long opened, refused, bytes;

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
hang_up(struct client *c)
{
	close(c->fd);
	c->fd = -1;
	c->wait = tick + PAUSE;
	open_now--;
}

static void
dial(struct client *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event e = { .events = EPOLLIN | EPOLLRDHUP,
		.data.ptr = c };
	int small = 2048;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0) {
		c->wait = tick + PAUSE;
		return;
	}
	if (c->kind == DEAF)
		setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	if (connect(c->fd, (struct sockaddr *)&a, sizeof(a)) != 0 &&
	    errno != EINPROGRESS) {
		close(c->fd);
		c->fd = -1;
		c->wait = tick + PAUSE;
		return;
	}
	/* A deaf one does not even look. */
	if (c->kind == DEAF)
		e.events = EPOLLRDHUP;
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &e);
	c->sent = 0;
	opened++;
	open_now++;
	if (open_now > open_most)
		open_most = open_now;
}

static void
say(struct client *c, const char *text, size_t len)
{
	if (send(c->fd, text, len, MSG_NOSIGNAL) < 0 && errno != EAGAIN &&
	    errno != ENOTCONN)
		hang_up(c);
	else
		c->sent++;
}

/* One tick of a client that is connected. */
static void
act(struct client *c)
{
	static const char ask[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	static const char page[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				   "GET /status HTTP/1.1\r\nHost: x\r\n\r\n"
				   "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	struct linger now = { 1, 0 };
	char noise[1024];

	switch (c->kind) {
	case SILENT:
		return;
	case TRICKLE:
		say(c, ask + c->sent % (sizeof(ask) - 3), 1);
		return;
	case DEAF:
		if (c->sent == 0)
			say(c, ask, sizeof(ask) - 1);
		return;
	case NOISE:
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (char)rand();
		say(c, noise, sizeof(noise));
		return;
	case ENDLESS:
		memset(noise, 'a', sizeof(noise));
		say(c, c->sent == 0 ? "GET / HTTP/1.1\r\nX: " : noise,
		    c->sent == 0 ? 19 : sizeof(noise));
		return;
	case GREEDY:
		say(c, page, sizeof(page) - 1);
		return;
	case RESET:
		say(c, ask, sizeof(ask) - 1);
		if (c->fd < 0)
			return;
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		hang_up(c);
		return;
	case HALF:
		if (c->sent == 0)
			say(c, ask, sizeof(ask) - 1);
		if (c->fd >= 0)
			shutdown(c->fd, SHUT_WR);
		return;
	case KINDS:
		return;
	}
}

static void
hear(struct client *c, unsigned events)
{
	char text[65536];
	ssize_t n = -1;

	if (c->fd < 0)
		return;
	if (c->kind == DEAF) {
		if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
			hang_up(c);
		return;
	}
	n = recv(c->fd, text, sizeof(text), 0);
	if (n > 0) {
		bytes += (unsigned long)n;
		refused += n > 12 && memcmp(text, "HTTP/1.1 503", 12) == 0;
		return;
	}
	if (n == 0 || errno != EAGAIN)
		hang_up(c);
}

static void
listen_until(int64_t due)
{
	struct epoll_event got[EVENTS];
	int64_t left;

	while ((left = due - now_ms()) > 0) {
		int n = epoll_wait(poll_fd, got, EVENTS, (int)left);

		for (int i = 0; i < n; i++)
			hear(got[i].data.ptr, got[i].events);
	}
}

int
main(int argc, char **argv)
{
	struct rlimit files;
	unsigned count;
	int64_t end;

	if (argc != 4 && argc != 5) {
		fprintf(stderr,
		    "usage: http_storm PORT CLIENTS SECONDS [TICK_MS]\n");
		return 2;
	}
	port = (int)strtol(argv[1], NULL, 10);
	count = (unsigned)strtoul(argv[2], NULL, 10);
	end = now_ms() + 1000 * strtol(argv[3], NULL, 10);
	if (argc == 5)
		tick_ms = strtol(argv[4], NULL, 10);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	poll_fd = epoll_create1(0);
	for (unsigned i = 0; i < count && i < CLIENTS_MAX; i++)
		clients[i] = (struct client){ .fd = -1, .kind = i % KINDS };
	for (; now_ms() < end; tick++) {
		int64_t due = now_ms() + tick_ms;

		for (unsigned i = 0; i < count; i++) {
			struct client *c = &clients[i];

			if (c->fd < 0 && tick >= c->wait)
				dial(c);
			else if (c->fd >= 0)
				act(c);
		}
		listen_until(due);
	}
	printf("opened=%lu at_once=%u bytes=%lu answers_503=%lu\n", opened,
	    open_most, bytes, refused);
	return open_most >= count ? 0 : 1;
}
