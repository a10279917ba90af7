#include "model/ddl.h"

#include "model/marketprism.h"

/* What rows are sorted by, as far as a record has it. */
static const char *const sort_keys[] = { "exchange_name", "market_type",
	"symbol_name", "connection", "timestamp" };

static bool
has_field(const struct record_desc *r, const char *name)
{
	for (size_t i = 0; i < r->field_count; i++) {
		if (strcmp(r->fields[i].name, name) == 0)
			return true;
	}
	return false;
}

const char *
ddl_plain(const struct ddl *d, enum record_id id)
{
	const struct old_table *old = marketprism_find(id);

	if (!d->marketprism)
		return records[id].plural;
	return old != NULL ? old->name : NULL;
}

void
ddl_name(const struct ddl *d, enum record_id id, struct out *o)
{
	const char *plain = ddl_plain(d, id);

	out_text(o, d->database);
	out_char(o, '.');
	out_text(o, d->prefix);
	out_text(o, plain != NULL ? plain : "");
}

void
ddl_database(const struct ddl *d, struct out *o)
{
	OUT_LITERAL(o, "CREATE DATABASE IF NOT EXISTS ");
	out_text(o, d->database);
}

/* An SQL text. */
static void
put_quoted(struct out *o, const char *text)
{
	out_char(o, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			out_char(o, *text);
		out_char(o, *text);
	}
	out_char(o, '\'');
}

static const struct field_desc unfit = {
	.name = "unfit",
	.type = TYPE_TEXT,
	.doc =
	    "JSON with the members that do not fit their columns, all digits",
};

/* Of the fields, and the one behind the last. */
static const struct field_desc *
column(enum record_id id, size_t i)
{
	return i < records[id].field_count ? &records[id].fields[i] : &unfit;
}

/* What servers of 2018 know, with the same bytes. */
static const char *
plain_type(enum field_type type)
{
	switch (type) {
	case TYPE_VENUE:
	case TYPE_MARKET:
	case TYPE_SYM:
	case TYPE_UPDATE:
		return "String";
	case TYPE_SIDE:
		return "Nullable(String)";
	case TYPE_TIME:
		return "Nullable(Int64)";
	case TYPE_BOOL:
		return "Nullable(UInt8)";
	case TYPE_LEVELS:
		/* Of tuples they made columns bids.1 and bids.2. */
		return "Array(FixedString(32))";
	case TYPE_TEXT:
	case TYPE_SEQ:
	case TYPE_DEC:
	case TYPE_COUNT:
		break;
	}
	return types[type].clickhouse;
}

static void
put_column(struct out *o, const struct field_desc *f, bool plain)
{
	out_text(o, f->name);
	out_char(o, ' ');
	if (plain) {
		out_text(o, plain_type(f->type));
		return;
	}
	out_text(o, types[f->type].clickhouse);
	OUT_LITERAL(o, " COMMENT ");
	put_quoted(o, f->doc);
	OUT_LITERAL(o, " CODEC(");
	out_text(o, types[f->type].codec);
	out_char(o, ')');
}

/* When a row happened; never null. */
static void
put_instant(struct out *o, const struct record_desc *r)
{
	if (has_field(r, "collected_at"))
		OUT_LITERAL(
		    o, "assumeNotNull(coalesce(timestamp, collected_at))");
	else
		OUT_LITERAL(o, "assumeNotNull(timestamp)");
}

static void
put_ttl(struct out *o, int64_t days)
{
	OUT_LITERAL(o, " + INTERVAL ");
	out_i64(o, days);
	OUT_LITERAL(o, " DAY");
}

static void
put_ours(const struct ddl *d, enum record_id id, struct out *o)
{
	const struct record_desc *r = &records[id];
	const char *comma = "";

	for (size_t i = 0; i <= r->field_count; i++) {
		out_text(o, i > 0 ? ",\n  " : "  ");
		put_column(o, column(id, i), false);
	}
	OUT_LITERAL(o, "\n) ENGINE = MergeTree\nPARTITION BY toDate(");
	put_instant(o, r);
	OUT_LITERAL(o, ")\nORDER BY (");
	for (size_t i = 0; i < sizeof(sort_keys) / sizeof(sort_keys[0]); i++) {
		if (!has_field(r, sort_keys[i]))
			continue;
		out_text(o, comma);
		out_text(o, sort_keys[i]);
		comma = ", ";
	}
	out_char(o, ')');
	if (d->ttl_days > 0) {
		OUT_LITERAL(o, "\nTTL toDateTime(");
		put_instant(o, r);
		out_char(o, ')');
		put_ttl(o, d->ttl_days);
	}
	OUT_LITERAL(o, "\nSETTINGS allow_nullable_key = 1, "
		       "non_replicated_deduplication_window = ");
	out_i64(o, DDL_WINDOW);
}

