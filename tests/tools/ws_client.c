/*
 * ws_client -- a WebSocket client over TLS for tests of the simulator.
 *
 *   ws_client [options] PORT PATH CA_FILE [TEXT...]
 *
 * Sends each TEXT, then prints what comes, a line each: texts as they are,
 * `PING payload`, `FRAGMENT length`, `CLOSE code reason`, and at the end `END`
 * or `END why`.
 *
 *   -n COUNT   stop after so many texts
 *   -t MS      stop after this time (2000)
 *   -w MS      pause between the texts sent (0)
 *   -q         print only, at the end, texts, bytes and milliseconds
 *   -p         do not answer pings, nor test requests of Deribit
 *   -H HOST    name asked for (localhost)
 *   -s         sleep before reading: -t later everything is read
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <psa/crypto.h>

enum { INPUT = 1 << 25, TEXT_MAX = 100000 };

struct client {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_ssl_config config;
	mbedtls_x509_crt roots;
	mbedtls_ssl_context ssl;
	int fd;
	unsigned char *in;
	size_t len;
	size_t at;
	long texts;
	long bytes;
	long most;
	bool quiet;
	bool mute;
	bool over;
};

static long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
end(struct client *c, const char *why)
{
	if (!c->quiet)
		printf("END%s%s\n", *why ? " " : "", why);
	c->over = true;
}

static void
die(const char *what, int code)
{
	char text[200] = "";

	mbedtls_strerror(code, text, sizeof(text));
	printf("END %s: %s\n", what, text);
	fflush(stdout);
	exit(1);
}

static int
send_bytes(void *context, const unsigned char *data, size_t len)
{
	ssize_t n = send(*(int *)context, data, len, MSG_NOSIGNAL);

	return n < 0 ? MBEDTLS_ERR_NET_SEND_FAILED : (int)n;
}

static int
receive_bytes(void *context, unsigned char *data, size_t size)
{
	ssize_t n = recv(*(int *)context, data, size, 0);

	return n < 0 ? MBEDTLS_ERR_NET_RECV_FAILED : (int)n;
}

static void
open_tls(struct client *c, int port, const char *ca, const char *host)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int e;

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(c->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		die("connect", MBEDTLS_ERR_NET_CONNECT_FAILED);
	mbedtls_entropy_init(&c->entropy);
	mbedtls_ctr_drbg_init(&c->random);
	mbedtls_x509_crt_init(&c->roots);
	mbedtls_ssl_config_init(&c->config);
	mbedtls_ssl_init(&c->ssl);
	psa_crypto_init();
	mbedtls_ctr_drbg_seed(
	    &c->random, mbedtls_entropy_func, &c->entropy, NULL, 0);
	if ((e = mbedtls_x509_crt_parse_file(&c->roots, ca)) != 0)
		die(ca, e);
	mbedtls_ssl_config_defaults(&c->config, MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	mbedtls_ssl_conf_rng(&c->config, mbedtls_ctr_drbg_random, &c->random);
	mbedtls_ssl_conf_ca_chain(&c->config, &c->roots, NULL);
	mbedtls_ssl_setup(&c->ssl, &c->config);
	mbedtls_ssl_set_hostname(&c->ssl, host);
	mbedtls_ssl_set_bio(&c->ssl, &c->fd, send_bytes, receive_bytes, NULL);
	if ((e = mbedtls_ssl_handshake(&c->ssl)) != 0)
		die("handshake", e);
}

static void
send_all(struct client *c, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len) {
		int n = mbedtls_ssl_write(&c->ssl, p, len);

		if (n <= 0) {
			end(c, "write failed");
			return;
		}
		p += n;
		len -= (size_t)n;
	}
}

/* The mask is zero, which is allowed and leaves the text readable. */
static void
send_frame(struct client *c, int opcode, const void *data, size_t len)
{
	static unsigned char frame[TEXT_MAX + 14];
	size_t n = 0;

	if (len > TEXT_MAX)
		len = TEXT_MAX;
	frame[n++] = (unsigned char)(0x80 | opcode);
	if (len < 126) {
		frame[n++] = (unsigned char)(0x80 | len);
	} else if (len < 65536) {
		frame[n++] = 0x80 | 126;
		frame[n++] = (unsigned char)(len >> 8);
		frame[n++] = (unsigned char)len;
	} else {
		frame[n++] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			frame[n++] = (unsigned char)((uint64_t)len >> shift);
	}
	memset(frame + n, 0, 4);
	memcpy(frame + n + 4, data, len);
	send_all(c, frame, n + 4 + len);
}

/* Waits at most until then; false when the time is over. */
static bool
receive(struct client *c, long until)
{
	struct pollfd p = { c->fd, POLLIN, 0 };
	long left = until - now_ms();
	int n;

	if (left <= 0)
		return false;
	if (!mbedtls_ssl_check_pending(&c->ssl) && poll(&p, 1, (int)left) <= 0)
		return false;
	if (c->at) {
		memmove(c->in, c->in + c->at, c->len - c->at);
		c->len -= c->at;
		c->at = 0;
	}
	n = mbedtls_ssl_read(&c->ssl, c->in + c->len, INPUT - c->len);
	if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET ||
	    n == MBEDTLS_ERR_SSL_WANT_READ)
		return true;
	if (n == 0 || n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ||
	    n == MBEDTLS_ERR_SSL_CONN_EOF)
		end(c, c->len ? "inside a frame" : "closed");
	else if (n < 0)
		end(c, "reset");
	else
		c->len += (size_t)n;
	return true;
}

