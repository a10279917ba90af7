/*
 * datagrams -- write each datagram that comes as a line.
 *
 *   datagrams udp PORT
 *   datagrams unix PATH
 *
 * Writes `ready` first; ends with a signal.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int
on_port(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

static int
on_path(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path) + 1);
	unlink(path);
	return bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

int
main(int argc, char **argv)
{
	char text[65536];
	ssize_t n;
	int fd;

	if (argc != 3) {
		fputs("usage: datagrams udp PORT | unix PATH\n", stderr);
		return 64;
	}
	fd = strcmp(argv[1], "udp") == 0 ? on_port(atoi(argv[2]))
					 : on_path(argv[2]);
	if (fd < 0) {
		perror("datagrams");
		return 2;
	}
	puts("ready");
	fflush(stdout);
	while ((n = recv(fd, text, sizeof(text), 0)) >= 0) {
		fwrite(text, 1, (size_t)n, stdout);
		putchar('\n');
		fflush(stdout);
	}
	return 1;
}
