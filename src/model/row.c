#include "model/row.h"

#include "codec/rowbinary.h"

/* clang-format off */
#define RECORD(name, plural, doc) enum { name##_start,
#define FIELD(rec, field, type, doc) rec##_has_##field,
#define END(name) name##_end }; \
	_Static_assert(name##_end <= 33, "its fields are bits of uint32_t");
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
/* clang-format on */

/* One of a few words, null when absent. */
static void
put_word(struct out *o, const char *word)
{
	rowbinary_null(o, word == NULL);
	if (word != NULL)
		rowbinary_string(o, span_of(word));
}

static const char *
side_word(uint8_t side)
{
	if (side == SIDE_NULL)
		return NULL;
	return side == SIDE_BUY ? "buy" : "sell";
}

static void
put_i64(struct out *o, int64_t value)
{
	rowbinary_null(o, value == SEQ_NULL);
	if (value != SEQ_NULL)
		rowbinary_i64(o, value);
}

_Static_assert(SEQ_NULL == TIME_NULL, "put_i64 serves both");

static void
put_text(struct out *o, struct span s)
{
	rowbinary_null(o, s.at == NULL);
	if (s.at != NULL)
		rowbinary_string(o, s);
}

/* False when it does not fit, and null was written. */
static bool
put_dec(struct out *o, const struct dec *d)
{
	size_t start = o->len;

	rowbinary_null(o, false);
	if (rowbinary_decimal(o, d) == ERR_OK)
		return true;
	o->len = start;
	rowbinary_null(o, true);
	return d->kind == DEC_NULL;
}

/* False when one of them does not fit, and an empty array was written. */
static bool
put_levels(struct out *o, const struct levels *levels)
{
	size_t start = o->len;

	rowbinary_length(o, levels->count);
	for (uint32_t i = 0; i < levels->count; i++) {
		const struct level *l = &levels->at[i];

		if (rowbinary_decimal(o, &l->price) == ERR_OK &&
		    rowbinary_decimal(o, &l->quantity) == ERR_OK)
			continue;
		o->len = start;
		rowbinary_length(o, 0);
		return false;
	}
	return true;
}

/* False when the value does not fit its column. */
static bool
put_field(struct out *o, enum field_type type, const void *value)
{
	uint8_t word = *(const uint8_t *)value;

	switch (type) {
	case TYPE_VENUE:
		rowbinary_string(o, span_of(venue_descs[word].exchange));
		return true;
	case TYPE_MARKET:
		rowbinary_string(
		    o, span_of(market_name((enum market_type)word)));
		return true;
	case TYPE_SIDE:
		put_word(o, side_word(word));
		return true;
	case TYPE_UPDATE:
		rowbinary_string(
		    o, span_of(word == UPDATE_DELTA ? "delta" : "snapshot"));
		return true;
	case TYPE_BOOL:
		rowbinary_null(o, word == BOOL_NULL);
		if (word != BOOL_NULL)
			out_char(o, word == BOOL_TRUE ? 1 : 0);
		return true;
	case TYPE_SYM:
		rowbinary_string(o, *(const struct span *)value);
		return true;
	case TYPE_TEXT:
		put_text(o, *(const struct span *)value);
		return true;
	case TYPE_TIME:
	case TYPE_SEQ:
		put_i64(o, *(const int64_t *)value);
		return true;
	case TYPE_DEC:
		return put_dec(o, value);
	case TYPE_LEVELS:
		return put_levels(o, value);
	case TYPE_COUNT:
		break;
	}
	return true;
}

static void
levels_json(struct out *o, const struct levels *levels)
{
	out_char(o, '[');
	for (uint32_t i = 0; i < levels->count; i++) {
		if (i > 0)
			out_char(o, ',');
		OUT_LITERAL(o, "{\"price\":");
		dec_json(&levels->at[i].price, o);
		OUT_LITERAL(o, ",\"quantity\":");
		dec_json(&levels->at[i].quantity, o);
		out_char(o, '}');
	}
	out_char(o, ']');
}

static void
unfit_json(struct out *o, const struct record_desc *desc, const void *rec,
    uint32_t unfit)
{
	char next = '{';

	for (size_t i = 0; i < desc->field_count; i++) {
		const struct field_desc *f = &desc->fields[i];
		const void *value = (const char *)rec + f->offset;

		if ((unfit >> i & 1) == 0)
			continue;
		out_char(o, next);
		next = ',';
		out_json(o, span_of(f->name));
		out_char(o, ':');
		if (f->type == TYPE_LEVELS)
			levels_json(o, value);
		else
			dec_json(value, o);
	}
	out_char(o, '}');
}

/* Its length goes in front and is known when it has been written. */
static void
put_unfit(struct out *o, const struct record_desc *desc, const void *rec,
    uint32_t unfit)
{
	char room[ROWBINARY_LENGTH_MAX];
	struct out length;
	size_t start, len;

	rowbinary_null(o, unfit == 0);
	if (unfit == 0)
		return;
	start = o->len;
	unfit_json(o, desc, rec, unfit);
	len = o->len - start;
	out_init(&length, room, sizeof(room));
	rowbinary_length(&length, len);
	out_bytes(o, room, length.len);
	if (o->full)
		return;
	memmove(o->at + start + length.len, o->at + start, len);
	memcpy(o->at + start, room, length.len);
}

unsigned
record_row(enum record_id id, const void *rec, uint32_t lacks, struct out *o)
{
	const struct record_desc *desc = &records[id];
	uint32_t unfit = 0;
	unsigned count = 0;

	for (size_t i = 0; i < desc->field_count; i++) {
		const struct field_desc *f = &desc->fields[i];

		if ((lacks >> i & 1) != 0 ||
		    put_field(o, f->type, (const char *)rec + f->offset))
			continue;
		unfit |= (uint32_t)1 << i;
		count++;
	}
	if ((lacks >> desc->field_count & 1) == 0)
		put_unfit(o, desc, rec, unfit);
	return count;
}

void
record_columns(enum record_id id, uint32_t lacks, struct out *o)
{
	const struct record_desc *desc = &records[id];
	const char *comma = "";

	for (size_t i = 0; i <= desc->field_count; i++) {
		if ((lacks >> i & 1) != 0)
			continue;
		out_text(o, comma);
		out_text(
		    o, i < desc->field_count ? desc->fields[i].name : "unfit");
		comma = ",";
	}
}
