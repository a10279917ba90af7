/* One record as one message, made smaller when the server wants it so. */
#include "sinks/nats_sink.h"

#include "core/log.h"
#include "model/emit.h"

enum {
	/* Each attempt has at most half the levels of the one before. */
	ATTEMPTS = 16,
};

static enum err
publish(struct nats_sink *n, enum record_id rec_id, const void *rec)
{
	char subject[SUBJECT_MAX + 1];
	char id[MSGID_MAX + 1];
	char token[24];
	bool js = n->options->jetstream;
	struct out o;
	struct out *body;
	size_t before;
	size_t len;
	enum err e;

	n->link.too_long = 0;
	out_init(&o, subject, sizeof(subject));
	record_subject(&n->plan, rec_id, rec, &o);
	out_cstr(&o);
	if (o.full)
		return ERR_FULL;
	out_init(&o, id, sizeof(id));
	record_msgid(rec_id, rec, &o);
	out_cstr(&o);
	if (o.full)
		return ERR_FULL;
	out_init(&o, token, sizeof(token));
	out_char(&o, 'a');
	out_u64(&o, n->window.head);
	out_cstr(&o);
	e = nats_link_begin(&n->link, subject, js ? token : NULL, id, &body);
	if (e != ERR_OK)
		return e;
	before = body->len;
	record_json(rec_id, rec, body);
	len = body->len - before;
	e = nats_link_end(&n->link);
	if (e == ERR_OK)
		n->sink->counts.bytes += len;
	return e;
}

static void
tell(struct nats_sink *n, const struct orderbook *was,
    const struct orderbook *b, size_t bytes)
{
	struct log_line l;

	n->sink->counts.trimmed++;
	log_open(&l, LOG_WARN, "nats", "book_trimmed");
	log_span(&l, "symbol", was->symbol_name);
	log_int(&l, "levels", was->bids.count + was->asks.count);
	log_int(&l, "kept", b->bids.count + b->asks.count);
	log_int(&l, "bytes", (int64_t)bytes);
	log_int(&l, "max_payload", (int64_t)n->link.payload_max);
	log_text(&l, "means",
	    b->is_valid == BOOL_FALSE
		? "a delta is larger than the server takes; the book is not "
		  "known there until its next snapshot"
		: "a snapshot is larger than the server takes; set "
		  "book_publish to fewer levels, or max_payload higher");
	log_send(&l);
}

static void
keep(struct orderbook *b, uint32_t levels)
{
	if (b->bids.count > levels)
		b->bids.count = levels;
	if (b->asks.count > levels)
		b->asks.count = levels;
	b->depth_levels = b->bids.count + b->asks.count;
}

/* What the sizes promise, less a sixteenth; prices differ in length. */
static uint32_t
fitting(const struct nats_sink *n, const struct orderbook *b)
{
	uint64_t most =
	    b->bids.count > b->asks.count ? b->bids.count : b->asks.count;
	uint64_t fits = most * n->link.payload_max / (n->link.too_long + 1);

	fits -= fits / 16;
	return (uint32_t)(fits < most ? fits : most / 2);
}

static enum err
publish_less(struct nats_sink *n, const struct orderbook *was)
{
	struct orderbook b = *was;
	size_t bytes = n->link.too_long;
	enum err e = ERR_FULL;

	if (b.update_type == UPDATE_DELTA) {
		b.update_type = UPDATE_SNAPSHOT;
		b.is_valid = BOOL_FALSE;
		keep(&b, 0);
		e = publish(n, RECORD_orderbook, &b);
	}
	for (int i = 0; i < ATTEMPTS && e == ERR_FULL && n->link.too_long > 0 &&
			b.bids.count + b.asks.count > 1;
	     i++) {
		keep(&b, fitting(n, &b));
		e = publish(n, RECORD_orderbook, &b);
	}
	if (e == ERR_OK)
		tell(n, was, &b, bytes);
	return e;
}

enum err
nats_fit_publish(struct nats_sink *n, const struct sink_frame *f)
{
	enum err e = publish(n, f->id, f->record);

	if (e == ERR_FULL && n->link.too_long > 0 && f->id == RECORD_orderbook)
		e = publish_less(n, &f->record->orderbook);
	return e;
}