static void
control(struct client *c, int opcode, unsigned char *data, size_t len)
{
	if (opcode == 9) {
		if (!c->quiet)
			printf("PING %.*s\n", (int)len, (char *)data);
		if (!c->mute)
			send_frame(c, 10, data, len);
	} else if (opcode == 8) {
		if (!c->quiet && len >= 2)
			printf("CLOSE %d %.*s\n", data[0] << 8 | data[1],
			    (int)len - 2, (char *)data + 2);
		send_frame(c, 8, data, len);
	}
}

/* Deribit asks in a text whether somebody is there. */
static void
answer(struct client *c, const unsigned char *text, size_t len)
{
	static const char asked[] = "\"type\":\"test_request\"";
	static const char test[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"public/test\","
	    "\"params\":{}}";

	if (!c->mute && memmem(text, len, asked, sizeof(asked) - 1))
		send_frame(c, 1, test, sizeof(test) - 1);
}

/* One frame, if all of it is there. */
static bool
take(struct client *c)
{
	unsigned char *p = c->in + c->at;
	size_t left = c->len - c->at;
	size_t head = 2;
	size_t len;

	if (left < 10 && (left < 2 || left < (size_t)p[1] + 2))
		return false;
	len = p[1];
	if (len == 126) {
		len = (size_t)p[2] << 8 | p[3];
		head = 4;
	} else if (len == 127) {
		len = 0;
		for (int i = 0; i < 8; i++)
			len = len << 8 | p[2 + i];
		head = 10;
	}
	if (left < head + len)
		return false;
	c->at += head + len;
	if ((p[0] & 0xf) >= 8) {
		control(c, p[0] & 0xf, p + head, len);
		return true;
	}
	answer(c, p + head, len);
	c->texts++;
	c->bytes += (long)len;
	if (c->quiet)
		return true;
	if ((p[0] & 0xc0) == 0xc0)
		printf("RSV1 ");
	if (p[0] == 0x81 || p[0] == 0xc1)
		printf("%.*s\n", (int)len, (char *)p + head);
	else
		printf("FRAGMENT %zu%s\n", len, p[0] & 0x80 ? " last" : "");
	return true;
}

static void
upgrade(struct client *c, const char *path)
{
	char request[40000];
	unsigned char *stop;
	int n = snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	    path);

	send_all(c, request, (size_t)n);
	while (!(stop = memmem(c->in, c->len, "\r\n\r\n", 4)) && !c->over &&
	       receive(c, now_ms() + 5000))
		;
	if (!stop || memcmp(c->in, "HTTP/1.1 101", 12) != 0) {
		printf(
		    "%.*s\n", (int)strcspn((char *)c->in, "\r"), (char *)c->in);
		exit(1);
	}
	if (!memmem(c->in, c->len, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28)) {
		puts("END wrong Sec-WebSocket-Accept");
		exit(1);
	}
	c->at = (size_t)(stop - c->in) + 4;
}

static void
run(struct client *c, long until)
{
	long start = now_ms();

	while (!c->over && (c->most == 0 || c->texts < c->most)) {
		if (take(c))
			continue;
		fflush(stdout);
		if (!receive(c, until))
			break;
	}
	if (c->quiet)
		printf("%ld %ld %ld\n", c->texts, c->bytes, now_ms() - start);
	else if (!c->over)
		puts("END");
	if (!c->over)
		mbedtls_ssl_close_notify(&c->ssl);
}

int
main(int argc, char **argv)
{
	static struct client c;
	const char *host = "localhost";
	long wait_ms = 0, time_ms = 2000;
	bool late = false;
	int o;

	while ((o = getopt(argc, argv, "n:t:w:qpsH:")) != -1) {
		switch (o) {
		case 'n':
			c.most = atol(optarg);
			break;
		case 't':
			time_ms = atol(optarg);
			break;
		case 'w':
			wait_ms = atol(optarg);
			break;
		case 'q':
			c.quiet = true;
			break;
		case 'p':
			c.mute = true;
			break;
		case 's':
			late = true;
			break;
		case 'H':
			host = optarg;
			break;
		default:
			return 64;
		}
	}
	if (argc - optind < 3)
		return 64;
	c.in = calloc(1, INPUT);
	open_tls(&c, atoi(argv[optind]), argv[optind + 2], host);
	upgrade(&c, argv[optind + 1]);
	for (int i = optind + 3; i < argc; i++) {
		send_frame(&c, 1, argv[i], strlen(argv[i]));
		if (wait_ms)
			poll(NULL, 0, (int)wait_ms);
	}
	if (late)
		poll(NULL, 0, (int)time_ms);
	run(&c, now_ms() + time_ms);
	return 0;
}
