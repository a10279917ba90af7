/*
 * time_server -- be a time server (RFC 4330) whose clock is off as told.
 *
 *   time_server PORT [SECONDS]
 *
 * Listens on 127.0.0.1 and answers with this machine's clock and SECONDS more.
 * Each question is a line on stdout.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* From 1900 to 1970, in seconds. */
#define ERA_BEFORE_1970 UINT64_C(2208988800)

static void
put_now(unsigned char *at, long more)
{
	struct timespec t;
	uint64_t stamp;

	clock_gettime(CLOCK_REALTIME, &t);
	stamp = ((uint64_t)(t.tv_sec + more) + ERA_BEFORE_1970) << 32 |
		((uint64_t)t.tv_nsec << 32) / 1000000000;
	for (unsigned i = 0; i < 8; i++)
		at[i] = (unsigned char)(stamp >> (56 - 8 * i));
}

static void
answer(int fd, long more)
{
	unsigned char p[256];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n =
	    recvfrom(fd, p, sizeof(p), 0, (struct sockaddr *)&from, &len);

	if (n < 48)
		return;
	memcpy(p + 24, p + 40, 8);
	memset(p + 1, 0, 23);
	p[0] = 4 << 3 | 4;
	p[1] = 2;
	put_now(p + 32, more);
	put_now(p + 40, more);
	sendto(fd, p, 48, 0, (struct sockaddr *)&from, len);
	puts("asked");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc < 2) {
		fputs("usage: time_server PORT [SECONDS]\n", stderr);
		return 64;
	}
	a.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("time_server");
		return 2;
	}
	for (;;)
		answer(fd, argc > 2 ? strtol(argv[2], NULL, 10) : 0);
}
