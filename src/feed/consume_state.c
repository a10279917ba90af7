/* The connection and the consumer (nats-server:
 * $JS.API.CONSUMER.{INFO,DURABLE.CREATE}; ADR-1, ADR-7 for the answers). */
#include "feed/consume_parts.h"

#include <string.h>

#include "core/log.h"
#include "sinks/nats_ack.h"

enum {
	SUBJECT_BYTES = 256,
	REQUEST_BYTES = 2048,
	API_CONSUMER_NOT_FOUND = 10014,
};

/* The one place; edges are the callers, deadlines are set by them. */
static void
consume_goto(struct consume *c, enum consume_state to)
{
	if ((c->state == CONSUME_READ) != (to == CONSUME_READ))
		c->since = c->loop->wall;
	c->state = to;
}

void
consume_wait(struct consume *c, int64_t ms)
{
	timer_start(c->loop, &c->timer, mono_after_ms(c->loop->now, ms));
}

/* Once per reason, not once per attempt. */
static void
tell_down(struct consume *c, enum err e, const char *why)
{
	struct log_line l;
	struct out o;
	size_t len = strlen(why);

	if (strncmp(c->why, why, sizeof(c->why) - 1) == 0)
		return;
	out_init(&o, c->why, sizeof(c->why));
	out_bytes(&o, why, len < o.size ? len : o.size - 1);
	log_open(&l, LOG_WARN, "consume", "down");
	log_text(&l, "stream", c->options->stream);
	log_text(&l, "durable", c->options->durable);
	log_err(&l, e);
	log_text(&l, "why", out_cstr(&o));
	log_send(&l);
}

void
consume_forget(struct consume *c)
{
	c->request++;
	c->left = 0;
}

void
consume_trouble(struct consume *c, enum err e, const char *why)
{
	tell_down(c, e, why);
	if (c->state == CONSUME_OFF)
		return;
	consume_forget(c);
	consume_goto(c, CONSUME_PAUSE);
	consume_wait(c, c->pause_ms);
	c->pause_ms *= 2;
	if (c->pause_ms > CONSUME_PAUSE_MAX_MS)
		c->pause_ms = CONSUME_PAUSE_MAX_MS;
}

/* --- requests --- */

void
consume_request(
    struct consume *c, const char *verb, char kind, struct span body)
{
	char subject[SUBJECT_BYTES];
	char token[24];
	struct out o;
	struct out t;

	consume_forget(c);
	out_init(&o, subject, sizeof(subject));
	OUT_LITERAL(&o, "$JS.API.CONSUMER.");
	out_text(&o, verb);
	out_char(&o, '.');
	out_text(&o, c->options->stream);
	out_char(&o, '.');
	out_text(&o, c->options->durable);
	out_init(&t, token, sizeof(token));
	out_char(&t, kind);
	out_u64(&t, c->request);
	/* What is not sent is not answered, and the timer asks again. */
	if (nats_link_publish(&c->link, out_cstr(&o), out_cstr(&t), body) ==
	    ERR_OK)
		nats_link_flush(&c->link);
}

static void
ask(struct consume *c)
{
	consume_goto(c, CONSUME_ASK);
	consume_wait(c, CONSUME_ANSWER_MS);
	consume_request(c, "INFO", 'i', SPAN_NULL);
}

/* One filter by the name that every server knows. */
static void
put_filters(const struct consume *c, struct out *o)
{
	struct span rest = span_of(c->options->subjects);
	struct span first = span_word(&rest, " ,\t");
	struct span word = span_word(&rest, " ,\t");

	if (word.at == NULL) {
		OUT_LITERAL(o, ",\"filter_subject\":");
		out_json(o, first);
		return;
	}
	OUT_LITERAL(o, ",\"filter_subjects\":[");
	out_json(o, first);
	for (; word.at != NULL; word = span_word(&rest, " ,\t")) {
		out_char(o, ',');
		out_json(o, word);
	}
	out_char(o, ']');
}

static void
create(struct consume *c)
{
	char body[REQUEST_BYTES];
	struct out o;

	out_init(&o, body, sizeof(body));
	OUT_LITERAL(&o, "{\"stream_name\":");
	out_json(&o, span_of(c->options->stream));
	OUT_LITERAL(&o, ",\"config\":{\"durable_name\":");
	out_json(&o, span_of(c->options->durable));
	OUT_LITERAL(&o, ",\"deliver_policy\":\"all\",\"replay_policy\":"
			"\"instant\",\"ack_policy\":\"explicit\","
			"\"max_deliver\":-1,\"ack_wait\":");
	out_i64(&o, c->options->ack_wait_s * NS_PER_S);
	OUT_LITERAL(&o, ",\"max_ack_pending\":");
	out_i64(&o, c->options->max_ack_pending);
	put_filters(c, &o);
	OUT_LITERAL(&o, "}}");
	consume_wait(c, CONSUME_ANSWER_MS);
	consume_request(c, "DURABLE.CREATE", 'c', out_done(&o));
}

/* --- answers --- */

/* Has the consumer a setting that we cannot work with? */
static const char *
unfit(struct consume *c, int config)
{
	const struct json *j = &c->json;

	if (!json_is(j, json_member(j, config, "ack_policy"), "explicit"))
		return "the consumer exists and its ack_policy is not explicit";
	if (!json_none(j, json_member(j, config, "deliver_subject")))
		return "the consumer exists and is no pull consumer";
	return NULL;
}

