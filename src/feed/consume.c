#include "feed/consume_parts.h"

#include <string.h>

#include "core/arena.h"
#include "core/log.h"

enum {
	/* Of the ring's size: messages held, and freed before it is noted. */
	HELD_PART = 2,
	TOKENS = RECORD_TOKENS(HUB_LEVELS),
};

/* --- messages into the journal --- */

/* A message that comes again: its newest numbers are those to answer. */
static void
known(struct consume *c, struct consume_entry *e, uint64_t n,
    const struct consume_ticket *t)
{
	c->metrics.duplicates++;
	e->ticket = *t;
	/* The acknowledgement was lost, or the two have crossed. */
	if (n < c->ring.sent &&
	    consume_tell(c, t, SPAN("+ACK"), NULL) == ERR_OK)
		c->metrics.acked++;
}

static enum err
parse(struct consume *c, const struct nats_message *m, struct record_reader *r,
    enum record_id *id, union record *rec)
{
	*r = (struct record_reader){
		.json = &c->json, .levels = c->hub->levels, .max = HUB_LEVELS
	};
	out_init(&r->texts, c->texts, CONSUME_TEXT_BYTES);
	return record_parse(r, m->subject, m->data, id, rec);
}

/* Record and sequence number become one frame. */
static enum err
append(struct consume *c, enum record_id id, const union record *rec,
    const struct consume_ticket *t)
{
	struct consume_entry e = { .ticket = *t };
	uint64_t refused = c->hub->refused;

	c->hub->stamp = (struct wall){ 0 };
	hub_record(c->hub, id, rec);
	if (c->hub->refused != refused)
		return ERR_FULL;
	e.position = c->hub->journal->head;
	hub_mark(c->hub, c->mark_sequence, (int64_t)t->stream);
	consume_ring_push(&c->ring, &e);
	c->metrics.stored++;
	return ERR_OK;
}

static void
store(struct consume *c, const struct nats_message *m,
    const struct consume_ticket *t)
{
	struct record_reader r;
	enum record_id id;
	union record rec;
	enum err e = parse(c, m, &r, &id, &rec);

	if (e != ERR_OK) {
		consume_unusable(c, m, t, e, r.member);
		return;
	}
	if (append(c, id, &rec, t) != ERR_OK)
		consume_unusable(
		    c, m, t, ERR_FULL, "a quarter of journal.size_bytes");
}

/* All but the numbers, for acknowledgements of messages of earlier runs. */
static void
learn(struct consume *c, struct span prefix, struct span more)
{
	if (prefix.len >= sizeof(c->prefix))
		return;
	memcpy(c->prefix, prefix.at, prefix.len);
	c->prefix_len = prefix.len;
	c->more = more.len > 0;
}

void
consume_message(struct nats_link *l, const struct nats_message *m)
{
	struct consume *c = l->owner;
	struct consume_entry *e;
	struct consume_ticket t;
	struct span prefix, more;
	uint64_t n;

	/* Nobody but the server sends to our inbox. */
	if (consume_ticket_read(m->reply, &prefix, &more, &t) != ERR_OK ||
	    c->state != CONSUME_READ)
		return;
	learn(c, prefix, more);
	c->metrics.messages++;
	c->metrics.bytes += m->data.len;
	c->metrics.redelivered += t.delivered > 1;
	c->metrics.pending = t.pending;
	consume_counted(c);
	e = consume_ring_find(&c->ring, t.stream, &n);
	if (e != NULL)
		known(c, e, n, &t);
	else if (consume_ring_count(&c->ring) == c->ring.size)
		consume_nak(c, &t, CONSUME_TICK_MS);
	else
		store(c, m, &t);
}

/* --- each turn, each second --- */

static void
end_of_turn(struct hook *h)
{
	struct consume *c = h->owner;

	consume_acknowledge(c);
	consume_floor(c, c->ring.size / 4);
	consume_pull(c);
	nats_link_flush(&c->link);
}

static void
tick(struct timer *t)
{
	struct consume *c = t->owner;

	timer_start(c->loop, t, mono_after_ms(c->loop->now, CONSUME_TICK_MS));
	consume_ack_tick(c);
	consume_dead_tick(c);
	consume_floor(c, 1);
}

/* --- start and end --- */

