#include "model/emit.h"

#include "codec/dec_usual.h"

enum {
	/* The longest member name with its comma, quotes and colon. */
	NAME_ROOM = 32,
	/* The same for the names in a level. */
	LEVEL_NAME_ROOM = 16,
	/* Of any value but texts and levels. */
	VALUE_ROOM = DEC_PUT_ROOM + 8,
	FIELD_ROOM = NAME_ROOM + VALUE_ROOM,
	LEVEL_ROOM = 2 * (LEVEL_NAME_ROOM + VALUE_ROOM),
	/* Texts up to here are copied in words, a little more than they are. */
	WORDS_MAX = VALUE_ROOM - 16,
};

/* ,"name": ready to be copied at once; every record begins with its venue. */
struct member {
	char text[NAME_ROOM];
	uint8_t len;
};

/* clang-format off */
#define START_VENUE "{"
#define START_MARKET ","
#define START_SYM ","
#define START_TEXT ","
#define START_TIME ","
#define START_SEQ ","
#define START_DEC ","
#define START_SIDE ","
#define START_BOOL ","
#define START_UPDATE ","
#define START_LEVELS ","

#define RECORD(name, plural, doc) \
	static const struct member name##_members[] = {
#define FIELD(rec, field, type, doc) \
	{ START_##type "\"" #field "\":", \
	  sizeof(START_##type "\"" #field "\":") - 1 },
#define END(name) };
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END

static const struct member *const members[RECORD_COUNT] = {
#define RECORD(name, plural, doc) name##_members,
#define FIELD(rec, field, type, doc)
#define END(name)
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
};

/* The JSON of values that are one of a few words. */
#define WORD(json) { json, sizeof(json) - 1 }

static const struct member exchange_words[VENUE_COUNT] = {
#define VENUE(id, name, exchange, market, doc) WORD("\"" exchange "\""),
#include "tables/venues.def"
#undef VENUE
};
/* clang-format on */

static const struct member market_words[MARKET_COUNT] = {
	[MARKET_SPOT] = WORD("\"spot\""),
	[MARKET_PERPETUAL] = WORD("\"perpetual\""),
	[MARKET_FUTURES] = WORD("\"futures\""),
	[MARKET_OPTIONS] = WORD("\"options\""),
};

static const struct member side_words[] = {
	[SIDE_NULL] = WORD("null"),
	[SIDE_BUY] = WORD("\"buy\""),
	[SIDE_SELL] = WORD("\"sell\""),
};

static const struct member bool_words[] = {
	[BOOL_NULL] = WORD("null"),
	[BOOL_FALSE] = WORD("false"),
	[BOOL_TRUE] = WORD("true"),
};

static const struct member update_words[] = {
	[UPDATE_SNAPSHOT] = WORD("\"snapshot\""),
	[UPDATE_DELTA] = WORD("\"delta\""),
};

/* NAME_ROOM bytes are free at p. */
static inline char *
put_member(char *p, const struct member *m)
{
	memcpy(p, m->text, NAME_ROOM);
	return p + m->len;
}

static inline char *
put_null(char *p)
{
	memcpy(p, "null", 4);
	return p + 4;
}

static inline char *
put_seq(char *p, int64_t value)
{
	struct dec d = { .mantissa = value, .kind = DEC_NUMBER };

	return value == SEQ_NULL ? put_null(p) : dec_put(p, &d);
}

static inline char *
put_time(char *p, int64_t value)
{
	struct out o;

	if (value == TIME_NULL)
		return put_null(p);
	*p++ = '"';
	out_init(&o, p, VALUE_ROOM);
	out_time(&o, (struct wall){ value });
	p += o.len;
	*p++ = '"';
	return p;
}

static inline char *
put_dec(char *p, const struct dec *d)
{
	if (d->kind == DEC_NULL)
		return put_null(p);
	*p++ = '"';
	p = dec_is_usual(d) ? dec_usual_put(p, d) : dec_put(p, d);
	*p++ = '"';
	return p;
}

/* A value that is neither text nor levels; VALUE_ROOM bytes are free at p. */
static inline char *
put_value(char *p, enum field_type type, const void *value)
{
	const uint8_t *word = value;

	switch (type) {
	case TYPE_VENUE:
		return put_member(p, &exchange_words[*word]);
	case TYPE_MARKET:
		return put_member(p, &market_words[*word]);
	case TYPE_SIDE:
		return put_member(p, &side_words[*word]);
	case TYPE_BOOL:
		return put_member(p, &bool_words[*word]);
	case TYPE_UPDATE:
		return put_member(p, &update_words[*word]);
	case TYPE_TIME:
		return put_time(p, *(const int64_t *)value);
	case TYPE_SEQ:
		return put_seq(p, *(const int64_t *)value);
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
	static const char price[LEVEL_NAME_ROOM] = "{\"price\":";
	static const char quantity[LEVEL_NAME_ROOM] = ",\"quantity\":";

	memcpy(p, price, LEVEL_NAME_ROOM);
	p = put_dec(p + strlen(price), &l->price);
	memcpy(p, quantity, LEVEL_NAME_ROOM);
	p = put_dec(p + strlen(quantity), &l->quantity);
	*p++ = '}';
	return p;
}

/* Needs the bytes escaping, or a look at their UTF-8? */
static inline bool
is_delicate(uint64_t bytes)
{
	return (swar_special(bytes) | (bytes & SWAR_ALL(0x80))) != 0;
}

/*
 * A short text without anything to escape, in quotes; NULL when it is not one.
 * VALUE_ROOM bytes are free at p.
 */
static inline char *
put_words(char *p, struct span s)
{
	size_t i = 0;
	uint64_t bytes;

	if (s.len > WORDS_MAX)
		return NULL;
	*p++ = '"';
	for (; s.len - i >= 8; i += 8) {
		bytes = swar_load(s.at + i);
		if (is_delicate(bytes))
			return NULL;
		swar_store(p + i, bytes);
	}
	if (i < s.len) {
		bytes = swar_load_short(s.at + i, s.len - i);
		if (is_delicate(bytes | SWAR_ALL(' ') << 8 * (s.len - i)))
			return NULL;
		swar_store(p + i, bytes);
	}
	p[s.len] = '"';
	return p + s.len + 1;
}

/*
 * Where the next byte goes, and the end of the memory.  Handed on by value, so
 * that it stays in registers; o->len is right while others write to o.
 */
struct pen {
	char *at;
	char *end;
	struct out *o;
};

static inline size_t
left(struct pen p)
{
	return (size_t)(p.end - p.at);
}

static inline void
lower(struct pen p)
{
	p.o->len = (size_t)(p.at - p.o->at);
}

static inline struct pen
lift(struct out *o)
{
	return (struct pen){ o->at + o->len, o->at + o->size, o };
}

/* Near the end of the memory: by way of the stack. */
static __attribute__((noinline)) void
write_tight(struct out *o, enum field_type type, const void *value)
{
	char text[LEVEL_ROOM];
	const char *end;

	if (type == TYPE_LEVELS)
		end = put_level(text, value);
	else
		end = put_value(text, type, value);
	out_bytes(o, text, (size_t)(end - text));
}

static inline struct pen
write_span(struct pen p, struct span s)
{
	lower(p);
	out_span(p.o, s);
	return lift(p.o);
}

static inline struct pen
write_text(struct pen p, struct span s)
{
	char *end = left(p) < VALUE_ROOM ? NULL : put_words(p.at, s);

	if (s.at == NULL)
		return write_span(p, SPAN("null"));
	if (end == NULL) {
		lower(p);
		out_json(p.o, s);
		return lift(p.o);
	}
	p.at = end;
	return p;
}

static inline struct pen
write_char(struct pen p, char c)
{
	if (p.at < p.end)
		*p.at++ = c;
	else
		p.o->full = true;
	return p;
}

static inline struct pen
write_level(struct pen p, const struct level *l)
{
	if (left(p) >= LEVEL_ROOM) {
		p.at = put_level(p.at, l);
		return p;
	}
	lower(p);
	write_tight(p.o, TYPE_LEVELS, l);
	return lift(p.o);
}

static inline struct pen
write_levels(struct pen p, const struct levels *levels)
{
	p = write_char(p, '[');
	for (uint32_t i = 0; i < levels->count; i++) {
		if (i != 0)
			p = write_char(p, ',');
		p = write_level(p, &levels->at[i]);
	}
	return write_char(p, ']');
}

static inline struct pen
write_member(struct pen p, const struct member *m)
{
	if (left(p) < NAME_ROOM)
		return write_span(p, (struct span){ m->text, m->len });
	p.at = put_member(p.at, m);
	return p;
}

static inline struct pen
write_value(struct pen p, enum field_type type, const void *value)
{
	if (left(p) >= VALUE_ROOM) {
		p.at = put_value(p.at, type, value);
		return p;
	}
	lower(p);
	write_tight(p.o, type, value);
	return lift(p.o);
}

/* The one member that is left out when it is null. */
static inline bool
is_omitted(const struct member *m, enum field_type type, const void *value)
{
	static const char name[] = ",\"backfill\":";

	return type == TYPE_BOOL && *(const uint8_t *)value == BOOL_NULL &&
	       memcmp(m->text, name, sizeof(name)) == 0;
}

void
record_json(enum record_id id, const void *rec, struct out *o)
{
	const struct record_desc *desc = &records[id];
	struct pen p = lift(o);

	for (size_t i = 0; i < desc->field_count; i++) {
		const struct field_desc *f = &desc->fields[i];
		const struct member *m = &members[id][i];
		const void *value = (const char *)rec + f->offset;

		if (is_omitted(m, f->type, value))
			continue;
		p = write_member(p, m);
		if (f->type == TYPE_SYM || f->type == TYPE_TEXT)
			p = write_text(p, *(const struct span *)value);
		else if (f->type == TYPE_LEVELS)
			p = write_levels(p, value);
		else
			p = write_value(p, f->type, value);
	}
	p = write_char(p, '}');
	lower(p);
}
