#define _GNU_SOURCE

#include "sinks/nats_link.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sinks/nats_inside.h"

enum {
	/* Acks read from one wake-up; the rest comes in the next turn. */
	READS_PER_TURN = 8,
};

static const char beat_token[] = "b";

/* --- news from the library's threads --- */

/* 404, 408, 409 ...: what the server says instead of a message. */
static void
read_status(natsMsg *m, struct nats_reply *r)
{
	const char *text = NULL;
	uint64_t status;

	if (natsMsgHeader_Get(m, "Status", &text) != NATS_OK ||
	    span_u64(span_of(text), &status) != ERR_OK || status > 999)
		return;
	r->status = (int)status;
	if (natsMsgHeader_Get(m, "Description", &text) == NATS_OK)
		r->description = text;
}

static void
take_reply(struct nats_link *l, natsMsg *m, struct span subject)
{
	struct nats_reply r = { .no_responders = natsMsg_IsNoResponders(m) };

	r.data.at = natsMsg_GetData(m);
	r.data.len = (size_t)natsMsg_GetDataLength(m);
	r.token.at = subject.at + l->inbox_len + 1;
	r.token.len = subject.len - l->inbox_len - 1;
	if (r.data.len == 0 && l->events->message != NULL)
		read_status(m, &r);
	if (!span_is(r.token, beat_token))
		l->events->reply(l, &r);
}

static void
take_message(struct nats_link *l, natsMsg *m, struct span subject)
{
	struct nats_message message = { .subject = subject,
		.reply = span_of(natsMsg_GetReply(m)) };

	message.data.at = natsMsg_GetData(m);
	message.data.len = (size_t)natsMsg_GetDataLength(m);
	if (l->events->message != NULL)
		l->events->message(l, &message);
}

/* Called by the parser in nats_link_read, on our thread, unlocked. */
static void
on_message(natsConnection *nc, natsMsg **message, void *closure)
{
	struct nats_link *l = closure;
	natsMsg *m = *message;
	struct span subject = span_of(natsMsg_GetSubject(m));

	(void)nc;
	*message = NULL;
	l->heard = true;
	l->replies++;
	if (subject.len > l->inbox_len + 1 && span_starts(subject, l->inbox))
		take_reply(l, m, subject);
	else
		take_message(l, m, subject);
	natsMsg_free(m);
}

static void
listen_on_inbox(struct nats_link *l)
{
	char subject[NATS_INBOX_MAX + 2];
	struct out o;
	natsSubscription *sub = NULL;

	out_init(&o, subject, sizeof(subject));
	out_text(&o, l->inbox);
	OUT_LITERAL(&o, ".*");
	out_cstr(&o);
	/* Fails without memory only; the missing answers bring a retry. */
	(void)natsConnection_SubscribeSync(&sub, l->connection, subject);
	l->subscription = sub;
	natsConn_setFilterWithClosure(l->connection, on_message, l);
}

void
nats_link_listen(struct nats_link *l, const char *subject)
{
	natsSubscription *sub = NULL;

	if (l->listen_count == NATS_LISTENS_MAX ||
	    natsConnection_SubscribeSync(&sub, l->connection, subject) !=
		NATS_OK)
		return;
	l->listens[l->listen_count++] = sub;
}

static void
forget_subscriptions(struct nats_link *l)
{
	natsSubscription_Destroy(l->subscription);
	l->subscription = NULL;
	while (l->listen_count > 0)
		natsSubscription_Destroy(l->listens[--l->listen_count]);
}

static void
attach(struct nats_link *l)
{
	l->attached = true;
	l->since = l->loop->now;
	l->heard = true;
	l->beating = false;
	l->socket.want = LOOP_READ;
	/* TLS may have read ahead while connecting. */
	l->socket.again = true;
	loop_watch(l->loop, &l->socket);
	nats_wire_start(l);
	listen_on_inbox(l);
	timer_start(
	    l->loop, &l->beat, mono_after_ms(l->loop->now, NATS_BEAT_MS));
	l->events->up(l);
}

void
nats_link_detached(struct nats_link *l, const char *why)
{
	natsSock fd = l->socket.fd;

	if (!l->attached)
		return;
	l->attached = false;
	loop_drop(l->loop, &l->socket);
	timer_stop(l->loop, &l->beat);
	natsConnection_ProcessCloseEvent(&fd);
	l->socket.fd = -1;
	if (!l->closing)
		l->events->down(l, ERR_DOWN, why);
}

void
nats_link_wants_write(struct nats_link *l, bool wants)
{
	l->socket.want = LOOP_READ | (wants ? LOOP_WRITE : 0);
}

static void
try_later(struct nats_link *l)
{
	timer_start(
	    l->loop, &l->again, mono_after_ms(l->loop->now, l->pause_ms));
}

/* A connection that has lasted is replaced at once, by the next server. */
static void
try_next(struct nats_link *l)
{
	struct mono due = mono_after_ms(l->since, l->pause_ms);

	l->first = (l->first + 1) % l->url_count;
	timer_start(l->loop, &l->again,
	    mono_due(due, l->loop->now) ? l->loop->now : due);
}