static void
adopt(struct consume *c, int config)
{
	const struct json *j = &c->json;
	int64_t n;

	if (json_i64(j, json_member(j, config, "ack_wait"), &n) == ERR_OK &&
	    n >= NS_PER_MS)
		c->ack_wait_ms = n / NS_PER_MS;
	c->max_deliver = c->options->max_deliver;
	if (json_i64(j, json_member(j, config, "max_deliver"), &n) == ERR_OK &&
	    n > 0 && n < c->max_deliver)
		c->max_deliver = n;
}

static void
ready(struct consume *c)
{
	struct log_line l;

	timer_stop(c->loop, &c->timer);
	consume_goto(c, CONSUME_READ);
	c->pause_ms = CONSUME_PAUSE_MIN_MS;
	c->why[0] = '\0';
	c->left = 0;
	/* Of an earlier connection: what it has not answered is told again. */
	consume_ring_again(&c->ring);
	c->extended = c->loop->now;
	c->extend = c->ring.sent;
	c->extend_end = c->ring.head;
	log_open(&l, LOG_INFO, "consume", "up");
	log_text(&l, "stream", c->options->stream);
	log_text(&l, "durable", c->options->durable);
	log_send(&l);
}

static void
refused(struct consume *c, const struct nats_answer *a)
{
	char why[HUB_WHY_MAX];
	struct out o;

	out_init(&o, why, sizeof(why) - 1);
	out_span(&o, a->description);
	if (a->err_code == NATS_API_STREAM_NOT_FOUND)
		OUT_LITERAL(&o, ": make the stream, or start what publishes "
				"to it");
	o.at[o.len] = '\0';
	consume_trouble(c,
	    a->err_code == NATS_API_STREAM_NOT_FOUND ? ERR_MISSING
						     : ERR_REJECTED,
	    why);
}

static void
answered(struct consume *c, char kind, const struct nats_answer *a)
{
	const char *why;

	if (kind == 'i' && a->err_code == API_CONSUMER_NOT_FOUND) {
		create(c);
		return;
	}
	if (a->code != 0) {
		refused(c, a);
		return;
	}
	why = unfit(c, a->config);
	if (why != NULL) {
		consume_trouble(c, ERR_CONFIG, why);
		return;
	}
	adopt(c, a->config);
	consume_recover(
	    c, json_text(&c->json, json_member(&c->json, 0, "created")));
	ready(c);
}

/* Tokens: i, c and p with the number of the request; k and the entry after the
 * last acknowledged; d and the number of a dead letter. */
static void
link_reply(struct nats_link *l, const struct nats_reply *r)
{
	struct consume *c = l->owner;
	struct span digits = { r->token.at + 1, r->token.len - 1 };
	char kind = r->token.at[0];
	struct nats_answer a;
	uint64_t n;

	if (r->token.len < 2 || span_u64(digits, &n) != ERR_OK)
		return;
	if (kind == 'k' && !r->no_responders)
		consume_acknowledged(c, n);
	else if (kind == 'd')
		consume_dead_answered(c, n, r);
	if (n != c->request || (kind != 'i' && kind != 'c' && kind != 'p'))
		return;
	if (kind == 'p')
		consume_pull_ended(c, r);
	else if (r->no_responders)
		consume_trouble(c, ERR_UNSUPPORTED,
		    "503 no responders: the server has no JetStream for this "
		    "account");
	else if (c->state == CONSUME_ASK) {
		if (nats_answer_read(&c->json, r->data.at, r->data.len, &a) !=
		    ERR_OK)
			consume_trouble(c, ERR_PROTOCOL,
			    "unexpected answer of the JetStream API");
		else
			answered(c, kind, &a);
	}
}

static void
link_up(struct nats_link *l)
{
	ask(l->owner);
}

static void
link_down(struct nats_link *l, enum err e, const char *why)
{
	struct consume *c = l->owner;

	/* Permission errors come without a disconnect. */
	if (l->attached) {
		consume_trouble(c, e, why);
		return;
	}
	tell_down(c, e, why);
	consume_forget(c);
	timer_stop(c->loop, &c->timer);
	consume_goto(c, CONSUME_OFF);
}

static void
link_room(struct nats_link *l)
{
	consume_acknowledge(l->owner);
}

void
consume_due(struct timer *t)
{
	struct consume *c = t->owner;

	switch (c->state) {
	case CONSUME_OFF:
		break;
	case CONSUME_ASK:
		consume_trouble(
		    c, ERR_LATE, "no answer of the JetStream API in time");
		break;
	case CONSUME_READ:
		consume_trouble(
		    c, ERR_LATE, "a request for messages was not answered");
		break;
	case CONSUME_PAUSE:
		ask(c);
		break;
	}
}

/* What is delivered and not acknowledged comes again, and is known then. */
static void
link_leave(struct nats_link *l)
{
	nats_link_flush(l);
	nats_link_reset(l);
}

const struct nats_link_events consume_events = {
	.up = link_up,
	.down = link_down,
	.reply = link_reply,
	.room = link_room,
	.leave = link_leave,
	.message = consume_message,
};
