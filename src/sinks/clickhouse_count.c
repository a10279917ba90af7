#include "sinks/clickhouse_sink.h"

/* The tables that it had are called as it called them. */
static const char *
table_of(enum record_id id)
{
	return id == RECORD_trade ? "trades" : records[id].name;
}

void
click_count(struct click_sink *c, bool good)
{
	const struct click_table *t = &c->batch.tables[c->step];
	int64_t ns = c->sink->loop->now.ns - c->asked.ns;

	if (!good) {
		c->replaced.tables[c->step].bad.clickhouse_operations++;
		c->replaced.tables[c->step]
		    .fast_bad.optimized_clickhouse_operations++;
		return;
	}
	c->replaced.tables[c->step].good.clickhouse_operations++;
	c->replaced.tables[c->step].fast_good.optimized_clickhouse_operations++;
	histogram_count(
	    &c->replaced.tables[c->step].time.clickhouse_operation_latency,
	    LAYOUT_client, ns);
	histogram_count(
	    &c->replaced.tables[c->step].fast_time.optimized_clickhouse_latency,
	    LAYOUT_client, ns);
	/* In thousandths. */
	histogram_count(
	    &c->replaced.tables[c->step].table.clickhouse_batch_size,
	    LAYOUT_counts, (int64_t)t->count * 1000);
}

void
click_count_ratio(struct click_sink *c, size_t rows, size_t body)
{
	if (body > 0)
		histogram_count(
		    &c->replaced.fast.optimized_clickhouse_compression_ratio,
		    LAYOUT_counts, (int64_t)(rows * 1000 / body));
}

static void
refresh(void *owner)
{
	struct click_sink *c = owner;

	for (unsigned i = 0; i < RECORD_COUNT; i++) {
		const struct click_table *t = &c->batch.tables[i];

		c->replaced.tables[i].table.clickhouse_queue_size =
		    t->done ? 0 : t->count;
	}
	c->replaced.pool.optimized_clickhouse_connection_pool_size =
	    c->http.conn.state == CONN_OPEN;
}

static void
add_operation(struct metrics *m, enum metric_group_id group, const void *values,
    enum record_id id, const char *status)
{
	char operation[64], text[METRICS_LABELS_MAX];
	struct out name, o;

	out_init(&name, operation, sizeof(operation));
	OUT_LITERAL(&name, "insert_");
	out_text(&name, table_of(id));
	out_init(&o, text, sizeof(text));
	metrics_label(&o, "operation", out_cstr(&name));
	if (status != NULL)
		metrics_label(&o, "status", status);
	metrics_add(m, group, values, out_cstr(&o));
}

static void
add_table(struct click_sink *c, struct metrics *m, enum record_id id)
{
	char text[METRICS_LABELS_MAX];
	struct out o;

	add_operation(m, METRICS_mp_click_operations,
	    &c->replaced.tables[id].good, id, "success");
	add_operation(m, METRICS_mp_click_operations,
	    &c->replaced.tables[id].bad, id, "error");
	add_operation(
	    m, METRICS_mp_click_time, &c->replaced.tables[id].time, id, NULL);
	add_operation(m, METRICS_mp_fast_operations,
	    &c->replaced.tables[id].fast_good, id, "success");
	add_operation(m, METRICS_mp_fast_operations,
	    &c->replaced.tables[id].fast_bad, id, "error");
	add_operation(m, METRICS_mp_fast_time,
	    &c->replaced.tables[id].fast_time, id, NULL);
	out_init(&o, text, sizeof(text));
	metrics_label(&o, "table", table_of(id));
	metrics_add(m, METRICS_mp_click_table, &c->replaced.tables[id].table,
	    out_cstr(&o));
}

void
click_count_panels(struct click_sink *c, struct metrics *m)
{
	struct panel p = { "clickhouse_tables", c, NULL, NULL, refresh };

	for (unsigned i = 0; i < RECORD_COUNT; i++) {
		if (c->wanted[i])
			add_table(c, m, (enum record_id)i);
	}
	metrics_add(m, METRICS_mp_fast, &c->replaced.fast, "");
	metrics_add(
	    m, METRICS_mp_fast_pool, &c->replaced.pool, "pool_type=\"http\"");
	metrics_panel(m, &p);
}
