#include "compat/openssl.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <mbedtls/platform.h>
#include <mbedtls/psa_util.h>

/* <openssl/ssl.h>: SSL_set_tlsext_host_name is a macro over SSL_ctrl. */
enum {
	SSL_CTRL_SET_TLSEXT_HOSTNAME = 55,
};

static int64_t
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/*
 * nats.c makes the descriptor blocking for a handshake and sets no deadline;
 * without one a silent server would hold its reconnect thread for ever.
 */
static int
wait_for(struct ssl *s, short what)
{
	struct pollfd p = { s->fd, what, 0 };
	int64_t left = s->deadline_ms - clock_ms();

	if (!s->shaking)
		return 1;
	return left <= 0 ? 0 : poll(&p, 1, (int)left);
}

static int
pull(void *owner, unsigned char *to, size_t size)
{
	struct ssl *s = owner;
	ssize_t n;

	if (s->ahead_at == s->ahead_end) {
		if (wait_for(s, POLLIN) <= 0)
			return MBEDTLS_ERR_SSL_TIMEOUT;
		n = recv(s->fd, s->ahead, sizeof(s->ahead),
		    s->hasty ? MSG_DONTWAIT : 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR
				   ? MBEDTLS_ERR_SSL_WANT_READ
				   : MBEDTLS_ERR_SSL_CONN_EOF;
		if (n == 0)
			return 0;
		s->ahead_at = 0;
		s->ahead_end = (size_t)n;
	}
	if (size > s->ahead_end - s->ahead_at)
		size = s->ahead_end - s->ahead_at;
	memcpy(to, s->ahead + s->ahead_at, size);
	s->ahead_at += size;
	return (int)size;
}

static int
push(void *owner, const unsigned char *from, size_t len)
{
	struct ssl *s = owner;
	ssize_t n;

	if (wait_for(s, POLLOUT) <= 0)
		return MBEDTLS_ERR_SSL_TIMEOUT;
	n = send(s->fd, from, len, MSG_NOSIGNAL);
	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE
						 : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int
configure(struct ssl *s)
{
	mbedtls_ssl_config *c = &s->config;
	int e = mbedtls_ssl_config_defaults(c, MBEDTLS_SSL_IS_CLIENT,
	    MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

	if (e != 0)
		return e;
	mbedtls_ssl_conf_rng(
	    c, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_verify(c, ssl_judge, s);
	mbedtls_ssl_conf_authmode(c, MBEDTLS_SSL_VERIFY_REQUIRED);
	if (s->ctx->built_in_roots)
		mbedtls_ssl_conf_ca_cb(c, ssl_find_roots, NULL);
	else
		mbedtls_ssl_conf_ca_chain(c, &s->ctx->roots, NULL);
	if (s->ctx->own.raw.len > 0) {
		e = mbedtls_ssl_conf_own_cert(c, &s->ctx->own, &s->ctx->key);
		if (e != 0)
			return e;
	}
	return mbedtls_ssl_setup(&s->tls, c);
}

struct ssl *
SSL_new(struct ssl_ctx *ctx)
{
	struct ssl *s = mbedtls_calloc(1, sizeof(*s));
	int e;

	if (s == NULL) {
		ssl_failed(MBEDTLS_ERR_SSL_ALLOC_FAILED);
		return NULL;
	}
	s->ctx = ctx;
	s->fd = -1;
	atomic_fetch_add(&ctx->users, 1);
	mbedtls_ssl_init(&s->tls);
	mbedtls_ssl_config_init(&s->config);
	e = configure(s);
	if (e != 0) {
		ssl_failed(e);
		SSL_free(s);
		return NULL;
	}
	mbedtls_ssl_set_bio(&s->tls, s, push, pull, NULL);
	return s;
}

/* No close_notify: the descriptor may have been closed and used again. */
void
SSL_free(struct ssl *s)
{
	if (s == NULL)
		return;
	mbedtls_ssl_free(&s->tls);
	mbedtls_ssl_config_free(&s->config);
	SSL_CTX_free(s->ctx);
	mbedtls_free(s);
}

static int
keep_name(char *to, const char *name)
{
	size_t len = strlen(name);

	if (len > SSL_HOST_MAX)
		return 0;
	memcpy(to, name, len + 1);
	return 1;
}

long
SSL_ctrl(struct ssl *s, int command, long arg, void *more)
{
	(void)arg;
	if (command == SSL_CTRL_SET_TLSEXT_HOSTNAME && more != NULL)
		return keep_name(s->sni, more);
	return 1;
}

int
SSL_set1_host(struct ssl *s, const char *host)
{
	return keep_name(s->host, host);
}

int
SSL_set_fd(struct ssl *s, int fd)
{
	s->fd = fd;
	return 1;
}

/* Client is the only role there is. */
void
SSL_set_connect_state(struct ssl *s)
{
	(void)s;
}

/* mode is SSL_VERIFY_NONE, 0, or SSL_VERIFY_PEER, 1. */
void
SSL_set_verify(struct ssl *s, int mode, ssl_verify_fn *verify)
{
	s->verify = verify;
	mbedtls_ssl_conf_authmode(&s->config,
	    mode == 0 ? MBEDTLS_SSL_VERIFY_NONE : MBEDTLS_SSL_VERIFY_REQUIRED);
}

/* nats.c asks for "no partial wildcards"; mbedTLS knows none (RFC 6125). */
void
SSL_set_hostflags(struct ssl *s, unsigned flags)
{
	(void)s;
	(void)flags;
}

int
SSL_set_ex_data(struct ssl *s, int index, void *data)
{
	(void)index;
	s->ex_data = data;
	return 1;
}

void *
SSL_get_ex_data(const struct ssl *s, int index)
{
	(void)index;
	return s->ex_data;
}

/* The result of a call that ended with e: 0 or -1, as OpenSSL has it. */
static int
ended(struct ssl *s, int e)
{
	if (e == MBEDTLS_ERR_SSL_WANT_READ || e == MBEDTLS_ERR_SSL_WANT_WRITE) {
		s->error = SSL_ERROR_SYSCALL;
		errno = EAGAIN;
		return -1;
	}
	if (e == 0 || e == MBEDTLS_ERR_SSL_CONN_EOF ||
	    e == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		s->error = SSL_ERROR_ZERO_RETURN;
		return 0;
	}
	s->error = SSL_ERROR_SSL;
	ssl_failed(e);
	errno = EIO;
	return -1;
}

int
SSL_do_handshake(struct ssl *s)
{
	const char *name = s->host[0] != '\0' ? s->host : s->sni;
	int e;

	s->shaking = true;
	s->deadline_ms = clock_ms() + SSL_HANDSHAKE_MS;
	e = mbedtls_ssl_set_hostname(&s->tls, name[0] != '\0' ? name : NULL);
	while (e == 0 && !mbedtls_ssl_is_handshake_over(&s->tls)) {
		e = mbedtls_ssl_handshake(&s->tls);
		/* The wait is in pull and push, and ends with TIMEOUT. */
		if (e == MBEDTLS_ERR_SSL_WANT_READ ||
		    e == MBEDTLS_ERR_SSL_WANT_WRITE)
			e = 0;
	}
	s->shaking = false;
	if (e == 0)
		return 1;
	ssl_failed(e);
	return ended(s, e);
}

/*
 * Fills as much of the buffer as there are bytes, over several records, so that
 * what is left undecrypted is either nothing or more than the caller had room
 * for: select does not see bytes that were read ahead.  A blocking descriptor
 * is waited for only while there is nothing to give.
 */
int
SSL_read(struct ssl *s, void *to, int size)
{
	int done = 0;
	int n = 0;

	while (done < size) {
		n = mbedtls_ssl_read(
		    &s->tls, (unsigned char *)to + done, (size_t)(size - done));
		if (n == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			continue;
		if (n <= 0)
			break;
		done += n;
		s->hasty = true;
	}
	s->hasty = false;
	/* An end or a failure comes again at the next call. */
	return done > 0 ? done : ended(s, n);
}

/*
 * After WANT_WRITE mbedTLS has encrypted a record and must be called again with
 * the same length; nats.c comes back with the same bytes and perhaps more.
 */
int
SSL_write(struct ssl *s, const void *from, int len)
{
	const unsigned char *at = from;
	size_t done = 0;
	size_t want;
	int n = 0;

	while (done < (size_t)len) {
		want = s->unfinished > 0 ? s->unfinished : (size_t)len - done;
		n = mbedtls_ssl_write(&s->tls, at + done, want);
		s->unfinished = 0;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (n == MBEDTLS_ERR_SSL_WANT_WRITE || n == MBEDTLS_ERR_SSL_WANT_READ)
		s->unfinished = want;
	return done > 0 ? (int)done : ended(s, n);
}

int
SSL_get_error(const struct ssl *s, int result)
{
	return result > 0 ? SSL_ERROR_NONE : s->error;
}
