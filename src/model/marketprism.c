#include "model/marketprism.h"

#include "model/row.h"

/* clang-format off */
#define OLD_TABLE(name, record, partition, order) \
	static const struct old_column name##_columns[] = {
#define OLD_COLUMN(table, name, how, record, field) \
	{ #name, OLD_##how, offsetof(struct record, field) },
#define OLD_END(table) };
#include "tables/marketprism.def"
#undef OLD_TABLE
#undef OLD_COLUMN
#undef OLD_END

static const struct old_table tables[] = {
#define OLD_TABLE(name, record, partition, order) \
	{ #name, RECORD_##record, partition, order, name##_columns, \
	  sizeof(name##_columns) / sizeof(name##_columns[0]), \
	  offsetof(struct record, collected_at) },
#define OLD_COLUMN(table, name, how, record, field)
#define OLD_END(table)
#include "tables/marketprism.def"
#undef OLD_TABLE
#undef OLD_COLUMN
#undef OLD_END
};
/* clang-format on */

const struct old_table *
marketprism_find(enum record_id id)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (tables[i].record == id)
			return &tables[i];
	}
	return NULL;
}

const char *
marketprism_table(enum record_id id)
{
	const struct old_table *t = marketprism_find(id);

	return t != NULL ? t->name : NULL;
}

bool
marketprism_has(enum record_id id, const void *rec)
{
	const struct orderbook *book = rec;

	if (id == RECORD_orderbook)
		return book->update_type == UPDATE_SNAPSHOT &&
		       book->is_valid != BOOL_FALSE;
	return marketprism_find(id) != NULL;
}

/* Escapes of TabSeparated. */
static void
put_text(struct out *o, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (c == '\t' || c == '\n' || c == '\\' || c == '\0')
			out_char(o, '\\');
		if (c == '\t')
			c = 't';
		else if (c == '\n')
			c = 'n';
		else if (c == '\0')
			c = '0';
		out_char(o, c);
	}
}

/* Seconds with three decimals, as DateTime64 reads them without a zone. */
static void
put_time(struct out *o, int64_t ns)
{
	int64_t ms = ns / NS_PER_MS;

	if (ns < 0) {
		OUT_LITERAL(o, "1970-01-01 00:00:00.000");
		return;
	}
	out_pad(o, (uint64_t)(ms / 1000), 10);
	out_char(o, '.');
	out_pad(o, (uint64_t)(ms % 1000), 3);
}

static void
put_number(struct out *o, const struct dec *d)
{
	if (d->kind == DEC_NULL)
		OUT_LITERAL(o, "nan");
	else
		dec_write(d, o);
}

static void
put_book(struct out *o, const struct levels *levels)
{
	uint32_t n = levels->count < MARKETPRISM_LEVELS ? levels->count
							: MARKETPRISM_LEVELS;

	out_char(o, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0)
			out_char(o, ',');
		out_char(o, '[');
		put_number(o, &levels->at[i].price);
		out_char(o, ',');
		put_number(o, &levels->at[i].quantity);
		out_char(o, ']');
	}
	out_char(o, ']');
}

static void
put_column(struct out *o, const struct old_column *c, const char *rec,
    int64_t collected)
{
	const void *value = rec + c->offset;
	const int64_t *time = value;

	switch (c->how) {
	case OLD_VENUE:
		put_text(
		    o, span_of(venue_descs[*(const uint8_t *)value].exchange));
		return;
	case OLD_TEXT:
		put_text(o, *(const struct span *)value);
		return;
	case OLD_FLOAT:
		put_number(o, value);
		return;
	case OLD_WHEN:
		put_time(o, *time == TIME_NULL ? collected : *time);
		return;
	case OLD_EDGE:
		put_time(o, *time);
		return;
	case OLD_SELLS:
		out_char(o, *(const uint8_t *)value == SIDE_SELL ? '1' : '0');
		return;
	case OLD_BOOK:
		put_book(o, value);
		return;
	}
}

void
marketprism_row(enum record_id id, const void *rec, struct out *o)
{
	const struct old_table *t = marketprism_find(id);
	int64_t collected;

	if (t == NULL)
		return;
	memcpy(&collected, (const char *)rec + t->collected, sizeof(collected));
	for (size_t i = 0; i < t->count; i++) {
		if (i > 0)
			out_char(o, '\t');
		put_column(o, &t->columns[i], rec, collected);
	}
	out_char(o, '\n');
}

void
marketprism_columns(enum record_id id, struct out *o)
{
	const struct old_table *t = marketprism_find(id);

	for (size_t i = 0; t != NULL && i < t->count; i++) {
		if (i > 0)
			out_char(o, ',');
		out_text(o, t->columns[i].name);
	}
}
