/* Requests for messages ($JS.API.CONSUMER.MSG.NEXT, ADR-13). */
#include "feed/consume_parts.h"

#include <string.h>

enum {
	/* The journal keeps this part of itself for what comes meanwhile. */
	ROOM_PART = 2,
	/* Less room than this is not worth a request. */
	ROOM_MIN = 16 * 1024,
	/* A message alone is asked for when this part is all that waits. */
	LONE_PART = 4,
	/* A request is taken for lost that long after its end. */
	GRACE_MS = 2000,
};

/* Bytes that may be asked for; 0 is none now. */
static uint64_t
room(const struct consume *c)
{
	const struct journal *j = c->hub->journal;
	uint64_t backlog = journal_backlog(j);
	uint64_t most = j->size / ROOM_PART;
	uint64_t bytes;

	if (c->lone)
		return backlog <= j->size / LONE_PART ? 1 : 0;
	bytes = backlog < most ? (most - backlog) / CONSUME_SWELL : 0;
	return bytes < ROOM_MIN ? 0 : bytes;
}

void
consume_pull(struct consume *c)
{
	uint32_t n = c->lone ? 1 : (uint32_t)c->options->batch;
	uint64_t bytes;
	char body[128];
	struct out o;

	if (c->state != CONSUME_READ || c->left > 0 || c->stopping ||
	    consume_ring_count(&c->ring) + n > c->ring.size / 2)
		return;
	bytes = room(c);
	if (bytes == 0)
		return;
	out_init(&o, body, sizeof(body));
	OUT_LITERAL(&o, "{\"batch\":");
	out_u64(&o, n);
	if (!c->lone) {
		OUT_LITERAL(&o, ",\"max_bytes\":");
		out_u64(&o, bytes);
	}
	OUT_LITERAL(&o, ",\"expires\":");
	out_i64(&o, CONSUME_PULL_MS * NS_PER_MS);
	out_char(&o, '}');
	consume_request(c, "MSG.NEXT", 'p', out_done(&o));
	c->left = n;
	c->fruitful = false;
	c->metrics.pulls++;
	consume_wait(c, CONSUME_PULL_MS + GRACE_MS);
}

void
consume_counted(struct consume *c)
{
	c->fruitful = true;
	c->lone = false;
	if (c->left > 0)
		c->left--;
	if (c->left == 0)
		timer_stop(c->loop, &c->timer);
}

/*
 * The end of a request for messages: 408, its time was over, or 409 with one of
 * two sentences: all were sent, or what comes next is larger than the bytes
 * that were left.  Any other 409 is about the consumer.
 */
void
consume_pull_ended(struct consume *c, const struct nats_reply *r)
{
	const char *words = r->description == NULL ? "" : r->description;
	bool size = r->status == 409 && strstr(words, "MaxBytes") != NULL;

	if (c->state != CONSUME_READ || r->status == 100)
		return;
	if (r->status == 408 || r->status == 404 || size ||
	    strcmp(words, "Batch Completed") == 0) {
		c->lone = size && !c->fruitful;
		consume_forget(c);
		timer_stop(c->loop, &c->timer);
		return;
	}
	consume_trouble(c, ERR_REJECTED,
	    r->no_responders   ? "503 no responders: stream or consumer is gone"
	    : words[0] != '\0' ? words
			       : "the server ended the request");
}
