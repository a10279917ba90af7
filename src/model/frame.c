#include "model/frame.h"

#include "core/swar.h"

enum {
	/* More than any field but texts and levels takes, or one level. */
	FIELD_ROOM = 2 * (4 + DEC_TEXT_MAX),
	/* Text lengths are written plus one, in two bytes. */
	TEXT_MAX = UINT16_MAX - 1,
	/* Two numbers without a value. */
	LEVEL_MIN = 6,
};

static char *
put2(char *p, uint32_t value)
{
	p[0] = (char)(value & 0xff);
	p[1] = (char)(value >> 8 & 0xff);
	return p + 2;
}

static char *
put4(char *p, uint32_t value)
{
	return put2(put2(p, value), value >> 16);
}

static char *
put8(char *p, int64_t value)
{
	swar_store(p, (uint64_t)value);
	return p + 8;
}

static inline char *
put_dec(char *p, const struct dec *d)
{
	*p++ = (char)d->kind;
	if (d->kind == DEC_NUMBER) {
		*p++ = (char)d->scale;
		*p++ = (char)d->pad;
		return put8(p, d->mantissa);
	}
	p = put2(p, 0);
	if (d->kind == DEC_TEXT) {
		*p++ = (char)d->len;
		memcpy(p, d->text, d->len);
		p += d->len;
	}
	return p;
}

/* A field of fixed or small size; FIELD_ROOM bytes are free at p. */
static inline char *
put_small(char *p, enum field_type type, const void *value)
{
	switch (type) {
	case TYPE_VENUE:
	case TYPE_MARKET:
	case TYPE_SIDE:
	case TYPE_BOOL:
	case TYPE_UPDATE:
		*p = *(const char *)value;
		return p + 1;
	case TYPE_TIME:
	case TYPE_SEQ:
		return put8(p, *(const int64_t *)value);
	case TYPE_DEC:
		return put_dec(p, value);
	case TYPE_SYM:
	case TYPE_TEXT:
	case TYPE_LEVELS:
	case TYPE_COUNT:
		break;
	}
	return p;
}

static inline char *
put_level(char *p, const struct level *l)
{
	return put_dec(put_dec(p, &l->price), &l->quantity);
}

static inline bool
is_roomy(const struct out *o)
{
	return o->size - o->len >= FIELD_ROOM;
}

/* Near the end of the memory: by way of the stack. */
static __attribute__((noinline)) void
encode_tight(struct out *o, enum field_type type, const void *value)
{
	char bytes[FIELD_ROOM];
	const char *end;

	if (type == TYPE_LEVELS)
		end = put_level(bytes, value);
	else
		end = put_small(bytes, type, value);
	out_bytes(o, bytes, (size_t)(end - bytes));
}

static void
encode_text(struct out *o, const struct span *s)
{
	uint32_t len = s->at == NULL ? 0 : (uint32_t)s->len + 1;

	if (s->at != NULL && s->len > TEXT_MAX) {
		o->full = true;
		return;
	}
	out_char(o, (char)(len & 0xff));
	out_char(o, (char)(len >> 8));
	if (len > 1)
		out_span(o, *s);
}

static void
encode_levels(struct out *o, const struct levels *levels)
{
	char count[4];

	put4(count, levels->count);
	out_bytes(o, count, sizeof(count));
	for (uint32_t i = 0; i < levels->count; i++) {
		const struct level *l = &levels->at[i];

		if (is_roomy(o)) {
			char *end = put_level(o->at + o->len, l);

			o->len = (size_t)(end - o->at);
		} else {
			encode_tight(o, TYPE_LEVELS, l);
		}
	}
}

void
record_encode(enum record_id id, const void *rec, struct out *o)
{
	const struct field_desc *f = records[id].fields;
	const struct field_desc *last = f + records[id].field_count;

	for (; f < last; f++) {
		const void *value = (const char *)rec + f->offset;

		if (f->type == TYPE_SYM || f->type == TYPE_TEXT) {
			encode_text(o, value);
		} else if (f->type == TYPE_LEVELS) {
			encode_levels(o, value);
		} else if (is_roomy(o)) {
			char *end = put_small(o->at + o->len, f->type, value);

			o->len = (size_t)(end - o->at);
		} else {
			encode_tight(o, f->type, value);
		}
	}
}

/* What is left of a body, and of the caller's levels. */
struct reader {
	const char *at;
	const char *end;
	struct level *levels;
	size_t max;
};

static inline bool
has(const struct reader *r, size_t bytes)
{
	return (size_t)(r->end - r->at) >= bytes;
}

