#include "sinks/clickhouse_sink.h"

#include "core/arena.h"
#include "core/log.h"

static void
next_piece(struct timer *t)
{
	struct click_sink *c = t->owner;
	struct click_pack *p = &c->pack;
	struct span piece = p->rows;

	if (piece.len > PACK_PIECE)
		piece.len = PACK_PIECE;
	pack_add(&p->pack, piece, &p->body);
	p->rows.at += piece.len;
	p->rows.len -= piece.len;
	if (p->rows.len > 0) {
		timer_start(c->sink->loop, t, c->sink->loop->now);
		return;
	}
	pack_end(&p->pack, &p->body);
	click_ask_packed(c);
}

static size_t
body_bytes(const struct opt_clickhouse *o, enum pack_kind kind)
{
	return kind == PACK_NONE ? 0
				 : pack_bound(kind, (size_t)o->buffer_bytes);
}

size_t
click_pack_bytes(const struct opt_clickhouse *o)
{
	enum pack_kind kind = pack_find(span_of(o->compress));

	return pack_state_bytes(kind) + body_bytes(o, kind) + 256;
}

void
click_pack_open(struct click_sink *c, struct arena *a)
{
	struct click_pack *p = &c->pack;
	enum pack_kind kind = pack_find(span_of(c->options->compress));
	size_t size;
	struct out o;

	p->turn = (struct timer){ .fire = next_piece, .owner = c };
	/* The word was looked at by app/config_check. */
	if (kind == PACK_NONE || kind == PACK_KINDS)
		return;
	size = body_bytes(c->options, kind);
	pack_init(&p->pack, kind,
	    arena_take(a, "clickhouse compressor", 1, pack_state_bytes(kind)));
	out_init(&p->body, arena_take(a, "clickhouse body", 1, size), size);
	out_init(&o, c->pack_headers, sizeof(c->pack_headers));
	out_text(&o, c->headers);
	OUT_LITERAL(&o, "Content-Encoding: ");
	out_text(&o, pack_name(kind));
	OUT_LITERAL(&o, "\r\n");
	out_cstr(&o);
}

void
click_pack_close(struct click_sink *c)
{
	timer_stop(c->sink->loop, &c->pack.turn);
}

bool
click_packs(const struct click_sink *c)
{
	return c->pack.pack.kind != PACK_NONE && !c->pack.refused;
}

void
click_pack_free(struct click_sink *c)
{
	struct out *body = &c->pack.body;

	if (body->len > CLICK_KEEP_BYTES)
		arena_unuse(body->at, body->len);
	out_reset(body);
}

struct span
click_pack_text(struct click_sink *c, struct span text)
{
	struct click_pack *p = &c->pack;

	click_pack_free(c);
	pack_begin(&p->pack, &p->body);
	pack_add(&p->pack, text, &p->body);
	pack_end(&p->pack, &p->body);
	return out_done(&p->body);
}

void
click_pack_rows(struct click_sink *c, struct span rows)
{
	struct click_pack *p = &c->pack;

	click_pack_free(c);
	pack_begin(&p->pack, &p->body);
	p->rows = rows;
	timer_start(c->sink->loop, &p->turn, c->sink->loop->now);
}

static void
log_refusal(const struct click_sink *c, const char *why)
{
	struct log_line l;

	log_open(&l, LOG_WARN, "clickhouse", "encoding_refused");
	log_text(&l, "compress", c->options->compress);
	log_text(&l, "why", why);
	log_text(&l, "instead",
	    "rows are sent as they are; set clickhouse.compress to what the "
	    "server knows");
	log_send(&l);
}

bool
click_pack_again(struct click_sink *c, bool well, const char *why)
{
	struct click_pack *p = &c->pack;
	bool again = p->probing && !well;

	if (again && !p->refused)
		log_refusal(c, why);
	if (p->probing)
		p->refused = again;
	p->probing = false;
	c->metrics.compressed = click_packs(c);
	return again;
}

const char *
click_pack_state(const struct click_sink *c)
{
	return c->pack.refused ? "refused" : pack_name(c->pack.pack.kind);
}
