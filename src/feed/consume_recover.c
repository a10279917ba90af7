/*
 * What the journal knows of the consumer.  Three marks:
 *
 *   consume.sequence  stream sequence of a message, in the frame of its record
 *   consume.floor     journal position: all messages before are acknowledged
 *   consume.life      which consumer these numbers are of
 *
 * A stream or consumer that was deleted and made again counts anew; its time of
 * creation tells it from the old one, whose numbers then mean nothing.
 */
#include "feed/consume_parts.h"

#include "core/log.h"

static const int64_t *
mark(struct consume *c, const char *name)
{
	return journal_mark(c->hub->journal, name);
}

enum err
consume_marks(struct consume *c, struct out *why)
{
	c->mark_sequence = mark(c, "consume.sequence");
	c->mark_floor = mark(c, "consume.floor");
	c->mark_life = mark(c, "consume.life");
	if (c->mark_sequence != NULL && c->mark_floor != NULL &&
	    c->mark_life != NULL)
		return ERR_OK;
	OUT_LITERAL(why,
	    "journal.path: all places for marks are taken; begin a new "
	    "journal");
	return ERR_CONFIG;
}

/* Never negative: that is how marks tell that they were not set. */
static int64_t
life_of(const struct consume *c, struct span created)
{
	char text[256];
	struct out o;

	out_init(&o, text, sizeof(text));
	out_text(&o, c->options->stream);
	out_char(&o, ' ');
	out_text(&o, c->options->durable);
	out_char(&o, ' ');
	out_span(&o, created);
	return (int64_t)(span_hash(out_done(&o)) >> 1);
}

/* The newest fill the ring; those before are acknowledged since long. */
static void
remember(struct consume *c, const struct journal_frame *f)
{
	struct consume_ring *r = &c->ring;
	struct consume_entry e = { .position = f->position };
	uint64_t n;

	if (f->value <= 0)
		return;
	e.ticket.stream = (uint64_t)f->value;
	e.ticket.delivered = 1;
	if (consume_ring_find(r, e.ticket.stream, &n) != NULL)
		return;
	if (consume_ring_count(r) == r->size) {
		consume_ring_sent(r);
		consume_ring_settle(r, r->sent);
	}
	consume_ring_push(r, &e);
}

static void
read_journal(struct consume *c)
{
	const struct journal *j = c->hub->journal;
	struct journal_frame f;
	uint64_t at = *c->mark_floor < 0 ? 0 : (uint64_t)*c->mark_floor;
	enum err e;

	while ((e = journal_read(j, at, &f)) != ERR_AGAIN) {
		if (e == ERR_OK && journal_carries(j, &f, c->mark_sequence))
			remember(c, &f);
		at = f.next;
	}
}

/* Where acknowledgements stand: the oldest that is not known to be there. */
static uint64_t
floor_of(const struct consume *c)
{
	const struct consume_ring *r = &c->ring;

	return r->base == r->head ? c->hub->journal->head
				  : consume_ring_at(r, r->base)->position;
}

void
consume_floor(struct consume *c, uint64_t least)
{
	if (c->life == 0 || c->ring.base - c->floored < least)
		return;
	journal_seal(c->hub->journal);
	hub_mark(c->hub, c->mark_floor, (int64_t)floor_of(c));
	c->floored = c->ring.base;
}

void
consume_recover(struct consume *c, struct span created)
{
	int64_t life = life_of(c, created);
	struct log_line l;

	if (life == c->life)
		return;
	journal_seal(c->hub->journal);
	if (c->life == 0 && *c->mark_life == life) {
		read_journal(c);
	} else {
		consume_ring_clear(&c->ring);
		/* In this order: floor and life are two frames. */
		hub_mark(c->hub, c->mark_floor, (int64_t)c->hub->journal->head);
		hub_mark(c->hub, c->mark_life, life);
	}
	c->life = life;
	c->floored = c->ring.base;
	c->metrics.in_flight = consume_ring_count(&c->ring);
	log_open(&l, LOG_INFO, "consume", "consumer");
	log_text(&l, "stream", c->options->stream);
	log_text(&l, "durable", c->options->durable);
	log_span(&l, "created", created);
	log_int(&l, "in_journal", (int64_t)c->metrics.in_flight);
	log_send(&l);
}
