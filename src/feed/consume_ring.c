#include "feed/consume_ring.h"

#include "core/must.h"

enum {
	/* Tokens of an acknowledgement's subject. */
	TOKENS_MIN = 9,
	TOKENS_DOMAIN = 11,
	TOKENS_MAX = 12,
	/* The first number, where there is no domain. */
	NUMBERS_AT = 4,
};

void
consume_ring_init(struct consume_ring *r, struct consume_entry *entries,
    uint32_t *slots, uint32_t size)
{
	must(size > 0 && (size & (size - 1)) == 0);
	*r = (struct consume_ring){
		.entries = entries, .slots = slots, .size = size
	};
}

uint32_t
consume_ring_count(const struct consume_ring *r)
{
	return (uint32_t)(r->head - r->base);
}

struct consume_entry *
consume_ring_at(const struct consume_ring *r, uint64_t n)
{
	return &r->entries[n & (r->size - 1)];
}

/* --- by stream sequence: open addressing, half of the slots stay free --- */

static uint32_t
mask(const struct consume_ring *r)
{
	return 2 * r->size - 1;
}

/* Neighbours in the stream become neighbours here. */
static uint32_t
home(const struct consume_ring *r, uint64_t stream)
{
	return (uint32_t)stream & mask(r);
}

static uint64_t
stream_in(const struct consume_ring *r, uint32_t slot)
{
	return r->entries[r->slots[slot] - 1].ticket.stream;
}

/* Its slot, or the free one that it would take. */
static uint32_t
slot_of(const struct consume_ring *r, uint64_t stream)
{
	uint32_t at = home(r, stream);

	while (r->slots[at] != 0 && stream_in(r, at) != stream)
		at = (at + 1) & mask(r);
	return at;
}

/* Those behind the hole move up, so that none is cut off from its home. */
static void
erase(struct consume_ring *r, uint64_t stream)
{
	uint32_t hole = slot_of(r, stream);
	uint32_t at = hole;

	if (r->slots[hole] == 0)
		return;
	for (;;) {
		at = (at + 1) & mask(r);
		if (r->slots[at] == 0)
			break;
		/* How far it stands from home, and from the hole. */
		if (((at - home(r, stream_in(r, at))) & mask(r)) <
		    ((at - hole) & mask(r)))
			continue;
		r->slots[hole] = r->slots[at];
		hole = at;
	}
	r->slots[hole] = 0;
}

struct consume_entry *
consume_ring_find(const struct consume_ring *r, uint64_t stream, uint64_t *n)
{
	uint32_t slot = slot_of(r, stream);
	uint32_t index;

	if (r->slots[slot] == 0)
		return NULL;
	index = r->slots[slot] - 1;
	*n = r->base + ((index - (uint32_t)r->base) & (r->size - 1));
	return &r->entries[index];
}

/* --- the ring --- */

void
consume_ring_push(struct consume_ring *r, const struct consume_entry *e)
{
	uint32_t slot = slot_of(r, e->ticket.stream);
	uint32_t index = (uint32_t)r->head & (r->size - 1);

	must(consume_ring_count(r) < r->size);
	must(r->slots[slot] == 0);
	r->entries[index] = *e;
	r->entries[index].given_up = false;
	r->slots[slot] = index + 1;
	r->head++;
}

const struct consume_entry *
consume_ring_due(const struct consume_ring *r, uint64_t confirmed)
{
	const struct consume_entry *e = consume_ring_at(r, r->sent);

	if (r->sent == r->head || (!e->given_up && e->position >= confirmed))
		return NULL;
	return e;
}

void
consume_ring_sent(struct consume_ring *r)
{
	must(r->sent < r->head);
	r->sent++;
}

void
consume_ring_settle(struct consume_ring *r, uint64_t n)
{
	if (n > r->sent)
		n = r->sent;
	for (; r->base < n; r->base++) {
		struct consume_entry *e = consume_ring_at(r, r->base);

		if (!e->given_up)
			erase(r, e->ticket.stream);
	}
}

void
consume_ring_again(struct consume_ring *r)
{
	r->sent = r->base;
}

void
consume_ring_give_up(struct consume_ring *r, uint64_t n)
{
	struct consume_entry *e = consume_ring_at(r, n);

	must(n >= r->base && n < r->head);
	if (e->given_up)
		return;
	erase(r, e->ticket.stream);
	e->given_up = true;
}

void
consume_ring_clear(struct consume_ring *r)
{
	r->sent = r->head;
	consume_ring_settle(r, r->head);
}

/* --- the subject of an acknowledgement --- */

static enum err
read_numbers(const struct span *tokens, struct consume_ticket *t)
{
	uint64_t *const numbers[] = { &t->delivered, &t->stream, &t->consumer,
		&t->stamp, &t->pending };
	enum err e = ERR_OK;

	for (unsigned i = 0; i < 5 && e == ERR_OK; i++)
		e = span_u64(tokens[i], numbers[i]);
	return e == ERR_OK && t->stream > 0 && t->stream <= INT64_MAX
		   ? ERR_OK
		   : ERR_SYNTAX;
}

enum err
consume_ticket_read(struct span subject, struct span *prefix, struct span *more,
    struct consume_ticket *t)
{
	struct span tokens[TOKENS_MAX + 1];
	struct span rest = subject;
	const char *end;
	unsigned n = 0;
	unsigned at;

	if (!span_starts(subject, "$JS.ACK."))
		return ERR_SYNTAX;
	while (
	    n <= TOKENS_MAX && (tokens[n] = span_word(&rest, ".")).at != NULL)
		n++;
	if (n != TOKENS_MIN && n != TOKENS_DOMAIN && n != TOKENS_MAX)
		return ERR_SYNTAX;
	at = n == TOKENS_MIN ? NUMBERS_AT : NUMBERS_AT + 2;
	*prefix =
	    (struct span){ subject.at, (size_t)(tokens[at].at - subject.at) };
	end = tokens[at + 4].at + tokens[at + 4].len;
	*more = (struct span){ end, (size_t)(subject.at + subject.len - end) };
	return read_numbers(tokens + at, t);
}

void
consume_ticket_write(const struct consume_ticket *t, struct out *o)
{
	out_u64(o, t->delivered);
	out_char(o, '.');
	out_u64(o, t->stream);
	out_char(o, '.');
	out_u64(o, t->consumer);
	out_char(o, '.');
	out_u64(o, t->stamp);
	out_char(o, '.');
	out_u64(o, t->pending);
}