static uint32_t
get2(const char *p)
{
	return (uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8;
}

static enum err
take_byte(struct reader *r, unsigned limit, uint8_t *value)
{
	*value = (uint8_t)*r->at++;
	return *value < limit ? ERR_OK : ERR_CORRUPT;
}

static enum err
take8(struct reader *r, int64_t *value)
{
	if (!has(r, 8))
		return ERR_CORRUPT;
	*value = (int64_t)swar_load(r->at);
	r->at += 8;
	return ERR_OK;
}

static enum err
take_text(struct reader *r, struct span *text)
{
	size_t len;

	if (!has(r, 2))
		return ERR_CORRUPT;
	len = get2(r->at);
	r->at += 2;
	*text = SPAN_NULL;
	if (len == 0)
		return ERR_OK;
	if (!has(r, len - 1))
		return ERR_CORRUPT;
	*text = (struct span){ r->at, len - 1 };
	r->at += len - 1;
	return ERR_OK;
}

static enum err
take_dec_text(struct reader *r, struct dec *d)
{
	struct span text;
	enum err e;

	if (!has(r, 1) || !has(r, 1 + (size_t)(uint8_t)*r->at))
		return ERR_CORRUPT;
	text = (struct span){ r->at + 1, (uint8_t)*r->at };
	r->at += 1 + text.len;
	e = dec_parse(text, d);
	return e == ERR_OK && d->kind == DEC_TEXT ? ERR_OK : ERR_CORRUPT;
}

static inline enum err
take_dec(struct reader *r, struct dec *d)
{
	*d = DEC_NONE;
	if (!has(r, 3))
		return ERR_CORRUPT;
	d->kind = (uint8_t)r->at[0];
	d->scale = (uint8_t)r->at[1];
	d->pad = (uint8_t)r->at[2];
	r->at += 3;
	if (d->kind == DEC_NUMBER) {
		if (d->scale > DEC_TEXT_MAX || d->pad > DEC_TEXT_MAX)
			return ERR_CORRUPT;
		return take8(r, &d->mantissa);
	}
	if (d->scale != 0 || d->pad != 0)
		return ERR_CORRUPT;
	if (d->kind == DEC_TEXT)
		return take_dec_text(r, d);
	return d->kind == DEC_NULL ? ERR_OK : ERR_CORRUPT;
}

static enum err
take_levels(struct reader *r, struct levels *levels)
{
	uint32_t count;
	enum err e = ERR_OK;

	if (!has(r, 4))
		return ERR_CORRUPT;
	count = get2(r->at) | get2(r->at + 2) << 16;
	r->at += 4;
	if (count > (size_t)(r->end - r->at) / LEVEL_MIN)
		return ERR_CORRUPT;
	if (count > r->max)
		return ERR_FULL;
	for (uint32_t i = 0; i < count && e == ERR_OK; i++) {
		e = take_dec(r, &r->levels[i].price);
		if (e == ERR_OK)
			e = take_dec(r, &r->levels[i].quantity);
	}
	*levels = (struct levels){ r->levels, count };
	r->levels += count;
	r->max -= count;
	return e;
}

/* At least one byte is left. */
static enum err
take_field(struct reader *r, enum field_type type, void *value)
{
	switch (type) {
	case TYPE_VENUE:
		return take_byte(r, VENUE_COUNT, value);
	case TYPE_MARKET:
		return take_byte(r, MARKET_COUNT, value);
	case TYPE_SIDE:
		return take_byte(r, SIDE_SELL + 1, value);
	case TYPE_BOOL:
		return take_byte(r, BOOL_TRUE + 1, value);
	case TYPE_UPDATE:
		return take_byte(r, UPDATE_DELTA + 1, value);
	case TYPE_TIME:
	case TYPE_SEQ:
		return take8(r, value);
	case TYPE_SYM:
	case TYPE_TEXT:
		return take_text(r, value);
	case TYPE_DEC:
		return take_dec(r, value);
	case TYPE_LEVELS:
		return take_levels(r, value);
	case TYPE_COUNT:
		break;
	}
	return ERR_CORRUPT;
}

enum err
record_decode(enum record_id id, struct span body, struct level *levels,
    size_t max, union record *rec)
{
	const struct record_desc *desc = &records[id];
	struct reader r = { body.at, body.at + body.len, levels, max };
	enum err e = ERR_OK;

	record_init(id, rec);
	for (size_t i = 0; i < desc->field_count && e == ERR_OK; i++) {
		const struct field_desc *f = &desc->fields[i];

		if (r.at == r.end)
			return ERR_OK;
		e = take_field(&r, f->type, (char *)rec + f->offset);
	}
	if (e == ERR_OK && r.at != r.end)
		e = ERR_CORRUPT;
	return e;
}
