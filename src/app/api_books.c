#include "app/api.h"

static void
state_members(const struct api_book *a, struct out *o)
{
	if (a->sync->id == SEQ_NULL)
		OUT_LITERAL(o, "\"last_update_id\":null,");
	else
		out_member_i64(o, "last_update_id", a->sync->id);
	api_sync(a, o);
	out_member_u64(o, "snapshots", a->sync->loads);
	api_moment(o, "last_update_time", a->sync->time);
}

static void
serve_state(
    const struct mpedge *m, struct status_call *c, const struct span *path)
{
	struct span exchange = path[1];
	struct span symbol = path[2];
	struct api_book a;

	if (!api_find_book(m, exchange, symbol, &a)) {
		api_no_book(c, exchange, symbol);
		return;
	}
	out_char(c->body, '{');
	out_member_text(c->body, "symbol", symbol_unified(a.name));
	state_members(&a, c->body);
	api_flag(c->body, "has_orderbook", a.live);
	api_end(c->body);
	c->status = 200;
}

/* The books of one source, by symbol; *synced of *count are in step. */
static void
books_of(const struct mpedge *m, unsigned source, unsigned *count,
    unsigned *synced, struct out *o)
{
	struct span name = span_of(m->sources[source].name);
	unsigned at = source, symbol = 0;
	struct api_book a;

	*count = *synced = 0;
	out_char(o, '{');
	while (api_next_book(m, name, &at, &symbol, &a) && at == source) {
		++*count;
		*synced += a.live;
		out_json(o, symbol_unified(a.name));
		OUT_LITERAL(o, ":{");
		state_members(&a, o);
		api_end(o);
		out_char(o, ',');
	}
	api_end(o);
	out_char(o, ',');
}

static const char *
judge(unsigned count, unsigned synced)
{
	return synced == count ? "healthy"
	       : synced > 0    ? "degraded"
			       : "unhealthy";
}

/* /stats, /stats/{exchange} and /health: each source with its books. */
static void
serve_sources(const struct mpedge *m, struct status_call *c, struct span word,
    bool health)
{
	unsigned count, synced, all = 0, good = 0, told = 0;
	struct out *o = c->body;

	OUT_LITERAL(o, "{\"exchanges\":{");
	for (unsigned i = 0; i < m->source_count; i++) {
		const struct source *s = &m->sources[i];

		if (word.len > 0 && !api_is_source(s, word))
			continue;
		told++;
		out_json(o, span_of(s->name));
		OUT_LITERAL(o, ":{\"symbol_stats\":");
		books_of(m, i, &count, &synced, o);
		out_member_text(o, "status", span_of(judge(count, synced)));
		out_member_text(o, "exchange", span_of(api_exchange(s)));
		api_flag(o, "is_running", s->started && !s->stopped);
		out_member_u64(o, "symbols_count", count);
		out_member_u64(o, "synced_symbols", synced);
		api_end(o);
		out_char(o, ',');
		all += count;
		good += synced;
	}
	if (told == 0 && word.len > 0) {
		api_refuse(c, 404, "no such exchange here");
		return;
	}
	api_end(o);
	out_char(o, ',');
	out_member_text(o, "overall_status", span_of(judge(all, good)));
	api_moment(o, "timestamp", m->loop.wall.ns);
	api_end(o);
	c->status = health && all > 0 && good == 0 ? 503 : 200;
}

static void
serve_stats(
    const struct mpedge *m, struct status_call *c, const struct span *path)
{
	serve_sources(m, c, path[1], false);
}

static void
serve_health(
    const struct mpedge *m, struct status_call *c, const struct span *path)
{
	serve_sources(m, c, path[1], true);
}

static void
serve_exchanges(
    const struct mpedge *m, struct status_call *c, const struct span *path)
{
	(void)path;
	OUT_LITERAL(c->body, "{\"exchanges\":[");
	for (unsigned i = 0; i < m->source_count; i++) {
		if (i > 0)
			out_char(c->body, ',');
		out_json(c->body, span_of(m->sources[i].name));
	}
	OUT_LITERAL(c->body, "],");
	out_member_u64(c->body, "count", m->source_count);
	api_moment(c->body, "timestamp", m->loop.wall.ns);
	api_end(c->body);
	c->status = 200;
}

static void
serve_symbols(
    const struct mpedge *m, struct status_call *c, const struct span *path)
{
	struct span exchange = path[1];
	unsigned source = 0, symbol = 0, count = 0;
	struct api_book a;

	OUT_LITERAL(c->body, "{\"symbols\":[");
	while (api_next_book(m, exchange, &source, &symbol, &a)) {
		if (count++ > 0)
			out_char(c->body, ',');
		out_json(c->body, symbol_unified(a.name));
	}
	if (count == 0) {
		api_refuse(c, 404, "no books of such an exchange here");
		return;
	}
	OUT_LITERAL(c->body, "],\"exchange\":");
	out_json(c->body, exchange);
	out_char(c->body, ',');
	out_member_u64(c->body, "count", count);
	api_moment(c->body, "timestamp", m->loop.wall.ns);
	api_end(c->body);
	c->status = 200;
}

/* --- addresses ------------------------------------------------------------ */

enum {
	SEGMENTS_MAX = 4,
};

/* Segments behind /api/v1/orderbook: how many, the first and the last; the
 * first row that fits. */
static const struct {
	unsigned count;
	const char *first;
	const char *last;
	void (*serve)(const struct mpedge *m, struct status_call *c,
	    const struct span *path);
} rows[] = {
	{ 1, "exchanges", NULL, serve_exchanges },
	{ 1, "stats", NULL, serve_stats },
	{ 1, "health", NULL, serve_health },
	{ 2, "stats", NULL, serve_stats },
	{ 2, "symbols", NULL, serve_symbols },
	{ 3, "status", NULL, serve_state },
	{ 3, NULL, "snapshot", api_book },
	{ 2, NULL, NULL, api_book },
};

void
api_orderbook(void *owner, struct status_call *c)
{
	struct span parts[SEGMENTS_MAX + 1] = { SPAN_NULL };
	struct span path = c->path;
	unsigned n = 0;

	while (n < SEGMENTS_MAX && (parts[n] = http_segment(&path)).at != NULL)
		n++;
	if (n == 3 && span_is(parts[2], "refresh")) {
		api_refresh(owner, c, parts);
		return;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (c->post || n != rows[i].count ||
		    (rows[i].first && !span_is(parts[0], rows[i].first)) ||
		    (rows[i].last && !span_is(parts[n - 1], rows[i].last)))
			continue;
		rows[i].serve(owner, c, parts);
		return;
	}
	api_refuse(c, 404, "no such address; docs/http.md has them");
}