/* The sinks named, or all that are no cache. */
static enum err
choose_sinks(struct consume *c, struct out *why)
{
	struct span rest = span_of(c->options->confirm);
	struct span word;
	unsigned all = 0;
	unsigned i;

	while ((word = span_word(&rest, " ,\t")).at != NULL) {
		for (i = 0; i < c->hub->sink_count; i++)
			if (span_is(word, c->hub->sinks[i].sink.type->name))
				break;
		if (i == c->hub->sink_count) {
			OUT_LITERAL(why, "consume.confirm: ");
			out_json(why, word);
			OUT_LITERAL(why, " is no sink that is on");
			return ERR_CONFIG;
		}
		c->which |= 1u << i;
	}
	for (i = 0; c->which == 0 && i < c->hub->sink_count; i++) {
		if (!c->hub->sinks[i].sink.type->cache)
			all |= 1u << i;
	}
	c->which |= all;
	/* Only a cache is on. */
	if (c->which == 0)
		c->which = (1u << c->hub->sink_count) - 1;
	return ERR_OK;
}

/*
 * At most half of it is held, and a quarter may be settled before it is noted:
 * what is found in the journal after a kill always fits.
 */
static void
take_ring(struct consume *c, struct arena *a)
{
	uint64_t held =
	    (uint64_t)(c->options->max_ack_pending + c->options->batch);
	uint32_t size = 1024;

	while (size < HELD_PART * held)
		size *= 2;
	consume_ring_init(&c->ring,
	    arena_take(a, "consume ring", size, sizeof(struct consume_entry)),
	    arena_take(a, "consume slots", 2 * (size_t)size, sizeof(uint32_t)),
	    size);
}

static void
take_memory(struct consume *c, struct arena *a)
{
	take_ring(c, a);
	json_init(&c->json,
	    arena_take(a, "consume tokens", 1, json_pool_bytes(TOKENS)),
	    TOKENS);
	c->texts = arena_take(a, "consume texts", 1, CONSUME_TEXT_BYTES);
	out_init(&c->link.batch,
	    arena_take(a, "consume batch", 1, NATS_LINK_BATCH_BYTES),
	    NATS_LINK_BATCH_BYTES);
}

/* What acknowledgements begin with as long as no message has told. */
static void
guess_prefix(struct consume *c)
{
	struct out o;

	out_init(&o, c->prefix, sizeof(c->prefix));
	OUT_LITERAL(&o, "$JS.ACK.");
	out_text(&o, c->options->stream);
	out_char(&o, '.');
	out_text(&o, c->options->durable);
	out_char(&o, '.');
	c->prefix_len = o.len;
}

enum err
consume_open(
    struct consume *c, const struct consume_setup *setup, struct out *why)
{
	enum err e;

	c->options = &setup->options->consume;
	c->loop = setup->loop;
	c->hub = setup->hub;
	c->pause_ms = CONSUME_PAUSE_MIN_MS;
	c->since = c->loop->wall;
	c->max_deliver = c->options->max_deliver;
	c->ack_wait_ms = c->options->ack_wait_s * 1000;
	e = choose_sinks(c, why);
	if (e == ERR_OK)
		e = consume_marks(c, why);
	if (e != ERR_OK)
		return e;
	take_memory(c, setup->arena);
	guess_prefix(c);
	(void)hub_confirmed(c->hub, c->which, &c->lost);
	c->timer = (struct timer){ .fire = consume_due, .owner = c };
	c->tick = (struct timer){ .fire = tick, .owner = c };
	c->hook = (struct hook){ .run = end_of_turn, .owner = c };
	loop_hook(c->loop, &c->hook);
	tick(&c->tick);
	c->link.owner = c;
	c->link.loop = c->loop;
	c->link.events = &consume_events;
	c->link.one_of_two = true;
	return nats_link_open(
	    &c->link, &setup->options->nats, setup->options->box.name, why);
}

void
consume_stop(struct consume *c)
{
	c->stopping = true;
}

bool
consume_idle(const struct consume *c)
{
	return c->state != CONSUME_READ || c->ring.base == c->ring.head;
}

void
consume_close(struct consume *c)
{
	struct log_line l;

	consume_floor(c, 1);
	log_open(&l, LOG_INFO, "consume", "closed");
	log_int(&l, "acked", (int64_t)c->metrics.acked);
	log_int(&l, "in_flight", (int64_t)consume_ring_count(&c->ring));
	log_send(&l);
	timer_stop(c->loop, &c->timer);
	timer_stop(c->loop, &c->tick);
	nats_link_close(&c->link);
}
