/* What runs on threads of libnats, and the thread that starts a connection. */
#include "sinks/nats_link.h"

#include <nats/nats.h>

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/thread.h"

enum {
	/* In the pipe, of those that are not needed. */
	TROUBLES_MAX = 32,
};

static void
copy_text(char *to, size_t size, const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	if (len > size - 1)
		len = size - 1;
	memcpy(to, text == NULL ? "" : text, len);
	to[len] = '\0';
}

/*
 * The pipe holds hundreds of these, and our loop takes one each turn.  Without
 * STARTED or CLOSED there would never be a connection again; of the others,
 * which a server may send for each publish, some are enough.
 */
static void
post(struct nats_link *l, const struct nats_news *n)
{
	bool needed =
	    n->kind == NATS_NEWS_STARTED || n->kind == NATS_NEWS_CLOSED;
	ssize_t written;
	int waiting = 0;

	if (!needed && ioctl(l->pipe_in, FIONREAD, &waiting) == 0 &&
	    (size_t)waiting >= TROUBLES_MAX * sizeof(*n))
		return;
	written = write(l->pipe_in, n, sizeof(*n));
	(void)written;
}

static const struct {
	natsStatus status;
	enum err error;
} meanings[] = {
	{ NATS_CONNECTION_AUTH_FAILED, ERR_AUTH },
	{ NATS_NOT_PERMITTED, ERR_AUTH },
	{ NATS_SSL_ERROR, ERR_TLS },
	{ NATS_SECURE_CONNECTION_WANTED, ERR_TLS },
	{ NATS_SECURE_CONNECTION_REQUIRED, ERR_TLS },
	{ NATS_TIMEOUT, ERR_LATE },
	{ NATS_PROTOCOL_ERROR, ERR_PROTOCOL },
	{ NATS_CONNECTION_CLOSED, ERR_CLOSED },
};

/* What went wrong, in words, into n. */
static void
explain(struct nats_news *n, natsStatus s, const char *text)
{
	n->error = ERR_DOWN;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].status == s)
			n->error = meanings[i].error;
	/* "(conn.c:758): SSL handshake error" */
	if (text != NULL && text[0] == '(' && strstr(text, "): ") != NULL)
		text = strstr(text, "): ") + 3;
	if (text == NULL || text[0] == '\0')
		text = natsStatus_GetText(s);
	copy_text(n->text, sizeof(n->text), text);
}

static bool
at_home(const struct nats_link *l)
{
	return pthread_equal(pthread_self(), l->home) != 0;
}

/* The starter; our loop reads fd after it has joined that thread. */
static natsStatus
on_attach(void **data, void *loop, natsConnection *nc, natsSock fd)
{
	struct nats_link *l = loop;

	(void)nc;
	l->socket.fd = fd;
	*data = l;
	return NATS_OK;
}

/* Removed when the connection is found lost, or destroyed: by our loop. */
static natsStatus
on_read(void *data, bool add)
{
	struct nats_link *l = data;

	if (!add && at_home(l))
		nats_link_detached(l, "connection lost");
	return NATS_OK;
}

static natsStatus
on_write(void *data, bool add)
{
	struct nats_link *l = data;

	if (at_home(l))
		nats_link_wants_write(l, add);
	return NATS_OK;
}

static natsStatus
on_detach(void *data)
{
	(void)data;
	return NATS_OK;
}

/* The library's thread for callbacks, the last of this connection. */
static void
on_closed(natsConnection *nc, void *closure)
{
	struct nats_news n = { .kind = NATS_NEWS_CLOSED };
	char text[sizeof(n.text)] = "";
	natsStatus s = natsConnection_ReadLastError(nc, text, sizeof(text));

	explain(&n, s == NATS_OK ? NATS_CONNECTION_CLOSED : s, text);
	post(closure, &n);
}

/* The same thread: the server refuses a subject (permissions). */
static void
on_error(natsConnection *nc, natsSubscription *sub, natsStatus s, void *closure)
{
	struct nats_news n = { .kind = NATS_NEWS_TROUBLE };

	(void)nc;
	(void)sub;
	explain(&n, s, nats_GetLastError(NULL));
	post(closure, &n);
}

/* The same thread: the server will stop. */
static void
on_lame_duck(natsConnection *nc, void *closure)
{
	struct nats_news n = { .kind = NATS_NEWS_LAME_DUCK };

	(void)nc;
	post(closure, &n);
}

enum err
nats_thread_listen(struct nats_link *l)
{
	natsOptions *o = l->options;
	natsStatus s = natsOptions_SetEventLoop(
	    o, l, on_attach, on_read, on_write, on_detach);

	if (s == NATS_OK)
		s = natsOptions_SetClosedCB(o, on_closed, l);
	if (s == NATS_OK)
		s = natsOptions_SetErrorHandler(o, on_error, l);
	if (s == NATS_OK)
		s = natsOptions_SetLameDuckModeCB(o, on_lame_duck, l);
	return s == NATS_OK ? ERR_OK : ERR_FULL;
}

static void *
start(void *argument)
{
	struct nats_link *l = argument;
	struct nats_news n = { .kind = NATS_NEWS_STARTED };
	natsConnection *nc = NULL;
	natsStatus s = natsConnection_Connect(&nc, l->options);

	if (s != NATS_OK)
		explain(&n, s, nats_GetLastError(NULL));
	n.connection = s == NATS_OK ? nc : NULL;
	n.ends_s = tls_thread_ends();
	post(l, &n);
	return NULL;
}

enum err
nats_thread_start(struct nats_link *l)
{
	enum err e = thread_start(&l->starter, start, l);

	l->starting = e == ERR_OK;
	return e;
}

void
nats_thread_join(struct nats_link *l)
{
	pthread_join(l->starter, NULL);
	l->starting = false;
}
