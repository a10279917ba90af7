/*
 * sntp_server -- a time server (RFC 4330) for boxes under test.
 *
 *   sntp_server PORT [SECONDS]
 *
 * Answers on 127.0.0.1 with the time of this machine, and SECONDS more.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
	BYTES = 48,
	ROOT = 8,
	NAME = 12,
	REFERENCE = 16,
	ORIGINATE = 24,
	RECEIVE = 32,
	TRANSMIT = 40,
};

/* From 1900, where the protocol begins to count, to 1970. */
static const uint32_t since_1900 = 2208988800U;

static void
put(unsigned char *at, long long more)
{
	struct timespec t;
	uint32_t words[2];

	clock_gettime(CLOCK_REALTIME, &t);
	words[0] = htonl((uint32_t)(t.tv_sec + more) + since_1900);
	words[1] = htonl((uint32_t)(((uint64_t)t.tv_nsec << 32) / 1000000000U));
	memcpy(at, words, sizeof(words));
}

static void
answer(unsigned char *p, long long more)
{
	put(p + RECEIVE, more);
	memcpy(p + ORIGINATE, p + TRANSMIT, 8);
	put(p + REFERENCE, more);
	/* Version 4, server; stratum 1; a precision of a microsecond. */
	p[0] = 4 << 3 | 4;
	p[1] = 1;
	p[3] = (unsigned char)-20;
	memset(p + 4, 0, ROOT);
	memcpy(p + NAME, "TEST", 4);
	put(p + TRANSMIT, more);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	unsigned char packet[BYTES];
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (argc < 2) {
		fputs("usage: sntp_server PORT [SECONDS]\n", stderr);
		return 64;
	}
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)atoi(argv[1]));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("sntp_server");
		return 2;
	}
	for (;;) {
		ssize_t n = recvfrom(
		    fd, packet, sizeof(packet), 0, (struct sockaddr *)&a, &len);

		if (n < BYTES)
			continue;
		answer(packet, argc > 2 ? atoll(argv[2]) : 0);
		sendto(
		    fd, packet, sizeof(packet), 0, (struct sockaddr *)&a, len);
		len = sizeof(a);
	}
}
