#include "model/model.h"

/* clang-format off */
#define RECORD(name, plural, doc) \
	static const struct field_desc name##_fields[] = {
#define FIELD(rec, field, type, doc) \
	{ #field, TYPE_##type, offsetof(struct rec, field), doc },
#define END(name) };
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END

const struct record_desc records[RECORD_COUNT] = {
#define RECORD(name, plural, doc) \
	{ #name, plural, doc, name##_fields, \
	  sizeof(name##_fields) / sizeof(name##_fields[0]), \
	  sizeof(struct name) },
#define FIELD(rec, field, type, doc)
#define END(name)
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
};

const struct type_desc types[TYPE_COUNT] = {
#define TYPE(name, ctype, clickhouse, codec, form, doc) \
	{ #name, clickhouse, codec, form, doc },
#include "tables/types.def"
#undef TYPE
};

const struct venue_desc venue_descs[VENUE_COUNT] = {
#define VENUE(id, name, exchange, market, doc) \
	{ name, exchange, market, doc },
#include "tables/venues.def"
#undef VENUE
};

/* The null of each type, and from them the null of each record. */
#define NULL_VENUE 0
#define NULL_MARKET MARKET_SPOT
#define NULL_SYM { NULL, 0 }
#define NULL_TEXT { NULL, 0 }
#define NULL_TIME TIME_NULL
#define NULL_SEQ SEQ_NULL
#define NULL_DEC { .kind = DEC_NULL }
#define NULL_SIDE SIDE_NULL
#define NULL_BOOL BOOL_NULL
#define NULL_UPDATE UPDATE_SNAPSHOT
#define NULL_LEVELS { NULL, 0 }

#define RECORD(name, plural, doc) static const struct name name##_null = {
#define FIELD(rec, field, type, doc) .field = NULL_##type,
#define END(name) };
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
/* clang-format on */

/* Of a constant size, which the compiler copies better than memcpy does. */
void
record_init(enum record_id id, void *rec)
{
	/* clang-format off */
	switch (id) {
#define RECORD(name, plural, doc) \
	case RECORD_##name: \
		*(struct name *)rec = name##_null; \
		break;
#define FIELD(name, field, type, doc)
#define END(name)
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
	case RECORD_COUNT:
		break;
	}
	/* clang-format on */
}

const char *
market_name(enum market_type m)
{
	static const char *const names[MARKET_COUNT] = {
		[MARKET_SPOT] = "spot",
		[MARKET_PERPETUAL] = "perpetual",
		[MARKET_FUTURES] = "futures",
		[MARKET_OPTIONS] = "options",
	};

	return names[m];
}

enum record_id
record_find(struct span name)
{
	unsigned id = 0;

	while (id < RECORD_COUNT && !span_is(name, records[id].name))
		id++;
	return (enum record_id)id;
}
