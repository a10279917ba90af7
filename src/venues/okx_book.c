#include "venues/okx.h"

#include "codec/crc32.h"

enum {
	/* What the checksum is made of (4.3.2). */
	CHECKED_LEVELS = 25,
	/* Two numbers, each with a separator, two sides. */
	CHECKED_MAX = CHECKED_LEVELS * 2 * 2 * (DEC_TEXT_MAX + 1),
};

/* -1 stands for no id: a snapshot follows nothing. */
static enum err
sequence(const struct json *j, int token, int64_t *id)
{
	enum err e = json_i64(j, token, id);

	if (e == ERR_MISSING || (e == ERR_OK && *id == -1)) {
		*id = SEQ_NULL;
		return ERR_OK;
	}
	return e == ERR_OK ? okx_id(j, token, id) : e;
}

/* 0 has meant "none" since the checksum was given up (4.3.2). */
static enum err
checksum(const struct json *j, int token, struct facts *f)
{
	int64_t value;
	enum err e = json_i64(j, token, &value);

	if (e == ERR_MISSING)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (value < INT32_MIN || value > INT32_MAX)
		return ERR_RANGE;
	f->has_checksum = value != 0;
	f->checksum = (int32_t)value;
	return ERR_OK;
}

/* What streams and REST have in common; b was begun by record_init. */
static enum err
read_book(const struct json *j, const struct okx_members *m,
    struct venue_host *h, struct orderbook *b)
{
	uint32_t used = 0;
	enum err e = okx_time(j, okx_at(m, OKX_TS), &b->timestamp);

	if (e == ERR_OK)
		e = sequence(j, okx_at(m, OKX_SEQ_ID), &b->last_update_id);
	if (e == ERR_OK)
		e = sequence(j, okx_at(m, OKX_PREV_SEQ_ID), &b->prev_update_id);
	if (e == ERR_OK)
		e = okx_levels(j, okx_at(m, OKX_BIDS), h, &used, &b->bids);
	if (e == ERR_OK)
		e = okx_levels(j, okx_at(m, OKX_ASKS), h, &used, &b->asks);
	b->depth_levels = used;
	b->is_valid = BOOL_TRUE;
	return e;
}

static enum err
read_row(const struct okx_push *p, int row, const struct symbol *s,
    enum update_type type)
{
	struct okx_members m;
	struct orderbook b;
	struct facts f = { 0 };
	enum err e = okx_members(p->j, row, &m);

	if (e != ERR_OK)
		return e;
	record_init(RECORD_orderbook, &b);
	OKX_NAME_RECORD(&b, s, p->from);
	b.update_type = (uint8_t)type;
	e = read_book(p->j, &m, p->h, &b);
	if (e == ERR_OK)
		e = checksum(p->j, okx_at(&m, OKX_CHECKSUM), &f);
	if (e == ERR_OK)
		p->h->record(p->h, s, CHANNEL_BOOK, RECORD_orderbook, &b, &f);
	return e;
}

/*
 * first_update_id stays null: ids jump by any amount, so where the ids inside
 * of an update begin is not known.
 */
enum err
okx_read_books(const struct okx_push *p)
{
	struct span action = json_text(p->j, p->action);
	const struct symbol *s = NULL;
	enum update_type type = UPDATE_DELTA;
	int row = json_first(p->j, p->data);
	enum err e = okx_symbol(p, p->inst, &s);

	if (e != ERR_OK || s == NULL)
		return e;
	if (span_is(action, "snapshot"))
		type = UPDATE_SNAPSHOT;
	else if (!span_is(action, "update"))
		return json_none(p->j, p->action) ? ERR_MISSING : ERR_UNKNOWN;
	/* Rows follow each other: behind one that cannot be read there is
	 * nothing that continues the book. */
	for (int i = json_size(p->j, p->data); i > 0 && e == ERR_OK; i--) {
		e = read_row(p, row, s, type);
		row = json_next(p->j, row);
	}
	return e;
}

static void
out_number(struct out *o, int64_t mantissa, uint8_t scale, uint8_t pad)
{
	const struct dec d = { .mantissa = mantissa,
		.scale = scale,
		.pad = pad,
		.kind = DEC_NUMBER };

	dec_write(&d, o);
}

/* Level i of the side, best first, if it has that many. */
static void
out_level(struct out *o, const struct book_side *side, uint32_t i)
{
	const struct book_level *l;

	if (i >= side->count)
		return;
	l = &side->levels[side->count - 1 - i];
	if (o->len > 0)
		out_char(o, ':');
	out_number(o, l->price, l->price_scale, l->price_pad);
	out_char(o, ':');
	out_number(o, l->quantity, l->quantity_scale, l->quantity_pad);
}

/*
 * bid:ask:bid:ask..., each price:quantity with the digits as they were sent;
 * where one side has ended the other goes on alone (4.3.2).
 */
int32_t
okx_checksum(const struct book *b)
{
	char text[CHECKED_MAX];
	struct out o;

	out_init(&o, text, sizeof(text));
	for (uint32_t i = 0; i < CHECKED_LEVELS; i++) {
		out_level(&o, &b->bids, i);
		out_level(&o, &b->asks, i);
	}
	return (int32_t)crc32(0, o.at, o.len);
}

enum err
okx_book_reply(struct json *j, const struct symbol *s,
    const struct origin *from, struct venue_host *h, struct orderbook *snapshot)
{
	struct okx_members m;
	int data;
	enum err e = okx_body(j, &data);

	record_init(RECORD_orderbook, snapshot);
	OKX_NAME_RECORD(snapshot, s, from);
	snapshot->update_type = UPDATE_SNAPSHOT;
	snapshot->backfill = BOOL_TRUE;
	if (e == ERR_OK && json_size(j, data) == 0)
		e = ERR_MISSING;
	if (e == ERR_OK)
		e = okx_members(j, json_first(j, data), &m);
	if (e == ERR_OK)
		e = read_book(j, &m, h, snapshot);
	/* What it would follow is not known in an answer. */
	snapshot->prev_update_id = SEQ_NULL;
	return e;
}
