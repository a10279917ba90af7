#include "app/print.h"

#include "app/app.h"
#include "core/log.h"
#include "model/ddl.h"
#include "model/emit.h"
#include "sinks/redis_sink.h"

static void
cells(struct out *o, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		OUT_LITERAL(o, "| ");
		out_text(o, texts[i]);
		out_char(o, ' ');
	}
	OUT_LITERAL(o, "|\n");
}

static void
rule(struct out *o, size_t count)
{
	for (size_t i = 0; i < count; i++)
		OUT_LITERAL(o, "| --- ");
	OUT_LITERAL(o, "|\n");
}

static void
print_schema(struct out *o)
{
	static const char *const head[] = { "member", "JSON", "meaning" };

	OUT_LITERAL(o,
	    "# Records\n\nEach record is one JSON object, members in this "
	    "order. What a venue does not give is `null`; a null `backfill` "
	    "is left out.\n");
	for (size_t i = 0; i < RECORD_COUNT; i++) {
		const struct record_desc *r = &records[i];

		OUT_LITERAL(o, "\n## ");
		out_text(o, r->name);
		OUT_LITERAL(o, "\n\n");
		out_text(o, r->doc);
		OUT_LITERAL(o, "\n\n");
		cells(o, head, 3);
		rule(o, 3);
		for (size_t k = 0; k < r->field_count; k++) {
			const struct field_desc *f = &r->fields[k];
			const char *row[] = { f->name, types[f->type].form,
				f->doc };

			cells(o, row, 3);
		}
	}
}

static void
print_ddl(struct out *o)
{
	static const struct ddl ours = { .database = "mpedge", .prefix = "" };

	OUT_LITERAL(o, "-- Tables of the records, for ClickHouse.\n");
	ddl_all(&ours, o);
}

static void
print_ddl_marketprism(struct out *o)
{
	static const struct ddl old = {
		.database = "marketprism", .prefix = "", .marketprism = true
	};

	OUT_LITERAL(o,
	    "-- Tables of the service replaced, as [clickhouse] schema = "
	    "marketprism fills them.\n");
	ddl_all(&old, o);
}

static void
print_range(const struct option_desc *d, struct out *o)
{
	switch (d->type) {
	case OPTION_TYPE_INT:
		OUT_LITERAL(o, " (");
		out_i64(o, d->min);
		OUT_LITERAL(o, " to ");
		out_i64(o, d->max);
		out_char(o, ')');
		return;
	case OPTION_TYPE_BOOL:
		OUT_LITERAL(o, " (true or false)");
		return;
	case OPTION_TYPE_LIST:
		OUT_LITERAL(o, " (a list; may stand several times)");
		return;
	case OPTION_TYPE_SECRET:
		OUT_LITERAL(o, " (never shown)");
		return;
	case OPTION_TYPE_TEXT:
	case OPTION_TYPE_LEVEL:
		return;
	}
}

static void
print_config(struct out *o)
{
	OUT_LITERAL(o,
	    "; mpedge: every setting with its default.  It runs as it is:\n"
	    ";   mpedge config.ini\n"
	    "; Take the ; away in front of a line to change it.  A comment\n"
	    "; begins with ; at the start of a line or after a blank.\n");
	for (size_t i = 0; i < option_count(); i++) {
		struct option_desc d = option_at(i);

		if (d.key == NULL) {
			OUT_LITERAL(o, "\n; ");
			out_text(o, d.doc);
			OUT_LITERAL(o, "\n[");
			out_text(o, d.section);
			OUT_LITERAL(o, "]\n");
			continue;
		}
		OUT_LITERAL(o, "; ");
		out_text(o, d.doc);
		print_range(&d, o);
		OUT_LITERAL(o, "\n;");
		out_text(o, d.key);
		OUT_LITERAL(o, " = ");
		out_text(o, d.value);
		out_char(o, '\n');
	}
}

static void
print_metrics(struct out *o)
{
	static const char *const head[] = { "family", "type", "meaning" };

	OUT_LITERAL(o, "# Metrics\n");
	for (size_t i = 0; i < METRICS_GROUPS; i++) {
		const struct metric_group *g = &metric_groups[i];

		OUT_LITERAL(o, "\n## ");
		out_text(o, g->doc);
		OUT_LITERAL(o, "\n\n");
		cells(o, head, 3);
		rule(o, 3);
		for (size_t k = 0; k < g->count; k++) {
			const struct metric_desc *d = &g->metrics[k];

			OUT_LITERAL(o, "| `");
			metrics_family(g, d, o);
			OUT_LITERAL(o, "` | ");
			out_text(o, metrics_kind(d->kind));
			OUT_LITERAL(o, " | ");
			out_text(o, d->doc);
			OUT_LITERAL(o, " |\n");
		}
	}
}

