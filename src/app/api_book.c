#include "app/api.h"

enum {
	DEPTH_DEFAULT = 20,
	DEPTH_MAX = 5000,
};

enum format { ENHANCED, LEGACY, SIMPLE, FORMATS };

static const char *const formats[FORMATS] = { "enhanced", "legacy", "simple" };

static bool
read_depth(struct status_call *c, uint64_t *depth)
{
	struct span value;

	if (!http_query(c->query, "depth", &value) ||
	    (span_u64(value, depth) == ERR_OK && *depth > 0 &&
		*depth <= DEPTH_MAX))
		return true;
	api_refuse(c, 400, "depth is a number from 1 to 5000");
	return false;
}

static bool
read_format(struct status_call *c, enum format *format)
{
	struct span value;

	*format = ENHANCED;
	if (!http_query(c->query, "format", &value))
		return true;
	for (*format = ENHANCED; *format < FORMATS; ++*format) {
		if (span_is(value, formats[*format]))
			return true;
	}
	api_refuse(c, 400, "format is one of: enhanced legacy simple");
	return false;
}

static void
level(const struct book_level *l, enum format f, struct out *o)
{
	struct dec price = { .mantissa = l->price,
		.scale = l->price_scale,
		.pad = l->price_pad,
		.kind = DEC_NUMBER };
	struct dec quantity = { .mantissa = l->quantity,
		.scale = l->quantity_scale,
		.pad = l->quantity_pad,
		.kind = DEC_NUMBER };

	out_text(o, f == SIMPLE ? "[\"" : "{\"price\":\"");
	dec_write(&price, o);
	out_text(o, f == SIMPLE ? "\",\"" : "\",\"quantity\":\"");
	dec_write(&quantity, o);
	out_text(o, f == SIMPLE ? "\"]" : "\"}");
}

/* The best levels that are known; returns how many. */
static uint32_t
side(const struct book_side *s, const char *name, uint64_t depth, enum format f,
    struct out *o)
{
	uint32_t count = book_known(s);

	if (count > depth)
		count = (uint32_t)depth;
	out_member(o, name);
	out_char(o, '[');
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			out_char(o, ',');
		level(&s->levels[s->count - 1 - i], f, o);
	}
	OUT_LITERAL(o, "],");
	return count;
}

/* What the formats other than simple begin with. */
static void
names(const struct api_book *a, struct out *o)
{
	out_member_text(o, "exchange_name", span_of(api_exchange(a->source)));
	out_member_text(o, "symbol_name", symbol_unified(a->name));
	if (a->sync->id == SEQ_NULL)
		OUT_LITERAL(o, "\"last_update_id\":null,");
	else
		out_member_i64(o, "last_update_id", a->sync->id);
}

static void
book_json(const struct mpedge *m, const struct api_book *a, uint64_t depth,
    enum format f, struct out *o)
{
	int64_t now = m->loop.wall.ns;
	uint32_t levels;

	out_char(o, '{');
	if (f == SIMPLE) {
		out_member_text(o, "symbol", symbol_unified(a->name));
		out_member_text(
		    o, "exchange", span_of(api_exchange(a->source)));
	} else {
		names(a, o);
	}
	levels = side(&a->sync->book.bids, "bids", depth, f, o);
	levels += side(&a->sync->book.asks, "asks", depth, f, o);
	api_moment(o, "timestamp", a->sync->time);
	if (f != SIMPLE)
		api_moment(o, "collected_at", now);
	if (f == ENHANCED) {
		OUT_LITERAL(o, "\"update_type\":\"snapshot\",");
		out_member_u64(o, "depth_levels", levels);
		api_flag(o, "is_valid", a->live);
		api_moment(o, "processed_at", now);
		api_flag(o, "is_synced", a->live);
		OUT_LITERAL(o, "\"sync_status\":{");
		api_sync(a, o);
		api_end(o);
		out_char(o, ',');
		out_member_text(o, "market_type",
		    span_of(market_name((enum market_type)a->name->market)));
		out_member_text(o, "native_symbol", symbol_native(a->name));
		out_member_text(o, "venue", span_of(a->source->name));
	}
	api_end(o);
}

/* Changes whenever the answer would, but for its clock. */
static uint64_t
version_of(const struct api_book *a, uint64_t depth, enum format f)
{
	uint64_t v = a->sync->applied * 0x9e3779b97f4a7c15u;

	v ^= a->sync->loads * 0xc2b2ae3d27d4eb4fu;
	v ^= (uint64_t)a->sync->id;
	v ^= depth * 8 + f;
	return v != 0 ? v : 1;
}

static void
serve_book(const struct mpedge *m, struct status_call *c, struct span exchange,
    struct span symbol, uint64_t depth)
{
	enum format format;
	struct api_book a;

	if (!read_depth(c, &depth) || !read_format(c, &format))
		return;
	if (!api_find_book(m, exchange, symbol, &a)) {
		api_no_book(c, exchange, symbol);
		return;
	}
	if (!a.live) {
		api_refuse(c, 503,
		    "this book is not in step with its venue now; ask again");
		return;
	}
	book_json(m, &a, depth, format, c->body);
	c->status = 200;
	c->version = version_of(&a, depth, format);
}

void
api_snapshot(void *owner, struct status_call *c)
{
	struct span path = c->path;
	struct span exchange = http_segment(&path);
	struct span symbol = http_segment(&path);
	struct span more = http_segment(&path);

	if (symbol.at == NULL ||
	    (more.at != NULL && (!span_is(more, "cached") || path.len > 0)))
		api_refuse(c, 404, "no such address; docs/http.md has them");
	else
		serve_book(owner, c, exchange, symbol, DEPTH_MAX);
}

void
api_book(const struct mpedge *m, struct status_call *c, const struct span *path)
{
	serve_book(m, c, path[0], path[1], DEPTH_DEFAULT);
}