static const char *
old_type(enum old_how how)
{
	switch (how) {
	case OLD_VENUE:
	case OLD_TEXT:
		return "String";
	case OLD_FLOAT:
		return "Float64";
	case OLD_WHEN:
		return "DateTime64(3) CODEC(Delta, ZSTD(1))";
	case OLD_EDGE:
		return "DateTime64(3)";
	case OLD_SELLS:
		return "UInt8";
	case OLD_BOOK:
		return "String CODEC(ZSTD(3))";
	}
	return "";
}

static void
put_old(const struct ddl *d, const struct old_table *t, struct out *o)
{
	for (size_t i = 0; i < t->count; i++) {
		OUT_LITERAL(o, "  ");
		out_text(o, t->columns[i].name);
		out_char(o, ' ');
		out_text(o, old_type(t->columns[i].how));
		OUT_LITERAL(o, ",\n");
	}
	OUT_LITERAL(o, "  insert_time DateTime64(3) DEFAULT now64(3)\n"
		       ") ENGINE = MergeTree\nPARTITION BY ");
	out_text(o, t->partition);
	OUT_LITERAL(o, "\nORDER BY (");
	out_text(o, t->order);
	out_char(o, ')');
	if (d->ttl_days > 0) {
		OUT_LITERAL(o, "\nTTL toDateTime(insert_time)");
		put_ttl(o, d->ttl_days);
	}
	OUT_LITERAL(o, "\nSETTINGS non_replicated_deduplication_window = ");
	out_i64(o, DDL_WINDOW);
}

bool
ddl_table(const struct ddl *d, enum record_id id, struct out *o)
{
	if (ddl_plain(d, id) == NULL)
		return false;
	OUT_LITERAL(o, "CREATE TABLE IF NOT EXISTS ");
	ddl_name(d, id, o);
	OUT_LITERAL(o, " (\n");
	if (d->marketprism)
		put_old(d, marketprism_find(id), o);
	else
		put_ours(d, id, o);
	return true;
}

void
ddl_ask(const struct ddl *d, enum record_id id, struct out *o)
{
	OUT_LITERAL(o, "SELECT name FROM system.columns WHERE database = '");
	out_text(o, d->database);
	OUT_LITERAL(o, "' AND table = '");
	out_text(o, d->prefix);
	out_text(o, records[id].plural);
	OUT_LITERAL(o, "' AND name IN (");
	for (size_t i = 0; i <= records[id].field_count; i++) {
		out_text(o, i > 0 ? ", '" : "'");
		out_text(o, column(id, i)->name);
		out_char(o, '\'');
	}
	OUT_LITERAL(o, ") FORMAT TabSeparated");
}

uint32_t
ddl_lacks(enum record_id id, struct span names)
{
	size_t count = records[id].field_count + 1;
	uint32_t all = (uint32_t)((UINT64_C(1) << count) - 1);
	uint32_t lacks = all;
	struct span word;

	while ((word = span_word(&names, "\n")).at != NULL) {
		for (size_t i = 0; i < count; i++) {
			if (span_is(word, column(id, i)->name))
				lacks &= ~((uint32_t)1 << i);
		}
	}
	return lacks != all ? lacks : 0;
}

void
ddl_add(const struct ddl *d, enum record_id id, uint32_t lacks, bool plain,
    struct out *o)
{
	const char *comma = "";

	OUT_LITERAL(o, "ALTER TABLE ");
	ddl_name(d, id, o);
	for (size_t i = 0; i <= records[id].field_count; i++) {
		if ((lacks >> i & 1) == 0)
			continue;
		out_text(o, comma);
		out_text(
		    o, plain ? " ADD COLUMN " : " ADD COLUMN IF NOT EXISTS ");
		put_column(o, column(id, i), plain);
		comma = ",";
	}
}

void
ddl_all(const struct ddl *d, struct out *o)
{
	ddl_database(d, o);
	OUT_LITERAL(o, ";\n");
	for (enum record_id id = 0; id < RECORD_COUNT; id++) {
		if (ddl_plain(d, id) == NULL)
			continue;
		out_char(o, '\n');
		ddl_table(d, id, o);
		OUT_LITERAL(o, ";\n");
	}
}
