/* The states of the nats sink, and what moves it from one to the next. */
#include "sinks/nats_sink.h"

#include <string.h>

#include "core/log.h"

/* The one place; edges are the callers, deadlines are set by them. */
static void
nats_goto(struct nats_sink *n, enum nats_state to)
{
	n->state = to;
}

void
nats_sink_wait(struct nats_sink *n, int64_t ms)
{
	struct loop *l = n->sink->loop;

	timer_start(l, &n->timer, mono_after_ms(l->now, ms));
}

/* Tell the host once per reason, not once per attempt. */
static void
tell_down(struct nats_sink *n, enum err e, const char *why)
{
	struct out o;
	size_t len = strlen(why);

	if (!n->up && strncmp(n->why, why, sizeof(n->why) - 1) == 0)
		return;
	n->up = false;
	if (len > sizeof(n->why) - 1)
		len = sizeof(n->why) - 1;
	out_init(&o, n->why, sizeof(n->why));
	out_bytes(&o, why, len);
	n->sink->host->down(n->sink->host, e, out_cstr(&o));
}

static void
feed_me(struct nats_sink *n)
{
	if (!n->hungry)
		return;
	n->hungry = false;
	n->sink->host->ready(n->sink->host);
}

static void
pause(struct nats_sink *n)
{
	nats_window_clear(&n->window);
	n->marked = 0;
	nats_goto(n, NATS_PAUSE);
	n->sink->host->rewind(n->sink->host);
	nats_sink_wait(n, n->pause_ms);
	n->pause_ms *= 2;
	if (n->pause_ms > NATS_PAUSE_MAX_MS)
		n->pause_ms = NATS_PAUSE_MAX_MS;
}

/* What is then told as lost is sent again with the next connection. */
static void
leave(struct nats_sink *n)
{
	struct mono end;

	nats_goto(n, NATS_LEAVE);
	if (n->window.open == 0) {
		nats_link_reset(&n->link);
		return;
	}
	end = mono_after_ms(
	    nats_window_newest(&n->window), n->options->ack_timeout_ms);
	timer_start(n->sink->loop, &n->timer, end);
}

static void
settle(struct nats_sink *n)
{
	struct mono end;

	if (n->window.open == 0) {
		pause(n);
		return;
	}
	end = mono_after_ms(
	    nats_window_newest(&n->window), n->options->ack_timeout_ms);
	nats_goto(n, NATS_SETTLE);
	timer_start(n->sink->loop, &n->timer, end);
}

void
nats_sink_trouble(struct nats_sink *n, enum err e, const char *why)
{
	n->sink->counts.errors++;
	tell_down(n, e, why);
	n->careful = n->careful || n->state == NATS_READY;
	if (n->state == NATS_ASK && (e == ERR_LATE || e == ERR_UNSUPPORTED))
		n->unanswered++;
	if (n->unanswered >= NATS_UNANSWERED_MAX && n->link.url_count > 1) {
		n->unanswered = 0;
		leave(n);
		return;
	}
	if (n->state == NATS_ASK || n->state == NATS_READY)
		settle(n);
}

void
nats_sink_ready(struct nats_sink *n)
{
	timer_stop(n->sink->loop, &n->timer);
	n->unanswered = 0;
	nats_goto(n, NATS_READY);
	nats_tell_ready(n);
	/* After trouble the first stored record says that it is over. */
	if (!n->up && !n->careful) {
		n->up = true;
		n->why[0] = '\0';
		n->sink->host->up(n->sink->host);
	}
	feed_me(n);
}

static void
begin(struct nats_sink *n)
{
	if (!n->options->jetstream) {
		nats_sink_ready(n);
		return;
	}
	nats_goto(n, NATS_ASK);
	nats_sink_wait(n, n->options->ack_timeout_ms);
	nats_stream_ask(n);
}

static void
look_at_oldest(struct nats_sink *n)
{
	struct loop *l = n->sink->loop;
	struct mono oldest = nats_window_oldest(&n->window);
	struct mono due;

	if (oldest.ns == MONO_NEVER.ns)
		return;
	due = mono_after_ms(oldest, n->options->ack_timeout_ms);
	if (!mono_due(due, l->now)) {
		n->replies = n->link.replies;
		timer_start(l, &n->timer, due);
		return;
	}
	/* Late, and not a word since it was sent: the connection is dead. */
	if (n->replies == n->link.replies)
		nats_link_reset(&n->link);
	nats_sink_trouble(n, ERR_LATE, "no acknowledgement in time");
}

void
nats_sink_due(struct timer *t)
{
	struct nats_sink *n = t->owner;

	switch (n->state) {
	case NATS_OFF:
		break;
	case NATS_ASK:
		nats_sink_trouble(
		    n, ERR_LATE, "no answer of the JetStream API in time");
		break;
	case NATS_READY:
		look_at_oldest(n);
		break;
	case NATS_SETTLE:
		pause(n);
		break;
	case NATS_PAUSE:
		begin(n);
		break;
	case NATS_LEAVE:
		nats_link_reset(&n->link);
		break;
	}
}

/* --- what the connection tells --- */

static void
link_up(struct nats_link *l)
{
	struct nats_sink *n = l->owner;

	n->sink->counts.connects++;
	nats_tell_up(n);
	begin(n);
}

