#define _GNU_SOURCE
#include "link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mbedtls/entropy.h>
#include <mbedtls/ssl_ticket.h>
#include <psa/crypto.h>

enum { RECORD_MAX = 16384, TICKET_SECONDS = 3600 };

static struct {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_ssl_config config;
	mbedtls_ssl_ticket_context tickets;
	struct cert cert;
} all;

static void
check(int result, const char *what)
{
	if (result == 0)
		return;
	fprintf(stderr, "exchange-sim: %s: -0x%04x\n", what, -result);
	exit(1);
}

void
links_init(const char *dir, enum cert_fault fault)
{
	mbedtls_entropy_init(&all.entropy);
	mbedtls_ctr_drbg_init(&all.random);
	check(mbedtls_ctr_drbg_seed(
		  &all.random, mbedtls_entropy_func, &all.entropy, NULL, 0),
	    "random");
	check((int)psa_crypto_init(), "psa");
	cert_make(&all.cert, dir, fault, &all.random);
	mbedtls_ssl_config_init(&all.config);
	check(mbedtls_ssl_config_defaults(&all.config, MBEDTLS_SSL_IS_SERVER,
		  MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT),
	    "config");
	mbedtls_ssl_conf_rng(&all.config, mbedtls_ctr_drbg_random, &all.random);
	check(mbedtls_ssl_conf_own_cert(
		  &all.config, &all.cert.chain, &all.cert.key),
	    "own certificate");
	mbedtls_ssl_ticket_init(&all.tickets);
	check(mbedtls_ssl_ticket_setup(&all.tickets, mbedtls_ctr_drbg_random,
		  &all.random, MBEDTLS_CIPHER_AES_256_GCM, TICKET_SECONDS),
	    "tickets");
	mbedtls_ssl_conf_session_tickets_cb(&all.config,
	    mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &all.tickets);
}

static int
tls_send(void *context, const unsigned char *from, size_t len)
{
	struct link *l = context;
	ssize_t n = send(l->fd, from, len, MSG_NOSIGNAL);

	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE
						 : -1;
}

static int
tls_receive(void *context, unsigned char *to, size_t size)
{
	struct link *l = context;
	ssize_t n = recv(l->fd, to, size, 0);

	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_READ
						 : -1;
}

void
link_init(struct link *l, int fd, bool tls)
{
	int on = 1;

	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->tls = tls;
	l->open = true;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!tls)
		return;
	mbedtls_ssl_init(&l->ssl);
	check(mbedtls_ssl_setup(&l->ssl, &all.config), "session");
	mbedtls_ssl_set_bio(&l->ssl, l, tls_send, tls_receive, NULL);
}

void
link_close(struct link *l, bool abort_it)
{
	struct linger linger = { 1, 0 };

	if (!l->open)
		return;
	if (abort_it)
		setsockopt(
		    l->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	else if (l->tls)
		(void)mbedtls_ssl_close_notify(&l->ssl);
	if (l->tls)
		mbedtls_ssl_free(&l->ssl);
	close(l->fd);
	l->open = false;
}

static long
tls_result(int n)
{
	switch (n) {
	case MBEDTLS_ERR_SSL_WANT_READ:
	case MBEDTLS_ERR_SSL_WANT_WRITE:
		return 0;
	default:
		return n > 0 ? n : -1;
	}
}

long
link_read(struct link *l, void *to, size_t size)
{
	ssize_t n;

	if (l->tls)
		return tls_result(mbedtls_ssl_read(&l->ssl, to, size));
	n = recv(l->fd, to, size, 0);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return n == 0 ? -1 : n;
}

long
link_write(struct link *l, const void *from, size_t len)
{
	ssize_t n;
	long done;

	if (l->tls) {
		/* TLS wants a write that did not go through as it was. */
		if (l->pending)
			len = l->pending;
		else if (len > RECORD_MAX)
			len = RECORD_MAX;
		done = tls_result(mbedtls_ssl_write(&l->ssl, from, len));
		l->pending = done == 0 ? len : 0;
		return done;
	}
	n = send(l->fd, from, len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	return n;
}

bool
link_holds_bytes(const struct link *l)
{
	return l->open && l->tls && mbedtls_ssl_check_pending(&l->ssl);
}

int
link_listen(int *port)
{
	struct sockaddr_in a;
	socklen_t len = sizeof(a);
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memset(&a, 0, sizeof(a));
	a.sin_family = AF_INET;
	a.sin_port = htons((uint16_t)*port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) ||
	    listen(fd, 64) || getsockname(fd, (struct sockaddr *)&a, &len)) {
		perror("exchange-sim: listen");
		exit(1);
	}
	*port = ntohs(a.sin_port);
	return fd;
}