static void
take_news(struct nats_link *l, const struct nats_news *n)
{
	switch (n->kind) {
	case NATS_NEWS_STARTED:
		nats_thread_join(l);
		l->connection = n->connection;
		if (n->ends_s != 0)
			l->peer.ends_s = n->ends_s;
		if (n->connection != NULL) {
			attach(l);
			break;
		}
		l->events->down(l, n->error, n->text);
		try_later(l);
		break;
	case NATS_NEWS_TROUBLE:
		l->events->down(l, n->error, n->text);
		break;
	case NATS_NEWS_LAME_DUCK:
		if (l->attached && l->url_count > 1)
			l->events->leave(l);
		break;
	case NATS_NEWS_CLOSED:
		/* Nobody else has it any more. */
		forget_subscriptions(l);
		natsConnection_Destroy(l->connection);
		l->connection = NULL;
		/* That it is closed was told when it was found lost. */
		if (n->error != ERR_CLOSED)
			l->events->down(l, n->error, n->text);
		try_next(l);
		break;
	}
}

static void
pipe_ready(struct watch *w, unsigned got)
{
	struct nats_link *l = w->owner;
	struct nats_news n;

	(void)got;
	/* One a turn: what it causes may close the link. */
	if (read(w->fd, &n, sizeof(n)) == (ssize_t)sizeof(n))
		take_news(l, &n);
}

static void
start_again(struct timer *t)
{
	struct nats_link *l = t->owner;

	if (nats_options_servers(l) != ERR_OK || nats_thread_start(l) != ERR_OK)
		try_later(l);
}

/* --- the connection in our loop --- */

static void
socket_ready(struct watch *w, unsigned got)
{
	struct nats_link *l = w->owner;
	uint64_t before = l->replies - 1;

	w->again = false;
	if ((got & LOOP_WRITE) != 0)
		nats_wire_ready(l);
	/*
	 * A read fills one buffer and select does not see what TLS holds
	 * beyond it; a read that brought no message was the last.
	 */
	for (int i = 0; i < READS_PER_TURN && l->replies != before; i++) {
		if (!l->attached)
			return;
		before = l->replies;
		natsConnection_ProcessReadEvent(l->connection);
	}
	w->again = l->attached && l->replies != before;
}

static void
link_beat(struct timer *t)
{
	struct nats_link *l = t->owner;

	timer_start(l->loop, t, mono_after_ms(l->loop->now, NATS_BEAT_MS));
	if (l->beating && !l->heard) {
		nats_link_reset(l);
		return;
	}
	l->beating = !l->heard;
	l->heard = false;
	if (l->beating && nats_link_echo(l, beat_token) == ERR_OK)
		nats_link_flush(l);
}

void
nats_link_reset(struct nats_link *l)
{
	/* Shuts the socket down; the next read finds the connection lost. */
	if (l->attached)
		natsConnection_Reconnect(l->connection);
	l->socket.again = l->attached;
}

/* --- start and end --- */

static void
watch_pipe(struct nats_link *l, const int ends[2])
{
	l->pipe.fd = ends[0];
	l->pipe_in = ends[1];
	l->pipe.want = LOOP_READ;
	l->pipe.ready = pipe_ready;
	l->pipe.owner = l;
	loop_watch(l->loop, &l->pipe);
}

enum err
nats_link_open(struct nats_link *l, const struct opt_nats *o, const char *name,
    struct out *why)
{
	int ends[2];
	enum err e;

	l->home = pthread_self();
	l->pause_ms = o->reconnect_ms;
	l->socket.ready = socket_ready;
	l->socket.owner = l;
	l->socket.fd = -1;
	l->beat.fire = link_beat;
	l->beat.owner = l;
	l->again.fire = start_again;
	l->again.owner = l;
	e = nats_options_make(l, o, name, why);
	if (e != ERR_OK)
		return e;
	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) {
		OUT_LITERAL(why, "no descriptors for a pipe");
		return ERR_IO;
	}
	watch_pipe(l, ends);
	e = nats_thread_start(l);
	if (e != ERR_OK)
		OUT_LITERAL(why, "no memory for a thread");
	return e;
}

/*
 * A connection being made is locked by the thread that makes it, and destroying
 * one with bytes to send waits for the server: both are left to the end of the
 * process, which is what follows.
 */
void
nats_link_close(struct nats_link *l)
{
	bool clean = l->attached && !l->starting &&
		     natsConnection_Buffered(l->connection) == 0;

	l->closing = true;
	timer_stop(l->loop, &l->beat);
	timer_stop(l->loop, &l->again);
	loop_drop(l->loop, &l->pipe);
	if (!clean) {
		loop_drop(l->loop, &l->socket);
		return;
	}
	forget_subscriptions(l);
	natsConnection_Destroy(l->connection);
	natsOptions_Destroy(l->options);
	if (!l->one_of_two)
		nats_Close();
}
