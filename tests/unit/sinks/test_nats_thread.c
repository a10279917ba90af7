/* LINK: sinks/nats_thread core/thread */
/*
 * News from the library's threads, with the library played: what our loop
 * cannot do without gets through, whatever the server says meanwhile.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <nats/nats.h>

#include "sinks/nats_link.h"

static natsConnectionHandler closed;
static natsErrHandler failed;
static struct nats_link l;

natsStatus
natsOptions_SetEventLoop(natsOptions *o, void *loop, natsEvLoop_Attach attach,
    natsEvLoop_ReadAddRemove read_add, natsEvLoop_WriteAddRemove write_add,
    natsEvLoop_Detach detach)
{
	(void)o;
	(void)loop;
	(void)attach;
	(void)read_add;
	(void)write_add;
	(void)detach;
	return NATS_OK;
}

natsStatus
natsOptions_SetClosedCB(
    natsOptions *o, natsConnectionHandler handler, void *closure)
{
	(void)o;
	(void)closure;
	closed = handler;
	return NATS_OK;
}

natsStatus
natsOptions_SetErrorHandler(
    natsOptions *o, natsErrHandler handler, void *closure)
{
	(void)o;
	(void)closure;
	failed = handler;
	return NATS_OK;
}

natsStatus
natsOptions_SetLameDuckModeCB(
    natsOptions *o, natsConnectionHandler handler, void *closure)
{
	(void)o;
	(void)handler;
	(void)closure;
	return NATS_OK;
}

natsStatus
natsConnection_ReadLastError(natsConnection *nc, char *text, size_t size)
{
	(void)nc;
	(void)text;
	(void)size;
	return NATS_OK;
}

natsStatus
natsConnection_Connect(natsConnection **nc, natsOptions *o)
{
	(void)nc;
	(void)o;
	return NATS_TIMEOUT;
}

const char *
nats_GetLastError(natsStatus *status)
{
	(void)status;
	return "Permissions Violation for Publish";
}

const char *
natsStatus_GetText(natsStatus s)
{
	(void)s;
	return "words";
}

void
nats_link_detached(struct nats_link *link, const char *why)
{
	(void)link;
	(void)why;
}

void
nats_link_wants_write(struct nats_link *link, bool wants)
{
	(void)link;
	(void)wants;
}

/* A server that refuses each of many publishes, and then the connection. */
static void
the_end_gets_through(void **state)
{
	struct nats_news n = { .kind = NATS_NEWS_STARTED };
	unsigned troubles = 0;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	l.pipe_in = ends[1];
	assert_int_equal(nats_thread_listen(&l), ERR_OK);
	for (int i = 0; i < 5000; i++)
		failed(NULL, NULL, NATS_NOT_PERMITTED, &l);
	closed(NULL, &l);
	while (read(ends[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		troubles += n.kind == NATS_NEWS_TROUBLE;
	assert_true(troubles > 0);
	assert_int_equal(n.kind, NATS_NEWS_CLOSED);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_gets_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
