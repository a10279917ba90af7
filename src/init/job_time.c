#define _GNU_SOURCE

#include "init/parts.h"

#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "codec/sntp.h"

/*
 * Asks each server once or twice and tells the answer with the shortest way.  A
 * job of its own, so that a name may take its time.
 */

enum {
	ASK_MS = 1500,
	SERVERS_MAX = 8,
	ADDRESSES_MAX = 2,
	/* What else comes to the socket. */
	PACKETS_MAX = 8,
	GOOD_DELAY_MS = 50,
};

static enum err
ask(const struct addrinfo *to, struct sntp_answer *a)
{
	unsigned char packet[SNTP_BYTES * 4];
	uint64_t cookie;
	struct wall sent;
	enum err e = ERR_LATE;
	int fd = socket(to->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { fd, POLLIN, 0 };

	if (fd < 0)
		return ERR_IO;
	if (!random_bytes(&cookie, sizeof(cookie)) ||
	    connect(fd, to->ai_addr, to->ai_addrlen) != 0) {
		close(fd);
		return ERR_UNREACHABLE;
	}
	sntp_ask(cookie, packet);
	sent = time_wall();
	if (send(fd, packet, SNTP_BYTES, 0) != SNTP_BYTES)
		e = ERR_UNREACHABLE;
	for (int i = 0; i < PACKETS_MAX && e != ERR_UNREACHABLE; i++) {
		ssize_t n;

		if (poll(&p, 1, ASK_MS) != 1)
			break;
		n = recv(fd, packet, sizeof(packet), 0);
		if (n < 0)
			break;
		e = sntp_read(packet, (size_t)n, cookie, sent, time_wall(), a);
		if (e == ERR_OK || e == ERR_LIMITED)
			break;
	}
	close(fd);
	return e;
}

/* HOST or HOST:PORT. */
static struct addrinfo *
look_up(const char *server)
{
	char host[256], port[8] = "123";
	const char *colon = strrchr(server, ':');
	size_t len = colon == NULL ? strlen(server) : (size_t)(colon - server);
	struct addrinfo hints, *all = NULL;

	if (len >= sizeof(host))
		return NULL;
	memcpy(host, server, len);
	host[len] = '\0';
	if (colon != NULL && strlen(colon + 1) < sizeof(port))
		memcpy(port, colon + 1, strlen(colon + 1) + 1);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_DGRAM;
	return getaddrinfo(host, port, &hints, &all) == 0 ? all : NULL;
}

static void
try_server(const char *server, struct sntp_answer *best, const char **by)
{
	struct addrinfo *all = look_up(server), *at = all;
	enum err e = ERR_DNS;

	for (int i = 0; at != NULL && i < ADDRESSES_MAX; at = at->ai_next) {
		struct sntp_answer a;

		e = ask(at, &a);
		if (e == ERR_OK &&
		    (*by == NULL || a.delay_ns < best->delay_ns)) {
			*best = a;
			*by = server;
		}
		i++;
	}
	if (all != NULL)
		freeaddrinfo(all);
	if (e != ERR_OK && *by == NULL) {
		tell_text("asked", server);
		tell_text("error", err_name(e));
	}
}

int
job_time(char *const argv[])
{
	struct sntp_answer best = { 0 };
	const char *by = NULL;

	for (int i = 0; i < SERVERS_MAX && argv[2 + i] != NULL; i++) {
		try_server(argv[2 + i], &best, &by);
		if (by != NULL && best.delay_ns < GOOD_DELAY_MS * NS_PER_MS)
			break;
	}
	if (by == NULL)
		return 1;
	tell_number("delay_ns", best.delay_ns);
	tell_number("server_s", best.server.ns / NS_PER_S);
	tell_text("server", by);
	/* The last one: with it the answer is complete. */
	tell_number("offset_ns", best.offset_ns);
	return 0;
}
