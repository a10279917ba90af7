/*
 * notify_receive -- be the service manager that sd_notify(3) speaks to.
 *
 *   notify_receive SOCKET
 *
 * SOCKET is a path, or @NAME for one that is no file.  Each datagram is a line
 * on stdout: the monotonic clock in microseconds, a blank, and the text with |
 * for each line end.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int
listen_at(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (len >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, name, len);
	if (name[0] == '@')
		a.sun_path[0] = '\0';
	else
		unlink(name);
	len += offsetof(struct sockaddr_un, sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, (socklen_t)len) != 0)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	char text[4096];
	struct timespec t;
	ssize_t n;
	int fd;

	if (argc != 2) {
		fputs("usage: notify_receive SOCKET\n", stderr);
		return 64;
	}
	fd = listen_at(argv[1]);
	if (fd < 0) {
		perror("notify_receive");
		return 2;
	}
	while ((n = recv(fd, text, sizeof(text), 0)) >= 0) {
		for (ssize_t i = 0; i < n; i++)
			text[i] = text[i] == '\n' ? '|' : text[i];
		clock_gettime(CLOCK_MONOTONIC, &t);
		printf("%lld %.*s\n",
		    (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000, (int)n,
		    text);
		fflush(stdout);
	}
	perror("notify_receive");
	return 2;
}