static void
link_down(struct nats_link *l, enum err e, const char *why)
{
	struct nats_sink *n = l->owner;

	/* Permission errors come without a disconnect. */
	if (l->attached && nats_tell_refused(n, e, why))
		return;
	if (l->attached) {
		n->sink->counts.errors++;
		tell_down(n, e, why);
		n->careful = true;
		return;
	}
	if (n->state != NATS_LEAVE)
		tell_down(n, e, why);
	if (n->state == NATS_OFF)
		return;
	timer_stop(n->sink->loop, &n->timer);
	nats_tell_down(n);
	nats_goto(n, NATS_OFF);
	n->careful = false;
	n->marked = 0;
	nats_window_clear(&n->window);
	n->sink->host->rewind(n->sink->host);
}

static void
link_room(struct nats_link *l)
{
	struct nats_sink *n = l->owner;

	if (n->state == NATS_READY)
		feed_me(n);
}

void
nats_sink_confirm(struct nats_sink *n)
{
	struct sink *s = n->sink;
	uint64_t position = 0;
	uint32_t moved = nats_window_advance(&n->window, &position);

	s->counts.in_flight = n->window.open;
	if (moved == 0)
		return;
	s->counts.confirmed += moved;
	s->host->confirm(s->host, position);
	if (n->state != NATS_READY)
		return;
	n->pause_ms = NATS_PAUSE_MIN_MS;
	n->careful = false;
	if (!n->up)
		nats_sink_ready(n);
	feed_me(n);
}

/* nats-server's refusals, in the operator's words. */
static void
say_refused(struct nats_sink *n, const struct nats_reply *r,
    const struct nats_answer *a, struct out *o)
{
	if (r->no_responders) {
		OUT_LITERAL(o, "503 no responders: no stream takes our "
			       "subjects; stream ");
		out_text(o, n->options->stream);
		OUT_LITERAL(o, " is missing, offline or does not cover them");
	} else if (a->code != 0) {
		OUT_LITERAL(o, "stream ");
		out_text(o, n->options->stream);
		OUT_LITERAL(o, " refuses: ");
		out_span(o, a->description);
	} else {
		OUT_LITERAL(o, "wrong stream: ");
		out_span(o, a->stream);
		OUT_LITERAL(o, " takes our subjects instead of ");
		out_text(o, n->options->stream);
	}
}

static enum err
refusal(const struct nats_reply *r, const struct nats_answer *a)
{
	if (r->no_responders)
		return ERR_MISSING;
	if (a->err_code == NATS_API_STORE_FAILED ||
	    a->err_code == NATS_API_INSUFFICIENT ||
	    a->err_code == NATS_API_NO_SPACE)
		return ERR_SPACE;
	return ERR_REJECTED;
}

static void
publish_refused(struct nats_sink *n, uint64_t ticket,
    const struct nats_reply *r, const struct nats_answer *a)
{
	char why[512];
	struct out o;

	nats_count_answer(n, ticket, false);
	nats_window_settle(&n->window, ticket, NATS_REFUSED);
	nats_sink_confirm(n);
	if (n->state == NATS_READY) {
		out_init(&o, why, sizeof(why) - 1);
		say_refused(n, r, a, &o);
		o.size++;
		nats_sink_trouble(n, refusal(r, a), out_cstr(&o));
	}
}

static void
publish_answered(
    struct nats_sink *n, uint64_t ticket, const struct nats_reply *r)
{
	struct nats_answer a = { .config = -1 };

	if (!r->no_responders &&
	    nats_answer_read(&n->json, r->data.at, r->data.len, &a) != ERR_OK)
		return;
	if (r->no_responders || a.code != 0 ||
	    !span_is(a.stream, n->options->stream)) {
		publish_refused(n, ticket, r, &a);
		return;
	}
	nats_count_answer(n, ticket, true);
	if (nats_window_settle(&n->window, ticket, NATS_STORED)) {
		n->sink->counts.duplicates += a.duplicate;
		nats_sink_confirm(n);
	}
}

/* Tokens: a, m and the ticket; s, c and the number of the request; t0. */
static void
link_reply(struct nats_link *l, const struct nats_reply *r)
{
	struct nats_sink *n = l->owner;
	struct span number = { r->token.at + 1, r->token.len - 1 };
	uint64_t ticket;

	if (r->token.len < 2)
		return;
	if (r->token.at[0] == 's' || r->token.at[0] == 'c') {
		nats_stream_reply(n, r);
		return;
	}
	if (r->token.at[0] == 't') {
		nats_tell_reply(n, r);
		return;
	}
	if (span_u64(number, &ticket) != ERR_OK)
		return;
	if (r->token.at[0] == 'a')
		publish_answered(n, ticket, r);
	else if (r->token.at[0] == 'm' && ticket == n->marked) {
		n->marked = 0;
		for (uint64_t t = n->window.base; t < ticket; t++)
			nats_count_answer(n, t, true);
		nats_window_settle_before(&n->window, ticket);
		nats_sink_confirm(n);
	}
	if (n->state == NATS_SETTLE && n->window.open == 0)
		pause(n);
	else if (n->state == NATS_LEAVE && n->window.open == 0)
		nats_link_reset(&n->link);
}

static void
link_leave(struct nats_link *l)
{
	struct nats_sink *n = l->owner;
	struct log_line line;

	if (n->state == NATS_OFF || n->state == NATS_LEAVE)
		return;
	log_open(&line, LOG_INFO, "nats", "lame_duck");
	log_text(&line, "means",
	    "the server will stop; going on with the next of the list");
	log_send(&line);
	leave(n);
}

static void
link_message(struct nats_link *l, const struct nats_message *m)
{
	nats_tell_message(l->owner, m);
}

const struct nats_link_events nats_sink_events = {
	.up = link_up,
	.down = link_down,
	.reply = link_reply,
	.room = link_room,
	.leave = link_leave,
	.message = link_message,
};
