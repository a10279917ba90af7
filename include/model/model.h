/*
 * model.h -- the records, as C structs made from tables/records.def.
 *
 * A record borrows every text and level array it holds: it is good until the
 * function it was passed to returns.  What a venue does not give is null: see
 * the *_NULL values; texts are null when at == NULL, decimals when kind is
 * DEC_NULL.  A zeroed record is not a null record: start with record_init.
 */
#ifndef MPEDGE_MODEL_MODEL_H
#define MPEDGE_MODEL_MODEL_H

#include "codec/decimal.h"
#include "core/span.h"
#include "core/time.h"

#define TIME_NULL INT64_MIN
#define SEQ_NULL INT64_MIN

enum venue_id {
#define VENUE(id, name, exchange, market, doc) VENUE_##id,
#include "tables/venues.def"
#undef VENUE
	VENUE_COUNT
};

enum market_type {
	MARKET_SPOT,
	MARKET_PERPETUAL,
	MARKET_FUTURES,
	MARKET_OPTIONS,
	MARKET_COUNT
};

enum side {
	SIDE_NULL,
	SIDE_BUY,
	SIDE_SELL,
};

enum tristate {
	BOOL_NULL,
	BOOL_FALSE,
	BOOL_TRUE,
};

enum update_type {
	UPDATE_SNAPSHOT,
	UPDATE_DELTA,
};

struct level {
	struct dec price;
	struct dec quantity;
};

struct levels {
	const struct level *at;
	uint32_t count;
};

enum field_type {
#define TYPE(name, ctype, clickhouse, codec, form, doc) TYPE_##name,
#include "tables/types.def"
#undef TYPE
	TYPE_COUNT
};

/* clang-format off */
#define TYPE(name, ctype, clickhouse, codec, form, doc) \
	typedef ctype field_##name;
#include "tables/types.def"
#undef TYPE

#define RECORD(name, plural, doc)     struct name {
#define FIELD(name, field, type, doc) field_##type field;
#define END(name)                     };
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
/* clang-format on */

enum record_id {
#define RECORD(name, plural, doc) RECORD_##name,
#define FIELD(name, field, type, doc)
#define END(name)
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
	RECORD_COUNT
};

/* Room for any record. */
union record {
#define RECORD(name, plural, doc) struct name name;
#define FIELD(name, field, type, doc)
#define END(name)
#include "tables/records.def"
#undef RECORD
#undef FIELD
#undef END
};

struct field_desc {
	const char *name;
	enum field_type type;
	size_t offset;
	const char *doc;
};

struct record_desc {
	const char *name;
	const char *plural;
	const char *doc;
	const struct field_desc *fields;
	size_t field_count;
	size_t size;
};

struct type_desc {
	const char *name;
	const char *clickhouse;
	const char *codec;
	const char *form;
	const char *doc;
};

struct venue_desc {
	/* As in configuration and message ids: "binance". */
	const char *name;
	/* exchange_name. */
	const char *exchange;
	enum market_type market;
	const char *doc;
};

extern const struct record_desc records[RECORD_COUNT];
extern const struct type_desc types[TYPE_COUNT];
extern const struct venue_desc venue_descs[VENUE_COUNT];

/* "spot", "perpetual", "futures", "options" */
const char *market_name(enum market_type m);

/* "trade" -> RECORD_trade; RECORD_COUNT when there is no such record. */
enum record_id record_find(struct span name);

/* Every field null, exchange_name 0, market_type spot. */
void record_init(enum record_id id, void *rec);

#endif
