#include "sinks/nats_ack.h"

#include "core/must.h"

void
nats_window_init(struct nats_window *w, struct nats_slot *slots, uint32_t size)
{
	*w = (struct nats_window){ .slots = slots, .size = size };
}

uint32_t
nats_window_count(const struct nats_window *w)
{
	return (uint32_t)(w->head - w->base);
}

static struct nats_slot *
slot_of(const struct nats_window *w, uint64_t ticket)
{
	return &w->slots[ticket % w->size];
}

void
nats_window_push(struct nats_window *w, uint64_t next, struct mono sent)
{
	must(nats_window_count(w) < w->size);
	*slot_of(w, w->head) = (struct nats_slot){
		.next = next, .sent = sent, .fate = NATS_IN_FLIGHT
	};
	w->head++;
	w->open++;
}

struct nats_slot *
nats_window_slot(const struct nats_window *w, uint64_t ticket)
{
	struct nats_slot *s;

	if (ticket < w->base || ticket >= w->head)
		return NULL;
	s = slot_of(w, ticket);
	return s->fate == NATS_IN_FLIGHT ? s : NULL;
}

bool
nats_window_settle(struct nats_window *w, uint64_t ticket, enum nats_fate fate)
{
	struct nats_slot *s = nats_window_slot(w, ticket);

	if (s == NULL)
		return false;
	s->fate = fate;
	w->open--;
	return true;
}

uint32_t
nats_window_settle_before(struct nats_window *w, uint64_t ticket)
{
	uint32_t settled = 0;

	if (ticket > w->head)
		ticket = w->head;
	for (uint64_t t = w->base; t < ticket; t++)
		if (nats_window_settle(w, t, NATS_STORED))
			settled++;
	return settled;
}

uint32_t
nats_window_advance(struct nats_window *w, uint64_t *position)
{
	uint32_t moved = 0;

	while (w->base < w->head && slot_of(w, w->base)->fate == NATS_STORED) {
		*position = slot_of(w, w->base)->next;
		w->base++;
		moved++;
	}
	return moved;
}

void
nats_window_clear(struct nats_window *w)
{
	w->base = w->head;
	w->open = 0;
}

struct mono
nats_window_oldest(const struct nats_window *w)
{
	return w->base == w->head ? MONO_NEVER : slot_of(w, w->base)->sent;
}

struct mono
nats_window_newest(const struct nats_window *w)
{
	return w->base == w->head ? MONO_NEVER : slot_of(w, w->head - 1)->sent;
}

static enum err
read_error(const struct json *j, int error, struct nats_answer *a)
{
	if (json_type(j, error) != JSON_OBJECT)
		return ERR_SYNTAX;
	if (json_i64(j, json_member(j, error, "code"), &a->code) != ERR_OK ||
	    a->code == 0)
		return ERR_SYNTAX;
	/* Servers before 2.2 have no err_code. */
	if (json_i64(j, json_member(j, error, "err_code"), &a->err_code) !=
	    ERR_OK)
		a->err_code = 0;
	a->description = json_text(j, json_member(j, error, "description"));
	return ERR_OK;
}

enum err
nats_answer_read(
    struct json *j, const char *text, size_t len, struct nats_answer *a)
{
	enum err e = json_parse(j, text, len);
	int error;

	*a = (struct nats_answer){ .config = -1 };
	if (e != ERR_OK)
		return e;
	if (json_type(j, 0) != JSON_OBJECT)
		return ERR_SYNTAX;
	error = json_member(j, 0, "error");
	if (error >= 0)
		return read_error(j, error, a);
	a->config = json_member(j, 0, "config");
	a->stream = json_text(j, json_member(j, 0, "stream"));
	if (json_bool(j, json_member(j, 0, "duplicate"), &a->duplicate) !=
	    ERR_OK)
		a->duplicate = false;
	return a->stream.len == 0 && a->config < 0 ? ERR_SYNTAX : ERR_OK;
}

bool
nats_subject_covers(struct span pattern, struct span ours)
{
	struct span p;
	struct span o;

	do {
		p = span_word(&pattern, ".");
		o = span_word(&ours, ".");
		if (p.at == NULL || o.at == NULL)
			return p.at == NULL && o.at == NULL;
		if (span_is(p, ">"))
			return true;
	} while (span_eq(p, o) || (span_is(p, "*") && !span_is(o, ">")));
	return false;
}