/* clang-format off */
static const struct {
	const char *name;
	int64_t deadline_ms;
	const char *doc;
} states[] = {
#define STATE(name, deadline, doc) { #name, deadline, doc },
#define EDGE(from, to, doc)
#include "tables/states.def"
#undef STATE
#undef EDGE
};

static const struct {
	const char *from;
	const char *to;
	const char *doc;
} edges[] = {
#define STATE(name, deadline, doc)
#define EDGE(from, to, doc) { #from, #to, doc },
#include "tables/states.def"
#undef STATE
#undef EDGE
};

static const struct {
	const char *name;
	int64_t value;
	const char *unit;
	const char *doc;
} limits[] = {
#define LIMIT(name, value, unit, doc) { name, value, unit, doc },
#include "tables/limits.def"
#undef LIMIT
};

static const char *const update_rows[] = {
#define UPDATE(name, exit, http, meaning) \
	"| `" #name "` | " #exit " | " #http " | " meaning " |\n",
#include "tables/updates.def"
#undef UPDATE
};

static const char *const error_texts[] = {
#define ERR(name, text) "| `" #name "` | " text " |\n",
#include "tables/errors.def"
#undef ERR
};
/* clang-format on */

static void
print_states(struct out *o)
{
	OUT_LITERAL(o,
	    "# The life of a connection\n\n"
	    "| state | deadline, ms | meaning |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		OUT_LITERAL(o, "| ");
		out_text(o, states[i].name);
		OUT_LITERAL(o, " | ");
		if (states[i].deadline_ms > 0)
			out_i64(o, states[i].deadline_ms);
		OUT_LITERAL(o, " | ");
		out_text(o, states[i].doc);
		OUT_LITERAL(o, " |\n");
	}
	OUT_LITERAL(o, "\n```mermaid\nstateDiagram-v2\n");
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		OUT_LITERAL(o, "    ");
		out_text(o, edges[i].from);
		OUT_LITERAL(o, " --> ");
		out_text(o, edges[i].to);
		OUT_LITERAL(o, ": ");
		out_text(o, edges[i].doc);
		out_char(o, '\n');
	}
	OUT_LITERAL(o, "```\n");
}

static void
print_limits(struct out *o)
{
	OUT_LITERAL(o,
	    "# Fixed limits\n\n"
	    "| limit | value | unit | meaning |\n| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		OUT_LITERAL(o, "| ");
		out_text(o, limits[i].name);
		OUT_LITERAL(o, " | ");
		out_i64(o, limits[i].value);
		OUT_LITERAL(o, " | ");
		out_text(o, limits[i].unit);
		OUT_LITERAL(o, " | ");
		out_text(o, limits[i].doc);
		OUT_LITERAL(o, " |\n");
	}
}

static void
print_errors(struct out *o)
{
	OUT_LITERAL(o, "# Errors\n\n| name | meaning |\n| --- | --- |\n");
	for (size_t i = 0; i < ERR_COUNT; i++)
		out_text(o, error_texts[i]);
}

static void
print_updates(struct out *o)
{
	OUT_LITERAL(o,
	    "# How an update ends\n\n"
	    "Status of `mpedge update`, and of POST /api/v1/update.\n\n"
	    "| name | exit status | HTTP | meaning |\n"
	    "| --- | --- | --- | --- |\n");
	for (size_t i = 0; i < sizeof(update_rows) / sizeof(update_rows[0]);
	     i++)
		out_text(o, update_rows[i]);
}

enum err
print_table(struct span name, struct out *o)
{
	static const struct {
		const char *name;
		void (*print)(struct out *o);
	} tables[] = {
		{ "schema", print_schema },
		{ "ddl", print_ddl },
		{ "ddl-marketprism", print_ddl_marketprism },
		{ "config", print_config },
		{ "metrics", print_metrics },
		{ "states", print_states },
		{ "limits", print_limits },
		{ "errors", print_errors },
		{ "updates", print_updates },
		{ "environment", print_environment },
		{ "alarms", print_alarms },
		{ "alert-rules", print_alert_rules },
		{ "events", print_events },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (span_is(name, tables[i].name)) {
			tables[i].print(o);
			return o->full ? ERR_FULL : ERR_OK;
		}
	}
	return ERR_UNKNOWN;
}
