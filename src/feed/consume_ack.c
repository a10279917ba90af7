/* What is told to the server of each message: acknowledged, kept, sent back. */
#include "feed/consume_parts.h"

enum {
	/* Extended three times before the server would deliver it again. */
	EXTEND_PART = 3,
};

enum err
consume_tell(struct consume *c, const struct consume_ticket *t,
    struct span text, const char *token)
{
	char subject[CONSUME_SUBJECT_MAX];
	struct out o;

	out_init(&o, subject, sizeof(subject));
	out_bytes(&o, c->prefix, c->prefix_len);
	consume_ticket_write(t, &o);
	if (c->more)
		OUT_LITERAL(&o, ".0");
	return nats_link_publish(&c->link, out_cstr(&o), token, text);
}

void
consume_nak(struct consume *c, const struct consume_ticket *t, int64_t delay_ms)
{
	char text[64];
	struct out o;

	out_init(&o, text, sizeof(text));
	OUT_LITERAL(&o, "-NAK");
	if (delay_ms > 0) {
		OUT_LITERAL(&o, " {\"delay\": ");
		out_i64(&o, delay_ms * NS_PER_MS);
		out_char(&o, '}');
	}
	/* Not sent, it is delivered again after the acknowledgement wait. */
	(void)consume_tell(c, t, out_done(&o), NULL);
}

/*
 * The last acknowledgement of a turn asks for an answer.  The server works on
 * those of one consumer in the order in which they came, so its answer holds
 * for all before it.
 */
static bool
acknowledge(struct consume *c, const struct consume_entry *e, bool last)
{
	char token[24];
	struct out o;

	if (e->given_up)
		return true;
	out_init(&o, token, sizeof(token));
	out_char(&o, 'k');
	out_u64(&o, c->ring.sent + 1);
	if (consume_tell(c, &e->ticket, SPAN("+ACK"),
		last ? out_cstr(&o) : NULL) != ERR_OK)
		return false;
	c->metrics.acked++;
	if (last) {
		c->asked = c->ring.sent + 1;
		c->asked_at = c->loop->now;
	}
	return true;
}

static void
extend(struct consume *c)
{
	struct consume_ring *r = &c->ring;

	if (c->extend < r->sent)
		c->extend = r->sent;
	for (; c->extend < c->extend_end; c->extend++) {
		const struct consume_entry *e = consume_ring_at(r, c->extend);

		if (e->given_up)
			continue;
		if (consume_tell(c, &e->ticket, SPAN("+WPI"), NULL) != ERR_OK)
			return;
		c->metrics.extended++;
	}
}

/* Is the one behind due as well?  Then this is not the last of its turn. */
static bool
is_last(const struct consume *c, uint64_t confirmed)
{
	struct consume_ring next = c->ring;

	next.sent++;
	return consume_ring_due(&next, confirmed) == NULL;
}

/*
 * The journal went around before a sink had confirmed what it holds, or was
 * damaged: those messages are delivered again.  Asking for no more than fits
 * prevents the first, but for records of venues that come in between.
 */
static void
give_up_lost(struct consume *c)
{
	for (uint64_t n = c->ring.sent; n < c->ring.head; n++) {
		const struct consume_entry *e = consume_ring_at(&c->ring, n);

		if (e->given_up || journal_whole(c->hub->journal, e->position))
			continue;
		consume_nak(c, &e->ticket, 0);
		consume_ring_give_up(&c->ring, n);
	}
}

void
consume_acknowledge(struct consume *c)
{
	const struct consume_entry *e;
	uint64_t lost;
	uint64_t confirmed = hub_confirmed(c->hub, c->which, &lost);

	/* Cursors stand behind those, too. */
	if (lost != c->lost)
		give_up_lost(c);
	c->lost = lost;
	if (c->state != CONSUME_READ)
		return;
	while ((e = consume_ring_due(&c->ring, confirmed)) != NULL &&
	       acknowledge(c, e, is_last(c, confirmed)))
		consume_ring_sent(&c->ring);
	extend(c);
}

void
consume_acknowledged(struct consume *c, uint64_t n)
{
	consume_ring_settle(&c->ring, n);
	c->metrics.in_flight = consume_ring_count(&c->ring);
}

void
consume_ack_tick(struct consume *c)
{
	struct loop *l = c->loop;
	int64_t each_ms = c->ack_wait_ms / EXTEND_PART;

	if (c->state != CONSUME_READ)
		return;
	if (c->ring.base < c->ring.sent &&
	    mono_due(mono_after_ms(c->asked_at, CONSUME_ANSWER_MS), l->now))
		consume_ring_again(&c->ring);
	if (mono_due(mono_after_ms(c->extended, each_ms), l->now)) {
		c->extended = l->now;
		c->extend = c->ring.sent;
		c->extend_end = c->ring.head;
	}
}
