/*
 * ctl -- say one command to the simulator's control port and print the answer.
 *
 *   ctl PORT WORD...
 *
 * Exit 0 when the answer says ok, 1 when it does not, 2 when there is none.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
open_port(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return fd;
	perror("ctl: connect");
	exit(2);
}

int
main(int argc, char **argv)
{
	static const char good[] = "{\"ok\":true";
	char piece[65536];
	char head[sizeof(good)] = "";
	size_t seen = 0;
	ssize_t n;
	int fd;

	if (argc < 3) {
		fputs("usage: ctl PORT WORD...\n", stderr);
		return 64;
	}
	fd = open_port(atoi(argv[1]));
	for (int i = 2; i < argc; i++)
		dprintf(fd, "%s%s", i > 2 ? " " : "", argv[i]);
	dprintf(fd, "\n");
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		for (ssize_t i = 0; i < n && seen < sizeof(good) - 1; i++)
			head[seen++] = piece[i];
		fwrite(piece, 1, (size_t)n, stdout);
		if (piece[n - 1] == '\n')
			return strcmp(head, good) == 0 ? 0 : 1;
	}
	return 2;
}
