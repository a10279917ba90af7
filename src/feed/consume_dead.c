/* Messages that are no record: sent back, and at last put aside. */
#include "feed/consume_parts.h"

#include "core/log.h"
#include "sinks/nats_ack.h"

enum {
	HEADERS_BYTES = 1024,
	/* Doubled with each delivery, up to half a minute. */
	BACK_MS = 500,
	BACK_DOUBLINGS = 6,
	/* When the dead-letter subject has no stream. */
	REFUSED_MS = 30000,
};

/* An answer may come when its place has another message in it. */
static struct consume_dead *
place_of(struct consume *c, uint64_t number)
{
	for (unsigned i = 0; i < CONSUME_DEAD_MAX; i++)
		if (c->dead[i].used && c->dead[i].number == number)
			return &c->dead[i];
	return NULL;
}

static struct consume_dead *
free_place(struct consume *c)
{
	for (unsigned i = 0; i < CONSUME_DEAD_MAX; i++)
		if (!c->dead[i].used)
			return &c->dead[i];
	return NULL;
}

/* A header's value ends at a control byte. */
static void
put_header(struct out *o, const char *name, struct span value)
{
	out_text(o, name);
	OUT_LITERAL(o, ": ");
	for (size_t i = 0; i < value.len; i++)
		out_char(
		    o, (unsigned char)value.at[i] < ' ' ? '?' : value.at[i]);
	OUT_LITERAL(o, "\r\n");
}

static void
put_number(struct out *o, const char *name, uint64_t value)
{
	out_text(o, name);
	OUT_LITERAL(o, ": ");
	out_u64(o, value);
	OUT_LITERAL(o, "\r\n");
}

/* The id keeps one copy, however often it is tried. */
static void
put_headers(const struct consume *c, const struct nats_message *m,
    const struct consume_ticket *t, struct span why, struct out *o)
{
	OUT_LITERAL(o, "Nats-Msg-Id: ");
	out_text(o, c->options->stream);
	out_char(o, ':');
	out_text(o, c->options->durable);
	out_char(o, ':');
	out_u64(o, t->stream);
	OUT_LITERAL(o, "\r\n");
	put_header(o, "Mp-Error", why);
	put_header(o, "Mp-Subject", m->subject);
	put_header(o, "Mp-Stream", span_of(c->options->stream));
	put_number(o, "Mp-Sequence", t->stream);
	put_number(o, "Mp-Delivered", t->delivered);
}

static enum err
publish(struct consume *c, const struct nats_message *m, uint64_t number,
    const struct consume_ticket *t, struct span why)
{
	char headers[HEADERS_BYTES];
	char token[24];
	struct out o;
	struct out k;
	struct out *body;
	enum err e;

	out_init(&o, headers, sizeof(headers));
	put_headers(c, m, t, why, &o);
	/* A subject that long came from no server. */
	if (o.full)
		return ERR_FULL;
	out_init(&k, token, sizeof(token));
	out_char(&k, 'd');
	out_u64(&k, number);
	e = nats_link_begin_with(&c->link, c->options->dead_letter,
	    out_cstr(&k), out_done(&o), &body);
	if (e != ERR_OK)
		return e;
	out_span(body, m->data);
	return nats_link_end(&c->link);
}

static void
bury(struct consume *c, const struct nats_message *m,
    const struct consume_ticket *t, struct span why)
{
	struct consume_dead *d = free_place(c);

	if (d == NULL || publish(c, m, ++c->dead_number, t, why) != ERR_OK) {
		consume_nak(c, t, CONSUME_TICK_MS);
		return;
	}
	*d = (struct consume_dead){ *t, c->dead_number, c->loop->now, true };
}

static void
explain(struct out *o, enum err e, const char *where)
{
	if (where != NULL) {
		out_text(o, where);
		OUT_LITERAL(o, ": ");
	}
	out_text(o, err_text(e));
}

void
consume_unusable(struct consume *c, const struct nats_message *m,
    const struct consume_ticket *t, enum err e, const char *where)
{
	char why[HUB_WHY_MAX];
	struct log_line l;
	struct out o;
	int64_t back = BACK_MS;

	c->metrics.unusable++;
	out_init(&o, why, sizeof(why) - 1);
	explain(&o, e, where);
	o.at[o.len] = '\0';
	log_open(&l, LOG_WARN, "consume", "unusable");
	log_span(&l, "subject", m->subject);
	log_int(&l, "sequence", (int64_t)t->stream);
	log_int(&l, "delivered", (int64_t)t->delivered);
	log_text(&l, "why", why);
	log_send(&l);
	if (t->delivered >= (uint64_t)c->max_deliver) {
		bury(c, m, t, out_done(&o));
		return;
	}
	for (uint64_t n = 1; n < t->delivered && n <= BACK_DOUBLINGS; n++)
		back *= 2;
	consume_nak(c, t, back);
}

static void
not_taken(struct consume *c, const struct consume_dead *d,
    const struct nats_reply *r, const struct nats_answer *a)
{
	struct log_line l;

	c->dead_refused = true;
	consume_nak(c, &d->ticket, REFUSED_MS);
	log_open(&l, LOG_ERROR, "consume", "dead_letter_refused");
	log_text(&l, "subject", c->options->dead_letter);
	log_int(&l, "sequence", (int64_t)d->ticket.stream);
	if (r->no_responders)
		log_text(&l, "why", "no stream takes that subject; make one");
	else
		log_span(&l, "why", a->description);
	log_send(&l);
}

void
consume_dead_answered(struct consume *c, uint64_t n, const struct nats_reply *r)
{
	struct nats_answer a = { .config = -1 };
	struct consume_dead *d = place_of(c, n);
	struct log_line l;

	if (d == NULL)
		return;
	if (!r->no_responders &&
	    nats_answer_read(&c->json, r->data.at, r->data.len, &a) != ERR_OK)
		return;
	d->used = false;
	if (r->no_responders || a.code != 0) {
		not_taken(c, d, r, &a);
		return;
	}
	c->dead_refused = false;
	c->metrics.dead_letters++;
	/* Not sent, it comes again, and the stream knows the id. */
	(void)consume_tell(c, &d->ticket, SPAN("+TERM"), NULL);
	log_open(&l, LOG_WARN, "consume", "dead_letter");
	log_text(&l, "subject", c->options->dead_letter);
	log_int(&l, "sequence", (int64_t)d->ticket.stream);
	log_send(&l);
}

void
consume_dead_tick(struct consume *c)
{
	for (unsigned i = 0; i < CONSUME_DEAD_MAX; i++) {
		struct consume_dead *d = &c->dead[i];

		if (d->used &&
		    mono_due(mono_after_ms(d->sent, 2 * CONSUME_ANSWER_MS),
			c->loop->now))
			d->used = false;
	}
}
