#include <string.h>

#include <mbedtls/net_sockets.h>

#include "core/must.h"
#include "net/tls_parts.h"

enum {
	/* Tickets that come in a row before data; servers send two. */
	TICKETS_PER_READ = 8,
};

_Static_assert(sizeof(struct tls_state) <= sizeof(((struct tls *)0)->opaque),
    "struct tls is too small");
static struct tls_state *
state_of(struct tls *t)
{
	return (struct tls_state *)t->opaque;
}

static const struct tls_state *
look_at(const struct tls *t)
{
	return (const struct tls_state *)t->opaque;
}

/* A session that cannot be kept for want of memory only costs a handshake. */
static void
remember(struct tls_state *s)
{
	struct tls_memory *m;

	if (s->peer == NULL)
		return;
	m = tls_memory_of(s->peer);
	tls_forget(s->peer);
	mbedtls_ssl_session_init(&m->session);
	m->known = mbedtls_ssl_get_session(&s->ssl, &m->session) == 0;
	if (!m->known)
		tls_forget(s->peer);
}

static int
on_recv(void *owner, unsigned char *buf, size_t size)
{
	struct tls_state *s = owner;
	size_t len = 0;
	enum err e;

	must(s->magic == TLS_MAGIC);
	e = s->io.recv(s->io.owner, buf, size, &len);
	if (e == ERR_OK)
		return (int)len;
	if (e == ERR_AGAIN)
		return MBEDTLS_ERR_SSL_WANT_READ;
	s->transport = e;
	return e == ERR_CLOSED ? 0 : MBEDTLS_ERR_NET_CONN_RESET;
}

static int
on_send(void *owner, const unsigned char *buf, size_t len)
{
	struct tls_state *s = owner;
	size_t sent = 0;
	enum err e;

	must(s->magic == TLS_MAGIC);
	e = s->io.send(s->io.owner, buf, len, &sent);
	s->send_blocked = e == ERR_AGAIN;
	if (e == ERR_OK)
		return (int)sent;
	if (e == ERR_AGAIN)
		return MBEDTLS_ERR_SSL_WANT_WRITE;
	s->transport = e;
	return MBEDTLS_ERR_NET_CONN_RESET;
}

static enum err
begin(struct tls_state *s, struct tls_context *c, const struct tls_io *io)
{
	s->io = *io;
	out_init(&s->why, s->words, sizeof(s->words));
	mbedtls_ssl_init(&s->ssl);
	if (mbedtls_ssl_setup(&s->ssl, &tls_shared_of(c)->config) != 0) {
		mbedtls_ssl_free(&s->ssl);
		return ERR_FULL;
	}
	s->magic = TLS_MAGIC;
	mbedtls_ssl_set_bio(&s->ssl, s, on_send, on_recv, NULL);
	return ERR_OK;
}

enum err
tls_open(struct tls *t, struct tls_context *c, struct tls_peer *p,
    const struct tls_io *io)
{
	struct tls_state *s = state_of(t);
	enum err e;

	memset(t, 0, sizeof(*t));
	e = begin(s, p->context != NULL ? p->context : c, io);
	if (e != ERR_OK)
		return e;
	s->peer = p;
	if (mbedtls_ssl_set_hostname(&s->ssl, p->host) != 0) {
		tls_close(t);
		return ERR_FULL;
	}
	mbedtls_ssl_set_verify(&s->ssl, tls_words_verify, s);
	if (tls_memory_of(p)->known &&
	    mbedtls_ssl_set_session(&s->ssl, &tls_memory_of(p)->session) != 0)
		tls_forget(p);
	return ERR_OK;
}

enum err
tls_accept(struct tls *t, struct tls_context *c, const struct tls_io *io)
{
	memset(t, 0, sizeof(*t));
	return begin(state_of(t), c, io);
}

void
tls_close(struct tls *t)
{
	struct tls_state *s = state_of(t);

	if (s->magic != TLS_MAGIC)
		return;
	mbedtls_ssl_free(&s->ssl);
	s->magic = 0;
}

/* What a negative answer of mbedTLS means to our caller. */
static enum err
judge(struct tls_state *s, int r)
{
	if (r == MBEDTLS_ERR_SSL_WANT_READ || r == MBEDTLS_ERR_SSL_WANT_WRITE)
		return ERR_AGAIN;
	s->failure = r;
	if (s->why.len == 0)
		tls_words_failure(s, &s->why);
	switch (r) {
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
		return ERR_CLOSED;
	case MBEDTLS_ERR_SSL_CONN_EOF:
		return s->shaken ? ERR_RESET : ERR_CLOSED;
	case MBEDTLS_ERR_NET_CONN_RESET:
		return s->transport;
	case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
	case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
		return ERR_CERT;
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
	case MBEDTLS_ERR_X509_ALLOC_FAILED:
		return ERR_FULL;
	}
	return ERR_TLS;
}

enum err
tls_handshake(struct tls *t)
{
	struct tls_state *s = state_of(t);
	int r = mbedtls_ssl_handshake(&s->ssl);
	enum err e;

	if (r != 0) {
		e = judge(s, r);
		/* It may have been the old session that the server disliked. */
		if (e != ERR_AGAIN)
			tls_forget(s->peer);
		return e;
	}
	s->shaken = true;
	if (mbedtls_ssl_get_version_number(&s->ssl) ==
	    MBEDTLS_SSL_VERSION_TLS1_2)
		remember(s);
	return ERR_OK;
}

enum err
tls_read(struct tls *t, void *buf, size_t size, size_t *len)
{
	struct tls_state *s = state_of(t);
	int r = 0;

	for (int i = 0; i < TICKETS_PER_READ; i++) {
		r = mbedtls_ssl_read(&s->ssl, buf, size);
		if (r != MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
			break;
		remember(s);
	}
	if (r > 0) {
		*len = (size_t)r;
		return ERR_OK;
	}
	if (r == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET)
		return ERR_AGAIN;
	return judge(s, r == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : r);
}

enum err
tls_write(struct tls *t, const void *buf, size_t len, size_t *sent)
{
	struct tls_state *s = state_of(t);
	int r = mbedtls_ssl_write(&s->ssl, buf, len);

	if (r < 0)
		return judge(s, r);
	*sent = (size_t)r;
	return ERR_OK;
}

bool
tls_pending(const struct tls *t)
{
	const struct tls_state *s = look_at(t);

	return s->magic == TLS_MAGIC && mbedtls_ssl_check_pending(&s->ssl);
}

bool
tls_wants_write(const struct tls *t)
{
	return look_at(t)->send_blocked;
}

void
tls_goodbye(struct tls *t)
{
	struct tls_state *s = state_of(t);

	if (s->magic == TLS_MAGIC && s->shaken && s->failure == 0)
		(void)mbedtls_ssl_close_notify(&s->ssl);
}

void
tls_why(const struct tls *t, struct out *o)
{
	out_span(o, out_done(&look_at(t)->why));
}

bool
tls_resumed(const struct tls *t)
{
	const struct tls_state *s = look_at(t);

	return s->magic == TLS_MAGIC && s->shaken && !s->saw_certificate &&
	       s->peer != NULL && tls_memory_of(s->peer)->known;
}

void
tls_describe(const struct tls *t, struct out *o)
{
	const struct tls_state *s = look_at(t);

	if (s->magic != TLS_MAGIC || !s->shaken)
		return;
	out_text(o, mbedtls_ssl_get_version(&s->ssl));
	out_char(o, ' ');
	out_text(o, mbedtls_ssl_get_ciphersuite(&s->ssl));
	if (tls_resumed(t))
		OUT_LITERAL(o, " resumed");
}
