/*
 * activate -- start a program as systemd starts one with sockets.
 *
 *   activate PORT... -- PROGRAM ARGUMENT...
 *
 * Listens on each 127.0.0.1:PORT, passes the sockets from descriptor 3 on with
 * LISTEN_FDS and LISTEN_PID, and becomes the program.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void
listen_on(int port, int want)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 64) != 0) {
		perror("activate");
		exit(2);
	}
	if (fd == want)
		return;
	dup2(fd, want);
	close(fd);
}

int
main(int argc, char **argv)
{
	char text[32];
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		listen_on((int)strtol(argv[i], NULL, 10), 2 + i);
	if (i + 1 >= argc) {
		fprintf(stderr, "usage: activate PORT... -- PROGRAM ...\n");
		return 2;
	}
	snprintf(text, sizeof(text), "%d", i - 1);
	setenv("LISTEN_FDS", text, 1);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	setenv("LISTEN_PID", text, 1);
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 2;
}
